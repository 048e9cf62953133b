package db_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"kedang/internal/db"
	"kedang/internal/db/dbtest"
	"kedang/internal/errs"
)

func table(t testing.TB, d *db.DB) {
	t.Helper()
	err := d.Migrate(t.Context(), "test", `CREATE TABLE things (id {int} PRIMARY KEY, name {text}, body {blob}, weight {real}) {strict}`,
		`CREATE UNIQUE INDEX things_name ON things (name)`)
	if err != nil {
		t.Fatal(err)
	}
}

// do writes one statement.
func do(t testing.TB, d *db.DB, query string, args ...any) error {
	t.Helper()
	return d.Write(t.Context(), func(tx db.Tx) error {
		_, err := tx.Exec(t.Context(), query, args...)
		return err
	})
}

// column reads a query's first column in a transaction.
func column[T any](ctx context.Context, tx db.Tx, query string, args ...any) (out []T, err error) {
	rows, err := tx.Query(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var v T
		if err := rows.Scan(&v); err != nil {
			return nil, err
		}
		out = append(out, v)
	}
	return out, rows.Err()
}

func names(t testing.TB, d *db.DB) (out []string) {
	t.Helper()
	err := d.Read(t.Context(), func(tx db.Tx) (err error) {
		out, err = column[string](t.Context(), tx, `SELECT name FROM things ORDER BY id`)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestAFailedRequestIsUndoneAlone(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		table(t, d)
		var wg sync.WaitGroup
		failed := make([]error, 120)
		for i := range failed {
			wg.Go(func() {
				failed[i] = d.Write(t.Context(), func(tx db.Tx) error {
					if _, err := tx.Exec(t.Context(), `INSERT INTO things (id, name) VALUES (?, ?)`, i, fmt.Sprintf("n%03d", i)); err != nil {
						return err
					}
					switch i % 4 {
					case 1:
						return errors.New("refused")
					case 2:
						panic("broken")
					case 3: // the database refuses; the function looks away
						tx.Exec(t.Context(), `INSERT INTO things (id) VALUES (?)`, i)
					}
					return nil
				})
			})
		}
		wg.Wait()
		var want []string
		for i, err := range failed {
			if (err == nil) != (i%4 == 0) {
				t.Errorf("request %d: %v", i, err)
			}
			switch i % 4 {
			case 0:
				want = append(want, fmt.Sprintf("n%03d", i))
			case 2:
				if e := errs.As(err); e.Kind != errs.Internal || e.Code != "panic" || !strings.Contains(e.Error(), "conformance_test.go") {
					t.Errorf("panic became %v", err)
				}
			case 3:
				if _, ok := db.UniqueViolation(err); !ok {
					t.Errorf("the refusal was swallowed: %v", err)
				}
			}
		}
		if diff := cmp.Diff(want, names(t, d)); diff != "" {
			t.Error(diff)
		}
	})
}

func TestNothingRunsAfterARefusal(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		table(t, d)
		err := d.Write(t.Context(), func(tx db.Tx) error {
			if _, err := tx.Exec(t.Context(), `INSERT INTO nowhere (id) VALUES (1)`); err == nil {
				t.Error("wrote into a table that is not there")
			}
			if _, err := tx.Exec(t.Context(), `INSERT INTO things (id) VALUES (1)`); err == nil {
				t.Error("went on in a lost transaction")
			}
			return errors.New("told")
		})
		if err == nil || err.Error() != "told" {
			t.Errorf("got %v", err)
		}
	})
}

