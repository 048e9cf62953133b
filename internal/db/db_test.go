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
	err := d.Migrate(context.Background(), "test", `CREATE TABLE things (id {int} PRIMARY KEY, name {text}, body {blob}, weight {real}) {strict}`,
		`CREATE UNIQUE INDEX things_name ON things (name)`)
	if err != nil {
		t.Fatal(err)
	}
}

func names(t testing.TB, d *db.DB) (out []string) {
	t.Helper()
	err := d.Read(context.Background(), func(tx db.Tx) error {
		rows, err := tx.Query(context.Background(), `SELECT name FROM things ORDER BY id`)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var n string
			if err := rows.Scan(&n); err != nil {
				return err
			}
			out = append(out, n)
		}
		return rows.Err()
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestValuesComeBackAsTheyWent(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		table(t, d)
		want := [][]any{
			{int64(1), "王府酒店", []byte{0, 1, 255}, 1.5},
			{int64(-1 << 62), "", []byte{}, 0.0},
			{int64(1<<63 - 1), "\U0001F600\u200b", nil, -2.25},
			{int64(4), nil, nil, nil},
		}
		err := d.Write(ctx, func(tx db.Tx) error {
			for _, w := range want {
				if _, err := tx.Exec(ctx, `INSERT INTO things (id, name, body, weight) VALUES (?, ?, ?, ?)`, w...); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		for _, fresh := range []bool{false, true} {
			var got [][]any
			err = d.Read(ctx, func(tx db.Tx) error {
				query := tx.Query
				if fresh {
					query = tx.QueryFresh
				}
				for _, w := range want {
					rows, err := query(ctx, `SELECT id, name, body, weight FROM things WHERE id = ?`, w[0])
					if err != nil {
						return err
					}
					for rows.Next() {
						r := make([]any, 4)
						if err := rows.Scan(&r[0], &r[1], &r[2], &r[3]); err != nil {
							return err
						}
						got = append(got, r)
					}
					if err := rows.Close(); err != nil {
						return err
					}
				}
				return nil
			})
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("fresh=%v: %s", fresh, diff)
			}
		}
	})
}

func TestTextThatOneDatabaseCannotHoldIsRefusedByBoth(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		table(t, d)
		for text, code := range map[string]string{"a\x00b": "nul_in_text", "\xff": "invalid_utf8"} {
			err := d.Write(context.Background(), func(tx db.Tx) error {
				_, err := tx.Exec(context.Background(), `INSERT INTO things (id, name) VALUES (1, ?)`, text)
				return err
			})
			if errs.As(err).Code != code {
				t.Errorf("%q: got %v, want %s", text, err, code)
			}
		}
		if got := names(t, d); got != nil {
			t.Errorf("stored %q", got)
		}
	})
}

func TestAFailedRequestIsUndoneAlone(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		table(t, d)
		var wg sync.WaitGroup
		failed := make([]error, 60)
		for i := range 60 {
			wg.Add(1)
			go func() {
				defer wg.Done()
				failed[i] = d.Write(ctx, func(tx db.Tx) error {
					if _, err := tx.Exec(ctx, `INSERT INTO things (id, name) VALUES (?, ?)`, i, fmt.Sprintf("n%02d", i)); err != nil {
						return err
					}
					switch i % 3 {
					case 1:
						return errors.New("refused")
					case 2:
						panic("broken")
					}
					return nil
				})
			}()
		}
		wg.Wait()
		var want []string
		for i, err := range failed {
			if (err == nil) != (i%3 == 0) {
				t.Errorf("request %d: %v", i, err)
			}
			if i%3 == 0 {
				want = append(want, fmt.Sprintf("n%02d", i))
			}
		}
		if diff := cmp.Diff(want, names(t, d)); diff != "" {
			t.Error(diff)
		}
	})
}

func TestUniqueViolationIsTold(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		table(t, d)
		add := func(id int) error {
			return d.Write(ctx, func(tx db.Tx) error {
				_, err := tx.Exec(ctx, `INSERT INTO things (id, name) VALUES (?, 'same')`, id)
				return err
			})
		}
		if err := add(1); err != nil {
			t.Fatal(err)
		}
		what, ok := db.UniqueViolation(add(2))
		if !ok || !strings.Contains(what, "name") {
			t.Errorf("got %q, %v", what, ok)
		}
	})
}

func TestNestedQueriesOfOneText(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		if d.Dialect() == db.Postgres {
			t.Skip("PostgreSQL reads one result at a time; callers close rows before they ask again")
		}
		ctx := context.Background()
		table(t, d)
		d.Write(ctx, func(tx db.Tx) error {
			tx.Exec(ctx, `INSERT INTO things (id, name) VALUES (1, 'a'), (2, 'b')`)
			return nil
		})
		n := 0
		d.Read(ctx, func(tx db.Tx) error {
			outer, _ := tx.Query(ctx, `SELECT id FROM things`)
			for outer.Next() {
				inner, _ := tx.Query(ctx, `SELECT id FROM things`)
				for inner.Next() {
					n++
				}
				inner.Close()
			}
			return outer.Close()
		})
		if n != 4 {
			t.Errorf("saw %d rows, want 4", n)
		}
	})
}

