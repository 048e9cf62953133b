package record

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"kedang/internal/db"
	"kedang/internal/errs"
	"kedang/internal/expr"
	"kedang/internal/meta"
)

// found is the ids that words find among one type, for a list narrowed by them.
func (l *list) find(ctx context.Context, tx db.Tx) error {
	if l.found != nil {
		return nil
	}
	if strings.TrimSpace(l.q.Q) == "" {
		return l.drive(ctx, tx)
	}
	what := seek{text: l.q.Q, limit: mostFound + 1, where: strings.Join(l.where, " AND "), args: l.args}
	if l.every {
		what.limit, what.deep = mostEvery+1, true
	}
	f, err := l.s.search(ctx, tx, l.a, []*meta.Type{l.t}, what)
	if err != nil {
		return err
	}
	ids := make([]int64, 0, len(f.hits))
	for _, h := range f.hits[:min(len(f.hits), what.limit-1)] {
		ids = append(ids, h.row.ID)
	}
	l.cut = f.cut || len(f.hits) > len(ids)
	if l.cut && l.every {
		return errs.RefuseField("q", "too_many_found", errs.Params{"max": mostEvery})
	}
	l.narrow(ids)
	return nil
}

// drive narrows a list to the records that have a value which the filter asks
// of a many-valued field, when they are few.
func (l *list) drive(ctx context.Context, tx db.Tx) error {
	filters := []*expr.Expr{l.filter}
	if v := l.t.View(l.q.View); v != nil {
		filters = append(filters, v.Prog.Filter)
	}
	for _, e := range filters {
		if e == nil || l.found != nil {
			continue
		}
		query, args, ok, err := e.Driver(expr.Dialect(l.dialect), l.reading.args)
		if err != nil {
			return err
		}
		if !ok {
			continue
		}
		ids, err := int64s(tx.Query(ctx, query+" LIMIT "+strconv.Itoa(mostFound+1), args...))
		if err != nil {
			return err
		}
		if len(ids) <= mostFound {
			l.narrow(ids)
		}
	}
	return nil
}

// narrow leaves of a list the records found.
func (l *list) narrow(ids []int64) {
	slices.Sort(ids)
	l.found, l.branches = slices.Compact(ids), nil
	if len(l.found) == 0 {
		l.found = []int64{}
		l.where = append(l.where, "0 = 1")
		return
	}
	switch {
	case len(l.found) <= mostFound+1:
		l.where = append(l.where, "t.id IN ("+marks(len(l.found))+")")
		for _, id := range l.found {
			l.args = append(l.args, id)
		}
	case l.dialect == db.Postgres: // more than there may be arguments
		l.where, l.args = append(l.where, "t.id = ANY(CAST(? AS bigint[]))"), append(l.args, l.found)
	default:
		l.where, l.args = append(l.where, "t.id IN (SELECT value FROM json_each(?))"), append(l.args, jsonIDs(l.found))
	}
}

func jsonIDs(ids []int64) string {
	b := []byte{'['}
	for i, id := range ids {
		if i > 0 {
			b = append(b, ',')
		}
		b = strconv.AppendInt(b, id, 10)
	}
	return string(append(b, ']'))
}

// Bounds of what words or a value narrow to: a list, whose total then says that
// there is more; and what goes through every record, which is refused.
const (
	mostFound = 1000
	mostEvery = 100_000
)
