package transfer_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"kedang/internal/access"
	"kedang/internal/db"
	"kedang/internal/errs"
	"kedang/internal/ledger"
	"kedang/internal/record"
	"kedang/internal/transfer"
)

// many makes the lines of a sheet of n customers.
func many(n int) []string {
	lines := []string{"名称,代码,电话,额度"}
	for k := range n {
		lines = append(lines, fmt.Sprintf("客户%d,K%d,138%08d,%d", k, k, k, k%1000))
	}
	return lines
}

func (f *fixture) count() (n int64) {
	f.t.Helper()
	t, _ := f.Store.Schema().Type("customer")
	f.check(f.DB.Read(f.ctx, func(tx db.Tx) error {
		return tx.QueryRow(f.ctx, `SELECT count(*) FROM "`+t.Table+`" WHERE archived_at IS NULL`, nil, &n)
	}))
	return n
}

// A stopped import goes on after the last row that is in: each row is in once,
// wherever it was stopped.
func TestResume(t *testing.T) {
	each(t, shop, func(t *testing.T, f *fixture) {
		f.StartJobs()
		a := f.Admin()
		i := f.upload(a, transfer.Hints{}, many(4000)...)
		f.check(f.svc.Start(f.ctx, a, i.ID, transfer.StartOptions{}))
		stops := 0
		for at := int64(500); at < 4000; at += 1000 {
			for range 4000 {
				now, err := f.svc.State(f.ctx, a, i.ID)
				f.check(err)
				if now.Rows >= at || now.State == transfer.Done {
					break
				}
				time.Sleep(time.Millisecond)
			}
			if err := f.svc.Cancel(f.ctx, a, i.ID); err != nil {
				break // it was quicker
			}
			now := f.wait(a, i.ID)
			if now.State == transfer.Done {
				break
			}
			stops++
			if n := f.count(); now.State != transfer.Cancelled || n != now.Created || n != now.Rows {
				t.Fatalf("stopped in state %s with %d records and %+v", now.State, n, now.Counts)
			}
			f.check(f.svc.Resume(f.ctx, a, i.ID))
		}
		got := f.wait(a, i.ID)
		if diff := cmp.Diff(transfer.Counts{Rows: 4000, Created: 4000}, got.Counts); diff != "" || got.State != transfer.Done || stops == 0 {
			t.Errorf("after %d stops %s %s: %s", stops, got.State, got.Code, diff)
		}
		if n := f.count(); n != 4000 {
			t.Errorf("%d records", n)
		}
	})
}

func TestUndo(t *testing.T) {
	each(t, shop, func(t *testing.T, f *fixture) {
		f.StartJobs()
		a := f.Admin()
		f.load(a, transfer.StartOptions{}, "名称,代码,额度", "甲,A1,1", "乙,A2,2", "丙,A3,3")
		i := f.load(a, transfer.StartOptions{Mode: transfer.Upsert, Key: "code"}, "名称,代码,额度", "甲甲,A1,10", "新,A4,4", "乙,A2,20", "丙,A3,3", "甲三,A1,11", "坏,A5,多")
		if diff := cmp.Diff(transfer.Counts{Rows: 6, Created: 1, Updated: 3, Unchanged: 1, Refused: 1}, i.Counts); diff != "" {
			t.Fatal(diff)
		}
		found, err := f.Store.FindBy(f.ctx, a, "customer", "code", []any{"A2"})
		f.check(err)
		_, err = f.Store.Update(f.ctx, a, "customer", found["A2"][0].ID, record.Values{"credit": "21"}, 0, record.WriteOptions{})
		f.check(err)

		f.check(f.svc.Undo(f.ctx, a, i.ID))
		got := f.wait(a, i.ID)
		if got.State != transfer.Undone || got.Undone != 3 || got.Kept != 1 {
			t.Errorf("%s %+v", got.State, got.Counts)
		}
		if diff := cmp.Diff("甲,A1,1.00\n乙,A2,21.00\n丙,A3,3.00\n", f.table(a, "name", "code", "credit")); diff != "" {
			t.Error(diff)
		}
		rows, err := f.svc.Rows(f.ctx, a, i.ID, 0, 10, false, "kept")
		f.check(err)
		if len(rows) != 1 || rows[0].Line != 4 || rows[0].Problems[0].Code != "conflict" {
			t.Errorf("kept: %+v", rows)
		}
		if err := f.svc.Undo(f.ctx, a, i.ID); err == nil || errs.As(err).Code != "import_ended" {
			t.Errorf("a second undo: %v", err)
		}
	})
}

