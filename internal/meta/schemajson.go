package meta

import (
	"slices"
	"strconv"
	"strings"

	"kedang/internal/expr"
)

// typeSeer is the optional half of a Reader that says whether he may see a
// type at all; without it, a type is seen when its id is.
type typeSeer interface {
	Sees(t *Type) bool
}

// sees tells whether a reader knows of a type.
func sees(r Reader, t *Type) bool {
	if r == nil {
		return true
	}
	if s, ok := r.(typeSeer); ok {
		return s.Sees(t)
	}
	return r.Level(t, t.byName["id"]) > Hidden
}

// SchemaJSON describes the types a reader may see, with the fields he may see,
// in one language: what the web app and OpenAPI are made from. Expressions
// stand as their source, so that forms can follow conditions while typing.
func (s *Schema) SchemaJSON(r Reader, lang string) []byte {
	j := &jsonWriter{lang: lang, buf: make([]byte, 0, 64<<10)}
	j.open('{')
	j.str("version", s.Version())
	j.str("lang", lang)
	j.key("types")
	j.open('[')
	for _, t := range s.Types {
		if sees(r, t) {
			j.comma()
			j.typ(t, r)
		}
	}
	j.close(']')
	j.key("menu")
	j.menu(s, s.Menu, r)
	j.key("roles")
	j.open('[')
	for _, role := range s.Roles {
		j.comma()
		j.open('{')
		j.str("name", role.Name)
		j.text("label", role.Label)
		j.text("help", role.Help)
		j.flag("admin", role.Admin)
		j.strs("menu", role.Menu)
		j.blocks("home", role.Home)
		j.close('}')
	}
	j.close(']')
	j.close('}')
	return j.buf
}

// jsonWriter appends JSON; members with empty values are left out.
type jsonWriter struct {
	lang string
	buf  []byte
}

func (j *jsonWriter) comma() {
	if c := j.buf[len(j.buf)-1]; c != '{' && c != '[' {
		j.buf = append(j.buf, ',')
	}
}

func (j *jsonWriter) open(c byte)  { j.buf = append(j.buf, c) }
func (j *jsonWriter) close(c byte) { j.buf = append(j.buf, c) }

func (j *jsonWriter) key(name string) {
	j.comma()
	j.buf = append(AppendString(j.buf, name), ':')
}

func (j *jsonWriter) str(name, v string) {
	if v != "" {
		j.key(name)
		j.buf = AppendString(j.buf, v)
	}
}

func (j *jsonWriter) text(name string, t Text) { j.str(name, t.In(j.lang)) }

func (j *jsonWriter) flag(name string, v bool) {
	if v {
		j.key(name)
		j.buf = append(j.buf, "true"...)
	}
}

func (j *jsonWriter) int(name string, v int) {
	if v != 0 {
		j.key(name)
		j.buf = strconv.AppendInt(j.buf, int64(v), 10)
	}
}

func (j *jsonWriter) strs(name string, list []string) {
	if len(list) == 0 {
		return
	}
	j.key(name)
	j.open('[')
	for _, s := range list {
		j.comma()
		j.buf = AppendString(j.buf, s)
	}
	j.close(']')
}

func (j *jsonWriter) typ(t *Type, r Reader) {
	j.open('{')
	j.str("name", t.Name)
	j.strs("alias", t.Alias)
	j.text("label", t.Label)
	j.str("plural", first(t.Plural.In(j.lang), t.Label.In(j.lang)))
	j.text("help", t.Help)
	j.str("icon", t.Icon)
	j.str("pack", t.Pack)
	j.flag("builtin", t.Builtin)
	j.str("number", t.Number)
	j.str("title", t.Title)
	j.str("root", t.Root)
	j.str("flow", t.Flow)
	j.fields("fields", t.Fields, r)
	j.fields("builtins", t.system, r)
	j.sections(t, r)
	j.views(t, r)
	j.rules(t, r)
	if t.Mark != nil {
		j.key("timeline")
		j.open('{')
		j.str("on", t.Mark.On)
		j.str("at", t.Mark.At)
		j.str("says", t.Mark.Says)
		j.mark(t, r)
		j.close('}')
	}
	j.page(t, r)
	j.print(t)
	j.backlinks(t, r)
	j.beside(t, r)
	j.close('}')
}

