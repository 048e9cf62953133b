package meta

import (
	"strings"
	"time"

	"kedang/internal/codes"
	"kedang/internal/errs"
	"kedang/internal/expr"
	"kedang/internal/han"
)

// kindDate is a calendar day, stored and sent as 'YYYY-MM-DD'.
//
// With yearly: true it comes back every year and the year may be unknown:
// '--08-15', stored under the year 0004 (a leap year, so that 29 February
// fits). With lunar: true it may be given in the lunar calendar:
// 'lunar:1965-08-15', a leap month 'lunar:2023-02+-15'; stored as the lunar
// day with L (leap: M) behind it, '1965-08-15L'. Such a field is text to
// expressions: a lunar day is no solar one.
type kindDate struct{}

// Name is "date".
func (kindDate) Name() string { return "date" }

// Storage is one column.
func (kindDate) Storage() Storage { return InColumn }

// Column is text.
func (kindDate) Column(*Field) Column { return TextColumn }

// Type is Date, or Text where lunar days may stand.
func (kindDate) Type(f *Field) expr.Type {
	if f.Lunar {
		return expr.Type{Base: expr.Text}
	}
	return expr.Type{Base: expr.Date}
}

// CheckField checks the bounds.
func (k kindDate) CheckField(f *Field) []errs.Problem {
	for _, b := range [...]struct{ key, text string }{{"min", f.Min}, {"max", f.Max}} {
		if b.text != "" && !solarDay(b.text) {
			return []errs.Problem{{Path: b.key, Code: "bad_bound", Params: errs.Params{"value": b.text, "kind": "date"}}}
		}
	}
	if f.Min != "" && f.Max != "" && f.Min > f.Max {
		return []errs.Problem{{Path: "min", Code: "bounds_crossed", Params: errs.Params{"low": f.Min, "high": f.Max}}}
	}
	return nil
}

// Parse takes '2026-01-31' and the forms above; from a sheet, dates as people
// write them.
func (kindDate) Parse(f *Field, v any, in *Input) (any, []errs.Problem) {
	s, ok := v.(string)
	if !ok {
		if v == nil {
			return nil, nil
		}
		return nil, refusal("wrong_kind", errs.Params{"want": "date"})
	}
	switch {
	case s == "":
		return nil, nil
	case solarDay(s):
		return s, nil
	case f.Yearly && strings.HasPrefix(s, "--") && solarDay("0004-"+s[2:]):
		return "0004-" + s[2:], nil
	case strings.HasPrefix(s, "lunar:"):
		return parseLunar(f, s[len("lunar:"):])
	case in.Loose:
		return looseDate(f, s, in)
	}
	return nil, refusal("bad_date", errs.Params{"value": s})
}

// solarDay tells whether s is a real day 'YYYY-MM-DD', years 1 to 9999.
func solarDay(s string) bool {
	year, month, day, ok := dayParts(s)
	return ok && year > 0 && month >= 1 && month <= 12 && day >= 1 && day <= monthDays(year, month)
}

// dayParts splits the digits of 'YYYY-MM-DD'.
func dayParts(s string) (year, month, day int, ok bool) {
	if len(s) != 10 || s[4] != '-' || s[7] != '-' || !allDigits(s[:4]) || !allDigits(s[5:7]) || !allDigits(s[8:]) {
		return 0, 0, 0, false
	}
	two := func(i int) int { return int(s[i]-'0')*10 + int(s[i+1]-'0') }
	return two(0)*100 + two(2), two(5), two(8), true
}

func monthDays(year, month int) int {
	switch month {
	case 2:
		if year%4 == 0 && (year%100 != 0 || year%400 == 0) {
			return 29
		}
		return 28
	case 4, 6, 9, 11:
		return 30
	}
	return 31
}

// parseLunar reads '1965-08-15', '2023-02+-15' (leap month), '--08-15'.
func parseLunar(f *Field, s string) (any, []errs.Problem) {
	bad := refusal("bad_lunar_date", errs.Params{"value": s})
	if !f.Lunar {
		return nil, refusal("lunar_not_allowed", nil)
	}
	text, mark := s, "L"
	if f.Yearly && strings.HasPrefix(text, "--") {
		text = "0004-" + text[2:]
	}
	if len(text) == 11 && text[7] == '+' {
		text, mark = text[:7]+text[8:], "M"
	}
	year, month, day, ok := dayParts(text)
	if !ok || year < 1 || month < 1 || month > 12 || day < 1 || day > 30 || (mark == "M" && year == 4) {
		return nil, bad
	}
	if year != 4 {
		if _, ok := codes.LunarToSolar(year, month, day, mark == "M"); !ok {
			return nil, bad
		}
	}
	return text + mark, nil
}

