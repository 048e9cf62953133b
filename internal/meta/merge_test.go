package meta_test

import (
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"kedang/internal/meta"
)

func source(name string, overlay bool, files map[string]string) meta.Source {
	fsys := fstest.MapFS{}
	if !overlay {
		fsys["pack.yaml"] = &fstest.MapFile{Data: []byte("{name: " + name + ", label: 包, version: 1.0.0}")}
	}
	for path, text := range files {
		fsys[path] = &fstest.MapFile{Data: []byte(text)}
	}
	return meta.Source{Name: name, FS: fsys, Overlay: overlay}
}

var hotel = map[string]string{
	"types/guest.yaml": `
extend: client
alias: [guest]
label: {zh-Hans: 客人, en: Guest}
sections: [{name: habits, label: 习惯}]
fields:
  - {name: vip, kind: choice, choices: [普通, 金卡], label: 级别, section: habits}
  - {name: name, synonyms: [住客], help: 按证件写, max_len: 60}
  - {name: kind, choices: [{value: person, label: 散客}, {value: agency, label: 旅行社}]}
  - {name: tags, off: true}
rules:
  - {name: id_needed, off: true}
  - {name: no_vip_firm, when: "kind == 'firm' and vip == '金卡'", warn: no_vip_firm, at: vip, says: 单位不评级}
views: [{name: mine, label: 我的客人, columns: [name, vip]}]
page: {header: [vip], tabs: [{name: overview, label: 概览, blocks: [{block: rhythm}]}]}
access:
  rep: {update: none, fields: {vip: read}}
  desk: {read: all}
`,
	"roles.yaml":   "- {name: desk, label: 前台}\n- {name: rep, label: 销售}\n",
	"choices.yaml": "industry: [{value: hotel, label: 旅馆}, {value: travel, label: 旅游}]\n",
	"menu.yaml":    "- {name: customer, label: 客人}\n- {name: deals, items: [{type: customer, name: again}]}\n",
}

func TestExtendMergesPropertyByProperty(t *testing.T) {
	schema := load(t, append(goodPack(t).sources(), source("hotel", false, hotel))...)
	customer, _ := schema.Type("guest")
	if customer == nil || customer.Name != "customer" || customer.Label.ZhHans != "客人" || customer.Label.En != "Guest" || customer.Number == "" {
		t.Fatalf("guest is %+v", customer)
	}
	name, _ := customer.Field("name")
	if diff := cmp.Diff([]string{"客户名称", "公司", "住客"}, name.Synonyms); diff != "" || name.MaxLen != 60 || name.Required != "true" || name.Help.ZhHans != "按证件写" {
		t.Errorf("name: %s %+v", diff, name)
	}
	kind, _ := customer.Field("kind")
	var values []string
	for _, c := range kind.Choices {
		values = append(values, c.Value+"="+c.Label.ZhHans)
	}
	if diff := cmp.Diff([]string{"person=散客", "firm=单位", "agency=旅行社"}, values); diff != "" {
		t.Error(diff)
	}
	if _, ok := customer.Field("tags"); ok {
		t.Error("a field that is off is still there")
	}
	vip, ok := customer.Field("vip")
	if !ok || vip.Section != "habits" || customer.Fields[vip.Slot] != vip {
		t.Errorf("vip: %+v", vip)
	}
	if len(customer.Rules) != 1 || customer.Rules[0].Name != "no_vip_firm" || customer.Rules[0].Prog.When == nil {
		t.Errorf("rules: %+v", customer.Rules)
	}
	mine := customer.View("mine")
	if mine.Label.ZhHans != "我的客人" || mine.Filter == "" || len(mine.Columns) != 2 {
		t.Errorf("view: %+v", mine)
	}
	if diff := cmp.Diff([]string{"owner+department", "phones", "vip"}, customer.Page.Header); diff != "" || len(customer.Page.Tabs[0].Blocks) != 3 {
		t.Errorf("page: %s %+v", diff, customer.Page.Tabs[0])
	}
	rep := customer.Access["rep"]
	if rep.Verbs["read"].Name != "own" || rep.Verbs["update"].Name != "none" || rep.Verbs["update"].Prog != nil || rep.Fields["vip"] != meta.Read || rep.Fields["id_no"] != meta.Masked {
		t.Errorf("access: %+v", rep)
	}
	if schema.Role("rep").Label.ZhHans != "销售" || schema.Role("rep").Label.En != "Rep" || len(schema.Role("rep").Menu) != 2 {
		t.Errorf("role: %+v", schema.Role("rep"))
	}
	industry, _ := customer.Field("industry")
	if len(industry.Choices) != 3 || industry.Choices[0].Label.ZhHans != "旅馆" {
		t.Errorf("list: %+v", industry.Choices[0])
	}
	if len(schema.Menu) != 3 || schema.Menu[1].Label.ZhHans != "客人" || len(schema.Menu[2].Items) != 3 {
		t.Errorf("menu: %+v", schema.Menu)
	}
}

