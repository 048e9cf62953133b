package record_test

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"kedang/internal/access"
	"kedang/internal/db"
	"kedang/internal/errs"
	"kedang/internal/meta"
	"kedang/internal/record"
	"kedang/internal/record/recordtest"
)

// shop is a small pack: customers with contacts, and orders with lines whose
// sums roll up.
var shop = []meta.Source{{Name: "shop", FS: fstest.MapFS{
	"pack.yaml": {Data: []byte("name: shop\nlabel: 店\nversion: \"1\"\n")},
	"roles.yaml": {Data: []byte(`
- {name: rep, label: {zh-Hans: 业务员, en: Rep}}
- {name: manager, label: {zh-Hans: 经理, en: Manager}}
- {name: clerk, label: {zh-Hans: 文员, en: Clerk}}
`)},
	"types/customer.yaml": {Data: []byte(`
type: customer
label: {zh-Hans: 客户, en: Customer}
number: "C{yyyy}-{seq:6}"
title: name
fields:
  - {name: name, kind: text, label: {zh-Hans: 名称, en: Name}, required: true}
  - {name: code, kind: text, label: {zh-Hans: 代码, en: Code}, unique: true}
  - {name: level, kind: choice, label: {zh-Hans: 等级, en: Level}, choices: [{value: A, label: {zh-Hans: 甲, en: A}}, {value: B, label: {zh-Hans: 乙, en: B}}]}
  - {name: credit, kind: money, label: {zh-Hans: 额度, en: Credit}}
  - {name: phones, kind: phones, label: {zh-Hans: 电话, en: Phones}, mask: phone}
  - {name: id_number, kind: identity, forms: [resident_id], label: {zh-Hans: 身份证号, en: ID}, sealed: true, personal: sensitive, mask: id}
  - {name: parent, kind: link, to: customer, label: {zh-Hans: 上级, en: Parent}}
  - {name: remark, kind: longtext, label: {zh-Hans: 备注, en: Remark}}
  - {name: orders, kind: integer, label: {zh-Hans: 订单数, en: Orders}, rollup: {of: order, via: customer, fn: count}}
  - {name: ordered, kind: money, label: {zh-Hans: 订货额, en: Ordered}, rollup: {of: order, via: customer, fn: sum, field: total}}
  - {name: left, kind: money, label: {zh-Hans: 余额, en: Left}, formula: "credit - ordered"}
  - {name: secret, kind: text, label: {zh-Hans: 机密, en: Secret}}
match:
  - {fields: [phones], code: duplicate_phone}
  - {fields: [name], code: duplicate_name}
views:
  - {name: all, label: {zh-Hans: 全部, en: All}, columns: [name, level, credit, owner], sort: "-created_at", default: true}
access:
  rep: {read: own, create: own, update: own, archive: own, history: own, fields: {secret: hidden, phones: write, id_number: masked}}
  manager: {read: tree, create: tree, update: tree, archive: tree, assign: tree, history: tree, reveal: tree, export: tree, purge: tree}
  clerk: {read: all, fields: {phones: masked, secret: hidden}}
`)},
	"types/order.yaml": {Data: []byte(`
type: order
label: {zh-Hans: 订单, en: Order}
number: "SO{yyyy}{mm}-{seq:4}"
title: "{number}"
root: customer
timeline: {on: customer, at: created_at, says: "{number} {total}"}
fields:
  - {name: customer, kind: link, to: customer, label: {zh-Hans: 客户, en: Customer}, required: true}
  - {name: customer_level, kind: text, label: {zh-Hans: 客户等级, en: Level}, formula: "customer.level"}
  - name: lines
    kind: rows
    label: {zh-Hans: 明细, en: Lines}
    fields:
      - {name: product, kind: text, label: {zh-Hans: 产品, en: Product}, required: true}
      - {name: quantity, kind: integer, label: {zh-Hans: 数量, en: Quantity}, required: true}
      - {name: price, kind: money, label: {zh-Hans: 单价, en: Price}, required: true}
      - {name: amount, kind: money, label: {zh-Hans: 金额, en: Amount}, formula: "quantity * price"}
  - {name: total, kind: money, label: {zh-Hans: 合计, en: Total}, rollup: {of: lines, fn: sum, field: amount}}
rules:
  - {name: positive, when: "any(lines, .quantity <= 0)", refuse: quantity_not_positive, at: lines, says: {zh-Hans: 数量必须大于零。, en: The quantity must be above zero.}}
access:
  rep: {read: own, create: own, update: own, archive: own, history: own}
  manager: {read: tree, create: tree, update: tree, archive: tree, history: tree}
`)},
}}}

