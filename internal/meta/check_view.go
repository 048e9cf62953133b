package meta

import (
	"slices"
	"strings"
)

// blockNames are the general blocks that the web app knows.
var blockNames = []string{"fields", "timeline", "related", "files", "graph", "history", "tasks", "chart", "rhythm", "topics", "dates",
	"ageing", "shares", "list", "count", "recent", "calendar", "links"}

// groupKinds may be grouped by.
var groupKinds = []string{"choice", "bool", "user", "department", "link", "date", "datetime", "rating"}

// markKinds may stand beside the title, by the page's key.
var markKinds = map[string][]string{"marks": {"choice", "choices", "bool", "tags", "rating", "text"}, "alerts": {"text", "tags"}}

// mostSortKeys bounds an order.
const mostSortKeys = 4

func (l *loader) checkViews(t *Type) {
	seen := map[string]bool{}
	defaults := 0
	for _, v := range t.Views {
		at := func(key string) Pos { return l.marks.at(v, key, v.Pos) }
		l.partName(v.Name, "view", seen, at("name"), v.Pos)
		l.label(v.Label, at("label"), v.Pos)
		v.Keys = l.sortKeys(t, v.Sort, at("sort"))
		l.shown(t, v.Columns, at("columns"))
		l.groupable(t, v.Group, at("group"))
		l.groupable(t, v.Kanban, at("kanban"))
		for _, role := range v.Roles {
			if l.schema.roles[role] == nil {
				l.problems.add(at("roles"), "unknown_role", map[string]any{"name": role})
			}
		}
		if v.Default {
			if defaults++; defaults == 2 {
				l.problems.add(at("default"), "two_defaults", nil)
			}
		}
	}
}

// sortKeys reads "-created_at,name".
func (l *loader) sortKeys(t *Type, order string, at Pos) []SortKey {
	if strings.TrimSpace(order) == "" {
		return nil
	}
	keys, bad := ParseOrder(t, order)
	if bad != "" {
		if f, ok := t.byName[bad]; ok && f.Sealed {
			l.problems.add(at, "sealed_use", map[string]any{"name": bad, "use": "sorting"})
		} else {
			l.problems.add(at, "bad_sort", map[string]any{"name": bad, "near": nearest(bad, sortNames(t))})
		}
		return nil
	}
	return keys
}

// ParseOrder reads an order such as "-created_at,name" (also "created_at desc").
// bad is the first name that cannot be sorted by.
func ParseOrder(t *Type, order string) (keys []SortKey, bad string) {
	for i, part := range strings.Split(order, ",") {
		name := strings.TrimSpace(part)
		k := SortKey{}
		if rest, ok := strings.CutPrefix(name, "-"); ok {
			name, k.Desc = strings.TrimSpace(rest), true
		} else if rest, ok := strings.CutSuffix(name, " desc"); ok {
			name, k.Desc = strings.TrimSpace(rest), true
		} else {
			name = strings.TrimSpace(strings.TrimSuffix(name, " asc"))
		}
		f, ok := t.byName[name]
		if !ok || i == mostSortKeys || !sortable(f) {
			return nil, name
		}
		k.Field = f
		keys = append(keys, k)
	}
	return keys, ""
}

func sortNames(t *Type) []string {
	var names []string
	for _, name := range t.fieldNames() {
		if sortable(t.byName[name]) {
			names = append(names, name)
		}
	}
	return names
}

// sortable fields hold one value in one readable column.
func sortable(f *Field) bool {
	if f.Kind == nil || f.Kind.Storage() != InColumn || f.Sealed || f.Parent != nil {
		return false
	}
	return f.KindName != "json" && f.KindName != "geo" && f.KindName != "longtext"
}

