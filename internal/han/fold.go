package han

import (
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// Fold gives the form in which texts are compared: NFKC (full-width becomes
// half-width), lower case, simplified characters, no invisible characters,
// single spaces, none at the ends. 臺積電, 台積電 and 台积电 fold alike.
// Folding twice changes nothing; text already folded is returned as it is.
func Fold(s string) string { return fold(s, true) }

// fold is Fold, with characters simplified or left (for their readings: 乾 is
// qian or gan, 干 only gan).
func fold(s string, simplify bool) string {
	how, simple := look(s, simplify)
	switch how {
	case settled:
		return s
	case easy:
		return foldEasy(s, simple)
	}
	return foldHard(s, simplify)
}

// What look finds in a text.
const (
	settled = iota // folded already
	easy           // ASCII, Han, full-width: one pass without normalisation
	hard           // anything else
)

// look says how much work a text is, and hands out the table when needed.
func look(s string, simplify bool) (how int, table *simplified) {
	space := true // a leading space has to go
	for i := 0; i < len(s); {
		c := s[i]
		if c < utf8.RuneSelf {
			i++
			if c == ' ' && space || c < ' ' || c == 0x7F || c >= 'A' && c <= 'Z' {
				how = easy
			}
			space = c == ' '
			continue
		}
		r, n := utf8.DecodeRuneInString(s[i:])
		i += n
		space = false
		switch {
		case isHan(r):
			if simplify {
				if table == nil {
					table = foldTable()
				}
				if table.of(r) != r {
					how = easy
				}
			}
		case r >= 0xFF01 && r <= 0xFF5E || r == 0x3000:
			how = easy
		case !still(r):
			return hard, table
		}
	}
	if space && s != "" {
		how = easy // ends in a space
	}
	return how, table
}

// still tells frequent marks that normalisation leaves alone and that no
// mark after them can change: “” 《》 、 。 · and the like.
func still(r rune) bool {
	return r >= 0x3001 && r <= 0x3003 || r >= 0x3008 && r <= 0x3011 || r >= 0x3014 && r <= 0x301B ||
		r >= 0x2018 && r <= 0x201D || r == 0x2014 || r == 0xB7
}

func foldEasy(s string, table *simplified) string {
	out := make([]byte, 0, len(s))
	for _, r := range s {
		if r >= 0xFF01 && r <= 0xFF5E {
			r -= 0xFEE0
		}
		switch {
		case r == ' ' || r == 0x3000 || r >= '\t' && r <= '\r':
			if n := len(out); n > 0 && out[n-1] != ' ' {
				out = append(out, ' ')
			}
		case r < ' ' || r == 0x7F:
		case r < utf8.RuneSelf:
			if r >= 'A' && r <= 'Z' {
				r += 'a' - 'A'
			}
			out = append(out, byte(r))
		default:
			if table != nil {
				r = table.of(r)
			}
			out = utf8.AppendRune(out, r)
		}
	}
	if n := len(out); n > 0 && out[n-1] == ' ' {
		out = out[:n-1]
	}
	return string(out)
}

// foldHard normalises until nothing changes: lower case or a removed joiner
// can let characters compose that did not before (J̌ becomes ǰ).
func foldHard(s string, simplify bool) string {
	s = strings.ToValidUTF8(s, "\uFFFD")
	for range 4 {
		t := foldRunes(norm.NFKC.String(s), simplify)
		if t == s {
			break
		}
		s = t
	}
	return s
}

func foldRunes(s string, simplify bool) string {
	table := foldTable()
	var b strings.Builder
	b.Grow(len(s))
	space := true
	for _, r := range s {
		switch {
		case unicode.IsSpace(r):
			if !space {
				b.WriteByte(' ')
			}
			space = true
			continue
		case invisible(r):
			continue
		case r == 'ς':
			r = 'σ'
		default:
			r = unicode.ToLower(r)
			if simplify {
				r = table.of(r)
			}
		}
		b.WriteRune(r)
		space = false
	}
	return strings.TrimSuffix(b.String(), " ")
}

// invisible tells characters that show nothing: controls, format characters
// (zero-width, bidirectional, tags), variation selectors, fillers.
func invisible(r rune) bool {
	return unicode.Is(unicode.Cc, r) || unicode.Is(unicode.Cf, r) || unicode.Is(unicode.Variation_Selector, r) ||
		r == 0x034F || r == 0x115F || r == 0x1160 || r == 0x17B4 || r == 0x17B5 || r == 0x3164 || r == 0xFFA0
}

// plain maps Latin letters with marks to the letters alone, é to e.
var plain = sync.OnceValue(func() map[rune]rune {
	m := map[rune]rune{'ø': 'o', 'đ': 'd', 'ł': 'l', 'ı': 'i'}
	for _, block := range [][2]rune{{0xC0, 0x24F}, {0x1E00, 0x1EFF}} {
		for r := block[0]; r <= block[1]; r++ {
			if d := norm.NFD.String(string(r)); len(d) > 1 && d[0] >= 'a' && d[0] <= 'z' {
				m[r] = rune(d[0])
			}
		}
	}
	return m
})
