package transfer

import (
	"strings"
	"unicode"

	"kedang/internal/han"
)

// headerKey is a header as it is compared: folded, without spaces, brackets,
// units, stars and numbers behind it (电话1, 手机号码(必填), *姓名).
func headerKey(s string) string {
	if cellErrors[strings.TrimSpace(s)] {
		return ""
	}
	s = han.Fold(s)
	if i := strings.IndexAny(s, "([{<【〔（"); i > 0 {
		s = s[:i]
	}
	s = strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsNumber(r) {
			return r
		}
		return -1
	}, s)
	trimmed := strings.TrimRightFunc(s, unicode.IsNumber)
	if trimmed == "" {
		return s
	}
	return trimmed
}

// plainWords stand around a field's word without changing what it means: a
// 客户联系电话 is a 电话. Any other word may: a 客户经理 is no 客户, a
// 紧急联系人电话 not the customer's.
var plainWords = []string{
	"联系人", "联络人", "负责人", "客户", "顾客", "公司", "企业", "单位", "商户", "商家", "店铺", "门店", "会员", "业主", "联系", "联络", "主要", "首要", "第一", "第二", "常用", "备用", "其他", "其它", "另一",
	"个人", "本人", "私人", "办公", "家庭", "工作", "移动", "固定", "现在", "目前", "当前", "最新", "现", "详细", "完整", "具体", "所在", "所属", "的", "您", "你", "我",
	"请填写", "填写", "请输入", "输入", "必填", "选填", "信息", "资料", "内容", "情况", "栏", "登记", "注册",
	"customer", "client", "company", "account", "contact", "person", "primary", "main", "home", "work", "business", "other", "mobile", "office", "personal", "default", "current", "full", "billing", "mailing",
	"your", "the", "of", "value", "info", "information", "details",
}

// plainRest tells whether what stands beside a field's word in a header says
// nothing of its own.
func plainRest(rest string) bool {
	for rest != "" {
		before := rest
		rest = strings.TrimFunc(rest, unicode.IsNumber)
		for _, w := range plainWords {
			if cut := strings.TrimPrefix(rest, w); cut != rest {
				rest = cut
				break
			}
		}
		if rest == before {
			return false
		}
	}
	return true
}

// candidates are the fields a header may mean, the likeliest first: those that
// go by exactly this word, or else those whose word stands in it among words
// that say nothing. The number of a record is no word among others: what
// people call so is mostly another number (house, phone, account).
func (m *mapper) candidates(header string, exact bool) []meaning {
	key := headerKey(header)
	if exact {
		if list := m.exact[key]; list != nil {
			return list
		}
		for _, word := range strings.FieldsFunc(header, func(r rune) bool { return strings.ContainsRune("/／、或", r) }) {
			if list := m.exact[headerKey(word)]; list != nil {
				return list // 手机/电话
			}
		}
		return nil
	}
	var best []meaning
	longest := 1
	for word, fields := range m.exact {
		if !m.around(key, word, plainRest) || fields[0].field.System && fields[0].field.Name == "number" {
			continue
		}
		n := len([]rune(word))
		if n > longest || (n == longest && len(best) > 0 && fields[0].field.Slot < best[0].field.Slot) {
			longest, best = n, fields
		}
	}
	return best
}

// around tells whether a word begins or ends a header whose rest will do.
func (m *mapper) around(key, word string, will func(rest string) bool) bool {
	if n := len([]rune(word)); n < 2 || n < 4 && word[0] < 0x80 {
		return false
	}
	if rest, ok := strings.CutSuffix(key, word); ok && will(rest) {
		return true
	}
	rest, ok := strings.CutPrefix(key, word)
	return ok && will(rest)
}

// another tells whether a header names somebody else's: 业务员电话, 配偶手机.
// What stands below it looks like the customer's own and is not.
func (m *mapper) another(header string) bool {
	key := headerKey(header)
	if len(m.exact[key]) > 0 || len(m.candidates(header, false)) > 0 {
		return false
	}
	for word := range m.exact {
		if m.around(key, word, func(rest string) bool { return rest != "" && !plainRest(rest) }) {
			return true
		}
	}
	return false
}
