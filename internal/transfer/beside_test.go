package transfer_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"kedang/internal/access"
	"kedang/internal/errs"
	"kedang/internal/meta"
	"kedang/internal/record"
	"kedang/internal/transfer"
)

// people is the list of contacts with whom they are of.
func (f *fixture) people(a *access.Actor) string {
	f.t.Helper()
	var out strings.Builder
	_, err := f.svc.Export(f.ctx, a, "contact", record.ListQuery{Fields: []string{"name", "customer", "position", "phones"}, OrderBy: "id"}, transfer.CSV, "zh-Hans", &out)
	f.check(err)
	_, rows, _ := strings.Cut(strings.ReplaceAll(out.String(), "\r\n", "\n"), "\n")
	return rows
}

func (f *fixture) is(want, got any) {
	f.t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		f.t.Error(diff)
	}
}

// meant is what a sheet's columns were taken for.
func meant(i transfer.Import) string {
	var out []string
	for _, c := range i.Plan.Columns {
		out = append(out, c.Field)
	}
	return strings.Join(out, " ")
}

// scattered has firms in several rows, in no order, one with another address
// once, one with its name left blank below the first.
var scattered = []string{
	"客户名称,地址,联系人,职务,手机,电话",
	"王府酒店,北京市东城区王府井大街1号,张三,采购经理,13800000001,010-65120001",
	"江南春,上海市黄浦区南京东路2号,李四,老板,13800000002,021-63220002",
	"王府酒店,北京市东城区王府井大街1号,王五,财务,13800000003,010-65120001",
	",,赵六,厨师长,13800000004,",
	"江南春,上海市静安区北京西路9号,钱七,店长,13800000005,021-63220002",
	"独一家,上海市徐汇区漕溪路3号,孙八,老板,13800000006,021-64380003",
}

// TestPeopleOfFirms: firms that stand in several rows are one customer each, and
// the people beside them its contacts; what differs is told and kept. An undo
// takes both back, but for whom somebody has changed since.
func TestPeopleOfFirms(t *testing.T) {
	each(t, general(), func(t *testing.T, f *fixture) {
		f.StartJobs()
		a := f.Admin()
		i := f.upload(a, transfer.Hints{}, scattered...)
		f.is("name address contact.name contact.position contact.phones phones", meant(i))
		f.is([]transfer.PlanBeside{{Type: "contact", Used: true, Own: 3, Beside: 6, Several: 2, Rows: 6, Whole: true}}, i.Plan.Beside)
		f.check(f.svc.Start(f.ctx, a, i.ID, transfer.StartOptions{DryRun: true}))
		dry := f.wait(a, i.ID)
		f.check(f.svc.Start(f.ctx, a, i.ID, transfer.StartOptions{}))
		i = f.wait(a, i.ID)
		f.is(transfer.Counts{Rows: 6, Created: 3, Joined: 3, Warned: 1, Beside: []transfer.BesideCount{{Type: "contact", Created: 6}}}, i.Counts)
		f.is(i.Counts, dry.Counts)
		f.is([]string{"created", "created", "joined", "joined", "joined row_differs@address", "created"}, f.codes(i.ID))
		f.is("王府酒店,张三,采购经理,010 6512 0001\n江南春,李四,老板,021 6322 0002\n独一家,孙八,老板,021 6438 0003\n", f.table(a, "name", "contact_name", "job_title", "phones"))
		f.is("张三,王府酒店,采购经理,138 0000 0001\n李四,江南春,老板,138 0000 0002\n王五,王府酒店,财务,138 0000 0003\n赵六,王府酒店,厨师长,138 0000 0004\n钱七,江南春,店长,138 0000 0005\n孙八,独一家,老板,138 0000 0006\n", f.people(a))

		found, err := f.Store.FindBy(f.ctx, a, "contact", "phones", []any{"+8613800000005"})
		f.check(err)
		qian := found["+8613800000005"][0].ID
		_, err = f.Store.Update(f.ctx, a, "contact", qian, record.Values{"position": "区域经理"}, 0, record.WriteOptions{})
		f.check(err)
		f.check(f.svc.Undo(f.ctx, a, i.ID))
		i = f.wait(a, i.ID)
		f.is(transfer.Counts{Rows: 6, Created: 3, Joined: 3, Warned: 1, Undone: 2, Kept: 2, Beside: []transfer.BesideCount{{Type: "contact", Created: 6, Undone: 5, Kept: 1}}}, i.Counts)
		f.is([]string{"undone", "kept kept_with_beside", "joined", "joined", "kept changed_since", "undone"}, f.codes(i.ID))
		f.is("江南春\n", f.table(a, "name"))
		f.is("钱七,江南春,区域经理,138 0000 0005\n", f.people(a))
	})
}

