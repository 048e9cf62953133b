package transfer_test

import (
	"bytes"
	"testing"

	"github.com/xuri/excelize/v2"

	"kedang/internal/transfer"
)

// Formulas that no program has calculated read as blank, and that is told; a
// result that is there, be it empty text, is none of them.
func TestUncalculated(t *testing.T) {
	each(t, shop, func(t *testing.T, f *fixture) {
		book := excelize.NewFile()
		for i, line := range [][]any{{"名称", "代码", "额度"}, {"甲", "A1", nil}, {"乙", "A2", 5}, {"丙", "A3", nil}} {
			cell, _ := excelize.CoordinatesToCellName(1, i+1)
			f.check(book.SetSheetRow("Sheet1", cell, &line))
		}
		for _, cell := range []string{"C2", "C3", "C4"} { // 5 stays the result of C3
			f.check(book.SetCellFormula("Sheet1", cell, "1+4"))
		}
		var file bytes.Buffer
		f.check(book.Write(&file))
		i, err := f.svc.Upload(f.ctx, f.Admin(), "customer", "a.xlsx", &file, transfer.Hints{})
		f.check(err)
		if i.Plan.Blanks != 2 || i.Plan.Columns[2].Filled != 1 {
			t.Errorf("%d formulas without a result, %d with: %v", i.Plan.Blanks, i.Plan.Columns[2].Filled, i.Plan.Columns[2].Sample)
		}
	})
}
