package record

import (
	"database/sql"
	"slices"
	"strconv"

	"kedang/internal/db"
	"kedang/internal/errs"
	"kedang/internal/meta"
)

// deepest is how long a chain of records of one type may be (reports to,
// parent company). Longer ones are mistakes.
const deepest = 100

// checkLinks resolves links given by number and refuses links to records that
// do not exist, that the actor may not see (the same answer), that are
// archived, or that would make a record its own ancestor.
func (w *writing) checkLinks() error {
	for _, f := range w.t.Fields {
		if err := w.checkLink(f); err != nil {
			return err
		}
	}
	if w.row.Owner != 0 && w.owner != nil {
		if _, err := w.load.departmentOf(w.row.Owner); err != nil {
			return err
		}
	}
	return w.flush()
}

func (w *writing) checkLink(f *meta.Field) error {
	switch v := w.row.Values[f.Slot].(type) {
	case []*meta.ChildRow:
		for i, child := range v {
			for _, sub := range f.Rows {
				if sub.Target == nil || child.Values[sub.Slot] == nil {
					continue
				}
				id, err := w.resolve(sub, child.Values[sub.Slot], childPath(f, i, sub), w.hadChildLink(f, child, sub))
				if err != nil {
					return err
				}
				child.Values[sub.Slot] = id
			}
		}
	case []meta.Item:
		if f.Target == nil {
			return nil
		}
		for i := range v {
			id, err := w.resolve(f, v[i].Value, f.Name+"["+strconv.Itoa(i)+"]", w.hadItem(f, v[i].Value))
			if err != nil {
				return err
			}
			v[i].Value = id
		}
	case int64, meta.Ref:
		if f.Target == nil {
			return nil
		}
		same := w.stood(func(r *Row) bool { return r.Values[f.Slot] == any(v) })
		id, err := w.resolve(f, v, f.Name, same)
		if err != nil {
			return err
		}
		w.row.Values[f.Slot] = id
		if f.Target == w.t && !same {
			return w.checkCycle(f, id)
		}
	}
	return nil
}

// hadItem and hadChildLink tell whether a link stood there before: what
// stands is not looked at again, so that a record whose link was archived
// later can still be edited.
func (w *writing) hadItem(f *meta.Field, v any) bool {
	return w.stood(func(r *Row) bool {
		items, _ := r.Values[f.Slot].([]meta.Item)
		return slices.ContainsFunc(items, func(item meta.Item) bool { return item.Value == v })
	})
}

func (w *writing) hadChildLink(f *meta.Field, child *meta.ChildRow, sub *meta.Field) bool {
	return w.stood(func(r *Row) bool {
		rows, _ := r.Values[f.Slot].([]*meta.ChildRow)
		return slices.ContainsFunc(rows, func(before *meta.ChildRow) bool {
			return before.ID == child.ID && before.Values[sub.Slot] == child.Values[sub.Slot]
		})
	})
}

// resolve turns a link's value into the id of a record the actor may read.
func (w *writing) resolve(f *meta.Field, v any, path string, same bool) (any, error) {
	if same {
		return v, nil
	}
	var id int64
	switch x := v.(type) {
	case int64:
		id = x
	case meta.Ref:
		if parsed, err := db.ParseID(x.Value); err == nil && x.By == "*" {
			id = parsed
			break
		}
		found, code, err := w.find(f.Target, x)
		if err != nil || code == "" {
			return found, err
		}
		if code == "link_not_found" && w.opts.Rehearsal.named(f.Target, x) {
			return nil, nil
		}
		w.refuse(path, code, errs.Params{"type": f.Target.Name, "value": x.Value})
		return nil, nil
	default:
		return v, nil
	}
	ok, archived, err := w.linkable(f.Target, id)
	switch {
	case err != nil:
		return nil, err
	case !ok:
		w.refuse(path, "link_not_found", errs.Params{"type": f.Target.Name})
	case archived:
		w.refuse(path, "link_archived", errs.Params{"type": f.Target.Name})
	}
	return id, nil
}

// linkable tells whether the actor may point to a record, and whether it is archived.
func (w *writing) linkable(t *meta.Type, id int64) (ok, archived bool, err error) {
	if t.Builtin {
		var one int64
		err := w.tx.QueryRow(w.ctx, "SELECT 1 FROM "+quote(t.Table)+" WHERE id = ?", []any{id}, &one)
		if isNoRows(err) {
			return false, false, nil
		}
		return err == nil, false, err
	}
	scope := w.actor.Scope(t, "read")
	if scope.All || len(scope.Where) == 0 {
		return w.linkableByColumns(t, id)
	}
	r, err := w.load.follow(t, id)
	if err != nil || r == nil {
		return false, false, err
	}
	row := r.(*rowEnv).row
	ok, err = w.s.allowed(w.actor, "read", row, w.load)
	return ok, row.ArchivedAt != 0, err
}

