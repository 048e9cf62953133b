package meta

import (
	"encoding/json"

	"kedang/internal/codes"
	"kedang/internal/errs"
	"kedang/internal/expr"
)

// kindMoney is an amount in the company's currency, 2 decimals unless
// declared; with currencies: many each amount has its own, see Amount.
type kindMoney struct{ scaled }

// Name is "money".
func (kindMoney) Name() string { return "money" }

// Type is Decimal at the field's scale. An amount with a currency of its own
// is no number: what is compared is price.amount and price.currency.
func (k kindMoney) Type(f *Field) expr.Type {
	if f.ManyCurrencies() {
		return expr.Type{Base: expr.Amount, Scale: f.Decimals()}
	}
	return k.scaled.Type(f)
}

// CheckField checks scale, bounds and currencies.
func (k kindMoney) CheckField(f *Field) []errs.Problem {
	if f.ManyCurrencies() && f.Parent != nil {
		return []errs.Problem{{Path: "currencies", Code: "currencies_rows"}}
	}
	if f.ManyCurrencies() && f.Unique {
		return []errs.Problem{{Path: "unique", Code: "currencies_unique"}}
	}
	if ps := checkScale(f); ps != nil {
		return ps
	}
	return checkBounds(f, k)
}

// Parse takes a JSON string or number. In a field of one currency a cell that
// names another is refused: its number would be taken for the company's. An amount with a currency of its own is
// {"amount": "12.50", "currency": "USD"}, "USD 12.50", or a number alone in
// the company's currency; cells also say 12.50 美元 or US$12.50.
func (k kindMoney) Parse(f *Field, v any, in *Input) (any, []errs.Problem) {
	if !f.ManyCurrencies() {
		if text, ok := v.(string); ok && in.Loose && in.Currency != "" {
			if n, _ := codes.ParseNumber(text); n.Currency != "" && n.Currency != in.Currency {
				return nil, refusal("other_currency", errs.Params{"value": text, "currency": n.Currency, "own": in.Currency})
			}
		}
		return k.scaled.Parse(f, v, in)
	}
	digits, currency, ps := amountText(v, in)
	if digits == "" || ps != nil {
		return nil, ps
	}
	if currency == "" {
		if currency = in.Currency; currency == "" {
			currency = "CNY"
		}
	}
	if !codes.Currency(currency) {
		return nil, []errs.Problem{{Path: "currency", Code: "bad_currency", Params: errs.Params{"value": currency}}}
	}
	n, code := parseScaled(digits, f.Decimals())
	if code != "" {
		return nil, refusal(code, nil)
	}
	return Amount(n, currency, f.Decimals()), nil
}

// amountText finds the digits and the currency of an input.
func amountText(v any, in *Input) (digits, currency string, ps []errs.Problem) {
	switch x := v.(type) {
	case nil:
		return "", "", nil
	case json.Number:
		return string(x), "", nil
	case map[string]any:
		code, ok := textOf(x["currency"])
		if !ok {
			return "", "", []errs.Problem{{Path: "currency", Code: "wrong_kind", Params: errs.Params{"want": "text"}}}
		}
		if digits, ps = numberText(x["amount"], &Input{}); ps != nil {
			ps[0].Path = "amount"
		}
		return digits, code, ps
	case string:
		if in.Loose && Blank(x) {
			return "", "", nil
		}
		digits, currency = cutCurrency(x)
		if !in.Loose || digits == "" {
			return digits, currency, nil
		}
		n, bad := codes.ParseNumber(digits)
		if bad != nil {
			return "", "", refusal("not_a_number", errs.Params{"value": x})
		}
		if currency == "" {
			currency = n.Currency
		}
		warnAbout(n, x, in)
		return n.Digits, currency, nil
	}
	return "", "", refusal("wrong_kind", errs.Params{"want": "money"})
}

// Check holds the bounds; of an amount with a currency of its own they bound
// the number, whatever the currency.
func (kindMoney) Check(f *Field, v any, _ *Input) []errs.Problem {
	if n, _, ok := SplitAmount(v, f.Decimals()); ok && f.ManyCurrencies() {
		return checkRange(f, n)
	}
	return checkRange(f, v)
}

// AppendJSON appends a JSON string such as "12.50", or {"amount","currency"};
// a sum of amounts in one of many currencies is a number again.
func (k kindMoney) AppendJSON(dst []byte, f *Field, v any) []byte {
	if _, sum := v.(int64); sum || !f.ManyCurrencies() {
		return k.scaled.AppendJSON(dst, f, v)
	}
	n, currency, ok := SplitAmount(v, f.Decimals())
	if !ok {
		return append(dst, "null"...)
	}
	dst = appendScaled(append(dst, `{"amount":"`...), n, f.Decimals())
	return append(append(append(dst, `","currency":"`...), currency...), `"}`...)
}

// Format groups thousands; the company's own sign is the reader's business,
// another currency stands before the number: USD 1,234.50.
func (kindMoney) Format(f *Field, v any, out *Output) string {
	if n, currency, ok := SplitAmount(v, f.Decimals()); ok && f.ManyCurrencies() {
		return withUnit(f, currency+" "+grouped(n, f.Decimals()), out)
	}
	n, ok := v.(int64)
	if !ok {
		return ""
	}
	return withUnit(f, grouped(n, f.Decimals()), out)
}
