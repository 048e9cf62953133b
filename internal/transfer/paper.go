package transfer

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"kedang/internal/access"
	"kedang/internal/db"
	"kedang/internal/errs"
	"kedang/internal/ledger"
	"kedang/internal/meta"
	"kedang/internal/record"
)

// Paper is what is printed, ready to be set: texts in one language, as the
// person who prints may see them.
type Paper struct {
	Heading   string // the form's label, or the list's
	Title     string // the record's; "" for a list
	Number    string
	By        string
	At        time.Time // in his zone
	Size      string    // a4, a5, letter
	Landscape bool
	Copies    []string // the whole once for each; one, "", unless told
	Parts     []Part
}

// Part is a stretch of paper: one of Facts, Table, Says and Boxes.
type Part struct {
	Label string
	Facts [][]Fact // by lines
	Table *Table
	Says  string
	Boxes []string
}

// Fact is a label and its value. Span is how many label-value pairs wide it is.
type Fact struct {
	Label, Value string
	Span         int
}

// Cells is how many columns of the table its value takes.
func (f Fact) Cells() int { return 2*f.Span - 1 }

// Table is a list on paper. Of rows that were left out, All is how many there
// are altogether; AtLeast says that there are more than that.
type Table struct {
	Heads   []Head
	Rows    [][]string
	All     int64
	AtLeast bool
}

// Head is a column. Right holds for numbers, Tight for what must not wrap.
type Head struct {
	Label        string
	Right, Tight bool
}

// Left tells whether rows were left out.
func (t *Table) Left() bool { return t.All > int64(len(t.Rows)) || t.AtLeast }

// Limits of paper.
const (
	mostPrinted = 2000 // rows of a list
	mostRelated = 200  // rows of a block unless it says less
	blankRows   = 3    // of a table to be filled by hand
	longFact    = 36   // characters that take a line of their own
)

// papering is one paper on its way.
type papering struct {
	wording
	s     *Service
	a     *access.Actor
	t     *meta.Type
	form  *meta.PrintForm
	id    int64
	rec   map[string]json.RawMessage
	paper *Paper
}

// PrintRecord sets a record on one of its type's papers ("" is the first; a
// type without any prints all its fields), under the person's rights: what is
// hidden from him is not there, what is masked stays so. It is on record.
// Errors: NotFound for the record or the form.
func (s *Service) PrintRecord(ctx context.Context, a *access.Actor, typ string, id int64, form, lang string) (_ *Paper, err error) {
	defer errs.Wrap(&err, "Service.PrintRecord(%s)", typ)
	t, err := s.mayDo(a, "read", typ)
	if err != nil {
		return nil, err
	}
	f := t.PrintForm(form)
	switch {
	case f == nil && form != "":
		return nil, errs.NotFoundf("print_form", form)
	case f == nil:
		f = plainForm(t)
	}
	raw, _, err := s.Store.Get(ctx, a, t.Name, id, record.GetQuery{}, nil)
	if err != nil {
		return nil, err
	}
	p := &papering{wording: s.wording(a, lang), s: s, a: a, t: t, form: f, id: id, paper: s.paper(a, f, lang)}
	if err := json.Unmarshal(raw, &p.rec); err != nil {
		return nil, err
	}
	p.unseal()
	p.paper.Title, p.paper.Number = textOf(p.rec["title"]), textOf(p.rec["number"])
	for _, b := range f.Blocks {
		if err := p.block(ctx, b); err != nil {
			return nil, err
		}
	}
	return p.paper, s.printed(ctx, a, t, id, map[string]any{"form": f.Name})
}

func (s *Service) paper(a *access.Actor, f *meta.PrintForm, lang string) *Paper {
	p := &Paper{Heading: f.Label.In(lang), By: a.Name, At: s.Clock().In(s.zone(a)), Size: f.Paper, Landscape: f.Landscape, Copies: []string{""}}
	if p.Size == "" {
		p.Size = "a4"
	}
	if len(f.Copies) > 0 {
		p.Copies = p.Copies[:0]
		for _, c := range f.Copies {
			p.Copies = append(p.Copies, c.In(lang))
		}
	}
	return p
}

