package record

import (
	"context"
	"encoding/json"
	"fmt"

	"kedang/internal/access"
	"kedang/internal/db"
	"kedang/internal/job"
	"kedang/internal/ledger"
	"kedang/internal/meta"
)

// A formula that says refresh: daily may name today(). Its value is stored
// like any other, so that lists filter and sort by it; a job computes the
// records of such types again shortly after midnight, and their dependants.
// The changes are derived: they bump neither revision nor history, and the run
// stands in the ledger once.

const (
	jobDaily   = "daily"   // starts a refresh of each type that has such formulas
	jobRefresh = "refresh" // of one type
)

// daily is when the job runs, in the company's zone: minute and hour of cron.
const daily = "5 0 * * *"

// refreshStep keeps when the records of a type were last computed for the day.
const refreshStep = `CREATE TABLE sys_refresh (type {int} PRIMARY KEY, at {int} NOT NULL) {strict}`

func (s *Store) handleDaily() {
	s.Jobs.Handle(jobDaily, func(ctx context.Context, _ *job.Run) error { return s.RefreshDaily(ctx) })
	if err := s.Jobs.Every(jobDaily, daily, nil); err != nil {
		panic(err) // a constant of ours that does not parse
	}
}

// RefreshDaily enqueues the refresh of every type whose formulas name today().
func (s *Store) RefreshDaily(ctx context.Context) error {
	return s.DB.Write(ctx, func(tx db.Tx) error {
		for _, t := range s.Schema().Types {
			if t.Builtin || !t.Daily() {
				continue
			}
			b := below{Type: t.ID, Since: ms(s.Clock())}
			if _, err := s.Jobs.Enqueue(ctx, tx, jobRefresh, b, job.UniqueWaiting(fmt.Sprintf("%s/%d", jobRefresh, t.ID))); err != nil {
				return err
			}
		}
		return nil
	})
}

// daily computes a row's formulas for today and spreads what changed.
func (d *deriving) daily(row *Row, b *below) error {
	if err := lockRow(d.ctx, d.tx, row.Type, row.ID); err != nil {
		return err
	}
	r := row.clone()
	if err := d.settle(row, r, 0); err != nil {
		return err
	}
	for i := range r.Values {
		if !sameValue(row.Values[i], r.Values[i]) {
			b.Changed++
			return nil
		}
	}
	return nil
}

// refreshed notes that a type is computed for the day its refresh began.
func (s *Store) refreshed(ctx context.Context, t *meta.Type, b below) error {
	payload, err := json.Marshal(map[string]any{"type": t.Name, "records": b.Done, "changed": b.Changed})
	if err != nil {
		return err
	}
	return s.DB.Write(ctx, func(tx db.Tx) error {
		if _, err := tx.Exec(ctx, `INSERT INTO sys_refresh (type, at) VALUES (?, ?) ON CONFLICT (type) DO UPDATE SET at = excluded.at`, t.ID, b.Since); err != nil {
			return err
		}
		a := access.System("refresh")
		return s.Ledger.Append(ctx, tx, &ledger.Entry{At: ms(s.Clock()), Kind: ledger.System, ActorName: a.Name, Source: a.Source, Type: t.ID, Action: "refresh", Payload: payload})
	})
}

// mostDays bounds how far back a check looks for the day a row was computed on.
const mostDays = 10

// formulas compares a record's formulas with what they should be. Those that
// name today() may stand as of any day since the last refresh: the day a
// record was derived on is not kept.
func (c *checker) formulas(tx db.Tx, load *loader, old, r *Row) error {
	days := 1
	if r.Type.Daily() {
		var at int64
		err := tx.QueryRow(c.ctx, "SELECT at FROM sys_refresh WHERE type = ?", []any{r.Type.ID}, &at)
		if err != nil && !isNoRows(err) {
			return err
		}
		days = min(mostDays, int((ms(c.s.Clock())-at)/(24*3600*1000))+2)
	}
	var wrong []string
	for day := range days {
		now := c.s.Clock().AddDate(0, 0, -day)
		try := r.clone()
		if err := c.s.compute(try, load, access.System("check").Args(now)); err != nil {
			return err
		}
		var faults []string
		for _, f := range r.Type.FormulaOrder {
			if f.Parent == nil && !sameValue(try.Values[f.Slot], old.Values[f.Slot]) {
				faults = append(faults, f.Name)
			}
		}
		if day == 0 {
			wrong = faults
			*r = *try
		}
		if len(faults) == 0 {
			*r = *try
			return nil
		}
	}
	for _, name := range wrong {
		c.fault("formula", r.Type, r.ID, name)
	}
	return nil
}
