package db_test

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"testing"
	"time"

	"kedang/internal/db"
)

// TestAcknowledgedWritesSurviveAKill lets another process write, kills it in
// the middle, and looks for every row that it was told is stored.
func TestAcknowledgedWritesSurviveAKill(t *testing.T) {
	if dir := os.Getenv("KEDANG_TEST_KILL_DIR"); dir != "" {
		writeUntilKilled(t, dir)
	}
	dir := t.TempDir()
	for range 5 {
		child := exec.Command(os.Args[0], "-test.run=^TestAcknowledgedWritesSurviveAKill$")
		child.Env = append(os.Environ(), "KEDANG_TEST_KILL_DIR="+dir)
		out, err := child.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := child.Start(); err != nil {
			t.Fatal(err)
		}
		told := map[int64]bool{}
		lines := bufio.NewScanner(out)
		for lines.Scan() {
			id, err := strconv.ParseInt(lines.Text(), 10, 64)
			if err != nil {
				t.Fatalf("the writer says %q", lines.Text())
			}
			told[id] = true
			if len(told) == 200 {
				child.Process.Kill() // what is in the pipe already is read on
			}
		}
		child.Wait()
		if len(told) < 200 {
			t.Fatalf("the writer ended after %d rows", len(told))
		}
		missing(t, dir, told)
	}
}

// writeUntilKilled prints each id after its write was acknowledged.
func writeUntilKilled(t *testing.T, dir string) {
	d, err := db.Open(t.Context(), db.Config{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	table(t, d)
	ids := db.NewIDs(1, time.Now)
	for range 8 {
		go func() {
			for {
				id := ids.Next()
				if err := do(t, d, `INSERT INTO things (id) VALUES (?)`, id); err != nil {
					panic(err)
				}
				fmt.Println(id)
			}
		}()
	}
	time.Sleep(time.Minute)
	os.Exit(1) // nobody killed it
}

func missing(t *testing.T, dir string, told map[int64]bool) {
	t.Helper()
	d, err := db.Open(t.Context(), db.Config{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	var stored []int64
	var whole string
	err = d.Read(t.Context(), func(tx db.Tx) error {
		if stored, err = column[int64](t.Context(), tx, `SELECT id FROM things`); err != nil {
			return err
		}
		return tx.QueryRow(t.Context(), `PRAGMA integrity_check`, nil, &whole)
	})
	if err != nil || whole != "ok" {
		t.Fatalf("the database is %q, %v", whole, err)
	}
	for _, id := range stored {
		delete(told, id)
	}
	if len(told) > 0 {
		t.Errorf("%d acknowledged rows are missing", len(told))
	}
}
