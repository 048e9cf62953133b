package db_test

import (
	"database/sql"
	"testing"

	"github.com/google/go-cmp/cmp"

	"kedang/internal/db"
	"kedang/internal/db/dbtest"
	"kedang/internal/errs"
)

func TestValuesComeBackAsTheyWent(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		table(t, d)
		want := [][]any{
			{int64(1), "王府酒店", []byte{0, 1, 255}, 1.5},
			{int64(-1 << 62), "", []byte{}, 0.0},
			{int64(1<<63 - 1), "\U0001F600\u200b𠮷", nil, -2.25},
			{int64(4), nil, nil, nil},
			{int64(5), `it's "?" $1 % _ \`, []byte("?"), 1e300},
		}
		for _, w := range want {
			if err := do(t, d, `INSERT INTO things (id, name, body, weight) VALUES (?, ?, ?, ?)`, w...); err != nil {
				t.Fatal(err)
			}
		}
		var got [][]any
		err := d.Read(t.Context(), func(tx db.Tx) error {
			for _, w := range want {
				rows, err := tx.Query(t.Context(), `SELECT id, name, body, weight FROM things WHERE id = ?`, w[0])
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
			t.Error(diff)
		}
	})
}

func TestArgumentsOfEveryForm(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		table(t, d)
		for i, c := range []struct{ give, want any }{
			{7, int64(7)}, {int32(-7), int64(-7)}, {int64(7), int64(7)}, {true, int64(1)}, {false, int64(0)},
			{sql.NullInt64{Int64: 5, Valid: true}, int64(5)},
		} {
			if err := do(t, d, `INSERT INTO things (id, weight) VALUES (?, 1.0)`, c.give); err != nil {
				t.Fatalf("%T: %v", c.give, err)
			}
			var got any
			err := d.Write(t.Context(), func(tx db.Tx) error {
				return tx.QueryRow(t.Context(), `DELETE FROM things RETURNING id`, nil, &got)
			})
			if err != nil || got != c.want {
				t.Errorf("%d: %T %v came back as %T %v (%v)", i, c.give, c.give, got, got, err)
			}
		}
		for _, none := range []any{nil, sql.NullString{}, sql.NullInt64{}} {
			if err := do(t, d, `UPDATE things SET name = ? WHERE id = ?`, none, none); err != nil {
				t.Errorf("%T: %v", none, err)
			}
		}
		if err := do(t, d, `INSERT INTO things (id) VALUES (?)`, struct{}{}); err == nil {
			t.Error("a struct was taken for a value")
		}
	})
}

func TestScanIntoEveryForm(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		table(t, d)
		if err := do(t, d, `INSERT INTO things (id, name, body, weight) VALUES (?, ?, ?, ?), (?, NULL, NULL, NULL)`, 1, "甲", []byte{0}, 0.5, 2); err != nil {
			t.Fatal(err)
		}
		type all struct {
			N      int64
			I      int
			B      bool
			S      string
			Bytes  []byte
			F, G   float64
			NI     sql.NullInt64
			NS     sql.NullString
			NF     sql.NullFloat64
			Count  any
			Sum    any
			Exists bool
		}
		read := func(id int) (a all, err error) {
			err = d.Read(t.Context(), func(tx db.Tx) error {
				return tx.QueryRow(t.Context(), `SELECT id, id, id, coalesce(name, ''), body, coalesce(weight, 0.0), id, id, name, weight,
					(SELECT count(*) FROM things), (SELECT sum(id) FROM things), EXISTS (SELECT 1 FROM things) FROM things WHERE id = ?`, []any{id},
					&a.N, &a.I, &a.B, &a.S, &a.Bytes, &a.F, &a.G, &a.NI, &a.NS, &a.NF, &a.Count, &a.Sum, &a.Exists)
			})
			return a, err
		}
		for _, want := range []all{
			{1, 1, true, "甲", []byte{0}, 0.5, 1, sql.NullInt64{Int64: 1, Valid: true}, sql.NullString{String: "甲", Valid: true},
				sql.NullFloat64{Float64: 0.5, Valid: true}, int64(2), int64(3), true},
			{2, 2, true, "", nil, 0, 2, sql.NullInt64{Int64: 2, Valid: true}, sql.NullString{}, sql.NullFloat64{}, int64(2), int64(3), true},
		} {
			got, err := read(want.I)
			if diff := cmp.Diff(want, got); err != nil || diff != "" {
				t.Errorf("%v %s", err, diff)
			}
		}
		var n int64
		err := d.Read(t.Context(), func(tx db.Tx) error {
			return tx.QueryRow(t.Context(), `SELECT name FROM things WHERE id = 2`, nil, &n)
		})
		if err == nil {
			t.Error("a missing value was read as a number")
		}
	})
}

func TestTextIsOrderedByItsBytes(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		table(t, d)
		for i, n := range []string{"b", "张", "A", "a", "B", "阿", "é", "-", "Z"} {
			if err := do(t, d, `INSERT INTO things (id, name) VALUES (?, ?)`, i, n); err != nil {
				t.Fatal(err)
			}
		}
		var got []string
		err := d.Read(t.Context(), func(tx db.Tx) (err error) {
			got, err = column[string](t.Context(), tx, `SELECT name FROM things WHERE (name, id) > (?, ?) ORDER BY name, id`, "-", 100)
			return err
		})
		if diff := cmp.Diff([]string{"A", "B", "Z", "a", "b", "é", "张", "阿"}, got); err != nil || diff != "" {
			t.Errorf("%v %s", err, diff)
		}
	})
}

func TestContainsTakesTheTextAsItStands(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		table(t, d)
		for i, n := range []string{"100%", "1000", "甲_乙", "甲丙乙"} {
			if err := do(t, d, `INSERT INTO things (id, name) VALUES (?, ?)`, i, n); err != nil {
				t.Fatal(err)
			}
		}
		for part, want := range map[string][]string{"0%": {"100%"}, "甲_": {"甲_乙"}, "乙": {"甲_乙", "甲丙乙"}, "x": nil} {
			err := d.Read(t.Context(), func(tx db.Tx) error {
				got, err := column[string](t.Context(), tx, `SELECT name FROM things WHERE `+tx.Dialect().Contains(`"name"`)+` ORDER BY id`, part)
				if diff := cmp.Diff(want, got); diff != "" {
					t.Errorf("%q: %s", part, diff)
				}
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
		}
	})
}

func TestTextThatOneDatabaseCannotHoldIsRefusedByBoth(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		table(t, d)
		for text, code := range map[string]string{"a\x00b": "nul_in_text", "\xff": "invalid_utf8"} {
			if err := do(t, d, `INSERT INTO things (id, name) VALUES (1, ?)`, text); errs.As(err).Code != code {
				t.Errorf("%q: got %v, want %s", text, err, code)
			}
			err := d.Write(t.Context(), func(tx db.Tx) error {
				return db.BulkInsert(t.Context(), tx, "things", []string{"id", "name"}, [][]any{{1, text}})
			})
			if errs.As(err).Code != code {
				t.Errorf("%q in bulk: got %v, want %s", text, err, code)
			}
		}
		if got := names(t, d); got != nil {
			t.Errorf("stored %q", got)
		}
	})
}
