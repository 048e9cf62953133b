package db

import (
	"context"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
)

// pgTx is a transaction.
type pgTx struct {
	life
	conn    *pgxpool.Conn
	begun   bool // BEGIN has been sent
	rebound *rebinder
	open    *pgRows // the one result that is on its way; a connection has one
	late    lates
	put     pgx.Batch // statements that go with the next one
}

var _ Tx = (*pgTx)(nil)

// Exec runs a statement and returns the number of rows it changed.
func (t *pgTx) Exec(ctx context.Context, query string, args ...any) (int64, error) {
	plain, err := t.begin(ctx, args)
	switch {
	case err != nil:
		return 0, err
	case t.one: // nothing but BEGIN READ ONLY keeps a statement from writing
		return 0, t.fail(errReading)
	}
	if t.put.Len() == 0 {
		tag, err := t.conn.Exec(ctx, t.rebound.rebind(query), plain...)
		return tag.RowsAffected(), t.fail(stopped(ctx, pgError(err)))
	}
	t.put.Queue(t.rebound.rebind(query), plain...)
	tag, err := t.send(ctx)
	return tag.RowsAffected(), err
}

// later lets a statement go with the next one.
func (t *pgTx) later(ctx context.Context, query string, args []any) error {
	plain, err := t.begin(ctx, args)
	if err == nil {
		t.put.Queue(t.rebound.rebind(query), plain...)
	}
	return err
}

// send sends the statements that wait in one message, and gives what the last
// of them said.
func (t *pgTx) send(ctx context.Context) (last pgconn.CommandTag, err error) {
	if t.put.Len() == 0 {
		return last, nil
	}
	results, n := t.queued(ctx)
	for range n {
		if last, err = results.Exec(); err != nil {
			break
		}
	}
	if e2 := results.Close(); err == nil {
		err = e2
	}
	return last, t.fail(stopped(ctx, pgError(err)))
}

func (t *pgTx) queued(ctx context.Context) (results pgx.BatchResults, n int) {
	batch := t.put
	t.put, t.begun = pgx.Batch{}, true
	return t.conn.SendBatch(ctx, &batch), batch.Len()
}

// queryBehind sends a query behind the statements that wait.
func (t *pgTx) queryBehind(ctx context.Context, query string, args []any) (Rows, error) {
	t.put.Queue(query, args...)
	results, n := t.queued(ctx)
	for range n - 1 {
		if _, err := results.Exec(); err != nil {
			results.Close()
			return nil, t.fail(stopped(ctx, pgError(err)))
		}
	}
	rows, err := results.Query()
	if err != nil {
		results.Close()
		return nil, t.fail(stopped(ctx, pgError(err)))
	}
	t.open = &pgRows{tx: t, ctx: ctx, rows: rows, batch: results}
	return t.open, nil
}

// Query runs a statement with a cached plan.
func (t *pgTx) Query(ctx context.Context, query string, args ...any) (Rows, error) {
	plain, err := t.begin(ctx, args)
	if err != nil {
		return nil, err
	}
	if t.put.Len() > 0 {
		return t.queryBehind(ctx, t.rebound.rebind(query), plain)
	}
	rows, err := t.conn.Query(ctx, t.rebound.rebind(query), plain...)
	if err != nil {
		return nil, t.fail(stopped(ctx, pgError(err)))
	}
	t.open = &pgRows{tx: t, ctx: ctx, rows: rows}
	return t.open, nil
}

// begin makes the connection and the arguments ready for a statement.
func (t *pgTx) begin(ctx context.Context, args []any) ([]any, error) {
	if err := t.ready(ctx); err != nil {
		return nil, err
	}
	if t.open != nil {
		t.open.readAhead()
	}
	plain := make([]any, len(args))
	for i, a := range args {
		v, err := argument(a)
		if err != nil {
			return nil, err
		}
		plain[i] = v
	}
	return plain, nil
}

// QueryRow scans the first row.
func (t *pgTx) QueryRow(ctx context.Context, query string, args []any, dest ...any) error {
	rows, err := t.Query(ctx, query, args...)
	if err != nil {
		return err
	}
	return firstRow(rows, dest)
}

