package meta

import (
	"slices"
	"strings"
)

// Schema is all types of one company: read from packs, checked, compiled.
// It never changes after Load and Bind; a change makes a new one, swapped whole.
type Schema struct {
	Types []*Type // built-in ones first, then in the order of packs and files
	Roles []*Role
	Lists []*List
	Menu  []*MenuItem
	Packs []*Pack
	Hash  string // SHA-256 of all sources, hex: the same hash is the same schema

	Overlay []Touch // what the overlay changes

	byName map[string]*Type // names and aliases
	byID   map[int64]*Type
	roles  map[string]*Role
	lists  map[string]*List
}

// List is a named choice list of choices.yaml.
type List struct {
	Name    string
	Choices []*Choice
	Pack    string
	Pos     Pos
}

// MenuItem is one entry of the menu: a type's list, one view of it, a page of
// the web app, or a group of items.
type MenuItem struct {
	Name  string      `yaml:"name"`
	Label Text        `yaml:"label"` // the type's plural when empty
	Icon  string      `yaml:"icon"`
	Type  string      `yaml:"type"`
	View  string      `yaml:"view"`
	Page  string      `yaml:"page"` // today | search | reports | settings …: a page the web app knows
	Items []*MenuItem `yaml:"items"`
	Pos   Pos         `yaml:"-"`
}

// Pack is the head of a pack: its pack.yaml.
type Pack struct {
	Name     string   `yaml:"name"`
	Label    Text     `yaml:"label"`
	Help     Text     `yaml:"help"`
	Version  string   `yaml:"version"`
	Requires []string `yaml:"requires"` // packs that must be loaded before it
	Pos      Pos      `yaml:"-"`
}

// Touch is one property that the overlay changes.
type Touch struct {
	Type     string
	Part     string // "field name", "view mine", "" for the type itself
	Property string
	Pos      Pos
}

// Type finds a type by its name or an alias.
func (s *Schema) Type(name string) (*Type, bool) {
	t, ok := s.byName[name]
	return t, ok
}

// TypeByID finds a type by its permanent id; nil when there is none.
func (s *Schema) TypeByID(id int64) *Type { return s.byID[id] }

// Role finds a role by name; nil when there is none.
func (s *Schema) Role(name string) *Role { return s.roles[name] }

// List finds a named choice list; nil when there is none.
func (s *Schema) List(name string) *List { return s.lists[name] }

// Version is a short form of the hash.
func (s *Schema) Version() string { return s.Hash[:min(12, len(s.Hash))] }

// Field finds a field or a built-in column by name.
func (t *Type) Field(name string) (*Field, bool) {
	f, ok := t.byName[name]
	return f, ok
}

// FieldByID finds a field (a child rows' field too) by its permanent id; nil
// when there is none, or none any more.
func (t *Type) FieldByID(id int64) *Field { return t.byID[id] }

// System lists the built-in columns that expressions and lists may name.
func (t *Type) System() []*Field { return t.system }

// View finds a view by name; nil when there is none.
func (t *Type) View(name string) *View {
	for _, v := range t.Views {
		if v.Name == name {
			return v
		}
	}
	return nil
}

// DefaultView is the view a list opens with: the one marked default, else the
// first; nil when the type declares none.
func (t *Type) DefaultView() *View {
	for _, v := range t.Views {
		if v.Default {
			return v
		}
	}
	if len(t.Views) > 0 {
		return t.Views[0]
	}
	return nil
}

// Row finds a field of child rows by name.
func (f *Field) Row(name string) (*Field, bool) {
	for _, r := range f.Rows {
		if r.Name == name {
			return r, true
		}
	}
	return nil, false
}

// Computed tells that people cannot set the field: a formula or a roll-up.
func (f *Field) Computed() bool { return f.Formula != "" || f.Rollup != nil }

// Daily tells that a formula of the type names today(): its records are
// computed again each night.
func (t *Type) Daily() bool {
	return slices.ContainsFunc(t.Fields, func(f *Field) bool {
		return f.Refresh != "" || slices.ContainsFunc(f.Rows, func(sub *Field) bool { return sub.Refresh != "" })
	})
}

// Decimals is the scale of a decimal kind: the declared one, or the kind's own.
func (f *Field) Decimals() int {
	if f.Scale != nil {
		return *f.Scale
	}
	if f.KindName == "decimal" {
		return 4
	}
	return 2
}

// Choice finds a choice by its stored value; nil when there is none.
func (f *Field) Choice(value string) *Choice {
	for _, c := range f.Choices {
		if c.Value == value {
			return c
		}
	}
	return nil
}

// In gives the text in a language ("zh-Hans", "zh-Hant", "en"), or in the
// nearest one it has.
func (t Text) In(lang string) string {
	order := [...]string{t.ZhHans, t.ZhHant, t.En}
	switch {
	case strings.HasPrefix(lang, "en"):
		order = [...]string{t.En, t.ZhHans, t.ZhHant}
	case lang == "zh-Hant":
		order = [...]string{t.ZhHant, t.ZhHans, t.En}
	}
	for _, s := range order {
		if s != "" {
			return s
		}
	}
	return ""
}

// TextOf is a text among a problem's parameters: as it was put there, or as it
// comes back from a job's table. Empty for anything else.
func TextOf(v any) (t Text) {
	switch x := v.(type) {
	case Text:
		return x
	case map[string]any:
		t.ZhHans, _ = x["zh-Hans"].(string)
		t.ZhHant, _ = x["zh-Hant"].(string)
		t.En, _ = x["en"].(string)
	}
	return t
}

// Empty tells that the text has no language at all.
func (t Text) Empty() bool { return t == Text{} }
