package db

import (
	"context"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"math"
	"net"
	"runtime"
	"strconv"
	"strings"
	"sync"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgtype"
	"github.com/jackc/pgx/v5/pgxpool"

	"kedang/internal/errs"
)

// pgAttempts is how often a transaction that lost a deadlock is run.
const pgAttempts = 4

// pgEngine is a schema of a PostgreSQL server.
type pgEngine struct {
	pool  *pgxpool.Pool
	stats *stats
}

func openPostgres(ctx context.Context, c Config, st *stats) (*pgEngine, error) {
	if c.Schema == "" {
		c.Schema = "kedang"
	}
	cfg, err := pgxpool.ParseConfig(c.URL)
	if err != nil {
		return nil, errs.New(errs.Invalid, "bad_database_url", nil)
	}
	if !strings.Contains(c.URL, "pool_max_conns") {
		cfg.MaxConns = int32(max(8, 4*runtime.GOMAXPROCS(0)))
	}
	cfg.ConnConfig.RuntimeParams["search_path"] = Postgres.Quote(c.Schema)
	cfg.ConnConfig.RuntimeParams["timezone"] = "UTC"
	cfg.ConnConfig.RuntimeParams["jit"] = "off"
	cfg.ConnConfig.StatementCacheCapacity = cachedStatements
	pool, err := pgxpool.NewWithConfig(ctx, cfg)
	if err != nil {
		return nil, pgError(err)
	}
	e := &pgEngine{pool: pool, stats: st}
	if err := e.createSchema(ctx, c.Schema); err != nil {
		pool.Close()
		return nil, pgError(err)
	}
	return e, nil
}

// createSchema makes the schema once, however many nodes start together.
func (e *pgEngine) createSchema(ctx context.Context, name string) error {
	return pgx.BeginFunc(ctx, e.pool, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, "SELECT pg_advisory_xact_lock(7315000)"); err != nil {
			return err
		}
		var one int
		err := tx.QueryRow(ctx, "SELECT 1 FROM pg_namespace WHERE nspname = $1", name).Scan(&one)
		if err == nil {
			return nil
		}
		if !errors.Is(err, pgx.ErrNoRows) {
			return err
		}
		_, err = tx.Exec(ctx, "CREATE SCHEMA "+Postgres.Quote(name))
		return err
	})
}

func (e *pgEngine) read(ctx context.Context, fn func(Tx) error) error {
	tx, err := e.pool.BeginTx(ctx, pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly})
	if err != nil {
		return pgError(err)
	}
	defer tx.Rollback(context.WithoutCancel(ctx))
	t := &pgTx{tx: tx}
	defer t.end()
	return pgError(guarded(fn, t))
}

func (e *pgEngine) write(ctx context.Context, _ bool, fn func(Tx) error) (err error) {
	for attempt := 1; ; attempt++ {
		err = e.writeOnce(ctx, fn)
		if err == nil {
			e.stats.commits.Add(1)
			e.stats.requests.Add(1)
			return nil
		}
		if attempt == pgAttempts || !lostRace(err) {
			e.stats.failed.Add(1)
			return pgError(err)
		}
	}
}

func (e *pgEngine) writeOnce(ctx context.Context, fn func(Tx) error) error {
	tx, err := e.pool.Begin(ctx)
	if err != nil {
		return err
	}
	defer tx.Rollback(context.WithoutCancel(ctx))
	t := &pgTx{tx: tx}
	err = guarded(fn, t)
	t.end()
	if err != nil {
		return err
	}
	return tx.Commit(ctx)
}

// lostRace tells whether a transaction failed only because another was in its way.
func lostRace(err error) bool {
	var pg *pgconn.PgError
	return errors.As(err, &pg) && (pg.Code == "40P01" || pg.Code == "40001")
}

func (e *pgEngine) maintain(ctx context.Context) error {
	_, err := e.pool.Exec(ctx, "ANALYZE")
	return pgError(err)
}

func (e *pgEngine) close() error {
	e.pool.Close()
	return nil
}

