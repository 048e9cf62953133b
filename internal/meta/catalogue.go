package meta

import (
	"slices"
	"strconv"
	"strings"
)

// Catalogue is what a database has been told of types and fields: the
// permanent ids and the physical names. Entries are never removed; what is no
// longer declared is parked, its data kept.
type Catalogue struct {
	Types  []CatType
	Fields []CatField
}

// CatType is one type's entry.
type CatType struct {
	ID     int64
	Name   string
	Table  string
	Combos []string // unique combinations that have a column: "kind,day,author"; "" for one no longer declared
	Parked bool
}

// CatField is one field's entry, of a type or of child rows.
type CatField struct {
	ID       int64
	TypeID   int64
	ParentID int64 // the child-rows field it belongs to; 0 for none
	Name     string
	Column   string // physical column; of a many-valued kind the side table; "" for files
	Kind     string // kind and what its stored form depends on: "money:2", "link:customer"
	Storage  Storage
	Type     Column
	Sealed   bool
	Shadows  string // letters of the shadow columns that exist: u unique, s sort key, b blind index, c currency
	Live     string // letters of those kept up to date now: one that comes alive again is refilled
	Parked   bool
}

// Change is one thing that Bind saw to differ, for the operator's log.
type Change struct {
	What string // new_type rename_type park_type new_field rename_field retype_field park_field restore_field restore_type
	Type string
	Name string // field; "" for a type
	From string // former name or kind
}

// Bind gives every type and field of the schema its permanent id and its
// physical names, from the catalogue where it stands there already, and sets
// them on the schema. A renamed one (was:) keeps its id and columns; one whose
// kind changed gets a new column beside the old; one no longer declared is
// parked, and comes back with its data when it is declared again.
func Bind(s *Schema, old Catalogue, nextID func() int64) (Catalogue, []Change) {
	b := &binder{nextID: nextID, cat: Catalogue{Types: slices.Clone(old.Types), Fields: slices.Clone(old.Fields)},
		types: map[int64]bool{}, fields: map[int64]bool{}, declared: s.byName}
	for _, t := range s.Types {
		b.bindType(t)
	}
	b.park()
	s.byID = map[int64]*Type{}
	for _, t := range s.Types {
		s.byID[t.ID] = t
		t.byID = map[int64]*Field{}
		for _, f := range allFields(t) {
			t.byID[f.ID] = f
		}
	}
	return b.cat, b.changes
}

type binder struct {
	nextID   func() int64
	cat      Catalogue
	types    map[int64]bool // in use
	fields   map[int64]bool
	declared map[string]*Type
	changes  []Change
}

func (b *binder) change(what string, t *Type, name, from string) {
	b.changes = append(b.changes, Change{What: what, Type: t.Name, Name: name, From: from})
}

func (b *binder) bindType(t *Type) {
	i := slices.IndexFunc(b.cat.Types, func(c CatType) bool { return c.Name == t.Name && !b.types[c.ID] })
	if living := b.declared[t.Was]; i < 0 && t.Was != "" && (living == nil || living.Name != t.Was) {
		i = slices.IndexFunc(b.cat.Types, func(c CatType) bool { return c.Name == t.Was && !b.types[c.ID] })
		if i >= 0 {
			b.change("rename_type", t, "", t.Was)
		}
	}
	if i < 0 {
		table := t.Table
		if !t.Builtin {
			table = b.freeTable("r_" + t.Name)
		}
		b.cat.Types = append(b.cat.Types, CatType{ID: b.nextID(), Name: t.Name, Table: table})
		i = len(b.cat.Types) - 1
		b.change("new_type", t, "", "")
	} else if b.cat.Types[i].Parked {
		b.change("restore_type", t, "", "")
	}
	c := &b.cat.Types[i]
	b.types[c.ID] = true
	c.Name, c.Parked = t.Name, false
	c.Combos = combos(c.Combos, t)
	t.ID, t.Table = c.ID, c.Table
	for _, f := range t.Fields {
		b.bindField(t, f, 0)
		for _, sub := range f.Rows {
			b.bindField(t, sub, f.ID)
		}
	}
}

// combos are the type's unique combinations by their place; columns of places
// no longer used stay empty.
func combos(old []string, t *Type) []string {
	out := make([]string, max(len(old), len(t.Unique)))
	for i, names := range t.Unique {
		out[i] = strings.Join(names, ",")
	}
	return out
}

// besides tells that a field of this name stands beside f: its values are not
// f's, whatever f was.
func (f *Field) besides(name string) bool {
	list := f.Of.Fields
	if f.Parent != nil {
		list = f.Parent.Rows
	}
	return slices.ContainsFunc(list, func(other *Field) bool { return other.Name == name })
}

