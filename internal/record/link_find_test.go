package record_test

import (
	"context"
	"testing"
	"testing/fstest"

	"kedang/internal/db"
	"kedang/internal/meta"
	"kedang/internal/record"
	"kedang/internal/record/recordtest"
)

// A name in a sheet means the record that its importer may see and that belongs
// to the same customer: of several 采购部 that of the contact's own firm.
func TestLinksByName(t *testing.T) {
	packs := []meta.Source{{Name: "p", FS: fstest.MapFS{
		"pack.yaml":  {Data: []byte("name: p\nlabel: 包\nversion: \"1\"\n")},
		"roles.yaml": {Data: []byte("- {name: rep, label: 业务员}\n- {name: boss, label: 经理}\n")},
		"types/customer.yaml": {Data: []byte(`
type: customer
label: 客户
number: "C{seq:3}"
title: name
fields:
  - {name: name, kind: text, required: true, label: 名称}
access: {rep: {read: own, create: own, update: own}, boss: {read: all, create: all}}
`)},
		"types/unit.yaml": {Data: []byte(`
type: unit
label: 部门
title: name
root: customer
fields:
  - {name: customer, kind: link, to: customer, required: true, label: 客户}
  - {name: name, kind: text, required: true, label: 名称}
access: {rep: {read: own, create: own}, boss: {read: all, create: all}}
`)},
		"types/contact.yaml": {Data: []byte(`
type: contact
label: 联系人
title: name
root: customer
fields:
  - {name: customer, kind: link, to: customer, required: true, label: 客户}
  - {name: name, kind: text, required: true, label: 姓名}
  - {name: unit, kind: link, to: unit, label: 部门}
  - {name: reports_to, kind: link, to: contact, label: 上级}
access: {rep: {read: own, create: own}, boss: {read: all, create: all}}
`)},
	}}}
	recordtest.Each(t, packs, func(t *testing.T, e *recordtest.Env) {
		ctx := context.Background()
		e.Department("east", "")
		boss, an, bo := e.User("boss", "boss", "east"), e.User("an", "rep", "east"), e.User("bo", "rep", "east")
		firm, other := create(t, e, an, "customer", record.Values{"name": "甲厂"}), create(t, e, an, "customer", record.Values{"name": "乙厂"})
		create(t, e, bo, "customer", record.Values{"name": "甲厂"})
		mine := create(t, e, an, "unit", record.Values{"customer": db.FormatID(firm.ID), "name": "采购部"})
		create(t, e, an, "unit", record.Values{"customer": db.FormatID(other.ID), "name": "采购部"})
		create(t, e, an, "unit", record.Values{"customer": db.FormatID(other.ID), "name": "工程部"})
		create(t, e, an, "contact", record.Values{"customer": db.FormatID(other.ID), "name": "老王"})

		ops := []record.Op{
			{Verb: "create", Type: "contact", Values: record.Values{"customer": "甲厂", "name": "一", "unit": "采购部"}},
			{Verb: "create", Type: "contact", Values: record.Values{"customer": "甲厂", "name": "二", "unit": "工程部"}},
			{Verb: "create", Type: "contact", Values: record.Values{"customer": "甲厂", "name": "三", "reports_to": "老王"}},
			{Verb: "create", Type: "contact", Values: record.Values{"customer": "乙厂", "name": "四", "reports_to": "老王", "unit": "工程部"}},
			{Verb: "create", Type: "contact", Values: record.Values{"customer": "丙厂", "name": "五"}},
		}
		want := []string{"", "invalid unit:link_not_found", "invalid reports_to:link_not_found", "", "invalid customer:link_not_found"}
		out, err := e.Store.Bulk(ctx, an, ops, record.WriteOptions{Loose: true}, nil)
		if err != nil {
			t.Fatal(err)
		}
		for i, r := range out {
			if code(r.Err) != want[i] {
				t.Errorf("%v: %q, want %q", ops[i].Values, code(r.Err), want[i])
			}
		}
		got := get(t, e, an, "contact", out[0].ID)
		if unit, _ := got["unit"].(map[string]any); unit["id"] != db.FormatID(mine.ID) {
			t.Errorf("unit %v", got["unit"])
		}
		// Whoever sees both is asked which; whoever sees neither is told of none.
		for who, want := range map[string]string{"boss": "invalid customer:link_ambiguous", "ci": "invalid customer:link_not_found"} {
			a := boss
			if who == "ci" {
				a = e.User("ci", "rep", "east")
			}
			out, err := e.Store.Bulk(ctx, a, []record.Op{{Verb: "create", Type: "contact", Values: record.Values{"customer": "甲厂", "name": "六"}}}, record.WriteOptions{Loose: true}, nil)
			if err != nil || code(out[0].Err) != want {
				t.Errorf("%s: %v %v", who, code(out[0].Err), err)
			}
		}
	})
}
