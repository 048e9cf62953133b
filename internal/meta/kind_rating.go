package meta

import (
	"strconv"
	"strings"

	"kedang/internal/errs"
	"kedang/internal/expr"
)

// kindRating is a number of stars: 0 to max, 5 unless declared.
type kindRating struct{ inInteger }

// Name is "rating".
func (kindRating) Name() string { return "rating" }

// Type is Int.
func (kindRating) Type(*Field) expr.Type { return expr.Type{Base: expr.Int} }

// CheckField allows up to 10 stars.
func (kindRating) CheckField(f *Field) []errs.Problem {
	if f.Max == "" {
		return nil
	}
	if n, err := strconv.Atoi(f.Max); err != nil || n < 1 || n > 10 {
		return []errs.Problem{{Path: "max", Code: "bad_value", Params: errs.Params{"key": "max", "value": f.Max, "known": "1 to 10"}}}
	}
	return nil
}

// Parse takes a number, or stars (★★★) from a sheet.
func (kindRating) Parse(_ *Field, v any, in *Input) (any, []errs.Problem) {
	if s, ok := v.(string); ok && in.Loose {
		if t := strings.TrimRight(s, "☆"); t != "" && strings.Trim(t, "★") == "" {
			v = strconv.Itoa(strings.Count(t, "★"))
		}
	}
	return kindInteger{}.Parse(nil, v, in)
}

// Check holds the number of stars.
func (kindRating) Check(f *Field, v any, _ *Input) []errs.Problem {
	most := int64(5)
	if n, err := strconv.ParseInt(f.Max, 10, 64); err == nil {
		most = n
	}
	if n, ok := v.(int64); ok && (n < 0 || n > most) {
		return refusal("out_of_range", errs.Params{"min": 0, "max": most})
	}
	return nil
}

// AppendJSON appends a JSON number.
func (kindRating) AppendJSON(dst []byte, f *Field, v any) []byte {
	return kindInteger{}.AppendJSON(dst, f, v)
}

// Format draws the stars.
func (kindRating) Format(_ *Field, v any, _ *Output) string {
	n, _ := v.(int64)
	return strings.Repeat("★", int(max(0, min(n, 10))))
}

// Operators lists the filter operators offered.
func (kindRating) Operators() []string { return numberOperators }
