package db

import (
	"container/list"
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"io"
)

// cachedStatements is how many prepared statements a connection keeps.
const cachedStatements = 256

// liteConn is one SQLite connection with its prepared statements. One
// goroutine uses it at a time.
type liteConn struct {
	conn  driver.Conn
	stmts map[string]*list.Element
	order *list.List // most recently used first
}

// liteStmt is a prepared statement; busy while rows of it are open.
type liteStmt struct {
	query string
	stmt  driver.Stmt
	busy  bool
	kept  bool
}

func newLiteConn(c driver.Conn) *liteConn {
	return &liteConn{conn: c, stmts: map[string]*list.Element{}, order: list.New()}
}

// prepare finds or prepares a statement. One that is busy (a query inside the
// loop over its own rows) is prepared a second time and not kept.
func (c *liteConn) prepare(ctx context.Context, query string) (*liteStmt, error) {
	if el, ok := c.stmts[query]; ok {
		s := el.Value.(*liteStmt)
		if !s.busy {
			c.order.MoveToFront(el)
			return s, nil
		}
	}
	stmt, err := c.conn.(driver.ConnPrepareContext).PrepareContext(ctx, query)
	if err != nil {
		return nil, err
	}
	s := &liteStmt{query: query, stmt: stmt}
	if _, taken := c.stmts[query]; taken {
		return s, nil
	}
	s.kept = true
	c.stmts[query] = c.order.PushFront(s)
	for el := c.order.Back(); c.order.Len() > cachedStatements && el != nil; {
		old := el.Value.(*liteStmt)
		before := el.Prev()
		if !old.busy {
			c.order.Remove(el)
			delete(c.stmts, old.query)
			old.stmt.Close()
		}
		el = before
	}
	return s, nil
}

// release gives a statement back after use.
func (s *liteStmt) release() {
	s.busy = false
	if !s.kept {
		s.stmt.Close()
	}
}

func (c *liteConn) exec(ctx context.Context, query string, args []driver.NamedValue) (int64, error) {
	s, err := c.prepare(ctx, query)
	if err != nil {
		return 0, err
	}
	s.busy = true
	defer s.release()
	res, err := s.stmt.(driver.StmtExecContext).ExecContext(ctx, args)
	if err != nil {
		return 0, err
	}
	return res.RowsAffected()
}

func (c *liteConn) query(ctx context.Context, query string, args []driver.NamedValue) (*liteRows, error) {
	s, err := c.prepare(ctx, query)
	if err != nil {
		return nil, err
	}
	s.busy = true
	rows, err := s.stmt.(driver.StmtQueryContext).QueryContext(ctx, args)
	if err != nil {
		s.release()
		return nil, err
	}
	return &liteRows{rows: rows, stmt: s, values: make([]driver.Value, len(rows.Columns()))}, nil
}

func (c *liteConn) close() error {
	for el := c.order.Front(); el != nil; el = el.Next() {
		el.Value.(*liteStmt).stmt.Close()
	}
	return c.conn.Close()
}

// liteTx is a transaction on a connection, or a request's savepoint in one.
type liteTx struct {
	conn *liteConn
	// background statements are never interrupted: an interrupted write would
	// roll back the whole transaction that others share.
	background bool
	open       []*liteRows // to close what fn forgot
	over       bool
}

var _ Tx = (*liteTx)(nil)

// errTxOver is answered to a statement after its transaction ended.
var errTxOver = errors.New("db: transaction has ended")

func (t *liteTx) ctx(ctx context.Context) context.Context {
	if t.background {
		return context.Background()
	}
	return ctx
}

// Exec runs a statement and returns the number of rows it changed.
func (t *liteTx) Exec(ctx context.Context, query string, args ...any) (int64, error) {
	if t.over {
		return 0, errTxOver
	}
	named, err := namedValues(args)
	if err != nil {
		return 0, err
	}
	return t.conn.exec(t.ctx(ctx), query, named)
}

// Query runs a statement; close the rows.
func (t *liteTx) Query(ctx context.Context, query string, args ...any) (Rows, error) {
	if t.over {
		return nil, errTxOver
	}
	named, err := namedValues(args)
	if err != nil {
		return nil, err
	}
	rows, err := t.conn.query(t.ctx(ctx), query, named)
	if err != nil {
		return nil, liteError(err)
	}
	t.open = append(t.open, rows)
	return rows, nil
}

// QueryFresh is Query: SQLite's plans do not depend on the arguments here.
func (t *liteTx) QueryFresh(ctx context.Context, query string, args ...any) (Rows, error) {
	return t.Query(ctx, query, args...)
}

// QueryRow scans the first row.
func (t *liteTx) QueryRow(ctx context.Context, query string, args []any, dest ...any) error {
	rows, err := t.Query(ctx, query, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	return firstRow(rows, dest)
}

// firstRow scans the first of rows; sql.ErrNoRows when there is none.
func firstRow(rows Rows, dest []any) error {
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
	rows   driver.Rows
	stmt   *liteStmt
	values []driver.Value
	err    error
	closed bool
}

// Next moves to the next row.
func (r *liteRows) Next() bool {
	if r.closed || r.err != nil {
		return false
	}
	if err := r.rows.Next(r.values); err != nil {
		if err != io.EOF {
			r.err = liteError(err)
		}
		r.Close()
		return false
	}
	return true
}

// Scan copies the row's values.
func (r *liteRows) Scan(dest ...any) error {
	if len(dest) != len(r.values) {
		return errColumns(len(dest), len(r.values))
	}
	for i, v := range r.values {
		if err := assign(dest[i], v); err != nil {
			return errColumn(i, err)
		}
	}
	return nil
}

// Close ends the query.
func (r *liteRows) Close() error {
	if r.closed {
		return nil
	}
	r.closed = true
	err := r.rows.Close()
	r.stmt.release()
	return err
}

// Err is why Next ended early.
func (r *liteRows) Err() error { return r.err }