func get(t *testing.T, e *recordtest.Env, a *access.Actor, typ string, id int64) map[string]any {
	t.Helper()
	raw, _, err := e.Store.Get(context.Background(), a, typ, id, record.GetQuery{}, nil)
	if err != nil {
		t.Fatalf("get %s: %v", typ, err)
	}
	return decode(t, raw)
}

func decode(t *testing.T, raw []byte) map[string]any {
	t.Helper()
	var v map[string]any
	if err := json.Unmarshal(raw, &v); err != nil {
		t.Fatalf("%v in %s", err, raw)
	}
	return v
}

func create(t *testing.T, e *recordtest.Env, a *access.Actor, typ string, v record.Values) record.Saved {
	t.Helper()
	saved, err := e.Store.Create(context.Background(), a, typ, v, record.WriteOptions{})
	if err != nil {
		t.Fatalf("create %s: %v", typ, err)
	}
	return saved
}

func list(t *testing.T, e *recordtest.Env, a *access.Actor, typ string, q record.ListQuery) []map[string]any {
	t.Helper()
	raw, err := e.Store.List(context.Background(), a, typ, q, nil)
	if err != nil {
		t.Fatalf("list %s: %v", typ, err)
	}
	return items(t, raw)
}

func items(t *testing.T, raw []byte) (out []map[string]any) {
	t.Helper()
	for _, i := range decode(t, raw)["items"].([]any) {
		out = append(out, i.(map[string]any))
	}
	return out
}

func code(err error) string {
	if err == nil {
		return ""
	}
	e := errs.As(err)
	parts := []string{e.Code}
	for _, p := range e.Problems {
		parts = append(parts, p.Path+":"+p.Code)
	}
	return strings.Join(parts, " ")
}

func TestCreateAndGet(t *testing.T) {
	recordtest.Each(t, shop, func(t *testing.T, e *recordtest.Env) {
		rep := e.User("rep1", "rep", "sh")
		saved := create(t, e, rep, "customer", record.Values{"name": "王府酒店", "level": "A", "credit": "1000.50",
			"phones": []any{map[string]any{"number": "13800138000", "label": "总机"}}, "id_number": "11010519491231002X"})
		if saved.Number != "C2026-000001" || saved.Rev != 1 {
			t.Errorf("saved %+v", saved)
		}
		got := get(t, e, rep, "customer", saved.ID)
		for _, k := range []string{"created_at", "updated_at", "id", "rights", "owner", "department", "created_by", "updated_by"} {
			if got[k] == nil {
				t.Errorf("%s is missing", k)
			}
			delete(got, k)
		}
		want := map[string]any{"number": "C2026-000001", "title": "王府酒店", "rev": 1.0, "name": "王府酒店", "level": "A", "credit": "1000.50",
			"phones": []any{map[string]any{"number": "+8613800138000", "label": "总机"}}, "orders": 0.0, "ordered": "0.00", "left": "1000.50",
			"id_number": "****", "sealed": map[string]any{"id_number": "1101**********002X"}}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
	})
}

