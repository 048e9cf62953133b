package meta

import (
	"slices"
	"strings"
)

// check looks at every declaration by itself and at what it names. Expressions
// come later (compile), when all names hold.
func (l *loader) check() {
	for _, t := range l.schema.Types {
		if !t.Builtin {
			l.checkType(t)
			continue
		}
		t.TitleParts, _ = t.template(t.Title, true)
	}
	l.checkRoots()
	l.checkWas()
	for _, list := range l.schema.Lists {
		l.checkChoices(list.Choices, list.Pos)
	}
	for _, r := range l.schema.Roles {
		l.label(r.Label, l.marks.at(r, "label", r.Pos), r.Pos)
		for _, b := range r.Home {
			l.checkBlock(nil, b)
		}
	}
	l.checkMenu(l.schema.Menu)
	for _, r := range l.schema.Roles {
		for _, name := range r.Menu {
			if findMenu(l.schema.Menu, name) == nil {
				l.problems.add(l.marks.at(r, "menu", r.Pos), "unknown_field", map[string]any{"name": name, "known": joined(menuNames(l.schema.Menu))})
			}
		}
	}
}

// joined lists names for a sentence.
func joined(names []string) string {
	if len(names) == 0 {
		return "none"
	}
	return strings.Join(names, " ")
}

// fieldNames lists what a type's declarations may name.
func (t *Type) fieldNames() []string {
	var names []string
	for _, f := range t.Fields {
		names = append(names, f.Name)
	}
	for _, f := range t.system {
		names = append(names, f.Name)
	}
	return names
}

// mostFields bounds a type: SQLite and PostgreSQL hold 1,600 columns at most,
// shadow columns included, and nobody fills in so many.
const mostFields = 400

func (l *loader) checkType(t *Type) {
	at := func(key string) Pos { return l.marks.at(t, key, t.Pos) }
	l.label(t.Label, at("label"), t.Pos)
	if t.Icon != "" && !isIcon(t.Icon) {
		l.problems.add(at("icon"), "unknown_icon_shape", map[string]any{"name": t.Icon})
	}
	if len(t.Fields) == 0 {
		l.problems.add(t.Pos, "no_fields", nil)
	}
	if n := len(t.Fields); n > mostFields {
		l.problems.add(at("fields"), "too_many_fields", map[string]any{"n": n, "max": mostFields})
	}
	l.checkFields(t)
	l.checkTitle(t)
	l.checkRoot(t)
	l.checkMark(t)
	if t.Number != "" {
		var why string
		if t.Pattern, why = ParsePattern(t.Number); why != "" {
			l.problems.add(at("number"), "bad_number", map[string]any{"pattern": t.Number, "why": why})
		}
	}
	if t.TitleHow != "" && t.TitleHow != "public" {
		l.problems.add(at("title_is"), "title_policy", nil)
	}
	if t.Search != "" && t.Search != "first" {
		l.problems.add(at("search"), "search_order", nil)
	}
	l.checkUnique(t)
	l.checkSections(t)
	l.checkRules(t)
	l.checkViews(t)
	l.checkPage(t)
	l.checkPrint(t)
	l.checkAccess(t)
	l.checkMatch(t)
	l.checkSheet(t)
}

func isIcon(s string) bool {
	return len(s) < 60 && strings.Trim(s, "abcdefghijklmnopqrstuvwxyz0123456789-") == ""
}

// label asks for a text that people see: at least simplified Chinese, from
// which traditional is derived.
func (l *loader) label(t Text, at, whole Pos) {
	switch {
	case t.Empty():
		l.problems.add(whole, "label_missing", nil)
	case t.ZhHans == "":
		l.problems.add(at, "label_no_chinese", nil)
	}
}

func (l *loader) unknownField(t *Type, at Pos, name string) {
	l.problems.add(at, "unknown_field", map[string]any{"name": name, "near": nearest(name, t.fieldNames()), "known": joined(t.fieldNames())})
}

