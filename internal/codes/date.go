package codes

import (
	"strings"
	"time"

	"kedang/internal/errs"
)

// Reading is a date as it was written, and how sure that is.
type Reading struct {
	Date      string // YYYY-MM-DD
	Ambiguous bool   // 3/1/2026, 26-1-3, 1150103: day and month, century or calendar were guessed
	Other     string // the other day it may be, YYYY-MM-DD; "" when there is none
	Partial   bool   // only a year, or year and month, was written: Date is its first day
}

// DateStyle says where a text comes from, which settles what it leaves open.
type DateStyle struct {
	Region   string // TW: years of one to three digits are of the Republic (民國)
	DayFirst bool   // 3/1/2026 is 3 January; month first otherwise, as spreadsheets write
	Serial   bool   // the text is a number cell: any serial is a date; else five digits only
	Epoch    int    // spreadsheet serials count from 1900 (0 means 1900) or 1904
	Partial  bool   // 2020年5月 and 1998 are the first day of that time; else they are date_incomplete
}

// ValidDate reports whether s is a day, written YYYY-MM-DD, years 0001 to 9999.
func ValidDate(s string) bool {
	if len(s) != 10 || s[4] != '-' || s[7] != '-' || !digitsOnly(s[:4]) || !digitsOnly(s[5:7]) || !digitsOnly(s[8:]) {
		return false
	}
	return validYMD(small(s[:4]), small(s[5:7]), small(s[8:]))
}

func validYMD(y, m, d int) bool {
	return y >= 1 && y <= 9999 && m >= 1 && m <= 12 && d >= 1 && d <= monthDays(y, m)
}

func monthDays(y, m int) int {
	switch {
	case m == 2 && (y%4 == 0 && y%100 != 0 || y%400 == 0):
		return 29
	case m == 2:
		return 28
	case m == 4 || m == 6 || m == 9 || m == 11:
		return 30
	}
	return 31
}

func formatYMD(y, m, d int) string {
	return string([]byte{byte('0' + y/1000%10), byte('0' + y/100%10), byte('0' + y/10%10), byte('0' + y%10), '-',
		byte('0' + m/10), byte('0' + m%10), '-', byte('0' + d/10), byte('0' + d%10)})
}

// ParseDate reads a day as people and spreadsheets write it: 2026-1-3,
// 2026/1/3, 2026.1.3, 2026年1月3日, 二〇二六年一月三日, 20260103, 民國115年1月3日,
// 3/1/2026, 3-Jan-26, Jan 3, 2026, serial 46025, RFC 3339; a weekday or a time
// behind it is passed over. Lunar dates are ParseLunar's.
//
// Problems: bad_date, date_incomplete (a year, or year and month, alone).
func ParseDate(text string, style DateStyle) (Reading, []errs.Problem) {
	if ValidDate(text) && text[0] != '0' {
		return Reading{Date: text}, nil
	}
	s, _ := cutOffset(dateText(text))
	s, _ = cutClock(s)
	if r, ok := readSerial(s, style); ok {
		return r, nil
	}
	if r, ok := readDigits(s, style); ok {
		return r, nil
	}
	p := splitDate(s)
	if p == nil {
		return Reading{}, problem("bad_date", nil)
	}
	if r, ok := p.partial(style); ok {
		if !style.Partial {
			return Reading{}, problem("date_incomplete", nil)
		}
		return r, nil
	}
	if len(p.n) < 3 {
		return Reading{}, problem("bad_date", nil)
	}
	r, ok := p.reading(style)
	if !ok {
		return Reading{}, problem("bad_date", nil)
	}
	return r, nil
}

// dateText prepares text: narrow, capitals, weekday cut off.
func dateText(text string) string {
	if len(text) > 200 {
		return ""
	}
	s := strings.ToUpper(strings.TrimLeft(narrow(text), "'"))
	for _, week := range []string{"星期", "礼拜", "禮拜", "周", "週"} {
		at := strings.Index(s, week)
		if at < 0 {
			continue
		}
		tail := s[at+len(week):]
		for _, day := range []string{"一", "二", "三", "四", "五", "六", "日", "天"} {
			if rest, ok := strings.CutPrefix(tail, day); ok {
				return strings.TrimSpace(strings.TrimRight(s[:at], " (,") + " " + strings.TrimLeft(rest, ") ,"))
			}
		}
	}
	return s
}

// readDigits reads 20260103 and, in Taiwan, 1150103; 202601 where a month will do.
func readDigits(s string, style DateStyle) (Reading, bool) {
	if len(s) == 6 && digitsOnly(s) && style.Partial && small(s[:4]) >= 1900 && small(s[:4]) < 2100 && validYMD(small(s[:4]), small(s[4:]), 1) {
		return Reading{Date: formatYMD(small(s[:4]), small(s[4:]), 1), Partial: true}, true
	}
	if !digitsOnly(s) || len(s) != 8 && len(s) != 7 {
		return Reading{}, false
	}
	year := small(s[:len(s)-4])
	if len(s) == 7 {
		year += 1911
	}
	m, d := small(s[len(s)-4:len(s)-2]), small(s[len(s)-2:])
	if !validYMD(year, m, d) || year < 1000 {
		return Reading{}, false
	}
	return Reading{Date: formatYMD(year, m, d), Ambiguous: len(s) == 7 && style.Region != "TW"}, true
}

// readSerial reads a spreadsheet's day number.
func readSerial(s string, style DateStyle) (Reading, bool) {
	whole, fraction, dot := strings.Cut(s, ".")
	if !digitsOnly(whole) || dot && !digitsOnly(fraction) || len(whole) > 7 {
		return Reading{}, false
	}
	if !style.Serial && len(whole) != 5 {
		return Reading{}, false
	}
	day, ok := serialDay(small(whole), style.Epoch)
	return Reading{Date: day}, ok
}

// serialDay turns a day number into a day. Serials from 1900 hold a 29
// February 1900 that never was (number 60): days before March are one off,
// and 60 itself is refused.
func serialDay(n, epoch int) (string, bool) {
	base := time.Date(1899, 12, 30, 0, 0, 0, 0, time.UTC)
	switch {
	case epoch == 1904:
		base = time.Date(1904, 1, 1, 0, 0, 0, 0, time.UTC)
	case n == 60 || n < 1:
		return "", false
	case n < 60:
		n++
	}
	day := base.AddDate(0, 0, n)
	return day.Format(time.DateOnly), day.Year() <= 9999
}
