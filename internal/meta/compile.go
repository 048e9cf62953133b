package meta

import (
	"kedang/internal/errs"
	"kedang/internal/expr"
)

var wantBool = &expr.Type{Base: expr.Bool}

// compile turns every expression into a program, once. All names hold by now.
func (l *loader) compile() {
	for _, t := range l.schema.Types {
		if t.Builtin {
			continue
		}
		scope, memory := t.ScopeFor(nil), typeScope{t: t, memory: true}
		for _, f := range t.Fields {
			l.compileField(f, scope, memory)
			for _, sub := range f.Rows {
				l.compileField(sub, rowScope{f: f, outer: true}, rowScope{f: f, outer: true, memory: true})
			}
		}
		for _, r := range t.Rules {
			r.Prog.When = l.expression(r, r.Pos, "when", r.When, memory, expr.Options{Want: wantBool})
		}
		for _, s := range t.Sections {
			s.Prog.When = l.expression(s, s.Pos, "when", s.When, memory, expr.Options{Want: wantBool})
		}
		for _, v := range t.Views {
			v.Prog.Filter = l.expression(v, v.Pos, "filter", v.Filter, scope, expr.Options{Want: wantBool, Printable: true})
		}
		if t.Page != nil {
			for _, tab := range t.Page.Tabs {
				tab.Prog.When = l.expression(tab, tab.Pos, "when", tab.When, memory, expr.Options{Want: wantBool})
			}
		}
		for _, b := range t.Page.blocks() {
			l.compileBlock(b, t)
		}
		for _, p := range t.Print {
			for _, b := range p.Blocks {
				l.compileBlock(b, t)
			}
		}
		for _, role := range sortedKeys(t.Access) {
			g := t.Access[role]
			for _, verb := range sortedKeys(g.Verbs) {
				s := g.Verbs[verb]
				s.Prog = l.expression(g, g.Pos, verb, s.Where, scope, expr.Options{Want: wantBool, Printable: true})
				g.Verbs[verb] = s
			}
		}
	}
	for _, r := range l.schema.Roles {
		for _, b := range r.Home {
			l.compileBlock(b, nil)
			if t, ok := l.schema.Type(b.Of); ok {
				t.homes = append(t.homes, b)
			}
		}
	}
}

// Lists are the related lists of a page, those of tabs and of the side.
func (p *Page) Lists() []*Block {
	var out []*Block
	for _, b := range p.blocks() {
		if b.Block == "related" {
			out = append(out, b)
		}
	}
	return out
}

// blocks lists all blocks of a page; none of a nil one.
func (p *Page) blocks() []*Block {
	if p == nil {
		return nil
	}
	var out []*Block
	for _, tab := range p.Tabs {
		out = append(append(out, tab.Blocks...), tab.Side...)
	}
	return append(out, p.Side...)
}

func (l *loader) compileBlock(b *Block, t *Type) {
	if b.Of != "" {
		t = l.schema.byName[b.Of]
	}
	if t != nil {
		b.Prog.Filter = l.expression(b, b.Pos, "filter", b.Filter, t.ScopeFor(nil), expr.Options{Want: wantBool, Printable: true})
	}
}

// compileField compiles a field's conditions, which are evaluated only, and
// its values, which are kept and so must not read what is sealed.
func (l *loader) compileField(f *Field, scope, memory expr.Scope) {
	p := &f.Prog
	p.Required = l.expression(f, f.Pos, "required", f.Required, memory, expr.Options{Want: wantBool})
	p.When = l.expression(f, f.Pos, "when", f.When, memory, expr.Options{Want: wantBool})
	p.Readonly = l.expression(f, f.Pos, "readonly", f.Readonly, memory, expr.Options{Want: wantBool})
	if f.Kind.Storage() == InColumn {
		p.Default = l.valued(f, "default", constant(f, f.Default), scope, expr.Options{})
		p.Snapshot = l.valued(f, "snapshot", f.Snapshot, scope, expr.Options{})
		p.Formula = l.valued(f, "formula", f.Formula, scope, expr.Options{NoVolatile: true, Today: f.Refresh == "daily"})
	}
	if f.Rollup != nil {
		l.compileRollup(f)
	}
	if p.Required != nil && p.Required.Source() == "false" {
		p.Required = nil
	}
	if p.Readonly != nil && p.Readonly.Source() == "false" {
		p.Readonly = nil
	}
}

// constant lets a choice's default be written bare: default: new instead of
// default: "'new'".
func constant(f *Field, src string) string {
	if f.KindName == "choice" && f.Choice(src) != nil {
		return "'" + src + "'"
	}
	return src
}

// expression compiles one; nil when none is declared or it is broken.
func (l *loader) expression(p any, whole Pos, key, src string, scope expr.Scope, o expr.Options) *expr.Expr {
	if src == "" {
		return nil
	}
	e, err := expr.Compile(src, scope, o)
	if err == nil {
		return e
	}
	at := l.marks.at(p, key, whole)
	problems := errs.As(err).Problems
	if len(problems) == 0 {
		problems = []errs.Problem{{Code: errs.As(err).Code}}
	}
	for _, bad := range problems {
		l.problems.add(at, "bad_expression", map[string]any{"at": bad.Params["at"], "code": bad.Code, "why": reason(bad), "near": bad.Params["did_you_mean"]})
	}
	return nil
}

// reason writes an expression's problem for whoever wrote the pack: the
// sentence for its code, and the place it stands at.
func reason(p errs.Problem) string {
	s := p.Code + " " + p.Params.String()
	if says, ok := expressionSays[p.Code]; ok {
		s = fill(says, p.Params)
	}
	if near, ok := p.Params["near"].(string); ok && near != "" {
		s += " (near: " + near + ")"
	}
	return s
}

// valued compiles an expression whose result the field keeps.
func (l *loader) valued(f *Field, key, src string, scope expr.Scope, o expr.Options) *expr.Expr {
	e := l.expression(f, f.Pos, key, src, scope, o)
	if e == nil {
		return nil
	}
	if want := f.Kind.Type(f); !fits(e.Type(), want) {
		l.problems.add(l.marks.at(f, key, f.Pos), "wrong_result", map[string]any{"got": typeName(e.Type()), "want": typeName(want)})
		return nil
	}
	return e
}

// fits tells whether a result can be kept as want. Decimals change their scale
// half up; whole numbers take decimals of scale 0.
func fits(got, want expr.Type) bool {
	switch {
	case got.Base == expr.Missing:
		return true
	case want.Base == expr.Decimal:
		return got.Base == expr.Decimal || got.Base == expr.Int
	case want.Base == expr.Int:
		return got.Base == expr.Int || (got.Base == expr.Decimal && got.Scale == 0)
	case want.Base == expr.Ref:
		return got.Base == expr.Ref && (got.To == "" || got.To == want.To)
	}
	return got.Base == want.Base
}

func typeName(t expr.Type) string {
	names := map[expr.Base]string{expr.Bool: "a yes/no", expr.Int: "a whole number", expr.Decimal: "a decimal number", expr.Text: "a text",
		expr.Date: "a date", expr.DateTime: "a date-time", expr.Ref: "a link", expr.List: "a list", expr.Amount: "an amount with its currency", expr.Missing: "nothing"}
	name := names[t.Base]
	if t.Base == expr.Ref && t.To != "" {
		name += " to " + t.To
	}
	return name
}
