package expr

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"kedang/internal/errs"
)

// Bounds on what is printed, far beyond what a person writes.
const (
	maxSQL  = 1 << 20
	maxArgs = 30_000 // SQLite takes 32,766
)

// SQL prints a condition over the scope's table, which stands in the statement
// under the alias, with '?' for the arguments in their order (int64, string,
// []byte). It is true for exactly the rows for which Test is; for others it is
// false or NULL. What names nothing of the record is computed now and passed
// as an argument. Errors: Invalid not_filterable (what) for what the databases
// would not compute as Eval does, too_complex beyond the bounds.
func (e *Expr) SQL(alias string, d Dialect, a Args) (cond string, args []any, err error) {
	p := e.printer(alias, d, &a)
	if err := p.cond(e.root, false); err != nil {
		return "", nil, err
	}
	if p.b.Len() > maxSQL || len(p.args) > maxArgs {
		return "", nil, refuse("too_complex", errs.Params{"max": maxSQL})
	}
	return p.b.String(), p.args, nil
}

func (e *Expr) printer(alias string, d Dialect, a *Args) *printer {
	p := &printer{src: e.src, d: d, m: &machine{args: a}, base: alias, prefix: alias + "_"}
	if alias == "" {
		p.base, p.prefix = quote(e.scope.Table()), "x_"
	}
	return p
}

// printable tries to print with values made up for what is not known yet.
// What is refused does not depend on the database nor on the values.
func (e *Expr) printable() error {
	if e.root.typ.Base != Bool {
		return e.src.refuse(e.root.at, "type_mismatch", errs.Params{"got": typeWord(e.root.typ), "want": "bool"})
	}
	p := e.printer("t", SQLite, &Args{Now: time.Unix(0, 0)})
	p.dry = true
	return p.cond(e.root, false)
}

// printer writes one condition.
type printer struct {
	src    *source
	d      Dialect
	m      *machine // evaluates what is the same for all rows
	dry    bool     // only finding out whether it can be printed
	b      strings.Builder
	args   []any
	base   string // the alias of the record's table
	prefix string // begins the aliases of sub-selects
	count  int    // of those
	item   frame  // inside any(…)
}

// frame is how the item of a list is named.
type frame struct {
	table  string // alias of the side table
	fields string // alias whose columns are the item's fields
	value  string // the item itself
}

func (p *printer) cannot(n *node, what string) error {
	return p.src.refuse(n.at, "not_filterable", errs.Params{"what": what})
}

func (p *printer) put(parts ...string) {
	for _, s := range parts {
		p.b.WriteString(s)
	}
}

func (p *printer) alias() string {
	p.count++
	return p.prefix + strconv.Itoa(p.count)
}

func quote(name string) string { return `"` + strings.ReplaceAll(name, `"`, `""`) + `"` }

// arg writes a placeholder beside something whose type the database knows.
func (p *printer) arg(v value) error {
	if p.b.Len() > maxSQL || len(p.args) > maxArgs {
		return refuse("too_complex", errs.Params{"max": maxSQL})
	}
	a, err := v.plain()
	if err != nil {
		return err
	}
	if v.kind == isBool {
		a = v.i
	}
	p.args = append(p.args, a)
	p.put("?")
	return nil
}

// typedArg writes a placeholder where nothing else tells PostgreSQL its type.
func (p *printer) typedArg(v value) error {
	if v.missing() {
		p.put("NULL")
		return nil
	}
	if p.d == SQLite {
		return p.arg(v)
	}
	p.put("CAST(")
	err := p.arg(v)
	p.put(" AS ", map[bool]string{true: "text", false: "bigint"}[v.kind == isText], ")")
	return err
}

// known is the value of a node that is the same for all rows.
func (p *printer) known(n *node) (value, error) {
	if !p.dry || n.op == opConst {
		return p.m.eval(n)
	}
	switch n.typ.Base {
	case Bool:
		return truth(true), nil
	case Text:
		return words("x"), nil
	case Date:
		return words("2000-01-01"), nil
	}
	return whole(1), nil
}

func (p *printer) truth(ok bool) error {
	p.put(map[bool]string{true: "1 = 1", false: "1 = 0"}[ok])
	return nil
}

