package record

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"kedang/internal/errs"
	"kedang/internal/expr"
	"kedang/internal/meta"
)

// signs are operators as people write them.
var signs = map[string]string{"==": "=", "!=": "≠", "<": "<", "<=": "≤", ">": ">", ">=": "≥", "+": "+", "-": "−", "*": "×", "/": "÷", "%": "%"}

// bindings say which operators need brackets inside which.
var bindings = map[string]int{"or": 1, "and": 2, "==": 3, "!=": 3, "<": 3, "<=": 3, ">": 3, ">=": 3, "in": 3, "+": 4, "-": 4, "*": 5, "/": 5, "%": 5}

// words writes an expression by its fields' labels, with the signs people use:
// 成交额 ≥ 1,000.00 且 合作月数 ≥ 24. as is the field whose form constants have.
func (y *reasoning) words(r *expr.Reason, as *meta.Field) string {
	return y.write(r, as, func(field *expr.Reason) string { return y.pathLabel(field) })
}

// figures writes it by the values read: 1,000.00 − 300.00; "" when one may not
// be seen or nothing is calculated.
func (y *reasoning) figures(r *expr.Reason) string {
	if y.worst(r) != clear || len(r.Kids) == 0 {
		return ""
	}
	return y.write(r, nil, func(field *expr.Reason) string { return y.valueText(field, y.fieldOf(field)) })
}

func (y *reasoning) write(r *expr.Reason, as *meta.Field, field func(*expr.Reason) string) string {
	switch r.Op {
	case "field", "list":
		return field(r)
	case "const", "set":
		if r.Value == nil && r.Op == "const" {
			return y.word("missing")
		}
		if r.Value == nil {
			return r.Text
		}
		return y.valueText(r, as)
	case "first", "round":
		return y.write(r.Kids[0], as, field)
	case "missing":
		return y.message("why.is_missing", errs.Params{"left": y.write(r.Kids[0], nil, field)})
	case "not":
		if r.Kids[0].Op == "missing" {
			return y.message("why.present", errs.Params{"left": y.write(r.Kids[0].Kids[0], nil, field)})
		}
		return y.lower("why.not", errs.Params{"left": y.write(r.Kids[0], nil, field)})
	case "and", "or":
		return y.joined(r, " "+y.word(r.Op)+" ", field)
	case "choice":
		return y.lower("why.choice", errs.Params{"when": y.write(r.Kids[0], nil, field), "then": y.write(r.Kids[1], as, field), "else": y.write(r.Kids[2], as, field)})
	case "in", "contains", "startsWith", "endsWith":
		return y.message("why."+strings.ToLower(r.Op), errs.Params{"left": y.write(r.Kids[0], nil, field), "right": y.write(r.Kids[1], y.shownAs(r.Kids[0]), field)})
	}
	if sign, ok := signs[r.Op]; ok {
		if len(r.Kids) == 1 {
			return sign + y.inner(r, r.Kids[0], field)
		}
		return y.joined(r, " "+sign+" ", field)
	}
	return r.Text
}

// joined writes operands around an operator; a constant has the form of what
// it is compared with.
func (y *reasoning) joined(r *expr.Reason, between string, field func(*expr.Reason) string) string {
	var all []string
	for i, k := range r.Kids {
		if bindings[r.Op] == 3 && k.Op == "const" && k.Value != nil && len(r.Kids) == 2 {
			all = append(all, y.valueText(k, y.shownAs(r.Kids[1-i])))
			continue
		}
		all = append(all, y.inner(r, k, field))
	}
	return strings.Join(all, between)
}

func (y *reasoning) inner(outer, r *expr.Reason, field func(*expr.Reason) string) string {
	text := y.write(r, nil, field)
	if b, ok := bindings[r.Op]; ok && len(r.Kids) > 1 && (b < bindings[outer.Op] || len(outer.Kids) == 1 || (b == bindings[outer.Op] && r != outer.Kids[0])) {
		return "(" + text + ")"
	}
	return text
}

// word is a word in the middle of a sentence.
func (y *reasoning) word(name string) string { return y.lower("why."+name, nil) }

// lower is a message that stands inside another, where it has no capital.
func (y *reasoning) lower(key string, params errs.Params) string {
	text := y.message(key, params)
	first, size := utf8.DecodeRuneInString(text)
	return string(unicode.ToLower(first)) + text[size:]
}
