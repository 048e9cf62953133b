package expr

import (
	"encoding/json"
	"strconv"
	"unicode/utf8"
)

// scalar prints a value: NULL when it is missing.
func (p *printer) scalar(n *node) error {
	if p.b.Len() > maxSQL {
		return p.cannot(n, "so long an expression")
	}
	if n.free {
		v, err := p.known(n)
		if err != nil {
			return err
		}
		return p.typedArg(v)
	}
	switch n.op {
	case opField:
		return p.field(n)
	case opItem:
		p.put(p.item.value)
		return nil
	case opIf:
		return p.ifValue(n)
	case opFirst:
		return p.firstValue(n)
	case opJoin:
		return p.join(n)
	case opLength:
		return p.call(n, [2]string{"length(", "CAST(length("}, [2]string{")", ") AS bigint)"})
	case opYear:
		return p.call(n, [2]string{"CAST(substr(", "CAST(substr("}, [2]string{", 1, 4) AS INTEGER)", ", 1, 4) AS bigint)"})
	case opMonth:
		return p.call(n, [2]string{"CAST(substr(", "CAST(substr("}, [2]string{", 6, 2) AS INTEGER)", ", 6, 2) AS bigint)"})
	case opDay:
		return p.call(n, [2]string{"CAST(substr(", "CAST(substr("}, [2]string{", 9, 2) AS INTEGER)", ", 9, 2) AS bigint)"})
	case opWeekday:
		return p.call(n, [2]string{"((CAST(strftime('%w', ", "CAST(extract(isodow FROM CAST("}, [2]string{") AS INTEGER) + 6) % 7 + 1)", " AS date)) AS bigint)"})
	case opDaysBetween:
		return p.daysBetween(n)
	case opMod:
		return p.remainder(n)
	case opCount:
		p.put("(SELECT count(*)")
		if err := p.from(n, false); err != nil {
			return err
		}
		p.put(")")
		return nil
	}
	if n.typ.Base == Bool {
		p.put("CASE WHEN ")
		if err := p.cond(n, false); err != nil {
			return err
		}
		p.put(" THEN 1 ELSE 0 END")
		return nil
	}
	return p.cannot(n, whatIs(n))
}

// whatIs names a node that cannot be printed.
func whatIs(n *node) string {
	switch n.op {
	case opLower, opTrim:
		return n.name + "()"
	case opDate:
		return "the day of a date-time beside another field"
	case opAddDays, opAddMonths:
		return "a date that is computed"
	case opMin, opMax:
		return "min() and max()"
	case opRound, opAbs:
		return "round() and abs()"
	case opDiv:
		return "a quotient"
	case opMul:
		return "a product of fields"
	}
	return "a calculation"
}

// call prints a function of one value, as each dialect writes it.
func (p *printer) call(n *node, before, after [2]string) error {
	p.put(before[p.d])
	if err := p.scalar(n.kids[0]); err != nil {
		return err
	}
	p.put(after[p.d])
	return nil
}

// field prints a column, or a sub-select that follows links to one.
func (p *printer) field(n *node) error {
	base := p.base
	if n.item {
		base = p.item.fields
	}
	p.follow(base, n.path, n.last().Column)
	return nil
}

// follow prints the column that a path of links leads to. Where it leads over a
// record that the reader may not see, it is as if the link were missing.
func (p *printer) follow(base string, path []step, column string) {
	if len(path) == 1 {
		p.put(base, ".", quote(column))
		return
	}
	aliases := make([]string, len(path))
	for i := range path[1:] {
		aliases[i+1] = p.alias()
	}
	p.put("(SELECT ", aliases[len(path)-1], ".", quote(column), " FROM ", quote(path[1].scope.Table()), " AS ", aliases[1])
	for i := 2; i < len(path); i++ {
		p.put(" JOIN ", quote(path[i].scope.Table()), " AS ", aliases[i], " ON ", aliases[i], `."id" = `, aliases[i-1], ".", quote(path[i-1].Column))
		p.guard(path[i].scope, aliases[i])
	}
	p.put(" WHERE ", aliases[1], `."id" = `, base, ".", quote(path[0].Column))
	p.guard(path[1].scope, aliases[1])
	p.put(")")
}

// guard narrows a linked table to the records that the reader may see.
func (p *printer) guard(scope Scope, alias string) {
	g, ok := scope.(Guard)
	if !ok {
		return
	}
	if cond, args := g.Guard(alias); cond != "" {
		p.put(" AND (", cond, ")")
		p.args = append(p.args, args...)
	}
}

func (p *printer) ifValue(n *node) error {
	p.put("CASE WHEN ")
	if err := p.cond(n.kids[0], false); err != nil {
		return err
	}
	p.put(" THEN ")
	if err := p.scalar(n.kids[1]); err != nil {
		return err
	}
	p.put(" ELSE ")
	if err := p.scalar(n.kids[2]); err != nil {
		return err
	}
	p.put(" END")
	return nil
}

func (p *printer) firstValue(n *node) error {
	if len(n.kids) == 1 {
		return p.scalar(n.kids[0])
	}
	p.put("coalesce(")
	for i, k := range n.kids {
		if i > 0 {
			p.put(", ")
		}
		if err := p.scalar(k); err != nil {
			return err
		}
	}
	p.put(")")
	return nil
}

