package record_test

import (
	"slices"
	"strings"
	"testing/fstest"
	"unicode"

	"github.com/mozillazg/go-pinyin"
	"golang.org/x/text/unicode/norm"

	"kedang/internal/meta"
	"kedang/internal/record"
)

// directory is a pack with three types that are found by all kinds of fields.
var directory = []meta.Source{{Name: "directory", FS: fstest.MapFS{
	"pack.yaml": {Data: []byte("name: directory\nlabel: 名录\nversion: \"1\"\n")},
	"roles.yaml": {Data: []byte(`
- {name: rep, label: {zh-Hans: 业务员, en: Rep}}
- {name: manager, label: {zh-Hans: 经理, en: Manager}}
`)},
	"types/person.yaml": {Data: []byte(`
type: person
label: {zh-Hans: 人, en: Person}
number: "P{seq:6}"
title: name
fields:
  - {name: name, kind: text, label: {zh-Hans: 姓名, en: Name}, required: true}
  - {name: phones, kind: phones, label: {zh-Hans: 电话, en: Phones}}
  - {name: emails, kind: emails, label: {zh-Hans: 邮箱, en: E-mail}}
  - {name: id_number, kind: identity, forms: [other], check: warn, label: {zh-Hans: 证件, en: ID}}
  - {name: secret_number, kind: identity, forms: [other], check: warn, sealed: true, label: {zh-Hans: 密件, en: Secret ID}}
  - {name: remark, kind: longtext, label: {zh-Hans: 备注, en: Remark}}
access:
  rep: {read: own, create: own, update: own}
  manager: {read: all, create: all, update: all, history: all}
`)},
	"types/firm.yaml": {Data: []byte(`
type: firm
label: {zh-Hans: 单位, en: Firm}
number: "F{seq:6}"
title: name
fields:
  - {name: name, kind: text, label: {zh-Hans: 名称, en: Name}, required: true}
  - {name: short, kind: text, search: title, label: {zh-Hans: 简称, en: Short}}
  - {name: code, kind: number, label: {zh-Hans: 代码, en: Code}}
  - {name: phones, kind: phones, label: {zh-Hans: 电话, en: Phones}}
access:
  rep: {read: own, create: own, update: own}
  manager: {read: all, create: all, update: all, history: all}
`)},
	"types/note.yaml": {Data: []byte(`
type: note
label: {zh-Hans: 便条, en: Note}
title: subject
fields:
  - {name: subject, kind: text, label: {zh-Hans: 题目, en: Subject}, required: true}
  - {name: body, kind: longtext, label: {zh-Hans: 内容, en: Text}}
access:
  rep: {read: own, create: own, update: own}
  manager: {read: all, create: all, update: all, history: all}
`)},
}}}

// known is a record as the oracle knows it: raw values by the kind of field.
type known struct {
	id, owner int64
	titles    []string
	bodies    []string
	codes     []string
	phones    []string // E.164
	emails    []string
	sealed    string
	typ       string
	values    record.Values
	folded    []string     // titles and bodies, made once
	said      [][][]string // of the titles, made once
}

// The oracle's own knowledge of Chinese, for the characters the test uses.
var (
	oracleSurnames = map[string]string{"曾": "zeng", "单": "shan", "仇": "qiu", "解": "xie", "查": "zha", "任": "ren", "朴": "piao", "区": "ou",
		"尉迟": "yuchi", "盖": "ge", "冼": "xian", "覃": "qin", "翟": "zhai", "缪": "miao", "欧阳": "ouyang", "司马": "sima",
		"王": "wang", "李": "li", "张": "zhang", "刘": "liu", "陈": "chen", "吴": "wu", "周": "zhou", "赵": "zhao"}
	oracleScript = strings.NewReplacer("臺", "台", "積", "积", "電", "电", "體", "体", "製", "制", "實", "实", "業", "业", "灣", "湾", "陳", "陈", "張", "张",
		"劉", "刘", "吳", "吴", "趙", "赵", "華", "华", "聯", "联", "龍", "龙", "國", "国", "際", "际", "貿", "贸", "飯", "饭", "廣", "广", "東", "东", "記", "记")
	oracleGiven  = []string{"伟", "芳", "敏", "静", "丽", "强", "军", "洋", "勇", "杰", "娟", "涛", "明", "超", "秀英", "建国", "志明", "美玲", "小贤", "文斌"}
	oracleCities = []string{"上海", "北京", "深圳", "杭州", "苏州", "广东", "台湾"}
	oracleTrades = []string{"酒店", "饭店", "贸易", "电子", "实业", "食品", "国际联华", "积体电路"}
	oracleTrad   = []string{"臺灣積體電路製造", "廣東華聯實業", "國際貿易", "東龍飯店", "臺灣電子"}
	oracleTexts  = []string{"喜欢高层安静的房间", "月底前回访", "对花生过敏", "老客户介绍", "付款及时", "需要开专用发票", "likes quiet rooms", "VIP 2019"}
)

// heteronyms are the characters of the test that everyday words read in two
// ways; all others have the first reading of the dictionary, and surnames the
// surname's beside it.
var heteronyms = map[rune][]string{'解': {"xie"}, '查': {"zha"}, '区': {"ou"}, '单': {"shan", "chan"}, '曾': {"zeng"}, '朴': {"piao"}, '盖': {"ge"},
	'仇': {"qiu"}, '翟': {"zhai"}, '强': {"jiang"}, '覃': {"qin"}, '缪': {"miao"}, '尉': {"yu"}}