// beside writes whose records may stand in the type's sheets.
func (j *jsonWriter) beside(t *Type, r Reader) {
	list := slices.DeleteFunc(slices.Clone(t.Sheet), func(b *Beside) bool {
		return b.Link == nil || !sees(r, b.Type) || (r != nil && r.Level(b.Type, b.Link) < Write)
	})
	if len(list) == 0 {
		return
	}
	j.key("sheet")
	j.open('[')
	for _, b := range list {
		j.comma()
		j.open('{')
		j.str("of", b.Of)
		j.str("via", b.Via)
		j.str("named", b.Same[0])
		for _, own := range visible(t, sortedKeys(b.First), r) {
			if b.First[own] == b.Same[0] {
				j.str("first", own)
			}
		}
		j.close('}')
	}
	j.close(']')
}

// mark writes which fields an entry on a timeline shows where.
func (j *jsonWriter) mark(t *Type, r Reader) {
	one := func(key, name string) {
		for _, name := range visible(t, nonEmpty(name), r) {
			j.str(key, name)
		}
	}
	m := t.Mark
	one("head", m.Head)
	j.strs("facts", visible(t, m.Facts, r))
	j.strs("text", visible(t, m.Text, r))
	one("amount", m.Amount)
	j.strs("state", visible(t, m.State, r))
	j.strs("chips", visible(t, m.Chips, r))
}

// visible drops the names of fields that the reader does not know.
func visible(t *Type, names []string, r Reader) []string {
	var out []string
	for _, name := range names {
		head, _, _ := strings.Cut(name, ".")
		if f, ok := t.byName[head]; ok && (r == nil || r.Level(t, f) > Hidden) {
			out = append(out, name)
		}
	}
	return out
}

func (j *jsonWriter) fields(key string, fields []*Field, r Reader) {
	j.key(key)
	j.open('[')
	for _, f := range fields {
		level := Write
		if r != nil {
			if level = r.Level(f.Of, f); level == Hidden {
				continue
			}
		}
		j.comma()
		j.field(f, level, r)
	}
	j.close(']')
}

func (j *jsonWriter) field(f *Field, level Level, r Reader) {
	if level == Write && (f.Computed() || f.System || f.Of.Builtin || f.Snapshot != "") {
		level = Read
	}
	j.open('{')
	j.str("name", f.Name)
	j.str("kind", f.KindName)
	j.text("label", f.Label)
	j.text("help", f.Help)
	j.str("example", f.Example)
	j.str("section", f.Section)
	j.str("pack", addedBy(f))
	j.str("level", level.String())
	j.expr("required", f.Required, f.Prog.Required, f, r)
	j.expr("when", f.When, f.Prog.When, f, r)
	j.expr("readonly", f.Readonly, f.Prog.Readonly, f, r)
	j.expr("default", f.Default, f.Prog.Default, f, r)
	j.expr("snapshot", f.Snapshot, f.Prog.Snapshot, f, r)
	j.expr("formula", f.Formula, f.Prog.Formula, f, r)
	j.str("refresh", f.Refresh)
	j.flag("computed", f.Computed())
	j.flag("unique", f.Unique)
	j.flag("sealed", f.Sealed)
	j.str("personal", f.Personal)
	j.str("mask", f.Mask)
	if f.To != "" {
		j.str("to", f.targetName())
	}
	j.text("inverse", f.Inverse)
	if f.ManyCurrencies() {
		j.str("currencies", f.Currencies)
	}
	if base := f.Kind.Type(f).Base; base == expr.Decimal || base == expr.Amount {
		j.key("scale")
		j.buf = strconv.AppendInt(j.buf, int64(f.Decimals()), 10)
	}
	j.str("min", f.Min)
	j.str("max", f.Max)
	j.int("min_len", f.MinLen)
	j.int("max_len", f.MaxLen)
	j.strs("forms", f.Forms)
	j.flag("yearly", f.Yearly)
	j.flag("lunar", f.Lunar)
	j.flag("due", f.Due)
	j.str("color", f.Color)
	j.text("unit", f.Unit)
	j.flag("sortable", sortable(f))
	j.strs("operators", operators(f, level))
	j.choices(f.Choices)
	if len(f.Rows) > 0 {
		j.fields("fields", f.Rows, r)
	}
	j.close('}')
}

