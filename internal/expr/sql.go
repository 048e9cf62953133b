package expr

import (
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"kedang/internal/errs"
)

// SQL prints a condition over the scope's table under an alias, with '?' for
// its arguments in order. Errors: Invalid not_filterable for what the
// databases would not compute exactly as Eval does.
func (e *Expr) SQL(alias string, d Dialect, a Args) (cond string, args []any, err error) {
	if e.root.typ().Base != Bool {
		return "", nil, notFilterable("a value where a condition is asked for")
	}
	p := &printer{d: d, machine: &machine{args: &a}, frames: []sqlFrame{{alias: alias}}}
	if err := p.cond(e.root, false); err != nil {
		return "", nil, err
	}
	return p.b.String(), p.args, nil
}

// Indexable lists the conjuncts at the top that an index on a column of the
// scope's own table can serve.
func (e *Expr) Indexable() []Bound {
	var out []Bound
	add := func(n node, op string) {
		if f, ok := n.(*fieldNode); ok && f.levels == 0 && len(f.links) == 0 && f.field.Column != "" {
			out = append(out, Bound{f.field.Name, op, f.field.Column})
		}
	}
	var walk func(n node)
	walk = func(n node) {
		switch x := n.(type) {
		case *logicNode:
			if !x.or {
				for _, p := range x.parts {
					walk(p)
				}
			}
		case *compareNode:
			if x.op == "!=" {
				return
			}
			if fixed(x.r) {
				add(x.l, x.op)
			} else if fixed(x.l) {
				add(x.r, x.op)
			}
		case *inNode:
			if fixed(x.list) {
				add(x.x, "in")
			}
		case *textNode:
			if x.op == "startsWith" && fixed(x.r) {
				add(x.l, x.op)
			}
		case *fieldNode:
			add(x, "==")
		}
	}
	walk(e.root)
	return out
}

// fixed tells that a node names nothing of the row, so that it is one value
// while a condition is printed.
func fixed(n node) bool {
	switch x := n.(type) {
	case *constNode, *listNode, *paramNode:
		return true
	case *callNode:
		return allFixed(x.args)
	case *arithNode:
		return fixed(x.l) && fixed(x.r)
	case *joinNode:
		return fixed(x.l) && fixed(x.r)
	case *firstNode:
		return allFixed(x.of)
	case *ifNode:
		return fixed(x.c) && fixed(x.a) && fixed(x.b)
	case *compareNode:
		return fixed(x.l) && fixed(x.r)
	case *logicNode:
		return allFixed(x.parts)
	case *notNode:
		return fixed(x.of)
	case *inNode:
		return fixed(x.x) && fixed(x.list)
	case *textNode:
		return fixed(x.l) && fixed(x.r)
	}
	return false
}

func allFixed(list []node) bool {
	for _, n := range list {
		if !fixed(n) {
			return false
		}
	}
	return true
}

// sqlFrame is a table in scope: the outermost first.
type sqlFrame struct {
	alias string
	value string // the item's column, for lists of plain values
}

type printer struct {
	d       Dialect
	machine *machine
	b       strings.Builder
	args    []any
	frames  []sqlFrame
	aliases int
}

func notFilterable(why string) error { return problem("not_filterable", errs.Params{"what": why}) }

func (p *printer) put(parts ...string) {
	for _, s := range parts {
		p.b.WriteString(s)
	}
}

func (p *printer) arg(v any) {
	if b, ok := v.(bool); ok {
		v = bit(b)
	}
	p.b.WriteByte('?')
	p.args = append(p.args, v)
}

func bit(b bool) int64 {
	if b {
		return 1
	}
	return 0
}

func (p *printer) truth(ok bool) {
	if ok {
		p.put("1 = 1")
	} else {
		p.put("0 = 1")
	}
}

func (p *printer) alias() string {
	p.aliases++
	return "x" + strconv.Itoa(p.aliases)
}

