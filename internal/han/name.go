package han

import (
	"strings"
)

// SplitName divides a person's name into surname and given name: 欧阳修 is 欧阳
// and 修, 張三豐 is 張 and 三豐. Names in Latin letters are divided at their last
// space, the given name before it. A Chinese name that does not begin with a
// known surname has none. Honorifics are cut first.
func SplitName(s string) (surname, given string) {
	s = StripHonorific(s)
	original := []rune(s)
	chars := []rune(fold(s, true))
	if len(chars) != len(original) || len(chars) == 0 || !isHan(chars[0]) {
		if i := strings.LastIndexByte(s, ' '); i > 0 && ascii(s) {
			return s[i+1:], strings.TrimSpace(s[:i])
		}
		return "", s
	}
	n := speech().surnameLength(chars)
	if n == len(chars) && n > 2 {
		n = 1
	}
	return string(original[:n]), strings.TrimSpace(string(original[n:]))
}

// honorifics follow a name or a surname, longest first where one ends in
// another.
var honorifics = strings.Fields(`副总经理 总经理 董事长 副经理 副主任 副处长 副局长 副院长 副校长 项目经理 客户经理 总工程师 工程师 设计师 会计师
	经理 总监 主任 主管 处长 科长 局长 部长 厅长 院长 校长 所长 行长 会长 社长 店长 厂长 站长 队长 组长 班长 董事 董总 老板娘 老板 老师 教授 医生 大夫 护士 律师 会计 师傅 师父
	先生 小姐 女士 太太 夫人 阿姨 大姐 大哥 哥 姐 叔 总 董 工 局 处 科 主席 书记 秘书 助理 领班 同志 博士 台照 台启 君 氏`)

// StripHonorific cuts titles and polite words from a person's name: 王总 is
// 王, 李经理 李, 张三先生 张三, 小王 and 老李 stay. A name is never cut to nothing,
// and short titles (总, 工, 董, 哥 …) only after a surname alone: 张工 is 张,
// 李建工 stays.
func StripHonorific(s string) string {
	s = strings.TrimSpace(s)
	original := []rune(s)
	for {
		text := string(original)
		chars := []rune(fold(text, true))
		if len(chars) != len(original) {
			return s
		}
		cut := honorificLength(chars)
		if cut == 0 {
			return strings.TrimSpace(text)
		}
		original = []rune(strings.TrimSpace(string(original[:len(original)-cut])))
	}
}

func honorificLength(chars []rune) int {
	text := string(chars)
	for _, h := range honorifics {
		if !strings.HasSuffix(text, h) {
			continue
		}
		n := len([]rune(h))
		rest := chars[:len(chars)-n]
		if len(rest) == 0 {
			continue
		}
		if n > 1 || speech().surnameLength(rest) == len(rest) {
			return n
		}
	}
	return 0
}

// FoldName is the form in which names are compared for duplicates: folded,
// a firm's reduced to its core, a person's without honorifics, and without
// spaces between or marks around Han characters. 王小明先生 and 王 小明 are
// alike, and 深圳市华强电子有限公司 and 华强电子（深圳）股份有限公司.
func FoldName(s string) string {
	core := FirmCore(s)
	if folded := Fold(s); core == marksOut(folded) {
		return marksOut(Fold(StripHonorific(s)))
	}
	return core
}

// marksOut drops everything but letters and digits of any script, unless
// nothing else is there; words of Latin letters keep one space between.
func marksOut(s string) string {
	var b strings.Builder
	var last rune
	gap := false
	for _, r := range s {
		if classOf(r) == blank || classOf(r) == other && !isWord(r) {
			gap = true
			continue
		}
		if gap && last != 0 && !isHan(r) && !isHan(last) {
			b.WriteByte(' ')
		}
		b.WriteRune(r)
		gap, last = false, r
	}
	if b.Len() == 0 {
		return s
	}
	return b.String()
}
