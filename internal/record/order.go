package record

import (
	"strings"

	"kedang/internal/access"
	"kedang/internal/db"
	"kedang/internal/errs"
	"kedang/internal/meta"
)

// orderKey is one column of a list's order.
type orderKey struct {
	column   string
	desc     bool
	nullable bool
}

// most is how many columns an order may have besides the id.
const mostKeys = 4

// orderOf reads "-created_at,name" as columns; the id is always the last, so
// that every row has its place. Ordering by a title or by text declared so
// follows the readings.
func orderOf(a *access.Actor, t *meta.Type, text string) ([]orderKey, error) {
	var keys []orderKey
	last := true
	if text == "" {
		text = "-created_at"
	}
	for _, part := range strings.Split(text, ",") {
		name, desc := strings.CutPrefix(strings.TrimSpace(part), "-")
		if !desc {
			if n, ok := strings.CutSuffix(name, " desc"); ok {
				name, desc = strings.TrimSpace(n), true
			}
		}
		f, ok := t.Field(name)
		if !ok || a.Level(t, f) == meta.Hidden {
			return nil, errs.RefuseField("order_by", "unknown_field", errs.Params{"field": name})
		}
		if a.Level(t, f) == meta.Masked || f.Sealed {
			return nil, errs.RefuseField("order_by", "field_masked", errs.Params{"field": name})
		}
		k, ok := keyOf(t, f)
		if !ok {
			return nil, errs.RefuseField("order_by", "bad_order", errs.Params{"field": name})
		}
		k.desc = desc
		keys = append(keys, k)
		last = desc
		if len(keys) > mostKeys {
			return nil, errs.RefuseField("order_by", "too_many_values", errs.Params{"max": mostKeys})
		}
		if f.Name == "id" {
			return keys, nil
		}
	}
	return append(keys, orderKey{column: "id", desc: last}), nil
}

// keyOf is the column a field is ordered by.
func keyOf(t *meta.Type, f *meta.Field) (orderKey, bool) {
	switch {
	case f.System && f.Name == "title", isTitle(t, f):
		return orderKey{column: "title_sort"}, true
	case f.System:
		fixed := f.Name == "id" || f.Name == "created_at" || f.Name == "updated_at" || f.Name == "rev"
		return orderKey{column: f.Name, nullable: !fixed}, true
	case f.Kind.Storage() != meta.InColumn:
		return orderKey{}, false
	case f.Sort == "pinyin":
		return orderKey{column: f.Column + sortSuffix, nullable: true}, true
	}
	return orderKey{column: f.Column, nullable: true}, true
}

// isTitle tells that a field alone is its type's title.
func isTitle(t *meta.Type, f *meta.Field) bool {
	return len(t.TitleParts) == 1 && t.TitleParts[0].Field == f
}

// orderText prints ORDER BY of a table or subquery; missing values are the
// smallest on both databases. PostgreSQL reads an index in an order only where the
// two agree on where missing values stand, even for columns that have none:
// indexes say so of each column, all but the primary key.
func orderText(alias string, keys []orderKey, d db.Dialect) string {
	parts := make([]string, 0, len(keys))
	for _, k := range keys {
		text := alias + quote(k.column)
		if k.desc {
			text += " DESC"
		}
		if d == db.Postgres && (len(keys) > 1 || k.column != "id") {
			if k.desc {
				text += " NULLS LAST"
			} else {
				text += " NULLS FIRST"
			}
		}
		parts = append(parts, text)
	}
	return strings.Join(parts, ", ")
}

// after prints the condition "comes after these values in this order".
func after(keys []orderKey, values []any) (string, []any) {
	if rowValues(keys) {
		columns, marks := make([]string, len(keys)), make([]string, len(keys))
		for i, k := range keys {
			columns[i], marks[i] = "t."+quote(k.column), "?"
		}
		op := " > "
		if keys[0].desc {
			op = " < "
		}
		if len(keys) == 1 {
			return columns[0] + op + "?", values
		}
		return "(" + strings.Join(columns, ", ") + ")" + op + "(" + strings.Join(marks, ", ") + ")", values
	}
	var or []string
	var args []any
	for i := range keys {
		var and []string
		var some []any
		for k := range i {
			text, arg := equal(keys[k], values[k])
			and, some = append(and, text), append(some, arg...)
		}
		text, arg := beyond(keys[i], values[i])
		if text == "" {
			continue
		}
		or = append(or, "("+strings.Join(append(and, text), " AND ")+")")
		args = append(args, append(some, arg...)...)
	}
	return "(" + strings.Join(or, " OR ") + ")", args
}

// rowValues tells that (a, b) < (?, ?) says it: all in one direction, none missing.
func rowValues(keys []orderKey) bool {
	for _, k := range keys {
		if k.nullable || k.desc != keys[0].desc {
			return false
		}
	}
	return true
}

func equal(k orderKey, v any) (string, []any) {
	if v == nil {
		return "t." + quote(k.column) + " IS NULL", nil
	}
	return "t." + quote(k.column) + " = ?", []any{v}
}

// beyond is "further on than v"; missing is the smallest.
func beyond(k orderKey, v any) (string, []any) {
	c := "t." + quote(k.column)
	switch {
	case v == nil && k.desc:
		return "", nil // nothing is smaller than missing
	case v == nil:
		return c + " IS NOT NULL", nil
	case k.desc && k.nullable:
		return "(" + c + " < ? OR " + c + " IS NULL)", []any{v}
	case k.desc:
		return c + " < ?", []any{v}
	}
	return c + " > ?", []any{v}
}
