package expr

import (
	"slices"
	"time"

	"github.com/expr-lang/expr/ast"

	"kedang/internal/errs"
)

func (c *compiler) binary(x *ast.BinaryNode) (node, error) {
	switch x.Operator {
	case "and", "&&", "or", "||":
		return c.logic(x)
	}
	l, err := c.check(x.Left)
	if err != nil {
		return nil, err
	}
	r, err := c.check(x.Right)
	if err != nil {
		return nil, err
	}
	switch x.Operator {
	case "==", "!=":
		return c.equality(x, l, r)
	case "<", "<=", ">", ">=":
		return c.ordering(x, l, r)
	case "in":
		return c.in(x, l, r)
	case "not in":
		n, err := c.in(x, l, r)
		return &notNode{n}, err
	case "contains", "startsWith", "endsWith":
		return c.text(x, l, r)
	case "+", "-", "*", "/", "%":
		return c.arithmetic(x, l, r)
	case "??":
		of, t, err := c.common(x, []ast.Node{x.Left, x.Right})
		return &firstNode{of, t}, err
	}
	return nil, c.refuse(x, "not_supported", errs.Params{"name": x.Operator})
}

// logic flattens a and b and c … into one node: a filter of a thousand clauses
// is wide, not deep.
func (c *compiler) logic(x *ast.BinaryNode) (node, error) {
	or := x.Operator == "or" || x.Operator == "||"
	var clauses []ast.Node
	var n ast.Node = x
	for {
		b, ok := n.(*ast.BinaryNode)
		if !ok || !sameLogic(b.Operator, or) {
			clauses = append(clauses, n)
			break
		}
		clauses = append(clauses, b.Right)
		n = b.Left
	}
	slices.Reverse(clauses)
	out := &logicNode{or: or}
	for _, cl := range clauses {
		k, err := c.check(cl)
		if err != nil {
			return nil, err
		}
		if k, err = c.condition(k, cl); err != nil {
			return nil, err
		}
		out.parts = append(out.parts, k)
	}
	return out, nil
}

func sameLogic(op string, or bool) bool {
	if or {
		return op == "or" || op == "||"
	}
	return op == "and" || op == "&&"
}

// equality checks == and !=, where masked fields may stand too.
func (c *compiler) equality(x *ast.BinaryNode, l, r node) (node, error) {
	l, r, err := c.align(x, l, r)
	if err != nil {
		return nil, err
	}
	if isNil(l) && presence(r) || isNil(r) && presence(l) {
		return &compareNode{x.Operator, l, r}, nil
	}
	if x.Operator == "!=" || !isConst(l) && !isConst(r) {
		for i, side := range [...]node{l, r} {
			if err := c.unmasked(side, [...]ast.Node{x.Left, x.Right}[i]); err != nil {
				return nil, err
			}
		}
	}
	if err := c.equalMasked(x, l, r); err != nil {
		return nil, err
	}
	return &compareNode{x.Operator, l, r}, nil
}

// presence tells that a node may be asked whether it is missing, though its
// value may not be read.
func presence(n node) bool {
	f, ok := n.(*fieldNode)
	return ok && f.field.Presence
}

func isNil(n node) bool {
	k, ok := n.(*constNode)
	return ok && k.v == nil
}

// equalMasked allows a masked field beside a constant text, and nothing else:
// to one who sees it masked, even whether it is missing would be a look.
func (c *compiler) equalMasked(x *ast.BinaryNode, l, r node) error {
	for i, side := range [...]node{l, r} {
		other := [...]node{r, l}[i]
		if c.unmasked(side, x) == nil {
			continue
		}
		k, ok := other.(*constNode)
		if !ok || k.v == nil {
			return c.unmasked(side, x)
		}
	}
	return nil
}

func isConst(n node) bool { _, ok := n.(*constNode); return ok }

func (c *compiler) ordering(x *ast.BinaryNode, l, r node) (node, error) {
	for i, side := range [...]node{l, r} {
		if err := c.unmasked(side, [...]ast.Node{x.Left, x.Right}[i]); err != nil {
			return nil, err
		}
	}
	l, r, err := c.align(x, l, r)
	if err != nil {
		return nil, err
	}
	switch b := l.typ().Base; b {
	case Int, Decimal, Text, Date, DateTime:
		if r.typ().Base != Missing {
			return &compareNode{x.Operator, l, r}, nil
		}
	}
	return nil, c.refuse(x, "type_mismatch", errs.Params{"got": l.typ().Base.String(), "want": "number, text or date"})
}

