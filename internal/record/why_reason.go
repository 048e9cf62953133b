package record

import (
	"encoding/json"
	"strconv"
	"strings"
	"time"

	"kedang/internal/db"
	"kedang/internal/errs"
	"kedang/internal/expr"
	"kedang/internal/meta"
)

// expression tells a formula: its parts, and what its conditions came to.
func (y *reasoning) expression(p *expr.Expr, args expr.Args) error {
	if y.Hidden {
		y.say("why_computed")
		return nil // what is masked is not told by its parts either
	}
	root, err := p.Explain(y.load.rows[y.r.ID], args)
	if err != nil {
		return err
	}
	y.parts(root, true)
	if !y.unnamed(root) {
		y.Expression, y.Words = p.Source(), y.words(root, nil)
	}
	for root.Op == "choice" && root.Type.Base == expr.Bool { // which conditions count depends on another
		if root.Kids[0].Value == true {
			root = root.Kids[1]
		} else {
			root = root.Kids[2]
		}
	}
	switch {
	case root.Op == "choice":
		y.choices(root, p.Type())
	case root.Type.Base == expr.Bool:
		y.Conditions = []WhyCondition{y.condition(root)}
		y.say("why_condition")
	default:
		y.say("why_formula", errs.Params{"figures": y.figures(root)})
	}
	return nil
}

// choices lists the outcomes of a ? b : c ? d : e with what each takes.
func (y *reasoning) choices(root *expr.Reason, t expr.Type) {
	taken := false
	for at := root; ; at = at.Kids[2] {
		if at.Op != "choice" {
			y.Choices = append(y.Choices, y.outcome(at, t, !taken, nil))
			break
		}
		when := y.condition(at.Kids[0])
		met := !taken && at.Kids[0].Value == true
		y.Choices = append(y.Choices, y.outcome(at.Kids[1], t, met, &when))
		taken = taken || met
	}
	for _, c := range y.Choices {
		switch {
		case c.Taken && c.When != nil:
			y.say("why_choice", errs.Params{"conditions": c.When.Text})
		case c.Taken:
			y.say("why_otherwise")
		}
	}
}

func (y *reasoning) outcome(r *expr.Reason, t expr.Type, taken bool, when *WhyCondition) WhyChoice {
	c := WhyChoice{Value: json.RawMessage("null"), Taken: taken, When: when, Text: y.words(r, y.f)}
	if r.Op != "const" {
		return c
	}
	if v, err := stored(y.f, r.Type, r.Value); err == nil {
		c.Value, c.Text = y.show(y.f, v)
	}
	return c
}

// seeing is how much of what a reason reads the actor sees.
type seeing int

const (
	clear   seeing = iota
	unseen         // a value he may not see, of a field he knows
	unnamed        // a field he does not know of
)

// sightOf follows the path of a field under the actor's rights.
func (y *reasoning) sightOf(r *expr.Reason) seeing {
	t := y.t
	for i, name := range r.Path {
		f, ok := t.Field(name)
		switch {
		case !ok:
			return clear // of a child row: seen as its list is
		case y.a.Level(t, f) == meta.Hidden:
			return unnamed
		case y.a.Level(t, f) < meta.Read || f.Sealed:
			return unseen
		case i < len(r.Path)-1:
			t = f.Target
		}
	}
	env, ok := r.Owner.(*rowEnv)
	if !ok || env.row.ID == y.r.ID || env.row.Type.Builtin {
		return clear
	}
	if ok, _ := y.s.allowed(y.a, "read", env.row, y.load); !ok {
		return unseen
	}
	return clear
}

func (y *reasoning) unnamed(r *expr.Reason) bool { return y.worst(r) == unnamed }

// worst is the least sight of all that a reason reads.
func (y *reasoning) worst(r *expr.Reason) seeing {
	out := clear
	if len(r.Path) > 0 {
		out = y.sightOf(r)
	}
	for _, k := range r.Kids {
		out = max(out, y.worst(k))
	}
	return out
}

// parts lists what a reason reads, each path once.
func (y *reasoning) parts(r *expr.Reason, values bool) {
	for _, k := range r.Kids {
		y.parts(k, values)
	}
	f := y.fieldOf(r)
	path := strings.Join(r.Path, ".")
	if f == nil || hasPart(y.Parts, path) {
		return
	}
	see := y.sightOf(r)
	y.Hidden = y.Hidden || see != clear
	if see == unnamed {
		return
	}
	part := WhyPart{Path: path, Label: y.pathLabel(r), Value: json.RawMessage("null"), Hidden: see != clear}
	if env, ok := r.Owner.(*rowEnv); ok && see == clear {
		if env.row.ID != y.r.ID && !env.row.Type.Builtin {
			part.Type, part.ID = env.row.Type.Name, db.FormatID(env.row.ID)
		}
		if values && r.Op == "field" {
			part.Value, part.Text = y.show(f, env.row.value(f))
		} else if values {
			part.Text = f.Kind.Format(f, env.row.value(f), y.output())
		}
	}
	y.Parts = append(y.Parts, part)
}

func hasPart(parts []WhyPart, path string) bool {
	for _, p := range parts {
		if p.Path == path {
			return true
		}
	}
	return false
}

