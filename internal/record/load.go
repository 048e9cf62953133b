package record

import (
	"context"
	"database/sql"

	"kedang/internal/db"
	"kedang/internal/errs"
	"kedang/internal/meta"
)

// load reads a whole record by id, whatever its state; rights are the caller's
// business. NotFound when there is none.
func (s *Store) load(ctx context.Context, tx db.Tx, t *meta.Type, id int64) (*Row, error) {
	if t.Builtin {
		return s.loadBuiltin(ctx, tx, t, id)
	}
	rows, err := s.loadWhere(ctx, tx, t, "id = ?", id)
	if err != nil {
		return nil, err
	}
	if len(rows) == 0 {
		return nil, errs.NotFoundf(t.Name, db.FormatID(id))
	}
	return rows[0], nil
}

// loadForUpdate is load with the row locked until the transaction ends
// (SQLite's writer is alone anyway).
func (s *Store) loadForUpdate(ctx context.Context, tx db.Tx, t *meta.Type, id int64) (*Row, error) {
	if err := lockRow(ctx, tx, t, id); err != nil {
		return nil, err
	}
	return s.load(ctx, tx, t, id)
}

func lockRow(ctx context.Context, tx db.Tx, t *meta.Type, id int64) error {
	if tx.Dialect() != db.Postgres {
		return nil
	}
	_, err := int64s(tx.Query(ctx, "SELECT id FROM "+quote(t.Table)+" WHERE id = ? FOR UPDATE", id))
	return err
}

// loadWhere reads the records a condition on columns selects, with their
// many-valued fields: one query for the rows and one per side table.
func (s *Store) loadWhere(ctx context.Context, tx db.Tx, t *meta.Type, where string, args ...any) ([]*Row, error) {
	tb := s.tables.of(t)
	return s.scanRows(ctx, tx, tb, tb.selects+where, args)
}

// scanRows runs a SELECT of a table's columns.
func (s *Store) scanRows(ctx context.Context, tx db.Tx, tb *table, text string, args []any) ([]*Row, error) {
	rows, err := tx.Query(ctx, text, args...)
	if err != nil {
		return nil, err
	}
	var out []*Row
	sc := newScanner(tb)
	for rows.Next() {
		r, err := sc.scan(rows)
		if err != nil {
			rows.Close()
			return nil, err
		}
		out = append(out, r)
	}
	if err := rows.Err(); err != nil {
		return nil, err
	}
	if err := rows.Close(); err != nil {
		return nil, err
	}
	return out, loadMany(ctx, tx, tb, out)
}

// scanner reads rows of a table's own columns.
type scanner struct {
	tb     *table
	own    []column
	values []any
	dest   []any
}

func newScanner(tb *table) *scanner {
	sc := &scanner{tb: tb}
	for _, c := range tb.columns {
		if c.own() {
			sc.own = append(sc.own, c)
		}
	}
	sc.values = make([]any, len(builtins)+len(sc.own))
	for i := range sc.values {
		sc.dest = append(sc.dest, &sc.values[i])
	}
	return sc
}

func (sc *scanner) scan(rows db.Rows) (*Row, error) {
	if err := rows.Scan(sc.dest...); err != nil {
		return nil, err
	}
	v := sc.values
	r := &Row{Type: sc.tb.t, ID: integer(v[0]), Number: str(v[1]), Title: str(v[2]), Rev: integer(v[4]),
		CreatedAt: integer(v[5]), CreatedBy: integer(v[6]), UpdatedAt: integer(v[7]), UpdatedBy: integer(v[8]),
		Owner: integer(v[9]), Department: integer(v[10]), RootOwner: integer(v[11]), RootDepartment: integer(v[12]),
		ArchivedAt: integer(v[13]), searchHash: integer(v[14]), Values: make([]any, len(sc.tb.t.Fields))}
	for i, c := range sc.own {
		if value := v[len(builtins)+i]; c.shadow == meta.CurrencySuffix {
			r.Values[c.field.Slot] = amountOf(c.field, r.Values[c.field.Slot], value)
		} else {
			r.Values[c.field.Slot] = held(c.field, value)
		}
	}
	return r, nil
}

// held is a column's value as a row holds it.
func held(f *meta.Field, v any) any {
	if cipher, ok := v.([]byte); ok && f.Sealed {
		return sealedValue{cipher: append([]byte(nil), cipher...)}
	}
	return v
}