func TestRefusalsStoreNothing(t *testing.T) {
	recordtest.Each(t, shop, func(t *testing.T, e *recordtest.Env) {
		ctx := context.Background()
		rep := e.User("rep1", "rep", "sh")
		c := create(t, e, rep, "customer", record.Values{"name": "甲公司", "code": "ＡＣＭＥ"})
		id := db.FormatID(c.ID)
		for _, test := range []struct {
			typ  string
			v    record.Values
			want string
		}{
			{"customer", record.Values{}, "invalid name:required"},
			{"customer", record.Values{"name": " \u3000\t\u200b"}, "invalid name:required"},
			{"customer", record.Values{"name": "x", "nonsense": 1}, "invalid nonsense:unknown_field"},
			{"customer", record.Values{"name": "x", "secret": "y"}, "invalid secret:unknown_field"},
			{"customer", record.Values{"name": "x", "left": "1"}, "invalid left:field_computed"},
			{"customer", record.Values{"name": "x", "level": "Z"}, "invalid level:bad_choice"},
			{"customer", record.Values{"name": "x", "code": "acme"}, "invalid code:not_unique"},
			{"customer", record.Values{"name": "x", "parent": db.FormatID(7)}, "invalid parent:link_not_found"},
			{"customer", record.Values{"name": "a\x00b"}, "invalid name:nul_in_text"},
			{"order", record.Values{"customer": id, "lines": []any{map[string]any{"product": "p", "quantity": json.Number("0"), "price": "1"}}}, "invalid lines:quantity_not_positive"},
			{"order", record.Values{"customer": id, "lines": []any{map[string]any{"product": "p"}}}, "invalid lines[0].quantity:required lines[0].price:required"},
			{"nothing", record.Values{}, "not_found"},
		} {
			_, err := e.Store.Create(ctx, rep, test.typ, test.v, record.WriteOptions{})
			if got := code(err); got != test.want {
				t.Errorf("create %s %v: got %q, want %q", test.typ, test.v, got, test.want)
			}
		}
		if n := len(list(t, e, rep, "customer", record.ListQuery{})); n != 1 {
			t.Errorf("%d customers, want 1", n)
		}
		if n := len(list(t, e, rep, "order", record.ListQuery{})); n != 0 {
			t.Errorf("%d orders, want 0", n)
		}
		next := create(t, e, rep, "customer", record.Values{"name": "乙公司"})
		if next.Number != "C2026-000002" {
			t.Errorf("refused writes took numbers: the next is %s", next.Number)
		}
	})
}

func line(product string, quantity int, price string) any {
	return map[string]any{"product": product, "quantity": json.Number(fmt.Sprint(quantity)), "price": price}
}

func TestDerivedValuesFollow(t *testing.T) {
	recordtest.Each(t, shop, func(t *testing.T, e *recordtest.Env) {
		ctx := context.Background()
		m := e.User("boss1", "manager", "sh")
		a := create(t, e, m, "customer", record.Values{"name": "甲", "credit": "100", "level": "A"})
		b := create(t, e, m, "customer", record.Values{"name": "乙", "credit": "50"})
		o := create(t, e, m, "order", record.Values{"customer": db.FormatID(a.ID), "lines": []any{line("砖", 3, "10.05"), line("瓦", 1, "0.85")}})
		check := func(id int64, orders float64, ordered, left string) {
			t.Helper()
			got := get(t, e, m, "customer", id)
			if got["orders"] != orders || got["ordered"] != ordered || got["left"] != left {
				t.Errorf("got %v %v %v, want %v %s %s", got["orders"], got["ordered"], got["left"], orders, ordered, left)
			}
			if got["rev"] != 1.0 {
				t.Errorf("derived changes moved the revision to %v", got["rev"])
			}
		}
		check(a.ID, 1, "31.00", "69.00")
		if got := get(t, e, m, "order", o.ID); got["total"] != "31.00" || got["customer_level"] != "A" {
			t.Errorf("order %v", got)
		}
		if _, err := e.Store.Update(ctx, m, "order", o.ID, record.Values{"customer": db.FormatID(b.ID)}, 0, record.WriteOptions{}); err != nil {
			t.Fatal(err)
		}
		check(a.ID, 0, "0.00", "100.00")
		check(b.ID, 1, "31.00", "19.00")
		if _, err := e.Store.Archive(ctx, m, "order", o.ID, record.WriteOptions{}); err != nil {
			t.Fatal(err)
		}
		check(b.ID, 0, "0.00", "50.00")
		if _, err := e.Store.Restore(ctx, m, "order", o.ID, record.WriteOptions{}); err != nil {
			t.Fatal(err)
		}
		check(b.ID, 1, "31.00", "19.00")
		if _, err := e.Store.Update(ctx, m, "customer", b.ID, record.Values{"level": "B"}, 0, record.WriteOptions{}); err != nil {
			t.Fatal(err)
		}
		if got := get(t, e, m, "order", o.ID); got["customer_level"] != "B" {
			t.Errorf("the order's formula reads %v", got["customer_level"])
		}
	})
}

