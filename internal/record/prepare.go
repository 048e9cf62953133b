package record

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"sync"
	"time"

	"kedang/internal/access"
	"kedang/internal/db"
	"kedang/internal/errs"
	"kedang/internal/meta"
)

// prepare does what needs no transaction: names looked up, rights on fields,
// values parsed; and for a new record whose formulas and rules follow no link,
// everything but links, uniqueness and number.
func (s *Store) prepare(ctx context.Context, snap *snapshot, a *access.Actor, op Op, o WriteOptions) (*writing, error) {
	t, ok := snap.schema.Type(op.Type)
	if !ok || t.Builtin {
		return nil, errs.NotFoundf("type", op.Type)
	}
	w := &writing{s: s, ctx: ctx, actor: a, now: s.at(op), op: op, opts: o, t: t, tb: s.tables.of(t)}
	if err := w.allowedAtAll(); err != nil {
		return nil, err
	}
	if err := w.parse(); err != nil {
		return nil, err
	}
	if err := w.parseParts(); err != nil {
		return nil, err
	}
	if op.Verb == "create" && t.Pure && len(s.Extensions) == 0 {
		w.load = s.loader(ctx, nil)
		return w, w.evaluate()
	}
	return w, nil
}

// evaluate runs the pure middle of the write path ahead of the transaction.
func (w *writing) evaluate() error {
	for _, step := range [...]func() error{w.fetch, w.merge, w.defaults, w.formulas, w.before, w.checkFields, w.checkRules} {
		if err := step(); err != nil {
			return err
		}
	}
	w.ready = true
	w.s.tokeniseEarly(w.row)
	w.row.keys = w.s.matchKeys(w.row)
	return nil
}

// allowedAtAll refuses early what the actor may do to no record of the type.
// A type that may not even be read is unknown.
func (w *writing) allowedAtAll() error {
	if w.actor.Scope(w.t, "read").None() && w.actor.Scope(w.t, w.verb()).None() {
		return errs.NotFoundf("type", w.op.Type)
	}
	if w.actor.Scope(w.t, w.verb()).None() {
		return errs.New(errs.Forbidden, "forbidden", errs.Params{"verb": w.verb(), "type": w.t.Name})
	}
	return nil
}

// verb is the right a write needs.
func (w *writing) verb() string {
	if w.op.Verb == "restore" {
		return "archive"
	}
	return w.op.Verb
}

// inputs are the inputs of the types that a request writes: the company is asked
// once for each, not for every row of a sheet.
type inputs struct {
	mu sync.Mutex // guards of
	of map[*meta.Type]*meta.Input
}

