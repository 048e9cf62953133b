package ledger

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/binary"
	"errors"
	"math"

	"kedang/internal/db"
	"kedang/internal/errs"
)

// Block seals entries: those with ids in From … To, and those that turned up
// late in the range of a block before.
type Block struct {
	ID       int64 // 1, 2, 3 …
	At       int64 // when it was sealed, UTC ms
	From, To int64 // To < From when it seals late entries only
	Rows     int64 // how many entries it seals
	Prev     []byte
	Hash     []byte // SHA-256 over all of the above and each entry's id and hash

	members, late []byte // ids, each as the varint of its distance to the one before
}

const (
	blockRows    = 5000
	blockColumns = `id, at, from_id, to_id, entries, members, late, prev, hash`
)

// sealed is what a block says about one entry.
type sealed struct {
	id   int64
	hash []byte
}

// Head returns the newest block, zero when there is none. A copy of it kept
// outside proves later that nothing up to it was rewritten.
func (l *Ledger) Head(ctx context.Context, tx db.Tx) (b Block, err error) {
	defer errs.Wrap(&err, "Ledger.Head")
	err = scanBlock(&b, func(dest ...any) error {
		return tx.QueryRow(ctx, `SELECT `+blockColumns+` FROM ledger_block ORDER BY id DESC LIMIT 1`, nil, dest...)
	})
	if errors.Is(err, sql.ErrNoRows) {
		return Block{}, nil
	}
	return b, err
}

func scanBlock(b *Block, scan func(...any) error) error {
	return scan(&b.ID, &b.At, &b.From, &b.To, &b.Rows, &b.members, &b.late, &b.Prev, &b.Hash)
}

// Seal puts all entries that stand still into blocks and returns how many. It
// is the body of a job, run every few minutes; two nodes that run it at once
// do no harm.
func (l *Ledger) Seal(ctx context.Context, d *db.DB) (n int64, err error) {
	defer errs.Wrap(&err, "Ledger.Seal")
	horizon, err := l.horizon(ctx, d)
	if err != nil {
		return 0, err
	}
	for {
		b, err := l.nextBlock(ctx, d, horizon)
		if err != nil || b.Rows == 0 {
			return n, err
		}
		var won int64
		err = d.Write(ctx, func(tx db.Tx) error {
			won, err = tx.Exec(ctx, `INSERT INTO ledger_block (`+blockColumns+`) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING`,
				b.ID, b.At, b.From, b.To, b.Rows, b.members, null(b.late), null(b.Prev), b.Hash)
			return err
		})
		if err != nil || won == 0 {
			return n, err
		}
		n += b.Rows
	}
}

// horizon is the id up to which entries may be sealed. The SQLite writer is
// alone, so what it sees is complete. On PostgreSQL a transaction may commit
// ids below ones already seen, so the newest are left to settle.
func (l *Ledger) horizon(ctx context.Context, d *db.DB) (id int64, err error) {
	err = d.Write(ctx, func(tx db.Tx) error {
		if tx.Dialect() == db.Postgres {
			id = firstID(l.opts.Now().Add(-l.opts.Settle))
			return nil
		}
		return tx.QueryRow(ctx, `SELECT coalesce(max(id), 0) FROM ledger`, nil, &id)
	})
	return id, err
}

// nextBlock prepares the block after the newest; Rows is 0 when there is
// nothing to seal.
func (l *Ledger) nextBlock(ctx context.Context, d *db.DB, horizon int64) (b Block, err error) {
	err = d.Read(ctx, func(tx db.Tx) error {
		last, err := l.Head(ctx, tx)
		if err != nil {
			return err
		}
		b = Block{ID: last.ID + 1, At: l.opts.Now().UnixMilli(), From: last.To + 1, To: last.To, Prev: last.Hash}
		members, err := sealedRange(ctx, tx, b.From, horizon, blockRows)
		if err != nil {
			return err
		}
		var late []sealed
		if tx.Dialect() == db.Postgres {
			if late, err = l.arrivedLate(ctx, tx, last.To); err != nil {
				return err
			}
		}
		if len(members) > 0 {
			b.To = members[len(members)-1].id
		}
		b.Rows = int64(len(members) + len(late))
		b.members, b.late = encodeIDs(members), encodeIDs(late)
		b.Hash = b.hash(members, late)
		return nil
	})
	return b, err
}

