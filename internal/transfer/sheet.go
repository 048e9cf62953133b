package transfer

import (
	"bytes"
	"encoding/csv"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/xuri/excelize/v2"

	"kedang/internal/errs"
)

// Limits of what is taken in.
const (
	maxColumns  = 500
	maxRecord   = 4 << 20 // bytes of one row of a text sheet
	maxUnzipped = 2 << 30 // bytes of a workbook unpacked
)

// sheet is a table of texts read row by row.
type sheet interface {
	// next gives a row's cells (valid until the next call) and its line in the
	// file; io.EOF at the end.
	next() (cells []string, line int, err error)
	// part is how much of the file is read, of 1; 0 when it cannot be told.
	part() float64
	close() error
}

// Format is what a file turned out to be.
type Format struct {
	Kind      string `json:"kind"`                // csv | xlsx | xls
	Encoding  string `json:"encoding,omitempty"`  // of a csv
	Delimiter string `json:"delimiter,omitempty"` // of a csv
	Sheet     string `json:"sheet,omitempty"`     // of a workbook: its first sheet with rows
	Dates1904 bool   `json:"dates_1904,omitempty"`
}

// openSheet reads a file as a sheet from its start. hint names an encoding,
// "" to tell it from the bytes. Once it is open the file may lose its name:
// a workbook was unpacked, a text is read from f. Closing the sheet leaves f
// open.
func openSheet(f *os.File, hint string) (sheet, Format, error) {
	head := make([]byte, sample)
	n, err := f.ReadAt(head, 0)
	if err != nil && err != io.EOF {
		return nil, Format{}, err
	}
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return nil, Format{}, err
	}
	head = head[:n]
	switch {
	case len(bytes.TrimSpace(head)) == 0:
		return nil, Format{}, errs.New(errs.Invalid, "empty_file", nil)
	case bytes.HasPrefix(head, []byte("PK\x03\x04")):
		if bytes.Contains(head[:min(n, 100)], []byte("opendocument")) {
			return nil, Format{}, errs.New(errs.Invalid, "not_a_sheet", nil)
		}
		return openWorkbook(f.Name())
	case bytes.HasPrefix(head, []byte("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")):
		return openOldBook(f)
	case isJunk(head):
		return nil, Format{}, errs.New(errs.Invalid, "not_a_sheet", nil)
	}
	info, err := f.Stat()
	if err != nil {
		return nil, Format{}, err
	}
	return openText(f, info.Size(), head, hint)
}

// isJunk knows files that are text or bytes and never a list.
func isJunk(head []byte) bool {
	t := bytes.TrimSpace(head)
	for _, prefix := range []string{"%PDF", "\x89PNG", "\xff\xd8\xff", "GIF8", "Rar!", "<?xml", "<html", "<!DOCTYPE", "{", "[{", "\x7fELF", "BEGIN:VCARD"} {
		if bytes.HasPrefix(t, []byte(prefix)) {
			return true
		}
	}
	return false
}

// textSheet is a CSV or the like.
type textSheet struct {
	raw    *counted
	size   int64
	reader *csv.Reader
	guard  *recordGuard
}

func openText(f io.Reader, size int64, head []byte, hint string) (sheet, Format, error) {
	enc, err := detect(head, size <= int64(len(head)))
	if hint != "" {
		enc, err = encodingNamed(hint)
	}
	if err != nil {
		return nil, Format{}, err
	}
	text, err := io.ReadAll(decode(bytes.NewReader(head), enc))
	if err != nil {
		return nil, Format{}, err
	}
	delimiter := guessDelimiter(text)
	raw := &counted{r: f}
	g := &recordGuard{r: decode(raw, enc)}
	r := csv.NewReader(g)
	r.Comma = delimiter
	r.LazyQuotes = true
	r.FieldsPerRecord = -1
	r.ReuseRecord = true
	return &textSheet{raw: raw, size: size, reader: r, guard: g}, Format{Kind: "csv", Encoding: enc.name, Delimiter: string(delimiter)}, nil
}

func (s *textSheet) next() ([]string, int, error) {
	s.guard.read = 0
	cells, err := s.reader.Read()
	if err != nil {
		var pe *csv.ParseError
		switch {
		case err == io.EOF:
			return nil, 0, err
		case errors.As(err, &pe):
			return nil, pe.StartLine, errs.New(errs.Invalid, "bad_row", errs.Params{"line": pe.StartLine})
		}
		return nil, 0, err
	}
	line, _ := s.reader.FieldPos(0)
	return cells, line, nil
}

func (s *textSheet) part() float64 { return min(1, float64(s.raw.n)/float64(max(1, s.size))) }

func (s *textSheet) close() error { return nil }

