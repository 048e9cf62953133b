package meta

import (
	"regexp"
	"strings"

	"kedang/internal/errs"
	"kedang/internal/han"
)

// kindNumber is a number or code that people know a thing by: the record's own
// number, a contract number, a plate, a room. Text, searched whole, by its
// beginning and by its end.
type kindNumber struct{ inColumn }

// Name is "number".
func (kindNumber) Name() string { return "number" }

// Parse takes a string. A cell whose digits a spreadsheet has rounded away is
// left out: what remains would be somebody else's account.
func (kindNumber) Parse(_ *Field, v any, in *Input) (any, []errs.Problem) {
	if s, ok := v.(string); ok && in.Loose && roundedCode.MatchString(strings.TrimSpace(s)) {
		warn(in, "number_scientific", errs.Params{"value": s})
		return nil, nil
	}
	return parseText(v)
}

// roundedCode is 6.22202E+18; a room may be 3E10.
var roundedCode = regexp.MustCompile(`^[0-9]\.[0-9]{2,}[eE]\+?[0-9]{2}$`)

// Check bounds the length: 64 characters unless declared.
func (kindNumber) Check(f *Field, v any, _ *Input) []errs.Problem { return checkLength(f, v, 64) }

// Tokens adds the code's.
func (kindNumber) Tokens(f *Field, v any, mark string, t *han.Tokens) {
	if s, ok := v.(string); ok {
		emit(f, "key", s, mark, t)
	}
}

// Operators lists the filter operators offered.
func (kindNumber) Operators() []string {
	return []string{"==", "startsWith", "endsWith", "contains", "missing", "present"}
}
