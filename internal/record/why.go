package record

import (
	"context"
	"encoding/json"
	"strconv"
	"strings"
	"time"

	"kedang/internal/access"
	"kedang/internal/db"
	"kedang/internal/errs"
	"kedang/internal/expr"
	"kedang/internal/meta"
	"kedang/internal/text"
)

// Why tells why a field of a record has the value it has, as one reader may
// know it, in his language.
type Why struct {
	Field      string          `json:"field"`
	Label      string          `json:"label"`
	Value      json.RawMessage `json:"value"`
	Text       string          `json:"text"`
	Kind       string          `json:"kind"` // formula rollup snapshot default entered
	Expression string          `json:"expression,omitempty"`
	Words      string          `json:"words,omitempty"` // the expression by labels: 信用额度 − 成交额
	Sentence   string          `json:"sentence"`
	Hidden     bool            `json:"hidden,omitempty"` // it rests on something the reader may not see
	Parts      []WhyPart       `json:"parts"`
	Conditions []WhyCondition  `json:"conditions,omitempty"` // of a yes/no formula
	Choices    []WhyChoice     `json:"choices,omitempty"`    // of a conditional one, in the order they are tried
	Records    *WhyRecords     `json:"records,omitempty"`
	Changed    *WhyChanged     `json:"changed,omitempty"`
}

// WhyPart is a field that was read: of the record itself or, through links, of
// the record that type and id name.
type WhyPart struct {
	Path   string          `json:"path"`
	Label  string          `json:"label"`
	Value  json.RawMessage `json:"value"`
	Text   string          `json:"text"`
	Type   string          `json:"type,omitempty"`
	ID     string          `json:"id,omitempty"`
	Hidden bool            `json:"hidden,omitempty"`
}

// WhyCondition is a comparison, or several under and, or, not. Met is nil when
// the reader may not see what it compares.
type WhyCondition struct {
	Text       string         `json:"text"`
	Met        *bool          `json:"met"`
	Join       string         `json:"join,omitempty"` // and or not
	Conditions []WhyCondition `json:"conditions,omitempty"`
	Path       string         `json:"path,omitempty"`
	Label      string         `json:"label,omitempty"`
	Op         string         `json:"op,omitempty"`
	Want       string         `json:"want,omitempty"`
	Have       string         `json:"have,omitempty"`
	Gap        string         `json:"gap,omitempty"` // what is lacking to meet a >= or >, or too much for a <= or <
	Hidden     bool           `json:"hidden,omitempty"`
}

// WhyChoice is an outcome and what it takes; the last has no condition.
type WhyChoice struct {
	Value json.RawMessage `json:"value"`
	Text  string          `json:"text"`
	Taken bool            `json:"taken"`
	When  *WhyCondition   `json:"when,omitempty"`
}

// WhyRecords are the records a roll-up counts, as a list filter that opens
// them. Count is of those the reader may see; Hidden says there are others.
type WhyRecords struct {
	Type   string `json:"type,omitempty"`
	Filter string `json:"filter,omitempty"`
	Count  int64  `json:"count"`
	Hidden bool   `json:"hidden,omitempty"`
}

// WhyChanged is the last write that set the field.
type WhyChanged struct {
	At     string          `json:"at"`
	By     string          `json:"by,omitempty"` // the user's id
	Name   string          `json:"name"`
	Source string          `json:"source"`
	From   json.RawMessage `json:"from,omitempty"`
}

// Why explains one field of a record. Rights are those of Get; a field that is
// hidden from the actor is not found, as one that does not exist.
func (s *Store) Why(ctx context.Context, a *access.Actor, typ string, id int64, field string) (out Why, err error) {
	defer errs.Wrap(&err, "Store.Why(%s, %d, %s)", typ, id, field)
	t, err := s.readable(a, typ)
	if err != nil {
		return out, err
	}
	err = s.DB.Read(ctx, func(tx db.Tx) error {
		r, err := s.seen(ctx, tx, a, t, id)
		if err != nil {
			return err
		}
		f, ok := t.Field(field)
		if !ok || f.System || a.Level(t, f) == meta.Hidden {
			return errs.NotFoundf("field", field)
		}
		y := &reasoning{s: s, ctx: ctx, tx: tx, a: a, t: t, r: r, f: f, load: s.loader(ctx, tx)}
		y.load.rows[r.ID] = &rowEnv{row: r, loader: y.load}
		err = y.run()
		out = y.Why
		return err
	})
	return out, err
}

// reasoning is one answer on its way.
type reasoning struct {
	Why
	s    *Store
	ctx  context.Context
	tx   db.Tx
	a    *access.Actor
	t    *meta.Type
	r    *Row
	f    *meta.Field
	load *loader
}

func (y *reasoning) run() error {
	f := y.f
	y.Field, y.Label, y.Parts = f.Name, y.label(f), []WhyPart{}
	y.Value, y.Text = json.RawMessage("null"), ""
	if y.a.Level(y.t, f) >= meta.Read && !f.Sealed {
		y.Value, y.Text = y.show(f, y.r.Values[f.Slot])
	} else {
		y.Hidden = true
	}
	switch {
	case f.Rollup != nil:
		y.Kind = "rollup"
		return y.rollup()
	case f.Formula != "":
		y.Kind = "formula"
		return y.expression(f.Prog.Formula, y.a.Args(y.s.Clock()))
	case f.Snapshot != "":
		y.Kind = "snapshot"
		y.outlined(f.Prog.Snapshot)
		y.say("why_snapshot")
		return y.changed()
	}
	return y.entered()
}

