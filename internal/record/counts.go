package record

import (
	"context"
	"strconv"

	"kedang/internal/access"
	"kedang/internal/db"
	"kedang/internal/errs"
	"kedang/internal/meta"
)

// Count is a number of records; not exact when counting stopped at it.
type Count struct {
	Count int  `json:"count"`
	Exact bool `json:"exact"`
}

// Counts says how much hangs on a record, as one actor may see it.
type Counts struct {
	Related  map[string]Count `json:"related"`  // "contact.customer": of the lists that its page names
	Timeline map[string]Count `json:"timeline"` // by kind of entry
	Files    Count            `json:"files"`
}

// Counts counts what the page of a record shows in lists and on the timeline.
func (s *Store) Counts(ctx context.Context, a *access.Actor, typ string, id int64) (out Counts, err error) {
	defer errs.Wrap(&err, "Store.Counts(%s, %d)", typ, id)
	t, err := s.readable(a, typ)
	if err != nil {
		return Counts{}, err
	}
	err = s.DB.Read(ctx, func(tx db.Tx) error {
		out = Counts{Related: map[string]Count{}, Timeline: map[string]Count{}}
		r, err := s.seen(ctx, tx, a, t, id)
		if err != nil {
			return err
		}
		for name, b := range s.pageLists(a, t) {
			if out.Related[name], err = s.count(ctx, tx, a, b, id, nil); err != nil {
				return err
			}
		}
		for _, b := range s.onTimeline(a, t) {
			if at, ok := s.momentField(a, b.Type); ok {
				if out.Timeline[b.Type.Name], err = s.count(ctx, tx, a, b, id, at); err != nil {
					return err
				}
			}
		}
		if ok, _ := s.allowed(a, "history", r, s.loader(ctx, tx)); ok && !a.Scope(t, "history").None() {
			if out.Timeline[Changes], err = counted(ctx, tx, "SELECT 1 FROM ledger WHERE record = ? AND kind = 'write'", id); err != nil {
				return err
			}
		}
		out.Files, err = counted(ctx, tx, "SELECT 1 FROM sys_file WHERE record = ? AND archived_at IS NULL", id)
		return err
	})
	return out, err
}

// pageLists are the links behind the related lists of a type's page.
func (s *Store) pageLists(a *access.Actor, t *meta.Type) map[string]*meta.Backlink {
	out := map[string]*meta.Backlink{}
	for _, b := range t.Page.Lists() {
		if back, err := s.backlink(a, t, b.Of+"."+b.Via); err == nil {
			out[back.Type.Name+"."+back.Field.Name] = back
		}
	}
	return out
}

// count counts the records that point here through a link; at narrows to those
// that have a value in it.
func (s *Store) count(ctx context.Context, tx db.Tx, a *access.Actor, b *meta.Backlink, id int64, at *meta.Field) (Count, error) {
	where := "t." + quote(columnOf(b.Field)) + " = ?"
	if b.Field.Kind.Storage() == meta.InSide {
		where = "t.id IN (SELECT s.record FROM " + quote(b.Field.Table) + " AS s WHERE s.value = ?)"
	}
	args := []any{id}
	if at != nil {
		where += " AND t." + quote(columnOf(at)) + " IS NOT NULL"
	}
	if cond, more := s.reading(a, b.Type, s.DB.Dialect()).readable(b.Type, "t"); cond != "" {
		where, args = where+" AND ("+cond+")", append(args, more...)
	}
	return counted(ctx, tx, "SELECT 1 FROM "+quote(b.Type.Table)+" AS t WHERE t.archived_at IS NULL AND "+where, args...)
}

// counted counts rows, as far as lists count.
func counted(ctx context.Context, tx db.Tx, rows string, args ...any) (Count, error) {
	var n int64
	err := tx.QueryRow(ctx, "SELECT count(*) FROM ("+rows+" LIMIT "+strconv.Itoa(cappedTotal+1)+") AS counted", args, &n)
	if n > cappedTotal {
		return Count{Count: cappedTotal}, err
	}
	return Count{Count: int(n), Exact: true}, err
}
