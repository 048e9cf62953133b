package record

import (
	"context"
	"strings"

	"kedang/internal/db"
	"kedang/internal/meta"
)

// giveNumber numbers a new record, or takes the number it brings along.
func (w *writing) giveNumber() (err error) {
	if w.op.Verb != "create" {
		return nil
	}
	if w.number != "" {
		if err := w.s.checkNumber(w.ctx, w.tx, w, w.number); err != nil {
			return err
		}
		w.row.Number = w.number
		if w.t.Pattern != nil {
			return w.s.takeNumber(w.ctx, w.tx, w, w.number)
		}
		return nil
	}
	if w.t.Pattern != nil && !w.opts.DryRun && w.pending == nil { // a bulk numbers its rows together
		w.row.Number, err = w.nextNumber()
	}
	return err
}

// title makes the text a record is known by wherever it is linked to.
func (w *writing) title() (err error) {
	w.row.Title, err = w.s.titleOf(w.row, w.load)
	return err
}

// store writes the row: all columns of a new one, the changed ones of an old
// one. An update that changes nothing writes nothing and keeps its revision.
func (w *writing) store() error {
	w.stamp()
	if w.old == nil {
		text, args := w.tb.insert(w.s.args(w.tb, w.row))
		if _, err := w.tx.Exec(w.ctx, text, args...); err != nil {
			return w.uniqueProblem(err)
		}
		return saveMany(w.ctx, w.tx, w.tb, nil, w.row)
	}
	if w.nothing() {
		w.row.UpdatedAt, w.row.UpdatedBy = w.old.UpdatedAt, w.old.UpdatedBy
		return nil
	}
	w.row.Rev = w.old.Rev + 1
	if err := w.s.saveColumns(w.ctx, w.tx, w.tb, w.old, w.row); err != nil {
		return w.uniqueProblem(err)
	}
	return saveMany(w.ctx, w.tx, w.tb, w.old, w.row)
}

// stamp notes what changed, when and by whom.
func (w *writing) stamp() {
	w.changed = w.changes()
	w.change.Changed = w.changed
	w.row.UpdatedAt, w.row.UpdatedBy = ms(w.now), w.actor.ID
	if w.old == nil {
		w.row.Rev = 1
	}
	w.s.tokenise(w.row)
}

// indexRow brings the search index and the match keys up to date.
func (w *writing) indexRow() error {
	if w.nothing() {
		return nil
	}
	if err := w.s.saveMatch(w.ctx, w.tx, w.old, w.row); err != nil {
		return err
	}
	return w.s.reindexRow(w.ctx, w.tx, w.old, w.row)
}

// after tells the extensions.
func (w *writing) after() error {
	w.change.Warnings = w.warnings
	for _, x := range w.s.Extensions {
		if err := x.After(w.ctx, w.tx, w.change); err != nil {
			return err
		}
	}
	return nil
}

// nothing tells that an update leaves everything as it was.
func (w *writing) nothing() bool {
	o, r := w.old, w.row
	return o != nil && len(w.changed) == 0 && o.Owner == r.Owner && o.Department == r.Department &&
		o.RootOwner == r.RootOwner && o.RootDepartment == r.RootDepartment && o.ArchivedAt == r.ArchivedAt && o.Title == r.Title
}

// saveColumns updates the columns in which two images of a row differ.
func (s *Store) saveColumns(ctx context.Context, tx db.Tx, tb *table, old, r *Row) error {
	names := tb.names()
	before, after := s.args(tb, old), s.args(tb, r)
	var set []string
	var args []any
	for i := range names {
		if !sameColumn(before[i], after[i]) {
			set = append(set, names[i]+" = ?")
			args = append(args, after[i])
		}
	}
	if len(set) == 0 {
		return nil
	}
	_, err := tx.Exec(ctx, "UPDATE "+quote(tb.t.Table)+" SET "+strings.Join(set, ", ")+" WHERE id = ?", append(args, r.ID)...)
	return err
}

