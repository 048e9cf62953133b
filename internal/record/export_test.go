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

// CommonWords is how many matches are remembered as having many rows.
func (s *Store) CommonWords() int {
	s.common.mu.Lock()
	defer s.common.mu.Unlock()
	return len(s.common.until)
}
