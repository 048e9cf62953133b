package transfer

import (
	"context"
	"crypto/sha256"
	"database/sql/driver"
	"encoding/hex"
	"io"
	"os"
	"path/filepath"
	"strings"

	"modernc.org/sqlite"

	"kedang/internal/db"
	"kedang/internal/errs"
)

// pagesAtOnce is how much is copied between two looks at the context: 16 MB.
const pagesAtOnce = 4096

// escapeURI escapes what a file: URI would read as its own.
var escapeURI = strings.NewReplacer("%", "%25", "?", "%3f", "#", "%23")

// sqliteConn is a connection below database/sql: the copy interface lives there.
type sqliteConn interface {
	driver.Conn
	driver.QueryerContext
	driver.ExecerContext
	NewBackup(to string) (*sqlite.Backup, error)
}

func openSQLite(path, pragmas string) (sqliteConn, error) {
	c, err := (&sqlite.Driver{}).Open("file:" + escapeURI.Replace(path) + "?_pragma=busy_timeout(10000)" + pragmas)
	if err != nil {
		return nil, err
	}
	return c.(sqliteConn), nil
}

// copySQLite copies the database page by page under a read transaction of its
// own: with the write-ahead log the copy is of one moment, and the writer
// neither waits nor makes it start again.
func copySQLite(ctx context.Context, from Source, path string, m *Manifest) (err error) {
	defer errs.Wrap(&err, "copySQLite")
	c, err := openSQLite(filepath.Join(from.Dir, sqliteName), "&_pragma=query_only(1)")
	if err != nil {
		return err
	}
	defer c.Close()
	if _, err := c.ExecContext(ctx, "BEGIN", nil); err != nil {
		return err
	}
	if _, err := texts(ctx, c, "SELECT name FROM sqlite_schema LIMIT 1"); err != nil { // the snapshot begins here
		return err
	}
	if err := copyPages(ctx, c, path); err != nil {
		return err
	}
	return describeSQLite(ctx, path, m)
}

func copyPages(ctx context.Context, c sqliteConn, path string) error {
	b, err := c.NewBackup("file:" + escapeURI.Replace(path) + "?_pragma=journal_mode(OFF)&_pragma=synchronous(OFF)")
	if err != nil {
		return err
	}
	for more := true; more; {
		if more, err = b.Step(pagesAtOnce); err == nil {
			err = ctx.Err()
		}
		if err != nil {
			b.Finish()
			return err
		}
	}
	return b.Finish()
}

// describeSQLite notes the tables of a database file that nobody else uses,
// and leaves it without a log beside it.
func describeSQLite(ctx context.Context, path string, m *Manifest) error {
	c, err := openSQLite(path, "&_pragma=journal_mode(DELETE)")
	if err != nil {
		return err
	}
	defer c.Close()
	definitions, err := texts(ctx, c, "SELECT coalesce(sql, name) FROM sqlite_schema ORDER BY type, name")
	if err != nil {
		return err
	}
	m.Structure = structureOf(definitions)
	tables, err := texts(ctx, c, "SELECT name FROM sqlite_schema WHERE type = 'table' AND sql NOT LIKE 'CREATE VIRTUAL%' AND name NOT LIKE 'sqlite!_%' ESCAPE '!' ORDER BY name")
	if err != nil {
		return err
	}
	m.Rows = map[string]int64{}
	for _, table := range tables {
		n, err := integer(ctx, c, "SELECT count(*) FROM "+db.SQLite.Quote(table))
		if err != nil {
			return err
		}
		m.Rows[table] = n
	}
	return nil
}

func structureOf(definitions []string) string {
	sum := sha256.Sum256([]byte(strings.Join(definitions, "\n")))
	return hex.EncodeToString(sum[:])
}

// checkSQLite looks at a restored database: sound, and with the rows the
// manifest tells of.
func checkSQLite(ctx context.Context, path string, want Manifest) (err error) {
	defer errs.Wrap(&err, "checkSQLite")
	if err := soundSQLite(ctx, path); err != nil {
		return err
	}
	var got Manifest
	if err := describeSQLite(ctx, path, &got); err != nil {
		return err
	}
	if err := sameContents(want, got); err != nil {
		return err
	}
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	return f.Sync()
}

func soundSQLite(ctx context.Context, path string) error {
	c, err := openSQLite(path, "&_pragma=journal_mode(DELETE)")
	if err != nil {
		return err
	}
	defer c.Close()
	found, err := texts(ctx, c, "PRAGMA quick_check(5)")
	if err != nil {
		return badBackup(err)
	}
	if len(found) != 1 || found[0] != "ok" {
		return errs.New(errs.Invalid, "bad_backup", errs.Params{"found": strings.Join(found, "; ")})
	}
	return nil
}

// texts reads a query's only column.
func texts(ctx context.Context, c sqliteConn, query string) (out []string, err error) {
	err = values(ctx, c, query, func(v driver.Value) {
		s, _ := v.(string)
		out = append(out, s)
	})
	return out, err
}

func integer(ctx context.Context, c sqliteConn, query string) (n int64, err error) {
	err = values(ctx, c, query, func(v driver.Value) { n, _ = v.(int64) })
	return n, err
}

func values(ctx context.Context, c sqliteConn, query string, do func(driver.Value)) error {
	rows, err := c.QueryContext(ctx, query, nil)
	if err != nil {
		return err
	}
	defer rows.Close()
	dest := make([]driver.Value, 1)
	for {
		switch err := rows.Next(dest); err {
		case nil:
			do(dest[0])
		case io.EOF:
			return nil
		default:
			return err
		}
	}
}
