package han

import (
	"slices"
	"strings"
)

// fieldKind says how a field is searched.
type fieldKind byte

const (
	titleField fieldKind = iota // anywhere in it, and by pinyin
	wordsField                  // anywhere in it
	codeField                   // whole, by its beginning, by its end
	phoneField                  // the same, in each way the number is dialled
	bodyField                   // anywhere in it, ranked last
)

// field is one value as it was given.
type field struct {
	kind  fieldKind
	text  string
	mark  string
	clear bool // nothing of it to those who do not name the mark
}

// Tokens collects a record's searchable values, and makes of them the tokens
// of its row in the search index ([Tokens.List]) and what a found record is
// checked against ([Query.Match]). The zero value is ready.
//
// A value with a mark belongs to a field that some may not see in clear: its
// tokens stand under _m<mark>_ and are asked only for readers who name the
// mark; all others may find the whole value, and the last four characters of
// a code or phone of eight or more. The order of calls does not matter.
type Tokens struct {
	fields []field
	extra  []string
}

// Reset empties t for another record and keeps its memory.
func (t *Tokens) Reset() { t.fields, t.extra = t.fields[:0], t.extra[:0] }

// Title adds a text that names the record (name, alias, short name): found by
// any part of it, by full pinyin and by initials from any character on. It is
// found as it is said, too: 王府（上海）酒店 by 王府上海, O’Brien by obrien, Acme
// Hotel by acmehotel, 张江Wang by zjwang, Müller by mueller.
func (t *Tokens) Title(text, mark string) {
	t.add(titleField, text, mark)
	if said := asSaid(text); said != "" {
		t.add(titleField, said, mark)
	}
	for _, s := range spellings(text) {
		t.add(wordsField, s, mark)
	}
}

// Phone adds a phone number, E.164 (+8613800138000) or digits as dialled:
// found whole, by its beginning and by its end, of two digits or more, with
// or without the country's and, on the mainland and in Taiwan, the area code.
// What has no digit is a text found by any part of it.
func (t *Tokens) Phone(number, mark string) {
	if dialled(number) == nil {
		t.add(wordsField, number, mark)
		return
	}
	t.add(phoneField, number, mark)
}

// Code adds a number, an identity number or the like: found whole, by its
// beginning and its end of two characters or more, separators ignored. A code
// with characters other than ASCII is found by any part of it.
func (t *Tokens) Code(text, mark string) { t.addCode(text, mark) }

// Email adds an address: as a code, and its domain as another, which is a part
// of the address to those who do not read that.
func (t *Tokens) Email(address, mark string) {
	t.addCode(address, mark)
	if _, domain, ok := strings.Cut(address, "@"); ok {
		n := len(t.fields)
		if t.addCode(domain, mark); len(t.fields) > n {
			t.fields[n].clear = mark != ""
		}
	}
}

// Body adds longer text (address, remark): found by any part of it, after all
// records found by their other fields.
func (t *Tokens) Body(text, mark string) { t.add(bodyField, text, mark) }

// Extra adds a ready token, as for rights ("_o17") and types: a-z, 0-9 and _.
func (t *Tokens) Extra(token string) {
	if token != "" {
		t.extra = append(t.extra, token)
	}
}

func (t *Tokens) addCode(text, mark string) {
	if _, ok := compact(bare(text)); ok {
		t.add(codeField, text, mark)
	} else {
		t.add(wordsField, text, mark)
	}
}

func (t *Tokens) add(kind fieldKind, text, mark string) {
	if strings.TrimSpace(text) != "" {
		t.fields = append(t.fields, field{kind: kind, text: text, mark: mark})
	}
}

// compact drops the separators of a folded code. It is false for a text with
// anything but a-z, 0-9 and separators, or without a letter or digit.
func compact(s string) (string, bool) {
	clean := true
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c >= 'a' && c <= 'z' || c >= '0' && c <= '9':
		case strings.IndexByte(separators, c) >= 0:
			clean = false
		default:
			return "", false
		}
	}
	if clean {
		return s, s != ""
	}
	out := make([]byte, 0, len(s))
	for i := 0; i < len(s); i++ {
		if strings.IndexByte(separators, s[i]) < 0 {
			out = append(out, s[i])
		}
	}
	return string(out), len(out) > 0
}

const separators = " -_.@+/#:()\\"

// hidden is the length from which a code's last four may be found by those
// who do not read it in clear: a shorter one would be given away.
const hidden = 8

// dialled lists the ways in which a number is written, digits only. The first
// is the longest national form, whose end is the number's end.
func dialled(number string) []string {
	n := bare(number)
	plus := strings.HasPrefix(n, "+")
	all := onlyDigits(n)
	if all == "" {
		return nil
	}
	if !plus {
		if s, ok := national(all); ok {
			return s
		}
		return []string{all}
	}
	for _, country := range [...]string{"86", "852", "853", "886"} {
		if rest, ok := strings.CutPrefix(all, country); ok && len(rest) >= 7 {
			return at(country, rest)
		}
	}
	return []string{all}
}

