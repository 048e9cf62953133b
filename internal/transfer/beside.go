package transfer

import (
	"fmt"
	"hash/fnv"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"kedang/internal/errs"
	"kedang/internal/han"
	"kedang/internal/meta"
)

// Records of other types that stand in a sheet beside those it is of: the people
// of a firm, one row for each or several in a row (packs/README.md, sheet).

// mostBeside is how many records of one type a row may hold.
const mostBeside = 20

// aside is a record of another type that stands in a row beside the row's own.
type aside struct {
	row // its values, and what was left out of it
	of  *meta.Beside
	nth int // of several in the row, from 1
}

// besideName heads the columns of a record beside: contact, contact[2].
func besideName(b *meta.Beside, nth int) string {
	if nth < 2 {
		return b.Of
	}
	return b.Of + "[" + strconv.Itoa(nth) + "]"
}

var besideHead = regexp.MustCompile(`^([a-z0-9_]+)(?:\[([1-9][0-9]?)\])?$`)

// besideNamed is what contact[2].name stands for.
func besideNamed(t *meta.Type, head, tail string) (filling, bool) {
	parts := besideHead.FindStringSubmatch(head)
	if parts == nil {
		return filling{}, false
	}
	k := slices.IndexFunc(t.Sheet, func(b *meta.Beside) bool { return b.Of == parts[1] })
	if k < 0 {
		return filling{}, false
	}
	b, nth := t.Sheet[k], 1
	if parts[2] != "" {
		nth, _ = strconv.Atoi(parts[2])
	}
	f, ok := b.Type.Field(tail)
	return filling{field: f, beside: b, nth: nth}, ok && nth <= mostBeside && f != b.Link && !f.System && fillable(f)
}

// of is what a field's value goes into: the row, or the record beside it.
func (r *row) of(f filling) *row {
	if f.beside == nil {
		return r
	}
	x := r.asideOf(f)
	if x == nil {
		x = &aside{row: row{line: r.line, values: map[string]any{}}, of: f.beside, nth: f.nth}
		r.asides = append(r.asides, x)
	}
	return &x.row
}

func (r *row) asideOf(f filling) *aside {
	for _, x := range r.asides {
		if x.of == f.beside && x.nth == f.nth {
			return x
		}
	}
	return nil
}

// gather tells of the records beside a row with the row, under their columns'
// names. What of one has nothing in it is none.
func (r *row) gather() {
	r.asides = slices.DeleteFunc(r.asides, func(x *aside) bool {
		head := besideName(x.of, x.nth) + "."
		r.problems = append(r.problems, under(head, x.problems)...)
		r.notes = append(r.notes, under(head, x.notes)...)
		x.problems, x.notes = nil, nil
		return len(x.values) == 0 && len(x.rest) == 0
	})
}

// under puts the paths of problems below a record beside.
func under(head string, list []errs.Problem) []errs.Problem {
	out := slices.Clone(list)
	for k := range out {
		out[k].Path = head + rootOf(out[k].Path)
	}
	return out
}

// named tells whether a record beside has what names it.
func (x *aside) named() bool {
	v, ok := x.values[x.of.Keys[0].Name]
	text, is := v.(string)
	return ok && (!is || strings.TrimSpace(text) != "")
}

// firms are the records that a sheet has given so far, by what names them: a
// row that names one again belongs to it, wherever it stands. They take less room
// than the sheet does.
type firms struct {
	list  []firm
	by    map[uint64]int // marks of numbers and names -> place in the list
	batch int            // how many batches were handed over

	above int            // that of the row above; -1: none
	same  map[string]any // what names it
	last  *aside         // the last beside it, while its row waits
}

// firm is a record that may stand in several rows.
type firm struct {
	line      int
	own       []uint32 // marks of what its first row has in its own fields, by filling; 0: nothing
	batch, at int      // where that row is
}

func newFirms() *firms { return &firms{by: map[uint64]int{}, above: -1} }

// sent forgets where rows are that were handed over.
func (f *firms) sent() {
	if f != nil {
		f.batch, f.last = f.batch+1, nil
	}
}

