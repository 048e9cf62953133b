package meta

import (
	"strconv"
	"strings"

	"kedang/internal/errs"
	"kedang/internal/expr"
	"kedang/internal/han"
)

// kindChoices is several values of a closed list, each once, in the order given.
type kindChoices struct{ inSide }

// Name is "choices".
func (kindChoices) Name() string { return "choices" }

// Type is a list of Text of the closed list.
func (kindChoices) Type(f *Field) expr.Type {
	elem := closedList(f)
	return expr.Type{Base: expr.List, Elem: &elem}
}

// Parse takes an array of values; from a sheet, values or labels between
// commas or semicolons.
func (kindChoices) Parse(f *Field, v any, in *Input) (any, []errs.Problem) {
	if v == nil || v == "" {
		return nil, nil
	}
	list := listOf(v)
	if s, ok := v.(string); ok && in.Loose {
		list = list[:0]
		for _, part := range splitLoose(s) {
			if _, known := f.pick(part, true); known {
				list = append(list, part)
				continue
			}
			for _, p := range strings.FieldsFunc(part, func(r rune) bool { return strings.ContainsRune("/／+&和及", r) }) {
				list = append(list, p)
			}
		}
	}
	if len(list) > mostItems {
		return nil, refusal("too_many_values", errs.Params{"max": mostItems})
	}
	var items []Item
	var ps []errs.Problem
	for i, x := range list {
		s, ok := x.(string)
		value, known := "", false
		if ok {
			value, known = f.pick(s, in.Loose)
		}
		if ok && !known && in.Loose {
			value, known = f.guess(s, in)
		}
		switch {
		case !ok:
			ps = append(ps, errs.Problem{Path: "[" + strconv.Itoa(i) + "]", Code: "wrong_kind", Params: errs.Params{"want": "choice"}})
		case !known:
			ps = append(ps, errs.Problem{Path: "[" + strconv.Itoa(i) + "]", Code: "bad_choice", Params: badChoice(f, s)})
		case value != "":
			items = addItem(items, Item{Value: value})
		}
	}
	if ps != nil {
		return nil, ps
	}
	return oneOrNil(items), nil
}

// Format joins the labels.
func (kindChoices) Format(f *Field, v any, out *Output) string {
	items, _ := v.([]Item)
	parts := make([]string, len(items))
	for i, it := range items {
		s, _ := it.Value.(string)
		parts[i] = f.choiceLabel(s, out)
	}
	return strings.Join(parts, listMark(out))
}

// listMark stands between the values of a list: 、 in Chinese, a comma else.
func listMark(out *Output) string {
	if out != nil && strings.HasPrefix(out.Lang, "en") {
		return ", "
	}
	return "、"
}

// Tokens adds nothing unless the field says so.
func (kindChoices) Tokens(f *Field, v any, mark string, t *han.Tokens) {
	items, _ := v.([]Item)
	for _, it := range items {
		kindChoice{}.Tokens(f, it.Value, mark, t)
	}
}

// Operators lists the filter operators offered.
func (kindChoices) Operators() []string { return []string{"has", "missing", "present"} }
