package transfer

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"io"
	"slices"

	"kedang/internal/access"
	"kedang/internal/db"
	"kedang/internal/errs"
	"kedang/internal/job"
	"kedang/internal/ledger"
	"kedang/internal/meta"
	"kedang/internal/record"
)

// importing is one run of an import: from where the last one got to.
type importing struct {
	s     *Service
	run   *job.Run
	actor *access.Actor
	t     *meta.Type
	Import
	owners owners
	links  []*meta.Field // mapped fields that link to the type itself
	beside bool          // columns fill records beside the rows' own: a row may belong to one that is stored already

	rehearsal *record.Rehearsal // of a check of new records: its later rows beside the earlier ones

	waiting *chunk // ready, and stored while the next is made ready
	read    int64  // rows that the sheet has given, those of earlier runs too
}

// run is the handler of import jobs. Each chunk is one transaction that holds
// the records, the rows' fates and the place reached: whatever ends the
// process, a row is in once or not at all.
func (s *Service) run(ctx context.Context, r *job.Run) (err error) {
	defer errs.Wrap(&err, "Service.run")
	var args importArgs
	if err := r.Decode(&args); err != nil {
		return err
	}
	w := &importing{s: s, run: r, owners: owners{}}
	if err := w.begin(ctx, args.Import); err != nil {
		return w.failed(ctx, err)
	}
	f, err := s.fetch(ctx, w.Import)
	if err != nil {
		return w.failed(ctx, err)
	}
	defer discard(f)
	reading, stop := context.WithCancel(ctx)
	defer stop()
	batches, err := s.startFeed(reading, f, w.t, w.Import)
	if err != nil {
		return w.failed(ctx, err)
	}
	for b := range batches {
		if err := w.batch(ctx, b); err != nil {
			return w.failed(ctx, err)
		}
	}
	if err := w.settle(ctx); err != nil {
		return w.failed(ctx, err)
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	if err := w.decided(ctx); err != nil {
		return w.failed(ctx, err)
	}
	return w.end(ctx)
}

// begin reads the import and the person's rights as they are today.
func (w *importing) begin(ctx context.Context, id int64) (err error) {
	err = w.s.DB.Write(ctx, func(tx db.Tx) (err error) {
		if w.Import, err = readImport(ctx, tx, id); err != nil {
			return err
		}
		if w.State == Done || w.State == Checked {
			return nil
		}
		if w.StartedAt == 0 {
			w.StartedAt = w.s.Clock().UnixMilli()
		}
		_, err = tx.Exec(ctx, `UPDATE sys_import SET state = 'running', code = '', started_at = ?, ended_at = 0 WHERE id = ?`, w.StartedAt, id)
		return err
	})
	if err != nil {
		return err
	}
	w.read = w.Rows
	w.rehearse()
	return w.person(ctx)
}

// actorOf is whose rights an import's work has, as they are now. 0 is the
// operator at the machine, who started it without naming anybody: no request
// that comes over the network is ever his.
func (s *Service) actorOf(ctx context.Context, id int64) (*access.Actor, error) {
	if id == 0 {
		return access.System("import"), nil
	}
	return s.Store.Access.ActorOf(ctx, access.System("import"), id)
}

func (w *importing) person(ctx context.Context) (err error) {
	a, err := w.s.actorOf(ctx, w.Import.Actor)
	if err != nil {
		return err
	}
	if w.t, err = w.s.importable(a, w.Type); err != nil {
		return err
	}
	if a, err = w.s.standIn(ctx, a, w.Behalf); err != nil {
		return err
	}
	w.actor = a.From("import " + db.FormatID(w.ID))
	w.links, w.beside = linksToItself(w.t, w.Plan), len(besidesOf(w.t, w.Plan)) > 0
	return nil
}

// failed notes an error that no retry can mend.
func (w *importing) failed(ctx context.Context, err error) error {
	e := errs.As(err)
	switch e.Kind {
	case errs.Invalid, errs.NotFound, errs.Forbidden, errs.Unauthenticated, errs.Conflict:
	default:
		return err
	}
	noted := w.s.DB.Write(ctx, func(tx db.Tx) error {
		_, err := tx.Exec(ctx, `UPDATE sys_import SET state = 'failed', code = ?, ended_at = ? WHERE id = ?`, e.Code, w.s.Clock().UnixMilli(), w.ID)
		return err
	})
	return errors.Join(err, noted)
}

// batch writes a batch in chunks, and says how far it is.
func (w *importing) batch(ctx context.Context, b batch) error {
	w.read += int64(len(b.rows))
	for rows := b.rows; len(rows) > 0; {
		n, err := w.chunk(ctx, rows, b.total(w.read))
		if err != nil {
			return err
		}
		rows = rows[n:]
	}
	if b.ended != nil && !errors.Is(b.ended, io.EOF) {
		if err := w.settle(ctx); err != nil {
			return err
		}
		return b.ended
	}
	return nil
}

// chunk makes rows ready for one transaction and says how many: all, unless one
// bears the key of a new one before it. Where no row depends on one before it
// (new records that do not link to each other), the chunk before is stored
// meanwhile.
func (w *importing) chunk(ctx context.Context, rows []row, total int64) (int, error) {
	if w.Mode != Create || len(w.links) > 0 || w.beside {
		if err := w.settle(ctx); err != nil {
			return 0, err
		}
	}
	var c *chunk
	var err error
	ready := make(chan struct{})
	go func() {
		defer close(ready)
		if c, err = w.resolve(ctx, rows); err == nil {
			c.total = total
			c.draft = w.s.Store.Prepare(ctx, w.actor, c.ops, w.options())
		}
	}()
	before := w.waiting
	w.waiting = nil
	stored, refused := w.store(ctx, before)
	<-ready
	if refused == nil && !stored {
		refused = w.again(ctx, before)
	}
	if refused != nil || err != nil {
		return 0, cmp.Or(refused, err)
	}
	w.waiting = c
	return len(c.rows), nil
}

func (w *importing) options() record.WriteOptions {
	return record.WriteOptions{Source: "import " + db.FormatID(w.ID), Loose: true, Region: w.Plan.Region, DryRun: w.DryRun, Rehearsal: w.rehearsal}
}

// rehearse begins a check of new records. One that resumes after a restart
// knows nothing of the rows before; with a key a row may be meant for one of them.
func (w *importing) rehearse() {
	if w.DryRun && w.Mode == Create {
		w.rehearsal = record.NewRehearsal()
	}
}

// settle stores the chunk that waits.
func (w *importing) settle(ctx context.Context) error {
	before := w.waiting
	w.waiting = nil
	stored, err := w.store(ctx, before)
	if err == nil && !stored {
		err = w.again(ctx, before)
	}
	return err
}

// store writes a chunk in one transaction; false when the person's rights have
// changed since it was made ready.
func (w *importing) store(ctx context.Context, c *chunk) (bool, error) {
	if c == nil {
		return true, nil
	}
	var counts Counts
	note := func(tx db.Tx, out []record.BulkResult) (err error) {
		counts, err = w.note(ctx, tx, c, out)
		return err
	}
	out, err := w.put(ctx, c, w.options(), note)
	if err != nil && errs.As(err).Code == "rights_changed" && !c.again {
		return false, nil
	}
	if err == nil && w.DryRun {
		err = w.s.DB.WriteAlone(ctx, func(tx db.Tx) error { return note(tx, out) })
	}
	if err != nil {
		return false, err
	}
	w.Counts, w.line = counts, int64(c.rows[len(c.rows)-1].line)
	w.run.Progress(w.Rows, c.total, "note.importing")
	return true, nil
}

// again makes a chunk ready under the rights as they are now, and stores it.
func (w *importing) again(ctx context.Context, c *chunk) error {
	if err := w.person(ctx); err != nil {
		return err
	}
	c.again, c.draft = true, w.s.Store.Prepare(ctx, w.actor, c.ops, w.options())
	_, err := w.store(ctx, c)
	return err
}

// note writes what became of each row, the counts, and the place reached. It
// may run again when its transaction does.
func (w *importing) note(ctx context.Context, tx db.Tx, c *chunk, out []record.BulkResult) (Counts, error) {
	counts := w.Counts
	fates := make([][]any, 0, len(c.rows))
	for i, f := range c.fates(out) {
		r := &c.rows[i]
		counts.add(f)
		if w.DryRun {
			f.record, f.rev = 0, 0
		}
		fates = append(fates, []any{w.ID, int64(r.line), f.action, f.record, f.rev, problemsText(f.problems), c.first(i)})
	}
	counts.addBeside(c)
	if err := db.BulkInsert(ctx, tx, "sys_import_row", []string{"import", "line", "action", "record", "rev", "problems", "first"}, fates); err != nil {
		return counts, err
	}
	if err := w.noteBeside(ctx, tx, c); err != nil {
		return counts, err
	}
	line := int64(c.rows[len(c.rows)-1].line)
	if _, err := tx.Exec(ctx, `UPDATE sys_import SET line = ?, `+countsSet+` WHERE id = ?`, append(append([]any{line}, counts.args()...), w.ID)...); err != nil {
		return counts, err
	}
	return counts, w.run.Checkpoint(ctx, tx, line)
}

// fate is what became of a row.
type fate struct {
	action      string
	record, rev int64
	problems    []errs.Problem // warnings of a row that is in
}

// fates tells what became of each row, out being the answers to the chunk's
// operations: a row without one was refused before, or goes on with another.
func (c *chunk) fates(out []record.BulkResult) []fate {
	fates, next, revs := make([]fate, len(c.rows)), 0, map[int64]int64{}
	for k := range c.rows {
		r := &c.rows[k]
		fates[k] = fate{action: rowRefused, problems: r.problems}
		if c.own[k] != nil {
			fates[k] = fateOf(c.own[k], c.before[k], out[next], revs)
			next++
		}
		if c.out[k] {
			fates[k] = fate{action: rowRefused, problems: r.problems}
		}
		if r.with > 0 { // it fares as the record that it goes on with
			first := fates[k-r.with]
			fates[k] = fate{action: rowJoined, record: first.record, rev: first.rev}
			continue
		}
		if r.first > 0 && len(r.problems) == 0 {
			fates[k] = c.joined(k, fates)
		}
		if fates[k].action != rowRefused {
			fates[k].problems = slices.Concat(r.notes, fates[k].problems)
		}
	}
	c.fatesBeside(fates, out[next:], revs)
	c.share(fates)
	return fates
}

// first is the line of the row that a row goes on with; 0: it is one of its own.
func (c *chunk) first(k int) int64 {
	if c.rows[k].with == 0 {
		return int64(c.rows[k].first)
	}
	return int64(c.rows[k-c.rows[k].with].line)
}

// fateOf tells it from the write's result. An update that changed nothing keeps
// the revision, which was before unless revs has a later one.
func fateOf(op *record.Op, before int64, res record.BulkResult, revs map[int64]int64) fate {
	if res.Err != nil {
		e := errs.As(res.Err)
		if len(e.Problems) > 0 {
			return fate{action: rowRefused, problems: e.Problems}
		}
		return fate{action: rowRefused, problems: []errs.Problem{{Code: e.Code, Params: e.Params}}}
	}
	f := fate{action: rowCreated, record: res.ID, rev: res.Rev, problems: res.Warnings}
	if op.Verb == "update" {
		if later, ok := revs[res.ID]; ok {
			before = later
		}
		if f.action = rowUpdated; res.Rev == before {
			f.action = rowUnchanged
		}
	}
	revs[res.ID] = res.Rev
	return f
}

func (c *Counts) add(f fate) {
	c.Rows++
	switch f.action {
	case rowCreated:
		c.Created++
	case rowUpdated:
		c.Updated++
	case rowUnchanged:
		c.Unchanged++
	case rowJoined:
		c.Joined++
	case rowRefused:
		c.Refused++
		return
	}
	if len(f.problems) > 0 {
		c.Warned++
	}
}

// in is how many rows are in.
func (c *Counts) in() int64 { return c.Created + c.Updated + c.Unchanged + c.Joined }

// join adds what became of rows that were tried once more, refused before.
func (c *Counts) join(x Counts) {
	c.Created, c.Updated, c.Unchanged = c.Created+x.Created, c.Updated+x.Updated, c.Unchanged+x.Unchanged
	c.Joined, c.Warned = c.Joined+x.Joined, c.Warned+x.Warned
	c.Refused -= x.in()
	for _, b := range x.Beside {
		c.of(b.Type).join(b)
	}
}

func problemsText(ps []errs.Problem) string {
	if len(ps) == 0 {
		return ""
	}
	text, err := json.Marshal(ps)
	if err != nil {
		text, _ = json.Marshal([]errs.Problem{{Code: "row_refused"}})
	}
	return string(text)
}

// end closes the import: its rows are on record each, the import itself once.
func (w *importing) end(ctx context.Context) error {
	state := Done
	if w.DryRun {
		state = Checked
	}
	w.run.Progress(w.Rows, w.Rows, "note.importing")
	if err := w.run.Result(w.Counts); err != nil {
		return err
	}
	return w.s.DB.Write(ctx, func(tx db.Tx) error {
		now := w.s.Clock().UnixMilli()
		n, err := tx.Exec(ctx, `UPDATE sys_import SET state = ?, ended_at = ? WHERE id = ? AND state = 'running'`, state, now, w.ID)
		if err != nil || n == 0 || w.DryRun {
			return err
		}
		if err := w.s.Store.TidySoon(ctx, tx, int(w.Rows)); err != nil {
			return err
		}
		return w.onRecord(ctx, tx, now, w.Counts)
	})
}

// onRecord notes in the ledger how many rows went in.
func (w *importing) onRecord(ctx context.Context, tx db.Tx, now int64, counts Counts) error {
	payload, err := json.Marshal(struct {
		Import, File, Mode string
		Counts             Counts
		By                 string `json:",omitempty"` // who brought it in on the person's behalf
	}{db.FormatID(w.ID), w.Name, w.Mode, counts, w.by()})
	if err != nil {
		return err
	}
	return w.s.Ledger.Append(ctx, tx, &ledger.Entry{At: now, Kind: ledger.Import, Actor: w.actor.ID, ActorName: w.actor.Name,
		Source: w.actor.Source, Type: w.t.ID, Action: "import", Payload: payload})
}

// by is who acts for somebody else, "" where everybody acts for himself.
func (w *importing) by() string {
	if w.Behalf == 0 || w.Behalf == w.Import.Actor {
		return ""
	}
	return db.FormatID(w.Import.Actor)
}
