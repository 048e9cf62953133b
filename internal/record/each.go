package record

import (
	"context"

	"kedang/internal/access"
	"kedang/internal/db"
	"kedang/internal/errs"
)

// Each goes through a whole list, as filtered and sorted, in pages that each
// come from a snapshot of their own: for exports. do gets a JSON array of up
// to 1,000 records as List writes them, valid until it returns. Besides what
// the actor may read, rows are held to how far his verb (export) reaches.
// PageSize, PageToken and Total of q do not count.
func (s *Store) Each(ctx context.Context, a *access.Actor, verb, typ string, q ListQuery, do func(items []byte) error) (err error) {
	defer errs.Wrap(&err, "Store.Each(%s)", typ)
	t, err := s.readable(a, typ)
	if err != nil {
		return err
	}
	q.PageSize, q.PageToken, q.Total = largestPage, "", "none"
	l, err := s.newList(a, t, q)
	if err != nil {
		return err
	}
	cond, args, err := a.Scope(t, verb).SQL(a, "t", l.dialect, s.Clock())
	if err != nil || a.Scope(t, verb).None() {
		return errs.New(errs.Forbidden, "forbidden", errs.Params{"verb": verb, "type": t.Name})
	}
	if cond != "" {
		l.where, l.args = append(l.where, "("+cond+")"), append(l.args, args...)
	}
	l.every = true
	if err := s.DB.Read(ctx, func(tx db.Tx) error { return l.find(ctx, tx) }); err != nil {
		return err
	}
	if len(l.looks) > 0 {
		if err := s.look(ctx, a, t, 0, "filter", l.looks); err != nil {
			return err
		}
	}
	for _, seg := range l.segments() {
		if err := l.each(ctx, seg, do); err != nil {
			return err
		}
	}
	return nil
}

// each goes through one segment, page by page.
func (l *list) each(ctx context.Context, seg segment, do func(items []byte) error) error {
	var buf []byte
	for resume := false; ; resume = true {
		var n int
		var last []any
		err := l.s.DB.Read(ctx, func(tx db.Tx) (err error) {
			buf, n, last, err = l.rows(ctx, tx, append(buf[:0], '['), 1, seg, resume, largestPage)
			return err
		})
		if err != nil {
			return err
		}
		if n > 0 {
			if err := do(append(buf, ']')); err != nil {
				return err
			}
		}
		if last == nil {
			return nil
		}
		l.token.Keys = last
	}
}