func TestOverlayChangesAndParks(t *testing.T) {
	overlay := source("overlay", true, map[string]string{"types/customer.yaml": `
extend: customer
fields:
  - {name: limit, kind: decimal, label: {en: Limit}}
  - {name: vanished, label: 没有了}
  - {name: shoe, kind: integer, label: 鞋码}
views: [{name: gone, off: true}]
page: {header: [shoe]}
`, "types/gone.yaml": "extend: gone\nlabel: 没\n"})
	sources := append(goodPack(t).sources(), overlay)
	schema, problems := meta.Load(sources...)
	var parked []string
	for _, p := range problems {
		if !p.Warning || p.Code != "parked" {
			t.Error(p)
		}
		parked = append(parked, p.Params["what"].(string))
	}
	if diff := cmp.Diff([]string{"view customer.gone", "field customer.vanished", "type gone"}, parked); diff != "" {
		t.Error(diff)
	}
	customer, _ := schema.Type("customer")
	limit, _ := customer.Field("limit")
	if limit.KindName != "decimal" || limit.Label.En != "Limit" || limit.Label.ZhHans != "额度" || limit.Min != "0" {
		t.Errorf("limit: %+v", limit)
	}
	if diff := cmp.Diff([]string{"shoe"}, customer.Page.Header); diff != "" {
		t.Error(diff)
	}
	var touched []string
	for _, x := range schema.Overlay {
		touched = append(touched, x.Type+"|"+x.Part+"|"+x.Property)
	}
	want := []string{"customer||fields", "customer|field limit|name", "customer|field limit|kind", "customer|field limit|label", "customer|field shoe|",
		"customer||views", "customer||page"}
	if diff := cmp.Diff(want, touched); diff != "" {
		t.Error(diff)
	}
}

// TestPackTakesACompanysName: a later version of a pack declares fields that the
// company has had for years. The company's stay what they are.
func TestPackTakesACompanysName(t *testing.T) {
	later := source("later", false, map[string]string{"types/customer.yaml": `
extend: customer
fields:
  - {name: born, kind: date, label: 生日}
  - {name: age, kind: integer, unit: 岁, label: 年龄, refresh: daily, formula: "year(today()) - year(born)"}
  - {name: points, kind: integer, unit: 分, label: 积分, formula: "year(born)"}
  - {name: card, kind: choice, choices: [有, 无], default: "'有'", label: 卡}
`})
	overlay := source("overlay", true, map[string]string{"types/customer.yaml": `
extend: customer
fields:
  - {name: age, kind: text, label: 年纪}
  - {name: points, kind: integer, label: 我们的积分}
  - {name: card, kind: text, label: 卡号}
  - {name: born, label: 出生}
`})
	schema := load(t, append(goodPack(t).sources(), later, overlay)...)
	customer, _ := schema.Type("customer")
	for name, want := range map[string]string{"age": "text 年纪", "points": "integer 我们的积分", "card": "text 卡号", "born": "date 出生"} {
		f, _ := customer.Field(name)
		if got := f.KindName + " " + f.Label.ZhHans; got != want || f.Computed() || f.Default != "" || len(f.Choices) > 0 {
			t.Errorf("%s: %s, %+v", name, got, f)
		}
	}
}
