package codes_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"kedang/internal/codes"
)

func TestParsePhones(t *testing.T) {
	type phones = []codes.Phone
	tests := []struct {
		text, region string
		want         phones
	}{
		{"", "CN", nil},
		{" ，、 ", "CN", nil},
		{"13800138000", "CN", phones{{E164: "+8613800138000", Kind: "mobile", Raw: "13800138000"}}},
		{"１３８００１３８０００", "", phones{{E164: "+8613800138000", Kind: "mobile", Raw: "１３８００１３８０００"}}},
		{"1.3800138E+10", "CN", phones{{E164: "+8613800138000", Kind: "mobile", Raw: "1.3800138E+10"}}},
		{"95588", "CN", phones{{Service: "95588", Kind: "service", Raw: "95588"}}},
		{"客服：10086", "CN", phones{{Service: "10086", Kind: "service", Label: "客服", Raw: "客服：10086"}}},
		{"110", "CN", phones{{Service: "110", Kind: "service", Raw: "110"}}},
		{"95588", "TW", phones{{Raw: "95588", Problem: "bad_phone"}}},
		{"12000", "CN", phones{{Service: "12000", Kind: "service", Raw: "12000"}}},
		{"13000", "CN", phones{{Raw: "13000", Problem: "bad_phone"}}},
		{"1.38E+10", "CN", phones{{Raw: "1.38E+10", Problem: "phone_scientific"}}},
		{"15017955450.0", "CN", phones{{E164: "+8615017955450", Kind: "mobile", Raw: "15017955450.0"}}},
		{"'15807638978", "CN", phones{{E164: "+8615807638978", Kind: "mobile", Raw: "'15807638978"}}},
		{"010-65551234转801", "CN", phones{{E164: "+861065551234", Ext: "801", Kind: "fixed", Raw: "010-65551234转801"}}},
		{"010-65551234 分机：801", "CN", phones{{E164: "+861065551234", Ext: "801", Kind: "fixed", Raw: "010-65551234 分机：801"}}},
		{"(02)2123-4567 ext. 12", "TW", phones{{E164: "+886221234567", Ext: "12", Kind: "fixed", Raw: "(02)2123-4567 ext. 12"}}},
		{"(02)2123-4567#12", "TW", phones{{E164: "+886221234567", Ext: "12", Kind: "fixed", Raw: "(02)2123-4567#12"}}},
		{"010-65551234-801", "CN", phones{{E164: "+861065551234", Ext: "801", Kind: "fixed", Raw: "010-65551234-801"}}},
		{"13800138000/13900139000", "CN", phones{
			{E164: "+8613800138000", Kind: "mobile", Raw: "13800138000"},
			{E164: "+8613900139000", Kind: "mobile", Raw: "13900139000"}}},
		{"13800138000 13900139000", "CN", phones{
			{E164: "+8613800138000", Kind: "mobile", Raw: "13800138000"},
			{E164: "+8613900139000", Kind: "mobile", Raw: "13900139000"}}},
		{"138 0013 8000 139 0013 9000", "CN", phones{
			{E164: "+8613800138000", Kind: "mobile", Raw: "138 0013 8000"},
			{E164: "+8613900139000", Kind: "mobile", Raw: "139 0013 9000"}}},
		{"021-65551216/17/18", "CN", phones{
			{E164: "+862165551216", Kind: "fixed", Raw: "021-65551216"},
			{E164: "+862165551217", Kind: "fixed", Raw: "021-65551217"},
			{E164: "+862165551218", Kind: "fixed", Raw: "021-65551218"}}},
		{"010/65551234", "CN", phones{{E164: "+861065551234", Kind: "fixed", Raw: "010-65551234"}}},
		{"010-65551234/65551235、6555 1236", "CN", phones{
			{E164: "+861065551234", Kind: "fixed", Raw: "010-65551234"},
			{E164: "+861065551235", Kind: "fixed", Raw: "010-65551235"},
			{E164: "+861065551236", Kind: "fixed", Raw: "010-65551236"}}},
		{"02-2123-4567/2123-4568", "TW", phones{
			{E164: "+886221234567", Kind: "fixed", Raw: "02-2123-4567"},
			{E164: "+886221234568", Kind: "fixed", Raw: "02-21234568"}}},
		{"13800138000/65551235", "CN", phones{
			{E164: "+8613800138000", Kind: "mobile", Raw: "13800138000"},
			{Raw: "65551235", Problem: "bad_phone"}}},
		{"310/246-1501", "US", phones{{E164: "+13102461501", Kind: "fixed", Raw: "310-246-1501"}}},
		{"310/246-1501", "CN", phones{{E164: "+863102461501", Kind: "fixed", Raw: "310-246-1501"}}},
		{"138-0013-8014/15", "CN", phones{
			{E164: "+8613800138014", Kind: "mobile", Raw: "138-0013-8014"},
			{E164: "+8613800138015", Kind: "mobile", Raw: "138-0013-8015"}}},
		{"1380013800013900139000", "CN", phones{
			{E164: "+8613800138000", Kind: "mobile", Raw: "13800138000"},
			{E164: "+8613900139000", Kind: "mobile", Raw: "13900139000"}}},
		{"张三13800138000李四13900139000", "CN", phones{
			{E164: "+8613800138000", Kind: "mobile", Label: "张三", Raw: "张三13800138000"},
			{E164: "+8613900139000", Kind: "mobile", Label: "李四", Raw: "李四13900139000"}}},
		{"13800138000张三13900139000李四", "CN", phones{
			{E164: "+8613800138000", Kind: "mobile", Label: "张三", Raw: "13800138000张三"},
			{E164: "+8613900139000", Kind: "mobile", Label: "李四", Raw: "13900139000李四"}}},
		{"手机：13800138000；办公:010-65551234", "CN", phones{
			{E164: "+8613800138000", Kind: "mobile", Label: "手机", Raw: "手机：13800138000"},
			{E164: "+861065551234", Kind: "fixed", Label: "办公", Raw: "办公:010-65551234"}}},
		{"13800138000(王经理)", "CN", phones{{E164: "+8613800138000", Kind: "mobile", Label: "王经理", Raw: "13800138000(王经理)"}}},
		{"13800138000、无", "CN", phones{{E164: "+8613800138000", Kind: "mobile", Label: "无", Raw: "13800138000 无"}}},
		{"0703-6374636", "CN", phones{{E164: "+867036374636", Kind: "fixed", Raw: "0703-6374636", Problem: "phone_unsure"}}},
		{"886-6-7861000", "CN", phones{{E164: "+88667861000", Kind: "fixed", Raw: "886-6-7861000"}}},
		{"852 2123 4567", "CN", phones{{E164: "+85221234567", Kind: "fixed", Raw: "852 2123 4567"}}},
		{"0999999", "CN", phones{{Raw: "0999999", Problem: "bad_phone"}}},
		{"没有", "CN", phones{{Raw: "没有", Problem: "bad_phone"}}},
		{"18872213401/0988-7714515", "CN", phones{
			{E164: "+8618872213401", Kind: "mobile", Raw: "18872213401"},
			{E164: "+869887714515", Kind: "fixed", Raw: "0988-7714515", Problem: "phone_unsure"}}},
		{"91234567", "HK", phones{{E164: "+85291234567", Kind: "mobile", Raw: "91234567"}}},
		{"13800138000", "HK", phones{{E164: "+8613800138000", Kind: "mobile", Raw: "13800138000", Problem: "phone_unsure"}}},
		{"+1 650 253 0000", "CN", phones{{E164: "+16502530000", Kind: "fixed", Raw: "+1 650 253 0000"}}},
		{"86-19901016786", "TW", phones{{E164: "+8619901016786", Kind: "mobile", Raw: "86-19901016786"}}},
		{"0912-345-678", "TW", phones{{E164: "+886912345678", Kind: "mobile", Raw: "0912-345-678"}}},
		{"400-123-4567", "CN", phones{{E164: "+864001234567", Kind: "shared", Raw: "400-123-4567"}}},
	}
	for _, tt := range tests {
		if diff := cmp.Diff(tt.want, codes.ParsePhones(tt.text, tt.region)); diff != "" {
			t.Errorf("%q in %s (-want +got):\n%s", tt.text, tt.region, diff)
		}
	}
}

