package record

import (
	"strings"
	"unicode/utf8"

	"kedang/internal/meta"
)

// maskText shows what a masked reader sees of a value: enough to recognise it,
// too little to use it.
//
//	phone  138****5678        id     3101**********1234
//	name   王**                email  li***@example.com      all   ****
func maskText(f *meta.Field, text string) string {
	r := []rune(text)
	how := f.Mask
	if how == "" {
		switch f.KindName {
		case "phone", "phones":
			how = "phone"
		case "identity":
			how = "id"
		case "emails":
			how = "email"
		}
	}
	switch how {
	case "phone":
		return middle(r, 3, 4)
	case "id":
		return middle(r, 4, 4)
	case "name":
		if len(r) == 0 {
			return ""
		}
		return string(r[:1]) + strings.Repeat("*", min(len(r)-1, 4))
	case "email":
		name, host, ok := strings.Cut(text, "@")
		if ok {
			first, _ := utf8.DecodeRuneInString(name)
			return string(first) + "***@" + host
		}
	}
	return "****"
}

// middle hides all but the first and last runes; short values whole.
func middle(r []rune, head, tail int) string {
	if len(r) <= head+tail {
		return "****"
	}
	return string(r[:head]) + strings.Repeat("*", len(r)-head-tail) + string(r[len(r)-tail:])
}
