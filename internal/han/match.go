package han

import (
	"slices"
	"strings"
)

// value is a field as the after-check reads it.
type value struct {
	kind   fieldKind
	masked bool // the asker does not see it in clear
	line   line
	codes  []string // compact code, or a phone as dialled
}

// Match tells whether a record, collected in t as for the index, is really
// what q asks for, and in which tier, to somebody who reads the fields of
// these marks in clear. Conditions over tokens can be satisfied by look-alikes
// (张三…三丰 for 张三丰); this is the judge. See the package comment for what
// matches.
func (q *Query) Match(t *Tokens, marks []string) (Tier, bool) {
	if q.Empty() {
		return 0, false
	}
	values := q.values(t, marks)
	for _, v := range values {
		if v.kind != bodyField && v.is(q.whole, q.code, q.numbers) || v.kind == bodyField && v.masked && v.line.text == q.whole ||
			v.said(q.spoken) {
			return Exact, true
		}
	}
	best := Tier(0)
	for _, words := range q.ways {
		if tier := matchWords(values, words); tier != 0 && (best == 0 || tier < best) {
			best = tier
		}
	}
	return best, best != 0
}

func (q *Query) values(t *Tokens, marks []string) []value {
	sound := false
	for _, words := range q.ways {
		for _, w := range words {
			for _, p := range w.parts {
				sound = sound || p.class == letters
			}
		}
	}
	out := make([]value, 0, len(t.fields))
	for _, f := range t.fields {
		v := value{kind: f.kind, masked: f.mark != "" && !slices.Contains(marks, f.mark)}
		if v.masked && f.clear {
			continue
		}
		switch f.kind {
		case codeField:
			code, _ := compact(bare(f.text))
			v.codes = []string{code}
		case phoneField:
			v.codes = dialled(f.text)
		default:
			v.line = read(f.text, sound && f.kind == titleField)
		}
		out = append(out, v)
	}
	return out
}

// is tells that the value is, whole, what was typed.
func (v *value) is(text, code string, numbers []string) bool {
	switch v.kind {
	case codeField:
		return code != "" && v.codes[0] == code || slices.Contains(numbers, v.codes[0])
	case phoneField:
		for _, c := range v.codes {
			if c == code || slices.Contains(numbers, c) {
				return true
			}
		}
		return false
	}
	return v.line.text == text
}

// said tells that the words are a whole title in pinyin: zhangwei is 张伟, and no
// more than how 张伟强 begins.
func (v *value) said(words []string) bool {
	return len(words) > 0 && v.kind == titleField && !v.masked && v.line.sayable() && divided(words, v.line.says, true)
}

// speltWhole tells full pinyin of all there is.
func speltWhole(s string, says [][]string) bool {
	if len(says) == 0 {
		return s == ""
	}
	for _, say := range says[0] {
		if strings.HasPrefix(s, say) && speltWhole(s[len(say):], says[1:]) {
			return true
		}
	}
	return false
}

// matchWords is the tier in which all words match, 0 for none.
func matchWords(values []value, words []word) Tier {
	tier := Contains
	for _, w := range words {
		t := matchWord(values, w)
		if t == 0 {
			return 0
		}
		tier = max(tier, t)
	}
	if tier == Contains {
		for _, v := range values {
			if v.kind == titleField && !v.masked && v.starts(words[0]) {
				return Starts
			}
		}
	}
	return tier
}

// matchWord finds a word as it stands, or else each of its parts.
func matchWord(values []value, w word) Tier {
	best := Tier(0)
	for i := range values {
		best = better(best, values[i].has(w.text, w.code, w.numbers))
	}
	if best == Contains || len(w.parts) == 0 {
		return best
	}
	tier := Contains
	for _, p := range w.parts {
		t := Tier(0)
		for i := range values {
			if t = better(t, values[i].hasPart(p)); t == Contains {
				break
			}
		}
		if t == 0 {
			return best
		}
		tier = max(tier, t)
	}
	return better(best, tier)
}

func better(a, b Tier) Tier {
	if a == 0 || b != 0 && b < a {
		return b
	}
	return a
}

