package bulk

import (
	"context"

	"kedang/internal/access"
	"kedang/internal/db"
	"kedang/internal/errs"
	"kedang/internal/job"
	"kedang/internal/record"
)

// Undo takes a bulk back, by a job in the actor's name: every row it changed
// gets its earlier values, but those whose fields were changed again since.
// Errors: Conflict bulk_state for one that runs or was undone.
func (s *Service) Undo(ctx context.Context, a *access.Actor, id int64) (b Bulk, err error) {
	defer errs.Wrap(&err, "Service.Undo(%d)", id)
	if b, err = s.State(ctx, a, id); err != nil {
		return b, err
	}
	if (b.State != Done && b.State != Failed && b.State != Cancelled) || b.Changed == 0 {
		return b, errs.New(errs.Conflict, "bulk_state", nil)
	}
	err = s.DB.Write(ctx, func(tx db.Tx) error {
		t, ok := s.Store.Schema().Type(b.Type)
		if !ok {
			return errs.NotFoundf("type", b.Type)
		}
		work, err := s.Jobs.Enqueue(ctx, tx, jobUndo, args{id}, job.Actor(a.ID), job.MaxAttempts(5),
			job.Title("job.bulk_undo", map[string]any{"type": t.Label.In(a.Lang), "count": b.Changed}))
		if err != nil {
			return err
		}
		n, err := tx.Exec(ctx, `UPDATE sys_bulk SET state = ?, job = ? WHERE id = ? AND job = ?`, Undoing, work, id, b.Job)
		if err == nil && n == 0 {
			err = errs.New(errs.Conflict, "bulk_state", nil) // somebody was quicker
		}
		b.State, b.Job = Undoing, work
		return err
	})
	return b, err
}

// undo is the handler of undo jobs. A row is taken back by a write of its own,
// as a person's undo is; a run that was killed between a write and its note
// finds the record as it was and counts it as taken back.
func (s *Service) undo(ctx context.Context, r *job.Run) (err error) {
	defer errs.Wrap(&err, "Service.undo")
	w, err := s.begin(ctx, r, "undo bulk ")
	if err != nil {
		return err
	}
	for {
		rows, err := w.rows(ctx, `action = ? ORDER BY pos LIMIT 100`, rowChanged)
		if err != nil {
			return err
		}
		if len(rows) == 0 {
			return w.end(ctx, Undone, "")
		}
		if err := w.takeBack(ctx, rows); err != nil {
			return w.failed(ctx, err)
		}
		r.Progress(w.Undone+w.Kept, w.Changed, "note.undoing")
	}
}

func (w *changing) takeBack(ctx context.Context, rows []stored) error {
	if err := w.person(ctx); err != nil {
		return err
	}
	failed := make([]error, len(rows))
	for i, x := range rows {
		failed[i] = w.takeBackOne(ctx, x)
		switch {
		case errs.Is(failed[i], errs.Internal), errs.Is(failed[i], errs.Canceled), errs.Is(failed[i], errs.Unavailable), errs.Is(failed[i], errs.Stale):
			return failed[i]
		}
	}
	counts := w.Counts
	err := w.s.DB.WriteAlone(ctx, func(tx db.Tx) error {
		counts = w.Counts
		for i, x := range rows {
			action, problems := rowUndone, ""
			if failed[i] != nil && !already(failed[i]) {
				action, problems = rowKept, problemsText(failed[i])
				counts.Kept++
			} else {
				counts.Undone++
			}
			if err := setRow(ctx, tx, w.ID, x.pos, action, x.rev, problems); err != nil {
				return err
			}
		}
		return w.keep(ctx, tx, Undoing, counts)
	})
	if err == nil {
		w.Counts = counts
	}
	return err
}

// takeBackOne undoes the write of one row. One that this undo took back before
// it was killed is left alone.
func (w *changing) takeBackOne(ctx context.Context, x stored) error {
	edited, now, err := w.s.Store.EditedSince(ctx, x.record, x.rev, w.actor.Source)
	if err != nil || (!edited && now > x.rev) {
		return err
	}
	_, err = w.s.Store.Undo(ctx, w.actor, w.Type, x.record, x.rev, record.WriteOptions{Source: w.actor.Source, Undo: true})
	return err
}
