package meta

import "kedang/internal/expr"

// Programs are the expressions of a declaration, compiled once when the
// schema is loaded; nil where nothing is declared. They are compiled as the
// system sees the type, so field levels do not change what a rule means.
type Programs struct {
	Required *expr.Expr // Bool
	When     *expr.Expr // Bool: of a field, a rule, a section
	Readonly *expr.Expr // Bool
	Default  *expr.Expr
	Snapshot *expr.Expr
	Formula  *expr.Expr
	Filter   *expr.Expr // Bool, printable: of a view or block
	Where    *expr.Expr // Bool: of a roll-up; printable unless over own child rows

	Over *Field // roll-up over own child rows: the rows field; else nil
	Of   *Field // what a roll-up sums …; nil for count
	Via  *Field // roll-up over another type: its link that points here
}

// A Dependent says that formulas or the title of Type read the fields Reads of
// the type it hangs on, through the link Via (which may stand in child rows, or
// be many-valued): when one of Reads changes, they are computed again.
type Dependent struct {
	Type     *Type
	Via      *Field
	Reads    []*Field // of the type read; built-in columns too
	Formulas []*Field // of Type; none when only its title reads
}

// A Feed says that Rollup, a field of another type, counts records of the
// type it hangs on through the link Via. Reads are the fields whose change
// moves the roll-up: Via, what is summed, what the condition names.
type Feed struct {
	Rollup *Field
	Via    *Field
	Reads  []*Field
}

// SortKey is one step of an order.
type SortKey struct {
	Field *Field
	Desc  bool
}
