package codes

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// byName finds codes by the name people write, full or short, per level.
type byName struct {
	full  [3]map[string][]string
	short [3]map[string][]string
	most  int // runes of the longest name
}

// FindDivision reads the divisions at the head of an address: full names
// (上海市浦东新区…), short ones (上海浦东…, 广西南宁…), in simplified or
// traditional characters, with a postal code or 中国 before them, with levels
// left out (汶上县和平路…). It gives the code of the deepest division found
// and the text after it, unchanged. With none found the code is "" and rest
// is the text.
func FindDivision(text string) (code, rest string) {
	t := divisions()
	s := &addressScan{table: t, text: t.simplify(text)}
	start := s.skipPrefix(s.text)
	s.try(start, "", 0, 0, 0)
	if s.code == "" {
		return "", text
	}
	return s.code, trimAddress(text[s.end:])
}

// addressScan keeps the best way found to read the head of an address.
type addressScan struct {
	table *divisionTable
	text  string // simplified: the same bytes long as the original
	code  string
	end   int // byte after the divisions
	score int // runes that are part of names; a full name counts above a short one
}

// skipPrefix passes 中国, postal codes and blanks; it gives a byte offset.
func (s *addressScan) skipPrefix(text string) int {
	at := 0
	for range 4 {
		rest := text[at:]
		trimmed := strings.TrimLeftFunc(rest, isAddressBlank)
		digits := len(trimmed) - len(strings.TrimLeft(trimmed, "0123456789"))
		country := s.countryPrefix(trimmed)
		switch {
		case digits >= 3 && digits <= 6:
			trimmed = trimmed[digits:]
		case country > 0:
			trimmed = trimmed[country:]
		}
		if len(trimmed) == len(rest) {
			break
		}
		at = len(text) - len(trimmed)
	}
	return at
}

func (s *addressScan) countryPrefix(text string) int {
	for _, name := range []string{"中华人民共和国", "中華人民共和國", "中华民国", "中華民國", "中国大陆", "中國大陸", "中国", "中國"} {
		if strings.HasPrefix(text, name) {
			return len(name)
		}
	}
	return 0
}

func isAddressBlank(r rune) bool {
	return unicode.IsSpace(r) || strings.ContainsRune(",，、-—–·.|/()（）[]【】\u200b\ufeff", r)
}

func trimAddress(rest string) string {
	return strings.TrimLeftFunc(rest, func(r rune) bool {
		return unicode.IsSpace(r) || strings.ContainsRune(",，、·|/\u200b\ufeff", r)
	})
}

// try reads divisions of level and below from at on, inside the division
// above, and keeps the reading that covers most.
func (s *addressScan) try(at int, above string, from, score, depth int) {
	if score > s.score {
		s.code, s.end, s.score = above, at, score
	}
	if depth > 5 {
		return
	}
	for at < len(s.text) {
		r, size := utf8.DecodeRuneInString(s.text[at:])
		if !isAddressBlank(r) {
			break
		}
		at += size
	}
	if rest := strings.TrimLeft(s.text[at:], "0123456789"); above != "" {
		if digits := len(s.text) - at - len(rest); digits == 3 || digits == 5 || digits == 6 { // 台北市110信義區: a post code
			at += digits
		}
	}
	end := at
	for n := 1; end < len(s.text) && n <= s.table.most; n++ {
		_, size := utf8.DecodeRuneInString(s.text[end:])
		end += size
		if n >= 2 {
			s.match(s.text[at:end], end, above, from, score, depth)
		}
	}
}

// match follows every division of the name that stands under the one above.
func (s *addressScan) match(name string, end int, above string, from, score, depth int) {
	runes := utf8.RuneCountInString(name)
	for l := from; l < 3; l++ {
		for _, code := range s.table.full[l][name] {
			if s.inside(code, above, l, true) {
				s.try(end, code, l+1, score+4*runes+1, depth+1)
			}
		}
		for _, code := range s.table.short[l][name] {
			if s.inside(code, above, l, false) && !roadFollows(s.text[end:]) {
				s.try(end, code, l+1, score+4*runes, depth+1)
			}
		}
	}
	// 上海市上海市…, 重庆重庆市…: the municipality written twice.
	if above != "" && from == 1 && level(above) == 0 {
		for _, codes := range [][]string{s.table.full[0][name], s.table.short[0][name]} {
			if len(codes) == 1 && codes[0] == above && depth < 2 {
				s.try(end, above, 1, score+4*runes, depth+1)
			}
		}
	}
}