// shown checks what a list shows: fields, built-in columns, or a field of
// the record a link points to (customer.level).
func (l *loader) shown(t *Type, names []string, at Pos) {
	seen := map[string]bool{}
	for i, name := range names {
		here := at
		here.Path = index(at.Path, i)
		if strings.Contains(name, "+") {
			l.shown(t, strings.Split(name, "+"), here)
			continue
		}
		head, rest, dotted := strings.Cut(name, ".")
		f, ok := t.byName[head]
		switch {
		case !ok:
			l.problems.add(here, "bad_column", map[string]any{"name": name, "near": nearest(name, t.fieldNames()), "known": joined(t.fieldNames())})
		case dotted && (f.Target == nil || f.Target.byName[rest] == nil):
			l.problems.add(here, "bad_column", map[string]any{"name": name, "known": "a field of the record that " + head + " links to"})
		case seen[name]:
			l.problems.add(here, "duplicate_name", map[string]any{"what": "column", "name": name})
		}
		seen[name] = true
	}
}

func (l *loader) groupable(t *Type, name string, at Pos) {
	if name == "" {
		return
	}
	f, ok := t.byName[name]
	switch {
	case !ok:
		l.unknownField(t, at, name)
	case f.Sealed:
		l.problems.add(at, "sealed_use", map[string]any{"name": name, "use": "grouping"})
	case !slices.Contains(groupKinds, f.KindName):
		l.problems.add(at, "bad_group", map[string]any{"name": name})
	}
}

func (l *loader) checkPage(t *Type) {
	p := t.Page
	if p == nil {
		return
	}
	at := func(key string) Pos { return l.marks.at(p, key, p.Pos) }
	l.shown(t, p.Header, at("header"))
	l.shown(t, p.Alerts, at("alerts"))
	l.shown(t, p.Key, at("key"))
	l.shown(t, p.Card, at("card"))
	l.shown(t, p.Marks, at("marks"))
	for key, names := range map[string][]string{"marks": p.Marks, "alerts": p.Alerts} {
		for _, name := range names {
			if f, ok := t.byName[name]; ok && !slices.Contains(markKinds[key], f.KindName) {
				l.problems.add(at(key), "mark_kind", map[string]any{"name": name})
			}
		}
	}
	for _, name := range p.Compose {
		if l.schema.byName[name] == nil {
			l.problems.add(at("compose"), "unknown_type", map[string]any{"name": name, "near": nearest(name, l.typeNames())})
		}
	}
	seen := map[string]bool{}
	for _, tab := range p.Tabs {
		l.partName(tab.Name, "tab", seen, l.marks.at(tab, "name", tab.Pos), tab.Pos)
		l.label(tab.Label, l.marks.at(tab, "label", tab.Pos), tab.Pos)
		for _, b := range slices.Concat(tab.Blocks, tab.Side) {
			l.checkBlock(t, b)
		}
	}
	for _, b := range p.Side {
		l.checkBlock(t, b)
	}
}

// checkBlock checks one block of a page (t is its type) or of a role's home
// (t is nil, of names the type).
func (l *loader) checkBlock(t *Type, b *Block) {
	at := func(key string) Pos { return l.marks.at(b, key, b.Pos) }
	if !slices.Contains(blockNames, b.Block) {
		code := "unknown_block"
		if slices.Contains(paperOnly, b.Block) {
			code = "paper_only"
		}
		l.problems.add(at("block"), code, map[string]any{"name": b.Block, "near": nearest(b.Block, blockNames), "known": joined(blockNames)})
		return
	}
	l.checkBlockOf(t, b)
}

