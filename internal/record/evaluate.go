package record

import (
	"kedang/internal/errs"
	"kedang/internal/expr"
	"kedang/internal/meta"
)

// merge writes the caller's values into the row. Values equal to what is
// stored are no change.
func (w *writing) merge() error {
	if w.ready {
		return nil
	}
	if w.op.Verb == "update" {
		if err := w.mergeStale(); err != nil {
			return err
		}
	}
	for _, in := range w.input {
		v := in.value
		if w.old != nil && w.old.Values[in.field.Slot] != nil && w.actor.Level(w.t, in.field) == meta.Masked {
			w.refuse(in.field.Name, "field_masked", errs.Params{"field": in.field.Name})
			continue
		}
		if in.field.Kind.Storage() == meta.InRows {
			v = w.mergeChildren(in.field, v)
		}
		w.set(in.field, v)
	}
	w.mergeParts()
	if err := w.flush(); err != nil {
		return err
	}
	if err := w.mergeState(); err != nil {
		return err
	}
	return w.mergeOwner()
}

// set stores a value in the row when it differs.
func (w *writing) set(f *meta.Field, v any) {
	if sameValue(w.row.Values[f.Slot], v) {
		return
	}
	w.row.Values[f.Slot] = v
}

// mergeChildren matches given child rows with stored ones by their ids: a row
// keeps its id, its computed values and its snapshots; rows not given are dropped.
func (w *writing) mergeChildren(f *meta.Field, v any) any {
	given, _ := v.([]*meta.ChildRow)
	stored := map[int64]*meta.ChildRow{}
	old, _ := w.row.Values[f.Slot].([]*meta.ChildRow)
	for _, child := range old {
		stored[child.ID] = child
	}
	out := cloneChildren(given)
	for _, child := range out {
		before := stored[child.ID]
		if before == nil {
			child.ID = w.s.IDs.Next()
			continue
		}
		for i, sub := range f.Rows {
			if sub.Formula != "" || sub.Snapshot != "" {
				child.Values[i] = before.Values[i]
			}
		}
	}
	if len(out) == 0 {
		return nil
	}
	return out
}

// mergeOwner settles the built-in owner and department. A new record belongs
// to whoever makes it; the department is the owner's.
func (w *writing) mergeOwner() error {
	switch {
	case w.op.Verb == "create" && w.owner == nil:
		w.row.Owner, w.row.Department = w.actor.ID, w.actor.Department
	case w.owner != nil && (w.op.Verb == "create" || *w.owner != w.row.Owner):
		w.row.Owner = *w.owner
		w.row.Department = 0
	}
	return nil
}

// defaults fill the fields of a new record, and of new child rows, that the
// caller did not name; snapshots are read once and stay.
func (w *writing) defaults() error {
	if w.ready {
		return nil
	}
	env := &rowEnv{row: w.row, loader: w.load}
	args := w.actor.Args(w.now)
	if w.op.Verb == "create" {
		given := map[*meta.Field]bool{}
		for _, in := range w.input {
			given[in.field] = true
		}
		for _, f := range w.t.Fields {
			if f.Rollup != nil && f.Prog.Via != nil {
				w.row.Values[f.Slot] = newRoll(f).value() // nothing counts yet
			}
			if given[f] {
				continue
			}
			v, err := initial(f, env, args)
			if err != nil {
				return err
			}
			if v != nil {
				w.row.Values[f.Slot] = v
			}
		}
	}
	return w.childDefaults(env, args)
}

func (w *writing) childDefaults(env *rowEnv, args expr.Args) error {
	for _, f := range w.tb.rows {
		known := map[int64]bool{}
		if w.old != nil {
			old, _ := w.old.Values[f.Slot].([]*meta.ChildRow)
			for _, child := range old {
				known[child.ID] = true
			}
		}
		children, _ := w.row.Values[f.Slot].([]*meta.ChildRow)
		for _, child := range children {
			if known[child.ID] {
				continue
			}
			ce := &childEnv{field: f, child: child, parent: env}
			for i, sub := range f.Rows {
				if child.Values[i] != nil && sub.Snapshot == "" {
					continue
				}
				v, err := initial(sub, ce, args)
				if err != nil {
					return err
				}
				if v != nil {
					child.Values[i] = v
				}
			}
		}
	}
	return nil
}

