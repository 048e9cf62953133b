package record

import (
	"context"
	"strconv"
	"strings"

	"kedang/internal/access"
	"kedang/internal/db"
	"kedang/internal/errs"
	"kedang/internal/meta"
)

// GroupQuery counts the records of a list by a field.
type GroupQuery struct {
	ListQuery
	By  string // a choice, link, bool or built-in link field
	Sum string // a number field to add up; "" for none
}

// mostGroups bounds how many groups are answered.
const mostGroups = 500

// Group appends {"items":[{"value":…,"title":…,"count":…,"sum":…}]}, the
// largest group first, over the rows the actor may see.
func (s *Store) Group(ctx context.Context, a *access.Actor, typ string, q GroupQuery, dst []byte) (_ []byte, err error) {
	defer errs.Wrap(&err, "Store.Group(%s by %s)", typ, q.By)
	t, err := s.readable(a, typ)
	if err != nil {
		return dst, err
	}
	q.Fields = []string{q.By}
	l, err := s.newList(a, t, q.ListQuery)
	if err != nil {
		return dst, err
	}
	by, err := l.clear(q.By, "by")
	if err != nil {
		return dst, err
	}
	what := "count(*)"
	var sum *meta.Field
	if q.Sum != "" {
		if sum, err = l.clear(q.Sum, "sum"); err != nil {
			return dst, err
		}
		if sum.KindName == "" || sum.Kind.Column(sum) != meta.IntColumn || sum.Target != nil {
			return dst, errs.RefuseField("sum", "wrong_kind", nil)
		}
		what += ", CAST(sum(t." + quote(sum.Column) + ") AS " + l.dialect.IntType() + ")"
	}
	column := "t." + quote(columnOf(by))
	text := "SELECT " + column + ", " + what + " FROM " + quote(t.Table) + " AS t"
	if len(l.where) > 0 {
		text += " WHERE " + strings.Join(l.where, " AND ")
	}
	text += " GROUP BY " + column + " ORDER BY 2 DESC, 1 LIMIT " + strconv.Itoa(mostGroups)
	begin := len(dst)
	err = s.DB.Read(ctx, func(tx db.Tx) error {
		dst, err = s.groups(ctx, tx, l, by, sum, text, dst[:begin])
		return err
	})
	return dst, err
}

// clear finds a field that the actor reads unmasked and that lies in a column.
func (l *list) clear(name, path string) (*meta.Field, error) {
	f, ok := l.t.Field(name)
	if !ok || (!f.System && l.a.Level(l.t, f) == meta.Hidden) {
		return nil, errs.RefuseField(path, "unknown_field", errs.Params{"field": name})
	}
	if !f.System && (f.Sealed || l.a.Level(l.t, f) == meta.Masked) {
		return nil, errs.RefuseField(path, "field_masked", errs.Params{"field": name})
	}
	if !f.System && f.Kind.Storage() != meta.InColumn {
		return nil, errs.RefuseField(path, "wrong_kind", nil)
	}
	return f, nil
}

func (s *Store) groups(ctx context.Context, tx db.Tx, l *list, by, sum *meta.Field, text string, dst []byte) ([]byte, error) {
	rows, err := tx.Query(ctx, text, l.args...)
	if err != nil {
		return dst, err
	}
	type group struct {
		value, sum any
		n          int64
	}
	var all []group
	for rows.Next() {
		var g group
		dest := []any{&g.value, &g.n}
		if sum != nil {
			dest = append(dest, &g.sum)
		}
		if err := rows.Scan(dest...); err != nil {
			rows.Close()
			return dst, err
		}
		all = append(all, g)
	}
	if err := rows.Close(); err != nil {
		return dst, err
	}
	titles := map[int64]string{}
	if by.Target != nil {
		ids := make([]int64, 0, len(all))
		for _, g := range all {
			if id := integer(g.value); id != 0 {
				ids = append(ids, id)
			}
		}
		if titles, err = s.titles(ctx, tx, l.a, by.Target, ids); err != nil {
			return dst, err
		}
	}
	dst = append(dst, `{"items":[`...)
	for i, g := range all {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = appendGroupValue(append(dst, `{"value":`...), by, g.value, titles)
		dst = strconv.AppendInt(append(dst, `,"count":`...), g.n, 10)
		if sum != nil {
			dst = append(dst, `,"sum":`...)
			dst = appendStored(dst, sum, g.sum)
		}
		dst = append(dst, '}')
	}
	return append(dst, `]}`...), nil
}

func appendGroupValue(dst []byte, by *meta.Field, v any, titles map[int64]string) []byte {
	switch {
	case v == nil:
		return append(dst, "null"...)
	case by.Target != nil:
		title, ok := titles[integer(v)]
		if !ok {
			return append(dst, `{"hidden":true}`...)
		}
		return appendTitle(dst, integer(v), title)
	case by.System:
		if n, ok := v.(int64); ok {
			return strconv.AppendInt(dst, n, 10)
		}
		return meta.AppendString(dst, str(v))
	}
	return appendStored(dst, by, v)
}

// titles reads the titles of records that the actor may see.
func (s *Store) titles(ctx context.Context, tx db.Tx, a *access.Actor, t *meta.Type, ids []int64) (map[int64]string, error) {
	out := map[int64]string{}
	r := s.reading(a, t, s.DB.Dialect())
	cond, more := r.visible(t, "t")
	for len(ids) > 0 {
		n := min(chunk, len(ids))
		args := make([]any, n)
		for i, id := range ids[:n] {
			args[i] = id
		}
		text := "SELECT t.id, coalesce(t." + r.titleColumn(t) + ", '') FROM " + quote(t.Table) + " AS t WHERE t.id IN (" + marks(n) + ")"
		if cond != "" {
			text += " AND (" + cond + ")"
			args = append(args, more...)
		}
		rows, err := tx.Query(ctx, text, args...)
		if err != nil {
			return nil, err
		}
		for rows.Next() {
			var id int64
			var title string
			if err := rows.Scan(&id, &title); err != nil {
				rows.Close()
				return nil, err
			}
			out[id] = title
		}
		if err := rows.Close(); err != nil {
			return nil, err
		}
		ids = ids[n:]
	}
	return out, nil
}