func TestUniqueViolationIsTold(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		table(t, d)
		if err := do(t, d, `INSERT INTO things (id, name) VALUES (?, ?)`, 1, "weight"); err != nil {
			t.Fatal(err)
		}
		for column, args := range map[string][]any{"name": {2, "weight"}, "id": {1, "other"}} {
			what, ok := db.UniqueViolation(do(t, d, `INSERT INTO things (id, name) VALUES (?, ?)`, args...))
			if !ok || !strings.HasSuffix(what, column) || strings.Contains(what, "weight") {
				t.Errorf("%s: got %q, %v", column, what, ok)
			}
		}
		if _, ok := db.UniqueViolation(do(t, d, `INSERT INTO things (name) VALUES (?, ?)`, 1, 2)); ok {
			t.Error("a faulty statement passes for a second value")
		}
		if err := do(t, d, `CREATE UNIQUE INDEX both_of ON things (weight, body) WHERE weight > 0`); err != nil {
			t.Fatal(err)
		}
		insert := `INSERT INTO things (id, weight, body) VALUES (?, 1.0, ?)`
		if err := do(t, d, insert, 5, []byte("x")); err != nil {
			t.Fatal(err)
		}
		if what, ok := db.UniqueViolation(do(t, d, insert, 6, []byte("x"))); !ok || !strings.HasSuffix(what, "weight, body") {
			t.Errorf("two columns: got %q, %v", what, ok)
		}
	})
}

func TestQueriesInsideTheRowsOfAnother(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		table(t, d)
		if err := do(t, d, `INSERT INTO things (id, name) VALUES (1, 'a'), (2, 'b'), (3, NULL)`); err != nil {
			t.Fatal(err)
		}
		var got []string
		err := d.Write(t.Context(), func(tx db.Tx) error {
			got = nil
			outer, err := tx.Query(t.Context(), `SELECT id, name FROM things ORDER BY id`)
			if err != nil {
				return err
			}
			for outer.Next() {
				var id int64
				var name sql.NullString
				inner, err := column[int64](t.Context(), tx, `SELECT id FROM things WHERE id > 0 ORDER BY id`)
				if err != nil {
					return err
				}
				if err := outer.Scan(&id, &name); err != nil {
					return err
				}
				if _, err := tx.Exec(t.Context(), `UPDATE things SET weight = 1.0 WHERE id = ?`, id); err != nil {
					return err
				}
				got = append(got, fmt.Sprint(id, name.String, inner))
			}
			return outer.Close()
		})
		if diff := cmp.Diff([]string{"1a[1 2 3]", "2b[1 2 3]", "3[1 2 3]"}, got); err != nil || diff != "" {
			t.Errorf("%v %s", err, diff)
		}
	})
}

func TestReadSeesOneMomentAndNeverWrites(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		table(t, d)
		err := d.Read(t.Context(), func(tx db.Tx) error {
			var before, after int64
			if err := tx.QueryRow(t.Context(), `SELECT count(*) FROM things`, nil, &before); err != nil {
				return err
			}
			if err := do(t, d, `INSERT INTO things (id, name) VALUES (9, 'late')`); err != nil {
				return err
			}
			if err := tx.QueryRow(t.Context(), `SELECT count(*) FROM things`, nil, &after); err != nil {
				return err
			}
			if before != 0 || after != 0 {
				t.Errorf("saw %d rows, then %d", before, after)
			}
			if _, err := tx.Exec(t.Context(), `DELETE FROM things`); err == nil {
				t.Error("a read deleted")
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff([]string{"late"}, names(t, d)); diff != "" {
			t.Error(diff)
		}
	})
}

func TestReadOneBeginsAgainWhenItAsksTwice(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		table(t, d)
		count := func(tx db.Tx) (n int64, err error) {
			return n, tx.QueryRow(t.Context(), `SELECT count(*) FROM things`, nil, &n)
		}
		ran := 0
		err := d.ReadOne(t.Context(), func(tx db.Tx) error {
			ran++
			n, err := count(tx)
			if err != nil || n != 0 {
				t.Errorf("%d rows, %v", n, err)
			}
			return err
		})
		if err != nil || ran != 1 {
			t.Errorf("one question: ran %d times, %v", ran, err)
		}
		ran = 0
		err = d.ReadOne(t.Context(), func(tx db.Tx) error {
			ran++
			before, _ := count(tx)
			if err := do(t, d, `INSERT INTO things (id, name) VALUES (?, ?)`, ran, fmt.Sprint("late", ran)); err != nil {
				return err
			}
			after, _ := count(tx) // the first time refused, which is swallowed here
			if ran == 2 && (before != 1 || after != 1) {
				t.Errorf("saw %d rows, then %d", before, after)
			}
			return nil
		})
		if err != nil || ran != 2 {
			t.Errorf("two questions: ran %d times, %v", ran, err)
		}
		err = d.ReadOne(t.Context(), func(tx db.Tx) error {
			_, err := tx.Exec(t.Context(), `DELETE FROM things`)
			return err
		})
		if err == nil || len(names(t, d)) != 2 {
			t.Errorf("a read deleted: %v", err)
		}
		if err := do(t, d, `DELETE FROM things`); err != nil {
			t.Errorf("the next write: %v", err)
		}
	})
}

