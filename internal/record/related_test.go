package record_test

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"testing"
	"testing/fstest"

	"kedang/internal/access"
	"kedang/internal/db"
	"kedang/internal/meta"
	"kedang/internal/record"
	"kedang/internal/record/recordtest"
)

// A related list comes in the order of its type's default view, which the
// index of the link serves however long it is; whoever may not order by that
// gets the newest first.
func TestRelatedInTheUsualOrder(t *testing.T) {
	packs := []meta.Source{{Name: "p", FS: fstest.MapFS{
		"pack.yaml":       {Data: []byte("name: p\nlabel: 包\nversion: \"1\"\n")},
		"roles.yaml":      {Data: []byte("- {name: full, label: 全}\n- {name: part, label: 部分}\n")},
		"types/firm.yaml": {Data: []byte("type: firm\nlabel: 户\ntitle: name\nfields:\n  - {name: name, kind: text, label: 名, required: true}\naccess: {\"*\": {read: all}, full: {create: all}}\n")},
		"types/call.yaml": {Data: []byte(`
type: call
label: 通话
title: "{day}"
root: firm
fields:
  - {name: firm, kind: link, to: firm, required: true, label: 户}
  - {name: day, kind: date, label: 日}
views:
  - {name: all, label: 全部, default: true, sort: "-day", columns: [day]}
access: {full: {read: all, create: all}, part: {read: all, fields: {day: hidden}}}
`)},
	}}}
	recordtest.Each(t, packs, func(t *testing.T, e *recordtest.Env) {
		full, part := e.User("f", "full", ""), e.User("p", "part", "")
		firm := create(t, e, full, "firm", record.Values{"name": "甲"})
		var made []string
		for _, day := range []int{3, 1, 4, 2} {
			c := create(t, e, full, "call", record.Values{"firm": db.FormatID(firm.ID), "day": fmt.Sprintf("2026-01-%02d", day)})
			made = append(made, db.FormatID(c.ID))
		}
		var ids func(a *access.Actor, q record.ListQuery) []string
		ids = func(a *access.Actor, q record.ListQuery) (out []string) {
			raw, err := e.Store.Related(context.Background(), a, "firm", firm.ID, "call", q, nil)
			if err != nil {
				t.Fatal(err)
			}
			var page struct {
				Items []struct{ ID string }
				Next  string `json:"next_page_token"`
			}
			if err := json.Unmarshal(raw, &page); err != nil {
				t.Fatal(err)
			}
			for _, x := range page.Items {
				out = append(out, x.ID)
			}
			if page.Next != "" {
				q.PageToken = page.Next
				out = append(out, ids(a, q)...)
			}
			return out
		}
		byDay := []string{made[2], made[0], made[3], made[1]}
		newest := []string{made[3], made[2], made[1], made[0]}
		for _, x := range []struct {
			who  *access.Actor
			q    record.ListQuery
			want []string
		}{
			{full, record.ListQuery{}, byDay},
			{full, record.ListQuery{PageSize: 2}, byDay},
			{full, record.ListQuery{OrderBy: "-created_at"}, newest},
			{part, record.ListQuery{}, newest},
		} {
			if got := ids(x.who, x.q); !slices.Equal(got, x.want) {
				t.Errorf("%s %+v: %v, want %v", x.who.Name, x.q, got, x.want)
			}
		}
	})
}