// pgError gives the database's own troubles their kind.
func pgError(err error) error {
	if err == nil {
		return nil
	}
	var known *errs.Error
	if errors.As(err, &known) {
		return err
	}
	var pg *pgconn.PgError
	if errors.As(err, &pg) {
		switch {
		case pg.Code == "57014":
			return &errs.Error{Kind: errs.Canceled, Code: "canceled", Err: err}
		case pg.Code == "53100":
			return &errs.Error{Kind: errs.Unavailable, Code: "disk_full", Err: err}
		case strings.HasPrefix(pg.Code, "57P"), strings.HasPrefix(pg.Code, "53"), strings.HasPrefix(pg.Code, "08"):
			return &errs.Error{Kind: errs.Unavailable, Code: "database_away", Err: err}
		}
		return err
	}
	var connect *pgconn.ConnectError
	var network net.Error
	if errors.As(err, &connect) || (errors.As(err, &network) && !errors.Is(err, context.DeadlineExceeded)) {
		return &errs.Error{Kind: errs.Unavailable, Code: "database_away", Err: err}
	}
	return err
}

// pgTx is a transaction.
type pgTx struct {
	tx   pgx.Tx
	over bool
	open []*pgRows
}

var _ Tx = (*pgTx)(nil)

// Exec runs a statement and returns the number of rows it changed.
func (t *pgTx) Exec(ctx context.Context, query string, args ...any) (int64, error) {
	plain, err := arguments(args)
	if err != nil {
		return 0, err
	}
	if t.over {
		return 0, errTxOver
	}
	tag, err := t.tx.Exec(ctx, rebind(query), plain...)
	return tag.RowsAffected(), err
}

// Query runs a statement with a cached plan.
func (t *pgTx) Query(ctx context.Context, query string, args ...any) (Rows, error) {
	return t.query(ctx, query, args, nil)
}

// QueryFresh plans anew: a cached plan turns generic after five runs, and for
// searches that is a hundred times slower.
func (t *pgTx) QueryFresh(ctx context.Context, query string, args ...any) (Rows, error) {
	return t.query(ctx, query, args, []any{pgx.QueryExecModeExec})
}

func (t *pgTx) query(ctx context.Context, query string, args, mode []any) (Rows, error) {
	plain, err := arguments(args)
	if err != nil {
		return nil, err
	}
	if t.over {
		return nil, errTxOver
	}
	rows, err := t.tx.Query(ctx, rebind(query), append(mode, plain...)...)
	if err != nil {
		return nil, pgError(err)
	}
	r := &pgRows{rows: rows}
	t.open = append(t.open, r)
	return r, nil
}