// TestOnePersonEach: where each firm stands once with one person, the firm's own
// fields take him, unless a column is said to be somebody's.
func TestOnePersonEach(t *testing.T) {
	each(t, general(), func(t *testing.T, f *fixture) {
		f.StartJobs()
		a := f.Admin()
		sheet := []string{"客户名称,联系人,职务,手机", "甲公司,林大海,老板,13600000101", "乙公司,吴茶,财务,13600000102"}
		i := f.upload(a, transfer.Hints{}, sheet...)
		f.is("name contact_name job_title phones", meant(i))
		f.is([]transfer.PlanBeside{{Type: "contact", Own: 2, Beside: 2, Rows: 2, Whole: true}}, i.Plan.Beside)
		i, err := f.svc.SetPlan(f.ctx, a, i.ID, transfer.Hints{Map: map[string]string{"联系人": "contact.name"}})
		f.check(err)
		f.is("name contact.name contact.position contact.phones", meant(i))
		f.check(f.svc.Start(f.ctx, a, i.ID, transfer.StartOptions{}))
		i = f.wait(a, i.ID)
		f.is([]transfer.BesideCount{{Type: "contact", Created: 2}}, i.Beside)
		f.is("甲公司,林大海,老板,136 0000 0101\n乙公司,吴茶,财务,136 0000 0102\n", f.table(a, "name", "contact_name", "job_title", "phones"))
		again := f.upload(a, transfer.Hints{Recall: true}, sheet...)
		f.is("name contact.name contact.position contact.phones", meant(again))
		_, err = f.svc.SetPlan(f.ctx, a, again.ID, transfer.Hints{Map: map[string]string{"联系人": "contact.customer"}})
		f.is("unknown_field", errs.As(err).Problems[0].Code)
	})
}

// TestNamelessRows: a row without a firm's name goes on with the firm above, but
// not where it says otherwise of the firm: then its name is missing, and those
// below it wait for that name.
func TestNamelessRows(t *testing.T) {
	each(t, general(), func(t *testing.T, f *fixture) {
		f.StartJobs()
		a := f.Admin()
		i := f.load(a, transfer.StartOptions{}, "客户名称,联系人,手机,客户级别,地址", "甲公司,林大海,13600000101,A,上海市淮海路1号", ",吴茶,13600000102,A,", ",郑白,13600000103,B,",
			",王五,13600000104,,上海市淮海路9号", "乙公司,钱七,13600000105,B,")
		f.is([]string{"created", "joined", "refused required@name", "refused row_goes_with", "created"}, f.codes(i.ID))
		f.is("林大海,甲公司,,136 0000 0101\n吴茶,甲公司,,136 0000 0102\n钱七,乙公司,,136 0000 0105\n", f.people(a))
	})
}

// TestPeopleAgain: the same sheet once more adds nobody; who is new or has moved
// on is.
func TestPeopleAgain(t *testing.T) {
	each(t, general(), func(t *testing.T, f *fixture) {
		f.StartJobs()
		a := f.Admin()
		f.load(a, transfer.StartOptions{}, scattered...)
		by := transfer.StartOptions{Mode: transfer.Upsert, Key: "name"}
		i := f.load(a, by, scattered...)
		f.is(transfer.Counts{Rows: 6, Unchanged: 3, Joined: 3, Warned: 1, Beside: []transfer.BesideCount{{Type: "contact", Unchanged: 6}}}, i.Counts)
		i = f.load(a, by, scattered[0], "王府酒店,,张三,总经理,,", "王府酒店,,周九,前台,13800000009,", "王府酒店,,周九,前台,13800000009,", "新店,,吴十,老板,13800000010,")
		f.is(transfer.Counts{Rows: 4, Created: 1, Unchanged: 1, Joined: 2, Beside: []transfer.BesideCount{{Type: "contact", Created: 2, Updated: 1}}}, i.Counts)
		f.is("张三,王府酒店,总经理,138 0000 0001", strings.Split(f.people(a), "\n")[0])
		f.is(8, strings.Count(f.people(a), "\n"))
		f.check(f.svc.Undo(f.ctx, a, i.ID))
		i = f.wait(a, i.ID)
		f.is([]transfer.BesideCount{{Type: "contact", Created: 2, Updated: 1, Undone: 3}}, i.Beside)
		f.is("张三,王府酒店,采购经理,138 0000 0001", strings.Split(f.people(a), "\n")[0])
		f.is(6, strings.Count(f.people(a), "\n"))
	})
}

