package transfer

import (
	"bufio"
	"bytes"
	"encoding/base64"
	"io"
	"mime/quotedprintable"
	"os"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/encoding/htmlindex"

	"kedang/internal/errs"
)

// vCards (RFC 2426, RFC 6350, and the 2.1 of old telephones) are read as a
// sheet: one row a card, under a header made of the properties' names.

// cardColumns head the rows of a file of cards. What has no column stands in NOTE.
var cardColumns = []string{"FN", "ORG", "TITLE", "TEL", "FAX", "EMAIL", "ADR", "ZIP", "URL", "BDAY", "NICKNAME", "CATEGORIES", "WeChat", "QQ", "NOTE"}

// isCard knows a file of cards by how it begins.
func isCard(head []byte) bool {
	t := bytes.TrimSpace(bytes.TrimPrefix(head, []byte("\xef\xbb\xbf")))
	return len(t) >= len("BEGIN:VCARD") && bytes.EqualFold(t[:len("BEGIN:VCARD")], []byte("BEGIN:VCARD"))
}

// cards reads a file of vCards, one at a time.
type cards struct {
	raw       *counted
	size      int64
	lines     *bufio.Reader
	otherwise textEncoding // of what is no UTF-8 and says nothing of itself
	ahead     []byte       // the line after the last
	line      int          // of ahead
	begun     bool
}

func openCards(f *os.File, head []byte, hint string) (sheet, Format, error) {
	info, err := f.Stat()
	if err != nil {
		return nil, Format{}, err
	}
	enc, err := detect(head, info.Size() <= int64(len(head)))
	if hint != "" {
		enc, err = encodingNamed(hint)
	}
	if err != nil {
		enc = encodings["utf-8"]
	}
	c := &cards{raw: &counted{r: f}, size: info.Size(), otherwise: enc}
	var text io.Reader = c.raw
	if strings.HasPrefix(enc.name, "utf-16") {
		text, c.otherwise = decode(c.raw, enc), encodings["utf-8"]
	}
	c.lines = bufio.NewReaderSize(text, 64<<10)
	return c, Format{Kind: "vcard", Encoding: enc.name}, c.step()
}

func (c *cards) part() float64 { return min(1, float64(c.raw.n)/float64(max(1, c.size))) }

func (c *cards) close() error { return nil }

func (c *cards) next() ([]string, int, error) {
	if !c.begun {
		c.begun = true
		return slices.Clone(cardColumns), 0, nil
	}
	for {
		p, at, err := c.property()
		if err != nil {
			return nil, 0, err
		}
		if p.name == "BEGIN" && strings.EqualFold(p.value, "VCARD") {
			card, err := c.card()
			return card.cells(), at, err
		}
	}
}

// property is one line of a card: item1.TEL;TYPE=CELL:138…
type property struct {
	group, name string
	types       []string // in capitals
	value       string   // decoded, still with its escapes
	plain       bool     // it came encoded and has no escapes
}

// has tells whether a property is of a type.
func (p property) has(types ...string) bool {
	return slices.ContainsFunc(types, func(t string) bool { return slices.Contains(p.types, t) })
}

// step reads the next line into ahead; nil at the end.
func (c *cards) step() error {
	line, err := c.lines.ReadSlice('\n')
	if err == bufio.ErrBufferFull { // a picture in one line
		line = slices.Clone(line)
		for err == bufio.ErrBufferFull {
			var more []byte
			more, err = c.lines.ReadSlice('\n')
			if len(line) < maxRecord {
				line = append(line, more...)
			}
		}
	}
	if err != nil && err != io.EOF {
		return err
	}
	if err == io.EOF && len(line) == 0 {
		c.ahead = nil
		return nil
	}
	c.line++
	c.ahead = append([]byte{}, bytes.TrimRight(line, "\r\n")...)
	return nil
}

// pictures are properties whose values are no text of ours.
var pictures = []string{"PHOTO", "LOGO", "SOUND", "KEY", "X-MS-CARDPICTURE"}

