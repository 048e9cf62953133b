package job_test

import (
	"context"
	"testing"
	"time"

	"kedang/internal/db"
	"kedang/internal/errs"
	"kedang/internal/job"
)

type position struct{ N int64 }

// count writes the numbers up to total, one transaction each with its
// checkpoint; before each it calls pause.
func (f *fixture) count(total int64, pause func(ctx context.Context, n int64)) job.Handler {
	return func(ctx context.Context, run *job.Run) error {
		var at position
		if _, err := run.State(&at); err != nil {
			return err
		}
		for at.N < total {
			pause(ctx, at.N)
			at.N++
			// Not the run's context: a process that hangs does not hear it.
			err := f.d.Write(f.ctx, func(tx db.Tx) error {
				if _, err := tx.Exec(f.ctx, `INSERT INTO numbers VALUES (?)`, at.N); err != nil {
					return err
				}
				return run.Checkpoint(f.ctx, tx, at)
			})
			if err != nil {
				return err
			}
			if err := ctx.Err(); err != nil {
				return err
			}
		}
		return nil
	}
}

func (f *fixture) numbers() (n int64) {
	f.check(f.d.Read(f.ctx, func(tx db.Tx) error {
		return tx.QueryRow(f.ctx, `SELECT count(*) FROM numbers`, nil, &n)
	}))
	return n
}

// A node hangs in the middle of a job and its lease ends: another goes on from
// the checkpoint, and what the first does when it wakes is rolled back.
func TestResumeAfterCrash(t *testing.T) {
	each(t, func(f *fixture) {
		f.exec(`CREATE TABLE numbers (n bigint PRIMARY KEY)`)
		hangs, wake, woken := make(chan struct{}), make(chan struct{}), make(chan error, 1)
		id := f.enqueue("count", nil)
		f.queue(job.Options{Workers: 1, Poll: time.Hour, Lease: 3 * time.Hour}, func(q *job.Queue) {
			do := f.count(10, func(_ context.Context, n int64) {
				if n == 4 {
					close(hangs)
					<-wake
				}
			})
			q.Handle("count", func(ctx context.Context, run *job.Run) error {
				err := do(ctx, run)
				woken <- err
				return err
			})
		})
		<-hangs
		f.exec(`UPDATE job SET lease = 1 WHERE id = ?`, id)
		f.queue(job.Options{}, func(q *job.Queue) {
			q.Handle("count", f.count(10, func(_ context.Context, n int64) {
				if n < 4 {
					f.Errorf("begins again at %d", n)
				}
			}))
		})
		j := f.reaches(id, job.Done)
		if f.numbers() != 10 || j.Attempt != 1 {
			f.Errorf("%d numbers, attempt %d", f.numbers(), j.Attempt)
		}
		f.exec(`DELETE FROM numbers WHERE n = 5`) // so that only the fence stops the first
		close(wake)
		if err := <-woken; !errs.Is(err, errs.Canceled) || errs.As(err).Code != "job_interrupted" {
			f.Errorf("the node that woke: %v", err)
		}
		if f.numbers() != 9 {
			f.Error("the node that woke committed its chunk")
		}
		if j := f.get(id); j.State != job.Done {
			f.Errorf("the node that woke made the job %s", j.State)
		}
	})
}

func TestStopGivesBack(t *testing.T) {
	each(t, func(f *fixture) {
		f.exec(`CREATE TABLE numbers (n bigint PRIMARY KEY)`)
		id := f.enqueue("count", nil, job.MaxAttempts(1))
		reached := make(chan struct{}, 1)
		q := f.queue(job.Options{Grace: time.Millisecond}, func(q *job.Queue) {
			q.Handle("count", f.count(10, func(ctx context.Context, n int64) {
				if n == 3 {
					reached <- struct{}{}
					<-ctx.Done()
				}
			}))
		})
		<-reached
		f.stop(q)
		if j := f.get(id); j.State != job.Waiting || j.Attempt != 0 {
			f.Fatalf("after stop: %s, attempt %d, %s", j.State, j.Attempt, j.Error)
		}
		f.queue(job.Options{}, func(q *job.Queue) {
			q.Handle("count", f.count(10, func(context.Context, int64) {}))
		})
		f.reaches(id, job.Done)
		if f.numbers() != 10 {
			f.Errorf("%d numbers", f.numbers())
		}
	})
}

