package meta

import (
	"strings"

	"kedang/internal/errs"
	"kedang/internal/expr"
	"kedang/internal/han"
)

// kinds lists every kind of field. Adding one: a file kind_x.go, a line here,
// testdata/kinds/x.txt, a section in packs/README.md, web/src/fields/x.tsx.
var kinds = []Kind{
	kindText{}, kindLongText{}, kindNumber{}, kindURL{}, kindIdentity{}, kindPhone{}, kindAddress{}, kindGeo{}, kindJSON{},
	kindInteger{}, kindDecimal{}, kindMoney{}, kindPercent{}, kindRating{}, kindBool{},
	kindDate{}, kindDateTime{},
	kindChoice{}, kindChoices{}, kindTags{}, kindPhones{}, kindEmails{}, kindSocial{},
	kindLink{}, kindLinks{}, kindUser{}, kindDepartment{}, kindRows{}, kindFiles{},
}

// Kinds lists all kinds in the order of kinds.go.
func Kinds() []Kind { return append([]Kind(nil), kinds...) }

// KindOf finds a kind by the name packs use; nil when there is none.
func KindOf(name string) Kind {
	for _, k := range kinds {
		if k.Name() == name {
			return k
		}
	}
	return nil
}

func kindNames() []string {
	names := make([]string, len(kinds))
	for i, k := range kinds {
		names[i] = k.Name()
	}
	return names
}

// refusal is one problem with the value itself.
func refusal(code string, params errs.Params) []errs.Problem {
	return []errs.Problem{{Code: code, Params: params}}
}

// inColumn is what kinds with one text in one column share.
type inColumn struct{}

// Storage is one column of the record's table.
func (inColumn) Storage() Storage { return InColumn }

// Column is text, or bytes when sealed.
func (inColumn) Column(f *Field) Column {
	if f.Sealed {
		return BlobColumn
	}
	return TextColumn
}

// Type is Text.
func (inColumn) Type(*Field) expr.Type { return expr.Type{Base: expr.Text} }

// CheckField has nothing to say.
func (inColumn) CheckField(*Field) []errs.Problem { return nil }

// Check has nothing to say.
func (inColumn) Check(*Field, any, *Input) []errs.Problem { return nil }

// AppendJSON appends a JSON string.
func (inColumn) AppendJSON(dst []byte, _ *Field, v any) []byte {
	s, ok := v.(string)
	if !ok {
		return append(dst, "null"...)
	}
	return AppendString(dst, s)
}

// Format is the text itself.
func (inColumn) Format(_ *Field, v any, _ *Output) string {
	s, _ := v.(string)
	return s
}

// inInteger is what kinds with one integer in one column share.
type inInteger struct{}

// Storage is one column of the record's table.
func (inInteger) Storage() Storage { return InColumn }

// Column is an integer.
func (inInteger) Column(*Field) Column { return IntColumn }

// Tokens adds nothing: numbers and times are filtered, not searched.
func (inInteger) Tokens(*Field, any, string, *han.Tokens) {}

// inSide is what kinds with many texts in a side table share.
type inSide struct{}

// Storage is a side table.
func (inSide) Storage() Storage { return InSide }

// Column is the text of one value.
func (inSide) Column(*Field) Column { return TextColumn }

// Type is a list of texts.
func (inSide) Type(*Field) expr.Type {
	return expr.Type{Base: expr.List, Elem: &expr.Type{Base: expr.Text}}
}

// CheckField has nothing to say.
func (inSide) CheckField(*Field) []errs.Problem { return nil }

// Check has nothing to say.
func (inSide) Check(*Field, any, *Input) []errs.Problem { return nil }

// AppendJSON appends an array of strings.
func (inSide) AppendJSON(dst []byte, _ *Field, v any) []byte {
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
		dst = AppendString(dst, s)
	}
	return append(dst, ']')
}

// mostItems bounds a many-valued field.
const mostItems = 200

// listOf turns an input into its elements: an array, or one value alone.
func listOf(v any) []any {
	if list, ok := v.([]any); ok {
		return list
	}
	return []any{v}
}

// splitLoose cuts a cell that holds several values.
func splitLoose(s string) []string {
	parts := strings.FieldsFunc(s, func(r rune) bool { return strings.ContainsRune(",，、;；|｜\n\r\t", r) })
	out := parts[:0]
	for _, p := range parts {
		if p = strings.TrimSpace(p); p != "" {
			out = append(out, p)
		}
	}
	return out
}

// because gives the parameters that a code's sentence needs of the value, the
// length allowed, the kind wanted.
func because(code, value string, most int, want string) errs.Params {
	switch code {
	case "wrong_kind":
		return errs.Params{"want": want}
	case "too_long":
		return errs.Params{"max": most, "length": len([]rune(value))}
	case "nul_in_text", "invalid_utf8":
		return nil
	}
	return errs.Params{"value": value}
}

// addItem appends an item unless its value stands there already.
func addItem(items []Item, it Item) []Item {
	for _, x := range items {
		if x.Value == it.Value {
			return items
		}
	}
	return append(items, it)
}

// oneOrNil is nil for an empty list: no values is a missing value.
func oneOrNil(items []Item) any {
	if len(items) == 0 {
		return nil
	}
	return items
}

// emit adds a text's search tokens where the field says, or else where its
// kind does.
func emit(f *Field, def, text, mark string, t *han.Tokens) {
	where := f.Search
	if where == "" {
		where = def
	}
	switch where {
	case "title":
		t.Title(text, mark)
	case "key":
		t.Code(text, mark)
	case "body":
		t.Body(text, mark)
	}
}
