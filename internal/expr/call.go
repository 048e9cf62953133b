package expr

import (
	"slices"
	"strings"

	"github.com/expr-lang/expr/ast"

	"kedang/internal/errs"
)

// signature is a function whose arguments are plain values.
type signature struct {
	op       op
	takes    string // a letter per argument: n number, i whole number, t text, d date, y date or date-time, m date-time
	gives    Base
	volatile bool
}

// signatures are the plain functions; call knows those of another shape.
var signatures = map[string]signature{
	"today":           {op: opToday, gives: Date, volatile: true},
	"now":             {op: opNow, gives: DateTime, volatile: true},
	"me":              {op: opMe, gives: Ref, volatile: true},
	"my_department":   {op: opMyDepartment, gives: Ref, volatile: true},
	"my_tree":         {op: opMine, gives: List, volatile: true},
	"my_subordinates": {op: opMine, gives: List, volatile: true},
	"date":            {op: opDate, takes: "m", gives: Date},
	"year":            {op: opYear, takes: "y", gives: Int},
	"month":           {op: opMonth, takes: "y", gives: Int},
	"day":             {op: opDay, takes: "y", gives: Int},
	"weekday":         {op: opWeekday, takes: "y", gives: Int},
	"days_between":    {op: opDaysBetween, takes: "dd", gives: Int},
	"add_days":        {op: opAddDays, takes: "di", gives: Date},
	"add_months":      {op: opAddMonths, takes: "di", gives: Date},
	"lower":           {op: opLower, takes: "t", gives: Text},
	"trim":            {op: opTrim, takes: "t", gives: Text},
}

// shaped are the functions that take lists, conditions or any number of values.
var shaped = []string{"any", "all", "none", "count", "sum", "has", "len", "is_missing", "coalesce", "if", "abs", "round", "min", "max"}

// people says what me() and the like lead to.
var people = map[string]string{"me": "user", "my_department": "department", "my_tree": "department", "my_subordinates": "user"}

// call checks a function of the closed list.
func (c *checker) call(x ast.Node, name string, args []ast.Node) (*node, error) {
	at := x.Location().From
	switch name {
	case "any", "all", "none", "count", "sum":
		return c.each(x, name, args)
	case "has":
		if len(args) == 2 {
			return c.has(x, args[0], args[1])
		}
		return nil, c.arguments(x, name, 2, args)
	case "if":
		if len(args) == 3 {
			return c.conditional(x, args[0], args[1], args[2])
		}
		return nil, c.arguments(x, name, 3, args)
	case "coalesce", "min", "max":
		if len(args) == 0 {
			return nil, c.arguments(x, name, 1, args)
		}
		if name == "coalesce" {
			return c.first(x, args...)
		}
		return c.extreme(x, name, args)
	case "is_missing":
		if len(args) != 1 {
			return nil, c.arguments(x, name, 1, args)
		}
		k, err := c.check(args[0])
		if err != nil {
			return nil, err
		}
		return c.againstNil(opEqual, at, k, constant(value{}, Type{}, at))
	case "len":
		return c.length(x, args)
	case "abs", "round":
		return c.rounded(x, name, args)
	}
	s, ok := signatures[name]
	if !ok {
		p := errs.Params{"name": name}
		if guess := closest(name, functionNames()); guess != "" {
			p["did_you_mean"] = guess
		}
		return nil, c.refuse(x, "no_such_function", p)
	}
	return c.plain(x, name, s, args)
}

func functionNames() []string {
	names := slices.Clone(shaped)
	for n := range signatures {
		names = append(names, n)
	}
	slices.Sort(names)
	return names
}

func (c *checker) arguments(x ast.Node, name string, want int, args []ast.Node) error {
	return c.refuse(x, "wrong_arguments", errs.Params{"name": name, "want": want, "got": len(args)})
}

// plain checks a function by its signature.
func (c *checker) plain(x ast.Node, name string, s signature, args []ast.Node) (*node, error) {
	if len(args) != len(s.takes) {
		return nil, c.arguments(x, name, len(s.takes), args)
	}
	if s.volatile && c.opt.NoVolatile && !(s.op == opToday && c.opt.Today) {
		return nil, c.refuse(x, "volatile", errs.Params{"name": name})
	}
	kids := make([]*node, len(args))
	for i, a := range args {
		k, err := c.value(a)
		if err != nil {
			return nil, err
		}
		if kids[i], err = c.argument(k, s.takes[i]); err != nil {
			return nil, err
		}
	}
	t := Type{Base: s.gives, To: people[name]}
	if t.Base == List {
		t = Type{Base: List, Elem: &Type{Base: Ref, To: people[name]}}
	}
	n := with(s.op, t, x.Location().From, kids...)
	n.name = name
	return n, nil
}

// argument checks one argument against its letter.
func (c *checker) argument(k *node, letter byte) (*node, error) {
	want := map[byte]Base{'n': Decimal, 'i': Int, 't': Text, 'd': Date, 'm': DateTime, 'y': Date}[letter]
	if letter == 'y' && k.typ.Base == DateTime {
		return with(opDate, Type{Base: Date}, k.at, k), nil
	}
	if letter == 'i' && k.typ.Base == Decimal {
		return nil, c.mismatch(k.at, "decimal", "int")
	}
	return c.coerce(k, Type{Base: want})
}

