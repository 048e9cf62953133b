package record

import (
	"context"
	"encoding/json"

	"kedang/internal/access"
	"kedang/internal/db"
	"kedang/internal/errs"
	"kedang/internal/meta"
)

// Tried is what a write would come to, were it made now.
type Tried struct {
	Problems []errs.Problem  // why it would be refused, all of them
	Warnings []errs.Problem  // what it would be stored with: checksums, rules, likely doubles
	Computed json.RawMessage // formulas and snapshots as they would be, {"amount":"12.00","lines":[{"sum":"12.00"}]}
	Defaults json.RawMessage // of a new record: what fields not given would hold
}

// Try runs the write path up to its last check and stores nothing: a form asks
// while it is being filled in. id 0 is a new record. Unlike a write it goes on
// after a refusal, so that what is there already is judged although required
// fields are missing; a link that is refused counts as not given from there
// on, so that nothing is told of a record the actor may not see.
//
// Errors are for what no typing mends: no such type or record, no right to write.
func (s *Store) Try(ctx context.Context, a *access.Actor, typ string, id int64, v Values) (out Tried, err error) {
	defer errs.Wrap(&err, "Store.Try(%s, %d)", typ, id)
	t, ok := s.Schema().Type(typ)
	if !ok || t.Builtin {
		return out, errs.NotFoundf("type", typ)
	}
	op := Op{Verb: "create", Type: typ, Values: v}
	if id != 0 {
		op.Verb, op.ID = "update", id
	}
	w := &writing{s: s, ctx: ctx, actor: a, now: s.Clock(), op: op, t: t, tb: s.tables.of(t), reads: true}
	if err := w.allowedAtAll(); err != nil {
		return out, err
	}
	x := &trial{w: w}
	if err := x.keep(w.parse()); err != nil {
		return out, err
	}
	err = s.DB.Read(ctx, func(tx db.Tx) error {
		w.tx, w.load = tx, s.loader(ctx, tx)
		if err := x.run(); err != nil {
			return err
		}
		out = Tried{Problems: x.problems, Warnings: w.warnings}
		out.Computed, out.Defaults = x.computed(), x.defaults()
		return nil
	})
	return out, err
}

// trial is a writing that goes on after a refusal.
type trial struct {
	w        *writing
	problems []errs.Problem
}

// keep collects what a step refuses; the error is for what ends the trial. A
// field that is refused already is not called missing too.
func (x *trial) keep(err error) error {
	x.w.problems = nil
	if err == nil {
		return nil
	}
	e := errs.As(err)
	if e.Kind != errs.Invalid {
		return err
	}
	for _, p := range e.Problems {
		if p.Code == "required" && x.refused(p.Path) {
			continue
		}
		x.problems = append(x.problems, p)
	}
	return nil
}

func (x *trial) refused(path string) bool {
	known := writing{problems: x.problems}
	return known.refusedAt(path)
}

// run takes the steps of writing.checked that can refuse.
func (x *trial) run() error {
	w := x.w
	if err := x.fetch(); err != nil {
		return err
	}
	if err := x.keep(w.merge()); err != nil {
		return err
	}
	if err := w.mergeOwner(); err != nil {
		return err
	}
	for _, step := range [...]func() error{x.givenLinks, w.defaults, w.formulas, w.before, w.checkFields, w.checkRules,
		w.checkLinks, x.authoriseAfter, w.checkUnique, x.number, w.match, x.alike} {
		if err := x.keep(step()); err != nil {
			return err
		}
	}
	return nil
}

// fetch is writing.fetch and authorise without the lock of a record that is
// going to be changed.
func (x *trial) fetch() (err error) {
	w := x.w
	if w.op.Verb == "create" {
		return w.fetch()
	}
	if w.old, err = w.s.load(w.ctx, w.tx, w.t, w.op.ID); err != nil {
		return err
	}
	w.row = w.old.clone()
	w.load.rows[w.row.ID] = &rowEnv{row: w.row, loader: w.load}
	return w.authorise()
}

