package expr

import "github.com/expr-lang/expr/ast"

// arithmetic checks + - * / %, text + text, date ± days, date - date.
func (c *checker) arithmetic(x *ast.BinaryNode) (*node, error) {
	l, err := c.value(x.Left)
	if err != nil {
		return nil, err
	}
	r, err := c.value(x.Right)
	if err != nil {
		return nil, err
	}
	at := x.Location().From
	lt, rt := l.typ.Base, r.typ.Base
	switch {
	case numeric(lt) && numeric(rt):
		return calculation(x.Operator, at, l, r), nil
	case x.Operator == "+" && lt == Text && rt == Text:
		return with(opJoin, Type{Base: Text}, at, l, r), nil
	case x.Operator == "+" && lt == Date && rt == Int:
		return with(opAddDays, Type{Base: Date}, at, l, r), nil
	case x.Operator == "-" && lt == Date && rt == Int:
		return with(opAddDays, Type{Base: Date}, at, l, negated(r)), nil
	case x.Operator == "-" && (lt == Date || rt == Date):
		if l, r, err = c.align(at, l, r); err != nil {
			return nil, err
		}
		return with(opDaysBetween, Type{Base: Int}, at, r, l), nil
	}
	return nil, c.mismatch(at, typeWord(r.typ), typeWord(l.typ))
}

func negated(n *node) *node {
	if n.op == opConst {
		return constant(neg(n.val), n.typ, n.at)
	}
	return with(opNeg, n.typ, n.at, n)
}

// calculation makes the node of two numbers. Sums keep the finer scale,
// products add scales up to 12, quotients have 8 digits.
func calculation(word string, at int, l, r *node) *node {
	t := Type{Base: max(l.typ.Base, r.typ.Base), Scale: max(l.typ.Scale, r.typ.Scale)}
	switch word {
	case "*":
		digits := l.typ.Scale + r.typ.Scale
		t.Scale = min(digits, maxScale)
		n := with(opMul, t, at, l, r)
		n.by = digits - t.Scale
		return n
	case "/":
		n := with(opDiv, Type{Base: Decimal, Scale: divScale}, at, l, r)
		n.by = divScale + r.typ.Scale - l.typ.Scale
		return n
	}
	o := map[string]op{"+": opAdd, "-": opSub, "%": opMod}[word]
	return with(o, t, at, scaleTo(l, t), scaleTo(r, t))
}
