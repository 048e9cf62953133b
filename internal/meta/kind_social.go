package meta

import (
	"strconv"
	"strings"

	"kedang/internal/errs"
	"kedang/internal/han"
)

// services are the networks an account may be of, with the words people write
// for them in sheets.
var services = []struct{ name, label, words string }{
	{"wechat", "微信", "微信 微信号 weixin wx"}, {"wecom", "企业微信", "企业微信 企微 wework"}, {"qq", "QQ", "qq号"},
	{"weibo", "微博", "微博 新浪微博"}, {"dingtalk", "钉钉", "钉钉"}, {"feishu", "飞书", "飞书 lark"}, {"douyin", "抖音", "抖音 抖音号 tiktok"},
	{"xiaohongshu", "小红书", "小红书 red"}, {"taobao", "淘宝", "淘宝 旺旺 阿里旺旺"}, {"line", "LINE", "line id"}, {"whatsapp", "WhatsApp", ""},
	{"facebook", "Facebook", "脸书 fb"}, {"instagram", "Instagram", "ig"}, {"linkedin", "LinkedIn", "领英"}, {"x", "X", "twitter 推特"},
	{"telegram", "Telegram", "tg"}, {"skype", "Skype", ""}, {"other", "", "其他 其它"},
}

// kindSocial is accounts on social networks: {"service": "wechat", "account": "…"}.
// The value is the account, the extra its service.
type kindSocial struct{ inSide }

// Name is "social".
func (kindSocial) Name() string { return "social" }

// Parse takes an array of objects, or of "wechat:name"; from a sheet, 微信:name.
func (kindSocial) Parse(_ *Field, v any, in *Input) (any, []errs.Problem) {
	if v == nil || v == "" {
		return nil, nil
	}
	list := listOf(v)
	if s, ok := v.(string); ok && in.Loose {
		list = list[:0]
		for _, part := range splitLoose(s) {
			list = append(list, part)
		}
	}
	if len(list) > mostItems {
		return nil, refusal("too_many_values", errs.Params{"max": mostItems})
	}
	var items []Item
	var ps []errs.Problem
	for i, x := range list {
		it, code := parseAccount(x)
		if code != "" {
			ps = append(ps, errs.Problem{Path: "[" + strconv.Itoa(i) + "]", Code: code, Params: because(code, it.Extra, 100, "social")})
			continue
		}
		if it.Value != "" {
			items = addItem(items, it)
		}
	}
	if ps != nil {
		return nil, ps
	}
	return oneOrNil(items), nil
}

func parseAccount(v any) (it Item, code string) {
	var service, account string
	switch x := v.(type) {
	case string:
		service, account = "other", strings.TrimSpace(x)
		for _, colon := range [...]string{":", "："} {
			if before, after, ok := strings.Cut(x, colon); ok && serviceOf(before) != "" {
				service, account = serviceOf(before), strings.TrimSpace(after)
			}
		}
	case map[string]any:
		account, _ = x["account"].(string)
		given, _ := x["service"].(string)
		service = "other"
		if given != "" {
			service = serviceOf(given)
		}
	default:
		return it, "wrong_kind"
	}
	if code := badText(account); code != "" {
		return it, code
	}
	switch {
	case service == "":
		given, _ := v.(map[string]any)["service"].(string)
		return Item{Extra: given}, "unknown_service"
	case len(account) > 100:
		return it, "too_long"
	}
	return Item{Value: account, Extra: service}, ""
}

// serviceOf finds a network by its name or a word for it; "" for none.
func serviceOf(word string) string {
	folded := han.Fold(word)
	for _, s := range services {
		if folded == s.name || folded == han.Fold(s.label) {
			return s.name
		}
		for _, w := range strings.Fields(s.words) {
			if folded == w {
				return s.name
			}
		}
	}
	return ""
}

// AppendJSON appends an array of {"service","account"}.
func (kindSocial) AppendJSON(dst []byte, _ *Field, v any) []byte {
	items, ok := v.([]Item)
	if !ok {
		return append(dst, "null"...)
	}
	dst = append(dst, '[')
	for i, it := range items {
		if i > 0 {
			dst = append(dst, ',')
		}
		account, _ := it.Value.(string)
		dst = AppendString(append(dst, `{"service":`...), it.Extra)
		dst = AppendString(append(dst, `,"account":`...), account)
		dst = append(dst, '}')
	}
	return append(dst, ']')
}

// Format joins "微信 name".
func (kindSocial) Format(_ *Field, v any, out *Output) string {
	items, _ := v.([]Item)
	parts := make([]string, len(items))
	for i, it := range items {
		account, _ := it.Value.(string)
		label := it.Extra
		for _, s := range services {
			if s.name == it.Extra {
				label = s.label
			}
		}
		if label == "微信" && out != nil && strings.HasPrefix(out.Lang, "en") {
			label = "WeChat"
		}
		parts[i] = strings.TrimSpace(label + " " + account)
	}
	return strings.Join(parts, listMark(out))
}

// Tokens adds each account as a code.
func (kindSocial) Tokens(f *Field, v any, mark string, t *han.Tokens) {
	items, _ := v.([]Item)
	for _, it := range items {
		s, _ := it.Value.(string)
		emit(f, "key", s, mark, t)
	}
}

// Operators lists the filter operators offered.
func (kindSocial) Operators() []string { return []string{"has", "missing", "present"} }
