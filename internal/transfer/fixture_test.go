package transfer_test

import (
	"context"
	"io"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"kedang/internal/access"
	"kedang/internal/meta"
	"kedang/internal/record"
	"kedang/internal/record/recordtest"
	"kedang/internal/transfer"
)

// shop is a small pack to import into and to export from.
var shop = []meta.Source{{Name: "shop", FS: fstest.MapFS{
	"pack.yaml": {Data: []byte("name: shop\nlabel: 店\nversion: \"1\"\n")},
	"roles.yaml": {Data: []byte(`
- {name: rep, label: {zh-Hans: 业务员, en: Rep}}
- {name: manager, label: {zh-Hans: 经理, en: Manager}}
- {name: clerk, label: {zh-Hans: 文员, en: Clerk}}
`)},
	"types/customer.yaml": {Data: []byte(`
type: customer
label: {zh-Hans: 客户, en: Customer}
number: "C{yyyy}-{seq:6}"
title: name
fields:
  - {name: name, kind: text, label: {zh-Hans: 名称, en: Name}, required: true, index: true, synonyms: [公司名称, company]}
  - {name: code, kind: text, label: {zh-Hans: 代码, en: Code}, unique: true}
  - {name: level, kind: choice, label: {zh-Hans: 等级, en: Level}, choices: [{value: A, label: {zh-Hans: 甲, en: Best}}, {value: B, label: {zh-Hans: 乙, en: Good}}]}
  - {name: credit, kind: money, label: {zh-Hans: 额度, en: Credit}}
  - {name: since, kind: date, label: {zh-Hans: 建档日期, en: Since}}
  - {name: phones, kind: phones, label: {zh-Hans: 电话, en: Phones}, mask: phone}
  - {name: parent, kind: link, to: customer, label: {zh-Hans: 上级, en: Parent}}
  - {name: remark, kind: longtext, label: {zh-Hans: 备注, en: Remark}}
  - {name: id_number, kind: identity, forms: [resident_id], label: {zh-Hans: 身份证号, en: ID}, sealed: true, personal: sensitive, mask: id}
  - {name: secret, kind: text, label: {zh-Hans: 机密, en: Secret}}
rules:
  - {name: modest, when: "credit > 1000000", refuse: credit_too_high, at: credit, says: {zh-Hans: 额度太高。, en: The credit is too high.}}
match:
  - {fields: [phones], code: duplicate_phone}
views:
  - {name: best, label: {zh-Hans: 优, en: Best}, columns: [name, phones], filter: "level == 'A'", sort: name}
access:
  rep: {read: own, create: own, update: own, archive: own, import: own, fields: {secret: hidden}}
  manager: {read: all, create: all, update: all, archive: all, import: all, export: own}
  clerk: {read: all, export: all, fields: {phones: masked, secret: hidden}}
`)},
}}}

// fixture is an engine with a Service over it.
type fixture struct {
	*recordtest.Env
	t   testing.TB
	ctx context.Context
	svc *transfer.Service
}

func each(t *testing.T, packs []meta.Source, test func(t *testing.T, f *fixture)) {
	t.Helper()
	recordtest.Each(t, packs, func(t *testing.T, e *recordtest.Env) { test(t, newFixture(t, e)) })
}

func newFixture(t testing.TB, e *recordtest.Env) *fixture {
	t.Helper()
	f := &fixture{Env: e, t: t, ctx: context.Background()}
	f.svc = f.service(t.TempDir())
	return f
}

func (f *fixture) service(dir string) *transfer.Service {
	f.t.Helper()
	s, err := transfer.New(f.ctx, transfer.Options{Store: f.Store, DB: f.DB, Jobs: f.Jobs, Blobs: f.Vault.Files(),
		Ledger: f.Ledger, IDs: f.IDs, Clock: f.Now, Dir: dir})
	f.check(err)
	return s
}

func (f *fixture) check(err error) {
	f.t.Helper()
	if err != nil {
		f.t.Fatal(err)
	}
}

// upload takes a sheet of lines in.
func (f *fixture) upload(a *access.Actor, h transfer.Hints, lines ...string) transfer.Import {
	f.t.Helper()
	i, err := f.svc.Upload(f.ctx, a, "customer", "客户.csv", strings.NewReader(strings.Join(lines, "\n")+"\n"), h)
	f.check(err)
	return i
}

// wait waits until an import has ended.
func (f *fixture) wait(a *access.Actor, id int64) transfer.Import {
	f.t.Helper()
	for range 6000 {
		i, err := f.svc.State(f.ctx, a, id)
		f.check(err)
		switch i.State {
		case transfer.Waiting, transfer.Running, transfer.Undoing:
			time.Sleep(5 * time.Millisecond)
		default:
			return i
		}
	}
	f.t.Fatal("the import does not end")
	return transfer.Import{}
}

// load imports lines to the end.
func (f *fixture) load(a *access.Actor, o transfer.StartOptions, lines ...string) transfer.Import {
	f.t.Helper()
	i := f.upload(a, transfer.Hints{}, lines...)
	f.check(f.svc.Start(f.ctx, a, i.ID, o))
	return f.wait(a, i.ID)
}

// table is what an export of the type holds, without its header.
func (f *fixture) table(a *access.Actor, fields ...string) string {
	f.t.Helper()
	var out strings.Builder
	_, err := f.svc.Export(f.ctx, a, "customer", record.ListQuery{Fields: fields, OrderBy: "number"}, transfer.CSV, "en", &out)
	f.check(err)
	_, rows, _ := strings.Cut(strings.ReplaceAll(out.String(), "\r\n", "\n"), "\n")
	return rows
}

// refused is the sheet of refused rows.
func (f *fixture) refused(a *access.Actor, id int64, format string, w io.Writer) {
	f.t.Helper()
	f.check(f.svc.Refused(f.ctx, a, id, format, w))
}
