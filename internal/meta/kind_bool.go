package meta

import (
	"strings"

	"kedang/internal/errs"
	"kedang/internal/expr"
	"kedang/internal/han"
)

// kindBool is yes or no, stored 1 or 0; missing is neither.
type kindBool struct{ inInteger }

// Name is "bool".
func (kindBool) Name() string { return "bool" }

// Type is Bool.
func (kindBool) Type(*Field) expr.Type { return expr.Type{Base: expr.Bool} }

// CheckField has nothing to say.
func (kindBool) CheckField(*Field) []errs.Problem { return nil }

// Parse takes true or false; from a sheet also 是 否 y n √ 1 0.
func (kindBool) Parse(_ *Field, v any, in *Input) (any, []errs.Problem) {
	switch x := v.(type) {
	case nil:
		return nil, nil
	case bool:
		if x {
			return int64(1), nil
		}
		return int64(0), nil
	case string:
		if !in.Loose {
			break
		}
		switch han.Fold(x) {
		case "":
			return nil, nil
		case "是", "有", "真", "对", "√", "✓", "✔", "☑", "1", "y", "yes", "true", "t", "on", "ok", "已", "需要", "启用", "●", "■", "是的":
			return int64(1), nil
		case "否", "无", "没有", "假", "错", "×", "✗", "✘", "☐", "0", "n", "no", "false", "f", "off", "不是", "未", "不", "不需要", "停用", "○", "□":
			return int64(0), nil
		}
		if Blank(x) {
			return nil, nil
		}
		return nil, refusal("not_a_bool", errs.Params{"value": strings.TrimSpace(x)})
	}
	return nil, refusal("wrong_kind", errs.Params{"want": "bool"})
}

// Check has nothing to say.
func (kindBool) Check(*Field, any, *Input) []errs.Problem { return nil }

// AppendJSON appends true or false.
func (kindBool) AppendJSON(dst []byte, _ *Field, v any) []byte {
	switch v {
	case int64(1):
		return append(dst, "true"...)
	case int64(0):
		return append(dst, "false"...)
	}
	return append(dst, "null"...)
}

// Format is 是 or 否, Yes or No.
func (kindBool) Format(_ *Field, v any, out *Output) string {
	en := out != nil && strings.HasPrefix(out.Lang, "en")
	switch {
	case v == int64(1) && en:
		return "Yes"
	case v == int64(0) && en:
		return "No"
	case v == int64(1):
		return "是"
	case v == int64(0):
		return "否"
	}
	return ""
}

// Operators lists the filter operators offered.
func (kindBool) Operators() []string { return []string{"==", "missing", "present"} }
