package han_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"kedang/internal/han"
)

// record is a customer as the tables below write it.
type record struct {
	title, phone, code, email, body string
	mark                            string
}

func (r record) tokens() *han.Tokens {
	t := &han.Tokens{}
	t.Title(r.title, r.mark)
	t.Phone(r.phone, r.mark)
	t.Code(r.code, r.mark)
	t.Email(r.email, r.mark)
	t.Body(r.body, r.mark)
	return t
}

// search asks the tokens tier by tier and then the judge, as a store does. It
// fails the test when the tokens miss what the judge accepts.
func search(t *testing.T, r record, query string, marks ...string) han.Tier {
	t.Helper()
	tokens := r.tokens()
	list := tokens.List()
	q := han.ParseQuery(query)
	tier, ok := q.Match(tokens, marks)
	if !ok {
		return 0
	}
	for at := tier; at <= han.Body; at++ {
		if !q.Tier(at, marks).Holds(list) {
			t.Errorf("%q matches %+v in tier %d, but the tokens miss it in tier %d:\n%s\n%v", query, r, tier, at, han.FTS5(q.Tier(at, marks)), list)
		}
	}
	return tier
}

func TestSearchFinds(t *testing.T) {
	zhang := record{title: "张三丰", phone: "+8613800138000", code: "C2026-000001", email: "Zhang.San@Example.com", body: "上海市浦东新区张江路1号 备用13912345678 VIP客户"}
	tsmc := record{title: "臺灣積體電路製造股份有限公司 台積電 TSMC", phone: "+886227372535", code: "22099131"}
	bank := record{title: "重庆长江银行行长办公室", phone: "+861065551234"}
	zeng := record{title: "曾国藩"}
	for _, c := range []struct {
		r     record
		query string
		want  han.Tier
	}{
		{zhang, "张三丰", han.Exact}, {zhang, "張三豐", han.Exact}, {zhang, " 张三丰 ", han.Exact}, {zhang, "张", han.Starts}, {zhang, "张三", han.Starts},
		{zhang, "三丰", han.Contains}, {zhang, "丰", han.Contains}, {zhang, "张丰", 0}, {zhang, "zs", han.Starts}, {zhang, "z", han.Starts},
		{zhang, "zsf", han.Starts}, {zhang, "sf", han.Contains}, {zhang, "zhang", han.Starts}, {zhang, "zhangs", han.Starts}, {zhang, "zhangsanf", han.Starts},
		{zhang, "sanfeng", han.Contains}, {zhang, "feng", han.Contains}, {zhang, "anfeng", 0}, {zhang, "zhangfeng", 0}, {zhang, "zhangsf", han.Starts}, {zhang, "zsfeng", han.Starts},
		{zhang, "zhang三", han.Starts}, {zhang, "ZHANGSAN", han.Starts}, {zhang, "ｚｈａｎｇ", han.Starts},
		{zhang, "138", han.Contains}, {zhang, "13800138000", han.Exact}, {zhang, "+86 138 0013 8000", han.Exact}, {zhang, "138-0013-8000", han.Exact},
		{zhang, "8000", han.Contains}, {zhang, "38000", han.Contains}, {zhang, "0013", 0}, {zhang, "张8000", han.Starts}, {zhang, "张 8000", han.Starts}, {zhang, "zs 138", han.Starts},
		{zhang, "8000 张", han.Contains}, {zhang, "c2026", han.Contains}, {zhang, "C2026-0", han.Contains}, {zhang, "c2026-000001", han.Exact}, {zhang, "000001", han.Contains}, {zhang, "01", han.Contains},
		{zhang, "zhang.san@example.com", han.Exact}, {zhang, "zhang.san", han.Starts}, {zhang, "example", han.Contains}, {zhang, "@example.com", han.Exact},
		{zhang, "浦东", han.Body}, {zhang, "13912345678", han.Body}, {zhang, "1391234", han.Body}, {zhang, "vip", han.Body}, {zhang, "张三 浦东", han.Body}, {zhang, "浦西", 0}, {zhang, "pudong", 0},
		{tsmc, "台积电", han.Contains}, {tsmc, "臺積電", han.Contains}, {tsmc, "tjd", han.Contains}, {tsmc, "taijid", han.Contains}, {tsmc, "taijidian", han.Contains}, {tsmc, "tsmc", han.Contains},
		{tsmc, "SMC", han.Contains}, {tsmc, "twjt", han.Starts}, {tsmc, "taiwan", han.Starts}, {tsmc, "台积 tsmc", han.Contains}, {tsmc, "0227372535", han.Exact}, {tsmc, "27372535", han.Exact}, {tsmc, "2737", han.Contains}, {tsmc, "2209", han.Contains},
		{bank, "chongqing", han.Starts}, {bank, "cqcj", han.Starts}, {bank, "yinhang", han.Contains}, {bank, "hangzhang", han.Contains}, {bank, "cjyh", han.Contains}, {bank, "zhongqing", 0},
		{bank, "010-65551234", han.Exact}, {bank, "65551234", han.Exact}, {bank, "010", han.Contains}, {bank, "6555", han.Contains}, {bank, "1234", han.Contains}, {bank, "+86 10 65551234", han.Exact},
		{zeng, "zeng", han.Starts}, {zeng, "zgf", han.Starts}, {zeng, "zengguofan", han.Exact}, {zeng, "zeng'guo", han.Starts}, {zeng, "guo'fan", han.Contains},
		{record{title: "单雄信"}, "shan", han.Starts}, {record{title: "仇英"}, "qiu", han.Starts}, {record{title: "解缙"}, "xie", han.Starts}, {record{title: "查良镛"}, "zha", han.Starts},
		{record{title: "尉迟恭"}, "yuchigong", han.Exact}, {record{title: "万俟卨"}, "moqi", han.Starts}, {record{title: "长孙无忌"}, "zhangsun", han.Starts}, {record{title: "朴树"}, "piao", han.Starts},
		{record{title: "区先生"}, "ou", han.Starts}, {record{title: "王乾"}, "wangqian", han.Exact}, {record{title: "吕布"}, "lv", han.Starts}, {record{title: "吕布"}, "lub", han.Starts}, {record{title: "吕布"}, "lü", han.Starts},
		{record{title: "西安城"}, "xi'an", han.Starts}, {record{title: "O'Brien"}, "o'brien", han.Exact}, {record{title: "O'Brien 客栈"}, "o'br", han.Starts}, {record{title: "O'Brien"}, "brien", han.Contains},
		{record{title: "José Müller"}, "jose", han.Starts}, {record{title: "José Müller"}, "müll", han.Contains}, {record{title: "Jose"}, "josé", han.Exact},
		{record{title: "王伟123"}, "王伟12", han.Starts}, {record{title: "7天酒店"}, "7", han.Starts}, {record{title: "Ωμέγα АО"}, "μέγ", han.Contains}, {record{title: "🏨酒店"}, "🏨", han.Starts},
		{record{title: "王海明"}, "wanghm", han.Starts}, {record{title: "金红梅"}, "jinhm", han.Starts}, {record{title: "金红梅"}, "hm", han.Contains}, {record{title: "吴宁刚"}, "wung", han.Starts},
		{record{title: "尼格买提・热合曼"}, "尼格买提·热合曼", han.Exact}, {record{title: "买买提•艾力"}, "买买提.艾力", han.Exact}, {record{title: "买买提.艾力"}, "买买提艾力", han.Exact}, {record{title: "王府—酒店"}, "王府-酒", han.Starts},
		{record{title: "吕布"}, "lyubu", han.Starts}, {record{title: "吕布"}, "lyub", han.Starts}, {record{title: "吕布"}, "LYU", han.Starts}, {record{title: "李玉"}, "lyu", han.Starts}, {record{title: "略阳县旅游局"}, "lüèyángxiànlǚyóujú", han.Exact},
		{record{title: "西安城"}, "xi'ancheng", han.Exact}, {record{title: "鲜花"}, "xi'an", 0}, {record{title: "向阳"}, "xi'an", 0}, {record{title: "方案"}, "fang'an", han.Exact}, {record{title: "反感"}, "fang'an", 0}, {record{title: "西安城"}, "x'an", han.Starts},
		{record{title: "台州模具厂"}, "moju", han.Contains}, {record{title: "台州模具厂"}, "mujuc", han.Contains}, {record{title: "六安瓜片"}, "liuan", han.Starts}, {record{title: "六安瓜片"}, "luan", han.Starts},
		{record{title: "老单"}, "laoshan", han.Exact}, {record{title: "小仇"}, "xq", han.Starts},
		{zhang, "张三，13800138000", han.Starts}, {zhang, "（张三丰）", han.Starts}, {zhang, "张三丰。", han.Starts}, {zhang, "三丰;", han.Contains}, {zhang, "张三，李四", 0}, {zhang, "zhangs,", han.Starts},
		{record{title: "（张江）王府酒店"}, "(张江", han.Starts}, {record{title: "（张江）王府酒店"}, "张江(王府)", han.Starts}, {record{title: "甲，乙"}, "，", han.Contains}, {record{title: "甲乙"}, "，", 0},
		{record{title: "张伟"}, "zhangwei", han.Exact}, {record{title: "张伟"}, "Zhang Wei", han.Exact}, {record{title: "张伟强"}, "zhangwei", han.Starts}, {record{title: "长沙"}, "changsha", han.Exact}, {record{title: "张卫"}, "zhangwe", han.Starts},
		{record{code: "沪建字2026第5号"}, "建字2026", han.Contains}, {record{phone: "见备注"}, "备注", han.Contains}, {record{title: "张三"}, "", 0}, {record{title: "张三"}, "  ", 0},
	} {
		if got := search(t, c.r, c.query); got != c.want {
			t.Errorf("%q in %q: tier %d, want %d", c.query, c.r.title, got, c.want)
		}
	}
}

