package db

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime/debug"
	"strconv"
	"strings"
	"sync"
	"time"

	"golang.org/x/sys/unix"
	"modernc.org/sqlite"

	"kedang/internal/errs"
)

// Limits of one group commit: how many requests share a COMMIT, and how long
// the first of them may wait for the others to run.
const (
	groupMost = 64
	groupTime = 5 * time.Millisecond
)

// sqliteEngine is a SQLite file with one writer and a few readers. The driver
// is used below database/sql: its values are ours already, and nothing stands
// between a row and its reader.
type sqliteEngine struct {
	stats   *stats
	lock    *os.File
	writer  *liteConn
	queue   chan *request
	stopped chan struct{}
	readers chan *liteConn
	all     []*liteConn

	mu     sync.RWMutex // guards closed: a write enters the queue under it
	closed bool
}

// request is a write on its way through the queue.
type request struct {
	ctx   context.Context
	fn    func(Tx) error
	alone bool
	done  chan error
}

func openSQLite(ctx context.Context, c Config, st *stats) (_ *sqliteEngine, err error) {
	if err := os.MkdirAll(c.Dir, 0o700); err != nil {
		return nil, err
	}
	e := &sqliteEngine{stats: st, queue: make(chan *request, 1024), stopped: make(chan struct{}), readers: make(chan *liteConn, c.Readers)}
	if e.lock, err = lockDirectory(c.Dir); err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			e.closeConns()
		}
	}()
	file := filepath.Join(c.Dir, "kedang.db")
	if e.writer, err = openLite(ctx, file, c.NoSync, false); err != nil {
		return nil, err
	}
	for range c.Readers {
		r, err := openLite(ctx, file, c.NoSync, true)
		if err != nil {
			return nil, err
		}
		e.all = append(e.all, r)
		e.readers <- r
	}
	go e.serve()
	return e, nil
}

// lockDirectory makes this process the owner of a data directory. The lock
// ends with the process, however it ends.
func lockDirectory(dir string) (*os.File, error) {
	f, err := os.OpenFile(filepath.Join(dir, "kedang.lock"), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	if err := unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB); err != nil {
		pid := make([]byte, 20)
		n, _ := f.ReadAt(pid, 0)
		f.Close()
		return nil, errs.New(errs.Unavailable, "directory_in_use", errs.Params{"dir": dir, "pid": strings.TrimSpace(string(pid[:n]))})
	}
	f.Truncate(0)
	f.WriteAt([]byte(strconv.Itoa(os.Getpid())), 0)
	return f, nil
}

// openLite opens a connection with the pragmas of its purpose. Memory mapping
// stays off: with a writer it costs more than it saves.
func openLite(ctx context.Context, file string, noSync, reader bool) (*liteConn, error) {
	sync, cache := "FULL", -65536
	if noSync {
		sync = "OFF"
	}
	if reader {
		cache = -16384
	}
	dsn := "file:" + escapePath.Replace(file) + "?_pragma=busy_timeout(10000)&_pragma=journal_mode(WAL)&_pragma=synchronous(" + sync +
		")&_pragma=cache_size(" + strconv.Itoa(cache) + ")&_pragma=temp_store(MEMORY)&_pragma=mmap_size(0)&_pragma=wal_autocheckpoint(2000)"
	if reader {
		dsn += "&_pragma=query_only(1)"
	}
	conn, err := (&sqlite.Driver{}).Open(dsn)
	if err != nil {
		return nil, err
	}
	return newLiteConn(conn), nil
}

// escapePath escapes what a file: URI would read as its own.
var escapePath = strings.NewReplacer("%", "%25", "?", "%3f", "#", "%23")

func (e *sqliteEngine) read(ctx context.Context, fn func(Tx) error) (err error) {
	var c *liteConn
	select {
	case c = <-e.readers:
	case <-ctx.Done():
		return ctx.Err()
	}
	defer func() { e.readers <- c }()
	if _, err := c.exec(ctx, "BEGIN", nil); err != nil {
		return liteError(err)
	}
	tx := &liteTx{conn: c}
	defer func() {
		tx.end()
		if _, e2 := c.exec(context.Background(), "ROLLBACK", nil); e2 != nil && err == nil {
			err = e2
		}
	}()
	return fn(tx)
}

func (e *sqliteEngine) write(ctx context.Context, alone bool, fn func(Tx) error) error {
	r := &request{ctx: ctx, fn: fn, alone: alone, done: make(chan error, 1)}
	e.mu.RLock()
	if e.closed {
		e.mu.RUnlock()
		return errs.New(errs.Unavailable, "closing", nil)
	}
	select {
	case e.queue <- r:
		e.mu.RUnlock()
	case <-ctx.Done():
		e.mu.RUnlock()
		return ctx.Err()
	}
	return <-r.done
}

