package record

import (
	"strconv"
	"strings"

	"kedang/internal/meta"
)

// givenLinks resolves and judges the links that the caller gave, before
// anything follows them: a default that reads the product's price wants the
// product that "P-0001" names, and nothing may be worked out from a record the
// actor may not see. A refused link counts as not given from here on; the
// refusal is told with those of checkFields.
func (w *writing) givenLinks() error {
	if w.ready {
		return nil // made outside: nothing of the type follows a link
	}
	for _, f := range w.t.Fields {
		if err := w.checkLink(f); err != nil {
			return err
		}
	}
	for _, p := range w.problems {
		w.forget(p.Path)
	}
	w.linked = w.row.clone()
	return nil
}

// stood tells whether a link held a value before: what stands, or was judged
// already, is not looked at again.
func (w *writing) stood(had func(r *Row) bool) bool {
	return (w.old != nil && had(w.old)) || (w.linked != nil && had(w.linked))
}

// forget takes a refused link out of the row.
func (w *writing) forget(path string) {
	f, ok := w.t.Field(fieldOfPath(path))
	if !ok || f.System {
		return
	}
	children, isRows := w.row.Values[f.Slot].([]*meta.ChildRow)
	if !isRows {
		w.row.Values[f.Slot] = nil
		return
	}
	index, name, _ := strings.Cut(strings.TrimPrefix(path, f.Name+"["), "].")
	i, err := strconv.Atoi(index)
	if err != nil || i >= len(children) {
		return
	}
	for _, sub := range f.Rows {
		if sub.Name == name {
			children[i].Values[sub.Slot] = nil
		}
	}
}

// refusedAt tells whether a field, or a value in it, is refused already: it is
// not called missing too.
func (w *writing) refusedAt(path string) bool {
	for _, p := range w.problems {
		if p.Path == path || fieldOfPath(p.Path) == path {
			return true
		}
	}
	return false
}

// fieldOfPath is the field a problem's path begins with: phones[1] -> phones.
func fieldOfPath(path string) string {
	if i := strings.IndexAny(path, "[."); i >= 0 {
		return path[:i]
	}
	return path
}
