package db

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"modernc.org/sqlite"

	"kedang/internal/errs"
)

// A read that found no free connection for spareAfter gets one of its own, if
// fewer than spareMost exist: reads inside reads, and inside writes, must not
// wait for each other for ever.
const (
	spareAfter = 250 * time.Millisecond
	spareMost  = 32
)

// sqliteEngine is a SQLite file with one writer and a few readers. The driver
// is used below database/sql: its values are ours already, and nothing stands
// between a row and its reader.
type sqliteEngine struct {
	stats   *stats
	file    string
	noSync  bool
	lock    *os.File
	writer  *liteConn
	queue   chan *request
	readers chan *liteConn // the free ones
	size    int            // how many there are
	busy    atomic.Int64   // reads at work
	spares  chan struct{}  // one token for each spare connection in use

	writerID atomic.Int64  // goroutine of the writer
	stopped  chan struct{} // closed when the writer has ended
	closing  chan struct{} // closed when Close begins
	work     group         // what the writer is at; it alone touches it

	mu     sync.RWMutex // guards closed: a write enters the queue under it
	closed bool
}

func openSQLite(ctx context.Context, c Config, st *stats) (_ *sqliteEngine, err error) {
	if err := os.MkdirAll(c.Dir, 0o700); err != nil {
		return nil, notWritable(err)
	}
	e := &sqliteEngine{stats: st, file: filepath.Join(c.Dir, "kedang.db"), noSync: c.NoSync, size: c.readers(),
		queue: make(chan *request, 1024), readers: make(chan *liteConn, c.readers()), spares: make(chan struct{}, spareMost),
		stopped: make(chan struct{}), closing: make(chan struct{})}
	if e.lock, err = lockDirectory(c.Dir); err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			e.closeConns(len(e.readers))
		}
	}()
	// Where it can be had: as durable as fsync, without the wait for a time stamp.
	sqlite.Fdatasync(true)
	if e.writer, err = openLite(e.file, e.noSync, false); err != nil {
		return nil, err
	}
	for range e.size {
		r, err := openLite(e.file, e.noSync, true)
		if err != nil {
			return nil, err
		}
		e.readers <- r
	}
	if err := ctx.Err(); err != nil {
		return nil, canceled(err)
	}
	go e.serve()
	return e, nil
}

func (e *sqliteEngine) read(ctx context.Context, one bool, fn func(Tx) error) (err error) {
	c, giveBack, err := e.reader(ctx)
	if err != nil {
		return err
	}
	e.busy.Add(1)
	defer giveBack()
	defer e.busy.Add(-1)
	if !one {
		if _, err := c.exec("BEGIN", nil); err != nil {
			return liteError(err)
		}
	}
	tx := &liteTx{conn: c, watched: ctx, life: life{one: one}}
	stop := c.watch(ctx)
	defer func() {
		tx.end()
		stop()
		if one {
			return
		}
		if _, e2 := c.exec("ROLLBACK", nil); e2 != nil && err == nil {
			err = liteError(e2)
		}
	}()
	return liteError(tx.asked(guarded(fn, tx)))
}

// reader takes a connection for reading.
func (e *sqliteEngine) reader(ctx context.Context) (_ *liteConn, giveBack func(), err error) {
	select {
	case c := <-e.readers:
		return c, func() { e.readers <- c }, nil
	default:
	}
	patience := time.NewTimer(spareAfter)
	defer patience.Stop()
	for {
		select {
		case c := <-e.readers:
			return c, func() { e.readers <- c }, nil
		case <-ctx.Done():
			return nil, nil, canceled(ctx.Err())
		case <-e.closing:
			return nil, nil, closing()
		case <-patience.C:
			if c, giveBack, err := e.spare(); c != nil || err != nil {
				return c, giveBack, err
			}
			patience.Reset(spareAfter)
		}
	}
}

