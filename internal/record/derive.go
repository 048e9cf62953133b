package record

import (
	"cmp"
	"context"
	"slices"

	"kedang/internal/access"
	"kedang/internal/db"
	"kedang/internal/errs"
	"kedang/internal/expr"
	"kedang/internal/meta"
)

// inline is how many records a write may change besides its own inside its
// transaction; more are left to a job.
const inline = 1000

// derived carries a write on to what stands on it: roll-ups of the records it
// links to, formulas of records that link to it, and the rights columns of
// everything under it. Derived changes bump neither revision nor history.
func (w *writing) derived() error {
	if w.nothing() {
		return nil
	}
	d := &deriving{s: w.s, ctx: w.ctx, tx: w.tx, load: w.load, args: access.System("derive").Args(w.s.Clock())}
	w.load.rows[w.row.ID] = &rowEnv{row: w.row, loader: w.load}
	if w.old != nil && (w.old.RootOwner != w.row.RootOwner || w.old.RootDepartment != w.row.RootDepartment) {
		if err := d.inheritBelow(w.row, nil); err != nil {
			return err
		}
	}
	if w.old != nil && w.old.ArchivedAt != w.row.ArchivedAt {
		err := error(nil)
		if w.row.ArchivedAt != 0 {
			err = d.archiveBelow(w.row, nil)
		} else {
			err = d.restoreBelow(w.row, w.old.ArchivedAt, nil)
		}
		if err != nil {
			return err
		}
	}
	return d.spread(w.old, w.row, 0)
}

// deriving is one wave of derived changes.
type deriving struct {
	s    *Store
	ctx  context.Context
	tx   db.Tx
	load *loader
	args expr.Args
	done int
}

// deepestWave bounds how far one write spreads (line -> order -> customer -> group …).
const deepestWave = 8

// spread updates the parents whose roll-ups count this row, then the rows
// whose formulas read it.
func (d *deriving) spread(old, r *Row, depth int) error {
	if depth == deepestWave {
		return errs.New(errs.Internal, "derive_too_deep", errs.Params{"type": r.Type.Name})
	}
	for _, p := range d.parents(old, r) {
		if err := d.rollParent(p, depth); err != nil {
			return err
		}
	}
	return d.dependents(old, r, depth)
}

// spreadAll is spread for many rows, olds nil for new ones: a parent of many is
// computed once.
func (d *deriving) spreadAll(olds, rows []*Row, depth int) error {
	if depth == deepestWave {
		return errs.New(errs.Internal, "derive_too_deep", errs.Params{"type": rows[0].Type.Name})
	}
	var all []parent
	at := map[int64]int{}
	for i, r := range rows {
		for _, p := range d.parents(before(olds, i), r) {
			k, ok := at[p.id]
			if !ok {
				k = len(all)
				at[p.id] = k
				all = append(all, parent{t: p.t, id: p.id})
			}
			for _, f := range p.rollups {
				if !slices.Contains(all[k].rollups, f) {
					all[k].rollups = append(all[k].rollups, f)
				}
			}
		}
	}
	slices.SortFunc(all, byID)
	for _, p := range all {
		if err := d.rollParent(p, depth); err != nil {
			return err
		}
	}
	for i, r := range rows {
		if err := d.dependents(before(olds, i), r, depth); err != nil {
			return err
		}
	}
	return nil
}

func before(olds []*Row, i int) *Row {
	if olds == nil {
		return nil
	}
	return olds[i]
}

// byID orders parents, so that two writers lock them in the same order.
func byID(a, b parent) int { return cmp.Compare(a.id, b.id) }

// parent is a record whose roll-ups must be computed again.
type parent struct {
	t       *meta.Type
	id      int64
	rollups []*meta.Field
}

// parents lists the records whose roll-ups this change moves, in id order, so
// that two writers lock them in the same order.
func (d *deriving) parents(old, r *Row) []parent {
	var out []parent
	for _, feed := range r.Type.Feeds {
		if old != nil && old.ArchivedAt == r.ArchivedAt && !feedMoved(feed, old, r) {
			continue
		}
		for _, row := range []*Row{old, r} {
			if row == nil {
				continue
			}
			id, _ := row.Values[feed.Via.Slot].(int64)
			if id == 0 {
				continue
			}
			k := slices.IndexFunc(out, func(p parent) bool { return p.id == id })
			if k < 0 {
				out = append(out, parent{t: feed.Rollup.Of, id: id})
				k = len(out) - 1
			}
			if !slices.Contains(out[k].rollups, feed.Rollup) {
				out[k].rollups = append(out[k].rollups, feed.Rollup)
			}
		}
	}
	slices.SortFunc(out, byID)
	return out
}

// feedMoved tells whether a change touches what a roll-up reads: the link
// itself, the field it sums, or a field of its condition.
func feedMoved(feed *meta.Feed, old, r *Row) bool {
	for _, f := range feed.Reads {
		if !sameValue(old.value(f), r.value(f)) {
			return true
		}
	}
	return false
}

