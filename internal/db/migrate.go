package db

import (
	"context"
	"database/sql"
	"errors"

	"kedang/internal/errs"
)

// migrateLock is the advisory key under which fixed tables change.
const migrateLock = 7_315_002

// Migrate carries out the steps of a group that were not done yet, each once,
// in order, in one transaction. Steps are only ever appended. A database that
// has seen more steps than this program knows is refused: an older program
// must not write into a newer one's tables.
func (d *DB) Migrate(ctx context.Context, group string, steps ...string) (err error) {
	defer errs.Wrap(&err, "DB.Migrate(%s)", group)
	return d.WriteAlone(ctx, func(tx Tx) error {
		if err := LockKey(ctx, tx, migrateLock); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, tx.Dialect().DDL(`CREATE TABLE IF NOT EXISTS sys_migration (grp {text} PRIMARY KEY, done {int} NOT NULL) {strict}`)); err != nil {
			return err
		}
		var done int
		err := tx.QueryRow(ctx, `SELECT done FROM sys_migration WHERE grp = ?`, []any{group}, &done)
		if err != nil && !errors.Is(err, sql.ErrNoRows) {
			return err
		}
		if done > len(steps) {
			return errs.New(errs.Unavailable, "database_newer", errs.Params{"group": group})
		}
		for _, step := range steps[done:] {
			if _, err := tx.Exec(ctx, tx.Dialect().DDL(step)); err != nil {
				return err
			}
		}
		if done == len(steps) {
			return nil
		}
		_, err = tx.Exec(ctx, `INSERT INTO sys_migration (grp, done) VALUES (?, ?) ON CONFLICT (grp) DO UPDATE SET done = excluded.done`, group, len(steps))
		return err
	})
}
