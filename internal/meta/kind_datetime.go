package meta

import (
	"time"

	"kedang/internal/codes"
	"kedang/internal/errs"
	"kedang/internal/expr"
)

// kindDateTime is a moment: UTC milliseconds, sent as RFC 3339 in UTC.
type kindDateTime struct{ inInteger }

// Name is "datetime".
func (kindDateTime) Name() string { return "datetime" }

// Type is DateTime.
func (kindDateTime) Type(*Field) expr.Type { return expr.Type{Base: expr.DateTime} }

// CheckField checks the bounds.
func (k kindDateTime) CheckField(f *Field) []errs.Problem { return checkBounds(f, k) }

// Parse takes RFC 3339 with a zone; from a sheet, a moment of the company's
// clock as people write it.
func (kindDateTime) Parse(_ *Field, v any, in *Input) (any, []errs.Problem) {
	s, ok := v.(string)
	if !ok {
		if v == nil {
			return nil, nil
		}
		return nil, refusal("wrong_kind", errs.Params{"want": "datetime"})
	}
	if s == "" {
		return nil, nil
	}
	t, err := time.Parse(time.RFC3339Nano, s)
	if err != nil && in.Loose {
		if Blank(s) || neverWas(s) {
			return nil, nil
		}
		zone := in.Zone
		if zone == nil {
			zone = time.UTC
		}
		read, ps := codes.ParseDateTime(s, zone, codes.DateStyle{Region: in.Region})
		if ps != nil {
			return nil, ps
		}
		t, err = read, nil
	}
	if err != nil || t.Year() < 1 || t.Year() > 9999 {
		return nil, refusal("bad_datetime", errs.Params{"value": s})
	}
	return t.UnixMilli(), nil
}

// Check holds the bounds.
func (kindDateTime) Check(f *Field, v any, _ *Input) []errs.Problem { return checkRange(f, v) }

// AppendJSON appends "2026-01-31T08:00:00.000Z".
func (kindDateTime) AppendJSON(dst []byte, _ *Field, v any) []byte {
	ms, ok := v.(int64)
	if !ok {
		return append(dst, "null"...)
	}
	return AppendTime(dst, ms)
}

// AppendTime appends a moment (UTC milliseconds) as a JSON string.
func AppendTime(dst []byte, ms int64) []byte {
	days, rest := ms/86_400_000, ms%86_400_000
	if rest < 0 {
		days, rest = days-1, rest+86_400_000
	}
	year, month, day := civil(days)
	dst = append(dst, '"')
	dst = appendPadded(dst, year, 4)
	dst = append(dst, '-')
	dst = appendPadded(dst, month, 2)
	dst = append(dst, '-')
	dst = appendPadded(dst, day, 2)
	dst = append(dst, 'T')
	dst = appendPadded(dst, int(rest/3_600_000), 2)
	dst = append(dst, ':')
	dst = appendPadded(dst, int(rest/60_000%60), 2)
	dst = append(dst, ':')
	dst = appendPadded(dst, int(rest/1000%60), 2)
	dst = append(dst, '.')
	dst = appendPadded(dst, int(rest%1000), 3)
	return append(dst, 'Z', '"')
}

func appendPadded(dst []byte, n, width int) []byte {
	for p := powers[width-1]; p > 0; p /= 10 {
		dst = append(dst, byte('0'+int64(n)/p%10))
	}
	return dst
}

// civil turns days since 1970-01-01 into a day of the Gregorian calendar
// (Howard Hinnant, "chrono-compatible low-level date algorithms").
func civil(z int64) (year, month, day int) {
	z += 719_468
	era := z / 146_097
	if z < 0 {
		era = (z - 146_096) / 146_097
	}
	doe := z - era*146_097
	yoe := (doe - doe/1460 + doe/36_524 - doe/146_096) / 365
	doy := doe - (365*yoe + yoe/4 - yoe/100)
	mp := (5*doy + 2) / 153
	day = int(doy - (153*mp+2)/5 + 1)
	month = int(mp + 3)
	if month > 12 {
		month -= 12
	}
	year = int(yoe + era*400)
	if month <= 2 {
		year++
	}
	return year, month, day
}

// Format is the moment on the reader's clock, to the minute.
func (kindDateTime) Format(_ *Field, v any, out *Output) string {
	ms, ok := v.(int64)
	if !ok {
		return ""
	}
	zone := time.UTC
	if out != nil && out.Zone != nil {
		zone = out.Zone
	}
	return time.UnixMilli(ms).In(zone).Format("2006-01-02 15:04")
}

// Operators lists the filter operators offered.
func (kindDateTime) Operators() []string {
	return []string{">=", "<=", "between", "within", "missing", "present"}
}
