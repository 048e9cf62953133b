package transfer

import (
	"math"
	"math/big"
	"strconv"
	"strings"

	"github.com/xuri/excelize/v2"
)

// hasPercent tells whether a style of the workbook shows numbers as percent: a
// cell then holds 0.125 where people see 12.5%.
func hasPercent(f *excelize.File) bool {
	if _, err := f.GetStyle(0); err != nil || f.Styles == nil { // they are read when first asked for
		return false
	}
	custom := map[int]bool{9: true, 10: true} // 0% and 0.00%, ECMA-376 part 1, 18.8.30
	if f.Styles.NumFmts != nil {
		for _, n := range f.Styles.NumFmts.NumFmt {
			custom[n.NumFmtID] = custom[n.NumFmtID] || strings.Contains(n.FormatCode, "%")
		}
	}
	if f.Styles.CellXfs == nil {
		return false
	}
	for _, x := range f.Styles.CellXfs.Xf {
		if x.NumFmtID != nil && custom[*x.NumFmtID] {
			return true
		}
	}
	return false
}

// percents writes the numbers that are shown as percent so: 0.125 becomes
// 12.5%, exact, however few digits are shown.
func percents(cells, seen []string) {
	for i := range cells {
		if i >= len(seen) || !strings.HasSuffix(seen[i], "%") || strings.HasSuffix(cells[i], "%") {
			continue
		}
		if x, err := strconv.ParseFloat(cells[i], 64); err != nil || math.Abs(x) > 1e12 || (x != 0 && math.Abs(x) < 1e-12) {
			continue
		}
		if n, ok := new(big.Rat).SetString(cells[i]); ok {
			text := n.Mul(n, big.NewRat(100, 1)).FloatString(10)
			cells[i] = strings.TrimSuffix(strings.TrimRight(text, "0"), ".") + "%"
		}
	}
}
