package han_test

import (
	"encoding/csv"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/mozillazg/go-pinyin"

	"kedang/internal/han"
)

func TestScripts(t *testing.T) {
	for _, c := range []struct{ hans, hant string }{
		{"客户档案", "客戶檔案"}, {"附件", "附件"}, {"联系人", "聯絡人"}, {"联系方式", "聯絡方式"}, {"归属业务员", "負責業務"}, {"导入 / 导出", "匯入 / 匯出"}, {"酒店入住客户", "飯店入住客戶"},
		{"应收账款", "應收帳款"}, {"身份证号码", "身分證號碼"}, {"项目经理", "專案經理"}, {"台湾统一编号", "統一編號"}, {"统一社会信用代码", "統一社會信用代碼"}, {"审批已通过", "審批已通過"},
		{"头发", "頭髮"}, {"发票抬头", "發票抬頭"}, {"信息系统默认设置", "資訊系統預設設定"}, {"干净的后面", "乾淨的後面"}, {"皇后", "皇后"}, {"软件", "軟體"}, {"客户类型：重要", "客戶類型：重要"}, {"VIP only", "VIP only"}, {"", ""},
	} {
		if got := han.ToTraditional(c.hans); got != c.hant {
			t.Errorf("ToTraditional(%s) = %s, want %s", c.hans, got, c.hant)
		}
	}
	for _, c := range []struct{ hant, hans string }{
		{"臺灣積體電路", "台湾积体电路"}, {"頭髮", "头发"}, {"乾隆皇帝", "乾隆皇帝"}, {"餅乾", "饼干"}, {"瞭解", "了解"}, {"瞭望", "瞭望"}, {"皇后在後面", "皇后在后面"}, {"abc", "abc"},
	} {
		if got := han.ToSimplified(c.hant); got != c.hans {
			t.Errorf("ToSimplified(%s) = %s, want %s", c.hant, got, c.hans)
		}
	}
}

func TestPinyinAndInitials(t *testing.T) {
	for _, c := range []struct{ in, pinyin, initials string }{
		{"曾国藩", "zeng guo fan", "zgf"}, {"单雄信", "shan xiong xin", "sxx"}, {"仇英", "qiu ying", "qy"}, {"解缙", "xie jin", "xj"}, {"查良镛", "zha liang yong", "zly"}, {"任正非", "ren zheng fei", "rzf"},
		{"朴树", "piao shu", "ps"}, {"区文", "ou wen", "ow"}, {"尉迟恭", "yu chi gong", "ycg"}, {"万俟卨", "mo qi xie", "mqx"}, {"长孙无忌", "zhang sun wu ji", "zswj"}, {"澹台灭明", "tan tai mie ming", "ttmm"},
		{"重庆A座", "chong qing a zuo", "cqaz"}, {"长沙银行", "chang sha yin hang", "csyh"}, {"厦门音乐学院", "xia men yin yue xue yuan", "xmyyxy"}, {"六安", "lu an", "la"}, {"蚌埠", "beng bu", "bb"},
		{"東莞", "dong guan", "dg"}, {"亳州", "bo zhou", "bz"}, {"臺積電", "tai ji dian", "tjd"}, {"行业会计师", "hang ye kuai ji shi", "hykjs"}, {"董事长", "dong shi zhang", "dsz"}, {"吕布", "lv bu", "lb"}, {"李乾", "li qian", "lq"}, {"Ab-3", "ab-3", "ab3"},
	} {
		if got := han.Pinyin(c.in); got != c.pinyin {
			t.Errorf("Pinyin(%s) = %q, want %q", c.in, got, c.pinyin)
		}
		if got := han.Initials(c.in); got != c.initials {
			t.Errorf("Initials(%s) = %q, want %q", c.in, got, c.initials)
		}
	}
}