func (l *loader) checkTitle(t *Type) {
	at := l.marks.at(t, "title", t.Pos)
	if t.Title == "" {
		l.problems.add(t.Pos, "title_missing", nil)
		return
	}
	parts, unknown := t.template(t.Title, true)
	if unknown != "" {
		l.problems.add(at, "unknown_title", map[string]any{"name": unknown, "near": nearest(unknown, t.fieldNames()), "known": joined(t.fieldNames())})
		return
	}
	for _, p := range parts {
		switch {
		case p.Field == nil:
		case p.Field.Name == "title":
			l.problems.add(at, "unknown_title", map[string]any{"name": "title", "known": joined(t.fieldNames())})
		case p.Field.Kind.Storage() != InColumn:
			l.problems.add(at, "title_many", map[string]any{"name": p.Field.Name})
		case p.Field.Sealed:
			l.problems.add(at, "personal_sealed_title", map[string]any{"name": p.Field.Name})
		}
	}
	t.TitleParts = parts
}

func (l *loader) checkRoot(t *Type) {
	if t.Root == "" {
		return
	}
	at := l.marks.at(t, "root", t.Pos)
	f, ok := t.byName[t.Root]
	if !ok {
		l.unknownField(t, at, t.Root)
		return
	}
	if f.KindName != "link" || f.System || (f.Target != nil && f.Target.Builtin) {
		l.problems.add(at, "root_not_link", map[string]any{"name": t.Root})
	}
}

// checkRoots refuses types that follow each other round: nobody would own them.
func (l *loader) checkRoots() {
	for _, t := range l.schema.Types {
		path := []string{t.Name}
		for x := rootType(t); x != nil; x = rootType(x) {
			path = append(path, x.Name)
			if x == t {
				l.problems.add(l.marks.at(t, "root", t.Pos), "root_cycle", map[string]any{"path": strings.Join(path, " > ")})
				break
			}
			if len(path) > len(l.schema.Types) {
				break // a circle this type leads into, reported at its members
			}
		}
	}
}

func rootType(t *Type) *Type {
	if f, ok := t.byName[t.Root]; ok {
		return f.Target
	}
	return nil
}

func (l *loader) checkMark(t *Type) {
	m := t.Mark
	if m == nil {
		return
	}
	at := func(key string) Pos { return l.marks.at(m, key, m.Pos) }
	var ok bool
	if m.OnField, ok = t.byName[m.On]; !ok || m.OnField.KindName != "link" || m.OnField.System {
		l.problems.add(at("on"), "timeline_on", map[string]any{"name": m.On, "near": nearest(m.On, linkNames(t))})
	}
	if m.AtField, ok = t.byName[m.At]; !ok || (m.AtField.KindName != "date" && m.AtField.KindName != "datetime") || m.AtField.Lunar {
		l.problems.add(at("at"), "timeline_at", map[string]any{"name": m.At})
	}
	parts, unknown := t.template(m.Says, false)
	if unknown != "" || m.Says == "" {
		l.problems.add(at("says"), "timeline_says", map[string]any{"name": unknown, "near": nearest(unknown, t.fieldNames()), "known": joined(t.fieldNames())})
	}
	m.Parts = parts
	l.checkEntry(t, m)
}

// entryKinds are the kinds that the parts of an entry on a timeline take.
var entryKinds = map[string][]string{"head": {"choice"}, "text": {"text", "longtext"}, "amount": {"money"}, "state": {"choice", "choices", "bool", "rating"}}

// checkEntry checks what a timeline's entry shows beside its line.
func (l *loader) checkEntry(t *Type, m *Mark) {
	for key, names := range map[string][]string{"head": nonEmpty(m.Head), "facts": m.Facts, "text": m.Text, "amount": nonEmpty(m.Amount), "state": m.State, "chips": m.Chips} {
		at := l.marks.at(m, key, m.Pos)
		for _, name := range names {
			f, ok := t.byName[name]
			kinds := entryKinds[key]
			switch {
			case !ok:
				l.unknownField(t, at, name)
			case f.KindName == "rows" || f.KindName == "files" || (len(kinds) > 0 && !slices.Contains(kinds, f.KindName)):
				l.problems.add(at, "timeline_part", map[string]any{"name": name, "part": key})
			}
		}
	}
}

