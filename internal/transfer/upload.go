package transfer

import (
	"cmp"
	"context"
	"encoding/json"
	"io"
	"os"
	"slices"

	"kedang/internal/access"
	"kedang/internal/db"
	"kedang/internal/errs"
	"kedang/internal/job"
	"kedang/internal/meta"
)

// The modes of an import.
const (
	Create = "create" // every row is a new record
	Update = "update" // every row changes the one record that its key finds
	Upsert = "upsert" // a row whose key finds nothing is a new record
)

// What becomes of a cell that its field cannot read.
const (
	Refuse = "refuse" // its row is refused, as it is by default
	Leave  = "leave"  // the row goes in without it, with a warning, unless it cannot do without
)

// Upload takes a sheet in: it is looked at, kept sealed, and a plan of what
// its columns mean is proposed. Errors: Invalid with a code for what is no
// sheet (not_a_sheet, encrypted_file, no_header …); Forbidden without the
// right to import into the type.
func (s *Service) Upload(ctx context.Context, a *access.Actor, typ, name string, r io.Reader, h Hints) (i Import, err error) {
	defer errs.Wrap(&err, "Service.Upload(%s, %s)", typ, name)
	t, err := s.importable(a, typ)
	if err != nil {
		return Import{}, err
	}
	f, err := s.unpack(r)
	if err != nil {
		return Import{}, err
	}
	defer discard(f)
	plan, err := Inspect(f, t, s.hints(ctx, a, h))
	if err != nil {
		return Import{}, err
	}
	i = Import{ID: s.IDs.Next(), Type: t.Name, Plan: plan, Name: name, State: Fresh, Actor: a.ID, CreatedAt: s.Clock().UnixMilli()}
	if h.Recall && len(h.Map) == 0 && plan.Header > 0 {
		if err := s.recall(ctx, a, t, f, &i, h); err != nil {
			return Import{}, err
		}
	}
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return Import{}, err
	}
	ref, _, _, err := s.Blobs.Put(ctx, f)
	if err != nil {
		return Import{}, err
	}
	i.file = ref
	text, err := json.Marshal(i.Plan)
	if err != nil {
		return Import{}, err
	}
	decisions, err := decisionsText(i.Decisions)
	if err != nil {
		return Import{}, err
	}
	return i, s.DB.Write(ctx, func(tx db.Tx) error {
		_, err := tx.Exec(ctx, `INSERT INTO sys_import (`+importColumns+`, head) VALUES
			(?, ?, ?, ?, 0, ?, ?, ?, 'new', '', 0, ?, 0, 0, 0, 0, 0, 0, 0, 0, 0, ?, 0, 0, 0, '', ?, 0, '', ?)`,
			i.ID, i.Type, i.Mode, i.Key, string(text), ref, name, a.ID, i.CreatedAt, decisions, headOf(i.Plan))
		return err
	})
}

// unpack writes a sheet into a file of its own; discard it.
func (s *Service) unpack(r io.Reader) (*os.File, error) {
	if err := os.MkdirAll(s.folder(), 0o700); err != nil {
		return nil, err
	}
	f, err := os.CreateTemp(s.folder(), "sheet-*")
	if err != nil {
		return nil, err
	}
	if _, err := io.Copy(f, r); err != nil {
		discard(f)
		return nil, err
	}
	return f, nil
}

// fetch unpacks the sheet of an import.
func (s *Service) fetch(ctx context.Context, i Import) (*os.File, error) {
	r, err := s.Blobs.Get(ctx, i.file)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	return s.unpack(r)
}

func discard(f *os.File) {
	f.Close()
	os.Remove(f.Name())
}

