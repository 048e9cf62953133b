package main

import (
	"bytes"
	"context"
	"hash/fnv"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/goccy/go-yaml"

	"kedang"
	"kedang/cmd/kedang/demo"
	"kedang/internal/access"
	"kedang/internal/bulk"
	"kedang/internal/company"
	"kedang/internal/db"
	"kedang/internal/errs"
	"kedang/internal/han"
	"kedang/internal/job"
	"kedang/internal/ledger"
	"kedang/internal/meta"
	"kedang/internal/record"
	"kedang/internal/transfer"
	"kedang/internal/vault"
)

// app is one company, open: all parts joined.
type app struct {
	place   *place
	company company.Settings
	zone    *time.Location
	types   *meta.Schema
	scratch string // a folder of this process alone, removed by close; "" for none
	seeds   bool   // demo data have to be made: this is their first start

	stopping chan struct{} // closed when the server is told to stop; nil outside one

	clock    *clock
	db       *db.DB
	ids      *db.IDs
	ledger   *ledger.Ledger
	access   *access.Service
	jobs     *job.Queue
	vault    *vault.Vault
	store    *record.Store
	transfer *transfer.Service
	bulk     *bulk.Service
	settings *company.Service
}

// extensions, matchers and lockers are all that other parts add to the engine,
// in the order in which they are asked.
func (a *app) extensions() ([]record.Extension, []record.Matcher, []record.FieldLocker) {
	return []record.Extension{}, []record.Matcher{}, []record.FieldLocker{}
}

// openPeople opens the database with the part that knows users, departments
// and roles. It needs no keys, so that a user can be added on a machine that
// has none.
func openPeople(ctx context.Context, p *place, isDemo bool) (a *app, err error) {
	defer errs.Wrap(&err, "openPeople")
	a = &app{place: p, clock: new(clock)}
	opened, err := db.Open(ctx, db.Config{Dir: p.Data, URL: p.Database, Schema: p.Schema})
	if err != nil {
		return nil, err
	}
	a.db = opened
	defer func() {
		if err != nil {
			opened.Close()
		}
	}()
	if err := a.settleCompany(ctx, isDemo); err != nil {
		return nil, err
	}
	if a.seeds {
		a.clock.Set(demo.Begun(time.Now()))
	}
	a.ids = db.NewIDs(a.node(), a.clock.Now)
	a.ledger = ledger.NewWith(a.ids, ledger.Options{Now: a.clock.Now})
	if err := a.ledger.Open(ctx, a.db); err != nil {
		return nil, err
	}
	a.access, err = access.New(a.people())
	if err != nil {
		return nil, err
	}
	a.settings = company.New(company.Options{DB: a.db, Ledger: a.ledger, ZoneFixed: p.Zone != "",
		Changed: func(c company.Settings) { a.access.SetLang(c.Lang) }})
	if a.types, err = a.load(); err != nil {
		return nil, err
	}
	a.access.Bind(a.types)
	return a, nil
}

// people are what users, departments and sessions stand on.
func (a *app) people() access.Options {
	return access.Options{DB: a.db, IDs: a.ids, Ledger: a.ledger, Clock: a.clock.Now, Zone: a.zone, Lang: a.company.Lang, SortKey: han.SortKey}
}

// open opens everything and brings the database to the packs' types.
func open(ctx context.Context, p *place, demo bool, log *slog.Logger) (a *app, err error) {
	return openLike(ctx, p, nil, log, demo)
}

// openLike is open; the types and fields of a new company have the ids and
// columns that they have in another one, where one is given.
func openLike(ctx context.Context, p *place, like *app, log *slog.Logger, demo bool) (a *app, err error) {
	defer errs.Wrap(&err, "open")
	opened, err := openPeople(ctx, p, demo)
	if err != nil {
		return nil, err
	}
	a = opened
	defer func() {
		if err != nil {
			opened.close()
		}
	}()
	a.jobs = job.New(a.db, a.ids, job.Options{Zone: a.zone, Log: log})
	if err := a.jobs.Open(ctx); err != nil {
		return nil, err
	}
	if a.vault, err = vault.Open(ctx, a.db, a.ledger, vault.Options{Dir: p.Data}); err != nil {
		return nil, err
	}
	extensions, matchers, lockers := a.extensions()
	a.store, err = record.New(ctx, record.Options{DB: a.db, IDs: a.ids, Ledger: a.ledger, Jobs: a.jobs, Vault: a.vault,
		Blobs: a.vault.Files(), Access: a.access, Clock: time.Now, Zone: a.zone, Region: a.company.Region,
		Currency: a.currency, Load: a.loadAgain, Extensions: extensions, Matchers: matchers, Lockers: lockers})
	if err != nil {
		return nil, err
	}
	if like != nil {
		if err := a.store.Like(ctx, like.store); err != nil {
			return nil, err
		}
	}
	if err := a.store.Apply(ctx, a.types); err != nil {
		return nil, err
	}
	if a.transfer, err = openTransfer(ctx, a); err != nil {
		return nil, err
	}
	a.bulk, err = bulk.New(ctx, bulk.Options{Store: a.store, DB: a.db, Jobs: a.jobs, IDs: a.ids, Clock: time.Now})
	return a, err
}

// currency is the company's as it is now.
func (a *app) currency(ctx context.Context) (string, error) {
	c, err := a.settings.Settings(ctx)
	return c.Currency, err
}