// plainForm is the paper of a type that declares none.
func plainForm(t *meta.Type) *meta.PrintForm {
	f := &meta.PrintForm{Label: t.Label}
	for _, sec := range t.Sections {
		f.Blocks = append(f.Blocks, &meta.Block{Block: "fields", Section: sec.Name})
	}
	if len(f.Blocks) == 0 {
		f.Blocks = []*meta.Block{{Block: "fields"}}
	}
	return f
}

// unseal puts the masks of sealed values into their places.
func (p *papering) unseal() {
	var sealed map[string]json.RawMessage
	if json.Unmarshal(p.rec["sealed"], &sealed) == nil {
		for name, mask := range sealed {
			p.rec[name] = mask
		}
	}
}

func textOf(raw json.RawMessage) string {
	var s string
	_ = json.Unmarshal(raw, &s) // anything else has no text
	return s
}

// block sets one block.
func (p *papering) block(ctx context.Context, b *meta.Block) error {
	lang := p.out.Lang
	switch b.Block {
	case "fields":
		p.fields(b)
	case "related":
		return p.related(ctx, b)
	case "text":
		p.add(Part{Label: b.Label.In(lang), Says: b.Says.In(lang)})
	case "sign":
		part := Part{Label: b.Label.In(lang)}
		for _, box := range b.Boxes {
			part.Boxes = append(part.Boxes, box.In(lang))
		}
		p.add(part)
	}
	return nil
}

func (p *papering) add(part Part) { p.paper.Parts = append(p.paper.Parts, part) }

// fields sets a section's fields, or the columns named, and after them the
// child rows among them.
func (p *papering) fields(b *meta.Block) {
	label := b.Label.In(p.out.Lang)
	if b.Section != "" {
		i := slices.IndexFunc(p.t.Sections, func(s *meta.Section) bool { return s.Name == b.Section })
		sec := p.t.Sections[i]
		if !p.holds(sec.Prog.When) {
			return
		}
		if label == "" {
			label = sec.Label.In(p.out.Lang)
		}
	}
	var facts []Fact
	var tables []Part
	for _, f := range p.fieldsOf(b) {
		if p.a.Level(p.t, f) == meta.Hidden || f.Name == "title" && len(b.Columns) == 0 {
			continue
		}
		raw := p.rec[f.Name]
		if f.Kind != nil && f.Kind.Storage() == meta.InRows {
			if t := p.children(f, raw); t != nil {
				tables = append(tables, Part{Label: f.Label.In(p.out.Lang), Table: t})
			}
			continue
		}
		if !f.System && f.Kind.Storage() != meta.InColumn && f.Kind.Storage() != meta.InSide {
			continue
		}
		value := p.printed(p.own(p.a, p.t, f), raw)
		if value == "" && (!p.form.Blanks || !p.holds(f.Prog.When)) {
			continue
		}
		facts = append(facts, Fact{Label: p.label(f), Value: value, Span: p.span(f, value)})
	}
	if len(facts) > 0 {
		p.add(Part{Label: label, Facts: p.lines(facts)})
	}
	p.paper.Parts = append(p.paper.Parts, tables...)
}

// fieldsOf are the fields of a block, in the order in which they stand.
func (p *papering) fieldsOf(b *meta.Block) (out []*meta.Field) {
	for _, name := range b.Columns {
		if f, ok := p.t.Field(name); ok {
			out = append(out, f)
		}
	}
	if len(b.Columns) > 0 {
		return out
	}
	for _, f := range p.t.Fields {
		in := f.Section
		if in == "" && len(p.t.Sections) > 0 {
			in = p.t.Sections[0].Name
		}
		if b.Section == "" || in == b.Section {
			out = append(out, f)
		}
	}
	return out
}

// printed is a value as paper shows it: decimals without the zeros that a
// scale adds, amounts with two, and no number broken over two lines.
func (p *papering) printed(c outColumn, raw json.RawMessage) string {
	if string(raw) == hiddenRecord {
		return ""
	}
	s := p.text(c.field, c.masked(), raw)
	switch c.field.KindName {
	case "decimal", "percent":
		return withoutZeros(s, 0)
	case "money":
		return withoutZeros(s, 2)
	case "phone", "phones":
		return strings.ReplaceAll(s, " ", "\u00a0")
	}
	return s
}

