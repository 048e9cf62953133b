package record

import (
	"context"
	"strings"

	"kedang/internal/access"
	"kedang/internal/db"
	"kedang/internal/errs"
	"kedang/internal/job"
	"kedang/internal/meta"
)

// Fault is one thing that Check found wrong.
type Fault struct {
	What   string // database, title, roll_up, formula, rights, index, match, side, ledger, counter
	Type   string
	Record string // id
	Detail string
}

// CheckReport is what Check found.
type CheckReport struct {
	Records int64
	Entries int64 // ledger entries verified
	Faults  []Fault
	Waiting int64 // findings in records that a job has yet to bring up to date, after an upgrade say: no faults
}

// mostFaults bounds a report; the rest is counted by running it again after mending.
const mostFaults = 1000

// Check reads everything and compares what is stored with what should be: the
// database's own structure, titles, formulas and roll-ups computed again,
// rights columns against the root's, search entries, side rows without a
// record, number counters, and the ledger's chain. It changes nothing; memory
// stays flat.
func (s *Store) Check(ctx context.Context, progress func(done int64)) (rep CheckReport, err error) {
	defer errs.Wrap(&err, "Store.Check")
	c := &checker{s: s, ctx: ctx, rep: &rep, progress: progress}
	if c.waiting, err = s.waiting(ctx); err != nil {
		return rep, err
	}
	if err := c.database(); err != nil {
		return rep, err
	}
	for _, t := range s.Schema().Types {
		if t.Builtin {
			continue
		}
		if err := c.records(t); err != nil {
			return rep, err
		}
		if err := c.orphans(t); err != nil {
			return rep, err
		}
		if err := c.counter(t); err != nil {
			return rep, err
		}
	}
	if err := c.entries(); err != nil {
		return rep, err
	}
	return rep, c.ledger()
}

type checker struct {
	s        *Store
	ctx      context.Context
	rep      *CheckReport
	progress func(int64)
	waiting  map[int64]bool // by type: a job has yet to compute and index its records anew
}

// waiting are the types whose records a job has yet to bring up to date.
func (s *Store) waiting(ctx context.Context) (map[int64]bool, error) {
	out := map[int64]bool{}
	for _, kind := range [...]string{jobBackfill, jobRederive, jobReindex, jobAlong} {
		jobs, err := s.Jobs.List(ctx, job.Filter{Kind: kind, States: []job.State{job.Waiting, job.Running}}, 0, 1000)
		if err != nil {
			return nil, err
		}
		for _, j := range jobs {
			var b below
			if j.Decode(&b) == nil {
				out[b.Type] = true
			}
		}
	}
	return out, nil
}

// derived are the findings that computing a record anew mends; so are tokens of
// another make than those stored.
var derived = map[string]bool{"title": true, "roll_up": true, "formula": true}

func (c *checker) fault(what string, t *meta.Type, id int64, detail string) {
	if t != nil && c.waiting[t.ID] && (derived[what] || what == "index" && detail == "tokens") {
		c.rep.Waiting++
		return
	}
	if len(c.rep.Faults) >= mostFaults {
		return
	}
	f := Fault{What: what, Detail: detail}
	if t != nil {
		f.Type = t.Name
	}
	if id != 0 {
		f.Record = db.FormatID(id)
	}
	c.rep.Faults = append(c.rep.Faults, f)
}

// database asks SQLite to look at its own pages and indexes; PostgreSQL has
// tools of its own for that.
func (c *checker) database() error {
	if c.s.DB.Dialect() == db.Postgres {
		return nil
	}
	return c.s.DB.Read(c.ctx, func(tx db.Tx) error {
		// FTS5 keeps its structure in memory and looks whether that is still the
		// stored one when a query opens a cursor, but not when the integrity check
		// reads it: without this, what others wrote since reads as corruption.
		if _, err := int64s(tx.Query(c.ctx, "SELECT rowid FROM search WHERE search MATCH ? LIMIT 1", `"zzz"`)); err != nil {
			return err
		}
		lines, err := texts(tx.Query(c.ctx, "PRAGMA integrity_check"))
		for _, l := range lines {
			if l != "ok" {
				c.fault("database", nil, 0, l)
			}
		}
		return err
	})
}

// records walks a type and computes each record again. Each chunk is a
// snapshot of its own, so that a long check holds nobody up.
func (c *checker) records(t *meta.Type) error {
	last := int64(0)
	for {
		n := 0
		err := c.s.DB.Read(c.ctx, func(tx db.Tx) error {
			rows, err := c.s.loadWhere(c.ctx, tx, t, "id > ? ORDER BY id LIMIT 500", last)
			if err != nil {
				return err
			}
			load := c.s.loader(c.ctx, tx)
			found, err := c.indexed(tx, rows)
			if err != nil {
				return err
			}
			for _, r := range rows {
				last = r.ID
				if err := c.one(tx, load, r, found[r.ID]); err != nil {
					return err
				}
			}
			n = len(rows)
			return nil
		})
		if err != nil {
			return err
		}
		if n == 0 {
			return nil
		}
		c.rep.Records += int64(n)
		if c.progress != nil {
			c.progress(c.rep.Records)
		}
	}
}

