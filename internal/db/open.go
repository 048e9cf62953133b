package db

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"runtime/debug"

	"kedang/internal/errs"
)

// Config says which database to open.
type Config struct {
	Dir     string // SQLite: the data directory; kedang.db lies in it
	URL     string // postgres://…; set, it is used and Dir is not
	Schema  string // PostgreSQL schema, "kedang" unless told
	Readers int    // SQLite: reading connections, 2 × cores unless told
	NoSync  bool   // no disk sync at COMMIT: for tests that kill nothing
}

// DB is one company's database. It is safe for use by many goroutines.
type DB struct {
	engine
	dialect Dialect
	stats   stats
}

// engine is what each database implements; one conformance suite holds both.
type engine interface {
	// read runs fn in a transaction; one: in none, and errSecond when it asks twice.
	read(ctx context.Context, one bool, fn func(Tx) error) error
	write(ctx context.Context, alone bool, fn func(Tx) error) error
	maintain(ctx context.Context) error
	checkpoint(ctx context.Context) error
	gauges() Stats
	bytes(ctx context.Context) (int64, error)
	close() error
}

// Open opens the database, making the directory or schema when it is absent,
// and checks that it answers. Errors: Unavailable directory_in_use (dir, pid)
// when another process owns the data directory; Unavailable database_away when
// the server does not answer; Invalid bad_database_url.
func Open(ctx context.Context, c Config) (_ *DB, err error) {
	defer errs.Wrap(&err, "db.Open")
	d := &DB{}
	if c.URL != "" {
		d.dialect = Postgres
		d.engine, err = openPostgres(ctx, c, &d.stats)
	} else {
		d.engine, err = openSQLite(ctx, c, &d.stats)
	}
	if err != nil {
		return nil, err
	}
	return d, nil
}

// Dialect tells which database this is.
func (d *DB) Dialect() Dialect { return d.dialect }

// Close waits for what runs and closes. Calls that follow are refused:
// Unavailable closing.
func (d *DB) Close() error { return d.engine.close() }

// Read runs fn in a read-only transaction that sees one moment of the
// database. When ctx ends, a statement that runs is interrupted: Canceled.
func (d *DB) Read(ctx context.Context, fn func(Tx) error) error {
	if err := ctx.Err(); err != nil {
		return canceled(err)
	}
	d.stats.reads.Add(1)
	return d.engine.read(ctx, false, fn)
}

// ReadOne is Read for what one statement nearly always answers: that sees one
// moment by itself and is spared BEGIN and ROLLBACK, on PostgreSQL half of what
// goes over the wire. When fn asks a second time it is begun again by Read.
func (d *DB) ReadOne(ctx context.Context, fn func(Tx) error) error {
	if err := ctx.Err(); err != nil {
		return canceled(err)
	}
	d.stats.reads.Add(1)
	err := d.engine.read(ctx, true, fn)
	if errors.Is(err, errSecond) {
		err = d.engine.read(ctx, false, fn)
	}
	return err
}

// Write runs fn in a transaction and returns after its COMMIT. On SQLite it
// may share that COMMIT with others; when fn fails or panics, only its own
// work is undone, and the panic becomes an Internal error with its stack.
//
// A ctx that ends before fn begins leaves the request undone; while fn runs,
// each statement looks at its ctx first, and none is interrupted halfway.
//
// fn must not call Write of the same DB: on SQLite that would wait for itself,
// and is refused after a moment (Internal write_in_write). Reading inside is
// allowed, and sees what was committed before. fn may run several times: on
// PostgreSQL after a deadlock or a failed serialisation, on SQLite when another
// request of its group failed after it had stored something.
func (d *DB) Write(ctx context.Context, fn func(Tx) error) error { return d.writing(ctx, false, fn) }

// WriteAlone is Write with a COMMIT of its own: for long work such as a chunk
// of an import, which no short write should wait for to be acknowledged.
func (d *DB) WriteAlone(ctx context.Context, fn func(Tx) error) error {
	return d.writing(ctx, true, fn)
}

func (d *DB) writing(ctx context.Context, alone bool, fn func(Tx) error) error {
	if err := ctx.Err(); err != nil {
		return canceled(err)
	}
	err := d.engine.write(ctx, alone, fn)
	if err != nil {
		d.stats.failed.Add(1)
	}
	return err
}

// Maintain refreshes the planner's statistics, one table at a time; run it
// daily and after bulk loads. Writes go on between the tables.
func (d *DB) Maintain(ctx context.Context) (err error) {
	defer errs.Wrap(&err, "DB.Maintain")
	return d.engine.maintain(ctx)
}

// Checkpoint moves SQLite's write-ahead log into the database file and empties
// it. Errors: Unavailable database_busy while a long read still needs the log.
// PostgreSQL looks after itself.
func (d *DB) Checkpoint(ctx context.Context) (err error) {
	defer errs.Wrap(&err, "DB.Checkpoint")
	return d.engine.checkpoint(ctx)
}

// readers is how many reading connections a SQLite database has: two for each
// core. More only starve the writer.
func (c Config) readers() int {
	if c.Readers > 0 {
		return c.Readers
	}
	return 2 * runtime.GOMAXPROCS(0)
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

// canceled is the answer to a request whose context ended; the context's own
// error stays in the chain.
func canceled(err error) error {
	return &errs.Error{Kind: errs.Canceled, Code: "canceled", Err: err}
}

// stopped puts the context's error into an interrupted statement's.
func stopped(ctx context.Context, err error) error {
	if err != nil && ctx.Err() != nil && errs.Is(err, errs.Canceled) {
		return canceled(ctx.Err())
	}
	return err
}

func closing() error { return errs.New(errs.Unavailable, "closing", nil) }

// errTxOver is answered to a statement after its transaction ended.
var errTxOver = errors.New("db: transaction has ended")

// errSecond is answered to the second statement of a ReadOne.
var errSecond = errors.New("db: a second question")

// errReading is answered to a statement that changes something where only
// questions are asked.
var errReading = errors.New("db: a read changes nothing")

// life is what both databases' transactions know about themselves.
type life struct {
	over bool
	one  bool  // there is no transaction: one question may be asked
	used bool  // it has been
	lost error // the first refusal by the database, which ended the transaction
}

// ready tells whether a statement may run.
func (l *life) ready(ctx context.Context) error {
	switch {
	case l.over:
		return errTxOver
	case l.lost != nil:
		return fmt.Errorf("db: an earlier statement failed: %w", l.lost)
	case ctx.Err() != nil:
		return canceled(ctx.Err())
	case l.one && l.used:
		return l.fail(errSecond)
	}
	l.used = true
	return nil
}

// fail keeps the first refusal.
func (l *life) fail(err error) error {
	if err != nil && l.lost == nil {
		l.lost = err
	}
	return err
}

// asked is what a read's function comes to; a second question that it swallowed
// counts.
func (l *life) asked(err error) error {
	if l.lost == errSecond {
		return errSecond
	}
	return err
}

// outcome is what a transaction's function comes to: an error that it
// swallowed counts, for its work is lost.
func (l *life) outcome(err error) error {
	if err == nil {
		return l.lost
	}
	return err
}
