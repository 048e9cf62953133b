package meta

import (
	"encoding/json"
	"strconv"

	"kedang/internal/errs"
	"kedang/internal/expr"
)

// safeInteger is the largest integer that JSON readers keep exactly (2^53-1).
const safeInteger = 1<<53 - 1

// kindInteger is a whole number, up to 2^53-1 either way; a JSON number.
type kindInteger struct{ inInteger }

// Name is "integer".
func (kindInteger) Name() string { return "integer" }

// Type is Int.
func (kindInteger) Type(*Field) expr.Type { return expr.Type{Base: expr.Int} }

// CheckField checks the bounds.
func (k kindInteger) CheckField(f *Field) []errs.Problem { return checkBounds(f, k) }

// Parse takes a JSON number or a string of digits; a fraction is refused.
func (kindInteger) Parse(f *Field, v any, in *Input) (any, []errs.Problem) {
	s, ps := numberText(counted(f, v, in), in)
	if s == "" || ps != nil {
		return nil, ps
	}
	n, code := parseScaled(s, 0)
	if tenths, again := parseScaled(s, 1); code == "" && again == "" && tenths != n*10 {
		code = "not_an_integer"
	}
	if code == "" && (n > safeInteger || n < -safeInteger) {
		code = "overflow"
	}
	if code != "" {
		return nil, refusal(code, nil)
	}
	return n, nil
}

// Check holds the bounds.
func (kindInteger) Check(f *Field, v any, _ *Input) []errs.Problem { return checkRange(f, v) }

// AppendJSON appends a JSON number.
func (kindInteger) AppendJSON(dst []byte, _ *Field, v any) []byte {
	n, ok := v.(int64)
	if !ok {
		return append(dst, "null"...)
	}
	return strconv.AppendInt(dst, n, 10)
}

// Format groups thousands and adds the unit.
func (kindInteger) Format(f *Field, v any, out *Output) string {
	n, ok := v.(int64)
	if !ok {
		return ""
	}
	return withUnit(f, grouped(n, 0), out)
}

// Operators lists the filter operators offered.
func (kindInteger) Operators() []string { return numberOperators }

var numberOperators = []string{"==", "!=", ">=", "<=", ">", "<", "between", "missing", "present"}

// withUnit adds the field's unit in the reader's language.
func withUnit(f *Field, s string, out *Output) string {
	if f.Unit.Empty() || out == nil {
		return s
	}
	return s + " " + f.Unit.In(out.Lang)
}

// numberText gives the digits of a number's input; "" is missing.
func numberText(v any, in *Input) (string, []errs.Problem) {
	switch x := v.(type) {
	case nil:
		return "", nil
	case json.Number:
		return string(x), nil
	case string:
		if x == "" || !in.Loose {
			return x, nil
		}
		return looseNumber(x, in)
	}
	return "", refusal("wrong_kind", errs.Params{"want": "number"})
}

// bound parses a declared bound into the stored form; nil when there is none,
// or none of this kind.
func bound(f *Field, text string) *int64 {
	if text == "" || f.Kind == nil {
		return nil
	}
	if f.ManyCurrencies() {
		n, code := parseScaled(text, f.Decimals())
		if code != "" {
			return nil
		}
		return &n
	}
	v, ps := f.Kind.Parse(f, text, &Input{})
	n, ok := v.(int64)
	if !ok || ps != nil {
		return nil
	}
	return &n
}

// checkBounds checks the declared min and max of a number kind.
func checkBounds(f *Field, k Kind) []errs.Problem {
	switch {
	case f.Min != "" && f.low == nil:
		return []errs.Problem{{Path: "min", Code: "bad_bound", Params: errs.Params{"value": f.Min, "kind": k.Name()}}}
	case f.Max != "" && f.high == nil:
		return []errs.Problem{{Path: "max", Code: "bad_bound", Params: errs.Params{"value": f.Max, "kind": k.Name()}}}
	case f.low != nil && f.high != nil && *f.low > *f.high:
		return []errs.Problem{{Path: "min", Code: "bounds_crossed", Params: errs.Params{"low": f.Min, "high": f.Max}}}
	}
	return nil
}

// checkRange holds a value between the declared bounds.
func checkRange(f *Field, v any) []errs.Problem {
	n, ok := v.(int64)
	switch {
	case !ok:
	case f.low != nil && n < *f.low:
		return refusal("too_small", errs.Params{"min": f.Min})
	case f.high != nil && n > *f.high:
		return refusal("too_large_value", errs.Params{"max": f.Max})
	}
	return nil
}