// counted counts the bytes read.
type counted struct {
	r io.Reader
	n int64
}

// Read reads on.
func (c *counted) Read(b []byte) (int, error) {
	n, err := c.r.Read(b)
	c.n += int64(n)
	return n, err
}

// recordGuard ends the reading of a row that has no end: a lone quote must not
// draw the whole file into memory.
type recordGuard struct {
	r    io.Reader
	read int
}

// Read reads on while the row is within bounds.
func (g *recordGuard) Read(b []byte) (int, error) {
	if g.read > maxRecord {
		return 0, errs.New(errs.Invalid, "row_too_long", errs.Params{"max": maxRecord})
	}
	n, err := g.r.Read(b)
	g.read += n
	return n, err
}

// guessDelimiter picks the separator that splits the first rows most evenly.
func guessDelimiter(text []byte) rune {
	best, bestScore := ',', 0.0
	for _, d := range []rune{',', '\t', ';', '|', '，'} {
		r := csv.NewReader(bytes.NewReader(text))
		r.Comma, r.LazyQuotes, r.FieldsPerRecord = d, true, -1
		counts := map[int]int{}
		rows := 0
		for rows < 30 {
			cells, err := r.Read()
			if err != nil {
				break
			}
			counts[len(cells)]++
			rows++
		}
		for n, times := range counts {
			if score := float64(times) / float64(max(rows, 1)) * float64(min(n, 20)); n > 1 && score > bestScore {
				best, bestScore = d, score
			}
		}
	}
	return best
}

// workbook is the first sheet with rows of an xlsx file, read as a stream.
type workbook struct {
	file *excelize.File
	rows *excelize.Rows
	line int

	shown *excelize.Rows // the same rows as people see them, where a style shows percent; else nil
}

func openWorkbook(path string) (_ sheet, format Format, err error) {
	defer func() {
		if p := recover(); p != nil { // a damaged file must not end the program
			err = errs.New(errs.Invalid, "damaged_workbook", nil)
		}
	}()
	f, err := excelize.OpenFile(path, excelize.Options{UnzipSizeLimit: maxUnzipped, UnzipXMLSizeLimit: 16 << 20, RawCellValue: true,
		TmpDir: filepath.Dir(path)})
	if err != nil {
		if errors.Is(err, excelize.ErrWorkbookPassword) || strings.Contains(err.Error(), "encrypted") {
			return nil, format, errs.New(errs.Invalid, "encrypted_file", nil)
		}
		return nil, format, &errs.Error{Kind: errs.Invalid, Code: "damaged_workbook", Err: err}
	}
	format.Kind = "xlsx"
	if props, err := f.GetWorkbookProps(); err == nil && props.Date1904 != nil {
		format.Dates1904 = *props.Date1904
	}
	broken := len(f.GetSheetList()) == 0
	for _, name := range f.GetSheetList() {
		if visible, err := f.GetSheetVisible(name); err == nil && !visible {
			continue
		}
		rows, err := f.Rows(name)
		if err != nil {
			broken = true // or a chart: another sheet may hold the rows
			continue
		}
		if !rows.Next() {
			rows.Close()
			continue
		}
		rows.Close()
		if rows, err = f.Rows(name); err != nil {
			continue
		}
		format.Sheet = name
		w := &workbook{file: f, rows: rows}
		if hasPercent(f) {
			if w.shown, err = f.Rows(name); err != nil {
				w.shown = nil
			}
		}
		return w, format, nil
	}
	f.Close()
	if broken {
		return nil, format, errs.New(errs.Invalid, "damaged_workbook", nil)
	}
	return nil, format, errs.New(errs.Invalid, "empty_file", nil)
}

func (w *workbook) next() (cells []string, line int, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = errs.New(errs.Invalid, "damaged_workbook", nil)
		}
	}()
	if !w.rows.Next() {
		if err := w.rows.Error(); err != nil {
			return nil, w.line, &errs.Error{Kind: errs.Invalid, Code: "damaged_workbook", Err: err}
		}
		return nil, 0, io.EOF
	}
	w.line++
	cells, err = w.rows.Columns(excelize.Options{RawCellValue: true})
	if err != nil {
		return nil, w.line, &errs.Error{Kind: errs.Invalid, Code: "damaged_workbook", Err: err}
	}
	if w.shown != nil && w.shown.Next() {
		seen, err := w.shown.Columns(excelize.Options{RawCellValue: false})
		if err == nil {
			percents(cells, seen)
		}
	}
	return cells, w.line, nil
}

func (w *workbook) part() float64 { return 0 }

func (w *workbook) close() error {
	if w.shown != nil {
		w.shown.Close()
	}
	w.rows.Close()
	return w.file.Close()
}
