package ledger

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"strings"

	"kedang/internal/db"
	"kedang/internal/errs"
)

const (
	columns     = `id, at, kind, actor, actor_name, source, type, record, rev, action, payload, salt, payload_hash, prev, hash`
	columnCount = 15
	bulk        = 64 // records per look-up of heads
)

var (
	columnNames = strings.Split(columns, ", ")
	insertOne   = "INSERT INTO ledger (" + columns + ") VALUES (?" + strings.Repeat(", ?", columnCount-1) + ")"
)

// Append writes e inside tx and fills its ID and At (when 0), PayloadHash, Prev
// and Hash. Append a write after the record's own row was written in the same
// transaction: that row's lock keeps two writers from forking the chain.
func (l *Ledger) Append(ctx context.Context, tx db.Tx, e *Entry) (err error) {
	defer errs.Wrap(&err, "Ledger.Append(%s %s %d)", e.Kind, e.Action, e.Record)
	var buf [512]byte
	one := [1]*Entry{e}
	if err := saltAll(l.opts.Random, one[:]); err != nil {
		return err
	}
	var h head
	if !e.first() {
		err := tx.QueryRow(ctx, `SELECT id, hash FROM ledger WHERE kind = 'write' AND record = ? ORDER BY id DESC LIMIT 1`,
			[]any{e.Record}, &h.id, &h.hash)
		if err != nil && !errors.Is(err, sql.ErrNoRows) {
			return err
		}
	}
	if err := l.complete(e, h, buf[:]); err != nil {
		return err
	}
	return db.Put(ctx, tx, insertOne, appendArgs(make([]any, 0, columnCount), e)...)
}

// AppendAll is [Ledger.Append] for many entries in few statements, in their
// order. It is what imports use; the heads of all records concerned are looked
// up together, and none for first revisions.
func (l *Ledger) AppendAll(ctx context.Context, tx db.Tx, entries []*Entry) (err error) {
	defer errs.Wrap(&err, "Ledger.AppendAll(%d)", len(entries))
	if len(entries) == 0 {
		return nil
	}
	if err := saltAll(l.opts.Random, entries); err != nil {
		return err
	}
	heads, err := l.heads(ctx, tx, entries)
	if err != nil {
		return err
	}
	buf := make([]byte, 1024)
	for _, e := range entries {
		var h head
		if !e.first() {
			h = heads[e.Record]
		}
		if err := l.complete(e, h, buf); err != nil {
			return err
		}
		if heads != nil && e.Kind == Write && e.Record != 0 {
			heads[e.Record] = head{e.ID, e.Hash}
		}
	}
	return l.insert(ctx, tx, entries)
}

func (l *Ledger) insert(ctx context.Context, tx db.Tx, entries []*Entry) error {
	rows := make([][]any, len(entries))
	args := make([]any, 0, columnCount*len(entries))
	for i, e := range entries {
		args = appendArgs(args, e)
		rows[i] = args[i*columnCount : (i+1)*columnCount : (i+1)*columnCount]
	}
	return db.BulkInsert(ctx, tx, "ledger", columnNames, rows)
}

// complete gives e its id, time and hashes. An id stands above the head's even
// when another node with a faster clock wrote that: the order of ids is the
// order of the chain.
func (l *Ledger) complete(e *Entry, h head, buf []byte) error {
	switch e.Kind {
	case Write, SignIn, Rights, Look, Export, Import, System:
	default:
		return errs.New(errs.Internal, "ledger_kind", errs.Params{"kind": e.Kind})
	}
	if e.ID == 0 {
		e.ID = l.ids.Next()
	}
	if e.ID <= h.id {
		l.ids.Resume(endOf(h.id))
		e.ID = l.ids.Next()
	}
	if e.At == 0 {
		e.At = l.opts.Now().UnixMilli()
	}
	e.Prev = h.hash
	e.PayloadHash = e.hashPayload(buf)
	e.Hash = e.hash(buf)
	return nil
}

// head is the newest write of a record.
type head struct {
	id   int64
	hash []byte
}

// heads looks up the heads of all records that need one; nil when none does.
func (l *Ledger) heads(ctx context.Context, tx db.Tx, entries []*Entry) (map[int64]head, error) {
	var heads map[int64]head
	var records []any
	for _, e := range entries {
		if e.first() {
			continue
		}
		if heads == nil {
			heads = make(map[int64]head)
		}
		if _, asked := heads[e.Record]; !asked {
			heads[e.Record] = head{}
			records = append(records, e.Record)
		}
	}
	for len(records) > 0 {
		n := min(bulk, len(records))
		ask := append(make([]any, 0, bulk), records[:n]...)
		for len(ask) < bulk { // one statement text for every number of records
			ask = append(ask, ask[0])
		}
		if err := readHeads(ctx, tx, ask, heads); err != nil {
			return nil, err
		}
		records = records[n:]
	}
	return heads, nil
}

var selectHeads = `SELECT l.record, l.id, l.hash FROM ledger AS l JOIN (
	SELECT max(id) AS id FROM ledger WHERE kind = 'write' AND record IN (?` + strings.Repeat(", ?", bulk-1) + `) GROUP BY record
	) AS m ON l.id = m.id`

func readHeads(ctx context.Context, tx db.Tx, records []any, into map[int64]head) error {
	rows, err := tx.Query(ctx, selectHeads, records...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var record int64
		var h head
		if err := rows.Scan(&record, &h.id, &h.hash); err != nil {
			return err
		}
		into[record] = h
	}
	return rows.Err()
}

func appendArgs(args []any, e *Entry) []any {
	return append(args, e.ID, e.At, e.Kind, e.Actor, e.ActorName, e.Source, e.Type, e.Record, e.Rev, e.Action,
		null(e.Payload), null(e.salt), null(e.PayloadHash), null(e.Prev), e.Hash)
}

// null makes a nil slice NULL in both drivers.
func null(b []byte) any {
	if b == nil {
		return nil
	}
	return b
}

// Redact takes the payload out of entry id for good; its hash stays, and with
// it the chain. The caller appends an entry of its own that says who asked.
// NotFound when there is no such entry; redacting twice is no error.
func (l *Ledger) Redact(ctx context.Context, tx db.Tx, id int64) (err error) {
	defer errs.Wrap(&err, "Ledger.Redact(%d)", id)
	n, err := tx.Exec(ctx, `UPDATE ledger SET payload = NULL, salt = NULL WHERE id = ?`, id)
	if err == nil && n == 0 {
		return errs.NotFoundf("ledger_entry", id)
	}
	return err
}

// RedactRecord takes the payloads out of all entries about a record, as a purge
// does, and returns how many there were.
func (l *Ledger) RedactRecord(ctx context.Context, tx db.Tx, record int64) (n int64, err error) {
	defer errs.Wrap(&err, "Ledger.RedactRecord(%d)", record)
	for _, which := range [...]string{`kind = 'write'`, `kind <> 'write'`} {
		k, err := tx.Exec(ctx, `UPDATE ledger SET payload = NULL, salt = NULL
			WHERE `+which+` AND record = ? AND payload IS NOT NULL`, record)
		if err != nil {
			return n, err
		}
		n += k
	}
	return n, nil
}

// sound reports whether the stored hashes are those of the entry's contents:
// "" or the fault's code.
func (e *Entry) sound(buf []byte) string {
	switch {
	case e.Payload != nil && !bytes.Equal(e.hashPayload(buf), e.PayloadHash):
		return PayloadChanged
	case !bytes.Equal(e.hash(buf), e.Hash):
		return EntryChanged
	}
	return ""
}