// passed notes a row that an earlier run has taken.
func (r *feed) passed(cells []string, line int) {
	if r.firms == nil || line <= r.plan.Header || r.noRecord(cells) != "" {
		return
	}
	own, marks := r.ownMarks(cells)
	k := r.firms.find(r, own, marks, r.hasBeside(cells))
	if k < 0 {
		k = r.firms.add(firm{line: line, own: own, batch: -1}, marks)
	}
	r.firms.turn(k, r.naming(r.row(cells, line).values))
}

// turn goes to the record of a row; same is what of the row names it.
func (f *firms) turn(k int, same map[string]any) {
	if k != f.above || f.same == nil {
		f.above, f.same, f.last = k, same, nil
	}
}

// belongs finds out whether a row is of a record that stands in one above it,
// and gives that record what it says of it. What differs is told, and kept with
// what stands beside.
func (r *feed) belongs(next *row, cells []string, rows []row) {
	if r.firms == nil {
		return
	}
	own, marks := r.ownMarks(cells)
	k := r.firms.find(r, own, marks, r.hasBeside(cells))
	if k < 0 {
		r.unnamed(next, nil)
		r.firms.same = nil
		r.firms.turn(r.firms.add(firm{line: next.line, own: own, batch: r.firms.batch, at: len(rows)}, marks), r.naming(next.values))
	} else {
		r.firms.turn(k, r.naming(next.values))
		r.below(next, own, rows)
	}
	if n := len(next.asides); n > 0 {
		r.firms.last = next.asides[n-1]
	}
}

// below makes a row one of the record above.
func (r *feed) below(next *row, own []uint32, rows []row) {
	x := &r.firms.list[r.firms.above]
	var first *row
	if x.batch == r.firms.batch {
		first = &rows[x.at]
	}
	for k, f := range r.fillings {
		v, ok := next.values[f.field.Name]
		if f.beside != nil || !ok || own[k] == 0 || own[k] == x.own[k] {
			continue
		}
		had, is := first.text(f)
		text, _ := v.(string)
		switch {
		case first != nil && x.own[k] == 0:
			first.values[f.field.Name], x.own[k] = v, own[k]
		case is && text != "" && many(f.field):
			first.values[f.field.Name] = had + joint(f.field) + text
		default:
			next.differs(f, text, x.line)
		}
	}
	next.first, next.same = x.line, r.firms.same
	next.values, next.key, next.keyText = nil, nil, ""
	r.unnamed(next, r.firms.last)
	if len(next.asides) > 0 {
		if first != nil && first.lead == nil {
			first.lead = next.asides[0]
		}
		next.asides[0].rest = append(next.asides[0].rest, next.rest...)
		next.rest = nil
	}
}

// text is what a row has of a field of its own.
func (r *row) text(f filling) (string, bool) {
	if r == nil {
		return "", false
	}
	text, ok := r.values[f.field.Name].(string)
	return text, ok
}

// differs notes what a row says otherwise than the first row of its record.
func (r *row) differs(f filling, text string, line int) {
	r.notes = append(r.notes, errs.Problem{Path: f.name(), Code: "row_differs", Params: errs.Params{"line": line, "value": shown(f.field, text)}})
	if text != "" && !f.field.Sealed && f.field.Personal == "" {
		r.rest = append(r.rest, f.columns[0].Header+"："+text)
	}
}

// shown is a cell as reports may show it.
func shown(f *meta.Field, text string) string {
	if f.Sealed {
		return "…"
	}
	return text
}

// unnamed gives what stands beside a row without a name to somebody: telephones
// and the like to the last who was named above, else to the record itself, in the
// fields that the first beside it fills; the rest is kept in words.
func (r *feed) unnamed(next *row, above *aside) {
	next.asides = slices.DeleteFunc(next.asides, func(x *aside) bool {
		if x.named() {
			return false
		}
		for _, f := range r.fillings {
			text, ok := x.values[f.field.Name].(string)
			if f.beside != x.of || f.nth != x.nth || !ok {
				continue
			}
			into, name := next.values, ownOf(x.of, f.field.Name)
			if above != nil && above.of == x.of {
				into, name = above.values, f.field.Name
			}
			had, _ := into[name].(string)
			switch {
			case into != nil && name != "" && had == "":
				into[name] = text
			case into != nil && name != "" && many(f.field):
				into[name] = had + joint(f.field) + text
			default:
				next.notes = append(next.notes, errs.Problem{Path: f.name(), Code: "nobody_named", Params: errs.Params{"value": shown(f.field, text)}})
				if f.field.Personal == "" && !f.field.Sealed {
					next.rest = append(next.rest, f.columns[0].Header+"："+text)
				}
			}
		}
		next.rest = append(next.rest, x.rest...)
		return true
	})
}

