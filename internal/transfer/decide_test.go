package transfer_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"kedang/internal/errs"
	"kedang/internal/transfer"
)

var troubled = []string{"名称,代码,等级,额度",
	"甲,A1,甲,1", "乙,A2,大客户,2", "丙,A3,普通,3", "丁,A4,乙,很多", "戊,A1,大客户,5", ",A6,甲,6", "己,A7,从前,多"}

var decisions = []transfer.Decision{
	{Path: "level", Code: "bad_choice", Do: transfer.Empty, Means: map[string]any{"大客户": "A", "普通": "B"}},
	{Path: "credit", Code: "not_a_number", Do: transfer.Empty},
	{Path: "code", Code: "not_unique", Do: transfer.Renew},
}

// What is to be done with rows that would be refused is said before; a check,
// the preview and the import itself do it.
func TestDecide(t *testing.T) {
	each(t, shop, func(t *testing.T, f *fixture) {
		f.StartJobs()
		a := f.Admin()
		i := f.upload(a, transfer.Hints{}, troubled...)
		said, err := f.svc.Decide(f.ctx, a, i.ID, decisions)
		f.check(err)
		if len(said.Decisions) != 3 {
			t.Fatalf("%+v", said.Decisions)
		}
		shown, err := f.svc.Preview(f.ctx, a, i.ID, transfer.StartOptions{}, 50)
		f.check(err)
		var would []string
		for _, r := range shown {
			would = append(would, r.Action)
		}
		if got := strings.Join(would, " "); got != "created created created created created refused created" {
			t.Errorf("preview: %s", got)
		}

		f.check(f.svc.Start(f.ctx, a, i.ID, transfer.StartOptions{DryRun: true}))
		want := transfer.Counts{Rows: 7, Created: 5, Updated: 1, Refused: 1, Warned: 2}
		if diff := cmp.Diff(want, f.wait(a, i.ID).Counts); diff != "" || f.count() != 0 {
			t.Errorf("check: %s, %d records", diff, f.count())
		}

		f.check(f.svc.Start(f.ctx, a, i.ID, transfer.StartOptions{}))
		now := f.wait(a, i.ID)
		if diff := cmp.Diff(want, now.Counts); diff != "" || now.State != transfer.Done {
			t.Errorf("%s: %s", now.State, diff)
		}
		if diff := cmp.Diff("戊,A1,Best,5.00,\n乙,A2,Best,2.00,\n丙,A3,Good,3.00,\n丁,A4,Good,,\n己,A7,,,\n", f.table(a, "name", "code", "level", "credit", "remark")); diff != "" {
			t.Error(diff)
		}
		rows, err := f.svc.RefusedRows(f.ctx, a, i.ID, 0, 9)
		f.check(err)
		if len(rows) != 1 || rows[0].Line != 7 {
			t.Errorf("%+v", rows)
		}
		told, err := f.svc.Rows(f.ctx, a, i.ID, 0, 99, true, "created")
		f.check(err)
		var left []string
		for _, r := range told {
			for _, p := range r.Problems {
				left = append(left, fmt.Sprintf("%d %s %s %v", r.Line, p.Code, p.Path, p.Params["value"]))
			}
		}
		slices.Sort(left)
		if diff := cmp.Diff([]string{"5 cell_left_out credit 很多", "8 cell_left_out credit 多", "8 cell_left_out level 从前"}, left); diff != "" {
			t.Errorf("what was left out is told: %s", diff)
		}

		f.check(f.svc.Undo(f.ctx, a, i.ID))
		if got := f.wait(a, i.ID); got.Undone != 6 || f.count() != 0 {
			t.Errorf("%s %+v, %d records", got.State, got.Counts, f.count())
		}
	})
}

// How much of each column there is and can be read is told beforehand.
func TestLegible(t *testing.T) {
	each(t, shop, func(t *testing.T, f *fixture) {
		var says []string
		for _, c := range f.upload(f.Admin(), transfer.Hints{}, append(troubled, "庚,A8,无,—", "合计,,,6")...).Plan.Columns {
			says = append(says, fmt.Sprintf("%s %d/%d", c.Field, c.Filled-c.Unread, c.Filled))
		}
		if diff := cmp.Diff([]string{"name 7/7", "code 8/8", "level 4/8", "credit 6/8"}, says); diff != "" {
			t.Error(diff)
		}
	})
}

// The next sheet with the same header recalls them.
func TestDecideRecalled(t *testing.T) {
	each(t, shop, func(t *testing.T, f *fixture) {
		f.StartJobs()
		a := f.Admin()
		i := f.upload(a, transfer.Hints{}, troubled...)
		_, err := f.svc.Decide(f.ctx, a, i.ID, decisions)
		f.check(err)
		f.check(f.svc.Start(f.ctx, a, i.ID, transfer.StartOptions{}))
		f.wait(a, i.ID)
		if again := f.upload(a, transfer.Hints{Recall: true}, troubled...); !cmp.Equal(decisions, again.Decisions) {
			t.Errorf("%+v", again.Decisions)
		}
		replanned, err := f.svc.SetPlan(f.ctx, a, f.upload(a, transfer.Hints{Recall: true}, troubled...).ID, transfer.Hints{Map: map[string]string{"代码": ""}})
		f.check(err)
		if len(replanned.Decisions) != 2 {
			t.Errorf("a key without a column: %+v", replanned.Decisions)
		}
	})
}

func TestDecideErrors(t *testing.T) {
	each(t, shop, func(t *testing.T, f *fixture) {
		f.StartJobs()
		f.Department("east", "")
		rep, other := f.User("an", "rep", "east"), f.User("bo", "rep", "east")
		i := f.upload(rep, transfer.Hints{}, "名称,额度", "甲,1")
		code := func(err error) string {
			if p := errs.As(err).Problems; len(p) > 0 {
				return p[0].Code
			}
			return errs.As(err).Code
		}
		for _, x := range []struct {
			d    transfer.Decision
			code string
		}{
			{transfer.Decision{Path: "nothing", Do: transfer.Out}, "unknown_field"},
			{transfer.Decision{Path: "secret", Do: transfer.Out}, "unknown_field"},
			{transfer.Decision{Path: "name", Do: transfer.Empty}, "required"},
			{transfer.Decision{Path: "credit", Do: "burn"}, "bad_choice"},
			{transfer.Decision{Path: "code", Do: transfer.Renew}, "unmapped_required"},
		} {
			if _, err := f.svc.Decide(f.ctx, rep, i.ID, []transfer.Decision{x.d}); code(err) != x.code {
				t.Errorf("%+v: %v", x.d, err)
			}
		}
		if _, err := f.svc.Decide(f.ctx, other, i.ID, nil); code(err) != "not_found" {
			t.Errorf("another's: %v", err)
		}
		f.check(f.svc.Start(f.ctx, rep, i.ID, transfer.StartOptions{}))
		f.wait(rep, i.ID)
		if _, err := f.svc.Decide(f.ctx, rep, i.ID, nil); code(err) != "import_ended" {
			t.Errorf("after the start: %v", err)
		}
	})
}
