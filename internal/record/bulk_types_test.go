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

// A bulk makes records of several types, the later linking to the earlier by
// ids given out beforehand; who links to one that was refused is refused. A
// batch, whose writes come from outside, gives ids itself.
func TestBulkOfSeveralTypes(t *testing.T) {
	packs := []meta.Source{{Name: "p", FS: fstest.MapFS{
		"pack.yaml": {Data: []byte("name: p\nlabel: 包\nversion: \"1\"\n")},
		"types/customer.yaml": {Data: []byte(`
type: customer
label: 客户
number: "C{seq:3}"
title: name
fields:
  - {name: name, kind: text, required: true, label: 名称}
  - {name: people, kind: integer, label: 人数, rollup: {of: contact, fn: count}}
`)},
		"types/contact.yaml": {Data: []byte(`
type: contact
label: 联系人
title: name
root: customer
fields:
  - {name: customer, kind: link, to: customer, required: true, label: 客户}
  - {name: name, kind: text, required: true, label: 姓名}
`)},
	}}}
	recordtest.Each(t, packs, func(t *testing.T, e *recordtest.Env) {
		ctx, a := context.Background(), e.Admin()
		firm, bad := e.IDs.Next(), e.IDs.Next()
		of := func(id int64, name string) record.Op {
			return record.Op{Verb: "create", Type: "contact", Values: record.Values{"customer": map[string]any{"id": db.FormatID(id)}, "name": name}}
		}
		ops := []record.Op{
			{Verb: "create", Type: "customer", ID: firm, Values: record.Values{"name": "甲厂"}},
			{Verb: "create", Type: "customer", ID: bad, Values: record.Values{"name": ""}},
			of(firm, "一"), of(firm, "二"), of(bad, "三"),
			{Verb: "create", Type: "customer", Values: record.Values{"name": "乙厂"}},
		}
		for _, dry := range []bool{true, false} {
			out, err := e.Store.Bulk(ctx, a, ops, record.WriteOptions{DryRun: dry}, nil)
			if err != nil {
				t.Fatal(err)
			}
			for i, want := range []string{"", "invalid name:required", "", "", "invalid customer:link_not_found", ""} {
				if got := code(out[i].Err); got != want {
					t.Errorf("dry %v, write %d: %q, want %q", dry, i, got, want)
				}
			}
			if !dry && out[0].ID != firm {
				t.Errorf("the record got id %d, not %d", out[0].ID, firm)
			}
		}
		if got := get(t, e, a, "customer", firm); got["people"] != float64(2) {
			t.Errorf("people: %v", got["people"])
		}
		saved, err := e.Store.Batch(ctx, a, []record.Op{{Verb: "create", Type: "customer", ID: 7, Values: record.Values{"name": "丙厂"}}}, record.WriteOptions{})
		if err != nil || saved[0].ID == 7 {
			t.Errorf("%v %v", saved, err)
		}
	})
}
