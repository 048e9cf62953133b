package record

import (
	"strings"

	"kedang/internal/db"
)

// OrderText is how a list by some columns ("-" before one: falling) is ordered.
func OrderText(d db.Dialect, columns ...string) string {
	keys := make([]orderKey, len(columns))
	for i, c := range columns {
		name, desc := strings.CutPrefix(c, "-")
		keys[i] = orderKey{column: name, desc: desc}
	}
	return orderText("t.", keys, d)
}
