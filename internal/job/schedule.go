package job

import (
	"context"
	"encoding/json"
	"strconv"
	"strings"
	"time"

	"kedang/internal/db"
	"kedang/internal/errs"
)

// schedule enqueues a job again and again.
type schedule struct {
	kind string
	spec string
	args json.RawMessage
	opts []Opt
	next func(after time.Time) time.Time
	due  time.Time // guarded by the queue's mutex; the row in job_schedule decides
}

// Every enqueues a job of the kind by the clock: spec is a duration ("10m",
// at round multiples of it), "@hourly", "@daily", or the five fields
// of cron "minute hour day month weekday" in the queue's zone. One job of the
// kind is active at a time, over all nodes; times missed while no node ran are
// made up for by one job. Call it before Start, once for a kind.
func (q *Queue) Every(kind, spec string, args any, opts ...Opt) (err error) {
	defer errs.Wrap(&err, "Queue.Every(%s, %s)", kind, spec)
	next, err := parseSpec(spec, q.opts.Zone)
	if err != nil {
		return err
	}
	text, err := json.Marshal(args)
	if err != nil {
		return err
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	q.schedules = append(q.schedules, &schedule{kind: kind, spec: spec, args: text, opts: opts, next: next})
	return nil
}

// storeSchedules makes the rows agree with what this version declares.
func (q *Queue) storeSchedules(ctx context.Context) error {
	q.mu.Lock()
	list := q.schedules
	q.mu.Unlock()
	return q.d.Write(ctx, func(tx db.Tx) error {
		for _, s := range list {
			_, err := tx.Exec(ctx, `INSERT INTO job_schedule (name, spec, next_at) VALUES (?, ?, ?)
				ON CONFLICT (name) DO UPDATE SET spec = excluded.spec, next_at = excluded.next_at WHERE job_schedule.spec <> excluded.spec`,
				s.kind, s.spec, s.next(q.opts.Now()).UnixMilli())
			if err != nil {
				return err
			}
		}
		return nil
	})
}

// enqueueDue enqueues what is due. Of several nodes, the one that moves the
// row's time does it.
func (q *Queue) enqueueDue(ctx context.Context) error {
	now := q.opts.Now()
	q.mu.Lock()
	var due []*schedule
	for _, s := range q.schedules {
		if !now.Before(s.due) {
			due = append(due, s)
		}
	}
	q.mu.Unlock()
	for _, s := range due {
		var at time.Time
		err := q.d.Write(ctx, func(tx db.Tx) (err error) {
			at, err = q.enqueueOne(ctx, tx, s, now)
			return err
		})
		if err != nil {
			return err
		}
		q.mu.Lock()
		s.due = at
		q.mu.Unlock()
	}
	return nil
}

// enqueueOne returns when to look at the schedule again.
func (q *Queue) enqueueOne(ctx context.Context, tx db.Tx, s *schedule, now time.Time) (time.Time, error) {
	var at int64
	if err := tx.QueryRow(ctx, `SELECT next_at FROM job_schedule WHERE name = ?`, []any{s.kind}, &at); err != nil {
		return time.Time{}, err
	}
	if stored := time.UnixMilli(at); stored.After(now) {
		return stored, nil
	}
	next := s.next(now)
	n, err := tx.Exec(ctx, `UPDATE job_schedule SET next_at = ? WHERE name = ? AND next_at = ?`, next.UnixMilli(), s.kind, at)
	if err != nil || n == 0 {
		return next, err
	}
	opts := append([]Opt{Unique("every:" + s.kind)}, s.opts...)
	_, err = q.Enqueue(ctx, tx, s.kind, s.args, opts...)
	return next, err
}

// parseSpec returns the function that finds the next time after one.
func parseSpec(spec string, zone *time.Location) (func(time.Time) time.Time, error) {
	switch spec {
	case "@hourly":
		spec = "0 * * * *"
	case "@daily":
		spec = "0 0 * * *"
	}
	if every, err := time.ParseDuration(spec); err == nil && every >= time.Millisecond {
		return func(t time.Time) time.Time { return t.Truncate(every).Add(every) }, nil
	}
	c := cron{zone: zone}
	fields := strings.Fields(spec)
	if len(fields) != 5 {
		return nil, errs.New(errs.Invalid, "bad_schedule", errs.Params{"spec": spec})
	}
	for i, f := range fields {
		set, ok := parseField(f, cronRange[i][0], cronRange[i][1])
		if !ok {
			return nil, errs.New(errs.Invalid, "bad_schedule", errs.Params{"spec": spec, "field": f})
		}
		c.sets[i] = set
	}
	if c.sets[4]&(1<<7) != 0 { // Sunday is 0 and 7
		c.sets[4] |= 1
	}
	c.anyDay, c.anyWeekday = fields[2] == "*", fields[4] == "*"
	if c.next(time.Unix(0, 0)).IsZero() {
		return nil, errs.New(errs.Invalid, "bad_schedule", errs.Params{"spec": spec})
	}
	return c.next, nil
}

var cronRange = [5][2]int{{0, 59}, {0, 23}, {1, 31}, {1, 12}, {0, 7}}

// cron is minute, hour, day, month and weekday as sets of bits.
type cron struct {
	sets               [5]uint64
	anyDay, anyWeekday bool
	zone               *time.Location
}

// parseField reads "*", "5", "1-5", "*/10", "8-18/2" and lists of them.
func parseField(s string, low, high int) (set uint64, ok bool) {
	for part := range strings.SplitSeq(s, ",") {
		span, stepText, stepped := strings.Cut(part, "/")
		step, from, to := 1, low, high
		if stepped {
			n, err := strconv.Atoi(stepText)
			if err != nil || n < 1 {
				return 0, false
			}
			step = n
		}
		if span != "*" {
			first, last, ranged := strings.Cut(span, "-")
			n, err := strconv.Atoi(first)
			if err != nil {
				return 0, false
			}
			from, to = n, n
			if ranged {
				if to, err = strconv.Atoi(last); err != nil {
					return 0, false
				}
			} else if stepped {
				to = high
			}
		}
		if from < low || to > high || from > to {
			return 0, false
		}
		for n := from; n <= to; n += step {
			set |= 1 << n
		}
	}
	return set, true
}

// next returns the first full minute after t that fits, zero when none does in
// five years (30 February). As in cron(8), a day fits when either the day or
// the weekday does if both are restricted.
func (c *cron) next(t time.Time) time.Time {
	t = t.In(c.zone).Truncate(time.Minute).Add(time.Minute)
	end := t.AddDate(5, 0, 0)
	for t.Before(end) {
		y, m, d := t.Date()
		switch {
		case !c.has(3, int(m)):
			t = later(t, time.Date(y, m+1, 1, 0, 0, 0, 0, c.zone))
		case !c.fitsDay(t):
			t = later(t, time.Date(y, m, d+1, 0, 0, 0, 0, c.zone))
		case !c.has(1, t.Hour()):
			t = t.Add(time.Hour - time.Duration(t.Minute())*time.Minute)
		case !c.has(0, t.Minute()):
			t = t.Add(time.Minute)
		default:
			return t
		}
	}
	return time.Time{}
}

// later returns next, unless summer time begins at midnight and the midnight
// that does not exist was given as an hour before itself.
func later(t, next time.Time) time.Time {
	if next.After(t) {
		return next
	}
	return t.Add(time.Hour)
}

func (c *cron) has(field, n int) bool { return c.sets[field]&(1<<n) != 0 }

func (c *cron) fitsDay(t time.Time) bool {
	day, weekday := c.has(2, t.Day()), c.has(4, int(t.Weekday()))
	if c.anyDay || c.anyWeekday {
		return day && weekday
	}
	return day || weekday
}
