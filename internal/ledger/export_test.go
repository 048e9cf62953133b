package ledger

import "math"

// Query lets the tests ask the database how it would carry out a list.
func (f Filter) Query() (string, []any) { return f.query(math.MaxInt64, 50) }