// cond prints a condition, or its complement: not is pushed down to the
// leaves, each of which knows what missing values make of it.
func (p *printer) cond(n *node, not bool) error {
	if p.b.Len() > maxSQL {
		return refuse("too_complex", errs.Params{"max": maxSQL})
	}
	if n.free {
		v, err := p.known(n)
		if err != nil {
			return err
		}
		return p.truth(v.holds() != not)
	}
	switch n.op {
	case opAnd, opOr:
		return p.logic(n.kids, (n.op == opOr) != not, not)
	case opNot:
		return p.cond(n.kids[0], !not)
	case opEqual, opDiffer, opLess, opLessEqual, opMore, opMoreEqual:
		return p.compare(n, not)
	case opIn:
		return p.in(n, not)
	case opMissing:
		return p.missing(n, not)
	case opContains, opStarts, opEnds:
		return p.text(n, not)
	case opHas, opAny, opAll, opNone:
		return p.exists(n, not)
	case opIf:
		return p.choose(n, not)
	}
	if isPlain(n) {
		return p.against(n, opEqual, truth(true), not)
	}
	return p.complement(not, func() error { return p.against(n, opEqual, truth(true), false) })
}

// complement prints a test that is NULL for missing values; its complement is
// true for those.
func (p *printer) complement(not bool, test func() error) error {
	p.put("(")
	if err := test(); err != nil {
		return err
	}
	p.put(")")
	if not {
		p.put(" IS NOT TRUE")
	}
	return nil
}

// logic prints clauses balanced: SQLite bounds how deep an expression may be.
func (p *printer) logic(clauses []*node, or, not bool) error {
	if len(clauses) == 1 {
		return p.cond(clauses[0], not)
	}
	half := len(clauses) / 2
	word := " AND "
	if or {
		word = " OR "
	}
	flat := len(clauses) <= 16
	p.put("(")
	for i, c := range clauses {
		if flat && i > 0 {
			p.put(word)
		}
		if flat {
			if err := p.cond(c, not); err != nil {
				return err
			}
		}
	}
	if !flat {
		if err := p.logic(clauses[:half], or, not); err != nil {
			return err
		}
		p.put(word)
		if err := p.logic(clauses[half:], or, not); err != nil {
			return err
		}
	}
	p.put(")")
	return nil
}

// choose prints c ? a : b of conditions.
func (p *printer) choose(n *node, not bool) error {
	p.put("CASE WHEN ")
	if err := p.cond(n.kids[0], false); err != nil {
		return err
	}
	p.put(" THEN ")
	if err := p.cond(n.kids[1], not); err != nil {
		return err
	}
	p.put(" ELSE ")
	if err := p.cond(n.kids[2], not); err != nil {
		return err
	}
	p.put(" END")
	return nil
}

// isPlain tells a column of the row at hand: cheap to write twice.
func isPlain(n *node) bool { return (n.op == opField && len(n.path) == 1) || n.op == opItem }

var mirrored = map[op]op{opEqual: opEqual, opDiffer: opDiffer, opLess: opMore, opLessEqual: opMoreEqual, opMore: opLess, opMoreEqual: opLessEqual}

var opposite = map[op]op{opEqual: opDiffer, opDiffer: opEqual, opLess: opMoreEqual, opLessEqual: opMore, opMore: opLessEqual, opMoreEqual: opLess}

var signs = map[op]string{opEqual: " = ", opDiffer: " <> ", opLess: " < ", opLessEqual: " <= ", opMore: " > ", opMoreEqual: " >= "}

// compare prints a comparison by the kind of its sides.
func (p *printer) compare(n *node, not bool) error {
	l, r, o := n.kids[0], n.kids[1], n.op
	if l.free {
		l, r, o = r, l, mirrored[o]
	}
	switch {
	case l.masked() != nil && l.masked().Blind != nil:
		return p.against(l, o, value{kind: isBytes, s: blind(l.masked(), r.val)}, not)
	case numeric(l.typ.Base):
		return p.number(n, l, r, o, not)
	case l.typ.Base == Date:
		return p.date(n, l, r, o, not)
	case !r.free:
		return p.beside(l, r, o, not)
	}
	v, err := p.known(r)
	if err != nil {
		return err
	}
	return p.against(l, o, v, not)
}

