package job

import (
	"context"
	"time"

	"kedang/internal/db"
)

// tend keeps the leases of running jobs, stores their progress, and hears of
// cancellations from other nodes.
func (q *Queue) tend(ctx context.Context) {
	defer q.loops.Done()
	ticker := time.NewTicker(min(q.opts.Poll, q.opts.Lease/3))
	defer ticker.Stop()
	renewed := time.Now()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
		runs := q.running()
		if len(runs) == 0 {
			renewed = time.Now()
			continue
		}
		started := time.Now()
		err := q.report(ctx, runs, started.Sub(renewed) >= q.opts.Lease/3)
		q.warn("renew", err)
		switch {
		case err == nil && started.Sub(renewed) >= q.opts.Lease/3:
			renewed = started
		case err != nil && time.Since(renewed) > q.opts.Lease:
			q.interruptAll(errLost)
		}
	}
}

func (q *Queue) running() []*Run {
	q.mu.Lock()
	defer q.mu.Unlock()
	runs := make([]*Run, 0, len(q.runs))
	for _, r := range q.runs {
		runs = append(runs, r)
	}
	return runs
}

// report is one beat of tend. Rows that a checkpoint has locked are passed
// over: the checkpoint renews lease and progress itself, and one long chunk
// must not cost the other jobs their leases.
func (q *Queue) report(ctx context.Context, runs []*Run, renew bool) error {
	var dirty []*Run
	for _, r := range runs {
		r.mu.Lock()
		if r.dirty {
			dirty = append(dirty, r)
		}
		r.mu.Unlock()
	}
	if renew || len(dirty) > 0 {
		err := q.d.Write(ctx, func(tx db.Tx) error {
			skip := ""
			if tx.Dialect() == db.Postgres {
				skip = " FOR UPDATE SKIP LOCKED"
			}
			for _, r := range dirty {
				if err := r.store(ctx, tx, skip); err != nil {
					return err
				}
			}
			if !renew {
				return nil
			}
			_, err := tx.Exec(ctx, `UPDATE job SET lease = ? WHERE id IN (SELECT id FROM job WHERE state = 'running' AND node = ?`+skip+`)`,
				q.now()+q.opts.Lease.Milliseconds(), q.node)
			return err
		})
		if err != nil {
			return err
		}
	}
	return q.hear(ctx, runs)
}

func (r *Run) store(ctx context.Context, tx db.Tx, skip string) error {
	r.mu.Lock()
	done, total, note := r.done, r.total, r.note
	r.dirty = false
	r.mu.Unlock()
	_, err := tx.Exec(ctx, `UPDATE job SET done = ?, total = ?, note = ? WHERE id IN (SELECT id FROM job WHERE id = ? AND claim = ?`+skip+`)`,
		done, total, note, r.ID, r.claim)
	return err
}

// hear ends the contexts of runs that were cancelled or taken over.
func (q *Queue) hear(ctx context.Context, runs []*Run) error {
	type claim struct{ claim, cancel int64 }
	ours := make(map[int64]claim)
	err := q.d.Read(ctx, func(tx db.Tx) error {
		rows, err := tx.Query(ctx, `SELECT id, claim, cancel FROM job WHERE state = 'running' AND node = ?`, q.node)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var id int64
			var c claim
			if err := rows.Scan(&id, &c.claim, &c.cancel); err != nil {
				return err
			}
			ours[id] = c
		}
		return rows.Err()
	})
	if err != nil {
		return err
	}
	for _, r := range runs {
		switch c := ours[r.ID]; {
		case c.claim != r.claim:
			r.cancel(errLost) // or it has just ended, and then this does nothing
		case c.cancel == 1:
			r.cancel(errCancelled)
		}
	}
	return nil
}
