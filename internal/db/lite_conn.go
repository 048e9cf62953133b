package db

import (
	"container/list"
	"fmt"
	"strconv"
	"strings"
)

// cachedStatements is how many prepared statements a connection keeps.
const cachedStatements = 256

// How many kilobytes of pages a connection keeps. Little for the writer: at the
// end of nearly every transaction SQLite walks through all that it keeps (it
// moves pages past the end of the file and back while it balances its trees, and
// looks then for any left there). With 64 MB that was a third of a small write, with 8 MB a fifteenth.
const (
	writerCache = 4 << 10
	readerCache = 8 << 10
)

// liteConn is one SQLite connection with its prepared statements. One
// goroutine uses it at a time.
type liteConn struct {
	*lite
	stmts map[string]*list.Element
	order *list.List // most recently used first
}

// liteStmt is a prepared statement; busy while rows of it are open.
type liteStmt struct {
	*call
	query string
	busy  bool
	kept  bool
}

// openLite opens a connection with the pragmas of its purpose. Memory mapping
// stays off: with a writer it costs more than it saves.
func openLite(file string, noSync, reader bool) (_ *liteConn, err error) {
	conn, err := openCall("file:" + escapePath.Replace(file))
	if err != nil {
		return nil, liteError(err)
	}
	c := &liteConn{lite: conn, stmts: map[string]*list.Element{}, order: list.New()}
	sync, cache := "FULL", writerCache
	if noSync {
		sync = "OFF"
	}
	if reader {
		cache = readerCache
	}
	// analysis_limit is of each index: all of a million rows would hold up
	// writes for half a minute.
	for _, pragma := range []string{"busy_timeout = 10000", "journal_mode = WAL", "synchronous = " + sync,
		"cache_size = -" + strconv.Itoa(cache), "temp_store = MEMORY", "mmap_size = 0", "foreign_keys = 1",
		"wal_autocheckpoint = 4000", "analysis_limit = 20000", "query_only = " + strconv.Itoa(int(bit(reader)))} {
		if err := c.run("PRAGMA " + pragma); err != nil {
			c.close()
			return nil, liteError(err)
		}
	}
	return c, nil
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
	made, rest, err := c.lite.prepare(query)
	if err != nil {
		return nil, err
	}
	if made == nil || strings.TrimSpace(rest) != "" {
		if made != nil {
			made.finalize()
		}
		return nil, nil // a script, or nothing
	}
	s := &liteStmt{call: made, query: query, kept: !taken}
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
			old.finalize()
		}
		el = before
	}
}

// release gives a statement back after use.
func (s *liteStmt) release() {
	s.reset()
	s.busy = false
	if !s.kept {
		s.finalize()
	}
}

// exec runs a statement to its end, or a script, which takes no arguments, and
// tells how many rows the last one changed.
func (c *liteConn) exec(query string, args []any) (int64, error) {
	s, err := c.prepare(query)
	if err != nil {
		return 0, err
	}
	if s == nil {
		if len(args) > 0 {
			return 0, errScript(query)
		}
		err := c.run(query)
		return c.changes(), err
	}
	s.busy = true
	defer s.release()
	if err := s.bind(args); err != nil {
		return 0, err
	}
	if err := s.drain(); err != nil {
		return 0, err
	}
	return c.changes(), nil
}

// drain steps to the end.
func (s *call) drain() error {
	for {
		if row, err := s.step(); err != nil || !row {
			return err
		}
	}
}

// run runs the statements of a script, none of them kept.
func (c *liteConn) run(script string) error {
	for script != "" {
		s, rest, err := c.lite.prepare(script)
		if err != nil {
			return err
		}
		script = rest
		if s == nil {
			continue
		}
		err = s.drain()
		s.finalize()
		if err != nil {
			return err
		}
	}
	return nil
}

func errScript(query string) error { return fmt.Errorf("db: more than one statement: %.100s", query) }

// query runs a statement to its first row.
func (c *liteConn) query(query string, args []any) (*liteRows, error) {
	s, err := c.prepare(query)
	if err == nil && s == nil {
		err = errScript(query)
	}
	if err != nil {
		return nil, err
	}
	s.busy = true
	r := &liteRows{stmt: s, columns: s.columns(), ahead: true}
	if err = s.bind(args); err == nil {
		r.row, err = s.step()
	}
	if err != nil {
		s.release()
		return nil, err
	}
	return r, nil
}

func (c *liteConn) close() error {
	for el := c.order.Front(); el != nil; el = el.Next() {
		el.Value.(*liteStmt).finalize()
	}
	return c.lite.close()
}
