package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"sync/atomic"
	"time"

	"kedang/cmd/kedang/demo"
	"kedang/internal/access"
	"kedang/internal/company"
)

// The demo's administrator, who can do no harm: a demo listens on this machine
// only. Everybody else in it has the same password.
const (
	demoAdmin    = "admin"
	demoPassword = "kedang-demo"
	demoName     = "东海贸易有限公司"
)

// The states of a demo company.
const (
	demoBegun = "begun"
	demoDone  = "done"
)

// clock is the present, unless it is set to another moment and stands there.
type clock struct{ at atomic.Pointer[time.Time] }

// Now is what the clock shows.
func (c *clock) Now() time.Time {
	if t := c.at.Load(); t != nil {
		return *t
	}
	return time.Now()
}

// Set stops the clock at a moment; the zero time lets it go on in the present.
func (c *clock) Set(t time.Time) {
	if t.IsZero() {
		c.at.Store(nil)
		return
	}
	c.at.Store(&t)
}

// hastily is the part that knows people, hashing passwords at next to no cost:
// the demo's stands in the manual. Whoever signs in has his hashed anew, at the
// usual cost.
func (a *app) hastily() (*access.Service, error) {
	o := a.people()
	o.Cost = access.Cost{Memory: 64, Passes: 1, Lanes: 1}
	s, err := access.New(o)
	if err == nil {
		s.Bind(a.types)
	}
	return s, err
}

// seed fills a new demo company with a share, in percent, of what its packs
// plan; it is done once.
func (a *app) seed(ctx context.Context, w io.Writer, share int) error {
	begin := time.Now()
	line := newStatus(w)
	fmt.Fprintln(w, "making up customers with their histories …")
	people, err := a.hastily()
	if err != nil {
		return err
	}
	admin := access.NewUser{Username: demoAdmin, Name: demoAdmin, Password: demoPassword, Roles: []string{access.AdminRole}}
	if _, err := people.CreateUser(ctx, access.System("demo"), admin); err != nil {
		return err
	}
	sources, err := packSources(a.company.Packs)
	if err != nil {
		return err
	}
	report, err := demo.Make(ctx, demo.Options{Store: a.store, Access: people, Zone: a.zone, Packs: sources, Now: time.Now(), Password: demoPassword, Clock: a.clock,
		Replace:  len(a.place.Packs) > 0,
		Share:    share,
		Progress: func(done int64, typ string) { line.show(fmt.Sprintf("%d records, now %s", done, typ)) }})
	line.clear()
	if err != nil {
		return err
	}
	a.company.Demo, a.company.Name = demoDone, demoName
	if err := company.Write(ctx, a.db, a.company); err != nil {
		return err
	}
	fmt.Fprintf(w, "%d records in %.1f s\n", report.Records, time.Since(begin).Seconds())
	for _, reason := range report.Reasons {
		slog.Debug("demo record refused", "reason", reason)
	}
	return a.db.Maintain(ctx)
}