func TestRightsOnRows(t *testing.T) {
	recordtest.Each(t, shop, func(t *testing.T, e *recordtest.Env) {
		ctx := context.Background()
		rep1, rep2 := e.User("rep1", "rep", "sh"), e.User("rep2", "rep", "bj")
		boss, clerk := e.User("boss1", "manager", "sh"), e.User("clerk1", "clerk", "bj")
		c := create(t, e, rep1, "customer", record.Values{"name": "甲公司", "phones": []any{"13800138000"}})
		o := create(t, e, rep1, "order", record.Values{"customer": db.FormatID(c.ID), "lines": []any{line("砖", 1, "1")}})

		if _, _, err := e.Store.Get(ctx, rep2, "customer", c.ID, record.GetQuery{}, nil); !errs.Is(err, errs.NotFound) {
			t.Errorf("rep2 reads: %v", err)
		}
		if _, err := e.Store.Update(ctx, rep2, "customer", c.ID, record.Values{"name": "x"}, 0, record.WriteOptions{}); !errs.Is(err, errs.NotFound) {
			t.Errorf("rep2 writes: %v", err)
		}
		if _, err := e.Store.Update(ctx, clerk, "customer", c.ID, record.Values{"name": "x"}, 0, record.WriteOptions{}); !errs.Is(err, errs.Forbidden) {
			t.Errorf("the clerk writes: %v", err)
		}
		if _, err := e.Store.Create(ctx, rep2, "order", record.Values{"customer": db.FormatID(c.ID)}, record.WriteOptions{}); code(err) != "invalid customer:link_not_found" {
			t.Errorf("rep2 links: %v", err)
		}
		if got := get(t, e, boss, "order", o.ID)["customer"]; got.(map[string]any)["title"] != "甲公司" {
			t.Errorf("the manager sees %v", got)
		}
		phones := get(t, e, clerk, "customer", c.ID)["phones"].([]any)[0].(map[string]any)
		if phones["number"] != nil || !strings.Contains(fmt.Sprint(phones["masked"]), "****") {
			t.Errorf("the clerk sees %v", phones)
		}
		if n := len(list(t, e, rep2, "customer", record.ListQuery{})); n != 0 {
			t.Errorf("rep2 lists %d", n)
		}
		if _, err := e.Store.List(ctx, clerk, "customer", record.ListQuery{Filter: `secret == "x"`}, nil); !strings.Contains(code(err), "unknown_name") {
			t.Errorf("the clerk filters by a hidden field: %v", err)
		}
		if _, err := e.Store.Assign(ctx, boss, "customer", c.ID, rep2.ID, record.WriteOptions{}); err != nil {
			t.Fatal(err)
		}
		if got := get(t, e, rep2, "order", o.ID)["id"]; got != db.FormatID(o.ID) {
			t.Errorf("the order did not follow its customer: %v", got)
		}
		if _, _, err := e.Store.Get(ctx, rep1, "order", o.ID, record.GetQuery{}, nil); !errs.Is(err, errs.NotFound) {
			t.Errorf("rep1 still reads the order: %v", err)
		}
	})
}

func TestStaleWritesMergeOrConflict(t *testing.T) {
	recordtest.Each(t, shop, func(t *testing.T, e *recordtest.Env) {
		ctx := context.Background()
		rep := e.User("rep1", "rep", "sh")
		c := create(t, e, rep, "customer", record.Values{"name": "甲", "level": "A"})
		update := func(v record.Values, rev int64) error {
			_, err := e.Store.Update(ctx, rep, "customer", c.ID, v, rev, record.WriteOptions{})
			return err
		}
		if err := update(record.Values{"name": "乙"}, 1); err != nil {
			t.Fatal(err)
		}
		if err := update(record.Values{"level": "B"}, 1); err != nil {
			t.Errorf("another field: %v", err)
		}
		err := update(record.Values{"name": "丙"}, 1)
		if code(err) != "conflict name:conflict" || !errs.Is(err, errs.Stale) {
			t.Fatalf("the same field: %v", err)
		}
		p := errs.As(err).Problems[0].Params
		if fmt.Sprintf("%s %s %s", p["mine"], p["stored"], p["original"]) != `"丙" "乙" "甲"` {
			t.Errorf("params %s", p)
		}
	})
}

