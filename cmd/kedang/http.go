package main

import (
	"io/fs"
	"log/slog"
	"net/http"
	"time"

	"kedang"
	"kedang/internal/api"
)

// handler is the web app and the API of a company.
func (c *serveCommand) handler(a *app, log *slog.Logger) (http.Handler, error) {
	web, err := fs.Sub(kedang.Web, "web/dist")
	if err != nil {
		return nil, err
	}
	return api.New(api.Options{DB: a.db, Store: a.store, Access: a.access, Jobs: a.jobs, Ledger: a.ledger, Transfer: a.transfer, Bulk: a.bulk, Company: a.settings,
		Web: web, Log: log, Clock: time.Now, Secure: c.Secure || c.TLSCert != "", Proxies: c.Proxy, Version: version,
		Demo: a.company.Demo != ""})
}
