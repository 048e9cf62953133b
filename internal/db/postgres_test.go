package db_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"kedang/internal/db"
	"kedang/internal/db/dbtest"
	"kedang/internal/errs"
)

func TestPostgresNodesMayStartTogether(t *testing.T) {
	c := dbtest.PostgresConfig(t)
	var wg sync.WaitGroup
	for range 6 {
		wg.Go(func() {
			d, err := db.Open(t.Context(), c)
			if err != nil {
				t.Error(err)
				return
			}
			defer d.Close()
			for range 2 {
				if err := d.Migrate(t.Context(), "g", `CREATE TABLE a (id {int})`, `INSERT INTO a VALUES (1)`); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	d, err := db.Open(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	var n int64
	err = d.Read(t.Context(), func(tx db.Tx) error { return tx.QueryRow(t.Context(), `SELECT count(*) FROM a`, nil, &n) })
	if err != nil || n != 1 {
		t.Errorf("the steps ran %d times, %v", n, err)
	}
}

func TestPostgresRunsALostRaceAgain(t *testing.T) {
	d := dbtest.Postgres(t)
	table(t, d)
	if err := do(t, d, `INSERT INTO things (id, weight) VALUES (1, 0.0), (2, 0.0)`); err != nil {
		t.Fatal(err)
	}
	var meet, wg sync.WaitGroup
	meet.Add(2)
	runs := make([]int, 2)
	for i := range 2 {
		wg.Go(func() {
			err := d.Write(t.Context(), func(tx db.Tx) error {
				runs[i]++
				for j := range 2 { // each the other's rows, in the opposite order
					if _, err := tx.Exec(t.Context(), `UPDATE things SET weight = weight + 1 WHERE id = ?`, 1+(i+j)%2); err != nil {
						return fmt.Errorf("told in our words: %w", err)
					}
					if runs[i] == 1 && j == 0 {
						meet.Done()
						meet.Wait()
					}
				}
				return nil
			})
			if err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if runs[0]+runs[1] != 3 {
		t.Errorf("ran %v times; no deadlock, no test", runs)
	}
	var sum float64
	err := d.Read(t.Context(), func(tx db.Tx) error {
		return tx.QueryRow(t.Context(), `SELECT sum(weight) FROM things`, nil, &sum)
	})
	if err != nil || sum != 4 {
		t.Errorf("the sum is %v, %v", sum, err)
	}
}

func TestPostgresLocksKeys(t *testing.T) {
	d := dbtest.Postgres(t)
	table(t, d)
	type lock func(context.Context, db.Tx, int64) error
	for _, c := range []struct {
		name          string
		first, second lock
		other         int64
		waits         bool
	}{
		{"exclusive", db.LockKey, db.LockKey, 7 << 40, true},
		{"another key", db.LockKey, db.LockKey, 8 << 40, false},
		{"shared", db.LockKeyShared, db.LockKeyShared, 7 << 40, false},
		{"shared against exclusive", db.LockKeyShared, db.LockKey, 7 << 40, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			err := d.Write(t.Context(), func(tx db.Tx) error {
				if err := c.first(t.Context(), tx, 7<<40); err != nil {
					return err
				}
				ctx, cancel := context.WithTimeout(t.Context(), 150*time.Millisecond)
				defer cancel()
				err := d.Write(ctx, func(tx db.Tx) error { return c.second(ctx, tx, c.other) })
				if waits := errors.Is(err, context.DeadlineExceeded); waits != c.waits || !waits && err != nil {
					t.Errorf("waits: %v, want %v (%v)", waits, c.waits, err)
				}
				return nil
			})
			if err != nil {
				t.Fatal(err)
			}
		})
	}
	other := dbtest.Postgres(t) // another company on the same server
	err := d.Write(t.Context(), func(tx db.Tx) error {
		if err := db.LockKey(t.Context(), tx, 7); err != nil {
			return err
		}
		ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
		defer cancel()
		return other.Write(ctx, func(tx db.Tx) error { return db.LockKey(ctx, tx, 7) })
	})
	if err != nil {
		t.Errorf("companies wait for each other: %v", err)
	}
}

func TestPostgresStopsTheServersWorkToo(t *testing.T) {
	d := dbtest.Postgres(t)
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	err := d.Read(ctx, func(tx db.Tx) error {
		var n int64
		return tx.QueryRow(ctx, endless+`SELECT count(*) /* runaway */ FROM c`, nil, &n)
	})
	if !errs.Is(err, errs.Canceled) {
		t.Errorf("got %v", err)
	}
	var n int64
	err = d.Read(t.Context(), func(tx db.Tx) error {
		return tx.QueryRow(t.Context(), `SELECT count(*) FROM pg_stat_activity WHERE state = 'active' AND query LIKE '%runaway%' AND pid <> pg_backend_pid()`, nil, &n)
	})
	if err != nil || n != 0 {
		t.Errorf("%d still run, %v", n, err)
	}
}

func TestPostgresGoneIsUnavailable(t *testing.T) {
	d := dbtest.Postgres(t)
	table(t, d)
	admin, err := pgx.Connect(t.Context(), os.Getenv("KEDANG_TEST_POSTGRES"))
	if err != nil {
		t.Fatal(err)
	}
	defer admin.Close(context.Background())
	lose := func(tx db.Tx) error {
		var pid int64
		if err := tx.QueryRow(t.Context(), `SELECT pg_backend_pid()`, nil, &pid); err != nil {
			return err
		}
		if _, err := admin.Exec(t.Context(), `SELECT pg_terminate_backend($1, 2000)`, pid); err != nil {
			return err
		}
		return tx.QueryRow(t.Context(), `SELECT pg_backend_pid()`, nil, &pid)
	}
	if err := d.Write(t.Context(), lose); !errs.Is(err, errs.Unavailable) {
		t.Errorf("write: got %v", err)
	}
	if err := d.Read(t.Context(), lose); !errs.Is(err, errs.Unavailable) {
		t.Errorf("read: got %v", err)
	}
	if err := do(t, d, `INSERT INTO things (id) VALUES (1)`); err != nil {
		t.Errorf("afterwards: %v", err)
	}
}

func TestPostgresPlansSearchesAnew(t *testing.T) {
	d := dbtest.Postgres(t)
	table(t, d)
	prepared := func(ask func(tx db.Tx) (db.Rows, error)) (n int64) {
		err := d.Read(t.Context(), func(tx db.Tx) error {
			for range 3 {
				rows, err := ask(tx)
				if err != nil {
					return err
				}
				if err := rows.Close(); err != nil {
					return err
				}
			}
			return tx.QueryRow(t.Context(), `SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE '%weight > $1%' AND statement NOT LIKE '%pg_prepared%'`, nil, &n)
		})
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	const query = `SELECT id FROM things WHERE weight > ? AND name <> '?'`
	if n := prepared(func(tx db.Tx) (db.Rows, error) { return tx.Query(t.Context(), query, 1.5) }); n != 1 {
		t.Errorf("Query keeps %d plans, not 1", n)
	}
}
