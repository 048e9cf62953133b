package transfer

import (
	"cmp"
	"os"
	"slices"
	"strings"

	"kedang/internal/errs"
	"kedang/internal/han"
	"kedang/internal/meta"
)

// A sheet of firms that has several people of one, in rows or in columns, fills
// records beside them. Where each firm stands once with one person, the firm's
// own fields take him, as a shop is used to.

// scannedRows is how far down a sheet is looked for firms that stand again.
const scannedRows = 2000

// PlanBeside is what of a sheet stands beside the records it is of.
type PlanBeside struct {
	Type    string `json:"type"`
	Used    bool   `json:"used"`    // columns fill it; else the record's own fields take what there is
	Own     int    `json:"own"`     // records in the rows looked at
	Beside  int    `json:"beside"`  // records beside them, each once
	Several int    `json:"several"` // records with more than one beside them
	Rows    int    `json:"rows"`    // rows looked at
	Whole   bool   `json:"whole"`   // they are all
}

// ofBeside learns what columns may fill of records beside the type's.
func (m *mapper) ofBeside() {
	m.besides = map[*meta.Beside]*mapper{}
	for _, b := range m.t.Sheet {
		if (m.hints.Makes == nil || m.hints.Makes(b.Type)) && (m.hints.Writable == nil || m.hints.Writable(b.Link)) {
			m.besides[b] = plainMapper(b.Type, m.hints)
		}
	}
}

// takes tells whether a column may fill a field.
func (m *mapper) takes(f *meta.Field) bool { return m != nil && slices.Contains(m.fields, f) }

// closed refuses a column for a record beside that the person may not make.
func (m *mapper) closed(name string) error {
	if f, ok := fillingNamed(m.t, name); ok && f.beside != nil && m.besides[f.beside] == nil {
		return errs.New(errs.Forbidden, "forbidden", errs.Params{"verb": "create", "type": f.beside.Of})
	}
	return nil
}

// mixed refuses a sheet that would fill both child rows and records beside: it
// would not be told which of them a row is one more of.
func (m *mapper) mixed(columns []Column) error {
	rows, beside := false, ""
	for _, c := range columns {
		f, ok := fillingNamed(m.t, c.Field)
		rows = rows || ok && f.rows != nil
		if ok && f.beside != nil {
			beside = c.Field
		}
	}
	if rows && beside != "" {
		return errs.RefuseField("map", "mixed_columns", errs.Params{"field": beside})
	}
	return nil
}

// theirs is the field of a record beside that a column may mean: what the first
// of them fills in the record's own field, or what goes by the column's words.
func (m *mapper) theirs(b *meta.Beside, c Column) *meta.Field {
	sub := m.besides[b]
	own, _ := m.t.Field(c.Field)
	if own != nil && slices.Contains(titleFields(m.t), own) {
		return nil
	}
	if name, ok := b.First[c.Field]; ok && c.Names == 0 {
		if f, ok := b.Type.Field(name); ok && sub.takes(f) {
			return f
		}
	}
	for _, exact := range []bool{true, false} {
		if list := sub.candidates(c.Header, exact); len(list) > 0 {
			f := list[0].field
			if f.Target != nil || f.System || own != nil && own.System { // a department nobody has set up would keep its people out
				return nil
			}
			return f
		}
	}
	return nil
}

func said(c Column) bool { return c.How == "given" || c.How == "recalled" }

// besideOf is the declaration and field that a column fills, where it does.
func (m *mapper) besideOf(c Column) filling {
	if f, ok := fillingNamed(m.t, c.Field); ok && f.beside != nil {
		return f
	}
	return filling{}
}

// several gives columns to records beside those the sheet is of.
func (m *mapper) several(p *Plan, f *os.File) {
	lined := slices.ContainsFunc(p.Columns, func(c Column) bool { f, ok := fillingNamed(m.t, c.Field); return ok && f.rows != nil })
	for _, b := range m.t.Sheet {
		if m.besides[b] == nil || lined {
			continue
		}
		var names []int // columns that name one
		var kept []int  // columns that are said to name one in the record's own field
		asked := false
		for i, c := range p.Columns {
			x := m.besideOf(c)
			asked = asked || x.beside == b
			if x.beside == b && x.field == b.Keys[0] || !said(c) && m.theirs(b, c) == b.Keys[0] {
				names = append(names, i)
			} else if said(c) && c.Names == 0 && b.First[c.Field] == b.Keys[0].Name {
				kept = append(kept, i)
			}
		}
		declined := len(names) == 0
		if declined {
			names = kept
		}
		if len(names) == 0 || len(names) > mostBeside {
			continue
		}
		trial := slices.Clone(p.Columns)
		for nth, i := range names {
			trial[i].Field, trial[i].Part, trial[i].Names = besideName(b, nth+1)+"."+b.Keys[0].Name, 0, 0
		}
		c := m.crowd(f, *p, trial, b)
		if !declined && (len(names) > 1 || c.Several > 0 || asked) {
			m.sortOut(p.Columns, trial, b, names, c)
			c = m.crowd(f, *p, p.Columns, b)
			c.Used = true
		}
		p.Beside = append(p.Beside, c.PlanBeside)
	}
}

