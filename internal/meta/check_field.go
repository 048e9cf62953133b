package meta

import (
	"reflect"
	"slices"
	"strings"
	"unicode"
)

// keyKinds says on which kinds a key means something; keys not here are for all.
var keyKinds = map[string][]string{
	"to":         {"link", "links"},
	"inverse":    {"link", "links", "user", "department"},
	"on_archive": {"link"},
	"scale":      {"decimal", "money", "percent"},
	"min":        {"integer", "decimal", "money", "percent", "date", "datetime"},
	"max":        {"integer", "decimal", "money", "percent", "date", "datetime", "rating"},
	"min_len":    {"text", "longtext", "number", "identity"},
	"max_len":    {"text", "longtext", "number", "identity", "address"},
	"choices":    {"choice", "choices"},
	"list":       {"choice", "choices"},
	"fields":     {"rows"},
	"forms":      {"identity", "phone", "phones"},
	"check":      {"identity", "phone", "phones"},
	"sort":       {"text"},
	"search":     {"text", "longtext", "number", "identity", "url", "address", "choice", "choices", "tags", "social", "phone", "phones", "emails"},
	"yearly":     {"date"},
	"lunar":      {"date"},
	"due":        {"date", "datetime"},
	"forever":    {"date"},
	"rest":       {"longtext"},
	"reduction":  {"percent"},
	"color":      {"bool"},
	"currencies": {"money"},
	"unit":       {"integer", "decimal", "money"},
	"sealed":     {"text", "longtext", "identity", "number", "phone", "url", "address"},
	"unique":     {"text", "number", "identity", "phone", "url", "integer", "decimal", "money", "date", "datetime", "choice", "link", "user", "department"},
	"index":      {"text", "number", "identity", "phone", "url", "address", "integer", "decimal", "money", "percent", "rating", "bool", "date", "datetime", "choice", "link", "user", "department", "choices", "tags", "links"},
	"formula":    computable,
	"refresh":    computable,
	"rollup":     computable,
	"snapshot":   computable,
	"default":    computable,
}

// computable kinds hold one value in one column that an expression can give.
var computable = []string{"text", "longtext", "number", "url", "phone", "integer", "decimal", "money", "percent", "rating", "bool", "date", "datetime", "choice", "link", "user", "department", "identity", "address"}

// keyValues are the closed value lists of text keys.
var keyValues = map[string][]string{
	"personal":   {"personal", "sensitive"},
	"mask":       {"phone", "id", "name", "email", "all"},
	"on_archive": {"keep", "archive"},
	"check":      {"warn", "refuse"},
	"search":     {"title", "key", "body", "none"},
	"sort":       {"pinyin"},
	"currencies": {"one", "many"},
	"refresh":    {"daily"},
	"color":      {"grey", "blue", "green", "orange", "red", "purple", "teal", "yellow"},
}

// rowKinds may stand in child rows.
var rowKinds = []string{"text", "longtext", "number", "url", "phone", "identity", "address", "geo", "json", "integer", "decimal", "money", "percent", "rating", "bool", "date", "datetime", "choice", "link", "user", "department"}

// rowKeys mean nothing inside child rows.
var rowKeys = []string{"unique", "sealed", "section", "sort", "index", "rollup", "inverse", "on_archive"}

func (l *loader) checkFields(t *Type) {
	seen := map[string]bool{}
	for _, f := range t.Fields {
		l.fieldName(t, f, seen)
		l.checkField(f)
		if other, ok := t.byName[f.Forever]; f.Forever != "" && (!ok || other.KindName != "bool") {
			l.problems.add(l.marks.at(f, "forever", f.Pos), "forever_field", map[string]any{"name": f.Forever})
		}
		if f.Section != "" && !slices.ContainsFunc(t.Sections, func(s *Section) bool { return s.Name == f.Section }) {
			var known []string
			for _, s := range t.Sections {
				known = append(known, s.Name)
			}
			l.problems.add(l.marks.at(f, "section", f.Pos), "unknown_section", map[string]any{"name": f.Section, "near": nearest(f.Section, known)})
		}
	}
}

func (l *loader) fieldName(t *Type, f *Field, seen map[string]bool) {
	at := l.marks.at(f, "name", f.Pos)
	switch {
	case f.Name == "":
		l.problems.add(f.Pos, "name_missing", nil)
		return
	case !l.goodName(f.Name, at):
		return
	case slices.Contains(builtinColumns, f.Name) && f.Parent == nil:
		l.problems.add(at, "builtin_field", map[string]any{"name": f.Name})
	case reservedFields[f.Name] || strings.Contains(f.Name, "__") || (f.Parent != nil && f.Name == "id"):
		l.problems.add(at, "reserved_name", map[string]any{"name": f.Name})
	case seen[f.Name]:
		l.problems.add(at, "duplicate_name", map[string]any{"what": "field", "name": f.Name})
	}
	seen[f.Name] = true
}

