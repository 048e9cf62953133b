package db_test

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"kedang/internal/db"
	"kedang/internal/db/dbtest"
)

// putOff ids to insert at the end; one that is negative makes that fail.
type putOff struct{ ids []int }

func (n *putOff) Flush(ctx context.Context, tx db.Tx) error {
	slices.Sort(n.ids)
	for _, id := range n.ids {
		if id < 0 {
			return errors.New("negative")
		}
		if _, err := tx.Exec(ctx, `INSERT INTO things (id) VALUES (?)`, id); err != nil {
			return err
		}
	}
	return nil
}

func later(tx db.Tx, id int) {
	n := db.Later(tx, func() *putOff { return &putOff{} })
	n.ids = append(n.ids, id)
}

func ids(t *testing.T, d *db.DB) (out []int64) {
	t.Helper()
	err := d.Read(t.Context(), func(tx db.Tx) (err error) {
		out, err = column[int64](t.Context(), tx, `SELECT id FROM things ORDER BY id`)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestWorkPutOffIsPartOfTheWrite(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		table(t, d)
		err := d.Write(t.Context(), func(tx db.Tx) error {
			later(tx, 2)
			later(tx, 1)
			n, err := column[int64](t.Context(), tx, `SELECT id FROM things`)
			if len(n) != 0 {
				t.Errorf("done before the end: %v", n)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		refused := errors.New("refused")
		if err := d.Write(t.Context(), func(tx db.Tx) error { later(tx, 3); return refused }); !errors.Is(err, refused) {
			t.Errorf("got %v", err)
		}
		if err := d.Write(t.Context(), func(tx db.Tx) error { later(tx, 4); later(tx, -1); return nil }); err == nil || err.Error() != "negative" {
			t.Errorf("got %v", err)
		}
		if err := d.Write(t.Context(), func(tx db.Tx) error { later(tx, 5); return nil }); err != nil {
			t.Error(err)
		}
		if diff := cmp.Diff([]int64{1, 2, 5}, ids(t, d)); diff != "" {
			t.Error(diff)
		}
	})
}

// together queues writes as one group and gives their answers.
func together(t *testing.T, d *db.DB, writes ...func(tx db.Tx) error) []error {
	t.Helper()
	release := hold(t, d)
	answers := make([]error, len(writes))
	var wg sync.WaitGroup
	for i, fn := range writes {
		wg.Go(func() { answers[i] = d.Write(t.Context(), fn) })
		queued(t, d, i+1)
	}
	release()
	wg.Wait()
	return answers
}

func TestOneThatFailsAfterStoringTakesNobodyAlong(t *testing.T) {
	d := dbtest.Open(t)
	table(t, d)
	insert := func(id int) func(tx db.Tx) error {
		return func(tx db.Tx) error {
			later(tx, 100+id)
			_, err := tx.Exec(t.Context(), `INSERT INTO things (id) VALUES (?)`, id)
			return err
		}
	}
	refused := errors.New("refused")
	before := d.Stats()
	answers := together(t, d, insert(1),
		func(tx db.Tx) error { return refused }, // before it stored anything
		insert(2),
		func(tx db.Tx) error { // after
			if err := insert(3)(tx); err != nil {
				return err
			}
			return refused
		},
		insert(4),
		insert(4), // refused by the database
		func(tx db.Tx) error { panic("oh") },
		func(tx db.Tx) error { // in a query
			var id int64
			return tx.QueryRow(t.Context(), `INSERT INTO things (id) VALUES (4) RETURNING id`, nil, &id)
		},
		insert(5))
	for i, want := range []bool{true, false, true, false, true, false, false, false, true} {
		if (answers[i] == nil) != want {
			t.Errorf("write %d: %v", i, answers[i])
		}
	}
	if diff := cmp.Diff([]int64{1, 2, 4, 5, 101, 102, 104, 105}, ids(t, d)); diff != "" {
		t.Error(diff)
	}
	if n := d.Stats().Commits - before.Commits; n > 3 {
		t.Errorf("%d commits: no group", n)
	}
}

func TestWorkPutOffThatFailsIsItsOwnRequestsFault(t *testing.T) {
	d := dbtest.Open(t)
	table(t, d)
	put := func(id int) func(tx db.Tx) error {
		return func(tx db.Tx) error { later(tx, id); return nil }
	}
	answers := together(t, d, put(1), put(-1), put(2), put(2), put(3))
	for i, want := range []bool{true, false, true, false, true} {
		if (answers[i] == nil) != want {
			t.Errorf("write %d: %v", i, answers[i])
		}
	}
	if diff := cmp.Diff([]int64{1, 2, 3}, ids(t, d)); diff != "" {
		t.Error(diff)
	}
}

func TestStatementsThatGoWithTheNext(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		table(t, d)
		put := func(tx db.Tx, id int) error {
			return db.Put(t.Context(), tx, `INSERT INTO things (id) VALUES (?)`, id)
		}
		err := d.Write(t.Context(), func(tx db.Tx) error {
			if err := errors.Join(put(tx, 1), put(tx, 2)); err != nil {
				return err
			}
			rows, err := tx.Query(t.Context(), `SELECT id FROM things WHERE id < 10 ORDER BY id`) // sees them
			if err != nil {
				return err
			}
			defer rows.Close()
			for n := 1; rows.Next(); n++ {
				if err := put(tx, 10+n); err != nil { // amid the rows
					return err
				}
			}
			if n, err := tx.Exec(t.Context(), `UPDATE things SET weight = 1 WHERE id > ?`, 2); n != 2 || err != nil {
				t.Errorf("%d rows, %v", n, err)
			}
			return put(tx, 3) // with the end
		})
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff([]int64{1, 2, 3, 11, 12}, ids(t, d)); diff != "" {
			t.Error(diff)
		}
		for name, after := range map[string]func(tx db.Tx) error{
			"at the end": func(db.Tx) error { return nil },
			"by a query": func(tx db.Tx) error { _, err := column[int64](t.Context(), tx, `SELECT id FROM things`); return err },
			"by a statement": func(tx db.Tx) error {
				_, err := tx.Exec(t.Context(), `UPDATE things SET weight = 2`)
				return err
			},
			"by a bulk insert": func(tx db.Tx) error {
				return db.BulkInsert(t.Context(), tx, "things", []string{"id"}, [][]any{{7}, {8}})
			},
			"swallowed": func(tx db.Tx) error { tx.Exec(t.Context(), `UPDATE things SET weight = 2`); return nil },
		} {
			err := d.Write(t.Context(), func(tx db.Tx) error {
				if err := put(tx, 1); err != nil { // SQLite refuses at once
					return err
				}
				return after(tx)
			})
			if _, ok := db.UniqueViolation(err); !ok {
				t.Errorf("%s: %v", name, err)
			}
		}
		if diff := cmp.Diff([]int64{1, 2, 3, 11, 12}, ids(t, d)); diff != "" {
			t.Error(diff)
		}
	})
}
