package db

import (
	"container/list"
	"context"
	"database/sql/driver"
	"strconv"
	"strings"

	"modernc.org/sqlite"
)

// cachedStatements is how many prepared statements a connection keeps.
const cachedStatements = 256

// liteConn is one SQLite connection with its prepared statements. One
// goroutine uses it at a time.
type liteConn struct {
	conn   driver.Conn
	handle uintptr // sqlite3*, to interrupt it
	stmts  map[string]*list.Element
	order  *list.List // most recently used first
}

// liteStmt is a prepared statement; busy while rows of it are open.
type liteStmt struct {
	query string
	stmt  driver.Stmt
	busy  bool
	kept  bool
}

// openLite opens a connection with the pragmas of its purpose. Memory mapping
// stays off: with a writer it costs more than it saves.
func openLite(file string, noSync, reader bool) (*liteConn, error) {
	sync, cache := "FULL", -65536
	if noSync {
		sync = "OFF"
	}
	if reader {
		cache = -16384
	}
	dsn := "file:" + escapePath.Replace(file) + "?_pragma=busy_timeout(10000)&_pragma=journal_mode(WAL)&_pragma=synchronous(" + sync +
		")&_pragma=cache_size(" + strconv.Itoa(cache) + ")&_pragma=temp_store(MEMORY)&_pragma=mmap_size(0)" +
		"&_pragma=foreign_keys(1)&_pragma=wal_autocheckpoint(4000)" +
		"&_pragma=analysis_limit(20000)" // of each index: all of a million rows would hold up writes for half a minute
	if reader {
		dsn += "&_pragma=query_only(1)"
	}
	conn, err := (&sqlite.Driver{}).Open(dsn)
	if err != nil {
		return nil, liteError(err)
	}
	return &liteConn{conn: conn, handle: handleOf(conn), stmts: map[string]*list.Element{}, order: list.New()}, nil
}

// escapePath escapes what a file: URI would read as its own.
var escapePath = strings.NewReplacer("%", "%25", "?", "%3f", "#", "%23")

// prepare finds or prepares a statement. One that is busy (a query inside the
// loop over its own rows) is prepared a second time and not kept.
func (c *liteConn) prepare(query string) (*liteStmt, error) {
	el, taken := c.stmts[query]
	if taken {
		if s := el.Value.(*liteStmt); !s.busy {
			c.order.MoveToFront(el)
			return s, nil
		}
	}
	stmt, err := c.conn.(driver.ConnPrepareContext).PrepareContext(context.Background(), query)
	if err != nil {
		return nil, err
	}
	s := &liteStmt{query: query, stmt: stmt, kept: !taken}
	if s.kept {
		c.stmts[query] = c.order.PushFront(s)
		c.evict()
	}
	return s, nil
}

// evict closes the statements used longest ago, but none with open rows.
func (c *liteConn) evict() {
	for el := c.order.Back(); c.order.Len() > cachedStatements && el != nil; {
		before := el.Prev()
		if old := el.Value.(*liteStmt); !old.busy {
			c.order.Remove(el)
			delete(c.stmts, old.query)
			old.stmt.Close()
		}
		el = before
	}
}

// release gives a statement back after use.
func (s *liteStmt) release() {
	s.busy = false
	if !s.kept {
		s.stmt.Close()
	}
}

func (c *liteConn) exec(query string, args []driver.NamedValue) (int64, error) {
	s, err := c.prepare(query)
	if err != nil {
		return 0, err
	}
	s.busy = true
	defer s.release()
	res, err := s.stmt.(driver.StmtExecContext).ExecContext(context.Background(), args)
	if err != nil {
		return 0, err
	}
	return res.RowsAffected()
}

func (c *liteConn) query(query string, args []driver.NamedValue) (*liteRows, error) {
	s, err := c.prepare(query)
	if err != nil {
		return nil, err
	}
	s.busy = true
	rows, err := s.stmt.(driver.StmtQueryContext).QueryContext(context.Background(), args)
	if err != nil {
		s.release()
		return nil, err
	}
	return &liteRows{rows: rows, stmt: s, values: make([]driver.Value, len(rows.Columns()))}, nil
}

func (c *liteConn) close() error {
	for el := c.order.Front(); el != nil; el = el.Next() {
		el.Value.(*liteStmt).stmt.Close()
	}
	return c.conn.Close()
}
