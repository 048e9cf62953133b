package meta

import (
	"slices"
	"strings"

	"kedang/internal/expr"
)

var rollupFns = []string{"count", "sum", "min", "max"}

// compileRollup finds what a roll-up counts and through which link, and
// checks that the result fits the field.
func (l *loader) compileRollup(f *Field) {
	r := f.Rollup
	at := func(key string) Pos { return l.marks.at(r, key, r.Pos) }
	if !slices.Contains(rollupFns, r.Fn) {
		l.problems.add(at("fn"), "bad_rollup_fn", map[string]any{"value": r.Fn, "near": nearest(r.Fn, rollupFns)})
		return
	}
	if r.Of == "" {
		l.problems.add(r.Pos, "rollup_of_missing", nil)
		return
	}
	if over, ok := f.Of.byName[r.Of]; ok && over.KindName == "rows" {
		f.Prog.Over = over
		l.rollupField(f, over.Rows, nil)
		f.Prog.Where = l.expression(r, r.Pos, "where", r.Where, rowScope{f: over, outer: true}, expr.Options{Want: wantBool, NoVolatile: true})
		return
	}
	of := l.schema.byName[r.Of]
	if of == nil || of.Builtin {
		l.problems.add(at("of"), "unknown_rollup_of", map[string]any{"name": r.Of, "near": nearest(r.Of, l.typeNames())})
		return
	}
	if f.Prog.Via = l.rollupVia(f, of); f.Prog.Via == nil {
		return
	}
	l.rollupField(f, of.Fields, of)
	f.Prog.Where = l.expression(r, r.Pos, "where", r.Where, of.ScopeFor(nil), expr.Options{Want: wantBool, Printable: true, NoVolatile: true})
	if x := f.Prog.Of; x != nil && x.ManyCurrencies() && !x.OneCurrency(f.Prog.Where) {
		l.problems.add(l.marks.at(r, "field", r.Pos), "rollup_currencies", map[string]any{"field": x.Name})
	}
	if f.Prog.Where != nil {
		for _, path := range f.Prog.Where.Paths() {
			if strings.Contains(path, ".") {
				l.problems.add(at("where"), "rollup_where_follow", map[string]any{"path": path})
			}
		}
	}
}

// rollupVia finds the link of the counted type that points here.
func (l *loader) rollupVia(f *Field, of *Type) *Field {
	r := f.Rollup
	var names []string
	var found *Field
	for _, back := range f.Of.Links {
		b := back.Field
		if back.Type != of || b.Parent != nil || b.System || b.Kind.Storage() != InColumn {
			continue
		}
		names = append(names, b.Name)
		if r.Via == "" || r.Via == b.Name {
			found = b
		}
	}
	params := map[string]any{"name": of.Name, "field": r.Via, "known": joined(names)}
	switch {
	case len(names) == 0:
		l.problems.add(l.marks.at(r, "of", r.Pos), "rollup_no_via", params)
		return nil
	case r.Via == "" && len(names) > 1:
		l.problems.add(r.Pos, "rollup_many_via", params)
		return nil
	case found == nil:
		params["near"] = nearest(r.Via, names)
		l.problems.add(l.marks.at(r, "via", r.Pos), "rollup_bad_via", params)
	}
	return found
}

// rollupField finds what is summed or compared; of is nil over child rows.
func (l *loader) rollupField(f *Field, fields []*Field, of *Type) {
	r := f.Rollup
	at := func(key string) Pos { return l.marks.at(r, key, r.Pos) }
	want := f.Kind.Type(f)
	if r.Fn == "count" {
		if r.Field != "" {
			l.problems.add(at("field"), "rollup_field_count", nil)
		}
		if want.Base != expr.Int {
			l.problems.add(at("fn"), "rollup_kind", map[string]any{"fn": r.Fn, "got": "records", "want": f.KindName})
		}
		return
	}
	if r.Field == "" {
		l.problems.add(r.Pos, "rollup_field", map[string]any{"fn": r.Fn, "name": r.Of})
		return
	}
	var names []string
	for _, x := range fields {
		if names = append(names, x.Name); x.Name == r.Field {
			f.Prog.Of = x
		}
	}
	if f.Prog.Of == nil && of != nil {
		f.Prog.Of = of.byName[r.Field]
	}
	x := f.Prog.Of
	if x == nil {
		l.problems.add(at("field"), "unknown_field", map[string]any{"name": r.Field, "near": nearest(r.Field, names), "known": joined(names)})
		return
	}
	got := x.Kind.Type(x)
	if got.Base == expr.Amount { // of one currency, as compileRollup sees to
		got.Base = expr.Decimal
	}
	summable := got.Base == expr.Int || got.Base == expr.Decimal
	orderable := summable || got.Base == expr.Date || got.Base == expr.DateTime || (got.Base == expr.Text && got.Choices == nil)
	if x.Kind.Storage() != InColumn || x.Sealed || got.Base != want.Base || got.Scale != want.Scale ||
		(r.Fn == "sum" && !summable) || !orderable {
		l.problems.add(at("field"), "rollup_kind", map[string]any{"fn": r.Fn, "got": x.KindName + scaleNote(got), "want": f.KindName + scaleNote(want)})
	}
}

func scaleNote(t expr.Type) string {
	if t.Base != expr.Decimal {
		return ""
	}
	return " of scale " + string(rune('0'+t.Scale))
}
