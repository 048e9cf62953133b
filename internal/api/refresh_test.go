package api_test

import (
	"context"
	"encoding/json"
	"os"
	"testing"
	"time"

	"kedang/internal/api/apitest"
	"kedang/internal/job"
	"kedang/internal/ledger"
	"kedang/internal/meta"
)

// TestDailyRefresh: a formula that names today() is right again after the
// nightly job, filters find it, the record keeps its revision, the run is in
// the log, and a check finds nothing wrong before or after.
func TestDailyRefresh(t *testing.T) {
	each(t, []meta.Source{{Name: "doors", FS: os.DirFS("testdata/doors")}}, func(t *testing.T, c *apitest.Company) {
		ctx := context.Background()
		lead := client{t, c, user(t, c, "lead1", "lead", "head")}
		begin := c.Now()
		since := begin.AddDate(-1, 0, 2).Format(time.DateOnly)
		var made struct{ ID string }
		lead.ok("POST", "/api/v1/client", `{"name":"王府酒店","source":"fair","since":"`+since+`"}`, &made)
		old := func() (n int) {
			var list struct{ Items []struct{ Rev int } }
			lead.ok("GET", "/api/v1/client?filter=long_standing%20==%20true&fields=id", "", &list)
			for _, item := range list.Items {
				if item.Rev != 1 {
					t.Errorf("the refresh made revision %d", item.Rev)
				}
			}
			return len(list.Items)
		}
		sound := func(when string) {
			t.Helper()
			rep, err := c.Store.Check(ctx, nil)
			if err != nil || len(rep.Faults) > 0 {
				t.Errorf("%s: %v %v", when, rep.Faults, err)
			}
		}
		refresh := func() {
			t.Helper()
			if err := c.Store.RefreshDaily(ctx); err != nil {
				t.Fatal(err)
			}
			for end := time.Now().Add(20 * time.Second); ; time.Sleep(5 * time.Millisecond) {
				n, err := c.Jobs.Counts(ctx)
				if err != nil || time.Now().After(end) {
					t.Fatal("the refresh does not end", n, err)
				}
				if n[job.Waiting]+n[job.Running] == 0 {
					return
				}
			}
		}
		refresh()
		if n := old(); n != 0 {
			t.Errorf("%d are long-standing two days early", n)
		}
		sound("before the day")
		c.SetClock(begin.AddDate(0, 0, 3))
		sound("on the day, before the job")
		refresh()
		if n := old(); n != 1 {
			t.Errorf("%d are long-standing after the job", n)
		}
		sound("after the job")
		boss := user(t, c, "boss", "administrator", "")
		var log struct{ Items []map[string]any }
		client{t, c, boss}.ok("GET", "/api/v1/sys/audit?kind="+ledger.System, "", &log)
		found := 0
		for _, e := range log.Items {
			raw, _ := json.Marshal(e)
			if e["action"] == "refresh" && json.Valid(raw) {
				found++
			}
		}
		if found != 2 {
			t.Errorf("%d refreshes in the log: %v", found, log.Items)
		}
	})
}