// TestPeopleWholeOrNot: a row is in with all that stands beside it, or not at
// all; what belongs to it waits with it. Mended or decided, they come in.
func TestPeopleWholeOrNot(t *testing.T) {
	each(t, general(), func(t *testing.T, f *fixture) {
		f.StartJobs()
		a := f.Admin()
		sheet := []string{"客户名称,联系人,性别,手机", "甲公司,林一,外星人,13600000101", "甲公司,林二,女,13600000102", "乙公司,吴一,男,13600000103", ",吴二,外星人,13600000104", "乙公司,吴三,女,13600000105"}
		i := f.load(a, transfer.StartOptions{}, sheet...)
		f.is([]string{"refused bad_choice@contact.sex", "refused row_goes_with", "created", "refused bad_choice@contact.sex", "joined"}, f.codes(i.ID))
		f.is("乙公司\n", f.table(a, "name"))
		f.is(2, strings.Count(f.people(a), "\n"))
		var back strings.Builder
		f.refused(a, i.ID, "csv", &back)
		f.is(1, strings.Count(back.String(), "乙公司,吴二")) // with the name that stood above it
		rows, err := f.svc.RefusedRows(f.ctx, a, i.ID, 0, 9)
		f.check(err)
		f.is("林一 外星人", rows[0].Written["contact.name"]+" "+rows[0].Written["contact.sex"])
		in, err := f.svc.Mend(f.ctx, a, i.ID, []transfer.Mending{{Line: 2, Values: map[string]any{"contact.sex": "男"}}, {Line: 5, Values: map[string]any{"contact.sex": ""}}}, transfer.StartOptions{})
		f.check(err)
		var says []string
		for _, r := range in {
			says = append(says, fmt.Sprint(r.Line, r.Action))
		}
		f.is("2created 3joined 5joined", strings.Join(says, " "))
		f.is(5, strings.Count(f.people(a), "\n"))
		i, err = f.svc.State(f.ctx, a, i.ID)
		f.check(err)
		f.is(transfer.Counts{Rows: 5, Created: 2, Joined: 3, Beside: []transfer.BesideCount{{Type: "contact", Created: 5}}}, i.Counts)
		f.check(f.svc.Undo(f.ctx, a, i.ID))
		f.is([]transfer.BesideCount{{Type: "contact", Created: 5, Undone: 5}}, f.wait(a, i.ID).Beside)
		f.is("", f.people(a)+f.table(a, "name"))

		i = f.upload(a, transfer.Hints{}, sheet...)
		_, err = f.svc.Decide(f.ctx, a, i.ID, []transfer.Decision{{Path: "contact.sex", Code: "bad_choice", Do: transfer.Empty}})
		f.check(err)
		shown, err := f.svc.Preview(f.ctx, a, i.ID, transfer.StartOptions{}, 9)
		f.check(err)
		f.is([]string{"created", "joined", "created", "joined", "joined"}, []string{shown[0].Action, shown[1].Action, shown[2].Action, shown[3].Action, shown[4].Action})
		f.is("林二 甲公司", shown[1].Written["contact.name"]+" "+shown[1].Written["name"])
		f.check(f.svc.Start(f.ctx, a, i.ID, transfer.StartOptions{}))
		f.is(transfer.Counts{Rows: 5, Created: 2, Joined: 3, Warned: 2, Beside: []transfer.BesideCount{{Type: "contact", Created: 5}}}, f.wait(a, i.ID).Counts)
	})
}

