package codes

import (
	"strings"
	"unicode/utf8"

	"kedang/internal/errs"
)

// String is the stored form: "L1990-08-15", with a + behind a leap month:
// "L1990-05+-03"; year 0000 when it is not known. ParseLunar reads it.
func (l LunarDate) String() string {
	s := formatYMD(l.Year, l.Month, l.Day)
	if l.Leap {
		return "L" + s[:7] + "+" + s[7:]
	}
	return "L" + s
}

// English gives the date for readers of no Chinese: "lunar 1990-08-15", without
// its year "lunar 08-15". ParseLunar reads it.
func (l LunarDate) English() string {
	return "lunar " + strings.TrimPrefix(l.String()[1:], "0000-")
}

// Chinese gives the date as people say it: "1990年八月十五", "闰五月初三";
// traditional writes 閏. The calendar's name is not part of it.
func (l LunarDate) Chinese(traditional bool) string {
	if l.Month < 1 || l.Month > 12 || l.Day < 1 || l.Day > 30 {
		return ""
	}
	s := ""
	if l.Year > 0 {
		s = strings.TrimLeft(formatYMD(l.Year, 1, 1)[:4], "0") + "年"
	}
	if l.Leap {
		s += map[bool]string{false: "闰", true: "閏"}[traditional]
	}
	month := []string{"正", "二", "三", "四", "五", "六", "七", "八", "九", "十", "十一", "十二"}[l.Month-1]
	return s + month + "月" + lunarDayName(l.Day)
}

func lunarDayName(d int) string {
	digits := []string{"一", "二", "三", "四", "五", "六", "七", "八", "九", "十"}
	switch {
	case d <= 10:
		return "初" + digits[d-1]
	case d < 20:
		return "十" + digits[d-11]
	case d == 20:
		return "二十"
	case d < 30:
		return "廿" + digits[d-21]
	}
	return "三十"
}

// ParseLunar reads a lunar date: "农历八月十五", "农历1990年闰五月初三",
// "阴历8月15", "正月初一", "腊月廿三", "除夕", "lunar 08-15", and the stored form. marked tells
// that the text says it is lunar (农历, 初, 廿, 腊月, 正月 …): text like
// "8月15日" is then not taken from a solar date by mistake.
// Problem: bad_date.
func ParseLunar(text string) (l LunarDate, marked bool, problems []errs.Problem) {
	s := narrow(text)
	if len(s) > 80 {
		return LunarDate{}, false, problem("bad_date", nil)
	}
	if rest, ok := strings.CutPrefix(strings.ToLower(s), "lunar"); ok {
		if s = "L" + strings.TrimSpace(rest); len(s) < len("L1990-08-15") {
			s = "L0000-" + s[1:]
		}
	}
	if l, ok := parseStoredLunar(s); ok {
		return l, true, nil
	}
	for _, mark := range []string{"农历", "農曆", "阴历", "陰曆", "旧历", "舊曆", "夏历"} {
		if strings.Contains(s, mark) {
			s, marked = strings.Replace(s, mark, "", 1), true
		}
	}
	s = strings.NewReplacer(" ", "", "(", "", ")", "", ":", "", "生", "", "號", "", "号", "", "日", "").Replace(s)
	if year, rest, ok := strings.Cut(s, "年"); ok {
		n, ok := wholeNumber(year)
		if !ok || n < firstLunarYear || n > lastLunarYear {
			return LunarDate{}, marked, problem("bad_date", nil)
		}
		l.Year, s = n, rest
	}
	saysLunar, ok := l.monthAndDay(s)
	if !ok || !l.Valid() {
		return LunarDate{}, marked || saysLunar, problem("bad_date", nil)
	}
	return l, marked || saysLunar, nil
}

func parseStoredLunar(s string) (LunarDate, bool) {
	bare, ok := strings.CutPrefix(s, "L")
	if !ok {
		return LunarDate{}, false
	}
	l := LunarDate{}
	if len(bare) == 11 && bare[7] == '+' {
		bare, l.Leap = bare[:7]+bare[8:], true
	}
	if len(bare) != 10 || bare[4] != '-' || bare[7] != '-' || !digitsOnly(bare[:4]) || !digitsOnly(bare[5:7]) || !digitsOnly(bare[8:]) {
		return LunarDate{}, false
	}
	l.Year, l.Month, l.Day = small(bare[:4]), small(bare[5:7]), small(bare[8:])
	return l, l.Valid()
}

// monthAndDay reads what is left of the text after its year.
func (l *LunarDate) monthAndDay(s string) (saysLunar, ok bool) {
	if s == "除夕" || s == "年三十" || s == "大年三十" {
		l.Month, l.Day = 12, 30
		if m, found := findMonth(l.Year, 12, false); found {
			l.Day = m.days
		}
		return true, true
	}
	for _, leap := range []string{"闰", "閏"} {
		if rest, found := strings.CutPrefix(s, leap); found {
			s, l.Leap, saysLunar = rest, true, true
		}
	}
	month, day, found := strings.Cut(s, "月")
	if !found {
		return saysLunar, false
	}
	switch month {
	case "正", "腊", "臘", "冬":
		saysLunar = true
		l.Month = map[string]int{"正": 1, "冬": 11, "腊": 12, "臘": 12}[month]
	default:
		l.Month, ok = wholeNumber(month)
		if !ok {
			return saysLunar, false
		}
	}
	if rest, found := strings.CutPrefix(day, "初"); found {
		day, saysLunar = rest, true
	}
	if strings.HasPrefix(day, "廿") || strings.HasPrefix(day, "卅") {
		saysLunar = true
	}
	l.Day, ok = wholeNumber(day)
	return saysLunar, ok
}

// wholeNumber reads ASCII digits or a Chinese number that fills the text.
func wholeNumber(s string) (int, bool) {
	if len(s) <= 4 && digitsOnly(s) {
		return small(s), true
	}
	n, width, rest := chineseNumber(s)
	return n, width > 0 && rest == "" && utf8.RuneCountInString(s) <= 4
}
