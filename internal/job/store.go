package job

import (
	"context"
	"database/sql"
	"errors"
	"math"
	"strings"

	"kedang/internal/db"
	"kedang/internal/errs"
)

var tables = []string{
	`CREATE TABLE job (
		id {int} PRIMARY KEY,
		kind {text} NOT NULL,
		state {text} NOT NULL,
		args {text} NOT NULL,
		title {text} NOT NULL,
		title_params {text} NOT NULL,
		actor {int} NOT NULL,
		uniq {text},
		hold {int} NOT NULL,
		run_at {int} NOT NULL,
		attempt {int} NOT NULL,
		max_attempts {int} NOT NULL,
		lost {int} NOT NULL,
		code {text} NOT NULL,
		error {text} NOT NULL,
		done {int} NOT NULL,
		total {int} NOT NULL,
		note {text} NOT NULL,
		checkpoint {text},
		result {text},
		node {text} NOT NULL,
		claim {int} NOT NULL,
		lease {int} NOT NULL,
		cancel {int} NOT NULL,
		created_at {int} NOT NULL,
		started_at {int} NOT NULL,
		ended_at {int} NOT NULL
	) {strict}`,
	`CREATE INDEX job_waiting ON job (run_at, id) WHERE state = 'waiting'`,
	`CREATE INDEX job_running ON job (lease) WHERE state = 'running'`,
	`CREATE INDEX job_ended ON job (ended_at) WHERE ended_at > 0`,
	`CREATE INDEX job_actor ON job (actor, id)`,
	`CREATE UNIQUE INDEX job_unique ON job (uniq) WHERE state IN ('waiting', 'running')`,
	`CREATE TABLE job_schedule (
		name {text} PRIMARY KEY,
		spec {text} NOT NULL,
		next_at {int} NOT NULL
	) {strict}`,
}

const columns = `id, kind, state, args, title, title_params, actor, run_at, attempt, max_attempts, code, error,
	done, total, note, checkpoint, result, node, claim, created_at, started_at, ended_at`

func scanJob(j *Job, scan func(...any) error) error {
	var args, params string
	var checkpoint, result sql.NullString
	err := scan(&j.ID, &j.Kind, (*string)(&j.State), &args, &j.Title, &params, &j.Actor, &j.RunAt, &j.Attempt, &j.MaxAttempts,
		&j.Code, &j.Error, &j.Done, &j.Total, &j.Note, &checkpoint, &result, &j.Node, &j.claim,
		&j.CreatedAt, &j.StartedAt, &j.EndedAt)
	j.Args, j.TitleParams = raw(args), raw(params)
	j.checkpoint, j.Result = raw(checkpoint.String), raw(result.String)
	return err
}

func raw(s string) []byte {
	if s == "" {
		return nil
	}
	return []byte(s)
}

// Get returns a job; NotFound when there is none.
func (q *Queue) Get(ctx context.Context, id int64) (j Job, err error) {
	defer errs.Wrap(&err, "Queue.Get(%d)", id)
	err = q.d.Read(ctx, func(tx db.Tx) error { return getJob(ctx, tx, id, &j) })
	return j, err
}

func getJob(ctx context.Context, tx db.Tx, id int64, j *Job) error {
	err := scanJob(j, func(dest ...any) error {
		return tx.QueryRow(ctx, `SELECT `+columns+` FROM job WHERE id = ?`, []any{id}, dest...)
	})
	if errors.Is(err, sql.ErrNoRows) {
		return errs.NotFoundf("job", id)
	}
	return err
}

// Filter picks jobs; a zero field does not narrow.
type Filter struct {
	Actor  int64
	Kind   string
	States []State
}

// List returns the jobs the filter picks, newest first, at most limit, with ids
// below before (0 starts at the newest).
func (q *Queue) List(ctx context.Context, f Filter, before int64, limit int) (out []Job, err error) {
	defer errs.Wrap(&err, "Queue.List")
	if before <= 0 {
		before = math.MaxInt64
	}
	query, args := `SELECT `+columns+` FROM job WHERE id < ?`, []any{before}
	if f.Actor != 0 {
		query, args = query+` AND actor = ?`, append(args, f.Actor)
	}
	if f.Kind != "" {
		query, args = query+` AND kind = ?`, append(args, f.Kind)
	}
	if len(f.States) > 0 {
		query += ` AND state IN (?` + strings.Repeat(", ?", len(f.States)-1) + `)`
		for _, s := range f.States {
			args = append(args, string(s))
		}
	}
	query, args = query+` ORDER BY id DESC LIMIT ?`, append(args, limit)
	err = q.d.Read(ctx, func(tx db.Tx) error {
		out = nil
		rows, err := tx.Query(ctx, query, args...)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var j Job
			if err := scanJob(&j, rows.Scan); err != nil {
				return err
			}
			out = append(out, j)
		}
		return rows.Err()
	})
	return out, err
}

// Counts returns how many jobs there are in each state.
func (q *Queue) Counts(ctx context.Context) (out map[State]int64, err error) {
	defer errs.Wrap(&err, "Queue.Counts")
	err = q.d.Read(ctx, func(tx db.Tx) error {
		out = make(map[State]int64)
		rows, err := tx.Query(ctx, `SELECT state, count(*) FROM job GROUP BY state`)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var s string
			var n int64
			if err := rows.Scan(&s, &n); err != nil {
				return err
			}
			out[State(s)] = n
		}
		return rows.Err()
	})
	return out, err
}

// prune deletes up to 1,000 jobs that ended before the time, and says how many.
func prune(ctx context.Context, tx db.Tx, before int64) (int64, error) {
	return tx.Exec(ctx, `DELETE FROM job WHERE id IN (
		SELECT id FROM job WHERE ended_at > 0 AND ended_at < ? ORDER BY ended_at LIMIT 1000)`, before)
}
