package codes

import (
	"math"
	"math/big"
	"strings"

	"kedang/internal/errs"
)

// Number is an exact decimal as it was written.
type Number struct {
	Digits   string // "-1234.50": no separators, no exponent, no leading zeros; scale as written
	Percent  bool   // a % stood after it; Digits is what stood before the %
	Currency string // ISO 4217 when a sign or a name told it; "" else. ¥ alone tells none: it is CNY or JPY
	About    bool   // it was written as a rough number, 约500万, 50多, 50+, or with a remark in brackets
	Unit     bool   // what it counts in stood behind it: 万, 亿, k, 元
}

// maxNumberLength bounds work on hostile input; no decimal of ours has more
// than 19 digits.
const maxNumberLength = 64

// ParseNumber reads a number as people write it: "1,234.50", "￥1,234",
// "(1,234)", "１２３", "12%", "12万", "1.2亿", "1亿2000万", "1.5E+6", "NT$300",
// "5元", "五百万", "伍佰万元整", "约500万". Problem: not_a_number. Never rounds.
func ParseNumber(text string) (Number, []errs.Problem) {
	if n, ok := plainNumber(text); ok {
		return n, nil
	}
	if len(text) > 4*maxNumberLength {
		return Number{}, problem("not_a_number", nil)
	}
	s := strings.TrimLeft(strings.ToUpper(narrow(text)), "'")
	var n Number
	s = n.cutAbout(withoutEach(s))
	s, negative := cutNegative(s)
	s = n.cutCurrency(s)
	s, minus := cutNegative(s) // ￥-12
	if rest, ok := strings.CutSuffix(s, "%"); ok {
		s, n.Percent = strings.TrimSpace(rest), true
	}
	digits, ok := n.read(n.cutAbout(s))
	if !ok || len(digits) > maxNumberLength || (negative && minus) {
		return Number{}, problem("not_a_number", nil)
	}
	n.Digits = canonical(digits, negative || minus)
	return n, nil
}

// plainNumber is the quick way for -123.45 and the like.
func plainNumber(s string) (Number, bool) {
	bare := strings.TrimPrefix(s, "-")
	whole, fraction, dot := strings.Cut(bare, ".")
	if len(s) > maxNumberLength || !digitsOnly(whole) || dot && !digitsOnly(fraction) || len(whole) > 1 && whole[0] == '0' {
		return Number{}, false
	}
	return Number{Digits: canonical(bare, len(bare) < len(s))}, true
}

func cutNegative(s string) (string, bool) {
	s = strings.TrimSpace(s)
	switch {
	case len(s) > 2 && s[0] == '(' && s[len(s)-1] == ')':
		return strings.TrimSpace(s[1 : len(s)-1]), true
	case strings.HasPrefix(s, "-"), strings.HasPrefix(s, "负"), strings.HasPrefix(s, "負"):
		return strings.TrimSpace(strings.TrimPrefix(strings.TrimLeft(s, "负負"), "-")), true
	case strings.HasPrefix(s, "+"):
		return strings.TrimSpace(s[1:]), false
	case strings.HasSuffix(s, "-"):
		return strings.TrimSpace(s[:len(s)-1]), true
	}
	return s, false
}

// currencyMarks are looked for before and behind a number, the longest first.
var currencyMarks = []struct{ mark, currency string }{
	{"人民币", "CNY"}, {"人民幣", "CNY"}, {"新台币", "TWD"}, {"新臺幣", "TWD"}, {"新台幣", "TWD"}, {"台币", "TWD"}, {"台幣", "TWD"},
	{"港币", "HKD"}, {"港幣", "HKD"}, {"港元", "HKD"}, {"澳门元", "MOP"}, {"美元", "USD"}, {"美金", "USD"}, {"欧元", "EUR"}, {"歐元", "EUR"}, {"日元", "JPY"}, {"日圓", "JPY"}, {"英镑", "GBP"}, {"英鎊", "GBP"},
	{"RMB", "CNY"}, {"CNY", "CNY"}, {"TWD", "TWD"}, {"NTD", "TWD"}, {"HKD", "HKD"}, {"MOP", "MOP"}, {"USD", "USD"}, {"EUR", "EUR"}, {"JPY", "JPY"}, {"GBP", "GBP"},
	{"NT$", "TWD"}, {"HK$", "HKD"}, {"US$", "USD"}, {"CN¥", "CNY"}, {"RMB¥", "CNY"}, {"€", "EUR"}, {"£", "GBP"}, {"￡", "GBP"}, {"$", ""}, {"¥", ""}, {"￥", ""}, {"元整", ""}, {"圆整", ""}, {"圓整", ""}, {"整", ""}, {"元", ""}, {"圆", ""}, {"圓", ""}, {"块", ""}, {"塊", ""},
}

// cutCurrency takes signs and names of money off both ends; 万元 keeps its 万.
func (n *Number) cutCurrency(s string) string {
	for range 3 {
		before := s
		for _, m := range currencyMarks {
			rest, behind := strings.CutSuffix(s, m.mark)
			ok := behind
			if !ok {
				rest, ok = strings.CutPrefix(s, m.mark)
			}
			if ok && rest != "" {
				n.Unit = n.Unit || behind
				s = strings.TrimSpace(strings.TrimPrefix(strings.TrimSpace(rest), ":"))
				if n.Currency == "" {
					n.Currency = m.currency
				}
				break
			}
		}
		if s == before {
			break
		}
	}
	return s
}

