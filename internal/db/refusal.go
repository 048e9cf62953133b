package db

import (
	"errors"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"
)

// SQLite's extended codes for a second equal value.
const (
	liteUnique     = 2067
	litePrimaryKey = 1555
	liteRowID      = 2579
)

// UniqueViolation tells whether err is the database's refusal of a second
// equal value, and of which columns: "name, branch". PostgreSQL puts the
// index's name before them; SQLite names the index alone ("index 'x'") when it
// stands on an expression. The values themselves are left out.
func UniqueViolation(err error) (what string, ok bool) {
	var pg *pgconn.PgError
	if errors.As(err, &pg) && pg.Code == "23505" {
		columns, _, _ := strings.Cut(strings.TrimPrefix(pg.Detail, "Key ("), ")=(")
		return strings.TrimSpace(pg.ConstraintName + " " + strings.ReplaceAll(columns, `"`, "")), true
	}
	var f *liteFault
	if !errors.As(err, &f) {
		return "", false
	}
	switch f.code {
	case liteUnique, litePrimaryKey, liteRowID:
		return liteColumns(f.Error()), true
	}
	return "", false
}

// liteColumns turns "… UNIQUE constraint failed: t.a, t.b (2067)" into "a, b".
func liteColumns(message string) string {
	if i := strings.LastIndex(message, "failed: "); i >= 0 {
		message = message[i+len("failed: "):]
	}
	if i := strings.LastIndex(message, " ("); i >= 0 {
		message = message[:i]
	}
	if strings.HasPrefix(message, "index ") {
		return message
	}
	names := strings.Split(message, ", ")
	for i, n := range names {
		_, names[i], _ = strings.Cut(n, ".")
	}
	return strings.Join(names, ", ")
}
