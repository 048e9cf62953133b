package record

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"time"

	"kedang/internal/access"
	"kedang/internal/db"
	"kedang/internal/errs"
	"kedang/internal/job"
	"kedang/internal/ledger"
	"kedang/internal/meta"
)

// The kinds of jobs the engine gives itself.
const (
	jobRederive = "rederive" // formulas of records that link to a changed one
	jobReindex  = "reindex"  // search entries of records whose owner changed
	jobAlong    = "along"    // records that are archived or come back with another
	jobBackfill = "backfill" // values and search entries of a type after a schema change
	jobSeal     = "seal"     // ledger rows into blocks
)

// below says which records a job goes through: those of Type that link to
// Parent through Field; all of the type when Field is 0. Where Parent lies
// further up, Over are the links between, from the top.
type below struct {
	Type, Field, Parent int64
	Over                []over `json:",omitempty"`
	Archived            int64  `json:",omitempty"` // along: the mark of those that went along, UTC ms
	Last                int64  // the id reached
	Done, Total         int64  // Total is 0 when it is not known
	Changed             int64  // by a daily refresh
	Since               int64  // when a daily refresh began, UTC ms

	step int // rows of the next transaction; 0 at first
}

// A transaction of such a job takes about so long before its COMMIT, which takes
// as long again: somebody's write waits for one. As many rows as that are.
const (
	stepTime          = 25 * time.Millisecond
	fewRows, mostRows = 10, 500
)

// rows is how many rows the next transaction takes.
func (b *below) rows() int {
	if b.step == 0 {
		return fewRows
	}
	return b.step
}

// paced sets how many are next, by how long n took.
func (b *below) paced(n int, took time.Duration) {
	b.step = min(max(int(int64(n)*int64(stepTime)/max(1, int64(took))), fewRows), mostRows)
}

// over is a link on the way down to the records of a job.
type over struct{ Type, Field int64 }

// trail is the way down to the job's records; nil when they are all of the
// type, or links were dropped since.
func (b *below) trail(schema *meta.Schema) trail {
	var out trail
	for _, o := range append(slices.Clone(b.Over), over{b.Type, b.Field}) {
		t := schema.TypeByID(o.Type)
		if t == nil {
			return nil
		}
		f := t.FieldByID(o.Field)
		if f == nil {
			return nil
		}
		out = append(out, f)
	}
	return out
}

func (s *Store) handleJobs() {
	for _, kind := range [...]string{jobRederive, jobReindex, jobAlong, jobBackfill, jobRefresh} {
		s.Jobs.Handle(kind, s.walkBelow)
	}
	s.handleTidying()
	s.handleDaily()
	s.Jobs.Handle(jobSeal, func(ctx context.Context, _ *job.Run) error {
		_, err := s.Ledger.Seal(ctx, s.DB)
		return err
	})
	if err := s.Jobs.Every(jobSeal, "5m", nil); err != nil {
		panic(err) // a constant of ours that does not parse
	}
}

func (s *Store) enqueueRederive(ctx context.Context, tx db.Tx, t *meta.Type, via *meta.Field, parent int64) error {
	_, err := s.enqueueBelow(ctx, tx, jobRederive, t, via, parent)
	return err
}

// enqueueReindex has the n search entries at the end of a trail written anew.
func (s *Store) enqueueReindex(ctx context.Context, tx db.Tx, way trail, top, n int64) error {
	b := way.below(top)
	b.Total = n
	job, err := s.Jobs.Enqueue(ctx, tx, jobReindex, b, job.UniqueWaiting(jobReindex+b.key()))
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, "INSERT INTO sys_moving (job) VALUES (?) ON CONFLICT DO NOTHING", job)
	return err
}