func TestHistoryAndUndo(t *testing.T) {
	recordtest.Each(t, shop, func(t *testing.T, e *recordtest.Env) {
		ctx := context.Background()
		rep := e.User("rep1", "rep", "sh")
		c := create(t, e, rep, "customer", record.Values{"name": "甲", "level": "A", "phones": []any{"13800138000"}})
		if _, err := e.Store.Update(ctx, rep, "customer", c.ID, record.Values{"level": nil, "phones": []any{"13900139000", "021-58881234"}}, 0, record.WriteOptions{}); err != nil {
			t.Fatal(err)
		}
		h, err := e.Store.History(ctx, rep, "customer", c.ID, 0, 10)
		if err != nil || len(h) != 2 {
			t.Fatalf("history %v, %v", h, err)
		}
		if got := h[0].Changes["level"]; string(got.From) != `"A"` || string(got.To) != "null" {
			t.Errorf("level %s -> %s", got.From, got.To)
		}
		if _, err := e.Store.Undo(ctx, rep, "customer", c.ID, 2, record.WriteOptions{}); err != nil {
			t.Fatal(err)
		}
		got := get(t, e, rep, "customer", c.ID)
		if got["level"] != "A" || len(got["phones"].([]any)) != 1 {
			t.Errorf("after undo: %v", got)
		}
		if _, err := e.Store.Undo(ctx, rep, "customer", c.ID, 1, record.WriteOptions{}); err != nil {
			t.Fatal(err)
		}
		if n := len(list(t, e, rep, "customer", record.ListQuery{})); n != 0 {
			t.Errorf("%d customers after the creation was undone", n)
		}
	})
}

func TestPagesHoldEveryRowOnce(t *testing.T) {
	recordtest.Each(t, shop, func(t *testing.T, e *recordtest.Env) {
		rep := e.User("rep1", "rep", "sh")
		for i := range 23 {
			v := record.Values{"name": fmt.Sprintf("客户%02d", i%5)}
			if i%3 > 0 {
				v["level"] = string("AB"[i%2])
			}
			if i%4 > 0 {
				v["credit"] = fmt.Sprint(i % 4)
			}
			create(t, e, rep, "customer", v)
		}
		for _, order := range []string{"", "name", "-name", "level", "-level", "credit,-name", "-credit,level", "-created_at", "number", "level,credit,name"} {
			var all, want []string
			for _, i := range list(t, e, rep, "customer", record.ListQuery{OrderBy: order, PageSize: 100}) {
				want = append(want, i["id"].(string))
			}
			token := ""
			for page := 0; page == 0 || token != ""; page++ {
				raw, err := e.Store.List(context.Background(), rep, "customer", record.ListQuery{OrderBy: order, PageSize: 4, PageToken: token}, nil)
				if err != nil {
					t.Fatal(err)
				}
				for _, i := range items(t, raw) {
					all = append(all, i["id"].(string))
				}
				token, _ = decode(t, raw)["next_page_token"].(string)
				if page > 30 {
					t.Fatal("pages have no end")
				}
			}
			if len(want) != 23 {
				t.Fatalf("order %q: %d rows", order, len(want))
			}
			if diff := cmp.Diff(want, all); diff != "" {
				t.Errorf("order %q:\n%s", order, diff)
			}
		}
	})
}

