package bulk

import (
	"context"
	"encoding/json"
	"time"

	"kedang/internal/access"
	"kedang/internal/db"
	"kedang/internal/errs"
	"kedang/internal/job"
	"kedang/internal/record"
)

// Options are what a Service stands on. All must be set.
type Options struct {
	Store *record.Store
	DB    *db.DB
	Jobs  *job.Queue
	IDs   *db.IDs
	Clock func() time.Time
}

// Service changes many records of one company at once.
type Service struct{ Options }

// The kinds of jobs.
const (
	jobBulk = "bulk"
	jobUndo = "bulk.undo"
)

// Limits.
const (
	chunkRows   = 500     // rows of a transaction
	mostRows    = 200_000 // rows of a bulk
	mostForseen = 5_000   // rows a preview looks at
	mostShown   = 10      // changes a preview shows
)

// New makes a Service, its tables and the handlers of its jobs. Call it before
// the queue starts.
func New(ctx context.Context, o Options) (_ *Service, err error) {
	defer errs.Wrap(&err, "bulk.New")
	if o.Clock == nil {
		o.Clock = time.Now
	}
	s := &Service{o}
	if err := o.DB.Migrate(ctx, "bulk", tables...); err != nil {
		return nil, err
	}
	o.Jobs.Handle(jobBulk, s.run, job.Limit(1))
	o.Jobs.Handle(jobUndo, s.undo, job.Limit(1))
	return s, nil
}

// Change is what is done to each record: one of the fields is given.
type Change struct {
	Set     record.Values `json:"set,omitempty"`
	Add     record.Values `json:"add,omitempty"`    // to many-valued fields; with Remove they count as one
	Remove  record.Values `json:"remove,omitempty"` // from many-valued fields
	Assign  string        `json:"assign,omitempty"` // a user's id
	Archive bool          `json:"archive,omitempty"`
	Restore bool          `json:"restore,omitempty"`
}

// op is the write that makes the change in a record.
func (c Change) op(typ string, id int64) record.Op {
	op := record.Op{Verb: c.verb(), Type: typ, ID: id}
	switch op.Verb {
	case "update":
		op.Values, op.Add, op.Remove = c.Set, c.Add, c.Remove
	case "assign":
		op.Values = record.Values{"owner": c.Assign}
	}
	return op
}

func (c Change) verb() string {
	switch {
	case c.Assign != "":
		return "assign"
	case c.Archive:
		return "archive"
	case c.Restore:
		return "restore"
	}
	return "update"
}

// check refuses a change that says nothing, or several things.
func (c Change) check() error {
	n := 0
	for _, given := range [...]bool{len(c.Set) > 0, len(c.Add) > 0 || len(c.Remove) > 0, c.Assign != "", c.Archive, c.Restore} {
		if given {
			n++
		}
	}
	if n != 1 {
		return errs.New(errs.Invalid, "bulk_one_change", nil)
	}
	if _, err := db.ParseID(c.Assign); c.Assign != "" && err != nil {
		return errs.RefuseField("assign", "bad_id", nil)
	}
	return nil
}

// Selection says which records: ids, or all that a query finds.
type Selection struct {
	IDs   []int64
	Query *record.ListQuery
}

// ids fixes a selection, each record once, in the order of the list.
func (s *Service) ids(ctx context.Context, a *access.Actor, typ string, sel Selection) ([]int64, error) {
	if (len(sel.IDs) > 0) == (sel.Query != nil) {
		return nil, errs.New(errs.Invalid, "bulk_one_selection", nil)
	}
	var out []int64
	seen := map[int64]bool{}
	add := func(id int64) error {
		if !seen[id] {
			seen[id] = true
			out = append(out, id)
		}
		if len(out) > mostRows {
			return errs.New(errs.TooLarge, "too_many_values", errs.Params{"max": mostRows})
		}
		return nil
	}
	for _, id := range sel.IDs {
		if err := add(id); err != nil {
			return nil, err
		}
	}
	if sel.Query == nil {
		return out, nil
	}
	q := *sel.Query
	q.Fields, q.Expand = []string{"id"}, nil
	err := s.Store.Each(ctx, a, "read", typ, q, func(items []byte) error {
		var page []struct{ ID string }
		if err := json.Unmarshal(items, &page); err != nil {
			return err
		}
		for _, item := range page {
			id, err := db.ParseID(item.ID)
			if err != nil {
				return err
			}
			if err := add(id); err != nil {
				return err
			}
		}
		return nil
	})
	return out, err
}