// against prints x op ?, for any kind of value.
func (p *printer) against(x *node, o op, v value, not bool) error {
	if v.missing() { // only != can hold, where x is not missing
		if o == opDiffer {
			return p.null(x, not)
		}
		return p.truth(not)
	}
	if o == opDiffer {
		o, not = opEqual, !not // missing differs from any constant
	}
	if !not {
		return p.sides(x, signs[o], v)
	}
	if !isPlain(x) {
		return p.complement(true, func() error { return p.sides(x, signs[o], v) })
	}
	p.put("(")
	if err := p.scalar(x); err != nil {
		return err
	}
	p.put(" IS NULL OR ")
	if err := p.sides(x, signs[opposite[o]], v); err != nil {
		return err
	}
	p.put(")")
	return nil
}

func (p *printer) sides(x *node, sign string, v value) error {
	if err := p.scalar(x); err != nil {
		return err
	}
	p.put(sign)
	return p.arg(v)
}

// beside prints a comparison of two things of the record.
func (p *printer) beside(l, r *node, o op, not bool) error {
	sign := signs[o]
	if o == opDiffer {
		sign = map[bool]string{false: " IS DISTINCT FROM ", true: " IS NOT DISTINCT FROM "}[not]
		not = false
	}
	test := func() error {
		if err := p.scalar(l); err != nil {
			return err
		}
		p.put(sign)
		return p.scalar(r)
	}
	if not {
		return p.complement(true, test)
	}
	return test()
}

// null prints x IS NULL, or that it is not.
func (p *printer) null(x *node, is bool) error {
	if err := p.scalar(x); err != nil {
		return err
	}
	p.put(map[bool]string{true: " IS NULL", false: " IS NOT NULL"}[is])
	return nil
}

// missing prints x == nil: of a list, of a calculation, of a value.
func (p *printer) missing(n *node, not bool) error {
	x := n.kids[0]
	switch {
	case n.each != nil:
		return p.exists(&node{op: opNone, at: n.at, each: n.each}, not)
	case numeric(x.typ.Base):
		return p.numberMissing(x, !not)
	case x.op == opDate:
		return p.null(x.kids[0], !not)
	case x.op == opAddDays:
		return p.days(x, dayRange{firstDay, lastDay}, !not)
	}
	return p.null(x, !not)
}

// in prints x in a list of values that are the same for all rows.
func (p *printer) in(n *node, not bool) error {
	x := n.kids[0]
	values, err := p.m.list(n.kids[1])
	if err != nil {
		return err
	}
	if p.dry && n.kids[1].op != opSet {
		values = []value{whole(1)}
	}
	if len(values) == 0 {
		return p.truth(not)
	}
	if isCalculation(x) {
		return p.oneOf(n, values, not)
	}
	if x.free { // a value beside a list that is not: a parameter in my_tree()
		v, err := p.known(x)
		if err != nil {
			return err
		}
		return p.truth(slices.ContainsFunc(values, func(k value) bool { return !v.missing() && same(k, v) }) != not)
	}
	if !isPlain(x) {
		return p.complement(not, func() error { return p.membership(x, values, " IN (") })
	}
	if !not {
		return p.membership(x, values, " IN (")
	}
	p.put("(")
	if err := p.scalar(x); err != nil {
		return err
	}
	p.put(" IS NULL OR ")
	if err := p.membership(x, values, " NOT IN ("); err != nil {
		return err
	}
	p.put(")")
	return nil
}

// oneOf prints a calculation in a list as so many equalities.
func (p *printer) oneOf(n *node, values []value, not bool) error {
	if len(values) > 64 {
		return p.cannot(n, "a calculation in a long list")
	}
	clauses := make([]*node, len(values))
	for i, v := range values {
		clauses[i] = with(opEqual, Type{Base: Bool}, n.at, n.kids[0], constant(v, n.kids[0].typ, n.at))
	}
	return p.logic(clauses, !not, not)
}

// isCalculation tells what is printed by rearranging a comparison, not as a value.
func isCalculation(n *node) bool {
	switch n.op {
	case opAdd, opSub, opMul, opNeg, opScale, opSum, opAddDays, opDate, opDaysBetween:
		return true
	}
	return false
}

// longList is from how many values on a list travels as one JSON argument.
const longList = 100

func (p *printer) membership(x *node, values []value, word string) error {
	if err := p.scalar(x); err != nil {
		return err
	}
	p.put(word)
	if len(values) > longList {
		if err := p.jsonList(values, x.typ); err != nil {
			return err
		}
	} else {
		for i, v := range values {
			if i > 0 {
				p.put(", ")
			}
			if err := p.arg(v); err != nil {
				return err
			}
		}
	}
	p.put(")")
	return nil
}