// extreme checks min and max: numbers, dates or moments.
func (c *checker) extreme(x ast.Node, name string, args []ast.Node) (*node, error) {
	kids, t, err := c.common(args...)
	if err != nil {
		return nil, err
	}
	if !ordered(t.Base) || t.Base == Text {
		return nil, c.mismatch(x.Location().From, t.Base.String(), "number or date")
	}
	o := opMin
	if name == "max" {
		o = opMax
	}
	return with(o, t, x.Location().From, kids...), nil
}

// rounded checks abs(x) and round(x, digits).
func (c *checker) rounded(x ast.Node, name string, args []ast.Node) (*node, error) {
	if len(args) == 0 || len(args) > 2 || (name == "abs" && len(args) != 1) {
		return nil, c.arguments(x, name, 1, args)
	}
	k, err := c.value(args[0])
	if err != nil {
		return nil, err
	}
	if !numeric(k.typ.Base) {
		return nil, c.mismatch(k.at, typeWord(k.typ), "decimal")
	}
	if name == "abs" {
		return with(opAbs, k.typ, x.Location().From, k), nil
	}
	digits := 0
	if len(args) == 2 {
		n, err := c.value(args[1])
		if err != nil {
			return nil, err
		}
		if n.op != opConst || n.typ.Base != Int || n.val.i < 0 || n.val.i > maxScale {
			return nil, c.refuse(args[1], "not_constant", nil)
		}
		digits = int(n.val.i)
	}
	t := Type{Base: k.typ.Base, Scale: min(digits, k.typ.Scale)}
	if t.Scale == 0 {
		t.Base = Int
	}
	n := with(opRound, t, x.Location().From, k)
	n.by = k.typ.Scale - t.Scale
	return n, nil
}

// length checks len of a text, or of a list.
func (c *checker) length(x ast.Node, args []ast.Node) (*node, error) {
	if len(args) != 1 {
		return nil, c.arguments(x, "len", 1, args)
	}
	k, err := c.check(args[0])
	if err != nil {
		return nil, err
	}
	if k.op == opMany {
		return c.each(x, "count", args)
	}
	if k, err = c.value(args[0]); err != nil {
		return nil, err
	}
	if k.typ.Base != Text {
		return nil, c.mismatch(k.at, typeWord(k.typ), "text")
	}
	return with(opLength, Type{Base: Int}, x.Location().From, k), nil
}

var walks = map[string]op{"any": opAny, "all": opAll, "none": opNone, "count": opCount, "sum": opSum}

// each checks any(list, condition) and its kin.
func (c *checker) each(x ast.Node, name string, args []ast.Node) (*node, error) {
	if len(args) > 2 || len(args) == 0 || (len(args) == 1 && name != "count") {
		return nil, c.arguments(x, name, 2, args)
	}
	m, err := c.walk(args[0])
	if err != nil {
		return nil, err
	}
	masked := m.list.last().EqualOnly
	n := &node{op: walks[name], typ: Type{Base: Bool}, at: x.Location().From, each: m}
	if name == "count" {
		n.typ.Base = Int
	}
	if len(args) == 1 {
		if masked {
			return nil, c.maskedError(m.list)
		}
		return n, nil
	}
	body := args[1]
	if p, ok := body.(*ast.PredicateNode); ok {
		body = p.Node
	}
	err = c.inside(m, func() error {
		kid, err := c.body(name, body)
		n.kids = []*node{kid}
		return err
	})
	if err != nil {
		return nil, err
	}
	if name == "sum" {
		n.typ = Type{Base: n.kids[0].typ.Base, Scale: n.kids[0].typ.Scale}
	}
	if masked && !(strings.Contains("any none", name) && n.kids[0].op == opEqual && n.kids[0].kids[0].op == opItem) {
		return nil, c.maskedError(m.list)
	}
	return n, nil
}

// body checks what stands behind the comma: a condition, or what is summed.
func (c *checker) body(name string, body ast.Node) (*node, error) {
	if name != "sum" {
		return c.condition(body)
	}
	k, err := c.value(body)
	if err == nil && !numeric(k.typ.Base) {
		err = c.mismatch(k.at, typeWord(k.typ), "decimal")
	}
	return k, err
}

// has checks has(list, value) and value in list.
func (c *checker) has(x, list, of ast.Node) (*node, error) {
	m, err := c.walk(list)
	if err != nil {
		return nil, err
	}
	v, err := c.value(of)
	if err != nil {
		return nil, err
	}
	if m.list.last().Side.Rows != nil {
		return nil, c.mismatch(m.list.at, "list of rows", "list of values")
	}
	if m.list.last().EqualOnly && v.op != opConst {
		return nil, c.maskedError(m.list)
	}
	item := &node{op: opItem, at: m.list.at, typ: m.elem(), each: m}
	c.note(m.list.name + "[]")
	if v.isNil() {
		return nil, c.refuse(of, "not_constant", nil)
	}
	if _, v, err = c.align(x.Location().From, item, v); err != nil {
		return nil, err
	}
	if v.typ.Scale != item.typ.Scale {
		return nil, c.mismatch(v.at, "decimal", typeWord(item.typ))
	}
	n := with(opHas, Type{Base: Bool}, x.Location().From, v)
	n.each, n.free = m, false
	return n, nil
}
