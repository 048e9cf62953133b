package meta

import (
	"strings"
	"unicode/utf8"

	"kedang/internal/errs"
	"kedang/internal/han"
)

// kindText is one line or a few: names, subjects. Stored byte for byte as it
// came, white space included; an empty text is missing.
type kindText struct{ inColumn }

// Name is "text".
func (kindText) Name() string { return "text" }

// Parse takes a string; NUL and invalid UTF-8 are refused.
func (kindText) Parse(_ *Field, v any, _ *Input) (any, []errs.Problem) { return parseText(v) }

// Check bounds the length: 200 characters unless declared.
func (kindText) Check(f *Field, v any, _ *Input) []errs.Problem { return checkLength(f, v, 200) }

// Tokens adds the text's: short texts are found by their words.
func (kindText) Tokens(f *Field, v any, mark string, t *han.Tokens) {
	if s, ok := v.(string); ok {
		emit(f, "body", s, mark, t)
	}
}

// Operators lists the filter operators offered.
func (kindText) Operators() []string {
	return []string{"contains", "==", "!=", "startsWith", "endsWith", "missing", "present"}
}

// parseText accepts text that both databases can hold.
func parseText(v any) (any, []errs.Problem) {
	s, ok := v.(string)
	if !ok {
		if v == nil {
			return nil, nil
		}
		return nil, refusal("wrong_kind", errs.Params{"want": "text"})
	}
	if code := badText(s); code != "" {
		return nil, refusal(code, nil)
	}
	if s == "" {
		return nil, nil
	}
	return s, nil
}

// badText is the code of what no database could hold, or "".
func badText(s string) string {
	if strings.IndexByte(s, 0) >= 0 {
		return "nul_in_text"
	}
	if !utf8.ValidString(s) {
		return "invalid_utf8"
	}
	return ""
}

// checkLength counts characters against the field's bounds, or the kind's.
func checkLength(f *Field, v any, most int) []errs.Problem {
	s, _ := v.(string)
	if f.MaxLen > 0 {
		most = f.MaxLen
	}
	if len(s) <= most && f.MinLen == 0 {
		return nil // at most one character a byte
	}
	n := utf8.RuneCountInString(s)
	if n > most {
		return refusal("too_long", errs.Params{"max": most, "length": n})
	}
	if n < f.MinLen {
		return refusal("too_short", errs.Params{"min": f.MinLen, "length": n})
	}
	return nil
}
