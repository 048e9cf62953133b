package job

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"kedang/internal/db"
	"kedang/internal/errs"
)

// Options are the queue's settings; the zero value is right for a server.
type Options struct {
	Workers int           // jobs run at once on this node; default 4
	Poll    time.Duration // how soon jobs of other nodes and times that came are seen; default 1 s
	Lease   time.Duration // how long a node may be silent before its jobs are taken over; default 30 s
	Grace   time.Duration // how long Stop lets running jobs finish before their contexts end; default 3 s
	Keep    time.Duration // how long ended jobs stay; default 30 days
	Zone    *time.Location
	Now     func() time.Time
	Backoff func(attempt int64) time.Duration // pause after the n-th failed attempt; default 1 s, 4 s, 16 s … 1 h
	Log     *slog.Logger
}

// Queue enqueues, runs and schedules jobs. It is safe for use by many
// goroutines; Handle and Every come before Start.
type Queue struct {
	d    *db.DB
	ids  *db.IDs
	opts Options
	node string
	wake chan struct{} // capacity 1: look now, and again soon

	mu        sync.Mutex // guards what follows
	handlers  map[string]*handler
	schedules []*schedule
	runs      map[int64]*Run // by job id
	stop      context.CancelFunc
	stopping  bool

	loops, work sync.WaitGroup
}

// Handler does a job. Its context ends when the job is cancelled, its lease is
// lost or the queue stops; it should then return soon.
type Handler func(ctx context.Context, run *Run) error

type handler struct {
	do    Handler
	limit int
	busy  int
}

var (
	errCancelled = errors.New("job cancelled")
	errStopping  = errors.New("queue stopping")
	errLost      = errors.New("job lease lost")
)

// New returns a queue over d. Open it before the first Enqueue.
func New(d *db.DB, ids *db.IDs, o Options) *Queue {
	def := func(v *time.Duration, d time.Duration) {
		if *v == 0 {
			*v = d
		}
	}
	def(&o.Poll, time.Second)
	def(&o.Lease, 30*time.Second)
	def(&o.Grace, 3*time.Second)
	def(&o.Keep, 30*24*time.Hour)
	if o.Workers == 0 {
		o.Workers = 4
	}
	if o.Zone == nil {
		o.Zone = time.Local
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Backoff == nil {
		o.Backoff = backoff
	}
	if o.Log == nil {
		o.Log = slog.Default()
	}
	q := &Queue{d: d, ids: ids, opts: o, node: rand.Text(), wake: make(chan struct{}, 1),
		handlers: make(map[string]*handler), runs: make(map[int64]*Run)}
	q.Handle("job.prune", q.pruneEnded)
	if err := q.Every("job.prune", "17 4 * * *", nil); err != nil {
		panic(err) // the schedule is a constant
	}
	return q
}

func backoff(attempt int64) time.Duration {
	return min(time.Second<<(2*min(attempt-1, 6)), time.Hour)
}

// Open creates or migrates the queue's tables.
func (q *Queue) Open(ctx context.Context) (err error) {
	defer errs.Wrap(&err, "Queue.Open")
	return q.d.Migrate(ctx, "job", tables...)
}

// HandleOpt changes how a kind is handled.
type HandleOpt func(*handler)

// Limit lets at most n jobs of the kind run at once on a node, so that long
// ones leave workers to short ones.
func Limit(n int) HandleOpt { return func(h *handler) { h.limit = n } }

// Handle registers the handler of a kind. A node leaves jobs of kinds without
// a handler to others.
func (q *Queue) Handle(kind string, do Handler, opts ...HandleOpt) {
	h := &handler{do: do, limit: q.opts.Workers}
	for _, o := range opts {
		o(h)
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	q.handlers[kind] = h
}

// Start begins to run jobs until Stop, or until ctx ends, which is like a Stop
// without grace.
func (q *Queue) Start(ctx context.Context) (err error) {
	defer errs.Wrap(&err, "Queue.Start")
	if err := q.storeSchedules(ctx); err != nil {
		return err
	}
	if err := q.adopt(ctx); err != nil {
		return err
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.stop != nil {
		return errs.New(errs.Internal, "queue_started", nil)
	}
	ctx, q.stop = context.WithCancel(ctx)
	q.loops.Add(2)
	go q.dispatch(ctx)
	go q.tend(ctx)
	return nil
}

// Stop takes no more jobs, lets those that run finish for the grace time, then
// ends their contexts and gives back what did not finish. When ctx ends first,
// Stop returns its error, and leases do the rest.
func (q *Queue) Stop(ctx context.Context) (err error) {
	defer errs.Wrap(&err, "Queue.Stop")
	q.mu.Lock()
	stop := q.stop
	q.stopping = true
	q.mu.Unlock()
	if stop == nil {
		return nil
	}
	finished := make(chan struct{})
	go func() { q.work.Wait(); close(finished) }()
	select {
	case <-finished:
	case <-ctx.Done():
	case <-time.After(q.opts.Grace):
	}
	q.interruptAll(errStopping)
	select {
	case <-finished:
	case <-ctx.Done():
		err = ctx.Err()
	}
	stop()
	q.loops.Wait()
	return err
}

// Wake makes the queue look for jobs now, and again after growing pauses:
// whoever enqueued has not committed yet.
func (q *Queue) Wake() {
	select {
	case q.wake <- struct{}{}:
	default:
	}
}

func (q *Queue) now() int64 { return q.opts.Now().UnixMilli() }

func (q *Queue) interrupt(id int64, why error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if r := q.runs[id]; r != nil {
		r.cancel(why)
	}
}

func (q *Queue) interruptAll(why error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for _, r := range q.runs {
		r.cancel(why)
	}
}

func (q *Queue) pruneEnded(ctx context.Context, _ *Run) error {
	before := q.opts.Now().Add(-q.opts.Keep).UnixMilli()
	for {
		var n int64
		err := q.d.Write(ctx, func(tx db.Tx) (err error) {
			n, err = prune(ctx, tx, before)
			return err
		})
		if err != nil || n == 0 {
			return err
		}
	}
}

// warn tells the operator what no caller will hear of; a stop is no news.
func (q *Queue) warn(what string, err error) {
	if err != nil && !errs.Is(err, errs.Canceled) {
		q.opts.Log.Warn("job queue: "+what, "node", q.node, "error", fmt.Sprint(err))
	}
}