func TestUndoOfMany(t *testing.T) {
	each(t, shop, func(t *testing.T, f *fixture) {
		f.StartJobs()
		a := f.Admin()
		i := f.load(a, transfer.StartOptions{}, many(1200)...)
		f.check(f.svc.Undo(f.ctx, a, i.ID))
		if got := f.wait(a, i.ID); got.Undone != 1200 || f.count() != 0 {
			t.Errorf("%s %+v, %d records", got.State, got.Counts, f.count())
		}
	})
}

func TestImportIsOnRecord(t *testing.T) {
	each(t, shop, func(t *testing.T, f *fixture) {
		f.StartJobs()
		a := f.Admin()
		i := f.load(a, transfer.StartOptions{}, many(3)...)
		var kinds []string
		f.check(f.DB.Read(f.ctx, func(tx db.Tx) error {
			list, err := f.Ledger.List(f.ctx, tx, ledger.Filter{Actor: a.ID}, 0, 10)
			for _, e := range list {
				kinds = append(kinds, e.Kind+" "+e.Action+" "+e.Source)
			}
			return err
		}))
		src := " import " + db.FormatID(i.ID)
		want := []string{"import import" + src, "write create" + src, "write create" + src, "write create" + src}
		if diff := cmp.Diff(want, kinds); diff != "" {
			t.Error(diff)
		}
	})
}

func TestOnBehalf(t *testing.T) {
	each(t, shop, func(t *testing.T, f *fixture) {
		f.StartJobs()
		an, boss := f.User("an", "rep", "sh"), f.User("chief", "manager", "sh")
		i := f.load(f.Admin(), transfer.StartOptions{Behalf: an.ID}, "名称,机密", "甲,x", "乙,")
		if diff := cmp.Diff(transfer.Counts{Rows: 2, Created: 1, Refused: 1}, i.Counts); diff != "" {
			t.Errorf("with her rights, who may not write the secret: %s", diff)
		}
		if got := f.table(f.Admin(), "name", "owner"); got != "乙,an\n" {
			t.Errorf("it is hers: %q", got)
		}
		i = f.upload(boss, transfer.Hints{}, "名称", "丙")
		if err := f.svc.Start(f.ctx, boss, i.ID, transfer.StartOptions{Behalf: an.ID}); errs.As(err).Code != "not_administrator" {
			t.Errorf("a manager in another's name: %v", err)
		}
		if _, err := f.svc.Preview(f.ctx, boss, i.ID, transfer.StartOptions{Behalf: an.ID}, 9); errs.As(err).Code != "not_administrator" {
			t.Errorf("a manager's look with another's eyes: %v", err)
		}
	})
}

func TestPreview(t *testing.T) {
	each(t, shop, func(t *testing.T, f *fixture) {
		f.StartJobs()
		a := f.Admin()
		f.load(a, transfer.StartOptions{}, "名称,代码,额度", "甲,A1,1")
		i := f.upload(a, transfer.Hints{}, "名称,代码,等级,额度,建档日期,上级", "甲,A1,乙,\"1,000\",2026.1.5,", "新,A2,丁,2000000,,没有", "丙,A2,,,,", "甲,A1,,,,")
		rows, err := f.svc.Preview(f.ctx, a, i.ID, transfer.StartOptions{Mode: transfer.Upsert, Key: "code"}, 9)
		f.check(err)
		var got []string
		for _, r := range rows {
			line := fmt.Sprint(r.Line, " ", r.Action, " ", r.Title)
			for _, p := range r.Problems {
				line += " " + p.Path + ":" + p.Code
			}
			got = append(got, line)
		}
		want := []string{"2 updated 甲", "3 refused  level:bad_choice", "4 created ", "5 unchanged 甲"}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
		if v := rows[0].Values; string(v["credit"]) != `"1000.00"` || string(v["since"]) != `"2026-01-05"` || string(v["level"]) != `"B"` {
			t.Errorf("as understood: %s", v)
		}
		if rows[1].Values["level"] != nil || rows[1].Written["level"] != "丁" || string(rows[1].Values["parent"]) != `{"id":"","title":"没有"}` {
			t.Errorf("as written: %+v", rows[1])
		}
		if f.count() != 1 {
			t.Error("a preview stored something")
		}
	})
}