// operators are the comparisons that a filter on a field may make.
func operators(f *Field, level Level) []string {
	switch {
	case f.Sealed || level <= Masked:
		return []string{"=="}
	case f.ManyCurrencies():
		return []string{"missing", "present"}
	}
	return f.Kind.Operators()
}

// addedBy is the pack that adds a field to another pack's type; "" for the
// type's own.
func addedBy(f *Field) string {
	from, _, _ := strings.Cut(f.Pos.File, "/")
	home, _, _ := strings.Cut(f.Of.Pos.File, "/")
	if f.System || f.Of.Builtin || f.Parent != nil || from == home {
		return ""
	}
	return from
}

// expr writes an expression's source unless it names what the reader may not see.
func (j *jsonWriter) expr(name, src string, e *expr.Expr, f *Field, r Reader) {
	if known(r, f.Of, f.Parent, e) {
		j.str(name, src)
	}
}

// known tells whether a reader may see every field that an expression reads.
func known(r Reader, t *Type, rows *Field, e *expr.Expr) bool {
	if r == nil || e == nil {
		return true
	}
	for _, path := range e.Paths() {
		for _, s := range resolve(t, rows, path) {
			if r.Level(s.field.Of, s.field) == Hidden {
				return false
			}
		}
	}
	return true
}

func (j *jsonWriter) choices(choices []*Choice) {
	if len(choices) == 0 {
		return
	}
	j.key("choices")
	j.open('[')
	for _, c := range choices {
		j.comma()
		j.open('{')
		j.str("value", c.Value)
		j.str("label", first(c.Label.In(j.lang), c.Value))
		j.text("help", c.Help)
		j.text("group", c.Group)
		j.str("color", c.Color)
		j.flag("retired", c.Retired)
		j.close('}')
	}
	j.close(']')
}

func (j *jsonWriter) sections(t *Type, r Reader) {
	if len(t.Sections) == 0 {
		return
	}
	j.key("sections")
	j.open('[')
	for _, s := range t.Sections {
		j.comma()
		j.open('{')
		j.str("name", s.Name)
		j.text("label", s.Label)
		j.text("purpose", s.Purpose)
		j.text("filled_by", s.Filler)
		if known(r, t, nil, s.Prog.When) {
			j.str("when", s.When)
		}
		j.flag("folded", s.Folded)
		j.close('}')
	}
	j.close(']')
}

func (j *jsonWriter) views(t *Type, r Reader) {
	if len(t.Views) == 0 {
		return
	}
	j.key("views")
	j.open('[')
	for _, v := range t.Views {
		if !known(r, t, nil, v.Prog.Filter) {
			continue
		}
		j.comma()
		j.open('{')
		j.str("name", v.Name)
		j.text("label", v.Label)
		j.str("filter", v.Filter)
		j.str("sort", v.Sort)
		j.strs("columns", visible(t, v.Columns, r))
		j.str("group", v.Group)
		j.str("kanban", v.Kanban)
		j.flag("default", v == t.DefaultView())
		j.strs("roles", v.Roles)
		j.close('}')
	}
	j.close(']')
}

func (j *jsonWriter) rules(t *Type, r Reader) {
	if len(t.Rules) == 0 {
		return
	}
	j.key("rules")
	j.open('[')
	for _, x := range t.Rules {
		if !known(r, t, nil, x.Prog.When) {
			continue
		}
		j.comma()
		j.open('{')
		j.str("name", x.Name)
		j.str("when", x.When)
		j.str("refuse", x.Refuse)
		j.str("warn", x.Warn)
		j.str("at", x.At)
		j.text("says", x.Says)
		j.close('}')
	}
	j.close(']')
}

