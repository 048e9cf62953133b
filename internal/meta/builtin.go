package meta

import (
	_ "embed"
	"reflect"
	"slices"
)

//go:embed builtin.yaml
var builtinYAML []byte

// builtinColumns lists the columns every record table begins with, in order.
// title_sort and search_hash serve the engine alone: expressions, lists and
// packs do not see them.
var builtinColumns = []string{"id", "number", "title", "title_sort", "rev",
	"created_at", "created_by", "updated_at", "updated_by",
	"owner", "department", "root_owner", "root_department", "archived_at", "search_hash"}

// publishedColumns are the built-in columns of the types user and department.
var publishedColumns = []string{"id", "number", "title", "rev", "created_at", "updated_at", "archived_at"}

// BuiltinColumns lists the columns that every record table begins with, in
// the order of the table.
func BuiltinColumns() []string { return slices.Clone(builtinColumns) }

// builtinFile is the shape of builtin.yaml.
type builtinFile struct {
	Columns []*Field `yaml:"columns"`
	Types   []*Type  `yaml:"types"`
}

// builtins declares the types user and department.
func (l *loader) builtins() {
	b := l.readBuiltins()
	l.columns = b.Columns
	for _, t := range b.Types {
		t.Builtin, t.Pack, t.Table = true, "", "sys_"+t.Name
		l.schema.Types = append(l.schema.Types, t)
		l.schema.byName[t.Name] = t
	}
}

func (l *loader) readBuiltins() *builtinFile {
	n, line, why := parseYAML(builtinYAML)
	if why != "" {
		l.problems.add(Pos{File: "builtin.yaml", Line: line}, "bad_yaml", map[string]any{"why": why})
		return &builtinFile{}
	}
	b := &builtinFile{}
	d := &decoder{file: "builtin.yaml", problems: &l.problems, marks: l.marks}
	d.value(n, reflect.ValueOf(b).Elem(), "")
	return b
}

// systemFields makes a type's built-in columns as fields.
func (l *loader) systemFields(t *Type) []*Field {
	var out []*Field
	for _, column := range l.columns {
		if t.Builtin && !slices.Contains(publishedColumns, column.Name) {
			continue
		}
		f := new(Field)
		*f = *column
		f.System, f.Of, f.Column, f.Slot = true, t, f.Name, len(out)
		f.Kind = KindOf(f.KindName)
		switch f.KindName {
		case "link":
			f.To, f.Target = t.Name, t
		case "user", "department":
			f.To, f.Target = f.KindName, l.schema.byName[f.KindName]
		}
		out = append(out, f)
	}
	return out
}