// align brings two sides to comparable types: a constant follows the field.
func (c *compiler) align(x *ast.BinaryNode, l, r node) (node, node, error) {
	lt, rt := l.typ(), r.typ()
	var err error
	switch {
	case lt.Base == Missing || rt.Base == Missing:
		return l, r, nil
	case isConst(r) && !isConst(l):
		r, err = c.coerce(r, lt, x.Right)
	case isConst(l) && !isConst(r):
		l, err = c.coerce(l, rt, x.Left)
	case numeric(lt.Base) && numeric(rt.Base):
	case lt.Base == Date && rt.Base == DateTime, lt.Base == DateTime && rt.Base == Date:
		return nil, nil, c.refuse(x, "date_against_datetime", nil)
	case lt.Base != rt.Base || lt.Base == List:
		return nil, nil, c.mismatch(x, rt, lt)
	case lt.Base == Ref && lt.To != rt.To && lt.To != "" && rt.To != "":
		return nil, nil, c.refuse(x, "type_mismatch", errs.Params{"got": rt.To, "want": lt.To})
	}
	return l, r, err
}

// coerce turns a constant into the type it is compared with: a text into a
// date, an id, a choice.
func (c *compiler) coerce(n node, t Type, at ast.Node) (node, error) {
	k, ok := n.(*constNode)
	got := n.typ()
	if !ok || got.Base == Missing {
		if got.Base == t.Base || got.Base == Missing || (numeric(got.Base) && numeric(t.Base)) {
			return n, nil
		}
		return nil, c.mismatch(at, got, t)
	}
	if numeric(got.Base) && numeric(t.Base) {
		return n, nil
	}
	text, isText := k.v.(string)
	if !isText || got.Base != Text {
		if got.Base == t.Base {
			return n, nil
		}
		return nil, c.mismatch(at, got, t)
	}
	switch t.Base {
	case Text:
		if t.Choices != nil && !slices.Contains(t.Choices, text) {
			return nil, c.refuse(at, "no_such_choice", errs.Params{"value": text, "choices": t.Choices, "did_you_mean": closest(text, t.Choices)})
		}
		return n, nil
	case Date:
		if _, ok := timeOf(text); ok && len(text) == 10 {
			return &constNode{Type{Base: Date}, text}, nil
		}
		return nil, c.refuse(at, "bad_date", errs.Params{"value": text})
	case DateTime:
		return c.moment(at, text)
	case Ref:
		if id, ok := parseID(text); ok {
			return &constNode{t, id}, nil
		}
		return nil, c.refuse(at, "bad_id", errs.Params{"value": text})
	case Int, Decimal:
		if v, scale, ok := decimalOf(text); ok && text != "" {
			return &constNode{Type{Base: Decimal, Scale: scale}, v}, nil
		}
	}
	return nil, c.mismatch(at, got, t)
}

func (c *compiler) moment(at ast.Node, text string) (node, error) {
	for _, layout := range []string{time.RFC3339Nano, "2006-01-02T15:04:05"} {
		if t, err := time.Parse(layout, text); err == nil {
			return &constNode{Type{Base: DateTime}, t.UnixMilli()}, nil
		}
	}
	if _, ok := timeOf(text); ok {
		return nil, c.refuse(at, "date_against_datetime", errs.Params{"value": text})
	}
	return nil, c.refuse(at, "bad_date", errs.Params{"value": text})
}

// parseID reads the 13 characters of Crockford's base 32 that an id has
// outside the database.
func parseID(text string) (int64, bool) {
	if len(text) != 13 {
		return 0, false
	}
	const alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
	var id uint64
	for i := range 13 {
		ch := text[i]
		if ch >= 'a' && ch <= 'z' {
			ch -= 'a' - 'A'
		}
		d := slices.Index([]byte(alphabet), ch)
		if d < 0 || (i == 0 && d > 7) {
			return 0, false
		}
		id = id<<5 | uint64(d)
	}
	return int64(id), true
}

