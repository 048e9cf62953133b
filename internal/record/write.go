package record

import (
	"context"
	"time"

	"kedang/internal/access"
	"kedang/internal/db"
	"kedang/internal/errs"
	"kedang/internal/meta"
)

// Op is one write of a batch.
type Op struct {
	Verb   string // create update archive restore assign purge
	Type   string
	ID     int64  // not for create; in a bulk, create makes a record of this new id, so that a later write can link to it
	Values Values // create, update; assign takes {"owner": …}
	Add    Values // update: further values of many-valued fields
	Remove Values // update: values taken out of them
	IfRev  int64  // update, archive: the revision the caller saw; 0: whatever is stored

	// At is when it was done, for what is put on record afterwards: the demo's
	// past. Zero is now. The id is of that moment too, so that ids follow time;
	// no two writes may therefore name the same millisecond. No door of the API
	// sets it, and the ledger must not have been sealed beyond it.
	At time.Time
}

// WriteOptions go with a write or a batch.
type WriteOptions struct {
	Source         string     // web, api, cli, import 123, job 7 …; the actor's when empty
	IdempotencyKey string     // the same key within 24 h answers the first result again
	DryRun         bool       // all checks, nothing stored
	Rehearsal      *Rehearsal // with DryRun: what the rows of its bulks before would bear
	Loose          bool       // values are a sheet's cells: read as people write
	Region         string     // with Loose: of phones without a country code; the company's when empty
	Undo           bool       // the write takes an earlier one back
	Answer         bool       // a single write answers the record as stored, read in its transaction

	inputs *inputs // what reading values needs to know, for all writes of a request
}

// Create stores a new record and answers its id, number and revision. Refused
// input is an errs.Invalid error with one problem per field.
func (s *Store) Create(ctx context.Context, a *access.Actor, typ string, v Values, o WriteOptions) (Saved, error) {
	return s.one(ctx, a, Op{Verb: "create", Type: typ, Values: v}, o)
}

// Update merges a patch into a record: a field set to nil is emptied, one not
// named stays. With ifRev older than what is stored, the patch is merged when
// the fields changed since do not meet its own; else errs.Conflict.
func (s *Store) Update(ctx context.Context, a *access.Actor, typ string, id int64, patch Values, ifRev int64, o WriteOptions) (Saved, error) {
	return s.one(ctx, a, Op{Verb: "update", Type: typ, ID: id, Values: patch, IfRev: ifRev}, o)
}

// Assign gives a record to another owner; its department follows the owner's.
func (s *Store) Assign(ctx context.Context, a *access.Actor, typ string, id, owner int64, o WriteOptions) (Saved, error) {
	return s.one(ctx, a, Op{Verb: "assign", Type: typ, ID: id, Values: Values{"owner": db.FormatID(owner)}}, o)
}

func (s *Store) one(ctx context.Context, a *access.Actor, op Op, o WriteOptions) (Saved, error) {
	saved, err := s.Batch(ctx, a, []Op{op}, o)
	if err != nil {
		return Saved{}, err
	}
	return saved[0], nil
}

// Batch carries out writes together: all are stored, or none. Problems of the
// i-th write have paths that begin with "[i]" when there are several.
func (s *Store) Batch(ctx context.Context, a *access.Actor, ops []Op, o WriteOptions) (saved []Saved, err error) {
	defer errs.Wrap(&err, "Store.Batch(%d writes)", len(ops))
	for attempt := 0; ; attempt++ {
		saved, err = s.batchOnce(ctx, a, ops, o)
		if attempt == 0 && s.behind(ctx, err) {
			if err := s.reload(ctx); err != nil {
				return nil, err
			}
			continue
		}
		return saved, err
	}
}

// batchOnce prepares outside the writer and applies inside it.
func (s *Store) batchOnce(ctx context.Context, a *access.Actor, ops []Op, o WriteOptions) ([]Saved, error) {
	snap := s.current.Load()
	drafts := make([]*writing, len(ops))
	o.inputs = &inputs{}
	for i, op := range ops {
		w, err := s.prepare(ctx, snap, a, op, o)
		if err != nil {
			return nil, inBatch(err, i, len(ops))
		}
		drafts[i] = w
	}
	var saved []Saved
	err := s.DB.Write(ctx, func(tx db.Tx) (err error) {
		saved, err = s.applyAll(ctx, tx, snap, a, drafts, ops, o)
		return err
	})
	if err == errDryRun {
		err = nil
	}
	if err != nil {
		return nil, err
	}
	return saved, nil
}

// errDryRun rolls a dry run back.
var errDryRun = errs.New(errs.Canceled, "dry_run", nil)

