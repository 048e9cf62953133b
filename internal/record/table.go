package record

import (
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"kedang/internal/han"
	"kedang/internal/meta"
)

// builtins are the columns every record table has, in the order of a table's
// column list. See Row for what they hold.
var builtins = []string{"id", "number", "title", "title_sort", "rev",
	"created_at", "created_by", "updated_at", "updated_by",
	"owner", "department", "root_owner", "root_department", "archived_at", "search_hash"}

// Suffixes of the shadow columns that stand beside a field's own column.
const (
	uniqueSuffix = "__u" // folded value of a unique field
	sortSuffix   = "__s" // sort key of a text sorted by its readings
	blindSuffix  = "__b" // blind index of a sealed field
)

// table is what the engine needs to know of a type to read and write its
// rows: computed once per schema, never changed.
type table struct {
	t       *meta.Type
	columns []column // after the built-ins
	sides   []*meta.Field
	rows    []*meta.Field
	combos  []combo
	inserts sync.Map     // by which columns have a value: INSERT of one row
	shapes  atomic.Int32 // how many were asked for
	selects string       // SELECT of all columns, up to WHERE
	search  searchPlan
}

// column is one physical column of a field, or a shadow of one.
type column struct {
	field  *meta.Field
	name   string
	shadow string // "", or one of the suffixes
}

// own tells a column that a row is read from; the others are made of those.
func (c column) own() bool { return c.shadow == "" || c.shadow == meta.CurrencySuffix }

// combo is a unique combination of fields, kept in one shadow column.
type combo struct {
	fields []*meta.Field
	name   string
}

// searched is a part of the table as a search reads it: the columns that are
// looked at first, the many-valued fields, or longer texts and child rows.
func (c *tables) searched(t *meta.Type, part depth) *table {
	key := searchedKey{t, part}
	if v, ok := c.m.Load(key); ok {
		return v.(*table)
	}
	full := c.of(t)
	tb := &table{t: t}
	wanted := func(f *meta.Field, longer bool) bool {
		return isSearched(f, longer) && (!longer || !isSearched(f, false))
	}
	for _, col := range full.columns {
		if col.shadow == "" && part != bySides && wanted(col.field, part == byBody) {
			tb.columns = append(tb.columns, col)
		}
	}
	for _, f := range full.sides {
		if part != byColumns && wanted(f, part == byBody) {
			tb.sides = append(tb.sides, f)
		}
	}
	if part == byBody {
		for _, f := range full.rows {
			if f.Search != "none" {
				tb.rows = append(tb.rows, f)
			}
		}
	}
	tb.selects = "SELECT id"
	for _, col := range tb.columns {
		tb.selects += ", " + quote(col.name)
	}
	tb.selects += " FROM " + quote(t.Table) + " WHERE "
	v, _ := c.m.LoadOrStore(key, tb)
	return v.(*table)
}

type searchedKey struct {
	t    *meta.Type
	part depth
}

// isSearched tells whether a field's text can be found by words.
func isSearched(f *meta.Field, body bool) bool {
	if f.Search == "none" || f.Computed() {
		return false
	}
	if f.Kind.Storage() == meta.InRows {
		return body
	}
	switch f.KindName {
	case "date", "datetime", "geo", "json", "files":
		return false
	case "choice", "choices":
		return f.Search != ""
	}
	if !body && (f.Search == "body" || (f.Search == "" && (f.KindName == "longtext" || f.KindName == "address"))) {
		return false
	}
	return f.Kind.Column(f) != meta.IntColumn && f.Target == nil
}

// tables caches the table of each type; types are immutable, so the cache
// never goes stale, and old snapshots are dropped with their Store's schema.
type tables struct{ m sync.Map }

func (c *tables) of(t *meta.Type) *table {
	if v, ok := c.m.Load(t); ok {
		return v.(*table)
	}
	v, _ := c.m.LoadOrStore(t, newTable(t))
	return v.(*table)
}

func newTable(t *meta.Type) *table {
	tb := &table{t: t, search: newSearchPlan(t)}
	for _, f := range t.Fields {
		switch f.Kind.Storage() {
		case meta.InColumn:
			tb.columns = append(tb.columns, column{field: f, name: f.Column})
			tb.addShadows(f)
		case meta.InSide:
			tb.sides = append(tb.sides, f)
		case meta.InRows:
			tb.rows = append(tb.rows, f)
		}
	}
	for i, names := range t.Unique {
		c := combo{name: comboColumn(i)}
		for _, n := range names {
			f, _ := t.Field(n)
			c.fields = append(c.fields, f)
		}
		tb.combos = append(tb.combos, c)
	}
	tb.write()
	return tb
}

// comboColumn names the shadow column of a type's i-th unique combination.
func comboColumn(i int) string { return "unique_" + string(rune('a'+i)) + uniqueSuffix }

func (tb *table) addShadows(f *meta.Field) {
	if f.Unique && !f.Sealed {
		tb.columns = append(tb.columns, column{f, f.Column + uniqueSuffix, uniqueSuffix})
	}
	if f.Sort == "pinyin" {
		tb.columns = append(tb.columns, column{f, f.Column + sortSuffix, sortSuffix})
	}
	if f.Sealed {
		tb.columns = append(tb.columns, column{f, f.Column + blindSuffix, blindSuffix})
	}
	if f.ManyCurrencies() {
		tb.columns = append(tb.columns, column{f, f.Column + meta.CurrencySuffix, meta.CurrencySuffix})
	}
}

