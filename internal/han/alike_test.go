package han_test

import (
	"slices"
	"testing"

	"kedang/internal/han"
)

func TestAlikeNames(t *testing.T) {
	for _, alike := range [][2]string{
		{"王府酒店", "张江王府酒店管理有限公司"}, {"張江王府酒店管理有限公司", "王府酒店"}, {"上海王府酒店有限公司", "张江王府酒店"}, {"华强电子", "华强电子科技股份有限公司"},
		{"深圳市华强电子科技有限公司", "華強電子商貿有限公司"}, {"陆家嘴金茂物业管理有限公司", "金茂物业"},
	} {
		if !han.AlikeNames(alike[0], alike[1]) || !han.AlikeNames(alike[1], alike[0]) {
			t.Errorf("%s and %s are not alike", alike[0], alike[1])
		}
	}
	for _, apart := range [][2]string{
		{"国际酒店", "王府国际酒店"}, {"王小明", "李王小明"}, {"王府酒店", "王府饭店"}, {"科技", "华强科技"}, {"酒店管理", "王府酒店管理"}, {"Acme", "Acme Trading"},
		{"华强电子", "北方工业大学附属华强电子"}, {"", ""}, {"", "王府酒店"},
	} {
		if han.AlikeNames(apart[0], apart[1]) {
			t.Errorf("%s and %s are alike", apart[0], apart[1])
		}
	}
}

// TestAlikeKeys: names that are alike meet in a key, whichever was kept first;
// what tells too little has none.
func TestAlikeKeys(t *testing.T) {
	meet := func(kept, asked string) bool {
		keys := han.AlikeKeys(kept)
		return slices.ContainsFunc(han.AlikeAsked(asked), func(k string) bool { return slices.Contains(keys, k) })
	}
	for _, alike := range [][2]string{{"王府酒店", "张江王府酒店管理有限公司"}, {"上海王府酒店有限公司", "张江王府酒店"}, {"华强电子", "华强电子科技股份有限公司"},
		{"深圳市华强电子科技有限公司", "華強電子商貿有限公司"}, {"陆家嘴金茂物业管理有限公司", "金茂物业"}} {
		if !meet(alike[0], alike[1]) || !meet(alike[1], alike[0]) {
			t.Errorf("%s and %s do not meet: %v, %v", alike[0], alike[1], han.AlikeKeys(alike[0]), han.AlikeKeys(alike[1]))
		}
	}
	for _, apart := range [][2]string{{"王府酒店", "王府饭店"}, {"华强电子", "北方工业大学附属华强电子"}, {"浦东王府酒店", "张江王府酒店"}} {
		if meet(apart[0], apart[1]) || meet(apart[1], apart[0]) {
			t.Errorf("%s and %s meet", apart[0], apart[1])
		}
	}
	for _, none := range []string{"", "王小明", "国际酒店", "Acme Trading"} {
		if got := append(han.AlikeKeys(none), han.AlikeAsked(none)...); len(got) > 0 {
			t.Errorf("%s has keys %v", none, got)
		}
	}
}
