package record

import (
	"slices"
	"strconv"
	"strings"

	"kedang/internal/access"
	"kedang/internal/han"
	"kedang/internal/meta"
)

// searchPlan is what the search index needs to know of a type: computed once
// per schema.
type searchPlan struct {
	fields     []plannedField
	sealed     []*meta.Field
	title      *meta.Field // the built-in column; whoever may not read all that it shows may not read it
	titleMark  string
	typeToken  string
	classToken string
	late       bool // the title shows what only the writer knows: number, owner, links
}

// plannedField is a field that yields tokens, and the mark they stand under.
type plannedField struct {
	field *meta.Field
	mark  string
}

// sight is how much of a field's text one reader finds it by.
type sight byte

const (
	sightNone   sight = iota // not at all
	sightMasked              // by its whole, or its last four
	sightClear               // by any part
)

func newSearchPlan(t *meta.Type) searchPlan {
	p := searchPlan{typeToken: typeToken(t), classToken: classToken(t)}
	p.title, _ = t.Field("title")
	for _, f := range t.Fields {
		switch {
		case f.Sealed:
			p.sealed = append(p.sealed, f)
		case isSearched(f, true):
			p.fields = append(p.fields, plannedField{f, markOf(blindRoles(f))})
		}
	}
	var blind []string
	for _, part := range t.TitleParts {
		switch {
		case part.Field == nil:
		case part.Field.System, part.Field.Target != nil:
			p.late = true
		case len(blindRoles(part.Field)) > 0:
			blind = append(blind, blindRoles(part.Field)...)
		}
	}
	p.titleMark = markOf(blind)
	return p
}

func typeToken(t *meta.Type) string { return "_y" + strconv.FormatInt(t.ID, 36) }

// blindRoles are the roles that may not read a field in clear, for child rows
// not all of it. "*" stands for everyone.
func blindRoles(f *meta.Field) []string {
	var out []string
	for role, g := range f.Of.Access {
		for name, level := range g.Fields {
			if level < meta.Read && (name == f.Name || strings.HasPrefix(name, f.Name+".")) {
				out = append(out, role)
				break
			}
		}
	}
	return out
}

// markOf names a set of roles. The tokens of all fields that the same roles may
// not read stand under one mark, so that a search asks for few: the check in
// Go, which goes by the field, has the last word.
func markOf(blind []string) string {
	if len(blind) == 0 {
		return ""
	}
	slices.Sort(blind)
	h := uint64(14695981039346656037) // FNV-1a
	for _, role := range slices.Compact(blind) {
		for _, c := range []byte(role + " ") {
			h = (h ^ uint64(c)) * 1099511628211
		}
	}
	return "g" + strconv.FormatUint(h>>28, 36)
}

// sightOf is how an actor finds a field.
func sightOf(a *access.Actor, f *meta.Field) sight {
	switch level := a.Level(f.Of, f); {
	case level == meta.Hidden:
		return sightNone
	case level == meta.Masked:
		return sightMasked
	}
	for _, sub := range f.Rows {
		if isSearched(sub, true) && a.Level(f.Of, sub) < meta.Read {
			return sightNone // of child rows all or nothing: their texts are not kept apart
		}
	}
	return sightClear
}

// sights are what one actor finds of one type.
type sights struct {
	plan   *searchPlan
	title  sight
	fields []sight // as plan.fields
}

func sightsOf(a *access.Actor, p *searchPlan) sights {
	out := sights{plan: p, title: sightOf(a, p.title), fields: make([]sight, len(p.fields))}
	for i, f := range p.fields {
		out.fields[i] = sightOf(a, f.field)
	}
	return out
}

// marks are those under which the actor reads something clear.
func (v sights) marks(into []string) []string {
	add := func(mark string, s sight) {
		if s == sightClear && !slices.Contains(into, mark) {
			into = append(into, mark)
		}
	}
	add(v.plan.titleMark, v.title)
	for i, f := range v.plan.fields {
		add(f.mark, v.fields[i])
	}
	return into
}

// collect gathers the texts a row is found by under the marks of the index.
func (p *searchPlan) collect(r *Row, t *han.Tokens) {
	t.Title(r.Title, p.titleMark)
	if r.Number != "" {
		t.Code(r.Number, "")
	}
	for _, f := range p.fields {
		if v := r.Values[f.field.Slot]; v != nil {
			f.field.Kind.Tokens(f.field, v, f.mark, t)
		}
	}
}

// collect gathers the texts one reader finds a row by: what he reads clear
// without a mark, what he sees masked under one he cannot name.
func (v sights) collect(r *Row, t *han.Tokens) {
	const masking = "m"
	switch v.title {
	case sightClear:
		t.Title(r.Title, "")
	case sightMasked:
		t.Title(r.Title, masking)
	}
	if r.Number != "" {
		t.Code(r.Number, "")
	}
	if r.Values == nil {
		return // no more than the title was read
	}
	for i, f := range v.plan.fields {
		value := r.Values[f.field.Slot]
		if value == nil || v.fields[i] == sightNone {
			continue
		}
		mark := ""
		if v.fields[i] == sightMasked {
			mark = masking
		}
		f.field.Kind.Tokens(f.field, value, mark, t)
	}
}