// SetPlan makes the plan anew with what the user says of columns and encoding.
// Errors: Invalid no_such_column, unknown_field; Conflict import_ended when it
// was started.
func (s *Service) SetPlan(ctx context.Context, a *access.Actor, id int64, h Hints) (i Import, err error) {
	defer errs.Wrap(&err, "Service.SetPlan(%d)", id)
	if i, err = s.State(ctx, a, id); err != nil {
		return Import{}, err
	}
	if err := i.startable(); err != nil {
		return Import{}, err
	}
	t, err := s.importable(a, i.Type)
	if err != nil {
		return Import{}, err
	}
	f, err := s.fetch(ctx, i)
	if err != nil {
		return Import{}, err
	}
	defer discard(f)
	if h.Header == 0 && i.Plan.HeaderGiven {
		h.Header = cmp.Or(i.Plan.Header, NoHeader)
	}
	h = s.hints(ctx, a, h)
	if i.Plan, err = Inspect(f, t, h); err != nil {
		return Import{}, err
	}
	i.State, i.Decisions = Fresh, s.stillGood(ctx, a, newMapper(t, h), i.Plan, i.Decisions)
	text, err := json.Marshal(i.Plan)
	if err != nil {
		return Import{}, err
	}
	decisions, err := decisionsText(i.Decisions)
	if err != nil {
		return Import{}, err
	}
	return i, s.DB.Write(ctx, func(tx db.Tx) error {
		return one(tx.Exec(ctx, `UPDATE sys_import SET plan = ?, decisions = ?, state = 'new' WHERE id = ? AND state IN ('new', 'checked')`, string(text), decisions, id))
	})
}

// one refuses an import that somebody else has moved on meanwhile.
func one(n int64, err error) error {
	if err == nil && n == 0 {
		return errs.New(errs.Conflict, "import_ended", nil)
	}
	return err
}

func (i *Import) startable() error {
	if i.State == Fresh || i.State == Checked {
		return nil
	}
	return errs.New(errs.Conflict, "import_ended", errs.Params{"state": i.State})
}

// StartOptions say how an import goes in.
type StartOptions struct {
	Mode   string // Create when empty
	Key    string // for Update and Upsert: the field that finds a row's record
	DryRun bool   // check all rows, store none
	Unread string // Refuse when empty, or Leave
	Behalf int64  // an administrator may bring records in for somebody else: in his name, with his rights; 0 is oneself
}

func (o StartOptions) mode() string {
	if o.Mode == "" {
		return Create
	}
	return o.Mode
}

// standIn is whose rights an import's rows are judged by. Errors: Forbidden
// not_administrator for somebody else's by anyone but an administrator.
func (s *Service) standIn(ctx context.Context, a *access.Actor, behalf int64) (*access.Actor, error) {
	if behalf == 0 || behalf == a.ID {
		return a, nil
	}
	return s.Store.Access.ActorOf(ctx, a, behalf)
}

// Start gives an import to the queue. After a dry run it may be started again.
// Errors: Invalid bad_mode, unmapped_required, unknown_field, not_a_key;
// Conflict import_ended.
func (s *Service) Start(ctx context.Context, a *access.Actor, id int64, o StartOptions) (err error) {
	defer errs.Wrap(&err, "Service.Start(%d)", id)
	i, err := s.State(ctx, a, id)
	if err != nil {
		return err
	}
	if err := i.startable(); err != nil {
		return err
	}
	t, err := s.importable(a, i.Type)
	if err != nil {
		return err
	}
	o.Mode = o.mode()
	who, err := s.standIn(ctx, a, o.Behalf)
	if err != nil {
		return err
	}
	if err := s.checkStart(ctx, who, t, i.Plan, o); err != nil {
		return err
	}
	dry := int64(0)
	if o.DryRun {
		dry = 1
	}
	return s.DB.Write(ctx, func(tx db.Tx) error {
		for _, table := range []string{"sys_import_row", "sys_import_beside"} {
			if _, err := tx.Exec(ctx, `DELETE FROM `+table+` WHERE import = ?`, id); err != nil {
				return err
			}
		}
		work, err := s.Jobs.Enqueue(ctx, tx, jobImport, importArgs{id}, job.Actor(i.Actor), job.Title("job.import", map[string]any{"file": i.Name}), job.MaxAttempts(5))
		if err != nil {
			return err
		}
		args := append(Counts{}.args(), o.Mode, o.Key, dry, work, o.Behalf, o.Unread, id)
		return one(tx.Exec(ctx, `UPDATE sys_import SET `+countsSet+`, line = 0, code = '', started_at = 0, ended_at = 0, state = 'waiting',
			mode = ?, key = ?, dry_run = ?, job = ?, behalf = ?, unread = ? WHERE id = ? AND state IN ('new', 'checked')`, args...))
	})
}

