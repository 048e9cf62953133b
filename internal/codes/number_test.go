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
		if got.Digits != tt.digits || got.Percent != tt.percent || got.Currency != tt.currency || got.About || problems != nil {
			t.Errorf("%q: %+v %v, want %q", tt.text, got, problems, tt.digits)
		}
	}
	for _, text := range []string{"", "-", "abc", "1,23", "1,2345,678", "1..2", "1.2.3", "0x10", "1e999", "NaN", "Inf", "--1", "(-1)", "万", "元", "%", "1.23456万5",
		strings.Repeat("9", 100), strings.Repeat("万", 100), "2026-01-03", "50-100", "一千两千", "五千万万", "十万十万", "百", "一百百", "约", "壹佰圆五角"} {
		if got, problems := codes.ParseNumber(text); word(problems) != "not_a_number" {
			t.Errorf("%q was read as %+v", text, got)
		}
	}
}

// TestNumeralsAndRoughNumbers: 五百万 is a number like any other, 约500万 is one
// to look at, and what a number counts in is told apart from its digits.
func TestNumeralsAndRoughNumbers(t *testing.T) {
	for _, tt := range []struct {
		text, digits string
		about, unit  bool
	}{
		{"五百万", "5000000", false, true}, {"伍佰万元整", "5000000", false, true}, {"叁仟伍佰贰拾圆整", "3520", false, true}, {"一百二十", "120", false, false},
		{"一千零五", "1005", false, false}, {"一万二", "12000", false, true}, {"一万零二", "10002", false, true}, {"两亿三千万", "230000000", false, true}, {"三萬億", "3000000000000", false, true},
		{"27543仟元", "27543000", false, true}, {"5佰万", "5000000", false, true}, {"十", "10", false, false}, {"十二万", "120000", false, true}, {"二〇二六", "2026", false, false}, {"五", "5", false, false}, {"人民币伍佰万元", "5000000", false, true},
		{"约500万", "5000000", true, true}, {"500万左右", "5000000", true, true}, {"500多万", "5000000", true, true}, {"50余", "50", true, false}, {"50+", "50", true, false}, {"500万以上", "5000000", true, true},
		{"~50", "50", true, false}, {"about 50", "50", true, false}, {"500万（实缴）", "5000000", true, true}, {"约3200", "3200", true, false}, {"￥500", "500", false, false}, {"500元", "500", false, true}, {"$1.5M", "1500000", false, true},
	} {
		got, problems := codes.ParseNumber(tt.text)
		if got.Digits != tt.digits || got.About != tt.about || got.Unit != tt.unit || problems != nil {
			t.Errorf("%q: %+v %v, want %+v", tt.text, got, problems, tt)
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
