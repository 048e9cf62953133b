package meta

import (
	"reflect"

	"kedang/internal/han"
)

// settle resolves what declarations say by name: kinds, targets, lists,
// built-in columns, backlinks; and derives traditional labels. What cannot be
// resolved is a problem and gets a stand-in, so that the checks that follow
// can go on and report everything at once.
func (l *loader) settle() {
	for _, list := range l.schema.Lists {
		ownLabels(list.Choices)
	}
	for _, t := range l.schema.Types {
		t.system = l.systemFields(t)
		t.byName = map[string]*Field{}
		for _, f := range t.system {
			t.byName[f.Name] = f
		}
		l.settleFields(t, nil, t.Fields)
		for _, f := range t.Fields {
			if _, taken := t.byName[f.Name]; !taken {
				t.byName[f.Name] = f
			}
		}
	}
	for _, t := range l.schema.Types {
		l.backlinks(t, t.Fields)
		for _, f := range t.system {
			if f.Target != nil && f.Name != "id" && f.Name != "root_owner" && f.Name != "root_department" {
				f.Target.Links = append(f.Target.Links, &Backlink{Type: t, Field: f})
			}
		}
	}
	derive(reflect.ValueOf(l.schema.Types))
	derive(reflect.ValueOf(l.schema.Roles))
	derive(reflect.ValueOf(l.schema.Menu))
	derive(reflect.ValueOf(l.schema.Packs))
	for _, list := range l.schema.Lists {
		derive(reflect.ValueOf(list.Choices))
	}
	for _, t := range l.schema.Types {
		derive(reflect.ValueOf(t.system))
		for _, f := range allFields(t) {
			if len(f.Choices) > 0 {
				f.foldChoices()
			}
		}
	}
}

// allFields lists a type's fields with those of child rows behind their parent.
func allFields(t *Type) []*Field {
	var out []*Field
	for _, f := range t.Fields {
		out = append(append(out, f), f.Rows...)
	}
	return out
}

func (l *loader) settleFields(t *Type, parent *Field, fields []*Field) {
	for i, f := range fields {
		f.Of, f.Parent, f.Slot = t, parent, i
		if t.Builtin {
			f.Column = f.Name
		}
		f.Kind = KindOf(f.KindName)
		if f.Kind == nil {
			l.unknownKind(f)
			f.Kind = kindText{}
		}
		switch f.KindName {
		case "user", "department":
			f.To = f.KindName
		}
		if f.To != "" {
			f.Target = l.schema.byName[f.To]
		}
		if f.List != "" {
			l.namedList(f)
		}
		ownLabels(f.Choices)
		if f.Kind.Column(f) == IntColumn && f.Kind.Storage() == InColumn {
			f.low, f.high = bound(f, f.Min), bound(f, f.Max)
		}
		l.settleFields(t, f, f.Rows)
	}
}

// ownLabels lets "A", "2 星", "普通" be their own labels.
func ownLabels(choices []*Choice) {
	for _, c := range choices {
		if c.Label.Empty() && !isName(c.Value) {
			c.Label.ZhHans = c.Value
		}
	}
}

func (l *loader) unknownKind(f *Field) {
	if f.KindName == "" {
		l.problems.add(f.Pos, "kind_missing", map[string]any{"known": joined(kindNames())})
		return
	}
	l.problems.add(l.marks.at(f, "kind", f.Pos), "unknown_kind",
		map[string]any{"name": f.KindName, "near": nearest(f.KindName, kindNames()), "known": joined(kindNames())})
}

func (l *loader) namedList(f *Field) {
	list := l.schema.lists[f.List]
	if list == nil {
		var known []string
		for _, x := range l.schema.Lists {
			known = append(known, x.Name)
		}
		l.problems.add(l.marks.at(f, "list", f.Pos), "unknown_list", map[string]any{"name": f.List, "near": nearest(f.List, known)})
		return
	}
	if len(f.Choices) > 0 {
		l.problems.add(l.marks.at(f, "choices", f.Pos), "choices_twice", nil)
		return
	}
	f.Choices = list.Choices
}

// backlinks tells targets which links point at them.
func (l *loader) backlinks(t *Type, fields []*Field) {
	for _, f := range fields {
		if f.Target != nil {
			f.Target.Links = append(f.Target.Links, &Backlink{Type: t, Field: f})
		}
		l.backlinks(t, f.Rows)
	}
}

// derive fills in traditional Chinese where only simplified is given, through
// everything a declaration holds.
func derive(v reflect.Value) {
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() {
			derive(v.Elem())
		}
	case reflect.Slice:
		for i := range v.Len() {
			derive(v.Index(i))
		}
	case reflect.Struct:
		if v.Type() == textType {
			t := v.Addr().Interface().(*Text)
			if t.ZhHant == "" && t.ZhHans != "" {
				t.ZhHant = han.ToTraditional(t.ZhHans)
			}
			return
		}
		for _, i := range keysOf(v.Type()).index {
			derive(v.Field(i))
		}
	}
}
