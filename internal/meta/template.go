package meta

import "strings"

// Part is a piece of a title or timeline text: fixed text, or a field.
type Part struct {
	Text  string
	Field *Field
}

// template parses "{subject} {state}"; a text without braces is a field name
// when asField. unknown is the first name that is no field.
func (t *Type) template(src string, asField bool) (parts []Part, unknown string) {
	if asField && !strings.Contains(src, "{") {
		f, ok := t.byName[src]
		if !ok {
			return nil, src
		}
		return []Part{{Field: f}}, ""
	}
	for src != "" {
		open := strings.IndexByte(src, '{')
		if open < 0 {
			return append(parts, Part{Text: src}), ""
		}
		if open > 0 {
			parts = append(parts, Part{Text: src[:open]})
		}
		name, rest, ok := strings.Cut(src[open+1:], "}")
		if !ok {
			return nil, src[open:]
		}
		f, known := t.byName[name]
		if !known {
			return nil, name
		}
		parts, src = append(parts, Part{Field: f}), rest
	}
	return parts, ""
}
