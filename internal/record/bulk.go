package record

import (
	"context"
	"runtime"
	"sync"

	"kedang/internal/access"
	"kedang/internal/db"
	"kedang/internal/errs"
	"kedang/internal/ledger"
	"kedang/internal/meta"
)

// BulkResult is what became of one write of a bulk.
type BulkResult struct {
	Saved
	Err error // why it was refused; the others are stored all the same
}

// Bulk carries out up to a few hundred writes in one transaction, each refused
// on its own; later ones may link to records that earlier ones make. New records
// of one type that follow each other are stored, indexed and put on record
// together. also, when not nil, runs in the same transaction after the writes:
// an import keeps its place there.
//
// All checks stand before the first statement that stores anything, so a
// refused row leaves nothing behind and needs no savepoint.
func (s *Store) Bulk(ctx context.Context, a *access.Actor, ops []Op, o WriteOptions, also func(tx db.Tx, out []BulkResult) error) (out []BulkResult, err error) {
	return s.Prepare(ctx, a, ops, o).Write(ctx, also)
}

// Prepared are the writes of a bulk made ready outside the writer, so that an
// import prepares one chunk while the one before is stored.
type Prepared struct {
	s       *Store
	snap    *snapshot
	actor   *access.Actor
	ops     []Op
	opts    WriteOptions
	drafts  []*writing
	refused []error
	borne   []borne // by the rows of a rehearsal
}

// Prepare does the part of [Store.Bulk] that needs no transaction, on all cores.
func (s *Store) Prepare(ctx context.Context, a *access.Actor, ops []Op, o WriteOptions) *Prepared {
	p := &Prepared{s: s, snap: s.current.Load(), actor: a, ops: ops, opts: o}
	p.drafts, p.refused = s.prepareAll(ctx, p.snap, a, ops, o)
	return p
}

// Write does the rest of [Store.Bulk].
func (p *Prepared) Write(ctx context.Context, also func(tx db.Tx, out []BulkResult) error) (out []BulkResult, err error) {
	defer errs.Wrap(&err, "Prepared.Write(%d writes)", len(p.ops))
	for attempt := 0; ; attempt++ {
		err = p.s.DB.WriteAlone(ctx, func(tx db.Tx) (err error) {
			out, err = p.apply(ctx, tx, also)
			return err
		})
		if attempt == 0 && p.s.behind(ctx, err) {
			if err := p.s.reload(ctx); err != nil {
				return nil, err
			}
			p = p.s.Prepare(ctx, p.actor, p.ops, p.opts)
			continue
		}
		if p.opts.DryRun && errs.Is(err, errs.Canceled) && errs.As(err).Code == "dry_run" {
			if err = nil; p.opts.Rehearsal != nil {
				p.opts.Rehearsal.add(p.borne)
			}
		}
		return out, err
	}
}

func (p *Prepared) apply(ctx context.Context, tx db.Tx, also func(tx db.Tx, out []BulkResult) error) ([]BulkResult, error) {
	if err := p.s.guard(ctx, tx, p.snap, p.actor); err != nil {
		return nil, err
	}
	b := &bulk{s: p.s, ctx: ctx, tx: tx, load: p.s.loader(ctx, tx), pending: pendingKeys{}, taken: map[string]bool{}}
	if err := b.look(p.drafts); err != nil {
		return nil, err
	}
	out := make([]BulkResult, len(p.ops))
	for i := range p.ops {
		if out[i].Err = p.refused[i]; p.refused[i] != nil {
			continue
		}
		if err := b.one(p.drafts[i], &out[i]); err != nil {
			return nil, err
		}
	}
	if err := b.flush(); err != nil {
		return nil, err
	}
	switch {
	case p.opts.DryRun:
		p.borne = b.borne
		return out, errDryRun
	case also != nil:
		return out, also(tx, out)
	}
	return out, nil
}

// look finds out which match keys of the new rows anybody bears: mostly none,
// and then nothing more is asked.
func (b *bulk) look(drafts []*writing) (err error) {
	var keys []int64
	for _, d := range drafts {
		if d != nil && d.row != nil {
			for _, k := range d.row.keys {
				if !k.like {
					keys = append(keys, k.key)
				}
			}
		}
	}
	b.known = map[int64]bool{}
	if len(keys) > 0 {
		b.known, err = livingKeys(b.ctx, b.tx, keys)
	}
	return err
}

// bear notes the keys of a stored row.
func (b *bulk) bear(r *Row) {
	for _, k := range b.s.keysOf(r) {
		b.known[k.key] = true
	}
}

