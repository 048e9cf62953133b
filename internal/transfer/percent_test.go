package transfer

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"
)

// TestPercentCells: a cell that shows 12.5% holds 0.125, and arrives as people
// see it, whatever number of digits is shown; other numbers stay.
func TestPercentCells(t *testing.T) {
	f := excelize.NewFile()
	custom := "0.0%"
	for i, format := range []excelize.Style{{NumFmt: 10}, {NumFmt: 9}, {CustomNumFmt: &custom}, {NumFmt: 2}} {
		style, err := f.NewStyle(&format)
		if err != nil {
			t.Fatal(err)
		}
		cell, _ := excelize.CoordinatesToCellName(i+1, 2)
		if err := f.SetCellStyle("Sheet1", cell, cell, style); err != nil {
			t.Fatal(err)
		}
	}
	for cell, v := range map[string]any{"A1": "折扣%", "B1": "b", "C1": "c", "D1": "d", "A2": 0.125, "B2": 0.07, "C2": -1.5, "D2": 0.125} {
		if err := f.SetCellValue("Sheet1", cell, v); err != nil {
			t.Fatal(err)
		}
	}
	file := saved(t, f)
	s, _, err := openSheet(file, Format{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.close()
	var got [][]string
	for range 2 {
		cells, _, err := s.next()
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, append([]string{}, cells...))
	}
	if diff := cmp.Diff([][]string{{"折扣%", "b", "c", "d"}, {"12.5%", "7%", "-150%", "0.125"}}, got); diff != "" {
		t.Error(diff)
	}
}

// saved is a workbook as a file.
func saved(t *testing.T, f *excelize.File) *os.File {
	t.Helper()
	path := filepath.Join(t.TempDir(), "a.xlsx")
	if err := f.SaveAs(path); err != nil {
		t.Fatal(err)
	}
	file, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { file.Close() })
	return file
}
