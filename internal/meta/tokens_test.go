package meta_test

import (
	"slices"
	"testing"

	"kedang/internal/han"
	"kedang/internal/meta"
)

// TestTokens holds that each kind that people search by gives search tokens,
// that each that is only filtered gives none, and that search: decides.
func TestTokens(t *testing.T) {
	for _, x := range []struct {
		kind, properties, cell string
		found                  bool
	}{
		{"text", "{}", "王府酒店", true},
		{"text", "{search: none}", "王府酒店", false},
		{"text", "{search: title}", "王府酒店", true},
		{"longtext", "{}", "客户说下周再来", true},
		{"number", "{}", "HT-2026", true},
		{"url", "{}", "www.kedang.cn", true},
		{"identity", "{forms: [uscc]}", "91350100M000100Y43", true},
		{"phone", "{}", "13800138000", true},
		{"phones", "{}", "13800138000", true},
		{"phones", "{search: none}", "13800138000", false},
		{"emails", "{}", "a@b.cn", true},
		{"social", "{}", "微信:wangfu", true},
		{"address", "{}", "上海市浦东新区张江路1号", true},
		{"tags", "{}", "重点", true},
		{"choice", "{choices: [{a: 甲}]}", "a", false},
		{"choice", "{choices: [{a: 甲}], search: body}", "a", true},
		{"choices", "{choices: [{a: 甲}], search: body}", "a", true},
		{"money", "{}", "12.50", false},
		{"date", "{}", "2026-01-31", false},
		{"bool", "{}", "是", false},
		{"geo", "{}", "31.2,121.4", false},
		{"json", "{}", "{}", false},
		{"link", "{to: thing}", "王府", false},
		{"links", "{to: thing}", "王府", false},
	} {
		f := fieldOf(t, x.kind, x.properties)
		v, problems := f.Kind.Parse(f, x.cell, &meta.Input{Loose: true, Region: "CN", Zone: shanghai})
		if problems != nil {
			t.Fatal(x.kind, problems)
		}
		var tokens han.Tokens
		f.Kind.Tokens(f, v, "", &tokens)
		if got := len(tokens.List()) > 0; got != x.found {
			t.Errorf("%s %s: tokens %v, want any: %v", x.kind, x.properties, tokens.List(), x.found)
		}
	}
}

func TestChildRowsGiveTheirTokens(t *testing.T) {
	f := fieldOf(t, "rows", "{fields: [{name: what, kind: text, label: 什么}, {name: n, kind: integer, label: 数}]}")
	v, problems := f.Kind.Parse(f, []any{map[string]any{"what": "床单"}}, &meta.Input{})
	if problems != nil {
		t.Fatal(problems)
	}
	var got, want han.Tokens
	f.Kind.Tokens(f, v, "", &got)
	want.Body("床单", "")
	if !slices.Equal(got.List(), want.List()) {
		t.Errorf("%v, want %v", got.List(), want.List())
	}
}

// TestOperatorsAreOffered holds that every kind that holds a value can be filtered by.
func TestOperatorsAreOffered(t *testing.T) {
	for _, k := range meta.Kinds() {
		if len(k.Operators()) == 0 && k.Storage() != meta.Nowhere {
			t.Errorf("kind %s offers no operator", k.Name())
		}
	}
}
