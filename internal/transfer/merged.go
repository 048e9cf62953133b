package transfer

import (
	"archive/zip"
	"bytes"
	"cmp"
	"encoding/xml"
	"io"
	"path"
	"slices"
	"strings"

	"github.com/xuri/excelize/v2"

	"kedang/internal/errs"
)

// mostMerged bounds how many merged cells of a sheet are remembered.
const mostMerged = 200_000

// merged is a stretch of a column whose cells are one: a firm's name beside
// the several people who work there. Only its first cell holds the value.
type merged struct{ column, top, bottom int } // column from 0, lines from 1

// fill gives merged cells their value in every line they cover.
type fill struct {
	merged []merged // by their top
	at     int      // the first that no line has reached yet
	open   []merged
	value  map[int]string // column -> what its open stretch holds
	above  map[int]bool   // columns of the last line that got their value from above
}

// row fills a line's cells. A line that has nothing of its own stays empty.
func (f *fill) row(cells []string, line int) []string {
	if f.at == len(f.merged) && len(f.open) == 0 {
		f.above = nil
		return cells
	}
	f.open = slices.DeleteFunc(f.open, func(m merged) bool { return m.bottom < line })
	f.above = nil
	for _, m := range f.open {
		if blank(cells) {
			break
		}
		for len(cells) <= m.column {
			cells = append(cells, "")
		}
		if cells[m.column] == "" {
			cells[m.column] = f.value[m.column]
			if f.above == nil {
				f.above = map[int]bool{}
			}
			f.above[m.column] = true
		}
	}
	for ; f.at < len(f.merged) && f.merged[f.at].top <= line; f.at++ {
		m := f.merged[f.at]
		if m.top == line && m.column < len(cells) && m.column < maxColumns {
			if f.value == nil {
				f.value = map[int]string{}
			}
			f.open = append(f.open, m)
			f.value[m.column] = cells[m.column]
		}
	}
	return cells
}

// mergedDown lists the cells of a sheet that are merged downwards. The library
// would unpack the whole sheet for them; here they are read past its rows. A
// file that is not as it should be has none.
func mergedDown(file, sheet string) []merged {
	z, err := zip.OpenReader(file)
	if err != nil {
		return nil
	}
	defer z.Close()
	part := sheetPart(&z.Reader, sheet)
	r, err := z.Open(part)
	if part == "" || err != nil {
		return nil
	}
	defer r.Close()
	var out []merged
	eachTag(io.LimitReader(r, maxUnzipped), []byte("<mergeCell "), func(tag []byte) bool {
		if m, ok := mergedIn(tag); ok {
			out = append(out, m)
		}
		return len(out) < mostMerged
	})
	slices.SortFunc(out, func(a, b merged) int { return cmp.Compare(a.top, b.top) })
	return out
}

// mergedIn reads ref="A2:A3"; of a block the first column counts.
func mergedIn(tag []byte) (m merged, ok bool) {
	_, rest, _ := bytes.Cut(tag, []byte(`ref="`))
	ref, _, _ := bytes.Cut(rest, []byte(`"`))
	from, to, _ := strings.Cut(string(ref), ":")
	column, top, err := excelize.CellNameToCoordinates(from)
	if err != nil {
		return m, false
	}
	_, bottom, err := excelize.CellNameToCoordinates(to)
	return merged{column - 1, top, bottom}, err == nil && bottom > top
}

// eachTag hands on what begins with start, up to its >, in a stream of any
// length; nothing else of it is kept.
func eachTag(r io.Reader, start []byte, each func([]byte) bool) {
	buf := make([]byte, 0, 64<<10)
	for {
		n, err := r.Read(buf[len(buf):cap(buf)])
		buf = buf[:len(buf)+n]
		for {
			i := bytes.Index(buf, start)
			if i < 0 {
				buf = append(buf[:0], buf[max(0, len(buf)-len(start)):]...)
				break
			}
			end := bytes.IndexByte(buf[i:], '>')
			if end < 0 && i == 0 && len(buf) == cap(buf) {
				return // a tag without an end
			}
			if end < 0 {
				buf = append(buf[:0], buf[i:]...)
				break
			}
			if !each(buf[i : i+end]) {
				return
			}
			buf = append(buf[:0], buf[i+end:]...)
		}
		if err != nil {
			return
		}
	}
}

