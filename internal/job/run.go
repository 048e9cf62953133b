package job

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"runtime/debug"
	"strings"
	"sync"

	"kedang/internal/db"
	"kedang/internal/errs"
)

// Run is one run of a job.
type Run struct {
	Job
	q      *Queue
	cancel context.CancelCauseFunc

	mu          sync.Mutex // guards what follows
	done, total int64
	note        string
	dirty       bool // progress not yet stored
	result      []byte
}

// Progress says how far the job is; total 0 is unknown, note is a code of
// package text. It costs nothing: the row is written at most once a second.
func (r *Run) Progress(done, total int64, note string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.done, r.total, r.note, r.dirty = done, total, note, true
}

// Checkpoint stores state in tx, so that it holds exactly when the work of the
// same transaction does. Call it last: on PostgreSQL it locks the job's row
// until the commit. When the job was cancelled or another node has taken it
// over, Checkpoint returns a Canceled error with code job_interrupted, and the
// transaction must not commit.
func (r *Run) Checkpoint(ctx context.Context, tx db.Tx, state any) (err error) {
	defer errs.Wrap(&err, "Run.Checkpoint(%d)", r.ID)
	text, err := json.Marshal(state)
	if err != nil {
		return err
	}
	r.mu.Lock()
	done, total, note := r.done, r.total, r.note
	r.mu.Unlock()
	n, err := tx.Exec(ctx, `UPDATE job SET checkpoint = ?, lost = 0, lease = ?, done = ?, total = ?, note = ?
		WHERE id = ? AND claim = ? AND state = 'running' AND cancel = 0`,
		string(text), r.q.now()+r.q.opts.Lease.Milliseconds(), done, total, note, r.ID, r.claim)
	if err == nil && n == 0 {
		return errs.New(errs.Canceled, "job_interrupted", errs.Params{"id": r.ID})
	}
	return err
}

// State reads the last checkpoint, as it was when this run began, into v; false
// and v untouched when there is none.
func (r *Run) State(v any) (bool, error) {
	if r.checkpoint == nil {
		return false, nil
	}
	return true, json.Unmarshal(r.checkpoint, v)
}

// Result is stored as JSON with the job when it ends well.
func (r *Run) Result(v any) error {
	b, err := json.Marshal(v)
	r.mu.Lock()
	defer r.mu.Unlock()
	r.result = b
	return err
}

// start runs a claimed job on a goroutine of its own.
func (q *Queue) start(ctx context.Context, j Job) {
	ctx, cancel := context.WithCancelCause(context.WithoutCancel(ctx))
	r := &Run{Job: j, q: q, cancel: cancel, done: j.Done, total: j.Total, note: j.Note}
	q.mu.Lock()
	if q.stopping { // since the claim: give it back
		q.mu.Unlock()
		cancel(errStopping)
		q.warn("give back", q.finish(errStopping, r, errStopping))
		return
	}
	h := q.handlers[j.Kind]
	h.busy++
	q.runs[j.ID] = r
	q.work.Add(1)
	q.mu.Unlock()
	go func() {
		defer q.work.Done()
		err := call(ctx, h.do, r)
		q.warn("finish", q.finish(context.Cause(ctx), r, err))
		cancel(nil)
		q.mu.Lock()
		h.busy--
		if q.runs[j.ID] == r {
			delete(q.runs, j.ID)
		}
		q.mu.Unlock()
		q.Wake()
	}()
}

func call(ctx context.Context, do Handler, r *Run) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = &errs.Error{Kind: errs.Internal, Code: "panic", Err: fmt.Errorf("%v\n%s", p, debug.Stack())}
		}
	}()
	return do(ctx, r)
}

// finish stores how the run ended. why is the reason its context ended, nil if
// it did not. A run that lost its lease has nothing to say any more.
func (q *Queue) finish(why error, r *Run, failed error) (err error) {
	state, runAt, attempt, code, text := Done, r.RunAt, r.Attempt, "", ""
	now := q.now()
	switch {
	case errors.Is(why, errLost):
		return nil
	case failed == nil:
	case errors.Is(why, errCancelled):
		state = Cancelled
	case errors.Is(why, errStopping):
		state, runAt, attempt = Waiting, now, attempt-1
	default:
		code, text = errs.As(failed).Code, failed.Error()
		if state = Waiting; permanent(failed) || attempt >= r.MaxAttempts || code == "disk_full" && attempt >= fullAttempts {
			state = Failed
		}
		runAt = now + q.opts.Backoff(attempt).Milliseconds()
	}
	ended := now
	if state == Waiting {
		ended = 0
	}
	r.mu.Lock()
	done, total, note, result := r.done, r.total, r.note, any(nil)
	if state == Done && r.result != nil {
		result = string(r.result)
	}
	r.mu.Unlock()
	ctx, cancel := context.WithTimeout(context.Background(), q.opts.Lease)
	defer cancel()
	return q.d.Write(ctx, func(tx db.Tx) error {
		_, err := tx.Exec(ctx, `UPDATE job SET state = ?, ended_at = ?, run_at = ?, attempt = ?, code = ?, error = ?,
			done = ?, total = ?, note = ?, result = ?, node = '', claim = 0 WHERE id = ? AND claim = ? AND state = 'running'`,
			string(state), ended, runAt, attempt, code, clip(text), done, total, note, result, r.ID, r.claim)
		if err == nil && state == Waiting { // cancelled on another node meanwhile: no further attempt
			_, err = tx.Exec(ctx, `UPDATE job SET state = 'cancelled', ended_at = ? WHERE id = ? AND state = 'waiting' AND cancel = 1`, now, r.ID)
		}
		return err
	})
}

// fullAttempts is how often a full disk is tried: somebody has to make room
// first, and is told at once.
const fullAttempts = 2

// permanent reports errors that the same input will meet again.
func permanent(err error) bool {
	switch errs.As(err).Kind {
	case errs.Invalid, errs.NotFound, errs.Forbidden, errs.Conflict, errs.TooLarge:
		return true
	}
	return false
}

// clip keeps an error's story to what an operator reads and a text column takes.
func clip(s string) string {
	return strings.ReplaceAll(strings.ToValidUTF8(s[:min(len(s), 8000)], ""), "\x00", "")
}
