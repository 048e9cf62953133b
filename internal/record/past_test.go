package record_test

import (
	"context"
	"encoding/json"
	"maps"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"kedang/internal/db"
	"kedang/internal/errs"
	"kedang/internal/record"
	"kedang/internal/record/recordtest"
)

// asOf reads a record of the past.
func asOf(t *testing.T, e *recordtest.Env, typ string, id int64, at record.AsOf) (map[string]any, error) {
	t.Helper()
	raw, _, err := e.Store.GetAsOf(context.Background(), e.Admin(), typ, id, at, nil)
	if err != nil {
		return nil, err
	}
	var out map[string]any
	if err := json.Unmarshal(raw, &out); err != nil {
		t.Fatalf("%v in %s", err, raw)
	}
	return out, nil
}

// What is read of the past is what was read then, but for what is computed and
// what a reader may do now.
func TestThePastIsAsItWasRead(t *testing.T) {
	recordtest.Each(t, recordtest.Packs("core", "general"), func(t *testing.T, e *recordtest.Env) {
		ctx, a := context.Background(), e.Admin()
		rng := rand.New(rand.NewPCG(7, 11))
		other := create(t, e, a, "customer", record.Values{"name": "总公司", "kind": "organisation"})
		choices := map[string][]any{
			"name": {"甲公司", "甲公司（上海）", "O’Brien & Söhne"}, "level": {"A", "B", nil}, "tags": {[]any{"老客户", "酒店"}, []any{"新"}, nil},
			"phones":       {[]any{map[string]any{"number": "13817662093", "label": "前台"}}, []any{"13900001111", "021-58881234"}, nil},
			"credit_limit": {"1000", "1234567.89", nil}, "parent": {db.FormatID(other.ID), nil}, "remark": {"  前后空白  ", "多\n行", nil},
			"address":         {map[string]any{"code": "310115", "rest": "张江路 1 号"}, nil},
			"id_number":       {"110101199003070054", nil},
			"registered_on":   {"2001-02-03", nil},
			"more_addresses":  {[]any{map[string]any{"address": map[string]any{"code": "310115", "rest": "川沙路"}}}, nil},
			"key_products":    {nil},
			"employees_count": {nil},
		}
		for name := range choices {
			schema, _ := e.Store.Schema().Type("customer")
			if _, ok := schema.Field(name); !ok {
				delete(choices, name)
			}
		}
		if len(choices) < 9 {
			t.Fatalf("the pack has only %d of the fields", len(choices))
		}
		saved := create(t, e, a, "customer", record.Values{"name": "甲公司", "kind": "organisation", "level": "C"})
		id := saved.ID
		type then struct {
			at  time.Time
			rec map[string]any
		}
		seen := map[int64]then{}
		note := func() {
			rec := get(t, e, a, "customer", id)
			seen[int64(rec["rev"].(float64))] = then{e.Now(), rec}
			e.Advance(time.Hour)
		}
		made := e.Now()
		note()
		for range 40 {
			v := record.Values{}
			for _, name := range slices.Sorted(maps.Keys(choices)) {
				list := choices[name]
				if rng.IntN(4) == 0 {
					v[name] = list[rng.IntN(len(list))]
				}
			}
			if _, err := e.Store.Update(ctx, a, "customer", id, v, 0, record.WriteOptions{}); err != nil {
				t.Fatalf("%v: %v", v, err)
			}
			note()
		}
		if _, err := e.Store.Archive(ctx, a, "customer", id, record.WriteOptions{}); err != nil {
			t.Fatal(err)
		}
		if len(seen) < 20 {
			t.Fatalf("only %d revisions", len(seen))
		}
		for rev, want := range seen {
			byRev, err := asOf(t, e, "customer", id, record.AsOf{Rev: rev})
			if err != nil {
				t.Fatal(err)
			}
			byTime, err := asOf(t, e, "customer", id, record.AsOf{At: want.at.Add(time.Minute)})
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(byRev, byTime); diff != "" {
				t.Errorf("rev %d by its time differs: %s", rev, diff)
			}
			left := map[string]bool{"rights": true, "sealed": true, "created_by": true, "updated_by": true, "root_owner": true, "root_department": true, "sections": true}
			for _, name := range byRev["not_kept"].([]any) {
				left[name.(string)] = true
			}
			delete(byRev, "as_of")
			delete(byRev, "not_kept")
			for name := range want.rec {
				if left[name] {
					delete(want.rec, name)
				}
			}
			if diff := cmp.Diff(want.rec, byRev); diff != "" {
				t.Errorf("rev %d (-then +now): %s", rev, diff)
			}
		}
		if _, err := asOf(t, e, "customer", id, record.AsOf{At: made.Add(-time.Second)}); !errs.Is(err, errs.NotFound) || errs.As(err).Code != "not_yet" {
			t.Errorf("before it was made: %v", err)
		}
	})
}

// What was erased from history cannot be taken back: the past before it is
// refused, what came after it is still told, and the chain holds.
func TestThePastBehindAnErasure(t *testing.T) {
	recordtest.Each(t, shop, func(t *testing.T, e *recordtest.Env) {
		ctx, a := context.Background(), e.Admin()
		c := create(t, e, a, "customer", record.Values{"name": "甲", "remark": "一"})
		for _, remark := range []string{"二", "三"} {
			if _, err := e.Store.Update(ctx, a, "customer", c.ID, record.Values{"remark": remark}, 0, record.WriteOptions{}); err != nil {
				t.Fatal(err)
			}
		}
		entries, err := e.Store.History(ctx, a, "customer", c.ID, 0, 10)
		if err != nil || len(entries) != 3 {
			t.Fatalf("%d entries %v", len(entries), err)
		}
		second, err := db.ParseID(entries[1].ID)
		if err != nil {
			t.Fatal(err)
		}
		if err := e.DB.Write(ctx, func(tx db.Tx) error { return e.Ledger.Redact(ctx, tx, second) }); err != nil {
			t.Fatal(err)
		}
		for rev, want := range map[int64]string{2: "二", 3: "三"} {
			if got, err := asOf(t, e, "customer", c.ID, record.AsOf{Rev: rev}); err != nil || got["remark"] != want {
				t.Errorf("rev %d: %v %v", rev, got["remark"], err)
			}
		}
		_, err = asOf(t, e, "customer", c.ID, record.AsOf{Rev: 1})
		if !errs.Is(err, errs.Conflict) || code(err) != "past_redacted" {
			t.Errorf("the past before the erasure: %v", err)
		}
		entries, err = e.Store.History(ctx, a, "customer", c.ID, 0, 10)
		if err != nil || len(entries) != 3 || len(entries[1].Changes) != 0 || len(entries[0].Changes) != 1 {
			t.Errorf("history %+v %v", entries, err)
		}
		if _, err := e.Store.Undo(ctx, a, "customer", c.ID, 2, record.WriteOptions{}); code(err) != "undo_redacted" {
			t.Errorf("undoing what was erased: %v", err)
		}
		report, err := e.Store.Check(ctx, nil)
		if err != nil || len(report.Faults) > 0 {
			t.Errorf("check: %v %v", report.Faults, err)
		}
	})
}
