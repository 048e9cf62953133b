package record

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"kedang/internal/db"
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
	hits, err := l.s.search(ctx, tx, l.a, []*meta.Type{l.t}, l.q.Q, mostFound)
	if err != nil {
		return err
	}
	ids := make([]int64, len(hits))
	for i, h := range hits {
		ids[i] = h.row.ID
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
	l.where = append(l.where, "t.id IN ("+marks(len(l.found))+")")
	for _, id := range l.found {
		l.args = append(l.args, id)
	}
}

// mostFound bounds a list narrowed by words or a value.
const mostFound = 1000
