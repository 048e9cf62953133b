package transfer_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"

	"kedang/internal/errs"
	"kedang/internal/transfer"
)

func TestCreate(t *testing.T) {
	each(t, shop, func(t *testing.T, f *fixture) {
		f.StartJobs()
		a := f.Admin()
		i := f.load(a, transfer.StartOptions{},
			"客户一览,,,,,",
			"公司名称,代码,等级,额度,电话1,电话2,建档日期,备注,上级",
			`张江贸易,ZJ,甲,"1,234.50",13800138000,021-50801234,2026年1月3日,"第一行`,
			`第二行",`,
			"李小红,,Good,,138 0013 8001、13800138002,,46023,,张江贸易",
			",,,,,,,,",
			"没有等级,X1,丙,,,,,,",
			",X2,,,,,,,",
			"重复代码,zj,,,,,,,",
			"额度太高,X3,,2000000,,,,,",
			"电话重复,X4,,,13800138000,,,,",
		)
		want := transfer.Counts{Rows: 7, Created: 3, Refused: 4, Warned: 1}
		if diff := cmp.Diff(want, i.Counts); diff != "" || i.State != transfer.Done {
			t.Fatalf("state %s %s: %s", i.State, i.Code, diff)
		}
		got := f.table(a, "name", "code", "level", "credit", "phones", "since", "remark", "parent")
		wantTable := `张江贸易,ZJ,Best,1234.50,"138 0013 8000, 021 5080 1234",2026-01-03,"第一行
第二行",
李小红,,Good,,"138 0013 8001, 138 0013 8002",2026-01-01,,张江贸易
电话重复,X4,,,138 0013 8000,,,
`
		if diff := cmp.Diff(wantTable, got); diff != "" {
			t.Error(diff)
		}
		rows, err := f.svc.Rows(f.ctx, a, i.ID, 0, 100, true, "refused")
		f.check(err)
		var codes []string
		for _, r := range rows {
			codes = append(codes, r.Problems[0].Path+" "+r.Problems[0].Code)
		}
		if diff := cmp.Diff([]string{"level bad_choice", "name required", "code not_unique", "credit credit_too_high"}, codes); diff != "" {
			t.Error(diff)
		}
	})
}

func TestRefusedComeBack(t *testing.T) {
	each(t, shop, func(t *testing.T, f *fixture) {
		f.StartJobs()
		a := f.Admin()
		i := f.load(a, transfer.StartOptions{}, "名称,等级,额度", "好客户,甲,1", "甲方,丁,1", "=cmd(),戊,9000000")
		var out strings.Builder
		f.refused(a, i.ID, transfer.CSV, &out)
		lines := strings.Split(strings.TrimSpace(out.String()), "\r\n")
		if len(lines) != 3 || !strings.HasPrefix(lines[0], "\xef\xbb\xbf") || !strings.HasSuffix(lines[0], ",名称,等级,额度") {
			t.Fatalf("%q", lines)
		}
		if !strings.Contains(lines[0], "行号,原因,") || !strings.HasPrefix(lines[1], "3,") || !strings.Contains(lines[1], "等级：") || !strings.HasSuffix(lines[1], ",甲方,丁,1") {
			t.Errorf("%q", lines[:2])
		}
		if !strings.HasSuffix(lines[2], ",'=cmd(),戊,9000000") {
			t.Errorf("%q", lines[2])
		}

		mended := strings.NewReplacer("丁", "甲", "戊", "乙", "9000000", "90").Replace(out.String())
		again, err := f.svc.Upload(f.ctx, a, "customer", "again.csv", strings.NewReader(mended), transfer.Hints{})
		f.check(err)
		f.check(f.svc.Start(f.ctx, a, again.ID, transfer.StartOptions{}))
		if got := f.wait(a, again.ID); got.Created != 2 {
			t.Errorf("mended: %+v", got.Counts)
		}
		if got := f.table(a, "name"); got != "好客户\n甲方\n'=cmd()\n" {
			t.Errorf("%q", got)
		}
	})
}

