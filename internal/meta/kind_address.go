package meta

import (
	"strings"
	"unicode/utf8"

	"kedang/internal/codes"
	"kedang/internal/errs"
	"kedang/internal/han"
)

// kindAddress is a postal address: a division (GB/T 2260 code, "" where none
// is known) and the rest, stored as "310115|张江路1号". A filter on a province
// is startsWith '31'.
type kindAddress struct{ inColumn }

// Name is "address".
func (kindAddress) Name() string { return "address" }

// Parse takes {"code": "310115", "rest": "张江路1号"}, or a text whose head is
// read as a division.
func (kindAddress) Parse(_ *Field, v any, in *Input) (any, []errs.Problem) {
	var code, rest string
	switch x := v.(type) {
	case nil:
		return nil, nil
	case string:
		if bad := badText(x); bad != "" {
			return nil, refusal(bad, nil)
		}
		if strings.TrimSpace(x) == "" || in.Loose && Blank(x) {
			return nil, nil
		}
		code, rest = codes.FindDivision(x)
		rest = keepPostcode(x, rest)
	case map[string]any:
		var okCode, okRest bool
		code, okCode = textOf(x["code"])
		rest, okRest = textOf(x["rest"])
		if !okCode || !okRest {
			return nil, refusal("wrong_kind", errs.Params{"want": "address"})
		}
		if bad := badText(rest); bad != "" {
			return nil, refusal(bad, nil)
		}
		if _, ok := codes.Division(code); code != "" && (!ok || len(code) != 6) {
			return nil, []errs.Problem{{Path: "code", Code: "unknown_division", Params: errs.Params{"value": code}}}
		}
	default:
		return nil, refusal("wrong_kind", errs.Params{"want": "address"})
	}
	if code == "" && rest == "" {
		return nil, nil
	}
	return code + "|" + rest, nil
}

func textOf(v any) (string, bool) {
	if v == nil {
		return "", true
	}
	s, ok := v.(string)
	return s, ok
}

// keepPostcode puts a post code that stood before the address behind it:
// nothing people wrote is lost.
func keepPostcode(text, rest string) string {
	head := strings.TrimSpace(text)
	if len(head) > 6 && allDigits(head[:6]) && !strings.Contains(rest, head[:6]) {
		return strings.TrimSpace(rest + " " + head[:6])
	}
	return rest
}

// Check bounds the rest: 200 characters unless declared.
func (kindAddress) Check(f *Field, v any, _ *Input) []errs.Problem {
	s, _ := v.(string)
	_, rest, _ := strings.Cut(s, "|")
	most := 200
	if f.MaxLen > 0 {
		most = f.MaxLen
	}
	if n := utf8.RuneCountInString(rest); n > most {
		return []errs.Problem{{Path: "rest", Code: "too_long", Params: errs.Params{"max": most, "length": n}}}
	}
	return nil
}

// AppendJSON appends {"code","rest","text"}; text is the whole address for
// people, and is ignored on input.
func (kindAddress) AppendJSON(dst []byte, _ *Field, v any) []byte {
	s, ok := v.(string)
	bar := strings.IndexByte(s, '|')
	if !ok || bar < 0 {
		return append(dst, "null"...)
	}
	dst = append(dst, '{')
	if bar > 0 {
		dst = append(AppendString(append(dst, `"code":`...), s[:bar]), ',')
	}
	dst = AppendString(append(dst, `"rest":`...), s[bar+1:])
	dst = AppendString(append(dst, `,"text":`...), wholeAddress(s))
	return append(dst, '}')
}

// wholeAddress writes the division's names before the rest.
func wholeAddress(stored string) string {
	code, rest, _ := strings.Cut(stored, "|")
	if code == "" {
		return rest
	}
	names, _ := codes.Division(code)
	return strings.Join(names, "") + rest
}

// Format is the whole address.
func (kindAddress) Format(_ *Field, v any, _ *Output) string {
	s, _ := v.(string)
	return wholeAddress(s)
}

// Tokens adds the whole address's to the body index.
func (kindAddress) Tokens(f *Field, v any, mark string, t *han.Tokens) {
	if s, ok := v.(string); ok {
		emit(f, "body", wholeAddress(s), mark, t)
	}
}

// Operators lists the filter operators offered.
func (kindAddress) Operators() []string { return []string{"within", "contains", "missing", "present"} }
