package han

import "strings"

// reader knows which marked fields may be asked about.
type reader struct{ prefixes []string }

// Tier is the condition for a tier, for somebody who reads the fields of
// these marks in clear. It never holds for an empty query.
func (q *Query) Tier(t Tier, marks []string) Condition {
	r := reader{prefixes: []string{""}}
	for _, m := range marks {
		if m != "" {
			r.prefixes = append(r.prefixes, markPrefix(m))
		}
	}
	if q.Empty() {
		return Condition{}
	}
	switch t {
	case Exact:
		return r.exact(q)
	case Starts:
		return AnyOf(r.exact(q), r.any(q, func(words []word) Condition {
			return AllOf(r.start(words[0]), r.all(words, false))
		}))
	case Contains:
		return AnyOf(r.exact(q), r.any(q, func(words []word) Condition { return r.all(words, false) }))
	}
	return AnyOf(r.exact(q), r.any(q, func(words []word) Condition { return r.all(words, true) }))
}

func (r reader) any(q *Query, ask func([]word) Condition) Condition {
	var subs []Condition
	for _, words := range q.ways {
		subs = append(subs, ask(words))
	}
	return AnyOf(subs...)
}

// term asks for a token in the fields that the reader sees.
func (r reader) term(token string, prefix bool) Condition {
	subs := make([]Condition, len(r.prefixes))
	for i, p := range r.prefixes {
		subs[i] = Has(Term{p + token, prefix})
	}
	return AnyOf(subs...)
}

// exact asks for a whole value, of a masked field too.
func (r reader) exact(q *Query) Condition {
	subs := []Condition{r.whole(q.whole)}
	if q.code != "" {
		subs = append(subs, r.whole(q.code))
	}
	for _, n := range q.numbers {
		subs = append(subs, r.whole(n))
	}
	if len(q.spoken) > 1 {
		subs = append(subs, r.term("_e"+digest(strings.Join(q.spoken, "")), false))
	}
	return AnyOf(subs...)
}

func (r reader) whole(s string) Condition {
	d := digest(s)
	return AnyOf(r.term("_e"+d, false), Has(Term{Token: "_w" + d}))
}

// all asks for every word.
func (r reader) all(words []word, body bool) Condition {
	subs := make([]Condition, len(words))
	for i, w := range words {
		subs[i] = r.word(w, body)
	}
	return AllOf(subs...)
}

// word asks for a word: all its parts, or the code or phone it may be.
func (r reader) word(w word, body bool) Condition {
	parts := make([]Condition, min(len(w.parts), maxTerms))
	for i, p := range w.parts[:len(parts)] {
		parts[i] = r.part(p)
		if body {
			parts[i] = AnyOf(parts[i], r.inBody(p))
		}
	}
	subs := []Condition{AllOf(parts...)}
	if len(w.parts) == 1 && len(w.parts[0].char) != len(w.char) { // xi'an, o'brien as written
		var grams []Condition
		written := runs(w.char)
		for _, g := range written[:min(len(written), maxTerms)] {
			p := part{class: g.class, char: w.char[g.start:g.end]}
			c := r.grams(p, "", gramLetters)
			if body {
				c = AnyOf(c, r.inBody(p))
			}
			grams = append(grams, c)
		}
		subs = append(subs, AllOf(grams...))
	}
	if w.code != "" {
		subs = append(subs, r.code(w.code), Has(Term{Token: "_w" + digest(w.code)}))
		if len(w.code) == 4 {
			subs = append(subs, Has(Term{Token: "_l" + w.code}))
		}
	}
	subs = append(subs, Has(Term{Token: "_w" + digest(w.text)}))
	for _, n := range w.numbers {
		subs = append(subs, r.code(n), Has(Term{Token: "_w" + digest(n)}))
	}
	return AnyOf(subs...)
}