// at lists the national forms of a number in a country: with its trunk zero
// and, for fixed lines, without the area code.
func at(country, rest string) []string {
	area := 0
	switch {
	case country == "86" && rest[0] == '1' && len(rest) == 11: // a mobile phone
	case country == "86" && (rest[0] == '1' || rest[0] == '2') && len(rest) >= 10: // 010, 020 … 029
		area = 2
	case country == "86" && rest[0] >= '3' && len(rest) >= 10:
		area = 3
	case country == "886" && rest[0] == '9':
		return []string{"0" + rest}
	case country == "886":
		area = 1
	default:
		return []string{rest}
	}
	if area == 0 {
		return []string{rest}
	}
	return []string{"0" + rest, rest[area:]}
}

// national reads digits that begin with one of our country codes, with 00
// before it or nothing.
func national(all string) ([]string, bool) {
	n := strings.TrimPrefix(all, "00")
	switch {
	case len(n) == 13 && strings.HasPrefix(n, "861"):
		return []string{n[2:]}, true
	case len(n) != len(all) && len(n) >= 11:
		for _, country := range [...]string{"86", "852", "853", "886"} {
			if rest, ok := strings.CutPrefix(n, country); ok {
				return at(country, rest), true
			}
		}
	}
	return nil, false
}

func onlyDigits(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, s)
}

// Version is part of every hash: a change of the tokens' making changes it,
// and with it every stored hash, so that rows are indexed anew.
const Version = "5"

// Hash is a fingerprint of t's tokens, never 0. Equal hashes mean that the
// row in the index may stay.
func (t *Tokens) Hash() uint64 { return HashTokens(t.List()) }

// HashTokens is [Tokens.Hash] of a list already made.
func HashTokens(list []string) uint64 {
	h := hash64(hashStart, Version)
	for _, token := range list {
		h = hash64(h, token)
		h = hash64(h, " ")
	}
	if h == 0 {
		return 1
	}
	return h
}

// FNV-1a, 64 bits.
const hashStart = 14695981039346656037

func hash64(h uint64, s string) uint64 {
	for i := 0; i < len(s); i++ {
		h = (h ^ uint64(s[i])) * 1099511628211
	}
	return h
}

// List makes the tokens: each once, sorted, ASCII letters, digits, _ and
// everyday Han characters only, so that SQLite's unicode61 (with tokenchars
// '_') keeps each whole and PostgreSQL's array_to_tsvector takes them.
func (t *Tokens) List() []string {
	w := writer{}
	w.buf = make([]byte, 0, 4096)
	w.ends = make([]int32, 0, 512)
	for _, x := range t.extra { // first: no text may crowd out a right
		w.put("", clean(x))
	}
	fields := t.fields
	for pass := range 2 { // bodies last: the limit cuts them, not names
		for _, f := range fields {
			if (f.kind == bodyField) == (pass == 1) {
				w.field(f)
			}
		}
	}
	return w.list()
}

// clean keeps a ready token to the characters of tokens.
func clean(s string) string {
	ok := func(r rune) bool { return r == '_' || r >= 'a' && r <= 'z' || r >= '0' && r <= '9' }
	if !strings.ContainsFunc(s, func(r rune) bool { return !ok(r) }) {
		return s
	}
	return strings.Map(func(r rune) rune {
		if ok(r) {
			return r
		}
		return '_'
	}, strings.ToLower(s))
}

// limits keep a record's tokens bounded, whatever its texts.
const (
	maxTokens     = 20_000
	maxTitleRunes = 1_024
	maxSaidRunes  = 128 // of a title, by pinyin
	maxBodyBytes  = 64 << 10
	maxWays       = 64 // readings of one stretch
	headLetters   = 6  // of pinyin, from each syllable
	gramLetters   = 4  // of letters, digits and initials
	bodyLetters   = 3  // of letters and digits in bodies
	codeHead      = 8  // of codes and phones
	tailHead      = 3  // of their ends
)

// writer gathers tokens in one buffer.
type writer struct {
	buf    []byte
	ends   []int32
	prefix string
	ways   [2][]string
}

// put adds the token prefix + kind + text.
func (w *writer) put(kind, text string) {
	if len(w.ends) >= maxTokens {
		return
	}
	w.buf = append(w.buf, w.prefix...)
	w.buf = append(w.buf, kind...)
	w.buf = append(w.buf, text...)
	w.ends = append(w.ends, int32(len(w.buf)))
}

// list sorts the tokens and drops doubles.
func (w *writer) list() []string {
	all := string(w.buf)
	out := make([]string, len(w.ends))
	start := int32(0)
	for i, end := range w.ends {
		out[i] = all[start:end]
		start = end
	}
	slices.Sort(out)
	return slices.Compact(out)
}
