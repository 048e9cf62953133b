package meta

import (
	"kedang/internal/errs"
	"kedang/internal/expr"
	"kedang/internal/han"
)

// kindFiles is a place on the page for attachments of one sort (contract
// scans, drawings). The attachments table keeps them; a record stores nothing.
type kindFiles struct{}

// Name is "files".
func (kindFiles) Name() string { return "files" }

// Storage is none.
func (kindFiles) Storage() Storage { return Nowhere }

// Column is of no use.
func (kindFiles) Column(*Field) Column { return TextColumn }

// Type is Missing: expressions do not see files.
func (kindFiles) Type(*Field) expr.Type { return expr.Type{Base: expr.Missing} }

// CheckField has nothing to say.
func (kindFiles) CheckField(*Field) []errs.Problem { return nil }

// Parse refuses values: files are uploaded to their own address.
func (kindFiles) Parse(_ *Field, v any, _ *Input) (any, []errs.Problem) {
	if v == nil || v == "" {
		return nil, nil
	}
	return nil, refusal("files_are_uploaded", nil)
}

// Check has nothing to say.
func (kindFiles) Check(*Field, any, *Input) []errs.Problem { return nil }

// AppendJSON appends null.
func (kindFiles) AppendJSON(dst []byte, _ *Field, _ any) []byte { return append(dst, "null"...) }

// Format is empty.
func (kindFiles) Format(*Field, any, *Output) string { return "" }

// Tokens adds nothing.
func (kindFiles) Tokens(*Field, any, string, *han.Tokens) {}

// Operators is empty.
func (kindFiles) Operators() []string { return nil }