func TestCheckFindsWhatWasTamperedWith(t *testing.T) {
	recordtest.Each(t, shop, func(t *testing.T, e *recordtest.Env) {
		ctx := context.Background()
		m := e.User("boss1", "manager", "sh")
		c := create(t, e, m, "customer", record.Values{"name": "甲", "credit": "100", "phones": []any{"13800138000"}, "id_number": "11010519491231002X"})
		create(t, e, m, "order", record.Values{"customer": db.FormatID(c.ID), "lines": []any{line("砖", 3, "10.05")}})
		gone := create(t, e, m, "customer", record.Values{"name": "乙"})
		if _, err := e.Store.Archive(ctx, m, "customer", gone.ID, record.WriteOptions{}); err != nil {
			t.Fatal(err)
		}
		if _, err := e.Store.Update(ctx, m, "customer", c.ID, record.Values{"level": "A"}, 0, record.WriteOptions{}); err != nil {
			t.Fatal(err)
		}
		faults := func() (out []string) {
			t.Helper()
			rep, err := e.Store.Check(ctx, nil)
			if err != nil {
				t.Fatal(err)
			}
			if rep.Records != 3 || rep.Entries < 5 {
				t.Errorf("looked at %d records and %d entries", rep.Records, rep.Entries)
			}
			for _, f := range rep.Faults {
				out = append(out, f.What+" "+f.Detail)
			}
			return out
		}
		if got := faults(); got != nil {
			t.Fatalf("a sound database has faults: %q", got)
		}
		for _, text := range []string{
			`UPDATE r_customer SET ordered = 1 WHERE number = 'C2026-000001'`,
			`UPDATE r_order SET root_owner = 7`,
			`DELETE FROM search WHERE TRUE`,
			`UPDATE sys_number SET last = 0`,
		} {
			if err := e.DB.Write(ctx, func(tx db.Tx) error { _, err := tx.Exec(ctx, text); return err }); err != nil {
				t.Fatal(err)
			}
		}
		got := strings.Join(faults(), ", ")
		for _, want := range []string{"roll_up ordered", "rights root", "index entry", "counter C2026-000002"} {
			if !strings.Contains(got, want) {
				t.Errorf("%s was not found; found: %s", want, got)
			}
		}
		// What a job is going to mend is no fault: so it is after an upgrade.
		if err := e.DB.Write(ctx, func(tx db.Tx) error {
			_, err := tx.Exec(ctx, "UPDATE sys_layout SET layout = 'of an earlier version'")
			return err
		}); err != nil {
			t.Fatal(err)
		}
		e.Apply(shop)
		rep, err := e.Store.Check(ctx, nil)
		rolledUp := func(f record.Fault) bool { return f.What == "roll_up" }
		if err != nil || rep.Waiting == 0 || slices.ContainsFunc(rep.Faults, rolledUp) {
			t.Errorf("%d wait, faults %v, %v", rep.Waiting, rep.Faults, err)
		}
		e.StartJobs()
		settled(t, e)
		if rep, err = e.Store.Check(ctx, nil); err != nil || rep.Waiting != 0 || slices.ContainsFunc(rep.Faults, rolledUp) {
			t.Errorf("mended: %d wait, faults %v, %v", rep.Waiting, rep.Faults, err)
		}
	})
}

func TestBulkRefusesRowsAlone(t *testing.T) {
	recordtest.Each(t, shop, func(t *testing.T, e *recordtest.Env) {
		ctx := context.Background()
		rep := e.User("rep1", "rep", "sh")
		old := create(t, e, rep, "customer", record.Values{"name": "老客户", "code": "K0"})
		ops := []record.Op{
			{Verb: "create", Type: "customer", Values: record.Values{"name": "甲", "code": "K1", "phones": "13800138000、021-58881234"}},
			{Verb: "create", Type: "customer", Values: record.Values{"name": "乙", "code": "k1"}},
			{Verb: "create", Type: "customer", Values: record.Values{"code": "K2"}},
			{Verb: "create", Type: "customer", Values: record.Values{"name": "丙", "code": "K0"}},
			{Verb: "update", Type: "customer", ID: old.ID, Values: record.Values{"level": "甲"}},
			{Verb: "create", Type: "customer", Values: record.Values{"name": "丁", "phones": "13800138000"}},
			{Verb: "create", Type: "customer", Values: record.Values{"name": "戊", "phones": "13900139000"}},
			{Verb: "create", Type: "customer", Values: record.Values{"name": "己", "phones": "13900139000"}},
		}
		also := 0
		out, err := e.Store.Bulk(ctx, rep, ops, record.WriteOptions{Loose: true, Source: "import 1"}, func(db.Tx, []record.BulkResult) error { also++; return nil })
		if err != nil || also < 1 {
			t.Fatalf("%v, also %d", err, also)
		}
		var got []string
		for _, r := range out {
			got = append(got, code(r.Err))
		}
		if diff := cmp.Diff([]string{"", "invalid code:not_unique", "invalid name:required", "invalid code:not_unique", "", "", "", ""}, got); diff != "" {
			t.Error(diff)
		}
		if len(out[5].Warnings) != 1 || out[5].Warnings[0].Code != "duplicate_phone" {
			t.Errorf("warnings of the last: %v", out[5].Warnings)
		}
		if w := out[7].Warnings; len(w) != 1 || w[0].Params["other"] != db.FormatID(out[6].ID) || w[0].Params["title"] != "戊" {
			t.Errorf("a double in the same sheet is named: %v", w)
		}
		if n := len(list(t, e, rep, "customer", record.ListQuery{})); n != 5 {
			t.Errorf("%d customers, want 5", n)
		}
		if got := found(t, e, rep, "58881234"); len(got) != 1 {
			t.Errorf("search finds %v", got)
		}
		for _, x := range []struct {
			phone string
			hint  bool
		}{{"310", false}, {"见备注", false}, {"2371 3111", true}} {
			twice := []record.Op{{Verb: "create", Type: "customer", Values: record.Values{"name": "庚" + x.phone, "phones": x.phone}}, {Verb: "create", Type: "customer", Values: record.Values{"name": "辛" + x.phone, "phones": x.phone}}}
			out, err := e.Store.Bulk(ctx, rep, twice, record.WriteOptions{Loose: true, Source: "import 2"}, nil)
			if err != nil || slices.ContainsFunc(out[1].Warnings, func(p errs.Problem) bool { return p.Code == "duplicate_phone" }) != x.hint {
				t.Errorf("%q twice, which could not be read: %v %v", x.phone, out[1].Warnings, err)
			}
		}
		rep2, err := e.Store.Check(ctx, nil)
		if err != nil || len(rep2.Faults) > 0 {
			t.Errorf("check: %v %v", rep2.Faults, err)
		}
	})
}

