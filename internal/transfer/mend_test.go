package transfer_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"kedang/internal/access"
	"kedang/internal/errs"
	"kedang/internal/transfer"
)

// Refused rows are mended in place and tried again: what goes in is the
// import's, counted and undone with it; what does not keeps what was said.
func TestMend(t *testing.T) {
	each(t, shop, func(t *testing.T, f *fixture) {
		f.StartJobs()
		a := f.Admin()
		i := f.load(a, transfer.StartOptions{}, "名称,代码,等级,额度,身份证号", "甲,A1,甲,1,", "乙,A2,丁,2,", ",A3,乙,3,", "丁,A4,甲,很多,123", "合计,,,6,")
		if i.Created != 1 || i.Refused != 4 {
			t.Fatalf("%+v", i.Counts)
		}
		rows, err := f.svc.RefusedRows(f.ctx, a, i.ID, 0, 9)
		f.check(err)
		if diff := cmp.Diff(map[string]string{"name": "乙", "code": "A2", "level": "丁", "credit": "2"}, rows[0].Written); diff != "" || len(rows) != 4 || rows[0].Line != 3 {
			t.Fatalf("%d rows, line %d: %s", len(rows), rows[0].Line, diff)
		}

		mend := func(list ...transfer.Mending) string {
			out, err := f.svc.Mend(f.ctx, a, i.ID, list, transfer.StartOptions{})
			f.check(err)
			var says []string
			for _, r := range out {
				says = append(says, r.Action)
			}
			return strings.Join(says, " ")
		}
		if got := mend(transfer.Mending{Line: 3, Values: map[string]any{"level": "B"}}, transfer.Mending{Line: 4, Values: map[string]any{"name": "丙"}},
			transfer.Mending{Line: 5, Values: map[string]any{"credit": "5", "id_number": "124"}}); got != "created created refused" {
			t.Fatal(got)
		}
		now, err := f.svc.State(f.ctx, a, i.ID)
		f.check(err)
		if diff := cmp.Diff(transfer.Counts{Rows: 5, Created: 3, Refused: 2}, now.Counts); diff != "" {
			t.Error(diff)
		}
		rows, err = f.svc.RefusedRows(f.ctx, a, i.ID, 0, 9)
		f.check(err)
		if len(rows) != 2 || rows[0].Line != 5 || rows[0].Problems[0].Path != "id_number" {
			t.Fatalf("%+v", rows)
		}
		if diff := cmp.Diff(map[string]any{"credit": "5"}, rows[0].Mended); diff != "" {
			t.Errorf("what is sealed is not kept in the clear: %s", diff)
		}
		if got := mend(transfer.Mending{Line: 5, Values: map[string]any{"id_number": ""}}); got != "created" {
			t.Error(got)
		}
		if diff := cmp.Diff("甲,A1,1.00\n乙,A2,2.00\n丙,A3,3.00\n丁,A4,5.00\n", f.table(a, "name", "code", "credit")); diff != "" {
			t.Error(diff)
		}

		f.check(f.svc.Undo(f.ctx, a, i.ID))
		if got := f.wait(a, i.ID); got.Undone != 4 || f.count() != 0 {
			t.Errorf("%s %+v, %d records", got.State, got.Counts, f.count())
		}
		if _, err := f.svc.Mend(f.ctx, a, i.ID, []transfer.Mending{{Line: 6}}, transfer.StartOptions{}); !errs.Is(err, errs.Conflict) {
			t.Errorf("after the undo: %v", err)
		}
	})
}

func TestMendErrors(t *testing.T) {
	each(t, shop, func(t *testing.T, f *fixture) {
		f.StartJobs()
		f.Department("east", "")
		rep, other := f.User("an", "rep", "east"), f.User("bo", "rep", "east")
		i := f.load(rep, transfer.StartOptions{}, "名称,额度", "甲,1", "乙,多", "丙,2000000")
		for _, x := range []struct {
			name string
			who  *access.Actor
			row  transfer.Mending
			code string
		}{
			{"InAlready", rep, transfer.Mending{Line: 2, Values: map[string]any{"credit": "2"}}, "row_not_refused"},
			{"NoSuchLine", rep, transfer.Mending{Line: 99}, "row_not_refused"},
			{"HiddenField", rep, transfer.Mending{Line: 3, Values: map[string]any{"secret": "x"}}, "unknown_field"},
			{"Others", other, transfer.Mending{Line: 3, Values: map[string]any{"credit": "2"}}, "not_found"},
		} {
			t.Run(x.name, func(t *testing.T) {
				_, err := f.svc.Mend(f.ctx, x.who, i.ID, []transfer.Mending{x.row}, transfer.StartOptions{})
				code := errs.As(err).Code
				if p := errs.As(err).Problems; len(p) > 0 {
					code = p[0].Code
				}
				if code != x.code {
					t.Errorf("%q: %v", code, err)
				}
			})
		}
		if out, err := f.svc.Mend(f.ctx, rep, i.ID, nil, transfer.StartOptions{}); err != nil || len(out) != 0 {
			t.Errorf("no rows: %v %v", out, err)
		}
		boss := f.Admin()
		out, err := f.svc.Mend(f.ctx, boss, i.ID, []transfer.Mending{{Line: 3, Values: map[string]any{"credit": "7"}}, {Line: 4}}, transfer.StartOptions{})
		f.check(err)
		if out[0].Action != "created" || out[1].Action != "refused" || out[1].Problems[0].Code != "credit_too_high" {
			t.Fatalf("%+v", out)
		}
		if got := f.table(boss, "name", "owner"); got != "甲,an\n乙,an\n" {
			t.Errorf("an administrator mends in the importer's name: %q", got)
		}
	})
}