// prepareAll prepares writes on all cores.
func (s *Store) prepareAll(ctx context.Context, snap *snapshot, a *access.Actor, ops []Op, o WriteOptions) ([]*writing, []error) {
	drafts, refused := make([]*writing, len(ops)), make([]error, len(ops))
	workers := min(runtime.GOMAXPROCS(0), len(ops))
	o.inputs = &inputs{}
	var wg sync.WaitGroup
	for k := range workers {
		wg.Add(1)
		go func() {
			defer wg.Done()
			for i := k; i < len(ops); i += workers {
				drafts[i], refused[i] = s.prepare(ctx, snap, a, ops[i], o)
			}
		}()
	}
	wg.Wait()
	for i, d := range drafts {
		if d == nil || ops[i].Verb != "create" {
			continue
		}
		if d.id = ops[i].ID; d.ready {
			d.row.ID = d.newID() // in the order given: lists show them so, and FTS5 is written in one sweep
		}
	}
	return drafts, refused
}

// bulk is one bulk write in its transaction.
type bulk struct {
	s       *Store
	ctx     context.Context
	tx      db.Tx
	load    *loader
	pending pendingKeys
	known   map[int64]bool  // match keys that anybody bears, of rows prepared with theirs
	taken   map[string]bool // unique values of rows not stored yet
	made    []*writing      // new rows, checked and not stored yet
	borne   []borne         // by the new rows of a rehearsal
	out     []*BulkResult
}

// one checks one write and stores it, or keeps a new row for the next flush.
// The error is for faults that end the whole bulk; refusals go into res.
func (b *bulk) one(d *writing, res *BulkResult) error {
	w := d.fresh(b.ctx, b.tx, b.load)
	w.pending = b.pending
	if w.op.Verb != "create" {
		if err := b.flush(); err != nil {
			return err
		}
		err := w.write()
		b.load.forget(w.op.ID)
		if err == nil {
			b.bear(w.row)
			res.Saved = w.saved()
		}
		return refusal(err, res)
	}
	if len(b.made) > 0 && b.made[0].t != w.t { // it may link to those
		if err := b.flush(); err != nil {
			return err
		}
		w.pending = b.pending
	}
	if d.row != nil && d.row.keys != nil {
		w.known = b.known
	}
	if err := w.checked(); err != nil {
		return refusal(err, res)
	}
	bears, p := b.take(w)
	if p != nil {
		res.Err = errs.Refuse([]errs.Problem{*p})
		return nil
	}
	if w.opts.Rehearsal != nil {
		b.borne = append(b.borne, borne{b.s.keysOf(w.row), bears}.names(w.row))
	}
	row := w.row
	if w.opts.DryRun {
		row = nil
	}
	for _, k := range b.s.keysOf(w.row) {
		b.pending[k.key] = row
	}
	b.made, b.out = append(b.made, w), append(b.out, res)
	return nil
}

// refusal sorts what one row may do wrong from what ends the bulk.
func refusal(err error, res *BulkResult) error {
	switch {
	case err == nil:
		return nil
	case errs.Is(err, errs.Internal), errs.Is(err, errs.Canceled), errs.Is(err, errs.Unavailable), errs.As(err).Code == "schema_changed":
		return err
	}
	res.Err = err
	return nil
}

// take reserves the unique values of a row among those not stored yet, and
// answers what they are to a rehearsal.
func (b *bulk) take(w *writing) (bears []uint64, p *errs.Problem) {
	var keys []string
	claim := func(path, column string, v any) bool {
		key := uniqueKey(column, v)
		taken := b.taken[key]
		if before := w.opts.Rehearsal; before != nil {
			text := rehearsedText("unique\x00"+w.t.Table+"\x00", key)
			bears, taken = append(bears, text), taken || before.has(text)
		}
		if taken {
			p = &errs.Problem{Path: path, Code: "not_unique"}
			return false
		}
		keys = append(keys, key)
		return true
	}
	for _, c := range w.tb.columns {
		v := w.row.Values[c.field.Slot]
		if !c.field.Unique || c.shadow == "" || c.shadow == sortSuffix || v == nil {
			continue
		}
		if !claim(c.field.Name, c.name, b.s.columnValue(c, v)) {
			return nil, p
		}
	}
	for _, c := range w.tb.combos {
		if v := comboValue(c, w.row); v != nil && !claim(c.fields[0].Name, c.name, v) {
			return nil, p
		}
	}
	if w.row.Number != "" && !claim("number", "number", w.row.Number) {
		return nil, p
	}
	for _, key := range keys {
		b.taken[key] = true
	}
	return bears, nil
}

