package meta_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"testing/fstest"

	"kedang/internal/meta"
)

// TestCatalogueFollowsTheSchema applies one schema after another to a
// catalogue and holds what is said and what is asked of the database.
func TestCatalogueFollowsTheSchema(t *testing.T) {
	base := "type: thing\nlabel: 物\ntitle: name\nfields:\n  - {name: name, kind: text, label: 名}\n"
	price := "  - {name: price, kind: money, label: 价}\n"
	stages := []struct{ name, yaml string }{
		{"first", base + price},
		{"nothing changes", base + price},
		{"renamed field", base + "  - {name: cost, was: price, kind: money, label: 价}\n"},
		{"still renamed", base + "  - {name: cost, was: price, kind: money, label: 价}\n"},
		{"retyped field", base + "  - {name: cost, kind: decimal, label: 价}\n"},
		{"retyped back", base + "  - {name: cost, kind: money, label: 价}\n"},
		{"dropped field", base},
		{"restored, unique, sorted", strings.Replace(base, "{name: name,", "{name: name, sort: pinyin,", 1) + "  - {name: cost, kind: money, unique: true, label: 价}\n"},
		{"no longer unique", base + "  - {name: cost, kind: money, label: 价}\n"},
		{"unique again", base + "  - {name: cost, kind: money, unique: true, label: 价}\n"},
		{"sealed is another column", base + "  - {name: code, kind: text, label: 码}\n  - {name: secret, kind: text, sealed: true, label: 密}\n"},
		{"unsealed", base + "  - {name: secret, kind: text, label: 密}\n"},
		{"many and rows", base + "  - {name: tags, kind: tags, label: 签}\n  - {name: lines, kind: rows, label: 行, fields: [{name: a, kind: text, label: 甲}]}\n"},
		{"one more in rows", base + "  - {name: lines, kind: rows, label: 行, fields: [{name: a, kind: text, label: 甲}, {name: b, kind: link, to: thing, label: 乙}]}\n"},
		{"unique combination", base + price + "unique: [[name, price]]\n"},
		{"another combination", base + price + "unique: [[price, name], [name]]\n"},
		{"renamed type", strings.Replace(base, "type: thing", "type: item\nwas: thing", 1) + price},
		{"another type", strings.Replace(base, "type: thing", "type: thing", 1)},
	}
	var out bytes.Buffer
	catalogue, next := meta.Catalogue{}, counter()
	for _, s := range stages {
		schema := load(t, meta.Source{Name: "stage", FS: onePackOf(s.yaml)})
		after, changes := meta.Bind(schema, catalogue, next)
		fmt.Fprintf(&out, "# %s\n", s.name)
		for _, c := range changes {
			if !strings.HasPrefix(c.What, "new_") || c.Type != "user" && c.Type != "department" {
				fmt.Fprintf(&out, "  %s\n", strings.TrimRight(fmt.Sprint(c.What, " ", c.Type, " ", c.Name, " ", c.From), " "))
			}
		}
		dumpPlan(&out, meta.Plan(catalogue, after))
		for _, typ := range schema.Types {
			for _, f := range typ.Fields {
				if !typ.Builtin {
					fmt.Fprintf(&out, "  %s.%s id=%d %s %s %s\n", typ.Name, f.Name, f.ID, typ.Table, f.Column, f.Table)
				}
			}
		}
		catalogue = after
	}
	golden(t, "testdata/catalogue.golden", out.Bytes())
}

// TestACompanysFieldKeepsItsValues: a pack's field that was called what a
// company has called one of its own since takes nothing of that.
func TestACompanysFieldKeepsItsValues(t *testing.T) {
	base := "type: thing\nlabel: 物\ntitle: name\nfields:\n  - {name: name, kind: text, label: 名}\n"
	overlay := func() meta.Source {
		return meta.Source{Name: "overlay", Overlay: true, FS: fstest.MapFS{"types/thing.yaml": {Data: []byte("extend: thing\nfields:\n  - {name: price, kind: money, label: 价}\n")}}}
	}
	next := counter()
	before := load(t, meta.Source{Name: "stage", FS: onePackOf(base)}, overlay())
	catalogue, _ := meta.Bind(before, meta.Catalogue{}, next)
	after := load(t, meta.Source{Name: "stage", FS: onePackOf(base + "  - {name: cost, was: price, kind: money, label: 价}\n")}, overlay())
	meta.Bind(after, catalogue, next)
	was, _ := before.Type("thing")
	is, _ := after.Type("thing")
	if a, b := field(t, was, "price"), field(t, is, "price"); a.ID != b.ID || a.Column != b.Column {
		t.Errorf("price was %d %s, is %d %s", a.ID, a.Column, b.ID, b.Column)
	}
}

func field(t *testing.T, typ *meta.Type, name string) *meta.Field {
	t.Helper()
	f, ok := typ.Field(name)
	if !ok {
		t.Fatalf("%s has no %s", typ.Name, name)
	}
	return f
}

func TestIndexNamesFitAndDiffer(t *testing.T) {
	long := "type: " + strings.Repeat("a", 41) + "\nlabel: 物\ntitle: name\nfields:\n  - {name: name, kind: text, label: 名}\n"
	for i := range 20 {
		long += fmt.Sprintf("  - {name: %s_%d, kind: link, to: user, label: 链}\n", strings.Repeat("b", 38), i)
	}
	schema := load(t, meta.Source{Name: "long", FS: onePackOf(long)})
	meta.Bind(schema, meta.Catalogue{}, counter())
	typ := schema.Types[len(schema.Types)-1]
	seen := map[string]bool{}
	for _, x := range typ.Indexes() {
		if len(x.Name) > 63 || seen[x.Name] {
			t.Errorf("index name %s (%d bytes)", x.Name, len(x.Name))
		}
		seen[x.Name] = true
	}
	if len(seen) != 12 {
		t.Errorf("%d indexes, want the most allowed", len(seen))
	}
}
