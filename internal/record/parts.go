package record

import (
	"slices"

	"kedang/internal/errs"
	"kedang/internal/meta"
)

// parseParts reads the values that an update puts into many-valued fields or
// takes out of them, under the same rights as values that replace them.
func (w *writing) parseParts() (err error) {
	if len(w.op.Add) == 0 && len(w.op.Remove) == 0 {
		return nil
	}
	if w.adds, err = w.parsePart(w.op.Add); err != nil {
		return err
	}
	w.removes, err = w.parsePart(w.op.Remove)
	return err
}

func (w *writing) parsePart(v Values) ([]setting, error) {
	part := *w
	part.op.Values, part.input, part.problems, part.owner = v, nil, nil, nil
	if err := part.parse(); err != nil {
		return nil, err
	}
	if part.owner != nil {
		return nil, errs.RefuseField("owner", "not_many_valued", nil)
	}
	for _, in := range part.input {
		if in.field.Kind.Storage() != meta.InSide {
			return nil, errs.RefuseField(in.field.Name, "not_many_valued", nil)
		}
	}
	return part.input, nil
}

// mergeParts puts values into many-valued fields, each once, and takes values
// out of them.
func (w *writing) mergeParts() {
	for _, part := range w.adds {
		w.mergePart(part, func(have, items []meta.Item) []meta.Item {
			for _, item := range items {
				if !slices.ContainsFunc(have, func(h meta.Item) bool { return h.Value == item.Value }) {
					have = append(have, item)
				}
			}
			return have
		})
	}
	for _, part := range w.removes {
		w.mergePart(part, func(have, items []meta.Item) []meta.Item {
			return slices.DeleteFunc(have, func(h meta.Item) bool {
				return slices.ContainsFunc(items, func(item meta.Item) bool { return h.Value == item.Value })
			})
		})
	}
}

func (w *writing) mergePart(part setting, merge func(have, items []meta.Item) []meta.Item) {
	f := part.field
	if w.old != nil && w.old.Values[f.Slot] != nil && w.actor.Level(w.t, f) == meta.Masked {
		w.refuse(f.Name, "field_masked", errs.Params{"field": f.Name})
		return
	}
	have, _ := w.row.Values[f.Slot].([]meta.Item)
	items, _ := part.value.([]meta.Item)
	if out := merge(slices.Clone(have), items); len(out) > 0 {
		w.set(f, out)
	} else {
		w.set(f, nil)
	}
}
