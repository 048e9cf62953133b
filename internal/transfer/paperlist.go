package transfer

import (
	"context"
	"encoding/json"
	"errors"

	"kedang/internal/access"
	"kedang/internal/errs"
	"kedang/internal/meta"
	"kedang/internal/record"
)

// wideList is how many columns of a list turn its paper on its side.
const wideList = 7

// errEnough ends a list that is longer than paper takes.
var errEnough = errors.New("enough rows")

// PrintList sets a list as filtered and sorted, with the columns asked for,
// the view's, or those of the type's usual list; of more than 2,000 rows the
// first 2,000. As an export does, it needs the right to export, reaches no
// further than that, and is on record.
func (s *Service) PrintList(ctx context.Context, a *access.Actor, typ string, q record.ListQuery, lang string) (_ *Paper, err error) {
	defer errs.Wrap(&err, "Service.PrintList(%s)", typ)
	t, err := s.mayDo(a, "export", typ)
	if err != nil {
		return nil, err
	}
	p := &papering{wording: s.wording(a, lang), s: s, a: a, t: t}
	columns, err := p.columns(&q)
	if err != nil {
		return nil, err
	}
	p.paper = &Paper{Heading: listHeading(t, q.View, lang), By: a.Name, At: s.Clock().In(s.zone(a)), Size: "a4", Landscape: len(columns) >= wideList, Copies: []string{""}}
	var items []map[string]json.RawMessage
	more := false
	err = s.Store.Each(ctx, a, "export", typ, q, func(page []byte) error {
		if more = len(items) >= mostPrinted; more {
			return errEnough
		}
		var some []map[string]json.RawMessage
		if err := json.Unmarshal(page, &some); err != nil {
			return err
		}
		items = append(items, some...)
		return nil
	})
	if err != nil && !errors.Is(err, errEnough) {
		return nil, err
	}
	if len(items) > mostPrinted {
		items, more = items[:mostPrinted], true
	}
	table := p.table(columns, items)
	table.AtLeast = more
	p.add(Part{Table: table})
	return p.paper, s.printed(ctx, a, t, 0, map[string]any{"filter": q.Filter, "view": q.View, "q": q.Q, "columns": q.Fields, "rows": len(items)})
}

func listHeading(t *meta.Type, view, lang string) string {
	name := t.Plural.In(lang)
	if name == "" {
		name = t.Label.In(lang)
	}
	if v := t.View(view); view != "" && v != nil {
		name += " · " + v.Label.In(lang)
	}
	return name
}

// columns finds the columns and asks for them by name. One that was asked for
// and may not be seen is unknown.
func (p *papering) columns(q *record.ListQuery) (columns []outColumn, err error) {
	names, asked := q.Fields, len(q.Fields) > 0
	if v := p.t.View(q.View); !asked {
		if q.View != "" && v != nil {
			names = v.Columns
		}
		names = columnsOf(p.t, names)
	}
	q.Fields, q.Expand = nil, nil
	for _, name := range names {
		c := p.column(p.a, p.t, "export", name)
		if c.level > meta.Hidden {
			columns, q.Fields = append(columns, c), append(q.Fields, name)
		} else if f, ok := p.t.Field(name); asked && (!ok || p.a.Level(p.t, f) == meta.Hidden) {
			return nil, errs.RefuseField("fields", "unknown_field", errs.Params{"field": name})
		}
	}
	if len(columns) == 0 {
		return nil, errs.RefuseField("fields", "unknown_field", nil)
	}
	return columns, nil
}
