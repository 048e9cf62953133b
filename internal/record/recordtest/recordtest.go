// Package recordtest opens record engines for tests: on SQLite, and on
// PostgreSQL where KEDANG_TEST_POSTGRES names a server.
package recordtest

import (
	"context"
	"io/fs"
	"sync"
	"testing"
	"time"

	"kedang"
	"kedang/internal/access"
	"kedang/internal/db"
	"kedang/internal/db/dbtest"
	"kedang/internal/han"
	"kedang/internal/job"
	"kedang/internal/ledger"
	"kedang/internal/meta"
	"kedang/internal/record"
	"kedang/internal/vault"
)

// Env is an engine with its parts.
type Env struct {
	T      testing.TB
	DB     *db.DB
	IDs    *db.IDs
	Ledger *ledger.Ledger
	Jobs   *job.Queue
	Vault  *vault.Vault
	Access *access.Service
	Store  *record.Store
	Zone   *time.Location
	Dir    string // keys and files

	mu    sync.Mutex
	now   time.Time
	users map[string]int64
	deps  map[string]int64
}

// Packs are the repository's own packs, by name, for Each and Open.
func Packs(names ...string) []meta.Source {
	var out []meta.Source
	for _, n := range names {
		sub, err := fs.Sub(kedang.Packs, "packs/"+n)
		if err != nil {
			panic(err)
		}
		out = append(out, meta.Source{Name: n, FS: sub})
	}
	return out
}

// Each runs a test on every database there is.
func Each(t *testing.T, packs []meta.Source, test func(t *testing.T, e *Env)) {
	t.Helper()
	dbtest.Each(t, func(t *testing.T, d *db.DB) { test(t, Open(t, d, packs)) })
}

// Open opens an engine over a database with packs applied.
func Open(t testing.TB, d *db.DB, packs []meta.Source) *Env {
	t.Helper()
	return OpenIn(t, d, packs, t.TempDir())
}

// OpenIn is Open with the keys and files in a directory that may be kept.
func OpenIn(t testing.TB, d *db.DB, packs []meta.Source, dir string) *Env {
	t.Helper()
	ctx := context.Background()
	e := &Env{T: t, DB: d, now: time.Date(2026, 11, 24, 9, 0, 0, 0, time.FixedZone("CST", 8*3600)), users: map[string]int64{}, deps: map[string]int64{},
		Zone: time.FixedZone("Asia/Shanghai", 8*3600), Dir: dir}
	e.IDs = db.NewIDs(1, nil)
	e.Ledger = ledger.New(e.IDs)
	must(t, e.Ledger.Open(ctx, d))
	e.Jobs = job.New(d, e.IDs, job.Options{Zone: e.Zone})
	must(t, e.Jobs.Open(ctx))
	var err error
	e.Vault, err = vault.Open(ctx, d, e.Ledger, vault.Options{Dir: dir, Getenv: func(string) string { return "" }})
	must(t, err)
	e.Access, err = access.New(access.Options{DB: d, IDs: e.IDs, Ledger: e.Ledger, Zone: e.Zone, SortKey: han.SortKey,
		Cost: access.Cost{Memory: 64, Passes: 1, Lanes: 1}})
	must(t, err)
	e.Store, err = record.New(ctx, record.Options{DB: d, IDs: e.IDs, Ledger: e.Ledger, Jobs: e.Jobs, Vault: e.Vault, Blobs: e.Vault.Files(),
		Access: e.Access, Clock: e.Now, Zone: e.Zone, Region: "CN"})
	must(t, err)
	e.Apply(packs)
	return e
}

// Apply loads packs and makes them the company's schema.
func (e *Env) Apply(packs []meta.Source) {
	e.T.Helper()
	schema, problems := meta.Load(packs...)
	if problems.Fatal() {
		e.T.Fatalf("packs:\n%s", problems)
	}
	must(e.T, e.Store.Apply(context.Background(), schema))
}

// Now is the test's clock; it stands still until Advance.
func (e *Env) Now() time.Time {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.now
}

// Advance moves the clock.
func (e *Env) Advance(d time.Duration) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.now = e.now.Add(d)
}

// StartJobs runs queued work until the test ends.
func (e *Env) StartJobs() {
	e.T.Helper()
	must(e.T, e.Jobs.Start(context.Background()))
	e.T.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		e.Jobs.Stop(ctx)
	})
}

// Department gives a department by its code, making it (below parent's code,
// "" for the top) when there is none.
func (e *Env) Department(code, parent string) int64 {
	e.T.Helper()
	if id, ok := e.deps[code]; ok {
		return id
	}
	n := access.NewDepartment{Code: code, Name: code}
	if parent != "" {
		n.Parent = e.Department(parent, "")
	}
	id, err := e.Access.CreateDepartment(context.Background(), access.System("test"), n)
	must(e.T, err)
	e.deps[code] = id
	return id
}

// User gives an actor by user name, making the person with a role in a
// department ("" for none) when there is none.
func (e *Env) User(name, role, department string) *access.Actor {
	e.T.Helper()
	ctx := context.Background()
	id, ok := e.users[name]
	if !ok {
		n := access.NewUser{Username: name, Name: name, Roles: []string{role}}
		if department != "" {
			n.Department = e.Department(department, "")
		}
		var err error
		id, err = e.Access.CreateUser(ctx, access.System("test"), n)
		must(e.T, err)
		e.users[name] = id
	}
	a, err := e.Access.ActorOf(ctx, access.System("test"), id)
	must(e.T, err)
	return a.From("api")
}

// Admin is an administrator.
func (e *Env) Admin() *access.Actor { return e.User("boss", access.AdminRole, "") }

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
