package record_test

import (
	"context"
	"testing"
	"time"

	"kedang/internal/db"
	"kedang/internal/record"
	"kedang/internal/record/recordtest"
)

// TestTidy writes many small pieces into the search index and has them merged;
// what is found stays.
func TestTidy(t *testing.T) {
	recordtest.Each(t, shop, func(t *testing.T, e *recordtest.Env) {
		ctx := context.Background()
		rep := e.User("rep1", "rep", "sh")
		for range 30 {
			create(t, e, rep, "customer", record.Values{"name": "王府酒店管理有限公司"})
		}
		before := len(found(t, e, rep, "王府"))
		e.StartJobs()
		err := e.DB.Write(ctx, func(tx db.Tx) error { return e.Store.TidySoon(ctx, tx, 1_000_000) })
		if err != nil {
			t.Fatal(err)
		}
		waiting := int64(1)
		for end := time.Now().Add(20 * time.Second); waiting > 0 && time.Now().Before(end); {
			err := e.DB.Read(ctx, func(tx db.Tx) error {
				return tx.QueryRow(ctx, "SELECT count(*) FROM job WHERE kind = 'tidy-all' AND state NOT IN ('done', 'failed')", nil, &waiting)
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		if waiting > 0 {
			t.Fatal("the job did not end")
		}
		if e.DB.Dialect() == db.SQLite {
			var n int64
			err := e.DB.Read(ctx, func(tx db.Tx) error { return tx.QueryRow(ctx, "SELECT count(DISTINCT segid) FROM search_idx", nil, &n) })
			if err != nil || n != 1 {
				t.Errorf("the index has %d segments, %v", n, err)
			}
		}
		if after := len(found(t, e, rep, "王府")); after != before || after == 0 {
			t.Errorf("%d were found before and %d after", before, after)
		}
	})
}
