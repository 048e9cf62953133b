package ledger

import (
	"bytes"
	"context"
	"database/sql"
	"errors"

	"kedang/internal/db"
	"kedang/internal/errs"
)

// The codes of faults.
const (
	PayloadChanged = "payload_changed" // the payload is not the one that was hashed
	EntryChanged   = "entry_changed"   // a header field or a hash was changed
	ChainBroken    = "chain_broken"    // a write does not follow the record's write before: one was changed, taken out or put in
	LeafBroken     = "leaf_broken"     // a look, export … names a write of the record that is not there
	EntryMissing   = "entry_missing"   // a block's entry is gone
	EntryInserted  = "entry_inserted"  // an entry stands in a sealed range and in no block
	BlockChanged   = "block_changed"   // a block's hash is not that of its entries
	BlockBroken    = "block_broken"    // a block does not follow the one before
)

// Fault is one thing that is not as it was written.
type Fault struct {
	Code   string
	Entry  int64 // 0 when the fault is a block's
	Record int64
	Block  int64 // 0 when the fault is an entry's
}

// Report is the outcome of [Ledger.Verify]. The ledger is whole when Broken
// is 0.
type Report struct {
	Entries  int64   // entries read
	Redacted int64   // entries whose payload was taken out
	Blocks   int64   // blocks read
	Unsealed int64   // entries newer than the newest block
	Broken   int64   // faults found
	Faults   []Fault // the first 100 of them
}

const (
	maxFaults = 100
	page      = 1000 // entries per read, so that no snapshot is held for long
)

func (r *Report) fault(f Fault) {
	r.Broken++
	if len(r.Faults) < maxFaults {
		r.Faults = append(r.Faults, f)
	}
}

// Verify reads the whole ledger and tells what is not as it was written.
// Memory stays flat; progress, when not nil, hears of entries done and to do
// (each counts twice: once for itself and its chain, once for its block).
func (l *Ledger) Verify(ctx context.Context, d *db.DB, progress func(done, total int64)) (_ Report, err error) {
	defer errs.Wrap(&err, "Ledger.Verify")
	v := &verifier{d: d, progress: progress, buf: make([]byte, 1024)}
	err = d.Read(ctx, func(tx db.Tx) error {
		return tx.QueryRow(ctx, `SELECT count(*) FROM ledger`, nil, &v.total)
	})
	if err != nil {
		return v.Report, err
	}
	v.total *= 2
	for _, step := range [...]func(context.Context) error{v.writes, v.others, v.blocks} {
		if err := step(ctx); err != nil {
			return v.Report, err
		}
	}
	return v.Report, nil
}

type verifier struct {
	Report
	d           *db.DB
	progress    func(done, total int64)
	done, total int64
	buf         []byte
}

func (v *verifier) step(n int) {
	v.done += int64(n)
	if v.progress != nil {
		v.progress(min(v.done, v.total), v.total)
	}
}

// each pages through entries; query ends in a LIMIT and takes the key of the
// last entry seen.
func (v *verifier) each(ctx context.Context, query string, key func(*Entry) []any, start []any, do func(db.Tx, *Entry) error) error {
	at := start
	for {
		n := 0
		err := v.d.Read(ctx, func(tx db.Tx) error {
			list, err := readEntries(ctx, tx, query, append(append([]any{}, at...), int64(page)))
			if err != nil {
				return err
			}
			for i := range list {
				if err := do(tx, &list[i]); err != nil {
					return err
				}
				at = key(&list[i])
			}
			n = len(list)
			return nil
		})
		if err != nil {
			return err
		}
		v.step(n)
		if n < page {
			return nil
		}
	}
}

