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

// TestShorterNames: whatever a name is like and longer than is among the keys
// it asks for, and a key is never the name's own.
func TestShorterNames(t *testing.T) {
	got := han.ShorterNames("张江王府酒店管理有限公司")
	for _, want := range []string{"王府酒店", "张江王府酒店"} {
		if !slices.Contains(got, want) {
			t.Errorf("%s is not among %v", want, got)
		}
	}
	if got := han.ShorterNames("王府酒店"); len(got) != 0 {
		t.Errorf("王府酒店 is longer than %v", got)
	}
	if got := han.HeldNames("张江王府酒店管理有限公司"); !slices.Contains(got, "王府酒店") {
		t.Errorf("王府酒店 is not looked for: %v", got)
	}
}
