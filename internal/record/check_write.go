package record

import (
	"strings"
	"unicode"

	"kedang/internal/errs"
	"kedang/internal/expr"
	"kedang/internal/meta"
)

// checkFields refuses missing required fields and changes of read-only ones.
// A field whose condition (when) does not hold is not required; what it holds
// is kept, only not shown: switching a customer's kind to and fro loses nothing.
func (w *writing) checkFields() error {
	if w.ready || w.op.Verb == "archive" || w.op.Verb == "restore" || w.op.Verb == "assign" {
		return nil
	}
	env := &rowEnv{row: w.row, loader: w.load}
	args := w.actor.Args(w.now)
	for _, f := range w.t.Fields {
		if err := w.checkField(f, w.row.Values[f.Slot], f.Name, env, args); err != nil {
			return err
		}
	}
	for _, f := range w.tb.rows {
		children, _ := w.row.Values[f.Slot].([]*meta.ChildRow)
		for i, child := range children {
			ce := &childEnv{field: f, child: child, parent: env}
			for _, sub := range f.Rows {
				if err := w.checkField(sub, child.Values[sub.Slot], childPath(f, i, sub), ce, args); err != nil {
					return err
				}
			}
		}
	}
	if err := w.checkReadonly(args); err != nil {
		return err
	}
	return w.flush()
}

func (w *writing) checkField(f *meta.Field, v any, path string, env expr.Row, args expr.Args) error {
	if f.Prog.Required == nil || v != nil && !saysNothing(v) || w.refusedAt(path) {
		return nil
	}
	for _, condition := range [...]*expr.Expr{f.Prog.When, f.Prog.Required} {
		if condition == nil {
			continue
		}
		holds, err := condition.Test(env, args)
		if err != nil || !holds {
			return err
		}
	}
	w.refuse(path, "required", nil)
	return nil
}

// saysNothing tells a text of nothing but white space, or of characters that
// nobody sees: it is kept where a field may be empty, and fills no required one.
func saysNothing(v any) bool {
	text, ok := v.(string)
	return ok && strings.IndexFunc(text, func(r rune) bool {
		return !unicode.IsSpace(r) && !unicode.IsControl(r) && !unicode.Is(unicode.Cf, r)
	}) < 0
}

// checkReadonly judges conditional locks on the record as it was: a closed
// order cannot be opened by the same write that changes its price.
func (w *writing) checkReadonly(args expr.Args) error {
	if w.old == nil {
		return nil
	}
	env := &rowEnv{row: w.old, loader: w.load}
	for _, in := range w.input {
		f := in.field
		if f.Prog.Readonly == nil || sameValue(w.old.Values[f.Slot], w.row.Values[f.Slot]) {
			continue
		}
		locked, err := f.Prog.Readonly.Test(env, args)
		if err != nil {
			return err
		}
		if locked {
			w.refuse(f.Name, "field_locked", errs.Params{"field": f.Name})
		}
	}
	return w.checkLockers()
}

func (w *writing) checkLockers() error {
	for _, l := range w.s.Lockers {
		locked, err := l.Locked(w.ctx, w.tx, w.old)
		if err != nil {
			return err
		}
		for f, code := range locked {
			if !sameValue(w.old.value(f), w.row.value(f)) {
				w.refuse(f.Name, code, errs.Params{"field": f.Name})
			}
		}
	}
	return nil
}

// checkRules evaluates the type's own rules on the record as it will be.
func (w *writing) checkRules() error {
	if w.ready || w.op.Verb == "archive" || w.op.Verb == "restore" || w.op.Verb == "assign" {
		return nil
	}
	env := &rowEnv{row: w.row, loader: w.load}
	args := w.actor.Args(w.now)
	for _, rule := range w.t.Rules {
		holds, err := rule.Prog.When.Test(env, args)
		if err != nil {
			e := errs.As(err)
			return errs.RefuseField(rule.At, e.Code, e.Params)
		}
		if !holds {
			continue
		}
		says := errs.Params{"rule": rule.Name, "says": rule.Says}
		if rule.Refuse != "" {
			w.refuse(rule.At, rule.Refuse, says)
		} else {
			w.warnings = append(w.warnings, errs.Problem{Path: rule.At, Code: rule.Warn, Params: says})
		}
	}
	return w.flush()
}
