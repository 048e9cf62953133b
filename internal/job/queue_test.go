package job_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"kedang/internal/db"
	"kedang/internal/db/dbtest"
	"kedang/internal/errs"
	"kedang/internal/job"
)

// fixture is a database with a queue's tables, and ways to look at jobs.
type fixture struct {
	*testing.T
	ctx  context.Context
	d    *db.DB
	ids  *db.IDs
	look *job.Queue // never started
}

func each(t *testing.T, do func(f *fixture)) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		f := &fixture{T: t, ctx: context.Background(), d: d, ids: db.NewIDs(1, time.Now)}
		f.look = job.New(d, f.ids, job.Options{})
		f.check(f.look.Open(f.ctx))
		do(f)
	})
}

func (f *fixture) check(err error) {
	f.Helper()
	if err != nil {
		f.Fatal(err)
	}
}

// queue is a node of its own; kinds are registered before it starts.
func (f *fixture) queue(o job.Options, register func(q *job.Queue)) *job.Queue {
	f.Helper()
	if o.Poll == 0 {
		o.Poll = 20 * time.Millisecond
	}
	q := job.New(f.d, f.ids, o)
	register(q)
	f.check(q.Start(f.ctx))
	f.Cleanup(func() { f.stop(q) })
	return q
}

func (f *fixture) stop(q *job.Queue) {
	ctx, cancel := context.WithTimeout(f.ctx, 10*time.Second)
	defer cancel()
	if err := q.Stop(ctx); err != nil {
		f.Error(err)
	}
}

func (f *fixture) exec(query string, args ...any) {
	f.Helper()
	f.check(f.d.Write(f.ctx, func(tx db.Tx) error { _, err := tx.Exec(f.ctx, query, args...); return err }))
}

func (f *fixture) enqueue(kind string, args any, opts ...job.Opt) (id int64) {
	f.Helper()
	f.check(f.d.Write(f.ctx, func(tx db.Tx) (err error) {
		id, err = f.look.Enqueue(f.ctx, tx, kind, args, opts...)
		return err
	}))
	return id
}

func (f *fixture) get(id int64) job.Job {
	f.Helper()
	j, err := f.look.Get(f.ctx, id)
	f.check(err)
	return j
}

// reaches waits for the job's state.
func (f *fixture) reaches(id int64, want job.State) job.Job {
	f.Helper()
	var j job.Job
	f.until(func() bool { j = f.get(id); return j.State == want }, func() string {
		return fmt.Sprintf("job is %s (%s %s), want %s", j.State, j.Code, j.Error, want)
	})
	return j
}

func (f *fixture) until(ok func() bool, otherwise func() string) {
	f.Helper()
	for end := time.Now().Add(10 * time.Second); !ok(); time.Sleep(3 * time.Millisecond) {
		if time.Now().After(end) {
			f.Fatal(otherwise())
		}
	}
}

func TestRunsToItsEnd(t *testing.T) {
	each(t, func(f *fixture) {
		q := f.queue(job.Options{Poll: 10 * time.Second}, func(q *job.Queue) {
			q.Handle("add", func(ctx context.Context, run *job.Run) error {
				var in struct{ A, B int }
				if err := run.Decode(&in); err != nil {
					return err
				}
				run.Progress(2, 2, "adding")
				return run.Result(in.A + in.B)
			})
		})
		started := time.Now()
		var id int64
		f.check(f.d.Write(f.ctx, func(tx db.Tx) (err error) {
			id, err = q.Enqueue(f.ctx, tx, "add", map[string]int{"A": 2, "B": 3}, job.Actor(7), job.Title("adding", map[string]any{"n": 2}))
			return err
		}))
		j := f.reaches(id, job.Done)
		if took := time.Since(started); took > time.Second {
			f.Errorf("took %v: the queue was not woken", took)
		}
		got := fmt.Sprintln(string(j.Result), j.Done, j.Total, j.Note, j.Actor, j.Title, string(j.TitleParams), j.Attempt, j.EndedAt >= j.StartedAt)
		if want := fmt.Sprintln("5", 2, 2, "adding", 7, "adding", `{"n":2}`, 1, true); got != want {
			f.Errorf("got %swant %s", got, want)
		}
	})
}

