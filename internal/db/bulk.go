package db

import (
	"context"
	"strings"

	"github.com/jackc/pgx/v5"
)

// bulkVariables bounds the arguments of one statement of a bulk insert.
const bulkVariables = 600

// BulkInsert writes many rows at once: COPY on PostgreSQL, statements of
// several rows on SQLite. Names are plain; values as for Exec.
func BulkInsert(ctx context.Context, tx Tx, table string, columns []string, rows [][]any) error {
	if len(rows) == 0 {
		return nil
	}
	if t, ok := tx.(*pgTx); ok {
		return t.copyIn(ctx, table, columns, rows)
	}
	per := max(1, bulkVariables/len(columns))
	for len(rows) > 0 {
		n := min(per, len(rows))
		if n < per {
			n = 1 // the rest one by one: two statements to keep, not one per count
		}
		args := make([]any, 0, n*len(columns))
		for _, r := range rows[:n] {
			args = append(args, r...)
		}
		if _, err := tx.Exec(ctx, insertText(table, columns, n), args...); err != nil {
			return err
		}
		rows = rows[n:]
	}
	return nil
}

func insertText(table string, columns []string, n int) string {
	var b strings.Builder
	b.WriteString("INSERT INTO " + SQLite.Quote(table) + " (")
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

func (t *pgTx) copyIn(ctx context.Context, table string, columns []string, rows [][]any) error {
	if t.over {
		return errTxOver
	}
	for _, r := range rows {
		for i := range r {
			v, err := argument(r[i])
			if err != nil {
				return err
			}
			r[i] = v
		}
	}
	_, err := t.tx.CopyFrom(ctx, pgx.Identifier{table}, columns, pgx.CopyFromRows(rows))
	return err
}