// Dialect tells that this is PostgreSQL.
func (t *pgTx) Dialect() Dialect { return Postgres }

// copyIn is BulkInsert by COPY.
func (t *pgTx) copyIn(ctx context.Context, table string, columns []string, rows [][]any) error {
	if _, err := t.begin(ctx, nil); err != nil {
		return err
	}
	if _, err := t.send(ctx); err != nil {
		return err
	}
	line := make([]any, len(columns))
	var bad error // an argument that was refused here, not by the server
	_, err := t.conn.CopyFrom(ctx, pgx.Identifier{table}, columns, pgx.CopyFromSlice(len(rows), func(i int) ([]any, error) {
		if len(rows[i]) != len(columns) {
			bad = errColumns(len(rows[i]), len(columns))
			return nil, bad
		}
		for j, a := range rows[i] {
			if line[j], bad = argument(a); bad != nil {
				return nil, bad
			}
		}
		return line, nil
	}))
	if bad != nil {
		err = bad
	}
	return t.fail(stopped(ctx, pgError(err)))
}

func (t *pgTx) lates() *lates { return &t.late }

func (t *pgTx) end() {
	t.over = true
	if t.open != nil {
		t.open.end()
		t.open = nil
	}
}

// pgRows decodes rows itself, so that both databases give the same five forms.
type pgRows struct {
	tx     *pgTx
	ctx    context.Context
	rows   pgx.Rows
	batch  pgx.BatchResults // it came with; nil: none
	fields []pgconn.FieldDescription
	raw    [][]byte   // the current row; the connection's memory unless stored
	stored bool       // the result has been read to its end, into ahead
	ahead  [][][]byte // its rows still to come
	closed bool
}

// Next moves to the next row.
func (r *pgRows) Next() bool {
	switch {
	case r.closed:
		return false
	case !r.stored:
		if !r.rows.Next() {
			r.Close()
			return false
		}
		r.raw = r.rows.RawValues()
		return true
	case len(r.ahead) == 0:
		return false
	}
	r.raw, r.ahead = r.ahead[0], r.ahead[1:]
	return true
}

// readAhead reads the result to its end, for the connection is wanted.
func (r *pgRows) readAhead() {
	r.tx.open = nil
	if r.closed || r.stored {
		return
	}
	r.fields = r.rows.FieldDescriptions()
	r.stored = true
	if r.raw != nil {
		r.raw = copyRow(r.raw)
	}
	for r.rows.Next() {
		r.ahead = append(r.ahead, copyRow(r.rows.RawValues()))
	}
	r.end()
	r.tx.fail(r.Err())
}

// end frees the connection.
func (r *pgRows) end() {
	r.rows.Close()
	if r.batch != nil {
		r.batch.Close() // its error is that of the rows
		r.batch = nil
	}
}

// copyRow copies values out of the connection's memory; nil stays nil.
func copyRow(raw [][]byte) [][]byte {
	size := 0
	for _, v := range raw {
		size += len(v)
	}
	flat := make([]byte, 0, size)
	out := make([][]byte, len(raw))
	for i, v := range raw {
		if v != nil {
			flat = append(flat, v...)
			out[i] = flat[len(flat)-len(v) : len(flat) : len(flat)]
		}
	}
	return out
}

// Scan copies the row's values.
func (r *pgRows) Scan(dest ...any) error {
	if r.fields == nil {
		r.fields = r.rows.FieldDescriptions()
	}
	if len(dest) != len(r.raw) {
		return errColumns(len(dest), len(r.raw))
	}
	for i, raw := range r.raw {
		v, err := decode(r.fields[i].DataTypeOID, r.fields[i].Format, raw)
		if err == nil {
			err = assign(dest[i], v)
		}
		if err != nil {
			return errColumn(i, err)
		}
	}
	return nil
}

// Close ends the query.
func (r *pgRows) Close() error {
	if !r.closed {
		r.closed = true
		r.end()
		r.tx.fail(r.Err())
		if r.tx.open == r {
			r.tx.open = nil
		}
	}
	return r.Err()
}

// Err is why Next ended early.
func (r *pgRows) Err() error { return stopped(r.ctx, pgError(r.rows.Err())) }