func TestExistsOnlyWithItsTransaction(t *testing.T) {
	each(t, func(f *fixture) {
		var id int64
		back := errors.New("no")
		err := f.d.Write(f.ctx, func(tx db.Tx) (err error) {
			id, err = f.look.Enqueue(f.ctx, tx, "x", nil)
			f.check(err)
			return back
		})
		if !errors.Is(err, back) {
			f.Fatal(err)
		}
		if _, err := f.look.Get(f.ctx, id); !errs.Is(err, errs.NotFound) {
			f.Errorf("the job of a rolled back transaction: %v", err)
		}
	})
}

func TestErrors(t *testing.T) {
	for _, c := range []struct {
		name     string
		do       func(run *job.Run) error
		state    job.State
		attempts int64
		code     string
	}{
		{"mended by a retry", func(run *job.Run) error {
			if run.Attempt < 3 {
				return errors.New("not yet")
			}
			return nil
		}, job.Done, 3, ""},
		{"out of attempts", func(*job.Run) error { return errs.New(errs.Unavailable, "mail_down", nil) }, job.Failed, 4, "mail_down"},
		{"no retry can mend it", func(*job.Run) error { return errs.New(errs.Invalid, "bad_file", nil) }, job.Failed, 1, "bad_file"},
		{"a full disk is told soon", func(*job.Run) error { return fmt.Errorf("put: %w", syscall.ENOSPC) }, job.Failed, 2, "disk_full"},
		{"panic", func(*job.Run) error { panic("boom") }, job.Failed, 4, "panic"},
		{"text no column takes", func(*job.Run) error { return errors.New("a\x00b\xff") }, job.Failed, 4, "internal"},
	} {
		t.Run(c.name, func(t *testing.T) {
			each(t, func(f *fixture) {
				f.queue(job.Options{Backoff: func(int64) time.Duration { return time.Millisecond }}, func(q *job.Queue) {
					q.Handle("x", func(_ context.Context, run *job.Run) error { return c.do(run) })
				})
				id := f.enqueue("x", nil, job.MaxAttempts(4))
				j := f.reaches(id, c.state)
				if j.Attempt != c.attempts || j.Code != c.code || (c.code != "") != (j.Error != "") {
					f.Errorf("attempt %d, code %q, error %q", j.Attempt, j.Code, j.Error)
				}
			})
		})
	}
}

func TestRetryByHand(t *testing.T) {
	each(t, func(f *fixture) {
		var broken atomic.Bool
		broken.Store(true)
		f.queue(job.Options{}, func(q *job.Queue) {
			q.Handle("x", func(context.Context, *job.Run) error {
				if broken.Load() {
					return errs.New(errs.Invalid, "broken", nil)
				}
				return nil
			})
		})
		id := f.enqueue("x", nil, job.Unique("one"))
		f.reaches(id, job.Failed)
		broken.Store(false)
		f.check(f.look.Retry(f.ctx, id))
		f.reaches(id, job.Done)
		if err := f.look.Retry(f.ctx, id); !errs.Is(err, errs.Conflict) {
			f.Errorf("retry of a done job: %v", err)
		}
	})
}

func TestUnique(t *testing.T) {
	each(t, func(f *fixture) {
		first := f.enqueue("x", nil, job.Unique("k"))
		if again := f.enqueue("x", nil, job.Unique("k")); again != first {
			f.Error("a second job with the key of one that waits")
		}
		soft := f.enqueue("x", nil, job.UniqueWaiting("w"))
		if again := f.enqueue("x", nil, job.UniqueWaiting("w")); again != soft {
			f.Error("a second waiting job with the key")
		}
		release := make(chan struct{})
		f.queue(job.Options{Workers: 2}, func(q *job.Queue) {
			q.Handle("x", func(context.Context, *job.Run) error { <-release; return nil })
		})
		f.reaches(first, job.Running)
		f.reaches(soft, job.Running)
		if again := f.enqueue("x", nil, job.Unique("k")); again != first {
			f.Error("a second job with the key of one that runs")
		}
		next := f.enqueue("x", nil, job.UniqueWaiting("w"))
		if next == soft {
			f.Error("no second job though the first runs already")
		}
		close(release)
		f.reaches(next, job.Done)
		f.reaches(first, job.Done)
		if again := f.enqueue("x", nil, job.Unique("k")); again == first {
			f.Error("the key is still taken after the end")
		}
	})
}