// readUnits adds up "1亿2000万500": each part is a number and a unit, in
// falling order.
func readUnits(s string) (string, bool) {
	total, last := "", 99
	for s != "" {
		at, width, power := nextUnit(s)
		part, ok := readDecimal(strings.TrimSpace(s[:at]))
		if !ok || power >= last || at == 0 {
			return "", false
		}
		part = shift(part, power)
		if total == "" {
			total = part
		} else if strings.ContainsRune(total, '.') {
			return "", false // 1.23456万5: nobody means a sum
		} else {
			total = add(total, part)
		}
		last, s = power, strings.TrimSpace(s[at+width:])
		if power == 0 {
			break
		}
	}
	return total, total != "" && s == ""
}

// nextUnit finds the first unit: where it begins, its bytes, its power of ten.
func nextUnit(s string) (at, width, power int) {
	for i, r := range s {
		p := 0
		switch r {
		case '百', '佰':
			p = 2
		case '千', '仟', 'K':
			p = 3
		case '万', '萬', 'W':
			p = 4
		case 'M':
			p = 6
		case '亿', '億':
			p = 8
		default:
			continue
		}
		width = len(string(r))
		// 3千万, 5百万, 2万亿: one unit made of two.
		if next, w, more := nextUnit(s[i+width:]); next == 0 && more > 0 {
			return i, width + w, p + more
		}
		return i, width, p
	}
	return len(s), 0, 0
}

// readDecimal reads digits with thousands separators (groups of three, or of
// four as 万 counts) and an exponent.
func readDecimal(s string) (string, bool) {
	power := 0
	if m, e, ok := strings.Cut(s, "E"); ok {
		sign := 1
		if strings.HasPrefix(e, "-") {
			sign = -1
		}
		e = strings.TrimLeft(e, "+-")
		if !digitsOnly(e) || len(e) > 2 {
			return "", false
		}
		s, power = m, sign*small(e)
	}
	whole, fraction, dot := strings.Cut(s, ".")
	whole, ok := ungroup(whole)
	if !ok || dot && fraction != "" && !digitsOnly(fraction) || whole == "" && fraction == "" {
		return "", false
	}
	if whole == "" {
		whole = "0"
	}
	if fraction == "" {
		return shift(whole, power), true
	}
	return shift(whole+"."+fraction, power), true
}

// ungroup takes separators out of the whole part, when they part equal groups.
func ungroup(s string) (string, bool) {
	if s == "" || digitsOnly(s) {
		return s, true
	}
	for _, separator := range []string{",", " ", "'"} {
		groups := strings.Split(s, separator)
		size := len(groups[len(groups)-1])
		if len(groups) < 2 || size != 3 && size != 4 || len(groups[0]) > size || groups[0] == "" {
			continue
		}
		ok := true
		for i, g := range groups {
			ok = ok && digitsOnly(g) && (i == 0 || len(g) == size)
		}
		if ok {
			return strings.Join(groups, ""), true
		}
	}
	return "", false
}

// shift moves the decimal point of an unsigned decimal by power places.
func shift(s string, power int) string {
	whole, fraction, _ := strings.Cut(s, ".")
	for ; power > 0; power-- {
		if fraction == "" {
			whole += "0"
			continue
		}
		whole, fraction = whole+fraction[:1], fraction[1:]
	}
	for ; power < 0; power++ {
		if whole == "" {
			whole = "0"
		}
		whole, fraction = whole[:len(whole)-1], whole[len(whole)-1:]+fraction
	}
	if whole == "" {
		whole = "0"
	}
	if fraction == "" {
		return whole
	}
	return whole + "." + fraction
}

// add sums two unsigned decimals of which the first is whole.
func add(a, b string) string {
	whole, fraction, _ := strings.Cut(b, ".")
	x, _ := new(big.Int).SetString(a, 10)
	y, _ := new(big.Int).SetString(whole, 10)
	sum := x.Add(x, y).String()
	if fraction != "" {
		return sum + "." + fraction
	}
	return sum
}

func canonical(s string, negative bool) string {
	whole, fraction, dot := strings.Cut(s, ".")
	whole = strings.TrimLeft(whole, "0")
	if whole == "" {
		whole = "0"
	}
	if dot && fraction != "" {
		whole += "." + fraction
	}
	if negative && strings.Trim(whole, "0.") != "" {
		return "-" + whole
	}
	return whole
}

// Scaled gives the number times 10^scale, rounded half up (away from zero at
// the half), as packs store decimals: "12.345" at scale 2 is 1235. cut tells
// that digits other than zero were rounded away; ok is false on overflow of
// int64. A percent sign is not applied.
func (n Number) Scaled(scale int) (v int64, cut, ok bool) {
	s, negative := strings.CutPrefix(n.Digits, "-")
	whole, fraction, _ := strings.Cut(s, ".")
	if !digitsOnly(whole) || scale < 0 || scale > 18 {
		return 0, false, false
	}
	var u uint64
	push := func(c byte) bool {
		if u > math.MaxInt64/10 || u == math.MaxInt64/10 && c > '7' {
			return false
		}
		u = u*10 + uint64(c-'0')
		return true
	}
	for i := range len(whole) {
		if !push(whole[i]) {
			return 0, false, false
		}
	}
	for i := range scale {
		c := byte('0')
		if i < len(fraction) {
			c = fraction[i]
		}
		if !push(c) {
			return 0, false, false
		}
	}
	if len(fraction) > scale {
		cut = strings.Trim(fraction[scale:], "0") != ""
		if fraction[scale] >= '5' {
			u++
		}
		if u > math.MaxInt64 {
			return 0, false, false
		}
	}
	v = int64(u)
	if negative {
		v = -v
	}
	return v, cut, true
}
