package codes_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"kedang/internal/codes"
)

func TestParseEmail(t *testing.T) {
	for text, want := range map[string]string{
		"Wang.Fang@Example.COM":    "Wang.Fang@example.com",
		" wang＠example。com ":       "wang@example.com",
		"mailto:a@b.cn":            "a@b.cn",
		"王芳 <a@b.cn>":              "a@b.cn",
		"王芳@例子.中国":                 "王芳@例子.中国",
		"a+tag@b.co.uk":            "a+tag@b.co.uk",
		"a@b":                      "",
		"a b@c.cn":                 "",
		"@b.cn":                    "",
		"a@":                       "",
		"a..b@c.cn":                "",
		"a@-b.cn":                  "",
		"a@b..cn":                  "",
		"a@b.cn,c@d.cn":            "",
		"<script>alert(1)@x.com":   "",
		"\"a\"@b.cn":               "",
		"a@b.cn\x00":               "a@b.cn",
		"wx_5w8xmy5y":              "",
		"http://a@b.cn/x":          "",
		"a@" + string([]byte{255}): "",
	} {
		got, problems := codes.ParseEmail(text)
		if want == "" {
			if word(problems) != "bad_email" || got != text {
				t.Errorf("%q was read as %q", text, got)
			}
			continue
		}
		if got != want || problems != nil {
			t.Errorf("%q: %q %v, want %q", text, got, problems, want)
		}
	}
	good, bad := codes.ParseEmails("a@b.cn；王芳 <c@d.cn>, e@f.cn g@h.cn\n无")
	if diff := cmp.Diff([][]string{{"a@b.cn", "c@d.cn", "e@f.cn", "g@h.cn"}, {"无"}}, [][]string{good, bad}); diff != "" {
		t.Error(diff)
	}
}

func TestParseURL(t *testing.T) {
	for text, want := range map[string]string{
		"www.Kedang.cn":                        "https://www.kedang.cn",
		"HTTP://Example.com/Path?Q=1#F":        "http://example.com/Path?Q=1#F",
		"https://例子.中国/路径":                     "https://例子.中国/路径",
		"http://127.0.0.1:8080/":               "http://127.0.0.1:8080/",
		"http://[::1]:8080/":                   "http://[::1]:8080/",
		"http://localhost":                     "http://localhost",
		"https://User@Example.com":             "https://User@example.com",
		"http:// www.x.com":                    "http://www.x.com",
		"http//www.x.com/a":                    "http://www.x.com/a",
		"https：//www.x.com":                    "https://www.x.com",
		"http:/x.com":                          "http://x.com",
		"javascript:alert(1)":                  "",
		"javascript://example.com/%0aalert(1)": "",
		"data:text/html,x":                     "",
		"ftp://example.com":                    "",
		"http://":                              "",
		"":                                     "",
		"没有":                                   "",
		"http://a b.com":                       "",
		"https://x.com/\"><script>":            "",
		"//example.com":                        "",
	} {
		got, problems := codes.ParseURL(text)
		if want == "" {
			if word(problems) != "bad_url" || got != text {
				t.Errorf("%q was read as %q", text, got)
			}
			continue
		}
		if got != want || problems != nil {
			t.Errorf("%q: %q %v, want %q", text, got, problems, want)
		}
	}
}

// No reader panics or takes long on strings made to hurt.
func TestHostileStrings(t *testing.T) {
	dir := filepath.Join("..", "..", "..", "shared", "data", "hostile")
	b, err := os.ReadFile(filepath.Join(dir, "blns_open.json"))
	if err != nil {
		t.Skip("no data folder beside the repository")
	}
	var lines []string
	if err := json.Unmarshal(b, &lines); err != nil {
		t.Fatal(err)
	}
	start := time.Now()
	for _, s := range lines {
		readAll(s)
	}
	if took := time.Since(start); took > 2*time.Second {
		t.Errorf("%d strings took %v", len(lines), took)
	}
}

func readAll(s string) {
	for _, form := range codes.Forms() {
		codes.ParseIdentity(form, s, today)
	}
	codes.ParsePhones(s, "CN")
	codes.ParseEmail(s)
	codes.ParseEmails(s)
	codes.ParseURL(s)
	codes.FindDivision(s)
	codes.Division(s)
	codes.ParseDate(s, codes.DateStyle{})
	codes.ParseDateTime(s, time.UTC, codes.DateStyle{})
	codes.ParseLunar(s)
	codes.ParseNumber(s)
	codes.FormatPhone(s)
}

func FuzzEveryReader(f *testing.F) {
	for _, s := range []string{"", "A123456(3)", "91350100M000100Y43", "http://[::1", "a@b.cn", "上海", "１２３４５６７８９０１２３４５６７８"} {
		f.Add(s)
	}
	f.Fuzz(func(_ *testing.T, s string) { readAll(s) })
}
