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
	By  string // a choice, link, bool or built-in link field; a date or moment with ":month"; the currency of an amount, price.currency
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
	name, monthly := strings.CutSuffix(q.By, ":month")
	name, currency := strings.CutSuffix(name, ".currency")
	q.Fields = []string{name}
	l, err := s.newList(a, t, q.ListQuery)
	if err != nil {
		return dst, err
	}
	by, err := l.clear(name, "by")
	if err != nil {
		return dst, err
	}
	if by.ManyCurrencies() != currency || monthly && !hasMonths(by) {
		return dst, errs.RefuseField("by", "wrong_kind", nil)
	}
	if by.KindName == "datetime" && !monthly {
		return dst, errs.RefuseField("by", "group_by_month", errs.Params{"field": name})
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
		if sum.ManyCurrencies() && !(currency && sum == by) && !l.oneCurrency(sum) {
			return dst, errs.RefuseField("sum", "many_currencies", errs.Params{"field": sum.Name})
		}
		what += ", CAST(sum(t." + quote(sum.Column) + ") AS " + l.dialect.IntType() + ")"
	}
	begin := len(dst)
	err = s.DB.Read(ctx, func(tx db.Tx) error {
		l.every = true
		if err := l.find(ctx, tx); err != nil {
			return err
		}
		g := grouping{by: by, sum: sum, column: "t." + quote(columnOf(by)), currency: currency}
		if currency {
			g.column = "t." + quote(by.Column+meta.CurrencySuffix)
		}
		if monthly {
			if err := g.byMonth(ctx, tx, l); err != nil {
				return err
			}
		}
		text := "SELECT " + g.column + ", " + what + l.from() + " GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT " + strconv.Itoa(mostGroups)
		dst, err = s.groups(ctx, tx, l, g, text, dst[:begin])
		return err
	})
	return dst, err
}

// oneCurrency tells whether filter or view leave a field's amounts in one.
func (l *list) oneCurrency(f *meta.Field) bool {
	if v := l.t.View(l.q.View); v != nil && f.OneCurrency(v.Prog.Filter) {
		return true
	}
	return f.OneCurrency(l.filter)
}

// from prints FROM and WHERE of a list.
func (l *list) from() string {
	text := " FROM " + quote(l.t.Table) + " AS t"
	if len(l.where) > 0 {
		text += " WHERE " + strings.Join(l.where, " AND ")
	}
	return text
}

// grouping is what a list is grouped by and what is added up.
type grouping struct {
	by, sum *meta.Field
	column  string
	months  []string // by month of a moment: the month of each value of column
	monthly bool

	currency bool // by that of its amounts
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

func (s *Store) groups(ctx context.Context, tx db.Tx, l *list, by grouping, text string, dst []byte) ([]byte, error) {
	sum := by.sum
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
	if by.by.Target != nil {
		ids := make([]int64, 0, len(all))
		for _, g := range all {
			if id := integer(g.value); id != 0 {
				ids = append(ids, id)
			}
		}
		if titles, err = s.titles(ctx, tx, l.a, by.by.Target, ids); err != nil {
			return dst, err
		}
	}
	dst = append(dst, `{"items":[`...)
	for i, g := range all {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = by.appendValue(append(dst, `{"value":`...), g.value, titles)
		dst = strconv.AppendInt(append(dst, `,"count":`...), g.n, 10)
		if sum != nil {
			dst = append(dst, `,"sum":`...)
			dst = appendStored(dst, sum, g.sum)
		}
		dst = append(dst, '}')
	}
	return append(dst, `]}`...), nil
}

func (g grouping) appendValue(dst []byte, v any, titles map[int64]string) []byte {
	by := g.by
	switch {
	case v == nil:
		return append(dst, "null"...)
	case g.months != nil:
		return meta.AppendString(dst, g.months[integer(v)])
	case g.monthly, g.currency:
		return meta.AppendString(dst, str(v))
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
			out[id] = r.titleFrom(t, id, title)
		}
		if err := rows.Close(); err != nil {
			return nil, err
		}
		ids = ids[n:]
	}
	return out, nil
}