func looseDate(f *Field, s string, in *Input) (any, []errs.Problem) {
	trimmed := strings.TrimSpace(s)
	if trimmed == "" {
		return nil, nil
	}
	if f.Lunar {
		if year, month, day, leap, ok := codes.ParseLunar(trimmed); ok {
			return parseLunar(f, lunarText(year, month, day, leap))
		}
	}
	d, ambiguous, ok := codes.ParseDate(trimmed)
	if !ok {
		return nil, refusal("bad_date", errs.Params{"value": s})
	}
	if ambiguous && in.Warn != nil {
		in.Warn(errs.Problem{Code: "date_ambiguous", Params: errs.Params{"value": s, "read": d}})
	}
	return d, nil
}

// lunarText writes a lunar day as the API does, without "lunar:"; year 0 is unknown.
func lunarText(year, month, day int, leap bool) string {
	dst := make([]byte, 0, 12)
	if year == 0 {
		dst = append(dst, "--"...)
	} else {
		dst = appendPadded(dst, year, 4)
		dst = append(dst, '-')
	}
	dst = appendPadded(dst, month, 2)
	if leap {
		dst = append(dst, '+')
	}
	dst = append(dst, '-')
	return string(appendPadded(dst, day, 2))
}

func appendPadded(dst []byte, n, width int) []byte {
	for p := powers[width-1]; p > 0; p /= 10 {
		dst = append(dst, byte('0'+int64(n)/p%10))
	}
	return dst
}

// LunarDay takes a stored lunar day apart: year 0 is unknown. false for a
// solar day.
func LunarDay(stored string) (year, month, day int, leap, ok bool) {
	if len(stored) != 11 {
		return 0, 0, 0, false, false
	}
	year, month, day, ok = dayParts(stored[:10])
	if year == 4 {
		year = 0
	}
	return year, month, day, stored[10] == 'M', ok
}

// Check holds the bounds.
func (kindDate) Check(f *Field, v any, _ *Input) []errs.Problem {
	s, ok := v.(string)
	if !ok || len(s) != 10 || s[:4] == "0004" {
		return nil
	}
	if f.Min != "" && s < f.Min {
		return refusal("too_early", errs.Params{"min": f.Min})
	}
	if f.Max != "" && s > f.Max {
		return refusal("too_late", errs.Params{"max": f.Max})
	}
	return nil
}

// AppendJSON appends the forms that Parse takes.
func (kindDate) AppendJSON(dst []byte, _ *Field, v any) []byte {
	s, ok := v.(string)
	if !ok || len(s) < 10 {
		return append(dst, "null"...)
	}
	dst = append(dst, '"')
	if len(s) == 11 {
		dst = append(dst, "lunar:"...)
	}
	if s[:4] == "0004" {
		dst = append(dst, "--"...)
	} else {
		dst = append(dst, s[:5]...)
	}
	dst = append(dst, s[5:7]...)
	if len(s) == 11 && s[10] == 'M' {
		dst = append(dst, '+')
	}
	dst = append(dst, s[7:10]...)
	return append(dst, '"')
}

// Format is the day as it is written; a lunar one as 农历1965年八月十五.
func (k kindDate) Format(f *Field, v any, out *Output) string {
	s, ok := v.(string)
	if !ok {
		return ""
	}
	if year, month, day, leap, ok := LunarDay(s); ok {
		return codes.FormatLunar(year, month, day, leap)
	}
	if strings.HasPrefix(s, "0004-") {
		return s[5:]
	}
	return s
}

// Tokens adds nothing: days are filtered, not searched.
func (kindDate) Tokens(*Field, any, string, *han.Tokens) {}

// Operators lists the filter operators offered.
func (kindDate) Operators() []string {
	return []string{"==", ">=", "<=", "between", "month", "within", "missing", "present"}
}

// NextDay is the next day on or after from ('YYYY-MM-DD') on which a stored
// date comes back every year: 29 February falls on 28 in common years; a lunar
// day on its solar day of that year, a leap month counting as the plain one,
// a 30th that the month lacks on its 29th.
func NextDay(stored, from string) (string, bool) {
	if _, month, day, _, ok := LunarDay(stored); ok {
		return codes.NextLunar(month, day, from)
	}
	_, month, day, ok := dayParts(stored)
	year, _, _, okFrom := dayParts(from)
	if !ok || !okFrom {
		return "", false
	}
	for ; ; year++ {
		next := time.Date(year, time.Month(month), min(day, monthDays(year, month)), 0, 0, 0, 0, time.UTC).Format(time.DateOnly)
		if next >= from {
			return next, true
		}
	}
}
