package meta

import (
	"strconv"
	"strings"

	"kedang/internal/errs"
	"kedang/internal/expr"
	"kedang/internal/han"
)

// kindLinks points to several records of one type, each once, in order.
type kindLinks struct{ inSide }

// Name is "links".
func (kindLinks) Name() string { return "links" }

// Column is the id of one target.
func (kindLinks) Column(*Field) Column { return IntColumn }

// Type is a list of Ref.
func (kindLinks) Type(f *Field) expr.Type {
	return expr.Type{Base: expr.List, Elem: &expr.Type{Base: expr.Ref, To: f.targetName()}}
}

// Parse takes an array of what kind link takes.
func (kindLinks) Parse(_ *Field, v any, in *Input) (any, []errs.Problem) {
	if v == nil || v == "" {
		return nil, nil
	}
	list := listOf(v)
	if s, ok := v.(string); ok && in.Loose {
		list = list[:0]
		for _, part := range splitLoose(s) {
			list = append(list, part)
		}
	}
	if len(list) > mostItems {
		return nil, refusal("too_many_values", errs.Params{"max": mostItems})
	}
	var items []Item
	var ps []errs.Problem
	for i, x := range list {
		one, bad := parseLink(x, in)
		for _, p := range bad {
			ps = append(ps, errs.Problem{Path: "[" + strconv.Itoa(i) + "]", Code: p.Code, Params: p.Params})
		}
		if one != nil {
			items = addItem(items, Item{Value: one})
		}
	}
	if ps != nil {
		return nil, ps
	}
	return oneOrNil(items), nil
}

// AppendJSON appends an array of {"id":"…"}.
func (kindLinks) AppendJSON(dst []byte, f *Field, v any) []byte {
	items, ok := v.([]Item)
	if !ok {
		return append(dst, "null"...)
	}
	dst = append(dst, '[')
	for i, it := range items {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = kindLink{}.AppendJSON(dst, f, it.Value)
	}
	return append(dst, ']')
}

// Format joins the titles.
func (kindLinks) Format(f *Field, v any, out *Output) string {
	items, _ := v.([]Item)
	parts := make([]string, len(items))
	for i, it := range items {
		parts[i] = kindLink{}.Format(f, it.Value, out)
	}
	return strings.Join(parts, listMark(out))
}

// Tokens adds nothing.
func (kindLinks) Tokens(*Field, any, string, *han.Tokens) {}

// Operators lists the filter operators offered.
func (kindLinks) Operators() []string { return []string{"has", "missing", "present"} }