// asWord are words that fix a reading.
var asWord = strings.NewReplacer("朴实", "普实")

// say lists the readings of a text's characters.
func say(title string) [][]string {
	runes := []rune(asWord.Replace(oracleFold(title)))
	out := make([][]string, len(runes))
	for i, r := range runes {
		if !unicode.Is(unicode.Han, r) {
			continue
		}
		if p := pinyin.Pinyin(string(r), pinyin.NewArgs()); len(p) > 0 {
			out[i] = append(slices.Clone(p[0]), heteronyms[r]...)
		}
	}
	return out
}

func oracleFold(s string) string {
	return oracleScript.Replace(strings.ToLower(norm.NFKC.String(s)))
}

// squeeze drops separators; false when more than ASCII letters and digits is left.
func squeeze(s string) (string, bool) {
	var b strings.Builder
	for _, r := range s {
		switch {
		case strings.ContainsRune(" -_.@+/#:()\\", r):
		case r < 128 && (unicode.IsLetter(r) || unicode.IsDigit(r)):
			b.WriteRune(r)
		default:
			return "", false
		}
	}
	return b.String(), b.Len() > 0
}

// dials are the ways a number is written; the first one's end counts.
func dials(e164 string) []string {
	n := strings.TrimPrefix(e164, "+")
	switch {
	case strings.HasPrefix(n, "861"):
		return []string{n[2:]}
	case strings.HasPrefix(n, "8621"):
		return []string{"0" + n[2:], n[4:]}
	case strings.HasPrefix(n, "8869"):
		return []string{"0" + n[3:]}
	case strings.HasPrefix(n, "852"):
		return []string{n[3:]}
	}
	return []string{n}
}

// hears tells that letters are the pinyin or the initials of Han characters
// from some place on.
func hears(said [][]string, letters string) bool {
	for i := range said {
		if spells(letters, said[i:]) || heads(letters, said[i:]) {
			return true
		}
	}
	return false
}

func spells(s string, said [][]string) bool {
	if s == "" {
		return true
	}
	if len(said) == 0 {
		return false
	}
	for _, p := range said[0] {
		if strings.HasPrefix(p, s) || strings.HasPrefix(s, p) && spells(s[len(p):], said[1:]) {
			return true
		}
	}
	return false
}

func heads(s string, said [][]string) bool {
	for i := range len(s) {
		if i >= len(said) || !slices.ContainsFunc(said[i], func(p string) bool { return p[0] == s[i] }) {
			return false
		}
	}
	return true
}

// finds is the definition: what a record is found by.
func finds(k *known, query string) bool {
	q := strings.TrimSpace(oracleFold(query))
	if q == "" {
		return false
	}
	if k.sealed != "" {
		s := strings.ToLower(k.sealed)
		if q == s || (len(q) == 4 || len(q) == 6) && strings.HasSuffix(s, q) {
			return true
		}
	}
	if number, ok := squeeze(q); ok && strings.Trim(number, "0123456789") == "" && k.hasCode(number) {
		return true // groups of digits are one number, too
	}
	for _, word := range strings.Fields(q) {
		if !k.hasWord(word) && !k.hasStretches(word) {
			return false
		}
	}
	return true
}

func (k *known) hasStretches(word string) bool {
	class := func(r rune) int {
		switch {
		case unicode.Is(unicode.Han, r):
			return 1
		case r >= 'a' && r <= 'z':
			return 2
		case r >= '0' && r <= '9':
			return 3
		}
		return 4
	}
	runes := []rune(word)
	for i := 0; i < len(runes); {
		end := i + 1
		for end < len(runes) && class(runes[end]) == class(runes[i]) {
			end++
		}
		if class(runes[i]) != 4 && !k.hasWord(string(runes[i:end])) {
			return false
		}
		i = end
	}
	return true
}

func (k *known) hasWord(word string) bool {
	if k.folded == nil {
		for _, text := range k.titles {
			k.said = append(k.said, say(text))
		}
		for _, text := range append(slices.Clone(k.titles), k.bodies...) {
			k.folded = append(k.folded, oracleFold(text))
		}
	}
	for _, text := range k.folded {
		if strings.Contains(text, word) {
			return true
		}
	}
	if strings.Trim(word, "abcdefghijklmnopqrstuvwxyz") == "" && slices.ContainsFunc(k.said, func(said [][]string) bool { return hears(said, word) }) {
		return true
	}
	code, ok := squeeze(word)
	return ok && k.hasCode(code)
}

func (k *known) hasCode(code string) bool {
	ends := func(form string, tail bool) bool {
		return form == code || len(code) > 1 && (strings.HasPrefix(form, code) || tail && strings.HasSuffix(form, code))
	}
	for _, c := range k.codes {
		if form, _ := squeeze(oracleFold(c)); ends(form, true) {
			return true
		}
	}
	for _, p := range k.phones {
		for i, form := range dials(p) {
			if ends(form, i == 0) {
				return true
			}
		}
	}
	for _, e := range k.emails {
		whole, _ := squeeze(e)
		_, domain, _ := strings.Cut(e, "@")
		domain, _ = squeeze(domain)
		if ends(whole, true) || ends(domain, true) {
			return true
		}
	}
	return false
}
