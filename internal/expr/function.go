package expr

import (
	"strings"
	"time"
	"unicode/utf8"
)

// function is one of the closed list.
type function struct {
	name     string
	takes    string // a letter per argument: n number, i integer, t text, d date, m date-time, a anything, l list; '?' before optional ones
	volatile bool
	gives    func(args []node) Type
	do       func(n *callNode, m *machine, v []any) (any, error)
}

func always(b Base) func([]node) Type { return func([]node) Type { return Type{Base: b} } }

// functions are all there are, by name.
var functions = map[string]*function{}

func init() {
	for _, f := range []*function{
		{name: "today", volatile: true, gives: always(Date), do: func(_ *callNode, m *machine, _ []any) (any, error) { return m.args.today(), nil }},
		{name: "now", volatile: true, gives: always(DateTime), do: func(_ *callNode, m *machine, _ []any) (any, error) { return m.args.Now.UnixMilli(), nil }},
		{name: "me", volatile: true, gives: refTo("user"), do: func(_ *callNode, m *machine, _ []any) (any, error) { return orMissing(m.args.Me), nil }},
		{name: "my_department", volatile: true, gives: refTo("department"), do: func(_ *callNode, m *machine, _ []any) (any, error) { return orMissing(m.args.MyDepartment), nil }},
		{name: "my_tree", volatile: true, gives: refsTo("department"), do: func(_ *callNode, m *machine, _ []any) (any, error) { return listOf(m.args.MyTree), nil }},
		{name: "my_subordinates", volatile: true, gives: refsTo("user"), do: func(_ *callNode, m *machine, _ []any) (any, error) { return listOf(m.args.MySubordinates), nil }},
		{name: "date", takes: "m", gives: always(Date), do: dateOf},
		{name: "year", takes: "d", gives: always(Int), do: part(func(t time.Time) int64 { return int64(t.Year()) })},
		{name: "month", takes: "d", gives: always(Int), do: part(func(t time.Time) int64 { return int64(t.Month()) })},
		{name: "day", takes: "d", gives: always(Int), do: part(func(t time.Time) int64 { return int64(t.Day()) })},
		{name: "weekday", takes: "d", gives: always(Int), do: part(func(t time.Time) int64 { return int64((t.Weekday()+6)%7) + 1 })},
		{name: "days_between", takes: "dd", gives: always(Int), do: daysBetween},
		{name: "add_days", takes: "di", gives: always(Date), do: addDays},
		{name: "add_months", takes: "di", gives: always(Date), do: addMonths},
		{name: "len", takes: "a", gives: always(Int), do: length},
		{name: "lower", takes: "t", gives: always(Text), do: onText(strings.ToLower)},
		{name: "trim", takes: "t", gives: always(Text), do: onText(strings.TrimSpace)},
		{name: "round", takes: "n?i", gives: roundType, do: round},
		{name: "abs", takes: "n", gives: func(a []node) Type { return a[0].typ() }, do: absolute},
		{name: "min", takes: "nn", gives: widest, do: extreme(-1)},
		{name: "max", takes: "nn", gives: widest, do: extreme(1)},
		{name: "is_missing", takes: "a", gives: always(Bool), do: func(_ *callNode, _ *machine, v []any) (any, error) { return isMissing(v[0]), nil }},
	} {
		functions[f.name] = f
	}
}

func refTo(t string) func([]node) Type {
	return func([]node) Type { return Type{Base: Ref, To: t} }
}

func refsTo(t string) func([]node) Type {
	return func([]node) Type { return Type{Base: List, Elem: &Type{Base: Ref, To: t}} }
}

func orMissing(id int64) any {
	if id == 0 {
		return nil
	}
	return id
}

func listOf(ids []int64) []any {
	out := make([]any, len(ids))
	for i, id := range ids {
		out[i] = id
	}
	return out
}

func dateOf(_ *callNode, m *machine, v []any) (any, error) {
	ms, ok := v[0].(int64)
	if !ok {
		return nil, nil
	}
	return m.args.local(time.UnixMilli(ms)).Format(time.DateOnly), nil
}