func (l *loader) checkField(f *Field) {
	at := func(key string) Pos { return l.marks.at(f, key, f.Pos) }
	l.label(f.Label, at("label"), f.Pos)
	given := l.given(f)
	for _, key := range given {
		if kinds, limited := keyKinds[key]; limited && f.KindName != "" && KindOf(f.KindName) != nil && !slices.Contains(kinds, f.KindName) {
			code := map[string]string{"sealed": "sealed_kind", "unique": "unique_kind", "formula": "computed_kind", "rollup": "computed_kind"}[key]
			if code == "" {
				code = "key_not_for_kind"
			}
			l.problems.add(at(key), code, map[string]any{"key": key, "kind": f.KindName})
		}
		if allowed, closed := keyValues[key]; closed {
			value := f.textOfKey(key)
			if value != "" && !slices.Contains(allowed, value) {
				l.problems.add(at(key), "bad_value", map[string]any{"key": key, "value": value, "near": nearest(value, allowed), "known": joined(allowed)})
			}
		}
	}
	for _, p := range f.Kind.CheckField(f) {
		key, _, _ := strings.Cut(p.Path, "[")
		where := at(key)
		where.Path += p.Path[len(key):]
		l.problems.add(where, p.Code, p.Params)
	}
	l.checkLengths(f)
	l.checkTarget(f)
	l.checkComputed(f, given)
	l.checkSealed(f, given)
	if f.KindName == "choice" || f.KindName == "choices" {
		if len(f.Choices) == 0 && f.List == "" {
			l.problems.add(f.Pos, "choices_missing", map[string]any{"kind": f.KindName})
		}
		if f.List == "" {
			l.checkChoices(f.Choices, at("choices"))
		}
	}
	l.checkRows(f, given)
}

// textOfKey reads a text property by its key.
func (f *Field) textOfKey(key string) string {
	v := reflect.ValueOf(f).Elem()
	s, _ := v.Field(keysOf(v.Type()).index[key]).Interface().(string)
	return s
}

func (l *loader) checkLengths(f *Field) {
	const most = 100_000
	if f.MaxLen < 0 || f.MaxLen > most {
		l.problems.add(l.marks.at(f, "max_len", f.Pos), "bad_max_len", map[string]any{"max": most})
	}
	if f.MinLen < 0 || f.MinLen > most || (f.MaxLen > 0 && f.MinLen > f.MaxLen) {
		l.problems.add(l.marks.at(f, "min_len", f.Pos), "bad_max_len", map[string]any{"max": most})
	}
}

func (l *loader) checkTarget(f *Field) {
	if f.KindName != "link" && f.KindName != "links" {
		return
	}
	switch {
	case f.To == "":
		l.problems.add(f.Pos, "kind_needs_to", map[string]any{"kind": f.KindName})
	case f.Target == nil:
		l.problems.add(l.marks.at(f, "to", f.Pos), "unknown_target", map[string]any{"name": f.To, "near": nearest(f.To, l.typeNames())})
	}
}

// checkComputed refuses what cannot go together with being computed.
func (l *loader) checkComputed(f *Field, given []string) {
	ways := 0
	for _, key := range [...]string{"formula", "rollup", "snapshot", "default"} {
		if slices.Contains(given, key) {
			ways++
		}
	}
	if ways > 1 {
		l.problems.add(f.Pos, "computed_twice", nil)
	}
	if f.Refresh != "" && f.Formula == "" {
		l.problems.add(l.marks.at(f, "refresh", f.Pos), "refresh_no_formula", nil)
	}
	if !f.Computed() {
		return
	}
	for _, key := range [...]string{"required", "readonly", "sealed", "unique"} {
		if slices.Contains(given, key) {
			l.problems.add(l.marks.at(f, key, f.Pos), "computed_key", map[string]any{"key": key})
		}
	}
}

func (l *loader) checkSealed(f *Field, given []string) {
	if !f.Sealed {
		return
	}
	for _, key := range [...]string{"sort", "index", "min", "max", "snapshot", "search"} {
		if slices.Contains(given, key) {
			l.problems.add(l.marks.at(f, key, f.Pos), "sealed_key", map[string]any{"key": key})
		}
	}
}

// mostChoices bounds a closed list; longer ones are records.
const mostChoices = 500

func (l *loader) checkChoices(choices []*Choice, at Pos) {
	if len(choices) > mostChoices {
		l.problems.add(at, "too_many_choices", map[string]any{"n": len(choices), "max": mostChoices})
	}
	seen := map[string]bool{}
	for _, c := range choices {
		value := l.marks.at(c, "value", c.Pos)
		switch {
		case c.Value == "":
			l.problems.add(c.Pos, "choice_value_missing", nil)
		case len([]rune(c.Value)) > 60 || strings.TrimSpace(c.Value) != c.Value || strings.ContainsFunc(c.Value, unicode.IsControl):
			l.problems.add(value, "bad_choice_value", map[string]any{"value": c.Value})
		case seen[c.Value]:
			l.problems.add(value, "duplicate_choice", map[string]any{"value": c.Value})
		}
		seen[c.Value] = true
		l.label(c.Label, l.marks.at(c, "label", c.Pos), c.Pos)
	}
}

func (l *loader) checkRows(f *Field, given []string) {
	if f.KindName != "rows" {
		return
	}
	if len(f.Rows) == 0 {
		l.problems.add(f.Pos, "rows_missing", nil)
	}
	if f.Parent != nil {
		return // reported as rows_kind
	}
	seen := map[string]bool{}
	for _, sub := range f.Rows {
		l.fieldName(f.Of, sub, seen)
		if KindOf(sub.KindName) != nil && !slices.Contains(rowKinds, sub.KindName) {
			l.problems.add(l.marks.at(sub, "kind", sub.Pos), "rows_kind", map[string]any{"kind": sub.KindName})
			continue
		}
		for _, key := range rowKeys {
			if key == "sealed" && slices.Contains(l.given(sub), key) {
				l.problems.add(l.marks.at(sub, key, sub.Pos), "rows_sealed", nil)
			} else if slices.Contains(l.given(sub), key) {
				l.problems.add(l.marks.at(sub, key, sub.Pos), "rows_key", map[string]any{"key": key})
			}
		}
		l.checkField(sub)
	}
}