// QueryRow scans the first row.
func (t *pgTx) QueryRow(ctx context.Context, query string, args []any, dest ...any) error {
	rows, err := t.Query(ctx, query, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	return firstRow(rows, dest)
}

// Dialect tells that this is PostgreSQL.
func (t *pgTx) Dialect() Dialect { return Postgres }

func (t *pgTx) end() {
	t.over = true
	for _, r := range t.open {
		r.rows.Close()
	}
}

func arguments(args []any) ([]any, error) {
	out := make([]any, len(args))
	for i, a := range args {
		v, err := argument(a)
		if err != nil {
			return nil, err
		}
		out[i] = v
	}
	return out, nil
}

// pgRows decodes rows itself, so that both databases give the same five forms.
type pgRows struct {
	rows pgx.Rows
	err  error
}

// Next moves to the next row.
func (r *pgRows) Next() bool { return r.err == nil && r.rows.Next() }

// Scan copies the row's values.
func (r *pgRows) Scan(dest ...any) error {
	fields, raw := r.rows.FieldDescriptions(), r.rows.RawValues()
	if len(dest) != len(raw) {
		return errColumns(len(dest), len(raw))
	}
	for i := range raw {
		v, err := decode(fields[i].DataTypeOID, fields[i].Format, raw[i])
		if err != nil {
			return errColumn(i, err)
		}
		if err := assign(dest[i], v); err != nil {
			return errColumn(i, err)
		}
	}
	return nil
}

// Close ends the query.
func (r *pgRows) Close() error {
	r.rows.Close()
	return pgError(r.rows.Err())
}

// Err is why Next ended early.
func (r *pgRows) Err() error { return pgError(r.rows.Err()) }

// voidOID is the type of functions that answer nothing.
const voidOID = 2278

// decode reads a value in the text or binary format.
func decode(oid uint32, format int16, raw []byte) (any, error) {
	if raw == nil {
		return nil, nil
	}
	if format == pgtype.BinaryFormatCode {
		return decodeBinary(oid, raw)
	}
	switch oid {
	case pgtype.Int8OID, pgtype.Int4OID, pgtype.Int2OID, pgtype.OIDOID:
		return strconv.ParseInt(string(raw), 10, 64)
	case pgtype.Float8OID, pgtype.Float4OID:
		return strconv.ParseFloat(string(raw), 64)
	case pgtype.BoolOID:
		return bit(len(raw) > 0 && raw[0] == 't'), nil
	case pgtype.ByteaOID:
		if len(raw) >= 2 && raw[0] == '\\' && raw[1] == 'x' {
			return hex.DecodeString(string(raw[2:]))
		}
	case pgtype.NumericOID:
		if n, err := strconv.ParseInt(string(raw), 10, 64); err == nil {
			return n, nil
		}
	}
	return string(raw), nil
}

func decodeBinary(oid uint32, raw []byte) (any, error) {
	switch oid {
	case pgtype.Int8OID:
		return int64(binary.BigEndian.Uint64(raw)), nil
	case pgtype.Int4OID:
		return int64(int32(binary.BigEndian.Uint32(raw))), nil
	case pgtype.Int2OID:
		return int64(int16(binary.BigEndian.Uint16(raw))), nil
	case pgtype.OIDOID:
		return int64(binary.BigEndian.Uint32(raw)), nil
	case pgtype.Float8OID:
		return math.Float64frombits(binary.BigEndian.Uint64(raw)), nil
	case pgtype.Float4OID:
		return float64(math.Float32frombits(binary.BigEndian.Uint32(raw))), nil
	case pgtype.BoolOID:
		return bit(raw[0] != 0), nil
	case pgtype.ByteaOID:
		return append([]byte{}, raw...), nil
	case pgtype.TextOID, pgtype.VarcharOID, pgtype.NameOID, pgtype.UnknownOID, pgtype.BPCharOID, pgtype.JSONOID:
		return string(raw), nil
	case pgtype.NumericOID:
		var n pgtype.Numeric
		if err := pgtype.NewMap().Scan(oid, pgtype.BinaryFormatCode, raw, &n); err != nil {
			return nil, err
		}
		if v, err := n.Int64Value(); err == nil {
			return v.Int64, nil
		}
		v, err := n.Float64Value()
		return v.Float64, err
	case voidOID:
		return nil, nil
	}
	return nil, fmt.Errorf("db: no decoding for type %d", oid)
}

func bit(b bool) int64 {
	if b {
		return 1
	}
	return 0
}

// rebound caches rewritten statements; their number is that of the program's
// statements and the lists' shapes, bounded below.
var rebound = rebinder{m: map[string]string{}}

type rebinder struct {
	mu sync.RWMutex
	m  map[string]string
}

// rebind turns '?' into $1, $2 … outside quotes.
func rebind(query string) string {
	if strings.IndexByte(query, '?') < 0 {
		return query
	}
	rebound.mu.RLock()
	out, ok := rebound.m[query]
	rebound.mu.RUnlock()
	if ok {
		return out
	}
	out = number(query)
	rebound.mu.Lock()
	if len(rebound.m) > 5000 {
		clear(rebound.m)
	}
	rebound.m[query] = out
	rebound.mu.Unlock()
	return out
}

func number(query string) string {
	var b strings.Builder
	n := 0
	var quoted byte
	for i := 0; i < len(query); i++ {
		c := query[i]
		switch {
		case quoted != 0:
			if c == quoted {
				quoted = 0
			}
		case c == '\'' || c == '"':
			quoted = c
		case c == '?':
			n++
			b.WriteString("$" + strconv.Itoa(n))
			continue
		}
		b.WriteByte(c)
	}
	return b.String()
}