type importArgs struct{ Import int64 }

func (s *Service) checkStart(ctx context.Context, a *access.Actor, t *meta.Type, p Plan, o StartOptions) error {
	verbs := map[string][]string{Create: {"create"}, Update: {"update"}, Upsert: {"create", "update"}}[o.Mode]
	if verbs == nil {
		return errs.RefuseField("mode", "bad_mode", nil)
	}
	if o.Unread != "" && o.Unread != Refuse && o.Unread != Leave {
		return errs.RefuseField("unread", "bad_choice", errs.Params{"value": o.Unread, "known": Refuse + ", " + Leave})
	}
	for _, verb := range verbs {
		if a.Scope(t, verb).None() {
			return errs.New(errs.Forbidden, "forbidden", errs.Params{"verb": verb, "type": t.Name})
		}
	}
	if o.Mode == Create && len(p.Missing) > 0 {
		return errs.RefuseField("map", "unmapped_required", unmapped(t, p.Missing[0]))
	}
	for _, b := range besidesOf(t, p) {
		if a.Scope(b.Type, "create").None() {
			return errs.New(errs.Forbidden, "forbidden", errs.Params{"verb": "create", "type": b.Of})
		}
	}
	return s.checkKey(ctx, a, t, p, o)
}

// unmapped names a field to programs, and to people by its label.
func unmapped(t *meta.Type, name string) errs.Params {
	params := errs.Params{"field": name, "known": name}
	if f, ok := t.Field(name); ok {
		params["labels"] = f.Label
	}
	return params
}

// checkKey refuses a field by which rows cannot find their records.
func (s *Service) checkKey(ctx context.Context, a *access.Actor, t *meta.Type, p Plan, o StartOptions) error {
	if o.mode() == Create {
		return nil
	}
	if !slices.ContainsFunc(p.Columns, func(c Column) bool { return c.Field == o.Key && c.Field != "" }) {
		return errs.RefuseField("key", "unmapped_required", unmapped(t, o.Key))
	}
	_, err := s.Store.FindBy(ctx, a, t.Name, o.Key, nil)
	return err
}

// Cancel stops an import; rows that are in stay. Conflict with code job_ended
// when it has ended.
func (s *Service) Cancel(ctx context.Context, a *access.Actor, id int64) (err error) {
	defer errs.Wrap(&err, "Service.Cancel(%d)", id)
	i, err := s.State(ctx, a, id)
	if err != nil {
		return err
	}
	if i.Job == 0 {
		return errs.New(errs.Conflict, "job_ended", errs.Params{"state": i.State})
	}
	return s.Jobs.Cancel(ctx, i.Job)
}

// Resume goes on with an import that failed or was cancelled, after the last
// row that is in.
func (s *Service) Resume(ctx context.Context, a *access.Actor, id int64) (err error) {
	defer errs.Wrap(&err, "Service.Resume(%d)", id)
	i, err := s.State(ctx, a, id)
	if err != nil {
		return err
	}
	if i.State != Failed && i.State != Cancelled {
		return errs.New(errs.Conflict, "import_ended", errs.Params{"state": i.State})
	}
	return s.Jobs.Retry(ctx, i.Job)
}
