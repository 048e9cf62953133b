package meta

import (
	"reflect"
	"slices"
	"strings"
)

// extend merges a file with extend: into the type it names. An unknown type
// is an error in a pack and parks the entry in an overlay.
func (l *loader) extend(e *Type) {
	at := l.marks.at(e, "extend", e.Pos)
	t, ok := l.schema.byName[e.Extend]
	switch {
	case !ok && l.src.Overlay:
		l.park(at, "type "+e.Extend)
		return
	case !ok:
		l.problems.add(at, "unknown_extend", map[string]any{"name": e.Extend, "near": nearest(e.Extend, l.typeNames())})
		return
	case t.Builtin:
		l.problems.add(at, "builtin_type", map[string]any{"name": t.Name})
		return
	}
	l.accessLike(e)
	for _, key := range l.given(e) {
		if key == "extend" {
			continue
		}
		l.touch(t.Name, "", key, l.marks.at(e, key, e.Pos))
		switch key {
		case "alias":
			for _, a := range e.Alias {
				l.claim(t, a, l.marks.at(e, "alias", e.Pos))
			}
			t.Alias = append(t.Alias, e.Alias...)
		case "fields":
			t.Fields = l.mergeFields(t, t.Fields, e.Fields)
		case "rules":
			t.Rules = mergeNamed(l, t, "rule", t.Rules, e.Rules, func(r *Rule) (string, bool) { return r.Name, r.Off }, true)
		case "sections":
			t.Sections = mergeNamed(l, t, "section", t.Sections, e.Sections, func(s *Section) (string, bool) { return s.Name, s.Off }, false)
		case "views":
			t.Views = mergeNamed(l, t, "view", t.Views, e.Views, func(v *View) (string, bool) { return v.Name, v.Off }, false)
		case "print":
			t.Print = mergeNamed(l, t, "print form", t.Print, e.Print, func(p *PrintForm) (string, bool) { return p.Name, p.Off }, false)
		case "page":
			l.mergePage(t, e.Page)
		case "access", "access_like": // accessLike has made one of both
			l.mergeAccess(t, e)
		case "unique":
			t.Unique = append(t.Unique, e.Unique...)
		case "match":
			t.Match = append(t.Match, e.Match...)
		case "sheet":
			t.Sheet = mergeNamed(l, t, "type beside it in sheets", t.Sheet, e.Sheet, func(b *Beside) (string, bool) { return b.Of, b.Off }, false)
		default:
			l.mergeKey(t, e, key)
		}
	}
}

// given lists the keys that a declaration sets, in the order of its struct.
func (l *loader) given(p any) []string {
	var out []string
	for _, k := range keysOf(reflect.TypeOf(p).Elem()).names {
		if _, ok := l.marks[p][k]; ok {
			out = append(out, k)
		}
	}
	return out
}

// mergeStruct overrides the properties of dst that src gives.
func (l *loader) mergeStruct(dst, src any) {
	for _, key := range l.given(src) {
		l.mergeKey(dst, src, key)
	}
}

// mergeKey overrides one property. A text is overridden by language; with a
// new zh-Hans and no zh-Hant, the old zh-Hant no longer says the same.
func (l *loader) mergeKey(dst, src any, key string) {
	d, s := reflect.ValueOf(dst).Elem(), reflect.ValueOf(src).Elem()
	i := keysOf(d.Type()).index[key]
	if text, ok := s.Field(i).Interface().(Text); ok {
		old := d.Field(i).Interface().(Text)
		if text.ZhHans != "" && text.ZhHant == "" {
			old.ZhHant = ""
		}
		old.ZhHans = first(text.ZhHans, old.ZhHans)
		old.ZhHant = first(text.ZhHant, old.ZhHant)
		old.En = first(text.En, old.En)
		d.Field(i).Set(reflect.ValueOf(old))
	} else {
		d.Field(i).Set(s.Field(i))
	}
	if pos, ok := l.marks[src][key]; ok {
		l.marks.set(dst, key, pos)
	}
}

