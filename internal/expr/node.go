package expr

import (
	"strings"
	"time"
)

// A node is one step of a checked expression. The evaluator and the printer
// both walk it.
type node interface {
	typ() Type
	eval(m *machine) (any, error)
}

// machine is one evaluation: the row, and inside any(…) and the like the item.
type machine struct {
	row  Row
	args *Args
	item any      // the value of the item, for #
	up   *machine // the evaluation around the item's
}

// at gives the evaluation that many levels up.
func (m *machine) at(levels int) *machine {
	for ; levels > 0; levels-- {
		m = m.up
	}
	return m
}

// constNode is a value known when compiled.
type constNode struct {
	t Type
	v any
}

func (n *constNode) typ() Type                   { return n.t }
func (n *constNode) eval(*machine) (any, error) { return n.v, nil }

// listNode is a list of constants, for in.
type listNode struct {
	t      Type // of the elements
	values []any
}

func (n *listNode) typ() Type                   { return Type{Base: List, Elem: &n.t} }
func (n *listNode) eval(*machine) (any, error) { return n.values, nil }

// fieldNode is a field of the row, or of a record that links lead to.
type fieldNode struct {
	levels int // how many items around: 0 is the innermost
	links  []Field
	scopes []Scope // the scope of each link's owner, then the field's own
	field  Field
}

func (n *fieldNode) typ() Type { return n.field.Type }

// owner follows the links to the row that has the field; nil when one is missing.
func (n *fieldNode) owner(m *machine) (Row, error) {
	r := m.at(n.levels).row
	for _, l := range n.links {
		if r == nil {
			return nil, nil
		}
		next, err := r.Follow(l.Name)
		if err != nil {
			return nil, err
		}
		r = next
	}
	return r, nil
}

func (n *fieldNode) eval(m *machine) (any, error) {
	r, err := n.owner(m)
	if r == nil || err != nil {
		return nil, err
	}
	if n.field.Side != nil {
		return r.Items(n.field.Name)
	}
	return r.Value(n.field.Name)
}

// itemNode is the item itself: # in any(tags, # == "VIP").
type itemNode struct {
	levels int
	t      Type
	side   *Side
}

func (n *itemNode) typ() Type                     { return n.t }
func (n *itemNode) eval(m *machine) (any, error) { return m.at(n.levels).item, nil }

// paramNode is a value given with the arguments.
type paramNode struct {
	name string
	t    Type
}

func (n *paramNode) typ() Type                     { return n.t }
func (n *paramNode) eval(m *machine) (any, error) { return m.args.Params[n.name], nil }

// logicNode is and / or over any number of conditions.
type logicNode struct {
	or    bool
	parts []node
}

func (n *logicNode) typ() Type { return Type{Base: Bool} }

func (n *logicNode) eval(m *machine) (any, error) {
	for _, p := range n.parts {
		ok, err := test(p, m)
		if err != nil {
			return nil, err
		}
		if ok == n.or {
			return n.or, nil
		}
	}
	return !n.or, nil
}

// notNode is the plain complement.
type notNode struct{ of node }

func (n *notNode) typ() Type { return Type{Base: Bool} }

func (n *notNode) eval(m *machine) (any, error) {
	ok, err := test(n.of, m)
	return !ok, err
}

// test evaluates a condition; missing is false.
func test(n node, m *machine) (bool, error) {
	v, err := n.eval(m)
	ok, _ := v.(bool)
	return ok, err
}

// compareNode is == != < <= > >=.
type compareNode struct {
	op   string
	l, r node
}

func (n *compareNode) typ() Type { return Type{Base: Bool} }

func (n *compareNode) eval(m *machine) (any, error) {
	l, err := n.l.eval(m)
	if err != nil {
		return nil, err
	}
	r, err := n.r.eval(m)
	if err != nil {
		return nil, err
	}
	if n.l.typ().Base == Missing || n.r.typ().Base == Missing { // x == nil, x != nil
		return (isMissing(l) && isMissing(r)) == (n.op == "=="), nil
	}
	if isMissing(l) || isMissing(r) {
		return n.op == "!=" && isMissing(l) != isMissing(r), nil
	}
	c := compare(l, n.l.typ(), r, n.r.typ())
	switch n.op {
	case "==":
		return c == 0, nil
	case "!=":
		return c != 0, nil
	case "<":
		return c < 0, nil
	case "<=":
		return c <= 0, nil
	case ">":
		return c > 0, nil
	}
	return c >= 0, nil
}

