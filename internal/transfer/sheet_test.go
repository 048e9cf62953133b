package transfer

import (
	"encoding/json"
	"io"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"kedang/internal/errs"
)

// sharedData is a folder of files that lie beside the project, if at all.
func sharedData(t *testing.T, name string) string {
	t.Helper()
	path := filepath.Join("..", "..", "..", "shared", "data", name)
	if _, err := os.Stat(path); err != nil {
		t.Skip("the files to try are not here: " + name)
	}
	return path
}

// readSheet reads a whole sheet.
func readSheet(t *testing.T, path, hint string) (rows [][]string, format Format, err error) {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	s, format, err := openSheet(f, Format{Encoding: hint})
	if err != nil {
		return nil, format, err
	}
	defer s.close()
	for {
		cells, _, err := s.next()
		if err == io.EOF {
			return rows, format, nil
		}
		if err != nil {
			return rows, format, err
		}
		rows = append(rows, append([]string{}, cells...))
	}
}

// refusals are the files that must be refused, and how.
var refusals = map[string]string{
	"ca_pass_protected.xlsx": "encrypted_file",
	"ca_empty_sheet.xlsx":    "empty_file",
	"ca_vba.xlsm":            "empty_file",
	"xl_BadWorkbook.xlsx":    "damaged_workbook",
	"mt_blank_line.ods":      "other_workbook",
}

func TestEveryFileIsReadOrRefused(t *testing.T) {
	seen := 0
	err := filepath.WalkDir(sharedData(t, "sheets"), func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || strings.HasSuffix(path, ".json") {
			return err
		}
		seen++
		t.Run(d.Name(), func(t *testing.T) {
			begin := time.Now()
			rows, format, err := readSheet(t, path, "")
			if took := time.Since(begin); took > 5*time.Second {
				t.Errorf("took %v", took)
			}
			if want := refusals[d.Name()]; want != "" {
				if err == nil || errs.As(err).Code != want {
					t.Errorf("err = %v, want %s", err, want)
				}
				return
			}
			if err != nil || len(rows) == 0 || format.Kind == "" {
				t.Errorf("%d rows, format %+v, err = %v", len(rows), format, err)
			}
		})
		return nil
	})
	if err != nil || seen < 60 {
		t.Errorf("%d files, err = %v", seen, err)
	}
}