// TestTitleShowsNoMoreThanItsFields holds what a title is made of from readers
// who may not see it: in lists, links, filters, orders, search.
func TestTitleShowsNoMoreThanItsFields(t *testing.T) {
	packs := []meta.Source{{Name: "p", FS: fstest.MapFS{
		"pack.yaml":  {Data: []byte("name: p\nlabel: 包\nversion: \"1\"\n")},
		"roles.yaml": {Data: []byte("- {name: full, label: 全}\n- {name: part, label: 部分}\n- {name: cleaner, label: 清洁}\n")},
		"types/patient.yaml": {Data: []byte(`
type: patient
label: {zh-Hans: 病人, en: Patient}
number: "P{seq:3}"
title: name
fields:
  - {name: name, kind: text, label: {zh-Hans: 姓名, en: Name}, required: true}
access:
  full: {read: all, create: all, update: all}
  part: {read: all, fields: {name: hidden}}
`)},
		"types/visit.yaml": {Data: []byte(`
type: visit
label: {zh-Hans: 就诊, en: Visit}
number: "V{seq:3}"
title: "{number}"
fields:
  - {name: patient, kind: link, to: patient, label: {zh-Hans: 病人, en: Patient}}
timeline: {on: patient, at: created_at, says: "{patient}"}
access:
  full: {read: all, create: all}
  part: {read: all}
`)},
		"types/bed.yaml": {Data: []byte(`
type: bed
label: {zh-Hans: 床位, en: Bed}
number: "B{seq:3}"
title: "{patient} {place}"
timeline: {on: patient, at: created_at, says: "{patient}"}
fields:
  - {name: patient, kind: link, to: patient, label: {zh-Hans: 病人, en: Patient}}
  - {name: place, kind: text, label: {zh-Hans: 位置, en: Place}}
access:
  full: {read: all, create: all}
  part: {read: all}
  cleaner: {read: all}
`)},
	}}}
	recordtest.Each(t, packs, func(t *testing.T, e *recordtest.Env) {
		full, part := e.User("f", "full", ""), e.User("p", "part", "")
		p := create(t, e, full, "patient", record.Values{"name": "林黛玉"})
		v := create(t, e, full, "visit", record.Values{"patient": db.FormatID(p.ID)})
		raw, _, err := e.Store.Get(context.Background(), part, "visit", v.ID, record.GetQuery{}, nil)
		if err != nil || strings.Contains(string(raw), "林") {
			t.Errorf("a link shows %s %v", raw, err)
		}
		for _, q := range []record.ListQuery{{}, {Fields: []string{"*"}}, {Fields: []string{"title"}}} {
			raw, err := e.Store.List(context.Background(), part, "patient", q, nil)
			if err != nil || strings.Contains(string(raw), "林") {
				t.Errorf("a list shows %s %v", raw, err)
			}
		}
		for _, q := range []record.ListQuery{{Filter: `title == "林黛玉"`}, {Filter: `title contains "林"`}, {OrderBy: "title"}, {OrderBy: "name"}} {
			if _, err := e.Store.List(context.Background(), part, "patient", q, nil); err == nil {
				t.Errorf("%+v was answered", q)
			}
		}
		if got := found(t, e, part, "林黛玉"); got != nil {
			t.Errorf("search shows %v", got)
		}
		if got := found(t, e, part, "P001"); len(got) != 1 || got[0] != "P001" {
			t.Errorf("by number: %v", got)
		}
		if got := found(t, e, full, "ldy"); len(got) != 1 {
			t.Errorf("the other finds %v", got)
		}
		// The title of a bed holds that of its patient, whom one reads nameless and
		// the other not at all.
		bed := create(t, e, full, "bed", record.Values{"patient": db.FormatID(p.ID), "place": "东三床"})
		cleaner := e.User("c", "cleaner", "")
		for _, a := range []*access.Actor{part, cleaner} {
			if got := get(t, e, a, "bed", bed.ID); strings.Contains(fmt.Sprint(got), "林") || got["place"] != "东三床" {
				t.Errorf("%s reads %v", a.Name, got)
			}
			if got := list(t, e, a, "bed", record.ListQuery{}); strings.Contains(fmt.Sprint(got), "林") {
				t.Errorf("%s lists %v", a.Name, got)
			}
			if got := found(t, e, a, "林黛玉"); got != nil {
				t.Errorf("%s finds %v", a.Name, got)
			}
			if _, err := e.Store.List(context.Background(), a, "bed", record.ListQuery{Filter: `title contains "林"`}, nil); err == nil {
				t.Errorf("%s filters by a title", a.Name)
			}
		}
		if got := get(t, e, full, "bed", bed.ID); got["title"] != "林黛玉 东三床" {
			t.Errorf("whoever may reads %v", got["title"])
		}
		line, err := e.Store.Timeline(context.Background(), part, "patient", p.ID, record.TimelineQuery{Limit: 9}, nil)
		if err != nil || strings.Contains(string(line), "林") || !strings.Contains(string(line), `"B001"`) {
			t.Errorf("a timeline says %s %v", line, err)
		}
	})
}

