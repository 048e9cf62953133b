package text

import (
	"embed"
	"fmt"
	"reflect"
	"strconv"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"github.com/goccy/go-yaml"
)

//go:embed catalogue/*.yaml
var files embed.FS

// longest is how many characters of a parameter stand in a sentence, and most
// how many entries of a list.
const (
	longest = 80
	most    = 8
)

// Message gives the sentence of a code in a language. A parameter that the
// sentence needs and params lacks is shown as …; an unknown code gives a
// general sentence that names it; an unknown language is zh-Hans.
func Message(lang Lang, code string, params map[string]any) string {
	c := catalogue(lang)
	t, ok := c.sentences[code]
	if !ok {
		t, params = c.sentences["unknown_code"], map[string]any{"code": code}
	}
	var b strings.Builder
	c.write(&b, t, params)
	return capital(b.String())
}

// Has reports whether a code has a sentence of its own.
func Has(code string) bool {
	_, ok := catalogue(ZhHans).sentences[code]
	return ok
}

// book is the catalogue of one language.
type book struct {
	lang      Lang
	sentences map[string][]part
	join      string // between the entries of a list
}

// part is a piece of a sentence: fixed words, a parameter, or an optional run.
type part struct {
	words    string
	name     string
	group    string
	optional []part
}

// Each catalogue is read at first use, so that a start in one language pays
// for one.
var books = map[Lang]func() *book{
	ZhHans: sync.OnceValue(func() *book { return read(ZhHans, "、") }),
	ZhHant: sync.OnceValue(func() *book { return read(ZhHant, "、") }),
	En:     sync.OnceValue(func() *book { return read(En, ", ") }),
}

func catalogue(lang Lang) *book {
	if open, ok := books[lang]; ok {
		return open()
	}
	return books[ZhHans]()
}

// read loads an embedded catalogue. What is wrong with it is a fault of the
// build, which the tests find.
func read(lang Lang, join string) *book {
	b, err := files.ReadFile("catalogue/" + string(lang) + ".yaml")
	if err != nil {
		panic(err)
	}
	var lines map[string]string
	if err := yaml.UnmarshalWithOptions(b, &lines, yaml.Strict()); err != nil {
		panic(fmt.Errorf("catalogue %s: %w", lang, err))
	}
	c := &book{lang: lang, sentences: make(map[string][]part, len(lines)), join: join}
	for code, line := range lines {
		c.sentences[code], _ = split(line, false)
	}
	return c
}

// split takes a sentence apart; inside an optional run it ends at its ].
func split(s string, inside bool) (parts []part, rest string) {
	for s != "" {
		at := strings.IndexAny(s, "{[]")
		if at < 0 {
			return append(parts, part{words: s}), ""
		}
		if at > 0 {
			parts = append(parts, part{words: s[:at]})
		}
		mark := s[at]
		s = s[at+1:]
		switch {
		case mark == '[' && !inside:
			var run []part
			run, s = split(s, true)
			parts = append(parts, part{optional: run})
		case mark == ']' && inside:
			return parts, s
		case mark == '{' && strings.Contains(s, "}"):
			var name string
			name, s, _ = strings.Cut(s, "}")
			name, group, _ := strings.Cut(name, "@")
			parts = append(parts, part{name: name, group: group})
		default:
			parts = append(parts, part{words: string(mark)})
		}
	}
	return parts, ""
}

func (c *book) write(b *strings.Builder, parts []part, params map[string]any) {
	for _, p := range parts {
		switch {
		case p.optional != nil:
			if complete(p.optional, params) {
				c.write(b, p.optional, params)
			}
		case p.name != "":
			c.value(b, p, params)
		default:
			b.WriteString(p.words)
		}
	}
}

// complete reports whether no parameter of an optional run is missing.
func complete(parts []part, params map[string]any) bool {
	for _, p := range parts {
		if v, ok := params[p.name]; p.name != "" && (!ok || v == nil || v == "") {
			return false
		}
	}
	return true
}

// value writes one parameter.
func (c *book) value(b *strings.Builder, p part, params map[string]any) {
	v, ok := params[p.name]
	if !ok || v == nil {
		b.WriteString("…")
		return
	}
	s := c.format(v)
	if p.group != "" {
		if word, ok := c.sentences[p.group+"."+s]; ok {
			c.write(b, word, nil)
			return
		}
	}
	b.WriteString(s)
}

// format writes a parameter's value as people of the language do.
func (c *book) format(v any) string {
	switch v := v.(type) {
	case string:
		return shorten(v)
	case []byte:
		return shorten(string(v))
	case fmt.Stringer, error:
		if r := reflect.ValueOf(v); r.Kind() == reflect.Pointer && r.IsNil() {
			return "…"
		}
		return shorten(fmt.Sprint(v))
	}
	r := reflect.ValueOf(v)
	switch r.Kind() {
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return grouped(strconv.FormatInt(r.Int(), 10))
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		return grouped(strconv.FormatUint(r.Uint(), 10))
	case reflect.Float32, reflect.Float64:
		return grouped(strconv.FormatFloat(r.Float(), 'f', -1, 64))
	case reflect.String:
		return shorten(r.String())
	case reflect.Slice, reflect.Array:
		return c.list(r)
	}
	return shorten(fmt.Sprint(v))
}

// list joins entries, and says how many there are when it shows only some.
func (c *book) list(r reflect.Value) string {
	n := min(r.Len(), most)
	entries := make([]string, 0, n+1)
	for i := range n {
		entries = append(entries, c.format(r.Index(i).Interface()))
	}
	if r.Len() > most {
		var b strings.Builder
		c.write(&b, c.sentences["more"], map[string]any{"count": r.Len()})
		entries = append(entries, b.String())
	}
	return strings.Join(entries, c.join)
}

// shorten cuts what is too long for a sentence, between characters.
func shorten(s string) string {
	if len(s) <= longest {
		return s
	}
	n := 0
	for i := range s {
		if n++; n > longest {
			return s[:i] + "…"
		}
	}
	return s
}

// grouped puts commas between thousands; four digits stay together, as years
// and small limits are read.
func grouped(s string) string {
	sign := ""
	if s[0] == '-' {
		sign, s = "-", s[1:]
	}
	whole, fraction, dot := strings.Cut(s, ".")
	if len(whole) <= 4 {
		return sign + s
	}
	var b strings.Builder
	b.WriteString(sign)
	for i := range len(whole) {
		if i > 0 && (len(whole)-i)%3 == 0 {
			b.WriteByte(',')
		}
		b.WriteByte(whole[i])
	}
	if dot {
		b.WriteString("." + fraction)
	}
	return b.String()
}

// capital lets a sentence begin with a capital letter when what stood before
// its first word was left out.
func capital(s string) string {
	first, size := utf8.DecodeRuneInString(s)
	if !unicode.IsLower(first) {
		return s
	}
	return string(unicode.ToUpper(first)) + s[size:]
}
