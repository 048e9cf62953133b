package transfer

import (
	"context"
	"math"

	"kedang/internal/access"
	"kedang/internal/db"
	"kedang/internal/errs"
	"kedang/internal/job"
	"kedang/internal/record"
)

// Undo takes an import back, by a job in the actor's name: what it created is
// archived, unless somebody wrote it since; what it updated gets its earlier
// values. A record whose fields were changed again since keeps them; such rows are counted as kept and
// listed by Rows with their reasons. Errors: Conflict import_ended for an
// import that is running, undone, or a mere check.
func (s *Service) Undo(ctx context.Context, a *access.Actor, id int64) (err error) {
	defer errs.Wrap(&err, "Service.Undo(%d)", id)
	i, err := s.State(ctx, a, id)
	if err != nil {
		return err
	}
	if (i.State != Done && i.State != Failed && i.State != Cancelled) || i.DryRun {
		return errs.New(errs.Conflict, "import_ended", errs.Params{"state": i.State})
	}
	if _, err := s.importable(a, i.Type); err != nil {
		return err
	}
	return s.DB.Write(ctx, func(tx db.Tx) error {
		work, err := s.Jobs.Enqueue(ctx, tx, jobUndo, importArgs{id}, job.Actor(a.ID), job.Title("job.import_undo", map[string]any{"file": i.Name}), job.MaxAttempts(5))
		if err != nil {
			return err
		}
		return one(tx.Exec(ctx, `UPDATE sys_import SET state = 'undoing', job = ? WHERE id = ? AND job = ?`, work, id, i.Job))
	})
}

// undoing is one run of an undo.
type undoing struct {
	s     *Service
	run   *job.Run
	actor *access.Actor
	i     Import
}

// stored is a row of an import that is in.
type stored struct {
	line, record, rev int64
	action            string
}

// undo is the handler of undo jobs. It goes from the last line to the first,
// so that a record written twice gets the values it had before both.
func (s *Service) undo(ctx context.Context, r *job.Run) (err error) {
	defer errs.Wrap(&err, "Service.undo")
	var args importArgs
	if err := r.Decode(&args); err != nil {
		return err
	}
	u := &undoing{s: s, run: r}
	a, err := s.actorOf(ctx, r.Actor)
	if err != nil {
		return err
	}
	u.actor = a.From("undo import " + db.FormatID(args.Import))
	if u.i, err = s.State(ctx, access.System("import"), args.Import); err != nil {
		return err
	}
	total := u.i.Created + u.i.Updated
	for before := int64(math.MaxInt64); ; {
		rows, err := u.rows(ctx, before)
		if err != nil {
			return err
		}
		if len(rows) == 0 {
			break
		}
		if err := u.chunk(ctx, rows); err != nil {
			return err
		}
		before = rows[len(rows)-1].line
		u.run.Progress(u.i.Undone+u.i.Kept, total, "note.undoing")
	}
	return u.s.DB.Write(ctx, func(tx db.Tx) error {
		_, err := tx.Exec(ctx, `UPDATE sys_import SET state = 'undone' WHERE id = ?`, u.i.ID)
		return err
	})
}

// rows are the rows before a line that are still in: all updates or all
// creations, as the last of them is.
func (u *undoing) rows(ctx context.Context, before int64) (out []stored, err error) {
	err = u.s.DB.Read(ctx, func(tx db.Tx) error {
		out = nil
		rows, err := tx.Query(ctx, `SELECT line, record, rev, action FROM sys_import_row
			WHERE import = ? AND line < ? AND action IN (?, ?) ORDER BY line DESC LIMIT ?`, u.i.ID, before, rowCreated, rowUpdated, chunkRows)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var x stored
			if err := rows.Scan(&x.line, &x.record, &x.rev, &x.action); err != nil {
				return err
			}
			if len(out) > 0 && out[0].action != x.action {
				break
			}
			out = append(out, x)
		}
		return rows.Err()
	})
	return out, err
}

func (u *undoing) chunk(ctx context.Context, rows []stored) error {
	o := record.WriteOptions{Source: u.actor.Source, Undo: true}
	if rows[0].action == rowUpdated {
		return u.updated(ctx, rows, o)
	}
	ops := make([]record.Op, len(rows))
	for i, x := range rows {
		rev, err := u.untouched(ctx, x)
		if err != nil {
			return err
		}
		ops[i] = record.Op{Verb: "archive", Type: u.i.Type, ID: x.record, IfRev: rev}
	}
	var counts Counts
	_, err := u.s.Store.Bulk(ctx, u.actor, ops, o, func(tx db.Tx, out []record.BulkResult) (err error) {
		failed := make([]error, len(out))
		for i, res := range out {
			failed[i] = res.Err
		}
		counts, err = u.note(ctx, tx, rows, failed)
		return err
	})
	if err == nil {
		u.i.Counts = counts
	}
	return err
}

// untouched is the revision at which a created record may be taken back: as it
// is now when nobody but the import itself and this undo wrote it, else the
// one it was created with, which the archive then finds outdated.
func (u *undoing) untouched(ctx context.Context, x stored) (int64, error) {
	edited, now, err := u.s.Store.EditedSince(ctx, x.record, x.rev, "import "+db.FormatID(u.i.ID), u.actor.Source)
	if err != nil || edited {
		return x.rev, err
	}
	return now, nil
}

// updated puts values back record by record: each is a write of its own, as a
// person's undo is.
func (u *undoing) updated(ctx context.Context, rows []stored, o record.WriteOptions) error {
	failed := make([]error, len(rows))
	for i, x := range rows {
		_, err := u.s.Store.Undo(ctx, u.actor, u.i.Type, x.record, x.rev, o)
		switch {
		case errs.Is(err, errs.Internal), errs.Is(err, errs.Canceled), errs.Is(err, errs.Unavailable), errs.Is(err, errs.Stale):
			return err
		}
		failed[i] = err
	}
	return u.s.DB.WriteAlone(ctx, func(tx db.Tx) error {
		counts, err := u.note(ctx, tx, rows, failed)
		if err == nil {
			u.i.Counts = counts
		}
		return err
	})
}

// note writes what became of the rows and keeps the place.
func (u *undoing) note(ctx context.Context, tx db.Tx, rows []stored, failed []error) (Counts, error) {
	counts := u.i.Counts
	for i, x := range rows {
		action, problems := rowUndone, ""
		var e *errs.Error
		if failed[i] != nil {
			e = errs.As(failed[i])
		}
		if e != nil && e.Code != "archived" { // someone was before us: nothing left to do
			action = rowKept
			list := e.Problems
			if len(list) == 0 {
				list = []errs.Problem{{Code: e.Code, Params: e.Params}}
			}
			problems = problemsText(list)
			counts.Kept++
		} else {
			counts.Undone++
		}
		_, err := tx.Exec(ctx, `UPDATE sys_import_row SET action = ?, problems = ? WHERE import = ? AND line = ?`, action, problems, u.i.ID, x.line)
		if err != nil {
			return counts, err
		}
	}
	_, err := tx.Exec(ctx, `UPDATE sys_import SET undone = ?, kept = ? WHERE id = ?`, counts.Undone, counts.Kept, u.i.ID)
	if err != nil {
		return counts, err
	}
	return counts, u.run.Checkpoint(ctx, tx, rows[len(rows)-1].line)
}
