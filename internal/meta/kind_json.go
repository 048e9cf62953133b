package meta

import (
	"bytes"
	"encoding/json"

	"kedang/internal/errs"
	"kedang/internal/han"
)

// largestJSON is the most bytes of one JSON value.
const largestJSON = 64 << 10

// kindJSON is a value of any shape that another system keeps here. Stored
// compact, sent as it is; neither searched nor understood.
type kindJSON struct{ inColumn }

// Name is "json".
func (kindJSON) Name() string { return "json" }

// Parse takes any JSON value; from a sheet, its text.
func (kindJSON) Parse(_ *Field, v any, in *Input) (any, []errs.Problem) {
	if v == nil {
		return nil, nil
	}
	var out bytes.Buffer
	if s, ok := v.(string); ok && in.Loose {
		if s == "" {
			return nil, nil
		}
		if err := json.Compact(&out, []byte(s)); err != nil {
			return nil, refusal("bad_json", nil)
		}
	} else {
		enc := json.NewEncoder(&out)
		enc.SetEscapeHTML(false)
		if err := enc.Encode(v); err != nil {
			return nil, refusal("bad_json", nil)
		}
	}
	text := string(bytes.TrimSuffix(out.Bytes(), []byte("\n")))
	if bytes.Contains(out.Bytes(), []byte(`\u0000`)) {
		return nil, refusal("nul_in_text", nil)
	}
	if len(text) > largestJSON {
		return nil, refusal("too_long", errs.Params{"max": largestJSON, "length": len(text)})
	}
	return text, nil
}

// AppendJSON appends the value as it is.
func (kindJSON) AppendJSON(dst []byte, _ *Field, v any) []byte {
	s, ok := v.(string)
	if !ok {
		return append(dst, "null"...)
	}
	return append(dst, s...)
}

// Tokens adds nothing.
func (kindJSON) Tokens(*Field, any, string, *han.Tokens) {}

// Operators lists the filter operators offered.
func (kindJSON) Operators() []string { return []string{"missing", "present"} }
