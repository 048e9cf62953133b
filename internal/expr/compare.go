package expr

import (
	"slices"

	"github.com/expr-lang/expr/ast"

	"kedang/internal/errs"
)

var comparisons = map[string]op{"==": opEqual, "!=": opDiffer, "<": opLess, "<=": opLessEqual, ">": opMore, ">=": opMoreEqual}

var textTests = map[string]op{"contains": opContains, "startsWith": opStarts, "endsWith": opEnds}

func (c *checker) binary(x *ast.BinaryNode) (*node, error) {
	switch x.Operator {
	case "and", "&&", "or", "||":
		return c.logic(x)
	case "==", "!=", "<", "<=", ">", ">=":
		return c.compare(x)
	case "in":
		return c.in(x)
	case "contains", "startsWith", "endsWith":
		return c.text(x)
	case "+", "-", "*", "/", "%":
		return c.arithmetic(x)
	case "??":
		return c.first(x, x.Left, x.Right)
	}
	return nil, c.unsupported(x, x.Operator)
}

// logic flattens a and b and c …: a filter of a thousand clauses is wide, not
// deep.
func (c *checker) logic(x *ast.BinaryNode) (*node, error) {
	o := logicOp(x)
	var clauses []ast.Node
	var left ast.Node = x
	for b, ok := x, true; ok && logicOp(b) == o; b, ok = left.(*ast.BinaryNode) {
		clauses, left = append(clauses, b.Right), b.Left
	}
	clauses = append(clauses, left)
	slices.Reverse(clauses)
	kids := make([]*node, len(clauses))
	var err error
	for i, clause := range clauses {
		if kids[i], err = c.condition(clause); err != nil {
			return nil, err
		}
	}
	return with(o, Type{Base: Bool}, kids[0].at, kids...), nil
}

func logicOp(x *ast.BinaryNode) op {
	switch x.Operator {
	case "and", "&&":
		return opAnd
	case "or", "||":
		return opOr
	}
	return opConst
}

// compare checks == != < <= > >=.
func (c *checker) compare(x *ast.BinaryNode) (*node, error) {
	l, err := c.check(x.Left)
	if err != nil {
		return nil, err
	}
	r, err := c.check(x.Right)
	if err != nil {
		return nil, err
	}
	o, at := comparisons[x.Operator], x.Location().From
	if l.isNil() || r.isNil() {
		return c.againstNil(o, at, l, r)
	}
	if l.masked() != nil || r.masked() != nil {
		return c.maskedEqual(o, at, l, r)
	}
	if l, r, err = c.align(at, l, r); err != nil {
		return nil, err
	}
	if l.typ.Base == Amount {
		return nil, c.mismatch(at, "amount", "number")
	}
	if o >= opLess && !ordered(l.typ.Base) {
		return nil, c.mismatch(at, l.typ.Base.String(), "number, text or date")
	}
	return with(o, Type{Base: Bool}, at, l, r), nil
}

// againstNil checks x == nil and x != nil.
func (c *checker) againstNil(o op, at int, l, r *node) (*node, error) {
	if l.isNil() {
		l, r = r, l
	}
	if f := l.masked(); f != nil && !f.Presence {
		return nil, c.maskedError(l)
	}
	if l.isNil() || (o != opEqual && o != opDiffer) {
		return nil, c.mismatch(at, "missing", "value")
	}
	n := missingNode(at, l)
	if o == opDiffer {
		n = with(opNot, n.typ, at, n)
	}
	return n, nil
}

// missingNode asks whether a value is missing, or a list empty.
func missingNode(at int, of *node) *node {
	n := with(opMissing, Type{Base: Bool}, at, of)
	if of.op == opMany {
		n.each = &manyValue{list: of, byRow: of.last().Side.Rows != nil}
	}
	return n
}

// maskedEqual allows a masked or sealed field beside a constant, under == and
// nowhere else. The constant is read as the field's type would have it; a
// sealed one stays text, the blind index is made from it.
func (c *checker) maskedEqual(o op, at int, l, r *node) (*node, error) {
	if l.masked() == nil {
		l, r = r, l
	}
	if o != opEqual || r.op != opConst {
		return nil, c.maskedError(l)
	}
	l, r, err := c.align(at, l, r)
	if err != nil {
		return nil, err
	}
	return with(o, Type{Base: Bool}, at, l, r), nil
}