// fieldOf is the field a reason reads; of a calculation around one, that one.
func (y *reasoning) fieldOf(r *expr.Reason) *meta.Field {
	t := y.t
	var f *meta.Field
	for _, name := range r.Path {
		if t == nil {
			return nil
		}
		var ok bool
		if f, ok = t.Field(name); !ok {
			return nil
		}
		t = f.Target
	}
	return f
}

// shownAs is the field whose form a step's value has: its own, or that of the
// only field it is made of.
func (y *reasoning) shownAs(r *expr.Reason) *meta.Field {
	if f := y.fieldOf(r); f != nil && r.Op == "field" {
		return f
	}
	if r.Op == "first" || r.Op == "round" {
		return y.shownAs(r.Kids[0])
	}
	return nil
}

// pathLabel is 客户 › 信用额度.
func (y *reasoning) pathLabel(r *expr.Reason) string {
	var labels []string
	t := y.t
	for _, name := range r.Path {
		f, ok := t.Field(name)
		if !ok {
			labels = append(labels, name)
			break
		}
		labels = append(labels, y.label(f))
		if t = f.Target; t == nil {
			break
		}
	}
	return strings.Join(labels, " › ")
}

// condition tells whether a comparison held, and by how much it did not.
func (y *reasoning) condition(r *expr.Reason) WhyCondition {
	c := WhyCondition{Text: y.words(r, nil), Hidden: y.worst(r) != clear}
	if met, ok := r.Value.(bool); ok || r.Value == nil {
		c.Met = &met
	}
	if c.Hidden {
		c.Met = nil
	}
	if y.worst(r) == unnamed {
		c.Text = ""
		return c
	}
	switch r.Op {
	case "and", "or", "not":
		c.Join = r.Op
		for _, k := range r.Kids {
			c.Conditions = append(c.Conditions, y.condition(k))
		}
		return c
	}
	left := r
	if len(r.Kids) > 0 {
		left = r.Kids[0]
	}
	c.Op, c.Path, c.Label = r.Op, strings.Join(left.Path, "."), y.words(left, nil)
	if c.Hidden {
		return c
	}
	as := y.shownAs(left)
	c.Have = y.valueText(left, as)
	if len(r.Kids) == 2 {
		if as == nil {
			as = y.shownAs(r.Kids[1])
		}
		c.Want = y.valueText(r.Kids[1], as)
		c.Gap = y.gap(r, as)
	}
	return c
}

// gap is how far a number is from meeting a comparison that it does not meet.
func (y *reasoning) gap(r *expr.Reason, as *meta.Field) string {
	have, want := r.Kids[0], r.Kids[1]
	a, ok := have.Value.(int64)
	b, ok2 := want.Value.(int64)
	number := func(x *expr.Reason) bool { return x.Type.Base == expr.Int || x.Type.Base == expr.Decimal }
	if r.Value != false || !ok2 || (!ok && have.Value != nil) || !number(have) || !number(want) {
		return ""
	}
	scale := max(have.Type.Scale, want.Type.Scale)
	a, ok = expr.Rescale(a, have.Type.Scale, scale)
	b, ok2 = expr.Rescale(b, want.Type.Scale, scale)
	if !ok || !ok2 {
		return ""
	}
	var n int64
	switch r.Op {
	case ">=", ">":
		n = b - a
	case "<=", "<":
		n = a - b
	default:
		return ""
	}
	return y.valueText(&expr.Reason{Op: "const", Type: expr.Type{Base: expr.Decimal, Scale: scale}, Value: n}, as)
}

// valueText is a step's value as people read it, in the form of a field.
func (y *reasoning) valueText(r *expr.Reason, as *meta.Field) string {
	switch v := r.Value.(type) {
	case nil:
		return y.word("missing")
	case []any:
		var all []string
		for _, one := range v {
			all = append(all, y.valueText(&expr.Reason{Op: "const", Type: r.Type, Value: one}, as))
		}
		return strings.Join(all, " "+y.word("or")+" ")
	case bool:
		if v {
			return y.word("yes")
		}
		return y.word("no")
	case string:
		if as != nil {
			return as.Kind.Format(as, v, y.output())
		}
		return v
	case int64:
		return y.numberText(r, v, as)
	}
	return r.Text
}

func (y *reasoning) numberText(r *expr.Reason, v int64, as *meta.Field) string {
	if as != nil && as.Kind != nil && !as.System {
		if n, err := stored(as, r.Type, v); err == nil {
			_, text := y.show(as, n)
			return text
		}
	}
	switch r.Type.Base {
	case expr.DateTime:
		return time.UnixMilli(v).In(y.zone()).Format("2006-01-02 15:04")
	case expr.Decimal:
		digits := strconv.FormatInt(max(v, -v), 10)
		for len(digits) <= r.Type.Scale {
			digits = "0" + digits
		}
		out := digits[:len(digits)-r.Type.Scale]
		if r.Type.Scale > 0 {
			out = strings.TrimRight(strings.TrimRight(out+"."+digits[len(digits)-r.Type.Scale:], "0"), ".")
		}
		if v < 0 {
			return "−" + out
		}
		return out
	}
	return strconv.FormatInt(v, 10)
}
