package transfer

import (
	"cmp"
	"io"
	"maps"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"kedang/internal/codes"
	"kedang/internal/errs"
	"kedang/internal/meta"
	"kedang/internal/record"
)

// headRows is how many rows are looked at to find the header and the kinds of
// content.
const headRows = 60

// headerWithin is how far down a header may stand: titles and remarks come first.
const headerWithin = 20

// Column is what one column of a sheet was understood to be.
type Column struct {
	Index  int      `json:"index"`            // from 0
	Header string   `json:"header"`           // as written; "" when there is none
	Field  string   `json:"field"`            // the field it fills; "" for none
	How    string   `json:"how"`              // name | synonym | content | given | recalled | none
	Unit   string   `json:"unit,omitempty"`   // what its numbers are counted in, by its header: 万元
	Part   int      `json:"part,omitempty"`   // of an address (1 province, 2 city, 3 district, 4 street) or a name (1 family's, 2 given) in pieces
	Names  int      `json:"names,omitempty"`  // it says whose the telephones of another column are: that column, from 1
	Filled int      `json:"filled"`           // how many of the rows looked at have something in it
	Unread int      `json:"unread,omitempty"` // how many of those its field cannot read
	Sample []string `json:"sample,omitempty"`
}

// Plan is what a sheet was understood to be. A person may correct it before
// the import starts.
type Plan struct {
	Format Format `json:"format"`
	Header int    `json:"header_line"` // the line of the header in the file; 0: it has none

	HeaderGiven bool `json:"header_given,omitempty"` // the user said where the header is

	Columns []Column `json:"columns"`
	Rows    int      `json:"rows_seen"`              // rows looked at
	Missing []string `json:"missing"`                // required fields that no column fills
	Blanks  int      `json:"uncalculated,omitempty"` // cells with a formula and no result, which read as blank
	Region  string   `json:"region,omitempty"`       // of its phones without a country code, where they are not of the company's

	Beside []PlanBeside `json:"beside,omitempty"` // what stands beside the records it is of
}

// Hints are what the user says beforehand.
type Hints struct {
	Encoding string                 // of a text sheet; "" to tell it from the bytes
	Header   int                    // the header's line; 0 to find it, [NoHeader] for a sheet without one
	Sheet    string                 // of a workbook; "" for the one that names most fields
	Map      map[string]string      // header, or "#3" for the third column -> field, "" to leave a column out
	Recall   bool                   // take what was said of a sheet with the same header before, when Map says nothing
	Writable func(*meta.Field) bool // which fields the importing person may set; nil: all
	Makes    func(*meta.Type) bool  // of which other types he may make records; nil: of all
	Region   string                 // of phones without a country code: CN, HK, TW, MO
	Today    time.Time

	Colleagues func(names []string) bool // whether all of them are user names or names of colleagues; nil: not known
}

// Inspect reads the head of a file and proposes a plan for a type. It leaves the
// file open.
func Inspect(f *os.File, t *meta.Type, h Hints) (_ Plan, err error) {
	defer errs.Wrap(&err, "transfer.Inspect(%s)", t.Name)
	s, format, err := openSheet(f, Format{Encoding: h.Encoding, Sheet: h.Sheet})
	if err != nil {
		return Plan{}, err
	}
	defer s.close()
	m := newMapper(t, h)
	rows, lines, err := readHead(s)
	if err != nil {
		return Plan{}, err
	}
	if w, ok := s.(*workbook); ok && h.Sheet == "" {
		if rows, lines, err = m.choose(w, rows, lines); err != nil {
			return Plan{}, err
		}
		format.Sheet = w.name
	}
	if len(rows) == 0 {
		return Plan{}, errs.New(errs.Invalid, "empty_file", nil)
	}
	at, err := m.header(rows, lines)
	if err != nil {
		return Plan{}, err
	}
	header := headless(rows)
	p := Plan{Format: format, Rows: len(rows) - at - 1, HeaderGiven: h.Header != 0}
	if at >= 0 {
		header, p.Header = rows[at], lines[at]
	}
	if len(header) > maxColumns {
		return Plan{}, errs.New(errs.Invalid, "too_many_columns", errs.Params{"max": maxColumns})
	}
	p.Columns = m.columns(header, rows[at+1:])
	if err := m.given(p.Columns); err != nil {
		return Plan{}, err
	}
	m.several(&p, f)
	if err := m.mixed(p.Columns); err != nil {
		return Plan{}, err
	}
	m.units(p.Columns, rows[:max(0, at)])
	p.Missing = m.missing(p.Columns)
	p.Region = m.region(p.Columns, rows[at+1:])
	m.legible(&p, rows[at+1:])
	if format.Kind == "xlsx" {
		p.Blanks = uncalculated(f.Name(), format.Sheet)
	}
	return p, nil
}