// enqueueAlong has search and roll-ups follow what was archived with a record
// at a moment, or has it brought back with it: n records.
func (s *Store) enqueueAlong(ctx context.Context, tx db.Tx, way trail, top, at, n int64) error {
	b := way.below(top)
	b.Archived, b.Total = at, n
	_, err := s.Jobs.Enqueue(ctx, tx, jobAlong, b, job.UniqueWaiting(fmt.Sprintf("%s%s/%d", jobAlong, b.key(), at)))
	return err
}

func (tr trail) below(top int64) below {
	last := len(tr) - 1
	b := below{Type: tr[last].Of.ID, Field: tr[last].ID, Parent: top}
	for _, f := range tr[:last] {
		b.Over = append(b.Over, over{f.Of.ID, f.ID})
	}
	return b
}

func (b *below) key() string { return fmt.Sprintf("/%d/%d/%d/%v", b.Type, b.Field, b.Parent, b.Over) }

func (s *Store) enqueueBelow(ctx context.Context, tx db.Tx, kind string, t *meta.Type, via *meta.Field, parent int64) (int64, error) {
	b := below{Type: t.ID, Parent: parent}
	key := fmt.Sprintf("%s/%d", kind, t.ID)
	if via != nil {
		b.Field = via.ID
		key += fmt.Sprintf("/%d/%d", via.ID, parent)
	}
	return s.Jobs.Enqueue(ctx, tx, kind, b, job.UniqueWaiting(key))
}

// walkBelow computes, stores and indexes records again, some at a time, keeping
// its place in the same transaction.
func (s *Store) walkBelow(ctx context.Context, run *job.Run) error {
	var b below
	if err := run.Job.Decode(&b); err != nil {
		return err
	}
	if _, err := run.State(&b); err != nil {
		return err
	}
	snap := s.current.Load()
	t := snap.schema.TypeByID(b.Type)
	if t == nil {
		return s.moved(ctx, run.Job.ID) // dropped since
	}
	for {
		n, err := s.walkChunk(ctx, run, snap, t, &b)
		if err != nil {
			return err
		}
		if n == 0 && run.Job.Kind == jobRefresh {
			return s.refreshed(ctx, t, b)
		}
		if n == 0 {
			return s.moved(ctx, run.Job.ID)
		}
		run.Progress(b.Done, b.Total, "")
	}
}

// moved tells searches that a job's rows have their rights tokens again.
func (s *Store) moved(ctx context.Context, job int64) error {
	return s.DB.Write(ctx, func(tx db.Tx) error {
		_, err := tx.Exec(ctx, "DELETE FROM sys_moving WHERE job = ?", job)
		return err
	})
}

func (s *Store) walkChunk(ctx context.Context, run *job.Run, snap *snapshot, t *meta.Type, b *below) (n int, err error) {
	next := *b
	err = s.DB.WriteAlone(ctx, func(tx db.Tx) error {
		next = *b
		if err := s.guard(ctx, tx, snap, access.System("walk")); err != nil {
			return err // the schema changed: another attempt goes by the new one
		}
		begin := time.Now()
		rows, err := s.nextBelow(ctx, tx, snap.schema, t, b)
		if err != nil {
			return err
		}
		d := &deriving{s: s, ctx: ctx, tx: tx, load: s.loader(ctx, tx), args: access.System("derive").Args(s.Clock())}
		if run != nil && run.Job.Kind == jobAlong {
			if err := d.goAlong(rows, snap.schema, b); err != nil {
				return err
			}
		}
		for _, row := range rows {
			switch {
			case run != nil && run.Job.Kind == jobAlong:
			case run != nil && run.Job.Kind == jobRefresh:
				err = d.daily(row, &next)
			default:
				err = d.refresh(row, run == nil)
			}
			if err != nil {
				return err
			}
			next.Last = row.ID
			next.Done++
		}
		n = len(rows)
		next.paced(n, time.Since(begin))
		if n == 0 || run == nil {
			return nil
		}
		return run.Checkpoint(ctx, tx, next)
	})
	*b = next
	return n, err
}