// TestPeopleOverChunks: a row finds its firm in chunks before, in a check too,
// and an import that is stopped goes on so.
func TestPeopleOverChunks(t *testing.T) {
	each(t, general(), func(t *testing.T, f *fixture) {
		f.StartJobs()
		a := f.Admin()
		sheet := []string{"客户名称,联系人,手机"}
		for n := range 1100 {
			name := fmt.Sprintf("第%d厂", n%550)
			if n%550 == 3 || n == 501 {
				name = "" // goes on with the one above, over the end of a chunk too
			}
			sheet = append(sheet, fmt.Sprintf("%s,工人%d,1390000%04d", name, n, n))
		}
		want := transfer.Counts{Rows: 1100, Created: 549, Joined: 551, Beside: []transfer.BesideCount{{Type: "contact", Created: 1100}}}
		i := f.upload(a, transfer.Hints{}, sheet...)
		f.is("name contact.name contact.phones", meant(i))
		f.check(f.svc.Start(f.ctx, a, i.ID, transfer.StartOptions{DryRun: true}))
		f.is(want, f.wait(a, i.ID).Counts)
		f.is("", f.people(a))
		f.check(f.svc.Start(f.ctx, a, i.ID, transfer.StartOptions{}))
		for n := 0; n < 5000 && f.state(a, i.ID).Rows == 0; n++ {
		}
		_ = f.svc.Cancel(f.ctx, a, i.ID) // it may have ended
		if i = f.wait(a, i.ID); i.State == transfer.Cancelled {
			f.check(f.svc.Resume(f.ctx, a, i.ID))
			i = f.wait(a, i.ID)
		}
		f.is(want, i.Counts)
		all := f.people(a)
		f.is(1100, strings.Count(all, "\n"))
		for _, line := range []string{"工人3,第2厂,", "工人501,第500厂,", "工人553,第2厂,", "工人1099,第549厂,"} {
			if !strings.Contains("\n"+all, "\n"+line) {
				t.Errorf("no %s", line)
			}
		}
		f.check(f.svc.Undo(f.ctx, a, i.ID))
		i = f.wait(a, i.ID)
		f.is(want.Beside[0].Created, i.Beside[0].Undone)
		f.is(want.Created, i.Undone)
	})
}

func (f *fixture) state(a *access.Actor, id int64) transfer.Import {
	f.t.Helper()
	i, err := f.svc.State(f.ctx, a, id)
	f.check(err)
	return i
}

// farm is a pack of its own words: growers with plots, two links to a type that
// nothing in Go knows.
var farm = []meta.Source{{Name: "farm", FS: fstest.MapFS{
	"pack.yaml": {Data: []byte("name: farm\nlabel: 农场\nversion: \"1\"\n")},
	"roles.yaml": {Data: []byte(`
- {name: clerk, label: 文员}
- {name: scribe, label: 书记}
`)},
	"types/customer.yaml": {Data: []byte(`
type: customer
label: 农户
title: name
sheet: [{of: plot, via: grower, same: [name], first: {best: crop}}]
fields:
  - {name: name, kind: text, required: true, label: 户主, index: true}
  - {name: best, kind: text, label: 主要作物}
access:
  clerk: {read: all, create: all, update: all, archive: all, import: all}
  scribe: {read: all, create: all, update: all, archive: all, import: all}
`)},
	"types/plot.yaml": {Data: []byte(`
type: plot
label: 地块
title: name
root: grower
fields:
  - {name: grower, kind: link, to: customer, required: true, on_archive: archive, label: 种植人}
  - {name: owned_by, kind: link, to: customer, label: 承包人}
  - {name: name, kind: text, required: true, label: 地名, synonyms: [地块]}
  - {name: crop, kind: text, label: 作物}
  - {name: acres, kind: decimal, label: 亩数}
access:
  clerk: {read: own, create: own, update: own, archive: own}
  scribe: {read: own}
`)},
}}}