func (s *Store) applyAll(ctx context.Context, tx db.Tx, snap *snapshot, a *access.Actor, drafts []*writing, ops []Op, o WriteOptions) ([]Saved, error) {
	if err := s.guard(ctx, tx, snap, a); err != nil {
		return nil, err
	}
	if saved, done, err := s.replay(ctx, tx, a, o.IdempotencyKey, ops); done || err != nil {
		return saved, err
	}
	saved := make([]Saved, 0, len(drafts))
	load := s.loader(ctx, tx)
	for i, d := range drafts {
		w := d.fresh(ctx, tx, load)
		if err := w.write(); err != nil {
			return nil, inBatch(err, i, len(drafts))
		}
		load.forget(w.row.ID)
		saved = append(saved, w.saved())
	}
	if o.DryRun {
		return saved, errDryRun
	}
	if o.Answer && len(drafts) == 1 && !a.Scope(drafts[0].t, "read").None() {
		// A record that cannot be shown is stored all the same.
		if raw, _, err := s.get(ctx, tx, a, drafts[0].t, saved[0].ID, GetQuery{}, nil); err == nil {
			saved[0].Record = raw
		}
	}
	return saved, s.remember(ctx, tx, a, o.IdempotencyKey, ops, saved)
}

// inBatch says which write of several a problem belongs to.
func inBatch(err error, i, n int) error {
	if n == 1 {
		return err
	}
	e := *errs.As(err)
	e.Problems = append([]errs.Problem(nil), e.Problems...)
	for k := range e.Problems {
		e.Problems[k].Path = batchPath(i, e.Problems[k].Path)
	}
	if len(e.Problems) == 0 {
		e.Problems = []errs.Problem{{Path: batchPath(i, ""), Code: e.Code, Params: e.Params}}
	}
	return &e
}

// writing is one write on its way. It is prepared outside the transaction
// (parsed; evaluated and tokenised where that needs no other record) and
// applied inside, where everything that may have moved is looked at again.
type writing struct {
	s     *Store
	ctx   context.Context
	tx    db.Tx
	load  *loader
	actor *access.Actor
	now   time.Time
	op    Op
	opts  WriteOptions
	id    int64 // of a new record, where a bulk gave it out beforehand

	t        *meta.Type
	tb       *table
	input    []setting // parsed, in the order of the type's fields
	adds     []setting // values to put into many-valued fields
	removes  []setting // values to take out of them
	owner    *int64    // given owner; nil when not given
	number   string    // given number
	old, row *Row
	linked   *Row // links as they were judged before anything followed them
	ready    bool // evaluated while prepared
	reads    bool // in a reading transaction: a trial, which locks nothing
	changed  []*meta.Field
	change   *Change
	warnings []errs.Problem
	problems []errs.Problem
	pending  pendingKeys    // of a bulk write
	known    map[int64]bool // of a bulk write: the match keys that anybody bears; nil: not looked up
}

// setting is one field given a value by the caller.
type setting struct {
	field *meta.Field
	value any
}

// fresh is the draft as one attempt inside a transaction sees it: a retried
// transaction (PostgreSQL) starts from the draft again.
func (d *writing) fresh(ctx context.Context, tx db.Tx, load *loader) *writing {
	w := *d
	w.ctx, w.tx, w.load = ctx, tx, load
	w.warnings = append([]errs.Problem(nil), d.warnings...)
	w.problems = append([]errs.Problem(nil), d.problems...)
	if d.row != nil {
		w.row = d.row.clone()
		w.row.early, w.row.keys = d.row.early, d.row.keys
	}
	return &w
}

// write is the one write path. Every line is one step; the first refusal ends
// it, and nothing is stored before the last check.
func (w *writing) write() error {
	if err := w.checked(); err != nil {
		return err
	}
	for _, step := range [...]func() error{
		w.store,
		w.indexRow,
		w.history,
		w.derived,
		w.after,
	} {
		if err := step(); err != nil {
			return err
		}
	}
	return nil
}

// checked is the first part of the path: all that can refuse a write.
func (w *writing) checked() error {
	for _, step := range [...]func() error{
		w.fetch,
		w.authorise,
		w.merge,
		w.givenLinks,
		w.defaults,
		w.formulas,
		w.before,
		w.checkFields,
		w.checkRules,
		w.checkLinks,
		w.authoriseAfter,
		w.checkUnique,
		w.match,
		w.seal,
		w.giveNumber,
		w.title,
	} {
		if err := step(); err != nil {
			return err
		}
	}
	return nil
}

func (w *writing) saved() Saved {
	return Saved{ID: w.row.ID, Number: w.row.Number, Rev: w.row.Rev, Warnings: w.warnings, Same: w.nothing()}
}

// refuse collects a problem; flush ends the step when there were any.
func (w *writing) refuse(path, code string, params errs.Params) {
	w.problems = append(w.problems, errs.Problem{Path: path, Code: code, Params: params})
}

func (w *writing) flush() error { return errs.Refuse(w.problems) }