// property reads a line with those that go on with it.
func (c *cards) property() (p property, at int, err error) {
	for {
		if c.ahead == nil {
			return p, 0, io.EOF
		}
		at = c.line
		whole := c.ahead
		if err := c.step(); err != nil {
			return p, at, err
		}
		head, value, ok := bytes.Cut(whole, []byte(":"))
		p = propertyOf(string(head))
		skip := slices.Contains(pictures, p.name)
		soft := p.has("QUOTED-PRINTABLE")
		for c.ahead != nil && (len(c.ahead) > 0 && (c.ahead[0] == ' ' || c.ahead[0] == '\t') || soft && bytes.HasSuffix(value, []byte("="))) {
			switch {
			case skip || len(value) > maxRecord:
			case soft && bytes.HasSuffix(value, []byte("=")):
				value = append(bytes.TrimSuffix(value, []byte("=")), c.ahead...)
			case ok:
				value = append(slices.Clone(value), c.ahead[1:]...)
			default: // the fold stands before the colon
				whole = append(slices.Clone(whole), c.ahead[1:]...)
				head, value, ok = bytes.Cut(whole, []byte(":"))
				p = propertyOf(string(head))
			}
			if err := c.step(); err != nil {
				return p, at, err
			}
		}
		if !ok || skip {
			continue
		}
		p.value = c.text(&p, value)
		return p, at, nil
	}
}

func propertyOf(head string) (p property) {
	parts := strings.Split(strings.TrimPrefix(strings.TrimSpace(head), "\ufeff"), ";")
	name := strings.ToUpper(strings.TrimSpace(parts[0]))
	if group, rest, ok := strings.Cut(name, "."); ok {
		p.group, name = group, rest
	}
	p.name = name
	for _, part := range parts[1:] {
		key, value, ok := strings.Cut(strings.ToUpper(part), "=")
		switch {
		case !ok:
			p.types = append(p.types, key)
		case key == "CHARSET":
			p.types = append(p.types, "CHARSET="+strings.Trim(value, `"`))
		default:
			p.types = append(p.types, strings.Split(strings.Trim(value, `"`), ",")...)
		}
	}
	return p
}

// text decodes a value: quoted-printable or base 64, then its characters.
func (c *cards) text(p *property, value []byte) string {
	switch {
	case p.has("QUOTED-PRINTABLE"):
		if plain, err := io.ReadAll(quotedprintable.NewReader(bytes.NewReader(value))); err == nil || len(plain) > 0 {
			value = plain
		}
	case p.has("BASE64", "B"):
		if plain, err := base64.StdEncoding.DecodeString(strings.ReplaceAll(string(value), " ", "")); err == nil {
			value, p.plain = plain, true
		}
	}
	enc := c.otherwise
	for _, t := range p.types {
		if name, ok := strings.CutPrefix(t, "CHARSET="); ok {
			if named, err := htmlindex.Get(name); err == nil {
				enc = textEncoding{strings.ToLower(name), named}
			}
		}
	}
	if enc.enc == nil || utf8.Valid(value) {
		return string(value)
	}
	if text, err := enc.enc.NewDecoder().Bytes(value); err == nil {
		return string(text)
	}
	return string(value)
}

// fields splits a structured value at its semicolons and takes the escapes off.
func (p property) fields() []string {
	if p.plain {
		return []string{strings.TrimSpace(p.value)}
	}
	var out []string
	var b strings.Builder
	for i := 0; i < len(p.value); i++ {
		switch ch := p.value[i]; {
		case ch == '\\' && i+1 < len(p.value):
			i++
			if n := p.value[i]; n == 'n' || n == 'N' {
				b.WriteByte('\n')
			} else {
				b.WriteByte(n)
			}
		case ch == ';':
			out = append(out, strings.TrimSpace(b.String()))
			b.Reset()
		default:
			b.WriteByte(ch)
		}
	}
	return append(out, strings.TrimSpace(b.String()))
}

// whole is a value that is one text.
func (p property) whole() string { return strings.Join(p.fields(), ";") }

// card is what a card says, by column.
type card struct {
	values map[string][]string
	notes  []string
	family string // N, for cards without FN
	firm   bool   // it says that it is a firm's
	labels map[string]string
	tels   []property
}

// card reads the properties up to END. A card within it (AGENT) is passed over.
func (c *cards) card() (*card, error) {
	k := &card{values: map[string][]string{}, labels: map[string]string{}}
	for deep := 1; deep > 0; {
		p, at, err := c.property()
		if err == io.EOF {
			return k, nil // the end is missing; what is there counts
		}
		if err != nil {
			return k, err
		}
		switch {
		case p.name == "BEGIN":
			deep++
		case p.name == "END":
			deep--
		case deep == 1:
			k.take(p)
		}
		if len(k.notes) > 1000 || len(k.tels) > 1000 {
			return k, errs.New(errs.Invalid, "bad_row", errs.Params{"line": at})
		}
	}
	return k, nil
}