// A row that finds its record by a key finds it by the mended key too.
func TestMendKey(t *testing.T) {
	each(t, shop, func(t *testing.T, f *fixture) {
		f.StartJobs()
		a := f.Admin()
		f.load(a, transfer.StartOptions{}, "名称,代码,额度", "甲,A1,1")
		i := f.load(a, transfer.StartOptions{Mode: transfer.Update, Key: "code"}, "代码,额度", "A9,5")
		if i.Refused != 1 {
			t.Fatalf("%+v", i.Counts)
		}
		out, err := f.svc.Mend(f.ctx, a, i.ID, []transfer.Mending{{Line: 2, Values: map[string]any{"code": "A1"}}}, transfer.StartOptions{})
		f.check(err)
		if got := f.table(a, "name", "code", "credit"); out[0].Action != "updated" || got != "甲,A1,5.00\n" {
			t.Errorf("%+v %q", out, got)
		}
	})
}

// Rows that were refused because they are there already become updates.
func TestMendAsUpdate(t *testing.T) {
	each(t, shop, func(t *testing.T, f *fixture) {
		f.StartJobs()
		a := f.Admin()
		f.load(a, transfer.StartOptions{}, "名称,代码,额度", "甲,A1,1", "乙,A2,2")
		i := f.load(a, transfer.StartOptions{}, "名称,代码,额度", "甲甲,A1,11", "乙,A2,22", "丙,A3,3")
		if i.Created != 1 || i.Refused != 2 {
			t.Fatalf("%+v", i.Counts)
		}
		rows := []transfer.Mending{{Line: 2}, {Line: 3}}
		if _, err := f.svc.Mend(f.ctx, a, i.ID, rows, transfer.StartOptions{Mode: transfer.Update, Key: "remark"}); errs.As(err).Problems == nil {
			t.Errorf("a key without a column: %v", err)
		}
		out, err := f.svc.Mend(f.ctx, a, i.ID, rows, transfer.StartOptions{Mode: transfer.Update, Key: "code"})
		f.check(err)
		if got := f.table(a, "name", "code", "credit"); out[0].Action != "updated" || got != "甲甲,A1,11.00\n乙,A2,22.00\n丙,A3,3.00\n" {
			t.Errorf("%+v %q", out, got)
		}
		f.check(f.svc.Undo(f.ctx, a, i.ID))
		f.wait(a, i.ID)
		if got := f.table(a, "name", "code", "credit"); got != "甲,A1,1.00\n乙,A2,2.00\n" {
			t.Errorf("%q", got)
		}
	})
}

// The next sheet with the same header is taken as the last one was said to be:
// a colleague's too, as far as one may write its fields; an undone one teaches nothing.
func TestRecall(t *testing.T) {
	each(t, shop, func(t *testing.T, f *fixture) {
		f.StartJobs()
		a := f.Admin()
		f.Department("east", "")
		rep := f.User("an", "rep", "east")
		lines := []string{"名称,附注甲,附注乙,代码", "甲,x,y,A1"}
		plan := func(who *access.Actor, h transfer.Hints) string {
			i := f.upload(who, h, lines...)
			var says []string
			for _, c := range i.Plan.Columns {
				says = append(says, c.Field+":"+c.How)
			}
			return strings.Join(append(says, i.Mode+"/"+i.Key), " ")
		}
		fresh := "name:name : : code:name /"
		fresh = strings.ReplaceAll(fresh, " : : ", " :none :none ")
		recall := transfer.Hints{Recall: true}
		if got := plan(a, recall); got != fresh {
			t.Fatal(got)
		}
		i := f.upload(a, transfer.Hints{Map: map[string]string{"附注甲": "remark", "附注乙": "secret"}}, lines...)
		f.check(f.svc.Start(f.ctx, a, i.ID, transfer.StartOptions{Mode: transfer.Upsert, Key: "code"}))
		f.wait(a, i.ID)
		if got := plan(a, recall); got != "name:name remark:recalled secret:recalled code:name upsert/code" {
			t.Error(got)
		}
		if got := plan(rep, recall); got != "name:name remark:recalled :none code:name upsert/code" {
			t.Error(got)
		}
		if got := plan(a, transfer.Hints{}); got != fresh {
			t.Error("not asked to recall: " + got)
		}
		f.check(f.svc.Undo(f.ctx, a, i.ID))
		f.wait(a, i.ID)
		if got := plan(a, recall); got != fresh {
			t.Error("undone: " + got)
		}
	})
}