func TestPhoneVectors(t *testing.T) {
	kinds := map[string]string{"fixedLine": "fixed", "mobile": "mobile", "tollFree": "toll_free", "sharedCost": "shared", "premiumRate": "premium", "voip": "voip", "pager": "pager", "uan": "uan", "personalNumber": "personal"}
	for _, row := range openData(t, "vectors/phone_formats.csv") {
		p := codes.ParsePhone(row["input"], row["default_region"])
		if p.E164 != row["expect_e164"] || (p.E164 == "") != (p.Problem != "") || p.Raw != row["input"] {
			t.Errorf("%q in %s (%s): %+v, want %q", row["input"], row["default_region"], row["note"], p, row["expect_e164"])
		}
		types := strings.Split(row["types_by_pattern"], "|")
		if want := kinds[types[len(types)-1]]; p.Kind != want {
			t.Errorf("%q is %q, want %q", row["input"], p.Kind, want)
		}
	}
	for _, row := range openData(t, "vectors/phone_examples_libphonenumber.csv") {
		p := codes.ParsePhone(row["e164"], "CN")
		if p.E164 != row["e164"] || p.Kind != kinds[row["type"]] {
			t.Errorf("%s %s: %+v", row["region"], row["type"], p)
		}
	}
}

// Every number of the made-up customer list is read, and nothing is lost.
func TestPhonesOfCustomers(t *testing.T) {
	read, refused := 0, map[string]int{}
	for _, row := range openData(t, "er/cn_synth_customers.csv") {
		for _, column := range []string{"手机", "座机"} {
			digits := ""
			for _, p := range codes.ParsePhones(row[column], "CN") {
				digits += p.Raw
				if p.E164 != "" {
					read++
					continue
				}
				refused[p.Problem]++
				if p.Problem != "phone_scientific" {
					t.Errorf("%q: %+v", row[column], p)
				}
			}
			if digits != strings.ReplaceAll(row[column], "/", "") {
				t.Errorf("%q came back as %q", row[column], digits)
			}
		}
	}
	if read < 4000 || refused["phone_scientific"] < 20 {
		t.Errorf("%d read, refused %v", read, refused)
	}
}

