package codes

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// dateParts are the numbers of a written date, in their order.
type dateParts struct {
	n     []int
	width []int // digits each was written with
	month int   // index of a part known to be the month by its name; -1 for none
	roc   bool  // 民國 stood before it
	order bool  // 年 and 月 stood in it: year, month, day for sure
}

var monthNames = []string{"JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"}

// splitDate takes a date text apart; nil when it holds anything that does not
// belong to a date.
func splitDate(s string) *dateParts {
	p := &dateParts{month: -1}
	for _, mark := range []string{"中华民国", "中華民國", "民国", "民國", "ROC"} {
		if rest, ok := strings.CutPrefix(s, mark); ok {
			s, p.roc = strings.TrimSpace(rest), true
			break
		}
	}
	for _, mark := range []string{"公元", "西元", "公历", "公曆", "阳历", "陽曆"} {
		s = strings.TrimPrefix(s, mark)
	}
	for s != "" {
		rest, ok := p.next(s)
		if !ok || len(p.n) > 3 {
			return nil
		}
		s = rest
	}
	if len(p.n) == 0 {
		return nil
	}
	return p
}

// next takes one number, month name or separator off s.
func (p *dateParts) next(s string) (rest string, ok bool) {
	r, size := utf8.DecodeRuneInString(s)
	switch {
	case r >= '0' && r <= '9':
		digits := s[:len(s)-len(strings.TrimLeft(s, "0123456789"))]
		if len(digits) > 4 {
			return "", false
		}
		p.add(small(digits), len(digits))
		return s[len(digits):], true
	case strings.ContainsRune("-/. ,", r):
		return s[size:], true
	case strings.ContainsRune("年月日号號", r):
		if len(p.n) == 0 {
			return "", false
		}
		p.order = p.order || r == '年'
		return s[size:], true
	case r >= 'A' && r <= 'Z':
		return p.monthName(s)
	}
	n, width, rest := chineseNumber(s)
	if width == 0 {
		return "", false
	}
	p.add(n, width)
	return rest, true
}

func (p *dateParts) add(n, width int) {
	p.n, p.width = append(p.n, n), append(p.width, width)
}

func (p *dateParts) monthName(s string) (rest string, ok bool) {
	word := s[:len(s)-len(strings.TrimLeftFunc(s, unicode.IsLetter))]
	if (word == "TH" || word == "ST" || word == "ND" || word == "RD") && len(p.n) > 0 {
		return s[len(word):], true
	}
	for i, name := range monthNames {
		if strings.HasPrefix(word, name) && p.month < 0 && len(word) <= 9 {
			p.month = len(p.n)
			p.add(i+1, 2)
			return s[len(word):], true
		}
	}
	return "", false
}

// chineseNumber reads 二〇二六 digit by digit and 二十一, 廿三, 卅 by value, at
// the head of s; width 0 when there is none. 元 (年) and 正 (月) are one.
func chineseNumber(s string) (n, width int, rest string) {
	tens := false
	rest = s
	for rest != "" && width < 5 {
		r, size := utf8.DecodeRuneInString(rest)
		d := chineseDigit(r)
		switch {
		case r == '十' || r == '拾':
			if tens {
				return 0, 0, s
			}
			n, tens = max(n, 1)*10, true
		case r == '廿':
			n, tens = 20, true
		case r == '卅':
			n, tens = 30, true
		case (r == '元' || r == '正') && width == 0:
			return 1, 1, rest[size:]
		case d < 0:
			return n, width, rest
		case tens:
			n += d
		default:
			n = n*10 + d
		}
		width++
		rest = rest[size:]
	}
	return n, width, rest
}

func chineseDigit(r rune) int {
	switch r {
	case '〇', '零', '○', 'Ｏ':
		return 0
	case '一', '壹':
		return 1
	case '二', '贰', '貳':
		return 2
	case '三', '叁', '參':
		return 3
	case '四', '肆':
		return 4
	case '五', '伍':
		return 5
	case '六', '陆', '陸':
		return 6
	case '七', '柒':
		return 7
	case '八', '捌':
		return 8
	case '九', '玖':
		return 9
	}
	return -1
}