func nonEmpty(name string) []string {
	if name == "" {
		return nil
	}
	return []string{name}
}

func linkNames(t *Type) []string {
	var names []string
	for _, f := range t.Fields {
		if f.KindName == "link" {
			names = append(names, f.Name)
		}
	}
	return names
}

func (l *loader) checkUnique(t *Type) {
	for i, names := range t.Unique {
		at := l.marks.at(t, "unique", t.Pos)
		at.Path = index(at.Path, i)
		for _, name := range names {
			f, ok := t.byName[name]
			switch {
			case !ok:
				l.unknownField(t, at, name)
			case f.Kind.Storage() != InColumn:
				l.problems.add(at, "unique_rows", map[string]any{"name": name})
			case f.Sealed:
				l.problems.add(at, "sealed_use", map[string]any{"name": name, "use": "a unique combination"})
			}
		}
		if len(names) == 0 {
			l.problems.add(at, "empty_item", nil)
		}
	}
}

func (l *loader) checkSections(t *Type) {
	seen := map[string]bool{}
	for _, s := range t.Sections {
		l.partName(s.Name, "section", seen, l.marks.at(s, "name", s.Pos), s.Pos)
		l.label(s.Label, l.marks.at(s, "label", s.Pos), s.Pos)
	}
}

// partName checks the name of a section, view, tab …, unique within its list.
func (l *loader) partName(name, what string, seen map[string]bool, at, whole Pos) {
	switch {
	case name == "":
		l.problems.add(whole, "name_missing", nil)
	case !l.goodName(name, at):
	case seen[name]:
		l.problems.add(at, "duplicate_name", map[string]any{"what": what, "name": name})
	}
	seen[name] = true
}

func (l *loader) checkRules(t *Type) {
	seen := map[string]bool{}
	for _, r := range t.Rules {
		at := func(key string) Pos { return l.marks.at(r, key, r.Pos) }
		if r.Name != "" {
			l.partName(r.Name, "rule", seen, at("name"), r.Pos)
		}
		switch {
		case r.When == "":
			l.problems.add(r.Pos, "rule_no_when", nil)
		case r.Refuse == "" && r.Warn == "":
			l.problems.add(r.Pos, "rule_no_code", nil)
		case r.Refuse != "" && r.Warn != "":
			l.problems.add(at("warn"), "rule_two_codes", nil)
		case !isName(r.Refuse + r.Warn):
			l.problems.add(at("refuse"), "unknown_code_shape", map[string]any{"name": r.Refuse + r.Warn})
		}
		if r.Says.Empty() && r.When != "" {
			l.problems.add(r.Pos, "rule_no_says", nil)
		}
		if r.At != "" {
			if _, ok := t.byName[r.At]; !ok {
				l.unknownField(t, at("at"), r.At)
			}
		}
	}
}

func (l *loader) checkMatch(t *Type) {
	for _, m := range t.Match {
		if len(m.Fields) == 0 || m.Code == "" {
			l.problems.add(m.Pos, "match_no_fields", nil)
			continue
		}
		if !isName(m.Code) {
			l.problems.add(l.marks.at(m, "code", m.Pos), "unknown_code_shape", map[string]any{"name": m.Code})
		}
		for _, name := range m.Fields {
			if _, ok := t.byName[name]; !ok {
				l.unknownField(t, l.marks.at(m, "fields", m.Pos), name)
			}
		}
	}
}

func (l *loader) checkAccess(t *Type) {
	for _, role := range sortedKeys(t.Access) {
		g := t.Access[role]
		if role != "*" && l.schema.roles[role] == nil {
			var known []string
			for _, r := range l.schema.Roles {
				known = append(known, r.Name)
			}
			l.problems.add(g.Pos, "unknown_role", map[string]any{"name": role, "near": nearest(role, known)})
		}
		for _, name := range sortedKeys(g.Fields) {
			if _, ok := t.byName[name]; !ok {
				l.unknownField(t, l.marks.at(g, "fields."+name, g.Pos), name)
			}
		}
	}
}

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}
