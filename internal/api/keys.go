package api

import (
	"bytes"
	"encoding/json"
)

// repeatedKey finds a name that an object of valid JSON has twice: decoders
// take the last one without a word, and whoever sent both meant something else.
func repeatedKey(raw []byte) (string, bool) {
	var open []names // objects and arrays that are open; of arrays nothing is kept
	for i := 0; i < len(raw); i++ {
		switch raw[i] {
		case '{', '[':
			open = append(open, names{object: raw[i] == '{'})
		case '}', ']':
			open = open[:max(0, len(open)-1)]
		case '"':
			end := textEnd(raw, i)
			if k := len(open) - 1; k >= 0 && open[k].object && isName(raw, end) {
				name := raw[i+1 : end-1]
				if bytes.IndexByte(name, '\\') >= 0 {
					var plain string
					if json.Unmarshal(raw[i:end], &plain) == nil {
						name = []byte(plain)
					}
				}
				if !open[k].add(name) {
					return string(name), true
				}
			}
			i = end - 1
		}
	}
	return "", false
}

// textEnd is the place behind a text that begins at i.
func textEnd(raw []byte, i int) int {
	for i++; i < len(raw); i++ {
		switch raw[i] {
		case '\\':
			i++
		case '"':
			return i + 1
		}
	}
	return len(raw)
}

func isName(raw []byte, end int) bool {
	rest := bytes.TrimLeft(raw[end:], " \t\r\n")
	return len(rest) > 0 && rest[0] == ':'
}

// names are those of one object: a list while they are few.
type names struct {
	object bool
	few    [][]byte
	many   map[string]bool
}

const fewNames = 24

func (n *names) add(name []byte) bool {
	if n.many != nil {
		if n.many[string(name)] {
			return false
		}
		n.many[string(name)] = true
		return true
	}
	for _, x := range n.few {
		if bytes.Equal(x, name) {
			return false
		}
	}
	n.few = append(n.few, name)
	if len(n.few) > fewNames {
		n.many = make(map[string]bool, 2*len(n.few))
		for _, x := range n.few {
			n.many[string(x)] = true
		}
	}
	return true
}
