package job_test

import (
	"context"
	"sync/atomic"
	"testing"
	"time"

	"kedang/internal/errs"
	"kedang/internal/job"
)

func TestSpec(t *testing.T) {
	zone := time.FixedZone("CST", 8*3600)
	for _, c := range []struct{ spec, after, want string }{
		{"10m", "2026-01-31 08:03:20", "2026-01-31 08:10:00"},
		{"10m", "2026-01-31 08:10:00", "2026-01-31 08:20:00"},
		{"@hourly", "2026-01-31 08:03:20", "2026-01-31 09:00:00"},
		{"@daily", "2026-12-31 23:59:59", "2027-01-01 00:00:00"},
		{"30 3 * * *", "2026-01-31 03:29:59", "2026-01-31 03:30:00"},
		{"30 3 * * *", "2026-01-31 03:30:00", "2026-02-01 03:30:00"},
		{"*/15 8-18 * * 1-5", "2026-01-30 18:46:00", "2026-02-02 08:00:00"},
		{"0 9 1 * *", "2026-01-31 08:00:00", "2026-02-01 09:00:00"},
		{"0 9 31 * *", "2026-01-31 09:00:00", "2026-03-31 09:00:00"},
		{"0 0 29 2 *", "2026-01-31 09:00:00", "2028-02-29 00:00:00"},
		{"0 9 13 * 5", "2026-02-01 00:00:00", "2026-02-06 09:00:00"}, // the 13th or a Friday
		{"0 9 * * 7", "2026-01-31 08:00:00", "2026-02-01 09:00:00"},  // Sunday
		{"5,10 1,2 * * *", "2026-01-31 01:10:00", "2026-01-31 02:05:00"},
	} {
		next, err := job.ParseSpec(c.spec, zone)
		if err != nil {
			t.Errorf("%s: %v", c.spec, err)
			continue
		}
		after, err := time.ParseInLocation(time.DateTime, c.after, zone)
		if err != nil {
			t.Fatal(err)
		}
		if got := next(after).In(zone).Format(time.DateTime); got != c.want {
			t.Errorf("%s after %s = %s, want %s", c.spec, c.after, got, c.want)
		}
	}
	for _, bad := range []string{"", "x", "* * * *", "60 * * * *", "* * 0 * *", "5-3 * * * *", "*/0 * * * *", "0 0 30 2 *", "-5m", "0"} {
		if _, err := job.ParseSpec(bad, zone); !errs.Is(err, errs.Invalid) {
			t.Errorf("%q: %v", bad, err)
		}
	}
}

// Where summer time begins at midnight there is a day without one.
func TestSpecAcrossSummerTime(t *testing.T) {
	zone, err := time.LoadLocation("America/Sao_Paulo")
	if err != nil {
		t.Skip(err)
	}
	next, err := job.ParseSpec("30 0 * * *", zone)
	if err != nil {
		t.Fatal(err)
	}
	after := time.Date(2018, 11, 3, 12, 0, 0, 0, zone) // 4 November 2018 begins at 01:00
	if got := next(after).Format(time.DateTime); got != "2018-11-05 00:30:00" {
		t.Errorf("next = %s", got)
	}
}

// Two nodes with the same schedule: one job at a time, again and again.
func TestEvery(t *testing.T) {
	each(t, func(f *fixture) {
		var runs, now, together atomic.Int64
		register := func(q *job.Queue) {
			q.Handle("tick", func(context.Context, *job.Run) error {
				if now.Add(1) > 1 {
					together.Add(1)
				}
				time.Sleep(15 * time.Millisecond)
				now.Add(-1)
				runs.Add(1)
				return nil
			})
			f.check(q.Every("tick", "10ms", nil))
		}
		f.queue(job.Options{Poll: 5 * time.Millisecond}, register)
		if f.postgres() {
			f.queue(job.Options{Poll: 5 * time.Millisecond}, register)
		}
		f.until(func() bool { return runs.Load() >= 4 }, func() string { return "the schedule does not go on" })
		if together.Load() > 0 {
			f.Error("two at once")
		}
	})
}

// A time missed while no node ran is made up for by one job.
func TestEveryMissed(t *testing.T) {
	each(t, func(f *fixture) {
		var runs atomic.Int64
		register := func(q *job.Queue) {
			q.Handle("nightly", func(context.Context, *job.Run) error { runs.Add(1); return nil })
			f.check(q.Every("nightly", "2400h", nil))
		}
		f.stop(f.queue(job.Options{}, register))
		if runs.Load() != 0 {
			f.Fatal("ran before its time")
		}
		f.exec(`UPDATE job_schedule SET next_at = 1 WHERE name = 'nightly'`)
		f.queue(job.Options{}, register)
		f.until(func() bool { return runs.Load() == 1 }, func() string { return "not made up for" })
		time.Sleep(60 * time.Millisecond)
		if runs.Load() != 1 {
			f.Errorf("%d runs", runs.Load())
		}
	})
}

func TestPrune(t *testing.T) {
	each(t, func(f *fixture) {
		old, fresh, waiting := f.enqueue("x", nil), f.enqueue("x", nil), f.enqueue("x", nil)
		f.exec(`UPDATE job SET state = 'done', ended_at = ? WHERE id = ?`, time.Now().Add(-31*24*time.Hour).UnixMilli(), old)
		f.exec(`UPDATE job SET state = 'done', ended_at = ? WHERE id = ?`, time.Now().UnixMilli(), fresh)
		f.queue(job.Options{}, func(*job.Queue) {})
		f.reaches(f.enqueue("job.prune", nil), job.Done)
		if _, err := f.look.Get(f.ctx, old); !errs.Is(err, errs.NotFound) {
			f.Errorf("an old job is still there: %v", err)
		}
		f.get(fresh)
		f.get(waiting)
	})
}
