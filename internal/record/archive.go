package record

import (
	"context"

	"kedang/internal/access"
	"kedang/internal/db"
	"kedang/internal/errs"
	"kedang/internal/meta"
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

// archiveBelow archives or restores what goes along with a record: what is
// rooted in it, and links declared so. Those archived on their own before
// keep their own mark, and so stay archived when the record comes back.
func (d *deriving) archiveBelow(old, r *Row) error {
	for _, back := range r.Type.Links {
		f := back.Field
		along := back.Type.Root == f.Name || f.OnArchive == "archive"
		if !along || f.OnArchive == "keep" || f.Parent != nil || f.Kind.Storage() != meta.InColumn {
			continue
		}
		where, arg := "archived_at IS NULL", any(nil)
		if r.ArchivedAt == 0 {
			where, arg = "archived_at = ?", old.ArchivedAt
		}
		if err := d.archiveAlong(back, r, where, arg); err != nil {
			return err
		}
	}
	return nil
}

func (d *deriving) archiveAlong(back *meta.Backlink, r *Row, where string, arg any) error {
	args := []any{r.ID}
	if arg != nil {
		args = append(args, arg)
	}
	rows, err := d.s.loadWhere(d.ctx, d.tx, back.Type, quote(back.Field.Column)+" = ? AND "+where+" ORDER BY id", args...)
	if err != nil {
		return err
	}
	if len(rows) == 0 {
		return nil
	}
	tb := d.s.tables.of(back.Type)
	moved := make([]*Row, len(rows))
	for i, before := range rows {
		after := before.clone()
		moved[i] = after
		after.ArchivedAt = r.ArchivedAt
		if err := d.s.saveColumns(d.ctx, d.tx, tb, before, after); err != nil {
			return uniqueOnRestore(err)
		}
		if err := d.s.index(d.ctx, d.tx, []*Row{after}, false); err != nil {
			return err
		}
		if err := d.archiveBelow(before, after); err != nil {
			return err
		}
	}
	return d.spreadAll(rows, moved, 1) // what counts them: the record itself, and others they point to
}

// uniqueOnRestore says in the user's terms why a record cannot come back.
func uniqueOnRestore(err error) error {
	if _, ok := db.UniqueViolation(err); ok {
		return errs.New(errs.Conflict, "restore_clash", nil)
	}
	return err
}
