package record

import (
	"context"
	"slices"
	"strings"

	"kedang/internal/db"
	"kedang/internal/errs"
	"kedang/internal/meta"
)

// appendExpanded appends the records that a page's links lead to, each once:
// ,"expanded":{"customer":{"<id>":{…}},"customer.owner":{…}}. One query per
// step of a path and one per path for the records, whatever the page's size;
// what the actor may not see is left out.
func (l *list) appendExpanded(ctx context.Context, tx db.Tx, dst []byte) ([]byte, error) {
	if len(l.q.Expand) == 0 {
		return dst, nil
	}
	if len(l.q.Expand) > 10 {
		return dst, errs.RefuseField("expand", "too_many_values", errs.Params{"max": 10})
	}
	dst = append(dst, `,"expanded":{`...)
	for i, path := range l.q.Expand {
		if i > 0 {
			dst = append(dst, ',')
		}
		t, ids, err := l.along(ctx, tx, strings.Split(path, "."))
		if err != nil {
			return dst, err
		}
		dst = append(meta.AppendString(dst, path), ':', '{')
		if dst, err = l.appendTargets(ctx, tx, t, ids, dst); err != nil {
			return dst, err
		}
		dst = append(dst, '}')
	}
	return append(dst, '}'), nil
}

// along follows a path of links from the page's records.
func (l *list) along(ctx context.Context, tx db.Tx, path []string) (*meta.Type, []int64, error) {
	if len(path) > expandDepth {
		return nil, nil, errs.RefuseField("expand", "too_deep", errs.Params{"max": expandDepth})
	}
	t, ids := l.t, l.ids
	for _, name := range path {
		f, ok := t.Field(name)
		if !ok || f.Target == nil || name == "id" || (!f.System && (l.a.Level(t, f) < meta.Read || f.Kind.Storage() != meta.InColumn)) {
			return nil, nil, errs.RefuseField("expand", "unknown_field", errs.Params{"field": name})
		}
		next := []int64{}
		err := l.among(ctx, tx, t, ids, "DISTINCT t."+quote(columnOf(f)), " AND t."+quote(columnOf(f))+" IS NOT NULL", nil, func(rows db.Rows) error {
			var id int64
			err := rows.Scan(&id)
			next = append(next, id)
			return err
		})
		if err != nil {
			return nil, nil, err
		}
		slices.Sort(next)
		t, ids = f.Target, slices.Compact(next)
	}
	return t, ids, nil
}

// among reads records of a type by their ids, under the actor's right to read
// them, a few hundred at a time.
func (l *list) among(ctx context.Context, tx db.Tx, t *meta.Type, ids []int64, columns, more string, r *reading, row func(db.Rows) error) error {
	cond, params := l.readable(t, "t")
	for len(ids) > 0 {
		n := min(chunk, len(ids))
		var args []any
		joins := ""
		if r != nil {
			args, joins = slices.Clone(r.params), r.joins.String()
		}
		for _, id := range ids[:n] {
			args = append(args, id)
		}
		text := "SELECT " + columns + " FROM " + quote(t.Table) + " AS t" + joins + " WHERE t.id IN (" + marks(n) + ")" + more
		if cond != "" {
			text += " AND (" + cond + ")"
			args = append(args, params...)
		}
		rows, err := tx.Query(ctx, text, args...)
		if err != nil {
			return err
		}
		for rows.Next() {
			if err := row(rows); err != nil {
				rows.Close()
				return err
			}
		}
		if err := rows.Close(); err != nil {
			return err
		}
		ids = ids[n:]
	}
	return nil
}

func (l *list) appendTargets(ctx context.Context, tx db.Tx, t *meta.Type, ids []int64, dst []byte) ([]byte, error) {
	r := l.s.reading(l.a, t, l.dialect)
	names := []string{"id", "number", "title"}
	switch {
	case t.Builtin:
	case l.a.Scope(t, "read").None():
		return dst, nil // its title may be public; the record is not
	default:
		names = append(append(names, "rev"), r.all()...)
	}
	for _, name := range names {
		if err := r.add(name); err != nil {
			return dst, err
		}
	}
	values := make([]any, len(r.columns))
	dest := make([]any, len(values))
	for i := range dest {
		dest[i] = &values[i]
	}
	first := true
	err := l.among(ctx, tx, t, ids, strings.Join(r.columns, ", "), "", r, func(rows db.Rows) error {
		if err := rows.Scan(dest...); err != nil {
			return err
		}
		if !first {
			dst = append(dst, ',')
		}
		first = false
		dst = append(appendID(dst, integer(values[r.outs[0].at])), ':', '{')
		dst = append(r.appendRow(dst, values), '}')
		return nil
	})
	return dst, err
}