func TestMaskedFieldsShowNoMoreThanTheWholeAndTheLastFour(t *testing.T) {
	r := record{title: "张三丰", phone: "+8613800138000", code: "110105194912310021", email: "zs@example.com", body: "秘密地址", mark: "id"}
	for _, c := range []struct {
		query         string
		clear, masked han.Tier
	}{
		{"张三丰", han.Exact, han.Exact}, {"张三", han.Starts, 0}, {"zsf", han.Starts, 0}, {"138", han.Contains, 0}, {"13800138000", han.Exact, han.Exact},
		{"8000", han.Contains, han.Contains}, {"38000", han.Contains, 0}, {"000", han.Contains, 0}, {"0021", han.Contains, han.Contains}, {"110105", han.Contains, 0},
		{"110105194912310021", han.Exact, han.Exact}, {"zs@example.com", han.Exact, han.Exact}, {"example.com", han.Exact, 0}, {"example", han.Contains, 0}, {".com", han.Contains, 0}, {"秘密", han.Body, 0},
	} {
		if got := search(t, r, c.query, "id"); got != c.clear {
			t.Errorf("%q in clear: tier %d, want %d", c.query, got, c.clear)
		}
		if got := search(t, r, c.query, "other"); got != c.masked {
			t.Errorf("%q masked: tier %d, want %d", c.query, got, c.masked)
		}
	}
}

