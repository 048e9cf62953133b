package transfer

import (
	"cmp"
	"context"
	"errors"
	"io"
	"os"
	"slices"
	"strconv"
	"strings"

	"kedang/internal/codes"
	"kedang/internal/errs"
	"kedang/internal/meta"
	"kedang/internal/record"
)

// chunkRows is how many rows share a transaction.
const chunkRows = 500

// row is one row of a sheet, ready to be written.
type row struct {
	line     int
	values   record.Values
	key      []any          // values in stored form by which it finds its record; empty when the cell is
	keyText  string         // as written
	problems []errs.Problem // why it cannot go in
	notes    []errs.Problem // what was left out of it or is to be looked at
	with     int            // it goes on with the record of so many rows before it; 0: it is one of its own
	lines    lines          // the child rows that stand in it
	asides   []*aside       // records of other types that stand in it and belong to its record
	first    int            // the line of the row whose record it belongs to, with all that stands beside it; 0: it has one of its own
	same     record.Values  // of such a row: what names that record
	lead     *aside         // of a row with nothing beside it: the first that belongs to its record
	rest     []string       // what was left out, as lines of the field that takes it in a new record
}

// batch is what the reader hands over: up to chunkRows rows.
type batch struct {
	rows  []row
	part  float64 // of the file that is read; 0 unknown
	ended error   // why the file cannot be read further; nil, or io.EOF at its end
}

// filling is a field and the columns that fill it.
type filling struct {
	field   *meta.Field
	rows    *meta.Field // the field whose child rows it is of; nil: it is the record's own
	columns []Column

	beside *meta.Beside // it is of a record of that type beside the row's own
	nth    int          // of which, from 1
}

// name is that of the field as columns have it: amount, lines.product.
func (f filling) name() string {
	switch {
	case f.rows != nil:
		return f.rows.Name + "." + f.field.Name
	case f.beside != nil:
		return besideName(f.beside, f.nth) + "." + f.field.Name
	}
	return f.field.Name
}

// feed reads a sheet ahead of the writer.
type feed struct {
	t        *meta.Type
	sheet    sheet
	plan     Plan
	key      string
	fillings []filling
	in       *meta.Input
	leave    bool                  // what cannot be read is left out
	said     map[string][]Decision // by field: what its values mean, and which cells are left out
	fresh    bool                  // all rows are new records
	above    []string              // the last value of each column, for 同上
	lined    bool                  // it has columns of child rows
	own      []string              // what the last record's first row has in its own fields, by filling
	firms    *firms                // it has columns of records beside: which record stands in which row
}

// startFeed reads the rows below the plan's header and after a line into
// batches. It ends with the batch that has ended set, or when ctx ends.
func (s *Service) startFeed(ctx context.Context, f *os.File, t *meta.Type, i Import) (<-chan batch, error) {
	sh, _, err := openSheet(f, i.Plan.Format)
	if err != nil {
		return nil, err
	}
	r := s.newFeed(sh, t, i)
	r.said = byField(i.Decisions)
	out := make(chan batch, 2)
	go func() {
		defer close(out)
		defer sh.close()
		r.read(ctx, max(i.Plan.Header, int(i.line)), out)
	}()
	return out, nil
}

// newFeed reads rows of a sheet as an import's plan has them.
func (s *Service) newFeed(sh sheet, t *meta.Type, i Import) *feed {
	r := feedOf(sh, t, i.Plan, &meta.Input{Loose: true, Zone: s.Store.Zone, Region: cmp.Or(i.Plan.Region, s.Store.Region), Now: s.Clock()})
	if i.Mode != Create {
		r.key = i.Key
	}
	r.leave, r.fresh = i.Unread == Leave, i.Mode == Create
	return r
}

