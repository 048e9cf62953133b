package han_test

import (
	"testing"
	"unicode/utf8"

	"kedang/internal/han"
)

func TestFold(t *testing.T) {
	for _, c := range []struct{ in, want string }{
		{"", ""}, {"   ", ""}, {"abc", "abc"}, {"Abc", "abc"}, {" a  b\t c\n", "a b c"}, {"ＡＢＣ１２３（股）", "abc123(股)"}, {"　全　角　", "全 角"},
		{"臺積電", "台积电"}, {"台積電", "台积电"}, {"台积电", "台积电"}, {"裏", "里"}, {"裡", "里"}, {"里", "里"}, {"後", "后"}, {"群峯", "群峰"}, {"羣", "群"}, {"衞", "卫"}, {"鍾", "钟"},
		{"乾", "干"}, {"張三豐", "张三丰"}, {"zhang\u200bsan", "zhangsan"}, {"\ufeff张\u200d三\ufe0f", "张三"}, {"a\u00adb", "ab"}, {"\u202eabc\u202c", "abc"},
		{"Straße", "straße"}, {"İ", "i"}, {"ΟΔΟΣ", "οδοσ"}, {"οδος", "οδοσ"}, {"ﬁ", "fi"}, {"①", "1"}, {"㈱", "(株)"}, {"é", "é"}, {"e\u0301", "é"}, {"J\u030c", "ǰ"}, {"e\u200d\u0301", "é"},
		{"a\xffb", "a\ufffdb"}, {"\x00a\x1fb", "ab"}, {"a\u00a0b", "a b"}, {"👨‍👩‍👧", "👨👩👧"}, {"𠮷野家", "𠮷野家"}, {"㎡", "m2"}, {"ｶﾞ", "ガ"}, {"龍\uf9d1", "龙六"},
	} {
		if got := han.Fold(c.in); got != c.want {
			t.Errorf("Fold(%q) = %q, want %q", c.in, got, c.want)
		}
	}
}

func TestFoldTwiceChangesNothing(t *testing.T) {
	for r := rune(0); r <= 0x323AF; r++ {
		if r >= 0xD800 && r <= 0xDFFF {
			continue
		}
		for _, s := range []string{string(r), "a" + string(r) + "\u0301", " " + string(r) + " ", "가" + string(r)} {
			once := han.Fold(s)
			if twice := han.Fold(once); twice != once {
				t.Fatalf("%U: %q folds to %q, that to %q", r, s, once, twice)
			}
		}
	}
}

func TestFoldedTextCostsNothing(t *testing.T) {
	for _, s := range []string{"already folded, 123", "台积电", "张三 13800138000"} {
		if n := testing.AllocsPerRun(100, func() { han.Fold(s) }); n != 0 {
			t.Errorf("Fold(%q) allocates %v times", s, n)
		}
	}
}

func FuzzFold(f *testing.F) {
	f.Add("臺積電 ＴＳＭＣ\u200b")
	f.Add("J\u030c\xff")
	f.Fuzz(func(t *testing.T, s string) {
		once := han.Fold(s)
		if !utf8.ValidString(once) {
			t.Errorf("%q folds to invalid text", s)
		}
		if twice := han.Fold(once); twice != once {
			t.Errorf("%q folds to %q, that to %q", s, once, twice)
		}
	})
}

// FuzzSearch: a text that is not blank finds itself, whatever it is, and what
// is printed for it holds no character that a database could misread.
func FuzzSearch(f *testing.F) {
	f.Add("张三's \"café\" 🏨", 3)
	f.Add("\u200b", 0)
	f.Fuzz(func(t *testing.T, s string, cut int) {
		if q := han.ParseQuery(s); len(s) > 3000 || !utf8.ValidString(s) || q.Empty() {
			return
		}
		if search(t, record{title: s}, s) == 0 {
			t.Errorf("%q does not find itself", s)
		}
		if cut > 0 && cut < len(s) {
			search(t, record{title: s, code: s[cut:], body: s}, s[:cut])
		}
		for _, token := range (record{title: s, code: s, body: s, phone: s}).tokens().List() {
			for _, r := range token {
				if r != '_' && (r < '0' || r > '9' && r < 'a' || r > 'z' && r < 0x3400 || r > 0x9FFF) {
					t.Errorf("token %q of %q", token, s)
				}
			}
		}
	})
}

func BenchmarkFoldASCII(b *testing.B) {
	for b.Loop() {
		han.Fold("already folded text of 30 bytes")
	}
}

func BenchmarkFoldFolded(b *testing.B) {
	for b.Loop() {
		han.Fold("深圳市华强电子科技有限公司")
	}
}

func BenchmarkFoldTraditional(b *testing.B) {
	for b.Loop() {
		han.Fold("臺灣積體電路製造股份有限公司（ＴＳＭＣ）")
	}
}

func BenchmarkFoldHard(b *testing.B) {
	for b.Loop() {
		han.Fold("Café Müller 株式会社ﾊﾆｰ")
	}
}

func BenchmarkTokensPerson(b *testing.B) {
	var t han.Tokens
	for b.Loop() {
		t.Reset()
		t.Title("张三丰", "")
		t.Phone("+8613800138000", "")
		t.Code("C2026-000001", "")
		t.Extra("_o17")
		t.List()
	}
}

func BenchmarkTokensCustomer(b *testing.B) {
	var t han.Tokens
	for b.Loop() {
		t.Reset()
		t.Title("深圳市华强电子科技有限公司", "")
		t.Title("华强电子", "")
		t.Phone("+8613800138000", "")
		t.Code("C2026-000001", "")
		t.Body("广东省深圳市福田区华强北路1019号华强广场B座17楼", "")
		t.Extra("_o17")
		t.Extra("_t3")
		t.List()
	}
}

func BenchmarkSortKey(b *testing.B) {
	for b.Loop() {
		han.SortKey("深圳市华强电子科技有限公司")
	}
}

func BenchmarkParseQuery(b *testing.B) {
	for b.Loop() {
		q := han.ParseQuery("zhangwei 5678")
		han.FTS5(q.Tier(han.Contains, nil))
	}
}

func BenchmarkMatch(b *testing.B) {
	t := record{title: "深圳市华强电子科技有限公司", phone: "+8613800138000", code: "C2026-000001", body: "福田区华强北路1019号"}.tokens()
	q := han.ParseQuery("hqdz 8000")
	for b.Loop() {
		q.Match(t, nil)
	}
}
