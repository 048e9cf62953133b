package han

import (
	_ "embed" // the tables are part of the program
	"strings"
	"sync"
	"unicode/utf8"
)

//go:embed data/glossary.tsv
var glossaryText string

//go:embed data/st_phrases.txt
var stPhrases string

//go:embed data/st_characters.txt
var stCharacters string

//go:embed data/ts_phrases.txt
var tsPhrases string

//go:embed data/ts_characters.txt
var tsCharacters string

//go:embed data/tw_phrases.txt
var twPhrases string

//go:embed data/tw_variants.txt
var twVariants string

// dictionary is a table of "key TAB value" lines, kept as text and found by
// the first character of the key: fifty thousand phrases cost an index of
// their first characters and no copies.
type dictionary struct {
	text  string
	spans map[rune][]span
}

// span is a stretch of lines whose keys begin with the same character.
type span struct{ start, end int }

// newDictionary indexes text, at its first use.
func newDictionary(text *string) func() *dictionary {
	return sync.OnceValue(func() *dictionary {
		d := &dictionary{text: *text, spans: map[rune][]span{}}
		last, start := rune(-1), 0
		for at := 0; at < len(d.text); {
			r, _ := utf8.DecodeRuneInString(d.text[at:])
			if r != last {
				if last >= 0 {
					d.spans[last] = append(d.spans[last], span{start, at})
				}
				last, start = r, at
			}
			end := strings.IndexByte(d.text[at:], '\n')
			if end < 0 {
				end = len(d.text) - at - 1
			}
			at += end + 1
		}
		d.spans[last] = append(d.spans[last], span{start, len(d.text)})
		return d
	})
}

var (
	glossary     = newDictionary(&glossaryText)
	simpleWords  = newDictionary(&stPhrases)
	simpleChars  = newDictionary(&stCharacters)
	complexWords = newDictionary(&tsPhrases)
	complexChars = newDictionary(&tsCharacters)
	taiwanWords  = newDictionary(&twPhrases)
	taiwanForms  = newDictionary(&twVariants)
)

// longest finds the longest key that s begins with.
func (d *dictionary) longest(s string) (key, value string) {
	r, _ := utf8.DecodeRuneInString(s)
	for _, span := range d.spans[r] {
		for lines := d.text[span.start:span.end]; lines != ""; {
			line := lines
			if i := strings.IndexByte(lines, '\n'); i >= 0 {
				line, lines = lines[:i], lines[i+1:]
			} else {
				lines = ""
			}
			k, v, ok := strings.Cut(line, "\t")
			if ok && len(k) > len(key) && strings.HasPrefix(s, k) {
				key, value = k, v
			}
		}
	}
	return key, value
}

// group replaces, from left to right, by the first dictionary that knows what
// stands there.
func group(s string, dictionaries ...*dictionary) string {
	var b strings.Builder
	for s != "" {
		key, value := "", ""
		for _, d := range dictionaries {
			if key, value = d.longest(s); key != "" {
				break
			}
		}
		if key == "" {
			_, n := utf8.DecodeRuneInString(s)
			key, value = s[:n], s[:n]
		}
		b.WriteString(value)
		s = s[len(key):]
	}
	return b.String()
}

// segments divides s as OpenCC does: each phrase known is one, what stands
// between phrases is one.
func segments(s string, words *dictionary) []string {
	var out []string
	start, at := 0, 0
	for at < len(s) {
		key, _ := words.longest(s[at:])
		if key == "" {
			_, n := utf8.DecodeRuneInString(s[at:])
			at += n
			continue
		}
		if start < at {
			out = append(out, s[start:at])
		}
		at += len(key)
		out = append(out, key)
		start = at
	}
	if start < at {
		out = append(out, s[start:at])
	}
	return out
}

// ToTraditional writes simplified text as it is written in Taiwan: phrases and
// characters as OpenCC's s2twp, under the glossary of our trade, which wins
// (客户档案 is 客戶檔案, 联系人 is 聯絡人, 附件 stays). ASCII is left alone.
func ToTraditional(s string) string {
	if ascii(s) {
		return s
	}
	var b strings.Builder
	start, at := 0, 0
	for at < len(s) {
		key, value := "", ""
		if s[at] != '#' && s[at] >= utf8.RuneSelf {
			key, value = glossary().longest(s[at:])
		}
		if key == "" {
			_, n := utf8.DecodeRuneInString(s[at:])
			at += n
			continue
		}
		b.WriteString(taiwan(s[start:at]))
		b.WriteString(value)
		at += len(key)
		start = at
	}
	b.WriteString(taiwan(s[start:]))
	return b.String()
}

func taiwan(s string) string {
	var b strings.Builder
	for _, part := range segments(s, simpleWords()) {
		part = group(part, simpleWords(), simpleChars())
		part = group(part, taiwanWords())
		b.WriteString(group(part, taiwanForms()))
	}
	return b.String()
}

// ToSimplified writes traditional text in simplified characters, phrases
// first, as OpenCC's t2s.
func ToSimplified(s string) string {
	if ascii(s) {
		return s
	}
	var b strings.Builder
	for _, part := range segments(s, complexWords()) {
		b.WriteString(group(part, complexWords(), complexChars()))
	}
	return b.String()
}

func ascii(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}
