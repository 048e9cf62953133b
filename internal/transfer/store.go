package transfer

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"slices"
	"strings"

	"kedang/internal/access"
	"kedang/internal/db"
	"kedang/internal/errs"
	"kedang/internal/job"
)

var tables = []string{
	`CREATE TABLE sys_import (
		id {int} PRIMARY KEY,
		type {text} NOT NULL,
		mode {text} NOT NULL,
		key {text} NOT NULL,
		dry_run {int} NOT NULL,
		plan {text} NOT NULL,
		file {text} NOT NULL,
		name {text} NOT NULL,
		state {text} NOT NULL,
		code {text} NOT NULL,
		job {int} NOT NULL,
		actor {int} NOT NULL,
		line {int} NOT NULL,
		seen {int} NOT NULL,
		created {int} NOT NULL,
		updated {int} NOT NULL,
		unchanged {int} NOT NULL,
		refused {int} NOT NULL,
		warned {int} NOT NULL,
		undone {int} NOT NULL,
		kept {int} NOT NULL,
		created_at {int} NOT NULL,
		started_at {int} NOT NULL,
		ended_at {int} NOT NULL
	) {strict}`,
	`CREATE INDEX sys_import_actor ON sys_import (actor, id)`,
	`CREATE TABLE sys_import_row (
		import {int} NOT NULL,
		line {int} NOT NULL,
		action {text} NOT NULL,
		record {int} NOT NULL,
		rev {int} NOT NULL,
		problems {text} NOT NULL,
		PRIMARY KEY (import, line)
	) {strict}`,
	`ALTER TABLE sys_import ADD COLUMN behalf {int} NOT NULL DEFAULT 0`,
	`ALTER TABLE sys_import_row ADD COLUMN mended {text} NOT NULL DEFAULT ''`,
	`ALTER TABLE sys_import ADD COLUMN head {text} NOT NULL DEFAULT ''`,
	`CREATE INDEX sys_import_head ON sys_import (type, head)`,
	`ALTER TABLE sys_import ADD COLUMN unread {text} NOT NULL DEFAULT ''`,
	`ALTER TABLE sys_import ADD COLUMN decisions {text} NOT NULL DEFAULT ''`,
	`ALTER TABLE sys_import ADD COLUMN joined {int} NOT NULL DEFAULT 0`,
	`ALTER TABLE sys_import_row ADD COLUMN first {int} NOT NULL DEFAULT 0`,
	`CREATE INDEX sys_import_row_first ON sys_import_row (import, first) WHERE first > 0`,
	`CREATE TABLE sys_import_beside (
		import {int} NOT NULL,
		line {int} NOT NULL,
		type {text} NOT NULL,
		nth {int} NOT NULL,
		action {text} NOT NULL,
		record {int} NOT NULL,
		rev {int} NOT NULL,
		problems {text} NOT NULL,
		PRIMARY KEY (import, line, type, nth)
	) {strict}`,
	`ALTER TABLE sys_import ADD COLUMN beside {text} NOT NULL DEFAULT ''`,
}

// The states of an import.
const (
	Fresh     = "new"     // uploaded, not started
	Waiting   = "waiting" // for its job
	Running   = "running"
	Checked   = "checked" // a dry run has ended: it may be started
	Done      = "done"
	Failed    = "failed" // see Code; what was imported before stays
	Cancelled = "cancelled"
	Undoing   = "undoing"
	Undone    = "undone"
)

// The actions of an import's rows.
const (
	rowCreated   = "created"
	rowUpdated   = "updated"
	rowUnchanged = "unchanged"
	rowJoined    = "joined" // went in with a row above: it is more of the same record, or stands beside it
	rowRefused   = "refused"
	rowUndone    = "undone" // was created or updated, and taken back
	rowKept      = "kept"   // could not be taken back
)

