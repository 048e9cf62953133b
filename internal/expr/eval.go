package expr

import (
	"strings"
	"unicode/utf8"
)

// Eval computes the value for a row, in the forms of Base. Errors: what the
// row answers; Invalid overflow when the result leaves int64.
func (e *Expr) Eval(r Row, args Args) (any, error) {
	m := machine{row: r, args: &args}
	v, err := m.eval(e.root)
	if err != nil {
		return nil, err
	}
	return v.plain()
}

// Test computes a condition; missing is false.
func (e *Expr) Test(r Row, args Args) (bool, error) {
	m := machine{row: r, args: &args}
	return m.test(e.root)
}

// machine is one evaluation.
type machine struct {
	row  Row
	item Row   // inside any(…): the child row or linked record
	this value // inside any(…): the item of a plain list
	args *Args
}

func (m *machine) test(n *node) (bool, error) {
	v, err := m.eval(n)
	return v.holds(), err
}

// eval computes one node. Operators that look at all their operands go on in
// apply, those that may not need them are here.
func (m *machine) eval(n *node) (value, error) {
	switch n.op {
	case opConst:
		return n.val, nil
	case opParam:
		return typed(m.args.Params[n.name], n.typ)
	case opField:
		return m.field(n)
	case opItem:
		return m.this, nil
	case opAnd, opOr:
		for _, k := range n.kids {
			if ok, err := m.test(k); err != nil || ok == (n.op == opOr) {
				return truth(ok), err
			}
		}
		return truth(n.op == opAnd), nil
	case opNot:
		ok, err := m.test(n.kids[0])
		return truth(!ok), err
	case opIf:
		ok, err := m.test(n.kids[0])
		if err != nil {
			return value{}, err
		}
		if ok {
			return m.eval(n.kids[1])
		}
		return m.eval(n.kids[2])
	case opFirst:
		return m.first(n)
	case opIn:
		return m.in(n)
	case opMissing:
		if n.each == nil {
			v, err := m.eval(n.kids[0])
			return truth(v.missing()), err
		}
		count, err := m.count(n)
		return truth(count == 0), err
	case opHas, opAny, opAll, opNone, opCount, opSum:
		return m.many(n)
	case opMin, opMax:
		return m.extreme(n)
	}
	return m.apply(n)
}

// apply computes an operator of none, one or two operands; a missing operand
// makes a missing result, and a comparison false.
func (m *machine) apply(n *node) (value, error) {
	var l, r value
	var err error
	if len(n.kids) > 0 {
		if l, err = m.eval(n.kids[0]); err != nil {
			return value{}, err
		}
	}
	if len(n.kids) > 1 {
		if r, err = m.eval(n.kids[1]); err != nil {
			return value{}, err
		}
	}
	switch n.op {
	case opEqual, opDiffer, opLess, opLessEqual, opMore, opMoreEqual:
		return m.compare(n, l, r), nil
	case opContains:
		return truth(l.kind == isText && r.kind == isText && strings.Contains(l.s, r.s)), nil
	case opStarts:
		return truth(l.kind == isText && r.kind == isText && strings.HasPrefix(l.s, r.s)), nil
	case opEnds:
		return truth(l.kind == isText && r.kind == isText && strings.HasSuffix(l.s, r.s)), nil
	case opJoin:
		return join(l, r)
	case opToday:
		return day(m.args.dayAt(m.args.Now.UnixMilli())), nil
	case opNow:
		return whole(m.args.Now.UnixMilli()), nil
	case opMe:
		return id(m.args.Me), nil
	case opMyDepartment:
		return id(m.args.MyDepartment), nil
	}
	if l.missing() || (len(n.kids) > 1 && r.missing()) {
		return value{}, nil
	}
	if n.typ.Base == Date || n.kids[0].typ.Base == Date {
		return m.calendar(n, l, r), nil
	}
	return calculate(n, l, r), nil
}

// calculate computes numbers, and the functions of one text.
func calculate(n *node, l, r value) value {
	switch n.op {
	case opAdd:
		return add(l, r)
	case opSub:
		return sub(l, r)
	case opMul:
		return down(mul(l, r), n.by)
	case opDiv:
		if r.kind == isWhole && r.i == 0 {
			return value{}
		}
		if n.by < 0 {
			r = up(r, -n.by)
		} else {
			l = up(l, n.by)
		}
		return huge(halfUp(l.big(), r.big()))
	case opMod:
		if r.kind == isWhole && r.i == 0 {
			return value{}
		}
		if l.kind == isWhole && r.kind == isWhole && r.i != -1 {
			return whole(l.i % r.i)
		}
		return huge(l.big().Rem(l.big(), r.big()))
	case opNeg:
		return neg(l)
	case opAbs:
		if order(l, whole(0)) < 0 {
			return neg(l)
		}
		return l
	case opScale:
		return up(l, n.by)
	case opRound:
		return down(l, n.by)
	case opLength:
		return whole(int64(utf8.RuneCountInString(l.s)))
	case opLower:
		return words(strings.ToLower(l.s))
	case opTrim:
		return words(strings.TrimSpace(l.s))
	}
	return value{}
}