// withoutZeros drops zeros at the end of a number's decimals but for the first
// few; what follows the number (a unit) stays.
func withoutZeros(s string, keep int) string {
	dot := strings.IndexByte(s, '.')
	if dot < 0 {
		return s
	}
	end := dot + 1
	for end < len(s) && s[end] >= '0' && s[end] <= '9' {
		end++
	}
	cut := end
	for cut > dot+1+keep && s[cut-1] == '0' {
		cut--
	}
	if cut == dot+1 {
		cut = dot
	}
	return s[:cut] + s[end:]
}

// Columns are the label-value pairs that stand in a line of facts.
func (p *Paper) Columns() []struct{} { return make([]struct{}, p.pairs()) }

func (p *Paper) pairs() int {
	if p.Landscape && p.Size != "a5" {
		return 3
	}
	return 2
}

func (p *papering) span(f *meta.Field, value string) int {
	if f.KindName == "longtext" || f.KindName == "json" || len([]rune(value)) > longFact {
		return p.paper.pairs()
	}
	return 1
}

// lines packs facts into full lines: what does not fit any more begins the
// next, and the last of each line takes what is left.
func (p *papering) lines(facts []Fact) (lines [][]Fact) {
	n, free := p.paper.pairs(), 0
	for _, f := range facts {
		if f.Span > free {
			widen(lines, free)
			lines, free = append(lines, nil), n
		}
		last := len(lines) - 1
		lines[last] = append(lines[last], f)
		free -= f.Span
	}
	widen(lines, free)
	return lines
}

func widen(lines [][]Fact, free int) {
	if len(lines) > 0 && free > 0 {
		last := lines[len(lines)-1]
		last[len(last)-1].Span += free
	}
}

// children sets child rows as a table; nil when there is nothing to see.
func (p *papering) children(f *meta.Field, raw json.RawMessage) *Table {
	var items []map[string]json.RawMessage
	if json.Unmarshal(raw, &items) != nil || len(items) == 0 && !p.form.Blanks {
		return nil
	}
	var columns []outColumn
	for _, child := range f.Rows {
		columns = append(columns, p.own(p.a, f.Of, child))
	}
	return p.table(columns, items)
}

// table sets records or child rows; columns the person may not see are not
// there.
func (p *papering) table(columns []outColumn, items []map[string]json.RawMessage) *Table {
	t := &Table{}
	var seen []outColumn
	for _, c := range columns {
		if c.level == meta.Hidden {
			continue
		}
		seen = append(seen, c)
		t.Heads = append(t.Heads, p.head(c))
	}
	if len(seen) == 0 {
		return nil
	}
	for _, item := range items {
		row := make([]string, len(seen))
		for i, c := range seen {
			row[i] = p.printed(c, item[c.name])
			switch c.field.KindName {
			case "phones", "emails", "social": // one below the other
				row[i] = strings.ReplaceAll(row[i], p.mark(), "\n")
			}
		}
		t.Rows = append(t.Rows, row)
	}
	if p.form != nil && p.form.Blanks && len(t.Rows) == 0 {
		for range blankRows {
			t.Rows = append(t.Rows, make([]string, len(seen)))
		}
	}
	t.All = int64(len(t.Rows))
	t.tighten(p.paper.Landscape)
	return t
}

// Widths on paper in points: of letters in a table, of a cell's padding, and of
// the sheet within its margins.
const (
	wideLetter, narrowLetter, cellPadding = 9, 5, 11
	uprightSheet, sidewaysSheet           = 520, 770
	shortCell, wrapped                    = 20, 8 // characters: of a line, and of what goes over several
)

// tighten keeps short cells on one line, as far as the sheet is wide enough:
// a list of names that all wrap takes twice the paper.
func (t *Table) tighten(landscape bool) {
	free := uprightSheet
	if landscape {
		free = sidewaysSheet
	}
	short := make([]bool, len(t.Heads))
	for i, h := range t.Heads {
		longest, letters := widthOf(h.Label), 0
		for _, row := range t.Rows {
			for line := range strings.SplitSeq(row[i], "\n") {
				longest, letters = max(longest, widthOf(line)), max(letters, len([]rune(line)))
			}
		}
		if short[i] = letters <= shortCell; !short[i] {
			longest = min(longest, wrapped*wideLetter)
		}
		free -= longest + cellPadding
	}
	for i := range t.Heads {
		t.Heads[i].Tight = t.Heads[i].Tight || short[i] && free >= 0
	}
}

