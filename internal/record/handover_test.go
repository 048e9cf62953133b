package record_test

import (
	"context"
	"fmt"
	"sync"
	"testing"

	"kedang/internal/db"
	"kedang/internal/record"
	"kedang/internal/record/recordtest"
)

// What is hung under a record while it is handed over is the new owner's too,
// whichever of the two commits first.
func TestHandingOverWhileOthersAdd(t *testing.T) {
	recordtest.Each(t, shop, func(t *testing.T, e *recordtest.Env) {
		ctx := context.Background()
		boss, from, to := e.User("boss1", "manager", "sh"), e.User("rep1", "rep", "sh"), e.User("rep2", "rep", "sh")
		c := create(t, e, from, "customer", record.Values{"name": "甲"})
		var wg sync.WaitGroup
		for k := range 4 {
			wg.Add(1)
			go func() {
				defer wg.Done()
				for i := range 10 {
					if _, err := e.Store.Create(ctx, boss, "order", record.Values{"customer": db.FormatID(c.ID)}, record.WriteOptions{}); err != nil {
						t.Error(fmt.Errorf("%d/%d: %w", k, i, err))
					}
				}
			}()
		}
		owners := []int64{to.ID, from.ID}
		for i := range 11 {
			if _, err := e.Store.Assign(ctx, boss, "customer", c.ID, owners[i%2], record.WriteOptions{}); err != nil {
				t.Error(err)
			}
		}
		wg.Wait()
		if rep, err := e.Store.Check(ctx, nil); err != nil || len(rep.Faults) > 0 {
			t.Errorf("check: %v %v", rep.Faults[:min(3, len(rep.Faults))], err)
		}
	})
}
