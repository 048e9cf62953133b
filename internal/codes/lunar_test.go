package codes_test

import (
	"testing"
	"time"

	"github.com/6tail/lunar-go/calendar"

	"kedang/internal/codes"
)

func TestLunarDays(t *testing.T) {
	for day, want := range map[string]codes.LunarDate{
		"2026-02-17": {Year: 2026, Month: 1, Day: 1},
		"2026-02-16": {Year: 2025, Month: 12, Day: 29},
		"2026-09-25": {Year: 2026, Month: 8, Day: 15},
		"2025-07-25": {Year: 2025, Month: 6, Day: 1, Leap: true},
		"2023-03-22": {Year: 2023, Month: 2, Day: 1, Leap: true},
		"2033-12-22": {Year: 2033, Month: 11, Day: 1, Leap: true}, // the year that many tables have wrong
		"1900-01-31": {Year: 1900, Month: 1, Day: 1},
	} {
		got, ok := codes.ToLunar(day)
		if got != want || !ok {
			t.Errorf("%s is %+v, want %+v", day, got, want)
		}
		if back, ok := want.Solar(); back != day || !ok {
			t.Errorf("%+v is %s, want %s", want, back, day)
		}
	}
	for _, day := range []string{"1700-01-01", "2200-01-01", "2026-02-30", ""} {
		if got, ok := codes.ToLunar(day); ok {
			t.Errorf("%q gave %+v", day, got)
		}
	}
	if (codes.LunarDate{Year: 2026, Month: 6, Day: 1, Leap: true}).Valid() {
		t.Error("2026 has no leap month")
	}
}

// The table agrees with the library it was made from, on every day of it.
func TestLunarTableAgreesWithTheLibrary(t *testing.T) {
	step := 1
	if testing.Short() {
		step = 7
	}
	last := codes.LunarDate{}
	for day := time.Date(1901, 1, 1, 0, 0, 0, 0, time.UTC); day.Year() < 2100; day = day.AddDate(0, 0, step) {
		got, ok := codes.ToLunar(day.Format(time.DateOnly))
		if !ok || got == last {
			t.Fatalf("%s: %+v %v", day.Format(time.DateOnly), got, ok)
		}
		last = got
		if back, _ := got.Solar(); back != day.Format(time.DateOnly) {
			t.Fatalf("%s is %+v is %s", day.Format(time.DateOnly), got, back)
		}
		if day.Day()%5 != 0 {
			continue
		}
		l := calendar.NewSolarFromYmd(day.Year(), int(day.Month()), day.Day()).GetLunar()
		want := codes.LunarDate{Year: l.GetYear(), Month: max(l.GetMonth(), -l.GetMonth()), Day: l.GetDay(), Leap: l.GetMonth() < 0}
		if got != want {
			t.Fatalf("%s: %+v, the library says %+v", day.Format(time.DateOnly), got, want)
		}
	}
}

func TestParseLunar(t *testing.T) {
	for text, want := range map[string]string{
		"农历八月十五":            "L0000-08-15",
		"農曆閏四月初一":           "L0000-04+-01",
		"农历1990年闰五月初三":      "L1990-05+-03",
		"一九九〇年八月十五":         "L1990-08-15",
		"阴历8月15日":           "L0000-08-15",
		"正月初一":              "L0000-01-01",
		"腊月廿三":              "L0000-12-23",
		"冬月三十":              "L0000-11-30",
		"除夕":                "L0000-12-30",
		"2025年除夕":           "L2025-12-29",
		"十二月二十一":            "L0000-12-21",
		"1990.8.15(农历)":     "",
		"农历2026年闰六月初一":      "",
		"农历十三月初一":           "",
		"八月":                "",
		"L1990-05+-03":      "L1990-05+-03",
		"lunar 1990-05+-03": "L1990-05+-03",
		"Lunar 08-15":       "L0000-08-15",
		"lunar 13-15":       "",
		"":                  "",
	} {
		got, _, problems := codes.ParseLunar(text)
		if want == "" {
			if problems == nil {
				t.Errorf("%q was read as %s", text, got)
			}
			continue
		}
		if problems != nil || got.String() != want {
			t.Errorf("%q: %s %v, want %s", text, got, problems, want)
		}
	}
	for text, want := range map[string]bool{"农历八月十五": true, "八月十五": false, "八月初五": true, "腊月十五": true, "8月15日": false} {
		if _, marked, _ := codes.ParseLunar(text); marked != want {
			t.Errorf("%q: says lunar is %v", text, marked)
		}
	}
	if got := (codes.LunarDate{Year: 1990, Month: 5, Day: 23, Leap: true}).Chinese(true); got != "1990年閏五月廿三" {
		t.Error(got)
	}
}

