package bulk

import (
	"context"
	"encoding/json"
	"errors"

	"kedang/internal/access"
	"kedang/internal/db"
	"kedang/internal/errs"
	"kedang/internal/job"
	"kedang/internal/record"
)

type args struct{ Bulk int64 }

// Start fixes the selection and begins the change, by a job in the actor's
// name. Errors: NotFound, Forbidden for a type or verb that is none of his;
// Invalid for a change that says nothing.
func (s *Service) Start(ctx context.Context, a *access.Actor, typ string, sel Selection, c Change) (b Bulk, err error) {
	defer errs.Wrap(&err, "Service.Start(%s)", typ)
	if typ, err = s.allowed(a, typ, c); err != nil {
		return b, err
	}
	ids, err := s.ids(ctx, a, typ, sel)
	if err != nil {
		return b, err
	}
	change, err := json.Marshal(c)
	if err != nil {
		return b, err
	}
	b = Bulk{ID: s.IDs.Next(), Type: typ, Change: c, State: Waiting, Actor: a.ID, CreatedAt: s.Clock().UnixMilli(), Counts: Counts{Total: int64(len(ids))}}
	rows := make([][]any, len(ids))
	for i, id := range ids {
		rows[i] = []any{b.ID, int64(i), id, rowWaiting, int64(0), ""}
	}
	err = s.DB.WriteAlone(ctx, func(tx db.Tx) (err error) {
		t, _ := s.Store.Schema().Type(typ)
		b.Job, err = s.Jobs.Enqueue(ctx, tx, jobBulk, args{b.ID}, job.Actor(a.ID), job.MaxAttempts(5),
			job.Title("job.bulk", map[string]any{"type": t.Label.In(a.Lang), "count": len(ids)}))
		if err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `INSERT INTO sys_bulk (`+columns+`) VALUES (?, ?, ?, ?, '', ?, ?, ?, 0, 0, 0, 0, 0, 0, ?, 0)`,
			b.ID, b.Type, string(change), b.State, b.Job, b.Actor, b.Total, b.CreatedAt); err != nil {
			return err
		}
		for len(rows) > 0 {
			n := min(chunkRows, len(rows))
			if err := db.BulkInsert(ctx, tx, "sys_bulk_row", []string{"bulk", "pos", "record", "action", "rev", "problems"}, rows[:n]); err != nil {
				return err
			}
			rows = rows[n:]
		}
		return nil
	})
	return b, err
}

// changing is one run of a bulk or of its undo.
type changing struct {
	Bulk
	s     *Service
	run   *job.Run
	actor *access.Actor
	by    int64 // whose rights the work has
	what  string
}

// person reads the rights of whom the work is done for, as they are now.
func (w *changing) person(ctx context.Context) error {
	a, err := w.s.Store.Access.ActorOf(ctx, access.System("bulk"), w.by)
	if err != nil {
		return err
	}
	w.actor = a.From(w.what + db.FormatID(w.ID))
	return nil
}

// stored is a row of a bulk that is looked at.
type stored struct{ pos, record, rev int64 }

func (w *changing) rows(ctx context.Context, query string, more ...any) (out []stored, err error) {
	err = w.s.DB.Read(ctx, func(tx db.Tx) error {
		out = nil
		rows, err := tx.Query(ctx, `SELECT pos, record, rev FROM sys_bulk_row WHERE bulk = ? AND `+query, append([]any{w.ID}, more...)...)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var x stored
			if err := rows.Scan(&x.pos, &x.record, &x.rev); err != nil {
				return err
			}
			out = append(out, x)
		}
		return rows.Err()
	})
	return out, err
}

// begin reads a bulk for its job.
func (s *Service) begin(ctx context.Context, r *job.Run, what string) (*changing, error) {
	var a args
	if err := r.Decode(&a); err != nil {
		return nil, err
	}
	w := &changing{s: s, run: r, by: r.Actor, what: what}
	err := s.DB.Read(ctx, func(tx db.Tx) (err error) {
		w.Bulk, err = read(ctx, tx, a.Bulk)
		return err
	})
	return w, err
}

// run is the handler of bulk jobs. Each chunk is one transaction that holds the
// records, what became of them, and the place reached.
func (s *Service) run(ctx context.Context, r *job.Run) (err error) {
	defer errs.Wrap(&err, "Service.run")
	w, err := s.begin(ctx, r, "bulk ")
	if err != nil {
		return err
	}
	for {
		rows, err := w.rows(ctx, `pos >= ? ORDER BY pos LIMIT ?`, w.Done, chunkRows)
		if err != nil {
			return err
		}
		if len(rows) == 0 {
			return w.end(ctx, Done, "")
		}
		if err := w.chunk(ctx, rows); err != nil {
			return w.failed(ctx, err)
		}
		r.Progress(w.Done, w.Total, "note.changing")
	}
}

