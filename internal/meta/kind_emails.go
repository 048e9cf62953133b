package meta

import (
	"strconv"
	"strings"

	"kedang/internal/codes"
	"kedang/internal/errs"
	"kedang/internal/han"
)

// kindEmails is several mail addresses with labels: [{"address": "a@b.cn",
// "label": "财务"}]. The extra is the label.
type kindEmails struct{ inSide }

// Name is "emails".
func (kindEmails) Name() string { return "emails" }

// Parse takes an array of objects or strings, or one string; from a sheet, a
// cell with several addresses.
func (kindEmails) Parse(_ *Field, v any, in *Input) (any, []errs.Problem) {
	if v == nil || v == "" {
		return nil, nil
	}
	if s, ok := v.(string); ok && in.Loose {
		return looseEmails(s)
	}
	list := listOf(v)
	if len(list) > mostItems {
		return nil, refusal("too_many_values", errs.Params{"max": mostItems})
	}
	var items []Item
	var ps []errs.Problem
	for i, x := range list {
		it, code := parseLabelled(x, "address")
		text, _ := it.Value.(string)
		if code == "" && strings.TrimSpace(text) == "" {
			continue
		}
		if code == "" {
			var bad []errs.Problem
			if it.Value, bad = codes.ParseEmail(text); bad != nil {
				code = bad[0].Code
			}
		}
		if code != "" {
			ps = append(ps, errs.Problem{Path: "[" + strconv.Itoa(i) + "]", Code: code, Params: because(code, text, 100, "email")})
			continue
		}
		items = addItem(items, it)
	}
	if ps != nil {
		return nil, ps
	}
	return oneOrNil(items), nil
}

func looseEmails(s string) (any, []errs.Problem) {
	if code := badText(s); code != "" {
		return nil, refusal(code, nil)
	}
	if Blank(s) {
		return nil, nil
	}
	addresses, bad := codes.ParseEmails(s)
	if len(bad) > 0 {
		return nil, refusal("bad_email", errs.Params{"value": strings.Join(bad, " ")})
	}
	var items []Item
	for _, a := range addresses {
		items = addItem(items, Item{Value: a})
	}
	return oneOrNil(items), nil
}

// AppendJSON appends an array of {"address","label"}.
func (kindEmails) AppendJSON(dst []byte, _ *Field, v any) []byte {
	return appendLabelled(dst, v, `{"address":`)
}

// Format joins the addresses with their labels.
func (kindEmails) Format(_ *Field, v any, out *Output) string {
	return formatLabelled(v, out, func(s string) string { return s })
}

// Tokens adds each address's.
func (kindEmails) Tokens(f *Field, v any, mark string, t *han.Tokens) {
	items, _ := v.([]Item)
	for _, it := range items {
		if s, ok := it.Value.(string); ok && f.Search != "none" {
			t.Email(s, mark)
		}
	}
}

// Operators lists the filter operators offered.
func (kindEmails) Operators() []string { return []string{"has", "missing", "present"} }
