package record

import (
	"context"

	"kedang/internal/access"
	"kedang/internal/db"
	"kedang/internal/errs"
)

// Archive takes a record, and what is rooted in it, out of the lists; nothing
// is deleted. Links that say on_archive: archive take their records along.
func (s *Store) Archive(ctx context.Context, a *access.Actor, typ string, id int64, o WriteOptions) (Saved, error) {
	return s.one(ctx, a, Op{Verb: "archive", Type: typ, ID: id}, o)
}

// Restore brings an archived record back, with what went along with it.
func (s *Store) Restore(ctx context.Context, a *access.Actor, typ string, id int64, o WriteOptions) (Saved, error) {
	return s.one(ctx, a, Op{Verb: "restore", Type: typ, ID: id}, o)
}

// mergeState sets or clears the mark of an archived record.
func (w *writing) mergeState() error {
	switch w.op.Verb {
	case "archive":
		if w.old.ArchivedAt != 0 {
			return errs.New(errs.Conflict, "archived", errs.Params{"type": w.t.Name})
		}
		if w.op.IfRev != 0 && w.op.IfRev != w.old.Rev {
			return errs.New(errs.Conflict, "changed_since", nil)
		}
		w.row.ArchivedAt = ms(w.now)
	case "restore":
		if w.old.ArchivedAt == 0 {
			return errs.New(errs.Conflict, "not_archived", errs.Params{"type": w.t.Name})
		}
		w.row.ArchivedAt = 0
	}
	return nil
}

// uniqueOnRestore says in the user's terms why a record cannot come back.
func uniqueOnRestore(err error) error {
	if _, ok := db.UniqueViolation(err); ok {
		return errRestoreClash()
	}
	return err
}

func errRestoreClash() error { return errs.New(errs.Conflict, "restore_clash", nil) }