func readEntries(ctx context.Context, tx db.Tx, query string, args []any) ([]Entry, error) {
	rows, err := tx.Query(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	list := make([]Entry, 0, page)
	for rows.Next() {
		var e Entry
		if err := scan(rows, &e); err != nil {
			return nil, err
		}
		list = append(list, e)
	}
	return list, rows.Err()
}

// own checks what an entry says about itself.
func (v *verifier) own(e *Entry) {
	v.Entries++
	if e.Redacted() {
		v.Redacted++
	}
	if code := e.sound(v.buf); code != "" {
		v.fault(Fault{Code: code, Entry: e.ID, Record: e.Record})
	}
}

// writes walks the chains, record by record.
func (v *verifier) writes(ctx context.Context) error {
	var record int64
	var prev []byte
	return v.each(ctx, `SELECT `+columns+` FROM ledger WHERE kind = 'write' AND (record, id) > (?, ?) ORDER BY record, id LIMIT ?`,
		func(e *Entry) []any { return []any{e.Record, e.ID} }, []any{int64(-1), int64(0)},
		func(_ db.Tx, e *Entry) error {
			if e.Record != record {
				record, prev = e.Record, nil
			}
			if e.Record != 0 && !bytes.Equal(e.Prev, prev) {
				v.fault(Fault{Code: ChainBroken, Entry: e.ID, Record: e.Record})
			}
			prev = e.Hash
			v.own(e)
			return nil
		})
}

// others checks the leaves.
func (v *verifier) others(ctx context.Context) error {
	return v.each(ctx, `SELECT `+columns+` FROM ledger WHERE kind <> 'write' AND (kind, id) > (?, ?) ORDER BY kind, id LIMIT ?`,
		func(e *Entry) []any { return []any{e.Kind, e.ID} }, []any{"", int64(0)},
		func(tx db.Tx, e *Entry) error {
			v.own(e)
			if len(e.Prev) == 0 {
				return nil
			}
			var there int64
			err := tx.QueryRow(ctx, `SELECT id FROM ledger WHERE kind = 'write' AND record = ? AND id < ? AND hash = ? ORDER BY id DESC LIMIT 1`,
				[]any{e.Record, e.ID, e.Prev}, &there)
			if errors.Is(err, sql.ErrNoRows) {
				v.fault(Fault{Code: LeafBroken, Entry: e.ID, Record: e.Record})
				return nil
			}
			return err
		})
}

// blocks walks the blocks and, with them, all entries in the order of ids.
func (v *verifier) blocks(ctx context.Context) error {
	late, err := v.lateIDs(ctx)
	if err != nil {
		return err
	}
	var last Block
	for more := true; more; {
		err := v.d.Read(ctx, func(tx db.Tx) error {
			b, err := nextStored(ctx, tx, last.ID)
			if more = err == nil && b.ID != 0; !more {
				return err
			}
			v.Blocks++
			if b.ID != last.ID+1 || b.From != last.To+1 || !bytes.Equal(b.Prev, last.Hash) {
				v.fault(Fault{Code: BlockBroken, Block: b.ID})
			}
			last = b
			return v.block(ctx, tx, &b, late)
		})
		if err != nil {
			return err
		}
	}
	return v.d.Read(ctx, func(tx db.Tx) error {
		return tx.QueryRow(ctx, `SELECT count(*) FROM ledger WHERE id > ?`, []any{last.To}, &v.Unsealed)
	})
}

func nextStored(ctx context.Context, tx db.Tx, after int64) (b Block, err error) {
	err = scanBlock(&b, func(dest ...any) error {
		return tx.QueryRow(ctx, `SELECT `+blockColumns+` FROM ledger_block WHERE id > ? ORDER BY id LIMIT 1`, []any{after}, dest...)
	})
	if errors.Is(err, sql.ErrNoRows) {
		return Block{}, nil
	}
	return b, err
}

// lateIDs is the set of entries that a block took in from an earlier range;
// there are few.
func (v *verifier) lateIDs(ctx context.Context) (map[int64]bool, error) {
	set := make(map[int64]bool)
	err := v.d.Read(ctx, func(tx db.Tx) error {
		rows, err := tx.Query(ctx, `SELECT late FROM ledger_block WHERE late IS NOT NULL`)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var ids []byte
			if err := rows.Scan(&ids); err != nil {
				return err
			}
			for _, id := range decodeIDs(ids) {
				set[id] = true
			}
		}
		return rows.Err()
	})
	return set, err
}

func (v *verifier) block(ctx context.Context, tx db.Tx, b *Block, late map[int64]bool) error {
	before := v.Broken
	var members, lates []sealed
	inRange, err := sealedRange(ctx, tx, b.From, b.To, 1<<31-1)
	if err != nil {
		return err
	}
	want := decodeIDs(b.members)
	for _, s := range inRange {
		for len(want) > 0 && want[0] < s.id {
			v.fault(Fault{Code: EntryMissing, Entry: want[0], Block: b.ID})
			want = want[1:]
		}
		if len(want) > 0 && want[0] == s.id {
			members, want = append(members, s), want[1:]
		} else if !late[s.id] {
			v.fault(Fault{Code: EntryInserted, Entry: s.id, Block: b.ID})
		}
	}
	for _, id := range want {
		v.fault(Fault{Code: EntryMissing, Entry: id, Block: b.ID})
	}
	for _, id := range decodeIDs(b.late) {
		found, err := sealedRange(ctx, tx, id, id, 1)
		if err != nil {
			return err
		}
		if len(found) == 0 {
			v.fault(Fault{Code: EntryMissing, Entry: id, Block: b.ID})
		}
		lates = append(lates, found...)
	}
	v.step(len(members) + len(lates))
	if v.Broken == before && !bytes.Equal(b.hash(members, lates), b.Hash) {
		v.fault(Fault{Code: BlockChanged, Block: b.ID})
	}
	return nil
}
