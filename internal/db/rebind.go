package db

import (
	"strconv"
	"strings"
	"sync"
)

// reboundMost bounds the cache of rewritten statements: their number is that
// of the program's statements and of the shapes of lists that people make.
const reboundMost = 5000

// rebinder turns '?' into PostgreSQL's $1, $2 … and remembers the result.
type rebinder struct {
	mu sync.RWMutex // guards m
	m  map[string]string
}

func newRebinder() *rebinder { return &rebinder{m: map[string]string{}} }

func (r *rebinder) rebind(query string) string {
	if strings.IndexByte(query, '?') < 0 {
		return query
	}
	r.mu.RLock()
	out, ok := r.m[query]
	r.mu.RUnlock()
	if ok {
		return out
	}
	out = numbered(query)
	r.mu.Lock()
	if len(r.m) >= reboundMost {
		clear(r.m)
	}
	r.m[query] = out
	r.mu.Unlock()
	return out
}

// numbered rewrites the question marks that stand outside quotes.
func numbered(query string) string {
	var b strings.Builder
	n := 0
	var quote byte
	for i := 0; i < len(query); i++ {
		c := query[i]
		switch {
		case quote != 0:
			if c == quote {
				quote = 0
			}
		case c == '\'' || c == '"':
			quote = c
		case c == '?':
			n++
			b.WriteByte('$')
			b.WriteString(strconv.Itoa(n))
			continue
		}
		b.WriteByte(c)
	}
	return b.String()
}
