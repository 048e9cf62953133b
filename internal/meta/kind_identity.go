package meta

import (
	"regexp"
	"slices"
	"strings"
	"time"

	"kedang/internal/codes"
	"kedang/internal/errs"
	"kedang/internal/han"
)

// kindIdentity is the number of an identity paper of a person or firm, in one
// of the field's forms (GB 11643, GB 32100 …). Stored in its normal form.
//
// check: refuse (the default) refuses a number that no form accepts; check:
// warn stores it with a warning. Unified social credit codes only ever warn:
// codes with wrong check characters have really been issued.
type kindIdentity struct{ inColumn }

// Name is "identity".
func (kindIdentity) Name() string { return "identity" }

// CheckField checks the forms.
func (kindIdentity) CheckField(f *Field) []errs.Problem {
	for i, name := range f.Forms {
		known := false
		for _, form := range codes.Forms() {
			known = known || string(form) == name
		}
		if !known {
			return []errs.Problem{{Path: index("forms", i), Code: "unknown_form", Params: errs.Params{"value": name, "near": nearest(name, formNames()), "known": strings.Join(formNames(), " ")}}}
		}
	}
	return nil
}

func formNames() []string {
	var names []string
	for _, form := range codes.Forms() {
		names = append(names, string(form))
	}
	return names
}

// forms are the field's forms, "other" when it declares none.
func (f *Field) forms() []codes.Form {
	if len(f.Forms) == 0 {
		return []codes.Form{codes.FormOther}
	}
	out := make([]codes.Form, len(f.Forms))
	for i, name := range f.Forms {
		out[i] = codes.Form(name)
	}
	return out
}

// Parse takes a string and finds the form it fits: the first that accepts it,
// else the first declared, whose complaint is told.
func (kindIdentity) Parse(f *Field, v any, in *Input) (any, []errs.Problem) {
	s, ps := parseText(v)
	text, ok := s.(string)
	if ps != nil || !ok || strings.TrimSpace(text) == "" || in.Loose && Blank(text) {
		return nil, ps
	}
	if len(text) > 200 {
		return nil, refusal("too_long", errs.Params{"max": 64, "length": len(text)})
	}
	today := in.Now
	if today.IsZero() {
		today = time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC) // no clock given: any date of birth may be past
	}
	forms := f.forms()
	form := codes.GuessForm(text, today, forms...)
	if form == "" {
		form = forms[0]
	}
	if in.Loose && rounded.MatchString(strings.TrimSpace(text)) {
		warn(in, "number_scientific", errs.Params{"value": text})
		return nil, nil // what is left of it is nobody's number
	}
	number, bad := codes.ParseIdentity(form, text, today)
	if whole := withZeros(text); bad != nil && form == codes.FormTaiwanUBN && in.Loose && whole != "" {
		if padded, worse := codes.ParseIdentity(form, whole, today); worse == nil {
			warn(in, "zeros_added", errs.Params{"value": text, "read": padded})
			return padded, nil
		}
	}
	if bad == nil {
		for _, p := range mistyped(form, number, forms, today) {
			warn(in, p.Code, p.Params)
		}
		return number, nil
	}
	if number == "" {
		number = strings.TrimSpace(text)
	}
	if f.Check != "warn" && form != codes.FormUSCC {
		return nil, bad
	}
	for _, p := range bad {
		warn(in, p.Code, p.Params)
	}
	return number, nil
}

// withZeros gives back to six or seven digits the zeros that a number cell does
// not have; "" for anything else.
func withZeros(text string) string {
	s := strings.TrimSpace(text)
	if len(s) != 6 && len(s) != 7 || strings.Trim(s, "0123456789") != "" {
		return ""
	}
	return "00"[:8-len(s)] + s
}

// rounded is a number that a spreadsheet has written as 1.10105E+17: the digits
// behind are lost.
var rounded = regexp.MustCompile(`^[0-9](\.[0-9]+)?[eE]\+?[0-9]{2}$`)

// mistyped is what is wrong with a number that passes as some other paper and
// has all the looks of a resident's, of an organisation code: it is one, with a
// digit wrong, lost or doubled, or with its end rounded to 000.
func mistyped(form codes.Form, number string, forms []codes.Form, today time.Time) []errs.Problem {
	looks := codes.Form("")
	switch {
	case form != codes.FormOther && form != codes.FormPassport: // what any number may be
	case residentLike.MatchString(number):
		looks = codes.FormResidentID
	case orgCodeLike.MatchString(number):
		looks = codes.FormOrgCode
	}
	if looks == "" || !slices.Contains(forms, looks) {
		return nil
	}
	_, bad := codes.ParseIdentity(looks, number, today)
	return bad
}

var (
	residentLike = regexp.MustCompile(`^[0-9]{14,18}[0-9X]$`)
	orgCodeLike  = regexp.MustCompile(`^[0-9A-Z]{8}-?[0-9X]$`)
)

// Check bounds the length.
func (kindIdentity) Check(f *Field, v any, _ *Input) []errs.Problem { return checkLength(f, v, 64) }

// Tokens adds the number's: found whole, by its beginning and its end.
func (kindIdentity) Tokens(f *Field, v any, mark string, t *han.Tokens) {
	if s, ok := v.(string); ok {
		emit(f, "key", s, mark, t)
	}
}

// Operators lists the filter operators offered.
func (kindIdentity) Operators() []string { return []string{"==", "missing", "present"} }