// join prints text + text, where a missing side adds nothing.
func (p *printer) join(n *node) error {
	l, r := n.kids[0], n.kids[1]
	for i, k := range n.kids {
		if !k.free {
			continue
		}
		if v, err := p.known(k); err != nil || v.missing() {
			if err != nil {
				return err
			}
			return p.scalar(n.kids[1-i])
		}
	}
	p.put("coalesce(")
	if err := p.scalar(l); err != nil {
		return err
	}
	p.put(" || ")
	if err := p.scalar(r); err != nil {
		return err
	}
	for _, k := range n.kids {
		if k.free {
			l, r = k, k
		}
	}
	p.put(", ")
	if err := p.scalar(l); err != nil {
		return err
	}
	if l != r {
		p.put(", ")
		if err := p.scalar(r); err != nil {
			return err
		}
	}
	p.put(")")
	return nil
}

// daysBetween prints the days from the first to the second. julianday ends in
// .5 for every midnight, so the difference is exact.
func (p *printer) daysBetween(n *node) error {
	before, between, after := "CAST(julianday(", ") - julianday(", ") AS INTEGER)"
	if p.d == Postgres {
		before, between, after = "CAST(CAST(", " AS date) - CAST(", " AS date) AS bigint)"
	}
	p.put(before)
	if err := p.scalar(n.kids[1]); err != nil {
		return err
	}
	p.put(between)
	if err := p.scalar(n.kids[0]); err != nil {
		return err
	}
	p.put(after)
	return nil
}

// remainder prints x % n; both databases take the sign of x, as Go does.
func (p *printer) remainder(n *node) error {
	if !n.kids[1].free {
		return p.cannot(n, "a remainder by a field")
	}
	v, err := p.known(n.kids[1])
	if err != nil {
		return err
	}
	if v.missing() || v.i == 0 {
		p.put("CAST(NULL AS ", [2]string{"INTEGER", "bigint"}[p.d], ")")
		return nil
	}
	p.put("(")
	if err := p.scalar(n.kids[0]); err != nil {
		return err
	}
	p.put(" % ")
	if err := p.typedArg(v); err != nil {
		return err
	}
	p.put(")")
	return nil
}

// text prints contains, startsWith and endsWith without patterns: no wildcard
// ever matters, and a constant beginning is a range that an index serves.
func (p *printer) text(n *node, not bool) error {
	x, needle := n.kids[0], n.kids[1]
	if !needle.free {
		return p.complement(not, func() error { return p.textBeside(n) })
	}
	v, err := p.known(needle)
	switch {
	case err != nil:
		return err
	case v.missing():
		return p.truth(not)
	case v.s == "":
		return p.null(x, not)
	case n.op == opStarts:
		return p.prefixed(x, v, not)
	}
	return p.complement(not, func() error {
		if n.op == opContains {
			p.put([2]string{"instr(", "strpos("}[p.d])
			if err := p.scalar(x); err != nil {
				return err
			}
			p.put(", ")
			err := p.arg(v)
			p.put(") > 0")
			return err
		}
		length := strconv.Itoa(utf8.RuneCountInString(v.s))
		if err := p.call(n, [2]string{"substr(", "right("}, [2]string{", -" + length + ") = ", ", " + length + ") = "}); err != nil {
			return err
		}
		return p.arg(v)
	})
}

// textBeside looks for one field's text in another.
func (p *printer) textBeside(n *node) error {
	x, needle := n.kids[0], n.kids[1]
	var form []string // before, between and after x, needle …
	switch {
	case n.op == opContains:
		form = [2][]string{{"instr(", "x", ", ", "n", ") > 0"}, {"strpos(", "x", ", ", "n", ") > 0"}}[p.d]
	case n.op == opStarts:
		form = []string{"substr(", "x", ", 1, length(", "n", ")) = ", "n"}
	default:
		form = [2][]string{{"substr(", "x", ", length(", "x", ") - length(", "n", ") + 1) = ", "n"}, {"right(", "x", ", length(", "n", ")) = ", "n"}}[p.d]
	}
	for _, part := range form {
		var err error
		switch part {
		case "x":
			err = p.scalar(x)
		case "n":
			err = p.scalar(needle)
		default:
			p.put(part)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// prefixed prints a range: texts that begin with s are those from s up to,
// but without, the least text that is beyond all of them.
func (p *printer) prefixed(x *node, v value, not bool) error {
	return p.complement(not, func() error {
		if err := p.sides(x, " >= ", v); err != nil {
			return err
		}
		next, ok := beyond(v.s)
		if !ok {
			return nil
		}
		p.put(" AND ")
		return p.sides(x, " < ", words(next))
	})
}

// beyond is the least text after all that begin with s, in the order of code
// points, which is that of UTF-8's bytes; false when there is none.
func beyond(s string) (string, bool) {
	r := []rune(s)
	for i := len(r) - 1; i >= 0; i-- {
		switch r[i] {
		case utf8.MaxRune:
			continue
		case 0xD7FF:
			r[i] = 0xE000 // surrogates are no characters
		default:
			r[i]++
		}
		return string(r[:i+1]), true
	}
	return "", false
}

// jsonList prints a long list as one argument, so that the statement stays
// short and the same for any length.
func (p *printer) jsonList(values []value, t Type) error {
	list := make([]any, len(values))
	for i, v := range values {
		plain, err := v.plain()
		if err != nil {
			return err
		}
		list[i] = plain
	}
	text, err := json.Marshal(list)
	if err != nil {
		return err
	}
	if p.d == SQLite {
		p.put("SELECT value FROM json_each(")
		err = p.arg(words(string(text)))
		p.put(")")
		return err
	}
	element := "value"
	if t.Base != Text && t.Base != Date {
		element = "CAST(value AS bigint)"
	}
	p.put("SELECT ", element, " FROM json_array_elements_text(CAST(CAST(")
	err = p.arg(words(string(text)))
	p.put(" AS text) AS json))")
	return err
}
