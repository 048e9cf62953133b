package transfer

import (
	"context"
	"math"
	"strings"

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

	beside bool // at the records beside the rows
}

// stored is a row of an import that is in, or a record beside it.
type stored struct {
	line, record, rev int64
	action, typ       string
	nth               int64
}

// undo is the handler of undo jobs. It goes from the last line to the first,
// so that a record written twice gets the values it had before both; first come
// the records beside the rows, for they would be archived with what they belong to.
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
	for _, beside := range []bool{true, false} {
		if u.beside = beside; beside && len(u.i.Beside) == 0 {
			continue
		}
		if err := u.all(ctx); err != nil {
			return err
		}
	}
	return u.s.DB.Write(ctx, func(tx db.Tx) error {
		_, err := tx.Exec(ctx, `UPDATE sys_import SET state = 'undone' WHERE id = ?`, u.i.ID)
		return err
	})
}

// all takes back the rows' own records, or those beside them.
func (u *undoing) all(ctx context.Context) error {
	for before := int64(math.MaxInt64); ; {
		rows, err := u.rows(ctx, before)
		if err != nil || len(rows) == 0 {
			return err
		}
		if err := u.chunk(ctx, rows); err != nil {
			return err
		}
		before = rows[len(rows)-1].line
		if !u.beside {
			u.run.Progress(u.i.Undone+u.i.Kept, u.i.Created+u.i.Updated, "note.undoing")
		}
	}
}

// rows are the rows before a line that are still in: all updates or all
// creations, as the last of them is. Beside one line stand few records, which
// are taken together or by the next look.
func (u *undoing) rows(ctx context.Context, before int64) (out []stored, err error) {
	query := `SELECT line, record, rev, action, '' AS type, 0 AS nth FROM sys_import_row
		WHERE import = ? AND line < ? AND action IN (?, ?) ORDER BY line DESC LIMIT ?`
	if u.beside {
		before = max(before, before+1) // a line whose records were not all taken comes again
		query = `SELECT line, record, rev, action, type, nth FROM sys_import_beside
			WHERE import = ? AND line < ? AND action IN (?, ?) ORDER BY line DESC, type DESC, nth DESC LIMIT ?`
	}
	err = u.s.DB.Read(ctx, func(tx db.Tx) error {
		out = nil
		rows, err := tx.Query(ctx, query, u.i.ID, before, rowCreated, rowUpdated, chunkRows)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			x := stored{typ: u.i.Type}
			var typ string
			if err := rows.Scan(&x.line, &x.record, &x.rev, &x.action, &typ, &x.nth); err != nil {
				return err
			}
			if typ != "" {
				x.typ = typ
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
	held, err := u.held(ctx, rows)
	if err != nil {
		return err
	}
	var ops []record.Op
	for _, x := range rows {
		if held[x.record] {
			continue
		}
		rev, err := u.untouched(ctx, x)
		if err != nil {
			return err
		}
		ops = append(ops, record.Op{Verb: "archive", Type: x.typ, ID: x.record, IfRev: rev})
	}
	var counts Counts
	_, err = u.s.Store.Bulk(ctx, u.actor, ops, o, func(tx db.Tx, out []record.BulkResult) (err error) {
		failed := make([]error, len(rows))
		for i, x := range rows {
			if held[x.record] {
				failed[i] = errs.New(errs.Conflict, "kept_with_beside", nil)
				continue
			}
			failed[i], out = out[0].Err, out[1:]
		}
		counts, err = u.note(ctx, tx, rows, failed)
		return err
	})
	if err == nil {
		u.i.Counts = counts
	}
	return err
}

// held are the records that stay because somebody has changed one beside them
// since: archived, they would take it along.
func (u *undoing) held(ctx context.Context, rows []stored) (map[int64]bool, error) {
	out := map[int64]bool{}
	if u.beside || len(u.i.Beside) == 0 {
		return out, nil
	}
	args := []any{u.i.ID, rowKept}
	for _, x := range rows {
		args = append(args, x.record)
	}
	return out, u.s.DB.Read(ctx, func(tx db.Tx) error {
		list, err := tx.Query(ctx, `SELECT DISTINCT r.record FROM sys_import_beside b JOIN sys_import_row r ON r.import = b.import AND r.line = b.line
			WHERE b.import = ? AND b.action = ? AND r.record IN (?`+strings.Repeat(", ?", len(rows)-1)+`)`, args...)
		if err != nil {
			return err
		}
		defer list.Close()
		for list.Next() {
			var id int64
			if err := list.Scan(&id); err != nil {
				return err
			}
			out[id] = true
		}
		return list.Err()
	})
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
		_, err := u.s.Store.Undo(ctx, u.actor, x.typ, x.record, x.rev, o)
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

// keep tells of a record beside a row that stays with its row, where that has
// none of its own to take back.
func (u *undoing) keep(ctx context.Context, tx db.Tx, x stored, action, problems string, counts *Counts) error {
	if action != rowKept {
		return nil
	}
	n, err := tx.Exec(ctx, `UPDATE sys_import_row SET action = ?, problems = ? WHERE import = ? AND line = ? AND action IN (?, ?)`,
		rowKept, problems, u.i.ID, x.line, rowJoined, rowUnchanged)
	counts.Kept += n
	return err
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
		}
		query, args := `UPDATE sys_import_row SET action = ?, problems = ? WHERE import = ? AND line = ?`, []any{action, problems, u.i.ID, x.line}
		switch {
		case u.beside:
			query, args = `UPDATE sys_import_beside SET action = ?, problems = ? WHERE import = ? AND line = ? AND type = ? AND nth = ?`, append(args, x.typ, x.nth)
			counts.of(x.typ).add(action)
			if err := u.keep(ctx, tx, x, action, problems, &counts); err != nil {
				return counts, err
			}
		case action == rowKept:
			counts.Kept++
		default:
			counts.Undone++
		}
		if _, err := tx.Exec(ctx, query, args...); err != nil {
			return counts, err
		}
	}
	_, err := tx.Exec(ctx, `UPDATE sys_import SET undone = ?, kept = ?, beside = ? WHERE id = ?`, counts.Undone, counts.Kept, counts.besideText(), u.i.ID)
	if err != nil {
		return counts, err
	}
	return counts, u.run.Checkpoint(ctx, tx, rows[len(rows)-1].line)
}
