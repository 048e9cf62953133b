package record

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"

	"kedang/internal/access"
	"kedang/internal/db"
	"kedang/internal/errs"
	"kedang/internal/expr"
	"kedang/internal/meta"
)

// A reading is one SELECT over a type as one actor may see it: the columns,
// the joins that give linked records their titles, and for each output field
// how its scanned values become JSON. Rows are written into the answer as they
// are scanned; nothing is kept per row.
type reading struct {
	s       *Store
	a       *access.Actor
	t       *meta.Type
	dialect db.Dialect
	args    expr.Args

	columns []string
	joins   strings.Builder
	params  []any // of the columns' sub-selects and the joins, in order
	inList  int   // how many of params belong to columns
	outs    []output
	nJoins  int
	timed   bool // a condition in it depends on the moment
}

// output is one field of the answer.
type output struct {
	name   string
	table  string // alias of the table that has it
	field  *meta.Field
	level  meta.Level
	at     int // first of its scanned columns
	width  int
	append func(dst []byte, v []any) ([]byte, bool) // false: missing, left out
}

func (s *Store) reading(a *access.Actor, t *meta.Type, d db.Dialect) *reading {
	return &reading{s: s, a: a, t: t, dialect: d, args: a.Args(s.Clock())}
}

// column adds a column to the SELECT and returns its place.
func (r *reading) column(text string) int {
	r.columns = append(r.columns, text)
	return len(r.columns) - 1
}

// add adds a field to the answer; hidden and unknown ones are refused alike.
func (r *reading) add(name string) error {
	if strings.Contains(name, ".") {
		return r.addLinked(name)
	}
	f, ok := r.t.Field(name)
	if !ok {
		return errs.RefuseField(name, "unknown_field", errs.Params{"field": name})
	}
	level := meta.Read
	if f.System && name == "title" && !readsTitle(r.a, r.t) {
		if r.t.Pattern == nil {
			r.addStandIn(f)
			return nil
		}
		name = "number" // the title is made of what this reader may not see
		f, _ = r.t.Field(name)
	}
	if !f.System {
		if level = r.a.Level(r.t, f); level == meta.Hidden {
			return errs.RefuseField(name, "unknown_field", errs.Params{"field": name})
		}
	}
	for _, o := range r.outs {
		if o.name == name {
			return nil
		}
	}
	o := output{name: name, table: "t", field: f, level: level, at: len(r.columns)}
	if !r.value(&o) {
		return nil // child rows and files are answered by get alone
	}
	o.width = len(r.columns) - o.at
	r.outs = append(r.outs, o)
	return nil
}

// addStandIn answers a title that this reader may not see, of a type without
// numbers.
func (r *reading) addStandIn(title *meta.Field) {
	for _, o := range r.outs {
		if o.name == "title" {
			return
		}
	}
	o := output{name: "title", table: "t", field: title, level: meta.Read, at: len(r.columns), width: 1}
	r.column("t.id")
	o.append = func(dst []byte, v []any) ([]byte, bool) {
		return meta.AppendString(dst, r.s.standIn(r.a, r.t, integer(v[0]))), true
	}
	r.outs = append(r.outs, o)
}

// value reads a field by its kind; false for what has no column of its own.
func (r *reading) value(o *output) bool {
	f := o.field
	switch {
	case f.System && (f.Target == nil || f.Name == "id"):
		r.builtin(o)
	case f.Target != nil && (f.System || f.Kind.Storage() == meta.InColumn):
		r.link(o)
	case f.Kind.Storage() == meta.InColumn:
		r.scalar(o)
	case f.Kind.Storage() == meta.InSide:
		r.side(o)
	default:
		return false
	}
	return true
}

// addLinked adds a field of a linked record, customer.level: as its own reader's
// rights show it, {"hidden":true} where he may not see the record. It comes in
// the same statement.
func (r *reading) addLinked(name string) error {
	link, f, ok := r.t.Linked(name)
	if !ok || r.a.LinkedLevel(r.t, link, f) == meta.Hidden {
		return errs.RefuseField(name, "unknown_field", errs.Params{"field": name})
	}
	for _, o := range r.outs {
		if o.name == name {
			return nil
		}
	}
	alias := "j" + strconv.Itoa(r.nJoins)
	r.nJoins++
	column := "t." + quote(columnOf(link))
	o := output{name: name, table: alias, field: f, level: r.a.LinkedLevel(r.t, link, f), at: len(r.columns)}
	r.column(column)
	r.column(alias + ".id")
	r.joins.WriteString(" LEFT JOIN " + quote(link.Target.Table) + " AS " + alias + " ON " + alias + ".id = " + column)
	if cond, args := r.readable(link.Target, alias); cond != "" {
		r.joins.WriteString(" AND (" + cond + ")")
		r.params = append(r.params, args...)
	}
	r.value(&o)
	o.width = len(r.columns) - o.at
	inner := o.append
	o.append = func(dst []byte, v []any) ([]byte, bool) {
		switch {
		case v[0] == nil:
			return dst, false
		case v[1] == nil:
			return append(dst, `{"hidden":true}`...), true
		}
		return inner(dst, v[2:])
	}
	r.outs = append(r.outs, o)
	return nil
}