func TestReadTurnsAPanicIntoAnError(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		err := d.Read(t.Context(), func(tx db.Tx) error {
			if _, err := tx.Query(t.Context(), `SELECT 1`); err != nil {
				return err
			}
			panic("broken")
		})
		if errs.As(err).Code != "panic" {
			t.Errorf("got %v", err)
		}
		if err := d.Read(t.Context(), func(tx db.Tx) error { return nil }); err != nil {
			t.Errorf("the next read: %v", err)
		}
	})
}

func TestATransactionEndsWithItsFunction(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		table(t, d)
		var kept db.Tx
		if err := d.Write(t.Context(), func(tx db.Tx) error { kept = tx; return nil }); err != nil {
			t.Fatal(err)
		}
		if _, err := kept.Exec(t.Context(), `INSERT INTO things (id) VALUES (1)`); err == nil {
			t.Error("wrote after the end")
		}
		if _, err := kept.Query(t.Context(), `SELECT 1`); err == nil {
			t.Error("read after the end")
		}
	})
}

func TestMigrateRunsEachStepOnce(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		one := `CREATE TABLE a (id {int})`
		for _, steps := range [][]string{{one}, {one}, {one, `CREATE TABLE b (id {int})`, `INSERT INTO b VALUES (1); INSERT INTO b VALUES (2)`}} {
			if err := d.Migrate(t.Context(), "g", steps...); err != nil {
				t.Fatal(err)
			}
		}
		if err := d.Migrate(t.Context(), "g", one); errs.As(err).Code != "database_newer" {
			t.Errorf("an older program: got %v", err)
		}
		err := d.Migrate(t.Context(), "half", `CREATE TABLE c (id {int})`, `CREATE TABLE b (id {int})`)
		if err == nil {
			t.Fatal("made a table twice")
		}
		if err := d.Migrate(t.Context(), "half", `CREATE TABLE c (id {int})`); err != nil {
			t.Errorf("a failed migration left something: %v", err)
		}
		var n int64
		err = d.Read(t.Context(), func(tx db.Tx) error {
			return tx.QueryRow(t.Context(), `SELECT sum(id) FROM b`, nil, &n)
		})
		if err != nil || n != 3 {
			t.Errorf("the steps wrote %d, %v", n, err)
		}
	})
}

func TestNoRows(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		table(t, d)
		var n int64
		err := d.Read(t.Context(), func(tx db.Tx) error {
			return tx.QueryRow(t.Context(), `SELECT id FROM things`, nil, &n)
		})
		if !errors.Is(err, sql.ErrNoRows) {
			t.Errorf("got %v", err)
		}
	})
}