// saveAll writes all columns of a row.
func (s *Store) saveAll(ctx context.Context, tx db.Tx, tb *table, r *Row) error {
	names, args := tb.names(), s.args(tb, r)
	set := make([]string, len(names)-1)
	for i, n := range names[1:] {
		set[i] = n + " = ?"
	}
	_, err := tx.Exec(ctx, "UPDATE "+quote(tb.t.Table)+" SET "+strings.Join(set, ", ")+" WHERE id = ?", append(args[1:], r.ID)...)
	return err
}

func sameColumn(a, b any) bool {
	x, ok := a.([]byte)
	y, both := b.([]byte)
	if ok || both {
		return ok && both && string(x) == string(y)
	}
	return a == b
}

// saveMany writes the side tables and child rows that changed.
func saveMany(ctx context.Context, tx db.Tx, tb *table, old, r *Row) error {
	for _, f := range tb.sides {
		var before any
		if old != nil {
			before = old.Values[f.Slot]
		}
		if sameValue(before, r.Values[f.Slot]) {
			continue
		}
		if err := saveSide(ctx, tx, f, before != nil, r); err != nil {
			return err
		}
	}
	for _, f := range tb.rows {
		var before []*meta.ChildRow
		if old != nil {
			before, _ = old.Values[f.Slot].([]*meta.ChildRow)
		}
		after, _ := r.Values[f.Slot].([]*meta.ChildRow)
		if err := saveChildren(ctx, tx, f, r.ID, before, after); err != nil {
			return err
		}
	}
	return nil
}

func saveSide(ctx context.Context, tx db.Tx, f *meta.Field, had bool, r *Row) error {
	if had {
		if _, err := tx.Exec(ctx, "DELETE FROM "+quote(f.Table)+" WHERE record = ?", r.ID); err != nil {
			return err
		}
	}
	items, _ := r.Values[f.Slot].([]meta.Item)
	for i, item := range items {
		err := db.Put(ctx, tx, "INSERT INTO "+quote(f.Table)+" (record, pos, value, extra) VALUES (?, ?, ?, ?)",
			r.ID, int64(i), item.Value, word(item.Extra))
		if err != nil {
			return err
		}
	}
	return nil
}

// saveChildren deletes the child rows that are gone, and writes those that are
// new, changed or in another place.
func saveChildren(ctx context.Context, tx db.Tx, f *meta.Field, record int64, before, after []*meta.ChildRow) error {
	stored := make(map[int64]int, len(before))
	for i, child := range before {
		stored[child.ID] = i
	}
	for i, child := range after {
		k, had := stored[child.ID]
		delete(stored, child.ID)
		if had && k == i && sameChildren(before[k:k+1], after[i:i+1]) {
			continue
		}
		if err := saveChild(ctx, tx, f, record, i, child, had); err != nil {
			return err
		}
	}
	for id := range stored {
		if _, err := tx.Exec(ctx, "DELETE FROM "+quote(f.Table)+" WHERE id = ?", id); err != nil {
			return err
		}
	}
	return nil
}

func saveChild(ctx context.Context, tx db.Tx, f *meta.Field, record int64, pos int, child *meta.ChildRow, had bool) error {
	if had {
		query := "UPDATE " + quote(f.Table) + " SET pos = ?"
		args := []any{int64(pos)}
		for i, sub := range f.Rows {
			query += ", " + quote(sub.Column) + " = ?"
			args = append(args, child.Values[i])
		}
		_, err := tx.Exec(ctx, query+" WHERE id = ?", append(args, child.ID)...)
		return err
	}
	names := "id, record, pos"
	args := []any{child.ID, record, int64(pos)}
	for i, sub := range f.Rows {
		names += ", " + quote(sub.Column)
		args = append(args, child.Values[i])
	}
	return db.Put(ctx, tx, "INSERT INTO "+quote(f.Table)+" ("+names+") VALUES ("+marks(len(args))+")", args...)
}
