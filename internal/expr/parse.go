package expr

import (
	"errors"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/expr-lang/expr/ast"
	"github.com/expr-lang/expr/conf"
	"github.com/expr-lang/expr/file"
	"github.com/expr-lang/expr/parser"
	"github.com/expr-lang/expr/parser/lexer"

	"kedang/internal/errs"
)

// Bounds on what is read at all.
const (
	maxSource  = 64 << 10 // bytes
	maxNesting = 100      // brackets in brackets, chains of not, of ?:
	maxNodes   = 2000     // unless Options say otherwise
	maxSet     = 10_000   // constants in the lists of one expression
	maxLinks   = 6        // links followed by one path
)

func refuse(code string, params errs.Params) error { return errs.RefuseField("", code, params) }

// source is the text of an expression.
type source struct {
	text  string
	runes []rune
}

// refuse makes a problem at a position in characters. near is the text
// around it, for people to find it.
func (s *source) refuse(at int, code string, params errs.Params) error {
	if params == nil {
		params = errs.Params{}
	}
	at = max(0, min(at, len(s.runes)))
	params["at"] = at
	params["near"] = string(s.runes[max(0, at-8):min(len(s.runes), at+12)])
	return refuse(code, params)
}

// slice is the text between two positions.
func (s *source) slice(l file.Location) string {
	return string(s.runes[max(0, min(l.From, len(s.runes))):max(0, min(l.To, len(s.runes)))])
}

// parse reads the text with expr-lang's parser. What the parser would accept
// and this language has not, and what would make its recursion deep, is
// refused before, while it is still a row of words.
func parse(text string) (*source, ast.Node, error) {
	switch {
	case len(text) > maxSource:
		return nil, nil, refuse("too_complex", errs.Params{"max": maxSource})
	case !utf8.ValidString(text):
		return nil, nil, refuse("invalid_utf8", nil)
	case strings.IndexByte(text, 0) >= 0:
		return nil, nil, refuse("nul_in_text", nil)
	}
	s := &source{text, []rune(text)}
	tokens, err := lexer.Lex(file.NewSource(text))
	if err != nil {
		return nil, nil, s.syntax(err)
	}
	if err := s.screen(tokens); err != nil {
		return nil, nil, err
	}
	tree, err := parser.ParseWithConfig(text, &conf.Config{MaxNodes: 2 * maxSource, DisableIfOperator: true})
	if err != nil {
		return nil, nil, s.syntax(err)
	}
	return s, tree.Node, nil
}

// syntax turns the parser's complaint into a problem.
func (s *source) syntax(err error) error {
	var fe *file.Error
	if !errors.As(err, &fe) {
		return s.refuse(0, "syntax", nil)
	}
	if strings.Contains(fe.Message, " literal is too large") || strings.Contains(fe.Message, "invalid integer literal") || strings.Contains(fe.Message, "invalid float literal") {
		return s.refuse(fe.From, "bad_number", nil)
	}
	return s.refuse(fe.From, "syntax", nil)
}

// foreign are words of expr-lang that this language does not have.
var foreign = []string{"let", ";", "|", "**", "^", "..", "matches", "::", "?.", "=", "else", "{", "}"}

// screen walks the words before the parser does.
func (s *source) screen(tokens []lexer.Token) error {
	depth, signs, questions := 0, 0, 0
	for _, t := range tokens {
		switch {
		case t.Kind == lexer.Bytes, (t.Kind == lexer.Operator || t.Kind == lexer.Bracket) && slices.Contains(foreign, t.Value):
			return s.refuse(t.From, "not_supported", errs.Params{"name": t.Value})
		case t.Kind == lexer.String:
			// The parser would quietly make one line break of another.
			if strings.ContainsAny(s.slice(t.Location), "\r\n") {
				return s.refuse(t.From, "syntax", nil)
			}
			if strings.IndexByte(t.Value, 0) >= 0 {
				return s.refuse(t.From, "nul_in_text", nil)
			}
		case t.Kind == lexer.Bracket && (t.Value == "(" || t.Value == "["):
			depth++
		case t.Kind == lexer.Bracket:
			depth--
		case t.Value == "?" && t.Kind == lexer.Operator:
			questions++
		}
		if t.Kind == lexer.Operator && slices.Contains([]string{"not", "!", "-", "+"}, t.Value) {
			signs++
		} else {
			signs = 0
		}
		if depth > maxNesting || signs > maxNesting || questions > maxNesting {
			return s.refuse(t.From, "too_complex", errs.Params{"max": maxNesting})
		}
	}
	return nil
}

// closest finds the name nearest to a misspelt one by edit distance; "" when
// none is near.
func closest(name string, names []string) string {
	best, at := "", 2+len(name)/4
	for _, n := range names {
		if d := distance(name, n, at); d < at {
			best, at = n, d
		}
	}
	return best
}

func distance(a, b string, most int) int {
	if len(a) > 64 || len(b) > 64 || len(a)-len(b) > most || len(b)-len(a) > most {
		return most + 1
	}
	x, y := []rune(a), []rune(b)
	row := make([]int, len(y)+1)
	for j := range row {
		row[j] = j
	}
	for i := range x {
		diagonal := row[0]
		row[0] = i + 1
		for j := range y {
			cost := 1
			if x[i] == y[j] {
				cost = 0
			}
			diagonal, row[j+1] = row[j+1], min(diagonal+cost, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(y)]
}
