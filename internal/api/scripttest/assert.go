package scripttest

import (
	"encoding/json"
	"fmt"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"
)

// assert judges "code OP VALUE", "json PATH OP VALUE", "header NAME OP VALUE",
// "body OP VALUE".
func (r *runner) assert(word, arg string) error {
	switch word {
	case "code":
		op, want, _ := strings.Cut(arg, " ")
		return compare(strconv.Itoa(r.answer.code), op, unquote(want))
	case "body":
		op, want, _ := strings.Cut(arg, " ")
		return compare(r.answer.body.String(), op, unquote(want))
	case "header":
		name, rest, _ := strings.Cut(arg, " ")
		op, want, _ := strings.Cut(rest, " ")
		return compare(r.answer.header.Get(name), op, unquote(want))
	}
	at, op, want := splitAssert(arg)
	v, found := lookup(r.value, at)
	switch op {
	case "exists":
		if !found || v == nil {
			return fmt.Errorf("it is absent")
		}
		return nil
	case "absent":
		if found && v != nil {
			return fmt.Errorf("it is %s", textOf(v))
		}
		return nil
	}
	if !found {
		return fmt.Errorf("it is absent")
	}
	if list, ok := v.([]any); ok && op == "contains" {
		for _, x := range list {
			if textOf(x) == unquote(want) {
				return nil
			}
		}
		return fmt.Errorf("it is %s", textOf(v))
	}
	return compare(textOf(v), op, unquote(want))
}

// splitAssert cuts "PATH OP VALUE"; the path may be missing.
func splitAssert(arg string) (at, op, want string) {
	head, rest, _ := strings.Cut(arg, " ")
	if operators[head] {
		return "", head, rest
	}
	op, want, _ = strings.Cut(strings.TrimSpace(rest), " ")
	return head, op, strings.TrimSpace(want)
}

var operators = map[string]bool{"==": true, "!=": true, "~": true, "<": true, ">": true, "<=": true, ">=": true, "contains": true, "exists": true, "absent": true}

func compare(got, op, want string) error {
	ok := false
	switch op {
	case "==":
		ok = got == want
	case "!=":
		ok = got != want
	case "~":
		re, err := regexp.Compile(want)
		if err != nil {
			return err
		}
		ok = re.MatchString(got)
	case "contains":
		ok = strings.Contains(got, want)
	case "<", ">", "<=", ">=":
		a, err1 := strconv.ParseFloat(got, 64)
		b, err2 := strconv.ParseFloat(want, 64)
		if err1 != nil || err2 != nil {
			return fmt.Errorf("%q and %q are not both numbers", got, want)
		}
		ok = (op == "<" && a < b) || (op == ">" && a > b) || (op == "<=" && a <= b) || (op == ">=" && a >= b)
	default:
		return fmt.Errorf("%q is no operator", op)
	}
	if ok {
		return nil
	}
	return fmt.Errorf("it is %s", excerpt([]byte(got)))
}

// unquote reads a value in quotes as a JSON string; another stands for itself.
func unquote(s string) string {
	s = strings.TrimSpace(s)
	var out string
	if strings.HasPrefix(s, `"`) && json.Unmarshal([]byte(s), &out) == nil {
		return out
	}
	return s
}

// lookup follows a.b[0].c; .length is that of an array.
func lookup(v any, at string) (any, bool) {
	if at == "" || at == "." {
		return v, true
	}
	for _, part := range strings.FieldsFunc(at, func(r rune) bool { return r == '.' || r == '[' || r == ']' }) {
		switch x := v.(type) {
		case map[string]any:
			next, ok := x[part]
			if !ok {
				return nil, false
			}
			v = next
		case []any:
			if part == "length" {
				return json.Number(strconv.Itoa(len(x))), true
			}
			i, err := strconv.Atoi(part)
			if err != nil || i < 0 || i >= len(x) {
				return nil, false
			}
			v = x[i]
		default:
			return nil, false
		}
	}
	return v, true
}

// textOf writes a JSON value as scripts do: strings without quotes.
func textOf(v any) string {
	switch x := v.(type) {
	case string:
		return x
	case json.Number:
		return x.String()
	}
	raw, err := json.Marshal(v)
	if err != nil {
		return fmt.Sprint(v)
	}
	return string(raw)
}

// encode makes a URL of one that people write: what is no ASCII, spaces and
// quotes are escaped; a value that is escaped already stays.
func encode(target string) string {
	at, query, has := strings.Cut(target, "?")
	if at = (&url.URL{Path: at}).EscapedPath(); !has {
		return at
	}
	parts := strings.Split(query, "&")
	for i, p := range parts {
		name, value, _ := strings.Cut(p, "=")
		if needsEscape(value) {
			parts[i] = name + "=" + url.QueryEscape(value)
		}
	}
	return at + "?" + strings.Join(parts, "&")
}

func needsEscape(s string) bool {
	for i := 0; i < len(s); i++ {
		if c := s[i]; c <= ' ' || c >= utf8.RuneSelf || strings.IndexByte(`"'<>+#\{}|^`, c) >= 0 {
			return true
		}
	}
	return false
}
