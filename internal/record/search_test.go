package record_test

import (
	"context"
	"testing"

	"github.com/google/go-cmp/cmp"

	"kedang/internal/access"
	"kedang/internal/record"
	"kedang/internal/record/recordtest"
)

func found(t *testing.T, e *recordtest.Env, a *access.Actor, q string, types ...string) []string {
	t.Helper()
	raw, err := e.Store.Search(context.Background(), a, record.SearchQuery{Q: q, Types: types}, nil)
	if err != nil {
		t.Fatalf("search %q: %v", q, err)
	}
	var out []string
	for _, i := range items(t, raw) {
		out = append(out, i["title"].(string))
	}
	return out
}

func TestSearch(t *testing.T) {
	recordtest.Each(t, shop, func(t *testing.T, e *recordtest.Env) {
		rep, other, clerk := e.User("rep1", "rep", "sh"), e.User("rep2", "rep", "bj"), e.User("clerk1", "clerk", "bj")
		boss := e.User("boss1", "manager", "sh")
		for _, v := range []record.Values{
			{"name": "王府酒店管理有限公司", "phones": []any{"021-58881234"}, "remark": "喜欢高层安静的房间"},
			{"name": "单经理", "phones": []any{"13800138000"}, "id_number": "11010519491231002X"},
			{"name": "臺灣積體電路製造股份有限公司", "code": "2330"},
			{"name": "曾小贤", "secret": "暗号七"},
			{"name": "ＡＢＣ Trading", "remark": "王府的邻居"},
		} {
			v := v
			if v["secret"] != nil {
				delete(v, "secret")
			}
			create(t, e, rep, "customer", v)
		}
		for q, want := range map[string][]string{
			"王":                  {"王府酒店管理有限公司", "ABC"},
			"王府":                 {"王府酒店管理有限公司", "ABC"},
			"酒店":                 {"王府酒店管理有限公司"},
			"wfjd":               {"王府酒店管理有限公司"},
			"wangfu":             {"王府酒店管理有限公司"},
			"shan":               {"单经理"},
			"sjl":                {"单经理"},
			"8000":               {"单经理"},
			"1380013":            {"单经理"},
			"台积电":                nil,
			"台湾积体":               {"臺灣積體電路製造股份有限公司"},
			"zengx":              {"曾小贤"},
			"abc":                {"ＡＢＣ Trading"},
			"C2026-000002":       {"单经理"},
			"1234":               {"王府酒店管理有限公司"},
			"安静的房间":              {"王府酒店管理有限公司"},
			"11010519491231002x": {"单经理"},
			"nothing at all":     nil,
			"王府 1234":            {"王府酒店管理有限公司"},
		} {
			if len(want) == 2 {
				want[1] = "ＡＢＣ Trading"
			}
			if diff := cmp.Diff(want, found(t, e, rep, q)); diff != "" {
				t.Errorf("%s: %s", q, diff)
			}
			if got := found(t, e, other, q); got != nil {
				t.Errorf("%s: another rep found %v", q, got)
			}
		}
		if got := found(t, e, boss, "shan", "customer"); len(got) != 1 {
			t.Errorf("the manager found %v", got)
		}
		for q, n := range map[string]int{"13800138000": 1, "8000": 1, "1380013": 0, "单经理": 1} {
			if got := found(t, e, clerk, q); len(got) != n {
				t.Errorf("the clerk, who sees phones masked, found %v by %s, want %d", got, q, n)
			}
		}
		if got := list(t, e, rep, "customer", record.ListQuery{Q: "酒店"}); len(got) != 1 {
			t.Errorf("a list narrowed by words has %d rows", len(got))
		}
	})
}