func TestFormatPhone(t *testing.T) {
	for stored, want := range map[string]string{
		"+8613800138000":         "138 0013 8000",
		"+861065551234":          "010 6555 1234",
		"+861065551234;ext=801":  "010 6555 1234-801",
		"+85251234567":           "+852 5123 4567",
		"+886912345678":          "+886 912 345 678",
		"没有":                     "没有",
		"":                       "",
		"+86":                    "+86",
		"+99999999999999999999x": "+99999999999999999999x",
	} {
		if got := codes.FormatPhone(stored); got != want {
			t.Errorf("%q is shown as %q, want %q", stored, got, want)
		}
	}
	if got := codes.FormatPhoneIn("+886912345678", "TW"); got != "0912 345 678" {
		t.Error(got)
	}
	if got := codes.FormatPhoneIn("+8613800138000", "TW"); got != "+86 138 0013 8000" {
		t.Error(got)
	}
	if got := codes.MaskPhone("+8613800138000"); got != "138****8000" {
		t.Error(got)
	}
	if got := codes.MaskPhone("+85251234567"); got != "+852****4567" {
		t.Error(got)
	}
}

func FuzzParsePhones(f *testing.F) {
	for _, s := range []string{"13800138000", "010-65551234转801", "办:1.38E+10/x", "+86", "(", "转", "#", "\xff1"} {
		f.Add(s, "CN")
	}
	f.Fuzz(func(t *testing.T, text, region string) {
		for _, p := range codes.ParsePhones(text, region) {
			if (p.E164 == "") != (p.Problem == "bad_phone" || p.Problem == "phone_scientific") {
				t.Errorf("%q: %+v", text, p)
			}
			if p.E164 != "" {
				if again := codes.ParsePhone(p.E164, region); again.E164 != p.E164 && p.Problem == "" {
					t.Errorf("%q: %q is read as %+v", text, p.E164, again)
				}
			}
			codes.FormatPhone(p.String())
		}
	})
}

func BenchmarkParsePhones(b *testing.B) {
	for _, text := range []string{"13800138000", "+86 138 0013 8000", "010-65551234转801"} {
		b.Run(text, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				codes.ParsePhones(text, "CN")
			}
		})
	}
}
