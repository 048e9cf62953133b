package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"kedang/internal/access"
	"kedang/internal/errs"
	"kedang/internal/transfer"
)

// importCommand takes a sheet in.
type importCommand struct {
	Type     string            `arg:"" help:"Record type, such as customer."`
	File     string            `arg:"" type:"path" help:"CSV, xlsx or vCards."`
	Map      map[string]string `mapsep:"none" placeholder:"COLUMN=FIELD" help:"What a column means; an empty field leaves it out. A customer's people are contact.name, contact.phones …, the second in a row contact[2].name. May be given several times."`
	Key      string            `help:"Field by which a row finds its record: number, name, phones …"`
	Mode     string            `enum:"create,update,upsert" default:"create" help:"create, update or upsert (${default})."`
	Encoding string            `help:"Encoding of a CSV when it is guessed wrong: utf-8, gb18030, big5, utf-16le …"`
	Header   int               `default:"-1" placeholder:"LINE" help:"Line of the header when the wrong one is taken; 0 for a sheet without one: its columns are #1, #2 …"`
	Sheet    string            `help:"Sheet of a workbook when the wrong one is taken: that whose header names most fields is."`
	Unread   string            `enum:"refuse,leave" default:"refuse" help:"A cell that cannot be read: refuse its row, or leave the cell out with a warning (${default}). What is left out of a new record is kept in its remarks."`
	DryRun   bool              `name:"dry-run" help:"Check all rows, store none."`
	As       string            `placeholder:"USER" help:"Whose rights it has and whose records they become. Without it new records belong to nobody: they stand in the public pool."`
	Refused  string            `type:"path" placeholder:"FILE" help:"Where to put refused rows with their reasons; in the data directory unless told."`
}

// importRequest is an import on its way to whoever runs it.
type importRequest struct {
	Type, File, Mode, Key, Encoding, Sheet, Unread, As string

	Header int // as transfer.Hints has it
	Map    map[string]string
	DryRun bool
}

// importState is how far an import is, and what it understood of the sheet.
type importState struct {
	State   string            `json:"state"`
	Code    string            `json:"code,omitempty"`
	Plan    []transfer.Column `json:"plan,omitempty"`
	Missing []string          `json:"missing,omitempty"`
	Blanks  int               `json:"uncalculated,omitempty"`
	Done    int64             `json:"done"`
	Total   int64             `json:"total"`
	Rate    float64           `json:"rate"` // rows a second
	transfer.Counts
}

// Run imports the sheet, shows how far it is, and leaves the refused rows
// beside it. It fails when the sheet cannot be read or the import ends early;
// refused rows alone are told, and are no failure.
func (c *importCommand) Run(ctx context.Context, p *place) error {
	f, err := os.Open(c.File)
	if err != nil {
		return err
	}
	defer f.Close()
	if info, err := f.Stat(); err == nil && info.IsDir() {
		return errs.New(errs.Invalid, "not_a_sheet", nil)
	}
	refused := &lazyFile{path: c.Refused}
	if c.Refused == "" {
		refused.path = refusedName(p.Data, c.File, time.Now())
	}
	defer refused.Close()
	q := importRequest{Type: c.Type, File: filepath.Base(c.File), Mode: c.Mode, Key: c.Key, Encoding: c.Encoding, Sheet: c.Sheet, Header: headerHint(c.Header), Unread: c.Unread, As: c.As, Map: c.Map, DryRun: c.DryRun}
	return withOperator(ctx, p, everything, func(op operator) error {
		line := newStatus(os.Stderr)
		planned := false
		s, err := op.Import(ctx, q, f, refused, func(s importState) {
			if !planned && len(s.Plan) > 0 {
				planned = true
				printPlan(s.Plan)
				if s.Blanks > 0 {
					fmt.Printf("%d cells hold a formula without its result and read as blank: save the file in a spreadsheet program first\n", s.Blanks)
				}
			}
			line.show(progressLine(s))
		})
		line.clear()
		if err != nil {
			return err
		}
		printCounts(s, c.DryRun)
		if c.As == "" && s.Created > 0 && !c.DryRun {
			fmt.Println("no --as USER: the new records belong to nobody and stand in the public pool")
		}
		if s.Refused > 0 {
			fmt.Printf("the refused rows with their reasons are in %s\n", refused.path)
		}
		if s.State != transfer.Done && s.State != transfer.Checked {
			return errs.New(errs.Conflict, firstOf(s.Code, "import_ended"), errs.Params{"state": s.State})
		}
		return errors.Join(refused.err, refused.Close())
	})
}

func firstOf(list ...string) string {
	for _, s := range list {
		if s != "" {
			return s
		}
	}
	return ""
}

// refusedName is a file of its own for each import, in the data directory: the
// folder that a sheet lies in is its owner's.
func refusedName(data, file string, now time.Time) string {
	name := strings.TrimSuffix(filepath.Base(file), filepath.Ext(file))
	return filepath.Join(data, "refused", name+"-"+now.Format("20060102-150405")+".csv")
}

// headerHint is the flag as an import takes it.
func headerHint(line int) int {
	switch {
	case line < 0:
		return 0
	case line == 0:
		return transfer.NoHeader
	}
	return line
}

func printPlan(columns []transfer.Column) {
	for _, c := range columns {
		field := c.Field
		if field == "" {
			field = "—"
		}
		fmt.Printf("  %s → %s\n", cmp.Or(c.Header, fmt.Sprintf("#%d", c.Index+1)), field)
	}
}