// Counts are what became of an import's rows.
type Counts struct {
	Rows      int64 `json:"rows"` // read, blank ones left out
	Created   int64 `json:"created"`
	Updated   int64 `json:"updated"`
	Unchanged int64 `json:"unchanged"` // already as the sheet says
	Joined    int64 `json:"joined"`    // went in with the row above: more of the same record
	Refused   int64 `json:"refused"`
	Warned    int64 `json:"warned"` // stored, with a warning
	Undone    int64 `json:"undone"` // taken back
	Kept      int64 `json:"kept"`   // not taken back: changed since

	Beside []BesideCount `json:"beside,omitempty"` // records of other types that came with the rows
}

// BesideCount is what became of the records of one type beside an import's rows.
type BesideCount struct {
	Type      string `json:"type"`
	Created   int64  `json:"created"`
	Updated   int64  `json:"updated"`
	Unchanged int64  `json:"unchanged"`
	Undone    int64  `json:"undone"`
	Kept      int64  `json:"kept"`
}

// of is the count of a type. Counts are copied before they grow.
func (c *Counts) of(typ string) *BesideCount {
	c.Beside = slices.Clone(c.Beside)
	k := slices.IndexFunc(c.Beside, func(b BesideCount) bool { return b.Type == typ })
	if k < 0 {
		k, c.Beside = len(c.Beside), append(c.Beside, BesideCount{Type: typ})
	}
	return &c.Beside[k]
}

// add counts what became of one record.
func (b *BesideCount) add(action string) {
	switch action {
	case rowCreated:
		b.Created++
	case rowUpdated:
		b.Updated++
	case rowUnchanged:
		b.Unchanged++
	case rowUndone:
		b.Undone++
	case rowKept:
		b.Kept++
	}
}

func (b *BesideCount) join(x BesideCount) {
	b.Created, b.Updated, b.Unchanged = b.Created+x.Created, b.Updated+x.Updated, b.Unchanged+x.Unchanged
}

func (c *Counts) besideText() string {
	if len(c.Beside) == 0 {
		return ""
	}
	text, err := json.Marshal(c.Beside)
	if err != nil {
		return ""
	}
	return string(text)
}

// Import is one sheet on its way in. Times are UTC ms, 0 for not yet.
type Import struct {
	ID     int64
	Type   string
	Mode   string // create | update | upsert; "" until it is started
	Key    string // the field by which rows find their records
	DryRun bool
	Unread string // what becomes of a cell that cannot be read: Refuse or Leave

	Decisions []Decision // what becomes of rows that would be refused

	Plan   Plan
	Name   string // of the file
	State  string
	Code   string // why it failed: a code of package text
	Job    int64
	Actor  int64
	Behalf int64 // in whose name and with whose rights records are written; 0 is the actor himself
	Counts
	Done, Total int64 // progress of the running job, in rows; Total is an estimate, 0 unknown
	CreatedAt   int64
	StartedAt   int64
	EndedAt     int64

	file string
	line int64 // the last line that is stored
}

// Rate is how many rows a second went in.
func (i *Import) Rate(now int64) float64 {
	end := i.EndedAt
	if end == 0 {
		end = now
	}
	if i.StartedAt == 0 || end <= i.StartedAt {
		return 0
	}
	return float64(i.Rows) * 1000 / float64(end-i.StartedAt)
}

const importColumns = `id, type, mode, key, dry_run, plan, file, name, state, code, job, actor, line,
	seen, created, updated, unchanged, refused, warned, undone, kept, created_at, started_at, ended_at, behalf, unread, decisions, joined, beside`

