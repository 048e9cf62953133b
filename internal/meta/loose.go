package meta

import (
	"math/big"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"kedang/internal/codes"
	"kedang/internal/errs"
	"kedang/internal/han"
)

// What people write into cells, and what of it is no value.

// blanks are the words for "nothing to say here", folded and without marks.
var blanks = map[string]bool{"": true, "无": true, "暂无": true, "没有": true, "空": true, "na": true, "null": true, "nil": true, "none": true, "nan": true,
	"不详": true, "未知": true, "不明": true, "未明": true, "待补": true, "待补充": true, "待定": true, "待填": true, "待查": true, "待确认": true, "待核实": true, "未填": true, "未填写": true,
	"未提供": true, "未登记": true, "未录入": true, "无数据": true, "无资料": true, "略": true, "缺": true, "tbd": true, "tbc": true, "unknown": true, "notavailable": true, "notapplicable": true}

// Blank tells whether a cell says that there is nothing to say: 无, —, N/A, 待补.
func Blank(s string) bool {
	if len(s) > 40 || s != "" && s[0] > '0' && s[0] <= '9' {
		return strings.TrimSpace(s) == ""
	}
	return blanks[plainKey(s)] && !strings.ContainsAny(s, "+$¥￥%")
}

// neverWas knows what databases and spreadsheets write for a day that is
// missing.
func neverWas(s string) bool {
	day, _, _ := strings.Cut(strings.TrimSpace(s), " ")
	day, _, _ = strings.Cut(day, "T")
	day = strings.Trim(strings.NewReplacer("/", "-", ".", "-").Replace(day), "-")
	return slices.Contains([]string{"0", "0000-00-00", "0-0-0", "00-00-00", "0-0-00", "0001-01-01", "1-1-1", "1899-12-30", "1899-12-31", "1900-01-00", "1900-1-0"}, day)
}

// plainKey is a text folded, its letters and digits alone.
func plainKey(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsNumber(r) {
			return r
		}
		return -1
	}, han.Fold(s))
}

// looseNumber reads a number as people write it: 1,234.50 ￥1,234 12万 五百万
// (1,234). A rough one is taken, with a warning.
func looseNumber(s string, in *Input) (string, []errs.Problem) {
	if Blank(s) {
		return "", nil
	}
	n, ps := codes.ParseNumber(s)
	if ps != nil {
		return "", refusal("not_a_number", errs.Params{"value": s})
	}
	warnAbout(n, s, in)
	return n.Digits, nil
}

func warnAbout(n codes.Number, s string, in *Input) {
	if n.About {
		warn(in, "number_about", errs.Params{"value": s, "read": n.Digits})
	}
}

// counters stand behind a number of things: 50人, 3家.
const counters = "人名个個位家天日台套间間件次支箱包瓶张張只隻"

// counted takes what is counted off a cell: 50人, 60天, and the field's unit.
func counted(f *Field, v any, in *Input) any {
	s, ok := v.(string)
	if !ok || !in.Loose || f == nil || f.KindName == "money" {
		return v
	}
	s = strings.TrimSpace(s)
	for _, unit := range []string{f.Unit.ZhHans, f.Unit.ZhHant, f.Unit.En} {
		if rest, ok := strings.CutSuffix(s, unit); ok && unit != "" && rest != "" {
			return strings.TrimSpace(rest)
		}
	}
	if last, size := utf8.DecodeLastRuneInString(s); strings.ContainsRune(counters, last) && len(s) > size {
		return strings.TrimSpace(s[:len(s)-size])
	}
	return s
}

var (
	tenths  = regexp.MustCompile(`^(?:打)?([0-9.]+|[一二三四五六七八九两]+)折(?:优惠|優惠)?$`)
	percent = regexp.MustCompile(`(?i)^(?:减|減|优惠|優惠|让利|讓利|下浮|off)\s*([0-9.]+)\s*[%％]?$|^([0-9.]+)\s*[%％]\s*off$`)
)

// reduction reads a discount as a share that is taken off: 9.2折 and 92折 are
// 8, 八五折 is 15, 减8% is 8, 不打折 nothing.
func reduction(s string) (off string, known bool) {
	s = han.Fold(s)
	switch s {
	case "无折扣", "無折扣", "不打折", "没有折扣", "沒有折扣", "全价", "全價", "原价", "原價":
		return "0", true
	}
	if found := percent.FindStringSubmatch(s); found != nil {
		return found[1] + found[2], true
	}
	found := tenths.FindStringSubmatch(s)
	if found == nil {
		return "", false
	}
	n, ps := codes.ParseNumber(found[1])
	paid, ok := new(big.Rat).SetString(n.Digits)
	if ps != nil || !ok || paid.Sign() <= 0 || paid.Cmp(big.NewRat(100, 1)) >= 0 {
		return "", false
	}
	if paid.Cmp(big.NewRat(10, 1)) < 0 {
		paid.Mul(paid, big.NewRat(10, 1))
	}
	return paid.Sub(big.NewRat(100, 1), paid).FloatString(4), true
}

