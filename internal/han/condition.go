package han

import (
	"slices"
	"strings"
)

// Term asks for a token, or for any token that begins with it.
type Term struct {
	Token  string
	Prefix bool
}

// Condition is what the search index is asked: a term, or all or any of
// several conditions. The zero value holds for no row.
type Condition struct {
	term Term
	op   operator
	subs []Condition
}

type operator byte

const (
	never operator = iota
	isTerm
	allOf
	anyOf
)

// Has is the condition of a single term.
func Has(t Term) Condition { return Condition{op: isTerm, term: t} }

// AnyToken holds for rows with any of the tokens; none for no tokens. It is
// for rights: AnyToken("_o17", "_t3").
func AnyToken(tokens ...string) Condition {
	subs := make([]Condition, len(tokens))
	for i, t := range tokens {
		subs[i] = Has(Term{Token: clean(t)})
	}
	return AnyOf(subs...)
}

// AllOf holds where all hold; none where one never does, or there are none.
func AllOf(subs ...Condition) Condition { return join(allOf, subs) }

// AnyOf holds where at least one does.
func AnyOf(subs ...Condition) Condition { return join(anyOf, subs) }

// join flattens, drops doubles and what never holds.
func join(op operator, subs []Condition) Condition {
	var out []Condition
	var flat func([]Condition) bool
	flat = func(list []Condition) bool {
		for _, c := range list {
			switch {
			case c.op == never && op == allOf:
				return false
			case c.op == never || c.op == isTerm && hasTerm(out, c.term):
			case c.op == op:
				if !flat(c.subs) {
					return false
				}
			default:
				out = append(out, c)
			}
		}
		return true
	}
	switch {
	case !flat(subs) || len(out) == 0:
		return Condition{}
	case len(out) == 1:
		return out[0]
	}
	return Condition{op: op, subs: out}
}

func hasTerm(list []Condition, t Term) bool {
	for _, c := range list {
		if c.op == isTerm && c.term == t {
			return true
		}
	}
	return false
}

// Never tells that no row can satisfy c: do not ask.
func (c Condition) Never() bool { return c.op == never }

// Holds evaluates c over tokens sorted as [Tokens.List] has them, as an index
// would.
func (c Condition) Holds(tokens []string) bool {
	switch c.op {
	case isTerm:
		at, found := slices.BinarySearch(tokens, c.term.Token)
		return found || c.term.Prefix && at < len(tokens) && strings.HasPrefix(tokens[at], c.term.Token)
	case allOf, anyOf:
		for _, s := range c.subs {
			if s.Holds(tokens) != (c.op == allOf) {
				return c.op == anyOf
			}
		}
		return c.op == allOf
	}
	return false
}

// FTS5 prints c as the right side of MATCH on an FTS5 table with
// tokenize="unicode61 remove_diacritics 0 tokenchars '_'".
// It is "" when no row can match.
func FTS5(c Condition) string {
	return c.print(" AND ", " OR ", func(b *strings.Builder, t Term) {
		b.WriteByte('"')
		b.WriteString(strings.ReplaceAll(t.Token, `"`, `""`))
		b.WriteByte('"')
		if t.Prefix {
			b.WriteString(" *")
		}
	})
}

// TSQuery prints c as PostgreSQL's tsquery text, to be cast: $1::tsquery. It
// is "" when no row can match.
func TSQuery(c Condition) string {
	quote := strings.NewReplacer(`'`, `''`, `\`, `\\`)
	return c.print(" & ", " | ", func(b *strings.Builder, t Term) {
		b.WriteByte('\'')
		b.WriteString(quote.Replace(t.Token))
		b.WriteByte('\'')
		if t.Prefix {
			b.WriteString(":*")
		}
	})
}

func (c Condition) print(and, or string, term func(*strings.Builder, Term)) string {
	var b strings.Builder
	var walk func(Condition, bool)
	walk = func(c Condition, inside bool) {
		if c.op == isTerm {
			term(&b, c.term)
			return
		}
		if inside {
			b.WriteByte('(')
		}
		for i, s := range c.subs {
			if i > 0 {
				if c.op == allOf {
					b.WriteString(and)
				} else {
					b.WriteString(or)
				}
			}
			walk(s, true)
		}
		if inside {
			b.WriteByte(')')
		}
	}
	if c.op != never {
		walk(c, false)
	}
	return b.String()
}
