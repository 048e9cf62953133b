package han

import (
	"strings"
)

// Tier ranks what is found: the smaller the better.
type Tier int

// The tiers, best first. A query's condition for a tier holds for every
// record of that tier and of better ones, and for some that only look alike;
// [Query.Match] tells the true tier.
const (
	Exact    Tier = 1 + iota // a whole value is the query
	Starts                   // a title begins with the first word
	Contains                 // all words are in titles, codes, phones, e-mail addresses
	Body                     // some words are in longer text only
)

// Query is what somebody typed into a search box, made ready. It is
// immutable.
type Query struct {
	whole   string   // bare
	spoken  []string // its words when all are letters: zhang wei may be all of 张伟
	code    string   // compact, "" when it is no code
	numbers []string // as phones are dialled
	ways    [][]word // the words; and, for digits in groups, all as one
}

// word is a part of the query between spaces.
type word struct {
	text    string // bare
	char    []rune
	parts   []part   // stretches of one class
	code    string   // compact, "" when it is no code
	numbers []string // digits as phones are dialled
}

// part is a stretch of one class in a word, and how letters may be pinyin.
type part struct {
	class  class
	char   []rune
	text   string
	breaks []int      // where every reading as pinyin has a syllable begin
	spells bool       // it can be read as pinyin, the last syllable cut or not
	mixed  [][]string // as pinyin and initials mixed, when it cannot
	pieces []string   // as an apostrophe divides it: xi'an is xi and an, not xian
}

// limits of a query; what is beyond is left to [Query.Match].
const (
	maxQueryBytes = 4_096
	maxWords      = 16
	maxTerms      = 16 // of one stretch, and stretches of one word
	maxMixed      = 6
	maxPinyin     = 60 // letters
)

// ParseQuery makes a query of any text.
func ParseQuery(s string) Query {
	s = strings.ToValidUTF8(s, "\uFFFD")
	if len(s) > maxQueryBytes {
		s = strings.ToValidUTF8(s[:maxQueryBytes], "")
	}
	q := Query{whole: bare(s)}
	if strings.TrimSpace(q.whole) == "" {
		return Query{}
	}
	q.code, _ = compact(q.whole)
	if pieces := divide(q.whole); onlyLetters(strings.Join(pieces, "")) {
		q.spoken = pieces
	}
	words := strings.FieldsFunc(q.whole, func(r rune) bool { return r == ' ' })
	var list []word
	for _, w := range words[:min(len(words), maxWords)] {
		list = append(list, newWord(w))
	}
	q.ways = append(q.ways, list)
	if isNumber(q.whole) {
		q.numbers = typed(q.whole)
		if len(words) > 1 {
			q.ways = append(q.ways, []word{newWord(strings.ReplaceAll(q.whole, " ", ""))})
		}
	}
	return q
}

// Empty tells a query without anything to look for.
func (q *Query) Empty() bool { return len(q.ways) == 0 }

// isNumber tells digits, at least seven, written in groups or not.
func isNumber(s string) bool {
	n := 0
	for _, r := range s {
		if r >= '0' && r <= '9' {
			n++
		} else if !strings.ContainsRune(" -+().", r) {
			return false
		}
	}
	return n >= 7
}

// typed lists what a typed number may stand for in the index: its digits, and
// without the country code.
func typed(s string) []string {
	n := onlyDigits(s)
	out := []string{n}
	bareNumber := strings.TrimPrefix(n, "00")
	for _, country := range [...]string{"86", "852", "853", "886"} {
		rest, ok := strings.CutPrefix(bareNumber, country)
		if ok && len(rest) >= 7 {
			out = append(out, rest, "0"+rest)
		}
	}
	return out
}

