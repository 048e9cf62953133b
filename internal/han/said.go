package han

import (
	"strings"
)

// unsaid are the marks in a name that nobody says and few type beside Han
// characters: brackets, quotes, dots and dashes. Between letters only an
// apostrophe is one; between digits none is, or numbers would run together.
const (
	unsaid      = "()（）[]［］【】〔〕<>＜＞《》〈〉「」『』\"“”·•・‧∙-－—–_＿" + apostrophes
	apostrophes = "'‘’＇`´′"
)

// asSaid is a name without the marks that are not said, and without the blanks
// that people put between Han characters to make names equally long (张　三).
// "" when that changes nothing, or leaves nothing.
func asSaid(name string) string {
	if !strings.ContainsAny(name, unsaid+" \u3000\u00a0") {
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
