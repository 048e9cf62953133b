package meta

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Pattern is a number pattern such as "C{yyyy}-{seq:6}": fixed text, parts of
// the day, the writer's branch, and a counter that runs for each rendered
// prefix by itself. The counter stands last and has at least its digits; it
// may outgrow them.
type Pattern struct {
	Source string
	parts  []patternPart
	digits int
}

// patternPart is fixed text, or one of yyyy yy mm dd branch.
type patternPart struct{ text, name string }

// ParsePattern reads a pattern; why says what is wrong with it.
func ParsePattern(src string) (p *Pattern, why string) {
	p = &Pattern{Source: src}
	if len(src) > 60 {
		return nil, "longer than 60 characters"
	}
	for rest := src; rest != ""; {
		open := strings.IndexByte(rest, '{')
		if open != 0 {
			text := rest
			if open > 0 {
				text = rest[:open]
			}
			if strings.ContainsAny(text, "}\n\r\t") {
				return nil, "a } without its {"
			}
			p.parts = append(p.parts, patternPart{text: text})
			rest = rest[len(text):]
			continue
		}
		name, after, ok := strings.Cut(rest[1:], "}")
		if !ok {
			return nil, "a { without its }"
		}
		rest = after
		seq, isSeq := strings.CutPrefix(name, "seq:")
		switch {
		case isSeq:
			n, err := strconv.Atoi(seq)
			if err != nil || n < 1 || n > 12 {
				return nil, "{seq:n} has 1 to 12 digits"
			}
			if rest != "" {
				return nil, "{seq:" + seq + "} must stand at the end"
			}
			p.digits = n
		case name == "yyyy" || name == "yy" || name == "mm" || name == "dd" || name == "branch":
			p.parts = append(p.parts, patternPart{name: name})
		default:
			return nil, "unknown part {" + name + "}"
		}
	}
	if p.digits == 0 {
		return nil, "{seq:n} is missing"
	}
	return p, ""
}

// Prefix renders all but the counter for a day (in the company's zone) and
// the writer's branch code. Numbers count on for each prefix.
func (p *Pattern) Prefix(now time.Time, branch string) string {
	var b strings.Builder
	for _, part := range p.parts {
		switch part.name {
		case "":
			b.WriteString(part.text)
		case "yyyy":
			fmt.Fprintf(&b, "%04d", now.Year())
		case "yy":
			fmt.Fprintf(&b, "%02d", now.Year()%100)
		case "mm":
			fmt.Fprintf(&b, "%02d", int(now.Month()))
		case "dd":
			fmt.Fprintf(&b, "%02d", now.Day())
		case "branch":
			b.WriteString(branch)
		}
	}
	return b.String()
}

// Format joins a rendered prefix and a counter's value (from 1).
func (p *Pattern) Format(prefix string, seq int64) string {
	digits := strconv.FormatInt(seq, 10)
	if pad := p.digits - len(digits); pad > 0 {
		return prefix + "000000000000"[:pad] + digits
	}
	return prefix + digits
}

// Parse splits a number into the prefix and the counter's value it stands
// for; false when this pattern could not have made it. A branch code is any
// run of letters, digits and '-'.
func (p *Pattern) Parse(number string) (prefix string, seq int64, ok bool) {
	return p.match(number, 0, 0)
}

func (p *Pattern) match(number string, at, part int) (string, int64, bool) {
	if part == len(p.parts) {
		digits := number[at:]
		if len(digits) < p.digits || len(digits) > 18 || !allDigits(digits) || (len(digits) > p.digits && digits[0] == '0') {
			return "", 0, false
		}
		n, err := strconv.ParseInt(digits, 10, 64)
		return number[:at], n, err == nil && n > 0
	}
	x := p.parts[part]
	switch x.name {
	case "":
		if !strings.HasPrefix(number[at:], x.text) {
			return "", 0, false
		}
		return p.match(number, at+len(x.text), part+1)
	case "branch":
		for end := at; ; end++ {
			if prefix, seq, ok := p.match(number, end, part+1); ok {
				return prefix, seq, true
			}
			if end == len(number) || !branchByte(number[end]) {
				return "", 0, false
			}
		}
	}
	width := len(x.name)
	if len(number)-at < width || !allDigits(number[at:at+width]) || !inRange(x.name, number[at:at+width]) {
		return "", 0, false
	}
	return p.match(number, at+width, part+1)
}

func inRange(name, digits string) bool {
	n, _ := strconv.Atoi(digits)
	switch name {
	case "mm":
		return n >= 1 && n <= 12
	case "dd":
		return n >= 1 && n <= 31
	}
	return true
}

func branchByte(c byte) bool {
	return c == '-' || c >= '0' && c <= '9' || c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z' || c >= 0x80
}

func allDigits(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return s != ""
}
