package han

import (
	"strconv"
	"unicode/utf8"
)

// markPrefix begins the tokens of a marked field.
func markPrefix(mark string) string {
	if mark == "" {
		return ""
	}
	return "_m" + clean(mark) + "_"
}

// field writes one value's tokens.
func (w *writer) field(f field) {
	w.prefix = markPrefix(f.mark)
	if f.clear {
		f.mark = ""
	}
	switch f.kind {
	case titleField, wordsField:
		w.title(f)
	case codeField:
		code, _ := compact(bare(f.text))
		w.code(code)
		w.exact(code, f.mark)
		w.last(code, f.mark)
	case phoneField:
		forms := dialled(f.text)
		for i, form := range forms {
			w.head(form)
			if i == 0 {
				w.tail(form)
				w.last(form, f.mark)
			}
			w.exact(form, f.mark)
		}
	case bodyField:
		w.body(f)
	}
}

// exact writes the whole value's marker, and for a marked field the one that
// everybody may ask for.
func (w *writer) exact(whole, mark string) {
	w.put("_e", digest(whole))
	if mark != "" {
		w.public("_w", digest(whole))
	}
}

// last writes the marker of a masked code's last four.
func (w *writer) last(code, mark string) {
	if mark != "" && len(code) >= hidden {
		w.public("_l", code[len(code)-4:])
	}
}

func (w *writer) public(kind, text string) {
	mine := w.prefix
	w.prefix = ""
	w.put(kind, text)
	w.prefix = mine
}

// digest names a text of any length in 13 characters.
func digest(s string) string {
	h := strconv.FormatUint(hash64(hashStart, s), 36)
	return "0000000000000"[len(h):] + h
}

func (w *writer) title(f field) {
	l := read(f.text, f.kind == titleField)
	if len(l.char) > maxTitleRunes {
		l.char = l.char[:maxTitleRunes]
		l.runs = runs(l.char)
	}
	w.exact(l.text, f.mark)
	if f.kind == titleField && l.sayable() {
		for _, s := range w.spell(l.says, maxWholeSaid*6, false) {
			w.put("_e", digest(s))
		}
	}
	for i, r := range l.runs {
		part := l.char[r.start:r.end]
		switch r.class {
		case hanzi:
			w.pairs("", part)
			if f.kind == titleField && r.start < maxSaidRunes {
				end := min(r.end, maxSaidRunes)
				w.said(l.says[r.start:end], i == 0)
			}
		case letters, digits:
			w.windows("_h", part, gramLetters)
		case other:
			w.pairs("", part)
		}
	}
	if len(l.runs) > 0 && f.kind == titleField {
		r := l.runs[0]
		w.start(l.char[r.start:r.end], r.class)
	}
}

// start writes how the title begins.
func (w *writer) start(part []rune, c class) {
	for i := 1; i <= min(startRunes(c), len(part)); i++ {
		w.put("_p", startText(part[:i]))
	}
}

// startText spells a title's first characters with the characters of tokens.
func startText(part []rune) string {
	if plainRunes(part) {
		return string(part)
	}
	b := []byte{}
	for _, r := range part {
		b = append(b, 'u')
		b = strconv.AppendInt(b, int64(r), 16)
	}
	return string(b)
}

// pairs writes each character and each two neighbours.
func (w *writer) pairs(kind string, part []rune) {
	for i := range part {
		w.gram(kind, part[i:i+1])
		if i+1 < len(part) {
			w.gram(kind, part[i:i+2])
		}
	}
}

// gram writes one or two characters, as _u and hex where a database's
// tokeniser might not take them for letters.
func (w *writer) gram(kind string, g []rune) {
	if len(w.ends) >= maxTokens {
		return
	}
	w.buf = append(w.buf, w.prefix...)
	w.buf = appendGram(append(w.buf, kind...), g)
	w.ends = append(w.ends, int32(len(w.buf)))
}

func appendGram(b []byte, g []rune) []byte {
	if plainRunes(g) {
		for _, r := range g {
			b = utf8.AppendRune(b, r)
		}
		return b
	}
	b = append(b, "_u"...)
	for i, r := range g {
		if i > 0 {
			b = append(b, '_')
		}
		b = strconv.AppendInt(b, int64(r), 16)
	}
	return b
}

