package db_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"kedang/internal/db"
	"kedang/internal/db/dbtest"
	"kedang/internal/errs"
)

// hold keeps the writer busy until release is called, so that what is queued
// meanwhile becomes one group.
func hold(t *testing.T, d *db.DB) (release func()) {
	t.Helper()
	begun, free := make(chan struct{}), make(chan struct{})
	ended := make(chan error, 1)
	go func() {
		ended <- d.WriteAlone(context.Background(), func(db.Tx) error {
			close(begun)
			<-free
			return nil
		})
	}()
	<-begun
	return func() {
		close(free)
		if err := <-ended; err != nil {
			t.Error(err)
		}
	}
}

// queued waits until n writes wait.
func queued(t *testing.T, d *db.DB, n int) {
	t.Helper()
	for end := time.Now().Add(5 * time.Second); d.Stats().Queued < n; time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("%d writes wait, not %d", d.Stats().Queued, n)
		}
	}
}

func TestWaitingWritesShareACommit(t *testing.T) {
	d := dbtest.Open(t)
	table(t, d)
	before := d.Stats()
	release := hold(t, d)
	var wg sync.WaitGroup
	for i := range 40 {
		wg.Go(func() {
			if err := do(t, d, `INSERT INTO things (id) VALUES (?)`, i); err != nil {
				t.Error(err)
			}
			var n int64 // acknowledged means that others see it
			err := d.Read(t.Context(), func(tx db.Tx) error {
				return tx.QueryRow(t.Context(), `SELECT count(*) FROM things WHERE id = ?`, []any{i}, &n)
			})
			if err != nil || n != 1 {
				t.Errorf("row %d is not there after its write, %v", i, err)
			}
		})
	}
	queued(t, d, 40)
	release()
	wg.Wait()
	after := d.Stats()
	if commits := after.Commits - before.Commits; after.Requests-before.Requests != 41 || commits > 10 || after.Largest < 5 {
		t.Errorf("%d writes took %d commits, the largest group %d", after.Requests-before.Requests, commits, after.Largest)
	}
}

func TestNobodyIsToldBeforeTheCommit(t *testing.T) {
	d := dbtest.Open(t)
	table(t, d)
	release := hold(t, d)
	var acknowledged atomic.Bool
	var wg sync.WaitGroup
	wg.Go(func() {
		if err := do(t, d, `INSERT INTO things (id) VALUES (1)`); err != nil {
			t.Error(err)
		}
		acknowledged.Store(true)
	})
	queued(t, d, 1)
	wg.Go(func() {
		err := d.Write(t.Context(), func(tx db.Tx) error {
			time.Sleep(50 * time.Millisecond)
			if acknowledged.Load() {
				t.Error("the first of the group was told while the second still ran")
			}
			n, err := column[int64](t.Context(), tx, `SELECT id FROM things`)
			if err != nil || len(n) != 1 {
				t.Errorf("not in the first one's group: %v, %v", n, err)
			}
			return errors.New("refused")
		})
		if err == nil || err.Error() != "refused" {
			t.Errorf("got %v", err)
		}
	})
	queued(t, d, 2)
	release()
	wg.Wait()
	if !acknowledged.Load() {
		t.Error("never told")
	}
}