func uniqueKey(column string, v any) string {
	switch x := v.(type) {
	case string:
		return column + "\x00" + x
	case []byte:
		return column + "\x00" + string(x)
	case int64:
		return column + "\x00" + db.FormatID(x)
	}
	return column
}

// flush stores the new rows that wait: one statement per table, one for the
// history, then what is derived from them.
func (b *bulk) flush() error {
	if len(b.made) == 0 {
		return nil
	}
	if err := b.number(); err != nil {
		return err
	}
	if err := b.insert(); err != nil {
		return err
	}
	rows := make([]*Row, len(b.made))
	entries := make([]*ledger.Entry, len(b.made))
	for i, w := range b.made {
		rows[i], entries[i] = w.row, w.entry()
	}
	if err := b.s.saveMatches(b.ctx, b.tx, b.made); err != nil {
		return err
	}
	if err := b.s.index(b.ctx, b.tx, rows, true); err != nil {
		return err
	}
	if err := b.s.Ledger.AppendAll(b.ctx, b.tx, entries); err != nil {
		return err
	}
	if err := b.derive(rows); err != nil {
		return err
	}
	for i, w := range b.made {
		if err := w.after(); err != nil {
			return err
		}
		b.bear(w.row)
		b.out[i].Saved = w.saved()
	}
	b.made, b.out, b.taken, b.pending = nil, nil, map[string]bool{}, pendingKeys{}
	return nil
}

// insert writes the rows and their many-valued fields.
func (b *bulk) insert() error {
	tb := b.made[0].tb
	rows := make([][]any, len(b.made))
	for i, w := range b.made {
		w.stamp()
		rows[i] = b.s.args(tb, w.row)
	}
	columns, rows := filled(tb.plain(), rows)
	if err := db.BulkInsert(b.ctx, b.tx, tb.t.Table, columns, rows); err != nil {
		return err
	}
	for _, f := range tb.sides {
		var side [][]any
		for _, w := range b.made {
			items, _ := w.row.Values[f.Slot].([]meta.Item)
			for i, item := range items {
				side = append(side, []any{w.row.ID, int64(i), item.Value, word(item.Extra)})
			}
		}
		if len(side) == 0 {
			continue
		}
		if err := db.BulkInsert(b.ctx, b.tx, f.Table, []string{"record", "pos", "value", "extra"}, side); err != nil {
			return err
		}
	}
	for _, f := range tb.rows {
		var below [][]any
		for _, w := range b.made {
			children, _ := w.row.Values[f.Slot].([]*meta.ChildRow)
			for i, child := range children {
				below = append(below, append([]any{child.ID, w.row.ID, int64(i)}, child.Values...))
			}
		}
		if len(below) == 0 {
			continue
		}
		columns := []string{"id", "record", "pos"}
		for _, sub := range f.Rows {
			columns = append(columns, sub.Column)
		}
		if err := db.BulkInsert(b.ctx, b.tx, f.Table, columns, below); err != nil {
			return err
		}
	}
	return nil
}

// number numbers the new rows that brought none: one counter at a time gives
// out as many as are wanted. Titles that show the number are made again.
func (b *bulk) number() error {
	wanted := map[string][]*writing{}
	var order []string
	for _, w := range b.made {
		if w.row.Number != "" || w.t.Pattern == nil || w.opts.DryRun {
			continue
		}
		prefix := w.prefix()
		if wanted[prefix] == nil {
			order = append(order, prefix)
		}
		wanted[prefix] = append(wanted[prefix], w)
	}
	for _, prefix := range order {
		some := wanted[prefix]
		last, err := b.s.countUp(b.ctx, b.tx, some[0].t, prefix, int64(len(some)))
		if err != nil {
			return err
		}
		for i, w := range some {
			w.row.Number = w.t.Pattern.Format(prefix, last-int64(len(some)-1-i))
			if err := w.title(); err != nil {
				return err
			}
		}
	}
	return nil
}

// derive brings the parents of all new rows up to date, each once.
func (b *bulk) derive(rows []*Row) error {
	d := &deriving{s: b.s, ctx: b.ctx, tx: b.tx, load: b.load, args: access.System("derive").Args(b.s.Clock())}
	return d.spreadAll(nil, rows, 0)
}
