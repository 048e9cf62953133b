package codes

import (
	"strconv"
	"strings"
	"unicode"
)

// aboutBefore and aboutBehind are what makes a number a rough one.
var (
	aboutBefore = []string{"大约", "大約", "将近", "將近", "接近", "超过", "超過", "不足", "不到", "至少", "最多", "约", "約", "近", "超", "逾", "~", "ABOUT", "APPROX.", "APPROX", "CA."}
	aboutBehind = []string{"左右", "上下", "以上", "以下", "以内", "以內", "多", "余", "餘", "许", "許", "+"}
)

// cutAbout takes the words of a rough number off it, also from before its unit
// (500多万), and a remark in brackets from its end: 500万(实缴).
func (n *Number) cutAbout(s string) string {
	if at := strings.LastIndexByte(s, '('); at > 0 && strings.HasSuffix(s, ")") {
		s, n.About = strings.TrimSpace(s[:at]), true
	}
	for _, word := range aboutBefore {
		if rest, ok := strings.CutPrefix(s, word); ok && rest != "" {
			s, n.About = strings.TrimLeft(rest, ": "), true
			break
		}
	}
	for _, word := range aboutBehind {
		if rest, ok := strings.CutSuffix(s, word); ok && rest != "" {
			s, n.About = strings.TrimSpace(rest), true
			break
		}
	}
	for _, word := range []string{"多", "余", "餘", "几", "幾", "来", "來"} {
		for _, unit := range []string{"万", "萬", "亿", "億", "元"} {
			if strings.Contains(s, word+unit) {
				s, n.About = strings.Replace(s, word+unit, unit, 1), true
			}
		}
	}
	return s
}

// withoutEach takes off for what an amount is: 0.10元/个, 12.5/kg.
func withoutEach(s string) string {
	at := strings.LastIndexByte(s, '/')
	if at <= 0 || len(s)-at > 13 || strings.ContainsFunc(s[at+1:], func(r rune) bool { return !unicode.IsLetter(r) }) {
		return s
	}
	return strings.TrimSpace(s[:at])
}

// read reads what is left of a number: digits and units, or Chinese numerals.
func (n *Number) read(s string) (string, bool) {
	if strings.ContainsFunc(s, func(r rune) bool { return numeral(r) > 0 || smallUnit(r) == 10 }) {
		n.Unit = n.Unit || strings.ContainsAny(s, "万萬亿億")
		return chineseAmount(s)
	}
	if _, _, power := nextUnit(s); power > 0 {
		n.Unit = true
	}
	return readUnits(s)
}

// numeral is the value of a digit as amounts have it; -1 for none.
func numeral(r rune) int {
	if r == '两' || r == '兩' {
		return 2
	}
	return chineseDigit(r)
}

func smallUnit(r rune) int64 {
	switch r {
	case '十', '拾':
		return 10
	case '百', '佰':
		return 100
	case '千', '仟':
		return 1000
	}
	return 0
}

// chineseAmount reads 五百万, 伍佰贰拾, 一千零五, 一万二 (12,000), 二〇二六, and
// numerals with a figure before each unit. ok is false for anything else.
func chineseAmount(s string) (string, bool) {
	runes := []rune(strings.ReplaceAll(s, " ", ""))
	if len(runes) == 0 || len(runes) > 30 {
		return "", false
	}
	if !strings.ContainsAny(s, "十拾百佰千仟万萬亿億") {
		out := make([]byte, 0, len(runes))
		for _, r := range runes {
			d := numeral(r)
			if d < 0 {
				return "", false
			}
			out = append(out, byte('0'+d))
		}
		return string(out), true
	}
	a := amount{digit: -1, last: 1}
	for _, r := range runes {
		if !a.take(r) {
			return "", false
		}
	}
	return strconv.FormatInt(a.sum(), 10), true
}

// amount adds up a Chinese numeral from its largest unit to its smallest.
type amount struct {
	total, section, last int64 // last: the unit before
	digit                int   // waiting for its unit; -1 for none
	zero                 bool  // a 零 stood before the digit: it counts ones
	large                int64 // the large unit before, 0 for none
}

func (a *amount) take(r rune) bool {
	if d := numeral(r); d >= 0 {
		if a.digit >= 0 {
			return false
		}
		if d == 0 {
			a.zero = true
			return true
		}
		a.digit = d
		return true
	}
	if unit := smallUnit(r); unit > 0 {
		if a.digit < 0 && unit == 10 && a.section == 0 {
			a.digit = 1
		}
		if a.digit < 0 || a.section > 0 && unit >= a.last {
			return false
		}
		a.section += int64(a.digit) * unit
		a.digit, a.last, a.zero = -1, unit, false
		return true
	}
	unit := map[rune]int64{'万': 1e4, '萬': 1e4, '亿': 1e8, '億': 1e8}[r]
	if unit == 0 || a.large == unit || a.large == 1e4 && a.section+int64(max(a.digit, 0)) > 0 {
		return false
	}
	if a.digit > 0 {
		a.section += int64(a.digit)
	}
	if a.section == 0 && a.large != 1e4 {
		return false
	}
	if a.large == 1e4 { // 万亿
		a.total *= unit
	} else {
		a.total += a.section * unit
	}
	a.section, a.digit, a.last, a.zero, a.large = 0, -1, unit, false, unit
	return a.total < 1e16
}

// sum ends the numeral; 一万二 is twelve thousand, 一万零二 is not.
func (a *amount) sum() int64 {
	out := a.total + a.section
	if a.digit > 0 && !a.zero && a.last > 10 {
		return out + int64(a.digit)*a.last/10
	}
	return out + int64(max(a.digit, 0))
}
