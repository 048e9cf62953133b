package meta

import (
	"fmt"
	"sort"
	"strings"

	"kedang/internal/errs"
)

// Problem is one thing wrong in a pack, where, and how to mend it.
type Problem struct {
	Pos
	Code    string // stable
	Params  errs.Params
	Warning bool // reported, not fatal: a parked overlay entry
}

// Problems are all that was found, in the order of files and lines.
type Problems []Problem

// String gives "file:line: path: sentence. remedy", in English: packs are
// written by people who read code.
func (p Problem) String() string {
	s, ok := sentences[p.Code]
	if !ok {
		s = sentence{says: p.Code + " " + p.Params.String()}
	}
	head := fmt.Sprintf("%s:%d: ", p.File, p.Line)
	if p.Path != "" {
		head += p.Path + ": "
	}
	if p.Warning {
		head += "warning: "
	}
	out := head + fill(s.says, p.Params)
	if near, _ := p.Params["near"].(string); near != "" && near != p.Params["name"] {
		out += ". Did you mean " + near + "?"
	} else if s.remedy != "" {
		out += ". " + fill(s.remedy, p.Params) + "."
	}
	return out
}

// Remedy is the sentence that says how to mend it.
func (p Problem) Remedy() string { return fill(sentences[p.Code].remedy, p.Params) }

// Error lists all problems, a line each.
func (ps Problems) Error() string {
	lines := make([]string, len(ps))
	for i, p := range ps {
		lines[i] = p.String()
	}
	return strings.Join(lines, "\n")
}

// Fatal tells that the schema cannot be used.
func (ps Problems) Fatal() bool {
	for _, p := range ps {
		if !p.Warning {
			return true
		}
	}
	return false
}

// Err gives the problems as an error when they are fatal, else nil.
func (ps Problems) Err() error {
	if !ps.Fatal() {
		return nil
	}
	return errs.New(errs.Invalid, "bad_pack", errs.Params{"problems": ps.Error()})
}

func (ps *Problems) add(at Pos, code string, params errs.Params) {
	*ps = append(*ps, Problem{Pos: at, Code: code, Params: params})
}

func (ps *Problems) warn(at Pos, code string, params errs.Params) {
	*ps = append(*ps, Problem{Pos: at, Code: code, Params: params, Warning: true})
}

// sorted puts problems in the order of files and lines, each once.
func (ps Problems) sorted() Problems {
	sort.SliceStable(ps, func(i, k int) bool {
		a, b := ps[i], ps[k]
		if a.File != b.File {
			return a.File < b.File
		}
		if a.Line != b.Line {
			return a.Line < b.Line
		}
		return a.Path < b.Path
	})
	var out Problems
	seen := map[string]bool{}
	for _, p := range ps {
		if s := p.String(); !seen[s] {
			seen[s] = true
			out = append(out, p)
		}
	}
	return out
}

// fill puts parameters into a sentence; braces that name none stay.
func fill(s string, params errs.Params) string {
	var b strings.Builder
	for {
		before, rest, ok := strings.Cut(s, "{")
		b.WriteString(before)
		if !ok {
			return b.String()
		}
		name, after, ok := strings.Cut(rest, "}")
		if !ok {
			b.WriteString("{" + rest)
			return b.String()
		}
		if v, ok := params[name]; ok {
			fmt.Fprint(&b, v)
		} else {
			b.WriteString("{" + name + "}")
		}
		s = after
	}
}

// ProblemCodes lists every code that a problem may have, sorted.
func ProblemCodes() []string { return sortedKeys(sentences) }