// sheetPart finds the file of a sheet in a workbook.
func sheetPart(z *zip.Reader, sheet string) string {
	var book struct {
		Sheets []struct {
			Name string `xml:"name,attr"`
			ID   string `xml:"http://schemas.openxmlformats.org/officeDocument/2006/relationships id,attr"`
		} `xml:"sheets>sheet"`
	}
	var rels struct {
		List []struct {
			ID     string `xml:"Id,attr"`
			Target string `xml:"Target,attr"`
		} `xml:"Relationship"`
	}
	if readXML(z, "xl/workbook.xml", &book) != nil || readXML(z, "xl/_rels/workbook.xml.rels", &rels) != nil {
		return ""
	}
	for _, s := range book.Sheets {
		for _, r := range rels.List {
			switch {
			case s.Name != sheet || r.ID != s.ID:
			case strings.HasPrefix(r.Target, "/"):
				return strings.TrimPrefix(r.Target, "/")
			default:
				return path.Join("xl", r.Target)
			}
		}
	}
	return ""
}

func readXML(z *zip.Reader, name string, v any) error {
	f, err := z.Open(name)
	if err != nil {
		return err
	}
	defer f.Close()
	return xml.NewDecoder(io.LimitReader(f, 4<<20)).Decode(v)
}

// goesOn tells a row that goes on with the record above: it is one more of its
// lines, or what names it is one cell with the row above. Merged rows make only
// new records grow, and only where the sheet has telephones or the like, which a
// record may have many of.
func (r *feed) goesOn(next *row, cells []string) bool {
	if r.lined {
		return r.continues(next, cells)
	}
	if r.firms != nil { // see [feed.belongs]
		return false
	}
	s, ok := r.sheet.(interface{ fromAbove(column int) bool })
	if !ok || !r.fresh || len(next.problems) > 0 || !slices.ContainsFunc(r.fillings, func(f filling) bool { return many(f.field) }) {
		return false
	}
	named := false
	for _, f := range r.fillings {
		if !slices.Contains(titleFields(r.t), f.field) {
			continue
		}
		for _, c := range f.columns {
			if !s.fromAbove(c.Index) {
				return false
			}
			named = true
		}
	}
	return named
}

// join gives what a row says to the record that it goes on with: telephones
// with the words beside them, the rest to the text that keeps what has no field.
func (r *feed) join(before []row, next *row) {
	k := len(before) - 1
	next.with = before[k].with + 1
	first := &before[k-before[k].with]
	if r.lined {
		r.joinLines(first, next)
		next.values, next.notes, next.rest = nil, nil, nil
		return
	}
	var who []string // words of the row that are not the record's
	var rest []string
	for _, f := range r.fillings {
		text, ok := next.values[f.field.Name].(string)
		if had, _ := first.values[f.field.Name].(string); !ok || had == text || many(f.field) {
			continue
		}
		if f.field.KindName == "text" {
			who = append(who, text)
		} else {
			rest = append(rest, f.columns[0].Header+"："+text)
		}
	}
	added := false
	for _, f := range r.fillings {
		text, ok := next.values[f.field.Name].(string)
		had, _ := first.values[f.field.Name].(string)
		if !ok || !many(f.field) || had == text {
			continue
		}
		if f.field.KindName == "phones" {
			text = strings.TrimSpace(strings.Join(who, " ") + " " + text)
			added = true
		}
		first.values[f.field.Name] = strings.TrimPrefix(had+joint(f.field)+text, joint(f.field))
	}
	if !added && len(who) > 0 {
		rest = append(rest, strings.Join(who, " "))
	}
	first.rest = append(append(first.rest, rest...), next.rest...)
	first.notes = slices.DeleteFunc(first.notes, func(p errs.Problem) bool { return p.Code == "rows_joined" })
	first.notes = append(append(first.notes, next.notes...), errs.Problem{Code: "rows_joined", Params: errs.Params{"count": next.with}})
	next.values, next.notes, next.rest = nil, nil, nil
}