// isMissing tells whether a value is missing; an empty list is.
func isMissing(v any) bool {
	if list, ok := v.([]any); ok {
		return len(list) == 0
	}
	return v == nil
}

// compare orders two values of comparable types.
func compare(l any, lt Type, r any, rt Type) int {
	switch x := l.(type) {
	case int64:
		y, _ := r.(int64)
		return compareScaled(x, lt.Scale, y, rt.Scale)
	case string:
		y, _ := r.(string)
		return strings.Compare(x, y)
	case bool:
		y, _ := r.(bool)
		switch {
		case x == y:
			return 0
		case y:
			return -1
		}
	}
	return 1
}

// inNode is x in a list.
type inNode struct{ x, list node }

func (n *inNode) typ() Type { return Type{Base: Bool} }

func (n *inNode) eval(m *machine) (any, error) {
	x, err := n.x.eval(m)
	if err != nil || x == nil {
		return false, err
	}
	v, err := n.list.eval(m)
	if err != nil {
		return nil, err
	}
	values, _ := v.([]any)
	et := *n.list.typ().Elem
	for _, e := range values {
		if e != nil && compare(x, n.x.typ(), e, et) == 0 {
			return true, nil
		}
	}
	return false, nil
}

// textNode is contains, startsWith, endsWith: byte for byte.
type textNode struct {
	op   string
	l, r node
}

func (n *textNode) typ() Type { return Type{Base: Bool} }

func (n *textNode) eval(m *machine) (any, error) {
	l, err := n.l.eval(m)
	if err != nil {
		return nil, err
	}
	r, err := n.r.eval(m)
	if err != nil {
		return nil, err
	}
	x, ok1 := l.(string)
	y, ok2 := r.(string)
	if !ok1 || !ok2 {
		return false, nil
	}
	switch n.op {
	case "contains":
		return strings.Contains(x, y), nil
	case "startsWith":
		return strings.HasPrefix(x, y), nil
	}
	return strings.HasSuffix(x, y), nil
}

// arithNode is + - * / % of numbers.
type arithNode struct {
	op   string
	l, r node
	t    Type
}

func (n *arithNode) typ() Type { return n.t }

func (n *arithNode) eval(m *machine) (any, error) {
	l, err := n.l.eval(m)
	if err != nil {
		return nil, err
	}
	r, err := n.r.eval(m)
	if err != nil {
		return nil, err
	}
	x, ok1 := l.(int64)
	y, ok2 := r.(int64)
	if !ok1 || !ok2 {
		return nil, nil
	}
	v, ok, err := arith(n.op, x, n.l.typ().Scale, y, n.r.typ().Scale, n.t.Scale)
	if err != nil || !ok {
		return nil, err
	}
	return v, nil
}

// joinNode is text + text; a missing side adds nothing, two give nothing.
type joinNode struct{ l, r node }

func (n *joinNode) typ() Type { return Type{Base: Text} }

func (n *joinNode) eval(m *machine) (any, error) {
	l, err := n.l.eval(m)
	if err != nil {
		return nil, err
	}
	r, err := n.r.eval(m)
	if err != nil || (l == nil && r == nil) {
		return nil, err
	}
	x, _ := l.(string)
	y, _ := r.(string)
	if len(x)+len(y) > 1<<20 {
		return nil, errOverflow
	}
	return x + y, nil
}

// ifNode is c ? a : b.
type ifNode struct {
	c, a, b node
	t       Type
}

func (n *ifNode) typ() Type { return n.t }

func (n *ifNode) eval(m *machine) (any, error) {
	ok, err := test(n.c, m)
	if err != nil {
		return nil, err
	}
	if ok {
		return scaled(n.a, n.t, m)
	}
	return scaled(n.b, n.t, m)
}

// scaled evaluates a branch and brings a number to the common scale.
func scaled(of node, t Type, m *machine) (any, error) {
	v, err := of.eval(m)
	if x, ok := v.(int64); ok && t.Base == Decimal && of.typ().Scale != t.Scale {
		y, fits := Rescale(x, of.typ().Scale, t.Scale)
		if !fits {
			return nil, errOverflow
		}
		return y, err
	}
	return v, err
}