// in checks x in [..], and x in my_tree().
func (c *compiler) in(x *ast.BinaryNode, l, r node) (node, error) {
	if err := c.unmasked(l, x.Left); err != nil {
		return nil, err
	}
	rt := r.typ()
	if rt.Base != List {
		return nil, c.mismatch(x.Right, rt, Type{Base: List})
	}
	if list, ok := r.(*listNode); ok {
		out := &listNode{t: l.typ()}
		for _, v := range list.values {
			k, err := c.coerce(v.(*constNode), l.typ(), x.Right)
			if err != nil {
				return nil, err
			}
			kc := k.(*constNode)
			if kc.v == nil {
				continue
			}
			if numeric(kc.t.Base) {
				n, fits := exactScale(kc, l.typ().Scale)
				if !fits {
					continue // no value of the field is equal to it
				}
				kc = &constNode{l.typ(), n}
			}
			out.values = append(out.values, kc.v)
		}
		return &inNode{l, out}, nil
	}
	if rt.Elem == nil || rt.Elem.Base != l.typ().Base {
		return nil, c.mismatch(x, *rt.Elem, l.typ())
	}
	if f, ok := r.(*fieldNode); ok { // x in tags: the same as has(tags, x)
		if err := c.unmasked(f, x.Right); err != nil {
			return nil, err
		}
	}
	return &inNode{l, r}, nil
}

// exactScale brings a constant to a scale when that loses nothing.
func exactScale(k *constNode, scale int) (int64, bool) {
	n, ok := Rescale(k.v.(int64), k.t.Scale, scale)
	if !ok {
		return 0, false
	}
	return n, compareScaled(n, scale, k.v.(int64), k.t.Scale) == 0
}

func (c *compiler) text(x *ast.BinaryNode, l, r node) (node, error) {
	for i, side := range [...]node{l, r} {
		at := [...]ast.Node{x.Left, x.Right}[i]
		if err := c.unmasked(side, at); err != nil {
			return nil, err
		}
		if b := side.typ().Base; b != Text {
			return nil, c.mismatch(at, side.typ(), Type{Base: Text})
		}
	}
	return &textNode{x.Operator, l, r}, nil
}

// arithmetic checks + - * / %, text + text, and date ± days.
func (c *compiler) arithmetic(x *ast.BinaryNode, l, r node) (node, error) {
	for i, side := range [...]node{l, r} {
		if err := c.unmasked(side, [...]ast.Node{x.Left, x.Right}[i]); err != nil {
			return nil, err
		}
	}
	lt, rt := l.typ(), r.typ()
	if lt.Base == Date && rt.Base == Text && isConst(r) {
		var err error
		if r, err = c.coerce(r, lt, x.Right); err != nil {
			return nil, err
		}
		rt = lt
	}
	switch {
	case numeric(lt.Base) && numeric(rt.Base):
		return &arithNode{x.Operator, l, r, arithType(x.Operator, lt, rt)}, nil
	case x.Operator == "+" && lt.Base == Text && rt.Base == Text:
		return &joinNode{l, r}, nil
	case lt.Base == Date && rt.Base == Int && (x.Operator == "+" || x.Operator == "-"):
		if x.Operator == "-" {
			r = &arithNode{"-", &constNode{Type{Base: Int}, int64(0)}, r, Type{Base: Int}}
		}
		return &callNode{functions["add_days"], []node{l, r}, Type{Base: Date}}, nil
	case lt.Base == Date && rt.Base == Date && x.Operator == "-":
		return &callNode{functions["days_between"], []node{r, l}, Type{Base: Int}}, nil
	}
	return nil, c.mismatch(x, rt, lt)
}

// arithType is the type of a result: sums keep the finer scale, products add
// scales, quotients have eight digits.
func arithType(op string, l, r Type) Type {
	scale := max(l.Scale, r.Scale)
	switch op {
	case "*":
		scale = min(l.Scale+r.Scale, maxScale)
	case "/":
		scale = divScale
	}
	if scale == 0 && l.Base == Int && r.Base == Int {
		return Type{Base: Int}
	}
	return Type{Base: Decimal, Scale: scale}
}
