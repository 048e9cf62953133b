package db

import (
	"context"
	"errors"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"
	"modernc.org/sqlite"
)

// String names the database.
func (d Dialect) String() string {
	if d == Postgres {
		return "postgres"
	}
	return "sqlite"
}

// Quote makes an identifier of a name.
func (d Dialect) Quote(name string) string { return `"` + strings.ReplaceAll(name, `"`, `""`) + `"` }

// IntType is the type of 64-bit integers in DDL and CAST.
func (d Dialect) IntType() string {
	if d == Postgres {
		return "bigint"
	}
	return "INTEGER"
}

// TextType is the type of texts, compared by their bytes.
func (d Dialect) TextType() string {
	if d == Postgres {
		return `text COLLATE "C"`
	}
	return "TEXT"
}

// BlobType is the type of bytes.
func (d Dialect) BlobType() string {
	if d == Postgres {
		return "bytea"
	}
	return "BLOB"
}

// RealType is the type of floating-point numbers.
func (d Dialect) RealType() string {
	if d == Postgres {
		return "double precision"
	}
	return "REAL"
}

// Contains prints the condition that the text expr holds the argument as it
// stands, byte for byte, without wildcards.
func (d Dialect) Contains(expr string) string {
	if d == Postgres {
		return "strpos(" + expr + ", ?) > 0"
	}
	return "instr(" + expr + ", ?) > 0"
}

// DDL replaces {int} {text} {blob} {real} and {strict} in a statement.
func (d Dialect) DDL(text string) string {
	strict := "STRICT"
	if d == Postgres {
		strict = ""
	}
	return strings.NewReplacer("{int}", d.IntType(), "{text}", d.TextType(), "{blob}", d.BlobType(), "{real}", d.RealType(), "{strict}", strict).Replace(text)
}

// UniqueViolation tells whether err is the database's refusal of a second
// equal value, and names the index (PostgreSQL) or the columns (SQLite).
func UniqueViolation(err error) (what string, ok bool) {
	var pg *pgconn.PgError
	if errors.As(err, &pg) {
		return pg.ConstraintName + " " + pg.Detail, pg.Code == "23505"
	}
	var le *sqlite.Error
	if errors.As(err, &le) && (le.Code() == 2067 || le.Code() == 1555) {
		return le.Error(), true
	}
	return "", false
}

// LockKey takes an exclusive lock of the company on a key until the
// transaction ends. SQLite's writer is alone, so there is nothing to take.
func LockKey(ctx context.Context, tx Tx, key int64) error {
	return lockKey(ctx, tx, "SELECT pg_advisory_xact_lock(hashtext(current_schema()), ?)", key)
}

// LockKeyShared is LockKey shared with others who do the same.
func LockKeyShared(ctx context.Context, tx Tx, key int64) error {
	return lockKey(ctx, tx, "SELECT pg_advisory_xact_lock_shared(hashtext(current_schema()), ?)", key)
}

func lockKey(ctx context.Context, tx Tx, query string, key int64) error {
	if tx.Dialect() != Postgres {
		return nil
	}
	rows, err := tx.Query(ctx, query, int64(int32(key^key>>32)))
	if err != nil {
		return err
	}
	rows.Next()
	return rows.Close()
}
