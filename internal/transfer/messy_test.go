package transfer

import (
	"archive/zip"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"
	"golang.org/x/text/encoding/simplifiedchinese"

	"kedang/internal/errs"
	"kedang/internal/meta"
)

// TestMessyTexts: what programs write under the name of a sheet, and what
// people do to one.
func TestMessyTexts(t *testing.T) {
	const page = `<html><head><meta charset="gb2312"><style>td{}</style></head><body><table>
<tr><th colspan=2>客户</th><th>电话</th></tr><tr><td rowspan="2">王府&nbsp;酒店</td><td>陈</td><td>1<br>2</td></tr><tr><td>李</td><td></td></tr></table></body></html>`
	const book = `<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet" xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet"><Worksheet ss:Name="空"><Table/></Worksheet>
<Worksheet ss:Name="a"><Table><Column ss:Width="9"/><Row><Cell><Data ss:Type="String">名称</Data></Cell><Cell ss:Index="3"><Data ss:Type="String">日期</Data></Cell></Row>
<Row><Cell ss:MergeDown="1"><Data ss:Type="String">甲 &amp; 乙</Data></Cell><Cell ss:Index="3"><Data ss:Type="DateTime">2020-05-06T00:00:00.000</Data></Cell></Row><Row><Cell ss:Index="2"><Data ss:Type="Number">5</Data></Cell></Row></Table></Worksheet>
<Worksheet ss:Name="b"><Table><Row><Cell><Data ss:Type="String">不要</Data></Cell></Row></Table></Worksheet></Workbook>`
	gbk, err := simplifiedchinese.GBK.NewEncoder().String(page)
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		bytes string
		want  string // rows parted by ¶, cells by |
		code  string
	}{
		"page":          {bytes: gbk, want: "客户||电话¶王府 酒店|陈|1\n2¶王府 酒店|李|"},
		"excel xml":     {bytes: book, want: "名称||日期¶甲 & 乙||2020-05-06¶甲 & 乙|5"},
		"excel xml cut": {bytes: book[:len(book)-130], want: "名称||日期¶甲 & 乙||2020-05-06¶甲 & 乙|5", code: "damaged_workbook"},
		"classic mac":   {bytes: "a,b\r1,\"2\"\r3,4\r", want: "a|b¶1|2¶3|4"},
		"open quote":    {bytes: "a,b\n1,2\n\"x,3\ny,4\n", want: "a|b¶1|2", code: "bad_row"},
		"quote within":  {bytes: "a,b\n\"x\"y,z \"w\"\nv,\"u\"\n", want: "a|b", code: "bad_row"},
		"lines in one":  {bytes: "a,b\n\"x\ny\",3\nz,4\n", want: "a|b¶x\ny|3¶z|4"},
		"lines at last": {bytes: "a,b\nz,4\n\"x\ny\",3", want: "a|b¶z|4¶x\ny|3"},
	} {
		path := filepath.Join(t.TempDir(), "a.xls")
		if err := os.WriteFile(path, []byte(c.bytes), 0o600); err != nil {
			t.Fatal(err)
		}
		rows, _, err := readSheet(t, path, "")
		var got []string
		for _, r := range rows {
			got = append(got, strings.Join(r, "|"))
		}
		if diff := cmp.Diff(c.want, strings.Join(got, "¶")); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
		if (err == nil) != (c.code == "") || err != nil && errs.As(err).Code != c.code {
			t.Errorf("%s: err = %v, want %q", name, err, c.code)
		}
	}
}