// ownOf is the record's own field that the first beside it fills from a field.
func ownOf(b *meta.Beside, theirs string) string {
	for _, own := range slices.Sorted(maps.Keys(b.First)) {
		if b.First[own] == theirs {
			return own
		}
	}
	return ""
}

// hasBeside tells whether a row says anything of a record beside its own.
func (r *feed) hasBeside(cells []string) bool {
	return slices.ContainsFunc(r.fillings, func(f filling) bool { return f.beside != nil && !meta.Blank(f.text(cells)) })
}

// naming is what of a row's values names its record.
func (r *feed) naming(values map[string]any) map[string]any {
	out := map[string]any{}
	for _, f := range r.fillings {
		if v, ok := values[f.field.Name]; ok && f.beside == nil && (r.names(f) || r.numbers(f)) {
			out[f.field.Name] = v
		}
	}
	return out
}

func (r *feed) names(f filling) bool { return slices.Contains(titleFields(r.t), f.field) }

// numbers tells fields of which one value is one record's.
func (r *feed) numbers(f filling) bool {
	return f.beside == nil && (identifies(f.field) || f.field.KindName == "identity" || f.name() == r.key)
}

// ownMarks are marks of what a row has in its own fields, and those by which its
// record is found again: of each number, and of its name last (0: it has none).
func (r *feed) ownMarks(cells []string) (own []uint32, marks []uint64) {
	own = make([]uint32, len(r.fillings))
	title := fnv.New64a()
	named := false
	for k, f := range r.fillings {
		if f.beside != nil {
			continue
		}
		text := strings.TrimSpace(f.text(cells))
		if meta.Blank(text) {
			continue
		}
		folded := han.Fold(text)
		one := fnv.New32a()
		one.Write([]byte(folded))
		own[k] = one.Sum32() | 1
		switch {
		case r.names(f):
			named = true
			fmt.Fprintf(title, "%d %s\n", k, folded)
		case r.numbers(f):
			number := fnv.New64a()
			fmt.Fprintf(number, "#%d %s", k, folded)
			marks = append(marks, number.Sum64()|1)
		}
	}
	if !named {
		return own, append(marks, 0)
	}
	return own, append(marks, title.Sum64()|1)
}

// find is the record that a row belongs to: one that bears a number of its, or
// its name and no other number. A row that names none goes on with the one
// above, unless it says otherwise of it: then its name is missing. -1: it is a
// new one, as is a row with nothing beside it: two firms may have one name.
func (f *firms) find(r *feed, own []uint32, marks []uint64, beside bool) int {
	numbers, name := marks[:len(marks)-1], marks[len(marks)-1]
	switch {
	case name == 0 && len(numbers) == 0:
		if beside && f.above >= 0 && !f.list[f.above].otherwise(r, own) {
			return f.above
		}
		return -1
	case !beside:
		return -1
	}
	for _, m := range numbers {
		if k, ok := f.by[m]; ok {
			return k
		}
	}
	k, ok := f.by[name]
	if !ok || name == 0 {
		return -1
	}
	for i, x := range r.fillings {
		if r.numbers(x) && own[i] != 0 && f.list[k].own[i] != 0 && own[i] != f.list[k].own[i] {
			return -1
		}
	}
	return k
}

// otherwise tells whether a row says of a record what its first row does not.
func (x *firm) otherwise(r *feed, own []uint32) bool {
	for k, f := range r.fillings {
		if f.beside == nil && own[k] != 0 && x.own[k] != 0 && own[k] != x.own[k] && !many(f.field) {
			return true
		}
	}
	return false
}

// add notes a new record; of several with one name or number the first is meant.
func (f *firms) add(x firm, marks []uint64) int {
	f.list = append(f.list, x)
	for _, m := range marks {
		if _, taken := f.by[m]; m != 0 && !taken {
			f.by[m] = len(f.list) - 1
		}
	}
	return len(f.list) - 1
}