// rollParent computes a parent's roll-ups and formulas again and spreads on
// when they changed.
func (d *deriving) rollParent(p parent, depth int) error {
	old, err := d.s.loadForUpdate(d.ctx, d.tx, p.t, p.id)
	if errs.Is(err, errs.NotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	r := old.clone()
	for _, f := range p.rollups {
		v, err := d.s.rollup(d.ctx, d.tx, f, p.id, d.args)
		if err != nil {
			return err
		}
		r.Values[f.Slot] = v
	}
	return d.settle(old, r, depth)
}

// rollup computes one roll-up over the records that link to a parent: one
// indexed aggregate, or, with a condition SQL cannot print, a walk.
func (s *Store) rollup(ctx context.Context, tx db.Tx, f *meta.Field, parent int64, args expr.Args) (any, error) {
	child := f.Prog.Via.Of
	where := quote(f.Prog.Via.Column) + " = ? AND archived_at IS NULL"
	params := []any{parent}
	if f.Prog.Where != nil {
		cond, more, err := f.Prog.Where.SQL("t", expr.Dialect(tx.Dialect()), args)
		if err != nil {
			return nil, err
		}
		where += " AND (" + cond + ")"
		params = append(params, more...)
	}
	what := "count(*)"
	if f.Prog.Of != nil {
		what = f.Rollup.Fn + "(" + quote(columnOf(f.Prog.Of)) + ")"
		if f.Rollup.Fn == "sum" {
			what = "CAST(coalesce(" + what + ", 0) AS " + tx.Dialect().IntType() + ")"
		}
	}
	var v any
	err := tx.QueryRow(ctx, "SELECT "+what+" FROM "+quote(child.Table)+" AS t WHERE "+where, params, &v)
	return v, err
}

// columnOf is a field's physical column, built-in ones included.
func columnOf(f *meta.Field) string {
	if f.System {
		return f.Name
	}
	return f.Column
}

// settle computes a derived row's formulas, and stores, indexes and spreads
// what changed.
func (d *deriving) settle(old, r *Row, depth int) error {
	d.load.rows[r.ID] = &rowEnv{row: r, loader: d.load}
	if err := d.s.compute(r, d.load, d.args); err != nil {
		return err
	}
	var err error
	if r.Title, err = d.s.titleOf(r, d.load); err != nil {
		return err
	}
	tb := d.s.tables.of(r.Type)
	same := r.Title == old.Title
	for i := range r.Values {
		same = same && sameValue(old.Values[i], r.Values[i])
	}
	if same {
		return nil
	}
	if err := d.s.openAll(d.load, r); err != nil {
		return err
	}
	d.s.tokenise(r)
	if err := d.s.saveColumns(d.ctx, d.tx, tb, old, r); err != nil {
		return err
	}
	if err := saveMany(d.ctx, d.tx, tb, old, r); err != nil {
		return err
	}
	if err := d.s.reindexRow(d.ctx, d.tx, old, r); err != nil {
		return err
	}
	return d.spread(old, r, depth+1)
}

// dependents brings up to date the records whose formulas read a changed
// field of this one through a link.
func (d *deriving) dependents(old, r *Row, depth int) error {
	if old == nil {
		return nil // nothing links to a new record yet
	}
	for _, dep := range r.Type.Dependents {
		if !slices.ContainsFunc(dep.Reads, func(f *meta.Field) bool { return !sameValue(old.value(f), r.value(f)) }) {
			continue
		}
		if err := d.rederive(dep, r.ID, depth); err != nil {
			return err
		}
	}
	return nil
}

func (d *deriving) rederive(dep *meta.Dependent, id int64, depth int) error {
	rows, err := d.s.loadWhere(d.ctx, d.tx, dep.Type, linksTo(dep.Via)+" ORDER BY id LIMIT 1001", id)
	if err != nil {
		return err
	}
	if d.done += len(rows); len(rows) > inline || d.done > 2*inline {
		return d.s.enqueueRederive(d.ctx, d.tx, dep.Type, dep.Via, id)
	}
	for _, row := range rows {
		if err := lockRow(d.ctx, d.tx, dep.Type, row.ID); err != nil {
			return err
		}
		if err := d.settle(row, row.clone(), depth); err != nil {
			return err
		}
	}
	return nil
}

// linksTo is the condition "this record links to ? through via".
func linksTo(via *meta.Field) string {
	switch {
	case via.Parent != nil:
		return "id IN (SELECT record FROM " + quote(via.Parent.Table) + " WHERE " + quote(via.Column) + " = ?)"
	case via.Kind.Storage() == meta.InSide:
		return "id IN (SELECT record FROM " + quote(via.Table) + " WHERE value = ?)"
	}
	return quote(columnOf(via)) + " = ?"
}