// shapesMost bounds the INSERT statements kept for a type: forms and imports
// fill the same few columns again and again.
const shapesMost = 50

// insert is the statement that stores a row, and its arguments: of a couple of
// hundred columns only those with a value.
func (tb *table) insert(args []any) (string, []any) {
	key := make([]byte, (len(args)+7)/8)
	some := make([]any, 0, 40)
	for i, v := range args {
		if v != nil {
			key[i/8] |= 1 << (i % 8)
			some = append(some, v)
		}
	}
	if text, ok := tb.inserts.Load(string(key)); ok {
		return text.(string), some
	}
	if tb.shapes.Add(1) > shapesMost {
		text, _ := tb.inserts.LoadOrStore("", tb.insertText(func(int) bool { return true }))
		return text.(string), args
	}
	text := tb.insertText(func(i int) bool { return args[i] != nil })
	tb.inserts.Store(string(key), text)
	return text, some
}

func (tb *table) insertText(with func(i int) bool) string {
	var names []string
	for i, name := range tb.names() {
		if with(i) {
			names = append(names, name)
		}
	}
	return "INSERT INTO " + quote(tb.t.Table) + " (" + strings.Join(names, ", ") + ") VALUES (" + marks(len(names)) + ")"
}

// filled leaves out the columns that are empty in all rows.
func filled(columns []string, rows [][]any) ([]string, [][]any) {
	var keep []int
	var names []string
	for i, name := range columns {
		if slices.ContainsFunc(rows, func(r []any) bool { return r[i] != nil }) {
			keep, names = append(keep, i), append(names, name)
		}
	}
	out := make([][]any, len(rows))
	flat := make([]any, 0, len(keep)*len(rows))
	for k, r := range rows {
		for _, i := range keep {
			flat = append(flat, r[i])
		}
		out[k] = flat[k*len(keep) : (k+1)*len(keep) : (k+1)*len(keep)]
	}
	return names, out
}

// plain lists all physical columns in the order of names.
func (tb *table) plain() []string {
	out := append([]string(nil), builtins...)
	for _, c := range tb.columns {
		out = append(out, c.name)
	}
	for _, c := range tb.combos {
		out = append(out, c.name)
	}
	return out
}

// names lists all physical columns, quoted, in the order of scan and insert.
func (tb *table) names() []string {
	out := make([]string, 0, len(builtins)+len(tb.columns)+len(tb.combos))
	for _, n := range builtins {
		out = append(out, quote(n))
	}
	for _, c := range tb.columns {
		out = append(out, quote(c.name))
	}
	for _, c := range tb.combos {
		out = append(out, quote(c.name))
	}
	return out
}

func (tb *table) write() {
	own := make([]string, 0, len(builtins)+len(tb.columns))
	for _, n := range builtins {
		own = append(own, quote(n))
	}
	for _, c := range tb.columns {
		if c.own() {
			own = append(own, quote(c.name))
		}
	}
	tb.selects = "SELECT " + strings.Join(own, ", ") + " FROM " + quote(tb.t.Table) + " WHERE "
}

// quote makes an SQL identifier. Names come from the catalogue and hold
// letters, digits and '_' only; the quotes keep words such as "order" apart
// from SQL's own.
func quote(name string) string { return `"` + strings.ReplaceAll(name, `"`, `""`) + `"` }

// args returns the row's column values in the order of names.
func (s *Store) args(tb *table, r *Row) []any {
	out := make([]any, 0, len(builtins)+len(tb.columns)+len(tb.combos))
	out = append(out, r.ID, word(r.Number), r.Title, han.SortKey(r.Title), r.Rev,
		r.CreatedAt, number(r.CreatedBy), r.UpdatedAt, number(r.UpdatedBy),
		number(r.Owner), number(r.Department), number(r.RootOwner), number(r.RootDepartment),
		number(r.ArchivedAt), r.searchHash)
	for _, c := range tb.columns {
		out = append(out, s.columnValue(c, r.Values[c.field.Slot]))
	}
	for _, c := range tb.combos {
		out = append(out, comboValue(c, r))
	}
	return out
}

// columnValue is what a column or its shadow holds for a field's value.
func (s *Store) columnValue(c column, v any) any {
	if v == nil {
		return nil
	}
	switch c.shadow {
	case uniqueSuffix:
		return foldUnique(v)
	case sortSuffix:
		text, _ := v.(string)
		return han.SortKey(text)
	case blindSuffix:
		return v.(sealedValue).blind
	}
	if sealed, ok := v.(sealedValue); ok {
		return sealed.cipher
	}
	if c.field.ManyCurrencies() {
		units, currency, ok := meta.SplitAmount(v, c.field.Decimals())
		switch {
		case !ok:
			return nil
		case c.shadow == meta.CurrencySuffix:
			return currency
		}
		return units
	}
	return v
}

// foldUnique is the form in which unique values are compared: text folded,
// so that ＡＣＭＥ and acme clash; other values as they are.
func foldUnique(v any) any {
	if text, ok := v.(string); ok {
		return han.Fold(text)
	}
	return v
}