func TestBulkInsert(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		table(t, d)
		var rows [][]any
		var want []string
		for i := range 1234 {
			want = append(want, fmt.Sprintf("n%04d", i))
			rows = append(rows, []any{i, want[i], nil, 0.5})
		}
		insert := func(tx db.Tx) error {
			return db.BulkInsert(t.Context(), tx, "things", []string{"id", "name", "body", "weight"}, rows)
		}
		if err := d.WriteAlone(t.Context(), insert); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, names(t, d)); diff != "" {
			t.Error(diff)
		}
		if _, ok := rows[0][0].(int); !ok {
			t.Errorf("the caller's rows were changed: %T", rows[0][0])
		}
		if _, ok := db.UniqueViolation(d.WriteAlone(t.Context(), insert)); !ok {
			t.Error("wrote the same rows twice")
		}
		rows = [][]any{{5000}}
		if err := d.WriteAlone(t.Context(), insert); err == nil {
			t.Error("a row with too few values was taken")
		}
	})
}

func TestCanceledWriteThatNeverBeganLeavesNothing(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		table(t, d)
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		err := d.Write(ctx, func(tx db.Tx) error {
			_, err := tx.Exec(t.Context(), `INSERT INTO things (id, name) VALUES (1, 'x')`)
			return err
		})
		if !errors.Is(err, context.Canceled) || !errs.Is(err, errs.Canceled) {
			t.Errorf("got %v", err)
		}
		if got := names(t, d); got != nil {
			t.Errorf("stored %q", got)
		}
	})
}

func TestWriteStopsBetweenStatementsWhenCanceled(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		table(t, d)
		ctx, cancel := context.WithCancel(t.Context())
		err := d.Write(ctx, func(tx db.Tx) error {
			if _, err := tx.Exec(ctx, `INSERT INTO things (id, name) VALUES (1, 'x')`); err != nil {
				return err
			}
			cancel()
			_, err := tx.Exec(ctx, `INSERT INTO things (id, name) VALUES (2, 'y')`)
			return err
		})
		if !errs.Is(err, errs.Canceled) {
			t.Errorf("got %v", err)
		}
		if got := names(t, d); got != nil {
			t.Errorf("stored %q", got)
		}
	})
}

// endless counts further than any test waits.
const endless = `WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c WHERE x < 4000000000) `

func TestLongReadStopsWithItsContext(t *testing.T) {
	for name, query := range map[string]string{
		"before the first row": endless + `SELECT count(*) FROM c`,
		"after the first row":  endless + `SELECT x FROM c WHERE x = 1 OR x = 4000000000`,
	} {
		t.Run(name, func(t *testing.T) {
			dbtest.Each(t, func(t *testing.T, d *db.DB) {
				for _, own := range []bool{false, true} { // the read's context, or the statement's own
					short, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
					outer := short
					if own {
						outer = t.Context()
					}
					begin := time.Now()
					err := d.Read(outer, func(tx db.Tx) error {
						_, err := column[int64](short, tx, query)
						return err
					})
					cancel()
					if !errs.Is(err, errs.Canceled) || !errors.Is(err, context.DeadlineExceeded) || time.Since(begin) > 3*time.Second {
						t.Errorf("own=%v: ended with %v after %v", own, err, time.Since(begin))
					}
					var n int64
					err = d.Read(t.Context(), func(tx db.Tx) error { return tx.QueryRow(t.Context(), `SELECT 1`, nil, &n) })
					if err != nil || n != 1 {
						t.Errorf("own=%v: the next read: %v", own, err)
					}
				}
			})
		})
	}
}