// has tells where the text is found in the value: Contains, Body or 0.
func (v *value) has(text, code string, numbers []string) Tier {
	if v.masked {
		if v.is(text, code, numbers) || v.kind >= codeField && v.kind <= phoneField && len(code) == 4 &&
			len(v.codes) > 0 && len(v.codes[0]) >= hidden && strings.HasSuffix(v.codes[0], code) {
			return Contains
		}
		return 0
	}
	switch v.kind {
	case codeField, phoneField:
		for i, c := range v.codes {
			if hasEnd(c, code, i == 0) {
				return Contains
			}
			for _, n := range numbers {
				if hasEnd(c, n, i == 0) {
					return Contains
				}
			}
		}
		return 0
	case bodyField:
		if strings.Contains(v.line.text, text) {
			return Body
		}
		return 0
	}
	if strings.Contains(v.line.text, text) {
		return Contains
	}
	return 0
}

// hasEnd tells that s is the beginning or the end of a code, of two
// characters or more, or all of it.
func hasEnd(code, s string, tail bool) bool {
	return s != "" && (code == s || len(s) > 1 && (strings.HasPrefix(code, s) || tail && strings.HasSuffix(code, s)))
}

// hasPart is has for a stretch of one class; letters may be pinyin.
func (v *value) hasPart(p part) Tier {
	code := ""
	if p.class == letters || p.class == digits {
		code = p.text
	}
	if t := v.has(p.text, code, nil); t != 0 {
		return t
	}
	if p.class == letters && v.kind == titleField && !v.masked && v.sounds(p, false) {
		return Contains
	}
	return 0
}

// starts tells that a title begins with the word, written or spoken.
func (v *value) starts(w word) bool {
	if strings.HasPrefix(v.line.text, w.text) {
		return true
	}
	if len(w.parts) == 0 {
		return false
	}
	p := w.parts[0]
	return p.text != w.text && strings.HasPrefix(v.line.text, p.text) || p.class == letters && v.sounds(p, true)
}

// sounds tells that letters are the pinyin or the initials of Han characters
// of the title, from some character on; first: from the title's first.
func (v *value) sounds(p part, first bool) bool {
	for k, r := range v.line.runs {
		if first && k > 0 || r.start >= maxSaidRunes {
			return false
		}
		if r.class != hanzi || v.line.says == nil {
			continue
		}
		says := v.line.says[r.start:min(r.end, maxSaidRunes)]
		for i := range says {
			if p.heard(says[i:]) {
				return true
			}
			if first {
				return false
			}
		}
	}
	return false
}

// heard tells that the letters are how a stretch begins.
func (p *part) heard(says [][]string) bool {
	if len(p.pieces) > 1 {
		return divided(p.pieces, says, false) || initialled(p.text, says)
	}
	if p.spells && spelt(p.text, says) || initialled(p.text, says) {
		return true
	}
	for _, pieces := range p.mixed {
		if pieced(pieces, says) {
			return true
		}
	}
	return false
}

// spelt tells full pinyin, the last syllable cut or not.
func spelt(s string, says [][]string) bool {
	if len(says) == 0 {
		return false
	}
	for _, say := range says[0] {
		if strings.HasPrefix(say, s) || strings.HasPrefix(s, say) && spelt(s[len(say):], says[1:]) {
			return true
		}
	}
	return false
}

// divided tells pinyin with a syllable's end wherever it is divided, of all there
// is or of how it begins; then a letter alone is an initial.
func divided(pieces []string, says [][]string, all bool) bool {
	if len(pieces) == 1 {
		return all && speltWhole(pieces[0], says) || !all && spelt(pieces[0], says)
	}
	for n := 1; n <= len(says); n++ {
		initial := !all && n == 1 && len(pieces[0]) == 1 && initialled(pieces[0], says)
		if (initial || speltWhole(pieces[0], says[:n])) && divided(pieces[1:], says[n:], all) {
			return true
		}
	}
	return false
}

func initialled(s string, says [][]string) bool {
	if len(s) > len(says) {
		return false
	}
	for i := range len(s) {
		if !slices.ContainsFunc(says[i], func(say string) bool { return say[0] == s[i] }) {
			return false
		}
	}
	return true
}

func pieced(pieces []string, says [][]string) bool {
	if len(pieces) > len(says) {
		return false
	}
	for i, p := range pieces {
		if !slices.ContainsFunc(says[i], func(say string) bool { return strings.HasPrefix(say, p) }) {
			return false
		}
	}
	return true
}
