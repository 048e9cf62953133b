// Package job runs work later, elsewhere or by the clock: imports, index
// builds, mails, reminders, the sealing of the ledger.
//
// A job is a row, written in the caller's transaction: it exists exactly when
// what it belongs to exists. A [Queue] on every node takes waiting jobs, runs
// the [Handler] of their kind, and keeps progress, checkpoints, errors and
// results in the row.
//
//	q := job.New(d, ids, job.Options{})
//	q.Handle("import", func(ctx context.Context, run *job.Run) error {
//		var at struct{ Row int64 }
//		if _, err := run.State(&at); err != nil { // where the last run got to
//			return err
//		}
//		for rows := range chunksFrom(at.Row) {
//			err := d.Write(ctx, func(tx db.Tx) error {
//				… write the rows …
//				at.Row += int64(len(rows))
//				return run.Checkpoint(ctx, tx, at) // last, in the same transaction
//			})
//			if err != nil {
//				return err
//			}
//			run.Progress(at.Row, total, "importing")
//		}
//		return nil
//	})
//	err := q.Open(ctx)
//	err = q.Start(ctx)
//	…
//	err = d.Write(ctx, func(tx db.Tx) error {
//		id, err = q.Enqueue(ctx, tx, "import", args, job.Actor(7), job.Title("import_customers", nil))
//		return err
//	})
//
// # What a handler may rely on
//
// A job runs at least once, and never on two nodes in a way that both can
// commit: a node holds a lease that it renews while it lives, and a
// [Run.Checkpoint] of a run that lost its lease fails and takes its
// transaction along. After kill -9 the job resumes from its last checkpoint,
// at once on SQLite, when the lease ends on PostgreSQL. An error is retried
// with growing pauses until MaxAttempts, but not one that no retry can mend
// (Invalid, NotFound, Forbidden, Conflict). Stopping the server gives a job
// back without counting an attempt; so does a crash, but five crashes without
// a checkpoint between them end a job that takes the process down.
//
// # Why not River
//
// River (riverqueue.com) was measured first. Its latency is 2-85 ms from insert
// to start, its throughput is workers by fetch pause, and its insert needs a
// *sql.Tx or pgx.Tx of its own, where our writer joins many requests in one
// commit and gives each a savepoint. Jobs that resume from a checkpoint written
// with the chunk's own rows are what imports need, and not what it offers. Two
// tables and these files do both on SQLite and PostgreSQL alike.
//
// # What it must never do
//
// Hold texts for users (titles and notes are codes), decide who may see or
// cancel a job, or run a handler inside the transaction that enqueued it.
package job