func (x *trial) givenLinks() error {
	if err := x.w.givenLinks(); err != nil {
		return err
	}
	return x.w.flush()
}

// authoriseAfter turns "not yours to write" into a problem of the form: it may
// hang on a link that is still to be chosen.
func (x *trial) authoriseAfter() error {
	err := x.w.authoriseAfter()
	if errs.Is(err, errs.Forbidden) {
		e := errs.As(err)
		return errs.RefuseField("", e.Code, e.Params)
	}
	return err
}

// number refuses a given number that another record bears.
func (x *trial) number() error {
	if x.w.number == "" {
		return nil
	}
	if err := x.w.checkTaken("number", x.w.number, "number"); err != nil {
		return err
	}
	return x.w.flush()
}

// computed is what the engine works out itself, as far as the actor reads it.
func (x *trial) computed() json.RawMessage {
	w, buf := x.w, []byte{'{'}
	for _, f := range w.t.Fields {
		switch {
		case w.actor.Level(w.t, f) < meta.Read:
		case f.Kind.Storage() == meta.InRows:
			buf = x.computedRows(buf, f)
		case workedOut(f):
			buf = x.appendValue(appendKey(buf, f.Name), f, w.row.Values[f.Slot])
		}
	}
	return append(buf, '}')
}

// workedOut tells the fields a form shows and does not ask for. Roll-ups over
// other records do not move by typing.
func workedOut(f *meta.Field) bool {
	return !f.Sealed && (f.Formula != "" || f.Snapshot != "" || (f.Rollup != nil && f.Prog.Via == nil))
}

func (x *trial) computedRows(buf []byte, f *meta.Field) []byte {
	var subs []*meta.Field
	for _, sub := range f.Rows {
		if workedOut(sub) && x.w.actor.Level(f.Of, sub) >= meta.Read {
			subs = append(subs, sub)
		}
	}
	children, _ := x.w.row.Values[f.Slot].([]*meta.ChildRow)
	if len(subs) == 0 || len(children) == 0 {
		return buf
	}
	buf = append(appendKey(buf, f.Name), '[')
	for i, child := range children {
		if i > 0 {
			buf = append(buf, ',')
		}
		buf = append(buf, '{')
		for _, sub := range subs {
			buf = x.appendValue(appendKey(buf, sub.Name), sub, child.Values[sub.Slot])
		}
		buf = append(buf, '}')
	}
	return append(buf, ']')
}

// defaults are the first values of fields a new record was not given.
func (x *trial) defaults() json.RawMessage {
	w, buf := x.w, []byte{'{'}
	if w.op.Verb != "create" {
		return nil
	}
	for _, f := range w.t.Fields {
		if _, given := w.op.Values[f.Name]; given || f.Prog.Default == nil || f.Sealed || w.actor.Level(w.t, f) < meta.Read {
			continue
		}
		if v := w.row.Values[f.Slot]; v != nil {
			buf = x.appendValue(appendKey(buf, f.Name), f, v)
		}
	}
	return append(buf, '}')
}

func (x *trial) appendValue(buf []byte, f *meta.Field, v any) []byte {
	if id, ok := v.(int64); ok && f.Target != nil {
		return x.w.s.appendLinked(x.w.load, x.w.actor, f.Target, id, buf)
	}
	return appendStored(buf, f, v)
}

// appendLinked appends {"id","title"} of a linked record, or {"hidden":true}
// when the actor may not know which it is.
func (s *Store) appendLinked(load *loader, a *access.Actor, t *meta.Type, id int64, buf []byte) []byte {
	r, err := load.follow(t, id)
	if err != nil || r == nil {
		return append(buf, "null"...)
	}
	row := r.(*rowEnv).row
	if ok, _ := s.allowed(a, "read", row, load); !ok && !t.Builtin && t.TitleHow != "public" {
		return append(buf, `{"hidden":true}`...)
	}
	return appendTitle(buf, id, s.shownTitle(a, row))
}