// legible counts how much of each column there is, and how much of it its field
// cannot read. Links are not looked up, and pieces of a whole are not judged.
func (m *mapper) legible(p *Plan, rows [][]string) {
	in := &meta.Input{Loose: true, Zone: m.hints.Today.Location(), Region: cmp.Or(p.Region, m.hints.Region), Now: m.hints.Today}
	f := feedOf(nil, m.t, *p, in)
	for _, cells := range rows {
		if f.noRecord(cells) != "" || ruled(cells) {
			continue
		}
		for i := range p.Columns {
			c := &p.Columns[i]
			if i >= len(cells) || strings.TrimSpace(cells[i]) == "" {
				continue
			}
			c.Filled++
			x, ok := fillingNamed(m.t, c.Field)
			field := x.field
			if !ok || field.System || field.Target != nil || c.Part > 0 || c.Names > 0 {
				continue
			}
			if text := f.mend(field, withUnit(cells[i], c.Unit)); !f.leftOut(field, text, &row{values: record.Values{}}) && !legible(field, text, in) {
				c.Unread++
			}
		}
	}
}

func legible(f *meta.Field, text string, in *meta.Input) bool {
	v, problems := f.Kind.Parse(f, text, in)
	return len(problems) == 0 && (len(f.Kind.Check(f, v, in)) == 0)
}

// choose turns to the sheet whose header names most fields: before it may
// stand one that tells how to fill it in.
func (m *mapper) choose(w *workbook, rows [][]string, lines []int) ([][]string, []int, error) {
	_, best, _ := m.findHeader(rows)
	name, other := w.name, w.more
	for _, sheet := range other {
		if err := w.turn(sheet); err != nil {
			return nil, nil, err
		}
		r, l, err := readHead(w)
		if err != nil {
			continue
		}
		if _, hits, _ := m.findHeader(r); hits > best {
			best, name, rows, lines = hits, sheet, r, l
		}
	}
	return rows, lines, w.turn(name)
}

func readHead(s sheet) (rows [][]string, lines []int, err error) {
	for len(rows) < headRows {
		cells, line, err := s.next()
		if err == io.EOF {
			break
		}
		if err != nil {
			if len(rows) == 0 {
				return nil, nil, err
			}
			break // the rows before it tell enough; the import reports it
		}
		if blank(cells) {
			continue
		}
		rows, lines = append(rows, slices.Clone(cells)), append(lines, line)
	}
	return rows, lines, nil
}

func blank(cells []string) bool {
	for _, c := range cells {
		if strings.TrimSpace(c) != "" {
			return false
		}
	}
	return true
}

// mapper knows by which words a type's fields go.
type mapper struct {
	t      *meta.Type
	hints  Hints
	fields []*meta.Field
	exact  map[string][]meaning        // folded name, label or synonym -> what it may mean, in the type's order
	lines  map[*meta.Field]*meta.Field // fields of child rows -> the field that holds the rows

	besides map[*meta.Beside]*mapper // what columns may fill of records beside; see [mapper.ofBeside]
}

// meaning is a field that a header may mean. Of two columns that mean the same
// field the one whose word stands first in the field's own list has it: with
// 姓名 and 公司 the name is 姓名, whichever column comes first.
type meaning struct {
	field *meta.Field
	place int
}

func newMapper(t *meta.Type, h Hints) *mapper {
	m := plainMapper(t, h)
	m.ofLines()
	m.ofBeside()
	return m
}

