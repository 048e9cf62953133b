package transfer

import (
	"bytes"
	"encoding/csv"
	"errors"
	"io"
	"os"
	"slices"
	"strings"

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
	Kind      string `json:"kind"`                // csv | xlsx | xls | html | vcard
	Encoding  string `json:"encoding,omitempty"`  // of a csv
	Delimiter string `json:"delimiter,omitempty"` // of a csv
	Sheet     string `json:"sheet,omitempty"`     // of a workbook: its first sheet with rows
	Dates1904 bool   `json:"dates_1904,omitempty"`
}

// openSheet reads a file as a sheet from its start. as names an encoding, ""
// to tell it from the bytes, and a sheet of a workbook, "" for the first with
// rows. Once it is open the file may lose its name: a workbook was unpacked, a
// text is read from f. Closing the sheet leaves f open.
func openSheet(f *os.File, as Format) (sheet, Format, error) {
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
		if err := knownZip(f); err != nil {
			return nil, Format{}, err
		}
		return openWorkbook(f.Name(), as.Sheet)
	case bytes.HasPrefix(head, []byte("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")):
		return openOldBook(f)
	case isMarkup(head):
		return openMarkup(f, head)
	case isCard(head):
		return openCards(f, head, as.Encoding)
	case isJunk(head):
		return nil, Format{}, errs.New(errs.Invalid, "not_a_sheet", nil)
	}
	info, err := f.Stat()
	if err != nil {
		return nil, Format{}, err
	}
	return openText(f, info.Size(), head, as.Encoding)
}

// isJunk knows files that are text or bytes and never a list.
func isJunk(head []byte) bool {
	t := bytes.TrimSpace(head)
	for _, prefix := range []string{"%PDF", "\x89PNG", "\xff\xd8\xff", "GIF8", "Rar!", "<?xml", "{", "[{", "\x7fELF"} {
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
	ahead  *ahead
	comma  string
	width  int // cells of the widest row so far
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
	classic := bytes.IndexByte(text, '\r') >= 0 && bytes.IndexByte(text, '\n') < 0
	if classic {
		text = bytes.ReplaceAll(text, []byte{'\r'}, []byte{'\n'})
	}
	delimiter := guessDelimiter(text)
	raw := &counted{r: f}
	g := &recordGuard{r: decode(raw, enc), classic: classic}
	r := csv.NewReader(g)
	r.Comma = delimiter
	r.LazyQuotes = true
	r.FieldsPerRecord = -1
	r.ReuseRecord = true
	return &textSheet{raw: raw, size: size, reader: r, guard: g, comma: string(delimiter)}, Format{Kind: "csv", Encoding: enc.name, Delimiter: string(delimiter)}, nil
}

func (s *textSheet) next() ([]string, int, error) {
	if a := s.ahead; a != nil {
		s.ahead = nil
		return a.cells, a.line, a.err
	}
	cells, line, err := s.read()
	if err != nil || !slices.ContainsFunc(cells, func(c string) bool { return strings.Contains(c, "\n") }) {
		return cells, line, err
	}
	// A cell of several lines may be a quote that nobody closed, which draws
	// the rest of the file into one cell: only the row after it tells.
	cells = slices.Clone(cells)
	after, at, err := s.read()
	if err == io.EOF && s.guard.quotes%2 == 1 {
		return nil, line, errs.New(errs.Invalid, "bad_row", errs.Params{"line": line})
	}
	s.ahead = &ahead{slices.Clone(after), at, err}
	return cells, line, nil
}

// ahead is a row read before it was asked for.
type ahead struct {
	cells []string
	line  int
	err   error
}

func (s *textSheet) read() ([]string, int, error) {
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
	if len(cells) < s.width && slices.ContainsFunc(cells, s.swallowed) {
		return nil, line, errs.New(errs.Invalid, "bad_row", errs.Params{"line": line})
	}
	s.width = max(s.width, len(cells))
	return cells, line, nil
}

func (s *textSheet) part() float64 { return min(1, float64(s.raw.n)/float64(max(1, s.size))) }

func (s *textSheet) close() error { return nil }

// swallowed tells a cell that took its neighbours in because a quote within it
// was not doubled: "张江"大酒店,备注 is no one cell.
func (s *textSheet) swallowed(cell string) bool {
	_, rest, quoted := strings.Cut(cell, `"`)
	return quoted && strings.Contains(rest, s.comma)
}

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
// draw the whole file into memory. It counts quotes, and turns the line ends
// of classic Macs into ours.
type recordGuard struct {
	r       io.Reader
	read    int
	quotes  int
	classic bool
}

// Read reads on while the row is within bounds.
func (g *recordGuard) Read(b []byte) (int, error) {
	if g.read > maxRecord {
		return 0, errs.New(errs.Invalid, "row_too_long", errs.Params{"max": maxRecord})
	}
	n, err := g.r.Read(b)
	g.read += n
	g.quotes += bytes.Count(b[:n], []byte{'"'})
	for i := 0; g.classic && i < n; i++ {
		if b[i] == '\r' {
			b[i] = '\n'
		}
	}
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
