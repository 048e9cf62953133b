package record_test

import (
	"context"
	"fmt"
	"maps"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"

	"kedang/internal/db"
	"kedang/internal/errs"
	"kedang/internal/meta"
	"kedang/internal/record"
	"kedang/internal/record/recordtest"
)

// shopWith is the shop with lines of its types replaced, "type: old -> new".
func shopWith(more map[string]string, replace ...string) []meta.Source {
	files := maps.Clone(shop[0].FS.(fstest.MapFS))
	for name, text := range more {
		files[name] = &fstest.MapFile{Data: []byte(text)}
	}
	for i := 0; i < len(replace); i += 3 {
		name := "types/" + replace[i] + ".yaml"
		files[name] = &fstest.MapFile{Data: []byte(strings.Replace(string(files[name].Data), replace[i+1], replace[i+2], 1))}
	}
	return []meta.Source{{Name: "shop", FS: files}}
}

// settled waits until no job is left.
func settled(t *testing.T, e *recordtest.Env) {
	t.Helper()
	for range 200 {
		counts, err := e.Jobs.Counts(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		if counts["waiting"]+counts["running"] == 0 {
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
	t.Fatal("jobs do not end")
}

func TestSchemaChangesKeepOldData(t *testing.T) {
	recordtest.Each(t, shop, func(t *testing.T, e *recordtest.Env) {
		ctx := context.Background()
		m, clerk := e.User("boss1", "manager", "sh"), e.User("clerk1", "clerk", "bj")
		c := create(t, e, m, "customer", record.Values{"name": "甲公司", "credit": "7.50", "level": "A", "secret": "暗号", "remark": "桂花"})
		if _, err := e.Store.Update(ctx, m, "customer", c.ID, record.Values{"level": "B"}, 0, record.WriteOptions{}); err != nil {
			t.Fatal(err)
		}
		e.StartJobs()
		e.Apply(shopWith(nil,
			"customer", "  - {name: secret, kind: text, label: {zh-Hans: 机密, en: Secret}}\n", "  - {name: greeting, kind: text, label: {zh-Hans: 称呼, en: Greeting}, formula: \"name + '敬启'\"}\n",
			"customer", `formula: "credit - ordered"`, `formula: "ordered - credit"`,
			"customer", "secret: hidden, ", "remark: hidden, ",
			"customer", "phones: masked, secret: hidden", "phones: masked"))
		settled(t, e)
		got := get(t, e, e.User("boss1", "manager", "sh"), "customer", c.ID)
		if got["greeting"] != "甲公司敬启" || got["left"] != "-7.50" || got["secret"] != nil || got["rev"] != 2.0 {
			t.Errorf("after the change: %v", got)
		}
		if h, err := e.Store.History(ctx, m, "customer", c.ID, 0, 10); err != nil || len(h) != 2 || h[1].Changes["secret"].To != nil {
			t.Errorf("history %v %v", h, err)
		}
		if got := found(t, e, e.User("clerk1", "clerk", "bj"), "桂花"); len(got) != 1 {
			t.Errorf("the clerk finds %v", got)
		}
		if got := found(t, e, m, "桂花"); len(got) != 1 {
			t.Errorf("the manager finds %v by what others may not read", got)
		}
		rep, err := e.Store.Check(ctx, nil)
		if err != nil || len(rep.Faults) > 0 {
			t.Errorf("check: %v %v", rep.Faults, err)
		}
		e.Apply(shop) // back again: the dropped field's values are there
		settled(t, e)
		if got := get(t, e, e.User("boss1", "manager", "sh"), "customer", c.ID); got["secret"] != "暗号" || got["left"] != "7.50" {
			t.Errorf("after changing back: %v", got)
		}
		if _, err := e.Store.Update(ctx, clerk, "customer", c.ID, record.Values{"name": "x"}, 0, record.WriteOptions{}); !errs.Is(err, errs.Forbidden) {
			t.Errorf("the clerk writes: %v", err)
		}
	})
}

func TestTitlesNameLinkedRecords(t *testing.T) {
	visits := shopWith(map[string]string{"types/visit.yaml": `
type: visit
label: {zh-Hans: 拜访, en: Visit}
title: "{customer} {day}"
root: customer
timeline: {on: customer, at: day, says: "拜访 {day}"}
fields:
  - {name: customer, kind: link, to: customer, label: {zh-Hans: 客户, en: Customer}, required: true}
  - {name: day, kind: date, label: {zh-Hans: 日期, en: Day}}
access:
  rep: {read: own, create: own, update: own}
  manager: {read: tree, create: tree, update: tree}
`})
	recordtest.Each(t, visits, func(t *testing.T, e *recordtest.Env) {
		ctx := context.Background()
		rep, clerk := e.User("rep1", "rep", "sh"), e.User("clerk1", "clerk", "bj")
		c := create(t, e, rep, "customer", record.Values{"name": "甲公司"})
		v := create(t, e, rep, "visit", record.Values{"customer": db.FormatID(c.ID), "day": "2026-11-20"})
		if _, err := e.Store.Update(ctx, rep, "customer", c.ID, record.Values{"name": "乙公司"}, 0, record.WriteOptions{}); err != nil {
			t.Fatal(err)
		}
		if got := get(t, e, rep, "visit", v.ID); got["title"] != "乙公司 2026-11-20" || got["rev"] != 1.0 {
			t.Errorf("title %v, rev %v", got["title"], got["rev"])
		}
		if got := found(t, e, rep, "ygs", "visit"); len(got) != 1 {
			t.Errorf("found %v", got)
		}
		create(t, e, rep, "order", record.Values{"customer": db.FormatID(c.ID), "lines": []any{line("砖", 1, "2")}})
		raw, err := e.Store.Timeline(ctx, rep, "customer", c.ID, record.TimelineQuery{Limit: 1, Kinds: []string{"visit", "order"}}, nil)
		if err != nil || items(t, raw)[0]["says"] != "SO202611-0001 2.00" {
			t.Errorf("%v timeline %s", err, raw)
		}
		raw, err = e.Store.Timeline(ctx, rep, "customer", c.ID, record.TimelineQuery{Limit: 5, Kinds: []string{"visit", "order"}, PageToken: decode(t, raw)["next_page_token"].(string)}, nil)
		if err != nil || len(items(t, raw)) != 1 || items(t, raw)[0]["says"] != "拜访 2026-11-20" {
			t.Errorf("%v timeline %s", err, raw)
		}
		if raw, err := e.Store.Timeline(ctx, clerk, "customer", c.ID, record.TimelineQuery{Limit: 5, Kinds: []string{"visit", "order"}}, nil); err != nil || len(items(t, raw)) != 0 {
			t.Errorf("the clerk, who reads neither, sees %s %v", raw, err)
		}
	})
}

func TestRelatedExpandGroupPurge(t *testing.T) {
	recordtest.Each(t, shop, func(t *testing.T, e *recordtest.Env) {
		ctx := context.Background()
		rep, boss, other := e.User("rep1", "rep", "sh"), e.User("boss1", "manager", "sh"), e.User("rep2", "rep", "bj")
		a := create(t, e, rep, "customer", record.Values{"name": "甲", "level": "A", "credit": "1"})
		b := create(t, e, rep, "customer", record.Values{"name": "乙", "level": "A", "credit": "2", "parent": db.FormatID(a.ID)})
		create(t, e, rep, "customer", record.Values{"name": "丙", "credit": "4"})
		o := create(t, e, rep, "order", record.Values{"customer": db.FormatID(a.ID), "lines": []any{line("砖", 1, "2")}})
		raw, err := e.Store.Related(ctx, rep, "customer", a.ID, "order", record.ListQuery{}, nil)
		if err != nil || len(items(t, raw)) != 1 {
			t.Errorf("%v related %s", err, raw)
		}
		if _, err := e.Store.Related(ctx, other, "customer", a.ID, "order", record.ListQuery{}, nil); !errs.Is(err, errs.NotFound) {
			t.Errorf("another rep: %v", err)
		}
		raw, err = e.Store.Group(ctx, rep, "customer", record.GroupQuery{By: "level", Sum: "credit"}, nil)
		if want := `{"items":[{"value":"A","count":2,"sum":"3.00"},{"value":null,"count":1,"sum":"4.00"}]}`; err != nil || string(raw) != want {
			t.Errorf("%v grouped %s", err, raw)
		}
		raw, _, err = e.Store.Get(ctx, rep, "customer", b.ID, record.GetQuery{Expand: []string{"parent"}}, nil)
		if err != nil || decode(t, raw)["expanded"].(map[string]any)["parent"].(map[string]any)["name"] != "甲" {
			t.Errorf("%v expanded %s", err, raw)
		}
		if _, err := e.Store.Assign(ctx, boss, "customer", a.ID, other.ID, record.WriteOptions{}); err != nil {
			t.Fatal(err)
		}
		raw, _, err = e.Store.Get(ctx, rep, "customer", b.ID, record.GetQuery{Expand: []string{"parent"}}, nil)
		got := decode(t, raw)
		hidden := map[string]any{"hidden": true}
		if diff := cmp.Diff([]any{hidden, hidden}, []any{got["parent"], got["expanded"].(map[string]any)["parent"]}); diff != "" || err != nil {
			t.Errorf("%v unseen: %s", err, diff)
		}
		if _, err := e.Store.Archive(ctx, e.Admin(), "customer", a.ID, record.WriteOptions{}); err != nil {
			t.Fatal(err)
		}
		if err := e.Store.Purge(ctx, e.Admin(), "customer", a.ID, record.WriteOptions{}); code(err) != "still_linked" {
			t.Errorf("purge of a linked one: %v", err)
		}
		if err := e.Store.Purge(ctx, e.Admin(), "order", o.ID, record.WriteOptions{}); err != nil {
			t.Errorf("purge: %v", err)
		}
		if _, _, err := e.Store.Get(ctx, e.Admin(), "order", o.ID, record.GetQuery{}, nil); !errs.Is(err, errs.NotFound) {
			t.Errorf("purged and there: %v", err)
		}
		if rep, err := e.Store.Check(ctx, nil); err != nil || len(rep.Faults) > 0 {
			t.Errorf("check: %v %v", rep.Faults, err)
		}
	})
}

// A record with more dependants than one transaction moves is handed over: its
// new owner finds them at once, the old one no longer, before and after the job.
func TestSearchWhileRightsMove(t *testing.T) {
	recordtest.Each(t, shop, func(t *testing.T, e *recordtest.Env) {
		ctx := context.Background()
		boss, from, to := e.User("boss1", "manager", "sh"), e.User("rep1", "rep", "sh"), e.User("rep2", "rep", "bj")
		c := create(t, e, from, "customer", record.Values{"name": "甲"})
		ops := make([]record.Op, 1050)
		for i := range ops {
			ops[i] = record.Op{Verb: "create", Type: "order", Values: record.Values{"customer": db.FormatID(c.ID), "lines": []any{line("砖", 1, "1")}}}
		}
		if _, err := e.Store.Bulk(ctx, from, ops, record.WriteOptions{}, nil); err != nil {
			t.Fatal(err)
		}
		if _, err := e.Store.Assign(ctx, boss, "customer", c.ID, to.ID, record.WriteOptions{}); err != nil {
			t.Fatal(err)
		}
		look := func(when string) {
			t.Helper()
			for _, n := range []int{1, 500, 1050} {
				number := fmt.Sprintf("SO202611-%04d", n)
				if got := found(t, e, to, number); len(got) != 1 {
					t.Errorf("%s the job, the new owner finds %v by %s", when, got, number)
				}
				if got := found(t, e, from, number); got != nil {
					t.Errorf("%s the job, the old owner finds %v", when, got)
				}
			}
		}
		look("before")
		e.StartJobs()
		settled(t, e)
		look("after")
		if rep, err := e.Store.Check(ctx, nil); err != nil || len(rep.Faults) > 0 {
			t.Errorf("check: %v %v", rep.Faults[:min(3, len(rep.Faults))], err)
		}
	})
}
