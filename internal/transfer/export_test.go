package transfer_test

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"

	"kedang/internal/access"
	"kedang/internal/db"
	"kedang/internal/errs"
	"kedang/internal/ledger"
	"kedang/internal/record"
	"kedang/internal/transfer"
)

func (f *fixture) make(a *access.Actor, v record.Values) {
	f.t.Helper()
	_, err := f.Store.Create(f.ctx, a, "customer", v, record.WriteOptions{})
	f.check(err)
}

// export exports into rows.
func (f *fixture) export(a *access.Actor, q record.ListQuery, lang string) [][]string {
	f.t.Helper()
	var out bytes.Buffer
	n, err := f.svc.Export(f.ctx, a, "customer", q, transfer.CSV, lang, &out)
	f.check(err)
	rows, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(out.String(), "\xef\xbb\xbf"))).ReadAll()
	f.check(err)
	if int64(len(rows)) != n+1 {
		f.t.Errorf("%d records said, %d rows", n, len(rows))
	}
	return rows
}

func TestExport(t *testing.T) {
	each(t, shop, func(t *testing.T, f *fixture) {
		boss, clerk := f.Admin(), f.User("cy", "clerk", "sh")
		f.make(boss, record.Values{"name": "甲", "level": "A", "credit": "12.5", "phones": []any{"13800138000"}, "secret": "x"})
		f.make(boss, record.Values{"name": "乙", "level": "B"})
		f.make(boss, record.Values{"name": "-1+2", "level": "A"})

		got := f.export(boss, record.ListQuery{View: "best"}, "zh-Hans")
		want := [][]string{{"编号", "名称", "电话"}, {"C2026-000003", "'-1+2", ""}, {"C2026-000001", "甲", "138 0013 8000"}}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("by view: %s", diff)
		}
		got = f.export(clerk, record.ListQuery{Fields: []string{"name", "phones", "level"}, Filter: "credit > 1"}, "en")
		want = [][]string{{"Name", "Phones", "Level"}, {"甲", "138******8000", "Best"}}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("masked: %s", diff)
		}
		if rows := f.export(clerk, record.ListQuery{}, "en"); strings.Contains(strings.Join(rows[0], ","), "Secret") {
			t.Errorf("a hidden column: %q", rows[0])
		}
		var out bytes.Buffer
		if _, err := f.svc.Export(f.ctx, clerk, "customer", record.ListQuery{Fields: []string{"secret"}}, transfer.CSV, "", &out); err == nil || out.Len() > 0 {
			t.Errorf("a hidden field was asked for: %v, %q", err, out.String())
		}
		if _, err := f.svc.Export(f.ctx, f.User("an", "rep", "sh"), "customer", record.ListQuery{}, transfer.CSV, "", &out); !errs.Is(err, errs.Forbidden) || out.Len() > 0 {
			t.Errorf("a rep's export: %v", err)
		}
	})
}

// The right to export reaches less far than the right to read.
func TestExportReach(t *testing.T) {
	each(t, shop, func(t *testing.T, f *fixture) {
		manager := f.User("mo", "manager", "sh")
		f.make(f.Admin(), record.Values{"name": "别人的"})
		f.make(manager, record.Values{"name": "自己的"})
		if got := f.export(manager, record.ListQuery{Fields: []string{"name"}}, "en"); len(got) != 2 || got[1][0] != "自己的" {
			t.Errorf("%q", got)
		}
	})
}

func TestExportIsOnRecord(t *testing.T) {
	each(t, shop, func(t *testing.T, f *fixture) {
		boss := f.Admin()
		f.make(boss, record.Values{"name": "甲", "level": "A"})
		f.export(boss, record.ListQuery{Fields: []string{"name"}, Filter: "level == 'A'"}, "en")
		f.check(f.DB.Read(f.ctx, func(tx db.Tx) error {
			list, err := f.Ledger.List(f.ctx, tx, ledger.Filter{Kinds: []string{ledger.Export}}, 0, 10)
			if err != nil || len(list) != 1 {
				t.Fatalf("%d entries, %v", len(list), err)
			}
			var said struct {
				Filter string
				Rows   int64
			}
			f.check(json.Unmarshal(list[0].Payload, &said))
			if said.Filter != "level == 'A'" || said.Rows != 1 || list[0].Actor != boss.ID {
				t.Errorf("%+v by %d", said, list[0].Actor)
			}
			return nil
		}))
	})
}