// code asks for what a code begins or ends with.
func (r reader) code(s string) Condition {
	if len(s) > maxCode {
		s = s[:maxCode] // the beginning decides; Match sees the rest
		return r.term("_c"+s, true)
	}
	head, tail := r.term("_h"+s, false), r.term("_r"+reversed(s), len(s) > tailHead)
	if len(s) > codeHead {
		head = r.term("_c"+s, true)
	}
	if len(s) < 2 {
		return head
	}
	return AnyOf(head, tail)
}

// part asks for a stretch in titles, codes and phones.
func (r reader) part(p part) Condition {
	subs := []Condition{r.grams(p, "", gramLetters)}
	if p.class == letters {
		if p.spells {
			subs = append(subs, r.pinyin(p))
		}
		for _, pieces := range p.mixed {
			subs = append(subs, r.pieces(pieces))
		}
	}
	if p.class == letters || p.class == digits {
		subs = append(subs, r.code(p.text))
		if len(p.text) == 4 {
			subs = append(subs, Has(Term{Token: "_l" + p.text}))
		}
	}
	return AnyOf(append(subs, Has(Term{Token: "_w" + digest(p.text)}))...)
}

// inBody asks for a stretch in longer text.
func (r reader) inBody(p part) Condition { return r.grams(p, "_b", bodyLetters) }

// grams asks for the pieces that a text with this stretch in it must have.
func (r reader) grams(p part, kind string, window int) Condition {
	if p.class == letters || p.class == digits {
		if kind == "" {
			kind = "_h"
		}
		return r.windows(kind, string(p.char), window)
	}
	if len(p.char) == 1 {
		return r.term(string(appendGram([]byte(kind), p.char)), false)
	}
	var subs []Condition
	for i := 0; i+1 < len(p.char) && len(subs) < maxTerms; i++ {
		subs = append(subs, r.term(string(appendGram([]byte(kind), p.char[i:i+2])), false))
	}
	return AllOf(subs...)
}

func (r reader) windows(kind, s string, n int) Condition {
	if len(s) <= n {
		return r.term(kind+s, false)
	}
	var subs []Condition
	for i := 0; i+n <= len(s) && len(subs) < maxTerms; i++ {
		subs = append(subs, r.term(kind+s[i:i+n], false))
	}
	return AllOf(subs...)
}

// pinyin asks for the letters at the head, and at every place that must be
// the head of a syllable until the rest is covered.
func (r reader) pinyin(p part) Condition {
	var subs []Condition
	covered := 0
	for _, i := range p.breaks {
		if covered >= len(p.text) || len(subs) >= maxTerms {
			break
		}
		covered = min(i+headLetters, len(p.text))
		subs = append(subs, r.term("_h"+p.text[i:covered], false))
	}
	return AllOf(subs...)
}

// pieces asks for syllables and initials mixed: the syllables' letters, and
// the initials of all.
func (r reader) pieces(pieces []string) Condition {
	initials := ""
	var subs []Condition
	for _, p := range pieces {
		initials += p[:1]
		if len(p) > 1 {
			subs = append(subs, r.term("_h"+p[:min(len(p), headLetters)], false))
		}
	}
	return AllOf(append(subs, r.windows("_h", initials, gramLetters))...)
}

// start asks for how a title begins: with the word's first characters.
func (r reader) start(w word) Condition {
	if len(w.parts) == 0 {
		return Condition{}
	}
	p := w.parts[0]
	subs := []Condition{r.begin(p.class, p.char)}
	if written := runs(w.char)[0]; p.text != string(w.char[:written.end]) { // o'brien, (甲
		subs = append(subs, r.begin(written.class, w.char[:written.end]))
	}
	for _, pieces := range p.mixed {
		subs = append(subs, r.begin(letters, []rune(pieces[0])))
	}
	return AnyOf(subs...)
}

func (r reader) begin(c class, char []rune) Condition {
	return r.term("_p"+startText(char[:min(startRunes(c), len(char))]), false)
}

// startRunes is how many of a title's first characters have a token.
func startRunes(c class) int {
	switch c {
	case letters, digits:
		return 3
	case other:
		return 1
	}
	return 2
}
