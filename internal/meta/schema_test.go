package meta_test

import (
	"bytes"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"kedang/internal/expr"
	"kedang/internal/meta"
)

// golden compares with a file under testdata, or rewrites it.
func golden(t *testing.T, path string, got []byte) {
	t.Helper()
	if *update {
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("%s (-file +now):\n%s", path, diff)
	}
}

func counter() func() int64 {
	n := int64(0)
	return func() int64 { n++; return n }
}

// TestSchema dumps what follows from testdata/good.txt: order of formulas,
// dependents, feeds, indexes, plan.
func TestSchema(t *testing.T) {
	schema := load(t, goodPack(t).sources()...)
	catalogue, changes := meta.Bind(schema, meta.Catalogue{}, counter())
	var out bytes.Buffer
	for _, typ := range schema.Types {
		dumpType(&out, typ)
	}
	fmt.Fprintln(&out, "\nchanges")
	for _, c := range changes {
		fmt.Fprintf(&out, "  %s %s %s %s\n", c.What, c.Type, c.Name, c.From)
	}
	dumpPlan(&out, meta.Plan(meta.Catalogue{}, catalogue))
	golden(t, "testdata/good.golden", out.Bytes())
	if again := meta.Plan(catalogue, catalogue); len(again) != 0 {
		t.Errorf("an unchanged catalogue gives %d steps", len(again))
	}
}

func dumpType(out *bytes.Buffer, typ *meta.Type) {
	fmt.Fprintf(out, "type %s id=%d table=%s pure=%v\n", typ.Name, typ.ID, typ.Table, typ.Pure)
	var order []string
	for _, f := range typ.FormulaOrder {
		order = append(order, path(f))
	}
	fmt.Fprintf(out, "  order %v\n", order)
	for _, d := range typ.Dependents {
		fmt.Fprintf(out, "  dependent %s via %s reads %v formulas %v\n", d.Type.Name, path(d.Via), paths(d.Reads), paths(d.Formulas))
	}
	for _, f := range typ.Feeds {
		fmt.Fprintf(out, "  feed %s via %s reads %v\n", path(f.Rollup), path(f.Via), paths(f.Reads))
	}
	for _, b := range typ.Links {
		if !b.Field.System {
			fmt.Fprintf(out, "  linked by %s\n", path(b.Field))
		}
	}
	for _, x := range typ.Indexes() {
		fmt.Fprintf(out, "  index %s on %s (%s) unique=%v where %q: %s\n", x.Name, x.Table, strings.Join(x.Columns, ", "), x.Unique, x.Where, x.Why)
	}
}

func path(f *meta.Field) string {
	if f.Parent != nil {
		return f.Of.Name + "." + f.Parent.Name + "." + f.Name
	}
	return f.Of.Name + "." + f.Name
}

func paths(fields []*meta.Field) []string {
	var out []string
	for _, f := range fields {
		out = append(out, path(f))
	}
	return out
}

func dumpPlan(out *bytes.Buffer, steps []meta.Step) {
	fmt.Fprintln(out, "\nplan")
	types := [...]string{"int", "text", "blob"}
	for _, s := range steps {
		var columns []string
		for _, c := range s.Columns {
			column := c.Name + " " + types[c.Type]
			if c.Key {
				column += " key"
			}
			if c.NotNull {
				column += " not null"
			}
			columns = append(columns, column)
		}
		fmt.Fprintf(out, "  %s %s (%s)\n", s.Op, s.Table, strings.Join(columns, ", "))
	}
}

func TestTypesAreFoundByAliasAndID(t *testing.T) {
	schema := load(t, goodPack(t).sources()...)
	meta.Bind(schema, meta.Catalogue{}, counter())
	customer, _ := schema.Type("customer")
	client, ok := schema.Type("client")
	if !ok || client != customer || schema.TypeByID(customer.ID) != customer {
		t.Error("alias or id leads elsewhere")
	}
	order, _ := schema.Type("order")
	link, _ := order.Field("customer")
	if link.Target != customer || order.FieldByID(link.ID) != link {
		t.Error("a link to an alias, or a field's id, leads elsewhere")
	}
	owner, ok := order.Field("owner")
	if !ok || !owner.System || owner.Target == nil || owner.Target.Name != "user" {
		t.Errorf("owner is %+v", owner)
	}
	if _, ok := order.Field("search_hash"); ok {
		t.Error("search_hash can be named")
	}
	if schema.Role("rep") == nil || schema.List("industry") == nil || len(schema.Hash) != 64 {
		t.Error("role, list or hash is missing")
	}
}

