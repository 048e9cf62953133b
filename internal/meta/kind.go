package meta

import (
	"time"

	"kedang/internal/errs"
	"kedang/internal/expr"
	"kedang/internal/han"
)

// Storage is how a kind's values lie in the database.
type Storage int

// The storages.
const (
	InColumn Storage = iota // one column of the record's table
	InSide                  // side table (record, pos, value, extra): many values
	InRows                  // child rows: a table of their own with one column per child field
	Nowhere                 // not stored (files: kept by the attachments table)
)

// Column is the closed set of column types.
type Column int

// The column types.
const (
	IntColumn Column = iota
	TextColumn
	BlobColumn
)

// Kind is one kind of field: stateless, one file each, listed in kinds.go.
//
// Stored forms: nil, int64, string; a many-valued kind uses []Item; child
// rows use []*ChildRow.
type Kind interface {
	Name() string
	Storage() Storage
	// Column is the column type of the value (of one value for InSide).
	Column(f *Field) Column
	// Type is how expressions see the field. Formula and roll-up fields answer
	// with the type of their result.
	Type(f *Field) expr.Type
	// CheckField checks a declaration: a problem's path is relative to the field.
	CheckField(f *Field) []errs.Problem
	// Parse turns an input into the stored form. JSON input arrives as
	// string, json.Number, bool, map[string]any, []any; a sheet's cell arrives as
	// string with in.Loose set, and is then read as people write (dates,
	// thousands separators, choice labels in any language, several phones).
	// nil and "" (loose) are missing. Problems have paths relative to the field.
	Parse(f *Field, v any, in *Input) (any, []errs.Problem)
	// Check looks at a stored value: bounds, lengths, checksums.
	Check(f *Field, v any, in *Input) []errs.Problem
	// AppendJSON appends the API form of a stored value.
	AppendJSON(dst []byte, f *Field, v any) []byte
	// Format gives the value as people read it (export, print, titles).
	Format(f *Field, v any, out *Output) string
	// Tokens adds the value's search tokens; mark as in package han.
	Tokens(f *Field, v any, mark string, t *han.Tokens)
	// Operators lists the filter operators the web app offers.
	Operators() []string
}

// Item is one value of a many-valued kind.
type Item struct {
	Value any    // int64 or string, in the stored form
	Extra string // label of a phone, JSON of the rest; "" for none
}

// ChildRow is one child row; Values stand in the order of Field.Rows.
type ChildRow struct {
	ID     int64 // 0 for a new one
	Values []any
}

// Ref names a linked record by something else than its id; the engine resolves it.
type Ref struct {
	By    string // "number", or a unique field's name; "*" tries number, then title
	Value string
}

// Input is what parsing needs to know of its surroundings.
type Input struct {
	Loose  bool           // a sheet's cell: read as people write
	Zone   *time.Location // the company's
	Region string         // for phones without a country code: CN, HK, TW, MO
	// Currency is the company's, ISO 4217: that of an amount without one where
	// a field takes many. CNY when empty.
	Currency string
	Now      time.Time
	Warn     func(errs.Problem) // warnings; may be nil
}

// Output is what formatting needs to know.
type Output struct {
	Lang  string
	Zone  *time.Location
	Title func(typ *Type, id int64) string // title of a linked record; may be nil
}