// linkableByColumns judges by the rights columns alone: one small read.
func (w *writing) linkableByColumns(t *meta.Type, id int64) (ok, archived bool, err error) {
	var owner, department, rootOwner, rootDepartment, at sql.NullInt64
	err = w.tx.QueryRow(w.ctx, "SELECT owner, department, root_owner, root_department, archived_at FROM "+quote(t.Table)+" WHERE id = ?",
		[]any{id}, &owner, &department, &rootOwner, &rootDepartment, &at)
	if isNoRows(err) {
		return false, false, nil
	}
	if err != nil {
		return false, false, err
	}
	ok, err = w.s.allowed(w.actor, "read", &Row{Type: t, ID: id, Owner: owner.Int64, Department: department.Int64,
		RootOwner: rootOwner.Int64, RootDepartment: rootDepartment.Int64}, w.load)
	return ok, at.Valid, err
}

// mostNamesakes bounds how many records of one name are looked at.
const mostNamesakes = 50

// find finds the record that a reference names: by its number, or by number and
// then title ("*"). Of those that bear it the ones count that the actor may link
// to, and of a title those below the same root: of ten 采购部 that of the
// contact's own customer.
func (w *writing) find(t *meta.Type, r meta.Ref) (id int64, code string, err error) {
	columns := []string{"number"}
	switch r.By {
	case "*":
		columns = []string{"number", "title"}
	case "title":
		columns = []string{"title"}
	}
	if t.Builtin {
		columns = append(columns, "name")
	}
	for _, column := range columns {
		if column == "title" && !readsTitle(w.actor, t) {
			continue // who may not read it shall not learn it by asking
		}
		text, args := "SELECT id FROM "+quote(t.Table)+" WHERE "+quote(column)+" = ? AND archived_at IS NULL", []any{r.Value}
		if root, id := w.sameRoot(t); root != nil && column == "title" {
			text, args = text+" AND "+quote(root.Column)+" = ?", append(args, id)
		}
		ids, err := int64s(w.tx.Query(w.ctx, text+" LIMIT "+strconv.Itoa(mostNamesakes), args...))
		if err != nil {
			return 0, "", err
		}
		if ids, err = w.linkables(t, ids); err != nil {
			return 0, "", err
		}
		switch len(ids) {
		case 0:
		case 1:
			return ids[0], "", nil
		default:
			return 0, "link_ambiguous", nil
		}
	}
	return 0, "link_not_found", nil
}

// sameRoot is the field by which a type's records belong to another type's, and
// the record of that type that the written one belongs to; nil where there is none.
func (w *writing) sameRoot(t *meta.Type) (*meta.Field, int64) {
	root, ok := t.Field(t.Root)
	if !ok || root.Target == nil {
		return nil, 0
	}
	for _, f := range w.t.Fields {
		if id, linked := w.row.Values[f.Slot].(int64); linked && f.KindName == "link" && f.Target == root.Target {
			return root, id
		}
	}
	return nil, 0
}

// linkables are those of some records that the actor may link to.
func (w *writing) linkables(t *meta.Type, ids []int64) (out []int64, err error) {
	for _, id := range ids {
		ok, archived, err := w.linkable(t, id)
		if err != nil {
			return nil, err
		}
		if ok && !archived {
			out = append(out, id)
		}
	}
	return out, nil
}

// int64s reads a query's only column.
func int64s(rows db.Rows, err error) ([]int64, error) {
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []int64
	for rows.Next() {
		var id int64
		if err := rows.Scan(&id); err != nil {
			return nil, err
		}
		out = append(out, id)
	}
	return out, rows.Err()
}

// checkCycle walks up from the new target: meeting the record itself, or
// walking too far, refuses the link.
func (w *writing) checkCycle(f *meta.Field, target any) error {
	id, _ := target.(int64)
	if err := db.LockKey(w.ctx, w.tx, f.ID); err != nil {
		return err
	}
	query := "SELECT " + quote(f.Column) + " FROM " + quote(w.t.Table) + " WHERE id = ?"
	for depth := 0; id != 0; depth++ {
		if id == w.row.ID || depth == deepest {
			w.refuse(f.Name, "link_cycle", nil)
			return nil
		}
		var next sql.NullInt64
		err := w.tx.QueryRow(w.ctx, query, []any{id}, &next)
		if err != nil && !isNoRows(err) {
			return err
		}
		id = next.Int64
	}
	return nil
}

// childPath is the path of a child row's field: lines[2].quantity.
func childPath(f *meta.Field, i int, sub *meta.Field) string {
	return f.Name + "[" + strconv.Itoa(i) + "]." + sub.Name
}

// batchPath puts a path under the i-th write of a batch.
func batchPath(i int, path string) string {
	if path == "" {
		return "[" + strconv.Itoa(i) + "]"
	}
	return "[" + strconv.Itoa(i) + "]." + path
}