func scanImport(i *Import, scan func(...any) error) error {
	var dry int64
	var plan, decisions, beside string
	err := scan(&i.ID, &i.Type, &i.Mode, &i.Key, &dry, &plan, &i.file, &i.Name, &i.State, &i.Code, &i.Job, &i.Actor, &i.line,
		&i.Rows, &i.Created, &i.Updated, &i.Unchanged, &i.Refused, &i.Warned, &i.Undone, &i.Kept, &i.CreatedAt, &i.StartedAt, &i.EndedAt, &i.Behalf, &i.Unread, &decisions, &i.Joined, &beside)
	if err != nil {
		return err
	}
	i.DryRun = dry != 0
	if err := errors.Join(decodeInto(decisions, &i.Decisions), decodeInto(beside, &i.Beside)); err != nil {
		return err
	}
	return json.Unmarshal([]byte(plan), &i.Plan)
}

func readImport(ctx context.Context, tx db.Tx, id int64) (i Import, err error) {
	err = scanImport(&i, func(dest ...any) error {
		return tx.QueryRow(ctx, `SELECT `+importColumns+` FROM sys_import WHERE id = ?`, []any{id}, dest...)
	})
	if errors.Is(err, sql.ErrNoRows) {
		return i, errs.NotFoundf("import", db.FormatID(id))
	}
	return i, err
}

// State is an import as it stands. Others' imports are seen by administrators
// alone. Errors: NotFound.
func (s *Service) State(ctx context.Context, a *access.Actor, id int64) (i Import, err error) {
	defer errs.Wrap(&err, "Service.State(%d)", id)
	err = s.DB.Read(ctx, func(tx db.Tx) (err error) {
		i, err = readImport(ctx, tx, id)
		return err
	})
	if err == nil && !a.Admin && i.Actor != a.ID {
		err = errs.NotFoundf("import", db.FormatID(id))
	}
	if err != nil {
		return Import{}, err
	}
	return i, s.follow(ctx, &i)
}

// List lists imports, the newest first, at most limit with ids below before (0
// starts at the newest): all of them for an administrator, else one's own.
func (s *Service) List(ctx context.Context, a *access.Actor, before int64, limit int) (out []Import, err error) {
	defer errs.Wrap(&err, "Service.List")
	var where []string
	var args []any
	if before > 0 {
		where, args = append(where, "id < ?"), append(args, before)
	}
	if !a.Admin {
		where, args = append(where, "actor = ?"), append(args, a.ID)
	}
	query := `SELECT ` + importColumns + ` FROM sys_import`
	if len(where) > 0 {
		query += ` WHERE ` + strings.Join(where, " AND ")
	}
	err = s.DB.Read(ctx, func(tx db.Tx) error {
		out = []Import{}
		rows, err := tx.Query(ctx, query+` ORDER BY id DESC LIMIT ?`, append(args, limit)...)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var i Import
			if err := scanImport(&i, rows.Scan); err != nil {
				return err
			}
			out = append(out, i)
		}
		return rows.Err()
	})
	for k := range out {
		if err == nil {
			err = s.follow(ctx, &out[k])
		}
	}
	return out, err
}

// follow looks at the job of an import that has not ended: the job knows how
// far it is, and whether it was cancelled or given up.
func (s *Service) follow(ctx context.Context, i *Import) error {
	if i.State != Waiting && i.State != Running && i.State != Undoing {
		i.Done = i.Rows
		return nil
	}
	j, err := s.Jobs.Get(ctx, i.Job)
	if errs.Is(err, errs.NotFound) {
		i.State = Cancelled
		return nil
	}
	if err != nil {
		return err
	}
	i.Done, i.Total = max(i.Rows, j.Done), j.Total
	switch j.State {
	case job.Failed:
		i.State, i.Code, i.EndedAt = Failed, j.Code, j.EndedAt
	case job.Cancelled:
		i.State, i.EndedAt = Cancelled, j.EndedAt
	}
	return nil
}

// countsSet assigns an import's counts; its arguments are counts.args.
const countsSet = `seen = ?, created = ?, updated = ?, unchanged = ?, refused = ?, warned = ?, joined = ?, beside = ?`

func (c Counts) args() []any {
	return []any{c.Rows, c.Created, c.Updated, c.Unchanged, c.Refused, c.Warned, c.Joined, c.besideText()}
}