func TestReadSeesOneMomentAndNeverWrites(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		table(t, d)
		err := d.Read(ctx, func(tx db.Tx) error {
			var before, after int64
			if err := tx.QueryRow(ctx, `SELECT count(*) FROM things`, nil, &before); err != nil {
				return err
			}
			if err := d.Write(ctx, func(tx db.Tx) error {
				_, err := tx.Exec(ctx, `INSERT INTO things (id, name) VALUES (9, 'late')`)
				return err
			}); err != nil {
				return err
			}
			if err := tx.QueryRow(ctx, `SELECT count(*) FROM things`, nil, &after); err != nil {
				return err
			}
			if before != after {
				t.Errorf("saw %d rows, then %d", before, after)
			}
			if _, err := tx.Exec(ctx, `DELETE FROM things`); err == nil {
				t.Error("a read deleted")
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}

func TestMigrateRunsEachStepOnce(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		one := `CREATE TABLE a (id {int})`
		for _, steps := range [][]string{{one}, {one}, {one, `CREATE TABLE b (id {int})`}} {
			if err := d.Migrate(ctx, "g", steps...); err != nil {
				t.Fatal(err)
			}
		}
		if err := d.Migrate(ctx, "g", one); errs.As(err).Code != "database_newer" {
			t.Errorf("an older program: got %v", err)
		}
	})
}

func TestNoRows(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		table(t, d)
		var n int64
		err := d.Read(context.Background(), func(tx db.Tx) error {
			return tx.QueryRow(context.Background(), `SELECT id FROM things`, nil, &n)
		})
		if !errors.Is(err, sql.ErrNoRows) {
			t.Errorf("got %v", err)
		}
	})
}

func TestBulkInsert(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		table(t, d)
		var rows [][]any
		var want []string
		for i := range 1234 {
			want = append(want, fmt.Sprintf("n%04d", i))
			rows = append(rows, []any{i, want[i]})
		}
		if err := d.WriteAlone(ctx, func(tx db.Tx) error { return db.BulkInsert(ctx, tx, "things", []string{"id", "name"}, rows) }); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, names(t, d)); diff != "" {
			t.Error(diff)
		}
	})
}

func TestDirectoryHasOneOwner(t *testing.T) {
	dir := t.TempDir()
	first, err := db.Open(context.Background(), db.Config{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := db.Open(context.Background(), db.Config{Dir: dir}); errs.As(err).Code != "directory_in_use" {
		t.Errorf("got %v", err)
	}
	first.Close()
	again, err := db.Open(context.Background(), db.Config{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	again.Close()
}

func TestCanceledWriteThatNeverBeganLeavesNothing(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		table(t, d)
		ctx, cancel := context.WithCancel(context.Background())
		cancel()
		err := d.Write(ctx, func(tx db.Tx) error {
			_, err := tx.Exec(ctx, `INSERT INTO things (id, name) VALUES (1, 'x')`)
			return err
		})
		if !errors.Is(err, context.Canceled) {
			t.Errorf("got %v", err)
		}
		if got := names(t, d); got != nil {
			t.Errorf("stored %q", got)
		}
	})
}

func TestLongReadStopsWithItsContext(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx, cancel := context.WithTimeout(context.Background(), 100*time.Millisecond)
		defer cancel()
		begin := time.Now()
		err := d.Read(ctx, func(tx db.Tx) error {
			var n int64
			return tx.QueryRow(ctx, `WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c WHERE x < 1000000000) SELECT count(*) FROM c`, nil, &n)
		})
		if err == nil || time.Since(begin) > 5*time.Second {
			t.Errorf("ended with %v after %v", err, time.Since(begin))
		}
	})
}

func TestIDs(t *testing.T) {
	clock := time.UnixMilli(1_800_000_000_000)
	g := db.NewIDs(7, func() time.Time { return clock })
	last := int64(0)
	for i := range 40_000 {
		if i == 20_000 {
			clock = clock.Add(-time.Hour)
		}
		id := g.Next()
		if id <= last {
			t.Fatalf("id %d after %d", id, last)
		}
		text := db.FormatID(id)
		if back, err := db.ParseID(strings.ToLower(text)); err != nil || back != id {
			t.Fatalf("%s came back as %d, %v", text, back, err)
		}
		last = id
	}
	later := db.NewIDs(7, func() time.Time { return clock })
	later.Resume(last)
	if id := later.Next(); id <= last {
		t.Errorf("after a restart: %d, not above %d", id, last)
	}
	for _, bad := range []string{"", "0", "ZZZZZZZZZZZZZ", "000000000000I", "00000000000000"} {
		if _, err := db.ParseID(bad); !errs.Is(err, errs.Invalid) {
			t.Errorf("%q: %v", bad, err)
		}
	}
}

func BenchmarkWrite(b *testing.B) {
	d, err := db.Open(context.Background(), db.Config{Dir: b.TempDir()})
	if err != nil {
		b.Fatal(err)
	}
	defer d.Close()
	table(b, d)
	ids := db.NewIDs(1, nil)
	b.SetParallelism(4)
	b.RunParallel(func(pb *testing.PB) {
		ctx := context.Background()
		for pb.Next() {
			if err := d.Write(ctx, func(tx db.Tx) error {
				_, err := tx.Exec(ctx, `INSERT INTO things (id, name) VALUES (?, ?)`, ids.Next(), nil)
				return err
			}); err != nil {
				b.Fatal(err)
			}
		}
	})
}
