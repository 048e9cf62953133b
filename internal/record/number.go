package record

import (
	"context"
	"fmt"
	"time"

	"kedang/internal/db"
	"kedang/internal/errs"
)

// numberStep creates the counters: one row per type and rendered prefix.
const numberStep = `CREATE TABLE sys_number (type {int} NOT NULL, prefix {text} NOT NULL, last {int} NOT NULL, PRIMARY KEY (type, prefix)) {strict}`

// nextNumber renders the next number of a type's pattern. A number is given
// out inside the writing transaction: a refused write gives it back, an
// acknowledged one keeps it for ever.
func (s *Store) nextNumber(ctx context.Context, tx db.Tx, w *writing) (string, error) {
	p := w.t.Pattern
	prefix := p.Prefix(w.now.In(s.Zone), w.actor.Branch)
	var last int64
	err := tx.QueryRow(ctx, `INSERT INTO sys_number (type, prefix, last) VALUES (?, ?, 1)
		ON CONFLICT (type, prefix) DO UPDATE SET last = sys_number.last + 1 RETURNING last`,
		[]any{w.t.ID, prefix}, &last)
	if err != nil {
		return "", err
	}
	return p.Format(prefix, last), nil
}

// takeNumber accepts a number brought along (an import keeps its own) and
// raises the counter past it, so that it is never given out again.
func (s *Store) takeNumber(ctx context.Context, tx db.Tx, w *writing, given string) error {
	prefix, seq, ok := w.t.Pattern.Parse(given)
	if !ok {
		return nil // another pattern: kept as it is, cannot meet ours
	}
	_, err := tx.Exec(ctx, `INSERT INTO sys_number (type, prefix, last) VALUES (?, ?, ?)
		ON CONFLICT (type, prefix) DO UPDATE SET last = excluded.last WHERE sys_number.last < excluded.last`,
		w.t.ID, prefix, seq)
	return err
}

// checkNumber refuses a number that another record of the type bears, in any
// state: numbers are never used twice.
func (s *Store) checkNumber(ctx context.Context, tx db.Tx, w *writing, given string) error {
	if len([]rune(given)) > 64 {
		return errs.RefuseField("number", "too_long", errs.Params{"max": 64})
	}
	var other int64
	err := tx.QueryRow(ctx, fmt.Sprintf(`SELECT id FROM %s WHERE number = ?`, quote(w.t.Table)), []any{given}, &other)
	if isNoRows(err) {
		return nil
	}
	if err != nil {
		return err
	}
	return errs.RefuseField("number", "not_unique", nil)
}

// ms is a time as the database keeps it: UTC milliseconds.
func ms(t time.Time) int64 { return t.UnixMilli() }
