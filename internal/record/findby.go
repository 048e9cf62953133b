package record

import (
	"context"
	"strings"

	"kedang/internal/access"
	"kedang/internal/db"
	"kedang/internal/errs"
	"kedang/internal/meta"
)

// Found is a record that FindBy found.
type Found struct {
	ID, Rev int64
}

// FindBy finds the records that bear any of values in a field, by one look
// into an index: for imports that match rows by number, name, credit code or
// telephone. Values are in stored form (meta.Kind.Parse); for a many-valued
// field each is one of its values. Only records that the actor may read and
// that are not archived are found; the answer has an entry per value that any
// bears. Errors: unknown_field for what the actor may not read in the clear,
// not_a_key for a field that no index finds.
func (s *Store) FindBy(ctx context.Context, a *access.Actor, typ, field string, values []any) (found map[any][]Found, err error) {
	defer errs.Wrap(&err, "Store.FindBy(%s.%s, %d values)", typ, field, len(values))
	t, err := s.readable(a, typ)
	if err != nil {
		return nil, err
	}
	k, err := s.keyOf(a, t, field)
	if err != nil {
		return nil, err
	}
	found = make(map[any][]Found, len(values))
	asked := map[any][]any{} // column value -> values as given
	var args []any
	for _, v := range values {
		arg := k.fold(v)
		c := inMap(arg)
		if asked[c] == nil {
			args = append(args, arg)
		}
		asked[c] = append(asked[c], v)
	}
	cond, more, err := a.Scope(t, "read").SQL(a, "t", s.DB.Dialect(), s.Clock())
	if err != nil || len(args) == 0 {
		return found, err
	}
	if cond != "" {
		cond = " AND (" + cond + ")"
	}
	err = s.DB.Read(ctx, func(tx db.Tx) error {
		found = make(map[any][]Found, len(values))
		for len(args) > 0 {
			n := min(len(args), keysAtOnce)
			query := k.query + "(" + marks(n) + ") AND t.archived_at IS NULL" + cond
			if err := k.read(ctx, tx, query, append(args[:n:n], more...), asked, found); err != nil {
				return err
			}
			args = args[n:]
		}
		return nil
	})
	return found, err
}

// keysAtOnce bounds the values of one statement.
const keysAtOnce = 500

// key is how a field finds records.
type key struct {
	query string // up to IN
	fold  func(v any) any
}

func (s *Store) keyOf(a *access.Actor, t *meta.Type, field string) (k key, err error) {
	f, ok := t.Field(field)
	if !ok || (!f.System && a.Level(t, f) < meta.Read) {
		return k, errs.RefuseField("key", "unknown_field", errs.Params{"field": field})
	}
	k.fold = func(v any) any { return v }
	if !f.System && f.Kind.Storage() == meta.InSide {
		k.query = "SELECT t.id, t.rev, s.value FROM " + quote(f.Table) + " AS s JOIN " + quote(t.Table) + " AS t ON t.id = s.record WHERE s.value IN "
		return k, nil
	}
	column := f.Column
	switch {
	case f.System:
		column = columnOf(f)
	case f.Kind.Storage() != meta.InColumn:
		column = ""
	case f.Sealed:
		column += blindSuffix
		k.fold = func(v any) any { text, _ := v.(string); return blindOf(s, f, text) }
	case f.Unique:
		column += uniqueSuffix
		k.fold = foldUnique
	}
	if column == "" || !t.Builtin && !indexed(t, column) {
		return k, errs.RefuseField("key", "not_a_key", errs.Params{"field": field})
	}
	k.query = "SELECT t.id, t.rev, t." + quote(column) + " FROM " + quote(t.Table) + " AS t WHERE t." + quote(column) + " IN "
	return k, nil
}

// indexed tells whether an index of the type begins with a column.
func indexed(t *meta.Type, column string) bool {
	for _, ix := range t.Indexes() {
		if strings.TrimPrefix(ix.Columns[0], "-") == column {
			return true
		}
	}
	return false
}

// read adds what a query finds.
func (k key) read(ctx context.Context, tx db.Tx, query string, args []any, asked map[any][]any, found map[any][]Found) error {
	rows, err := tx.Query(ctx, query, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var f Found
		var v any
		if err := rows.Scan(&f.ID, &f.Rev, &v); err != nil {
			return err
		}
		for _, given := range asked[inMap(v)] {
			found[given] = append(found[given], f)
		}
	}
	return rows.Err()
}

// inMap is a column's value as a key of a map: a blind index is bytes.
func inMap(v any) any {
	if b, ok := v.([]byte); ok {
		return string(b)
	}
	return v
}