// serve is the writer: it takes what waits, runs it, and commits it together.
func (e *sqliteEngine) serve() {
	defer close(e.stopped)
	var next *request
	for {
		first := next
		next = nil
		if first == nil {
			var ok bool
			if first, ok = <-e.queue; !ok {
				return
			}
		}
		next = e.group(first)
	}
}

// group runs one transaction for first and whoever waits beside it, and
// returns a request that was taken but wants its own.
func (e *sqliteEngine) group(first *request) (next *request) {
	ctx := context.Background()
	if _, err := e.writer.exec(ctx, "BEGIN IMMEDIATE", nil); err != nil {
		first.done <- liteError(err)
		return nil
	}
	begin := time.Now()
	var done []*request
	var broken error
	for r := first; r != nil; {
		var ok bool
		if ok, broken = e.runOne(r); ok {
			done = append(done, r)
		}
		if broken != nil || r.alone || len(done) >= groupMost || time.Since(begin) > groupTime {
			break
		}
		select {
		case r = <-e.queue:
			if r != nil && r.alone {
				next, r = r, nil
			}
		default:
			r = nil
		}
	}
	e.commit(ctx, done, broken)
	return next
}

// runOne runs a request in its savepoint and answers it when it failed. broken
// means that the whole transaction is lost.
func (e *sqliteEngine) runOne(r *request) (ok bool, broken error) {
	if err := r.ctx.Err(); err != nil {
		r.done <- err
		return false, nil
	}
	ctx := context.Background()
	if _, err := e.writer.exec(ctx, "SAVEPOINT one", nil); err != nil {
		r.done <- liteError(err)
		return false, err
	}
	tx := &liteTx{conn: e.writer, background: true}
	err := guarded(r.fn, tx)
	tx.end()
	if err == nil {
		_, err = e.writer.exec(ctx, "RELEASE one", nil)
		if err == nil {
			return true, nil
		}
	}
	e.stats.failed.Add(1)
	r.done <- liteError(err)
	if _, err := e.writer.exec(ctx, "ROLLBACK TO one", nil); err != nil {
		return false, err // disk full and the like: SQLite has rolled back everything
	}
	_, broken = e.writer.exec(ctx, "RELEASE one", nil)
	return false, broken
}

func (e *sqliteEngine) commit(ctx context.Context, done []*request, broken error) {
	err := broken
	switch {
	case broken != nil || len(done) == 0:
		e.writer.exec(ctx, "ROLLBACK", nil)
	default:
		if _, err = e.writer.exec(ctx, "COMMIT", nil); err != nil {
			e.writer.exec(ctx, "ROLLBACK", nil)
		} else {
			e.stats.commits.Add(1)
			e.stats.requests.Add(int64(len(done)))
		}
	}
	for _, r := range done {
		r.done <- liteError(err)
	}
}

// guarded turns a panic of fn into an error, so that one bad request does not
// take the others' transaction with it.
func guarded(fn func(Tx) error, tx Tx) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = &errs.Error{Kind: errs.Internal, Code: "panic", Err: fmt.Errorf("%v\n%s", p, debug.Stack())}
		}
	}()
	return fn(tx)
}

func (e *sqliteEngine) maintain(ctx context.Context) error {
	return e.write(ctx, true, func(tx Tx) error {
		_, err := tx.Exec(ctx, "ANALYZE")
		return err
	})
}

func (e *sqliteEngine) close() error {
	e.mu.Lock()
	if e.closed {
		e.mu.Unlock()
		return nil
	}
	e.closed = true
	close(e.queue)
	e.mu.Unlock()
	<-e.stopped
	for range e.all {
		<-e.readers
	}
	return e.closeConns()
}

func (e *sqliteEngine) closeConns() (err error) {
	for _, c := range append(e.all, e.writer) {
		if c != nil {
			err = errors.Join(err, c.close())
		}
	}
	if e.lock != nil {
		err = errors.Join(err, e.lock.Close())
	}
	return err
}

// liteError gives the database's own troubles their kind.
func liteError(err error) error {
	var le *sqlite.Error
	if !errors.As(err, &le) {
		return err
	}
	switch le.Code() & 0xff {
	case 13: // SQLITE_FULL
		return &errs.Error{Kind: errs.Unavailable, Code: "disk_full", Err: err}
	case 5, 6: // SQLITE_BUSY, SQLITE_LOCKED
		return &errs.Error{Kind: errs.Unavailable, Code: "database_busy", Err: err}
	case 11, 26: // SQLITE_CORRUPT, SQLITE_NOTADB
		return &errs.Error{Kind: errs.Unavailable, Code: "database_damaged", Err: err}
	case 9: // SQLITE_INTERRUPT
		return &errs.Error{Kind: errs.Canceled, Code: "canceled", Err: err}
	}
	return err
}