func TestAFailedCommitFailsItsWholeGroup(t *testing.T) {
	d := dbtest.Open(t)
	err := d.Migrate(t.Context(), "test", `CREATE TABLE parent (id {int} PRIMARY KEY) {strict}`,
		`CREATE TABLE child (id {int} PRIMARY KEY, parent {int} REFERENCES parent DEFERRABLE INITIALLY DEFERRED) {strict}`)
	if err != nil {
		t.Fatal(err)
	}
	release := hold(t, d)
	failed := make([]error, 5)
	var wg sync.WaitGroup
	for i := range failed {
		wg.Go(func() {
			if i == 2 { // refused by the COMMIT, not by the statement
				failed[i] = do(t, d, `INSERT INTO child (id, parent) VALUES (1, 99)`)
				return
			}
			failed[i] = do(t, d, `INSERT INTO parent (id) VALUES (?)`, i)
		})
	}
	queued(t, d, 5)
	release()
	wg.Wait()
	var stored []int64
	err = d.Read(t.Context(), func(tx db.Tx) (err error) {
		stored, err = column[int64](t.Context(), tx, `SELECT id FROM parent ORDER BY id`)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	var told []int64
	for i, err := range failed {
		if err == nil {
			told = append(told, int64(i))
		}
	}
	if failed[2] == nil {
		t.Error("a broken COMMIT was acknowledged")
	}
	if diff := cmp.Diff(stored, told); diff != "" {
		t.Errorf("stored and acknowledged differ: %s", diff)
	}
	if err := do(t, d, `INSERT INTO parent (id) VALUES (100)`); err != nil {
		t.Errorf("the next write: %v", err)
	}
}

func TestAFullDiskIsToldAndSurvived(t *testing.T) {
	d := dbtest.Open(t)
	table(t, d)
	var pages int64
	err := d.Write(t.Context(), func(tx db.Tx) error {
		if err := tx.QueryRow(t.Context(), `PRAGMA page_count`, nil, &pages); err != nil {
			return err
		}
		return tx.QueryRow(t.Context(), fmt.Sprintf(`PRAGMA max_page_count = %d`, pages+20), nil, &pages)
	})
	if err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	var full, stored atomic.Int64
	for i := range 60 {
		wg.Go(func() {
			switch err := do(t, d, `INSERT INTO things (id, body) VALUES (?, zeroblob(?))`, i, 4000+i%2*8000); {
			case err == nil:
				stored.Add(1)
			case errs.As(err).Code == "disk_full":
				full.Add(1)
			default:
				t.Error(err)
			}
		})
	}
	wg.Wait()
	var there int64
	err = d.Read(t.Context(), func(tx db.Tx) error {
		return tx.QueryRow(t.Context(), `SELECT count(*) FROM things`, nil, &there)
	})
	if err != nil || there != stored.Load() || full.Load() == 0 || there == 0 {
		t.Errorf("%d rows, %d acknowledged, %d refused, %v", there, stored.Load(), full.Load(), err)
	}
	if err := do(t, d, `DELETE FROM things`); err != nil {
		t.Errorf("making room: %v", err)
	}
}

func TestAWaitingWriteThatIsCanceledIsSkipped(t *testing.T) {
	d := dbtest.Open(t)
	table(t, d)
	release := hold(t, d)
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	err := d.Write(ctx, func(tx db.Tx) error {
		t.Error("ran although nobody waits for it")
		return nil
	})
	if !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("got %v", err)
	}
	release()
	if err := do(t, d, `INSERT INTO things (id) VALUES (1)`); err != nil {
		t.Error(err)
	}
}

func TestWriteInsideWriteIsRefused(t *testing.T) {
	d := dbtest.Open(t)
	table(t, d)
	var inner error
	err := d.Write(t.Context(), func(tx db.Tx) error {
		inner = d.Write(t.Context(), func(db.Tx) error { return nil })
		_, err := tx.Exec(t.Context(), `INSERT INTO things (id) VALUES (1)`)
		return err
	})
	if err != nil || errs.As(inner).Code != "write_in_write" {
		t.Errorf("outer %v, inner %v", err, inner)
	}
}

func TestReadsInsideReadsAndWritesDoNotWaitForEver(t *testing.T) {
	d, err := db.Open(t.Context(), db.Config{Dir: t.TempDir(), NoSync: true, Readers: 1})
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	table(t, d)
	count := func() (n int64, err error) {
		err = d.Read(t.Context(), func(tx db.Tx) error { return tx.QueryRow(t.Context(), `SELECT count(*) FROM things`, nil, &n) })
		return n, err
	}
	err = d.Read(t.Context(), func(tx db.Tx) error { // holds the one reader
		return d.Write(t.Context(), func(tx db.Tx) error {
			if _, err := tx.Exec(t.Context(), `INSERT INTO things (id) VALUES (1)`); err != nil {
				return err
			}
			if n, err := count(); n != 0 || err != nil {
				t.Errorf("a read inside a write saw %d rows, %v", n, err)
			}
			return nil
		})
	})
	if err != nil {
		t.Fatal(err)
	}
	if n, err := count(); n != 1 || err != nil {
		t.Errorf("afterwards %d rows, %v", n, err)
	}
}

func TestAFunctionThatEndsItsGoroutineIsUndone(t *testing.T) {
	d := dbtest.Open(t)
	table(t, d)
	inner := &testing.T{}
	err := d.Write(t.Context(), func(tx db.Tx) error {
		if _, err := tx.Exec(t.Context(), `INSERT INTO things (id, name) VALUES (1, 'lost')`); err != nil {
			return err
		}
		inner.FailNow()
		return nil
	})
	if errs.As(err).Code != "write_abandoned" {
		t.Errorf("got %v", err)
	}
	if err := do(t, d, `INSERT INTO things (id, name) VALUES (2, 'kept')`); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"kept"}, names(t, d)); diff != "" {
		t.Error(diff)
	}
}

