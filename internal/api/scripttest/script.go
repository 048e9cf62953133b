package scripttest

import (
	"fmt"
	"strings"
)

// Script is a parsed script.
type Script struct {
	Name  string
	steps []step
}

// step is one statement: its first word, and the rest of it.
type step struct {
	line      int
	word, arg string
}

// methods are the first words that are requests.
var methods = map[string]bool{"GET": true, "HEAD": true, "POST": true, "PATCH": true, "PUT": true, "DELETE": true, "OPTIONS": true}

// words are the first words that are not.
var words = map[string]bool{"user": true, "as": true, "token": true, "clock": true, "with": true, "upload": true, "import": true,
	"code": true, "json": true, "header": true, "body": true, "let": true}

// Parse reads a script. The error names the line that is none.
func Parse(name, text string) (*Script, error) {
	s := &Script{Name: name}
	for i, line := range strings.Split(text, "\n") {
		line = strings.TrimSuffix(line, "\r")
		if rest, ok := strings.CutPrefix(line, "  "); ok && len(s.steps) > 0 && strings.TrimSpace(rest) != "" {
			s.steps[len(s.steps)-1].arg += " " + strings.TrimSpace(rest)
			continue
		}
		if line = strings.TrimSpace(line); line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		word, arg, _ := strings.Cut(line, " ")
		if !methods[word] && !words[word] {
			return nil, fmt.Errorf("%s:%d: %q is no statement", name, i+1, word)
		}
		s.steps = append(s.steps, step{i + 1, word, strings.TrimSpace(arg)})
	}
	return s, nil
}

// Failure is one statement that did not hold.
type Failure struct {
	File string
	Line int
	Text string
}

// Error says where and what.
func (f Failure) Error() string { return fmt.Sprintf("%s:%d: %s", f.File, f.Line, f.Text) }