// calendar computes with dates; a day beyond the years 1 to 9999 is missing.
func (m *machine) calendar(n *node, l, r value) value {
	if n.op == opDate {
		return day(m.args.dayAt(l.i))
	}
	y, month, d, ok := splitDay(l.s)
	if !ok {
		return value{}
	}
	switch n.op {
	case opYear:
		return whole(y)
	case opMonth:
		return whole(month)
	case opDay:
		return whole(d)
	case opWeekday:
		return whole(weekday(dayOf(y, month, d)))
	case opDaysBetween:
		to, ok := dayNumber(r.s)
		if !ok {
			return value{}
		}
		return whole(to - dayOf(y, month, d))
	case opAddDays:
		if r.kind != isWhole || r.i > 2*lastDay || r.i < -2*lastDay {
			return value{}
		}
		return day(dayText(dayOf(y, month, d) + r.i))
	case opAddMonths:
		if r.kind != isWhole {
			return value{}
		}
		return day(addMonths(l.s, r.i))
	}
	return value{}
}

func day(text string, ok bool) value {
	if !ok {
		return value{}
	}
	return words(text)
}

// id is a person or a department; 0 is nobody.
func id(i int64) value {
	if i == 0 {
		return value{}
	}
	return whole(i)
}

// maxText bounds what texts can be joined to.
const maxText = 1 << 20

// join is text + text; a missing side adds nothing, two give nothing.
func join(l, r value) (value, error) {
	switch {
	case l.missing():
		return r, nil
	case r.missing():
		return l, nil
	case len(l.s)+len(r.s) > maxText:
		return value{}, errOverflow
	}
	return words(l.s + r.s), nil
}

// compare is two-valued: with a missing side only != can be true, when the
// other is not missing.
func (m *machine) compare(n *node, l, r value) value {
	if l.missing() || r.missing() {
		return truth(n.op == opDiffer && l.missing() != r.missing())
	}
	if f := n.kids[0].masked(); f != nil && f.Blind != nil {
		return truth(blind(f, l) == blind(f, r))
	}
	c := order(l, r)
	switch n.op {
	case opEqual:
		return truth(c == 0)
	case opDiffer:
		return truth(c != 0)
	case opLess:
		return truth(c < 0)
	case opLessEqual:
		return truth(c <= 0)
	case opMore:
		return truth(c > 0)
	}
	return truth(c >= 0)
}

// blind is what the database holds of a sealed value; a row may give either.
func blind(f *Field, v value) string {
	if v.kind == isBytes {
		return v.s
	}
	switch b := f.Blind(v.s).(type) {
	case []byte:
		return string(b)
	case string:
		return b
	}
	return ""
}

// first is the first value that is not missing.
func (m *machine) first(n *node) (value, error) {
	for _, k := range n.kids {
		if v, err := m.eval(k); err != nil || !v.missing() {
			return v, err
		}
	}
	return value{}, nil
}

// extreme is the least or the greatest of those that are not missing.
func (m *machine) extreme(n *node) (value, error) {
	var best value
	for _, k := range n.kids {
		v, err := m.eval(k)
		if err != nil {
			return value{}, err
		}
		if best.missing() || (!v.missing() && (order(v, best) > 0) == (n.op == opMax)) {
			best = v
		}
	}
	return best, nil
}

// in looks a value up in a list.
func (m *machine) in(n *node) (value, error) {
	x, err := m.eval(n.kids[0])
	if err != nil || x.missing() {
		return truth(false), err
	}
	if s := n.kids[1].set; s != nil {
		return truth(s.has(x)), nil
	}
	values, err := m.list(n.kids[1])
	if err != nil {
		return value{}, err
	}
	for _, v := range values {
		if same(v, x) {
			return truth(true), nil
		}
	}
	return truth(false), nil
}

// list is the values of a list that is the same for all rows.
func (m *machine) list(n *node) ([]value, error) {
	switch n.op {
	case opSet:
		return n.set.values, nil
	case opMine:
		if n.name == "my_tree" {
			return wholes(m.args.MyTree), nil
		}
		return wholes(m.args.MySubordinates), nil
	}
	switch list := m.args.Params[n.name].(type) {
	case []int64:
		return wholes(list), nil
	case []any:
		out := make([]value, 0, len(list))
		for _, a := range list {
			v, err := typed(a, *n.typ.Elem)
			if err != nil {
				return nil, err
			}
			if !v.missing() {
				out = append(out, v)
			}
		}
		return out, nil
	}
	return nil, nil
}

func wholes(ids []int64) []value {
	out := make([]value, len(ids))
	for i, n := range ids {
		out[i] = whole(n)
	}
	return out
}