// builtin answers a built-in column that is no link.
func (r *reading) builtin(o *output) {
	r.column(o.table + "." + quote(o.field.Name))
	switch o.field.Name {
	case "id":
		o.append = func(dst []byte, v []any) ([]byte, bool) { return appendID(dst, integer(v[0])), true }
	case "created_at", "updated_at", "archived_at":
		o.append = func(dst []byte, v []any) ([]byte, bool) {
			if v[0] == nil {
				return dst, false
			}
			return appendTime(dst, integer(v[0])), true
		}
	case "rev":
		o.append = func(dst []byte, v []any) ([]byte, bool) { return strconv.AppendInt(dst, integer(v[0]), 10), true }
	default:
		o.append = func(dst []byte, v []any) ([]byte, bool) {
			text, ok := v[0].(string)
			return meta.AppendString(dst, text), ok
		}
	}
}

// scalar answers a single value; masked and sealed ones as their mask.
func (r *reading) scalar(o *output) {
	f := o.field
	r.column(o.table + "." + quote(f.Column))
	if f.ManyCurrencies() {
		r.amount(o)
		return
	}
	switch {
	case f.Sealed:
		o.append = func(dst []byte, v []any) ([]byte, bool) { return append(dst, `"****"`...), v[0] != nil }
	case o.level == meta.Masked:
		out := &meta.Output{Lang: r.a.Lang, Zone: r.s.Zone}
		o.append = func(dst []byte, v []any) ([]byte, bool) {
			if v[0] == nil {
				return dst, false
			}
			return meta.AppendString(dst, maskText(f, f.Kind.Format(f, v[0], out))), true
		}
	default:
		o.append = func(dst []byte, v []any) ([]byte, bool) {
			if v[0] == nil {
				return dst, false
			}
			return f.Kind.AppendJSON(dst, f, v[0]), true
		}
	}
}

// amount answers an amount that has a currency of its own.
func (r *reading) amount(o *output) {
	f := o.field
	r.column(o.table + "." + quote(f.Column+meta.CurrencySuffix))
	out := &meta.Output{Lang: r.a.Lang, Zone: r.s.Zone}
	masked := o.level == meta.Masked
	o.append = func(dst []byte, v []any) ([]byte, bool) {
		value := amountOf(f, v[0], v[1])
		switch {
		case value == nil:
			return dst, false
		case masked:
			return meta.AppendString(dst, maskText(f, f.Kind.Format(f, value, out))), true
		}
		return f.Kind.AppendJSON(dst, f, value), true
	}
}

// link answers {"id","title"}; {"hidden":true} when the reader may not see the
// record it points to. The title is looked up in a sub-select: joins carry every
// column of a wide row through each of them, which costs PostgreSQL twice the
// time of the whole record.
func (r *reading) link(o *output) {
	f := o.field
	column := o.table + "." + quote(columnOf(f))
	alias := "j" + strconv.Itoa(r.nJoins)
	r.nJoins++
	r.column(column)
	title := "(SELECT coalesce(" + alias + "." + r.titleColumn(f.Target) + ", '') FROM " + quote(f.Target.Table) + " AS " + alias + " WHERE " + alias + ".id = " + column
	if cond, args := r.visible(f.Target, alias); cond != "" {
		title += " AND (" + cond + ")"
		r.columnParams(args)
	}
	r.column(title + ")")
	o.append = func(dst []byte, v []any) ([]byte, bool) { return r.appendLink(dst, f.Target, v) }
}

// titleColumn is what stands for a linked record: its title, or its number for
// a reader who may not see what the title is made of. Without numbers that is
// missing, and titleFrom says something else.
func (r *reading) titleColumn(t *meta.Type) string {
	if readsTitle(r.a, t) {
		return "title"
	}
	return "number"
}

// titleFrom is the title of a linked record, from its titleColumn.
func (r *reading) titleFrom(t *meta.Type, id int64, column string) string {
	if column == "" && t.Pattern == nil && !readsTitle(r.a, t) {
		return r.s.standIn(r.a, t, id)
	}
	return column
}

// visible prints the condition under which a linked record's title may be
// read: none for those whose type says so, users and departments among them.
func (r *reading) visible(t *meta.Type, alias string) (string, []any) {
	if t.TitleHow == "public" {
		return "", nil
	}
	return r.readable(t, alias)
}

// readable prints the condition under which a record may be read; users and
// departments may be by everyone signed in.
func (r *reading) readable(t *meta.Type, alias string) (string, []any) {
	if t.Builtin {
		return "", nil
	}
	scope := r.a.Scope(t, "read")
	r.timed = r.timed || len(scope.Where) > 0
	cond, args, err := scope.SQL(r.a, alias, r.dialect, r.s.Clock())
	if err != nil {
		return "0 = 1", nil // a right that cannot be evaluated denies
	}
	return cond, args
}