// allowed refuses early a change that the actor may make to no record of the
// type, and a type he may not read.
func (s *Service) allowed(a *access.Actor, typ string, c Change) (string, error) {
	t, ok := s.Store.Schema().Type(typ)
	if !ok || t.Builtin || a.Scope(t, "read").None() {
		return "", errs.NotFoundf("type", typ)
	}
	verb := c.verb()
	if verb == "restore" {
		verb = "archive"
	}
	if a.Scope(t, verb).None() {
		return "", errs.New(errs.Forbidden, "forbidden", errs.Params{"verb": verb, "type": t.Name})
	}
	return t.Name, c.check()
}

// Preview is what a bulk would come to, judged now.
type Preview struct {
	Total    int64            `json:"total"`
	LookedAt int64            `json:"looked_at"` // fewer than total when there are very many
	Change   int64            `json:"change"`
	Same     int64            `json:"same"` // they are so already
	Refused  int64            `json:"refused"`
	Reasons  map[string]int64 `json:"reasons"` // of the refused, by code
	Changes  []PreviewRow     `json:"changes"` // the first few
}

// PreviewRow is one record that would change.
type PreviewRow struct {
	ID      string               `json:"id"`
	Title   string               `json:"title"`
	Changes []record.FieldChange `json:"changes"`
}

// Foresee tells what a bulk would come to; nothing is stored.
func (s *Service) Foresee(ctx context.Context, a *access.Actor, typ string, sel Selection, c Change) (p Preview, err error) {
	defer errs.Wrap(&err, "Service.Foresee(%s)", typ)
	if typ, err = s.allowed(a, typ, c); err != nil {
		return p, err
	}
	ids, err := s.ids(ctx, a, typ, sel)
	if err != nil {
		return p, err
	}
	p = Preview{Total: int64(len(ids)), Reasons: map[string]int64{}, Changes: []PreviewRow{}}
	ids = ids[:min(len(ids), mostForseen)]
	p.LookedAt = int64(len(ids))
	for len(ids) > 0 {
		n := min(chunkRows, len(ids))
		ops := make([]record.Op, n)
		for i, id := range ids[:n] {
			ops[i] = c.op(typ, id)
		}
		seen, err := s.Store.Foresee(ctx, a, ops)
		if err != nil {
			return p, err
		}
		for i, f := range seen {
			p.count(ids[i], f)
		}
		ids = ids[n:]
	}
	return p, nil
}

func (p *Preview) count(id int64, f record.Foreseen) {
	switch {
	case f.Err != nil && already(f.Err):
		p.Same++
	case f.Err != nil:
		p.Refused++
		p.Reasons[reason(f.Err)]++
	case len(f.Changes) == 0:
		p.Same++
	default:
		p.Change++
		if len(p.Changes) < mostShown {
			p.Changes = append(p.Changes, PreviewRow{db.FormatID(id), f.Title, f.Changes})
		}
	}
}

// already tells refusals that say the record is as it should become.
func already(err error) bool {
	code := errs.As(err).Code
	return code == "archived" || code == "not_archived"
}

// reason is the code of a refusal: the first problem's, where there are any.
func reason(err error) string {
	e := errs.As(err)
	if len(e.Problems) > 0 {
		return e.Problems[0].Code
	}
	return e.Code
}