// firstNode is a ?? b and coalesce(…): the first that is not missing.
type firstNode struct {
	of []node
	t  Type
}

func (n *firstNode) typ() Type { return n.t }

func (n *firstNode) eval(m *machine) (any, error) {
	for _, o := range n.of {
		v, err := scaled(o, n.t, m)
		if err != nil || v != nil {
			return v, err
		}
	}
	return nil, nil
}

// eachNode is any all none count sum over a many-valued field.
type eachNode struct {
	fn   string
	list *fieldNode
	body node // nil: count(list)
	t    Type
}

func (n *eachNode) typ() Type { return n.t }

func (n *eachNode) eval(m *machine) (any, error) {
	items, err := n.items(m)
	if err != nil {
		return nil, err
	}
	var count, sum int64
	for i := range items {
		items[i].up, items[i].args = m, m.args
		if n.body == nil {
			count++
			continue
		}
		if n.fn == "sum" {
			v, err := n.body.eval(&items[i])
			if err != nil {
				return nil, err
			}
			if x, ok := v.(int64); ok {
				if sum, _, err = arith("+", sum, n.t.Scale, x, n.t.Scale, n.t.Scale); err != nil {
					return nil, err
				}
			}
			continue
		}
		ok, err := test(n.body, &items[i])
		if err != nil {
			return nil, err
		}
		if ok {
			count++
		}
	}
	switch n.fn {
	case "any":
		return count > 0, nil
	case "all":
		return count == int64(len(items)), nil
	case "none":
		return count == 0, nil
	case "sum":
		return sum, nil
	}
	return count, nil
}

// items opens the list: child rows and linked records as rows, values as items.
func (n *eachNode) items(m *machine) ([]machine, error) {
	r, err := n.list.owner(m)
	if r == nil || err != nil {
		return nil, err
	}
	if n.list.field.Side.Rows == nil {
		values, err := r.Items(n.list.field.Name)
		if err != nil {
			return nil, err
		}
		out := make([]machine, 0, len(values))
		for _, v := range values {
			out = append(out, machine{item: v, row: refRow{r, n.list.field.Name, v}})
		}
		return out, nil
	}
	rows, err := r.Rows(n.list.field.Name)
	if err != nil {
		return nil, err
	}
	out := make([]machine, 0, len(rows))
	for _, row := range rows {
		out = append(out, machine{row: row})
	}
	return out, nil
}

// refRow stands for one of many links until a field of its record is asked for.
type refRow struct {
	owner Row
	field string
	id    any
}

func (r refRow) target() (Row, error) {
	rows, err := r.owner.Rows(r.field)
	if err != nil {
		return nil, err
	}
	for _, row := range rows {
		id, err := row.Value("id")
		if err != nil {
			return nil, err
		}
		if id == r.id {
			return row, nil
		}
	}
	return nil, nil
}

// Value reads a field of the linked record.
func (r refRow) Value(field string) (any, error) {
	t, err := r.target()
	if t == nil || err != nil {
		return nil, err
	}
	return t.Value(field)
}

// Follow follows a link of the linked record.
func (r refRow) Follow(field string) (Row, error) {
	t, err := r.target()
	if t == nil || err != nil {
		return nil, err
	}
	return t.Follow(field)
}

// Items reads a many-valued field of the linked record.
func (r refRow) Items(field string) ([]any, error) {
	t, err := r.target()
	if t == nil || err != nil {
		return nil, err
	}
	return t.Items(field)
}

// Rows reads child rows of the linked record.
func (r refRow) Rows(field string) ([]Row, error) {
	t, err := r.target()
	if t == nil || err != nil {
		return nil, err
	}
	return t.Rows(field)
}

// callNode is a function of the closed list.
type callNode struct {
	fn   *function
	args []node
	t    Type
}

func (n *callNode) typ() Type { return n.t }

func (n *callNode) eval(m *machine) (any, error) {
	values := make([]any, len(n.args))
	for i, a := range n.args {
		v, err := a.eval(m)
		if err != nil {
			return nil, err
		}
		values[i] = v
	}
	return n.fn.do(n, m, values)
}

// timeOf reads a Date value.
func timeOf(day string) (time.Time, bool) {
	t, err := time.Parse(time.DateOnly, day)
	return t, err == nil
}