// align brings two sides to types that compare: a constant follows the field.
func (c *checker) align(at int, l, r *node) (*node, *node, error) {
	var err error
	lt, rt := l.typ, r.typ
	switch {
	case lt.Base == List || rt.Base == List:
		return nil, nil, c.mismatch(at, "list", "value")
	case lt.Base == Text && pliable(l) && (rt.Base != Text || rt.Choices != nil):
		if l, err = c.coerce(l, rt); err != nil {
			return nil, nil, err
		}
		if rt.Base == Text && lt.Choices != nil {
			r, err = c.coerce(r, lt)
		}
	default:
		r, err = c.coerce(r, lt)
	}
	if err != nil {
		return nil, nil, err
	}
	finest := Type{Base: Decimal, Scale: max(l.typ.Scale, r.typ.Scale)}
	return scaleTo(l, finest), scaleTo(r, finest), nil
}

// pliable tells a constant, or a choice between some, which may become a date.
func pliable(n *node) bool { return n.op == opConst || n.op == opIf || n.op == opFirst }

// in checks x in [a, b], x in my_tree(), x in tags.
func (c *checker) in(x *ast.BinaryNode) (*node, error) {
	if list, ok := x.Right.(*ast.ArrayNode); ok {
		return c.inSet(x, list)
	}
	r, err := c.check(x.Right)
	if err != nil {
		return nil, err
	}
	if r.op == opMany {
		return c.has(x, x.Right, x.Left)
	}
	l, err := c.value(x.Left)
	if err != nil {
		return nil, err
	}
	if r.typ.Base != List {
		return nil, c.mismatch(r.at, r.typ.Base.String(), "list")
	}
	if e := r.typ.Elem; l.typ.Base != e.Base || l.typ.Scale != e.Scale || (l.typ.To != e.To && l.typ.To != "" && e.To != "") {
		return nil, c.mismatch(l.at, typeWord(l.typ), typeWord(*e))
	}
	return with(opIn, Type{Base: Bool}, x.Location().From, l, r), nil
}

// typeWord names a type for a problem; a link by what it leads to.
func typeWord(t Type) string {
	if t.Base == Ref && t.To != "" {
		return t.To
	}
	return t.Base.String()
}

// inSet checks a list of constants. A number the field's scale cannot hold
// equals no value and is left out.
func (c *checker) inSet(x *ast.BinaryNode, list *ast.ArrayNode) (*node, error) {
	l, err := c.value(x.Left)
	if err != nil {
		return nil, err
	}
	if c.consts += len(list.Nodes); c.consts > maxSet {
		return nil, c.refuse(list, "too_complex", errs.Params{"max": maxSet})
	}
	var values []value
	for _, e := range list.Nodes {
		c.nodes-- // a long list has its own bound
		k, err := c.check(e)
		if err != nil {
			return nil, err
		}
		if k.op != opConst || k.isNil() {
			return nil, c.refuse(e, "not_constant", nil)
		}
		if k, err = c.coerce(k, l.typ); err != nil {
			return nil, err
		}
		v := k.val
		if numeric(k.typ.Base) {
			if v = rescale(v, k.typ.Scale, l.typ.Scale); v.kind != isWhole || !same(rescale(v, l.typ.Scale, k.typ.Scale), k.val) {
				continue
			}
		}
		values = append(values, v)
	}
	right := &node{op: opSet, typ: Type{Base: List, Elem: &l.typ}, at: list.Location().From, set: newSet(values), free: true}
	return with(opIn, Type{Base: Bool}, x.Location().From, l, right), nil
}

func rescale(v value, from, to int) value {
	if to >= from {
		return up(v, to-from)
	}
	return down(v, from-to)
}

// text checks contains, startsWith and endsWith.
func (c *checker) text(x *ast.BinaryNode) (*node, error) {
	l, err := c.value(x.Left)
	if err != nil {
		return nil, err
	}
	r, err := c.value(x.Right)
	if err != nil {
		return nil, err
	}
	for _, side := range [...]*node{l, r} {
		if side.typ.Base != Text {
			return nil, c.mismatch(side.at, side.typ.Base.String(), "text")
		}
	}
	return with(textTests[x.Operator], Type{Base: Bool}, x.Location().From, l, r), nil
}