// feedOf joins a plan's columns to the fields they fill.
func feedOf(sh sheet, t *meta.Type, plan Plan, in *meta.Input) *feed {
	r := &feed{t: t, sheet: sh, plan: plan, in: in}
	for _, c := range plan.Columns {
		f, ok := fillingNamed(t, c.Field)
		if !ok {
			continue
		}
		r.lined = r.lined || f.rows != nil
		if f.beside != nil && r.firms == nil {
			r.firms = newFirms()
		}
		k := slices.IndexFunc(r.fillings, func(x filling) bool { return x.field == f.field && x.nth == f.nth })
		if k < 0 {
			k = len(r.fillings)
			r.fillings = append(r.fillings, f)
		}
		r.fillings[k].columns = append(r.fillings[k].columns, c)
	}
	for _, x := range r.fillings { // an address in pieces is told from the large to the small
		slices.SortStableFunc(x.columns, func(a, b Column) int {
			return cmp.Compare(cmp.Or(a.Part, len(addressParts)+1), cmp.Or(b.Part, len(addressParts)+1))
		})
	}
	return r
}

// read hands over batches of what stands after a line. Rows that go on with a
// record stay with its first.
func (r *feed) read(ctx context.Context, after int, out chan<- batch) {
	b := batch{rows: make([]row, 0, chunkRows)}
	send := func() bool {
		b.part = r.sheet.part()
		select {
		case out <- b:
		case <-ctx.Done():
			return false
		}
		b = batch{rows: make([]row, 0, chunkRows), ended: b.ended}
		r.firms.sent()
		return true
	}
	for b.ended == nil {
		cells, line, err := r.next()
		next, read := row{line: line}, false
		switch {
		case err != nil && errs.As(err).Code == "bad_row" && line > after:
			next.problems = []errs.Problem{{Code: "bad_row", Params: errs.Params{"line": line}}}
		case err != nil && errs.As(err).Code == "bad_row":
			continue
		case err != nil:
			b.ended = err
			continue
		case blank(cells) || ruled(cells):
			continue
		case line <= after:
			r.passed(cells, line)
			continue
		case r.noRecord(cells) != "":
			next.problems = []errs.Problem{{Code: r.noRecord(cells)}}
		default:
			next, read = r.row(cells, line), true
		}
		if err == nil && r.goesOn(&next, cells) {
			if len(b.rows) > 0 {
				r.join(b.rows, &next)
				b.rows = append(b.rows, next)
			}
			continue // with nothing before it here, it was taken by an earlier run
		}
		if len(b.rows) >= chunkRows && !send() {
			return
		}
		if read {
			r.belongs(&next, cells, b.rows)
		}
		b.rows = append(b.rows, next)
	}
	send()
}

// next is the sheet's next row, with what stands above where it says 同上.
func (r *feed) next() (cells []string, line int, err error) {
	if cells, line, err = r.sheet.next(); err == nil && line > r.plan.Header {
		r.ditto(cells)
	}
	return cells, line, err
}

// row turns cells into values as the write path takes them. Blank cells are
// left out: a blank never empties a field.
func (r *feed) row(cells []string, line int) row {
	out := row{line: line, values: make(record.Values, len(r.fillings))}
	for _, f := range r.fillings {
		text := f.text(cells)
		if text == "" {
			continue
		}
		into := out.of(f)
		if r.leftOut(f.field, text, into) {
			continue
		}
		text = r.mend(f.field, text)
		if v, yes := r.decided(f, text, into); yes {
			into.fill(f, v)
			continue
		}
		if f.rows != nil {
			out.inLine(f, text)
			continue
		}
		if r.leave && r.unread(f, text, into) {
			continue
		}
		into.values[f.field.Name] = text
		if f.name() == r.key {
			out.keyText = text
			out.key = r.keyValues(f.field, text, &out)
		}
	}
	out.lines.into(out.values)
	out.gather()
	return out
}

// fill gives a row the value of a field; nil is none.
func (r *row) fill(f filling, v any) {
	switch {
	case v == nil:
	case f.rows != nil:
		r.inLine(f, v)
	default:
		r.values[f.field.Name] = v
	}
}