func TestUpdateAndUpsert(t *testing.T) {
	each(t, shop, func(t *testing.T, f *fixture) {
		f.StartJobs()
		a := f.Admin()
		f.load(a, transfer.StartOptions{}, "名称,代码,额度,电话", "甲,A1,10,13800138000；13800138001", "乙,A2,20,13800138002", "同名,A3,,", "同名,A4,,")

		i := f.load(a, transfer.StartOptions{Mode: transfer.Update, Key: "code"}, "代码,额度,备注", "ａ1,11,改了", "A2,20,", "A9,1,", ",1,")
		if diff := cmp.Diff(transfer.Counts{Rows: 4, Updated: 1, Unchanged: 1, Refused: 2}, i.Counts); diff != "" {
			t.Errorf("by code: %s", diff)
		}
		i = f.load(a, transfer.StartOptions{Mode: transfer.Update, Key: "name"}, "名称,额度", "同名,1")
		if rows, err := f.svc.Rows(f.ctx, a, i.ID, 0, 9, false); err != nil || rows[0].Problems[0].Code != "key_ambiguous" {
			t.Errorf("by name: %+v, %v", rows, err)
		}
		i = f.load(a, transfer.StartOptions{Mode: transfer.Upsert, Key: "phones"}, "电话,名称,额度", "138-0013-8001,甲甲,12", "13900139000,丙,30", "+86 13900139000,丙丙,31")
		if diff := cmp.Diff(transfer.Counts{Rows: 3, Created: 1, Updated: 2}, i.Counts); diff != "" {
			t.Errorf("by phone: %s", diff)
		}
		want := `甲甲,A1,12.00,"138 0013 8000, 138 0013 8001",改了
乙,A2,20.00,138 0013 8002,
同名,A3,,,
同名,A4,,,
丙丙,,31.00,139 0013 9000,
`
		if diff := cmp.Diff(want, f.table(a, "name", "code", "credit", "phones", "remark")); diff != "" {
			t.Error(diff)
		}
	})
}

func TestUpsertByNumber(t *testing.T) {
	each(t, shop, func(t *testing.T, f *fixture) {
		f.StartJobs()
		a := f.Admin()
		f.load(a, transfer.StartOptions{Mode: transfer.Upsert, Key: "number"}, "编号,名称", "K-1,甲", "K-2,乙", ",丙")
		i := f.load(a, transfer.StartOptions{Mode: transfer.Upsert, Key: "number"}, "编号,名称", "K-2,乙乙", "K-3,丁")
		if diff := cmp.Diff(transfer.Counts{Rows: 2, Created: 1, Updated: 1}, i.Counts); diff != "" {
			t.Error(diff)
		}
		if got := f.table(a, "number", "name"); got != "C2026-000001,丙\nK-1,甲\nK-2,乙乙\nK-3,丁\n" {
			t.Errorf("%q", got)
		}
	})
}

func TestDryRunStoresNothing(t *testing.T) {
	each(t, shop, func(t *testing.T, f *fixture) {
		f.StartJobs()
		a := f.Admin()
		i := f.upload(a, transfer.Hints{}, "名称,等级", "甲,甲", "乙,丁")
		f.check(f.svc.Start(f.ctx, a, i.ID, transfer.StartOptions{DryRun: true}))
		got := f.wait(a, i.ID)
		if diff := cmp.Diff(transfer.Counts{Rows: 2, Created: 1, Refused: 1}, got.Counts); diff != "" || got.State != transfer.Checked {
			t.Errorf("%s %s", got.State, diff)
		}
		if table := f.table(a, "name"); table != "" {
			t.Errorf("stored: %q", table)
		}
		f.check(f.svc.Start(f.ctx, a, i.ID, transfer.StartOptions{}))
		if got := f.wait(a, i.ID); got.Created != 1 || got.Refused != 1 || got.State != transfer.Done {
			t.Errorf("%+v", got)
		}
		if err := f.svc.Start(f.ctx, a, i.ID, transfer.StartOptions{}); err == nil || errs.As(err).Code != "import_ended" {
			t.Errorf("a second start: %v", err)
		}
	})
}

