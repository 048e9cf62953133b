package db

import (
	"context"
	"strings"

	"kedang/internal/errs"
)

// copyAtOnce is how many rows are held between one database and the other.
const copyAtOnce = 500

// Copied tells what Copy has brought over.
type Copied struct {
	Tables int
	Rows   int64
}

// Copy makes the tables of a PostgreSQL database hold the rows of a SQLite one
// that nobody writes to, in one transaction: all of them, or none. The tables
// that the program knows must be there; their rows, which the making of them
// wrote, go. Tables and columns that only the old database has — of types and
// fields put away — are made. The search index is another on each database and
// is left out, as is what each has migrated. progress may be nil.
func Copy(ctx context.Context, from, to *DB, progress func(rows int64)) (done Copied, err error) {
	defer errs.Wrap(&err, "db.Copy")
	err = from.Read(ctx, func(src Tx) error {
		tables, err := Texts(ctx, src, `SELECT name FROM sqlite_schema WHERE type = 'table' AND sql NOT LIKE 'CREATE VIRTUAL%' AND name NOT LIKE 'sqlite!_%' ESCAPE '!'
			AND name NOT LIKE 'search!_%' ESCAPE '!' AND name <> 'sys_migration' ORDER BY name`)
		if err != nil {
			return err
		}
		return to.WriteAlone(ctx, func(dst Tx) error {
			done = Copied{}
			for _, table := range tables {
				if err := copyTable(ctx, src, dst, table, func(n int) {
					if done.Rows += int64(n); progress != nil {
						progress(done.Rows)
					}
				}); err != nil {
					return err
				}
				done.Tables++
			}
			return nil
		})
	})
	return done, err
}

func copyTable(ctx context.Context, src, dst Tx, table string, copied func(n int)) (err error) {
	defer errs.Wrap(&err, "copyTable(%s)", table)
	columns, err := sameColumns(ctx, src, dst, table)
	if err != nil {
		return err
	}
	// The log refuses to be emptied. What stands in it here is of this very copy.
	name := Postgres.Quote(table)
	for _, statement := range [...]string{"ALTER TABLE " + name + " DISABLE TRIGGER USER", "DELETE FROM " + name, "ALTER TABLE " + name + " ENABLE TRIGGER USER"} {
		if _, err := dst.Exec(ctx, statement); err != nil {
			return err
		}
	}
	quoted := make([]string, len(columns))
	for i, c := range columns {
		quoted[i] = SQLite.Quote(c)
	}
	rows, err := src.Query(ctx, "SELECT "+strings.Join(quoted, ", ")+" FROM "+SQLite.Quote(table))
	if err != nil {
		return err
	}
	defer rows.Close()
	var some [][]any
	flush := func() error {
		if err := BulkInsert(ctx, dst, table, columns, some); err != nil {
			return err
		}
		copied(len(some))
		some = some[:0]
		return nil
	}
	for rows.Next() {
		values, dest := make([]any, len(columns)), make([]any, len(columns))
		for i := range dest {
			dest[i] = &values[i]
		}
		if err := rows.Scan(dest...); err != nil {
			return err
		}
		if some = append(some, values); len(some) == copyAtOnce {
			if err := flush(); err != nil {
				return err
			}
		}
	}
	if err := rows.Err(); err != nil {
		return err
	}
	return flush()
}

// sameColumns are a table's columns; what the other database lacks is made.
func sameColumns(ctx context.Context, src, dst Tx, table string) ([]string, error) {
	columns, err := Texts(ctx, src, "SELECT name FROM pragma_table_info(?) ORDER BY cid", table)
	if err != nil {
		return nil, err
	}
	types, err := Texts(ctx, src, "SELECT type FROM pragma_table_info(?) ORDER BY cid", table)
	if err != nil {
		return nil, err
	}
	keys, err := Texts(ctx, src, "SELECT name FROM pragma_table_info(?) WHERE pk > 0 ORDER BY pk", table)
	if err != nil {
		return nil, err
	}
	there, err := Texts(ctx, dst, "SELECT column_name::text FROM information_schema.columns WHERE table_schema = current_schema() AND table_name = ?", table)
	if err != nil {
		return nil, err
	}
	known := map[string]bool{}
	for _, c := range there {
		known[c] = true
	}
	postgres := map[string]string{"INTEGER": Postgres.IntType(), "TEXT": Postgres.TextType(), "BLOB": Postgres.BlobType()}
	var missing []string
	for i, c := range columns {
		if !known[c] {
			missing = append(missing, Postgres.Quote(c)+" "+postgres[types[i]])
		}
	}
	switch {
	case len(missing) == 0:
		return columns, nil
	case len(there) > 0:
		_, err = dst.Exec(ctx, "ALTER TABLE "+Postgres.Quote(table)+" ADD COLUMN "+strings.Join(missing, ", ADD COLUMN "))
		return columns, err
	}
	if len(keys) > 0 {
		for i, k := range keys {
			keys[i] = Postgres.Quote(k)
		}
		missing = append(missing, "PRIMARY KEY ("+strings.Join(keys, ", ")+")")
	}
	_, err = dst.Exec(ctx, "CREATE TABLE "+Postgres.Quote(table)+" ("+strings.Join(missing, ", ")+")")
	return columns, err
}

// Texts reads a query's only column.
func Texts(ctx context.Context, tx Tx, query string, args ...any) (out []string, err error) {
	rows, err := tx.Query(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var s string
		if err := rows.Scan(&s); err != nil {
			return nil, err
		}
		out = append(out, s)
	}
	return out, rows.Err()
}
