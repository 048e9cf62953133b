package transfer

import (
	"bufio"
	"encoding/csv"
	"io"
	"strconv"
	"strings"

	"github.com/xuri/excelize/v2"

	"kedang/internal/errs"
)

// formulaLike tells whether a spreadsheet may take a text for a formula: it
// begins with = + - @, tab or line end, or with one of the wide forms that
// Chinese input methods write. A plain number is none, whatever its sign.
func formulaLike(s string) bool {
	switch {
	case s == "":
		return false
	case strings.IndexByte("=@\t\r\n", s[0]) >= 0, strings.HasPrefix(s, "＝"), strings.HasPrefix(s, "＠"), strings.HasPrefix(s, "＋"), strings.HasPrefix(s, "－"):
		return true
	case s[0] == '+' || s[0] == '-':
		return strings.Trim(s[1:], "0123456789.,") != ""
	}
	return false
}

// Formats that rows leave in.
const (
	CSV  = "csv"
	XLSX = "xlsx"
)

// sheetWriter writes a sheet row by row.
type sheetWriter interface {
	row(cells []cell) error
	close() error
}

// cell is a text, or a number where number is set.
type cell struct {
	text   string
	number bool
}

func textCells(list []string) []cell {
	out := make([]cell, len(list))
	for i, s := range list {
		out[i].text = s
	}
	return out
}

func newSheetWriter(w io.Writer, format string) (sheetWriter, error) {
	switch format {
	case CSV, "":
		b := bufio.NewWriter(w)
		b.WriteString("\xef\xbb\xbf") // Excel takes a file without the mark for the local encoding
		out := &csvWriter{b: b, w: csv.NewWriter(b)}
		out.w.UseCRLF = true
		return out, nil
	case XLSX:
		out := &xlsxWriter{to: w, file: excelize.NewFile()}
		return out, out.sheet()
	}
	return nil, errs.RefuseField("format", "bad_choice", errs.Params{"value": format, "known": []string{CSV, XLSX}})
}

// csvWriter writes UTF-8 with mark. A cell that a spreadsheet would take for a
// formula gets a quote before it; the import takes it away again.
type csvWriter struct {
	b     *bufio.Writer
	w     *csv.Writer
	cells []string
}

func (c *csvWriter) row(cells []cell) error {
	c.cells = c.cells[:0]
	for _, x := range cells {
		if formulaLike(x.text) {
			x.text = "'" + x.text
		}
		c.cells = append(c.cells, x.text)
	}
	return c.w.Write(c.cells)
}

func (c *csvWriter) close() error {
	c.w.Flush()
	if err := c.w.Error(); err != nil {
		return err
	}
	return c.b.Flush()
}

// rowsPerSheet leaves room below Excel's 1,048,576.
const rowsPerSheet = 1_000_000

// xlsxWriter writes a workbook through a temporary file; texts are strings and
// numbers are numbers, so that nothing in it can be a formula.
type xlsxWriter struct {
	to     io.Writer
	file   *excelize.File
	stream *excelize.StreamWriter
	header []cell
	sheets int
	rows   int
	values []any
}

// sheet begins a sheet; a second one when the first is full.
func (x *xlsxWriter) sheet() (err error) {
	x.sheets++
	name := "Sheet" + strconv.Itoa(x.sheets)
	if x.sheets > 1 {
		if err := x.stream.Flush(); err != nil {
			return err
		}
		if _, err := x.file.NewSheet(name); err != nil {
			return err
		}
	}
	x.rows = 0
	x.stream, err = x.file.NewStreamWriter(name)
	return err
}

func (x *xlsxWriter) row(cells []cell) error {
	if x.header == nil {
		x.header = append([]cell{}, cells...)
	}
	if x.rows == rowsPerSheet {
		if err := x.sheet(); err != nil {
			return err
		}
		if err := x.row(x.header); err != nil {
			return err
		}
	}
	x.rows++
	x.values = x.values[:0]
	for _, c := range cells {
		x.values = append(x.values, value(c))
	}
	return x.stream.SetRow("A"+strconv.Itoa(x.rows), x.values)
}

// longestCell is what Excel takes into one cell.
const longestCell = 32767

func value(c cell) any {
	if c.text == "" {
		return nil
	}
	if c.number {
		if n, err := strconv.ParseFloat(c.text, 64); err == nil {
			return n
		}
	}
	if r := []rune(c.text); len(c.text) > longestCell && len(r) > longestCell {
		return string(r[:longestCell])
	}
	return c.text
}

func (x *xlsxWriter) close() error {
	defer x.file.Close()
	if err := x.stream.Flush(); err != nil {
		return err
	}
	_, err := x.file.WriteTo(x.to)
	return err
}