// meant is a word by which a choice goes, and its value.
type meant struct{ key, value string }

// vague stand behind a choice's word without changing it: A类客户, 国有企业.
var vague = []string{"客户", "顾客", "企业", "公司", "单位", "性质", "等级", "级别", "级", "类", "型", "等", "grade", "class", "level"}

func withoutVague(key string) string {
	for again := true; again; {
		again = false
		for _, w := range vague {
			if rest, ok := strings.CutSuffix(key, w); ok && rest != "" {
				key, again = rest, true
			}
		}
	}
	return key
}

// guess finds the choice that a cell nearly says: its word with 类, 企业, 客户
// behind it, or a remark in brackets; or, with a warning, among other words,
// when they name no other choice.
func (f *Field) guess(s string, in *Input) (string, bool) {
	if len(s) > 200 || strings.ContainsAny(s, "+＋*") { // B+ is no B
		return "", false
	}
	bare := s
	if at := strings.IndexAny(s, "(（[【"); at > 0 {
		bare = s[:at]
	}
	for _, key := range []string{plainKey(s), plainKey(bare)} {
		for _, reduce := range []func(string) string{func(s string) string { return s }, withoutVague} {
			value, hits := "", 0
			for _, m := range f.meant {
				if reduce(m.key) == reduce(key) && key != "" && m.value != value {
					value, hits = m.value, hits+1
				}
			}
			if hits == 1 {
				return value, true
			}
		}
	}
	value, ok := f.among(plainKey(s))
	if ok {
		warn(in, "choice_guessed", errs.Params{"value": s, "known": value, "labels": f.choiceText(value)})
	}
	return value, ok
}

// among finds the one choice named among other words. A word that says no
// (非会员) leaves it open.
func (f *Field) among(key string) (string, bool) {
	longest := ""
	for _, m := range f.meant {
		if utf8.RuneCountInString(m.key) >= 2 && (m.key[0] >= utf8.RuneSelf || len(m.key) >= 4) && len(m.key) > len(longest) && strings.Contains(key, m.key) {
			longest = m.key
		}
	}
	if longest == "" || strings.ContainsAny(strings.Replace(key, longest, "", 1), "非不无未没") {
		return "", false
	}
	value := ""
	for _, m := range f.meant {
		if !strings.Contains(key, m.key) || utf8.RuneCountInString(m.key) < 2 || m.key != longest && strings.Contains(longest, m.key) {
			continue
		}
		if value != "" && value != m.value {
			return "", false
		}
		value = m.value
	}
	return value, value != ""
}

// choiceText is a choice's label in each language, for sentences.
func (f *Field) choiceText(value string) (t Text) {
	if c := f.Choice(value); c != nil {
		t = c.Label
	}
	return t
}

// tagWords parts tags that only blanks part: #重点 #华东, and 重点 华东 where all
// are Chinese; key account is one.
func tagWords(s string) []string {
	words := strings.Fields(s)
	hashed := !slices.ContainsFunc(words, func(w string) bool { return !strings.HasPrefix(w, "#") || len(w) == 1 })
	chinese := !strings.ContainsFunc(s, func(r rune) bool { return r < utf8.RuneSelf && r != ' ' })
	if len(words) < 2 || !hashed && !chinese {
		words = []string{strings.TrimSpace(s)}
		hashed = hashed && len(words) == 1 && strings.Count(s, "#") == 1
	}
	for i, w := range words {
		if hashed {
			words[i] = strings.TrimPrefix(w, "#")
		}
	}
	return words
}

// monthDay is a day that comes back every year, of a year nobody knows: 3月5日, 03-05.
var monthDay = regexp.MustCompile(`^(?:每年)?(\d{1,2})(?:月|[-/.])(\d{1,2})[日号]?$`)

func looseMonthDay(s string) (string, bool) {
	found := monthDay.FindStringSubmatch(han.Fold(s))
	if found == nil {
		return "", false
	}
	day := noYear + ("0" + found[1])[len(found[1])-1:] + "-" + ("0" + found[2])[len(found[2])-1:]
	return day, codes.ValidDate(day)
}