// readInput is a copy of what reading the type's values needs to know.
func (w *writing) readInput() (*meta.Input, error) {
	c := w.opts.inputs
	if c == nil { // a write by itself
		return w.s.Input(w.ctx, w.t, w.opts.Loose)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	in, ok := c.of[w.t]
	if !ok {
		var err error
		if in, err = w.s.Input(w.ctx, w.t, w.opts.Loose); err != nil {
			return nil, err
		}
		if c.of == nil {
			c.of = map[*meta.Type]*meta.Input{}
		}
		c.of[w.t] = in
	}
	own := *in
	return &own, nil
}

// parse turns the caller's values into stored forms. All problems are
// collected, so that a form shows them at once.
func (w *writing) parse() error {
	in, err := w.readInput()
	if err != nil {
		return err
	}
	in.Now = w.now
	if w.opts.Region != "" {
		in.Region = w.opts.Region
	}
	for _, name := range w.declared() {
		v := w.op.Values[name]
		if w.parseBuiltin(name, v) {
			continue
		}
		f, ok := w.t.Field(name)
		if !ok || w.actor.Level(w.t, f) == meta.Hidden {
			w.refuse(name, "unknown_field", errs.Params{"field": name})
			continue
		}
		if code := w.writable(f); code != "" {
			w.refuse(name, code, errs.Params{"field": name})
			continue
		}
		w.parseField(f, v, in)
	}
	return w.flush()
}

// declared are the names of the caller's values in the order in which the type
// declares its fields, built-in and unknown ones behind them by name: what is
// told of a write comes in one order, the one in which a form shows it.
func (w *writing) declared() []string {
	place := func(name string) int {
		if f, ok := w.t.Field(name); ok && !f.System {
			return f.Slot
		}
		return len(w.t.Fields)
	}
	return slices.SortedFunc(maps.Keys(w.op.Values), func(a, b string) int {
		return cmp.Or(cmp.Compare(place(a), place(b)), cmp.Compare(a, b))
	})
}

func (w *writing) parseField(f *meta.Field, v any, in *meta.Input) {
	in.Warn = func(p errs.Problem) { w.warnings = append(w.warnings, under(f.Name, p)) }
	parsed, problems := f.Kind.Parse(f, v, in)
	if len(problems) == 0 && parsed != nil {
		problems = f.Kind.Check(f, parsed, in)
	}
	for _, p := range problems {
		w.problems = append(w.problems, under(f.Name, p))
	}
	if len(problems) > 0 {
		return
	}
	if f.Sealed && parsed != nil {
		parsed = w.s.plainSealed(f, parsed)
	}
	w.input = append(w.input, setting{f, parsed})
}

// under puts a problem's path below a field: "" -> "phones", "[1]" ->
// "phones[1]", "sum" -> "lines.sum".
func under(field string, p errs.Problem) errs.Problem {
	switch {
	case p.Path == "":
		p.Path = field
	case p.Path[0] == '[':
		p.Path = field + p.Path
	default:
		p.Path = field + "." + p.Path
	}
	return p
}

// parseBuiltin takes the built-in columns a caller may give: the owner, and
// the number on create.
func (w *writing) parseBuiltin(name string, v any) bool {
	switch name {
	case "owner":
		w.parseOwner(v)
		return true
	case "number":
		text, _ := v.(string)
		switch {
		case v == nil || text == "":
		case w.op.Verb != "create":
			w.refuse("number", "field_readonly", errs.Params{"field": "number"})
		default:
			w.number = text
		}
		return true
	}
	return false
}

func (w *writing) parseOwner(v any) {
	none := int64(0)
	if m, ok := v.(map[string]any); ok {
		v = m["id"]
	}
	text, ok := v.(string)
	if v == nil || (ok && text == "") {
		w.owner = &none
		return
	}
	id, err := db.ParseID(text)
	if !ok || err != nil {
		w.refuse("owner", "bad_id", nil)
		return
	}
	w.owner = &id
}

// writable says why a field cannot be set by this actor, as a code.
func (w *writing) writable(f *meta.Field) string {
	switch level := w.actor.Level(w.t, f); {
	case f.System:
		return "field_readonly"
	case f.Formula != "" || f.Rollup != nil:
		return "field_computed"
	case f.Snapshot != "":
		return "field_locked"
	case level == meta.Masked && w.op.Verb != "create":
		return w.maskedWritable()
	case level == meta.Masked:
		return "" // whoever makes a record knows what he writes
	case level < meta.Write:
		return "field_readonly"
	}
	return ""
}

// maskedWritable lets a value be supplied by someone who will see it masked:
// one that is missing may be filled in (merge looks), one that is there may
// not be written over unseen.
func (w *writing) maskedWritable() string {
	if w.actor.Scope(w.t, "update").None() {
		return "field_masked"
	}
	return ""
}

// at is the moment a write is done at: now, unless it puts the past on record.
func (s *Store) at(op Op) time.Time {
	if op.At.IsZero() {
		return s.Clock()
	}
	return op.At.In(s.Zone)
}

// pastNode stands in ids of the past. Nobody else makes any of that time, so
// it need not be told from other nodes.
const pastNode = 0

// newID is the id given out beforehand, else the next, or one of the moment that
// is put on record.
func (w *writing) newID() int64 {
	if w.id != 0 {
		return w.id
	}
	if w.op.At.IsZero() {
		return w.s.IDs.Next()
	}
	return db.NewIDs(pastNode, func() time.Time { return w.op.At }).Next()
}

// fetch reads the record as it stands, or makes the empty one.
func (w *writing) fetch() (err error) {
	if w.ready {
		return nil
	}
	if w.op.Verb != "create" {
		w.old, err = w.s.loadForUpdate(w.ctx, w.tx, w.t, w.op.ID)
		if err != nil {
			return err
		}
		w.row = w.old.clone()
		w.load.rows[w.row.ID] = &rowEnv{row: w.row, loader: w.load}
		return nil
	}
	w.row = &Row{Type: w.t, ID: w.newID(), CreatedAt: ms(w.now), CreatedBy: w.actor.ID,
		Values: make([]any, len(w.t.Fields))}
	return nil
}
