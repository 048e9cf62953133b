package transfer

import (
	"bytes"
	"encoding/xml"
	"io"
	"os"
	"regexp"
	"strconv"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"kedang/internal/errs"
)

// Many programs "export to Excel" by writing a page with a table, or Excel's
// XML of 2003, under a name that ends in .xls. Both are read as streams.

const excelXML = "urn:schemas-microsoft-com:office:spreadsheet"

// isMarkup knows a page, or a workbook as XML, by how it begins.
func isMarkup(head []byte) bool {
	t := bytes.ToLower(bytes.TrimSpace(bytes.TrimPrefix(head, []byte("\xef\xbb\xbf"))))
	if bytes.HasPrefix(t, []byte("<?xml")) {
		return bytes.Contains(t, []byte(excelXML)) || bytes.Contains(t, []byte("<html"))
	}
	for _, prefix := range []string{"<html", "<!doctype html", "<table", "<head", "<meta", "<style", "<body"} {
		if bytes.HasPrefix(t, []byte(prefix)) {
			return true
		}
	}
	return false
}

var charset = regexp.MustCompile(`(?i)(?:charset|encoding)\s*=\s*["']?([a-z0-9_-]+)`)

// openMarkup opens the first table with rows.
func openMarkup(f *os.File, head []byte) (sheet, Format, error) {
	info, err := f.Stat()
	if err != nil {
		return nil, Format{}, err
	}
	enc, err := detect(head, info.Size() <= int64(len(head)))
	if found := charset.FindSubmatch(head); found != nil {
		if named, bad := encodingNamed(string(found[1])); bad == nil {
			enc, err = named, nil
		}
	}
	if err != nil {
		return nil, Format{}, err
	}
	raw := &counted{r: f}
	text := decode(raw, enc)
	m := &markup{raw: raw, size: info.Size()}
	if bytes.Contains(head, []byte(excelXML)) && bytes.HasPrefix(bytes.TrimSpace(bytes.TrimPrefix(head, []byte("\xef\xbb\xbf"))), []byte("<?xml")) {
		m.rows = newXMLRows(text)
	} else {
		page := html.NewTokenizer(text)
		page.SetMaxBuf(maxRecord)
		m.rows = &htmlRows{page: page}
	}
	if m.first, err = m.rows.row(); err == io.EOF {
		err = errs.New(errs.Invalid, "not_a_sheet", nil)
	}
	return m, Format{Kind: "html", Encoding: enc.name}, err
}

// markup is a table of a page, or a sheet of a workbook as XML. Its lines are
// its rows, counted from 1.
type markup struct {
	raw   *counted
	size  int64
	rows  interface{ row() ([]string, error) }
	first []string
	line  int
}

func (m *markup) next() ([]string, int, error) {
	cells, err := m.first, error(nil)
	if m.line > 0 {
		cells, err = m.rows.row()
	}
	if err != nil {
		return nil, m.line, err
	}
	m.line++
	if len(cells) > maxColumns {
		return nil, m.line, errs.New(errs.Invalid, "too_many_columns", errs.Params{"max": maxColumns})
	}
	return cells, m.line, nil
}

func (m *markup) part() float64 { return min(1, float64(m.raw.n)/float64(max(1, m.size))) }

func (m *markup) close() error { return nil }

// spans are cells that reach into the rows below.
type spans map[int]struct {
	rows int
	text string
}

// place puts a cell into a row at the next free column, and remembers how far
// it reaches.
func (s *spans) place(cells []string, text string, across, down int) []string {
	cells = s.open(cells)
	if down > 1 && len(cells) < maxColumns {
		if *s == nil {
			*s = spans{}
		}
		(*s)[len(cells)] = struct {
			rows int
			text string
		}{down, text}
	}
	cells = append(cells, text)
	for i := 1; i < across && len(cells) <= maxColumns; i++ {
		cells = append(cells, "")
	}
	return cells
}

// open fills the columns that a cell above reaches into.
func (s *spans) open(cells []string) []string {
	for {
		above, ok := (*s)[len(cells)]
		if !ok {
			return cells
		}
		above.rows--
		if above.rows <= 0 {
			delete(*s, len(cells))
			return cells
		}
		(*s)[len(cells)] = above
		cells = append(cells, above.text)
	}
}

// htmlRows are the rows of a page's tables; what a cell holds besides text
// (scripts, pictures, tables within) is left out.
type htmlRows struct {
	page  *html.Tokenizer
	spans spans
}