// plainRunes tells characters that every tokeniser takes for letters: ASCII
// and the Han characters that were in Unicode by 2012.
func plainRunes(g []rune) bool {
	for _, r := range g {
		if !(r >= 'a' && r <= 'z' || r >= '0' && r <= '9' || r >= 0x4E00 && r <= 0x9FCC || r >= 0x3400 && r <= 0x4DB5) {
			return false
		}
	}
	return true
}

// windows writes the stretches of up to n letters from each letter.
func (w *writer) windows(kind string, part []rune, n int) {
	var b [8]byte
	for i := range part {
		for k := 0; k < n && i+k < len(part); k++ {
			b[k] = byte(part[i+k])
			w.put(kind, string(b[:k+1]))
		}
	}
}

// said writes from each syllable the heads of the pinyin and of the initials;
// first: the title begins here.
func (w *writer) said(says [][]string, first bool) {
	for i := range says {
		for _, s := range w.spell(says[i:], headLetters, false) {
			w.heads("_h", s, headLetters)
			if i == 0 && first {
				w.heads("_p", s, tailHead)
			}
		}
		for _, s := range w.spell(says[i:], gramLetters, true) {
			w.heads("_h", s, gramLetters)
			if i == 0 && first {
				w.heads("_p", s, tailHead)
			}
		}
	}
}

func (w *writer) heads(kind, s string, n int) {
	for i := 1; i <= min(n, len(s)); i++ {
		w.put(kind, s[:i])
	}
}

// spell lists the ways to read a stretch, up to n letters and [maxWays] ways:
// whole syllables, or their initials.
func (w *writer) spell(says [][]string, n int, initials bool) []string {
	now, next := append(w.ways[0][:0], ""), w.ways[1][:0]
	for _, list := range says {
		if len(list) == 0 {
			break
		}
		open := false
		next = next[:0]
		for _, s := range now {
			if len(s) >= n {
				next = addWay(next, s)
				continue
			}
			for _, say := range list {
				if initials {
					say = say[:1]
				}
				way := s + say
				if len(way) >= n {
					way = way[:n]
				} else {
					open = true
				}
				next = addWay(next, way)
			}
		}
		now, next = next, now
		if !open {
			break
		}
	}
	w.ways[0], w.ways[1] = now, next
	return now
}

func addWay(ways []string, s string) []string {
	if len(ways) >= maxWays {
		return ways
	}
	for _, w := range ways {
		if w == s {
			return ways
		}
	}
	return append(ways, s)
}

// code writes a compact code's beginning and end.
func (w *writer) code(code string) {
	w.head(code)
	w.tail(code)
}

// head writes the first characters, and the whole where it is longer.
func (w *writer) head(code string) {
	if len(code) == 1 {
		w.put("_h", code)
	}
	for i := 2; i <= min(codeHead, len(code)); i++ {
		w.put("_h", code[:i])
	}
	if len(code) > codeHead {
		w.put("_c", code[:min(len(code), maxCode)])
	}
}

// maxCode bounds the token of a whole code.
const maxCode = 128

// tail writes the last characters turned round, and the whole.
func (w *writer) tail(code string) {
	back := reversed(code[max(0, len(code)-maxCode):])
	for i := 2; i <= min(tailHead, len(back)); i++ {
		w.put("_r", back[:i])
	}
	if len(back) > tailHead {
		w.put("_r", back)
	}
}

func reversed(s string) string {
	b := make([]byte, len(s))
	for i := range b {
		b[i] = s[len(s)-1-i]
	}
	return string(b)
}

func (w *writer) body(f field) {
	text := f.text
	if len(text) > maxBodyBytes {
		cut := maxBodyBytes
		for cut > 0 && !utf8.RuneStart(text[cut]) {
			cut--
		}
		text = text[:cut]
	}
	l := read(text, false)
	if f.mark != "" {
		w.public("_w", digest(l.text))
	}
	for _, r := range l.runs {
		part := l.char[r.start:r.end]
		if r.class == letters || r.class == digits {
			w.windows("_b", part, bodyLetters)
		} else {
			w.pairs("_b", part)
		}
	}
}