// cond prints a condition, or its complement.
func (p *printer) cond(n node, neg bool) error {
	if fixed(n) {
		ok, err := test(n, p.machine)
		if err != nil {
			return err
		}
		p.truth(ok != neg)
		return nil
	}
	switch x := n.(type) {
	case *logicNode:
		return p.logic(x.parts, x.or != neg, neg)
	case *notNode:
		return p.cond(x.of, !neg)
	case *compareNode:
		return p.compare(x, neg)
	case *inNode:
		return p.in(x, neg)
	case *textNode:
		return p.textOp(x, neg)
	case *eachNode:
		return p.each(x, neg)
	case *fieldNode, *itemNode:
		return p.compare(&compareNode{"==", n, &constNode{Type{Base: Bool}, true}}, neg)
	case *ifNode:
		return p.logic([]node{&logicNode{parts: []node{x.c, x.a}}, &logicNode{parts: []node{&notNode{x.c}, x.b}}}, !neg, neg)
	case *callNode:
		if x.fn.name == "is_missing" {
			return p.compare(&compareNode{"==", x.args[0], &constNode{t: Type{Base: Missing}}}, neg)
		}
	}
	return notFilterable("this condition")
}

// logic prints parts balanced: SQLite bounds how deep an expression may be.
func (p *printer) logic(parts []node, or, neg bool) error {
	if len(parts) == 1 {
		return p.cond(parts[0], neg)
	}
	half := len(parts) / 2
	p.put("(")
	if err := p.logic(parts[:half], or, neg); err != nil {
		return err
	}
	if or {
		p.put(" OR ")
	} else {
		p.put(" AND ")
	}
	if err := p.logic(parts[half:], or, neg); err != nil {
		return err
	}
	p.put(")")
	return nil
}

// compare prints a comparison. What SQL's NULL would make unknown is written out.
func (p *printer) compare(x *compareNode, neg bool) error {
	l, r, op := x.l, x.r, x.op
	if fixed(l) {
		l, r, op = r, l, mirrored[op]
	}
	if l.typ().Base == Missing || r.typ().Base == Missing {
		return p.missing(l, r, (op == "==") != neg)
	}
	if f, ok := l.(*fieldNode); ok && f.field.Side != nil {
		return notFilterable("a list compared with a value")
	}
	if !fixed(r) {
		return p.compareColumns(l, r, op, neg)
	}
	v, err := r.eval(p.machine)
	if err != nil {
		return err
	}
	if v == nil {
		// == and orders are false; != is "not missing".
		if op == "!=" {
			return p.missing(l, &constNode{}, neg)
		}
		p.truth(neg)
		return nil
	}
	if c, ok := l.(*callNode); ok && c.fn.name == "date" {
		return p.day(c.args[0], op, v.(string), neg)
	}
	if numeric(l.typ().Base) {
		return p.compareNumber(l, op, v.(int64), r.typ().Scale, neg)
	}
	if f := masked(l); f != nil && f.Blind != nil {
		text, _ := v.(string)
		v = f.Blind(text)
	}
	return p.compareValue(l, op, v, neg)
}

var mirrored = map[string]string{"==": "==", "!=": "!=", "<": ">", "<=": ">=", ">": "<", ">=": "<="}
var opposite = map[string]string{"==": "<>", "!=": "=", "<": ">=", "<=": ">", ">": "<=", ">=": "<"}
var printed = map[string]string{"==": "=", "!=": "<>", "<": "<", "<=": "<=", ">": ">", ">=": ">="}

// masked is the field of a node that shows its equal-only side.
func masked(n node) *Field {
	if f, ok := n.(*fieldNode); ok && f.field.EqualOnly {
		return &f.field
	}
	return nil
}

// missing prints l IS NULL (or NOT), for scalars and lists.
func (p *printer) missing(l, r node, is bool) error {
	if l.typ().Base == Missing {
		l, r = r, l
	}
	if f, ok := l.(*fieldNode); ok && f.field.Side != nil {
		return p.each(&eachNode{fn: "any", list: f}, is)
	}
	if err := p.scalar(l); err != nil {
		return err
	}
	if is {
		p.put(" IS NULL")
	} else {
		p.put(" IS NOT NULL")
	}
	return nil
}

// compareValue prints column op ?. "differs" includes missing; the complement
// of an order includes missing too.
func (p *printer) compareValue(l node, op string, v any, neg bool) error {
	word, orMissing := printed[op], op == "!="
	if neg {
		word, orMissing = opposite[op], op != "!="
	}
	if orMissing {
		p.put("(")
		if err := p.scalar(l); err != nil {
			return err
		}
		p.put(" IS NULL OR ")
	}
	if err := p.scalar(l); err != nil {
		return err
	}
	p.put(" ", word, " ")
	p.arg(v)
	if orMissing {
		p.put(")")
	}
	return nil
}

