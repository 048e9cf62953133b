// Package company keeps what was decided about the company as a whole, in its
// database: the packs it was made with, its region, whether it is a demo — the
// operator's business — and its name, time zone, language and currency, which
// an administrator sets in the web app:
//
//	c := company.New(company.Options{DB: d, Ledger: l})
//	s, err := c.Settings(ctx)
//	s, err = c.Change(ctx, actor, company.Changes{Name: &name})
//
// It also tells from the ledger when the last backup and the last check were
// made, and puts them there ([Service.Backed], [Service.Checked]).
//
// It must never hold what a record type could: a company's own data about its
// customers are records.
package company
