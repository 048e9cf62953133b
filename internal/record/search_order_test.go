package record_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"kedang/internal/meta"
	"kedang/internal/record"
	"kedang/internal/record/recordtest"
)

// office has firms, which people look for by name, and papers that bear the
// firms' names.
var office = []meta.Source{{Name: "office", FS: fstest.MapFS{
	"pack.yaml":  {Data: []byte("name: office\nlabel: 办公\nversion: \"1\"\n")},
	"roles.yaml": {Data: []byte("- {name: rep, label: {zh-Hans: 业务员, en: Rep}}\n")},
	"types/firm.yaml": {Data: []byte(`
type: firm
label: {zh-Hans: 单位, en: Firm}
title: name
search: first
fields:
  - {name: name, kind: text, label: {zh-Hans: 名称, en: Name}, required: true}
  - {name: phone, kind: phone, label: {zh-Hans: 电话, en: Phone}}
  - {name: remark, kind: longtext, label: {zh-Hans: 备注, en: Remark}}
  - {name: paper_number, kind: identity, forms: [resident_id], check: warn, sealed: true, label: {zh-Hans: 证件, en: ID}}
access:
  rep: {read: own, create: own, update: own}
`)},
	"types/paper.yaml": {Data: []byte(`
type: paper
label: {zh-Hans: 文件, en: Paper}
title: subject
fields:
  - {name: subject, kind: text, label: {zh-Hans: 题目, en: Subject}, required: true}
access:
  rep: {read: own, create: own, update: own}
`)},
}}}

// TestSearchShowsFirstWhatIsLookedForByName: in each tier, and however many
// newer records of other types match as well.
func TestSearchShowsFirstWhatIsLookedForByName(t *testing.T) {
	recordtest.Each(t, office, func(t *testing.T, e *recordtest.Env) {
		rep := e.User("rep1", "rep", "sh")
		for _, name := range []string{"望江酒店", "酒店用品行", "酒店", "酒店公会"} {
			create(t, e, rep, "firm", record.Values{"name": name, "remark": "宴会"})
		}
		for i := range 70 {
			create(t, e, rep, "paper", record.Values{"subject": fmt.Sprintf("合同 望江酒店 第%d份", i)})
			create(t, e, rep, "paper", record.Values{"subject": fmt.Sprintf("酒店第%d号合同", i)})
		}
		create(t, e, rep, "paper", record.Values{"subject": "宴会"})
		for q, want := range map[string][]string{
			"酒店":      {"酒店", "酒店公会", "酒店用品行", "酒店第69号合同"},
			"jiudian": {"酒店", "酒店公会", "酒店用品行", "酒店第69号合同"},
			"望江":      {"望江酒店", "合同 望江酒店 第69份", "合同 望江酒店 第68份", "合同 望江酒店 第67份"},
			"宴会":      {"宴会", "酒店公会", "酒店", "酒店用品行"},
			"合同 69":   {"合同 望江酒店 第69份", "酒店第69号合同"},
			"第69":     {"酒店第69号合同", "合同 望江酒店 第69份"},
		} {
			if diff := cmp.Diff(want, found(t, e, rep, q)[:len(want)]); diff != "" {
				t.Errorf("%s: %s", q, diff)
			}
		}
		if got := found(t, e, rep, "酒店"); len(got) != 20 || got[19] == "望江酒店" {
			t.Errorf("酒店 found %v", got)
		}
		raw, err := e.Store.Search(context.Background(), rep, record.SearchQuery{Q: "酒店", Limit: 100}, nil)
		if err != nil {
			t.Fatal(err)
		}
		seen := map[string]bool{}
		for i, hit := range items(t, raw) {
			if seen[hit["id"].(string)] {
				t.Errorf("hit %d, %v, is there twice", i, hit)
			}
			seen[hit["id"].(string)] = true
			if i == 73 && hit["title"] != "望江酒店" {
				t.Errorf("the first that has 酒店 within is %v", hit)
			}
		}
	})
}

// TestSearchForTheEndOfASealedNumber: the end is no exact hit; a number typed in
// groups is one.
func TestSearchForTheEndOfASealedNumber(t *testing.T) {
	recordtest.Each(t, office, func(t *testing.T, e *recordtest.Env) {
		rep := e.User("rep1", "rep", "sh")
		create(t, e, rep, "firm", record.Values{"name": "王一", "paper_number": "11010519491231002X"})
		create(t, e, rep, "firm", record.Values{"name": "002x 号仓"})
		for q, want := range map[string]string{
			"002X": "002x 号仓:starts 王一:contains", "31002x": "王一:contains", "11010519491231002x": "王一:exact",
			"110105 19491231 002x": "王一:exact", "110105-1949-1231-002X": "王一:exact", "1231002x": "", "19491231": "",
			"王 002X": "王一:starts", "002x 一": "王一:contains", "wy 31002x": "王一:starts", "王 11010519491231002x": "王一:starts", "李 002x": "", "王 2002x": "",
		} {
			raw, err := e.Store.Search(context.Background(), rep, record.SearchQuery{Q: q}, nil)
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, hit := range items(t, raw) {
				got = append(got, hit["title"].(string)+":"+hit["match"].(string))
			}
			if strings.Join(got, " ") != want {
				t.Errorf("%s found %v, want %s", q, got, want)
			}
		}
	})
}

// TestAListNarrowedByWordsLosesNothing: a filter beside the words reaches all
// that they find, a total says when there is more, and what goes through every
// record goes through every one.
func TestAListNarrowedByWordsLosesNothing(t *testing.T) {
	recordtest.Each(t, office, func(t *testing.T, e *recordtest.Env) {
		ctx, rep := context.Background(), e.User("rep1", "rep", "sh")
		create(t, e, rep, "firm", record.Values{"name": "望江公司零", "remark": "最早"})
		var ops []record.Op
		for i := range 1200 {
			ops = append(ops, record.Op{Verb: "create", Type: "firm", Values: record.Values{"name": fmt.Sprintf("第%d公司", i)}})
		}
		for len(ops) > 0 {
			n := min(len(ops), 400)
			if _, err := e.Store.Batch(ctx, rep, ops[:n], record.WriteOptions{}); err != nil {
				t.Fatal(err)
			}
			ops = ops[n:]
		}
		if got := list(t, e, rep, "firm", record.ListQuery{Q: "公司", Filter: "name startsWith '望江'"}); len(got) != 1 || got[0]["name"] != "望江公司零" {
			t.Errorf("words and a filter: %v", got)
		}
		for total, want := range map[string]string{"exact": `{"count":1000,"exact":false}`, "capped": `{"count":1000,"exact":false}`} {
			raw, err := e.Store.List(ctx, rep, "firm", record.ListQuery{Q: "公司", Total: total, PageSize: 1}, nil)
			if err != nil || !strings.Contains(string(raw), `"total":`+want) {
				t.Errorf("total=%s: %s %v", total, raw, err)
			}
		}
		n := 0
		err := e.Store.Each(ctx, rep, "read", "firm", record.ListQuery{Q: "公司", Fields: []string{"name"}}, func(items []byte) error {
			n += strings.Count(string(items), `"id"`)
			return nil
		})
		if err != nil || n != 1201 {
			t.Errorf("went through %d of 1201: %v", n, err)
		}
		grouped, err := e.Store.Group(ctx, rep, "firm", record.GroupQuery{By: "owner", ListQuery: record.ListQuery{Q: "公司"}}, nil)
		if err != nil || !strings.Contains(string(grouped), `"count":1201`) {
			t.Errorf("grouped: %s %v", grouped, err)
		}
	})
}
