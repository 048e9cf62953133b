package han

import (
	"strings"
	"unicode/utf8"
)

// SortHint says what a text is, for the reading of its first character.
type SortHint int

// The hints.
const (
	AnyText SortHint = iota // a short name that begins with a surname is taken for a person's
	Person                  // 单雄信 is under shan
	Firm                    // 单位 is under dan
)

// SortKey is a key whose bytes sort as people expect: marks, numbers by
// value, Latin letters, then Chinese by pinyin, character by character, then
// other scripts; what is read alike, by the characters themselves. Case,
// width and script (traditional or simplified) make no difference before
// that. The key is at most some 500 bytes long: names that agree in their
// first 48 characters sort alike.
func SortKey(s string) string { return SortKeyAs(s, AnyText) }

// The bytes that begin each kind of element in a key, in their order. Marks
// below '0' and digits and letters stand as themselves.
const (
	keyTie   = 0x01
	keySpace = ' '
	keyHan   = '{' // after 'z'
	keyMute  = '|' // Han characters without a reading
	keyOther = '}'
	maxKey   = 48
)

// SortKeyAs is [SortKey] told what the text is.
func SortKeyAs(s string, hint SortHint) string {
	text := withoutMarks(Fold(s))
	chars := []rune(text)
	if len(chars) > maxKey {
		chars = chars[:maxKey]
	}
	source := []rune(withoutMarks(fold(s, false)))
	if len(source) < len(chars) {
		source = chars
	}
	out := make([]byte, 0, 8*len(chars))
	var says []string
	for i := 0; i < len(chars); {
		switch c := chars[i]; classOf(c) {
		case digits:
			end := i
			for end < len(chars) && classOf(chars[end]) == digits {
				end++
			}
			out = appendNumber(out, string(chars[i:end]))
			i = end
			continue
		case letters, blank:
			out = append(out, byte(c))
		case hanzi:
			if says == nil {
				says = inOrder(chars, source, hint)
			}
			out = appendSaid(out, says[i], c)
		default:
			if c < utf8.RuneSelf && c < '0' {
				out = append(out, byte(c))
			} else {
				out = utf8.AppendRune(append(out, keyOther), c)
			}
		}
		i++
	}
	out = append(out, keyTie)
	return string(append(out, string(chars)...))
}

func appendSaid(out []byte, say string, c rune) []byte {
	if say == "" {
		return utf8.AppendRune(append(out, keyMute), c)
	}
	out = append(append(out, keyHan), say...)
	return append(out, keySpace) // li before lian
}

// appendNumber writes a number so that 9 is before 10: how many digits it
// has, then they.
func appendNumber(out []byte, n string) []byte {
	n = strings.TrimLeft(n, "0")
	return append(append(out, '0', byte('0'+len(n))), n...)
}

// inOrder gives each Han character the one reading it sorts under.
func inOrder(chars, source []rune, hint SortHint) []string {
	t := speech()
	out := make([]string, len(chars))
	for i := 0; i < len(chars); {
		if !isHan(chars[i]) {
			i++
			continue
		}
		if p, ok := t.phraseAt(chars[i:]); ok {
			i += copy(out[i:], p.says)
			continue
		}
		if r := t.readings(source[i]); len(r) > 0 {
			out[i] = r[0]
		}
		i++
	}
	if hint == Person || hint == AnyText && looksPersonal(t, chars) {
		t.sortSurname(chars, out)
	}
	return out
}

// phraseAt is the longest known word at the head of text.
func (t *spoken) phraseAt(text []rune) (phrase, bool) {
	for _, p := range t.phrases[text[0]] {
		if len(p.runes) <= len(text) && string(p.runes) == string(text[:len(p.runes)]) {
			return p, true
		}
	}
	return phrase{}, false
}

// looksPersonal tells two to four Han characters that begin with a surname
// and with no known word: 单雄信, but not 重庆 or 单县.
func looksPersonal(t *spoken, chars []rune) bool {
	if len(chars) < 2 || len(chars) > 4 {
		return false
	}
	for _, c := range chars {
		if !isHan(c) {
			return false
		}
	}
	_, word := t.phraseAt(chars)
	return !word && t.surnameLength(chars) > 0
}

func (t *spoken) sortSurname(chars []rune, out []string) {
	if len(chars) == 0 || !isHan(chars[0]) {
		return
	}
	n := t.surnameLength(chars)
	if n > 1 {
		for _, p := range t.compound[chars[0]] {
			if len(p.runes) == n && p.says != nil && string(p.runes) == string(chars[:n]) {
				copy(out, p.says)
			}
		}
		return
	}
	if says := t.surnames[string(chars[:1])]; n == 1 && len(says) > 0 {
		out[0] = says[0]
	}
}

// surnameLength is how many characters of the text are its surname; 0: none
// is known. 欧阳 alone, or with a given name, is one of two.
func (t *spoken) surnameLength(chars []rune) int {
	if len(chars) == 0 {
		return 0
	}
	for _, p := range t.compound[chars[0]] {
		if len(p.runes) <= len(chars) && string(p.runes) == string(chars[:len(p.runes)]) {
			return len(p.runes)
		}
	}
	if _, ok := t.surnames[string(chars[:1])]; ok {
		return 1
	}
	return 0
}

// Pinyin writes each Han character's reading, without tones, as people read a
// name: 曾国藩 is "zeng guo fan", 重庆A座 "chong qing a zuo". Other text stays,
// folded.
func Pinyin(s string) string {
	var b strings.Builder
	each(s, func(say string, other rune) {
		if say != "" {
			if b.Len() > 0 && !strings.HasSuffix(b.String(), " ") {
				b.WriteByte(' ')
			}
			b.WriteString(say)
			b.WriteByte(' ')
			return
		}
		b.WriteRune(other)
	})
	return strings.Join(strings.Fields(b.String()), " ")
}

// Initials writes the first letter of each reading: 曾国藩 is "zgf".
func Initials(s string) string {
	var b strings.Builder
	each(s, func(say string, other rune) {
		if say != "" {
			b.WriteByte(say[0])
		} else if c := classOf(other); c == letters || c == digits {
			b.WriteRune(other)
		}
	})
	return b.String()
}

func each(s string, do func(say string, other rune)) {
	chars := []rune(withoutMarks(Fold(s)))
	source := []rune(withoutMarks(fold(s, false)))
	if len(source) != len(chars) {
		source = chars
	}
	says := inOrder(chars, source, AnyText)
	for i, c := range chars {
		do(says[i], c)
	}
}
