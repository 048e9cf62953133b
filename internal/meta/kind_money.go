package meta

import "kedang/internal/errs"

// kindMoney is an amount in the company's currency, 2 decimals unless declared.
type kindMoney struct{ scaled }

// Name is "money".
func (kindMoney) Name() string { return "money" }

// CheckField checks scale, bounds and currencies.
func (k kindMoney) CheckField(f *Field) []errs.Problem {
	if f.Currencies == "many" {
		return []errs.Problem{{Path: "currencies", Code: "unsupported_currency"}}
	}
	if ps := checkScale(f); ps != nil {
		return ps
	}
	return checkBounds(f, k)
}

// Check holds the bounds.
func (kindMoney) Check(f *Field, v any, _ *Input) []errs.Problem { return checkRange(f, v) }

// Format groups thousands; the currency's sign is the reader's business.
func (kindMoney) Format(f *Field, v any, out *Output) string {
	n, ok := v.(int64)
	if !ok {
		return ""
	}
	return withUnit(f, grouped(n, f.Decimals()), out)
}
