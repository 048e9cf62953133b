package meta

import (
	"slices"
	"strings"

	"kedang/internal/codes"
	"kedang/internal/expr"
)

// CurrencySuffix names the column beside an amount's own that holds its
// currency.
const CurrencySuffix = "__c"

// ManyCurrencies tells a money field whose values each have a currency of
// their own. Their stored form in memory is a text, "USD 12.50"; in the
// database two columns, the scaled amount and the ISO 4217 code.
func (f *Field) ManyCurrencies() bool { return f.KindName == "money" && f.Currencies == "many" }

// Amount is the stored form of an amount scaled by a field's decimals.
func Amount(units int64, currency string, scale int) string {
	return string(appendScaled([]byte(currency+" "), units, scale))
}

// SplitAmount takes a stored amount apart, half up at another scale than it
// was written with; ok is false for anything else, and where it overflows.
func SplitAmount(v any, scale int) (units int64, currency string, ok bool) {
	s, _ := v.(string)
	currency, digits, found := strings.Cut(s, " ")
	if !found {
		return 0, "", false
	}
	units, code := parseScaled(digits, scale)
	return units, currency, code == ""
}

// amountPart finds price.amount and price.currency.
func amountPart(name, column string, scale int) func(string) (expr.Field, bool) {
	return func(part string) (expr.Field, bool) {
		switch part {
		case "amount":
			return expr.Field{Name: name + ".amount", Column: column, Type: expr.Type{Base: expr.Decimal, Scale: scale}}, true
		case "currency":
			return expr.Field{Name: name + ".currency", Column: column + CurrencySuffix, Type: expr.Type{Base: expr.Text}}, true
		}
		return expr.Field{}, false
	}
}

// AmountPart gives the value behind a name such as price.amount: the number
// at the field's scale, or the currency; ok is false for other names.
func AmountPart(t *Type, name string) (f *Field, part func(v any) any, ok bool) {
	of, what, found := strings.Cut(name, ".")
	if !found {
		return nil, nil, false
	}
	if f, ok = t.Field(of); !ok || !f.ManyCurrencies() {
		return nil, nil, false
	}
	return f, func(v any) any {
		units, currency, ok := SplitAmount(v, f.Decimals())
		switch {
		case !ok:
			return nil
		case what == "currency":
			return currency
		}
		return units
	}, true
}

// OneCurrency tells whether a condition leaves a field's amounts in one
// currency: price.currency == 'USD', alone or joined by and.
func (f *Field) OneCurrency(where *expr.Expr) bool {
	return where != nil && slices.ContainsFunc(where.Indexable(), func(b expr.Bound) bool {
		return b.Op == "==" && b.Field == f.Name+".currency"
	})
}

// cutCurrency takes an ISO 4217 code off either end of a text, "USD 12" or
// "12 usd"; "" when there is none.
func cutCurrency(text string) (rest, currency string) {
	s := strings.TrimSpace(text)
	if len(s) < 4 {
		return s, ""
	}
	if code := strings.ToUpper(s[:3]); codes.Currency(code) {
		return strings.TrimSpace(s[3:]), code
	}
	if code := strings.ToUpper(s[len(s)-3:]); codes.Currency(code) {
		return strings.TrimSpace(s[:len(s)-3]), code
	}
	return s, ""
}