// compareNumber brings the constant to the column's scale; where that loses
// digits the operator takes the loss: x < 1.005 on cents is x <= 1.00.
func (p *printer) compareNumber(l node, op string, v int64, from int, neg bool) error {
	scale := l.typ().Scale
	down, fits := floorScale(v, from, scale)
	if !fits {
		high := v > 0 // beyond any value of the column
		result := op == "!=" || (high && (op == "<" || op == "<=")) || (!high && (op == ">" || op == ">="))
		if op == "!=" {
			p.truth(!neg)
			return nil
		}
		if !result {
			p.truth(neg)
			return nil
		}
		return p.missing(l, &constNode{}, neg)
	}
	if compareScaled(down, scale, v, from) != 0 {
		switch op {
		case "==":
			p.truth(neg)
			return nil
		case "!=":
			p.truth(!neg)
			return nil
		case "<":
			op = "<="
		case ">=":
			op = ">"
		}
	}
	return p.compareValue(l, op, down, neg)
}

// floorScale brings a number to a scale, rounding down.
func floorScale(v int64, from, to int) (int64, bool) {
	if to >= from {
		return Rescale(v, from, to)
	}
	if from-to >= len(pow10) {
		return 0, true
	}
	m := pow10[from-to]
	q := v / m
	if v%m < 0 {
		q--
	}
	return q, true
}

func (p *printer) compareColumns(l, r node, op string, neg bool) error {
	lt, rt := l.typ(), r.typ()
	if numeric(lt.Base) && lt.Scale != rt.Scale {
		return notFilterable("numbers of different scales")
	}
	scalars := func(word string) error {
		if err := p.scalar(l); err != nil {
			return err
		}
		p.put(" ", word, " ")
		return p.scalar(r)
	}
	switch {
	case op == "!=" && !neg:
		return scalars("IS DISTINCT FROM")
	case op == "!=":
		return scalars("IS NOT DISTINCT FROM")
	case !neg:
		return scalars(printed[op])
	}
	p.put("(")
	for _, side := range [...]node{l, r} {
		if err := p.scalar(side); err != nil {
			return err
		}
		p.put(" IS NULL OR ")
	}
	if err := scalars(opposite[op]); err != nil {
		return err
	}
	p.put(")")
	return nil
}

// day prints date(moment) op day as a range of moments.
func (p *printer) day(moment node, op, day string, neg bool) error {
	t, ok := timeOf(day)
	if !ok {
		return notFilterable("a date beyond the calendar")
	}
	zone := p.machine.args.Zone
	if zone == nil {
		zone = time.UTC
	}
	begin := time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, zone).UnixMilli()
	end := time.Date(t.Year(), t.Month(), t.Day()+1, 0, 0, 0, 0, zone).UnixMilli()
	at := func(op string, ms int64) node {
		return &compareNode{op, moment, &constNode{Type{Base: DateTime}, ms}}
	}
	switch op {
	case "==":
		return p.logic([]node{at(">=", begin), at("<", end)}, neg, neg)
	case "!=":
		return p.logic([]node{at(">=", begin), at("<", end)}, !neg, !neg)
	case "<":
		return p.cond(at("<", begin), neg)
	case "<=":
		return p.cond(at("<", end), neg)
	case ">":
		return p.cond(at(">=", end), neg)
	}
	return p.cond(at(">=", begin), neg)
}

func (p *printer) in(x *inNode, neg bool) error {
	if f, ok := x.list.(*fieldNode); ok {
		if !fixed(x.x) {
			return notFilterable("a value in a list of the record")
		}
		v, err := x.x.eval(p.machine)
		if err != nil {
			return err
		}
		return p.each(&eachNode{fn: "any", list: f, body: &compareNode{"==", &itemNode{t: x.x.typ()}, &constNode{x.x.typ(), v}}}, neg)
	}
	v, err := x.list.eval(p.machine)
	if err != nil {
		return err
	}
	values, _ := v.([]any)
	if len(values) == 0 {
		p.truth(neg)
		return nil
	}
	if neg {
		p.put("(")
		if err := p.scalar(x.x); err != nil {
			return err
		}
		p.put(" IS NULL OR ")
	}
	if err := p.scalar(x.x); err != nil {
		return err
	}
	if neg {
		p.put(" NOT")
	}
	p.put(" IN (")
	for i, v := range values {
		if i > 0 {
			p.put(", ")
		}
		p.arg(v)
	}
	p.put(")")
	if neg {
		p.put(")")
	}
	return nil
}