// checkBlockOf checks what a block of a known name shows.
func (l *loader) checkBlockOf(t *Type, b *Block) {
	at := func(key string) Pos { return l.marks.at(b, key, b.Pos) }
	shown := t
	if b.Of != "" {
		of, ok := l.schema.byName[b.Of]
		if !ok {
			l.problems.add(at("of"), "unknown_type", map[string]any{"name": b.Of, "near": nearest(b.Of, l.typeNames())})
			return
		}
		shown = of
	}
	if b.Block == "related" && t != nil {
		l.relatedBlock(t, shown, b)
	}
	if b.Section != "" && t != nil && !slices.ContainsFunc(t.Sections, func(s *Section) bool { return s.Name == b.Section }) {
		l.problems.add(at("section"), "unknown_section", map[string]any{"name": b.Section})
	}
	if t != nil {
		l.shown(t, nonEmpty(b.Total), at("total"))
		l.shown(t, nonEmpty(b.Against), at("against"))
	}
	if shown == nil {
		return
	}
	l.shown(shown, b.Columns, at("columns"))
	if b.Block == "chart" || b.Block == "ageing" || b.Block == "shares" {
		for _, name := range b.Columns {
			if f, ok := shown.byName[name]; ok && f.ManyCurrencies() {
				l.problems.add(at("columns"), "chart_currencies", map[string]any{"name": name})
			}
		}
	}
	l.sortKeys(shown, b.Sort, at("sort"))
	l.shown(shown, nonEmpty(b.Due), at("due"))
	if name, value, _ := strings.Cut(b.Done, " = "); b.Done != "" {
		f, ok := shown.byName[name]
		if !ok || value == "" || f.KindName == "choice" && f.Choice(value) == nil {
			l.problems.add(at("done"), "block_done", map[string]any{"name": b.Done})
		}
	}
	if b.Block == "topics" {
		if _, ok := shown.byName[b.Group]; b.Group != "" && !ok {
			l.unknownField(shown, at("group"), b.Group)
		}
		return
	}
	l.groupable(shown, b.Group, at("group"))
}

// relatedBlock finds the link of the related type that points here.
func (l *loader) relatedBlock(t, of *Type, b *Block) {
	var vias []string
	for _, back := range t.Links {
		if back.Type == of && back.Field.Parent == nil && !back.Field.System {
			vias = append(vias, back.Field.Name)
		}
	}
	switch {
	case b.Of == "" || len(vias) == 0:
		var known []string
		for _, back := range t.Links {
			if !back.Field.System && !slices.Contains(known, back.Type.Name) {
				known = append(known, back.Type.Name)
			}
		}
		l.problems.add(l.marks.at(b, "of", b.Pos), "unknown_related", map[string]any{"name": b.Of, "known": joined(known)})
	case b.Via == "":
		b.Via = vias[0]
	case !slices.Contains(vias, b.Via):
		l.problems.add(l.marks.at(b, "via", b.Pos), "rollup_bad_via", map[string]any{"field": b.Via, "name": of.Name, "known": joined(vias)})
	}
}

func (l *loader) checkMenu(items []*MenuItem) {
	for _, m := range items {
		at := func(key string) Pos { return l.marks.at(m, key, m.Pos) }
		t := l.schema.byName[m.Type]
		switch {
		case m.Name != "" && !l.goodName(m.Name, at("name")):
		case m.Type == "" && m.Page == "" && len(m.Items) == 0:
			l.problems.add(m.Pos, "menu_empty", nil)
		case m.Type != "" && t == nil:
			l.problems.add(at("type"), "unknown_type", map[string]any{"name": m.Type, "near": nearest(m.Type, l.typeNames())})
		case m.View != "" && t != nil && t.View(m.View) == nil:
			var known []string
			for _, v := range t.Views {
				known = append(known, v.Name)
			}
			l.problems.add(at("view"), "unknown_view", map[string]any{"type": t.Name, "name": m.View, "near": nearest(m.View, known), "known": joined(known)})
		case m.Type == "":
			l.label(m.Label, at("label"), m.Pos)
		}
		l.checkMenu(m.Items)
	}
}

func findMenu(items []*MenuItem, name string) *MenuItem {
	for _, m := range items {
		if m.Name == name {
			return m
		}
		if found := findMenu(m.Items, name); found != nil {
			return found
		}
	}
	return nil
}

func menuNames(items []*MenuItem) []string {
	var names []string
	for _, m := range items {
		names = append(append(names, m.Name), menuNames(m.Items)...)
	}
	return names
}
