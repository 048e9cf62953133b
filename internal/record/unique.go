package record

import (
	"strings"

	"kedang/internal/db"
	"kedang/internal/errs"
	"kedang/internal/han"
	"kedang/internal/meta"
)

// comboValue is a unique combination in one column: the folded parts between
// separators that text cannot hold. A combination with a missing part is
// missing, and so never clashes.
func comboValue(c combo, r *Row) any {
	parts := make([]string, len(c.fields))
	for i, f := range c.fields {
		v := r.value(f)
		if v == nil {
			return nil
		}
		switch x := v.(type) {
		case string:
			parts[i] = han.Fold(x)
		case int64:
			parts[i] = db.FormatID(x)
		default:
			return nil
		}
	}
	return strings.Join(parts, "\x1f")
}

// checkUnique refuses a value that another record, not archived, bears. The
// unique indexes stand behind it; this look gives the refusal its field. The
// other record is named only to who may see it.
func (w *writing) checkUnique() error {
	if w.op.Verb == "archive" {
		return nil
	}
	for _, c := range w.tb.columns {
		if !c.field.Unique || (c.field.Sealed && c.shadow != blindSuffix) || (!c.field.Sealed && c.shadow != uniqueSuffix) {
			continue
		}
		v := w.row.Values[c.field.Slot]
		if v == nil || (w.old != nil && w.op.Verb != "restore" && sameValue(w.old.Values[c.field.Slot], v)) {
			continue
		}
		if err := w.checkTaken(c.name, w.s.columnValue(c, v), c.field.Name); err != nil {
			return err
		}
	}
	for _, c := range w.tb.combos {
		if v := comboValue(c, w.row); v != nil {
			if err := w.checkTaken(c.name, v, c.fields[0].Name); err != nil {
				return err
			}
		}
	}
	return w.flush()
}

func (w *writing) checkTaken(column string, v any, path string) error {
	ids, err := int64s(w.tx.Query(w.ctx, "SELECT id FROM "+quote(w.t.Table)+" WHERE "+quote(column)+
		" = ? AND archived_at IS NULL AND id <> ? LIMIT 1", v, w.row.ID))
	if err != nil || len(ids) == 0 {
		return err
	}
	w.refuse(path, "not_unique", w.nameIfSeen(ids[0]))
	return nil
}

// nameIfSeen names a record of the written type to an actor who may read it.
func (w *writing) nameIfSeen(id int64) errs.Params {
	other, err := w.s.load(w.ctx, w.tx, w.t, id)
	if err != nil {
		return nil
	}
	if ok, _ := w.s.allowed(w.actor, "read", other, w.load); !ok {
		return nil
	}
	return w.s.named(w.actor, other)
}

// uniqueProblem turns the database's refusal of a race (two writers, one
// value) into the problem the look would have found.
func (w *writing) uniqueProblem(err error) error {
	what, ok := db.UniqueViolation(err)
	if !ok {
		return err
	}
	for _, c := range w.tb.columns {
		if c.shadow != "" && strings.Contains(what, c.name) {
			return errs.RefuseField(c.field.Name, "not_unique", nil)
		}
	}
	for _, c := range w.tb.combos {
		if strings.Contains(what, c.name) {
			return errs.RefuseField(c.fields[0].Name, "not_unique", nil)
		}
	}
	if strings.Contains(what, "number") {
		return errs.RefuseField("number", "not_unique", nil)
	}
	return err
}

// match asks the matchers for likely doubles and warns.
func (w *writing) match() error {
	if w.op.Verb != "create" && w.op.Verb != "update" {
		return nil
	}
	w.change.Changed = w.changes()
	w.change.pending, w.change.known, w.change.before = w.pending, w.known, w.opts.Rehearsal
	for _, m := range w.s.matchers() {
		problems, err := m.Match(w.ctx, w.tx, w.change)
		if err != nil {
			return err
		}
		w.warnings = append(w.warnings, problems...)
	}
	return nil
}

// changes lists the fields whose values differ from what is stored.
func (w *writing) changes() []*meta.Field {
	var out []*meta.Field
	for _, f := range w.t.Fields {
		v := w.row.Values[f.Slot]
		if w.old == nil {
			if v != nil {
				out = append(out, f)
			}
			continue
		}
		if !sameValue(w.old.Values[f.Slot], v) {
			out = append(out, f)
		}
	}
	return out
}