// inside reports whether a division may follow the one above. Without one
// above, a city is known by either name, a county by its full name when there
// is only one of it.
func (s *addressScan) inside(code, above string, l int, full bool) bool {
	switch {
	case above == "" && l == 2:
		return full && len(s.table.full[2][s.table.names[code]]) == 1 && utf8.RuneCountInString(s.table.names[code]) > 2
	case above == "" || level(above) == 0:
		return above == "" || code[:2] == above[:2]
	}
	return code[:4] == above[:4] && code != above
}

// roadFollows reports that a short name is the head of something else: 南京
// in 南京东路, 朝阳 in 朝阳路, 吉林 in 吉林市.
func roadFollows(rest string) bool {
	first, size := utf8.DecodeRuneInString(rest)
	if strings.ContainsRune("东西南北中大新老内外上下一二三四五六七八九前后", first) {
		second, _ := utf8.DecodeRuneInString(rest[size:])
		return strings.ContainsRune("路街道巷弄马", second)
	}
	return strings.ContainsRune("路街道巷弄里村镇乡庄胡桥省市区县州", first)
}

// simplify writes the head of an address with simplified characters; every
// character keeps its length in bytes, so offsets hold for the original too.
func (t *divisionTable) simplify(text string) string {
	for i, r := range text {
		if _, ok := t.plain[r]; ok {
			return text[:i] + strings.Map(func(r rune) rune {
				if p, ok := t.plain[r]; ok {
					return p
				}
				return r
			}, text[i:])
		}
		if i > 200 {
			break
		}
	}
	return text
}

// index fills the tables of names.
func (t *divisionTable) index() {
	for l := range 3 {
		t.full[l], t.short[l] = map[string][]string{}, map[string][]string{}
	}
	for _, code := range t.codes {
		name, l := t.names[code], level(code)
		if numberingOnly(name) {
			continue
		}
		t.full[l][name] = append(t.full[l][name], code)
		t.most = max(t.most, utf8.RuneCountInString(name))
		if short := shortName(name); short != name && utf8.RuneCountInString(short) >= 2 {
			t.short[l][short] = append(t.short[l][short], code)
			if strings.HasSuffix(name, "自治州") { // 海南州 in speech, told apart from 海南 the province
				t.full[l][short+"州"] = append(t.full[l][short+"州"], code)
			}
		}
	}
	for alias, code := range map[string]string{"内蒙": "150000", "台湾": "710000", "香港特区": "810000", "澳门特区": "820000", "香港特別行政区": "810000", "澳门特別行政区": "820000"} {
		t.short[0][alias] = append(t.short[0][alias], code)
	}
}

// peoples stand in the names of autonomous divisions and are left out in speech.
var peoples = []string{"朝鲜族", "土家族", "苗族", "藏族", "羌族", "彝族", "布依族", "侗族", "哈尼族", "壮族", "傣族", "白族", "景颇族",
	"傈僳族", "回族", "蒙古族", "蒙古", "柯尔克孜族", "柯尔克孜", "哈萨克族", "哈萨克", "维吾尔", "满族", "瑶族", "黎族", "畲族", "达斡尔族", "达斡尔", "鄂温克族",
	"鄂伦春", "仡佬族", "水族", "仫佬族", "毛南族", "纳西族", "拉祜族", "佤族", "布朗族", "独龙族", "怒族", "普米族", "裕固族", "土族", "撒拉族",
	"保安族", "东乡族", "锡伯", "塔吉克", "各族", "京族", "门巴族", "珞巴族"}

// shortName is the name without the word for its rank: 浦东新区 浦东,
// 恩施土家族苗族自治州 恩施, 广西壮族自治区 广西.
func shortName(name string) string {
	for _, rank := range []string{"特别行政区", "自治区", "自治州", "自治县", "自治旗", "地区", "新区", "林区", "省", "市", "区", "县", "盟"} {
		short, ok := strings.CutSuffix(name, rank)
		if !ok {
			continue
		}
		if strings.HasPrefix(rank, "自治") {
			short = withoutPeoples(short)
		}
		return short
	}
	return name
}

func withoutPeoples(name string) string {
	for cut := true; cut; {
		cut = false
		for _, people := range peoples {
			if short, ok := strings.CutSuffix(name, people); ok && utf8.RuneCountInString(short) >= 2 {
				name, cut = short, true
			}
		}
	}
	return name
}
