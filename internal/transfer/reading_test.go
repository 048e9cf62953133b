package transfer_test

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"

	"kedang/internal/meta"
	"kedang/internal/transfer"
)

// general is the pack that most lists are imported into.
func general() (out []meta.Source) {
	for _, p := range []string{"core", "general"} {
		out = append(out, meta.Source{Name: "packs/" + p, FS: os.DirFS(filepath.Join("..", "..", "packs", p))})
	}
	return out
}

// codes are the codes of the problems of an import's rows, by line.
func (f *fixture) codes(id int64) (out []string) {
	f.t.Helper()
	rows, err := f.svc.Rows(f.ctx, f.Admin(), id, 0, 100, false)
	f.check(err)
	for _, r := range rows {
		var list []string
		for _, p := range r.Problems {
			list = append(list, strings.TrimSuffix(p.Code+"@"+p.Path, "@"))
		}
		slices.Sort(list) // warnings of values come in no order
		out = append(out, strings.Join(append([]string{r.Action}, list...), " "))
	}
	return out
}

// TestCellsAsFirmsKeepThem: what a careful person would read is read, what is
// a guess is told, and what is no value is left out.
func TestCellsAsFirmsKeepThem(t *testing.T) {
	each(t, general(), func(t *testing.T, f *fixture) {
		f.StartJobs()
		i := f.load(f.Admin(), transfer.StartOptions{},
			"客户名称,注册资本（万元）,员工人数,成立日期,执照有效期至,折扣,行业,法人,企业性质",
			"甲公司,约500,50人,2020年5月,长期,9.2折,—,无,国有企业",
			"乙公司,五百,约50,0000-00-00,2030-12-31,不打折,N/A,待补,私营企业",
			"丙公司,500万,#N/A,1998,永久有效,,酒店,#REF!,B+",
			"#NAME?,1,1,,,,,,",
			"丁公司,1千万,,民國109年5月3日,,85,,李四,")
		want := []string{
			"created date_partial@founded_on discount_without_end@discount_until number_about@registered_capital",
			"created number_about@staff_count",
			"refused bad_choice@economic_type",
			"refused cell_error@name",
			"created discount_steep@discount discount_without_end@discount_until",
		}
		if diff := cmp.Diff(want, f.codes(i.ID)); diff != "" {
			t.Error(diff)
		}
		got := f.table(f.Admin(), "name", "registered_capital", "staff_count", "founded_on", "licence_until", "licence_long_term", "discount", "industry", "legal_rep", "economic_type")
		if diff := cmp.Diff(strings.Join([]string{
			"甲公司,5000000.00,50,2020-05-01,,Yes,8.00%,,,State-owned",
			"乙公司,5000000.00,50,,2030-12-31,,0.00%,,,Private",
			"丁公司,10000000.00,,2020-05-03,,,85.00%,,李四,",
			"",
		}, "\n"), got); diff != "" {
			t.Error(diff)
		}
	})
}

// TestWhatStandsAroundAValue: signs that keep a spreadsheet from counting,
// white space and marks in the middle of a file made of two.
func TestWhatStandsAroundAValue(t *testing.T) {
	each(t, shop, func(t *testing.T, f *fixture) {
		f.StartJobs()
		f.load(f.Admin(), transfer.StartOptions{}, `="名称",="代码",备注`, `="甲",="0012", 空 `, "\ufeff乙　,\t7\t,", "'丙,'=1+1,")
		if diff := cmp.Diff("甲,0012,\" 空 \"\n乙,7,\n'丙,'=1+1,\n", f.table(f.Admin(), "name", "code", "remark")); diff != "" {
			t.Error(diff)
		}
	})
}