// reading decides which part is year, month and day.
func (p *dateParts) reading(style DateStyle) (Reading, bool) {
	a, b, c := p.n[0], p.n[1], p.n[2]
	switch {
	case p.roc || p.width[0] == 3 || style.Region == "TW" && p.width[0] <= 2 && p.width[2] <= 2 && p.month < 0:
		// 民國115年, 115/1/3, in Taiwan 98/1/3.
		sure := p.roc || style.Region == "TW"
		return fixed(a+1911, b, c, !sure)
	case p.width[0] == 4 && a < 1000: // 0109/05/03
		return fixed(a+1911, b, c, style.Region != "TW")
	case p.width[0] == 4:
		return fixed(a, b, c, false)
	case p.month == 0: // Jan 3, 2026
		return p.century(c, a, b, p.width[2])
	case p.month == 1: // 3-Jan-26
		return p.century(c, b, a, p.width[2])
	case p.width[2] == 4:
		return dayOrMonth(c, a, b, style.DayFirst)
	case p.order, a > 31: // 98年5月3日, 98.5.3
		return p.century(a, b, c, p.width[0])
	}
	return shortYear(a, b, c, style.DayFirst)
}

// partial reads a year, or year and month, alone: 2020年5月, 1998.3, May 2020,
// 民國61年, 1950-00-00. false for anything else.
func (p *dateParts) partial(style DateStyle) (Reading, bool) {
	n := p.n
	if len(n) == 3 && n[2] == 0 && p.width[0] == 4 { // as databases fill up what they lack
		n = n[:2]
	}
	year, width, month := n[0], p.width[0], 1
	switch {
	case len(n) == 2 && p.month == 0:
		year, width, month = n[1], p.width[1], n[0]
	case len(n) == 2 && n[1] > 0:
		month = n[1]
	case len(n) > 2:
		return Reading{}, false
	}
	r, ok := Reading{}, false
	switch {
	case p.roc || width == 3 && p.order:
		r, ok = fixed(year+1911, month, 1, !p.roc && style.Region != "TW")
	case width == 4 && year >= 1000:
		r, ok = fixed(year, month, 1, false)
	case width == 2 && p.order && len(n) == 2:
		r, ok = p.century(year, month, 1, 2)
	}
	r.Partial = ok
	return r, ok
}

func fixed(y, m, d int, unsure bool) (Reading, bool) {
	if !validYMD(y, m, d) {
		return Reading{}, false
	}
	return Reading{Date: formatYMD(y, m, d), Ambiguous: unsure}, true
}

// century completes a year of two digits: up to 49 in this century. Customers
// were born and firms founded in the last one, so it is never sure.
func (p *dateParts) century(y, m, d, width int) (Reading, bool) {
	if width > 2 {
		return fixed(y, m, d, false)
	}
	other := 1900 + y
	if y < 50 {
		y += 2000
	} else {
		y, other = 1900+y, 2000+y
	}
	r, ok := fixed(y, m, d, true)
	if ok && validYMD(other, m, d) {
		r.Other = formatYMD(other, m, d)
	}
	return r, ok
}

// dayOrMonth reads 3/1/2026 both ways.
func dayOrMonth(y, a, b int, dayFirst bool) (Reading, bool) {
	m, d := a, b
	if dayFirst {
		m, d = b, a
	}
	switch {
	case !validYMD(y, m, d):
		return fixed(y, d, m, false)
	case m == d || !validYMD(y, d, m):
		return fixed(y, m, d, false)
	}
	return Reading{Date: formatYMD(y, m, d), Ambiguous: true, Other: formatYMD(y, d, m)}, true
}

// shortYear reads 26-1-3 (year first) and 1-3-26 (as some spreadsheets write
// by default): the year is where only a year fits, else in front.
func shortYear(a, b, c int, dayFirst bool) (Reading, bool) {
	full := func(y int) int {
		if y < 50 {
			return 2000 + y
		}
		return 1900 + y
	}
	if c > 31 || a <= 12 && !dayFirst && b > 12 {
		r, ok := dayOrMonth(full(c), a, b, dayFirst)
		r.Ambiguous = ok
		return r, ok
	}
	if r, ok := fixed(full(a), b, c, true); ok {
		if other, valid := dayOrMonth(full(c), a, b, dayFirst); valid {
			r.Other = other.Date
		}
		return r, true
	}
	r, ok := dayOrMonth(full(c), a, b, dayFirst)
	r.Ambiguous = ok
	return r, ok
}
