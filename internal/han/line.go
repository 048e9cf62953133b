package han

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// class is what a character is to the search.
type class byte

const (
	blank   class = iota // a space: ends a word
	hanzi                // a Han character
	letters              // a-z
	digits               // 0-9
	other                // everything else: marks, emoji, other scripts
)

func classOf(r rune) class {
	switch {
	case r >= 'a' && r <= 'z':
		return letters
	case r >= '0' && r <= '9':
		return digits
	case r == ' ':
		return blank
	case isHan(r):
		return hanzi
	}
	return other
}

// bare is the form that searches compare: folded, é as e, and marks that look
// alike as one. A text that is all invisible characters is compared as it is.
func bare(s string) string {
	f := Fold(s)
	if f == "" {
		return s
	}
	return withoutMarks(f)
}

func withoutMarks(s string) string {
	ascii := true
	for i := 0; i < len(s) && ascii; i++ {
		ascii = s[i] < utf8.RuneSelf
	}
	if ascii {
		return s
	}
	var out []byte
	for i, r := range s {
		to := r
		switch {
		case r == '·':
			to = '.'
		case r >= 0xC0 && r <= 0x24F || r >= 0x1E00 && r <= 0x1EFF:
			if p, ok := plain()[r]; ok {
				to = p
			}
		case r >= 0x2010 && r <= 0x30FB:
			to = markOf(r)
		case r >= 0x3400:
			if !isRare(r) {
				break
			}
			if usual, ok := common[r]; ok {
				to = usual
			}
		}
		if to != r && out == nil {
			out = append(make([]byte, 0, len(s)), s[:i]...)
		}
		if out != nil {
			out = utf8.AppendRune(out, to)
		}
	}
	if out == nil {
		return s
	}
	return string(out)
}

// markOf is the mark that stands for all that look like it: which dot a name of
// Xinjiang has, which apostrophe or dash, depends on the keyboard.
func markOf(r rune) rune {
	switch r {
	case '•', '‧', '∙', '⋅', '⸱', '・':
		return '.'
	case '‐', '‑', '‒', '–', '—', '―', '−':
		return '-'
	case '‘', '’', '‛', '′':
		return '\''
	case '“', '”', '„', '‟', '″':
		return '"'
	}
	return r
}

// run is a stretch of characters of one class.
type run struct {
	class      class
	start, end int // in runes
}

// runs divides characters into stretches of one class; blanks are left out.
func runs(text []rune) []run {
	var out []run
	for i := 0; i < len(text); {
		c := classOf(text[i])
		j := i + 1
		for j < len(text) && classOf(text[j]) == c {
			j++
		}
		if c != blank {
			out = append(out, run{c, i, j})
		}
		i = j
	}
	return out
}

// line is a text as the search reads it: the characters compared, their
// stretches, and for each Han character how it may be read.
type line struct {
	text string // bare
	char []rune
	runs []run
	says [][]string // nil for what has no reading
}

// read makes a line; sound asks for the readings too.
func read(s string, sound bool) line {
	l := line{text: bare(s)}
	l.char = []rune(l.text)
	l.runs = runs(l.char)
	if sound && slices.ContainsFunc(l.runs, func(r run) bool { return r.class == hanzi }) {
		l.sound(s)
	}
	return l
}

// maxWholeSaid is how many characters a title may have to be found as a whole by
// its pinyin.
const maxWholeSaid = 6

// sayable tells a line of a few Han characters and nothing else, all of which
// can be read.
func (l *line) sayable() bool {
	return l.says != nil && len(l.runs) == 1 && len(l.char) <= maxWholeSaid && !slices.ContainsFunc(l.says, func(s []string) bool { return len(s) == 0 })
}

// sound finds the readings. A character is read as any word around it has
// it; alone as the dictionary has it; a surname at the head of a stretch as
// surnames are read, too.
func (l *line) sound(original string) {
	t := speech()
	source := []rune(withoutMarks(fold(original, false))) // 乾 is qian or gan, its folded form 干 only gan
	if len(source) != len(l.char) {
		source = l.char
	}
	l.says = make([][]string, len(l.char))
	for _, r := range l.runs {
		if r.class != hanzi {
			continue
		}
		for i := r.start; i < r.end; i++ {
			t.phrasesAt(l.char[i:r.end], l.says[i:])
		}
		for i := r.start; i < r.end; i++ {
			if l.says[i] == nil {
				l.says[i] = t.readings(source[i])
			}
		}
		t.surnameAt(l.char[r.start:r.end], l.says[r.start:])
		if r.end-r.start == 2 && strings.ContainsRune("老小阿大", l.char[r.start]) { // 老单
			t.surnameAt(l.char[r.start+1:r.end], l.says[r.start+1:])
		}
	}
}

// phrasesAt adds the readings of every known word at the head of text.
func (t *spoken) phrasesAt(text []rune, says [][]string) {
	for _, p := range t.phrases[text[0]] {
		if len(p.runes) > len(text) || !slices.Equal(p.runes, text[:len(p.runes)]) {
			continue
		}
		for k, s := range p.says {
			says[k] = alsoTyped(says[k], s)
		}
	}
}

// surnameAt adds the surname's reading where text begins with one.
func (t *spoken) surnameAt(text []rune, says [][]string) {
	for _, p := range t.compound[text[0]] {
		if p.says != nil && len(p.runes) <= len(text) && slices.Equal(p.runes, text[:len(p.runes)]) {
			for k, s := range p.says {
				says[k] = alsoTyped(says[k], s)
			}
			return
		}
	}
	for _, s := range t.surnames[string(text[:1])] {
		says[0] = also(says[0], s)
	}
}

// alsoTyped adds a reading as it is typed: lü is lv, or lu.
func alsoTyped(list []string, s string) []string {
	list = also(list, s)
	if strings.IndexByte(s, 'v') >= 0 {
		list = also(list, strings.Replace(s, "v", "u", 1))
	}
	return list
}

// also adds a reading without changing the list given, which may be shared.
func also(list []string, s string) []string {
	if slices.Contains(list, s) {
		return list
	}
	return append(list[:len(list):len(list)], s)
}

// common are characters in a Japanese or rare form that names have and nobody
// types, each before the usual one: 𠮷野家 is asked for as 吉野家. Only the search
// takes them for one.
var common = func() map[rune]rune {
	out := map[rune]rune{}
	for _, pair := range strings.Fields("𠮷吉 戸户 塩盐 沢泽 辺边 広广 桜樱 竜龙 黒黑 関关 徳德 浜滨 栄荣 髙高 﨑崎 邨村 斉齐 渋涩 円圆 亜亚 団团 図图 発发 実实 歩步 鉄铁 対对 単单 気气 毎每 済济 歳岁 囲围 帰归 妳你 堦阶 畧略 凴凭 砲炮 煕熙 凞熙 峩峨 冨富 嶋岛 嶌岛") {
		r := []rune(pair)
		out[r[0]] = r[1]
	}
	return out
}()

// rare has a bit for each remainder of a character of common: nearly every
// character is told from them without a look into the map.
var rare = func() (bits [64]uint64) {
	for r := range common {
		bits[r>>6&63] |= 1 << (r & 63)
	}
	return bits
}()

func isRare(r rune) bool { return rare[r>>6&63]>>(r&63)&1 != 0 }