func (r *reading) appendLink(dst []byte, t *meta.Type, v []any) ([]byte, bool) {
	if v[0] == nil {
		return dst, false
	}
	if v[1] == nil {
		return append(dst, `{"hidden":true}`...), true
	}
	dst = append(dst, `{"id":`...)
	dst = appendID(dst, integer(v[0]))
	dst = append(dst, `,"title":`...)
	return append(meta.AppendString(dst, r.titleFrom(t, integer(v[0]), str(v[1]))), '}'), true
}

// side answers a many-valued field, gathered by the database into one JSON
// text per row: [[value, extra], …].
func (r *reading) side(o *output) {
	f := o.field
	pair := "s.value, s.extra"
	from := quote(f.Table) + " AS s"
	if f.Target != nil {
		alias := "j" + strconv.Itoa(r.nJoins)
		r.nJoins++
		pair = "s.value, " + alias + "." + r.titleColumn(f.Target)
		if !readsTitle(r.a, f.Target) {
			pair = "s.value, CASE WHEN " + alias + ".id IS NOT NULL THEN coalesce(" + alias + ".number, '') END"
		}
		from += " LEFT JOIN " + quote(f.Target.Table) + " AS " + alias + " ON " + alias + ".id = s.value"
		if cond, args := r.visible(f.Target, alias); cond != "" {
			from += " AND (" + cond + ")"
			r.columnParams(args)
		}
	}
	of := " FROM " + from + " WHERE s.record = " + o.table + ".id"
	if r.dialect == db.Postgres {
		r.column("(SELECT json_agg(json_build_array(" + pair + ") ORDER BY s.pos)::text" + of + ")")
	} else { // an order inside the aggregate would make a sorter of SQLite's for every value; the key has it already
		r.column("(SELECT json_group_array(json(x)) FROM (SELECT json_array(" + pair + ") AS x" + of + " ORDER BY s.pos))")
	}
	level := o.level
	o.append = func(dst []byte, v []any) ([]byte, bool) { return r.appendItems(dst, f, level, str(v[0])) }
}

// columnParams puts arguments of a column's sub-select behind those of the
// columns before it and before those of the joins.
func (r *reading) columnParams(args []any) {
	r.params = slices.Insert(r.params, r.inList, args...)
	r.inList += len(args)
}

func (r *reading) appendItems(dst []byte, f *meta.Field, level meta.Level, text string) ([]byte, bool) {
	if text == "" || text == "[]" {
		return dst, false
	}
	items, titles, err := parseItems(text)
	if err != nil || len(items) == 0 {
		return dst, false
	}
	switch {
	case f.Target != nil:
		return r.appendLinks(dst, f.Target, items, titles), true
	case level == meta.Masked:
		return r.appendMasked(dst, f, items), true
	}
	return f.Kind.AppendJSON(dst, f, items), true
}

// parseItems reads [[value, extra], …].
func parseItems(text string) (items []meta.Item, titles []bool, err error) {
	d := json.NewDecoder(strings.NewReader(text))
	d.UseNumber()
	var pairs [][2]any
	if err := d.Decode(&pairs); err != nil {
		return nil, nil, err
	}
	for _, p := range pairs {
		item := meta.Item{}
		switch v := p[0].(type) {
		case string:
			item.Value = v
		case json.Number:
			n, err := v.Int64()
			if err != nil {
				return nil, nil, err
			}
			item.Value = n
		}
		item.Extra, _ = p[1].(string)
		items, titles = append(items, item), append(titles, p[1] != nil)
	}
	return items, titles, nil
}

func (r *reading) appendLinks(dst []byte, t *meta.Type, items []meta.Item, seen []bool) []byte {
	dst = append(dst, '[')
	for i, item := range items {
		if i > 0 {
			dst = append(dst, ',')
		}
		v := []any{item.Value, nil}
		if seen[i] {
			v[1] = item.Extra
		}
		dst, _ = r.appendLink(dst, t, v)
	}
	return append(dst, ']')
}

func (r *reading) appendMasked(dst []byte, f *meta.Field, items []meta.Item) []byte {
	out := &meta.Output{Lang: r.a.Lang, Zone: r.s.Zone}
	dst = append(dst, '[')
	for i, item := range items {
		if i > 0 {
			dst = append(dst, ',')
		}
		shown := f.Kind.Format(f, []meta.Item{{Value: item.Value}}, out)
		dst = append(meta.AppendString(append(dst, `{"masked":`...), maskText(f, shown)), '}')
	}
	return append(dst, ']')
}

// appendRow writes one scanned row as a JSON object's members, without braces.
func (r *reading) appendRow(dst []byte, values []any) []byte {
	first := len(dst)
	for i := range r.outs {
		o := &r.outs[i]
		mark := len(dst)
		if mark > first {
			dst = append(dst, ',')
		}
		dst = append(append(append(dst, '"'), o.name...), '"', ':')
		var ok bool
		if dst, ok = o.append(dst, values[o.at:o.at+o.width]); !ok {
			dst = dst[:mark]
		}
	}
	return dst
}
