package db

import "context"

// Tx is a transaction, or one request's savepoint inside a shared one. A
// statement is written once for both databases: identifiers in double quotes,
// '?' for arguments (never inside a literal; pass text as an argument), row
// values, ON CONFLICT. What differs goes through the [Dialect].
//
// Arguments and scanned values are int64, float64, string, []byte and nil
// (scan into *int64, *string, *[]byte, *float64, *sql.NullInt64,
// *sql.NullString … or *any, which then holds one of those five). Arguments
// may also be int, int32, bool (0 or 1) and the sql.Null forms. Text with a
// NUL or invalid UTF-8 is refused: Invalid nul_in_text, invalid_utf8.
//
// A statement that the database refuses ends the transaction, on both
// databases: what follows in it is refused, and Write returns the first error
// even when its function swallows it. Look before you insert, or use ON CONFLICT.
//
// A query may run while the rows of another are open. PostgreSQL then reads
// those rows to their end first, so close rows early and do not nest queries
// in a loop over a large result.
//
// A Tx belongs to one goroutine and ends with the function it was given to.
type Tx interface {
	// Exec runs a statement and returns the number of rows it changed.
	Exec(ctx context.Context, query string, args ...any) (int64, error)
	// Query runs a statement with a cached plan. Close the rows.
	Query(ctx context.Context, query string, args ...any) (Rows, error)
	// QueryRow scans the first row into dest; sql.ErrNoRows when there is none.
	QueryRow(ctx context.Context, query string, args []any, dest ...any) error
	// Dialect tells which database this is.
	Dialect() Dialect
}

// Rows are the rows of a query. []byte and string values stay valid after the
// next call of Next.
type Rows interface {
	Next() bool
	Scan(dest ...any) error
	Close() error
	Err() error
}

// Dialect names a database and prints the few things that differ.
type Dialect int

// The dialects.
const (
	SQLite Dialect = iota
	Postgres
)
