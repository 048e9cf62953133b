package record

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"time"

	"kedang/internal/access"
	"kedang/internal/db"
	"kedang/internal/errs"
)

// idempotencyStep creates the table of answers kept for 24 hours.
const idempotencyStep = `CREATE TABLE sys_idempotency (actor {int} NOT NULL, key {text} NOT NULL, request {text} NOT NULL,
	result {text} NOT NULL, at {int} NOT NULL, PRIMARY KEY (actor, key)) {strict}`

// idempotencyKept is how long the answer to a key is given again.
const idempotencyKept = 24 * time.Hour

// replay answers a request whose key was used before with the first answer.
// The same key with another request is refused.
func (s *Store) replay(ctx context.Context, tx db.Tx, a *access.Actor, key string, ops []Op) ([]Saved, bool, error) {
	if key == "" {
		return nil, false, nil
	}
	if len(key) > 200 {
		return nil, false, errs.RefuseField("Idempotency-Key", "too_long", errs.Params{"max": 200})
	}
	if err := db.LockKey(ctx, tx, int64(a.ID)^int64(len(key))); err != nil {
		return nil, false, err
	}
	var request, result string
	err := tx.QueryRow(ctx, "SELECT request, result FROM sys_idempotency WHERE actor = ? AND key = ? AND at > ?",
		[]any{a.ID, key, ms(s.Clock().Add(-idempotencyKept))}, &request, &result)
	if isNoRows(err) {
		return nil, false, nil
	}
	if err != nil {
		return nil, false, err
	}
	if request != digest(ops) {
		return nil, false, errs.New(errs.Conflict, "idempotency_mismatch", nil)
	}
	var saved []Saved
	return saved, true, json.Unmarshal([]byte(result), &saved)
}

// remember keeps the answer in the write's own transaction.
func (s *Store) remember(ctx context.Context, tx db.Tx, a *access.Actor, key string, ops []Op, saved []Saved) error {
	if key == "" {
		return nil
	}
	result, err := json.Marshal(saved)
	if err != nil {
		return err
	}
	now := s.Clock()
	if _, err := tx.Exec(ctx, "DELETE FROM sys_idempotency WHERE at <= ?", ms(now.Add(-idempotencyKept))); err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `INSERT INTO sys_idempotency (actor, key, request, result, at) VALUES (?, ?, ?, ?, ?)`,
		a.ID, key, digest(ops), string(result), ms(now))
	return err
}

// digest tells one request from another; JSON of a map has its keys in order.
func digest(ops []Op) string {
	raw, err := json.Marshal(ops)
	if err != nil {
		return ""
	}
	sum := sha256.Sum256(raw)
	return hex.EncodeToString(sum[:])
}
