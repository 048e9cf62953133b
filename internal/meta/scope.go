package meta

import "kedang/internal/expr"

// Reader is who reads: it says how much of each field it may see. access.Actor
// is one. A Reader may also have a method
//
//	Blind(f *Field, text string) any
//
// that gives the blind-index value of a sealed field's constant; without it a
// sealed field cannot be compared at all.
type Reader interface {
	Level(t *Type, f *Field) Level
}

// blinder is the optional half of a Reader.
type blinder interface {
	Blind(f *Field, text string) any
}

// guard is another optional half of a Reader: which records of a type it may
// see, as a condition on the type's table under an alias.
type guard interface {
	Guard(t *Type, alias string) (cond string, args []any)
}

// ScopeFor is the type as a reader sees it, for expressions: a hidden field is
// unknown, a masked or sealed one can only be compared for equality, and a
// sealed one that he may read asked whether it is missing. A nil reader is the
// system, which sees all.
func (t *Type) ScopeFor(r Reader) expr.Scope { return typeScope{t: t, r: r} }

// typeScope shows a type's fields to expressions.
type typeScope struct {
	t *Type
	r Reader
	// memory: evaluated only, never printed or kept. Sealed values are open to
	// it, as they are to the write path: a rule may ask for their presence.
	memory bool
}

var _ expr.Scope = typeScope{}

// Guard says which records of the type the reader may see.
func (s typeScope) Guard(alias string) (cond string, args []any) {
	if g, ok := s.r.(guard); ok {
		return g.Guard(s.t, alias)
	}
	return "", nil
}

// Name is the type's name.
func (s typeScope) Name() string { return s.t.Name }

// Table is the physical table; the name the catalogue will give before Bind.
func (s typeScope) Table() string { return s.t.physical() }

// Field finds a field that the reader may see.
func (s typeScope) Field(name string) (expr.Field, bool) {
	f, ok := s.t.byName[name]
	if !ok {
		return expr.Field{}, false
	}
	return exprField(f, s.r, s.memory)
}

// Names lists what the reader may name.
func (s typeScope) Names() []string {
	names := make([]string, 0, len(s.t.byName))
	for _, f := range s.t.system {
		names = append(names, f.Name)
	}
	return append(names, visibleNames(s.t.Fields, s.r)...)
}

func visibleNames(fields []*Field, r Reader) []string {
	var names []string
	for _, f := range fields {
		if f.Kind.Storage() != Nowhere && (r == nil || r.Level(f.Of, f) > Hidden) {
			names = append(names, f.Name)
		}
	}
	return names
}

// exprField describes a field as a reader sees it; false when it is hidden
// from him or holds nothing.
func exprField(f *Field, r Reader, memory bool) (expr.Field, bool) {
	if f.Kind == nil || f.Kind.Storage() == Nowhere {
		return expr.Field{}, false
	}
	level := Read
	if r != nil {
		if level = r.Level(f.Of, f); f.Parent != nil {
			level = min(level, r.Level(f.Of, f.Parent))
		}
	}
	if level == Hidden {
		return expr.Field{}, false
	}
	out := expr.Field{Name: f.Name, Column: f.physical(), Type: f.Kind.Type(f)}
	out.EqualOnly = level == Masked || f.Sealed && !memory
	out.Presence = f.Sealed && level > Masked
	if f.Sealed {
		out.Column += "__b"
		if b, ok := r.(blinder); ok {
			out.Blind = func(text string) any { return b.Blind(f, text) }
		}
	}
	if f.Target != nil {
		out.To = func() expr.Scope { return typeScope{t: f.Target, r: r, memory: memory} }
	}
	if f.ManyCurrencies() {
		out.Part = amountPart(out.Name, out.Column, f.Decimals())
	}
	switch f.Kind.Storage() {
	case InSide:
		out.Column = ""
		out.Side = &expr.Side{Table: f.sideTable(), Record: "record", Value: "value"}
	case InRows:
		out.Column = ""
		out.Side = &expr.Side{Table: f.sideTable(), Record: "record", Value: "id", Rows: rowScope{f: f, r: r, memory: memory}}
	}
	return out, true
}

// rowScope shows child rows to expressions. With outer, names the rows do not
// have are looked up in the record they belong to: a line's formula may read
// its order's rate. Such expressions are evaluated, never printed.
type rowScope struct {
	f      *Field
	r      Reader
	outer  bool
	memory bool
}

var _ expr.Scope = rowScope{}

// Name is "order.lines".
func (s rowScope) Name() string { return s.f.Of.Name + "." + s.f.Name }

// Table is the child rows' table.
func (s rowScope) Table() string { return s.f.sideTable() }

// Field finds a field of the rows, or of the record around them.
func (s rowScope) Field(name string) (expr.Field, bool) {
	if f, ok := s.f.Row(name); ok {
		return exprField(f, s.r, s.memory)
	}
	if s.outer {
		return typeScope{t: s.f.Of, r: s.r, memory: s.memory}.Field(name)
	}
	return expr.Field{}, false
}

// Names lists what the reader may name.
func (s rowScope) Names() []string {
	names := visibleNames(s.f.Rows, s.r)
	if s.outer {
		names = append(names, typeScope{t: s.f.Of, r: s.r}.Names()...)
	}
	return names
}

// physical is the table of the type; before Bind the one it would get first.
func (t *Type) physical() string {
	if t.Table != "" {
		return t.Table
	}
	return "r_" + t.Name
}

// physical is the field's column; before Bind the one it would get first.
func (f *Field) physical() string {
	if f.Column != "" {
		return f.Column
	}
	return f.Name
}

func (f *Field) sideTable() string {
	if f.Table != "" {
		return f.Table
	}
	return f.Of.physical() + "__" + f.Name
}
