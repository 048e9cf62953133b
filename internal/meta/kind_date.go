package meta

import (
	"strings"

	"kedang/internal/codes"
	"kedang/internal/errs"
	"kedang/internal/expr"
	"kedang/internal/han"
)

// kindDate is a calendar day, stored and sent as 'YYYY-MM-DD'.
//
// With yearly: true it comes back every year and the year may be unknown:
// '--08-15', stored under the year 0004 (a leap year, so that 29 February
// fits). With lunar: true it may be given in the lunar calendar and is stored
// and sent as package codes writes it: 'L1965-08-15', a leap month
// 'L2023-02+-15', an unknown year 'L0000-08-15'. Such a field is text to
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
		if b.text != "" && !codes.ValidDate(b.text) {
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
	case in.Loose && neverWas(s):
		return nil, nil
	case codes.ValidDate(s) && !(in.Loose && s[0] == '0'):
		return s, nil
	case f.Yearly && strings.HasPrefix(s, "--") && codes.ValidDate(noYear+s[2:]):
		return noYear + s[2:], nil
	case s[0] == 'L':
		return parseLunar(f, s)
	case in.Loose:
		return looseDate(f, s, in)
	}
	return nil, refusal("bad_date", errs.Params{"value": s})
}

// noYear begins a stored solar day whose year is unknown.
const noYear = "0004-"

// parseLunar reads codes' stored form of a lunar day.
func parseLunar(f *Field, s string) (any, []errs.Problem) {
	if !f.Lunar {
		return nil, refusal("lunar_not_allowed", nil)
	}
	day, _, ps := codes.ParseLunar(s)
	if ps != nil || (day.Year == 0 && !f.Yearly) {
		return nil, refusal("bad_lunar_date", errs.Params{"value": s})
	}
	return day.String(), nil
}

func looseDate(f *Field, s string, in *Input) (any, []errs.Problem) {
	if Blank(s) {
		return nil, nil
	}
	if f.Lunar {
		if day, marked, ps := codes.ParseLunar(s); ps == nil && marked {
			return parseLunar(f, day.String())
		}
	}
	if f.Yearly {
		if day, ok := looseMonthDay(s); ok {
			return day, nil
		}
	}
	read, ps := codes.ParseDate(s, codes.DateStyle{Region: in.Region, Partial: !f.Yearly})
	if ps != nil {
		return nil, refusal(ps[0].Code, errs.Params{"value": s})
	}
	switch {
	case read.Partial:
		warn(in, "date_partial", errs.Params{"value": s, "read": read.Date})
	case read.Ambiguous:
		warn(in, "date_ambiguous", errs.Params{"value": s, "read": read.Date, "other": read.Other})
	}
	return read.Date, nil
}

// Check holds the bounds.
func (kindDate) Check(f *Field, v any, _ *Input) []errs.Problem {
	s, ok := v.(string)
	if !ok || len(s) != 10 || s[:5] == noYear {
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
	if s[:5] == noYear {
		dst = append(dst, "--"...)
		s = s[5:]
	}
	return append(append(dst, s...), '"')
}

// Format is the day as it is written; a lunar one as 农历1965年八月十五, in
// English as lunar 1965-08-15.
func (kindDate) Format(_ *Field, v any, out *Output) string {
	s, _ := v.(string)
	if strings.HasPrefix(s, "L") {
		if day, _, ps := codes.ParseLunar(s); ps == nil {
			switch {
			case out != nil && out.Lang == "en":
				return day.English()
			case out != nil && out.Lang == "zh-Hant":
				return "農曆" + day.Chinese(true)
			}
			return "农历" + day.Chinese(false)
		}
	}
	return strings.TrimPrefix(s, noYear)
}

// Tokens adds nothing: days are filtered, not searched.
func (kindDate) Tokens(*Field, any, string, *han.Tokens) {}

// Operators lists the filter operators offered.
func (kindDate) Operators() []string {
	return []string{"==", ">=", "<=", "between", "month", "within", "missing", "present"}
}

// NextDay is the next day on or after from ('YYYY-MM-DD') on which a stored
// date comes back, solar or lunar (see codes.Yearly). false when it is no date.
func NextDay(stored, from string) (string, bool) {
	if strings.HasPrefix(stored, "L") {
		day, _, ps := codes.ParseLunar(stored)
		if ps != nil {
			return "", false
		}
		return day.Yearly().Next(from)
	}
	y, ok := codes.YearlyOf(stored)
	if !ok {
		return "", false
	}
	return y.Next(from)
}