// pieces are what random texts are made of: readings that differ, both
// scripts, separators, other alphabets, characters no database knows.
var pieces = strings.Split("• ・ — ’ · ” 海 明 hm lyu 张 三 丰 重 庆 长 沙 行 银 乐 单 曾 解 乾 著 臺 台 灣 女 吕 阿 𠮷 㐂 〇 龘 🏨 👨‍👩‍👧 é ß İ ſ ﬁ Ω я م ひ 한 ａ Ｚ １ a b zhang san xian g n 1 2 38 000 - _ . @ ' ( ） 。 “ \u200b \u0301 \x01 \ufe0f % \" * : & | ! \\ \t \u3000", " ")

func randomText(r *rand.Rand, n int) string {
	var b strings.Builder
	for range 1 + r.IntN(n) {
		if r.IntN(8) == 0 {
			b.WriteByte(' ')
		}
		b.WriteString(pieces[r.IntN(len(pieces))])
	}
	return b.String()
}

// TestAnyPartIsFound: whatever part of whatever text is asked for, it matches
// and its tokens are there.
func TestAnyPartIsFound(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 15_000 {
		text := []rune(randomText(r, 12))
		from := r.IntN(len(text))
		part := string(text[from : from+1+r.IntN(len(text)-from)])
		if strings.TrimSpace(part) == "" || han.Fold(part) == "" || !strings.Contains(han.Fold(string(text)), han.Fold(part)) {
			continue
		}
		if tier := search(t, record{title: string(text)}, part); tier == 0 || tier > han.Contains {
			t.Fatalf("%q not found in title %q: %d", part, string(text), tier)
		}
		if tier := search(t, record{body: string(text)}, part); tier == 0 {
			t.Fatalf("%q not found in body %q", part, string(text))
		}
	}
}

