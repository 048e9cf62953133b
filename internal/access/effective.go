package access

import (
	"strings"

	"kedang/internal/meta"
)

// TypeRights are what an actor may do with one type, for the rights table in
// settings.
type TypeRights struct {
	Type   *meta.Type
	Verbs  []VerbRight  // in the order of meta.Verbs, those that reach somewhere
	Fields []FieldRight // in the order of the type
}

// VerbRight is one verb and how far it reaches.
type VerbRight struct {
	Verb  string
	Scope string   // own, department, "own + where: level == 'A'" …
	From  []string // the roles that grant it; "*" is everyone signed in
}

// FieldRight is one field and how much of it is seen.
type FieldRight struct {
	Field *meta.Field
	Level meta.Level
}

// Effective lists an actor's rights on every type of a schema that he has any
// right on: what his roles come to once they are merged.
func Effective(a *Actor, schema *meta.Schema) []TypeRights {
	var out []TypeRights
	for _, t := range schema.Types {
		r := TypeRights{Type: t}
		for _, verb := range meta.Verbs {
			if s := a.Scope(t, verb); !s.None() {
				r.Verbs = append(r.Verbs, VerbRight{Verb: verb, Scope: s.String(), From: a.grantors(t, verb, schema)})
			}
		}
		if len(r.Verbs) == 0 {
			continue
		}
		for _, f := range t.Fields {
			r.Fields = append(r.Fields, FieldRight{Field: f, Level: a.Level(t, f)})
		}
		out = append(out, r)
	}
	return out
}

// grantors lists the roles of the actor that give a verb on a type.
func (a *Actor) grantors(t *meta.Type, verb string, schema *meta.Schema) []string {
	var out []string
	for _, role := range append([]string{"*"}, a.Roles...) {
		r := schema.Role(role)
		if role == AdminRole || (r != nil && r.Admin) {
			out = append(out, role)
			continue
		}
		if g := t.Access[role]; g != nil {
			if spec := g.Verbs[verb]; !(Scope{}).with(spec).None() {
				out = append(out, role)
			}
		}
	}
	return out
}

// String writes a scope as packs do: "all", "own", "department + where: …".
func (s Scope) String() string {
	var parts []string
	for _, p := range []struct {
		on   bool
		name string
	}{{s.All, "all"}, {s.Own, "own"}, {s.Subordinates, "subordinates"}, {s.Department, "department"}, {s.Tree, "tree"}} {
		if p.on {
			parts = append(parts, p.name)
		}
	}
	for _, w := range s.Where {
		parts = append(parts, "where: "+w.Source())
	}
	if len(parts) == 0 {
		return "none"
	}
	return strings.Join(parts, " + ")
}