// reader sees what its levels say, everything else in full.
type reader map[string]meta.Level

func (r reader) Level(t *meta.Type, f *meta.Field) meta.Level {
	if level, ok := r[t.Name+"."+f.Name]; ok {
		return level
	}
	return meta.Write
}

func (r reader) Blind(f *meta.Field, text string) any { return []byte("blind " + text) }

func TestScopesFollowTheReader(t *testing.T) {
	schema := load(t, goodPack(t).sources()...)
	meta.Bind(schema, meta.Catalogue{}, counter())
	order, _ := schema.Type("order")
	customer, _ := schema.Type("customer")
	r := reader{"customer.limit": meta.Hidden, "customer.phones": meta.Masked, "customer.name": meta.Masked}
	for _, x := range []struct {
		typ  *meta.Type
		src  string
		r    meta.Reader
		code string
	}{
		{customer, "limit > 5", nil, ""},
		{customer, "limit > 5", r, "unknown_name"},
		{order, "customer.limit > 5", r, "unknown_name"},
		{order, "customer.owner.department == my_department()", r, ""},
		{customer, "name contains 'x'", r, "field_masked"},
		{customer, "name == 'x'", r, ""},
		{customer, "id_no == '11010519491231002X'", r, ""},
		{customer, "id_no > '1'", nil, "field_masked"},
		{customer, "id_no == nil", nil, ""},
		{order, "customer.id_no != nil", r, ""},
		{customer, "id_no == nil", reader{"customer.id_no": meta.Masked}, "field_masked"},
		{customer, "is_missing(id_no)", reader{"customer.id_no": meta.Hidden}, "unknown_name"},
		{order, "any(lines, .qty > 3)", nil, ""},
		{order, "any(lines, .rate > 3)", nil, "unknown_name"},
		{customer, "has(tags, 'vip')", nil, ""},
		{customer, "title_sort == 'x'", nil, "unknown_name"},
	} {
		_, err := expr.Compile(x.src, x.typ.ScopeFor(x.r), expr.Options{Printable: true})
		got := ""
		if err != nil {
			got = problemCode(err)
		}
		if got != x.code {
			t.Errorf("%s as %v: %q, want %q (%v)", x.src, x.r, got, x.code, err)
		}
	}
}

func TestSealedPrintsItsBlindIndex(t *testing.T) {
	schema := load(t, goodPack(t).sources()...)
	meta.Bind(schema, meta.Catalogue{}, counter())
	customer, _ := schema.Type("customer")
	e, err := expr.Compile("id_no == '1'", customer.ScopeFor(reader{}), expr.Options{Printable: true})
	if err != nil {
		t.Fatal(err)
	}
	sql, args, err := e.SQL("t", expr.SQLite, expr.Args{})
	if err != nil || !strings.Contains(sql, "id_no__b") || len(args) != 1 || string(args[0].([]byte)) != "blind 1" {
		t.Errorf("%s %v %v", sql, args, err)
	}
}

func TestTexts(t *testing.T) {
	text := meta.Text{ZhHans: "客户", En: "Customer"}
	for lang, want := range map[string]string{"zh-Hans": "客户", "zh-Hant": "客户", "en": "Customer", "en-GB": "Customer", "fr": "客户"} {
		if got := text.In(lang); got != want {
			t.Errorf("%s: %s", lang, got)
		}
	}
	if (meta.Text{En: "x"}).In("zh-Hant") != "x" {
		t.Error("no text where there is one")
	}
}

func TestSchemaJSON(t *testing.T) {
	schema := load(t, goodPack(t).sources()...)
	r := reader{"order.id": meta.Hidden, "customer.limit": meta.Hidden, "customer.phones": meta.Masked, "customer.ordered": meta.Read}
	golden(t, "testdata/schema.json", indent(t, schema.SchemaJSON(r, "en")))
	if all := schema.SchemaJSON(nil, "zh-Hant"); !bytes.Contains(all, []byte(`"name":"limit"`)) || !bytes.Contains(all, []byte("飯店")) {
		t.Error("the system does not see everything")
	}
}
