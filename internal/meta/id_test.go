package meta_test

import (
	"math"
	"testing"

	"kedang/internal/db"
	"kedang/internal/meta"
)

// TestLinkIDsAreThoseOfPackageDB holds the two writings of an id equal.
func TestLinkIDsAreThoseOfPackageDB(t *testing.T) {
	link := fieldOf(t, "link", "{to: thing}")
	for _, id := range []int64{1, 31, 32, 1 << 20, 1<<42 + 12345, math.MaxInt64} {
		text := db.FormatID(id)
		if got := string(link.Kind.AppendJSON(nil, link, id)); got != `{"id":"`+text+`"}` {
			t.Errorf("%d: %s, want %s", id, got, text)
		}
		if v, problems := link.Kind.Parse(link, text, &meta.Input{}); v != id || problems != nil {
			t.Errorf("%s: %v %v, want %d", text, v, problems, id)
		}
	}
}
