package db

import "context"

// LockKey takes an exclusive lock of the company on a key until the
// transaction ends. SQLite's writer is alone, so there is nothing to take.
// Two keys may by chance share a lock, so take several in a fixed order.
func LockKey(ctx context.Context, tx Tx, key int64) error {
	return lockKey(ctx, tx, "SELECT pg_advisory_xact_lock(hashtext(current_schema()), ?)", key)
}

const lockShared = "SELECT pg_advisory_xact_lock_shared(hashtext(current_schema()), ?)"

// LockKeyShared is LockKey shared with others who do the same: they exclude
// only those who call LockKey.
func LockKeyShared(ctx context.Context, tx Tx, key int64) error {
	return lockKey(ctx, tx, lockShared, key)
}

// PutLockShared is LockKeyShared as part of the next statement, which waits for
// the lock before it looks at anything.
func PutLockShared(ctx context.Context, tx Tx, key int64) error {
	if tx.Dialect() != Postgres {
		return nil
	}
	return Put(ctx, tx, lockShared, folded(key))
}

func lockKey(ctx context.Context, tx Tx, query string, key int64) error {
	if tx.Dialect() != Postgres {
		return nil
	}
	rows, err := tx.Query(ctx, query, folded(key))
	if err != nil {
		return err
	}
	rows.Next()
	return rows.Close()
}

// folded is a key in the 32 bits that a lock has beside the company's.
func folded(key int64) int64 { return int64(int32(key ^ key>>32)) }
