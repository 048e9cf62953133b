package db

import (
	"bytes"
	"context"
	"runtime"
	"slices"
	"strconv"
	"sync/atomic"
	"time"

	"kedang/internal/errs"
)

// Limits of one group commit: how many requests share a COMMIT, and how long
// the first of them may wait for the others to run.
const (
	groupMost = 64
	groupTime = 5 * time.Millisecond
)

// nestedAfter is when a waiting write looks whether it waits for itself.
const nestedAfter = 100 * time.Millisecond

// kind says what a request may share.
type kind int

const (
	joined kind = iota // a COMMIT with others
	alone              // nothing: its own transaction
	bare               // no transaction at all
)

// request is a write on its way through the queue.
type request struct {
	ctx   context.Context
	fn    func(Tx) error
	kind  kind
	done  chan error  // takes the one answer
	taken atomic.Bool // by the writer, or by a waiter who gave up
}

// take claims the request; one side wins.
func (r *request) take() bool { return r.taken.CompareAndSwap(false, true) }

// group is what the writer is at.
type group struct {
	open    bool       // a transaction is open
	apart   bool       // each request runs in a savepoint of its own
	done    []*request // have run and wait for the COMMIT
	late    lates      // what they put off
	current *request
	tx      *liteTx // of current
}

func (e *sqliteEngine) write(ctx context.Context, own bool, fn func(Tx) error) error {
	r := &request{ctx: ctx, fn: fn}
	if own {
		r.kind = alone
	}
	return e.submit(r)
}

// submit queues a request and waits for its answer.
func (e *sqliteEngine) submit(r *request) error {
	r.done = make(chan error, 1)
	if err := e.enqueue(r); err != nil {
		return err
	}
	patience := time.NewTimer(nestedAfter)
	defer patience.Stop()
	for gone := r.ctx.Done(); ; {
		select {
		case err := <-r.done:
			return err
		case <-gone:
			if r.take() {
				return canceled(r.ctx.Err())
			}
			gone = nil // it has begun, and is answered when it is committed
		case <-patience.C:
			if e.onWriter() && r.take() {
				return errNested()
			}
		}
	}
}

func (e *sqliteEngine) enqueue(r *request) error {
	e.mu.RLock()
	defer e.mu.RUnlock()
	if e.closed {
		return closing()
	}
	select {
	case e.queue <- r:
		return nil
	default: // full
	}
	if e.onWriter() {
		return errNested()
	}
	select {
	case e.queue <- r:
		return nil
	case <-r.ctx.Done():
		return canceled(r.ctx.Err())
	}
}

func errNested() error { return errs.New(errs.Internal, "write_in_write", nil) }

// onWriter tells whether the caller runs inside a write.
func (e *sqliteEngine) onWriter() bool { return e.writerID.Load() == goroutine() }

// goroutine is the number of the running goroutine, read from its stack: slow,
// and only for finding a deadlock.
func goroutine() int64 {
	var buf [64]byte
	text := bytes.TrimPrefix(buf[:runtime.Stack(buf[:], false)], []byte("goroutine "))
	digits, _, _ := bytes.Cut(text, []byte(" "))
	n, _ := strconv.ParseInt(string(digits), 10, 64)
	return n
}

// serve is the writer: it takes what waits, runs it, and commits it together.
// A function that ends its goroutine (a test's FailNow does) takes the writer
// with it; its group is then undone and another writer goes on.
func (e *sqliteEngine) serve() {
	e.writerID.Store(goroutine())
	ended := false
	defer func() {
		if ended {
			close(e.stopped)
			return
		}
		e.abandon()
		go e.serve()
	}()
	var next *request
	for {
		if next == nil {
			var ok bool
			if next, ok = <-e.queue; !ok {
				break
			}
		}
		if next.kind == bare {
			e.runBare(next)
			next = nil
			continue
		}
		next = e.group(next)
	}
	ended = true
}

// abandon undoes a group whose goroutine is ending.
func (e *sqliteEngine) abandon() {
	w := &e.work
	if w.tx != nil {
		w.tx.end()
	}
	if w.current != nil {
		w.done = append(w.done, w.current)
	}
	e.finish(errs.New(errs.Internal, "write_abandoned", nil))
}

// group runs one transaction for first and whoever waits beside it, and
// returns a request that was taken but wants its own.
func (e *sqliteEngine) group(first *request) (next *request) {
	var begun time.Time
	for r := first; r != nil; r = next {
		next = nil
		ok, err := e.runOne(r)
		if err != nil {
			e.finish(err)
			return nil
		}
		if ok && begun.IsZero() {
			begun = time.Now()
		}
		if !ok && !e.work.open || r.kind != joined || len(e.work.done) >= groupMost || !begun.IsZero() && time.Since(begun) > groupTime {
			break
		}
		select {
		case next = <-e.queue:
		default:
		}
		if next != nil && next.kind != joined {
			break
		}
	}
	e.commit()
	return next
}

// runOne runs a request and answers it when it failed. Its err means that the
// whole transaction is lost.
//
// Requests of a group run without savepoints: those that fail nearly always do
// so before they have stored anything, and a savepoint makes SQLite's search
// index write out what it has gathered. When one fails after it has stored
// something, the transaction is undone and the others run again, this time in a
// savepoint each (apart).
func (e *sqliteEngine) runOne(r *request) (ok bool, err error) {
	if !r.take() {
		return false, nil
	}
	if err := r.ctx.Err(); err != nil {
		r.done <- canceled(err)
		return false, nil
	}
	w := &e.work
	w.current = r
	if !w.open {
		if err := e.begin(); err != nil {
			return false, e.answer(liteError(err), err)
		}
	}
	failed, stored := e.call(r)
	switch {
	case failed == nil:
		w.current = nil
		w.done = append(w.done, r)
		return true, nil
	case !stored:
		return false, e.answer(failed, nil)
	case w.apart:
		e.answer(failed, nil)
		if e.rollBackTo() != nil {
			e.singly()
		}
		return false, nil
	}
	e.answer(failed, nil)
	if err := e.rollBack(); err != nil {
		return false, failed
	}
	return false, e.again()
}

