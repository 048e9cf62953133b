//go:build ignore

// The generator of the tables in data that come from elsewhere. It reads the
// dictionaries that scripts/opencc.sh has written out as text (the folder is
// its one argument) and go-pinyin's dictionary, and writes data/*.txt.
package main

import (
	"bufio"
	"fmt"
	"log"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/mozillazg/go-pinyin"
	"golang.org/x/text/encoding/simplifiedchinese"
)

func main() {
	if len(os.Args) != 2 {
		log.Fatal("usage: go run generate.go FOLDER-OF-OPENCC-TEXT")
	}
	in := os.Args[1]
	for from, to := range map[string]string{"STPhrases": "st_phrases", "STCharacters": "st_characters",
		"TSPhrases": "ts_phrases", "TSCharacters": "ts_characters", "TWPhrases": "tw_phrases", "TWVariants": "tw_variants"} {
		write(to, sorted(pairs(filepath.Join(in, from+".txt"))))
	}
	fold := folding(in)
	write("fold", sorted(fold))
	write("readings", readings(fold))
}

// pairs reads "key TAB value value …" and keeps the first value, which is the
// one OpenCC converts to.
func pairs(path string) map[string]string {
	f, err := os.Open(path)
	if err != nil {
		log.Fatal(err)
	}
	defer f.Close()
	out := map[string]string{}
	for lines := bufio.NewScanner(f); lines.Scan(); {
		if key, values, ok := strings.Cut(lines.Text(), "\t"); ok && !strings.HasPrefix(key, "#") {
			out[key] = strings.Fields(values)[0]
		}
	}
	return out
}

// folding is the traditional to simplified table, with the regional variants
// and our own, followed to its end so that folding twice changes nothing.
func folding(in string) map[string]string {
	step := pairs(filepath.Join(in, "TSCharacters.txt"))
	for from, to := range pairs("data/variants.tsv") {
		step[from] = to
	}
	out := map[string]string{}
	for from := range step {
		to := from
		for seen := map[string]bool{}; step[to] != "" && !seen[to]; to = step[to] {
			seen[to] = true
		}
		if to != from {
			out[from] = to
		}
	}
	return out
}

// readings groups characters by their readings without tones: everyday ones
// (GB 2312) keep the first reading or what heteronyms.txt says, traditional
// ones what their simplified form has, rare ones up to four.
func readings(fold map[string]string) []string {
	kept := ours()
	groups := map[string][]string{}
	for code := range pinyin.PinyinDict {
		c := string(rune(code))
		all := toneless(rune(code))
		if len(all) == 0 || code >= 0xE000 && code <= 0xFAFF {
			continue // private use; compatibility forms, which are folded away
		}
		is := all
		switch simple, changed := fold[c]; {
		case kept[c] != nil:
			is = kept[c]
		case everyday(c):
			is = all[:1]
		case changed && (everyday(simple) || kept[simple] != nil):
			want := kept[simple]
			if want == nil {
				want = toneless([]rune(simple)[0])[:1]
			}
			is = slices.DeleteFunc(slices.Clone(want), func(r string) bool { return !slices.Contains(all, r) })
			if len(is) == 0 {
				is = all[:1]
			}
		}
		key := strings.Join(is[:min(len(is), 4)], ",")
		groups[key] = append(groups[key], c)
	}
	var out []string
	for key, chars := range groups {
		slices.Sort(chars)
		out = append(out, key+"\t"+strings.Join(chars, ""))
	}
	slices.Sort(out)
	return out
}

func ours() map[string][]string {
	b, err := os.ReadFile("data/heteronyms.txt")
	if err != nil {
		log.Fatal(err)
	}
	out := map[string][]string{}
	for _, word := range strings.Fields(string(b)) {
		if c, list, ok := strings.Cut(word, "="); ok {
			out[c] = strings.Split(list, ",")
		}
	}
	return out
}

// toneless lists a character's readings: ü is v, as it is typed, and u beside.
func toneless(r rune) []string {
	args := pinyin.NewArgs()
	args.Heteronym = true
	var out []string
	for _, s := range pinyin.SinglePinyin(r, args) {
		if s != "" && strings.Trim(s, "abcdefghijklmnopqrstuvwxyz") == "" && !slices.Contains(out, s) {
			out = append(out, s)
		}
	}
	for _, s := range slices.Clone(out) {
		if u := strings.Replace(s, "v", "u", 1); u != s && !slices.Contains(out, u) {
			out = append(out, u)
		}
	}
	return out
}

func everyday(c string) bool {
	b, err := simplifiedchinese.GBK.NewEncoder().String(c)
	return err == nil && len(b) == 2 && b[0] >= 0xB0 && b[0] <= 0xF7 && b[1] >= 0xA1
}

func sorted(m map[string]string) []string {
	var out []string
	for from, to := range m {
		out = append(out, from+"\t"+to)
	}
	slices.Sort(out)
	return out
}

func write(name string, lines []string) {
	path := filepath.Join("data", name+".txt")
	if err := os.WriteFile(path, []byte(strings.Join(lines, "\n")+"\n"), 0o644); err != nil {
		log.Fatal(err)
	}
	fmt.Printf("%s: %d lines\n", path, len(lines))
}