// TestUnreadCells: where a person says so, a row goes in without the cells that
// cannot be read. What stood there, and columns that no field is for, are kept
// in the remarks; a record that is there already keeps its own.
func TestUnreadCells(t *testing.T) {
	each(t, general(), func(t *testing.T, f *fixture) {
		f.StartJobs()
		leave := transfer.StartOptions{Unread: transfer.Leave}
		bring := func(o transfer.StartOptions, lines ...string) transfer.Import {
			i := f.upload(f.Admin(), transfer.Hints{Map: map[string]string{"血型": "remark", "车牌号": "remark"}}, lines...)
			f.check(f.svc.Start(f.ctx, f.Admin(), i.ID, o))
			return f.wait(f.Admin(), i.ID)
		}
		head := "客户名称,客户级别,员工人数,业务员,备注,血型,车牌号"
		i := bring(leave, head, "甲公司,VIP,50-100人,nobody,老客户,A,沪A12345", ",A,1,,,,", "乙公司,A,50,boss,,,")
		want := []string{"created cell_left_out@level cell_left_out@owner cell_left_out@staff_count", "refused required@name", "created"}
		if diff := cmp.Diff(want, f.codes(i.ID)); diff != "" {
			t.Error(diff)
		}
		remark := "老客户\n血型：A\n车牌号：沪A12345\n客户级别：VIP\n员工人数：50-100人\n归属业务员：nobody"
		if diff := cmp.Diff("甲公司,,,\""+remark+"\"\n乙公司,A,50,\n", f.table(f.Admin(), "name", "level", "staff_count", "remark")); diff != "" {
			t.Error(diff)
		}
		leave.Mode, leave.Key = transfer.Update, "name"
		i = bring(leave, head, "甲公司,贵宾,60,,,,")
		if diff := cmp.Diff([]string{"updated cell_left_out@level"}, f.codes(i.ID)); diff != "" {
			t.Error(diff)
		}
		if diff := cmp.Diff("甲公司,,60,\""+remark+"\"\n乙公司,A,50,\n", f.table(f.Admin(), "name", "level", "staff_count", "remark")); diff != "" {
			t.Error(diff)
		}
		if i = bring(transfer.StartOptions{}, head, "丙公司,VIP,5,,,,"); i.Refused != 1 {
			t.Errorf("%+v", i.Counts)
		}
	})
}

// TestSeveralPersons: each person in a row is a contact; the first is also whom
// the list shows.
func TestSeveralPersons(t *testing.T) {
	each(t, general(), func(t *testing.T, f *fixture) {
		f.StartJobs()
		f.load(f.Admin(), transfer.StartOptions{}, "公司名称,联系人1,电话1,职务1,联系人2,电话2,职务2,联系人（三）,电话（三）",
			"甲公司,林大海,13600000101,老板,林小燕,13600000102,财务,陈三,021-58880004转808", "乙公司,吴茶,13600000103,,,,,,")
		if diff := cmp.Diff("甲公司,林大海,老板,136 0000 0101\n乙公司,吴茶,,136 0000 0103\n", f.table(f.Admin(), "name", "contact_name", "job_title", "phones")); diff != "" {
			t.Error(diff)
		}
		if diff := cmp.Diff("林大海,甲公司,老板,136 0000 0101\n林小燕,甲公司,财务,136 0000 0102\n陈三,甲公司,,021 5888 0004-808\n吴茶,乙公司,,136 0000 0103\n", f.people(f.Admin())); diff != "" {
			t.Error(diff)
		}
	})
}

