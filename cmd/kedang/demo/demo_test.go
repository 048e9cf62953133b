package demo_test

import (
	"context"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"kedang/cmd/kedang/demo"
	"kedang/internal/access"
	"kedang/internal/db"
	"kedang/internal/errs"
	"kedang/internal/record"
	"kedang/internal/record/recordtest"
)

// TestMakeFillsACompany makes the demo of the general pack and looks at it as
// a visitor would: enough customers, sums that add up, and a database in which
// nothing is wrong.
func TestMakeFillsACompany(t *testing.T) {
	if testing.Short() {
		t.Skip("makes tens of thousands of records")
	}
	packs := recordtest.Packs("core", "general", "hotel")
	d, err := db.Open(t.Context(), db.Config{Dir: t.TempDir(), NoSync: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { d.Close() })
	e := recordtest.Open(t, d, packs)
	begin := time.Now()
	report, err := demo.Make(t.Context(), demo.Options{Store: e.Store, Access: e.Access, Packs: packs, Zone: e.Zone, Now: e.Now(), Password: "kedang-demo"})
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%d records, %d refused, in %v", report.Records, report.Refused, time.Since(begin))
	for _, reason := range report.Reasons {
		t.Error(reason)
	}
	if report.Refused > 0 {
		t.Errorf("%d records were refused", report.Refused)
	}
	if n := count(t, e, "customer", ""); n < 2000 {
		t.Errorf("%d customers, want 2000 or more", n)
	}
	for _, typ := range []string{"contact", "interaction", "order", "shipment", "payment", "complaint", "contract", "key_date", "task", "stay"} {
		if n := count(t, e, typ, ""); n < 50 {
			t.Errorf("%d of %s: too few to look like life", n, typ)
		}
	}
	if n := count(t, e, "customer", `name == "王府酒店管理有限公司"`); n != 1 {
		t.Errorf("the hand-made customer is there %d times", n)
	}
	looksLived(t, e)
	chain, err := e.Ledger.Verify(t.Context(), d, nil)
	if err != nil || chain.Broken > 0 {
		t.Errorf("the log has %d faults (%v): %+v", chain.Broken, err, chain.Faults)
	}
	rep, err := e.Store.Check(context.Background(), nil)
	if err != nil {
		t.Fatal(err)
	}
	for i, f := range rep.Faults {
		if i < 5 {
			t.Errorf("check: %+v", f)
		}
	}
	if len(rep.Faults) > 0 {
		t.Errorf("check found %d faults in %d records", len(rep.Faults), rep.Records)
	}
}

// looksLived holds that the demo has a past: customers put on record year after
// year by the people who own them, changed since, and ids and numbers in the
// order of time.
func looksLived(t *testing.T, e *recordtest.Env) {
	t.Helper()
	now := e.Now()
	if n := count(t, e, "customer", `date(created_at) >= "`+now.AddDate(0, -1, 0).Format(time.DateOnly)+`"`); n < 10 || n > 100 {
		t.Errorf("%d customers were put on record in the last month", n)
	}
	for year := 1; year <= 4; year++ {
		from, to := now.AddDate(-year-1, 0, 0).Format(time.DateOnly), now.AddDate(-year, 0, 0).Format(time.DateOnly)
		if n := count(t, e, "customer", `date(created_at) >= "`+from+`" and date(created_at) < "`+to+`"`); n < 100 {
			t.Errorf("%d customers were put on record from %s to %s", n, from, to)
		}
	}
	if n := count(t, e, "customer", `updated_at > created_at`); n < 300 {
		t.Errorf("%d customers were changed since they were made", n)
	}
	if n := count(t, e, "customer", `created_by != owner and owner != nil`); n > 200 {
		t.Errorf("%d customers were made by somebody else than their owner", n)
	}
	var page struct {
		Items []struct{ ID, Number, CreatedAt string }
	}
	raw, err := e.Store.List(t.Context(), access.System("test"), "interaction", record.ListQuery{OrderBy: "created_at", Fields: []string{"created_at"}, PageSize: 1000}, nil)
	if err == nil {
		err = json.Unmarshal(raw, &page)
	}
	if err != nil {
		t.Fatal(err)
	}
	for i, r := range page.Items[1:] {
		if r.ID <= page.Items[i].ID {
			t.Fatalf("%s was made after %s and has a lower id", r.ID, page.Items[i].ID)
		}
	}
}

// TestMakeAShare makes a tenth: fewer customers, everything made by hand.
func TestMakeAShare(t *testing.T) {
	packs := recordtest.Packs("core", "general")
	d, err := db.Open(t.Context(), db.Config{Dir: t.TempDir(), NoSync: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { d.Close() })
	e := recordtest.Open(t, d, packs)
	if _, err := demo.Make(t.Context(), demo.Options{Store: e.Store, Access: e.Access, Packs: packs, Zone: e.Zone, Now: e.Now(), Password: "kedang-demo", Share: 5}); err != nil {
		t.Fatal(err)
	}
	if n := count(t, e, "customer", ""); n < 80 || n > 400 {
		t.Errorf("%d customers, want about a twentieth of 2000", n)
	}
	if n := count(t, e, "customer", `name == "王府酒店管理有限公司"`); n != 1 {
		t.Errorf("the hand-made customer is there %d times", n)
	}
}

// TestMakeIsTheSameTwice holds the seed: the same people in the same order.
func TestMakeIsTheSameTwice(t *testing.T) {
	var first string
	for range 2 {
		d, err := db.Open(t.Context(), db.Config{Dir: t.TempDir(), NoSync: true})
		if err != nil {
			t.Fatal(err)
		}
		packs := recordtest.Packs("core", "general")
		e := recordtest.Open(t, d, packs)
		ctx, stop := context.WithCancel(t.Context())
		_, err = demo.Make(ctx, demo.Options{Store: e.Store, Access: e.Access, Packs: packs, Zone: e.Zone, Now: e.Now(), Password: "kedang-demo",
			Progress: func(done int64, _ string) {
				if done > 600 {
					stop()
				}
			}})
		if err != nil && !errs.Is(err, errs.Canceled) {
			t.Fatal(err)
		}
		stop()
		raw, err := e.Store.List(t.Context(), access.System("test"), "customer", record.ListQuery{Fields: []string{"name"}, PageSize: 1000, OrderBy: "name"}, nil)
		if err != nil {
			t.Fatal(err)
		}
		var page struct{ Items []struct{ Name string } }
		if err := json.Unmarshal(raw, &page); err != nil {
			t.Fatal(err)
		}
		var names []string
		for _, i := range page.Items {
			names = append(names, i.Name)
		}
		all := strings.Join(names, "\n")
		if first != "" && first != all {
			t.Error("the second demo has other customers than the first")
		}
		first = all
		d.Close()
	}
	if strings.Count(first, "\n") < 300 {
		t.Errorf("too few customers to compare: %d", strings.Count(first, "\n"))
	}
}

func count(t *testing.T, e *recordtest.Env, typ, filter string) int {
	t.Helper()
	raw, err := e.Store.List(t.Context(), access.System("test"), typ, record.ListQuery{Filter: filter, PageSize: 1, Total: "exact"}, nil)
	if err != nil {
		t.Fatal(err)
	}
	var page struct{ Total struct{ Count int } }
	if err := json.Unmarshal(raw, &page); err != nil {
		t.Fatal(err)
	}
	return page.Total.Count
}
