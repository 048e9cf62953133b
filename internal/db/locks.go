package db

import "context"

// LockKey takes an exclusive lock of the company on a key until the
// transaction ends. SQLite's writer is alone, so there is nothing to take.
// Two keys may by chance share a lock, so take several in a fixed order.
func LockKey(ctx context.Context, tx Tx, key int64) error {
	return lockKey(ctx, tx, "SELECT pg_advisory_xact_lock(hashtext(current_schema()), ?)", key)
}

// LockKeyShared is LockKey shared with others who do the same: they exclude
// only those who call LockKey.
func LockKeyShared(ctx context.Context, tx Tx, key int64) error {
	return lockKey(ctx, tx, "SELECT pg_advisory_xact_lock_shared(hashtext(current_schema()), ?)", key)
}

// lockKey folds the key to the 32 bits that a lock has beside the company's.
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
