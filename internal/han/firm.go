package han

import (
	"slices"
	"strings"
	"unicode"
)

func isWord(r rune) bool { return unicode.IsLetter(r) || unicode.IsNumber(r) || unicode.IsMark(r) }

// legalForms end the names of firms, longest first where one ends in another.
// Companies Act, article 8, and Taiwan's 公司法, article 2, give the forms.
var legalForms = strings.Fields(`股份有限责任公司 股份有限公司 有限责任公司 控股有限公司 有限公司 股份公司 责任公司 无限公司 两合公司 总公司 公司
	特殊普通合伙 普通合伙 有限合伙 合伙企业 个人独资企业 个体工商户 农民专业合作社 股份合作公司 集团 控股 股份`)

var latinForms = strings.Fields(`incorporated corporation company limited co.,ltd. co.,ltd co.ltd. co.ltd ltd. ltd inc. inc corp. corp co. co llc gmbh plc pte s.a. ag`)

// branches end the names of parts of firms, which are told apart from the
// whole: 华强电子上海分公司 keeps 上海分公司.
var branches = []string{"分公司", "分行", "支行", "分店", "办事处", "营业部", "分部"}

// FirmCore is what is left of a firm's name without its legal form, brackets,
// province and city at its head, and marks: 深圳市华强电子科技（集团）股份有限公司 is
// 华强电子科技. A branch keeps its branch's name. The result is folded, and
// never empty unless s is.
func FirmCore(s string) string {
	text := Fold(s)
	whole := marksOut(text)
	body, branch := cutBranch(text)
	body, places := cutBrackets(body)
	body, firm := cutForms(body)
	body = marksOut(body)
	if !firm && branch == "" {
		return whole // no firm by its name: nothing to cut
	}
	rest := cutPlace(body)
	switch n := len([]rune(rest)); {
	case n == 0 || slices.Contains(legalForms, text):
		return whole // 北京公司 and 有限公司 have no core
	case n >= 2:
		body = rest
	case len([]rune(body)) < 2 && len(places) > 0:
		body = marksOut(strings.Join(places, "") + body)
	}
	return body + branch
}

// cutBranch takes 上海分公司 from the end, where the legal form stands before
// it or in brackets.
func cutBranch(s string) (body, branch string) {
	s = strings.TrimSpace(s)
	for _, b := range branches {
		head, ok := strings.CutSuffix(s, b)
		if !ok {
			continue
		}
		for _, form := range legalForms {
			if i := strings.LastIndex(head, form); i > 0 {
				return head[:i+len(form)], marksOut(strings.Trim(head[i+len(form):], "()") + b)
			}
		}
	}
	return s, ""
}

// cutBrackets takes out (集团), (深圳) and the like and lists what was in them.
func cutBrackets(s string) (rest string, inside []string) {
	var b, in strings.Builder
	depth := 0
	for _, r := range s {
		switch {
		case strings.ContainsRune("([{〔【《<", r):
			depth++
		case strings.ContainsRune(")]}〕】》>", r):
			if depth > 0 {
				depth--
				inside = append(inside, in.String())
				in.Reset()
			}
		case depth > 0:
			in.WriteRune(r)
		default:
			b.WriteRune(r)
		}
	}
	if depth > 0 || strings.TrimSpace(b.String()) == "" { // not closed, or nothing outside
		return s, nil
	}
	return b.String(), inside
}

// cutForms takes the legal form from the end, and what may stand before it.
func cutForms(s string) (rest string, firm bool) {
	s = strings.TrimSpace(s)
	for {
		cut := false
		for _, form := range slices.Concat(legalForms, latinForms) {
			head, ok := strings.CutSuffix(s, form)
			if !ok || form[0] < 0x80 && !strings.HasSuffix(head, " ") && !strings.HasSuffix(head, ",") && !strings.HasSuffix(head, ".") {
				continue
			}
			if head = strings.TrimRight(head, " ,.-"); len([]rune(head)) >= 2 {
				s, firm, cut = head, true, true
				break
			}
		}
		if !cut {
			return s, firm
		}
	}
}

// provinces are cut with or without 省, 市 or 自治区 behind them.
var provinces = strings.Fields(`北京 天津 上海 重庆 河北 山西 辽宁 吉林 黑龙江 江苏 浙江 安徽 福建 江西 山东 河南 湖北 湖南 广东 海南 四川 贵州 云南 陕西 甘肃 青海 台湾
	内蒙古 广西壮族 广西 西藏 宁夏回族 宁夏 新疆维吾尔 新疆 香港 澳门`)

// cities are cut without 市 too; others only with it.
var cities = strings.Fields(`深圳 广州 杭州 南京 苏州 成都 武汉 西安 宁波 青岛 大连 厦门 长沙 郑州 济南 合肥 福州 无锡 东莞 佛山 珠海 中山 惠州 石家庄 太原 沈阳 长春 哈尔滨 南昌 南宁 海口 贵阳 昆明 兰州 西宁 银川 乌鲁木齐
	呼和浩特 拉萨 温州 绍兴 嘉兴 金华 台州 湖州 常州 南通 徐州 扬州 镇江 泰州 盐城 泉州 漳州 烟台 潍坊 淄博 临沂 洛阳 唐山 保定 台北 高雄 台中 台南 新竹`)

// cutPlace takes 广东省深圳市南山区 from the head.
func cutPlace(s string) string {
	for _, p := range provinces {
		if rest, ok := strings.CutPrefix(s, p); ok {
			s = cutFirst(rest, "特别行政区", "自治区", "省", "市")
			break
		}
	}
	for _, c := range cities {
		if rest, ok := strings.CutPrefix(s, c); ok {
			s = cutFirst(rest, "市")
			break
		}
	}
	for range 2 {
		s = cutArea(s)
	}
	return s
}

func cutFirst(s string, suffixes ...string) string {
	for _, x := range suffixes {
		if rest, ok := strings.CutPrefix(s, x); ok {
			return rest
		}
	}
	return s
}

// cutArea takes a city, county or district that says so: 义乌市, 余杭区. Words
// that hold such a character by chance (超市, 社区, 城市) are left.
func cutArea(s string) string {
	chars := []rune(s)
	for n := 2; n <= 4 && n < len(chars)-1; n++ {
		switch chars[n] {
		case '市', '县', '区':
			switch string(chars[n-1 : n+1]) {
			case "超市", "城市", "都市", "股市", "门市", "夜市", "集市", "上市", "社区", "小区", "园区", "景区", "地区", "特区", "校区", "街区", "保税区", "开发区", "高新区", "新区":
				return s
			}
			return string(chars[n+1:])
		}
	}
	return s
}