func TestSpectrum(t *testing.T) {
	dir := sharedData(t, "sheets/spectrum")
	files, err := filepath.Glob(filepath.Join(dir, "csvs", "*.csv"))
	if err != nil || len(files) == 0 {
		t.Fatal(len(files), err)
	}
	for _, path := range files {
		name := strings.TrimSuffix(filepath.Base(path), ".csv")
		raw, err := os.ReadFile(filepath.Join(dir, "json", name+".json"))
		if err != nil {
			t.Fatal(err)
		}
		var want []map[string]string
		if err := json.Unmarshal(raw, &want); err != nil {
			t.Fatal(err)
		}
		rows, _, err := readSheet(t, path, "")
		if err != nil {
			t.Fatal(name, err)
		}
		var got []map[string]string
		for _, r := range rows[1:] {
			m := map[string]string{}
			for i, h := range rows[0] {
				m[h] = r[i]
			}
			got = append(got, m)
		}
		for _, m := range want { // a sheet's line break is one, however the file writes it
			for k, v := range m {
				m[k] = strings.ReplaceAll(v, "\r\n", "\n")
			}
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

func TestWorkbookCells(t *testing.T) {
	dir := sharedData(t, "sheets")
	for name, want := range map[string]string{
		"ca_date.xlsx":             "44197",
		"ca_date_1904.xlsx":        "42735",
		"ca_date.xls":              "44197",
		"ca_has_x000D_.xlsx":       "ABC\r\nDEF",
		"ca_encoded_entities.xlsx": "&",
		"ca_inlineStr_cdata.xlsx":  "Hello CDATA",
		"ca_any_sheets.xlsx":       "1", // of the sheet that is visible
	} {
		rows, format, err := readSheet(t, filepath.Join(dir, name), "")
		if err != nil || len(rows) == 0 || rows[0][0] != want {
			t.Errorf("%s: %q, %v; want %q", name, rows, err, want)
		}
		if format.Dates1904 != strings.Contains(name, "1904") {
			t.Errorf("%s: 1904 = %v", name, format.Dates1904)
		}
	}
}

func TestDelimiters(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"name,phone\nAn,1\nBo,2\n", ","},
		{"name;phone\nAn,x;1\nBo,y;2\n", ";"},
		{"name\tphone\nAn\t1\n", "\t"},
		{"name|phone\nAn|1\n", "|"},
		{"姓名，电话\n安，1\n", "，"},
		{"\"a;b\",c\n\"d;e\",f\n", ","},
	} {
		path := filepath.Join(t.TempDir(), "a.csv")
		if err := os.WriteFile(path, []byte(c.text), 0o600); err != nil {
			t.Fatal(err)
		}
		rows, format, err := readSheet(t, path, "")
		if err != nil || format.Delimiter != c.want || len(rows[0]) != 2 {
			t.Errorf("%q: delimiter %q, rows %q, %v", c.text, format.Delimiter, rows, err)
		}
	}
}

// A quote that never closes must not draw the whole file into memory.
func TestEndlessRow(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.csv")
	text := "name,phone\nAn,1\n\"Bo,2\n" + strings.Repeat("Cy,3\n", 4<<20)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	rows, _, err := readSheet(t, path, "")
	if len(rows) != 2 || err == nil || errs.As(err).Code != "row_too_long" {
		t.Errorf("%d rows, err = %v", len(rows), err)
	}
}

func TestWhatIsNoSheet(t *testing.T) {
	for name, c := range map[string]struct{ bytes, code string }{
		"nothing":  {"", "empty_file"},
		"blanks":   {" \n\n\t", "empty_file"},
		"picture":  {"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", "not_a_sheet"},
		"document": {"%PDF-1.7\n%\xe2\xe3\xcf\xd3", "not_a_sheet"},
		"page":     {"<html><p>Your session has ended.</p></html>", "not_a_sheet"},
		"xml":      {"<?xml version=\"1.0\"?><note>a</note>", "not_a_sheet"},
		"program":  {"\x7fELF\x02\x01\x01\x00\x00\x00", "not_a_sheet"},
		"zip cut":  {"PK\x03\x04\x14\x00\x06\x00\x08\x00", "damaged_workbook"},
		"zeros":    {"a,b\x00\x00\x01\x02\x03\x04\x05\x06\x07\x08\x00\x00\n", "not_a_sheet"},
	} {
		path := filepath.Join(t.TempDir(), "file")
		if err := os.WriteFile(path, []byte(c.bytes), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, _, err := readSheet(t, path, ""); err == nil || errs.As(err).Code != c.code {
			t.Errorf("%s: err = %v, want %s", name, err, c.code)
		}
	}
}

// A file cut anywhere, or with a byte changed, is read or refused, soon.
func TestDamagedFiles(t *testing.T) {
	dir := sharedData(t, "sheets")
	paths, err := filepath.Glob(filepath.Join(dir, "*.xls*"))
	if err != nil || len(paths) == 0 {
		t.Fatal(len(paths), err)
	}
	random := rand.New(rand.NewPCG(1, 2))
	for _, path := range paths {
		whole, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for range 40 {
			bad := append([]byte{}, whole...)
			if random.IntN(2) == 0 {
				bad = bad[:random.IntN(len(bad))]
			} else {
				for range 1 + random.IntN(8) {
					bad[random.IntN(len(bad))] = byte(random.IntN(256))
				}
			}
			at := filepath.Join(t.TempDir(), "bad.xls")
			if err := os.WriteFile(at, bad, 0o600); err != nil {
				t.Fatal(err)
			}
			begin := time.Now()
			_, _, err := readSheet(t, at, "")
			if took := time.Since(begin); took > 5*time.Second {
				t.Errorf("%s: took %v", filepath.Base(path), took)
			}
			if err != nil && errs.As(err).Kind != errs.Invalid {
				t.Errorf("%s: %v", filepath.Base(path), err)
			}
		}
	}
}

func TestOldWorkbook(t *testing.T) {
	rows, format, err := readSheet(t, filepath.Join(sharedData(t, "sheets"), "mt_excel_properties.xls"), "")
	if err != nil || format.Kind != "xls" || len(rows) < 2 {
		t.Fatalf("%d rows, %+v, %v", len(rows), format, err)
	}
	if diff := cmp.Diff([][]string{{"bold"}, {"italic"}}, rows[:2]); diff != "" {
		t.Error(diff)
	}
}

func TestTextsAcrossRecords(t *testing.T) {
	// Two texts, the second cut in its middle: narrow before the cut, wide after.
	p := &pieces{list: [][]byte{{2, 0, 0, 'a', 'b', 4, 0, 0, 'c', 'd'}, {1, 0x2d, 0x4e, 0x87, 0x65}}}
	var got []string
	for p.left() {
		got = append(got, p.text())
	}
	if diff := cmp.Diff([]string{"ab", "cd中文"}, got); diff != "" {
		t.Error(diff)
	}
}

func TestPackedNumbers(t *testing.T) {
	for v, want := range map[uint32]string{0x40500000: "64", 123<<2 | 2: "123", 12345<<2 | 3: "123.45", 0xfffffff6: "-3"} {
		if got := floatText(rk(v)); got != want {
			t.Errorf("%x: %s, want %s", v, got, want)
		}
	}
}
