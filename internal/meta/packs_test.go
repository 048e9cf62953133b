package meta_test

import (
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"kedang/internal/meta"
)

// ourPacks loads packs that come with Kedang, which must say nothing.
func ourPacks(t *testing.T, names ...string) *meta.Schema {
	t.Helper()
	root := filepath.Join("..", "..", "packs")
	var sources []meta.Source
	for _, p := range names {
		if _, err := os.Stat(filepath.Join(root, p, "pack.yaml")); err != nil {
			t.Fatal(err)
		}
		sources = append(sources, meta.Source{Name: "packs/" + p, FS: os.DirFS(filepath.Join(root, p))})
	}
	schema, problems := meta.Load(sources...)
	if len(problems) > 0 {
		t.Fatalf("%v:\n%s", names, problems.Error())
	}
	meta.Bind(schema, meta.Catalogue{}, counter())
	return schema
}

// TestOurPacks holds the packs that come with Kedang to the format: each loads
// without a word, together with those it requires.
func TestOurPacks(t *testing.T) {
	for _, packs := range [][]string{{"core"}, {"core", "general"}, {"core", "general", "hotel"}} {
		ourPacks(t, packs...)
	}
}

// TestOurPacksSpeakThreeLanguages finds a label, help or sentence that is there
// in one language and not in another. Values that are their own labels (AAA)
// are the same everywhere.
func TestOurPacksSpeakThreeLanguages(t *testing.T) {
	schema := ourPacks(t, "core", "general", "hotel")
	seen := 0
	check := func(what string, text meta.Text) {
		if seen++; text.ZhHans == "" || text.ZhHant == "" || text.En == "" {
			t.Errorf("%s: zh-Hans %q, zh-Hant %q, en %q", what, text.ZhHans, text.ZhHant, text.En)
		}
	}
	for _, typ := range schema.Types {
		if !typ.Builtin {
			eachText(reflect.ValueOf(typ), typ.Name, check)
		}
	}
	eachText(reflect.ValueOf(schema.Roles), "roles", check)
	eachText(reflect.ValueOf(schema.Menu), "menu", check)
	eachText(reflect.ValueOf(schema.Packs), "packs", check)
	for _, list := range schema.Lists {
		eachText(reflect.ValueOf(list.Choices), "list "+list.Name, check)
	}
	if seen < 1500 {
		t.Errorf("only %d texts were looked at", seen)
	}
}

// eachText calls check for every text of a declaration that must be there or
// is there in some language: all labels, and what is not empty.
func eachText(v reflect.Value, path string, check func(string, meta.Text)) {
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() {
			eachText(v.Elem(), path, check)
		}
	case reflect.Slice:
		for i := range v.Len() {
			eachText(v.Index(i), path, check)
		}
	case reflect.Struct:
		if name := v.FieldByName("Name"); name.IsValid() && name.Kind() == reflect.String {
			path += "." + name.String()
		}
		if c, ok := v.Interface().(meta.Choice); ok {
			if c.Label.ZhHans == c.Value {
				return
			}
			path += "=" + c.Value
		}
		for i := range v.NumField() {
			f := v.Type().Field(i)
			key := f.Tag.Get("yaml")
			if key == "" || key == "-" {
				continue
			}
			if text, ok := v.Field(i).Interface().(meta.Text); ok {
				if !text.Empty() {
					check(path+" "+key, text)
				}
				continue
			}
			eachText(v.Field(i), path, check)
		}
	}
}

// TestOurPacksHaveTheIndexesTheyNeed: no type wants more than twelve and three, and four for homes, what
// rights cut by is among them, and the customer serves what people ask most.
func TestOurPacksHaveTheIndexesTheyNeed(t *testing.T) {
	for _, packs := range [][]string{{"core", "general"}, {"core", "general", "hotel"}} {
		schema := ourPacks(t, packs...)
		for _, typ := range schema.Types {
			var own, homes []string
			for _, x := range typ.Indexes() {
				switch {
				case x.Why == "home":
					homes = append(homes, strings.Join(x.Columns, " "))
				case x.Table == typ.Table:
					own = append(own, strings.Join(x.Columns, " "))
				}
			}
			if len(homes) > 4 {
				t.Errorf("%v: %s has %d indexes for homes", packs, typ.Name, len(homes))
			}
			if len(own) > 15 {
				t.Errorf("%v: %s has %d indexes", packs, typ.Name, len(own))
			}
			need := []string{"root_owner", "root_department", typ.Root}
			if typ.Builtin {
				need = nil
			}
			if typ.Name == "customer" {
				need = []string{"title_sort id", "root_owner title_sort id", "root_department title_sort id", "level title_sort id", "name", "external_no", "parent", "uscc"}
				if packs[len(packs)-1] == "general" {
					need = append(need, "tw_ubn", "receivable id")
				} else {
					need = append(need, "firm", "kind last_stay_on id", "next_arrival_on id")
				}
				if !slices.Contains(homes, "papers_until id") {
					t.Errorf("%v: papers that run out have no index: %q", packs, homes)
				}
			}
			for _, n := range need {
				if !slices.ContainsFunc(own, func(columns string) bool { return strings.HasPrefix(columns+" ", n+" ") || n == "" }) {
					t.Errorf("%v: %s has no index that begins with %s: %q", packs, typ.Name, n, own)
				}
			}
		}
	}
}

// TestAccessLike: a type takes the roles of a list, its own entries stand
// instead of them, and an extension changes neither the list nor another type.
func TestAccessLike(t *testing.T) {
	schema := ourPacks(t, "core", "general", "hotel")
	scope := func(typ, role, verb string) string {
		x, _ := schema.Type(typ)
		if g := x.Access[role]; g != nil {
			return g.Verbs[verb].Name
		}
		return ""
	}
	for _, x := range []struct{ typ, role, verb, want string }{
		{"contact", "rep", "update", "own"},
		{"contact", "accountant", "update", ""},
		{"order", "accountant", "update", "all"},     // the order's own entry
		{"order", "accountant", "archive", ""},       // instead of the list's, not beside it
		{"expense", "shop_assistant", "read", ""},    // taken away
		{"interaction", "front_desk", "read", "all"}, // the hotel's, verb by verb
		{"contact", "front_desk", "read", "department"},
	} {
		if got := scope(x.typ, x.role, x.verb); got != x.want {
			t.Errorf("%s %s %s: %q, want %q", x.typ, x.role, x.verb, got, x.want)
		}
	}
}
