package transfer

import (
	"kedang/internal/access"
	"kedang/internal/meta"
)

// outColumn is one column of a sheet or of a list on paper: a field of the type,
// or one of a linked record, customer.level.
type outColumn struct {
	name  string // as the answer names it
	field *meta.Field
	level meta.Level // how much of it the person sees; Hidden also for what is no column
	label string
}

// masked tells whether the answer has masks in the place of values.
func (c outColumn) masked() bool {
	return !c.field.System && (c.field.Sealed || c.level == meta.Masked)
}

// column finds what a name stands for. To take it along by verb, a linked
// record's type must be the person's by that verb too.
func (w wording) column(a *access.Actor, t *meta.Type, verb, name string) outColumn {
	if f, ok := t.Field(name); ok {
		return w.own(a, t, f)
	}
	link, f, ok := t.Linked(name)
	if !ok || !link.Target.Builtin && a.Scope(link.Target, verb).None() {
		return outColumn{name: name, level: meta.Hidden}
	}
	return outColumn{name, f, a.LinkedLevel(t, link, f), w.label(link) + " › " + w.label(f)}
}

// own is a column of a type's own field; files and child rows make none.
func (w wording) own(a *access.Actor, t *meta.Type, f *meta.Field) outColumn {
	c := outColumn{f.Name, f, a.Level(t, f), w.label(f)}
	if !f.System && f.Kind.Storage() != meta.InColumn && f.Kind.Storage() != meta.InSide {
		c.level = meta.Hidden
	}
	return c
}

func (w wording) label(f *meta.Field) string {
	if label := f.Label.In(w.out.Lang); label != "" {
		return label
	}
	return f.Name
}

// hiddenRecord is what stands for a linked record that the reader may not see.
const hiddenRecord = `{"hidden":true}`