func TestReadersAndWritersTogether(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		table(t, d)
		if err := do(t, d, `INSERT INTO things (id, weight) VALUES (1, 0.0), (2, 0.0)`); err != nil {
			t.Fatal(err)
		}
		var wg sync.WaitGroup
		for range 8 {
			wg.Go(func() { // moves weight from one to the other
				for range 25 {
					err := d.Write(t.Context(), func(tx db.Tx) error {
						if _, err := tx.Exec(t.Context(), `UPDATE things SET weight = weight - 1 WHERE id = 1`); err != nil {
							return err
						}
						_, err := tx.Exec(t.Context(), `UPDATE things SET weight = weight + 1 WHERE id = 2`)
						return err
					})
					if err != nil {
						t.Error(err)
					}
				}
			})
			wg.Go(func() {
				for range 50 {
					var one, two float64
					err := d.Read(t.Context(), func(tx db.Tx) error {
						if err := tx.QueryRow(t.Context(), `SELECT weight FROM things WHERE id = ?`, []any{1}, &one); err != nil {
							return err
						}
						return tx.QueryRow(t.Context(), `SELECT weight FROM things WHERE id = ?`, []any{2}, &two)
					})
					if err != nil || one+two != 0 {
						t.Errorf("saw %v and %v, %v", one, two, err)
					}
				}
			})
		}
		wg.Wait()
		var moved float64
		err := d.Read(t.Context(), func(tx db.Tx) error {
			return tx.QueryRow(t.Context(), `SELECT weight FROM things WHERE id = 2`, nil, &moved)
		})
		if err != nil || moved != 200 {
			t.Errorf("moved %v of 200, %v", moved, err)
		}
		for end := time.Now().Add(5 * time.Second); d.Stats().ReadersInUse > 0 && time.Now().Before(end); {
			time.Sleep(time.Millisecond) // a connection is given back when nobody waits for it any more
		}
		if s := d.Stats(); s.Requests < 201 || s.Commits < 1 || s.Commits > s.Requests || s.Reads < 401 || s.ReadersInUse != 0 || s.Readers < 1 || s.Failed != 0 {
			t.Errorf("the figures are off: %+v", s)
		}
	})
}

func TestMaintainAndCheckpoint(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		table(t, d)
		if err := do(t, d, `INSERT INTO things (id, name) VALUES (1, 'a'), (2, 'b')`); err != nil {
			t.Fatal(err)
		}
		for range 2 {
			if err := d.Maintain(t.Context()); err != nil {
				t.Fatal(err)
			}
			if err := d.Checkpoint(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		figures := `SELECT stat FROM sqlite_stat1 WHERE tbl = 'things'`
		if d.Dialect() == db.Postgres {
			figures = `SELECT reltuples::bigint::text FROM pg_class WHERE oid = 'things'::regclass`
		}
		var got string
		err := d.Read(t.Context(), func(tx db.Tx) error { return tx.QueryRow(t.Context(), figures, nil, &got) })
		if err != nil || !strings.HasPrefix(got, "2") {
			t.Errorf("the planner knows %q, %v", got, err)
		}
	})
}

func TestCallsAfterCloseAreRefused(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		if err := d.Close(); err != nil {
			t.Fatal(err)
		}
		nothing := func(db.Tx) error { return nil }
		for name, err := range map[string]error{"read": d.Read(t.Context(), nothing), "write": d.Write(t.Context(), nothing), "checkpoint": d.Checkpoint(t.Context())} {
			if name == "checkpoint" && d.Dialect() == db.Postgres {
				continue
			}
			if errs.As(err).Code != "closing" {
				t.Errorf("%s: got %v", name, err)
			}
		}
		if err := d.Close(); err != nil {
			t.Errorf("closing twice: %v", err)
		}
	})
}

// What was acknowledged has moved the moment on; what was only read, or
// refused, need not.
func TestMomentMovesBeforeAWriteIsAcknowledged(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		table(t, d)
		begin, alone := d.Moment()
		if alone != (d.Dialect() == db.SQLite) {
			t.Fatalf("alone: %v", alone)
		}
		if len(names(t, d)) != 0 {
			t.Fatal("not empty")
		}
		if now, _ := d.Moment(); now != begin {
			t.Errorf("a read moved it from %d to %d", begin, now)
		}
		var wg sync.WaitGroup
		for i := range 20 {
			wg.Go(func() {
				before, alone := d.Moment()
				if err := do(t, d, `INSERT INTO things (id, name) VALUES (?, ?)`, i+1, fmt.Sprint(i)); err != nil {
					t.Error(err)
				}
				if after, _ := d.Moment(); alone && after == before {
					t.Error("a write was acknowledged at the moment before it")
				}
			})
		}
		wg.Wait()
	})
}