// plainMapper knows the type's own fields alone.
func plainMapper(t *meta.Type, h Hints) *mapper {
	m := &mapper{t: t, hints: h, exact: map[string][]meaning{}, lines: map[*meta.Field]*meta.Field{}}
	system := []*meta.Field{}
	for _, name := range []string{"number", "owner"} {
		if f, ok := t.Field(name); ok && (name != "number" || t.Number != "") {
			system = append(system, f)
		}
	}
	for _, f := range append(append([]*meta.Field{}, t.Fields...), system...) {
		if !fillable(f) || (h.Writable != nil && !f.System && !h.Writable(f)) {
			continue
		}
		m.fields = append(m.fields, f)
		words := append([]string{f.Name, f.Label.ZhHans, f.Label.ZhHant, f.Label.En}, f.Synonyms...)
		if f.Name == "number" {
			words = append(words, "编号", "客户编号", "编码", "客户编码", "代码", "客户代码", "代号", "客户代号", "code", "no", "no.")
			words = append(words, t.Label.ZhHans+"号", t.Label.ZhHans+"编号", t.Label.En+" number", t.Label.En+" no")
		}
		if to := f.Target; to != nil && to != t && f == firstLink(t, to) { // 客户名称 in a list of contracts
			words = append(words, to.Label.ZhHans, to.Label.ZhHans+"名称", to.Label.ZhHans+"名", to.Label.ZhHans+"姓名", to.Label.ZhHans+"编号", to.Label.En, to.Label.En+" name")
		}
		m.goesBy(f, words)
	}
	return m
}

func (m *mapper) goesBy(f *meta.Field, words []string) {
	for place, w := range words {
		key := headerKey(w)
		if key != "" && !slices.ContainsFunc(m.exact[key], func(x meaning) bool { return x.field == f }) {
			m.exact[key] = append(m.exact[key], meaning{f, place})
		}
	}
}

// firstLink is the field by which records of a type belong to another type's.
func firstLink(t, to *meta.Type) *meta.Field {
	for _, f := range t.Fields {
		if f.Target == to && f.KindName == "link" {
			return f
		}
	}
	return nil
}

// fillable tells whether a sheet's cell can fill a field at all.
func fillable(f *meta.Field) bool {
	if f.Formula != "" || f.Rollup != nil || f.Snapshot != "" {
		return false
	}
	if f.System {
		return true
	}
	return f.Kind.Storage() == meta.InColumn || f.Kind.Storage() == meta.InSide
}

// columns proposes a field for each column: words first, then content.
func (m *mapper) columns(header []string, rows [][]string) []Column {
	out := make([]Column, len(header))
	taken := map[*meta.Field]bool{}
	for i, h := range header {
		out[i] = Column{Index: i, Header: strings.TrimSpace(h), How: "none", Sample: samples(rows, i)}
	}
	m.names(out, taken)
	m.owners(out, rows, taken)
	m.byWords(out, taken, true)
	m.byWords(out, taken, false)
	for i := range out {
		if out[i].Field != "" || m.another(out[i].Header) {
			continue
		}
		if f := m.byContent(column(rows, i)); f != nil && (!taken[f] || many(f)) {
			out[i].Field, out[i].How = f.Name, "content"
			taken[f] = true
		}
	}
	m.titled(out, rows)
	m.addresses(out)
	m.persons(out)
	return out
}

// byWords gives columns to fields by their headers. A field takes one column
// unless it is many-valued; a column whose first field is taken goes to its
// next: with 姓名 and 公司, the customer's name is 姓名 and 公司 the firm.
func (m *mapper) byWords(out []Column, taken map[*meta.Field]bool, exact bool) {
	for rank := range 3 {
		var columns []int
		wish := make([]meaning, len(out))
		for i := range out {
			if out[i].Field != "" || out[i].Header == "" {
				continue
			}
			if candidates := m.candidates(out[i].Header, exact); rank < len(candidates) {
				columns, wish[i] = append(columns, i), candidates[rank]
			}
		}
		slices.SortStableFunc(columns, func(a, b int) int { return wish[a].place - wish[b].place })
		for _, i := range columns {
			f := wish[i].field
			if taken[f] && !many(f) {
				continue
			}
			out[i].Field, out[i].How = m.nameOf(f), "synonym"
			if exact && slices.Contains([]string{headerKey(f.Name), headerKey(f.Label.ZhHans), headerKey(f.Label.ZhHant), headerKey(f.Label.En)}, headerKey(out[i].Header)) {
				out[i].How = "name"
			}
			taken[f] = true
		}
	}
}

func many(f *meta.Field) bool { return !f.System && f.Kind.Storage() == meta.InSide }