func TestListsExpandWhatMayBeSeen(t *testing.T) {
	recordtest.Each(t, shop, func(t *testing.T, e *recordtest.Env) {
		rep, clerk := e.User("rep1", "rep", "sh"), e.User("clerk1", "clerk", "bj")
		group := create(t, e, rep, "customer", record.Values{"name": "集团"})
		for i := range 3 {
			create(t, e, rep, "customer", record.Values{"name": fmt.Sprint("子公司", i), "parent": db.FormatID(group.ID), "phones": []any{"13800138000"}})
		}
		for who, a := range map[string]*access.Actor{"rep": rep, "clerk": clerk} {
			raw, err := e.Store.List(context.Background(), a, "customer", record.ListQuery{Fields: []string{"name"}, Expand: []string{"parent", "parent.owner", "owner"}}, nil)
			if err != nil {
				t.Fatal(err)
			}
			x := decode(t, raw)["expanded"].(map[string]any)
			if parents := x["parent"].(map[string]any); len(parents) != 1 || parents[db.FormatID(group.ID)].(map[string]any)["name"] != "集团" {
				t.Errorf("%s: parents %v", who, parents)
			}
			if owners := x["parent.owner"].(map[string]any); owners[db.FormatID(rep.ID)].(map[string]any)["title"] != "rep1" {
				t.Errorf("%s: owners %v", who, owners)
			}
		}
		if _, err := e.Store.List(context.Background(), clerk, "customer", record.ListQuery{Expand: []string{"secret"}}, nil); code(err) != "invalid expand:unknown_field" {
			t.Errorf("expanding what is no link: %v", err)
		}
	})
}
