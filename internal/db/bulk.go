package db

import (
	"context"
	"strings"
)

// bulkVariables bounds the arguments of one statement of a bulk insert.
const bulkVariables = 1000

// BulkInsert writes many rows at once: COPY on PostgreSQL, statements of
// several rows on SQLite. Each row has one value per column, of the kinds that
// Exec takes; rows are left as they are. Names are plain, not quoted.
func BulkInsert(ctx context.Context, tx Tx, table string, columns []string, rows [][]any) error {
	if len(rows) == 0 {
		return nil
	}
	if t, ok := tx.(*pgTx); ok {
		return t.copyIn(ctx, table, columns, rows)
	}
	per := max(1, bulkVariables/len(columns))
	many, one := insertText(table, columns, per), insertText(table, columns, 1)
	args := make([]any, 0, per*len(columns))
	for len(rows) > 0 {
		text, n := many, per
		if len(rows) < per {
			text, n = one, 1 // the rest one by one: two statements to keep, not one per count
		}
		args = args[:0]
		for _, r := range rows[:n] {
			if len(r) != len(columns) {
				return errColumns(len(r), len(columns))
			}
			args = append(args, r...)
		}
		if _, err := tx.Exec(ctx, text, args...); err != nil {
			return err
		}
		rows = rows[n:]
	}
	return nil
}

// insertText makes a statement for n rows. OR FAIL, for a refusal ends the
// transaction anyhow: ABORT, the default, would have SQLite keep a copy of each
// page it changes, and make the search index write out what it has gathered.
func insertText(table string, columns []string, n int) string {
	var b strings.Builder
	b.WriteString("INSERT OR FAIL INTO " + SQLite.Quote(table) + " (")
	for i, c := range columns {
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString(SQLite.Quote(c))
	}
	one := "(" + strings.TrimSuffix(strings.Repeat("?, ", len(columns)), ", ") + ")"
	b.WriteString(") VALUES " + strings.TrimSuffix(strings.Repeat(one+", ", n), ", "))
	return b.String()
}

// Put runs a statement whose answer nobody asks for. PostgreSQL gets it together
// with the statement that follows, or at the end; what it refuses is told then.
func Put(ctx context.Context, tx Tx, query string, args ...any) error {
	if t, ok := tx.(*pgTx); ok {
		return t.later(ctx, query, args)
	}
	_, err := tx.Exec(ctx, query, args...)
	return err
}
