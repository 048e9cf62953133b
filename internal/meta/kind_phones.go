package meta

import (
	"strconv"
	"strings"

	"kedang/internal/codes"
	"kedang/internal/errs"
	"kedang/internal/han"
)

// kindPhones is several telephone numbers with labels: [{"number": "+86…",
// "label": "办公"}]. Stored as kind phone stores one; the extra is the label.
type kindPhones struct{ inSide }

// Name is "phones".
func (kindPhones) Name() string { return "phones" }

// CheckField checks the forms: mobile, landline.
func (kindPhones) CheckField(f *Field) []errs.Problem { return checkPhoneForms(f) }

// Parse takes an array of objects or strings, or one string; from a sheet, a
// cell with several numbers.
func (kindPhones) Parse(f *Field, v any, in *Input) (any, []errs.Problem) {
	if v == nil || v == "" {
		return nil, nil
	}
	if s, ok := v.(string); ok && in.Loose {
		return loosePhones(f, s, in)
	}
	list := listOf(v)
	if len(list) > mostItems {
		return nil, refusal("too_many_values", errs.Params{"max": mostItems})
	}
	var items []Item
	var ps []errs.Problem
	for i, x := range list {
		it, code := parseLabelled(x, "number")
		text, _ := it.Value.(string)
		if code == "" && strings.TrimSpace(text) == "" {
			continue
		}
		if code == "" {
			it.Value, code = parsePhone(f, text, in)
		}
		if code != "" {
			ps = append(ps, errs.Problem{Path: "[" + strconv.Itoa(i) + "]", Code: code, Params: because(code, text, longestPhone, "phone")})
			continue
		}
		items = addItem(items, it)
	}
	if ps != nil {
		return nil, ps
	}
	return oneOrNil(items), nil
}

func loosePhones(f *Field, s string, in *Input) (any, []errs.Problem) {
	if code := badText(s); code != "" {
		return nil, refusal(code, nil)
	}
	if Blank(s) {
		return nil, nil
	}
	var items []Item
	for _, p := range codes.ParsePhones(s, in.Region) {
		number, code := acceptPhone(f, p, in)
		if code != "" {
			return nil, refusal(code, because(code, p.Raw, longestPhone, "phone"))
		}
		items = addItem(items, Item{Value: number, Extra: p.Label})
	}
	return oneOrNil(items), nil
}

// parseLabelled reads "x" or {key: "x", "label": "…"}.
func parseLabelled(v any, key string) (it Item, code string) {
	switch x := v.(type) {
	case string:
		return Item{Value: x}, badText(x)
	case map[string]any:
		value, ok := x[key].(string)
		label, okLabel := "", true
		if x["label"] != nil {
			label, okLabel = x["label"].(string)
		}
		if !ok || !okLabel {
			return it, "wrong_kind"
		}
		if code := badText(value + label); code != "" {
			return it, code
		}
		if len(label) > 100 {
			return it, "too_long"
		}
		return Item{Value: value, Extra: label}, ""
	}
	return it, "wrong_kind"
}

// AppendJSON appends an array of {"number","label"}.
func (kindPhones) AppendJSON(dst []byte, _ *Field, v any) []byte {
	return appendLabelled(dst, v, `{"number":`)
}

func appendLabelled(dst []byte, v any, open string) []byte {
	items, ok := v.([]Item)
	if !ok {
		return append(dst, "null"...)
	}
	dst = append(dst, '[')
	for i, it := range items {
		if i > 0 {
			dst = append(dst, ',')
		}
		s, _ := it.Value.(string)
		dst = AppendString(append(dst, open...), s)
		if it.Extra != "" {
			dst = AppendString(append(dst, `,"label":`...), it.Extra)
		}
		dst = append(dst, '}')
	}
	return append(dst, ']')
}

// Format joins the numbers with their labels.
func (kindPhones) Format(_ *Field, v any, out *Output) string {
	return formatLabelled(v, out, codes.FormatPhone)
}

func formatLabelled(v any, out *Output, format func(string) string) string {
	items, _ := v.([]Item)
	parts := make([]string, len(items))
	for i, it := range items {
		s, _ := it.Value.(string)
		parts[i] = format(s)
		if it.Extra != "" {
			parts[i] += " (" + it.Extra + ")"
		}
	}
	return strings.Join(parts, listMark(out))
}

// Tokens adds each number's.
func (kindPhones) Tokens(f *Field, v any, mark string, t *han.Tokens) {
	items, _ := v.([]Item)
	for _, it := range items {
		if s, ok := it.Value.(string); ok && f.Search != "none" {
			phoneTokens(s, mark, t)
		}
	}
}

// Operators lists the filter operators offered.
func (kindPhones) Operators() []string { return []string{"has", "missing", "present"} }