// amountOf is an amount as a row holds it, from its two columns.
func amountOf(f *meta.Field, units, currency any) any {
	n, ok := units.(int64)
	if !ok {
		return nil
	}
	return meta.Amount(n, str(currency), f.Decimals())
}

// integer and str read scanned values; missing becomes the zero value.
func integer(v any) int64 {
	n, _ := v.(int64)
	return n
}

func str(v any) string {
	s, _ := v.(string)
	return s
}

// chunk is how many ids stand in one IN list.
const chunk = 200

// loadMany fills the many-valued fields of rows.
func loadMany(ctx context.Context, tx db.Tx, tb *table, rows []*Row) error {
	if len(tb.sides) == 0 && len(tb.rows) == 0 {
		return nil
	}
	for len(rows) > 0 {
		n := min(chunk, len(rows))
		byID := make(map[int64]*Row, n)
		ids := make([]int64, n)
		for i, r := range rows[:n] {
			byID[r.ID], ids[i] = r, r.ID
		}
		args := padded(ids)
		for _, f := range tb.sides {
			if err := loadSide(ctx, tx, f, byID, args); err != nil {
				return err
			}
		}
		for _, f := range tb.rows {
			if err := loadChildren(ctx, tx, f, byID, args); err != nil {
				return err
			}
		}
		rows = rows[n:]
	}
	return nil
}

func loadSide(ctx context.Context, tx db.Tx, f *meta.Field, byID map[int64]*Row, args []any) error {
	rows, err := tx.Query(ctx, "SELECT record, value, extra FROM "+quote(f.Table)+" WHERE record IN ("+marks(len(args))+") ORDER BY record, pos", args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var record int64
		var value any
		var extra sql.NullString
		if err := rows.Scan(&record, &value, &extra); err != nil {
			return err
		}
		r := byID[record]
		items, _ := r.Values[f.Slot].([]meta.Item)
		r.Values[f.Slot] = append(items, meta.Item{Value: value, Extra: extra.String})
	}
	return rows.Err()
}

func loadChildren(ctx context.Context, tx db.Tx, f *meta.Field, byID map[int64]*Row, args []any) error {
	query := "SELECT id, record"
	for _, sub := range f.Rows {
		query += ", " + quote(sub.Column)
	}
	rows, err := tx.Query(ctx, query+" FROM "+quote(f.Table)+" WHERE record IN ("+marks(len(args))+") ORDER BY record, pos", args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		child := &meta.ChildRow{Values: make([]any, len(f.Rows))}
		var record int64
		dest := []any{&child.ID, &record}
		for i := range child.Values {
			dest = append(dest, &child.Values[i])
		}
		if err := rows.Scan(dest...); err != nil {
			return err
		}
		r := byID[record]
		children, _ := r.Values[f.Slot].([]*meta.ChildRow)
		r.Values[f.Slot] = append(children, child)
	}
	return rows.Err()
}

// padded are ids as arguments of an IN list, the last repeated up to a power of
// two: a handful of statements to keep instead of one per count.
func padded(ids []int64) []any {
	n := 1
	for n < len(ids) {
		n *= 2
	}
	out := make([]any, n)
	for i := range out {
		out[i] = ids[min(i, len(ids)-1)]
	}
	return out
}

// marks are n placeholders for an IN list.
func marks(n int) string {
	const many = "?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, "
	out := ""
	for n > 0 {
		k := min(n, 20)
		out += many[:3*k]
		n -= k
	}
	return out[:len(out)-2]
}

// loadBuiltin reads a user or a department as a row, for paths such as
// customer.owner.department.
func (s *Store) loadBuiltin(ctx context.Context, tx db.Tx, t *meta.Type, id int64) (*Row, error) {
	query := "SELECT id, number, title"
	for _, f := range t.Fields {
		query += ", " + quote(f.Column)
	}
	r := &Row{Type: t, Values: make([]any, len(t.Fields))}
	var num, title sql.NullString
	dest := []any{&r.ID, &num, &title}
	for i := range r.Values {
		dest = append(dest, &r.Values[i])
	}
	err := tx.QueryRow(ctx, query+" FROM "+quote(t.Table)+" WHERE id = ?", []any{id}, dest...)
	if isNoRows(err) {
		return nil, errs.NotFoundf(t.Name, db.FormatID(id))
	}
	r.Number, r.Title = num.String, title.String
	return r, err
}

// forget drops a row from the loader after it was written.
func (l *loader) forget(id int64) { delete(l.rows, id) }
