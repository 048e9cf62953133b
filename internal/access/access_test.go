package access_test

import (
	"context"
	"testing"
	"testing/fstest"
	"time"

	"kedang/internal/access"
	"kedang/internal/db"
	"kedang/internal/db/dbtest"
	"kedang/internal/errs"
	"kedang/internal/ledger"
	"kedang/internal/meta"
)

// cheap hashes are as good as dear ones for tests.
var cheap = access.Cost{Memory: 64, Passes: 1, Lanes: 1}

const password = "correct horse 7"

var root = access.System("test")

// fixture is a service over a database of its own, with a clock that only the
// test moves.
type fixture struct {
	testing.TB
	*access.Service
	ctx    context.Context
	db     *db.DB
	book   *ledger.Ledger
	opts   access.Options
	at     time.Time
	schema *meta.Schema
}

func each(t *testing.T, do func(f *fixture)) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) { do(open(t, d)) })
}

func open(t testing.TB, d *db.DB) *fixture {
	t.Helper()
	f := &fixture{TB: t, ctx: context.Background(), db: d, at: time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)}
	ids := db.NewIDs(1, f.now)
	f.book = ledger.New(ids)
	f.check(f.book.Open(f.ctx, d))
	f.opts = access.Options{DB: d, IDs: ids, Ledger: f.book, Clock: f.now, Cost: cheap}
	f.reopen()
	f.bind(pack)
	return f
}

func (f *fixture) now() time.Time { return f.at }

// reopen starts the service anew over the same database.
func (f *fixture) reopen() {
	f.Helper()
	s, err := access.New(f.opts)
	f.check(err)
	f.Service = s
	if f.schema != nil {
		s.Bind(f.schema)
	}
}

func (f *fixture) check(err error) {
	f.Helper()
	if err != nil {
		f.Fatal(err)
	}
}

// refused asks for an error of a kind and code; the code may stand with a field.
func (f *fixture) refused(err error, kind errs.Kind, code string) {
	f.Helper()
	if err == nil {
		f.Fatalf("no error, want %s %s", kind, code)
	}
	e := errs.As(err)
	got := e.Code
	if len(e.Problems) > 0 {
		got = e.Problems[0].Code
	}
	if e.Kind != kind || got != code {
		f.Fatalf("error %v (%s %s), want %s %s", err, e.Kind, got, kind, code)
	}
}

// bind loads a schema whose types and roles stand in YAML files.
func (f *fixture) bind(files map[string]string) {
	f.Helper()
	f.schema = load(f, files)
	f.Bind(f.schema)
}

func load(t testing.TB, files map[string]string) *meta.Schema {
	t.Helper()
	pack := fstest.MapFS{"pack.yaml": &fstest.MapFile{Data: []byte("{name: test, label: 试, version: 1.0.0}")}}
	for name, text := range files {
		pack[name] = &fstest.MapFile{Data: []byte(text)}
	}
	schema, problems := meta.Load(meta.Source{Name: "test", FS: pack})
	if schema == nil {
		t.Fatalf("schema: %v", problems)
	}
	var id int64
	meta.Bind(schema, meta.Catalogue{}, func() int64 { id++; return id })
	return schema
}

func (f *fixture) typ(name string) *meta.Type {
	f.Helper()
	t, ok := f.schema.Type(name)
	if !ok {
		f.Fatalf("no type %s", name)
	}
	return t
}

func (f *fixture) user(n access.NewUser) int64 {
	f.Helper()
	if n.Name == "" {
		n.Name = n.Username
	}
	if n.Password == "" {
		n.Password = password
	}
	id, err := f.CreateUser(f.ctx, root, n)
	f.check(err)
	return id
}

func (f *fixture) department(parent int64, code string, branch bool) int64 {
	f.Helper()
	id, err := f.CreateDepartment(f.ctx, root, access.NewDepartment{Parent: parent, Code: code, Name: "部门 " + code, Branch: branch})
	f.check(err)
	return id
}

func (f *fixture) actor(user int64) *access.Actor {
	f.Helper()
	a, err := f.ActorOf(f.ctx, root, user)
	f.check(err)
	return a
}

func (f *fixture) signIn(username string) (string, *access.Actor) {
	f.Helper()
	token, a, err := f.SignIn(f.ctx, username, password, "10.0.0.1", "Firefox")
	f.check(err)
	return token, a
}

func (f *fixture) alive(secret string) {
	f.Helper()
	_, err := f.Session(f.ctx, secret)
	f.check(err)
}

func (f *fixture) dead(secret string) {
	f.Helper()
	_, err := f.Session(f.ctx, secret)
	f.refused(err, errs.Unauthenticated, "unauthenticated")
}

// entries counts the ledger's entries with an action.
func (f *fixture) entries(action string) (n int) {
	f.Helper()
	f.check(f.db.Read(f.ctx, func(tx db.Tx) error {
		list, err := f.book.List(f.ctx, tx, ledger.Filter{Kinds: []string{ledger.Rights, ledger.SignIn}}, 0, 1000)
		for _, e := range list {
			if e.Action == action {
				n++
			}
		}
		return err
	}))
	return n
}

// pack has a type for each thing that rights are about.
var pack = map[string]string{
	"roles.yaml": `
- {name: rep, label: 业务员}
- {name: supervisor, label: 主管}
- {name: head, label: 科长}
- {name: manager, label: 经理}
- {name: auditor, label: 审计}
- {name: clerk, label: 文员}
- {name: starred, label: 大客户}
- {name: keeper, label: 保管}
- {name: boss, label: 老板, admin: true}
`,
	"types/customer.yaml": `
type: customer
label: 客户
title: name
fields:
  - {name: name, kind: text, label: 名称}
  - {name: level, kind: text, label: 级别}
  - {name: cost, kind: money, label: 成本}
  - {name: secret, kind: text, label: 密, sealed: true}
  - {name: fixed, kind: text, label: 定, readonly: true}
  - {name: doubled, kind: money, label: 双, formula: "cost + cost"}
  - {name: deals, kind: integer, label: 单数, rollup: {of: deal, via: customer, fn: count}}
  - {name: profit, kind: money, label: 利润, rollup: {of: deal, via: customer, fn: sum, field: margin}}
  - {name: good, kind: integer, label: 好单, rollup: {of: deal, via: customer, fn: count, where: "margin > 100"}}
access:
  "*": {}
  rep: {read: own, create: own, update: own, fields: {cost: hidden}}
  supervisor: {read: subordinates}
  head: {read: department}
  manager: {read: tree, update: department, fields: {cost: read}}
  auditor: {read: all, history: all, reveal: all}
  clerk: {create: all}
  starred: {read: {where: "level == 'A'"}, reveal: own}
  keeper: {read: own, reveal: own, fields: {cost: masked}}
`,
	"types/deal.yaml": `
type: deal
label: 交易
title: name
root: customer
fields:
  - {name: name, kind: text, label: 名称}
  - {name: customer, kind: link, to: customer, label: 客户, required: true}
  - {name: margin, kind: money, label: 毛利}
  - {name: lines, kind: rows, label: 行, fields: [{name: item, kind: text, label: 品}, {name: price, kind: money, label: 价}]}
  - {name: total, kind: money, label: 合计, rollup: {of: lines, fn: sum, field: price, where: "item != ''"}}
access:
  rep: {read: own, update: own, fields: {margin: hidden, lines: read}}
  manager: {read: tree, fields: {lines: hidden}}
`,
}

// noon is a moment for what does not depend on it.
var noon = time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)