// entered tells of a value that somebody gave, or that its default did.
func (y *reasoning) entered() error {
	if err := y.changed(); err != nil {
		return err
	}
	y.Kind = "entered"
	switch {
	case y.isDefault():
		y.Kind = "default"
		y.outlined(y.f.Prog.Default)
		y.say("why_default")
	case y.r.Values[y.f.Slot] == nil:
		y.say("why_empty")
	default:
		y.say("why_entered")
	}
	return nil
}

// isDefault tells that a field still has what its default gave it: evaluated
// as of the record's creation it is the value.
func (y *reasoning) isDefault() bool {
	p := y.f.Prog.Default
	if p == nil || y.r.Values[y.f.Slot] == nil || (y.Changed != nil && y.Changed.From != nil && string(y.Changed.From) != "null") {
		return false
	}
	args := access.System("why").Args(time.UnixMilli(y.r.CreatedAt).In(y.s.Zone))
	args.Me = y.r.CreatedBy
	v, err := initial(y.f, y.load.rows[y.r.ID], args)
	return err == nil && sameValue(v, y.r.Values[y.f.Slot])
}

// say sets the sentence, with what is hidden said behind it.
func (y *reasoning) say(key string, more ...errs.Params) {
	params := errs.Params{"label": y.Label, "value": y.Text, "words": y.Words}
	if c := y.Changed; c != nil {
		at, _ := time.Parse("2006-01-02T15:04:05.000Z", c.At)
		params["by"], params["at"] = c.Name, at.In(y.zone()).Format("2006-01-02 15:04")
	}
	for _, m := range more {
		for k, v := range m {
			params[k] = v
		}
	}
	for k, v := range params {
		if v == "" {
			delete(params, k)
		}
	}
	y.Sentence = y.message(key, params)
	if y.Hidden {
		y.Sentence += y.message("why_hidden", nil)
	}
}

func (y *reasoning) message(key string, params errs.Params) string {
	return text.Message(text.Lang(y.a.Lang), key, params)
}

func (y *reasoning) zone() *time.Location {
	if y.a.Zone != nil {
		return y.a.Zone
	}
	return y.s.Zone
}

func (y *reasoning) label(f *meta.Field) string {
	if l := f.Label.In(y.a.Lang); l != "" {
		return l
	}
	if f.System && f.Name != "id" {
		if l := "builtin." + f.Name; text.Has(l) {
			return y.message(l, nil)
		}
	}
	return f.Name
}

// show is a stored value in API form and as people read it.
func (y *reasoning) show(f *meta.Field, v any) (json.RawMessage, string) {
	if v == nil {
		return json.RawMessage("null"), ""
	}
	if id, ok := v.(int64); ok && f.Target != nil {
		raw := y.s.appendLinked(y.load, y.a, f.Target, id, nil)
		var link struct{ Title string }
		if json.Unmarshal(raw, &link) != nil {
			return raw, ""
		}
		return raw, link.Title
	}
	if f.System {
		return y.showBuiltin(f, v)
	}
	return appendStored(nil, f, v), f.Kind.Format(f, v, y.output())
}

func (y *reasoning) showBuiltin(f *meta.Field, v any) (json.RawMessage, string) {
	switch x := v.(type) {
	case string:
		return meta.AppendString(nil, x), x
	case int64:
		if strings.HasSuffix(f.Name, "_at") {
			return appendTime(nil, x), time.UnixMilli(x).In(y.zone()).Format("2006-01-02 15:04")
		}
		return strconv.AppendInt(nil, x, 10), strconv.FormatInt(x, 10)
	}
	return json.RawMessage("null"), ""
}

func (y *reasoning) output() *meta.Output {
	return &meta.Output{Lang: y.a.Lang, Zone: y.zone(), Title: func(t *meta.Type, id int64) string {
		var link struct{ Title string }
		if json.Unmarshal(y.s.appendLinked(y.load, y.a, t, id, nil), &link) != nil {
			return ""
		}
		return link.Title
	}}
}

// deepestWhy bounds how many entries of a record's past are looked through.
const deepestWhy = 1000

// changed finds the last write that set the field, for who may read the history.
func (y *reasoning) changed() error {
	if ok, _ := y.s.allowed(y.a, "history", y.r, y.load); !ok {
		return nil
	}
	for before, n := int64(0), 0; n < deepestWhy; n += 100 {
		entries, err := y.s.Ledger.OfRecord(y.ctx, y.tx, y.r.ID, before, 100)
		if err != nil {
			return err
		}
		for _, e := range entries {
			if e.Kind != "write" {
				continue
			}
			h := y.s.historyEntry(y.a, y.t, e)
			if c, ok := h.Changes[y.f.Name]; ok {
				y.Changed = &WhyChanged{At: h.At, By: h.Actor, Name: h.Name, Source: h.Source, From: c.From}
				return nil
			}
		}
		if len(entries) < 100 {
			return nil
		}
		before = entries[len(entries)-1].ID
	}
	return nil
}

// outlined names what a snapshot or default reads, without its values of then.
func (y *reasoning) outlined(p *expr.Expr) {
	root := p.Outline()
	y.parts(root, false)
	if !y.unnamed(root) {
		y.Expression, y.Words = p.Source(), y.words(root, nil)
	}
}
