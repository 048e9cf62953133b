package han

import (
	"slices"
	"strings"
	"unicode"
)

// unsaid are the marks in a name that nobody says and few type beside Han
// characters: brackets, quotes, dots and dashes. Between letters only an
// apostrophe is one; between digits none is, or numbers would run together.
const (
	unsaid      = "()（）[]［］【】〔〕<>＜＞《》〈〉「」『』\"“”·•・･‧∙⋅⸱-－—–_＿" + apostrophes
	stops       = ".．" // between Han characters only
	apostrophes = "'‘’＇`´′"
)

// asSaid is a name without the marks that are not said, and without the blanks
// that people put between Han characters to make names equally long (张　三).
// "" when that changes nothing, or leaves nothing.
func asSaid(name string) string {
	if !strings.ContainsAny(name, unsaid+stops+" \u3000\u00a0") {
		return ""
	}
	char := []rune(strings.TrimSpace(name))
	out := make([]rune, 0, len(char))
	for i, r := range char {
		before, after := neighbour(char, i, -1), neighbour(char, i, 1)
		switch {
		case strings.ContainsRune(unsaid, r):
			if isHan(before) || isHan(after) || strings.ContainsRune(apostrophes, r) {
				continue
			}
		case strings.ContainsRune(stops, r):
			if isHan(before) && isHan(after) {
				continue
			}
		case r == ' ' || r == 0x3000 || r == 0xA0:
			if isHan(before) && isHan(after) {
				continue
			}
		}
		out = append(out, r)
	}
	if said := string(out); said != name && len(out) > 0 {
		return said
	}
	return ""
}

// neighbour is the next character that is said, in a direction; 0 for none.
func neighbour(char []rune, i, step int) rune {
	for i += step; i >= 0 && i < len(char); i += step {
		if r := char[i]; r != ' ' && r != 0x3000 && r != 0xA0 && !strings.ContainsRune(unsaid, r) {
			return r
		}
	}
	return 0
}

// spellings are the further ways in which a name with Latin letters is typed
// without a pause: acmehotel for Acme Hotel, zjwang and zhangjiangwang for 张江
// Wang, mueller for Müller. A name of Han characters alone has none.
func spellings(name string) (out []string) {
	if !latin(name) {
		return nil
	}
	l := read(name, true)
	if len(l.char) > maxSaidRunes {
		return nil
	}
	put := func(s string) {
		if s != "" && s != l.text && !slices.Contains(out, s) && len(out) < maxSpellings {
			out = append(out, s)
		}
	}
	if l.says != nil && len(l.runs) > 0 {
		for _, s := range l.romanised() {
			put(s)
		}
	}
	put(l.joined())
	if umlauts := strings.NewReplacer("ä", "ae", "ö", "oe", "ü", "ue", "ß", "ss").Replace(Fold(name)); umlauts != Fold(name) {
		other := read(umlauts, false)
		put(other.text)
		put(other.joined())
	}
	return out
}

const maxSpellings = 8

// latin tells whether a name has letters besides Han characters.
func latin(name string) bool {
	for _, r := range name {
		if r < 0x250 && unicode.IsLetter(r) || r >= 0xFF21 && r <= 0xFF5A {
			return true
		}
	}
	return false
}

// joined is a text without the blanks and dashes between words of letters, ""
// when there are none. Initials stay apart: A-B is not ab.
func (l *line) joined() string {
	word := func(i int) bool {
		return i >= 0 && i < len(l.runs) && l.runs[i].class == letters && l.runs[i].end-l.runs[i].start > 1
	}
	var out []rune
	end, changed := 0, false
	for i, r := range l.runs {
		part, gap := l.char[r.start:r.end], l.char[end:r.start]
		dash := string(part) == "-" && len(gap) == 0 && word(i-1) && word(i+1)
		if len(gap) > 0 && word(i-1) && word(i) {
			gap, changed = nil, true
		}
		out = append(out, gap...)
		if end = r.end; dash {
			changed = true
			continue
		}
		out = append(out, part...)
	}
	if !changed {
		return ""
	}
	return string(out)
}

// romanised is a name with its Han characters written as initials and as full
// pinyin, everything that is no letter or digit left out. Of a character with
// several readings the first counts, but at the head of a name, where a surname
// may stand, each.
func (l *line) romanised() (out []string) {
	if !slices.ContainsFunc(l.runs, func(r run) bool { return r.class == letters }) {
		return nil
	}
	heads := []string{""}
	if l.runs[0].class == hanzi {
		heads = l.says[0]
	}
	for _, head := range heads {
		initials, full := "", ""
		for _, r := range l.runs {
			if r.class == letters || r.class == digits {
				initials, full = initials+string(l.char[r.start:r.end]), full+string(l.char[r.start:r.end])
			}
			for i := r.start; i < r.end && r.class == hanzi; i++ {
				if len(l.says[i]) == 0 {
					return nil
				}
				say := l.says[i][0]
				if i == 0 {
					say = head
				}
				initials, full = initials+say[:1], full+say
			}
		}
		out = append(out, initials, full)
	}
	return out
}
