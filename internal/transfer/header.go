package transfer

import (
	"slices"
	"strings"
	"unicode"

	"kedang/internal/errs"
)

// NoHeader says that a sheet has no header: its columns are known by what
// stands in them, and by what the user says of them.
const NoHeader = -1

// header tells which of the rows is the header; -1: the sheet has none.
func (m *mapper) header(rows [][]string, lines []int) (at int, err error) {
	switch {
	case m.hints.Header == NoHeader:
		return -1, nil
	case m.hints.Header != 0:
		if at = slices.Index(lines, m.hints.Header); at < 0 || at == len(rows)-1 {
			return 0, errs.RefuseField("header", "no_such_header", errs.Params{"line": m.hints.Header})
		}
		return at, nil
	}
	at, hits, ok := m.findHeader(rows)
	switch {
	case !ok && m.speaks(rows):
		return -1, nil
	case !ok:
		return 0, errs.New(errs.Invalid, "no_header", errs.Params{"type": m.t.Label.In("zh-Hans")})
	case m.sideways(rows[at:], hits):
		return 0, errs.New(errs.Invalid, "sheet_sideways", nil)
	}
	return at, nil
}

// speaks tells a list without a header that says by itself what it is of: one
// column is recognised by its content, another can be the name.
func (m *mapper) speaks(rows [][]string) bool {
	columns := m.columns(headless(rows), rows)
	return slices.ContainsFunc(columns, func(c Column) bool { return c.Field == m.t.Title && c.Field != "" }) &&
		slices.ContainsFunc(columns, func(c Column) bool { return c.Field != m.t.Title && c.Field != "" })
}

// headless is the header of a sheet without one.
func headless(rows [][]string) []string {
	widest := 0
	for _, r := range rows {
		widest = max(widest, len(r))
	}
	return make([]string, widest)
}

// titled gives the first column of a sheet without a header that may be names
// to the field that names a record: texts, nearly all different, none long.
func (m *mapper) titled(out []Column, rows [][]string) {
	f := m.field(m.t.Title)
	if f == nil || f.KindName != "text" || slices.ContainsFunc(out, func(c Column) bool { return c.Header != "" || c.Field == f.Name }) {
		return
	}
	for i := range out {
		values := column(rows, i)
		seen, long := map[string]bool{}, 0
		for _, v := range values {
			seen[v] = true
			if len([]rune(v)) > 40 || strings.IndexFunc(v, unicode.IsLetter) < 0 {
				long++
			}
		}
		if out[i].Field == "" && len(values)*5 >= len(rows)*4 && len(seen)*5 >= len(values)*4 && long == 0 && len(values) > 0 {
			out[i].Field, out[i].How = f.Name, "content"
			return
		}
	}
}

// findHeader picks the row that names most fields; when nothing is named, the
// first row that looks like names above values: the user will say what they mean.
func (m *mapper) findHeader(rows [][]string) (at, best int, ok bool) {
	at = -1
	for i, row := range rows[:min(headerWithin, len(rows))] {
		hits := 0
		for _, cell := range row {
			if _, ok := m.hints.Map[strings.TrimSpace(cell)]; ok {
				hits += 2
			} else if len(m.exact[headerKey(cell)]) > 0 {
				hits++
			}
		}
		if hits > best {
			best, at = hits, i
		}
	}
	if at < 0 {
		at = slices.IndexFunc(rows[:min(headerWithin, max(0, len(rows)-1))], func(row []string) bool { return namesLike(row, rows) })
	}
	return at, best, at >= 0
}

// sideways tells a table whose column names stand below each other: its first
// column names more fields than the row that would be the header.
func (m *mapper) sideways(rows [][]string, hits int) bool {
	n := 0
	for _, row := range rows[:min(headerWithin, len(rows))] {
		if i := slices.IndexFunc(row, func(c string) bool { return strings.TrimSpace(c) != "" }); i >= 0 && filled(row) > 1 && len(m.exact[headerKey(row[i])]) > 0 {
			n++
		}
	}
	return n > 2 && n > hits
}

// namesLike tells whether a row may be a header: words, each once, over at
// least half of the columns that the widest row has.
func namesLike(row []string, rows [][]string) bool {
	widest := 0
	for _, r := range rows {
		widest = max(widest, filled(r))
	}
	seen := map[string]bool{}
	for _, cell := range row {
		cell = strings.TrimSpace(cell)
		if cell == "" {
			continue
		}
		if seen[cell] || len(cell) > 200 || strings.IndexFunc(cell, unicode.IsLetter) < 0 {
			return false
		}
		seen[cell] = true
	}
	return len(seen) > 0 && 2*len(seen) >= widest
}

func filled(row []string) (n int) {
	for _, cell := range row {
		if strings.TrimSpace(cell) != "" {
			n++
		}
	}
	return n
}