// spare opens a connection for one read; nil when there are enough.
func (e *sqliteEngine) spare() (_ *liteConn, giveBack func(), err error) {
	select {
	case e.spares <- struct{}{}:
	default:
		return nil, nil, nil
	}
	c, err := openLite(e.file, e.noSync, true)
	if err != nil {
		<-e.spares
		return nil, nil, err
	}
	return c, func() { c.close(); <-e.spares }, nil
}

func (e *sqliteEngine) gauges() Stats {
	return Stats{Queued: len(e.queue), Readers: e.size, ReadersInUse: int(e.busy.Load())}
}

// bytes is the size of the files; the log may not be there.
func (e *sqliteEngine) bytes(context.Context) (int64, error) {
	info, err := os.Stat(e.file)
	if err != nil {
		return 0, err
	}
	n := info.Size()
	if wal, err := os.Stat(e.file + "-wal"); err == nil {
		n += wal.Size()
	}
	return n, nil
}

// maintain analyses each table that has an index, and then opens the reading
// connections anew: SQLite loads the figures only with the schema.
func (e *sqliteEngine) maintain(ctx context.Context) error {
	var tables []string
	err := e.read(ctx, false, func(tx Tx) error {
		rows, err := tx.Query(ctx, `SELECT DISTINCT tbl_name FROM sqlite_schema WHERE type = 'index' ORDER BY 1`)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var name string
			if err := rows.Scan(&name); err != nil {
				return err
			}
			tables = append(tables, name)
		}
		return rows.Err()
	})
	for _, t := range tables {
		if err == nil {
			err = e.write(ctx, true, func(tx Tx) error {
				_, err := tx.Exec(ctx, "ANALYZE "+SQLite.Quote(t))
				return err
			})
		}
	}
	if err != nil {
		return err
	}
	for range e.size {
		if err := e.renewReader(ctx); err != nil {
			return err
		}
	}
	return e.submit(&request{ctx: ctx, kind: bare, fn: func(tx Tx) error {
		_, err := tx.Exec(ctx, "PRAGMA shrink_memory") // what a long merge has filled
		return err
	}})
}

func (e *sqliteEngine) renewReader(ctx context.Context) error {
	select {
	case old := <-e.readers:
		fresh, err := openLite(e.file, e.noSync, true)
		if err != nil {
			e.readers <- old
			return err
		}
		e.readers <- fresh
		return old.close()
	case <-ctx.Done():
		return canceled(ctx.Err())
	case <-e.closing:
		return closing()
	}
}

func (e *sqliteEngine) checkpoint(ctx context.Context) error {
	return e.submit(&request{ctx: ctx, kind: bare, fn: func(tx Tx) error {
		// The writer does not wait for readers here: writes would wait with it.
		if _, err := tx.Exec(ctx, "PRAGMA busy_timeout = 50"); err != nil {
			return err
		}
		var held, pages, moved int64
		err := tx.QueryRow(ctx, "PRAGMA wal_checkpoint(TRUNCATE)", nil, &held, &pages, &moved)
		if _, e2 := e.writer.exec("PRAGMA busy_timeout = 10000", nil); err == nil {
			err = e2
		}
		if err == nil && held != 0 {
			err = errs.New(errs.Unavailable, "database_busy", nil)
		}
		return err
	}})
}

func (e *sqliteEngine) close() error {
	e.mu.Lock()
	if e.closed {
		e.mu.Unlock()
		return nil
	}
	e.closed = true
	close(e.closing)
	close(e.queue)
	e.mu.Unlock()
	<-e.stopped
	for range spareMost {
		e.spares <- struct{}{} // wait for the reads that hold one
	}
	return e.closeConns(e.size)
}

// closeConns closes n readers as they come free, the writer last: the last
// connection to close moves the log into the database file.
func (e *sqliteEngine) closeConns(n int) (err error) {
	for range n {
		err = errors.Join(err, (<-e.readers).close())
	}
	if e.writer != nil {
		err = errors.Join(err, e.writer.close())
	}
	return errors.Join(err, e.lock.Close())
}
