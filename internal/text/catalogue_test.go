package text_test

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
	"github.com/google/go-cmp/cmp"

	"kedang/internal/text"
)

func catalogue(t *testing.T, lang text.Lang) map[string]string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("catalogue", string(lang)+".yaml"))
	if err != nil {
		t.Fatal(err)
	}
	lines := map[string]string{}
	if err := yaml.UnmarshalWithOptions(b, &lines, yaml.Strict()); err != nil {
		t.Fatalf("%s: %v", lang, err)
	}
	return lines
}

var (
	placeholder = regexp.MustCompile(`\{[^{}]*\}`)
	optional    = regexp.MustCompile(`\[[^\[\]]*\]`)
	goodCode    = regexp.MustCompile(`^[a-z][a-z0-9_]*(\.[a-z0-9_]+)?$`)
	goodHole    = regexp.MustCompile(`^\{[a-z_]+(@[a-z]+)?\}$`)
)

// holes are the parameters of a sentence; those that may be missing carry a ?.
func holes(s string) []string {
	var found []string
	for _, run := range optional.FindAllString(s, -1) {
		for _, h := range placeholder.FindAllString(run, -1) {
			found = append(found, h+"?")
		}
	}
	found = append(found, placeholder.FindAllString(optional.ReplaceAllString(s, ""), -1)...)
	slices.Sort(found)
	return slices.Compact(found)
}

func TestCataloguesAgree(t *testing.T) {
	base := catalogue(t, text.ZhHans)
	if len(base) < 120 {
		t.Fatalf("only %d sentences", len(base))
	}
	for _, lang := range text.Langs() {
		lines := catalogue(t, lang)
		for code, line := range base {
			if other, ok := lines[code]; !ok {
				t.Errorf("%s lacks %s", lang, code)
			} else if diff := cmp.Diff(holes(line), holes(other)); diff != "" {
				t.Errorf("%s %s has other parameters than zh-Hans:\n%s", lang, code, diff)
			}
		}
		for code, line := range lines {
			if _, ok := base[code]; !ok {
				t.Errorf("zh-Hans lacks %s", code)
			}
			checkSentence(t, lang, code, line)
		}
	}
}

func checkSentence(t *testing.T, lang text.Lang, code, line string) {
	t.Helper()
	if !goodCode.MatchString(code) || strings.TrimSpace(line) != line || line == "" {
		t.Errorf("%s %s: %q", lang, code, line)
	}
	for _, h := range placeholder.FindAllString(line, -1) {
		if !goodHole.MatchString(h) {
			t.Errorf("%s %s: odd parameter %s", lang, code, h)
		}
	}
	if strings.Count(line, "[") != len(optional.FindAllString(line, -1)) || strings.Count(line, "{") != len(placeholder.FindAllString(line, -1)) {
		t.Errorf("%s %s: brackets do not close: %s", lang, code, line)
	}
	word := strings.Contains(code, ".") || code == "more"
	stop := strings.ContainsAny(line[len(line)-1:], ".?]") || strings.HasSuffix(line, "。") || strings.HasSuffix(line, "]")
	if !word && !stop {
		t.Errorf("%s %s does not end: %s", lang, code, line)
	}
	for _, run := range optional.FindAllString(line, -1) {
		if !placeholder.MatchString(run) {
			t.Errorf("%s %s: %s is always there", lang, code, run)
		}
	}
}

// Characters of the sentences in zh-Hans that are not written so in
// traditional Chinese (by OpenCC's STCharacters).
const simplifiedOnly = "与业两个为从会传体关内写农减则刚删别务动区单历参变号启员围坏处备复头学实对导尝层币帮并库应开归当录彻态户护择损换数断无旧时显暂机杂权条来构标样档检残毁没状环现电盘码称筛简类级纬细经结络绝统继续编缩网联节补见规计认让议记设证识试话该误说请读账资赖转轮软较输边达过运还这进连选邮钥链销锁错长门闰间队隐页项频额验"

// Words that a conversion of characters alone leaves wrong in Taiwan.
var mainlandWords = []string{"默認", "信息", "軟件", "網絡", "數據", "登錄", "程式碼", "激活", "賬", "型別", "令牌", "記錄", "列名", "引數", "銷燬"}

// Taiwan's sentences hold no simplified character and no mainland word.
func TestTraditionalIsTraditional(t *testing.T) {
	for code, line := range catalogue(t, text.ZhHant) {
		if at := strings.IndexAny(line, simplifiedOnly); at >= 0 {
			t.Errorf("%s: simplified %q", code, line[at:])
		}
		for _, word := range mainlandWords {
			if strings.Contains(line, word) {
				t.Errorf("%s: %s in %s", code, word, line)
			}
		}
	}
}