// text is what the columns hold; several that fill one field stand one after
// the other, as people write several telephones into one cell.
func (f filling) text(cells []string) string {
	if f.field.KindName == "address" && len(f.columns) > 1 {
		if text, yes := westernAddress(f.columns, cells); yes {
			return text
		}
	}
	text := ""
	for _, c := range f.columns {
		if c.Index >= len(cells) || strings.TrimSpace(cells[c.Index]) == "" || c.Names > 0 {
			continue
		}
		cell := f.named(cells, c) + withUnit(cells[c.Index], c.Unit)
		switch {
		case f.foreign(c):
			text = strings.TrimPrefix(text+"\n"+c.Header+"："+strings.TrimSpace(cell), "\n")
		case text == "":
			text = cell
		case c.Part > 0 && f.field.KindName == "text":
			text = whole(text, cell)
		case c.Part > 0 && strings.HasSuffix(text, strings.TrimSpace(cell)): // 上海市 上海市 浦东新区
		default:
			text += joint(f.field) + cell
		}
	}
	return text
}

// named is what other columns say of whose a column's telephones are.
func (f filling) named(cells []string, of Column) (who string) {
	for _, c := range f.columns {
		if c.Names == of.Index+1 && c.Index < len(cells) && strings.TrimSpace(cells[c.Index]) != "" {
			who += strings.TrimSpace(cells[c.Index]) + " "
		}
	}
	return who
}

// mend undoes what a spreadsheet does to values: the quote before what is no
// formula, days counted from 1904, and digits that a float never had.
func (r *feed) mend(f *meta.Field, text string) string {
	text = plainCell(f, text)
	if len(text) > 1 && text[0] == '\'' && formulaLike(text[1:]) {
		return text[1:]
	}
	if r.plan.Region != "" && (f.KindName == "phones" || f.KindName == "phone") {
		return abroad(text, r.plan.Region)
	}
	if r.plan.Format.Kind == "csv" {
		return text
	}
	switch f.KindName {
	case "date", "datetime":
		if day, err := strconv.ParseFloat(text, 64); err == nil && r.plan.Format.Dates1904 {
			return strconv.FormatFloat(day+1462, 'f', -1, 64)
		}
	case "decimal", "money", "percent", "integer":
		if n, err := strconv.ParseFloat(text, 64); err == nil && len(text) > 15 {
			return shortest(n)
		}
	}
	return text
}

// abroad writes telephones of another region with their country codes, which
// they lack in a sheet from there; what cannot be read stays as it is.
func abroad(text, region string) string {
	var out []string
	for _, p := range codes.ParsePhones(text, region) {
		number := p.Raw
		if p.E164 != "" {
			number = strings.TrimSpace(p.Label + " " + p.E164)
			if p.Ext != "" {
				number += "转" + p.Ext
			}
		}
		out = append(out, number)
	}
	return strings.Join(out, "; ")
}

// shortest writes a number with the fifteen digits that a float can hold.
func shortest(n float64) string {
	before := len(strings.TrimPrefix(strconv.FormatFloat(n, 'f', 0, 64), "-"))
	text := strconv.FormatFloat(n, 'f', max(0, 15-before), 64)
	if strings.Contains(text, ".") {
		text = strings.TrimRight(strings.TrimRight(text, "0"), ".")
	}
	return text
}

// keyValues reads the key's cell.
func (r *feed) keyValues(f *meta.Field, text string, out *row) []any {
	if f.System {
		return []any{strings.TrimSpace(text)}
	}
	v, problems := f.Kind.Parse(f, text, r.in)
	for _, p := range problems {
		p.Path = f.Name + p.Path
		out.problems = append(out.problems, p)
	}
	switch x := v.(type) {
	case string, int64:
		return []any{x}
	case []meta.Item:
		var list []any
		for _, item := range x {
			list = append(list, item.Value)
		}
		return list
	}
	return nil
}

// total estimates how many rows a sheet has.
func (b batch) total(rows int64) int64 {
	switch {
	case errors.Is(b.ended, io.EOF):
		return rows
	case b.part <= 0:
		return 0
	}
	return int64(float64(rows) / b.part)
}