func (e *sqliteEngine) begin() error {
	_, err := e.writer.exec("BEGIN IMMEDIATE", nil)
	e.work.open, e.work.apart = err == nil, false
	return err
}

// call runs a request's function; stored tells that it may have left
// something, or that the database itself refused a statement.
func (e *sqliteEngine) call(r *request) (failed error, stored bool) {
	w := &e.work
	if w.apart {
		if _, err := e.writer.exec("SAVEPOINT one", nil); err != nil {
			return liteError(err), true
		}
	}
	w.tx = &liteTx{conn: e.writer, late: &w.late}
	failed = guarded(r.fn, w.tx)
	if failed == nil && w.apart {
		failed = guarded(w.flush, w.tx)
	}
	w.tx.end()
	failed = w.tx.outcome(failed)
	stored = w.apart || w.tx.stored || w.tx.lost != nil
	w.tx = nil
	if failed == nil && w.apart {
		_, failed = e.writer.exec("RELEASE one", nil)
	}
	return liteError(failed), stored
}

// flush does what the requests put off to the end.
func (w *group) flush(tx Tx) error { return w.late.flush(context.Background(), tx) }

// again runs the requests that had succeeded once more, in a savepoint each,
// after one of them, or what they had put off together, undid them all.
func (e *sqliteEngine) again() error {
	w := &e.work
	if len(w.done) == 0 {
		return nil
	}
	if err := e.begin(); err != nil {
		return err
	}
	w.apart = true
	for i := 0; i < len(w.done); {
		r := w.done[i]
		failed, _ := e.call(r)
		if failed == nil {
			i++
			continue
		}
		w.done = slices.Delete(w.done, i, i+1)
		r.done <- failed
		if e.rollBackTo() != nil {
			e.singly()
			break
		}
	}
	return nil
}

// singly runs the requests that had succeeded in a transaction each: a full
// disk and the like made SQLite undo all of them by itself, savepoints or not.
func (e *sqliteEngine) singly() {
	w := &e.work
	list := slices.Clone(w.done)
	w.open, w.late, w.done = false, nil, w.done[:0]
	for _, r := range list {
		err := liteError(e.begin())
		if w.current = r; err == nil {
			err, _ = e.call(r)
		}
		if w.current = nil; err != nil {
			r.done <- err
			e.finish(err)
			continue
		}
		w.done = append(w.done, r)
		e.commit()
	}
}

// rollBack undoes the transaction.
func (e *sqliteEngine) rollBack() error {
	e.work.open, e.work.late = false, nil
	_, err := e.writer.exec("ROLLBACK", nil)
	return ignoreNoTransaction(err)
}

// rollBackTo takes back what the last request did.
func (e *sqliteEngine) rollBackTo() error {
	e.work.late = nil
	if _, err := e.writer.exec("ROLLBACK TO one", nil); err != nil {
		return err // SQLite has rolled back everything by itself
	}
	_, err := e.writer.exec("RELEASE one", nil)
	return err
}

// ignoreNoTransaction drops the complaint of a ROLLBACK after a fault that
// made SQLite roll back by itself.
func ignoreNoTransaction(err error) error {
	if liteCode(err) == 1 {
		return nil
	}
	return err
}

// answer sends the current request its error and passes on that of the group.
func (e *sqliteEngine) answer(err, broken error) error {
	e.work.current.done <- err
	e.work.current = nil
	return broken
}

// runBare runs a request outside any transaction.
func (e *sqliteEngine) runBare(r *request) {
	if !r.take() {
		return
	}
	w := &e.work
	w.current, w.tx = r, &liteTx{conn: e.writer}
	err := guarded(r.fn, w.tx)
	e.stats.moment.Add(1)
	w.tx.end()
	w.tx = nil
	e.answer(liteError(err), nil)
}

// commit makes the group durable and only then tells it.
func (e *sqliteEngine) commit() {
	w := &e.work
	if !w.open {
		return
	}
	if len(w.done) > 0 && len(w.late) > 0 {
		if err := e.flushLate(); err != nil {
			e.finish(err)
			return
		}
	}
	if len(w.done) == 0 {
		e.finish(nil)
		return
	}
	_, err := e.writer.exec("COMMIT", nil)
	e.stats.moment.Add(1)
	if err != nil {
		e.finish(liteError(err))
		return
	}
	w.open = false
	e.stats.committed(len(w.done))
	e.finish(nil)
}

// flushLate does what the group put off. When that fails, whose fault it is
// shows as they run again one by one.
func (e *sqliteEngine) flushLate() error {
	w := &e.work
	w.tx = &liteTx{conn: e.writer, late: &w.late}
	err := guarded(w.flush, w.tx)
	w.tx.end()
	err = liteError(w.tx.outcome(err))
	w.tx = nil
	if err == nil || len(w.done) == 1 {
		return err
	}
	if e.rollBack() != nil {
		return err
	}
	return e.again()
}

// finish ends a transaction that is still open by undoing it, and answers all
// who took part.
func (e *sqliteEngine) finish(err error) {
	w := &e.work
	if w.open {
		e.rollBack()
	}
	w.late = nil
	for i, r := range w.done {
		r.done <- liteError(err)
		w.done[i] = nil
	}
	w.done, w.current, w.tx = w.done[:0], nil, nil
}