func part(f func(time.Time) int64) func(*callNode, *machine, []any) (any, error) {
	return func(_ *callNode, _ *machine, v []any) (any, error) {
		day, ok := v[0].(string)
		if !ok {
			return nil, nil
		}
		t, ok := timeOf(day)
		if !ok {
			return nil, nil
		}
		return f(t), nil
	}
}

func daysBetween(_ *callNode, _ *machine, v []any) (any, error) {
	a, ok1 := v[0].(string)
	b, ok2 := v[1].(string)
	if !ok1 || !ok2 {
		return nil, nil
	}
	from, ok1 := timeOf(a)
	to, ok2 := timeOf(b)
	if !ok1 || !ok2 {
		return nil, nil
	}
	return int64(to.Sub(from) / (24 * time.Hour)), nil
}

// farthest bounds how many days or months may be added.
const farthest = 4_000_000

func addDays(_ *callNode, _ *machine, v []any) (any, error) {
	return shift(v, func(t time.Time, n int) time.Time { return t.AddDate(0, 0, n) })
}

// addMonths keeps the day, or takes the last of a shorter month.
func addMonths(_ *callNode, _ *machine, v []any) (any, error) {
	return shift(v, func(t time.Time, n int) time.Time {
		first := time.Date(t.Year(), t.Month()+time.Month(n), 1, 0, 0, 0, 0, time.UTC)
		last := first.AddDate(0, 1, -1).Day()
		return first.AddDate(0, 0, min(t.Day(), last)-1)
	})
}

func shift(v []any, by func(time.Time, int) time.Time) (any, error) {
	day, ok1 := v[0].(string)
	n, ok2 := v[1].(int64)
	if !ok1 || !ok2 {
		return nil, nil
	}
	t, ok := timeOf(day)
	if !ok {
		return nil, nil
	}
	if n > farthest || n < -farthest {
		return nil, errOverflow
	}
	t = by(t, int(n))
	if t.Year() < 1 || t.Year() > 9999 {
		return nil, errOverflow
	}
	return t.Format(time.DateOnly), nil
}

func length(_ *callNode, _ *machine, v []any) (any, error) {
	switch x := v[0].(type) {
	case string:
		return int64(utf8.RuneCountInString(x)), nil
	case []any:
		return int64(len(x)), nil
	}
	return nil, nil
}

func onText(f func(string) string) func(*callNode, *machine, []any) (any, error) {
	return func(_ *callNode, _ *machine, v []any) (any, error) {
		if s, ok := v[0].(string); ok {
			return f(s), nil
		}
		return nil, nil
	}
}

func roundType(a []node) Type {
	if len(a) == 1 {
		return Type{Base: Int}
	}
	if c, ok := a[1].(*constNode); ok {
		if n, ok := c.v.(int64); ok && n > 0 {
			return Type{Base: Decimal, Scale: int(min(n, maxScale))}
		}
	}
	return Type{Base: Int}
}

func round(n *callNode, _ *machine, v []any) (any, error) {
	x, ok := v[0].(int64)
	if !ok {
		return nil, nil
	}
	r, fits := Rescale(x, n.args[0].typ().Scale, n.t.Scale)
	if !fits {
		return nil, errOverflow
	}
	return r, nil
}

func absolute(_ *callNode, _ *machine, v []any) (any, error) {
	x, ok := v[0].(int64)
	switch {
	case !ok:
		return nil, nil
	case x == -1<<63:
		return nil, errOverflow
	case x < 0:
		return -x, nil
	}
	return x, nil
}

// widest is the common type of numbers.
func widest(args []node) Type {
	t := Type{Base: Int}
	for _, a := range args {
		if at := a.typ(); at.Base == Decimal {
			t.Base, t.Scale = Decimal, max(t.Scale, at.Scale)
		}
	}
	return t
}

// extreme is min or max of two numbers; of one when the other is missing.
func extreme(sign int) func(*callNode, *machine, []any) (any, error) {
	return func(n *callNode, _ *machine, v []any) (any, error) {
		var best any
		for i, x := range v {
			raw, ok := x.(int64)
			if !ok {
				continue
			}
			y, fits := Rescale(raw, n.args[i].typ().Scale, n.t.Scale)
			if !fits {
				return nil, errOverflow
			}
			if best == nil || (y > best.(int64)) == (sign > 0) {
				best = y
			}
		}
		return best, nil
	}
}