func TestWhatIsSaidIsReadBack(t *testing.T) {
	for month := 1; month <= 12; month++ {
		for day := 1; day <= 30; day++ {
			l := codes.LunarDate{Month: month, Day: day}
			for _, text := range []string{l.Chinese(false), l.English()} {
				if got, _, problems := codes.ParseLunar(text); got != l || problems != nil {
					t.Errorf("%s is read as %+v", text, got)
				}
			}
		}
	}
}

func TestYearly(t *testing.T) {
	born, _ := codes.YearlyOf("1992-02-29")
	leap := codes.LunarDate{Year: 2025, Month: 6, Day: 30}.Yearly()
	for _, tt := range []struct {
		yearly     codes.Yearly
		from, want string
	}{
		{born, "2026-01-01", "2026-02-28"},
		{born, "2026-02-28", "2026-02-28"},
		{born, "2026-03-01", "2027-02-28"},
		{born, "2027-03-01", "2028-02-29"},
		{codes.Yearly{Lunar: true, Month: 8, Day: 15}, "2026-11-24", "2027-09-15"},
		{codes.Yearly{Lunar: true, Month: 12, Day: 23}, "2026-01-01", "2026-02-10"}, // of the lunar year 2025
		{codes.Yearly{Lunar: true, Month: 12, Day: 30}, "2026-01-01", "2026-02-16"}, // which ends on the 29th
		{leap, "2025-01-01", "2025-07-24"},
		{codes.LunarDate{Month: 6, Day: 3, Leap: true}.Yearly(), "2025-07-01", "2026-07-16"},
		{codes.Yearly{Month: 2, Day: 30}, "2026-01-01", ""},
		{codes.Yearly{Lunar: true, Month: 1, Day: 1}, "2400-01-01", ""},
	} {
		got, ok := tt.yearly.Next(tt.from)
		if got != tt.want || ok != (tt.want != "") {
			t.Errorf("%+v from %s: %q, want %q", tt.yearly, tt.from, got, tt.want)
		}
	}
}

func TestWorkdays(t *testing.T) {
	w := codes.Workdays{
		Holidays: map[string]bool{"2026-10-01": true, "2026-10-02": true, "2026-10-05": true, "2026-10-06": true, "2026-10-07": true},
		Makeup:   map[string]bool{"2026-10-10": true},
	}
	for day, want := range map[string]bool{"2026-09-30": true, "2026-10-01": false, "2026-10-03": false, "2026-10-10": true, "2026-10-11": false, "x": false} {
		if w.Working(day) != want {
			t.Errorf("%s: %v", day, !want)
		}
	}
	for _, tt := range []struct {
		from string
		n    int
		want string
	}{{"2026-09-30", 1, "2026-10-08"}, {"2026-09-30", 3, "2026-10-10"}, {"2026-10-01", 0, "2026-10-08"}, {"2026-09-30", 0, "2026-09-30"}, {"2026-09-30", -1, ""}} {
		if got, _ := w.Add(tt.from, tt.n); got != tt.want {
			t.Errorf("%s + %d: %q, want %q", tt.from, tt.n, got, tt.want)
		}
	}
	if _, ok := (codes.Workdays{Weekend: [7]bool{true, true, true, true, true, true, true}}).Add("2026-01-01", 1); ok {
		t.Error("a week without working days has one")
	}
}

func BenchmarkToLunar(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		codes.ToLunar("2026-11-24")
	}
}
