package transfer

import (
	"archive/zip"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/xuri/excelize/v2"

	"kedang/internal/errs"
)

// workbook is a sheet of an xlsx file, read as a stream.
type workbook struct {
	file *excelize.File
	path string
	rows *excelize.Rows
	line int
	name string   // of the sheet
	more []string // the other visible sheets with rows
	fill fill     // cells merged downwards

	shown *excelize.Rows // the same rows as people see them, where a style shows percent; else nil
}

// openWorkbook opens a sheet by its name, or the first visible one with rows.
func openWorkbook(path, sheet string) (_ sheet, format Format, err error) {
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
		if strings.Contains(err.Error(), "unzip size exceeds") {
			return nil, format, errs.New(errs.Invalid, "workbook_too_large", errs.Params{"max": maxUnzipped >> 30})
		}
		return nil, format, &errs.Error{Kind: errs.Invalid, Code: "damaged_workbook", Err: err}
	}
	format.Kind = "xlsx"
	if props, err := f.GetWorkbookProps(); err == nil && props.Date1904 != nil {
		format.Dates1904 = *props.Date1904
	}
	w := &workbook{file: f, path: path}
	names, broken := w.withRows()
	if sheet != "" && !slices.Contains(names, sheet) {
		f.Close()
		return nil, format, errs.RefuseField("sheet", "bad_choice", errs.Params{"value": sheet, "known": strings.Join(names, ", ")})
	}
	if sheet != "" {
		names = append([]string{sheet}, slices.DeleteFunc(names, func(n string) bool { return n == sheet })...)
	}
	if len(names) == 0 {
		f.Close()
		if broken {
			return nil, format, errs.New(errs.Invalid, "damaged_workbook", nil)
		}
		return nil, format, errs.New(errs.Invalid, "empty_file", nil)
	}
	format.Sheet = names[0]
	if err := w.turn(names[0]); err != nil {
		f.Close()
		return nil, format, err
	}
	w.more = names[1:]
	return w, format, nil
}

// knownZip refuses archives that are something else than a workbook: what
// people rename, or save with another program.
func knownZip(f *os.File) error {
	info, err := f.Stat()
	if err != nil {
		return err
	}
	z, err := zip.NewReader(f, info.Size())
	if err != nil {
		return nil //nolint:nilerr // openWorkbook says what is wrong with it
	}
	other, workbook := "", false
	for _, part := range z.File {
		switch name := part.Name; {
		case strings.HasPrefix(name, "xl/") && strings.HasSuffix(name, ".bin") && strings.Contains(name, "workbook"):
			other = ".xlsb"
		case strings.HasPrefix(name, "Index/") && strings.HasSuffix(name, ".iwa"):
			other = ".numbers"
		case name == "content.xml":
			other = ".ods"
		case strings.HasPrefix(name, "xl/"), name == "[Content_Types].xml":
			workbook = true
		}
		if strings.HasPrefix(part.Name, "word/") || strings.HasPrefix(part.Name, "ppt/") {
			return errs.New(errs.Invalid, "not_a_sheet", nil)
		}
	}
	switch {
	case other != "":
		return errs.New(errs.Invalid, "other_workbook", errs.Params{"format": other})
	case !workbook && len(z.File) > 0:
		return errs.New(errs.Invalid, "not_a_sheet", nil)
	}
	return nil
}

// withRows lists the visible sheets with rows; broken: one could not be read.
func (w *workbook) withRows() (names []string, broken bool) {
	broken = len(w.file.GetSheetList()) == 0
	for _, name := range w.file.GetSheetList() {
		if visible, err := w.file.GetSheetVisible(name); err == nil && !visible {
			continue
		}
		rows, err := w.file.Rows(name)
		if err != nil {
			broken = true // or a chart: another sheet may hold the rows
			continue
		}
		if rows.Next() && len(names) < mostSheets {
			names = append(names, name)
		}
		rows.Close()
	}
	return names, broken
}

// turn goes to the first row of a sheet.
func (w *workbook) turn(name string) (err error) {
	w.closeRows()
	if w.rows, err = w.file.Rows(name); err != nil {
		return &errs.Error{Kind: errs.Invalid, Code: "damaged_workbook", Err: err}
	}
	w.name, w.line = name, 0
	if hasPercent(w.file) {
		if w.shown, err = w.file.Rows(name); err != nil {
			w.shown = nil
		}
	}
	w.fill = fill{merged: mergedDown(w.path, name)}
	return nil
}

func (w *workbook) closeRows() {
	if w.shown != nil {
		w.shown.Close()
	}
	if w.rows != nil {
		w.rows.Close()
	}
	w.rows, w.shown = nil, nil
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
	return w.fill.row(cells, w.line), w.line, nil
}

// fromAbove tells whether a column of the last row got its value from a cell
// merged downwards.
func (w *workbook) fromAbove(column int) bool { return w.fill.above[column] }

func (w *workbook) part() float64 { return 0 }

func (w *workbook) close() error {
	w.closeRows()
	return w.file.Close()
}
