package transfer

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	"kedang/internal/errs"
	"kedang/internal/meta"
	"kedang/internal/record"
)

// lines are the child rows that stand in one row of a sheet, by the field that
// holds them: a sheet of orders has a row for each line of an order.
type lines map[string]*line

// line is a child row by its fields, and its place among those of its record.
type line struct {
	cells map[string]any
	at    int
}

// fillingNamed is what a column's name stands for: a field of the type, of its
// child rows (lines.product), or of a record beside it (contact.name).
func fillingNamed(t *meta.Type, name string) (filling, bool) {
	if f, ok := t.Field(name); ok {
		return filling{field: f}, true
	}
	head, tail, dotted := strings.Cut(name, ".")
	if !dotted {
		return filling{}, false
	}
	rows, ok := t.Field(head)
	if !ok {
		return besideNamed(t, head, tail)
	}
	if rows.System || rows.Kind.Storage() != meta.InRows {
		return filling{}, false
	}
	f, ok := rows.Row(tail)
	return filling{field: f, rows: rows}, ok
}

// ofLines learns the fields of child rows. They are proposed where a pack says
// by which words they go; one may name them always.
func (m *mapper) ofLines() {
	for _, rows := range m.t.Fields {
		if rows.Kind.Storage() != meta.InRows || rows.Computed() || (m.hints.Writable != nil && !m.hints.Writable(rows)) {
			continue
		}
		for _, f := range rows.Rows {
			if !fillable(f) {
				continue
			}
			m.lines[f] = rows
			if len(f.Synonyms) > 0 {
				m.goesBy(f, append([]string{f.Label.ZhHans, f.Label.ZhHant, f.Label.En}, f.Synonyms...))
			}
		}
	}
}

// nameOf is a field's name as columns have it.
func (m *mapper) nameOf(f *meta.Field) string {
	return filling{field: f, rows: m.lines[f]}.name()
}

// inLine notes a cell of a child row.
func (r *row) inLine(f filling, value any) {
	if r.lines == nil {
		r.lines = lines{}
	}
	x := r.lines[f.rows.Name]
	if x == nil {
		x = &line{cells: map[string]any{}}
		r.lines[f.rows.Name] = x
	}
	x.cells[f.field.Name] = value
}

// into gives the child rows to the record.
func (l lines) into(values record.Values) {
	for name, x := range l {
		before, _ := values[name].([]any)
		x.at = len(before)
		values[name] = append(before, x.cells)
	}
}

// continues tells a row that is one more line of the record above: it names the
// same record, or none. Without a number, what it says of the record must be the
// same.
func (r *feed) continues(next *row, cells []string) bool {
	own := make([]string, len(r.fillings))
	blank, same, number, other := true, true, false, false
	for k, f := range r.fillings {
		if f.rows != nil {
			continue
		}
		own[k] = strings.TrimSpace(f.text(cells))
		if own[k] == "" {
			continue
		}
		blank = false
		equal := r.own != nil && own[k] == r.own[k]
		same = same && equal
		number = number || equal && identifies(f.field)
		other = other || !equal && identifies(f.field)
	}
	if r.own != nil && len(next.lines) > 0 && !other && (blank || number || same && !r.numbered()) {
		return true
	}
	r.own = own
	return false
}

// numbered tells whether the record above has a number of its own.
func (r *feed) numbered() bool {
	for k, f := range r.fillings {
		if r.own[k] != "" && identifies(f.field) {
			return true
		}
	}
	return false
}

func identifies(f *meta.Field) bool {
	return f.System && f.Name == "number" || f.Unique || f.KindName == "number"
}

// joinLines gives the child rows of a row to the record that it goes on with.
func (r *feed) joinLines(first, next *row) {
	for _, f := range r.fillings {
		text, ok := next.values[f.field.Name].(string)
		if had := first.values[f.field.Name]; f.rows != nil || !ok || had == text {
			continue
		}
		if first.values[f.field.Name] == nil {
			first.values[f.field.Name] = text
		} else {
			first.leave(f.field, text, f.columns[0].Header)
		}
	}
	next.lines.into(first.values)
	first.notes, first.rest = append(first.notes, next.notes...), append(first.rest, next.rest...)
	first.problems = append(first.problems, next.problems...)
	next.problems, next.key, next.keyText = nil, nil, ""
}

// share gives the refusals of a record that stands in several rows to the rows
// they are about; the others stay out with them.
func (c *chunk) share(fates []fate) {
	for k := 0; k < len(fates); {
		end := k + 1
		for end < len(fates) && c.rows[end].with > 0 {
			end++
		}
		if fates[k].action == rowRefused {
			c.shareOut(fates[k:end], c.rows[k:end])
		}
		k = end
	}
}

func (c *chunk) shareOut(fates []fate, rows []row) {
	all := fates[0].problems
	for k := range fates {
		fates[k] = fate{action: rowRefused}
	}
	for _, p := range all {
		k := 0
		if name, i, rest, ok := lineOf(p.Path); ok && slices.ContainsFunc(rows, func(r row) bool { return r.lines[name] != nil }) {
			k = max(0, slices.IndexFunc(rows, func(r row) bool { x := r.lines[name]; return x != nil && x.at == i }))
			p.Path = name + "." + rootOf(rest)
		}
		fates[k].problems = append(fates[k].problems, p)
	}
	at := max(0, slices.IndexFunc(fates, func(f fate) bool { return f.problems != nil }))
	for k := range fates {
		if fates[k].problems == nil {
			fates[k].problems = []errs.Problem{{Code: "row_goes_with", Params: errs.Params{"line": rows[at].line}}}
		}
	}
}

// columnOf is the column's name that a problem's path begins with.
func columnOf(t *meta.Type, path string) string {
	if f, ok := fillingNamed(t, path); ok && (f.rows != nil || f.beside != nil) {
		return f.name()
	}
	return rootOf(path)
}

// lineOf reads lines[2].product.
func lineOf(path string) (name string, at int, rest string, ok bool) {
	name, tail, opened := strings.Cut(path, "[")
	number, rest, closed := strings.Cut(tail, "].")
	at, err := strconv.Atoi(number)
	return name, at, rest, opened && closed && err == nil
}

// cell is what a row has of a field; false: nothing, or what is no text.
func (f filling) cell(r *row) (text string, ok bool) {
	if f.beside != nil {
		if x := r.asideOf(f); x != nil {
			text, ok = x.values[f.field.Name].(string)
		}
	} else if f.rows == nil {
		values := r.values
		if r.first > 0 {
			values = r.same
		}
		text, ok = values[f.field.Name].(string)
	} else if x := r.lines[f.rows.Name]; x != nil {
		text, ok = x.cells[f.field.Name].(string)
	}
	return text, ok
}

// withSaid is what was said of a row, and of the record besides.
func withSaid(said, record map[string]any) map[string]any {
	for name, v := range record {
		if _, own := said[name]; !own {
			said[name] = v
		}
	}
	return said
}

// saidOf is what was said of the record's own fields, for its other rows.
func saidOf(t *meta.Type, said map[string]any) map[string]any {
	out := maps.Clone(said)
	maps.DeleteFunc(out, func(name string, _ any) bool { f, _ := fillingNamed(t, name); return f.rows != nil || f.beside != nil })
	return out
}
