package record

import (
	"context"
	"fmt"
	"time"

	"kedang/internal/db"
	"kedang/internal/errs"
	"kedang/internal/meta"
)

// numberStep creates the counters: one row per type and rendered prefix.
const numberStep = `CREATE TABLE sys_number (type {int} NOT NULL, prefix {text} NOT NULL, last {int} NOT NULL, PRIMARY KEY (type, prefix)) {strict}`

// nextNumber renders the next number of a type's pattern. A number is given
// out inside the writing transaction: a refused write gives it back, an
// acknowledged one keeps it for ever.
func (w *writing) nextNumber() (string, error) {
	prefix := w.prefix()
	last, err := w.s.countUp(w.ctx, w.tx, w.t, prefix, 1)
	if err != nil {
		return "", err
	}
	return w.t.Pattern.Format(prefix, last), nil
}

// prefix is the rendered part of a pattern before the counter.
func (w *writing) prefix() string {
	return w.t.Pattern.Prefix(w.now.In(w.s.Zone), w.actor.Branch)
}

// countUp takes n numbers of a counter and answers the last.
func (s *Store) countUp(ctx context.Context, tx db.Tx, t *meta.Type, prefix string, n int64) (last int64, err error) {
	err = tx.QueryRow(ctx, `INSERT INTO sys_number (type, prefix, last) VALUES (?, ?, ?)
		ON CONFLICT (type, prefix) DO UPDATE SET last = sys_number.last + excluded.last RETURNING last`,
		[]any{t.ID, prefix, n}, &last)
	return last, err
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
