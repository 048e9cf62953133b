package db

import (
	"context"
	"errors"
	"io"
	"net"
	"runtime"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgconn/ctxwatch"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/jackc/puddle/v2"

	"kedang/internal/errs"
)

const (
	// pgAttempts is how often a transaction that lost a deadlock is run.
	pgAttempts = 4
	// pgCancelWait is how long a cancelled statement may take to end on the
	// server before its connection is given up.
	pgCancelWait = 3 * time.Second
	// pgCommitWait bounds a COMMIT, which does not end with its request: one
	// that was sent may have been carried out.
	pgCommitWait = 30 * time.Second
)

// pgEngine is a schema of a PostgreSQL server.
type pgEngine struct {
	pool    *pgxpool.Pool
	stats   *stats
	rebound *rebinder
}

func openPostgres(ctx context.Context, c Config, st *stats) (*pgEngine, error) {
	if c.Schema == "" {
		c.Schema = "kedang"
	}
	cfg, err := pgxpool.ParseConfig(c.URL)
	if err != nil {
		// pgx leaves the password out of this error.
		return nil, &errs.Error{Kind: errs.Invalid, Code: "bad_database_url", Err: err}
	}
	if !strings.Contains(c.URL, "pool_max_conns") {
		cfg.MaxConns = int32(max(8, 4*runtime.GOMAXPROCS(0)))
	}
	cfg.ConnConfig.RuntimeParams["search_path"] = Postgres.Quote(c.Schema)
	cfg.ConnConfig.RuntimeParams["timezone"] = "UTC"
	cfg.ConnConfig.RuntimeParams["jit"] = "off"
	if c.NoSync {
		cfg.ConnConfig.RuntimeParams["synchronous_commit"] = "off"
	}
	cfg.ConnConfig.StatementCacheCapacity = cachedStatements
	// By default pgx only drops the connection; the server would compute on.
	cfg.ConnConfig.BuildContextWatcherHandler = func(pc *pgconn.PgConn) ctxwatch.Handler {
		return &pgconn.CancelRequestContextWatcherHandler{Conn: pc, DeadlineDelay: pgCancelWait}
	}
	cfg.AfterConnect = func(ctx context.Context, conn *pgx.Conn) error {
		return ownSession(ctx, conn, cfg.ConnConfig.RuntimeParams["search_path"])
	}
	pool, err := pgxpool.NewWithConfig(ctx, cfg)
	if err != nil {
		return nil, pgError(err)
	}
	e := &pgEngine{pool: pool, stats: st, rebound: newRebinder()}
	if err := e.createSchema(ctx, c.Schema); err != nil {
		pool.Close()
		return nil, pgError(err)
	}
	return e, nil
}

// ownSession makes sure that a connection is a session of ours at the server. A
// pooler in between may leave out what it does not know of, and statements would
// then go to another schema.
func ownSession(ctx context.Context, conn *pgx.Conn, path string) error {
	var have string
	if err := conn.QueryRow(ctx, "SELECT current_setting('search_path')", pgx.QueryExecModeExec).Scan(&have); err != nil {
		return err
	}
	if have != path {
		return &errs.Error{Kind: errs.Unavailable, Code: "database_pooled", Params: errs.Params{"what": "search_path"}}
	}
	return nil
}

// createSchema makes the schema once, however many nodes start together.
func (e *pgEngine) createSchema(ctx context.Context, name string) error {
	return pgx.BeginFunc(ctx, e.pool, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, "SELECT pg_advisory_xact_lock(7315000)"); err != nil {
			return err
		}
		var one int
		err := tx.QueryRow(ctx, "SELECT 1 FROM pg_namespace WHERE nspname = $1", name).Scan(&one)
		if err == nil || !errors.Is(err, pgx.ErrNoRows) {
			return err
		}
		_, err = tx.Exec(ctx, "CREATE SCHEMA "+Postgres.Quote(name))
		return err
	})
}

// beginRead and beginWrite begin a transaction; they go with its first
// statement, as COMMIT goes with its last: on the way to the server and back
// nothing is done.
const (
	beginRead  = "begin isolation level repeatable read read only"
	beginWrite = "begin isolation level read committed"
)

func (e *pgEngine) read(ctx context.Context, one bool, fn func(Tx) error) error {
	begin := beginRead
	if one {
		begin = ""
	}
	t, err := e.transaction(ctx, begin)
	if err != nil {
		return err
	}
	t.one = one
	defer t.giveBack(ctx)
	return pgError(t.asked(guarded(fn, t)))
}

// transaction takes a connection for one; without begin, for a statement alone.
func (e *pgEngine) transaction(ctx context.Context, begin string) (*pgTx, error) {
	conn, err := e.pool.Acquire(ctx)
	if err != nil {
		return nil, pgError(err)
	}
	t := &pgTx{conn: conn, rebound: e.rebound}
	if begin != "" {
		t.put.Queue(begin)
	}
	return t, nil
}

// giveBack ends the transaction, undone if it is not committed, and its use of
// the connection. Nobody waits for that.
func (t *pgTx) giveBack(ctx context.Context) {
	t.end()
	if t.conn.Conn().PgConn().TxStatus() == 'I' {
		t.conn.Release()
		return
	}
	go func() {
		lasting, stop := context.WithTimeout(context.WithoutCancel(ctx), pgCancelWait)
		defer stop()
		_, _ = t.conn.Exec(lasting, "rollback") // when that fails, Release drops the connection
		t.conn.Release()
	}()
}