func (h *htmlRows) row() ([]string, error) {
	var cells []string
	var text strings.Builder
	in, across, down := false, 1, 1 // inside a cell
	shut := func() {
		if in {
			cells = h.spans.place(cells, strings.TrimSpace(strings.ReplaceAll(text.String(), "\u00a0", " ")), across, down)
		}
		text.Reset()
		in = false
	}
	for {
		kind := h.page.Next()
		switch kind {
		case html.ErrorToken:
			shut()
			if len(cells) > 0 {
				return cells, nil
			}
			if err := h.page.Err(); err != io.EOF {
				return nil, errs.New(errs.Invalid, "row_too_long", errs.Params{"max": maxRecord})
			}
			return nil, io.EOF
		case html.TextToken:
			if in && text.Len() < maxRecord {
				text.Write(h.page.Text())
			}
			continue
		case html.StartTagToken, html.EndTagToken, html.SelfClosingTagToken:
		default:
			continue
		}
		name, more := h.page.TagName()
		switch tag := atom.Lookup(name); {
		case tag == atom.Br && in:
			text.WriteByte('\n')
		case tag == atom.Td || tag == atom.Th:
			shut()
			if kind == html.StartTagToken {
				in = true
				across, down = h.reach(more)
			}
		case tag == atom.Tr || tag == atom.Table && kind == html.EndTagToken:
			shut()
			if len(cells) > 0 {
				return h.spans.open(cells), nil
			}
		}
	}
}

// reach reads colspan and rowspan.
func (h *htmlRows) reach(more bool) (across, down int) {
	across, down = 1, 1
	for more {
		var key, value []byte
		key, value, more = h.page.TagAttr()
		n, err := strconv.Atoi(string(value))
		switch {
		case err != nil || n < 1:
		case string(key) == "colspan":
			across = min(n, maxColumns)
		case string(key) == "rowspan":
			down = min(n, 65536)
		}
	}
	return across, down
}

// xmlRows are the rows of the first sheet with rows of a workbook as XML.
type xmlRows struct {
	d     *xml.Decoder
	any   bool // a row was found: the sheet ends the table
	spans spans
}

func newXMLRows(text io.Reader) *xmlRows {
	d := xml.NewDecoder(text)
	d.CharsetReader = func(_ string, r io.Reader) (io.Reader, error) { return r, nil } // it is UTF-8 by now
	d.Strict = false
	return &xmlRows{d: d}
}

func (x *xmlRows) row() ([]string, error) {
	for {
		token, err := x.d.Token()
		switch {
		case err == io.EOF:
			return nil, io.EOF
		case err != nil:
			return nil, &errs.Error{Kind: errs.Invalid, Code: "damaged_workbook", Err: err}
		}
		switch t := token.(type) {
		case xml.EndElement:
			if t.Name.Local == "Worksheet" && x.any {
				return nil, io.EOF
			}
		case xml.StartElement:
			if t.Name.Local != "Row" {
				continue
			}
			cells, err := x.cells()
			if err != nil {
				return nil, err
			}
			if len(cells) > 0 {
				x.any = true
				return cells, nil
			}
		}
	}
}

// xmlCell is a cell as Excel's XML of 2003 has it.
type xmlCell struct {
	Index  int    `xml:"Index,attr"` // its column, from 1, where some were left out
	Across int    `xml:"MergeAcross,attr"`
	Down   int    `xml:"MergeDown,attr"`
	Data   string `xml:"Data"`
}

func (x *xmlRows) cells() (cells []string, err error) {
	for {
		token, err := x.d.Token()
		if err != nil {
			return nil, &errs.Error{Kind: errs.Invalid, Code: "damaged_workbook", Err: err}
		}
		switch t := token.(type) {
		case xml.EndElement:
			return x.spans.open(cells), nil
		case xml.StartElement:
			if t.Name.Local != "Cell" {
				if err := x.d.Skip(); err != nil {
					return nil, &errs.Error{Kind: errs.Invalid, Code: "damaged_workbook", Err: err}
				}
				continue
			}
			var c xmlCell
			if err := x.d.DecodeElement(&c, &t); err != nil {
				return nil, &errs.Error{Kind: errs.Invalid, Code: "damaged_workbook", Err: err}
			}
			for cells = x.spans.open(cells); len(cells)+1 < min(c.Index, maxColumns); cells = x.spans.open(cells) {
				cells = append(cells, "")
			}
			cells = x.spans.place(cells, strings.TrimSuffix(c.Data, "T00:00:00.000"), c.Across+1, c.Down+1)
		}
	}
}