// TestMergedDownwards: rows under one name are one customer and his people;
// refused, they all come back.
func TestMergedDownwards(t *testing.T) {
	each(t, general(), func(t *testing.T, f *fixture) {
		f.StartJobs()
		book := excelize.NewFile()
		for i, line := range [][]any{{"客户名称", "联系人", "职务", "手机", "员工人数", "客户级别"}, {"合肥百货", "方一", "店长", "13900000301", 5, nil}, {nil, "方二", "采购", "13900000302", nil, nil}, {nil, "方三", "财务", "0551-62340303", 7, nil},
			{"芜湖配件", "丁一", nil, "13900000304", nil, nil}, {"黄山茶庄", "胡一", nil, "13900000305", nil, "VIP"}, {nil, "胡二", nil, nil, nil, nil}, {"池州船厂", "石一", nil, nil, nil, nil}, {nil, "石二", nil, nil, nil, nil}} {
			cell, _ := excelize.CoordinatesToCellName(1, i+1)
			f.check(book.SetSheetRow("Sheet1", cell, &line))
		}
		for _, block := range [][2]string{{"A2", "A4"}, {"A6", "A7"}, {"A8", "A9"}} {
			f.check(book.MergeCell("Sheet1", block[0], block[1]))
		}
		var file bytes.Buffer
		f.check(book.Write(&file))
		i, err := f.svc.Upload(f.ctx, f.Admin(), "customer", "a.xlsx", &file, transfer.Hints{})
		f.check(err)
		f.check(f.svc.Start(f.ctx, f.Admin(), i.ID, transfer.StartOptions{}))
		i = f.wait(f.Admin(), i.ID)
		want := []string{"created", "joined", "joined row_differs@staff_count", "created", "refused bad_choice@level", "refused row_goes_with", "created", "joined"}
		if diff := cmp.Diff(want, f.codes(i.ID)); diff != "" || i.Created != 3 || i.Refused != 2 {
			t.Errorf("%+v\n%s", i.Counts, diff)
		}
		if diff := cmp.Diff("合肥百货,方一,5,139 0000 0301\n芜湖配件,丁一,,139 0000 0304\n池州船厂,石一,,\n",
			f.table(f.Admin(), "name", "contact_name", "staff_count", "phones")); diff != "" {
			t.Error(diff)
		}
		var back strings.Builder
		f.refused(f.Admin(), i.ID, "csv", &back)
		if strings.Count(back.String(), "黄山茶庄") != 2 || !strings.Contains(back.String(), "胡二") {
			t.Errorf("%s", back.String())
		}
		in, err := f.svc.Mend(f.ctx, f.Admin(), i.ID, []transfer.Mending{{Line: 6, Values: map[string]any{"level": ""}}}, transfer.StartOptions{})
		f.check(err)
		if len(in) != 2 || in[0].Action != "created" || in[1].Action != "joined" || in[0].Record != in[1].Record || f.count() != 4 {
			t.Errorf("mended, they are one too: %+v, %d customers", in, f.count())
		}
	})
}

// TestMergedOverChunks: what goes on with a record stays in its transaction.
func TestMergedOverChunks(t *testing.T) {
	each(t, general(), func(t *testing.T, f *fixture) {
		f.StartJobs()
		book := excelize.NewFile()
		f.check(book.SetSheetRow("Sheet1", "A1", &[]any{"客户名称", "电话"}))
		for i := range 1002 {
			name := any(nil)
			if i%3 == 0 {
				name = fmt.Sprintf("第%d厂", i/3)
			}
			f.check(book.SetSheetRow("Sheet1", fmt.Sprintf("A%d", i+2), &[]any{name, fmt.Sprintf("1390000%04d", i)}))
		}
		for i := 2; i < 1004; i += 3 { // last: a value in a merged cell is its first cell's
			f.check(book.MergeCell("Sheet1", fmt.Sprintf("A%d", i), fmt.Sprintf("A%d", i+2)))
		}
		var file bytes.Buffer
		f.check(book.Write(&file))
		i, err := f.svc.Upload(f.ctx, f.Admin(), "customer", "a.xlsx", &file, transfer.Hints{})
		f.check(err)
		f.check(f.svc.Start(f.ctx, f.Admin(), i.ID, transfer.StartOptions{}))
		if i = f.wait(f.Admin(), i.ID); i.Created != 334 || i.Joined != 668 || i.Rows != 1002 {
			t.Errorf("%+v %v", i.Counts, f.codes(i.ID)[:3])
		}
		if all := f.table(f.Admin(), "phones"); strings.Count(all, "139 0000") != 1002 {
			t.Errorf("%d telephones", strings.Count(all, "139 0000"))
		}
		f.check(f.svc.Undo(f.ctx, f.Admin(), i.ID))
		if i = f.wait(f.Admin(), i.ID); i.Undone != 334 || i.Kept != 0 {
			t.Errorf("undone: %+v", i.Counts)
		}
	})
}

