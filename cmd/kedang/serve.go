package main

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"runtime/debug"
	"slices"
	"syscall"
	"time"

	"kedang/internal/db"
	"kedang/internal/errs"
)

// serveCommand runs the server until it is told to stop.
type serveCommand struct {
	Addr      string   `default:"127.0.0.1:8080" env:"KEDANG_ADDR" placeholder:"HOST:PORT" help:"Address to listen on (${default})."`
	Demo      bool     `env:"KEDANG_DEMO" help:"A company with made-up customers to try things on; this machine only."`
	DemoShare int      `name:"demo-share" default:"100" env:"KEDANG_DEMO_SHARE" placeholder:"PERCENT" help:"How much of the demo's customers to make up."`
	TLSCert   string   `name:"tls-cert" env:"KEDANG_TLS_CERT" type:"path" help:"Certificate (PEM); with --tls-key, HTTPS is served."`
	TLSKey    string   `name:"tls-key" env:"KEDANG_TLS_KEY" type:"path" help:"Its key (PEM)."`
	Proxy     []string `env:"KEDANG_PROXY" placeholder:"CIDR" help:"Proxies whose X-Forwarded-For and -Proto are believed."`
	Secure    bool     `env:"KEDANG_SECURE" help:"Cookies over HTTPS only; set it when a proxy does TLS and does not say so in X-Forwarded-Proto."`
	LogFormat string   `name:"log-format" enum:"text,json" default:"text" env:"KEDANG_LOG_FORMAT" help:"text or json (${default})."`
	LogLevel  string   `name:"log-level" enum:"debug,info,warn,error" default:"info" env:"KEDANG_LOG_LEVEL" help:"debug (every request), info, warn or error (${default})."`
}

// Limits on slow clients. A body may take long (an upload over a phone), its
// head may not.
const (
	headTime = 10 * time.Second
	idleTime = 2 * time.Minute
	stopTime = 15 * time.Second

	// schemaEvery is how often a server on PostgreSQL looks whether another has
	// changed the schema; writes notice at once.
	schemaEvery = 5 * time.Second
)

// Run serves until ctx ends.
func (c *serveCommand) Run(ctx context.Context, p *place) (err error) {
	if (c.TLSCert == "") != (c.TLSKey == "") {
		return errors.New("--tls-cert and --tls-key go together")
	}
	if c.TLSCert != "" { // before anything is made, and before an address is printed that would not answer
		if _, err := tls.LoadX509KeyPair(c.TLSCert, c.TLSKey); err != nil {
			return fmt.Errorf("--tls-cert, --tls-key: %w", err)
		}
	}
	if err := c.tryAddress(); err != nil { // before a company is made that nobody could reach
		return err
	}
	frugal()
	log := c.logger()
	slog.SetDefault(log)
	if err := c.demoPlace(p); err != nil {
		return err
	}
	a, err := open(ctx, p, c.Demo, log)
	if err != nil {
		return toldToStop(ctx, log, err)
	}
	defer func() { err = errors.Join(err, a.close()) }()
	if a.company.Demo != "" && !loopback(c.Addr) {
		return errs.New(errs.Invalid, "demo_loopback_only", nil)
	}
	if a.seeds {
		if err := a.seed(ctx, os.Stdout, c.DemoShare); err != nil {
			return toldToStop(ctx, log, err)
		}
	}
	return c.serve(ctx, a, log)
}

// tryAddress tells what is wrong with the address to listen on.
func (c *serveCommand) tryAddress() error {
	_, port, err := net.SplitHostPort(c.Addr)
	if err != nil || port == "" {
		return errs.New(errs.Invalid, "bad_listen", errs.Params{"address": c.Addr})
	}
	l, err := net.Listen("tcp", c.Addr)
	switch {
	case errors.Is(err, syscall.EADDRINUSE):
		return errs.New(errs.Conflict, "address_taken", errs.Params{"address": c.Addr})
	case err != nil:
		return &errs.Error{Kind: errs.Invalid, Code: "bad_listen", Params: errs.Params{"address": c.Addr}, Err: err}
	}
	return l.Close()
}

// toldToStop makes a start that was cut short by a signal a clean stop.
func toldToStop(ctx context.Context, log *slog.Logger, err error) error {
	if ctx.Err() != nil && errs.Is(err, errs.Canceled) {
		log.Info("stopping")
		return nil
	}
	return err
}

// frugal keeps the heap small: a server for a small firm runs beside other
// things. Above the soft limit the collector works harder, never less safely.
func frugal() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(150)
	}
	if os.Getenv("GOMEMLIMIT") == "" {
		debug.SetMemoryLimit(192 << 20)
	}
}

func (c *serveCommand) logger() *slog.Logger {
	var level slog.Level
	if err := level.UnmarshalText([]byte(c.LogLevel)); err != nil {
		panic(err) // kong has checked it
	}
	o := &slog.HandlerOptions{Level: level}
	if c.LogFormat == "json" {
		return slog.New(slog.NewJSONHandler(os.Stderr, o))
	}
	return slog.New(slog.NewTextHandler(os.Stderr, o))
}

// quiet is the log of commands, whose errors are printed anyway.
func quiet() *slog.Logger {
	return slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelError}))
}

