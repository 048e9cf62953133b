package codes_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"kedang/internal/codes"
)

func TestParseDate(t *testing.T) {
	sure := func(day string) codes.Reading { return codes.Reading{Date: day} }
	either := func(day, other string) codes.Reading {
		return codes.Reading{Date: day, Ambiguous: true, Other: other}
	}
	firstOf := func(day string) codes.Reading { return codes.Reading{Date: day, Partial: true} }
	part := codes.DateStyle{Partial: true}
	tw, serial, old := codes.DateStyle{Region: "TW"}, codes.DateStyle{Serial: true}, codes.DateStyle{Epoch: 1904}
	for _, tt := range []struct {
		text    string
		style   codes.DateStyle
		want    codes.Reading
		problem string
	}{
		{"2026-01-03", codes.DateStyle{}, sure("2026-01-03"), ""},
		{"2026-1-3", codes.DateStyle{}, sure("2026-01-03"), ""},
		{"2026/1/3", codes.DateStyle{}, sure("2026-01-03"), ""},
		{"2026.1.3", codes.DateStyle{}, sure("2026-01-03"), ""},
		{"2026年1月3日", codes.DateStyle{}, sure("2026-01-03"), ""},
		{"２０２６年１月３日", codes.DateStyle{}, sure("2026-01-03"), ""},
		{"2026年1月3号 星期六", codes.DateStyle{}, sure("2026-01-03"), ""},
		{"2026-01-03（周六）", codes.DateStyle{}, sure("2026-01-03"), ""},
		{"二〇二六年一月三日", codes.DateStyle{}, sure("2026-01-03"), ""},
		{"二〇二六年十二月三十一日", codes.DateStyle{}, sure("2026-12-31"), ""},
		{"20260103", codes.DateStyle{}, sure("2026-01-03"), ""},
		{"2026-01-03 00:00:00", codes.DateStyle{}, sure("2026-01-03"), ""},
		{"2026-01-03T10:00:00Z", codes.DateStyle{}, sure("2026-01-03"), ""},
		{"2026年1月3日14时5分", codes.DateStyle{}, sure("2026-01-03"), ""},
		{"3-Jan-2026", codes.DateStyle{}, sure("2026-01-03"), ""},
		{"Jan 3, 2026", codes.DateStyle{}, sure("2026-01-03"), ""},
		{"January 3rd 2026", codes.DateStyle{}, sure("2026-01-03"), ""},
		{"民國115年1月3日", codes.DateStyle{}, sure("2026-01-03"), ""},
		{"民國元年1月3日", codes.DateStyle{}, sure("1912-01-03"), ""},
		{"115/01/03", tw, sure("2026-01-03"), ""},
		{"98/01/03", tw, sure("2009-01-03"), ""},
		{"1150103", tw, sure("2026-01-03"), ""},
		{"1150103", codes.DateStyle{}, either("2026-01-03", ""), ""},
		{"115/01/03", codes.DateStyle{}, either("2026-01-03", ""), ""},
		{"3/1/2026", codes.DateStyle{}, either("2026-03-01", "2026-01-03"), ""},
		{"3/1/2026", codes.DateStyle{DayFirst: true}, either("2026-01-03", "2026-03-01"), ""},
		{"31/1/2026", codes.DateStyle{}, sure("2026-01-31"), ""},
		{"1/31/2026", codes.DateStyle{}, sure("2026-01-31"), ""},
		{"5/5/2026", codes.DateStyle{}, sure("2026-05-05"), ""},
		{"98年5月3日", codes.DateStyle{}, either("1998-05-03", "2098-05-03"), ""},
		{"01-31-26", codes.DateStyle{}, either("2026-01-31", ""), ""},
		{"3-Jan-26", codes.DateStyle{}, either("2026-01-03", "1926-01-03"), ""},
		{"45000", codes.DateStyle{}, sure("2023-03-15"), ""},
		{"45000.75", codes.DateStyle{}, sure("2023-03-15"), ""},
		{"45000", old, sure("2027-03-16"), ""},
		{"1", serial, sure("1900-01-01"), ""},
		{"59", serial, sure("1900-02-28"), ""},
		{"61", serial, sure("1900-03-01"), ""},
		{"60", serial, codes.Reading{}, "bad_date"},
		{"2958465", serial, sure("9999-12-31"), ""},
		{"2958466", serial, codes.Reading{}, "bad_date"},
		{"123", codes.DateStyle{}, codes.Reading{}, "bad_date"},
		{"2026", codes.DateStyle{}, codes.Reading{}, "date_incomplete"},
		{"2020年5月", part, firstOf("2020-05-01"), ""},
		{"1998.3", part, firstOf("1998-03-01"), ""},
		{"1998", part, firstOf("1998-01-01"), ""},
		{"2020年", part, firstOf("2020-01-01"), ""},
		{"202005", part, firstOf("2020-05-01"), ""},
		{"May 2020", part, firstOf("2020-05-01"), ""},
		{"1950-00-00", part, firstOf("1950-01-01"), ""},
		{"1950-06-00", part, firstOf("1950-06-01"), ""},
		{"民國61年", part, firstOf("1972-01-01"), ""},
		{"109年5月", codes.DateStyle{Partial: true, Region: "TW"}, firstOf("2020-05-01"), ""},
		{"5月3日", part, codes.Reading{}, "bad_date"},
		{"2020年13月", part, codes.Reading{}, "bad_date"},
		{"0109/05/03", codes.DateStyle{}, either("2020-05-03", ""), ""},
		{"0109-05-03", tw, sure("2020-05-03"), ""},
		{"2026年1月", codes.DateStyle{}, codes.Reading{}, "date_incomplete"},
		{"2026-02-29", codes.DateStyle{}, codes.Reading{}, "bad_date"},
		{"2026-13-01", codes.DateStyle{}, codes.Reading{}, "bad_date"},
		{"明天", codes.DateStyle{}, codes.Reading{}, "bad_date"},
		{"", codes.DateStyle{}, codes.Reading{}, "bad_date"},
		{"13800138000", codes.DateStyle{}, codes.Reading{}, "bad_date"},
		{"2026-01-03-04", codes.DateStyle{}, codes.Reading{}, "bad_date"},
	} {
		got, problems := codes.ParseDate(tt.text, tt.style)
		if diff := cmp.Diff(tt.want, got); diff != "" || word(problems) != tt.problem {
			t.Errorf("%q %+v: problem %q, want %q\n%s", tt.text, tt.style, word(problems), tt.problem, diff)
		}
	}
}