// one compares a record with what it should be.
func (c *checker) one(tx db.Tx, load *loader, old *Row, indexed bool) error {
	r := old.clone()
	args := access.System("check").Args(c.s.Clock())
	for _, f := range r.Type.Fields {
		if f.Rollup == nil || f.Prog.Via == nil {
			continue
		}
		v, err := c.s.rollup(c.ctx, tx, f, r.ID, args)
		if err != nil {
			return err
		}
		if !sameValue(v, old.Values[f.Slot]) {
			c.fault("roll_up", r.Type, r.ID, f.Name)
		}
		r.Values[f.Slot] = v
	}
	if err := c.formulas(tx, load, old, r); err != nil {
		c.fault("formula", r.Type, r.ID, err.Error())
		return nil
	}
	var err error
	if r.Title, err = c.s.titleOf(r, load); err != nil {
		return err
	}
	if r.Title != old.Title {
		c.fault("title", r.Type, r.ID, old.Title)
	}
	if indexed == (old.ArchivedAt != 0) {
		c.fault("index", r.Type, r.ID, "entry")
	}
	if err := c.s.openAll(load, r); err == nil {
		if c.s.tokenise(r); r.searchHash != old.searchHash {
			c.fault("index", r.Type, r.ID, "tokens")
		}
	}
	return c.rights(tx, old)
}

// rights compares the columns that rights follow with the root's.
func (c *checker) rights(tx db.Tx, r *Row) error {
	owner, department := r.Owner, r.Department
	if r.Type.Root != "" {
		f, _ := r.Type.Field(r.Type.Root)
		if id := integer(r.Values[f.Slot]); id != 0 {
			var err error
			if owner, department, err = rootOf(c.ctx, tx, f.Target, id, ""); err != nil {
				return err
			}
		}
	}
	if owner != r.RootOwner || department != r.RootDepartment {
		c.fault("rights", r.Type, r.ID, "root")
	}
	return nil
}

// indexed tells which rows have a search entry.
func (c *checker) indexed(tx db.Tx, rows []*Row) (map[int64]bool, error) {
	out := map[int64]bool{}
	column := "rowid"
	if tx.Dialect() == db.Postgres {
		column = "id"
	}
	for len(rows) > 0 {
		n := min(chunk, len(rows))
		args := make([]any, n)
		for i, r := range rows[:n] {
			args[i] = r.ID
		}
		ids, err := int64s(tx.Query(c.ctx, "SELECT "+column+" FROM search WHERE "+column+" IN ("+marks(n)+")", args...))
		if err != nil {
			return nil, err
		}
		for _, id := range ids {
			out[id] = true
		}
		rows = rows[n:]
	}
	return out, nil
}

// orphans finds side rows and child rows whose record is gone.
func (c *checker) orphans(t *meta.Type) error {
	tb := c.s.tables.of(t)
	return c.s.DB.Read(c.ctx, func(tx db.Tx) error {
		for _, f := range append(append([]*meta.Field{}, tb.sides...), tb.rows...) {
			ids, err := int64s(tx.Query(c.ctx, "SELECT record FROM "+quote(f.Table)+" AS s WHERE NOT EXISTS (SELECT 1 FROM "+quote(t.Table)+
				" AS t WHERE t.id = s.record) LIMIT 100"))
			if err != nil {
				return err
			}
			for _, id := range ids {
				c.fault("side", t, id, f.Name)
			}
		}
		return nil
	})
}

// entries finds search entries whose record is gone.
func (c *checker) entries() error {
	var parts []string
	for _, t := range c.s.Schema().Types {
		if !t.Builtin {
			parts = append(parts, "SELECT count(*) AS n FROM "+quote(t.Table)+" WHERE archived_at IS NULL")
		}
	}
	if len(parts) == 0 {
		return nil
	}
	return c.s.DB.Read(c.ctx, func(tx db.Tx) error {
		var entries, rows int64
		if err := tx.QueryRow(c.ctx, "SELECT count(*) FROM search", nil, &entries); err != nil {
			return err
		}
		err := tx.QueryRow(c.ctx, "SELECT CAST(sum(n) AS "+tx.Dialect().IntType()+") FROM ("+strings.Join(parts, " UNION ALL ")+") AS c", nil, &rows)
		if err == nil && entries != rows {
			c.fault("index", nil, 0, "entries without a record")
		}
		return err
	})
}

// counter finds a number above its counter: it would be given out again.
func (c *checker) counter(t *meta.Type) error {
	if t.Pattern == nil {
		return nil
	}
	return c.s.DB.Read(c.ctx, func(tx db.Tx) error {
		numbers, err := texts(tx.Query(c.ctx, "SELECT number FROM "+quote(t.Table)+" WHERE number IS NOT NULL ORDER BY number DESC LIMIT 100"))
		if err != nil {
			return err
		}
		for _, text := range numbers {
			prefix, seq, ok := t.Pattern.Parse(text)
			if !ok {
				continue
			}
			var last int64
			err := tx.QueryRow(c.ctx, "SELECT last FROM sys_number WHERE type = ? AND prefix = ?", []any{t.ID, prefix}, &last)
			if err != nil && !isNoRows(err) {
				return err
			}
			if last < seq {
				c.fault("counter", t, 0, text)
			}
		}
		return nil
	})
}

// ledger verifies the chain.
func (c *checker) ledger() error {
	rep, err := c.s.Ledger.Verify(c.ctx, c.s.DB, func(done, _ int64) {
		if c.progress != nil {
			c.progress(c.rep.Records + done)
		}
	})
	if err != nil {
		return err
	}
	c.rep.Entries = rep.Entries
	for _, f := range rep.Faults {
		c.fault("ledger", nil, f.Record, f.Code)
	}
	return nil
}
