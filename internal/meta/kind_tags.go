package meta

import (
	"strconv"
	"strings"
	"unicode/utf8"

	"kedang/internal/errs"
	"kedang/internal/han"
)

// longestTag is the most characters of one tag.
const longestTag = 60

// kindTags is a set of free words; blanks at the ends do not count.
type kindTags struct{ inSide }

// Name is "tags".
func (kindTags) Name() string { return "tags" }

// Parse takes an array of words; from a sheet, words between commas.
func (kindTags) Parse(_ *Field, v any, in *Input) (any, []errs.Problem) {
	if v == nil || v == "" {
		return nil, nil
	}
	list := listOf(v)
	if s, ok := v.(string); ok && in.Loose {
		list = list[:0]
		for _, part := range splitLoose(s) {
			for _, word := range tagWords(part) {
				list = append(list, word)
			}
		}
	}
	if len(list) > mostItems {
		return nil, refusal("too_many_values", errs.Params{"max": mostItems})
	}
	var items []Item
	for i, x := range list {
		s, ok := x.(string)
		code := "wrong_kind"
		if ok {
			s = strings.TrimSpace(s)
			if code = badText(s); code == "" && utf8.RuneCountInString(s) > longestTag {
				code = "too_long"
			}
		}
		if code != "" {
			return nil, []errs.Problem{{Path: "[" + strconv.Itoa(i) + "]", Code: code, Params: because(code, s, longestTag, "text")}}
		}
		if s != "" {
			items = addItem(items, Item{Value: s})
		}
	}
	return oneOrNil(items), nil
}

// Format joins the words.
func (kindTags) Format(_ *Field, v any, out *Output) string {
	items, _ := v.([]Item)
	parts := make([]string, len(items))
	for i, it := range items {
		parts[i], _ = it.Value.(string)
	}
	return strings.Join(parts, listMark(out))
}

// Tokens adds each word's to the body index.
func (kindTags) Tokens(f *Field, v any, mark string, t *han.Tokens) {
	items, _ := v.([]Item)
	for _, it := range items {
		s, _ := it.Value.(string)
		emit(f, "body", s, mark, t)
	}
}

// Operators lists the filter operators offered.
func (kindTags) Operators() []string { return []string{"has", "missing", "present"} }