// sortOut gives a sheet's columns to the people of a firm or to the firm. What
// differs among the people of one firm is theirs, as is what the firm's own
// fields would say of the first of them; what several have in common is the
// firm's. Else it is whose name stands before it.
func (m *mapper) sortOut(out, trial []Column, b *meta.Beside, names []int, c crowd) {
	taken := map[string]bool{}
	give := func(i, nth int, f *meta.Field) {
		name := besideName(b, nth) + "." + f.Name
		if taken[name] && !many(f) {
			return
		}
		taken[name] = true
		if !said(out[i]) {
			out[i].How = "synonym"
		}
		out[i].Field, out[i].Part, out[i].Names, out[i].Unit = name, 0, 0, ""
	}
	for nth, i := range names {
		give(i, nth+1, b.Keys[0])
	}
	last := -1 // the column before, when it is of somebody
	for i := range out {
		nth := slices.Index(names, i) + 1
		if nth == 0 {
			x := m.besideOf(out[i])
			f := m.theirs(b, trial[i])
			switch {
			case x.beside == b && x.nth == 1 && len(names) > 1: // said of one, without which
				f, nth = x.field, m.whose(out, names, i, last)
			case said(out[i]) || x.beside != nil || f == nil || f == b.Keys[0]:
			case len(names) > 1:
				if nth = m.whose(out, names, i, last); f.KindName == "longtext" && behind(out[i].Header) == "" {
					nth = 0
				}
			case c.varies[i], b.First[trial[i].Field] != "" && !many(f), !c.shared[i] && last > 0 && f.KindName != "longtext":
				nth = 1
			}
			if nth > 0 {
				give(i, nth, f)
			}
		}
		last = nth
	}
}

// whose tells which of several people a column is of: the one with its number
// behind the header, else the one that the columns before it are of. 0: nobody.
func (m *mapper) whose(out []Column, names []int, i, last int) int {
	n := behind(out[i].Header)
	if n == "" {
		return max(0, last)
	}
	for nth, k := range names {
		if cmp.Or(behind(out[k].Header), "1") == n {
			return nth + 1
		}
	}
	return 0
}

// crowd is how many firms a sheet has, with how many people.
type crowd struct {
	PlanBeside
	varies []bool // by column: it differs among the people of one firm
	shared []bool // by column: several people of one firm have it in common
}

// crowd reads the first rows of a sheet under columns.
func (m *mapper) crowd(f *os.File, p Plan, columns []Column, b *meta.Beside) crowd {
	c := crowd{PlanBeside: PlanBeside{Type: b.Of}, varies: make([]bool, len(columns)), shared: make([]bool, len(columns))}
	s, _, err := openSheet(f, p.Format)
	if err != nil {
		return c
	}
	defer s.close()
	p.Columns = columns
	r := feedOf(s, m.t, p, &meta.Input{Loose: true, Zone: m.hints.Today.Location(), Region: m.hints.Region, Now: m.hints.Today})
	first, people := map[int]*heard{}, map[int]map[string]bool{}
	for c.Rows < scannedRows {
		cells, line, err := r.next()
		if err != nil && errs.As(err).Code == "bad_row" {
			continue
		}
		if c.Whole = err != nil; c.Whole {
			break
		}
		if line <= p.Header || blank(cells) || ruled(cells) || r.noRecord(cells) != "" {
			continue
		}
		c.Rows++
		k, who := r.firmOf(cells), ""
		for _, x := range r.fillings {
			if text := x.text(cells); x.beside == b && x.field == b.Keys[0] && !meta.Blank(text) {
				if people[k] == nil {
					people[k] = map[string]bool{}
				}
				who = han.Fold(strings.TrimSpace(text))
				people[k][who] = true
			}
		}
		if first[k] == nil {
			first[k] = &heard{make([]string, len(columns)), make([]string, len(columns))}
		}
		c.compare(first[k], who, cells)
	}
	c.Own = len(r.firms.list)
	for _, list := range people {
		if c.Beside += len(list); len(list) > 1 {
			c.Several++
		}
	}
	return c
}

// heard is what the rows of one firm had first in each column, and beside whom.
type heard struct{ text, who []string }

// compare notes which columns of a row differ from those before it of its firm.
func (c *crowd) compare(first *heard, who string, cells []string) {
	for i := range min(len(c.varies), len(cells)) {
		switch text := strings.TrimSpace(cells[i]); {
		case text == "":
		case first.text[i] == "":
			first.text[i], first.who[i] = text, who
		case text != first.text[i]:
			c.varies[i] = true
		case who != first.who[i]:
			c.shared[i] = true
		}
	}
}

// firmOf is the record that a row is of, by its place.
func (r *feed) firmOf(cells []string) int {
	own, marks := r.ownMarks(cells)
	k := r.firms.find(r, own, marks, r.hasBeside(cells))
	if k < 0 {
		k = r.firms.add(firm{own: own}, marks)
	}
	r.firms.above = k
	return k
}
