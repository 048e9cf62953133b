package codes_test

import (
	"math"
	"strings"
	"testing"

	"kedang/internal/codes"
)

func TestParseNumber(t *testing.T) {
	for _, tt := range []struct {
		text, digits string
		percent      bool
		currency     string
	}{
		{"0", "0", false, ""},
		{"-0", "0", false, ""},
		{"123", "123", false, ""},
		{"-123.450", "-123.450", false, ""},
		{"1,234.50", "1234.50", false, ""},
		{"1,234,567", "1234567", false, ""},
		{"12,3456", "123456", false, ""},
		{"1 234 567.8", "1234567.8", false, ""},
		{"￥1,234", "1234", false, ""},
		{"¥-12.5", "-12.5", false, ""},
		{"-¥12.5", "-12.5", false, ""},
		{"NT$300", "300", false, "TWD"},
		{"HK$ 1,000", "1000", false, "HKD"},
		{"人民币5000元", "5000", false, "CNY"},
		{"5000元整", "5000", false, ""},
		{"100万元", "1000000", false, ""},
		{"3千万", "30000000", false, ""},
		{"12万", "120000", false, ""},
		{"1.2亿", "120000000", false, ""},
		{"1亿2000万", "120000000", false, ""},
		{"1万2千5", "12005", false, ""},
		{"2.55億", "255000000", false, ""},
		{"1.2亿500万", "125000000", false, ""},
		{"5k", "5000", false, ""},
		{"(1,234)", "-1234", false, ""},
		{"（1,234.5）", "-1234.5", false, ""},
		{"1,234-", "-1234", false, ""},
		{"−5", "-5", false, ""},
		{"１２３．５", "123.5", false, ""},
		{"12%", "12", true, ""},
		{"-3.5 %", "-3.5", true, ""},
		{"1.5E+6", "1500000", false, ""},
		{"1.234e-2", "0.01234", false, ""},
		{"007", "7", false, ""},
		{".5", "0.5", false, ""},
		{"5.", "5", false, ""},
		{"+7", "7", false, ""},
		{"'42", "42", false, ""},
		{"-负5", "-5", false, ""},
	} {
		got, problems := codes.ParseNumber(tt.text)
		if tt.text == "-负5" {
			if problems == nil {
				t.Errorf("%q was read as %+v", tt.text, got)
			}
			continue
		}
		if (got != codes.Number{Digits: tt.digits, Percent: tt.percent, Currency: tt.currency}) || problems != nil {
			t.Errorf("%q: %+v %v, want %q", tt.text, got, problems, tt.digits)
		}
	}
	for _, text := range []string{"", "-", "abc", "1,23", "1,2345,678", "1..2", "1.2.3", "0x10", "1e999", "NaN", "Inf", "--1", "(-1)", "万", "元", "%", "1.23456万5",
		strings.Repeat("9", 100), strings.Repeat("万", 100), "2026-01-03", "一千"} {
		if got, problems := codes.ParseNumber(text); word(problems) != "not_a_number" {
			t.Errorf("%q was read as %+v", text, got)
		}
	}
}

func TestScaled(t *testing.T) {
	for _, tt := range []struct {
		digits  string
		scale   int
		want    int64
		cut, ok bool
	}{
		{"12.345", 2, 1235, true, true},
		{"-12.345", 2, -1235, true, true},
		{"12.344", 2, 1234, true, true},
		{"12.300", 2, 1230, false, true},
		{"12", 2, 1200, false, true},
		{"0.5", 0, 1, true, true},
		{"9223372036854775807", 0, math.MaxInt64, false, true},
		{"9223372036854775808", 0, 0, false, false},
		{"9223372036854775807.5", 0, 0, true, false},
		{"92233720368547758.08", 2, 0, false, false},
		{"", 2, 0, false, false},
	} {
		got, cut, ok := codes.Number{Digits: tt.digits}.Scaled(tt.scale)
		if got != tt.want && ok || cut != tt.cut && ok || ok != tt.ok {
			t.Errorf("%q at %d: %d %v %v", tt.digits, tt.scale, got, cut, ok)
		}
	}
}

func FuzzParseNumber(f *testing.F) {
	for _, s := range []string{"1,234.50", "1亿2000万", "(1)", "1.5E+6", "￥", "12%", "-00.10"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		n, problems := codes.ParseNumber(text)
		if problems != nil {
			return
		}
		again, problems := codes.ParseNumber(n.Digits)
		if problems != nil || again.Digits != n.Digits {
			t.Errorf("%q: %q is read as %q", text, n.Digits, again.Digits)
		}
		n.Scaled(4)
	})
}

func BenchmarkParseNumber(b *testing.B) {
	for _, text := range []string{"1234.50", "￥1,234.50"} {
		b.Run(text, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				codes.ParseNumber(text)
			}
		})
	}
}
