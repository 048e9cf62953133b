package record_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"kedang/internal/access"
	"kedang/internal/db"
	"kedang/internal/errs"
	"kedang/internal/record"
	"kedang/internal/record/recordtest"
)

// tally counts the rows of every table: what a refused write must leave alone.
func tally(t *testing.T, e *recordtest.Env) map[string]int64 {
	t.Helper()
	ctx := context.Background()
	out := map[string]int64{}
	err := e.DB.Read(ctx, func(tx db.Tx) error {
		query := "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'search!_%' ESCAPE '!' AND name NOT LIKE 'sqlite!_%' ESCAPE '!'"
		if tx.Dialect() == db.Postgres {
			query = "SELECT table_name::text FROM information_schema.tables WHERE table_schema = current_schema()"
		}
		rows, err := tx.Query(ctx, query)
		if err != nil {
			return err
		}
		var names []string
		for rows.Next() {
			var n string
			if err := rows.Scan(&n); err != nil {
				return err
			}
			names = append(names, n)
		}
		if err := rows.Close(); err != nil {
			return err
		}
		for _, n := range names {
			var count int64
			if err := tx.QueryRow(ctx, "SELECT count(*) FROM "+tx.Dialect().Quote(n), nil, &count); err != nil {
				return err
			}
			out[n] = count
		}
		var last int64
		if err := tx.QueryRow(ctx, "SELECT coalesce(sum(last), 0)"+map[bool]string{true: "::bigint"}[tx.Dialect() == db.Postgres]+" FROM sys_number", nil, &last); err != nil {
			return err
		}
		out["counters"] = last
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestRefusedWritesChangeNothingElse(t *testing.T) {
	recordtest.Each(t, shop, func(t *testing.T, e *recordtest.Env) {
		ctx := context.Background()
		rep, other, clerk := e.User("rep1", "rep", "sh"), e.User("rep2", "rep", "bj"), e.User("clerk1", "clerk", "bj")
		boss := e.User("boss1", "manager", "sh")
		c := create(t, e, rep, "customer", record.Values{"name": "甲", "code": "K1", "phones": []any{"13800138000"}})
		o := create(t, e, rep, "order", record.Values{"customer": db.FormatID(c.ID), "lines": []any{line("砖", 1, "1")}})
		gone := create(t, e, boss, "customer", record.Values{"name": "乙"})
		if _, err := e.Store.Archive(ctx, boss, "customer", gone.ID, record.WriteOptions{}); err != nil {
			t.Fatal(err)
		}
		none := record.WriteOptions{}
		update := func(a *access.Actor, typ string, id int64, v record.Values) func() error {
			return func() error { _, err := e.Store.Update(ctx, a, typ, id, v, 0, none); return err }
		}
		for name, test := range map[string]struct {
			do   func() error
			want string
		}{
			"not seen":        {update(other, "customer", c.ID, record.Values{"name": "x"}), "not_found"},
			"not writable":    {update(clerk, "customer", c.ID, record.Values{"name": "x"}), "forbidden"},
			"archived":        {update(boss, "customer", gone.ID, record.Values{"name": "x"}), "archived"},
			"required":        {update(rep, "customer", c.ID, record.Values{"name": nil}), "invalid name:required"},
			"two problems":    {update(rep, "customer", c.ID, record.Values{"level": "Z", "credit": "many"}), "invalid level:bad_choice credit:not_a_number"},
			"itself":          {update(rep, "customer", c.ID, record.Values{"parent": db.FormatID(c.ID)}), "invalid parent:link_cycle"},
			"archived target": {update(boss, "customer", c.ID, record.Values{"parent": db.FormatID(gone.ID)}), "invalid parent:link_archived"},
			"rule":            {update(rep, "order", o.ID, record.Values{"lines": []any{line("砖", -1, "1")}}), "invalid lines:quantity_not_positive"},
			"number":          {update(rep, "order", o.ID, record.Values{"number": "SO1"}), "invalid number:field_readonly"},
			"assign":          {func() error { _, err := e.Store.Assign(ctx, rep, "customer", c.ID, other.ID, none); return err }, "forbidden"},
			"restore":         {func() error { _, err := e.Store.Restore(ctx, rep, "customer", c.ID, none); return err }, "not_archived"},
			"purge living":    {func() error { return e.Store.Purge(ctx, boss, "customer", c.ID, none) }, "not_archived"},
			"undo nothing":    {func() error { _, err := e.Store.Undo(ctx, rep, "customer", c.ID, 9, none); return err }, "not_found"},
			"reveal":          {func() error { _, err := e.Store.Reveal(ctx, rep, "customer", c.ID, "id_number", "why"); return err }, "forbidden"},
			"dry run": {func() error {
				_, err := e.Store.Create(ctx, rep, "customer", record.Values{"name": "丙"}, record.WriteOptions{DryRun: true})
				return err
			}, ""},
			"half a batch": {func() error {
				_, err := e.Store.Batch(ctx, rep, []record.Op{{Verb: "create", Type: "customer", Values: record.Values{"name": "丁"}},
					{Verb: "create", Type: "customer", Values: record.Values{"name": "戊", "code": "k1"}}}, none)
				return err
			}, "invalid [1].code:not_unique"},
		} {
			t.Run(name, func(t *testing.T) {
				before := tally(t, e)
				if got := code(test.do()); got != test.want {
					t.Errorf("got %q, want %q", got, test.want)
				}
				if diff := cmp.Diff(before, tally(t, e)); diff != "" {
					t.Errorf("something else happened:\n%s", diff)
				}
			})
		}
	})
}

// together runs do n times at once.
func together(n int, do func(i int) error) []error {
	out := make([]error, n)
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() { out[i] = do(i) })
	}
	wg.Wait()
	return out
}

func codes(list []error) map[string]int {
	out := map[string]int{}
	for _, err := range list {
		out[code(err)]++
	}
	return out
}

func TestOneUniqueValueAtOnce(t *testing.T) {
	recordtest.Each(t, shop, func(t *testing.T, e *recordtest.Env) {
		rep := e.User("rep1", "rep", "sh")
		got := codes(together(8, func(i int) error {
			_, err := e.Store.Create(context.Background(), rep, "customer", record.Values{"name": fmt.Sprint("甲", i), "code": "SAME"}, record.WriteOptions{})
			return err
		}))
		if diff := cmp.Diff(map[string]int{"": 1, "invalid code:not_unique": 7}, got); diff != "" {
			t.Error(diff)
		}
		if next := create(t, e, rep, "customer", record.Values{"name": "乙"}); next.Number != "C2026-000002" {
			t.Errorf("the next number is %s", next.Number)
		}
	})
}

func TestUpdatesAtOnceMergeByField(t *testing.T) {
	recordtest.Each(t, shop, func(t *testing.T, e *recordtest.Env) {
		rep := e.User("rep1", "rep", "sh")
		c := create(t, e, rep, "customer", record.Values{"name": "甲"})
		patches := []record.Values{{"level": "A"}, {"credit": "5.00"}, {"remark": "x"}, {"code": "K9"}}
		got := codes(together(len(patches), func(i int) error {
			_, err := e.Store.Update(context.Background(), rep, "customer", c.ID, patches[i], 1, record.WriteOptions{})
			return err
		}))
		if diff := cmp.Diff(map[string]int{"": 4}, got); diff != "" {
			t.Errorf("different fields: %s", diff)
		}
		now := get(t, e, rep, "customer", c.ID)
		if now["level"] != "A" || now["credit"] != "5.00" || now["remark"] != "x" || now["code"] != "K9" || now["rev"] != 5.0 {
			t.Errorf("merged to %v", now)
		}
		got = codes(together(6, func(i int) error {
			_, err := e.Store.Update(context.Background(), rep, "customer", c.ID, record.Values{"name": fmt.Sprint("乙", i)}, 5, record.WriteOptions{})
			return err
		}))
		if diff := cmp.Diff(map[string]int{"": 1, "conflict name:conflict": 5}, got); diff != "" {
			t.Errorf("one field: %s", diff)
		}
	})
}

func TestCircleClosedAtOnceIsRefused(t *testing.T) {
	recordtest.Each(t, shop, func(t *testing.T, e *recordtest.Env) {
		rep := e.User("rep1", "rep", "sh")
		for range 5 {
			a, b := create(t, e, rep, "customer", record.Values{"name": "甲"}), create(t, e, rep, "customer", record.Values{"name": "乙"})
			ids := [2]int64{a.ID, b.ID}
			got := codes(together(2, func(i int) error {
				_, err := e.Store.Update(context.Background(), rep, "customer", ids[i], record.Values{"parent": db.FormatID(ids[1-i])}, 0, record.WriteOptions{})
				return err
			}))
			if diff := cmp.Diff(map[string]int{"": 1, "invalid parent:link_cycle": 1}, got); diff != "" {
				t.Fatal(diff)
			}
		}
	})
}

func TestRollupsUnderLoad(t *testing.T) {
	recordtest.Each(t, shop, func(t *testing.T, e *recordtest.Env) {
		rep := e.User("rep1", "rep", "sh")
		c := create(t, e, rep, "customer", record.Values{"name": "甲", "credit": "1000"})
		failed := codes(together(20, func(i int) error {
			_, err := e.Store.Create(context.Background(), rep, "order", record.Values{"customer": db.FormatID(c.ID), "lines": []any{line("砖", i%4, "2.50")}}, record.WriteOptions{})
			return err
		}))
		if failed[""] != 15 || failed["invalid lines:quantity_not_positive"] != 5 {
			t.Fatalf("%v", failed)
		}
		if got := get(t, e, rep, "customer", c.ID); got["orders"] != 15.0 || got["ordered"] != "75.00" || got["left"] != "925.00" {
			t.Errorf("rolled up to %v %v %v", got["orders"], got["ordered"], got["left"])
		}
		if got := list(t, e, rep, "order", record.ListQuery{OrderBy: "number"}); got[14]["number"] != "SO202611-0015" {
			t.Errorf("the numbers have gaps: the last is %v", got[14]["number"])
		}
	})
}

func TestArchiveTakesAlongAndBringsBack(t *testing.T) {
	recordtest.Each(t, shop, func(t *testing.T, e *recordtest.Env) {
		ctx := context.Background()
		m := e.User("boss1", "manager", "sh")
		c := create(t, e, m, "customer", record.Values{"name": "甲", "credit": "10"})
		var orders []int64
		for range 3 {
			orders = append(orders, create(t, e, m, "order", record.Values{"customer": db.FormatID(c.ID), "lines": []any{line("砖", 1, "1")}}).ID)
		}
		state := func(want string) {
			t.Helper()
			got := get(t, e, m, "customer", c.ID)
			n := len(list(t, e, m, "order", record.ListQuery{}))
			if s := fmt.Sprintf("%v %v %d %d", got["orders"], got["ordered"], n, len(found(t, e, m, "SO2026"))); s != want {
				t.Errorf("got %s, want %s", s, want)
			}
			rep, err := e.Store.Check(ctx, nil)
			if err != nil || len(rep.Faults) > 0 {
				t.Errorf("check: %v %v", rep.Faults, err)
			}
		}
		do := func(what func(context.Context, *access.Actor, string, int64, record.WriteOptions) (record.Saved, error), typ string, id int64) {
			t.Helper()
			e.Advance(1e9)
			if _, err := what(ctx, m, typ, id, record.WriteOptions{}); err != nil {
				t.Fatal(err)
			}
		}
		do(e.Store.Archive, "order", orders[0])
		state("2 2.00 2 2")
		do(e.Store.Archive, "customer", c.ID)
		state("0 0.00 0 0")
		do(e.Store.Restore, "customer", c.ID)
		state("2 2.00 2 2")
		do(e.Store.Restore, "order", orders[0])
		state("3 3.00 3 3")
	})
}

func TestUndoOfChildRows(t *testing.T) {
	recordtest.Each(t, shop, func(t *testing.T, e *recordtest.Env) {
		ctx := context.Background()
		m := e.User("boss1", "manager", "sh")
		a, b := create(t, e, m, "customer", record.Values{"name": "甲"}), create(t, e, m, "customer", record.Values{"name": "乙"})
		o := create(t, e, m, "order", record.Values{"customer": db.FormatID(a.ID), "lines": []any{line("砖", 3, "10"), line("瓦", 1, "1")}})
		kept := get(t, e, m, "order", o.ID)["lines"].([]any)[0].(map[string]any)["id"]
		patch := record.Values{"customer": db.FormatID(b.ID), "lines": []any{map[string]any{"id": kept, "product": "砖", "quantity": "5", "price": "9"}}}
		if _, err := e.Store.Update(ctx, m, "order", o.ID, patch, 0, record.WriteOptions{}); err != nil {
			t.Fatal(err)
		}
		if got := get(t, e, m, "order", o.ID); got["total"] != "45.00" || got["lines"].([]any)[0].(map[string]any)["id"] != kept {
			t.Errorf("after the update: %v", got)
		}
		for range 2 { // undo, and undo the undo
			rev := int64(get(t, e, m, "order", o.ID)["rev"].(float64))
			if _, err := e.Store.Undo(ctx, m, "order", o.ID, rev, record.WriteOptions{}); err != nil {
				t.Fatal(err)
			}
		}
		if got := get(t, e, m, "order", o.ID); got["total"] != "45.00" || got["customer"].(map[string]any)["title"] != "乙" || got["rev"] != 4.0 {
			t.Errorf("after undoing twice: %v", got)
		}
	})
}

func TestIdempotencyKey(t *testing.T) {
	recordtest.Each(t, shop, func(t *testing.T, e *recordtest.Env) {
		ctx := context.Background()
		rep := e.User("rep1", "rep", "sh")
		o := record.WriteOptions{IdempotencyKey: "k"}
		first, err := e.Store.Create(ctx, rep, "customer", record.Values{"name": "甲"}, o)
		if err != nil {
			t.Fatal(err)
		}
		again, err := e.Store.Create(ctx, rep, "customer", record.Values{"name": "甲"}, o)
		if diff := cmp.Diff(first, again); diff != "" || err != nil {
			t.Errorf("%v %s", err, diff)
		}
		if _, err := e.Store.Create(ctx, rep, "customer", record.Values{"name": "乙"}, o); code(err) != "idempotency_mismatch" {
			t.Errorf("another request with the key: %v", err)
		}
		e.Advance(25 * 3600e9)
		if _, err := e.Store.Create(ctx, rep, "customer", record.Values{"name": "乙"}, o); err != nil {
			t.Errorf("a day later: %v", err)
		}
		if n := len(list(t, e, rep, "customer", record.ListQuery{})); n != 2 {
			t.Errorf("%d customers, want 2", n)
		}
	})
}

func TestFiles(t *testing.T) {
	recordtest.Each(t, shop, func(t *testing.T, e *recordtest.Env) {
		ctx := context.Background()
		rep, clerk, other := e.User("rep1", "rep", "sh"), e.User("clerk1", "clerk", "bj"), e.User("rep2", "rep", "bj")
		c := create(t, e, rep, "customer", record.Values{"name": "甲"})
		f, err := e.Store.AddFile(ctx, rep, "customer", c.ID, `..\..\合同 "1".pdf`, "application/pdf", strings.NewReader("contents"))
		if err != nil || f.Name != `合同 "1".pdf` || f.Size != 8 {
			t.Fatalf("%+v %v", f, err)
		}
		id, _ := db.ParseID(f.ID)
		_, r, err := e.Store.OpenFile(ctx, clerk, "customer", c.ID, id)
		if err != nil {
			t.Fatal(err)
		}
		var b strings.Builder
		buf := make([]byte, 64)
		n, _ := r.Read(buf)
		b.Write(buf[:n])
		if r.Close(); b.String() != "contents" {
			t.Errorf("read %q", b.String())
		}
		if _, err := e.Store.AddFile(ctx, clerk, "customer", c.ID, "x", "", strings.NewReader("x")); code(err) != "forbidden" {
			t.Errorf("the clerk attaches: %v", err)
		}
		if _, _, err := e.Store.OpenFile(ctx, other, "customer", c.ID, id); !errs.Is(err, errs.NotFound) {
			t.Errorf("another rep opens: %v", err)
		}
		if _, err := e.Store.AddFile(ctx, rep, "customer", c.ID, "..", "", strings.NewReader("x")); code(err) != "invalid name:bad_file_name" {
			t.Errorf("a bad name: %v", err)
		}
		if err := e.Store.RemoveFile(ctx, rep, "customer", c.ID, id); err != nil {
			t.Fatal(err)
		}
		left, err := e.Store.Files(ctx, rep, "customer", c.ID)
		if err != nil || len(left) != 0 {
			t.Errorf("left: %v %v", left, err)
		}
	})
}
