package expr

import "strings"

// A Reason is one step of an expression with the value it had: what was read,
// which comparison held, which branch was taken. It is for showing people why
// a value is what it is; nothing is computed from it.
type Reason struct {
	// Op is "field", "list" (a many-valued field), "const", "set", "choice",
	// "and", "or", "not", "first", "missing", a comparison (== != < <= > >= in
	// contains startsWith endsWith), an operator (+ - * / %), or a function's name.
	Op    string
	Type  Type
	Value any      // forms of Base; nil: missing, or only outlined. Of a set: []any
	Text  string   // canonical, as Render writes it
	Path  []string // of a field or list: links, then the field
	Owner Row      // the record that has the field; nil when a link is missing
	Kids  []*Reason
}

// Explain evaluates every step for a row. What stands inside any(…) and its
// kin is told by its list alone. Errors are those of Eval.
func (e *Expr) Explain(r Row, args Args) (*Reason, error) {
	x := explainer{m: &machine{row: r, args: &args}}
	out := x.explain(e.root)
	if x.err == nil {
		_, x.err = e.Eval(r, args)
	}
	return out, x.err
}

// Outline is Explain without a row: the steps, no values.
func (e *Expr) Outline() *Reason {
	var x explainer
	return x.explain(e.root)
}

type explainer struct {
	m   *machine // nil: outline only
	err error
}

func (x *explainer) explain(n *node) *Reason {
	if n.op == opScale {
		return x.explain(n.kids[0]) // how it is calculated, not what
	}
	out := &Reason{Op: reasonOp(n), Type: n.typ, Text: rendered(n)}
	switch n.op {
	case opField, opMany:
		x.field(n, out)
	case opSet:
		var values []any
		for _, v := range n.set.values {
			values = append(values, x.plain(v, nil))
		}
		out.Value, out.Type = values, *n.typ.Elem
		return out
	}
	if n.each != nil {
		out.Kids = append(out.Kids, x.explain(n.each.list))
	} else {
		for _, k := range n.kids {
			out.Kids = append(out.Kids, x.explain(k))
		}
	}
	switch {
	case n.op == opConst:
		out.Value = x.plain(n.val, nil)
	case x.m != nil && n.op != opMany && n.op != opMine:
		out.Value = x.plain(x.m.eval(n))
	}
	return out
}

func (x *explainer) field(n *node, out *Reason) {
	for _, s := range n.path {
		name, _, _ := strings.Cut(s.Name, ".") // a part is told as the whole
		out.Path = append(out.Path, name)
	}
	if x.m == nil || n.item {
		return
	}
	owner, err := x.m.owner(n)
	x.fail(err)
	out.Owner = owner
}

func (x *explainer) plain(v value, err error) any {
	x.fail(err)
	out, err := v.plain()
	if err != nil {
		return nil // a step beyond int64 on the way to a result within it
	}
	return out
}

func (x *explainer) fail(err error) {
	if x.err == nil {
		x.err = err
	}
}

func rendered(n *node) string {
	var r renderer
	r.node(n, 0)
	return r.b.String()
}

func reasonOp(n *node) string {
	switch n.op {
	case opField:
		return "field"
	case opMany:
		return "list"
	case opConst, opParam, opItem:
		return "const"
	case opSet, opMine:
		return "set"
	case opIf:
		return "choice"
	case opNot:
		return "not"
	case opFirst:
		return "first"
	case opMissing:
		return "missing"
	case opNeg:
		return "-"
	case opRound:
		return "round"
	}
	if in, ok := infix[n.op]; ok {
		return in.word
	}
	return callWords[n.op]
}
