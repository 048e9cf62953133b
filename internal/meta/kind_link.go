package meta

import (
	"strings"

	"kedang/internal/errs"
	"kedang/internal/expr"
	"kedang/internal/han"
)

// kindLink points to one record of the type named by to.
type kindLink struct{ inInteger }

// Name is "link".
func (kindLink) Name() string { return "link" }

// Type is Ref to the target type.
func (kindLink) Type(f *Field) expr.Type { return expr.Type{Base: expr.Ref, To: f.targetName()} }

// targetName is the target type's own name (to may name an alias).
func (f *Field) targetName() string {
	if f.Target != nil {
		return f.Target.Name
	}
	return f.To
}

// CheckField has nothing to say: targets are checked with the schema.
func (kindLink) CheckField(*Field) []errs.Problem { return nil }

// Parse takes an id, {"id": …} or {"number": …}; from a sheet a number or a
// title. What is no id becomes a Ref, which the engine resolves.
func (kindLink) Parse(_ *Field, v any, in *Input) (any, []errs.Problem) { return parseLink(v, in) }

func parseLink(v any, in *Input) (any, []errs.Problem) {
	switch x := v.(type) {
	case nil:
		return nil, nil
	case string:
		if in.Loose {
			if x = strings.TrimSpace(x); x == "" {
				return nil, nil
			}
			if code := badText(x); code != "" {
				return nil, refusal(code, nil)
			}
			return Ref{By: "*", Value: x}, nil
		}
		if x == "" {
			return nil, nil
		}
		if id, ok := parseID(x); ok {
			return id, nil
		}
		return nil, refusal("bad_id", errs.Params{"value": x})
	case map[string]any:
		if id, ok := x["id"].(string); ok {
			return parseLink(id, &Input{})
		}
		if number, ok := x["number"].(string); ok && number != "" {
			if code := badText(number); code != "" {
				return nil, refusal(code, nil)
			}
			return Ref{By: "number", Value: number}, nil
		}
		return nil, refusal("bad_id", nil)
	}
	return nil, refusal("wrong_kind", errs.Params{"want": "link"})
}

// Check has nothing to say: the engine looks at the target.
func (kindLink) Check(*Field, any, *Input) []errs.Problem { return nil }

// AppendJSON appends {"id":"…"}; the engine adds the title where it has it.
func (kindLink) AppendJSON(dst []byte, _ *Field, v any) []byte {
	id, ok := v.(int64)
	if !ok {
		return append(dst, "null"...)
	}
	dst = append(dst, `{"id":"`...)
	return append(appendID(dst, id), '"', '}')
}

// Format is the target's title.
func (kindLink) Format(f *Field, v any, out *Output) string {
	id, ok := v.(int64)
	if !ok {
		return ""
	}
	if out != nil && out.Title != nil && f.Target != nil {
		return out.Title(f.Target, id)
	}
	return string(appendID(nil, id))
}

// Tokens adds nothing: the target is found by itself.
func (kindLink) Tokens(*Field, any, string, *han.Tokens) {}

// Operators lists the filter operators offered.
func (kindLink) Operators() []string { return []string{"==", "!=", "in", "missing", "present"} }