// TestBesideByPack: what stands beside what is said by a pack. Who may not make
// such records is not offered their columns, and refused with a reason.
func TestBesideByPack(t *testing.T) {
	each(t, farm, func(t *testing.T, f *fixture) {
		f.StartJobs()
		clerk, scribe := f.User("an", "clerk", ""), f.User("bo", "scribe", "")
		sheet := []string{"户主,地块,作物,亩数", "老王,东坡,麦,3.5", "老王,西坡,豆,2", ",河滩,豆,很多", "老李,南岗,麦,9"}
		i := f.upload(clerk, transfer.Hints{}, sheet...)
		f.is("name plot.name plot.crop plot.acres", meant(i))
		f.check(f.svc.Start(f.ctx, clerk, i.ID, transfer.StartOptions{Unread: transfer.Leave}))
		i = f.wait(clerk, i.ID)
		f.is(transfer.Counts{Rows: 4, Created: 2, Joined: 2, Warned: 1, Beside: []transfer.BesideCount{{Type: "plot", Created: 4}}}, i.Counts)
		f.is("joined cell_left_out@plot.acres", f.codes(i.ID)[2])
		f.check(f.svc.Undo(f.ctx, clerk, i.ID))
		f.is([]transfer.BesideCount{{Type: "plot", Created: 4, Undone: 4}}, f.wait(clerk, i.ID).Beside)

		i = f.upload(scribe, transfer.Hints{}, sheet...)
		f.is("name   ", meant(i))
		_, err := f.svc.SetPlan(f.ctx, scribe, i.ID, transfer.Hints{Map: map[string]string{"地块": "plot.name"}})
		f.is("forbidden", errs.As(err).Code)
		boss := f.Admin()
		i = f.upload(boss, transfer.Hints{}, sheet...)
		f.is("forbidden", errs.As(f.svc.Start(f.ctx, boss, i.ID, transfer.StartOptions{Behalf: scribe.ID})).Code)
	})
}

// TestPeopleWithout: who has a telephone and no name is nobody's: the number goes
// to who stands above, or to the firm. Two firms of one name and other numbers
// stay two.
func TestPeopleWithout(t *testing.T) {
	each(t, general(), func(t *testing.T, f *fixture) {
		f.StartJobs()
		a := f.Admin()
		f.load(a, transfer.StartOptions{}, "客户名称,统一社会信用代码,联系人,手机", "甲公司,91310000MA1FL0000X,林一,13600000101", ",,林二,13600000102", ",,,13600000103", "甲公司,91320000MA1FL0001Y,王一,13600000104", "乙公司,,,13600000105")
		f.is("林一,甲公司,,136 0000 0101\n林二,甲公司,,136 0000 0102、136 0000 0103\n王一,甲公司,,136 0000 0104\n", f.people(a))
		f.is("甲公司,136 0000 0101\n甲公司,136 0000 0104\n乙公司,136 0000 0105\n", f.table(a, "name", "phones"))
	})
}

// TestPeopleMapped: columns that are said to be people's are told apart by their
// numbers or their order.
func TestPeopleMapped(t *testing.T) {
	each(t, general(), func(t *testing.T, f *fixture) {
		a := f.Admin()
		for _, x := range []struct {
			header, want string
			said         map[string]string
		}{
			{"客户名称,电话,联系人,手机,联系人2,手机2", "name phones contact.name contact.phones contact[2].name contact[2].phones", nil},
			{"客户名称,联系人1,手机1,联系人2,手机2,地址", "name contact.name contact.phones contact[2].name contact[2].phones address", nil},
			{"客户名称,联系人1,部门1,联系人2,部门2", "name contact.name  contact[2].name ", nil},
			{"客户名称,联系人,手机,联系人,手机", "name contact.name contact.phones contact[2].name contact[2].phones", nil},
			{"单位,甲方人员,乙方人员,备注", "name contact.name contact[2].name remark", map[string]string{"甲方人员": "contact.name", "乙方人员": "contact.name"}},
			{"客户名称,联系人,联系人2", "name contact_name ", map[string]string{"联系人": "contact_name"}},
		} {
			line := strings.Repeat(",x", strings.Count(x.header, ","))
			i := f.upload(a, transfer.Hints{Map: x.said}, x.header, "甲"+line, "乙"+line)
			f.is(x.want, meant(i))
		}
		i := f.upload(a, transfer.Hints{}, "客户名称,联系人,街道", "甲,乙,丙")
		k := slices.IndexFunc(i.Plan.Columns, func(c transfer.Column) bool { return c.Header == "街道" })
		_, err := f.svc.SetPlan(f.ctx, a, i.ID, transfer.Hints{Map: map[string]string{fmt.Sprintf("#%d", k+1): "more_addresses.use", "联系人": "contact.name"}})
		f.is("mixed_columns", errs.As(err).Problems[0].Code)
	})
}