func TestParseDateTime(t *testing.T) {
	shanghai := time.FixedZone("CST", 8*3600)
	for text, want := range map[string]string{
		"2026-01-31T08:00:00Z":          "2026-01-31T08:00:00Z",
		"2026-01-31T08:00:00.123456Z":   "2026-01-31T08:00:00.123Z",
		"2026-01-31T08:00:00+08:00":     "2026-01-31T00:00:00Z",
		"2026-01-31 08:00:00 +0800":     "2026-01-31T00:00:00Z",
		"2026-01-31 08:00":              "2026-01-31T00:00:00Z",
		"2026/1/31 8:00:01":             "2026-01-31T00:00:01Z",
		"2026/1/31 下午2:05":              "2026-01-31T06:05:00Z",
		"2026/1/31 2:05 PM":             "2026-01-31T06:05:00Z",
		"2026/1/31 12:05 am":            "2026-01-30T16:05:00Z",
		"2026年1月31日14时5分":               "2026-01-31T06:05:00Z",
		"2026年1月31日 14点05分9秒":           "2026-01-31T06:05:09Z",
		"2026年1月31日下午2点":                "2026-01-31T06:00:00Z",
		"20260131140509":                "2026-01-31T06:05:09Z",
		"46053.5":                       "2026-01-31T04:00:00Z",
		"46053":                         "2026-01-30T16:00:00Z",
		"2026-01-31":                    "2026-01-30T16:00:00Z",
		"2026-01-31 25:00":              "",
		"2026-01-31 noon":               "",
		"":                              "",
		"10000-01-31T08:00:00Z":         "",
		"0001-01-01T00:00:00.000+08:00": "",
	} {
		got, problems := codes.ParseDateTime(text, shanghai, codes.DateStyle{})
		if want == "" {
			if problems == nil {
				t.Errorf("%q was read as %s", text, got)
			}
			continue
		}
		if problems != nil || got.Format(time.RFC3339Nano) != want {
			t.Errorf("%q: %s %v, want %s", text, got.Format(time.RFC3339Nano), problems, want)
		}
	}
}

// Every day of two centuries is written in several ways and read back.
func TestParseDateRoundTrip(t *testing.T) {
	for day := time.Date(1901, 1, 1, 0, 0, 0, 0, time.UTC); day.Year() < 2100; day = day.AddDate(0, 0, 1) {
		want := codes.Reading{Date: day.Format(time.DateOnly)}
		for _, layout := range []string{"2006/1/2", "2006年1月2日", "20060102", "2006-01-02T15:04:05Z", "2 Jan 2006"} {
			if got, problems := codes.ParseDate(day.Format(layout), codes.DateStyle{}); got != want || problems != nil {
				t.Fatalf("%s: %+v %v", day.Format(layout), got, problems)
			}
		}
	}
}

func FuzzParseDate(f *testing.F) {
	for _, s := range []string{"2026-1-3", "民國115年1月3日", "3/1/2026", "45000.5", "十月廿三", "2026年1月31日下午2点", "L1990-05+-03", "Jan 3"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		for _, style := range []codes.DateStyle{{}, {Region: "TW"}, {Serial: true}} {
			r, problems := codes.ParseDate(text, style)
			if problems == nil && !codes.ValidDate(r.Date) || r.Other != "" && !codes.ValidDate(r.Other) {
				t.Errorf("%q: %+v", text, r)
			}
			codes.ParseDateTime(text, time.UTC, style)
		}
		if l, _, problems := codes.ParseLunar(text); problems == nil {
			if again, _, _ := codes.ParseLunar(l.String()); again != l {
				t.Errorf("%q: %+v is read back as %+v", text, l, again)
			}
		}
	})
}

func BenchmarkParseDate(b *testing.B) {
	for _, text := range []string{"2026-01-03", "2026/1/3", "2026年1月3日"} {
		b.Run(text, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				codes.ParseDate(text, codes.DateStyle{})
			}
		})
	}
}
