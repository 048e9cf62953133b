package record

import (
	"context"
	"encoding/json"

	"kedang/internal/access"
	"kedang/internal/db"
	"kedang/internal/errs"
	"kedang/internal/meta"
)

// Foreseen is what one write would come to.
type Foreseen struct {
	Err     error // why it would be refused
	Title   string
	Changes []FieldChange // none: it is so already
}

// FieldChange is a field from → to, in API form and as people read it.
type FieldChange struct {
	Field    string          `json:"field"`
	Label    string          `json:"label"`
	From     json.RawMessage `json:"from"`
	To       json.RawMessage `json:"to"`
	FromText string          `json:"from_text"`
	ToText   string          `json:"to_text"`
}

// Foresee judges writes of existing records without making them: what each
// would change, or why it would be refused. It holds no lock, and the writes
// are judged again when they are made.
func (s *Store) Foresee(ctx context.Context, a *access.Actor, ops []Op) (out []Foreseen, err error) {
	defer errs.Wrap(&err, "Store.Foresee(%d writes)", len(ops))
	snap := s.current.Load()
	drafts, refused := s.prepareAll(ctx, snap, a, ops, WriteOptions{})
	err = s.DB.Read(ctx, func(tx db.Tx) error {
		out = make([]Foreseen, len(ops))
		load := s.loader(ctx, tx)
		for i, d := range drafts {
			if out[i].Err = refused[i]; d == nil || refused[i] != nil {
				continue
			}
			w := d.fresh(ctx, tx, load)
			if err := w.foresee(&out[i]); err != nil {
				return err
			}
			load.forget(w.op.ID)
		}
		return nil
	})
	return out, err
}

// foresee takes the steps of checked that can refuse, without a lock; the
// error is for faults.
func (w *writing) foresee(out *Foreseen) error {
	x := &trial{w: w}
	w.reads = true
	for _, step := range [...]func() error{x.fetch, w.merge, w.givenLinks, w.defaults, w.formulas, w.before, w.checkFields, w.checkRules,
		w.checkLinks, w.authoriseAfter, w.checkUnique} {
		if err := step(); err != nil {
			res := BulkResult{}
			err = refusal(err, &res)
			out.Err = res.Err
			if out.Err != nil && w.old != nil && !errs.Is(out.Err, errs.NotFound) {
				out.Title = w.s.shownTitle(w.actor, w.old)
			}
			return err
		}
	}
	out.Title = w.s.shownTitle(w.actor, w.old)
	out.Changes = w.fieldChanges()
	return nil
}

// fieldChanges are what the write would move, as the actor may see it.
func (w *writing) fieldChanges() []FieldChange {
	y := &reasoning{s: w.s, ctx: w.ctx, tx: w.tx, a: w.actor, t: w.t, r: w.row, load: w.load}
	var out []FieldChange
	add := func(f *meta.Field, from, to any) {
		c := FieldChange{Field: f.Name, Label: y.label(f)}
		if w.actor.Level(w.t, f) < meta.Read || f.Sealed {
			c.From, c.To = json.RawMessage("null"), json.RawMessage("null")
		} else {
			c.From, c.FromText = y.show(f, from)
			c.To, c.ToText = y.show(f, to)
		}
		out = append(out, c)
	}
	for _, f := range w.changes() {
		if w.actor.Level(w.t, f) > meta.Hidden {
			add(f, w.old.Values[f.Slot], w.row.Values[f.Slot])
		}
	}
	for _, name := range [...]string{"owner", "archived_at"} {
		f, _ := w.t.Field(name)
		if from, to := w.old.builtin(name), w.row.builtin(name); from != to {
			add(f, from, to)
		}
	}
	return out
}

// Named lists the titles of records, as far as the actor may read them.
func (s *Store) Named(ctx context.Context, a *access.Actor, typ string, ids []int64) (out map[int64]string, err error) {
	defer errs.Wrap(&err, "Store.Named(%s)", typ)
	t, err := s.readable(a, typ)
	if err != nil {
		return nil, err
	}
	out = map[int64]string{}
	err = s.DB.Read(ctx, func(tx db.Tx) error {
		for len(ids) > 0 {
			n := min(chunk, len(ids))
			args := padded(ids[:n])
			rows, err := s.loadWhere(ctx, tx, t, "id IN ("+marks(len(args))+")", args...)
			if err != nil {
				return err
			}
			load := s.loader(ctx, tx)
			for _, r := range rows {
				if ok, _ := s.allowed(a, "read", r, load); ok {
					out[r.ID] = s.shownTitle(a, r)
				}
			}
			ids = ids[n:]
		}
		return nil
	})
	return out, err
}