// textOp prints contains, startsWith, endsWith without patterns: no wildcard
// ever matters, and a prefix is a range that an index serves.
func (p *printer) textOp(x *textNode, neg bool) error {
	if !fixed(x.r) {
		return notFilterable("a text in another field's text")
	}
	v, err := x.r.eval(p.machine)
	if err != nil {
		return err
	}
	needle, ok := v.(string)
	if !ok {
		p.truth(neg)
		return nil
	}
	if needle == "" {
		return p.missing(x.l, &constNode{}, neg)
	}
	if neg {
		p.put("(")
		if err := p.scalar(x.l); err != nil {
			return err
		}
		p.put(" IS NULL OR NOT (")
	}
	if err := p.textMatch(x, needle); err != nil {
		return err
	}
	if neg {
		p.put("))")
	}
	return nil
}

func (p *printer) textMatch(x *textNode, needle string) error {
	n := strconv.Itoa(utf8.RuneCountInString(needle))
	switch {
	case x.op == "contains":
		p.put([...]string{"instr(", "strpos("}[p.d])
		if err := p.scalar(x.l); err != nil {
			return err
		}
		p.put(", ")
		p.arg(needle)
		p.put(") > 0")
		return nil
	case x.op == "endsWith":
		p.put([...]string{"substr(", "right("}[p.d])
		if err := p.scalar(x.l); err != nil {
			return err
		}
		p.put([...]string{", -" + n + ") = ", ", " + n + ") = "}[p.d])
		p.arg(needle)
		return nil
	}
	if err := p.scalar(x.l); err != nil {
		return err
	}
	p.put(" >= ")
	p.arg(needle)
	if next, ok := successor(needle); ok {
		p.put(" AND ")
		if err := p.scalar(x.l); err != nil {
			return err
		}
		p.put(" < ")
		p.arg(next)
	}
	return nil
}

// successor is the least text after all that begin with s, by code points,
// whose order UTF-8 keeps.
func successor(s string) (string, bool) {
	r := []rune(s)
	for i := len(r) - 1; i >= 0; i-- {
		switch {
		case r[i] == utf8.MaxRune:
			continue
		case r[i] == 0xD7FF:
			r[i] = 0xE000
		default:
			r[i]++
		}
		return string(r[:i+1]), true
	}
	return "", false
}

// each prints any, all, none and count over a side table.
func (p *printer) each(x *eachNode, neg bool) error {
	if x.fn == "count" || x.fn == "sum" {
		return notFilterable(x.fn)
	}
	exists := (x.fn == "any") != neg
	if !exists {
		p.put("NOT ")
	}
	p.put("EXISTS (SELECT 1")
	if err := p.from(x, x.fn == "all"); err != nil {
		return err
	}
	p.put(")")
	return nil
}

// from prints FROM side WHERE it belongs to the owner AND the condition holds.
func (p *printer) from(x *eachNode, complement bool) error {
	side := x.list.field.Side
	alias := p.alias()
	p.put(" FROM ", quote(side.Table), " AS ", alias, " WHERE ", alias, ".", quote(side.Record), " = ")
	if err := p.path(x.list, "id"); err != nil {
		return err
	}
	if x.body == nil {
		return nil
	}
	p.put(" AND (")
	p.frames = append(p.frames, sqlFrame{alias: alias, value: side.Value})
	err := p.cond(x.body, complement)
	p.frames = p.frames[:len(p.frames)-1]
	p.put(")")
	return err
}

