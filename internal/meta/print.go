package meta

import (
	"slices"
	"strings"
)

// PrintForm is a paper that a record is printed on, made of the blocks that
// pages are made of.
type PrintForm struct {
	Name      string   `yaml:"name"`
	Label     Text     `yaml:"label"` // the paper's heading
	Blocks    []*Block `yaml:"blocks"`
	Paper     string   `yaml:"paper"`     // a4 (when ""), a5, letter
	Landscape bool     `yaml:"landscape"` //
	Blanks    bool     `yaml:"blanks"`    // fields without a value too, to be filled by hand
	Copies    []Text   `yaml:"copies"`    // 存根联 客户联 …: the whole once for each
	Off       bool     `yaml:"off"`
	Pos       Pos      `yaml:"-"`
}

// papers are the sizes there are.
var papers = []string{"a4", "a5", "letter"}

// printBlocks are the blocks that paper can hold. Those of paper alone come
// last: a paragraph, and boxes to sign in.
var printBlocks = []string{"fields", "related", "text", "sign"}

// paperOnly are the blocks that pages on screen do not have.
var paperOnly = printBlocks[2:]

// mostCopies bounds a form in so many parts.
const mostCopies = 6

// PrintForm finds a form by name; the first for "". Nil when there is none.
func (t *Type) PrintForm(name string) *PrintForm {
	for _, p := range t.Print {
		if p.Name == name || name == "" {
			return p
		}
	}
	return nil
}

func (l *loader) checkPrint(t *Type) {
	seen := map[string]bool{}
	for _, p := range t.Print {
		at := func(key string) Pos { return l.marks.at(p, key, p.Pos) }
		l.partName(p.Name, "print form", seen, at("name"), p.Pos)
		l.label(p.Label, at("label"), p.Pos)
		if p.Paper != "" && !slices.Contains(papers, p.Paper) {
			l.problems.add(at("paper"), "bad_value", map[string]any{"key": "paper", "value": p.Paper, "known": joined(papers)})
		}
		if len(p.Blocks) == 0 {
			l.problems.add(p.Pos, "print_empty", nil)
		}
		if len(p.Copies) > mostCopies {
			l.problems.add(at("copies"), "too_many_copies", map[string]any{"n": len(p.Copies), "max": mostCopies})
		}
		for _, c := range p.Copies {
			l.label(c, at("copies"), p.Pos)
		}
		for _, b := range p.Blocks {
			l.checkPrintBlock(t, b)
		}
	}
}

func (l *loader) checkPrintBlock(t *Type, b *Block) {
	at := func(key string) Pos { return l.marks.at(b, key, b.Pos) }
	switch {
	case !slices.Contains(printBlocks, b.Block):
		l.problems.add(at("block"), "not_on_paper", map[string]any{"name": b.Block, "near": nearest(b.Block, printBlocks), "known": joined(printBlocks)})
	case b.Block == "text":
		l.label(b.Says, at("says"), b.Pos)
	case b.Block == "sign":
		if len(b.Boxes) == 0 {
			l.problems.add(at("boxes"), "sign_no_boxes", nil)
		}
		for _, box := range b.Boxes {
			l.label(box, at("boxes"), b.Pos)
		}
	default:
		l.checkBlockOf(t, b)
		for i, name := range b.Columns {
			if strings.Contains(name, ".") {
				here := at("columns")
				here.Path = index(here.Path, i)
				l.problems.add(here, "column_of_link", map[string]any{"name": name})
			}
		}
	}
}

// print lists a type's forms, for the menu that offers them.
func (j *jsonWriter) print(t *Type) {
	if len(t.Print) == 0 {
		return
	}
	j.key("print")
	j.open('[')
	for _, p := range t.Print {
		j.comma()
		j.open('{')
		j.str("name", p.Name)
		j.text("label", p.Label)
		j.close('}')
	}
	j.close(']')
}
