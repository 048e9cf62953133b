package transfer_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"kedang/internal/db/dbtest"
	"kedang/internal/errs"
	"kedang/internal/record/recordtest"
	"kedang/internal/transfer"
)

func sharedFile(t testing.TB, name string) string {
	t.Helper()
	path := filepath.Join("..", "..", "..", "shared", "data", name)
	if _, err := os.Stat(path); err != nil {
		t.Skip("the file to try is not here: " + name)
	}
	return path
}

// Lists as they are found in the world are understood without a word from the
// user.
func TestRealLists(t *testing.T) {
	for _, c := range []struct {
		file    string
		columns map[string]string // header -> field
		rows    int64
		least   int64 // of them that go in
	}{
		{"er/twse_2023.csv", map[string]string{"公司名稱": "name", "住址": "address", "總機電話": "phones", "網址": "website"}, 992, 980},
		{"er/cn_synth_customers.csv", map[string]string{"姓名": "name", "手机": "phones", "座机": "phones", "邮箱": "emails", "地址": "address", "备注": "remark"}, 3582, 3400},
	} {
		t.Run(filepath.Base(c.file), func(t *testing.T) {
			path := sharedFile(t, c.file)
			f := newFixture(t, recordtest.Open(t, dbtest.Open(t), recordtest.Packs("core", "general")))
			f.StartJobs()
			a := f.Admin()
			in, err := os.Open(path)
			f.check(err)
			defer in.Close()
			i, err := f.svc.Upload(f.ctx, a, "customer", filepath.Base(path), in, transfer.Hints{})
			f.check(err)
			got := map[string]string{}
			for _, col := range i.Plan.Columns {
				got[col.Header] = col.Field
			}
			for header, field := range c.columns {
				if got[header] != field {
					t.Errorf("%s is taken for %q, want %q", header, got[header], field)
				}
			}
			f.check(f.svc.Start(f.ctx, a, i.ID, transfer.StartOptions{}))
			i = f.wait(a, i.ID)
			if i.State != transfer.Done || i.Rows != c.rows || i.Created < c.least {
				t.Errorf("%s %s %+v", i.State, i.Code, i.Counts)
				var out strings.Builder
				f.refused(a, i.ID, transfer.CSV, &out)
				t.Log(out.String()[:min(3000, out.Len())])
			}
		})
	}
}

// Every list of the folder comes in, row by row or with reasons, or is refused
// with a code.
func TestEverySheetImports(t *testing.T) {
	dir := sharedFile(t, "sheets")
	f := newFixture(t, recordtest.Open(t, dbtest.Open(t), recordtest.Packs("core", "general")))
	f.StartJobs()
	a := f.Admin()
	paths, err := filepath.Glob(filepath.Join(dir, "*.*"))
	f.check(err)
	for _, path := range paths {
		in, err := os.Open(path)
		f.check(err)
		i, err := f.svc.Upload(f.ctx, a, "customer", filepath.Base(path), in, transfer.Hints{})
		in.Close()
		if err != nil {
			if code := errs.As(err).Code; errs.As(err).Kind != errs.Invalid || code == "internal" {
				t.Errorf("%s: %v", filepath.Base(path), err)
			}
			continue
		}
		err = f.svc.Start(f.ctx, a, i.ID, transfer.StartOptions{})
		if err != nil {
			if !errs.Is(err, errs.Invalid) {
				t.Errorf("%s: %v", filepath.Base(path), err)
			}
			continue
		}
		i = f.wait(a, i.ID)
		if i.State != transfer.Done || i.Rows != i.Created+i.Refused {
			t.Errorf("%s: %s %s %+v", filepath.Base(path), i.State, i.Code, i.Counts)
		}
	}
}

// BenchmarkImport imports customers of the general pack into an empty type.
func BenchmarkImport(b *testing.B) {
	const n = 50_000
	var text strings.Builder
	text.WriteString("客户名称,手机,邮箱,地址,备注\n")
	for k := range n {
		fmt.Fprintf(&text, "%s%s商贸有限公司%d,138%08d,a%d@example.com,上海市浦东新区张江路%d号,每月订货\n", string(rune(0x4e00+k%6000)), string(rune(0x5e00+k%4001)), k, k, k, k%900)
	}
	for b.Loop() {
		f := newFixture(b, recordtest.Open(b, dbtest.Open(b), recordtest.Packs("core", "general")))
		f.StartJobs()
		a := f.Admin()
		i, err := f.svc.Upload(f.ctx, a, "customer", "a.csv", strings.NewReader(text.String()), transfer.Hints{})
		if err != nil {
			b.Fatal(err)
		}
		if err := f.svc.Start(f.ctx, a, i.ID, transfer.StartOptions{}); err != nil {
			b.Fatal(err)
		}
		i = f.wait(a, i.ID)
		if i.Created != n {
			b.Fatalf("%s %s %+v", i.State, i.Code, i.Counts)
		}
	}
	b.ReportMetric(float64(n*b.N)/b.Elapsed().Seconds(), "rows/s")
}