// scalar prints a value.
func (p *printer) scalar(n node) error {
	if fixed(n) {
		v, err := n.eval(p.machine)
		if err != nil {
			return err
		}
		p.arg(v)
		return nil
	}
	switch x := n.(type) {
	case *fieldNode:
		if x.field.Side != nil {
			return notFilterable("a list as a value")
		}
		return p.path(x, x.field.Column)
	case *itemNode:
		f := p.frames[len(p.frames)-1-x.levels]
		p.put(f.alias, ".", quote(f.value))
		return nil
	case *eachNode:
		if x.fn == "count" {
			p.put("(SELECT count(*)")
			if err := p.from(x, false); err != nil {
				return err
			}
			p.put(")")
			return nil
		}
	case *firstNode:
		return p.coalesce(x)
	case *callNode:
		return p.function(x)
	}
	return notFilterable("a computed value")
}

func (p *printer) coalesce(x *firstNode) error {
	for _, o := range x.of {
		if o.typ().Base != Missing && numeric(x.t.Base) && o.typ().Scale != x.t.Scale {
			return notFilterable("numbers of different scales")
		}
	}
	p.put("coalesce(")
	for i, o := range x.of {
		if i > 0 {
			p.put(", ")
		}
		if err := p.scalar(o); err != nil {
			return err
		}
	}
	p.put(")")
	return nil
}

func (p *printer) function(x *callNode) error {
	cut := map[string]string{"year": "1, 4", "month": "6, 2", "day": "9, 2"}[x.fn.name]
	switch {
	case cut != "":
		p.put("CAST(substr(")
		if err := p.scalar(x.args[0]); err != nil {
			return err
		}
		p.put(", ", cut, ") AS ", [...]string{"INTEGER", "bigint"}[p.d], ")")
		return nil
	case x.fn.name == "len" && x.args[0].typ().Base == Text:
		p.put("length(")
		if err := p.scalar(x.args[0]); err != nil {
			return err
		}
		p.put(")")
		return nil
	case x.fn.name == "len" && x.args[0].typ().Base == List:
		if f, ok := x.args[0].(*fieldNode); ok {
			return p.scalar(&eachNode{fn: "count", list: f, t: Type{Base: Int}})
		}
	}
	return notFilterable(x.fn.name + "()")
}

// path prints a column of the row or of a record its links lead to, as
// sub-selects from the inside out.
func (p *printer) path(f *fieldNode, column string) error {
	if f.levels >= len(p.frames) {
		return notFilterable(f.field.Name)
	}
	base := p.frames[len(p.frames)-1-f.levels]
	if len(f.links) == 0 {
		if base.value != "" && f.levels < len(p.frames)-1 && f.scopes[0] != nil && isRef(f, base) {
			return p.linked(f.scopes, nil, base.alias+"."+quote(base.value), column)
		}
		p.put(base.alias, ".", quote(column))
		return nil
	}
	if base.value != "" && isRef(f, base) {
		return p.linked(f.scopes, f.links, base.alias+"."+quote(base.value), column)
	}
	return p.linked(f.scopes[1:], f.links[1:], base.alias+"."+quote(f.links[0].Column), column)
}

// isRef tells that a frame's item is a link whose record the path begins in:
// its value column holds ids of another table.
func isRef(f *fieldNode, base sqlFrame) bool { return base.value != "" && base.value != "id" }

// linked prints (SELECT column FROM scope WHERE id = (… id)). A record that the
// reader may not see is as if the link were missing.
func (p *printer) linked(scopes []Scope, links []Field, id, column string) error {
	alias := p.alias()
	scope := scopes[0]
	if len(links) > 0 {
		scope = scopes[len(scopes)-1]
	}
	p.put("(SELECT ", alias, ".", quote(column), " FROM ", quote(scope.Table()), " AS ", alias, " WHERE ", alias, ".id = ")
	if len(links) == 0 {
		p.put(id)
	} else if err := p.linked(scopes[:len(scopes)-1], links[:len(links)-1], id, links[len(links)-1].Column); err != nil {
		return err
	}
	if g, ok := scope.(Guard); ok {
		cond, args, err := g.Guard(alias)
		if err != nil {
			return err
		}
		if cond != "" {
			p.put(" AND (", cond, ")")
			p.args = append(p.args, args...)
		}
	}
	p.put(")")
	return nil
}

func quote(name string) string { return `"` + strings.ReplaceAll(name, `"`, `""`) + `"` }
