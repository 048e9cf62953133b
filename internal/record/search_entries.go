package record

import (
	"cmp"
	"context"
	"slices"

	"kedang/internal/db"
)

// entries are the search entries that a transaction changes, written once
// before its COMMIT: nothing reads the index inside a write. FTS5 writes out
// all it has gathered whenever a row id falls, a row is taken out, or a
// savepoint is made; PostgreSQL pays for each statement.
type entries struct {
	list []entry
	at   map[int64]int // by record: its place in the list
}

// entry is one record's: new, changed, or gone when it has no tokens.
type entry struct {
	id, typ int64
	had     bool // there may be one already
	toks    string
}

var _ db.Late = (*entries)(nil)

// put notes an entry; the last one of a record counts.
func (l *entries) put(e entry) {
	if k, ok := l.at[e.id]; ok {
		e.had = e.had || l.list[k].had
		l.list[k] = e
		return
	}
	l.at[e.id] = len(l.list)
	l.list = append(l.list, e)
}

// Flush writes the entries by rising id.
func (l *entries) Flush(ctx context.Context, tx db.Tx) error {
	slices.SortFunc(l.list, func(a, b entry) int { return cmp.Compare(a.id, b.id) })
	if tx.Dialect() == db.Postgres {
		return l.postgres(ctx, tx)
	}
	for _, e := range l.list {
		if e.had {
			if _, err := tx.Exec(ctx, "DELETE FROM search WHERE rowid = ?", e.id); err != nil {
				return err
			}
		}
	}
	for _, e := range l.list {
		if e.toks == "" {
			continue
		}
		if _, err := tx.Exec(ctx, "INSERT INTO search (rowid, type, toks) VALUES (?, ?, ?)", e.id, e.typ, e.toks); err != nil {
			return err
		}
	}
	return nil
}

// postgres writes them in two statements.
func (l *entries) postgres(ctx context.Context, tx db.Tx) error {
	var gone, ids, types []int64
	var toks []string
	for _, e := range l.list {
		if e.had {
			gone = append(gone, e.id)
		}
		if e.toks != "" {
			ids, types, toks = append(ids, e.id), append(types, e.typ), append(toks, e.toks)
		}
	}
	if len(gone) > 0 {
		if err := db.Put(ctx, tx, "DELETE FROM search WHERE id = ANY(CAST(? AS bigint[]))", gone); err != nil {
			return err
		}
	}
	if len(ids) == 0 {
		return nil
	}
	return db.Put(ctx, tx, `INSERT INTO search (id, type, toks) SELECT x.id, x.type, array_to_tsvector(string_to_array(x.toks, ' '))
		FROM unnest(CAST(? AS bigint[]), CAST(? AS bigint[]), CAST(? AS text[])) AS x(id, type, toks)`, ids, types, toks)
}
