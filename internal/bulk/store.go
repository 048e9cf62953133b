package bulk

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"

	"kedang/internal/access"
	"kedang/internal/db"
	"kedang/internal/errs"
	"kedang/internal/job"
)

var tables = []string{
	`CREATE TABLE sys_bulk (
		id {int} PRIMARY KEY,
		type {text} NOT NULL,
		change {text} NOT NULL,
		state {text} NOT NULL,
		code {text} NOT NULL,
		job {int} NOT NULL,
		actor {int} NOT NULL,
		total {int} NOT NULL,
		done {int} NOT NULL,
		changed {int} NOT NULL,
		same {int} NOT NULL,
		refused {int} NOT NULL,
		undone {int} NOT NULL,
		kept {int} NOT NULL,
		created_at {int} NOT NULL,
		ended_at {int} NOT NULL
	) {strict}`,
	`CREATE INDEX sys_bulk_actor ON sys_bulk (actor, id)`,
	`CREATE TABLE sys_bulk_row (
		bulk {int} NOT NULL,
		pos {int} NOT NULL,
		record {int} NOT NULL,
		action {text} NOT NULL,
		rev {int} NOT NULL,
		problems {text} NOT NULL,
		PRIMARY KEY (bulk, pos)
	) {strict}`,
}

// The states of a bulk.
const (
	Waiting   = "waiting"
	Running   = "running"
	Done      = "done"
	Failed    = "failed" // see Code; what was changed before stays
	Cancelled = "cancelled"
	Undoing   = "undoing"
	Undone    = "undone"
)

// The actions of a bulk's rows.
const (
	rowWaiting = "waiting"
	rowChanged = "changed"
	rowSame    = "same" // it was so already
	rowRefused = "refused"
	rowUndone  = "undone" // changed, and taken back
	rowKept    = "kept"   // changed, and not taken back: changed again since
)

// Counts are what became of a bulk's rows.
type Counts struct {
	Total   int64 `json:"total"`
	Done    int64 `json:"done"`
	Changed int64 `json:"changed"`
	Same    int64 `json:"same"`
	Refused int64 `json:"refused"`
	Undone  int64 `json:"undone"`
	Kept    int64 `json:"kept"`
}

// Bulk is one change of many records. Times are UTC ms, 0 for not yet.
type Bulk struct {
	ID     int64
	Type   string
	Change Change
	State  string
	Code   string // why it failed: a code of package text
	Job    int64
	Actor  int64
	Counts
	CreatedAt, EndedAt int64
}

const columns = `id, type, change, state, code, job, actor, total, done, changed, same, refused, undone, kept, created_at, ended_at`

const countsSet = `done = ?, changed = ?, same = ?, refused = ?, undone = ?, kept = ?`

func (c Counts) args() []any { return []any{c.Done, c.Changed, c.Same, c.Refused, c.Undone, c.Kept} }

func scanBulk(b *Bulk, scan func(...any) error) error {
	var change string
	err := scan(&b.ID, &b.Type, &change, &b.State, &b.Code, &b.Job, &b.Actor, &b.Total, &b.Done, &b.Changed, &b.Same, &b.Refused, &b.Undone, &b.Kept, &b.CreatedAt, &b.EndedAt)
	if err != nil {
		return err
	}
	return json.Unmarshal([]byte(change), &b.Change)
}

func read(ctx context.Context, tx db.Tx, id int64) (b Bulk, err error) {
	err = scanBulk(&b, func(dest ...any) error {
		return tx.QueryRow(ctx, `SELECT `+columns+` FROM sys_bulk WHERE id = ?`, []any{id}, dest...)
	})
	if errors.Is(err, sql.ErrNoRows) {
		return b, errs.NotFoundf("bulk", db.FormatID(id))
	}
	return b, err
}

// State is a bulk as it stands. Others' are seen by administrators alone.
// Errors: NotFound.
func (s *Service) State(ctx context.Context, a *access.Actor, id int64) (b Bulk, err error) {
	defer errs.Wrap(&err, "Service.State(%d)", id)
	err = s.DB.Read(ctx, func(tx db.Tx) (err error) {
		b, err = read(ctx, tx, id)
		return err
	})
	if err == nil && !a.Admin && b.Actor != a.ID {
		err = errs.NotFoundf("bulk", db.FormatID(id))
	}
	if err != nil {
		return Bulk{}, err
	}
	return b, s.follow(ctx, &b)
}

// List lists bulks, the newest first, at most limit with ids below before (0
// starts at the newest): all of them for an administrator, else one's own.
func (s *Service) List(ctx context.Context, a *access.Actor, before int64, limit int) (out []Bulk, err error) {
	defer errs.Wrap(&err, "Service.List")
	if before == 0 {
		before = 1<<63 - 1
	}
	where, args := "id < ?", []any{before}
	if !a.Admin {
		where, args = where+" AND actor = ?", append(args, a.ID)
	}
	err = s.DB.Read(ctx, func(tx db.Tx) error {
		out = []Bulk{}
		rows, err := tx.Query(ctx, `SELECT `+columns+` FROM sys_bulk WHERE `+where+` ORDER BY id DESC LIMIT ?`, append(args, limit)...)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var b Bulk
			if err := scanBulk(&b, rows.Scan); err != nil {
				return err
			}
			out = append(out, b)
		}
		return rows.Err()
	})
	for i := range out {
		if err == nil {
			err = s.follow(ctx, &out[i])
		}
	}
	return out, err
}

// follow looks at the job of a bulk that has not ended: the job knows whether
// it was stopped or given up.
func (s *Service) follow(ctx context.Context, b *Bulk) error {
	if b.State != Waiting && b.State != Running && b.State != Undoing {
		return nil
	}
	j, err := s.Jobs.Get(ctx, b.Job)
	if errs.Is(err, errs.NotFound) {
		b.State = Cancelled
		return nil
	}
	if err != nil {
		return err
	}
	switch j.State {
	case job.Cancelled:
		b.State = Cancelled
	case job.Failed:
		b.State, b.Code = Failed, j.Code
	}
	return nil
}

// Row is what became of one record of a bulk.
type Row struct {
	Pos, Record int64
	Action      string
	Problems    []errs.Problem
}

// Rows lists rows with one of the actions, at most limit after a place (-1
// for the first).
func (s *Service) Rows(ctx context.Context, a *access.Actor, id, after int64, limit int, actions ...string) (out []Row, err error) {
	defer errs.Wrap(&err, "Service.Rows(%d)", id)
	if _, err := s.State(ctx, a, id); err != nil {
		return nil, err
	}
	args := []any{id, after}
	marks := ""
	for i, action := range actions {
		if marks += ", ?"; i == 0 {
			marks = "?"
		}
		args = append(args, action)
	}
	err = s.DB.Read(ctx, func(tx db.Tx) error {
		out = []Row{}
		rows, err := tx.Query(ctx, `SELECT pos, record, action, problems FROM sys_bulk_row WHERE bulk = ? AND pos > ? AND action IN (`+marks+`) ORDER BY pos LIMIT ?`, append(args, limit)...)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var r Row
			var problems string
			if err := rows.Scan(&r.Pos, &r.Record, &r.Action, &problems); err != nil {
				return err
			}
			if problems != "" {
				if err := json.Unmarshal([]byte(problems), &r.Problems); err != nil {
					return err
				}
			}
			out = append(out, r)
		}
		return rows.Err()
	})
	return out, err
}
