package han

import "strings"

// trades end the cores of firms' names without telling one from another.
var trades = strings.Fields(`管理 进出口 咨询 实业 商贸 贸易 科技 技术 发展 投资 控股 集团 工贸 企业 服务 连锁 股份 经营部 商行 门店 总店 旗舰店`)

// sharedWords are words of trade that many firms share: a name made of nothing else
// tells nobody.
var sharedWords = strings.Fields(`酒店管理 大酒店 酒店 饭店 宾馆 餐饮 国际 中国 中华 电子 信息 网络 软件 物业 房地产 地产 置业 建筑 工程 装饰 装修 建材 材料 机械 设备 制造 化工 食品 服饰 服装 纺织 医药 医疗 汽车 物流 运输 能源 环保 文化 传媒 广告 教育 旅游 农业 生物 金融 保险 电器 五金 家具 印刷 包装 塑料 钢铁 超市 百货`)

// longestHead is how many characters of an unknown place may stand before a
// firm's name: 张江, 陆家嘴, 中关村.
const longestHead = 4

// firmStem is a firm's core without the words of trade at its end, as long as
// something that tells it from others is left.
func firmStem(core string) string {
	for {
		cut := false
		for _, t := range trades {
			if head, ok := strings.CutSuffix(core, t); ok && telling(head) {
				core, cut = head, true
				break
			}
		}
		if !cut {
			return core
		}
	}
}

// telling tells that a name has at least two characters beside words that
// many firms share, and four in all.
func telling(s string) bool {
	if len([]rune(s)) < 4 {
		return false
	}
	for _, w := range sharedWords {
		s = strings.ReplaceAll(s, w, "")
	}
	return len([]rune(s)) >= 2
}

// AlikeNames tells that two names may be one firm's although they fold apart:
// legal form, words of trade at the end and a place at the head put aside,
// they are the same. 王府酒店 is like 张江王府酒店管理有限公司, 国际酒店 like none.
func AlikeNames(a, b string) bool {
	long, short := firmStem(FoldName(a)), firmStem(FoldName(b))
	if len(long) < len(short) {
		long, short = short, long
	}
	head, ok := strings.CutSuffix(long, short)
	return ok && hanOnly(short) && telling(short) && len([]rune(head)) <= longestHead
}

// AlikeKeys are the texts under which a name is kept, so that names that are
// like it find it by equality: "=" and its stem, "~" and the stem without one to
// four characters at the head. None for names that tell too little.
func AlikeKeys(s string) []string { return stemKeys(s, "~", nil) }

// AlikeAsked are the texts that a name like one looked for may be kept under:
// as long as it, longer by a place at the head, or shorter by one.
func AlikeAsked(s string) []string {
	stem := firmStem(FoldName(s))
	return stemKeys(s, "=", []string{"~" + stem})
}

// stemKeys is "=" and the stem, then more, then mark and each shorter stem.
func stemKeys(s, mark string, more []string) []string {
	stem := firmStem(FoldName(s))
	if !hanOnly(stem) || !telling(stem) {
		return nil
	}
	out := append([]string{"=" + stem}, more...)
	chars := []rune(stem)
	for n := 1; n <= longestHead && n < len(chars); n++ {
		if text := string(chars[n:]); telling(text) {
			out = append(out, mark+text)
		}
	}
	return out
}

func hanOnly(s string) bool {
	for _, r := range s {
		if !isHan(r) {
			return false
		}
	}
	return s != ""
}
