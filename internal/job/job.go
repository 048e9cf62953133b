package job

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"time"

	"kedang/internal/db"
	"kedang/internal/errs"
)

// State is where a job stands.
type State string

// The states. Waiting and running jobs are active, the others have ended.
const (
	Waiting   State = "waiting" // for its time, a worker, or the next attempt
	Running   State = "running"
	Done      State = "done"
	Failed    State = "failed" // out of attempts, or with an error no retry can mend
	Cancelled State = "cancelled"
)

// Job is a job as stored. Times are UTC ms, 0 for not yet.
type Job struct {
	ID          int64
	Kind        string
	State       State
	Args        json.RawMessage
	Title       string          // a code of package text, "" for jobs nobody is shown
	TitleParams json.RawMessage // its parameters, nil for none
	Actor       int64           // the user it was enqueued for; 0 is the system
	RunAt       int64
	Attempt     int64 // 1 in the first run
	MaxAttempts int64
	Code        string // the last error's code
	Error       string // the last error, for operators
	Done, Total int64
	Note        string          // a code of package text: what it is doing
	Result      json.RawMessage // what the handler left with [Run.Result]
	Node        string          // who runs it
	CreatedAt   int64
	StartedAt   int64
	EndedAt     int64

	checkpoint json.RawMessage
	claim      int64 // differs for each run; fences off a run that lost its lease
}

// Decode reads the job's arguments into v.
func (j *Job) Decode(v any) error {
	if err := json.Unmarshal(j.Args, v); err != nil {
		return &errs.Error{Kind: errs.Invalid, Code: "job_args", Err: err}
	}
	return nil
}

// Opt changes how a job is enqueued.
type Opt func(*enqueue)

type enqueue struct {
	runAt    time.Time
	uniq     any
	hold     int64
	actor    int64
	attempts int64
	title    string
	params   map[string]any
}

// RunAt runs the job at t or soon after, not before.
func RunAt(t time.Time) Opt { return func(e *enqueue) { e.runAt = t } }

// Unique enqueues nothing while a job with the key waits or runs; Enqueue then
// returns that job's id.
func Unique(key string) Opt { return func(e *enqueue) { e.uniq, e.hold = key, 1 } }

// UniqueWaiting enqueues nothing while a job with the key waits. One that runs
// already does not count: it may have read what changed since.
func UniqueWaiting(key string) Opt { return func(e *enqueue) { e.uniq, e.hold = key, 0 } }

// Actor is the user the job is for.
func Actor(id int64) Opt { return func(e *enqueue) { e.actor = id } }

// MaxAttempts is how often the job may fail, 10 unless told.
func MaxAttempts(n int) Opt { return func(e *enqueue) { e.attempts = int64(n) } }

// Title is what people are shown: a code of package text and its parameters.
func Title(code string, params map[string]any) Opt {
	return func(e *enqueue) { e.title, e.params = code, params }
}

// Enqueue writes a job into the caller's transaction and returns its id. Args
// are stored as JSON. The job starts within milliseconds after the commit.
func (q *Queue) Enqueue(ctx context.Context, tx db.Tx, kind string, args any, opts ...Opt) (id int64, err error) {
	defer errs.Wrap(&err, "Queue.Enqueue(%s)", kind)
	now := q.opts.Now()
	e := enqueue{runAt: now, attempts: 10}
	for _, o := range opts {
		o(&e)
	}
	text, err := json.Marshal(args)
	if err != nil {
		return 0, err
	}
	var params []byte
	if e.params != nil {
		if params, err = json.Marshal(e.params); err != nil {
			return 0, err
		}
	}
	for range 3 {
		id = q.ids.Next()
		n, err := tx.Exec(ctx, `INSERT INTO job (id, kind, state, args, title, title_params, actor, uniq, hold, run_at, attempt, max_attempts, lost,
			code, error, done, total, note, node, claim, lease, cancel, created_at, started_at, ended_at)
			VALUES (?, ?, 'waiting', ?, ?, ?, ?, ?, ?, ?, 0, ?, 0, '', '', 0, 0, '', '', 0, 0, 0, ?, 0, 0)
			ON CONFLICT (uniq) WHERE state IN ('waiting', 'running') DO NOTHING`,
			id, kind, string(text), e.title, string(params), e.actor, e.uniq, e.hold, e.runAt.UnixMilli(), e.attempts, now.UnixMilli())
		if err != nil {
			return 0, err
		}
		if n == 1 {
			q.Wake()
			return id, nil
		}
		err = tx.QueryRow(ctx, `SELECT id FROM job WHERE uniq = ? AND state IN ('waiting', 'running')`, []any{e.uniq}, &id)
		if !errors.Is(err, sql.ErrNoRows) {
			return id, err
		}
		// The other job ended in between: try again.
	}
	return 0, errs.New(errs.Stale, "job_unique", errs.Params{"kind": kind})
}

// Cancel stops a job: one that waits is cancelled at once, the context of one
// that runs ends, on another node within a second. NotFound when there is none;
// Conflict with code job_ended when it is done or has failed already.
func (q *Queue) Cancel(ctx context.Context, id int64) (err error) {
	defer errs.Wrap(&err, "Queue.Cancel(%d)", id)
	var j Job
	var local bool
	err = q.d.Write(ctx, func(tx db.Tx) error {
		local = false
		n, err := tx.Exec(ctx, `UPDATE job SET state = 'cancelled', ended_at = ? WHERE id = ? AND state = 'waiting'`, q.now(), id)
		if err != nil || n == 1 {
			return err
		}
		n, err = tx.Exec(ctx, `UPDATE job SET cancel = 1 WHERE id = ? AND state = 'running'`, id)
		if err != nil || n == 1 {
			local = true
			return err
		}
		if err := getJob(ctx, tx, id, &j); err != nil || j.State == Cancelled {
			return err
		}
		return errs.New(errs.Conflict, "job_ended", errs.Params{"id": id, "state": string(j.State)})
	})
	if err == nil && local {
		q.interrupt(id, errCancelled)
	}
	return err
}

// Retry puts a failed or cancelled job back with all its attempts; it resumes
// from its last checkpoint. Conflict with code job_not_retryable when the job
// has not ended so, or when another with its key is active.
func (q *Queue) Retry(ctx context.Context, id int64) (err error) {
	defer errs.Wrap(&err, "Queue.Retry(%d)", id)
	err = q.d.Write(ctx, func(tx db.Tx) error { return q.RetryIn(ctx, tx, id) })
	if err == nil {
		q.Wake()
	}
	return err
}

// RetryIn is Retry inside the caller's transaction; Wake starts it soon after
// the commit.
func (q *Queue) RetryIn(ctx context.Context, tx db.Tx, id int64) error {
	n, err := tx.Exec(ctx, `UPDATE job SET state = 'waiting', run_at = ?, attempt = 0, lost = 0, cancel = 0, ended_at = 0, code = '', error = ''
		WHERE id = ? AND state IN ('failed', 'cancelled')
		AND NOT EXISTS (SELECT 1 FROM job AS o WHERE o.uniq = job.uniq AND o.state IN ('waiting', 'running'))`, q.now(), id)
	if err != nil || n == 1 {
		return err
	}
	var j Job
	if err := getJob(ctx, tx, id, &j); err != nil {
		return err
	}
	return errs.New(errs.Conflict, "job_not_retryable", errs.Params{"id": id, "state": string(j.State)})
}