// More than a page, with values missing in the order's column.
func TestExportOfManyPages(t *testing.T) {
	each(t, shop, func(t *testing.T, f *fixture) {
		f.StartJobs()
		boss := f.Admin()
		lines := many(2500)
		for k := range lines[1:] {
			if k%3 == 0 {
				lines[k+1] = strings.TrimRight(lines[k+1], "0123456789")
			}
		}
		f.load(boss, transfer.StartOptions{}, lines...)
		rows := f.export(boss, record.ListQuery{Fields: []string{"code", "credit"}, OrderBy: "-credit"}, "en")
		seen := map[string]bool{}
		for _, r := range rows[1:] {
			seen[r[0]] = true
		}
		if len(rows) != 2501 || len(seen) != 2500 {
			t.Errorf("%d rows, %d records", len(rows), len(seen))
		}
	})
}

func TestExportAsWorkbook(t *testing.T) {
	each(t, shop, func(t *testing.T, f *fixture) {
		boss := f.Admin()
		f.make(boss, record.Values{"name": "=1+1", "credit": "12.5", "remark": "@a"})
		var out bytes.Buffer
		_, err := f.svc.Export(f.ctx, boss, "customer", record.ListQuery{Fields: []string{"name", "credit", "remark"}}, transfer.XLSX, "en", &out)
		f.check(err)
		book, err := excelize.OpenReader(&out)
		f.check(err)
		rows, err := book.GetRows("Sheet1")
		f.check(err)
		if diff := cmp.Diff([][]string{{"Name", "Credit", "Remark"}, {"=1+1", "12.5", "@a"}}, rows); diff != "" {
			t.Error(diff)
		}
		if formula, err := book.GetCellFormula("Sheet1", "A2"); err != nil || formula != "" {
			t.Errorf("formula %q, %v", formula, err)
		}
		if kind, err := book.GetCellType("Sheet1", "B2"); err != nil || kind == excelize.CellTypeInlineString || kind == excelize.CellTypeSharedString {
			t.Errorf("the credit's type is %v, %v", kind, err)
		}
	})
}

// Whatever a cell holds, it leaves harmless and comes back as it was.
func TestHostileCells(t *testing.T) {
	raw, err := os.ReadFile(filepath.Join("..", "..", "..", "shared", "data", "hostile", "csv_formula.json"))
	if err != nil {
		t.Skip("the strings to try are not here")
	}
	var hostile []string
	if err := json.Unmarshal(raw, &hostile); err != nil {
		t.Fatal(err)
	}
	each(t, shop, func(t *testing.T, f *fixture) {
		f.StartJobs()
		boss := f.Admin()
		for _, h := range hostile {
			f.make(boss, record.Values{"name": "h", "remark": h})
		}
		var out bytes.Buffer
		q := record.ListQuery{Fields: []string{"name", "remark"}, OrderBy: "number"}
		_, err := f.svc.Export(f.ctx, boss, "customer", q, transfer.CSV, "en", &out)
		f.check(err)
		rows, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(out.String(), "\xef\xbb\xbf"))).ReadAll()
		f.check(err)
		for _, r := range rows[1:] {
			if strings.ContainsAny(r[1][:1], "=+-@\t\r\n") {
				t.Errorf("%q leaves as it is", r[1])
			}
		}
		i, err := f.svc.Upload(f.ctx, boss, "customer", "back.csv", &out, transfer.Hints{})
		f.check(err)
		f.check(f.svc.Start(f.ctx, boss, i.ID, transfer.StartOptions{}))
		f.wait(boss, i.ID)
		again := f.export(boss, q, "en")
		if diff := cmp.Diff(again[1:len(hostile)+1], again[len(hostile)+1:]); diff != "" {
			t.Error(diff)
		}
	})
}
