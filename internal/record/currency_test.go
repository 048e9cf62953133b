package record_test

import (
	"context"
	"encoding/json"
	"testing"

	"kedang/internal/db"
	"kedang/internal/errs"
	"kedang/internal/meta"
	"kedang/internal/record"
	"kedang/internal/record/recordtest"
)

// A money field may take many currencies and go back to one, with its data;
// not while that would make dollars of the company's money.
func TestCurrenciesComeAndGo(t *testing.T) {
	many := shopWith(nil, "customer", "{name: credit, kind: money,", "{name: credit, kind: money, currencies: many,",
		"customer", `formula: "credit - ordered"`, `formula: "ordered"`)
	one := shopWith(nil, "customer", `formula: "credit - ordered"`, `formula: "ordered"`)
	recordtest.Each(t, one, func(t *testing.T, e *recordtest.Env) {
		ctx := context.Background()
		m := e.User("boss1", "manager", "sh")
		e.Store.Currency = func(context.Context) (string, error) { return "HKD", nil }
		a := create(t, e, m, "customer", record.Values{"name": "甲公司", "credit": "7.50"})
		e.StartJobs()
		apply := func(packs []meta.Source) error {
			schema, problems := meta.Load(packs...)
			if problems.Fatal() {
				t.Fatal(problems)
			}
			return e.Store.Apply(ctx, schema)
		}
		credit := func(id int64) any { return get(t, e, e.User("boss1", "manager", "sh"), "customer", id)["credit"] }
		is := func(v any, amount, currency string) {
			t.Helper()
			x, _ := v.(map[string]any)
			if x["amount"] != amount || x["currency"] != currency {
				t.Errorf("%v is not %s %s", v, currency, amount)
			}
		}
		if err := apply(many); err != nil {
			t.Fatal(err)
		}
		settled(t, e)
		is(credit(a.ID), "7.50", "HKD")
		b := create(t, e, e.User("boss1", "manager", "sh"), "customer", record.Values{"name": "乙公司", "credit": map[string]any{"amount": json.Number("3"), "currency": "USD"}})
		is(credit(b.ID), "3.00", "USD")
		if err := apply(one); !errs.Is(err, errs.Conflict) || errs.As(err).Code != "currencies_remain" {
			t.Errorf("dollars would become the company's: %v", err)
		}
		is(credit(b.ID), "3.00", "USD")
		if _, err := e.Store.Update(ctx, e.User("boss1", "manager", "sh"), "customer", b.ID, record.Values{"credit": "20"}, 0, record.WriteOptions{}); err != nil {
			t.Fatal(err)
		}
		if err := apply(one); err != nil {
			t.Fatal(err)
		}
		settled(t, e)
		if credit(a.ID) != "7.50" || credit(b.ID) != "20.00" {
			t.Errorf("back to one: %v, %v", credit(a.ID), credit(b.ID))
		}
		c := create(t, e, e.User("boss1", "manager", "sh"), "customer", record.Values{"name": "丙公司", "credit": "1"})
		if err := apply(many); err != nil {
			t.Fatal(err)
		}
		settled(t, e)
		is(credit(c.ID), "1.00", "HKD")
		if rep, err := e.Store.Check(ctx, nil); err != nil || len(rep.Faults) > 0 {
			t.Errorf("check: %v %v", rep.Faults, err)
		}
	})
}

// Fields of linked records stand in lists whose rights are several ranges, too.
func TestLinkedFieldsAcrossDepartments(t *testing.T) {
	recordtest.Each(t, shop, func(t *testing.T, e *recordtest.Env) {
		ctx := context.Background()
		e.Department("sh2", "sh")
		boss, near, far := e.User("boss1", "manager", "sh"), e.User("rep1", "rep", "sh2"), e.User("rep2", "rep", "bj")
		up := create(t, e, far, "customer", record.Values{"name": "远方公司", "level": "B"})
		mine := create(t, e, near, "customer", record.Values{"name": "近处公司", "level": "A"})
		for i, parent := range []int64{up.ID, mine.ID} {
			c := create(t, e, near, "customer", record.Values{"name": []string{"下属一", "下属二"}[i]})
			if _, err := e.Store.Update(ctx, e.Admin(), "customer", c.ID, record.Values{"parent": db.FormatID(parent)}, 0, record.WriteOptions{}); err != nil {
				t.Fatal(err)
			}
		}
		raw, err := e.Store.List(ctx, boss, "customer", record.ListQuery{Fields: []string{"name", "parent", "parent.level", "parent.phones", "phones"}, OrderBy: "name"}, nil)
		if err != nil {
			t.Fatal(err)
		}
		got := map[string]any{}
		for _, item := range items(t, raw) {
			x := item
			got[x["name"].(string)] = x["parent.level"]
		}
		if hidden, _ := got["下属一"].(map[string]any); len(got) != 3 || hidden["hidden"] != true || got["下属二"] != "A" || got["近处公司"] != nil {
			t.Errorf("the branch's manager reads %s", raw)
		}
	})
}