// arrivedLate finds entries in the range of recent blocks that none of them
// holds: their transaction took longer than the blocks waited.
func (l *Ledger) arrivedLate(ctx context.Context, tx db.Tx, to int64) ([]sealed, error) {
	since := l.opts.Now().Add(-l.opts.Late)
	blocks, err := recentBlocks(ctx, tx, since.UnixMilli())
	if err != nil || len(blocks) == 0 {
		return nil, err
	}
	from, known := blocks[0].From, make(map[int64]bool)
	for _, b := range blocks {
		from = min(from, b.From)
		for _, id := range append(decodeIDs(b.members), decodeIDs(b.late)...) {
			known[id] = true
		}
	}
	var found int64
	if err := tx.QueryRow(ctx, `SELECT count(*) FROM ledger WHERE id >= ? AND id <= ?`, []any{from, to}, &found); err != nil {
		return nil, err
	}
	expected := int64(0)
	for id := range known {
		if id >= from && id <= to {
			expected++
		}
	}
	if found == expected {
		return nil, nil
	}
	var late []sealed
	all, err := sealedRange(ctx, tx, from, to, math.MaxInt32)
	for _, s := range all {
		if !known[s.id] {
			late = append(late, s)
		}
	}
	return late, err
}

func recentBlocks(ctx context.Context, tx db.Tx, since int64) (out []Block, err error) {
	rows, err := tx.Query(ctx, `SELECT `+blockColumns+` FROM ledger_block WHERE at >= ? ORDER BY id`, since)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var b Block
		if err := scanBlock(&b, rows.Scan); err != nil {
			return nil, err
		}
		out = append(out, b)
	}
	return out, rows.Err()
}

// sealedRange reads id and hash of the entries with from <= id <= to.
func sealedRange(ctx context.Context, tx db.Tx, from, to int64, limit int) (out []sealed, err error) {
	rows, err := tx.Query(ctx, `SELECT id, hash FROM ledger WHERE id >= ? AND id <= ? ORDER BY id LIMIT ?`, from, to, limit)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var s sealed
		if err := rows.Scan(&s.id, &s.hash); err != nil {
			return nil, err
		}
		out = append(out, s)
	}
	return out, rows.Err()
}

func (b *Block) hash(members, late []sealed) []byte {
	h := sha256.New()
	buf := append(make([]byte, 0, 128), hashVersion)
	for _, n := range [...]int64{b.ID, b.At, b.From, b.To, int64(len(members)), int64(len(late))} {
		buf = binary.BigEndian.AppendUint64(buf, uint64(n))
	}
	buf = append(binary.AppendUvarint(buf, uint64(len(b.Prev))), b.Prev...)
	h.Write(buf)
	for _, list := range [...][]sealed{members, late} {
		for _, s := range list {
			buf = binary.BigEndian.AppendUint64(buf[:0], uint64(s.id))
			h.Write(append(buf, s.hash...))
		}
	}
	return h.Sum(nil)
}

// encodeIDs packs ascending ids, two to four bytes each. The block must name
// its entries: else one that came late, or was put in by stealth, could not be
// told from those that belong.
func encodeIDs(list []sealed) []byte {
	b, last := []byte(nil), int64(0)
	for _, s := range list {
		b = binary.AppendUvarint(b, uint64(s.id-last))
		last = s.id
	}
	return b
}

func decodeIDs(b []byte) []int64 {
	var ids []int64
	var last int64
	for len(b) > 0 {
		d, n := binary.Uvarint(b)
		if n <= 0 {
			break // damaged: the block's hash will not fit
		}
		b, last = b[n:], last+int64(d)
		ids = append(ids, last)
	}
	return ids
}
