package meta

import (
	"slices"
	"strings"

	"kedang/internal/expr"
)

// order works out what the engine needs to keep computed fields current: the
// order of formulas within a type, which formulas elsewhere read a type, which
// roll-ups count it; and refuses circles.
func (l *loader) order() {
	g := &graph{l: l, reads: map[*Field][]*Field{}, state: map[*Field]int{}}
	for _, t := range l.schema.Types {
		g.readTitle(t)
		for _, f := range allFields(t) {
			if f.Computed() {
				g.read(f)
			}
		}
	}
	for _, t := range l.schema.Types {
		g.visit(t.byName["title"], nil)
		for _, f := range allFields(t) {
			g.visit(f, nil)
		}
		t.Pure = pure(t)
	}
	for _, f := range g.sorted {
		f.Inputs = g.reads[f]
		if f.Formula != "" || f.Prog.Over != nil {
			f.Of.FormulaOrder = append(f.Of.FormulaOrder, f)
		}
	}
}

// graph is which computed field reads which fields, over all types; titles are computed too.
type graph struct {
	l      *loader
	reads  map[*Field][]*Field
	state  map[*Field]int // 0 new, 1 on the way, 2 done
	sorted []*Field       // each after what it reads
}

// read notes what a computed field reads, and tells the types it reads of.
func (g *graph) read(f *Field) {
	if f.Rollup != nil {
		g.readRollup(f)
		return
	}
	for _, path := range f.Prog.Formula.Paths() {
		g.readPath(f, path)
	}
}

// readTitle treats a title as computed: it stands on the fields it is made of
// and on the titles of records it names, which must be told when they change.
func (g *graph) readTitle(t *Type) {
	title := t.byName["title"]
	for _, p := range t.TitleParts {
		if p.Field == nil {
			continue
		}
		g.reads[title] = append(g.reads[title], p.Field)
		if to := p.Field.Target; to != nil && !to.Builtin && !p.Field.System {
			named := to.byName["title"]
			g.reads[title] = append(g.reads[title], named)
			to.depend(nil, t, p.Field, named)
		}
	}
}

func (g *graph) readRollup(f *Field) {
	p := &f.Prog
	if p.Over != nil {
		if p.Of != nil {
			g.reads[f] = append(g.reads[f], p.Of)
		}
		if p.Where != nil {
			for _, path := range p.Where.Paths() {
				for _, s := range resolve(f.Of, p.Over, path) {
					g.reads[f] = append(g.reads[f], s.field)
				}
			}
		}
		return
	}
	child := p.Via.Of
	feed := &Feed{Rollup: f, Via: p.Via, Reads: []*Field{p.Via}}
	if p.Of != nil {
		feed.Reads = addField(feed.Reads, p.Of)
	}
	if p.Where != nil {
		for _, path := range p.Where.Paths() {
			for _, s := range resolve(child, nil, path) {
				feed.Reads = addField(feed.Reads, s.field)
			}
		}
	}
	g.reads[f] = append(g.reads[f], feed.Reads...)
	child.Feeds = append(child.Feeds, feed)
}

func addField(fields []*Field, f *Field) []*Field {
	if slices.Contains(fields, f) {
		return fields
	}
	return append(fields, f)
}

// step is one name of a path: the field, and whether it stands behind a link.
type step struct {
	field *Field
	via   *Field // the link followed to reach it; nil for a field of the record
	hops  int
}

// resolve follows a path such as "customer.level" or "lines[].qty" from a type
// (or from its child rows, whose names come first).
func resolve(t *Type, rows *Field, path string) []step {
	var out []step
	var via *Field
	hops := 0
	for _, name := range strings.Split(path, ".") {
		name = strings.TrimSuffix(name, "[]")
		var f *Field
		if rows != nil {
			f, _ = rows.Row(name)
		}
		if f == nil && t != nil {
			f = t.byName[name]
		}
		if f == nil {
			return out
		}
		out = append(out, step{f, via, hops})
		switch {
		case f.KindName == "rows":
			rows = f
		case f.Target != nil:
			t, rows, via = f.Target, nil, f
			hops++
		}
	}
	return out
}

// readPath notes a formula's path. What stands behind one link must be told
// when it changes; behind two nobody would know, and users and departments
// change without telling.
func (g *graph) readPath(f *Field, path string) {
	at := g.l.marks.at(f, "formula", f.Pos)
	for _, s := range resolve(f.Of, f.Parent, path) {
		g.reads[f] = append(g.reads[f], s.field)
		params := map[string]any{"path": path, "type": s.field.Of.Name}
		switch {
		case s.hops == 0:
			continue
		case s.hops > 1:
			params["type"] = s.via.Of.Name
			g.l.problems.add(at, "formula_too_far", params)
			return
		case s.field.Of.Builtin:
			g.l.problems.add(at, "formula_builtin", params)
			return
		case s.field.Kind.Storage() != InColumn:
			g.l.problems.add(at, "formula_many", params)
			return
		}
		s.field.Of.depend(f, f.Of, s.via, s.field)
	}
}

// depend notes that formula f of type of (nil: its title) reads field of t
// through via.
func (t *Type) depend(f *Field, of *Type, via, field *Field) {
	i := slices.IndexFunc(t.Dependents, func(d *Dependent) bool { return d.Type == of && d.Via == via })
	if i < 0 {
		i = len(t.Dependents)
		t.Dependents = append(t.Dependents, &Dependent{Type: of, Via: via})
	}
	d := t.Dependents[i]
	d.Reads = addField(d.Reads, field)
	if f != nil {
		d.Formulas = addField(d.Formulas, f)
	}
}

// visit puts f behind what it reads; meeting a field that is on the way is a circle.
func (g *graph) visit(f *Field, path []*Field) {
	if (!f.Computed() && !(f.System && f.Name == "title")) || g.state[f] == 2 {
		return
	}
	path = append(path, f)
	if g.state[f] == 1 {
		from := slices.Index(path, f)
		var names []string
		for _, x := range path[from:] {
			names = append(names, x.fullName())
		}
		at := g.l.marks.at(f, "formula", f.Pos)
		if f.System {
			at = g.l.marks.at(f.Of, "title", f.Of.Pos)
		}
		g.l.problems.add(at, "formula_cycle", map[string]any{"path": strings.Join(names, " > ")})
		return
	}
	g.state[f] = 1
	for _, x := range g.reads[f] {
		g.visit(x, path)
	}
	g.state[f] = 2
	g.sorted = append(g.sorted, f)
}

// fullName is "order.total", "order.lines.amount".
func (f *Field) fullName() string {
	if f.Parent != nil {
		return f.Of.Name + "." + f.Parent.Name + "." + f.Name
	}
	return f.Of.Name + "." + f.Name
}

// pure tells whether a new record can be evaluated without reading another:
// no expression of the type follows a link.
func pure(t *Type) bool {
	follows := func(rows *Field, programs ...*expr.Expr) bool {
		for _, e := range programs {
			if e == nil {
				continue
			}
			for _, path := range e.Paths() {
				if slices.ContainsFunc(resolve(t, rows, path), func(s step) bool { return s.hops > 0 }) {
					return true
				}
			}
		}
		return false
	}
	for _, f := range allFields(t) {
		p := &f.Prog
		rows := f.Parent
		if f.Prog.Over != nil {
			rows = f.Prog.Over
		}
		if follows(rows, p.Required, p.When, p.Readonly, p.Default, p.Snapshot, p.Formula) || (p.Over != nil && follows(rows, p.Where)) {
			return false
		}
	}
	for _, r := range t.Rules {
		if follows(nil, r.Prog.When) {
			return false
		}
	}
	return true
}
