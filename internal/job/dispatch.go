package job

import (
	"context"
	"strings"
	"time"

	"kedang/internal/db"
)

const (
	maxLost   = 5                    // crashes without a checkpoint between them that end a job
	soon      = 2 * time.Millisecond // the first pause after a wake-up; each later one is four times longer
	batchSize = 16                   // jobs taken in one transaction at most
)

// dispatch takes jobs while there are some and workers for them, and sleeps
// otherwise.
func (q *Queue) dispatch(ctx context.Context) {
	defer q.loops.Done()
	pause := q.opts.Poll
	timer := time.NewTimer(0)
	defer timer.Stop()
	var checked time.Time // when leases of others were last looked at
	for {
		select {
		case <-ctx.Done():
			q.interruptAll(errStopping)
			return
		case <-q.wake:
			pause = soon
		case <-timer.C:
			pause = min(pause*4, q.opts.Poll)
		}
		if ctx.Err() != nil {
			continue
		}
		if now := time.Now(); now.Sub(checked) >= q.opts.Lease/3 {
			checked = now
			q.warn("take over", q.takeOver(ctx))
		}
		q.warn("schedule", q.enqueueDue(ctx))
		taken, err := q.take(ctx)
		if err != nil && ctx.Err() == nil {
			q.warn("take", err)
			pause = q.opts.Poll
		}
		if taken > 0 {
			q.Wake() // there may be more
		}
		timer.Reset(pause)
	}
}

// take claims jobs that are due and starts them.
func (q *Queue) take(ctx context.Context) (n int, err error) {
	kinds, free := q.capacity()
	if free == 0 || len(kinds) == 0 {
		return 0, nil
	}
	var due []int64
	err = q.d.Read(ctx, func(tx db.Tx) error {
		due, err = dueJobs(ctx, tx, kinds, q.now(), min(free, batchSize))
		return err
	})
	if err != nil || len(due) == 0 {
		return 0, err
	}
	var claimed []Job
	err = q.d.Write(ctx, func(tx db.Tx) error {
		claimed = claimed[:0]
		for _, id := range due {
			if err := q.claim(ctx, tx, id, &claimed); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return 0, err
	}
	for _, j := range claimed {
		q.start(ctx, j)
	}
	return len(claimed), nil
}

// claim makes the job this node's, unless another was quicker.
func (q *Queue) claim(ctx context.Context, tx db.Tx, id int64, claimed *[]Job) error {
	now := q.now()
	n, err := tx.Exec(ctx, `UPDATE job SET state = 'running', attempt = attempt + 1, node = ?, claim = ?, lease = ?, cancel = 0, started_at = ?,
		uniq = CASE WHEN hold = 1 THEN uniq ELSE NULL END WHERE id = ? AND state = 'waiting'`,
		q.node, q.ids.Next(), now+q.opts.Lease.Milliseconds(), now, id)
	if err != nil || n == 0 {
		return err
	}
	var j Job
	if err := getJob(ctx, tx, id, &j); err != nil {
		return err
	}
	*claimed = append(*claimed, j)
	return nil
}

// capacity returns the kinds that may start now and how many workers are free.
func (q *Queue) capacity() (kinds []any, free int) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.stopping {
		return nil, 0
	}
	for kind, h := range q.handlers {
		if h.busy < h.limit {
			kinds = append(kinds, kind)
		}
	}
	return kinds, max(0, q.opts.Workers-len(q.runs))
}

func dueJobs(ctx context.Context, tx db.Tx, kinds []any, now int64, limit int) (ids []int64, err error) {
	args := append([]any{now}, kinds...)
	rows, err := tx.Query(ctx, `SELECT id FROM job WHERE state = 'waiting' AND run_at <= ? AND kind IN (?`+
		strings.Repeat(", ?", len(kinds)-1)+`) ORDER BY run_at, id LIMIT ?`, append(args, limit)...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var id int64
		if err := rows.Scan(&id); err != nil {
			return nil, err
		}
		ids = append(ids, id)
	}
	return ids, rows.Err()
}

// adopt frees, on SQLite, all jobs that seem to run: this process owns the
// database and has started none, so they died with the one before.
func (q *Queue) adopt(ctx context.Context) error {
	err := q.d.Write(ctx, func(tx db.Tx) error {
		if tx.Dialect() != db.SQLite {
			return nil
		}
		_, err := tx.Exec(ctx, `UPDATE job SET lease = 0 WHERE state = 'running' AND node <> ?`, q.node)
		return err
	})
	if err != nil {
		return err
	}
	return q.takeOver(ctx)
}

// takeOver puts jobs whose lease ended back to wait, without counting an
// attempt; one that was lost too often in a row has failed.
func (q *Queue) takeOver(ctx context.Context) error {
	var stale int64
	err := q.d.Read(ctx, func(tx db.Tx) error {
		return tx.QueryRow(ctx, `SELECT count(*) FROM job WHERE state = 'running' AND lease < ?`, []any{q.now()}, &stale)
	})
	if err != nil || stale == 0 {
		return err
	}
	return q.d.Write(ctx, func(tx db.Tx) error {
		now := q.now()
		_, err := tx.Exec(ctx, `UPDATE job SET
			state = CASE WHEN cancel = 1 THEN 'cancelled' WHEN lost >= ? THEN 'failed' ELSE 'waiting' END,
			ended_at = CASE WHEN cancel = 1 OR lost >= ? THEN CAST(? AS bigint) ELSE 0 END,
			code = CASE WHEN cancel = 0 AND lost >= ? THEN 'job_lost' ELSE code END,
			lost = lost + 1, attempt = attempt - 1, run_at = ?, node = '', claim = 0
			WHERE state = 'running' AND lease < ?`, maxLost-1, maxLost-1, now, maxLost-1, now, now)
		return err
	})
}
