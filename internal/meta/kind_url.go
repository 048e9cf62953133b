package meta

import (
	"strings"

	"kedang/internal/codes"
	"kedang/internal/errs"
	"kedang/internal/han"
)

// kindURL is one web address, http or https only, so that showing it as a
// link runs nothing.
type kindURL struct{ inColumn }

// Name is "url".
func (kindURL) Name() string { return "url" }

// Parse takes an address; without a scheme it is https.
func (kindURL) Parse(_ *Field, v any, in *Input) (any, []errs.Problem) {
	s, ps := parseText(v)
	text, ok := s.(string)
	if ps != nil || !ok || strings.TrimSpace(text) == "" || in.Loose && Blank(text) {
		return nil, ps
	}
	address, ps := codes.ParseURL(text)
	if ps != nil {
		return nil, ps
	}
	return address, nil
}

// Tokens adds the address's to the body index.
func (kindURL) Tokens(f *Field, v any, mark string, t *han.Tokens) {
	if s, ok := v.(string); ok {
		emit(f, "body", s, mark, t)
	}
}

// Operators lists the filter operators offered.
func (kindURL) Operators() []string { return []string{"contains", "missing", "present"} }