// nextBelow reads and locks the next rows of a job.
func (s *Store) nextBelow(ctx context.Context, tx db.Tx, schema *meta.Schema, t *meta.Type, b *below) ([]*Row, error) {
	where, args := "id > ?", []any{b.Last}
	if f := t.FieldByID(b.Field); f != nil {
		where, args = linksTo(f)+" AND id > ?", []any{b.Parent, b.Last}
		if way := b.trail(schema); len(way) > 1 {
			where = way.where("") + " AND id > ?"
		}
	}
	if b.Archived != 0 {
		where, args = where+" AND archived_at = ?", append(args, b.Archived)
	}
	where += " ORDER BY id LIMIT " + strconv.Itoa(b.rows())
	if tx.Dialect() == db.Postgres {
		where += " FOR UPDATE" // what somebody writes meanwhile must not be written over
	}
	return s.loadWhere(ctx, tx, t, where, args...)
}

// goAlong lets rows follow the record at the top of their trail: still
// archived, archived anew, or back.
func (d *deriving) goAlong(rows []*Row, schema *meta.Schema, b *below) error {
	way := b.trail(schema)
	if len(rows) == 0 || way == nil {
		return nil
	}
	top, err := d.s.loadForUpdate(d.ctx, d.tx, way[0].Target, b.Parent)
	if errs.Is(err, errs.NotFound) {
		return nil // purged: they stay where they are
	}
	if err != nil {
		return err
	}
	switch top.ArchivedAt {
	case b.Archived:
		return d.counted(rows, 0)
	case 0:
		return d.comeBack(rows)
	}
	for _, r := range rows { // archived again before all were back
		if _, err := d.tx.Exec(d.ctx, "UPDATE "+quote(r.Type.Table)+" SET archived_at = ? WHERE id = ?", top.ArchivedAt, r.ID); err != nil {
			return err
		}
		r.ArchivedAt = top.ArchivedAt
	}
	return d.counted(rows, 0)
}

// comeBack restores rows, but for those whose unique values others have taken
// since the record came back: they stay archived, as they are.
func (d *deriving) comeBack(rows []*Row) error {
	ids := make([]int64, len(rows))
	for i, r := range rows {
		ids[i] = r.ID
	}
	args := padded(ids)
	taken, err := d.taken(rows[0].Type, "id IN ("+marks(len(args))+")", args...)
	if err != nil {
		return err
	}
	return d.restored(slices.DeleteFunc(slices.Clone(rows), func(r *Row) bool { return slices.Contains(taken, r.ID) }))
}

// refresh computes a row's roll-ups, formulas, title and shadows again, and
// writes its search entry when its tokens changed; anew: in any case.
func (d *deriving) refresh(old *Row, anew bool) error {
	if err := lockRow(d.ctx, d.tx, old.Type, old.ID); err != nil {
		return err
	}
	r := old.clone()
	for _, f := range r.Type.Fields {
		if f.Rollup == nil || f.Prog.Via == nil {
			continue
		}
		v, err := d.s.rollup(d.ctx, d.tx, f, r.ID, d.args)
		if err != nil {
			return err
		}
		r.Values[f.Slot] = v
	}
	if err := d.s.compute(r, d.load, d.args); err != nil {
		return err
	}
	if err := d.s.openAll(d.load, r); err != nil {
		return err
	}
	var err error
	if r.Title, err = d.s.titleOf(r, d.load); err != nil {
		return err
	}
	d.s.tokenise(r)
	tb := d.s.tables.of(r.Type)
	if err := d.s.saveAll(d.ctx, d.tx, tb, r); err != nil {
		return err
	}
	if err := d.s.refreshMatch(d.ctx, d.tx, r); err != nil {
		return err
	}
	if anew {
		return d.s.index(d.ctx, d.tx, []*Row{r}, false)
	}
	return d.s.reindexRow(d.ctx, d.tx, old, r)
}

