package record_test

import (
	"context"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"kedang/internal/access"
	"kedang/internal/db"
	"kedang/internal/record"
	"kedang/internal/record/recordtest"
)

// TestListsUnderSeveralDepartments: a list that is merged from the ranges of
// several departments, or walked in its order, has the rows, the order, the
// pages and the total of the same list asked by somebody who sees everything,
// without what is not the reader's.
func TestListsUnderSeveralDepartments(t *testing.T) {
	tagged := shopWith(nil, "customer", "  - {name: parent,", "  - {name: tags, kind: tags, label: {zh-Hans: 标签, en: Tags}}\n  - {name: parent,")
	recordtest.Each(t, tagged, func(t *testing.T, e *recordtest.Env) {
		e.Department("north", "")
		for _, d := range []string{"n1", "n2", "n3", "empty"} {
			e.Department(d, "north")
		}
		boss := e.User("boss1", "manager", "north")
		reps := map[*access.Actor]bool{}
		for i, d := range []string{"north", "n1", "n2", "n3", "south"} {
			reps[e.User("rep"+fmt.Sprint(i), "rep", d)] = d != "south"
		}
		inside := map[string]bool{}
		for rep, his := range reps {
			ops := make([]record.Op, 280) // more than a total tells exactly
			for i := range ops {
				v := record.Values{"name": fmt.Sprintf("%c店%d", []rune("王李张安周")[i%5], i*7%13)}
				if i%3 > 0 {
					v["credit"] = fmt.Sprint(i % 7)
				}
				if v["tags"] = []any{"少"}; i%40 > 0 {
					v["tags"] = []any{"多"}
				}
				ops[i] = record.Op{Verb: "create", Type: "customer", Values: v}
			}
			out, err := e.Store.Bulk(context.Background(), rep, ops, record.WriteOptions{}, nil)
			if err != nil {
				t.Fatal(err)
			}
			for _, r := range out {
				if r.Err != nil {
					t.Fatal(code(r.Err))
				}
				inside[db.FormatID(r.ID)] = his
			}
		}
		for _, q := range []record.ListQuery{{OrderBy: "name"}, {OrderBy: "-name"}, {OrderBy: "-created_at"}, {OrderBy: "credit,-name"},
			{OrderBy: "-credit"}, {OrderBy: "name", Filter: `name startsWith "王"`}, {OrderBy: "name", Filter: `has(tags, "少")`},
			{OrderBy: "-created_at", Filter: `has(tags, "多") and name startsWith "王"`}, {}} {
			all, _ := pagesOf(t, e, e.Admin(), q)
			all = slices.DeleteFunc(all, func(id string) bool { return !inside[id] })
			got, total := pagesOf(t, e, boss, q)
			if diff := cmp.Diff(all, got); diff != "" {
				t.Errorf("%+v: %s", q, diff)
			}
			if len(q.Filter) > 4 && q.Filter[:4] == "has(" { // the same asked record by record
				q.Filter = regexp.MustCompile(`has\((\w+), ("[^"]+")\)`).ReplaceAllString(q.Filter, "any($1, # == $2)")
				if walked, _ := pagesOf(t, e, boss, q); !slices.Equal(walked, got) {
					t.Errorf("%+v: %s", q, cmp.Diff(walked, got))
				}
			}
			if total != len(all) || total == 0 {
				t.Errorf("%+v: the total is %d of %d", q, total, len(all))
			}
		}
	})
}

// pagesOf goes through a list by small pages.
func pagesOf(t *testing.T, e *recordtest.Env, a *access.Actor, q record.ListQuery) (ids []string, total int) {
	t.Helper()
	q.PageSize, q.Fields, q.Total = 170, []string{"name"}, "exact"
	for {
		raw, err := e.Store.List(context.Background(), a, "customer", q, nil)
		if err != nil {
			t.Fatalf("%+v: %v", q, err)
		}
		var page struct {
			Items []struct{ ID string }
			Next  string `json:"next_page_token"`
			Total struct{ Count int }
		}
		if err := json.Unmarshal(raw, &page); err != nil {
			t.Fatal(err)
		}
		for _, i := range page.Items {
			ids = append(ids, i.ID)
		}
		if total = page.Total.Count; page.Next == "" {
			return ids, total
		}
		q.PageToken = page.Next
	}
}