// initial is a field's first value: its snapshot or its default.
func initial(f *meta.Field, env expr.Row, args expr.Args) (any, error) {
	program := f.Prog.Default
	if f.Prog.Snapshot != nil {
		program = f.Prog.Snapshot
	}
	if program == nil {
		return nil, nil
	}
	v, err := program.Eval(env, args)
	if err != nil || v == nil {
		return nil, err
	}
	return stored(f, program.Type(), v)
}

// stored turns an expression's result into the field's stored form: booleans
// to 0/1, decimals to the field's scale, half up.
func stored(f *meta.Field, t expr.Type, v any) (any, error) {
	switch x := v.(type) {
	case bool:
		if x {
			return int64(1), nil
		}
		return int64(0), nil
	case string:
		if !f.ManyCurrencies() {
			return x, nil
		}
		n, currency, ok := meta.SplitAmount(x, f.Decimals())
		if !ok {
			return nil, errs.RefuseField(f.Name, "overflow", nil)
		}
		return meta.Amount(n, currency, f.Decimals()), nil
	case int64:
		want := f.Kind.Type(f)
		if want.Base != expr.Decimal {
			return x, nil
		}
		from := 0
		if t.Base == expr.Decimal {
			from = t.Scale
		}
		n, ok := expr.Rescale(x, from, want.Scale)
		if !ok {
			return nil, errs.RefuseField(f.Name, "overflow", nil)
		}
		return n, nil
	}
	return v, nil
}

// formulas compute what is always current, in the order in which one stands
// on the other.
func (w *writing) formulas() error {
	if w.ready {
		return nil
	}
	return w.s.compute(w.row, w.load, w.actor.Args(w.s.Clock())) // of today, also in what is put on record of the past
}

// compute evaluates all formulas and the roll-ups over child rows of a row.
func (s *Store) compute(r *Row, load *loader, args expr.Args) error {
	env := &rowEnv{row: r, loader: load}
	for _, f := range r.Type.FormulaOrder {
		if err := computeField(f, r, env, args); err != nil {
			return err
		}
	}
	return nil
}

func computeField(f *meta.Field, r *Row, env *rowEnv, args expr.Args) error {
	if f.Parent != nil {
		children, _ := r.Values[f.Parent.Slot].([]*meta.ChildRow)
		for _, child := range children {
			v, err := result(f, &childEnv{field: f.Parent, child: child, parent: env}, args)
			if err != nil {
				return err
			}
			child.Values[f.Slot] = v
		}
		return nil
	}
	if f.Rollup != nil {
		v, err := rollChildren(f, r, env, args)
		if err == nil {
			r.Values[f.Slot] = v
		}
		return err
	}
	v, err := result(f, env, args)
	if err == nil {
		r.Values[f.Slot] = v
	}
	return err
}

func result(f *meta.Field, env expr.Row, args expr.Args) (any, error) {
	v, err := f.Prog.Formula.Eval(env, args)
	if err != nil {
		e := errs.As(err)
		return nil, errs.RefuseField(f.Name, e.Code, e.Params)
	}
	if v == nil {
		return nil, nil
	}
	return stored(f, f.Prog.Formula.Type(), v)
}

// rollChildren computes a roll-up over the record's own child rows.
func rollChildren(f *meta.Field, r *Row, env *rowEnv, args expr.Args) (any, error) {
	children, _ := r.Values[f.Prog.Over.Slot].([]*meta.ChildRow)
	sum := newRoll(f)
	for _, child := range children {
		if f.Prog.Where != nil {
			ok, err := f.Prog.Where.Test(&childEnv{field: f.Prog.Over, child: child, parent: env}, args)
			if err != nil {
				return nil, err
			}
			if !ok {
				continue
			}
		}
		var v any
		if f.Prog.Of != nil {
			v = child.Values[f.Prog.Of.Slot]
		}
		if !sum.add(v) {
			return nil, errs.RefuseField(f.Name, "overflow", nil)
		}
	}
	return sum.value(), nil
}

// before lets extensions refuse or complete the change, then computes again
// what they may have moved.
func (w *writing) before() error {
	if w.ready {
		return nil
	}
	w.change = &Change{Verb: w.op.Verb, Actor: w.actor, Source: w.source(), Type: w.t, Old: w.old, Row: w.row, Now: w.now}
	if len(w.s.Extensions) == 0 {
		return nil
	}
	for _, x := range w.s.Extensions {
		if err := x.Before(w.ctx, w.tx, w.change); err != nil {
			return err
		}
	}
	return w.formulas()
}

func (w *writing) source() string {
	if w.opts.Source != "" {
		return w.opts.Source
	}
	return w.actor.Source
}
