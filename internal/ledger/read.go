package ledger

import (
	"context"
	"math"
	"strings"
	"time"

	"kedang/internal/db"
	"kedang/internal/errs"
)

// Filter picks entries; a zero field does not narrow.
type Filter struct {
	Kinds    []string
	Actor    int64
	Type     int64
	Record   int64
	Action   string
	From, To time.Time // From <= time of the entry's id < To
}

// OfRecord returns entries about a record, newest first, at most limit, with
// ids below before (0 starts at the newest).
func (l *Ledger) OfRecord(ctx context.Context, tx db.Tx, record, before int64, limit int) ([]Entry, error) {
	return l.List(ctx, tx, Filter{Record: record}, before, limit)
}

// List returns the entries the filter picks, newest first, at most limit, with
// ids below before (0 starts at the newest). Every filter stands on an index;
// two of Actor, Type and Record together use one index and check the other.
func (l *Ledger) List(ctx context.Context, tx db.Tx, f Filter, before int64, limit int) (_ []Entry, err error) {
	defer errs.Wrap(&err, "Ledger.List")
	if before <= 0 {
		before = math.MaxInt64
	}
	query, args := f.query(before, limit)
	rows, err := tx.Query(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []Entry
	for rows.Next() {
		var e Entry
		if err := scan(rows, &e); err != nil {
			return nil, err
		}
		out = append(out, e)
	}
	return out, rows.Err()
}

// Get returns one entry; NotFound when there is none.
func (l *Ledger) Get(ctx context.Context, tx db.Tx, id int64) (_ Entry, err error) {
	defer errs.Wrap(&err, "Ledger.Get(%d)", id)
	rows, err := tx.Query(ctx, `SELECT `+columns+` FROM ledger WHERE id = ?`, id)
	if err != nil {
		return Entry{}, err
	}
	defer rows.Close()
	var e Entry
	if !rows.Next() {
		if err := rows.Err(); err != nil {
			return e, err
		}
		return e, errs.NotFoundf("ledger_entry", id)
	}
	return e, scan(rows, &e)
}

// query prints one SELECT per part of the ledger that has an index of its own
// for the filter, and joins their first rows.
func (f *Filter) query(before int64, limit int) (string, []any) {
	var text strings.Builder
	var args []any
	branches := f.branches()
	for i, b := range branches {
		if i > 0 {
			text.WriteString(" UNION ALL ")
		}
		if len(branches) > 1 {
			text.WriteString("SELECT * FROM (")
		}
		args = append(args, b.args...)
		text.WriteString("SELECT " + columns + " FROM ledger WHERE " + b.where + "id < ?")
		args = append(args, before)
		args = f.narrow(&text, args)
		text.WriteString(" ORDER BY id DESC LIMIT ?")
		args = append(args, limit)
		if len(branches) > 1 {
			text.WriteString(") AS part")
		}
	}
	if len(branches) > 1 {
		text.WriteString(" ORDER BY id DESC LIMIT ?")
		args = append(args, limit)
	}
	return text.String(), args
}

func (f *Filter) narrow(text *strings.Builder, args []any) []any {
	for _, c := range [...]struct {
		column string
		value  int64
	}{{"record", f.Record}, {"actor", f.Actor}, {"type", f.Type}} {
		if c.value != 0 {
			text.WriteString(" AND " + c.column + " = ?")
			args = append(args, c.value)
		}
	}
	if f.Action != "" {
		text.WriteString(" AND action = ?")
		args = append(args, f.Action)
	}
	if !f.From.IsZero() {
		text.WriteString(" AND id >= ?")
		args = append(args, firstID(f.From))
	}
	if !f.To.IsZero() {
		text.WriteString(" AND id < ?")
		args = append(args, firstID(f.To))
	}
	return args
}

type branch struct {
	where string
	args  []any
}

func (f *Filter) branches() []branch {
	write, other := len(f.Kinds) == 0, []any(nil)
	for _, k := range f.Kinds {
		if k == Write {
			write = true
		} else {
			other = append(other, k)
		}
	}
	if len(f.Kinds) == 0 && f.Record == 0 {
		return []branch{{}}
	}
	var out []branch
	if write {
		out = append(out, branch{where: "kind = 'write' AND "})
	}
	switch {
	case len(f.Kinds) == 0:
		out = append(out, branch{where: "kind <> 'write' AND "})
	case f.Record != 0 && len(other) > 0:
		in := "kind IN (?" + strings.Repeat(", ?", len(other)-1) + ")"
		out = append(out, branch{"kind <> 'write' AND " + in + " AND ", other})
	default:
		for _, k := range other {
			out = append(out, branch{"kind <> 'write' AND kind = ? AND ", []any{k}})
		}
	}
	return out
}

func scan(rows db.Rows, e *Entry) error {
	return rows.Scan(&e.ID, &e.At, &e.Kind, &e.Actor, &e.ActorName, &e.Source, &e.Type, &e.Record, &e.Rev, &e.Action,
		&e.Payload, &e.salt, &e.PayloadHash, &e.Prev, &e.Hash)
}

// idBits are the bits of an id below its time.
const idBits = 21

// firstID is the lowest id that can be given out at t.
func firstID(t time.Time) int64 { return max(0, t.UnixMilli()-db.TimeOf(0).UnixMilli()) << idBits }

// endOf is the highest id of the id's millisecond, whichever node gives it out.
func endOf(id int64) int64 { return id | (1<<idBits - 1) }
