package codes_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"kedang/internal/codes"
)

func TestFindDivision(t *testing.T) {
	for _, tt := range []struct{ text, code, rest string }{
		{"上海市浦东新区张江路1号", "310115", "张江路1号"},
		{"上海浦东张江路1号", "310115", "张江路1号"},
		{"上海市 浦东新区 张江路1号", "310115", "张江路1号"},
		{"中国上海市上海市浦东新区张江路1号", "310115", "张江路1号"},
		{"200120上海市浦东新区", "310115", ""},
		{"上海市浦东大道1号", "310000", "浦东大道1号"},
		{"上海南京东路100号", "310000", "南京东路100号"},
		{"南京东路100号", "", "南京东路100号"},
		{"北京朝阳路1号", "110000", "朝阳路1号"},
		{"北京朝阳区建国路1号", "110105", "建国路1号"},
		{"北京海淀中关村大街1号", "110108", "中关村大街1号"},
		{"广东省深圳市南山区科技园", "440305", "科技园"},
		{"深圳南山科技园", "440305", "科技园"},
		{"广西南宁青秀区民族大道", "450103", "民族大道"},
		{"广西壮族自治区桂林市兴安县解放路487号", "450325", "解放路487号"},
		{"内蒙古呼伦贝尔新巴尔虎左旗和平路", "150726", "和平路"},
		{"新疆维吾尔自治区双河市解放路591号", "659007", "解放路591号"},
		{"西藏拉萨城关区", "540102", ""},
		{"吉林市船营区北京路", "220204", "北京路"},
		{"吉林省吉林市船营区北京路", "220204", "北京路"},
		{"海南省海口市龙华区", "460106", ""},
		{"青海省海南州共和县", "632521", ""},
		{"湖北恩施", "422800", ""},
		{"汶上县和平路232号", "370830", "和平路232号"},
		{"鼓楼区中山路1号", "", "鼓楼区中山路1号"},
		{"东莞市长安镇", "441900", "长安镇"},
		{"重庆市石柱土家族自治县长江路", "500240", "长江路"},
		{"臺北市信義區松仁路123號", "710107", "松仁路123號"},
		{"110台北市信義區松仁路123號", "710107", "松仁路123號"},
		{"台北市110信義區市府路45號", "710107", "市府路45號"},
		{"上海市200120号码亭", "310000", "200120号码亭"},
		{"台灣省臺北市信義區松仁路", "710107", "松仁路"},
		{"新竹市科學工業園區力行一路10-2號4樓", "710800", "科學工業園區力行一路10-2號4樓"},
		{"金門縣金城鎮民生路", "710501", "民生路"},
		{"香港中环皇后大道中1号", "810000", "中环皇后大道中1号"},
		{"香港特別行政區油尖旺區彌敦道", "810005", "彌敦道"},
		{"澳门大堂区新马路", "820004", "新马路"},
		{"米易縣文化路71號", "510421", "文化路71號"},
		{"Berlin, Hauptstraße 1", "", "Berlin, Hauptstraße 1"},
		{"", "", ""},
		{"上海", "310000", ""},
	} {
		code, rest := codes.FindDivision(tt.text)
		if code != tt.code || rest != tt.rest {
			t.Errorf("%q: %q %q, want %q %q", tt.text, code, rest, tt.code, tt.rest)
		}
	}
}

// Every division is found again by its own full path.
func TestFindEveryDivision(t *testing.T) {
	n := 0
	var walk func(code string)
	walk = func(under string) {
		for _, place := range codes.DivisionsUnder(under) {
			n++
			names, ok := codes.Division(place.Code)
			if !ok || names[len(names)-1] != place.Name {
				t.Errorf("%s %s: %v", place.Code, place.Name, names)
			}
			// 嘉峪关市 is a city and its only county: the path is what must agree.
			code, rest := codes.FindDivision(strings.Join(names, "") + "1号")
			if found, _ := codes.Division(code); !cmp.Equal(found, names) || rest != "1号" {
				t.Errorf("%v: %q %q, want %q", names, code, rest, place.Code)
			}
			walk(place.Code)
		}
	}
	walk("")
	if n < 3700 {
		t.Errorf("walked %d divisions", n)
	}
}

func TestDivision(t *testing.T) {
	for code, want := range map[string][]string{
		"310115":       {"上海市", "浦东新区"},
		"310000":       {"上海市"},
		"110101001000": {"北京市", "东城区"},
		"450325":       {"广西壮族自治区", "桂林市", "兴安县"},
		"441900":       {"广东省", "东莞市"},
		"710107":       {"台湾省", "台北市", "信义区"},
		"310108":       {"上海市"}, // withdrawn in 2015
		"990000":       nil,
		"31":           nil,
		"三一〇一一五":       nil,
	} {
		got, ok := codes.Division(code)
		if diff := cmp.Diff(want, got); diff != "" || ok != (want != nil) {
			t.Errorf("%s: %v %s", code, ok, diff)
		}
	}
	if !codes.KnownDivision("310115") || codes.KnownDivision("310108") {
		t.Error("known divisions are not told from withdrawn ones")
	}
	if got := codes.DivisionsUnder("310000"); len(got) != 16 || got[0] != (codes.Place{Code: "310101", Name: "黄浦区"}) {
		t.Errorf("under Shanghai: %v", got)
	}
}

// The addresses of the data sets begin with a division that is found.
func TestDivisionsOfCustomers(t *testing.T) {
	found, all := 0, 0
	for _, row := range openData(t, "er/cn_synth_customers.csv") {
		if row["地址"] == "" {
			continue
		}
		all++
		code, rest := codes.FindDivision(row["地址"])
		if code == "" {
			continue
		}
		found++
		if !strings.HasSuffix(row["地址"], rest) || strings.HasPrefix(rest, "区") || strings.HasPrefix(rest, "市") {
			t.Errorf("%q: %s %q", row["地址"], code, rest)
		}
	}
	if found < all*95/100 {
		t.Errorf("found %d of %d", found, all)
	}
	found, all = 0, 0
	for _, row := range openData(t, "er/twse_2023.csv") {
		all++
		if code, _ := codes.FindDivision(row["住址"]); code != "" {
			found++
		}
	}
	if found < all*90/100 {
		t.Errorf("found %d of %d", found, all)
	}
}

func FuzzFindDivision(f *testing.F) {
	for _, s := range []string{"上海市浦东新区", "臺北市\xff信義區", "北京北京北京北京北京北京北京", "吉林"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		code, rest := codes.FindDivision(text)
		if !strings.HasSuffix(text, rest) || code != "" && !codes.KnownDivision(code) {
			t.Errorf("%q: %q %q", text, code, rest)
		}
	})
}

func BenchmarkFindDivision(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		codes.FindDivision("广西壮族自治区桂林市兴安县解放路487号")
	}
}