// TestMessyBook: a sheet that tells how to fill in the next, cells merged
// downwards, amounts in 万, marks for what stands above, an address in pieces.
func TestMessyBook(t *testing.T) {
	f := excelize.NewFile()
	set := func(sheet string, rows ...[]any) {
		t.Helper()
		for i, r := range rows {
			cell, _ := excelize.CoordinatesToCellName(1, i+1)
			if err := f.SetSheetRow(sheet, cell, &r); err != nil {
				t.Fatal(err)
			}
		}
	}
	set("Sheet1", []any{"填写说明"}, []any{"客户名称必填"}, []any{"备注随意"})
	if _, err := f.NewSheet("资料"); err != nil {
		t.Fatal(err)
	}
	set("资料", []any{"单位：万元"}, []any{"客户名称", "联系人", "注册资本", "年营业额(亿元)", "省", "市", "详细地址", "来源", "员工人数"},
		[]any{"甲公司", "陈", 500, "1.5", "浙江省", "杭州市", "文三路1号", "展会", 12}, []any{nil, "李", "80万", nil, "上海市", "上海市", "张江路1号", "同上", nil}, []any{nil}, []any{"乙公司", "王", 0.1 + 0.2, "2千万", nil, nil, nil, "〃", 3})
	for _, block := range [][2]string{{"A3", "A5"}, {"A1", "I1"}} {
		if err := f.MergeCell("资料", block[0], block[1]); err != nil {
			t.Fatal(err)
		}
	}
	file := saved(t, f)
	typ := generalType(t, "customer")
	plan, err := Inspect(file, typ, Hints{Region: "CN", Today: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)})
	if err != nil {
		t.Fatal(err)
	}
	if plan.Format.Sheet != "资料" || plan.Header != 2 {
		t.Fatalf("sheet %q, header in line %d", plan.Format.Sheet, plan.Header)
	}
	var got []string
	sh, _, err := openSheet(file, plan.Format)
	if err != nil {
		t.Fatal(err)
	}
	batches := make(chan batch, 2)
	feedOf(sh, typ, plan, &meta.Input{Loose: true, Zone: time.UTC}).read(context.Background(), plan.Header, batches)
	for _, r := range (<-batches).rows {
		var cells []string
		for _, name := range []string{"name", "contact_name", "registered_capital", "yearly_turnover", "address", "source", "staff_count"} {
			text, _ := r.values[name].(string)
			if name == "contact_name" {
				text, _ = r.asides[0].values["name"].(string)
			}
			cells = append(cells, text)
		}
		for _, p := range r.notes {
			cells = append(cells, p.Code+" "+p.Path)
		}
		got = append(got, strings.Join(cells, "|"))
	}
	want := []string{"甲公司|陈|500万元|1.5亿元|浙江省杭州市文三路1号|展会|12", "|李||||||row_differs registered_capital|row_differs address", "乙公司|王|0.3万元|2千万||展会|3"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// TestRenamedFiles: what people rename or save with another program is told by
// what it is, and a table that stands on its side is no list of one customer
// called 电话.
func TestRenamedFiles(t *testing.T) {
	parts := func(names ...string) string {
		var out strings.Builder
		z := zip.NewWriter(&out)
		for _, name := range names {
			if _, err := z.Create(name); err != nil {
				t.Fatal(err)
			}
		}
		if err := z.Close(); err != nil {
			t.Fatal(err)
		}
		return out.String()
	}
	for name, c := range map[string]struct{ bytes, code string }{
		"xlsb":     {parts("[Content_Types].xml", "xl/workbook.bin", "xl/worksheets/sheet1.bin"), "other_workbook"},
		"numbers":  {parts("Index/Document.iwa", "preview.jpg"), "other_workbook"},
		"ods":      {parts("mimetype", "content.xml"), "other_workbook"},
		"docx":     {parts("[Content_Types].xml", "word/document.xml"), "not_a_sheet"},
		"zip":      {parts("客户.csv"), "not_a_sheet"},
		"cut":      {parts("xl/workbook.xml")[:40], "damaged_workbook"},
		"sideways": {"客户名称,甲厂,乙厂\n电话,13800001301,13800001302\n级别,A,B\n地址,x,y\n", "sheet_sideways"},
		"form":     {"客户登记表\n客户名称,登记厂\n电话,13800001201\n地址,上海市1号\n", "sheet_sideways"},
		"upright":  {"客户名称,电话\n电话,13800001201\n甲,13800001202\n", ""},
	} {
		path := filepath.Join(t.TempDir(), "a.xlsx")
		if err := os.WriteFile(path, []byte(c.bytes), 0o600); err != nil {
			t.Fatal(err)
		}
		f, err := os.Open(path)
		if err != nil {
			t.Fatal(err)
		}
		_, err = Inspect(f, generalType(t, "customer"), Hints{Region: "CN", Today: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)})
		f.Close()
		if (err == nil) != (c.code == "") || err != nil && errs.As(err).Code != c.code {
			t.Errorf("%s: err = %v, want %q", name, err, c.code)
		}
	}
}

// TestRegionOfPhones: a list from Taiwan in a mainland company says so itself.
func TestRegionOfPhones(t *testing.T) {
	for text, want := range map[string]string{
		"客戶名稱,電話\n甲,02-2345-6789\n乙,0912-345-678\n丙,(03)5678986\n": "TW",
		"客户名称,电话\n甲,13800138000\n乙,021-58881234\n丙,0912-345-678\n": "",
		"客户名称,电话\n甲,2345-6789\n乙,9123 4567\n丙,6123 4567\n":         "HK",
		"客户名称,电话\n甲,1\n乙,2\n丙,3\n":                                 "",
	} {
		path := filepath.Join(t.TempDir(), "a.csv")
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		f, err := os.Open(path)
		if err != nil {
			t.Fatal(err)
		}
		plan, err := Inspect(f, generalType(t, "customer"), Hints{Region: "CN", Today: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)})
		f.Close()
		if err != nil || plan.Region != want {
			t.Errorf("%q: region %q, err %v; want %q", text, plan.Region, err, want)
		}
	}
}

func generalType(t *testing.T, name string) *meta.Type {
	t.Helper()
	var sources []meta.Source
	for _, p := range []string{"core", "general"} {
		sources = append(sources, meta.Source{Name: "packs/" + p, FS: os.DirFS(filepath.Join("..", "..", "packs", p))})
	}
	schema, problems := meta.Load(sources...)
	if problems.Fatal() {
		t.Fatal(problems.Error())
	}
	typ, ok := schema.Type(name)
	if !ok {
		t.Fatal(name)
	}
	return typ
}