func TestRunAt(t *testing.T) {
	each(t, func(f *fixture) {
		f.queue(job.Options{}, func(q *job.Queue) {
			q.Handle("x", func(context.Context, *job.Run) error { return nil })
		})
		at := time.Now().Add(150 * time.Millisecond)
		later, now := f.enqueue("x", nil, job.RunAt(at)), f.enqueue("x", nil)
		f.reaches(now, job.Done)
		if j := f.reaches(later, job.Done); j.StartedAt < at.UnixMilli() {
			f.Errorf("started %d ms too early", at.UnixMilli()-j.StartedAt)
		}
	})
}

func TestLimits(t *testing.T) {
	each(t, func(f *fixture) {
		var mu sync.Mutex
		now, most := map[string]int{}, map[string]int{}
		count := func(kind string, d int) {
			mu.Lock()
			defer mu.Unlock()
			for _, k := range []string{kind, "all"} {
				now[k] += d
				most[k] = max(most[k], now[k])
			}
		}
		do := func(_ context.Context, run *job.Run) error {
			count(run.Kind, 1)
			defer count(run.Kind, -1)
			time.Sleep(10 * time.Millisecond)
			return nil
		}
		var all []int64
		for range 4 {
			all = append(all, f.enqueue("long", nil), f.enqueue("short", nil), f.enqueue("short", nil))
		}
		f.queue(job.Options{Workers: 3}, func(q *job.Queue) {
			q.Handle("long", do, job.Limit(1))
			q.Handle("short", do)
		})
		for _, id := range all {
			f.reaches(id, job.Done)
		}
		if most["long"] != 1 || most["all"] > 3 || most["short"] < 2 {
			f.Errorf("at once: %v", most)
		}
	})
}

func TestTwoNodesRunEachJobOnce(t *testing.T) {
	each(t, func(f *fixture) {
		f.exec(`CREATE TABLE seen (job bigint PRIMARY KEY)`)
		node := func(q *job.Queue) {
			q.Handle("x", func(ctx context.Context, run *job.Run) error {
				return f.d.Write(ctx, func(tx db.Tx) error {
					_, err := tx.Exec(ctx, `INSERT INTO seen VALUES (?)`, run.ID)
					return err
				})
			})
		}
		f.queue(job.Options{}, node)
		f.queue(job.Options{}, node)
		var all []int64
		for range 40 {
			all = append(all, f.enqueue("x", nil, job.MaxAttempts(1)))
		}
		for _, id := range all {
			f.reaches(id, job.Done) // a second run of one would fail on the key
		}
		counts, err := f.look.Counts(f.ctx)
		f.check(err)
		if counts[job.Done] != 40 || counts[job.Failed] != 0 {
			f.Errorf("counts %v", counts)
		}
	})
}

func TestList(t *testing.T) {
	each(t, func(f *fixture) {
		a, b, c := f.enqueue("x", nil, job.Actor(1)), f.enqueue("y", nil, job.Actor(2)), f.enqueue("x", nil, job.Actor(1))
		f.check(f.look.Cancel(f.ctx, c))
		for _, k := range []struct {
			filter job.Filter
			before int64
			want   []int64
		}{
			{job.Filter{}, 0, []int64{c, b, a}},
			{job.Filter{}, b, []int64{a}},
			{job.Filter{Actor: 1}, 0, []int64{c, a}},
			{job.Filter{Kind: "y"}, 0, []int64{b}},
			{job.Filter{States: []job.State{job.Waiting, job.Running}}, 0, []int64{b, a}},
		} {
			list, err := f.look.List(f.ctx, k.filter, k.before, 10)
			f.check(err)
			var got []int64
			for _, j := range list {
				got = append(got, j.ID)
			}
			if diff := cmp.Diff(k.want, got); diff != "" {
				f.Errorf("%+v: %s", k.filter, diff)
			}
		}
	})
}
