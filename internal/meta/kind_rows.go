package meta

import (
	"maps"
	"slices"
	"strconv"

	"kedang/internal/errs"
	"kedang/internal/expr"
	"kedang/internal/han"
)

// mostRows bounds child rows.
const mostRows = 1000

// kindRows is child rows: lines of an order, members of a family. They have
// ids and an order, and no rights or history of their own.
type kindRows struct{}

// Name is "rows".
func (kindRows) Name() string { return "rows" }

// Storage is a table of their own.
func (kindRows) Storage() Storage { return InRows }

// Column is of no use: each child field has its own.
func (kindRows) Column(*Field) Column { return IntColumn }

// Type is a list whose items are named by the child fields.
func (kindRows) Type(*Field) expr.Type {
	return expr.Type{Base: expr.List, Elem: &expr.Type{Base: expr.Missing}}
}

// CheckField has nothing to say: the child fields are checked as fields.
func (kindRows) CheckField(*Field) []errs.Problem { return nil }

// Parse takes an array of objects; "id" keeps a stored row.
func (kindRows) Parse(f *Field, v any, in *Input) (any, []errs.Problem) {
	if v == nil || v == "" {
		return nil, nil
	}
	list, ok := v.([]any)
	if !ok {
		return nil, refusal("wrong_kind", errs.Params{"want": "rows"})
	}
	if len(list) > mostRows {
		return nil, refusal("too_many_values", errs.Params{"max": mostRows})
	}
	var rows []*ChildRow
	var ps []errs.Problem
	seen := map[int64]bool{}
	for i, x := range list {
		row, bad := parseRow(f, x, in)
		if row != nil && row.ID != 0 && seen[row.ID] {
			bad = append(bad, errs.Problem{Path: "id", Code: "duplicate_id"})
		}
		for _, p := range bad {
			p.Path = join("["+strconv.Itoa(i)+"]", p.Path)
			ps = append(ps, p)
		}
		if row != nil {
			seen[row.ID] = true
			rows = append(rows, row)
		}
	}
	if ps != nil {
		return nil, ps
	}
	if len(rows) == 0 {
		return nil, nil
	}
	return rows, nil
}

// parseRow parses one child row; problems have paths within it.
func parseRow(f *Field, v any, in *Input) (*ChildRow, []errs.Problem) {
	m, ok := v.(map[string]any)
	if !ok {
		return nil, refusal("wrong_kind", errs.Params{"want": "object"})
	}
	row := &ChildRow{Values: make([]any, len(f.Rows))}
	var ps []errs.Problem
	for _, name := range slices.Sorted(maps.Keys(m)) {
		if _, ok := f.Row(name); !ok && name != "id" {
			ps = append(ps, errs.Problem{Path: name, Code: "unknown_field", Params: errs.Params{"field": name}})
		}
	}
	if id, given := m["id"]; given && id != nil {
		text, _ := id.(string)
		if row.ID, ok = parseID(text); !ok {
			ps = append(ps, errs.Problem{Path: "id", Code: "bad_id", Params: errs.Params{"value": text}})
		}
	}
	for i, sub := range f.Rows {
		x, given := m[sub.Name]
		if !given {
			continue
		}
		if sub.Computed() {
			continue // sent back as it was read: the formula decides
		}
		value, bad := sub.Kind.Parse(sub, x, in)
		if bad == nil && value != nil {
			bad = sub.Kind.Check(sub, value, in)
		}
		for _, p := range bad {
			p.Path = join(sub.Name, p.Path)
			ps = append(ps, p)
		}
		row.Values[i] = value
	}
	return row, ps
}

// Check has nothing to say: each value was checked as it was parsed.
func (kindRows) Check(*Field, any, *Input) []errs.Problem { return nil }

// AppendJSON appends an array of objects with "id"; missing values are left out.
func (kindRows) AppendJSON(dst []byte, f *Field, v any) []byte {
	rows, ok := v.([]*ChildRow)
	if !ok {
		return append(dst, "null"...)
	}
	dst = append(dst, '[')
	for i, row := range rows {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = append(dst, '{')
		if row.ID != 0 {
			dst = append(dst, `"id":"`...)
			dst = append(appendID(dst, row.ID), '"')
		}
		for k, sub := range f.Rows {
			if row.Values[k] == nil {
				continue
			}
			if dst[len(dst)-1] != '{' {
				dst = append(dst, ',')
			}
			dst = append(append(append(dst, '"'), sub.Name...), '"', ':')
			dst = sub.Kind.AppendJSON(dst, sub, row.Values[k])
		}
		dst = append(dst, '}')
	}
	return append(dst, ']')
}

// Format joins the rows, a line each.
func (kindRows) Format(f *Field, v any, out *Output) string {
	rows, _ := v.([]*ChildRow)
	s := ""
	for i, row := range rows {
		if i > 0 {
			s += "\n"
		}
		line := ""
		for k, sub := range f.Rows {
			if text := sub.Kind.Format(sub, row.Values[k], out); text != "" {
				if line != "" {
					line += " "
				}
				line += text
			}
		}
		s += line
	}
	return s
}

// Tokens adds those of each value.
func (kindRows) Tokens(f *Field, v any, mark string, t *han.Tokens) {
	rows, _ := v.([]*ChildRow)
	for _, row := range rows {
		for k, sub := range f.Rows {
			if row.Values[k] != nil {
				sub.Kind.Tokens(sub, row.Values[k], mark, t)
			}
		}
	}
}

// Operators lists the filter operators offered.
func (kindRows) Operators() []string { return []string{"any", "missing", "present"} }
