package demo

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"github.com/goccy/go-yaml"

	"kedang/internal/db"
	"kedang/internal/meta"
	"kedang/internal/record"
)

// generator makes a value for a field from its argument (what stands after its
// name) and its options (what stands beside it); nil leaves the field empty.
type generator func(m *maker, c *cell, arg any, options yaml.MapSlice) any

// generators are the vocabulary of make.yaml.
func generators() map[string]generator {
	return map[string]generator{
		"pick": (*maker).pick, "picks": (*maker).picks, "name": (*maker).personOrFirm, "phone": (*maker).phone, "email": (*maker).email,
		"address": (*maker).address, "identity": (*maker).identity, "date": (*maker).date, "datetime": (*maker).datetime,
		"yearly": (*maker).yearly, "int": (*maker).integer, "decimal": (*maker).decimal, "money": (*maker).decimal, "percent": (*maker).decimal,
		"rating": (*maker).integer, "bool": (*maker).boolean, "text": (*maker).text, "number": (*maker).running, "link": (*maker).link,
		"times": (*maker).times, "sort": (*maker).sort, "user": (*maker).user, "rows": (*maker).rows,
	}
}

// cell is one field of a record, or of a child row of it, being filled.
type cell struct {
	rec   *made
	row   record.Values // of a child row; nil for the record's own fields
	field *meta.Field
}

// look finds a value by name: of the row, the record, or "parent.x".
func (m *maker) look(c *cell, name string) any {
	if rest, ok := strings.CutPrefix(name, "parent."); ok {
		if c.rec.parent == nil {
			return nil
		}
		return m.field(c.rec.parent, rest)
	}
	if c.row != nil {
		if v, ok := c.row[name]; ok {
			return v
		}
	}
	return c.rec.values[name]
}

// fill sets the fields of a record that have no value yet, in their order, and
// then those that wait for one behind them.
func (m *maker) fill(r *made, values yaml.MapSlice) error {
	var wait yaml.MapSlice
	for _, item := range values {
		name, _ := item.Key.(string)
		f, ok := r.typ.Field(name)
		if !ok {
			return fmt.Errorf("demo: %s has no field %s", r.typ.Name, name)
		}
		if r.values[name] != nil {
			continue
		}
		if m.waits(r, item.Value) && len(values) > 1 {
			wait = append(wait, item)
			continue
		}
		if v, err := m.value(&cell{rec: r, field: f}, item.Value); err != nil {
			return fmt.Errorf("demo: %s.%s: %w", r.typ.Name, name, err)
		} else if v != nil {
			r.values[name] = v
		}
	}
	if len(wait) == 0 || len(wait) == len(values) {
		return nil
	}
	return m.fill(r, wait)
}

// waits tells that a day follows another that is not there yet.
func (m *maker) waits(r *made, spec any) bool {
	options, _ := spec.(yaml.MapSlice)
	for _, item := range options {
		inner, ok := item.Value.(yaml.MapSlice)
		if after, _ := get(inner, "after").(string); ok && after != "" && m.look(&cell{rec: r}, after) == nil {
			return true
		}
	}
	return false
}

// value makes one value. A map is a generator when one of its keys is; else,
// like anything else, it is the value itself.
func (m *maker) value(c *cell, spec any) (any, error) {
	options, ok := spec.(yaml.MapSlice)
	if !ok {
		return m.literal(c.field, spec), nil
	}
	if p := get(options, "chance"); p != nil && m.rnd.IntN(100) >= number(p) {
		return nil, nil
	}
	if !m.fits(c, options) {
		return nil, nil
	}
	for _, item := range options {
		if g, ok := m.generators[item.Key.(string)]; ok {
			return g(m, c, item.Value, options), nil
		}
	}
	return nil, fmt.Errorf("no generator among %v", options)
}

// fits tells whether what stands under when holds for the record.
func (m *maker) fits(c *cell, options yaml.MapSlice) bool {
	when, _ := get(options, "when").(yaml.MapSlice)
	for _, item := range when {
		if !oneOf(m.look(c, item.Key.(string)), item.Value) {
			return false
		}
	}
	return true
}

// holds tells whether a step is for this parent.
func (m *maker) holds(when map[string]any, r *made) bool {
	for name, want := range when {
		if !oneOf(m.field(r, name), want) {
			return false
		}
	}
	return true
}

// oneOf tells whether a value is the wanted one, or one of the wanted ones.
func oneOf(v, want any) bool {
	list, ok := want.([]any)
	if !ok {
		list = []any{want}
	}
	for _, w := range list {
		if v != nil && fmt.Sprint(v) == fmt.Sprint(w) {
			return true
		}
	}
	return false
}

// literal is a plain value of a pack in the form of the API: numbers as JSON
// numbers, "@key" as the id of a hand-made record, days relative to today.
func (m *maker) literal(f *meta.Field, v any) any {
	switch x := v.(type) {
	case string:
		return m.literalText(f, x)
	case []any:
		out := make([]any, len(x))
		for i := range x {
			out[i] = m.literal(f, x[i])
		}
		return out
	case yaml.MapSlice:
		out := make(map[string]any, len(x))
		for _, item := range x {
			name := item.Key.(string)
			inner := f
			if f != nil && len(f.Rows) > 0 {
				inner, _ = f.Row(name)
			}
			out[name] = m.literal(inner, item.Value)
		}
		return out
	case bool, nil:
		return v
	}
	if f != nil && (kindOf(f) == "integer" || kindOf(f) == "rating" || kindOf(f) == "formula") {
		return json.Number(fmt.Sprint(v))
	}
	return fmt.Sprint(v)
}

func (m *maker) literalText(f *meta.Field, s string) any {
	if key, ok := strings.CutPrefix(s, "@"); ok && m.keys[key] != nil {
		return db.FormatID(m.keys[key].id)
	}
	if f == nil {
		return s
	}
	switch kindOf(f) {
	case "date":
		if day, ok := strings.CutPrefix(s, "lunar:"); ok {
			return "L" + day
		}
		if t, ok := m.relative(s); ok {
			return t.Format(dayForm)
		}
	case "datetime":
		if t, ok := m.relative(s); ok {
			return t.UTC().Format(momentForm)
		}
	case "user":
		if p := m.people[s]; p != nil {
			return db.FormatID(p.id)
		}
	case "integer", "rating":
		return json.Number(s)
	}
	return s
}

// count is a number, or one between min and max.
func (m *maker) count(v any) int {
	if r, ok := v.(yaml.MapSlice); ok {
		lo, hi := number(get(r, "min")), number(get(r, "max"))
		return lo + m.rnd.IntN(max(hi-lo, 0)+1)
	}
	if r, ok := v.(map[string]any); ok {
		lo, hi := number(r["min"]), number(r["max"])
		return lo + m.rnd.IntN(max(hi-lo, 0)+1)
	}
	if v == nil {
		return 1
	}
	return number(v)
}

// number reads a YAML number, or a map's max; 0 for anything else.
func number(v any) int {
	switch x := v.(type) {
	case uint64:
		return int(x)
	case int64:
		return int(x)
	case int:
		return x
	case float64:
		return int(x)
	case string:
		n, _ := strconv.Atoi(x)
		return n
	case yaml.MapSlice:
		return number(get(x, "max"))
	}
	return 0
}

func real(v any) float64 {
	f, _ := strconv.ParseFloat(fmt.Sprint(v), 64)
	return f
}