// Reindex writes the search entries of a type's records anew, here and now.
func (s *Store) Reindex(ctx context.Context, typ string, progress func(done int64)) (err error) {
	defer errs.Wrap(&err, "Store.Reindex(%s)", typ)
	snap := s.current.Load()
	t, ok := snap.schema.Type(typ)
	if !ok {
		return errs.NotFoundf("type", typ)
	}
	b := below{Type: t.ID}
	for {
		n, err := s.walkChunk(ctx, nil, snap, t, &b)
		if err != nil || n == 0 {
			return err
		}
		if progress != nil {
			progress(b.Done)
		}
	}
}

// Purge removes an archived record for good: its row, its values, its search
// entry and the contents of its history, whose hashes stay. The right is purge;
// records that still link to it refuse it.
func (s *Store) Purge(ctx context.Context, a *access.Actor, typ string, id int64, o WriteOptions) (err error) {
	defer errs.Wrap(&err, "Store.Purge(%s, %d)", typ, id)
	t, err := s.readable(a, typ)
	if err != nil {
		return err
	}
	return s.DB.Write(ctx, func(tx db.Tx) error {
		r, err := s.seen(ctx, tx, a, t, id)
		if err != nil {
			return err
		}
		if ok, _ := s.allowed(a, "purge", r, s.loader(ctx, tx)); !ok {
			return errs.New(errs.Forbidden, "forbidden", errs.Params{"verb": "purge", "type": typ})
		}
		if r.ArchivedAt == 0 {
			return errs.New(errs.Conflict, "not_archived", errs.Params{"type": typ})
		}
		if err := s.unlinked(ctx, tx, r); err != nil {
			return err
		}
		if err := s.remove(ctx, tx, r); err != nil {
			return err
		}
		if _, err := s.Ledger.RedactRecord(ctx, tx, id); err != nil {
			return err
		}
		return s.Ledger.Append(ctx, tx, &ledger.Entry{At: ms(s.Clock()), Kind: ledger.System, Actor: a.ID, ActorName: a.Name, Source: a.Source,
			Type: t.ID, Record: id, Action: "purge"})
	})
}

// unlinked refuses to purge what others still point to.
func (s *Store) unlinked(ctx context.Context, tx db.Tx, r *Row) error {
	for _, b := range r.Type.Links {
		table, where := b.Type.Table, linksTo(b.Field)
		ids, err := int64s(tx.Query(ctx, "SELECT id FROM "+quote(table)+" WHERE "+where+" LIMIT 1", r.ID))
		if err != nil {
			return err
		}
		if len(ids) > 0 {
			return errs.New(errs.Conflict, "still_linked", errs.Params{"type": b.Type.Name})
		}
	}
	return nil
}

func (s *Store) remove(ctx context.Context, tx db.Tx, r *Row) error {
	tb := s.tables.of(r.Type)
	for _, f := range append(append([]*meta.Field{}, tb.sides...), tb.rows...) {
		if _, err := tx.Exec(ctx, "DELETE FROM "+quote(f.Table)+" WHERE record = ?", r.ID); err != nil {
			return err
		}
	}
	for _, text := range [...]string{"DELETE FROM sys_match WHERE record = ?", "DELETE FROM sys_file WHERE record = ?", "DELETE FROM " + quote(r.Type.Table) + " WHERE id = ?"} {
		if _, err := tx.Exec(ctx, text, r.ID); err != nil {
			return err
		}
	}
	r.ArchivedAt = 1
	return s.index(ctx, tx, []*Row{r}, false)
}

// refreshMatch replaces a row's match keys.
func (s *Store) refreshMatch(ctx context.Context, tx db.Tx, r *Row) error {
	if len(r.Type.Match) == 0 {
		return nil
	}
	if _, err := tx.Exec(ctx, "DELETE FROM sys_match WHERE record = ?", r.ID); err != nil {
		return err
	}
	return s.saveMatch(ctx, tx, nil, r)
}