func TestSortKeyOrder(t *testing.T) {
	want := []string{"", "(内部)", "2号店", "9号店", "10号店", "Abc", "abd", "ZTE", "阿里", "安徽", "白云", "重庆", "李安", "黎明", "李四", "连云港", "曾国藩", "章二", "张三", "張三豐", "章三丰", "朱"}
	got := slices.Clone(want)
	slices.SortStableFunc(got, func(a, b string) int { return -strings.Compare(a, b) })
	slices.SortStableFunc(got, func(a, b string) int { return strings.Compare(han.SortKey(a), han.SortKey(b)) })
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestSortKeyForms(t *testing.T) {
	for _, alike := range [][2]string{{"張三豐", "张三丰"}, {"ABC", "abc"}, {"ＡＢＣ　１", "abc 1"}, {"José", "jose"}} {
		if a, b := han.SortKey(alike[0]), han.SortKey(alike[1]); a != b {
			t.Errorf("%q and %q sort apart: %q, %q", alike[0], alike[1], a, b)
		}
	}
	for _, c := range []struct {
		text string
		hint han.SortHint
		want string
	}{
		{"单雄信", han.AnyText, "{shan {xiong {xin \x01单雄信"}, {"单位", han.AnyText, "{dan {wei \x01单位"}, {"单位", han.Person, "{shan {wei \x01单位"}, {"单雄信", han.Firm, "{dan {xiong {xin \x01单雄信"},
		{"007", han.AnyText, "017\x01007"}, {"a9", han.AnyText, "a019\x01a9"}, {"龘𠀀", han.AnyText, "{da {he \x01龘𠀀"}, {"яΩ", han.AnyText, "}я}ω\x01яω"},
	} {
		if got := han.SortKeyAs(c.text, c.hint); got != c.want {
			t.Errorf("SortKeyAs(%s, %d) = %q, want %q", c.text, c.hint, got, c.want)
		}
	}
	if n := len(han.SortKey(strings.Repeat("庄", 10_000))); n > 600 {
		t.Errorf("a key of %d bytes", n)
	}
}

func TestSplitName(t *testing.T) {
	for _, c := range []struct{ in, surname, given string }{
		{"张三", "张", "三"}, {"張三豐", "張", "三豐"}, {"欧阳修", "欧阳", "修"}, {"歐陽修", "歐陽", "修"}, {"诸葛孔明", "诸葛", "孔明"}, {"张三先生", "张", "三"}, {"王总", "王", ""}, {"李 四", "李", "四"},
		{"San Zhang", "Zhang", "San"}, {"Cher", "", "Cher"}, {"爱新觉罗溥仪", "爱新觉罗", "溥仪"}, {"", "", ""}, {"の子", "", "の子"}, {"司马", "司马", ""},
	} {
		surname, given := han.SplitName(c.in)
		if surname != c.surname || given != c.given {
			t.Errorf("SplitName(%s) = %q, %q", c.in, surname, given)
		}
	}
}

func TestStripHonorific(t *testing.T) {
	for in, want := range map[string]string{"王总": "王", "李经理": "李", "张先生": "张", "张三豐先生": "张三豐", "王總": "王", "陈副总经理": "陈", "赵工": "赵", "李建工": "李建工", "欧阳老师": "欧阳", "先生": "先生",
		"老板": "老板", "王小姐 ": "王", "孙总监": "孙", "刘哥": "刘", "小王": "小王", "王董事长先生": "王", "Mr Smith": "Mr Smith", "": ""} {
		if got := han.StripHonorific(in); got != want {
			t.Errorf("StripHonorific(%s) = %q, want %q", in, got, want)
		}
	}
}

func TestFirmCore(t *testing.T) {
	for in, want := range map[string]string{
		"深圳市华强电子科技（集团）股份有限公司": "华强电子科技", "华强电子科技(深圳)有限公司": "华强电子科技", "北京百度网讯科技有限公司": "百度网讯科技", "華強電子科技股份有限公司": "华强电子科技",
		"广东省深圳市南山区腾讯计算机系统有限公司": "腾讯计算机系统", "浙江省义乌市小商品城集团股份有限公司": "小商品城", "腾讯科技(深圳)有限公司上海分公司": "腾讯科技上海分公司", "北京超市发连锁股份有限公司": "超市发连锁",
		"Acme Co., Ltd.": "acme", "ACME, Inc": "acme", "Costco": "costco", "张三": "张三", "北京公司": "北京公司", "有限公司": "有限公司", "(股)公司": "股公司", "": "", "内蒙古自治区伊利实业集团股份有限公司": "伊利实业",
		"台灣積體電路製造股份有限公司": "积体电路制造", "上海市有限公司": "上海市有限公司", "广东深圳公司": "广东深圳公司",
	} {
		if got := han.FirmCore(in); got != han.Fold(want) && got != want {
			t.Errorf("FirmCore(%s) = %q, want %q", in, got, want)
		}
	}
}

func TestFoldName(t *testing.T) {
	for _, alike := range [][]string{
		{"王小明先生", "王 小明", "王小明", "王小明女士"}, {"深圳市华强电子有限公司", "华强电子（深圳）股份有限公司", "華強電子", "华强电子"}, {"Acme Co., Ltd.", "ACME", "acme inc."}, {"尼古拉·特斯拉", "尼古拉特斯拉"}, {"John  Smith", "john smith"},
	} {
		for _, other := range alike[1:] {
			if a, b := han.FoldName(alike[0]), han.FoldName(other); a != b {
				t.Errorf("%s and %s fold apart: %q, %q", alike[0], other, a, b)
			}
		}
	}
	for _, apart := range [][2]string{{"王小明", "王晓明"}, {"腾讯科技有限公司上海分公司", "腾讯科技有限公司"}, {"!!!", "???"}} {
		if han.FoldName(apart[0]) == han.FoldName(apart[1]) {
			t.Errorf("%s and %s fold alike: %q", apart[0], apart[1], han.FoldName(apart[0]))
		}
	}
}

// TestFirmsStayApart: a thousand real firms keep a name each.
func TestFirmsStayApart(t *testing.T) {
	b, err := os.ReadFile(filepath.Join("..", "..", "..", "shared", "data", "er", "twse_2023.csv"))
	if err != nil {
		t.Skip("no list of firms here")
	}
	rows, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(string(b), "\ufeff"))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	cores := map[string]string{}
	clashes := 0
	for _, row := range rows[1:] {
		name := row[1]
		core := han.FoldName(name)
		if core == "" {
			t.Errorf("%q has no core", name)
		}
		if before, ok := cores[core]; ok && before != name {
			clashes++
		}
		cores[core] = name
	}
	if clashes > 5 {
		t.Errorf("%d of %d firms fold alike", clashes, len(rows))
	}
}

// TestReadingsAreTheDictionary: every character that go-pinyin reads is read,
// by one of its readings or as our own list says.
func TestReadingsAreTheDictionary(t *testing.T) {
	ours, err := os.ReadFile("data/heteronyms.txt")
	if err != nil {
		t.Fatal(err)
	}
	args := pinyin.NewArgs()
	args.Heteronym = true
	for code := range pinyin.PinyinDict {
		r := rune(code)
		if r >= 0xE000 && r <= 0xFAFF {
			continue // private use; compatibility forms are folded away
		}
		known := pinyin.SinglePinyin(r, args)
		got := han.Readings(r)
		if len(got) == 0 || len(got) > 4 {
			t.Errorf("%c has the readings %v, the dictionary %v", r, got, known)
		}
		for _, say := range got {
			if !slices.Contains(known, say) && !slices.Contains(known, strings.Replace(say, "u", "v", 1)) && !strings.Contains(string(ours), string(r)+"=") {
				t.Errorf("%c is read %s, the dictionary has %v", r, say, known)
			}
		}
	}
}
