package record

import (
	"context"
	"database/sql"
	"errors"

	"kedang/internal/access"
	"kedang/internal/db"
	"kedang/internal/errs"
	"kedang/internal/meta"
)

// authorise judges the record as it is stored: one the actor may not read is
// not found, one he may read and not change is forbidden.
func (w *writing) authorise() error {
	if w.op.Verb == "create" {
		return nil // judged as it will be, by authoriseAfter
	}
	if err := w.may("read", w.old); err != nil {
		return errs.NotFoundf(w.t.Name, db.FormatID(w.op.ID))
	}
	if w.old.ArchivedAt != 0 && w.op.Verb == "update" {
		return errs.New(errs.Conflict, "archived", errs.Params{"type": w.t.Name})
	}
	if err := w.may(w.verb(), w.old); err != nil {
		return err
	}
	if w.owner != nil && w.op.Verb == "update" && *w.owner != w.old.Owner {
		return w.may("assign", w.old)
	}
	return nil
}

// authoriseAfter judges the record as it will be: nobody writes a record out
// of his own reach, except by handing it over with the right to assign.
func (w *writing) authoriseAfter() error {
	if err := w.inherit(); err != nil {
		return err
	}
	switch {
	case w.op.Verb == "create":
		return w.may("create", w.row)
	case w.op.Verb == "update" && w.row.Owner == w.old.Owner:
		return w.may("update", w.row)
	}
	return nil
}

func (w *writing) may(verb string, r *Row) error {
	ok, err := w.s.allowed(w.actor, verb, r, w.load)
	if err != nil {
		return err
	}
	if !ok {
		return errs.New(errs.Forbidden, "forbidden", errs.Params{"verb": verb, "type": w.t.Name})
	}
	return nil
}

// allowed tells whether the actor may do verb to the row. A condition that
// cannot be evaluated denies.
func (s *Store) allowed(a *access.Actor, verb string, r *Row, load *loader) (bool, error) {
	scope := a.Scope(r.Type, verb)
	if scope.All {
		return true, nil
	}
	if scope.None() {
		return false, nil
	}
	ok, err := scope.Allows(a, access.Subject{Owner: r.Owner, Department: r.Department,
		RootOwner: r.RootOwner, RootDepartment: r.RootDepartment,
		Row: &rowEnv{row: r, loader: load}}, s.Clock())
	if err != nil {
		return false, nil
	}
	return ok, nil
}

// inherit sets the owner's department, and the columns that rights follow:
// a record's own owner, or its root's.
func (w *writing) inherit() (err error) {
	if w.row.Owner != 0 && w.row.Department == 0 {
		w.row.Department, err = w.load.departmentOf(w.row.Owner)
		if err != nil {
			return err
		}
	}
	if w.t.Root == "" {
		w.row.RootOwner, w.row.RootDepartment = w.row.Owner, w.row.Department
		return nil
	}
	f, _ := w.t.Field(w.t.Root)
	id, _ := w.row.Values[f.Slot].(int64)
	if id == 0 {
		w.row.RootOwner, w.row.RootDepartment = w.row.Owner, w.row.Department
		return nil
	}
	if w.old != nil && w.old.Values[f.Slot] == id && w.old.RootOwner != 0 {
		return nil
	}
	lock := ""
	if w.tx.Dialect() == db.Postgres && !w.reads {
		lock = " FOR UPDATE" // else it may be handed over while this hangs itself under it, and this stay behind
	}
	w.row.RootOwner, w.row.RootDepartment, err = rootOf(w.ctx, w.tx, f.Target, id, lock)
	return err
}

// rootOf reads whose a record is.
func rootOf(ctx context.Context, tx db.Tx, t *meta.Type, id int64, lock string) (owner, department int64, err error) {
	var o, d sql.NullInt64
	err = tx.QueryRow(ctx, "SELECT root_owner, root_department FROM "+quote(t.Table)+" WHERE id = ?"+lock, []any{id}, &o, &d)
	if isNoRows(err) {
		return 0, 0, nil
	}
	return o.Int64, d.Int64, err
}

// departmentOf reads a user's department, once per transaction; an unknown or
// inactive user cannot own records.
func (l *loader) departmentOf(user int64) (int64, error) {
	if d, ok := l.departments[user]; ok {
		return d, nil
	}
	var d sql.NullInt64
	var active int64
	err := l.tx.QueryRow(l.ctx, "SELECT department, active FROM sys_user WHERE id = ?", []any{user}, &d, &active)
	if isNoRows(err) || (err == nil && active == 0) {
		return 0, errs.RefuseField("owner", "link_not_found", nil)
	}
	if err != nil {
		return 0, err
	}
	if l.departments == nil {
		l.departments = map[int64]int64{}
	}
	l.departments[user] = d.Int64
	return d.Int64, nil
}

func isNoRows(err error) bool { return errors.Is(err, sql.ErrNoRows) }

// subject is whose data key seals this record's values: the root customer's,
// so that destroying one key empties the whole file.
func (r *Row) subject() int64 {
	if r.Type.Root != "" {
		if f, ok := r.Type.Field(r.Type.Root); ok {
			if id, _ := r.Values[f.Slot].(int64); id != 0 {
				return id
			}
		}
	}
	return r.ID
}
