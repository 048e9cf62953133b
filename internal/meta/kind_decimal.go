package meta

import (
	"kedang/internal/errs"
	"kedang/internal/expr"
)

// scaled is what the exact decimal kinds share: an integer scaled by the
// field's decimals, a JSON string, half up at the scale, never a float.
type scaled struct{ inInteger }

// Type is Decimal at the field's scale.
func (scaled) Type(f *Field) expr.Type { return expr.Type{Base: expr.Decimal, Scale: f.Decimals()} }

// Parse takes a JSON string or number.
func (scaled) Parse(f *Field, v any, in *Input) (any, []errs.Problem) {
	s, ps := numberText(counted(f, v, in), in)
	if s == "" || ps != nil {
		return nil, ps
	}
	n, code := parseScaled(s, f.Decimals())
	if code != "" {
		return nil, refusal(code, nil)
	}
	return n, nil
}

// AppendJSON appends a JSON string such as "12.50".
func (scaled) AppendJSON(dst []byte, f *Field, v any) []byte {
	n, ok := v.(int64)
	if !ok {
		return append(dst, "null"...)
	}
	return append(appendScaled(append(dst, '"'), n, f.Decimals()), '"')
}

// Operators lists the filter operators offered.
func (scaled) Operators() []string { return numberOperators }

func checkScale(f *Field) []errs.Problem {
	if n := f.Decimals(); n < 0 || n > 9 {
		return []errs.Problem{{Path: "scale", Code: "bad_scale"}}
	}
	return nil
}

// kindDecimal is an exact decimal number, 4 decimals unless declared.
type kindDecimal struct{ scaled }

// Name is "decimal".
func (kindDecimal) Name() string { return "decimal" }

// CheckField checks scale and bounds.
func (k kindDecimal) CheckField(f *Field) []errs.Problem {
	if ps := checkScale(f); ps != nil {
		return ps
	}
	return checkBounds(f, k)
}

// Check holds the bounds.
func (kindDecimal) Check(f *Field, v any, _ *Input) []errs.Problem { return checkRange(f, v) }

// Format groups thousands and adds the unit.
func (kindDecimal) Format(f *Field, v any, out *Output) string {
	n, ok := v.(int64)
	if !ok {
		return ""
	}
	return withUnit(f, grouped(n, f.Decimals()), out)
}
