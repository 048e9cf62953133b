package db

import (
	"context"
	"database/sql"
	"errors"
	"strings"

	"kedang/internal/errs"
)

// liteTx is a transaction on a connection, or a request's savepoint in one.
type liteTx struct {
	life
	conn *liteConn
	// watched is the context whose end interrupts the connection already.
	// A writer's transaction has none and watches none: an interrupted write
	// would roll back the whole transaction that others share.
	watched context.Context
	open    []*liteRows // to close what fn forgot
	late    *lates      // of its group
	stored  bool        // a statement ran that may have stored something, or work was put off
}

var _ Tx = (*liteTx)(nil)

// Exec runs a statement and returns the number of rows it changed.
func (t *liteTx) Exec(ctx context.Context, query string, args ...any) (int64, error) {
	if err := t.ready(ctx); err != nil {
		return 0, err
	}
	values, err := arguments(args)
	if err != nil {
		return 0, err
	}
	t.stored = true
	n, err := t.conn.exec(query, values)
	return n, t.fail(liteError(err))
}

// Query runs a statement; close the rows.
func (t *liteTx) Query(ctx context.Context, query string, args ...any) (Rows, error) {
	if err := t.ready(ctx); err != nil {
		return nil, err
	}
	values, err := arguments(args)
	if err != nil {
		return nil, err
	}
	if !strings.HasPrefix(query, "SELECT") {
		t.stored = true // INSERT … RETURNING, for one
	}
	var unwatch func()
	if t.watched != nil && ctx.Done() != nil && ctx.Done() != t.watched.Done() {
		unwatch = t.conn.watch(ctx)
	}
	rows, err := t.conn.query(query, values)
	if err != nil {
		if unwatch != nil {
			unwatch()
		}
		return nil, t.fail(stopped(ctx, liteError(err)))
	}
	rows.tx, rows.ctx, rows.unwatch = t, ctx, unwatch
	t.forgetClosed()
	t.open = append(t.open, rows)
	return rows, nil
}

// forgetClosed drops rows that are closed: an import runs thousands of queries
// in one transaction.
func (t *liteTx) forgetClosed() {
	for n := len(t.open); n > 0 && t.open[n-1].closed; n-- {
		t.open = t.open[:n-1]
	}
}

// QueryRow scans the first row.
func (t *liteTx) QueryRow(ctx context.Context, query string, args []any, dest ...any) error {
	rows, err := t.Query(ctx, query, args...)
	if err != nil {
		return err
	}
	return firstRow(rows, dest)
}

// firstRow scans the first of rows and closes them; sql.ErrNoRows when there
// is none.
func firstRow(rows Rows, dest []any) error {
	defer rows.Close()
	if !rows.Next() {
		if err := rows.Err(); err != nil {
			return err
		}
		return sql.ErrNoRows
	}
	if err := rows.Scan(dest...); err != nil {
		return err
	}
	return rows.Close()
}

// Dialect tells that this is SQLite.
func (t *liteTx) Dialect() Dialect { return SQLite }

// lates is where the transaction keeps what it puts off.
func (t *liteTx) lates() *lates {
	t.stored = true
	return t.late
}

// end closes what is still open; the transaction is over for its user.
func (t *liteTx) end() {
	t.over = true
	for _, r := range t.open {
		r.Close()
	}
	t.open = nil
}

// liteRows are the rows of a query.
type liteRows struct {
	tx      *liteTx
	ctx     context.Context
	stmt    *liteStmt
	columns int
	ahead   bool // the first step was taken with the query
	row     bool // it stands on a row
	unwatch func()
	err     error
	closed  bool
}

// Next moves to the next row.
func (r *liteRows) Next() bool {
	if r.closed || r.err != nil {
		return false
	}
	var err error
	if !r.ahead {
		r.row, err = r.stmt.step()
	}
	r.ahead = false
	if err != nil {
		r.row, r.err = false, r.tx.fail(stopped(r.ctx, liteError(err)))
	}
	if !r.row {
		r.Close()
	}
	return r.row
}

// Scan copies the row's values.
func (r *liteRows) Scan(dest ...any) error {
	if len(dest) != r.columns {
		return errColumns(len(dest), r.columns)
	}
	if !r.row {
		return sql.ErrNoRows
	}
	for i, d := range dest {
		if err := r.stmt.scan(i, d); err != nil {
			return errColumn(i, err)
		}
	}
	return nil
}

// Close ends the query.
func (r *liteRows) Close() error {
	if r.closed {
		return r.err
	}
	r.closed, r.row = true, false
	if r.unwatch != nil {
		r.unwatch()
	}
	r.stmt.release()
	return r.err
}

// Err is why Next ended early.
func (r *liteRows) Err() error { return r.err }

// liteError gives the database's own troubles their kind.
func liteError(err error) error {
	var known *errs.Error
	if err == nil || errors.As(err, &known) {
		return err
	}
	switch liteCode(err) {
	case 13: // SQLITE_FULL
		return &errs.Error{Kind: errs.Unavailable, Code: "disk_full", Err: err}
	case 5, 6: // SQLITE_BUSY, SQLITE_LOCKED
		return &errs.Error{Kind: errs.Unavailable, Code: "database_busy", Err: err}
	case 14: // SQLITE_CANTOPEN
		return &errs.Error{Kind: errs.Unavailable, Code: "database_not_writable", Err: err}
	case 10: // SQLITE_IOERR: the disk, or a quota
		return &errs.Error{Kind: errs.Unavailable, Code: "disk_failed", Err: err}
	case 11, 26: // SQLITE_CORRUPT, SQLITE_NOTADB
		return &errs.Error{Kind: errs.Unavailable, Code: "database_damaged", Err: err}
	case 9: // SQLITE_INTERRUPT
		return &errs.Error{Kind: errs.Canceled, Code: "canceled", Err: err}
	}
	return err
}

// liteCode is SQLite's primary result code, 0 for an error that is not its own.
func liteCode(err error) int {
	var f *liteFault
	if !errors.As(err, &f) {
		return 0
	}
	return int(f.code & 0xff)
}
