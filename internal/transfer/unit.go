package transfer

import (
	"regexp"
	"strconv"
	"strings"

	"kedang/internal/codes"
	"kedang/internal/meta"
)

// headerUnit finds what a header says its numbers are counted in: 注册资本(万元),
// 年营业额／亿元, 金额（单位：千元）. Without it 500 (万元) would be five hundred.
var headerUnit = regexp.MustCompile(`(?:^|[(（\[【/／:：\s]|\p{Han})((?:[十百千]?[万萬亿億]|[千百])(?:元|圆|圓|人民币|人民幣|新?[台臺][币幣]|港[币幣元]|美元|美金|欧元|歐元|日元|日圓))\s*[)）\]】]*\s*$`)

// bareUnit is a unit without its money, in brackets alone: (万), [亿].
var bareUnit = regexp.MustCompile(`[(（\[【]\s*(?:单位|單位)?[:：]?\s*([十百千]?[万萬亿億])\s*[)）\]】]\s*$`)

// sheetUnit is what a line above the header says of all amounts: 单位：万元.
var sheetUnit = regexp.MustCompile(`^(?:金额|金額)?(?:单位|單位)\s*[:：]?\s*[(（]?((?:[十百千]?[万萬亿億]|[千百])[元圆圓]?|(?:[十百千]?[万萬亿億]|[千百])?(?:人民币|人民幣|新?[台臺][币幣]|港[币幣元]|美元|美金|欧元|歐元|日元|日圓))[)）]?$`)

// units finds the unit of each column whose field takes numbers.
func (m *mapper) units(out []Column, above [][]string) {
	general := ""
	for _, row := range above {
		for _, cell := range row {
			if found := sheetUnit.FindStringSubmatch(strings.TrimSpace(cell)); found != nil {
				general = found[1]
			}
		}
	}
	for i := range out {
		f, ok := m.t.Field(out[i].Field)
		if !ok || !counts(f) {
			continue
		}
		switch {
		case headerUnit.MatchString(out[i].Header):
			out[i].Unit = headerUnit.FindStringSubmatch(out[i].Header)[1]
		case bareUnit.MatchString(out[i].Header):
			out[i].Unit = bareUnit.FindStringSubmatch(out[i].Header)[1]
		case f.KindName == "money":
			out[i].Unit = general
		}
		if f.KindName != "money" {
			out[i].Unit = strings.TrimRight(out[i].Unit, "元圆圓")
		}
	}
}

func counts(f *meta.Field) bool {
	return f.KindName == "money" || f.KindName == "decimal" || f.KindName == "integer"
}

// withUnit writes a column's unit behind a plain number; a cell that has words
// of its own says itself what it counts in.
func withUnit(cell, unit string) string {
	if unit == "" {
		return cell
	}
	n, problems := codes.ParseNumber(cell)
	if problems != nil || n.Unit || n.Percent {
		return cell
	}
	digits := n.Digits
	if f, err := strconv.ParseFloat(digits, 64); err == nil && len(digits) > 15 {
		digits = shortest(f)
	}
	if n.About {
		digits = "约" + digits
	}
	return digits + unit
}