// settleCompany reads what the company was made with, lets the flags change
// it, and keeps the outcome.
func (a *app) settleCompany(ctx context.Context, demo bool) error {
	stored, err := company.Read(ctx, a.db)
	if err != nil {
		return err
	}
	known := len(stored.Packs) > 0
	if demo && known && stored.Demo == "" {
		return errs.New(errs.Conflict, "not_demo_directory", nil)
	}
	a.company = settle(stored, a.place, demo)
	if demo && !known {
		a.company.Demo, a.seeds = demoBegun, true
	}
	if a.zone, err = a.place.zone(a.company.Zone); err != nil {
		return err
	}
	if !slices.Contains([]string{"CN", "HK", "TW", "MO"}, a.company.Region) {
		return badFlag("region", a.company.Region)
	}
	if a.company.Packs, err = withRequired(a.company.Packs); err != nil {
		return err
	}
	if slices.Equal(stored.Packs, a.company.Packs) && stored.Zone == a.company.Zone && stored.Region == a.company.Region {
		return nil
	}
	return company.Write(ctx, a.db, a.company)
}

// settle decides what a company runs with: what the flags say, else what it
// was made with, else the usual.
func settle(c company.Settings, p *place, demo bool) company.Settings {
	usual := company.Settings{Packs: []string{"core", "general"}, Zone: "Asia/Shanghai", Region: "CN"}
	if demo {
		usual.Packs = append(usual.Packs, "hotel")
	}
	out := c
	out.Packs, out.Zone, out.Region = p.Packs, p.Zone, strings.ToUpper(p.Region)
	for _, from := range []company.Settings{c, usual} {
		if len(out.Packs) == 0 {
			out.Packs = from.Packs
		}
		if out.Zone == "" {
			out.Zone = from.Zone
		}
		if out.Region == "" {
			out.Region = from.Region
		}
	}
	return out
}

// node is this process among those that write to one database. A SQLite
// directory has one process at a time; on PostgreSQL the machine's name and
// the process number spread over the 256 there may be.
func (a *app) node() int {
	if a.db.Dialect() == db.SQLite {
		return 1
	}
	host, _ := os.Hostname()
	h := fnv.New32a()
	h.Write([]byte(host))
	return int(h.Sum32()) + os.Getpid()
}

// load loads the company's packs and overlay. A bad pack is refused with all
// that is wrong in it.
func (a *app) load() (*meta.Schema, error) { return a.loadPacks(a.company.Packs) }

func (a *app) loadPacks(names []string) (*meta.Schema, error) {
	sources, err := packSources(names)
	if err != nil {
		return nil, err
	}
	if a.place.Overlay != "" {
		sources = append(sources, meta.Source{Name: "overlay", FS: os.DirFS(a.place.Overlay), Overlay: true})
	}
	schema, problems := meta.Load(sources...)
	return schema, problems.Err()
}

// loadAgain loads the packs and the overlay as they are now: another server may
// have started with more packs, or with newer ones in the same folder.
func (a *app) loadAgain(ctx context.Context) (*meta.Schema, error) {
	stored, err := company.Read(ctx, a.db)
	if err != nil {
		return nil, err
	}
	return a.loadPacks(stored.Packs)
}

// close stops what runs and closes the database; nothing acknowledged is lost
// without it.
func (a *app) close() error {
	if a.scratch != "" {
		os.RemoveAll(a.scratch)
	}
	return a.db.Close()
}

// packSources are the packs by name, or by folder when the name is a path.
func packSources(names []string) ([]meta.Source, error) {
	out := make([]meta.Source, 0, len(names))
	for _, name := range names {
		fsys, err := packFS(name)
		if err != nil {
			return nil, err
		}
		out = append(out, meta.Source{Name: filepath.Base(name), FS: fsys})
	}
	return out, nil
}

func packFS(name string) (fs.FS, error) {
	if strings.ContainsAny(name, `/\`) {
		if info, err := os.Stat(name); err != nil || !info.IsDir() {
			return nil, errs.New(errs.Invalid, "no_such_pack", errs.Params{"pack": name})
		}
		return os.DirFS(name), nil
	}
	sub, err := fs.Sub(kedang.Packs, "packs/"+name)
	if err == nil {
		_, err = fs.Stat(sub, "pack.yaml")
	}
	if err != nil {
		return nil, errs.New(errs.Invalid, "no_such_pack", errs.Params{"pack": name})
	}
	return sub, nil
}

// withRequired adds the packs that the named ones require, each before what
// needs it.
func withRequired(names []string) ([]string, error) {
	var out []string
	var add func(name string, depth int) error
	add = func(name string, depth int) error {
		if name = strings.TrimSpace(name); slices.Contains(out, name) || depth > 16 {
			return nil
		}
		fsys, err := packFS(name)
		if err != nil {
			return err
		}
		for _, r := range requires(fsys) {
			if err := add(r, depth+1); err != nil {
				return err
			}
		}
		out = append(out, name)
		return nil
	}
	for _, name := range names {
		if err := add(name, 0); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// requires names the packs that one requires. What does not parse is reported
// by meta.Load, with its place.
func requires(fsys fs.FS) []string {
	var head struct {
		Requires []string `yaml:"requires"`
	}
	if raw, err := fs.ReadFile(fsys, "pack.yaml"); err == nil {
		_ = yaml.Unmarshal(bytes.TrimPrefix(raw, []byte("\ufeff")), &head)
	}
	return head.Requires
}