func newWord(s string) word {
	w := word{text: s, char: []rune(s)}
	w.code, _ = compact(s)
	if isNumber(s) {
		w.numbers = typed(s)
	}
	if joined := strings.ReplaceAll(s, "'", ""); joined != s && onlyLetters(joined) {
		p := newPart(letters, []rune(joined))
		p.pieces = divide(s) // xi'an
		w.parts = []part{p}
		return w
	}
	for _, r := range runs(w.char) {
		if part := w.char[r.start:r.end]; r.class != other || strings.Trim(string(part), punctuation) != "" {
			w.parts = append(w.parts, newPart(r.class, part))
		}
	}
	if len(w.parts) == 0 { // marks and nothing else
		w.parts = []part{newPart(other, w.char)}
	}
	return w
}

// punctuation comes along when names are copied from somewhere: 张三，13800138000
// finds him. Where it is part of what was kept, the word as it stands is found.
const punctuation = ",;:!?()[]{}<>\"'。、…《》〈〉「」『』【】〔〕|"

// onlyLetters tells a-z and nothing else, at least one.
func onlyLetters(s string) bool {
	return s != "" && strings.Trim(s, "abcdefghijklmnopqrstuvwxyz") == ""
}

// divide cuts a text at blanks and apostrophes.
func divide(s string) []string {
	return strings.FieldsFunc(s, func(r rune) bool { return r == ' ' || r == '\'' })
}

func newPart(c class, char []rune) part {
	p := part{class: c, char: char, text: string(char)}
	if c == letters && len(char) <= maxPinyin {
		t := speech()
		p.breaks, p.spells = t.breaks(p.text)
		if !p.spells && len(p.text) > 2 {
			p.mixed = t.mixed(p.text, 2)
			if v := asPassport.Replace(p.text); v != p.text {
				p.mixed = append(p.mixed, t.mixed(v, 1)...)
			}
		}
	}
	return p
}

// asPassport undoes how passports write ü: 吕 is LYU there.
var asPassport = strings.NewReplacer("lyu", "lv", "nyu", "nv")

// breaks finds the places where a syllable begins however the letters are
// divided into syllables, of which the last may be cut short; false when they
// cannot be divided.
func (t *spoken) breaks(s string) ([]int, bool) {
	n := len(s)
	to, from := make([]uint64, n+1), make([]uint64, n+1) // ways to divide before, from here
	from[n] = 1
	for i := n - 1; i >= 0; i-- {
		for j := i + 1; j <= min(n, i+t.longest); j++ {
			if t.syllables[s[i:j]] {
				from[i] += from[j]
			} else if j == n && t.heads[s[i:]] {
				from[i]++
			}
		}
	}
	if from[0] == 0 {
		return nil, false
	}
	to[0] = 1
	out := []int{0}
	for i := 1; i < n; i++ {
		for j := max(0, i-t.longest); j < i; j++ {
			if t.syllables[s[j:i]] {
				to[i] += to[j]
			}
		}
		if to[i]*from[i] == from[0] {
			out = append(out, i)
		}
	}
	return out, true
}

// mixed divides letters into whole syllables and single initials (zhangsf,
// zsfeng), the fewest pieces first, at least so many; one of them a syllable.
func (t *spoken) mixed(s string, least int) [][]string {
	var out [][]string
	var pieces []string
	var walk func(rest string, left int)
	walk = func(rest string, left int) {
		if len(out) >= maxMixed {
			return
		}
		if rest == "" {
			for _, p := range pieces {
				if left == 0 && len(p) > 1 {
					out = append(out, append([]string(nil), pieces...))
					return
				}
			}
			return
		}
		if left == 0 || left*t.longest < len(rest) {
			return
		}
		for i := min(t.longest, len(rest)); i > 0; i-- {
			if i == 1 || t.syllables[rest[:i]] {
				pieces = append(pieces, rest[:i])
				walk(rest[i:], left-1)
				pieces = pieces[:len(pieces)-1]
			}
		}
	}
	for n := least; n <= min(len(s), 8) && len(out) < maxMixed; n++ {
		walk(s, n)
	}
	return out
}
