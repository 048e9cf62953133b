package db

import (
	"context"
	"runtime"
	"sync/atomic"

	"kedang/internal/errs"
)

// Config says which database to open.
type Config struct {
	Dir     string // SQLite: the data directory; kedang.db lies in it
	URL     string // postgres://…; set, it is used and Dir is not
	Schema  string // PostgreSQL schema, "kedang" unless told
	Readers int    // SQLite: reading connections, 2 × cores unless told
	NoSync  bool   // SQLite: no disk sync at COMMIT; for tests that kill nothing
}

// DB is one company's database. It is safe for use by many goroutines.
type DB struct {
	engine
	dialect Dialect
	stats   stats
}

// engine is what each database implements; one conformance suite holds both.
type engine interface {
	read(ctx context.Context, fn func(Tx) error) error
	write(ctx context.Context, alone bool, fn func(Tx) error) error
	maintain(ctx context.Context) error
	close() error
}

// stats are counted as they happen.
type stats struct {
	commits, requests, failed, reads atomic.Int64
}

// Stats are totals since the start.
type Stats struct {
	Commits  int64 // transactions committed
	Requests int64 // writes acknowledged in them
	Failed   int64 // writes rolled back
	Reads    int64
}

// Open opens the database and checks that it answers. Errors: Unavailable
// directory_in_use when another process owns the data directory.
func Open(ctx context.Context, c Config) (_ *DB, err error) {
	defer errs.Wrap(&err, "db.Open")
	d := &DB{}
	if c.URL != "" {
		d.dialect = Postgres
		d.engine, err = openPostgres(ctx, c, &d.stats)
		return d, err
	}
	if c.Readers == 0 {
		c.Readers = 2 * runtime.GOMAXPROCS(0)
	}
	d.engine, err = openSQLite(ctx, c, &d.stats)
	return d, err
}

// Dialect tells which database this is.
func (d *DB) Dialect() Dialect { return d.dialect }

// Close waits for what runs and closes. No call may follow.
func (d *DB) Close() error { return d.engine.close() }

// Stats returns the totals since the start.
func (d *DB) Stats() Stats {
	return Stats{d.stats.commits.Load(), d.stats.requests.Load(), d.stats.failed.Load(), d.stats.reads.Load()}
}

// Read runs fn in a read-only snapshot.
func (d *DB) Read(ctx context.Context, fn func(Tx) error) error {
	d.stats.reads.Add(1)
	return d.engine.read(ctx, fn)
}

// Write runs fn in a transaction and returns after its COMMIT. On SQLite it
// may share that COMMIT with others; when fn fails, only its own work is
// undone.
func (d *DB) Write(ctx context.Context, fn func(Tx) error) error { return d.writing(ctx, false, fn) }

// WriteAlone is Write with a COMMIT of its own: for long work such as a chunk
// of an import, which no short write should wait for to be acknowledged.
func (d *DB) WriteAlone(ctx context.Context, fn func(Tx) error) error {
	return d.writing(ctx, true, fn)
}

func (d *DB) writing(ctx context.Context, alone bool, fn func(Tx) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	return d.engine.write(ctx, alone, fn)
}

// Maintain refreshes the planner's statistics; run it daily and after bulk loads.
func (d *DB) Maintain(ctx context.Context) (err error) {
	defer errs.Wrap(&err, "DB.Maintain")
	return d.engine.maintain(ctx)
}
