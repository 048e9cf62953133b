package codes

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"kedang/internal/errs"
)

// problem makes the list of one problem at the value itself.
func problem(code string, params errs.Params) []errs.Problem {
	return []errs.Problem{{Code: code, Params: params}}
}

// narrow brings text to the form that the readers of this package work on:
// full-width letters, digits and signs become ASCII, any white space becomes
// a plain space, what cannot be seen is dropped, both ends are trimmed.
func narrow(s string) string {
	if plainASCII(s) {
		return strings.Trim(s, " ")
	}
	var b strings.Builder
	b.Grow(len(s))
	for _, r := range s {
		switch {
		case r >= 0xFF01 && r <= 0xFF5E:
			b.WriteByte(byte(r - 0xFEE0))
		case r == '\n' || r == '\t' || unicode.IsSpace(r):
			b.WriteByte(' ')
		case r == utf8.RuneError, r < ' ', unicode.In(r, unicode.Cf, unicode.Cc):
		case r == '−' || r >= '‐' && r <= '―':
			b.WriteByte('-')
		default:
			b.WriteRune(r)
		}
	}
	return strings.Trim(b.String(), " ")
}

func plainASCII(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] < ' ' || s[i] > '~' {
			return false
		}
	}
	return true
}

// compact is narrow, in capitals, without the characters of cut.
func compact(s, cut string) string {
	s = strings.ToUpper(narrow(s))
	if !strings.ContainsAny(s, cut) {
		return s
	}
	return strings.Map(func(r rune) rune {
		if strings.ContainsRune(cut, r) {
			return -1
		}
		return r
	}, s)
}

func digitsOnly(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return s != ""
}

// small reads up to nine ASCII digits; callers have checked that they are.
func small(s string) int {
	n := 0
	for i := 0; i < len(s); i++ {
		n = n*10 + int(s[i]-'0')
	}
	return n
}