func (w *changing) chunk(ctx context.Context, rows []stored) error {
	if err := w.person(ctx); err != nil {
		return err
	}
	ops := make([]record.Op, len(rows))
	for i, x := range rows {
		ops[i] = w.Change.op(w.Type, x.record)
	}
	for attempt := 0; ; attempt++ {
		var counts Counts
		_, err := w.s.Store.Bulk(ctx, w.actor, ops, record.WriteOptions{Source: w.actor.Source}, func(tx db.Tx, out []record.BulkResult) (err error) {
			counts, err = w.note(ctx, tx, rows, out)
			return err
		})
		if err != nil && attempt == 0 && errs.As(err).Code == "rights_changed" {
			if err := w.person(ctx); err != nil {
				return err
			}
			continue
		}
		if err == nil {
			w.Counts = counts
		}
		return err
	}
}

// note writes what became of each row and the place reached. It may run again
// when its transaction does.
func (w *changing) note(ctx context.Context, tx db.Tx, rows []stored, out []record.BulkResult) (Counts, error) {
	counts := w.Counts
	for i, x := range rows {
		action, problems := rowChanged, ""
		switch res := out[i]; {
		case res.Err != nil && !already(res.Err):
			action, problems = rowRefused, problemsText(res.Err)
			counts.Refused++
		case res.Err != nil || res.Same:
			action = rowSame
			counts.Same++
		default:
			counts.Changed++
		}
		if err := setRow(ctx, tx, w.ID, x.pos, action, out[i].Rev, problems); err != nil {
			return counts, err
		}
	}
	counts.Done = rows[len(rows)-1].pos + 1
	return counts, w.keep(ctx, tx, Running, counts)
}

func setRow(ctx context.Context, tx db.Tx, bulk, pos int64, action string, rev int64, problems string) error {
	_, err := tx.Exec(ctx, `UPDATE sys_bulk_row SET action = ?, rev = ?, problems = ? WHERE bulk = ? AND pos = ?`, action, rev, problems, bulk, pos)
	return err
}

// keep stores counts and place in the chunk's transaction.
func (w *changing) keep(ctx context.Context, tx db.Tx, state string, c Counts) error {
	if _, err := tx.Exec(ctx, `UPDATE sys_bulk SET state = ?, code = '', `+countsSet+` WHERE id = ?`, append(append([]any{state}, c.args()...), w.ID)...); err != nil {
		return err
	}
	return w.run.Checkpoint(ctx, tx, c)
}

func problemsText(err error) string {
	e := errs.As(err)
	list := e.Problems
	if len(list) == 0 {
		list = []errs.Problem{{Code: e.Code, Params: e.Params}}
	}
	raw, failed := json.Marshal(list)
	if failed != nil {
		raw, _ = json.Marshal([]errs.Problem{{Code: e.Code}})
	}
	return string(raw)
}

func (w *changing) end(ctx context.Context, state, why string) error {
	return w.s.DB.Write(ctx, func(tx db.Tx) error {
		_, err := tx.Exec(ctx, `UPDATE sys_bulk SET state = ?, code = ?, ended_at = ? WHERE id = ?`, state, why, w.s.Clock().UnixMilli(), w.ID)
		return err
	})
}

// failed notes an error that no retry can mend.
func (w *changing) failed(ctx context.Context, err error) error {
	e := errs.As(err)
	switch e.Kind {
	case errs.Invalid, errs.NotFound, errs.Forbidden, errs.Unauthenticated, errs.Conflict:
		return errors.Join(err, w.end(ctx, Failed, e.Code))
	}
	return err
}

// Cancel stops a bulk; what it changed before stays, and may be undone.
func (s *Service) Cancel(ctx context.Context, a *access.Actor, id int64) (err error) {
	defer errs.Wrap(&err, "Service.Cancel(%d)", id)
	b, err := s.State(ctx, a, id)
	if err != nil {
		return err
	}
	if b.State != Waiting && b.State != Running && b.State != Undoing {
		return errs.New(errs.Conflict, "bulk_state", nil)
	}
	return s.Jobs.Cancel(ctx, b.Job)
}