func widthOf(s string) (points int) {
	for _, c := range s {
		if c < 0x2e80 {
			points += narrowLetter
		} else {
			points += wideLetter
		}
	}
	return points
}

func (p *papering) head(c outColumn) Head {
	f := c.field
	h := Head{Label: c.label}
	switch f.KindName {
	case "integer", "decimal", "money", "percent":
		h.Right, h.Tight = true, true
	case "date", "datetime", "phone", "choice", "bool", "user":
		h.Tight = true
	}
	h.Tight = h.Tight || f.Name == "number" || f.System && strings.HasSuffix(f.Name, "_at")
	return h
}

// related sets the records that point here. Whoever may not see them, or what
// they are chosen by, finds nothing of it.
func (p *papering) related(ctx context.Context, b *meta.Block) error {
	of, ok := p.s.Store.Schema().Type(b.Of)
	if !ok {
		return nil
	}
	q := record.ListQuery{Filter: b.Filter, OrderBy: b.Sort, PageSize: b.Limit, Total: "capped"}
	if q.PageSize == 0 || q.PageSize > mostRelated {
		q.PageSize = mostRelated
	}
	var columns []outColumn
	for _, name := range columnsOf(of, b.Columns) {
		if c := p.column(p.a, of, "read", name); c.level > meta.Hidden {
			columns, q.Fields = append(columns, c), append(q.Fields, name)
		}
	}
	if len(columns) == 0 {
		return nil
	}
	raw, err := p.s.Store.Related(ctx, p.a, p.t.Name, p.id, b.Of+"."+b.Via, q, nil)
	if errs.Is(err, errs.NotFound) || errs.Is(err, errs.Invalid) || errs.Is(err, errs.Forbidden) {
		return nil
	}
	if err != nil {
		return err
	}
	var found struct {
		Items []map[string]json.RawMessage `json:"items"`
		Total struct {
			Count int64 `json:"count"`
			Exact bool  `json:"exact"`
		} `json:"total"`
	}
	if err := json.Unmarshal(raw, &found); err != nil {
		return err
	}
	if len(found.Items) == 0 && !p.form.Blanks {
		return nil
	}
	t := p.table(columns, found.Items)
	if t == nil {
		return nil
	}
	if len(found.Items) > 0 {
		t.All, t.AtLeast = found.Total.Count, !found.Total.Exact
	}
	p.add(Part{Label: p.relatedLabel(b, of), Table: t})
	return nil
}

// columnsOf are those named, else the ones of the type's usual list.
func columnsOf(t *meta.Type, named []string) []string {
	if len(named) > 0 {
		return named
	}
	if v := t.DefaultView(); v != nil && len(v.Columns) > 0 {
		return v.Columns
	}
	return []string{"number", "title"}
}

func (p *papering) relatedLabel(b *meta.Block, of *meta.Type) string {
	lang := p.out.Lang
	if l := b.Label.In(lang); l != "" {
		return l
	}
	if f, ok := of.Field(b.Via); ok {
		if l := f.Inverse.In(lang); l != "" {
			return l
		}
	}
	if l := of.Plural.In(lang); l != "" {
		return l
	}
	return of.Label.In(lang)
}

// printed puts a print on record, like an export: paper leaves the system.
func (s *Service) printed(ctx context.Context, a *access.Actor, t *meta.Type, id int64, detail map[string]any) error {
	payload, err := json.Marshal(detail)
	if err != nil {
		return err
	}
	return s.DB.Write(ctx, func(tx db.Tx) error {
		return s.Ledger.Append(ctx, tx, &ledger.Entry{At: s.Clock().UnixMilli(), Kind: ledger.Export, Actor: a.ID, ActorName: a.Name,
			Source: a.Source, Type: t.ID, Record: id, Action: "print", Payload: payload})
	})
}