func (b *binder) bindField(t *Type, f *Field, parent int64) {
	shape := f.shape()
	same := func(name string, exact bool) int {
		return slices.IndexFunc(b.cat.Fields, func(c CatField) bool {
			return c.TypeID == t.ID && c.ParentID == parent && c.Name == name && !b.fields[c.ID] &&
				(!exact || c.Kind == shape && c.Sealed == f.Sealed)
		})
	}
	i := same(f.Name, true)
	if i < 0 && f.Was != "" && same(f.Name, false) < 0 && !f.besides(f.Was) {
		if i = same(f.Was, true); i >= 0 {
			b.change("rename_field", t, f.Name, f.Was)
		}
	}
	if i < 0 {
		what, from := "new_field", ""
		if k := same(f.Name, false); k >= 0 {
			what, from = "retype_field", b.cat.Fields[k].Kind
		}
		b.change(what, t, f.Name, from)
		i = b.newField(t, f, parent, shape)
	} else if b.cat.Fields[i].Parked {
		b.change("restore_field", t, f.Name, "")
	}
	c := &b.cat.Fields[i]
	b.fields[c.ID] = true
	c.Name, c.Parked = f.Name, false
	c.Live = string(f.shadows())
	for _, s := range c.Live {
		if !strings.ContainsRune(c.Shadows, s) {
			c.Shadows += string(s)
		}
	}
	f.ID = c.ID
	if c.Storage == InColumn {
		f.Column = c.Column
	} else {
		f.Table = c.Column
	}
}

// shape is what a field's stored form depends on: when it differs, the old
// column cannot hold the new values.
func (f *Field) shape() string {
	switch f.KindName {
	case "text", "longtext":
		return "text"
	case "decimal", "money", "percent":
		return f.KindName + ":" + strconv.Itoa(f.Decimals())
	case "link", "links":
		return f.KindName + ":" + f.targetName()
	case "date":
		if f.Lunar {
			return "date:lunar"
		}
	}
	return f.KindName
}

// shadows lists the letters of the shadow columns a field needs.
func (f *Field) shadows() []rune {
	var out []rune
	if f.Unique && !f.Sealed {
		out = append(out, 'u')
	}
	if f.Sort == "pinyin" {
		out = append(out, 's')
	}
	if f.Sealed {
		out = append(out, 'b')
	}
	if f.ManyCurrencies() {
		out = append(out, 'c')
	}
	return out
}

func (b *binder) newField(t *Type, f *Field, parent int64, shape string) int {
	c := CatField{ID: b.nextID(), TypeID: t.ID, ParentID: parent, Name: f.Name, Kind: shape,
		Storage: f.Kind.Storage(), Type: f.Kind.Column(f), Sealed: f.Sealed}
	switch c.Storage {
	case InColumn:
		c.Column = f.Name
		if !t.Builtin {
			c.Column = b.freeColumn(t, parent, f.Name)
		}
	case InSide, InRows:
		c.Column = b.freeTable(t.Table + "__" + f.Name)
	}
	b.cat.Fields = append(b.cat.Fields, c)
	return len(b.cat.Fields) - 1
}

// freeColumn is the field's name, or with _2, _3 … behind it when a parked or
// retyped field has the column.
func (b *binder) freeColumn(t *Type, parent int64, name string) string {
	return free(name, func(n string) bool {
		return slices.ContainsFunc(b.cat.Fields, func(c CatField) bool {
			return c.TypeID == t.ID && c.ParentID == parent && c.Storage == InColumn && c.Column == n
		})
	})
}

func (b *binder) freeTable(name string) string {
	return free(name, func(n string) bool {
		return slices.ContainsFunc(b.cat.Types, func(c CatType) bool { return c.Table == n }) ||
			slices.ContainsFunc(b.cat.Fields, func(c CatField) bool { return c.Storage != InColumn && c.Column == n })
	})
}

func free(name string, taken func(string) bool) string {
	for i, n := 2, name; ; i++ {
		if !taken(n) {
			return n
		}
		n = name + "_" + strconv.Itoa(i)
	}
}

// park marks what the schema no longer declares.
func (b *binder) park() {
	for i := range b.cat.Types {
		c := &b.cat.Types[i]
		if !b.types[c.ID] && !c.Parked {
			c.Parked = true
			b.changes = append(b.changes, Change{What: "park_type", Type: c.Name})
		}
	}
	for i := range b.cat.Fields {
		c := &b.cat.Fields[i]
		if !b.fields[c.ID] && !c.Parked {
			c.Parked = true // its shadows stay alive: nothing changes what they are made from
			b.changes = append(b.changes, Change{What: "park_field", Type: b.typeName(c.TypeID), Name: c.Name})
		}
	}
}

func (b *binder) typeName(id int64) string {
	for _, c := range b.cat.Types {
		if c.ID == id {
			return c.Name
		}
	}
	return ""
}