// strip writes the header's facts: "header" names their fields, "strip" says
// which of them share one fact.
func (j *jsonWriter) strip(t *Type, header []string, r Reader) {
	var names []string
	var facts [][]string
	for _, fact := range header {
		if shared := visible(t, strings.Split(fact, "+"), r); len(shared) > 0 {
			names, facts = append(names, shared...), append(facts, shared)
		}
	}
	j.strs("header", names)
	if len(facts) == 0 {
		return
	}
	j.key("strip")
	j.open('[')
	for _, fact := range facts {
		j.comma()
		j.open('[')
		for _, name := range fact {
			j.comma()
			j.buf = AppendString(j.buf, name)
		}
		j.close(']')
	}
	j.close(']')
}

func (j *jsonWriter) page(t *Type, r Reader) {
	p := t.Page
	if p == nil {
		return
	}
	j.key("page")
	j.open('{')
	j.strip(t, p.Header, r)
	j.strs("alerts", visible(t, p.Alerts, r))
	j.strs("marks", visible(t, p.Marks, r))
	j.strs("key", visible(t, p.Key, r))
	j.strs("card", visible(t, p.Card, r))
	j.strs("compose", p.Compose)
	if len(p.Tabs) > 0 {
		j.key("tabs")
		j.open('[')
		for _, tab := range p.Tabs {
			j.comma()
			j.open('{')
			j.str("name", tab.Name)
			j.text("label", tab.Label)
			if known(r, t, nil, tab.Prog.When) {
				j.str("when", tab.When)
			}
			j.blocks("blocks", tab.Blocks)
			j.blocks("side", tab.Side)
			j.close('}')
		}
		j.close(']')
	}
	j.blocks("side", p.Side)
	j.close('}')
}

func (j *jsonWriter) blocks(key string, blocks []*Block) {
	if len(blocks) == 0 {
		return
	}
	j.key(key)
	j.open('[')
	for _, b := range blocks {
		j.comma()
		j.open('{')
		j.str("block", b.Block)
		j.text("label", b.Label)
		j.str("of", b.Of)
		j.str("via", b.Via)
		j.str("section", b.Section)
		j.strs("columns", b.Columns)
		j.str("filter", b.Filter)
		j.str("sort", b.Sort)
		j.str("group", b.Group)
		j.str("total", b.Total)
		j.str("against", b.Against)
		j.str("due", b.Due)
		j.str("done", b.Done)
		j.int("limit", b.Limit)
		j.close('}')
	}
	j.close(']')
}

// backlinks lists the links of other types that point here, as far as the
// reader sees type and link.
func (j *jsonWriter) backlinks(t *Type, r Reader) {
	j.key("backlinks")
	j.open('[')
	for _, b := range t.Links {
		if b.Field.System || b.Field.Parent != nil || !sees(r, b.Type) || (r != nil && r.Level(b.Type, b.Field) == Hidden) {
			continue
		}
		j.comma()
		j.open('{')
		j.str("type", b.Type.Name)
		j.str("field", b.Field.Name)
		j.str("label", first(b.Field.Inverse.In(j.lang), first(b.Type.Plural.In(j.lang), b.Type.Label.In(j.lang))))
		j.close('}')
	}
	j.close(']')
}

// menu leaves out what leads to types the reader does not know.
func (j *jsonWriter) menu(s *Schema, items []*MenuItem, r Reader) {
	j.open('[')
	for _, m := range items {
		t := s.byName[m.Type]
		if t != nil && !sees(r, t) {
			continue
		}
		j.comma()
		j.open('{')
		j.str("name", m.Name)
		label := m.Label.In(j.lang)
		if label == "" && t != nil {
			label = first(t.Plural.In(j.lang), t.Label.In(j.lang))
		}
		j.str("label", label)
		j.str("icon", m.Icon)
		if t != nil {
			j.str("type", t.Name)
		}
		j.str("view", m.View)
		j.str("page", m.Page)
		if len(m.Items) > 0 {
			j.key("items")
			j.menu(s, m.Items, r)
		}
		j.close('}')
	}
	j.close(']')
}