// Short jobs finish in the grace time of a stop.
func TestStopLetsFinish(t *testing.T) {
	each(t, func(f *fixture) {
		started := make(chan struct{})
		q := f.queue(job.Options{Grace: 10 * time.Second}, func(q *job.Queue) {
			q.Handle("x", func(ctx context.Context, _ *job.Run) error {
				close(started)
				select {
				case <-ctx.Done():
					return ctx.Err()
				case <-time.After(50 * time.Millisecond):
					return nil
				}
			})
		})
		id := f.enqueue("x", nil)
		<-started
		f.stop(q)
		if j := f.get(id); j.State != job.Done {
			f.Errorf("after stop: %s", j.State)
		}
	})
}

// A job that takes the process down each time must not do so for ever.
func TestLostTooOften(t *testing.T) {
	each(t, func(f *fixture) {
		id := f.enqueue("x", nil, job.RunAt(time.Now().Add(time.Hour)))
		for crash := 1; crash <= 5; crash++ {
			if j := f.get(id); j.State != job.Waiting {
				f.Fatalf("before crash %d: %s", crash, j.State)
			}
			f.exec(`UPDATE job SET state = 'running', attempt = attempt + 1, node = 'gone', lease = 1 WHERE id = ?`, id)
			f.stop(f.queue(job.Options{}, func(*job.Queue) {}))
		}
		if j := f.get(id); j.State != job.Failed || j.Code != "job_lost" || j.EndedAt == 0 {
			f.Errorf("after five crashes: %+v", j)
		}
	})
}

func TestLeaseIsKept(t *testing.T) {
	each(t, func(f *fixture) {
		release := make(chan struct{})
		starts := make(chan struct{}, 10)
		register := func(q *job.Queue) {
			q.Handle("x", func(context.Context, *job.Run) error {
				starts <- struct{}{}
				<-release
				return nil
			})
		}
		f.queue(job.Options{Lease: 200 * time.Millisecond}, register)
		id := f.enqueue("x", nil)
		<-starts
		other := job.New(f.d, f.ids, job.Options{Poll: 10 * time.Millisecond, Lease: 200 * time.Millisecond})
		register(other)
		if !f.postgres() {
			f.Log("on SQLite a second queue is a new process: nothing to test against")
			close(release)
			return
		}
		f.check(other.Start(f.ctx))
		time.Sleep(600 * time.Millisecond)
		if len(starts) != 0 {
			f.Error("taken over from a node that lives")
		}
		close(release)
		f.reaches(id, job.Done)
		f.stop(other)
	})
}

func (f *fixture) postgres() bool { return f.d.Dialect() == db.Postgres }

func TestCancel(t *testing.T) {
	each(t, func(f *fixture) {
		starts := make(chan int64, 10)
		q := f.queue(job.Options{}, func(q *job.Queue) {
			q.Handle("x", func(ctx context.Context, run *job.Run) error {
				starts <- run.ID
				<-ctx.Done()
				return ctx.Err()
			})
			q.Handle("short", func(context.Context, *job.Run) error { return nil })
		})
		waiting := f.enqueue("x", nil, job.RunAt(time.Now().Add(time.Hour)))
		f.check(q.Cancel(f.ctx, waiting))
		f.reaches(waiting, job.Cancelled)
		f.check(q.Cancel(f.ctx, waiting)) // again is no error

		here := f.enqueue("x", nil)
		<-starts
		f.check(q.Cancel(f.ctx, here))
		f.reaches(here, job.Cancelled)

		there := f.enqueue("x", nil)
		<-starts
		f.check(f.look.Cancel(f.ctx, there)) // from another node
		if j := f.reaches(there, job.Cancelled); j.EndedAt == 0 {
			f.Error("cancelled and not ended")
		}

		done := f.enqueue("short", nil)
		f.reaches(done, job.Done)
		if err := q.Cancel(f.ctx, done); !errs.Is(err, errs.Conflict) || errs.As(err).Code != "job_ended" {
			f.Errorf("cancel of a done job: %v", err)
		}
		if err := q.Cancel(f.ctx, 12345); !errs.Is(err, errs.NotFound) {
			f.Errorf("cancel of none: %v", err)
		}
	})
}

// Progress is stored while the job runs, for those who watch it.
func TestProgress(t *testing.T) {
	each(t, func(f *fixture) {
		release := make(chan struct{})
		f.queue(job.Options{}, func(q *job.Queue) {
			q.Handle("x", func(_ context.Context, run *job.Run) error {
				run.Progress(3, 9, "reading")
				<-release
				return nil
			})
		})
		id := f.enqueue("x", nil)
		f.until(func() bool {
			j := f.get(id)
			return j.State == job.Running && j.Done == 3 && j.Total == 9 && j.Note == "reading"
		},
			func() string { return "no progress was stored" })
		close(release)
		f.reaches(id, job.Done)
	})
}