func column(rows [][]string, i int) []string {
	var out []string
	for _, r := range rows {
		if i < len(r) && strings.TrimSpace(r[i]) != "" {
			out = append(out, strings.TrimSpace(r[i]))
		}
	}
	return out
}

func samples(rows [][]string, i int) []string {
	c := column(rows, i)
	return c[:min(3, len(c))]
}

// contentTests are what a column is recognised by, the strictest first: a
// resident id is no telephone number, though its digits might pass for one.
var contentTests = []struct {
	kind, form string
	is         func(text string, m *mapper) bool
}{
	{"emails", "", isEmail},
	{"identity", string(codes.FormUSCC), isIdentity(codes.FormUSCC)},
	{"identity", string(codes.FormResidentID), isIdentity(codes.FormResidentID)},
	{"phones", "", isPhone}, {"phone", "", isPhone},
}

func isEmail(s string, _ *mapper) bool {
	_, problems := codes.ParseEmail(s)
	return strings.Contains(s, "@") && problems == nil
}

func isIdentity(form codes.Form) func(string, *mapper) bool {
	return func(s string, m *mapper) bool { return codes.GuessForm(s, m.hints.Today, form) == form }
}

func isPhone(s string, m *mapper) bool {
	found := codes.ParsePhones(s, m.hints.Region)
	return len(found) > 0 && found[0].E164 != "" && found[0].Problem == ""
}

// byContent recognises a column by what stands in it: four values of five
// must be telephone numbers, mail addresses, credit codes or resident ids.
func (m *mapper) byContent(values []string) *meta.Field {
	if len(values) < 3 {
		return nil
	}
	for _, test := range contentTests {
		hits := 0
		for _, v := range values {
			if test.is(v, m) {
				hits++
			}
		}
		if hits*5 < len(values)*4 {
			continue
		}
		for _, f := range m.fields {
			if f.KindName == test.kind && (test.form == "" || slices.Contains(f.Forms, test.form)) {
				return f
			}
		}
	}
	return nil
}

// given applies what the user said of columns: it wins.
func (m *mapper) given(cols []Column) error {
	for _, header := range slices.Sorted(maps.Keys(m.hints.Map)) {
		name := m.hints.Map[header]
		i := slices.IndexFunc(cols, func(c Column) bool { return c.Header == strings.TrimSpace(header) })
		if n, err := strconv.Atoi(strings.TrimPrefix(header, "#")); i < 0 && err == nil && header[0] == '#' && n >= 1 && n <= len(cols) {
			i = n - 1
		}
		if i < 0 {
			return errs.RefuseField("map", "no_such_column", errs.Params{"column": header})
		}
		if name == "" {
			cols[i].Field, cols[i].How, cols[i].Part, cols[i].Names = "", "given", 0, 0
			continue
		}
		f := m.field(name)
		if err := m.closed(name); err != nil {
			return err
		}
		if f == nil {
			return errs.RefuseField("map", "unknown_field", errs.Params{"field": name})
		}
		for k := range cols {
			if cols[k].Field == name && !many(f) && f.KindName != "longtext" && cols[k].How != "given" && cols[k].Part == 0 {
				cols[k].Field, cols[k].How = "", "none"
			}
		}
		cols[i].Field, cols[i].How, cols[i].Part, cols[i].Names = name, "given", 0, 0
	}
	return nil
}

// field is one that a column may fill, by its name; nil for none.
func (m *mapper) field(name string) *meta.Field {
	for _, f := range m.fields {
		if f.Name == name {
			return f
		}
	}
	if f, ok := fillingNamed(m.t, name); ok && (f.rows != nil && m.lines[f.field] == f.rows || f.beside != nil && m.besides[f.beside].takes(f.field)) {
		return f.field
	}
	return nil
}

// missing lists the fields that are always required, have no default, and no column.
func (m *mapper) missing(cols []Column) []string {
	out := []string{}
	for _, f := range m.t.Fields {
		if f.Required != "true" || f.Default != "" || f.Computed() || f.Snapshot != "" {
			continue
		}
		if !slices.ContainsFunc(cols, func(c Column) bool { return c.Field == f.Name || strings.HasPrefix(c.Field, f.Name+".") }) {
			out = append(out, f.Name)
		}
	}
	return out
}
