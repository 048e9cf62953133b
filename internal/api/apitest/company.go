// Package apitest opens a whole company over an empty database: all parts
// joined in the order in which a server joins them, with cheap passwords and a
// clock that can be set. Tests use it, and `kedang pack test`.
package apitest

import (
	"context"
	"io/fs"
	"log/slog"
	"net/http"
	"sync"
	"testing/fstest"
	"time"

	"kedang/internal/access"
	"kedang/internal/api"
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

// Options say what a company is made of. DB, Dir and Packs must be set.
type Options struct {
	DB      *db.DB // stays the caller's to close
	Dir     string // keys, attachments, sheets
	Packs   []meta.Source
	Zone    *time.Location // Shanghai's unless told
	Web     fs.FS          // the web app; none unless told
	Log     *slog.Logger   // nothing unless told
	Proxies []string
	Secure  bool
}

// Company is a server with its parts.
type Company struct {
	DB       *db.DB
	IDs      *db.IDs
	Ledger   *ledger.Ledger
	Jobs     *job.Queue
	Vault    *vault.Vault
	Access   *access.Service
	Store    *record.Store
	Transfer *transfer.Service
	Bulk     *bulk.Service
	Server   *api.Server
	Settings *company.Service
	Zone     *time.Location

	mu          sync.Mutex
	now         time.Time
	users       map[string]person
	departments map[string]int64
}

// Open joins the parts and starts the queue. Close the company before the
// database.
func Open(ctx context.Context, o Options) (c *Company, err error) {
	defer errs.Wrap(&err, "apitest.Open")
	if o.Zone == nil {
		o.Zone = time.FixedZone("Asia/Shanghai", 8*3600)
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Web == nil {
		o.Web = fstest.MapFS{"index.html": {Data: []byte("<!doctype html><title>Kedang</title>")}}
	}
	schema, problems := meta.Load(o.Packs...)
	if err := problems.Err(); err != nil {
		return nil, err
	}
	c = &Company{DB: o.DB, Zone: o.Zone, now: time.Date(2026, 11, 24, 9, 0, 0, 0, o.Zone), users: map[string]person{}, departments: map[string]int64{}}
	if err := c.join(ctx, o); err != nil {
		return nil, err
	}
	if err := c.Store.Apply(ctx, schema); err != nil {
		return nil, err
	}
	return c, c.Jobs.Start(ctx)
}

// join opens each part after those it stands on.
func (c *Company) join(ctx context.Context, o Options) (err error) {
	c.IDs = db.NewIDs(1, nil)
	c.Ledger = ledger.New(c.IDs)
	if err := c.Ledger.Open(ctx, o.DB); err != nil {
		return err
	}
	c.Jobs = job.New(o.DB, c.IDs, job.Options{Zone: o.Zone, Poll: 50 * time.Millisecond, Log: o.Log})
	if err := c.Jobs.Open(ctx); err != nil {
		return err
	}
	if c.Vault, err = vault.Open(ctx, o.DB, c.Ledger, vault.Options{Dir: o.Dir, Getenv: func(string) string { return "" }}); err != nil {
		return err
	}
	c.Access, err = access.New(access.Options{DB: o.DB, IDs: c.IDs, Ledger: c.Ledger, Zone: o.Zone, SortKey: han.SortKey, Cost: access.Cost{Memory: 64, Passes: 1, Lanes: 1}})
	if err != nil {
		return err
	}
	c.Store, err = record.New(ctx, record.Options{DB: o.DB, IDs: c.IDs, Ledger: c.Ledger, Jobs: c.Jobs, Vault: c.Vault, Blobs: c.Vault.Files(),
		Access: c.Access, Clock: c.Now, Zone: o.Zone, Region: "CN", Currency: c.currency,
		SlowFilter: 30 * time.Second}) // a test must not fail because the machine is busy
	if err != nil {
		return err
	}
	c.Transfer, err = transfer.New(ctx, transfer.Options{Store: c.Store, DB: o.DB, Jobs: c.Jobs, Blobs: c.Vault.Files(), Ledger: c.Ledger, IDs: c.IDs, Clock: c.Now, Dir: o.Dir})
	if err != nil {
		return err
	}
	c.Bulk, err = bulk.New(ctx, bulk.Options{Store: c.Store, DB: o.DB, Jobs: c.Jobs, IDs: c.IDs, Clock: c.Now})
	if err != nil {
		return err
	}
	if c.Settings, err = c.settings(ctx, o); err != nil {
		return err
	}
	c.Server, err = api.New(api.Options{DB: o.DB, Store: c.Store, Access: c.Access, Jobs: c.Jobs, Ledger: c.Ledger, Transfer: c.Transfer, Bulk: c.Bulk,
		Web: o.Web, Log: o.Log, Clock: c.Now, Version: "test", Company: c.Settings, Secure: o.Secure, Proxies: o.Proxies})
	return err
}

// currency is the company's as it is now.
func (c *Company) currency(ctx context.Context) (string, error) {
	now, err := c.Settings.Settings(ctx)
	return now.Currency, err
}

// settings are those of a company that was made before.
func (c *Company) settings(ctx context.Context, o Options) (*company.Service, error) {
	known, err := company.Read(ctx, o.DB)
	if err != nil {
		return nil, err
	}
	if known.Zone == "" {
		known.Zone, known.Region, known.Name = o.Zone.String(), "CN", "测试公司"
		if err := company.Write(ctx, o.DB, known); err != nil {
			return nil, err
		}
	}
	return company.New(company.Options{DB: o.DB, Ledger: c.Ledger, Clock: c.Now}), nil
}

// Close stops the queue.
func (c *Company) Close() error {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	return c.Jobs.Stop(ctx)
}

// ServeHTTP is the company's handler.
func (c *Company) ServeHTTP(w http.ResponseWriter, r *http.Request) { c.Server.ServeHTTP(w, r) }

// Now is the company's clock; it stands still between settings.
func (c *Company) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

// SetClock sets it. Sessions and tokens go by the real time.
func (c *Company) SetClock(t time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = t
}