// TestTokensMissNothing: random records and queries, most unrelated; search
// itself fails where judge and tokens disagree.
func TestTokensMissNothing(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	found := 0
	for range 20_000 {
		rec := record{title: randomText(r, 6), phone: "+86138" + fmt.Sprint(r.IntN(1e8)), code: randomText(r, 3), body: randomText(r, 6)}
		if r.IntN(3) == 0 {
			rec.mark = "m"
		}
		query := randomText(r, 3)
		if r.IntN(4) == 0 {
			query = randomLetters(r)
		}
		if search(t, rec, query, []string{"m", "n"}[r.IntN(2)]) != 0 {
			found++
		}
	}
	if found < 500 {
		t.Errorf("only %d of 20000 random queries matched: the test says little", found)
	}
}

func randomLetters(r *rand.Rand) string {
	syllables := strings.Fields("zhang san feng chong zhong qing hang xing le yue z s f c q x h l y zh a e")
	var b strings.Builder
	for range 1 + r.IntN(4) {
		b.WriteString(syllables[r.IntN(len(syllables))])
	}
	return b.String()
}

// spellings lists every way to spell every stretch of a name from every
// syllable on: the definition, by brute force.
func spellings(name string, says map[rune][]string) (full, initials []string) {
	runes := []rune(name)
	for i := range runes {
		f, n := []string{""}, []string{""}
		for _, c := range runes[i:] {
			var f2, n2 []string
			for _, s := range says[c] {
				for _, x := range f {
					f2 = append(f2, x+s)
				}
				for _, x := range n {
					n2 = append(n2, x+s[:1])
				}
			}
			f, n = f2, n2
		}
		full, initials = append(full, f...), append(initials, n...)
	}
	return full, initials
}

func TestPinyinIsWhatBruteForceSays(t *testing.T) {
	says := map[rune][]string{'张': {"zhang"}, '三': {"san"}, '安': {"an"}, '西': {"xi"}, '先': {"xian"}, '阿': {"a", "e"}, '会': {"hui", "kuai"}, '给': {"gei", "ji"}, '万': {"wan", "mo"}, '高': {"gao"}}
	chars := []rune("张三安西先阿会给万高")
	r := rand.New(rand.NewPCG(5, 6))
	hits := 0
	for range 20_000 {
		name := make([]rune, 1+r.IntN(5))
		for i := range name {
			name[i] = chars[r.IntN(len(chars))]
		}
		name = append([]rune("高"), name...) // no surname, no word at the head
		full, initials := spellings(string(name), says)
		all := append(full, initials...)
		query := all[r.IntN(len(all))]
		query = query[:1+r.IntN(len(query))]
		if r.IntN(2) == 0 {
			query = query[r.IntN(len(query)):]
		}
		want := slices.ContainsFunc(all, func(s string) bool { return strings.HasPrefix(s, query) })
		tier := search(t, record{title: string(name)}, query)
		if want && tier == 0 {
			t.Fatalf("%s does not find %s", query, string(name))
		}
		if !want && tier != 0 && !mixes(query) {
			t.Fatalf("%s finds %s", query, string(name))
		}
		if want {
			hits++
		}
	}
	if hits < 5000 {
		t.Errorf("only %d hits", hits)
	}
}

// mixes tells a query that can only be read as syllables and initials mixed,
// which the brute force does not know.
func mixes(query string) bool {
	return han.SplitPinyin(query) == nil
}

