package meta

import (
	"kedang/internal/errs"
	"kedang/internal/han"
)

// kindLongText is running text: notes, conversations. As kindText, longer.
type kindLongText struct{ inColumn }

// Name is "longtext".
func (kindLongText) Name() string { return "longtext" }

// Parse takes a string; NUL and invalid UTF-8 are refused.
func (kindLongText) Parse(_ *Field, v any, _ *Input) (any, []errs.Problem) { return parseText(v) }

// Check bounds the length: 20,000 characters unless declared.
func (kindLongText) Check(f *Field, v any, _ *Input) []errs.Problem { return checkLength(f, v, 20_000) }

// Tokens adds the text's to the body index.
func (kindLongText) Tokens(f *Field, v any, mark string, t *han.Tokens) {
	if s, ok := v.(string); ok {
		emit(f, "body", s, mark, t)
	}
}

// Operators lists the filter operators offered.
func (kindLongText) Operators() []string { return []string{"contains", "missing", "present"} }