// TestCheckForetellsTheImport: the rows of a check are judged beside those long
// before them, as they will be when they are stored.
func TestCheckForetellsTheImport(t *testing.T) {
	each(t, shop, func(t *testing.T, f *fixture) {
		f.StartJobs()
		a := f.Admin()
		lines := []string{"编号,名称,电话,上级,代码"}
		for k := range 700 { // more than one chunk
			lines = append(lines, fmt.Sprintf("N%03d,第%d家店,1380013%04d,,A%d", k, k, k, k))
		}
		lines = append(lines, "N900,那家店,13900139000,,a3", "N901,别家,13800130004,", "N005,又一家,13900139001,", "N902,分店,13900139002,第7家店",
			"N903,小店,13900139003,没有这家", "N904,小小店,13900139004,N902", "N904,小小店,13900139004,")
		i := f.upload(a, transfer.Hints{}, lines...)
		fates := func(dry bool) (out []string) {
			f.check(f.svc.Start(f.ctx, a, i.ID, transfer.StartOptions{DryRun: dry}))
			f.wait(a, i.ID)
			rows, err := f.svc.Rows(f.ctx, a, i.ID, 701, 9, false)
			f.check(err)
			for _, r := range rows {
				text := r.Action
				for _, p := range r.Problems {
					text += " " + p.Path + " " + p.Code
				}
				out = append(out, text)
			}
			return out
		}
		checked := fates(true)
		want := []string{"refused code not_unique", "created phones duplicate_phone", "refused number not_unique", "created", "refused parent link_not_found",
			"created", "refused number not_unique"}
		if diff := cmp.Diff(want, checked); diff != "" {
			t.Errorf("checked: %s", diff)
		}
		if diff := cmp.Diff(checked, fates(false)); diff != "" {
			t.Errorf("imported: %s", diff)
		}
	})
}

func TestPlanIsTheUsers(t *testing.T) {
	each(t, shop, func(t *testing.T, f *fixture) {
		f.StartJobs()
		a := f.Admin()
		i := f.upload(a, transfer.Hints{}, "名称,列二,额度", "甲,老客户,5")
		if i.Plan.Columns[1].Field != "" {
			t.Fatalf("%+v", i.Plan.Columns)
		}
		i, err := f.svc.SetPlan(f.ctx, a, i.ID, transfer.Hints{Map: map[string]string{"列二": "remark", "额度": ""}})
		f.check(err)
		f.check(f.svc.Start(f.ctx, a, i.ID, transfer.StartOptions{}))
		f.wait(a, i.ID)
		if got := f.table(a, "name", "credit", "remark"); got != "甲,,老客户\n" {
			t.Errorf("%q", got)
		}
	})
}

func TestStartRefuses(t *testing.T) {
	each(t, shop, func(t *testing.T, f *fixture) {
		a := f.Admin()
		i := f.upload(a, transfer.Hints{}, "代码,额度,备注", "A,1,x")
		for name, c := range map[string]struct {
			o    transfer.StartOptions
			code string
		}{
			"mode":             {transfer.StartOptions{Mode: "replace"}, "bad_mode"},
			"no title":         {transfer.StartOptions{}, "unmapped_required"},
			"no key":           {transfer.StartOptions{Mode: transfer.Update}, "unmapped_required"},
			"key not in sheet": {transfer.StartOptions{Mode: transfer.Update, Key: "number"}, "unmapped_required"},
			"key not indexed":  {transfer.StartOptions{Mode: transfer.Update, Key: "remark"}, "not_a_key"},
		} {
			err := f.svc.Start(f.ctx, a, i.ID, c.o)
			if err == nil || len(errs.As(err).Problems) != 1 || errs.As(err).Problems[0].Code != c.code {
				t.Errorf("%s: %v, want %s", name, err, c.code)
			}
		}
	})
}

// A sealed value finds its record by its blind index, for who may read it.
func TestKeyIsSealed(t *testing.T) {
	each(t, shop, func(t *testing.T, f *fixture) {
		f.StartJobs()
		a := f.Admin()
		f.load(a, transfer.StartOptions{}, "名称,身份证号", "甲,11010519491231002X")
		i := f.load(a, transfer.StartOptions{Mode: transfer.Update, Key: "id_number"}, "身份证号,额度", "11010519491231002x,7")
		if got := f.table(a, "name", "credit"); i.Updated != 1 || got != "甲,7.00\n" {
			t.Errorf("%+v %q", i.Counts, got)
		}
		rep := f.User("an", "rep", "sh")
		up := f.upload(rep, transfer.Hints{Map: map[string]string{"备注": "remark"}}, "名称,备注", "甲,x")
		for _, key := range []string{"id_number", "secret"} {
			if err := f.svc.Start(f.ctx, rep, up.ID, transfer.StartOptions{Mode: transfer.Update, Key: key}); err == nil {
				t.Errorf("a rep may match by %s", key)
			}
		}
	})
}

