package expr

import "time"

// Base is the kind of a value.
type Base int

// The bases, with the Go forms of their values; a missing value is nil.
const (
	Missing  Base = iota // nil, and nothing else
	Bool                 // bool
	Int                  // int64
	Decimal              // int64, scaled by Type.Scale
	Text                 // string
	Date                 // string, 2006-01-02
	DateTime             // int64, UTC milliseconds
	Ref                  // int64, the id of a record
	List                 // many values of Type.Elem
	Amount               // string, "USD 12.50": no number, its parts are one
)

var baseNames = [...]string{"missing", "bool", "int", "decimal", "text", "date", "datetime", "ref", "list", "amount"}

// String names the base as problems show it.
func (b Base) String() string { return baseNames[b] }

// Type is what an expression or a field yields.
type Type struct {
	Base    Base
	Scale   int      // Decimal, Amount: digits behind the point
	Choices []string // Text of a closed list
	To      string   // Ref: the type of the record
	Elem    *Type    // List
}

// Scope says what names mean: one record type as one reader sees it.
type Scope interface {
	Name() string                    // the record type
	Table() string                   // its physical table
	Field(name string) (Field, bool) // false: unknown, or hidden from this reader, which is the same
	Names() []string                 // for "did you mean"
}

// Guard is the optional half of a Scope that says which of its records the
// reader may see, as a condition on its table under an alias: "" for all. A
// path through a link ends at a record he may not see.
type Guard interface {
	Guard(alias string) (cond string, args []any)
}

// Field is what a name stands for.
type Field struct {
	Name      string
	Column    string // physical column in the scope's table; "" when many-valued
	Type      Type
	To        func() Scope          // Ref, List of Ref: the target's scope; nil when it may not be followed
	Side      *Side                 // many-valued
	EqualOnly bool                  // masked or sealed for this reader: only == with a constant
	Presence  bool                  // beside EqualOnly: this reader may also ask whether it is missing
	Blind     func(text string) any // sealed: turns a constant into what Column holds
	// Part finds what a value is made of, such as price.amount: a column of the
	// same record, asked of a Row by its Name, "price.amount". nil for most.
	Part     func(name string) (Field, bool)
	Volatile bool // changes without a write; refused in stored formulas
}

// Side is where the values of a many-valued field lie.
type Side struct {
	Table, Record, Value string // the column of the owner's id, the column of the value
	Rows                 Scope  // child rows: what their fields mean; nil for plain values
}

// Row gives an expression the values of one record. Forms are those of Base.
type Row interface {
	Value(field string) (any, error)  // a single value
	Follow(field string) (Row, error) // the record a link points to; nil when missing
	Items(field string) ([]any, error)
	Rows(field string) ([]Row, error) // child rows, or linked records
}

// Args are the moment and the person an expression is evaluated for.
type Args struct {
	Now            time.Time
	Zone           *time.Location // of today() and date(); UTC when nil
	Me             int64
	MyDepartment   int64
	MyTree         []int64 // my department and those below
	MySubordinates []int64 // me and those below
	Params         map[string]any
}

// Dialect is the database a condition is printed for.
type Dialect int

// The dialects, in the order of package db.
const (
	SQLite Dialect = iota
	Postgres
)

// Options say what an expression is for.
type Options struct {
	Want       *Type           // the type it must have; nil for any
	Printable  bool            // it must print as SQL
	NoVolatile bool            // no now(), today(), me() …: a stored formula
	Today      bool            // but today(): one that is computed again each day
	MaxNodes   int             // 2,000 when 0
	Param      map[string]Type // further names, given by Args.Params
}

// Bound is one conjunct at the top that an index on a column of the scope's
// own table can serve. Op is == < <= > >= in startsWith or missing; the day of
// a date-time and the year of a date count as ranges.
type Bound struct {
	Field, Op, Column string
}