func TestHostileStringsFindThemselves(t *testing.T) {
	var all []string
	for _, name := range []string{"blns_open.json", "csv_formula.json"} {
		b, err := os.ReadFile(filepath.Join("..", "..", "..", "shared", "data", "hostile", name))
		if err != nil {
			t.Skip("no hostile strings here")
		}
		var list []string
		if err := json.Unmarshal(b, &list); err != nil {
			t.Fatal(err)
		}
		all = append(all, list...)
	}
	more, _ := filepath.Glob(filepath.Join("..", "..", "..", "shared", "data", "hostile", "*.txt"))
	for _, name := range more {
		b, _ := os.ReadFile(name)
		all = append(all, strings.Split(strings.ToValidUTF8(string(b), ""), "\n")...)
	}
	all = append(all, strings.Repeat("长", 3000), strings.Repeat("a", 9000), strings.Repeat("👩🏽‍🚀 ", 900), "\u200b", "\u0301", "~", "\u202e\u202d", "\x7f", "ﷺ", "İ", "\U000e0041")
	for _, s := range all {
		if strings.TrimSpace(s) == "" {
			continue
		}
		for _, r := range []record{{title: s}, {body: s}, {code: s}} {
			if tier := search(t, r, s); tier == 0 {
				t.Errorf("%.80q does not find itself in %.80v", s, r)
			}
		}
	}
}

func TestTokensGolden(t *testing.T) {
	tokens := &han.Tokens{}
	tokens.Title("张三1", "")
	tokens.Phone("+8613800138000", "")
	tokens.Code("C-12", "c")
	tokens.Body("北京!", "")
	tokens.Extra("_o17")
	want := strings.Fields(`_b_u21 _b京 _b北 _b北京 _c13800138000 _e` + han.Digest("张三1") + ` _e` + han.Digest("13800138000") + `
		_h1 _h13 _h138 _h1380 _h13800 _h138001 _h1380013 _h13800138 _hs _hsa _hsan _hz _hzh _hzha _hzhan _hzhang _hzhangs _hzs
		_mc__e` + han.Digest("c12") + ` _mc__hc1 _mc__hc12 _mc__r21 _mc__r21c _o17 _pz _pzh _pzha _pzs _p张 _p张三
		_r00 _r000 _r00083100831 _w` + han.Digest("c12") + ` 三 张 张三`)
	slices.Sort(want)
	if diff := cmp.Diff(want, tokens.List()); diff != "" {
		t.Error(diff)
	}
	if a, b := tokens.Hash(), tokens.Hash(); a != b || a == 0 {
		t.Errorf("hashes %d, %d", a, b)
	}
	other := &han.Tokens{}
	other.Title("张三A2", "")
	if other.Hash() == tokens.Hash() {
		t.Error("other tokens, same hash")
	}
}

func TestTokensAreBounded(t *testing.T) {
	tokens := &han.Tokens{}
	tokens.Extra("_o17")
	for i := range 200 {
		tokens.Body(strings.Repeat(fmt.Sprintf("%c%c", 0x4E00+i*7, 0x4E01+i*13), 20_000), "")
	}
	tokens.Title(strings.Repeat("行长乐会", 5000), "")
	list := tokens.List()
	if len(list) > 20_000 || !slices.Contains(list, "_o17") || !slices.Contains(list, "行长") {
		t.Errorf("%d tokens", len(list))
	}
}

func TestQueriesPrint(t *testing.T) {
	q := han.ParseQuery("王 56789")
	c := han.AllOf(q.Tier(han.Contains, []string{"p"}), han.AnyToken("_o17", "_t3"))
	for _, want := range []string{`"王"`, `"_mp_王"`, `"_r98765" *`, `"_h5678"`, `"_o17" OR "_t3"`} {
		if !strings.Contains(han.FTS5(c), want) {
			t.Errorf("FTS5 lacks %s: %s", want, han.FTS5(c))
		}
	}
	for _, want := range []string{`'王'`, `'_mp_王'`, `'_r98765':*`, `'_h5678'`, `'_o17' | '_t3'`} {
		if !strings.Contains(han.TSQuery(c), want) {
			t.Errorf("tsquery lacks %s: %s", want, han.TSQuery(c))
		}
	}
	if got := han.FTS5(han.Condition{}) + han.TSQuery(han.AnyToken()); got != "" {
		t.Errorf("an impossible condition prints %q", got)
	}
}
