package transfer

import (
	"regexp"
	"strconv"
	"strings"

	"kedang/internal/codes"
	"kedang/internal/meta"
)

// What amounts are counted in: a multiple, the money, the money before it.
const (
	multiple = `(?:[十百千拾佰仟]?[万萬亿億]|[千百仟佰])`
	monies   = `(?:人民币|人民幣|RMB|新?[台臺][币幣]|NT\$|港[币幣元]|HK\$|美元|美金|欧元|歐元|日元|日圓)`
)

// headerUnit finds what a header says its numbers are counted in: 注册资本(万元),
// 年营业额／亿元, 金额（单位：千元）, 資本額(新台幣仟元). Without it 500 (万元) would
// be five hundred.
var headerUnit = regexp.MustCompile(`(?:^|[(（\[【/／:：\s]|\p{Han})(` + monies + `)?(` + multiple + `)([元圆圓]|` + monies + `)\s*[)）\]】]*\s*$`)

// bareUnit is a unit without its money, in brackets alone: (万), [亿].
var bareUnit = regexp.MustCompile(`[(（\[【]\s*(?:单位|單位)?[:：]?\s*()(` + multiple + `)()\s*[)）\]】]\s*$`)

// sheetUnit is what a line above the header says of all amounts: 单位：万元.
var sheetUnit = regexp.MustCompile(`(?:^|[\s,，;；])(?:金额|金額)?(?:单位|單位)\s*[:：]?\s*[(（]?(` + monies + `)?(` + multiple + `)?([元圆圓]|` + monies + `)?[)）]?\s*$`)

// unitIn reads a unit as it is written behind a number: 仟元 with the money
// before it is 仟新台幣. "" where there is none.
func unitIn(pattern *regexp.Regexp, text string) string {
	found := pattern.FindStringSubmatch(text)
	if found == nil {
		return ""
	}
	if found[1] != "" {
		return found[2] + found[1]
	}
	return found[2] + found[3]
}

// units finds the unit of each column whose field takes numbers.
func (m *mapper) units(out []Column, above [][]string) {
	general := ""
	for _, row := range above {
		for _, cell := range row {
			if unit := unitIn(sheetUnit, strings.TrimSpace(cell)); unit != "" {
				general = unit
			}
		}
	}
	for i := range out {
		f, ok := m.t.Field(out[i].Field)
		if !ok || !counts(f) {
			continue
		}
		out[i].Unit = unitIn(headerUnit, out[i].Header)
		if out[i].Unit == "" {
			out[i].Unit = unitIn(bareUnit, out[i].Header)
		}
		if out[i].Unit == "" && f.KindName == "money" {
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