func first(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

// mergeFields adds new fields at the end and merges those that are there.
func (l *loader) mergeFields(t *Type, into, from []*Field) []*Field {
	for _, f := range from {
		i := slices.IndexFunc(into, func(x *Field) bool { return x.Name == f.Name })
		_, hasKind := l.marks[f]["kind"]
		switch {
		case i >= 0 && f.Off:
			l.touch(t.Name, "field "+f.Name, "off", f.Pos)
			into = slices.Delete(slices.Clone(into), i, i+1)
		case i >= 0:
			l.mergeField(t, into[i], f)
		case l.src.Overlay && !hasKind:
			l.park(f.Pos, "field "+t.Name+"."+f.Name)
		default:
			l.touch(t.Name, "field "+f.Name, "", f.Pos)
			into = append(slices.Clone(into), f)
		}
	}
	return into
}

// shapeKeys are what another pack may not change about a field: the pack that
// declares it relies on them.
var shapeKeys = []string{"kind", "to", "scale", "sealed", "formula", "rollup", "snapshot", "yearly", "lunar"}

func (l *loader) mergeField(t *Type, dst, src *Field) {
	if _, own := l.marks[src]["kind"]; own && l.src.Overlay {
		l.makeOwn(dst, src)
	}
	for _, key := range l.given(src) {
		at := l.marks.at(src, key, src.Pos)
		l.touch(t.Name, "field "+dst.Name, key, at)
		switch {
		case key == "name":
		case key == "formula" && dst.Formula != "":
			l.mergeKey(dst, src, key) // another way to work the same value out
		case !l.src.Overlay && slices.Contains(shapeKeys, key) && t.Pack != l.pack:
			l.problems.add(at, "extend_kind", map[string]any{"key": key, "field": dst.Name})
		case key == "choices":
			dst.Choices = l.mergeChoices(dst.Choices, src.Choices)
		case key == "synonyms":
			dst.Synonyms = append(slices.Clone(dst.Synonyms), src.Synonyms...)
		case key == "fields":
			dst.Rows = l.mergeFields(t, dst.Rows, src.Rows)
		default:
			l.mergeKey(dst, src, key)
		}
	}
}

// makeOwn takes off a field what does not go with the kind that the company
// declares it with: a pack may have taken a name, in a later version, that the
// company has used for years. What is computed there is typed in here.
func (l *loader) makeOwn(dst, src *Field) {
	v := reflect.ValueOf(dst).Elem()
	for _, key := range l.given(dst) {
		kinds, limited := keyKinds[key]
		misfit := limited && !slices.Contains(kinds, src.KindName) || dst.KindName != src.KindName && (key == "choices" || key == "list" || key == "default")
		if misfit || slices.Contains([]string{"formula", "rollup", "snapshot", "refresh"}, key) {
			v.Field(keysOf(v.Type()).index[key]).SetZero()
			delete(l.marks[dst], key)
		}
	}
}

func (l *loader) mergeChoices(into, from []*Choice) []*Choice {
	into = slices.Clone(into)
	for _, c := range from {
		i := slices.IndexFunc(into, func(x *Choice) bool { return x.Value == c.Value })
		if i < 0 {
			into = append(into, c)
			continue
		}
		copied := *into[i] // a named list is shared between fields
		l.mergeStruct(&copied, c)
		into[i] = &copied
	}
	return into
}

// mergeNamed merges parts by name; unnamed ones are added when they may be.
func mergeNamed[T any](l *loader, t *Type, what string, into, from []*T, key func(*T) (name string, off bool), unnamed bool) []*T {
	for _, x := range from {
		name, off := key(x)
		i := slices.IndexFunc(into, func(y *T) bool { n, _ := key(y); return n == name && name != "" })
		if i >= 0 || !off {
			l.touch(t.Name, what+" "+name, "", t.Pos)
		}
		switch {
		case i >= 0 && off:
			into = slices.Delete(slices.Clone(into), i, i+1)
		case i >= 0:
			l.mergeStruct(into[i], x)
		case l.src.Overlay && off:
			l.park(t.Pos, what+" "+t.Name+"."+name)
		default:
			into = append(slices.Clone(into), x)
		}
	}
	return into
}

// mergePage adds a pack's page parts to the type's; an overlay replaces lists.
func (l *loader) mergePage(t *Type, p *Page) {
	if t.Page == nil {
		t.Page = p
		return
	}
	if p == nil {
		return
	}
	for _, key := range l.given(p) {
		if l.src.Overlay {
			l.mergeKey(t.Page, p, key)
			continue
		}
		switch key {
		case "header":
			t.Page.Header = union(t.Page.Header, p.Header)
		case "marks":
			t.Page.Marks = union(t.Page.Marks, p.Marks)
		case "alerts":
			t.Page.Alerts = union(t.Page.Alerts, p.Alerts)
		case "key":
			t.Page.Key = union(t.Page.Key, p.Key)
		case "card":
			t.Page.Card = union(t.Page.Card, p.Card)
		case "compose":
			t.Page.Compose = union(t.Page.Compose, p.Compose)
		case "side":
			t.Page.Side = append(slices.Clone(t.Page.Side), p.Side...)
		case "tabs":
			t.Page.Tabs = l.mergeTabs(t.Page.Tabs, p.Tabs)
		}
	}
}

// mergeTabs adds tabs, each before the one it names, and blocks to tabs that
// are there.
func (l *loader) mergeTabs(into, from []*Tab) []*Tab {
	into = slices.Clone(into)
	for _, tab := range from {
		i := slices.IndexFunc(into, func(x *Tab) bool { return x.Name == tab.Name })
		if i < 0 {
			at := slices.IndexFunc(into, func(x *Tab) bool { return x.Name == tab.Before && tab.Before != "" })
			if at < 0 {
				at = len(into)
				l.checkBefore(tab, into)
			}
			into = slices.Insert(into, at, tab)
			continue
		}
		old := into[i]
		blocks, side := slices.Concat(old.Blocks, tab.Blocks), slices.Concat(old.Side, tab.Side)
		l.mergeStruct(old, tab)
		old.Blocks, old.Side = blocks, side
	}
	return into
}

// checkBefore reports a tab that names no other. In an overlay it goes to the
// end: the pack it was written for may have changed.
func (l *loader) checkBefore(tab *Tab, known []*Tab) {
	if tab.Before == "" || l.src.Overlay {
		return
	}
	names := make([]string, len(known))
	for i, t := range known {
		names[i] = t.Name
	}
	l.problems.add(l.marks.at(tab, "before", tab.Pos), "unknown_tab", map[string]any{"name": tab.Before, "known": strings.Join(names, " "), "near": nearest(tab.Before, names)})
}

func union(into, from []string) []string {
	into = slices.Clone(into)
	for _, x := range from {
		if !slices.Contains(into, x) {
			into = append(into, x)
		}
	}
	return into
}

// mergeAccess sets what an extension says of a role, verb by verb.
func (l *loader) mergeAccess(t, e *Type) {
	if t.Access == nil {
		t.Access = map[string]*Grant{}
	}
	for role, g := range e.Access {
		old := t.Access[role]
		if old == nil || old.Verbs == nil { // rep: with nothing behind it
			t.Access[role] = g
			continue
		}
		for verb, scope := range g.Verbs {
			old.Verbs[verb] = scope
		}
		for field, level := range g.Fields {
			old.Fields[field] = level
		}
		for key, pos := range l.marks[g] {
			l.marks.set(old, key, pos)
		}
	}
}

func (l *loader) mergeMenu(into, from []*MenuItem) []*MenuItem {
	into = slices.Clone(into)
	for _, m := range from {
		i := slices.IndexFunc(into, func(x *MenuItem) bool { return x.Name == m.Name && m.Name != "" })
		if i < 0 {
			into = append(into, m)
			continue
		}
		items := l.mergeMenu(into[i].Items, m.Items)
		l.mergeStruct(into[i], m)
		into[i].Items = items
	}
	return into
}

// park reports an overlay entry whose target is gone.
func (l *loader) park(at Pos, what string) {
	l.problems.warn(at, "parked", map[string]any{"what": what})
}

// touch lists what the overlay changes.
func (l *loader) touch(typ, part, property string, at Pos) {
	if l.src.Overlay {
		l.schema.Overlay = append(l.schema.Overlay, Touch{Type: typ, Part: part, Property: property, Pos: at})
	}
}

func (l *loader) typeNames() []string {
	var names []string
	for name := range l.schema.byName {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}
