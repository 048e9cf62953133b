package text_test

import (
	"strings"
	"testing"
	"time"

	"kedang/internal/text"
)

func TestMatch(t *testing.T) {
	for header, want := range map[string]text.Lang{
		"":                              text.ZhHans,
		"zh-CN,zh;q=0.9,en;q=0.8":       text.ZhHans,
		"zh-TW,zh;q=0.9,en-US;q=0.8":    text.ZhHant,
		"zh-HK":                         text.ZhHant,
		"zh_MO":                         text.ZhHant,
		"zh-Hant-HK":                    text.ZhHant,
		"zh-Hans-HK":                    text.ZhHans,
		"en-GB,en;q=0.9":                text.En,
		"fr-FR,fr;q=0.9,en;q=0.5":       text.En,
		"en;q=0.5,zh-TW;q=0.8":          text.ZhHant,
		"en;q=0,zh-TW;q=0.1":            text.ZhHant,
		"ja":                            text.ZhHans,
		"*":                             text.ZhHans,
		";;q=,,":                        text.ZhHans,
		"en;q=NaN":                      text.ZhHans,
		"zh-Hant":                       text.ZhHant,
		strings.Repeat("zh-TW,", 10000): text.ZhHant,
	} {
		if got := text.Match(header); got != want {
			t.Errorf("%.40q: %s, want %s", header, got, want)
		}
	}
}

func TestMessage(t *testing.T) {
	type params = map[string]any
	many := []string{"a", "b", "c", "d", "e", "f", "g", "h", "i", "j"}
	for _, tt := range []struct {
		lang   text.Lang
		code   string
		params params
		want   string
	}{
		{text.ZhHans, "required", nil, "请填写此项。"},
		{text.ZhHant, "required", nil, "請填寫此項。"},
		{text.En, "required", nil, "Please fill in this field."},
		{"ja", "required", nil, "请填写此项。"},
		{text.ZhHans, "too_long", params{"max": 20000, "length": int64(20001)}, "太长了：最多 20,000 个字符，现在有 20,001 个；请缩短。"},
		{text.ZhHans, "too_long", params{"max": 200}, "太长了：最多 200 个字符；请缩短。"},
		{text.ZhHans, "too_long", nil, "太长了：最多 … 个字符；请缩短。"},
		{text.En, "out_of_range", params{"min": -1234567, "max": 12345.5}, "Out of range: it must be between -1,234,567 and 12,345.5."},
		{text.En, "not_a_number", params{"value": "x"}, "“x” is not a number; write digits only, such as 1234.50."},
		{text.En, "not_a_number", nil, "Not a number; write digits only, such as 1234.50."},
		{text.ZhHans, "bad_choice", params{"value": "丙", "known": []string{"甲", "乙"}}, "“丙”不在可选范围内；可选：甲、乙。"},
		{text.En, "bad_choice", params{"known": many}, "Not one of the choices: a, b, c, d, e, f, g, h, and more, 10 in all."},
		{text.ZhHant, "forbidden", params{"verb": "read"}, "您無權進行此操作：檢視；如有需要請聯絡管理員。"},
		{text.ZhHans, "forbidden", params{"verb": "dance"}, "您无权进行此操作：dance；如有需要请联系管理员。"},
		{text.ZhHans, "wrong_kind", params{"want": "date"}, "内容的类型不对，这里需要日期；请改正后重试。"},
		{text.ZhHans, "no_such_code", nil, "操作没有成功（代码 no_such_code）；请重试，或联系管理员。"},
		{text.En, "unknown_field", params{"field": "{max}[x]"}, "There is no such field “{max}[x]”, or you may not use it; check the name."},
		{text.En, "too_many_attempts", params{"seconds": 90 * time.Second}, "Too many attempts; wait 1m30s seconds and try again."},
	} {
		if got := text.Message(tt.lang, tt.code, tt.params); got != tt.want {
			t.Errorf("%s %s %v:\n got %s\nwant %s", tt.lang, tt.code, tt.params, got, tt.want)
		}
	}
	long := text.Message(text.ZhHans, "unknown_field", params{"field": strings.Repeat("长", 1000)})
	if n := len([]rune(long)); n > 200 || !strings.Contains(long, "长…”") {
		t.Errorf("a long value makes a sentence of %d characters", n)
	}
	var none *time.Location
	if got := text.Message(text.En, "too_small", params{"min": none}); !strings.Contains(got, "…") {
		t.Error(got)
	}
}

func FuzzMessage(f *testing.F) {
	f.Add("en", "bad_choice", "value", "x{y}")
	f.Add("zh-Hant", "", "known", "[")
	f.Fuzz(func(t *testing.T, lang, code, name, value string) {
		if got := text.Message(text.Match(lang), code, map[string]any{name: value}); got == "" {
			t.Errorf("%q gave nothing", code)
		}
	})
}

func BenchmarkMessage(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		text.Message(text.ZhHans, "too_long", map[string]any{"max": 200, "length": 201})
	}
}
