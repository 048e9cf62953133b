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
	for _, c := range []struct{ name, asked string }{{"SO202611-0500", "1050"}, {"3-15", "315"}, {"3 15", "315"}, {"A-B", "ab"}, {"A B", "ab"}, {"张江Wang", "zjw@"}, {"张江", "zjwang"}, {"Müller", "maller"}} {
		var tokens han.Tokens
		tokens.Title(c.name, "")
		q := han.ParseQuery(c.asked)
		if _, ok := q.Match(&tokens, nil); ok {
			t.Errorf("%s is found by %s", c.name, c.asked)
		}
	}
}

// TestTypedInOneGo: names with Latin letters, in other spellings and without
// pauses, and characters in rare forms.
func TestTypedInOneGo(t *testing.T) {
	for _, c := range []struct{ name, asked string }{
		{"Acme Hotel", "acmehotel"}, {"ACME Hotel Group", "hotelgroup"}, {"Jardine-Matheson Ltd", "jardinematheson"}, {"Société Générale", "societegenerale"}, {"Grand Hyatt 上海", "grandhyatt"},
		{"张江Wang", "zjwang"}, {"张江Wang", "zhangjiangwang"}, {"張江 Wang", "zjw"}, {"KFC餐厅", "kfcct"}, {"麦当劳McDonald", "mdlmcdonald"}, {"3M中国", "3mzg"}, {"单Peter", "shanpeter"},
		{"Müller GmbH", "mueller"}, {"Müller GmbH", "muller"}, {"Müller GmbH", "muellergmbh"}, {"Straße 5", "strasse"},
		{"欧阳娜娜", "ouyangnn"}, {"𠮷野家", "吉野家"}, {"吉野家", "𠮷野家"}, {"戸部商店", "户部"}, {"黒田", "黑田"}, {"邨記茶餐廳", "村记"}, {"𠮷野家", "jyj"},
	} {
		var tokens han.Tokens
		tokens.Title(c.name, "")
		q := han.ParseQuery(c.asked)
		if _, ok := q.Match(&tokens, nil); !ok {
			t.Errorf("%s is not found by %s", c.name, c.asked)
		}
		found, list := false, tokens.List()
		for tier := han.Exact; tier <= han.Body; tier++ {
			found = found || q.Tier(tier, nil).Holds(list)
		}
		if !found {
			t.Errorf("the tokens of %s do not hold %s", c.name, c.asked)
		}
	}
}