func (e *pgEngine) write(ctx context.Context, _ bool, fn func(Tx) error) (err error) {
	for attempt := 1; ; attempt++ {
		err = e.writeOnce(ctx, fn)
		if err == nil {
			e.stats.committed(1)
			return nil
		}
		if attempt == pgAttempts || !lostRace(err) || ctx.Err() != nil {
			return pgError(err)
		}
	}
}

func (e *pgEngine) writeOnce(ctx context.Context, fn func(Tx) error) error {
	t, err := e.transaction(ctx, beginWrite)
	if err != nil {
		return err
	}
	defer t.giveBack(ctx)
	err = guarded(func(tx Tx) error {
		if err := fn(tx); err != nil {
			return err
		}
		if err := t.late.flush(ctx, tx); err != nil {
			return err
		}
		if t.open != nil {
			t.open.readAhead()
		}
		return t.lost
	}, t)
	if err = t.outcome(err); err == nil {
		err = t.commit(ctx)
	}
	return onStandby(err)
}

// commit sends what waits, and COMMIT behind it. Once sent it does not end with
// the request: it may be carried out.
func (t *pgTx) commit(ctx context.Context) error {
	if !t.begun && t.put.Len() == 1 {
		return nil // nothing was asked
	}
	if err := ctx.Err(); err != nil {
		return canceled(err)
	}
	lasting, stop := context.WithTimeout(context.WithoutCancel(ctx), pgCommitWait)
	defer stop()
	t.put.Queue("commit")
	tag, err := t.send(lasting)
	if err == nil && tag.String() == "ROLLBACK" {
		err = pgx.ErrTxCommitRollback // the server's answer to COMMIT after a failed statement is no error
	}
	return err
}

// onStandby tells a server that has become a standby from a fault of ours: the
// transaction was meant for writing.
func onStandby(err error) error {
	var pg *pgconn.PgError
	if errors.As(err, &pg) && pg.Code == "25006" {
		return &errs.Error{Kind: errs.Unavailable, Code: "database_away", Err: err}
	}
	return err
}

// lostRace tells whether a transaction failed only because another was in its way.
func lostRace(err error) bool {
	var pg *pgconn.PgError
	return errors.As(err, &pg) && (pg.Code == "40P01" || pg.Code == "40001")
}

// maintain analyses the schema's tables, and no other company's.
func (e *pgEngine) maintain(ctx context.Context) error {
	rows, err := e.pool.Query(ctx, `SELECT relname FROM pg_class WHERE relnamespace = current_schema()::regnamespace AND relkind = 'r' ORDER BY 1`)
	if err != nil {
		return pgError(err)
	}
	names, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return pgError(err)
	}
	for _, n := range names {
		if _, err := e.pool.Exec(ctx, "ANALYZE "+Postgres.Quote(n)); err != nil {
			return pgError(err)
		}
	}
	return nil
}

func (e *pgEngine) checkpoint(context.Context) error { return nil }

func (e *pgEngine) gauges() Stats {
	s := e.pool.Stat()
	return Stats{Readers: int(s.MaxConns()), ReadersInUse: int(s.AcquiredConns())}
}

// bytes adds up the schema's relations; indexes and TOAST stand with their tables.
func (e *pgEngine) bytes(ctx context.Context) (n int64, err error) {
	err = e.pool.QueryRow(ctx, `SELECT coalesce(sum(pg_total_relation_size(oid)), 0)::bigint FROM pg_class
		WHERE relnamespace = current_schema()::regnamespace AND relkind = 'r'`).Scan(&n)
	if err != nil {
		return 0, pgError(err)
	}
	return n, nil
}

func (e *pgEngine) close() error {
	e.pool.Close()
	return nil
}

// pgError gives the database's own troubles their kind.
func pgError(err error) error {
	var known *errs.Error
	if err == nil || errors.As(err, &known) {
		return err
	}
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return canceled(err)
	}
	var pg *pgconn.PgError
	if errors.As(err, &pg) {
		return pgServerError(pg.Code, err)
	}
	var connect *pgconn.ConnectError
	var network net.Error
	switch {
	case errors.Is(err, puddle.ErrClosedPool):
		return closing()
	case errors.As(err, &connect), errors.As(err, &network), errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF),
		errors.Is(err, net.ErrClosed), strings.Contains(err.Error(), "conn closed"):
		return &errs.Error{Kind: errs.Unavailable, Code: "database_away", Err: err}
	}
	return err
}

// pgServerError sorts what the server said by its SQLSTATE.
func pgServerError(code string, err error) error {
	switch {
	case code == "57014": // query_canceled
		return canceled(err)
	case code == "08P01" && strings.Contains(err.Error(), "startup parameter"): // what PgBouncer says
		return &errs.Error{Kind: errs.Unavailable, Code: "database_pooled", Err: err}
	case strings.HasPrefix(code, "28"), code == "3D000": // log-in refused, no such database
		return &errs.Error{Kind: errs.Unavailable, Code: "database_refused", Err: err}
	case code == "53100": // disk_full
		return &errs.Error{Kind: errs.Unavailable, Code: "disk_full", Err: err}
	case strings.HasPrefix(code, "57P"), strings.HasPrefix(code, "53"), strings.HasPrefix(code, "08"):
		return &errs.Error{Kind: errs.Unavailable, Code: "database_away", Err: err}
	case code == "40P01", code == "40001": // still after all attempts
		return &errs.Error{Kind: errs.Unavailable, Code: "database_busy", Err: err}
	}
	return err
}
