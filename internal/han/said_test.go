package han_test

import (
	"testing"

	"kedang/internal/han"
)

// TestAsSaid: names are found as people say them.
func TestAsSaid(t *testing.T) {
	for _, c := range []struct{ name, asked string }{
		{"王府（上海）酒店", "王府上海"}, {"王府（上海）酒店", "wfshjd"}, {"王府（上海）酒店", "wangfushanghai"}, {"王府（上海）酒店", "王府上海酒店"}, {"王府（上海）酒店", "王府（上海）"},
		{"王府(上海)酒店", "王府（上海）酒店"}, {"张　三", "张三"}, {"张 三", "zhangsan"}, {"阿里·买买提", "阿里买买提"}, {"O’Brien & Sons", "obrien"}, {"O’Brien & Sons", "o'brien"},
		{"McDonald's麦当劳", "mcdonalds"}, {"「老王」面馆", "老王面馆"}, {"王红梅（店长）", "王红梅"},
	} {
		var tokens han.Tokens
		tokens.Title(c.name, "")
		q := han.ParseQuery(c.asked)
		if tier, ok := q.Match(&tokens, nil); !ok {
			t.Errorf("%s is not found by %s (%d)", c.name, c.asked, tier)
		}
	}
	for _, c := range []struct{ name, asked string }{{"SO202611-0500", "1050"}, {"3-15", "315"}, {"Acme Hotel", "acmehotel"}, {"A-B", "ab"}} {
		var tokens han.Tokens
		tokens.Title(c.name, "")
		q := han.ParseQuery(c.asked)
		if _, ok := q.Match(&tokens, nil); ok {
			t.Errorf("%s is found by %s", c.name, c.asked)
		}
	}
}
