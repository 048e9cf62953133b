package meta

import "strings"

// checkWas looks at former names: each stands for one type or field that is
// not there any more, or its records and values would be taken from another.
func (l *loader) checkWas() {
	types := l.former("type")
	for _, t := range l.schema.Types {
		living, ok := l.schema.byName[t.Was]
		types.check(t.Was, t.Name, l.marks.at(t, "was", t.Pos), ok && living.Name == t.Was, func() Pos { return living.Pos })
		fields := l.former("field")
		for _, f := range t.Fields {
			fields.checkField(f, t.Fields)
			rows := l.former("field")
			for _, sub := range f.Rows {
				rows.checkField(sub, f.Rows)
			}
		}
	}
}

// former gathers the former names of one place.
type former struct {
	l    *loader
	what string
	seen map[string]bool
}

func (l *loader) former(what string) *former { return &former{l, what, map[string]bool{}} }

func (w *former) checkField(f *Field, beside []*Field) {
	var living *Field
	for _, other := range beside {
		if other.Name == f.Was {
			living = other
		}
	}
	w.check(f.Was, f.Name, w.l.marks.at(f, "was", f.Pos), living != nil, func() Pos { return living.Pos })
}

// check reports a former name that is the present one, another's, or said
// twice. What a company added under that name is no mistake of the pack: it
// keeps its values (bindField).
func (w *former) check(was, name string, at Pos, living bool, where func() Pos) {
	switch {
	case was == "":
		return
	case was == name:
		w.l.problems.add(at, "was_same", nil)
	case living && !w.l.companys(where()):
		w.l.problems.add(at, "was_living", map[string]any{"what": w.what, "name": was})
	case w.seen[was]:
		w.l.problems.add(at, "was_twice", map[string]any{"what": w.what, "name": was})
	}
	w.seen[was] = true
}

// companys tells a place in the company's overlay, which is read last.
func (l *loader) companys(p Pos) bool {
	return l.src.Overlay && strings.HasPrefix(p.File, l.src.Name+"/")
}