func TestRights(t *testing.T) {
	each(t, shop, func(t *testing.T, f *fixture) {
		f.StartJobs()
		an, bo, clerk := f.User("an", "rep", "sh"), f.User("bo", "rep", "sh"), f.User("cy", "clerk", "sh")
		if _, err := f.svc.Upload(f.ctx, clerk, "customer", "a.csv", strings.NewReader("名称\n甲\n"), transfer.Hints{}); !errs.Is(err, errs.Forbidden) {
			t.Errorf("a clerk's upload: %v", err)
		}
		if _, err := f.svc.Upload(f.ctx, an, "nothing", "a.csv", strings.NewReader("名称\n甲\n"), transfer.Hints{}); !errs.Is(err, errs.NotFound) {
			t.Errorf("an unknown type: %v", err)
		}
		i := f.upload(an, transfer.Hints{}, "名称,代码,机密", "甲,A1,x")
		for _, c := range i.Plan.Columns {
			if c.Field == "secret" {
				t.Error("a hidden field was mapped")
			}
		}
		if _, err := f.svc.SetPlan(f.ctx, an, i.ID, transfer.Hints{Map: map[string]string{"机密": "secret"}}); err == nil {
			t.Error("a hidden field could be mapped")
		}
		if _, err := f.svc.State(f.ctx, bo, i.ID); !errs.Is(err, errs.NotFound) {
			t.Errorf("another's import: %v", err)
		}
		f.check(f.svc.Start(f.ctx, an, i.ID, transfer.StartOptions{}))
		f.wait(an, i.ID)

		// What Bo may not see, his keys do not find; and the unique value stays An's.
		got := f.load(bo, transfer.StartOptions{Mode: transfer.Update, Key: "code"}, "代码,额度", "A1,5")
		rows, err := f.svc.Rows(f.ctx, bo, got.ID, 0, 9, false)
		f.check(err)
		if len(rows) != 1 || rows[0].Problems[0].Code != "key_not_found" {
			t.Errorf("%+v", rows)
		}
		got = f.load(bo, transfer.StartOptions{Mode: transfer.Upsert, Key: "code"}, "代码,名称", "A1,乙")
		rows, err = f.svc.Rows(f.ctx, bo, got.ID, 0, 9, false)
		f.check(err)
		if len(rows) != 1 || rows[0].Problems[0].Code != "not_unique" || len(rows[0].Problems[0].Params) > 0 {
			t.Errorf("%+v", rows)
		}
		if list, err := f.svc.List(f.ctx, an, 0, 10); err != nil || len(list) != 1 {
			t.Errorf("An's imports: %d, %v", len(list), err)
		}
		if list, err := f.svc.List(f.ctx, f.Admin(), 0, 10); err != nil || len(list) != 3 {
			t.Errorf("all imports: %d, %v", len(list), err)
		}
	})
}

// An import does not outlive its person's account.
func TestDisabledPersonsImportStops(t *testing.T) {
	each(t, shop, func(t *testing.T, f *fixture) {
		an := f.User("an", "rep", "sh")
		i := f.upload(an, transfer.Hints{}, many(10)...)
		f.check(f.svc.Start(f.ctx, an, i.ID, transfer.StartOptions{}))
		f.check(f.Access.SetActive(f.ctx, access.System("test"), an.ID, false))
		f.StartJobs()
		if got := f.wait(f.Admin(), i.ID); got.State != transfer.Failed || got.Code != "user_inactive" || f.count() != 0 {
			t.Errorf("%s %s, %d records", got.State, got.Code, f.count())
		}
	})
}

func TestOwnersByName(t *testing.T) {
	each(t, shop, func(t *testing.T, f *fixture) {
		f.StartJobs()
		f.User("an", "rep", "sh")
		a := f.Admin()
		i := f.load(a, transfer.StartOptions{}, "名称,业务员", "甲,an", "乙,nobody")
		rows, err := f.svc.Rows(f.ctx, a, i.ID, 0, 9, false)
		f.check(err)
		if i.Created != 1 || rows[1].Problems[0].Path != "owner" || rows[1].Problems[0].Code != "link_not_found" {
			t.Errorf("%+v %+v", i.Counts, rows)
		}
		if got := f.table(a, "name", "owner"); got != "甲,an\n" {
			t.Errorf("%q", got)
		}
	})
}
