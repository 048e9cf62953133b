package meta

import (
	"slices"
	"strings"

	"kedang/internal/codes"
	"kedang/internal/errs"
	"kedang/internal/han"
)

// kindPhone is one telephone number, stored in E.164 with ";ext=801" for an
// extension. What cannot be read as a number is kept as it was, with a warning.
type kindPhone struct{ inColumn }

// Name is "phone".
func (kindPhone) Name() string { return "phone" }

// CheckField checks the forms: mobile, landline.
func (kindPhone) CheckField(f *Field) []errs.Problem { return checkPhoneForms(f) }

func checkPhoneForms(f *Field) []errs.Problem {
	for i, form := range f.Forms {
		if form != "mobile" && form != "landline" {
			return []errs.Problem{{Path: index("forms", i), Code: "unknown_form", Params: errs.Params{"value": form, "known": "mobile landline"}}}
		}
	}
	return nil
}

// Parse takes a string in any usual form.
func (kindPhone) Parse(f *Field, v any, in *Input) (any, []errs.Problem) {
	s, ps := parseText(v)
	text, ok := s.(string)
	if ps != nil || !ok || strings.TrimSpace(text) == "" || in.Loose && Blank(text) {
		return nil, ps
	}
	number, code := parsePhone(f, text, in)
	if code != "" {
		return nil, refusal(code, because(code, text, longestPhone, "phone"))
	}
	return number, nil
}

// longestPhone is the most characters kept of what is no phone number.
const longestPhone = 60

// parsePhone gives a number's stored form; code refuses it. Numbers that are
// stored already ("+86…;ext=801") come back unchanged.
func parsePhone(f *Field, text string, in *Input) (number, code string) {
	e164, ext, _ := strings.Cut(text, ";ext=")
	p := codes.ParsePhone(e164, in.Region)
	if ext != "" && p.Ext == "" {
		p.Ext = ext
	}
	return acceptPhone(f, p, in)
}

func acceptPhone(f *Field, p codes.Phone, in *Input) (number, code string) {
	if len(p.Raw) > longestPhone {
		return "", "too_long"
	}
	if p.Problem != "" {
		if f.Check == "refuse" && p.E164 == "" {
			return "", p.Problem
		}
		warn(in, p.Problem, errs.Params{"value": p.Raw})
	}
	if kind := (map[string]string{"mobile": "mobile", "fixed": "landline"})[p.Kind]; kind != "" && len(f.Forms) > 0 && !slices.Contains(f.Forms, kind) {
		warn(in, "phone_form", errs.Params{"value": p.Raw, "want": joined(f.Forms)})
	}
	return p.String(), ""
}

// warn tells of what is stored all the same.
func warn(in *Input, code string, params errs.Params) {
	if in != nil && in.Warn != nil {
		in.Warn(errs.Problem{Code: code, Params: params})
	}
}

// Format groups the digits: 138 0013 8000.
func (kindPhone) Format(_ *Field, v any, _ *Output) string {
	s, _ := v.(string)
	return codes.FormatPhone(s)
}

// Tokens adds the number's: found by its beginning and its end.
func (kindPhone) Tokens(f *Field, v any, mark string, t *han.Tokens) {
	if s, ok := v.(string); ok && f.Search != "none" {
		phoneTokens(s, mark, t)
	}
}

func phoneTokens(stored, mark string, t *han.Tokens) {
	number, _, _ := strings.Cut(stored, ";ext=")
	t.Phone(number, mark)
}

// Operators lists the filter operators offered.
func (kindPhone) Operators() []string { return []string{"==", "endsWith", "missing", "present"} }