func (k *card) take(p property) {
	add := func(column, value string) {
		if value != "" && !slices.Contains(k.values[column], value) {
			k.values[column] = append(k.values[column], value)
		}
	}
	switch p.name {
	case "N":
		if f := p.fields(); len(f) > 1 {
			k.family = whole(f[0], f[1])
		} else {
			k.family = f[0]
		}
	case "FN", "NICKNAME", "TITLE", "URL", "CATEGORIES":
		add(p.name, p.whole())
	case "ORG":
		f := slices.DeleteFunc(p.fields(), func(s string) bool { return s == "" })
		if len(f) > 0 {
			add("ORG", f[0])
		}
		if len(f) > 1 { // the department
			k.note("ORG", strings.Join(f[1:], " "))
		}
	case "ROLE":
		add("TITLE", p.whole())
	case "EMAIL":
		if v := p.whole(); strings.Contains(v, "@") {
			add("EMAIL", v)
		}
	case "TEL":
		k.tels = append(k.tels, p)
	case "ADR":
		text, zip := address(p.fields())
		if len(k.values["ADR"]) > 0 && text != "" {
			k.note("ADR", text)
			break
		}
		add("ADR", text)
		add("ZIP", zip)
	case "BDAY":
		if v := p.whole(); strings.HasPrefix(v, "--") { // the year is not known
			k.note("BDAY", strings.TrimPrefix(v, "--"))
		} else {
			add("BDAY", v)
		}
	case "NOTE":
		if v := p.whole(); v != "" {
			k.notes = append(k.notes, v)
		}
	case "X-ABLABEL":
		k.labels[p.group] = strings.TrimSuffix(strings.TrimPrefix(p.whole(), "_$!<"), ">!$_")
	case "KIND":
		k.firm = strings.EqualFold(p.value, "org")
	case "X-ABSHOWAS":
		k.firm = strings.EqualFold(p.value, "COMPANY")
	case "X-QQ":
		add("QQ", p.whole())
	case "X-WECHAT", "X-WEIXIN":
		add("WeChat", p.whole())
	}
}

func (k *card) note(what, text string) { k.notes = append(k.notes, what+"："+text) }

// address puts the seven parts of an address together as its script does.
func address(parts []string) (text, zip string) {
	for len(parts) < 7 {
		parts = append(parts, "")
	}
	box, more, street, city, region, zip, country := parts[0], parts[1], parts[2], parts[3], parts[4], parts[5], parts[6]
	chinese := strings.ContainsFunc(street+city+region, func(r rune) bool { return unicode.Is(unicode.Han, r) })
	list, mark := []string{box, more, street, city, region, country}, ", "
	if chinese {
		list, mark = []string{region, city, street, more, box}, ""
		if strings.HasPrefix(street, region+city) {
			list = list[2:]
		}
	}
	list = slices.DeleteFunc(list, func(s string) bool { return s == "" })
	return strings.Join(strings.Fields(strings.Join(list, mark)), " "), zip
}

// callings are what the types of a number say of it.
var callings = []struct{ kind, label string }{{"HOME", "家庭"}, {"WORK", "办公"}, {"PAGER", "寻呼"}, {"CAR", "车载"}}

func (k *card) telephones() {
	for _, p := range k.tels {
		number := strings.TrimPrefix(p.whole(), "tel:")
		if number == "" {
			continue
		}
		column, label := "TEL", k.labels[p.group]
		if name := strings.ToLower(label); p.has("FAX") || strings.Contains(name, "fax") || strings.Contains(name, "传真") {
			column, label = "FAX", ""
		}
		for _, c := range callings {
			if label == "" && column == "TEL" && p.has(c.kind) {
				label = c.label
			}
		}
		k.values[column] = append(k.values[column], strings.TrimSpace(label+" "+number))
	}
}

// cells are the card's row. Whose card names no person is the firm's.
func (k *card) cells() []string {
	k.telephones()
	name, firm := strings.Join(k.values["FN"], " "), strings.Join(k.values["ORG"], " ")
	if name == "" {
		name = k.family
	}
	if name == "" || k.firm && firm != "" {
		name = firm
	}
	for _, column := range []string{"NICKNAME", "EMAIL", "TEL"} { // a card that only says how to reach somebody
		if list := k.values[column]; name == "" && len(list) > 0 {
			name = list[0]
		}
	}
	if name == firm {
		firm = ""
	}
	k.values["FN"], k.values["ORG"] = []string{name}, []string{firm}
	if urls := k.values["URL"]; len(urls) > 1 {
		for _, u := range urls[1:] {
			k.note("URL", u)
		}
		k.values["URL"] = urls[:1]
	}
	k.values["NOTE"] = k.notes
	out := make([]string, len(cardColumns))
	for i, column := range cardColumns {
		mark := "; "
		if column == "NOTE" {
			mark = "\n"
		}
		out[i] = strings.Join(k.values[column], mark)
	}
	return out
}