// TestWesternAddresses: in pieces, the small before the large.
func TestWesternAddresses(t *testing.T) {
	each(t, general(), func(t *testing.T, f *fixture) {
		f.StartJobs()
		f.load(f.Admin(), transfer.StartOptions{}, "Account Name,Billing Street,Billing City,Billing State", "A Ltd,1 Main St,Austin,TX", "乙公司,张江路1号,浦东新区,上海市")
		if diff := cmp.Diff("A Ltd,\"1 Main St, Austin, TX\"\n乙公司,上海市浦东新区张江路1号\n", f.table(f.Admin(), "name", "address")); diff != "" {
			t.Error(diff)
		}
	})
}

// TestUnits: what amounts are counted in, wherever and however it is written.
func TestUnits(t *testing.T) {
	each(t, general(), func(t *testing.T, f *fixture) {
		f.StartJobs()
		for head, want := range map[string]string{
			"列印日期：113/05/20,單位：千元\n客戶名稱,資本額": "27000.00", "单位：上海办,\n客户名称,注册资本": "27.00", "编制：办公室  单位：万元,\n客户名称,注册资本": "270000.00",
			"客戶名稱,資本額(仟元)": "27000.00", "客户名称,注册资本（人民币万元）": "270000.00", "客户名称,注册资本/亿元": "2700000000.00", "客户名称,注册资本": "27.00", "客户名称,注册资本(元)": "27.00",
		} {
			i := f.load(f.Admin(), transfer.StartOptions{}, head, "甲,27")
			if got := f.table(f.Admin(), "registered_capital"); got != want+"\n" {
				t.Errorf("%s: %q, want %q", head, got, want)
			}
			f.check(f.svc.Undo(f.ctx, f.Admin(), i.ID))
			f.wait(f.Admin(), i.ID)
		}
	})
}

// TestWhoIsInCharge: 负责人 is the firm's head, unless colleagues stand below it;
// a colleague is found however his user name is written.
func TestWhoIsInCharge(t *testing.T) {
	each(t, general(), func(t *testing.T, f *fixture) {
		f.StartJobs()
		f.User("lin", "rep", "")
		head := f.upload(f.Admin(), transfer.Hints{}, "客户名称,负责人", "甲公司,王大", "乙公司,lin")
		ours := f.upload(f.Admin(), transfer.Hints{}, "客户名称,负责人", "甲公司,LIN", "乙公司,boss")
		if head.Plan.Columns[1].Field != "legal_rep" || ours.Plan.Columns[1].Field != "owner" {
			t.Errorf("%+v, %+v", head.Plan.Columns[1], ours.Plan.Columns[1])
		}
		f.check(f.svc.Start(f.ctx, f.Admin(), ours.ID, transfer.StartOptions{}))
		f.wait(f.Admin(), ours.ID)
		if diff := cmp.Diff("甲公司,lin\n乙公司,boss\n", f.table(f.Admin(), "name", "owner")); diff != "" {
			t.Error(diff)
		}
	})
}

// TestLinesThatAreNoRecords: sums, the header of the next page, and what people
// write below a table.
func TestLinesThatAreNoRecords(t *testing.T) {
	each(t, shop, func(t *testing.T, f *fixture) {
		f.StartJobs()
		i := f.load(f.Admin(), transfer.StartOptions{}, "名称,代码,额度,备注", "甲,A1,1,", "华东小计,,1,", "名称,代码,额度,备注", "本页合计,,,", "合计（华东）,,5,",
			"制表人：张三,,审核：李四,", "第1页 共2页,,,", "以下空白,,,", "----,----,----,----", "小计测试厂,A2,3,", "本页科技公司,A3,4,")
		want := []string{"created", "refused total_row", "refused header_row", "refused total_row", "refused total_row", "refused note_row", "refused note_row", "refused note_row", "created", "created"}
		if diff := cmp.Diff(want, f.codes(i.ID)); diff != "" {
			t.Error(diff)
		}
	})
}