// demoPlace refuses --demo where it could do harm: reachable from outside, or
// on top of somebody's files. A database that is there already is looked at
// when it is open.
func (c *serveCommand) demoPlace(p *place) error {
	if !c.Demo {
		return nil
	}
	if !loopback(c.Addr) {
		return errs.New(errs.Invalid, "demo_loopback_only", nil)
	}
	if p.Database != "" {
		return nil
	}
	entries, err := os.ReadDir(p.Data)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	names := make([]string, len(entries))
	for i, e := range entries {
		names[i] = e.Name()
	}
	strange := func(name string) bool { return name != settingsFile }
	if !slices.Contains(names, "kedang.db") && slices.ContainsFunc(names, strange) {
		return errs.New(errs.Conflict, "not_demo_directory", nil)
	}
	return nil
}

func loopback(addr string) bool {
	host, _, err := net.SplitHostPort(addr)
	if err != nil {
		return false
	}
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// serve listens, says where, and stops in order: no new connections, those
// that run finish, then jobs, then the database.
func (c *serveCommand) serve(ctx context.Context, a *app, log *slog.Logger) error {
	handler, err := c.handler(a, log)
	if err != nil {
		return err
	}
	listener, err := net.Listen("tcp", c.Addr)
	if err != nil {
		return err
	}
	server := &http.Server{Handler: handler, ReadHeaderTimeout: headTime, IdleTimeout: idleTime, MaxHeaderBytes: 64 << 10,
		ErrorLog: slog.NewLogLogger(log.Handler(), slog.LevelDebug)}
	a.stopping = make(chan struct{})
	failed := make(chan error, 2)
	go func() { failed <- c.listen(server, listener) }()
	local, err := c.local(a, failed)
	if err != nil {
		return errors.Join(err, server.Close())
	}
	background, end := context.WithCancel(context.Background())
	defer end()
	if err := a.work(background, log); err != nil {
		return errors.Join(err, server.Close(), local.Close())
	}
	// Told to stop while it greets: the orderly stop below answers, not an error.
	if err := c.greet(ctx, a, listener.Addr().String(), log); err != nil && ctx.Err() == nil {
		return errors.Join(err, server.Close(), local.Close())
	}
	debug.FreeOSMemory() // loading the packs leaves several times their size behind
	select {
	case err = <-failed:
	case <-ctx.Done():
		err = nil
	}
	log.Info("stopping")
	return errors.Join(err, a.stop(server, local, end))
}

func (c *serveCommand) listen(server *http.Server, l net.Listener) error {
	var err error
	if c.TLSCert != "" {
		err = server.ServeTLS(l, c.TLSCert, c.TLSKey)
	} else {
		err = server.Serve(l)
	}
	if errors.Is(err, http.ErrServerClosed) {
		return nil
	}
	return err
}

// local serves the data directory's socket; PostgreSQL needs none.
func (c *serveCommand) local(a *app, failed chan<- error) (*http.Server, error) {
	server := &http.Server{Handler: localHandler(&direct{app: a, types: a.types, running: true}), ReadHeaderTimeout: headTime,
		MaxHeaderBytes: 1 << 20}
	if a.db.Dialect() != db.SQLite {
		return server, nil
	}
	l, err := listenLocal(a.place.Data)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", filepath.Join(a.place.Data, socketName), err)
	}
	go func() {
		if err := server.Serve(l); !errors.Is(err, http.ErrServerClosed) {
			failed <- err
		}
	}()
	return server, nil
}

// work starts what runs beside the requests.
func (a *app) work(ctx context.Context, log *slog.Logger) error {
	if err := a.jobs.Start(ctx); err != nil {
		return err
	}
	go a.store.Follow(ctx, schemaEvery, func(err error) { log.Warn("schema", "error", err) })
	go a.access.Run(ctx, func(err error) { log.Warn("sessions", "error", err) })
	return nil
}

// stop ends a server in order, within stopTime.
func (a *app) stop(server, local *http.Server, end func()) error {
	close(a.stopping) // who waits for an import waits no more
	ctx, cancel := context.WithTimeout(context.Background(), stopTime)
	defer cancel()
	err := errors.Join(server.Shutdown(ctx), local.Shutdown(ctx))
	err = errors.Join(err, a.jobs.Stop(ctx))
	end()
	return errors.Join(err, a.access.Tidy(ctx))
}

// greet prints what whoever started the server needs next.
func (c *serveCommand) greet(ctx context.Context, a *app, addr string, log *slog.Logger) error {
	scheme := "http"
	if c.TLSCert != "" {
		scheme = "https"
	}
	for _, notice := range a.vault.Notices() {
		log.Warn(notice, "file", a.vault.KeyFile())
	}
	fmt.Printf("kedang %s listens on %s://%s\n", version, scheme, addr)
	if a.company.Demo != "" {
		fmt.Printf("sign in as %s with the password %s\n", demoAdmin, demoPassword)
		return nil
	}
	code, needed, err := a.access.FirstRun(ctx)
	if err != nil {
		return err
	}
	if needed {
		fmt.Printf("nobody administers this company yet; open the page and enter the one-time code %s\n", code)
	}
	return nil
}