func TestDirectoryHasOneOwner(t *testing.T) {
	dir := t.TempDir()
	first, err := db.Open(t.Context(), db.Config{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	_, err = db.Open(t.Context(), db.Config{Dir: dir})
	if e := errs.As(err); e.Kind != errs.Unavailable || e.Code != "directory_in_use" || e.Params["pid"] != strconv.Itoa(os.Getpid()) {
		t.Errorf("got %v", err)
	}
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	again, err := db.Open(t.Context(), db.Config{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	again.Close()
}

func TestOpenNamesWhatIsWrong(t *testing.T) {
	damaged := t.TempDir()
	if err := os.WriteFile(filepath.Join(damaged, "kedang.db"), []byte(strings.Repeat("not a database ", 500)), 0o600); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for code, c := range map[string]db.Config{
		"database_damaged":      {Dir: damaged},
		"database_not_writable": {Dir: filepath.Join(file, "data")},
		"bad_database_url":      {URL: "postgres://%"},
		"database_away":         {URL: "postgres://kedang@127.0.0.1:1/kedang"},
	} {
		d, err := db.Open(t.Context(), c)
		if errs.As(err).Code != code {
			t.Errorf("%s: got %v", code, err)
		}
		if d != nil {
			t.Errorf("%s: a database in spite of the error", code)
		}
	}
}

func TestDirectoryNamesOfAnyKind(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "客户 ?档案#1%20&x=y")
	d, err := db.Open(t.Context(), db.Config{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	table(t, d)
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(dir, "kedang.db")); err != nil {
		t.Error(err)
	}
}

func TestCheckpointEmptiesTheLog(t *testing.T) {
	dir := t.TempDir()
	d, err := db.Open(t.Context(), db.Config{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	table(t, d)
	size := func() int64 {
		s, err := os.Stat(filepath.Join(dir, "kedang.db-wal"))
		if err != nil {
			t.Fatal(err)
		}
		return s.Size()
	}
	if size() == 0 {
		t.Fatal("no log to empty")
	}
	err = d.Read(t.Context(), func(tx db.Tx) error {
		if _, err := column[int64](t.Context(), tx, `SELECT id FROM things`); err != nil {
			return err
		}
		if err := do(t, d, `INSERT INTO things (id) VALUES (1)`); err != nil {
			return err
		}
		if err := d.Checkpoint(t.Context()); errs.As(err).Code != "database_busy" {
			t.Errorf("beside a read: %v", err)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := d.Checkpoint(t.Context()); err != nil || size() != 0 {
		t.Errorf("the log has %d bytes, %v", size(), err)
	}
}

func TestMaintainReachesTheReaders(t *testing.T) {
	d := dbtest.Open(t)
	err := d.Migrate(t.Context(), "test", `CREATE TABLE big (id {int} PRIMARY KEY, a {int}, b {int}) {strict}`,
		`CREATE INDEX by_a ON big (a)`, `CREATE INDEX by_b ON big (b)`)
	if err != nil {
		t.Fatal(err)
	}
	fill := func(query string) {
		if err := do(t, d, `DELETE FROM big`); err != nil {
			t.Fatal(err)
		}
		if err := do(t, d, `WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c WHERE x < 2000) INSERT INTO big `+query); err != nil {
			t.Fatal(err)
		}
		if err := d.Maintain(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	plan := func() (detail string) {
		err := d.Read(t.Context(), func(tx db.Tx) error {
			var n int64
			return tx.QueryRow(t.Context(), `EXPLAIN QUERY PLAN SELECT id FROM big WHERE a = 1 AND b = 1`, nil, &n, &n, &n, &detail)
		})
		if err != nil {
			t.Fatal(err)
		}
		return detail
	}
	fill(`SELECT x, x, 1 FROM c`)
	if got := plan(); !strings.Contains(got, "by_a") {
		t.Errorf("a tells rows apart, yet: %s", got)
	}
	fill(`SELECT x, 1, x FROM c`)
	if got := plan(); !strings.Contains(got, "by_b") {
		t.Errorf("now b does, yet: %s", got)
	}
}
