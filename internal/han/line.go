package han

import (
	"slices"
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

// bare is the form that searches compare: folded, and é as e. A text that is
// all invisible characters is compared as it is.
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
		case r >= 0xC0 && r <= 0x24F || r >= 0x1E00 && r <= 0x1EFF:
			if p, ok := plain()[r]; ok {
				to = p
			}
		case r >= 0x3400:
			to = common(r)
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
	}
}

// phrasesAt adds the readings of every known word at the head of text.
func (t *spoken) phrasesAt(text []rune, says [][]string) {
	for _, p := range t.phrases[text[0]] {
		if len(p.runes) > len(text) || !slices.Equal(p.runes, text[:len(p.runes)]) {
			continue
		}
		for k, s := range p.says {
			says[k] = also(says[k], s)
		}
	}
}

// surnameAt adds the surname's reading where text begins with one.
func (t *spoken) surnameAt(text []rune, says [][]string) {
	for _, p := range t.compound[text[0]] {
		if p.says != nil && len(p.runes) <= len(text) && slices.Equal(p.runes, text[:len(p.runes)]) {
			for k, s := range p.says {
				says[k] = also(says[k], s)
			}
			return
		}
	}
	for _, s := range t.surnames[string(text[:1])] {
		says[0] = also(says[0], s)
	}
}

// also adds a reading without changing the list given, which may be shared.
func also(list []string, s string) []string {
	if slices.Contains(list, s) {
		return list
	}
	return append(list[:len(list):len(list)], s)
}

// common is the usual form of a character that names have in a Japanese or
// rare one, and that nobody types so: 𠮷野家 is asked for as 吉野家. Only the
// search takes them for one.
func common(r rune) rune {
	switch r {
	case '𠮷':
		return '吉'
	case '戸':
		return '户'
	case '塩':
		return '盐'
	case '沢':
		return '泽'
	case '辺':
		return '边'
	case '広':
		return '广'
	case '桜':
		return '樱'
	case '竜':
		return '龙'
	case '黒':
		return '黑'
	case '関':
		return '关'
	case '徳':
		return '德'
	case '浜':
		return '滨'
	case '栄':
		return '荣'
	case '髙':
		return '高'
	case '﨑':
		return '崎'
	case '邨':
		return '村'
	case '斉':
		return '齐'
	case '渋':
		return '涩'
	case '円':
		return '圆'
	case '亜':
		return '亚'
	case '団':
		return '团'
	case '図':
		return '图'
	case '発':
		return '发'
	case '実':
		return '实'
	case '歩':
		return '步'
	case '鉄':
		return '铁'
	case '対':
		return '对'
	case '単':
		return '单'
	case '気':
		return '气'
	case '毎':
		return '每'
	case '済':
		return '济'
	case '歳':
		return '岁'
	case '囲':
		return '围'
	case '帰':
		return '归'
	case '妳':
		return '你'
	case '堦':
		return '阶'
	case '畧':
		return '略'
	case '凴':
		return '凭'
	case '砲':
		return '炮'
	case '煕', '凞':
		return '熙'
	case '峩':
		return '峨'
	case '冨':
		return '富'
	case '嶋', '嶌':
		return '岛'
	}
	return r
}
