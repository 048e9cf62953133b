package expr

import (
	"strconv"
	"strings"
	"time"
)

// Render writes an expression in canonical form: one spelling for each
// operator, brackets only where they are needed, links by their fields' names.
// Compiling it again gives the same expression.
func Render(e *Expr) string {
	var r renderer
	r.node(e.root, 0)
	return r.b.String()
}

type renderer struct{ b strings.Builder }

// How tightly operators bind, as the parser has it.
const (
	bindIf = iota + 1
	bindOr
	bindAnd
	bindCompare
	bindAdd
	bindMultiply
	bindSign
	bindFirst
)

var infix = map[op]struct {
	word string
	bind int
}{
	opOr: {"or", bindOr}, opAnd: {"and", bindAnd},
	opEqual: {"==", bindCompare}, opDiffer: {"!=", bindCompare}, opLess: {"<", bindCompare}, opLessEqual: {"<=", bindCompare},
	opMore: {">", bindCompare}, opMoreEqual: {">=", bindCompare}, opIn: {"in", bindCompare},
	opContains: {"contains", bindCompare}, opStarts: {"startsWith", bindCompare}, opEnds: {"endsWith", bindCompare},
	opAdd: {"+", bindAdd}, opSub: {"-", bindAdd}, opJoin: {"+", bindAdd},
	opMul: {"*", bindMultiply}, opDiv: {"/", bindMultiply}, opMod: {"%", bindMultiply},
}

var callWords = map[op]string{opAbs: "abs", opMin: "min", opMax: "max", opLength: "len", opYear: "year", opMonth: "month", opDay: "day",
	opWeekday: "weekday", opDaysBetween: "days_between", opAddDays: "add_days", opAddMonths: "add_months", opDate: "date",
	opToday: "today", opNow: "now", opMe: "me", opMyDepartment: "my_department", opLower: "lower", opTrim: "trim", opFirst: "coalesce",
	opAny: "any", opAll: "all", opNone: "none", opCount: "count", opSum: "sum", opHas: "has", opIf: "if", opMissing: "is_missing"}

// node writes a node that stands beside an operator which binds so tightly.
func (r *renderer) node(n *node, around int) {
	if in, ok := infix[n.op]; ok {
		r.infix(n, in.word, in.bind, around)
		return
	}
	switch n.op {
	case opConst:
		r.constant(n.val, n.typ)
	case opParam:
		r.b.WriteString(n.name)
	case opItem:
		r.b.WriteByte('#')
	case opField, opMany:
		r.path(n)
	case opSet:
		r.b.WriteByte('[')
		for i, v := range n.set.values {
			if i > 0 {
				r.b.WriteString(", ")
			}
			r.constant(v, *n.typ.Elem)
		}
		r.b.WriteByte(']')
	case opMine:
		r.b.WriteString(n.name + "()")
	case opNot, opNeg:
		r.b.WriteString(map[op]string{opNot: "not (", opNeg: "-("}[n.op])
		r.node(n.kids[0], 0)
		r.b.WriteByte(')')
	case opScale: // says how it is calculated, not what
		r.node(n.kids[0], around)
	case opRound:
		r.b.WriteString("round(")
		r.node(n.kids[0], 0)
		r.b.WriteString(", " + strconv.Itoa(n.typ.Scale) + ")")
	default:
		r.call(n)
	}
}

func (r *renderer) infix(n *node, word string, bind, around int) {
	if bind <= around {
		r.b.WriteByte('(')
		defer r.b.WriteByte(')')
	}
	for i, k := range n.kids {
		if i > 0 {
			r.b.WriteString(" " + word + " ")
		}
		inner := bind
		if i == 0 && bind >= bindAdd {
			inner-- // a - b - c
		}
		r.node(k, inner)
	}
}

func (r *renderer) call(n *node) {
	r.b.WriteString(callWords[n.op] + "(")
	kids := n.kids
	if n.each != nil {
		r.path(n.each.list)
		if len(kids) > 0 && n.op != opMissing {
			r.b.WriteString(", ")
		}
	}
	if n.op == opMissing && n.each != nil {
		kids = nil
	}
	for i, k := range kids {
		if i > 0 {
			r.b.WriteString(", ")
		}
		r.node(k, 0)
	}
	r.b.WriteByte(')')
}

func (r *renderer) path(n *node) {
	for i, s := range n.path {
		if i > 0 || n.item {
			r.b.WriteByte('.')
		}
		r.b.WriteString(s.Name)
	}
}

// constant writes a value so that it is read back with its type.
func (r *renderer) constant(v value, t Type) {
	switch {
	case v.missing():
		r.b.WriteString("nil")
	case v.kind == isBool:
		r.b.WriteString(strconv.FormatBool(v.i != 0))
	case v.kind == isText:
		r.b.WriteString(quoteText(v.s))
	case t.Base == Ref:
		r.b.WriteString(quoteText(formatID(v.i)))
	case t.Base == DateTime:
		r.b.WriteString(quoteText(time.UnixMilli(v.i).UTC().Format("2006-01-02T15:04:05.000Z07:00")))
	default:
		r.number(v, t.Scale)
	}
}

func (r *renderer) number(v value, scale int) {
	digits := v.big().String()
	if v.kind == isHuge { // brought to a finer scale than the source could write
		short := strings.TrimRight(digits, "0")
		cut := min(scale, len(digits)-len(short))
		digits, scale = digits[:len(digits)-cut], scale-cut
	}
	sign := ""
	if digits[0] == '-' {
		sign, digits = "-", digits[1:]
	}
	for len(digits) <= scale {
		digits = "0" + digits
	}
	r.b.WriteString(sign + digits[:len(digits)-scale])
	if scale > 0 {
		r.b.WriteString("." + digits[len(digits)-scale:])
	}
}

var textEscapes = strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`, "\r", `\r`, "\t", `\t`)

func quoteText(s string) string { return `"` + textEscapes.Replace(s) + `"` }