func progressLine(s importState) string {
	text := fmt.Sprintf("%d rows, %.0f a second", s.Done, s.Rate)
	if s.Total > s.Done && s.Rate > 0 {
		left := time.Duration(float64(s.Total-s.Done)/s.Rate) * time.Second
		text += fmt.Sprintf(", about %s left", left.Round(time.Second))
	}
	return text
}

func printCounts(s importState, dry bool) {
	verb := "imported"
	if dry {
		verb = "checked"
	}
	joined := ""
	if s.Joined > 0 {
		joined = fmt.Sprintf(" %d joined to a row above,", s.Joined)
	}
	fmt.Printf("%d rows %s: %d created, %d updated, %d unchanged,%s %d refused, %d with a warning (%.0f a second)\n",
		s.Rows, verb, s.Created, s.Updated, s.Unchanged, joined, s.Refused, s.Warned, s.Rate)
	for _, b := range s.Beside {
		fmt.Printf("beside them, %s: %d created, %d updated, %d unchanged\n", b.Type, b.Created, b.Updated, b.Unchanged)
	}
}

// lazyFile is made with the first byte, so that nothing is left when no row
// was refused.
type lazyFile struct {
	path string
	f    *os.File
	err  error
}

// Write makes the file when there is none, and writes.
func (l *lazyFile) Write(p []byte) (int, error) {
	if l.f == nil && l.err == nil {
		if l.err = os.MkdirAll(filepath.Dir(l.path), 0o700); l.err == nil {
			l.f, l.err = os.OpenFile(l.path, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
		}
	}
	if l.err != nil {
		return 0, l.err
	}
	return l.f.Write(p)
}

// Close closes it.
func (l *lazyFile) Close() error {
	if l.f == nil {
		return nil
	}
	f := l.f
	l.f = nil
	return f.Close()
}

// openTransfer opens the part that imports and exports. Where several
// processes may share a data directory, each unpacks sheets in a place of its
// own, for a new one clears away what it finds.
func openTransfer(ctx context.Context, a *app) (*transfer.Service, error) {
	dir := a.place.Data
	if a.place.Database != "" {
		var err error
		if dir, err = os.MkdirTemp("", "kedang"); err != nil {
			return nil, err
		}
		a.scratch = dir
	}
	return transfer.New(ctx, transfer.Options{Store: a.store, DB: a.db, Jobs: a.jobs, Blobs: a.vault.Files(), Ledger: a.ledger,
		IDs: a.ids, Clock: time.Now, Dir: dir})
}

// watch is how often an import is looked at.
const watch = 250 * time.Millisecond

// Import takes the sheet in and waits until its job has ended. When ctx ends
// first, the import is cancelled; what is in stays.
func (d *direct) Import(ctx context.Context, q importRequest, sheet io.Reader, refused io.Writer, progress func(importState)) (s importState, err error) {
	defer errs.Wrap(&err, "Import(%s)", q.File)
	a, err := d.operatorActor(ctx, q.As)
	if err != nil {
		return s, err
	}
	i, err := d.transfer.Upload(ctx, a, q.Type, q.File, sheet, transfer.Hints{Encoding: q.Encoding, Header: q.Header, Sheet: q.Sheet, Map: q.Map})
	if err != nil {
		return s, err
	}
	progress(stateOf(i))
	if err := d.transfer.Start(ctx, a, i.ID, transfer.StartOptions{Mode: q.Mode, Key: q.Key, Unread: q.Unread, DryRun: q.DryRun}); err != nil {
		return s, err
	}
	if err := d.runJobs(ctx); err != nil {
		return s, err
	}
	i, err = d.await(ctx, a, i.ID, progress)
	if err != nil {
		return s, err
	}
	if i.Refused > 0 {
		err = d.transfer.Refused(ctx, a, i.ID, "csv", refused)
	}
	return stateOf(i), err
}

// runJobs starts the queue, unless the server this runs in has.
func (d *direct) runJobs(ctx context.Context) error {
	if d.running {
		return nil
	}
	d.running = true
	d.stopJobs = func() error {
		d.running = false
		stop, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopTime)
		defer cancel()
		return d.jobs.Stop(stop)
	}
	return d.jobs.Start(context.WithoutCancel(ctx))
}

// await looks at an import until it has ended.
func (d *direct) await(ctx context.Context, a *access.Actor, id int64, progress func(importState)) (transfer.Import, error) {
	tick := time.NewTicker(watch)
	defer tick.Stop()
	for {
		i, err := d.transfer.State(ctx, a, id)
		if err == nil && !slices.Contains([]string{transfer.Fresh, transfer.Waiting, transfer.Running}, i.State) {
			return i, nil
		}
		if err == nil {
			progress(stateOf(i))
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
		case <-d.stopping:
			return i, errs.New(errs.Unavailable, "server_stopping", nil)
		}
		if ctx.Err() != nil {
			return i, errors.Join(ctx.Err(), d.transfer.Cancel(context.WithoutCancel(ctx), a, id))
		}
		if err != nil {
			return i, err
		}
	}
}

func stateOf(i transfer.Import) importState {
	return importState{State: i.State, Code: i.Code, Plan: i.Plan.Columns, Missing: i.Plan.Missing, Blanks: i.Plan.Blanks, Done: i.Done, Total: i.Total,
		Rate: i.Rate(time.Now().UnixMilli()), Counts: i.Counts}
}