// A workbook's numbers are days, from 1900 or from 1904, and amounts without
// the digits that a float makes up.
func TestWorkbookValues(t *testing.T) {
	each(t, shop, func(t *testing.T, f *fixture) {
		f.StartJobs()
		a := f.Admin()
		for k, is1904 := range []bool{false, true} {
			book := excelize.NewFile()
			f.check(book.SetWorkbookProps(&excelize.WorkbookPropsOptions{Date1904: &is1904}))
			day := 46023 - 1462*k
			for cell, v := range map[string]any{"A1": "名称", "B1": "建档日期", "C1": "额度", "A2": "甲", "B2": day, "C2": 0.1 + 0.2} {
				f.check(book.SetCellValue("Sheet1", cell, v))
			}
			var file bytes.Buffer
			f.check(book.Write(&file))
			i, err := f.svc.Upload(f.ctx, a, "customer", "a.xlsx", &file, transfer.Hints{})
			f.check(err)
			f.check(f.svc.Start(f.ctx, a, i.ID, transfer.StartOptions{}))
			if i = f.wait(a, i.ID); i.Created != 1 {
				t.Errorf("1904 %v: %+v", is1904, i.Counts)
			}
		}
		if got := f.table(a, "name", "since", "credit"); got != "甲,2026-01-01,0.30\n甲,2026-01-01,0.30\n" {
			t.Errorf("%q", got)
		}
	})
}

func TestALineOfTotalsIsNoRecord(t *testing.T) {
	each(t, shop, func(t *testing.T, f *fixture) {
		f.StartJobs()
		i := f.load(f.Admin(), transfer.StartOptions{}, "名称,代码,额度", "甲,A1,1", "合计：,,\"1,000.50\"", "合计餐饮,A2,3", "合计,A3,三分")
		if diff := cmp.Diff(transfer.Counts{Rows: 4, Created: 2, Refused: 2}, i.Counts); diff != "" {
			t.Error(diff)
		}
		rows, err := f.svc.Rows(f.ctx, f.Admin(), i.ID, 0, 9, true, "refused")
		f.check(err)
		if rows[0].Line != 3 || rows[0].Problems[0].Code != "total_row" || rows[1].Problems[0].Code == "total_row" {
			t.Errorf("%+v", rows)
		}
	})
}

// Telephones in a sheet from elsewhere are read as they are written there.
func TestPhonesOfAnotherRegion(t *testing.T) {
	each(t, shop, func(t *testing.T, f *fixture) {
		f.StartJobs()
		a := f.Admin()
		lines := []string{"名称,电话", "甲,02-27771215", "乙,03-5678986", "丙,總機 (02)2720-8889 轉 801", "丁,0912-345-678", "戊,06-2986666", "己,不详"}
		i := f.load(a, transfer.StartOptions{}, lines...)
		if i.Plan.Region != "TW" || i.Created != 6 || i.Warned > 1 {
			t.Fatalf("%q %+v", i.Plan.Region, i.Counts)
		}
		for tail, want := range map[string]string{"+886227771215": "甲", "+886227208889;ext=801": "丙", "+886912345678": "丁"} {
			found, err := f.Store.FindBy(f.ctx, a, "customer", "phones", []any{tail})
			f.check(err)
			if len(found[tail]) != 1 {
				t.Errorf("%s (%s) is not found: %s", tail, want, f.table(a, "name", "phones"))
			}
		}
		if got := f.upload(a, transfer.Hints{}, "名称,电话", "甲,13800138000", "乙,021-58881234", "丙,13900139000", "丁,010-65551234", "戊,02-27771215").Plan.Region; got != "" {
			t.Errorf("a sheet of the company's own region is taken for %s", got)
		}
	})
}
