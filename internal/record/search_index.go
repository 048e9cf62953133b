package record

import (
	"context"
	"strings"

	"kedang/internal/access"
	"kedang/internal/db"
	"kedang/internal/han"
	"kedang/internal/meta"
)

// The search index is one table for all types: a record's tokens, made by
// package han. Its row id is the record's id, which is ordered by time, so that
// "newest first" costs nothing. Each row carries its type's token and the
// tokens of whom it belongs to, so that a search never walks through what its
// reader may not see. Short beginnings are tokens of their own, so FTS5 keeps no
// prefix index, which would make each row three times as dear. The characters
// of tokens are such that the ascii tokenizer keeps each whole.
var searchSQLite = []string{
	`CREATE VIRTUAL TABLE IF NOT EXISTS search USING fts5(toks, type UNINDEXED, content='', contentless_delete=1, contentless_unindexed=1,
		detail=none, tokenize="ascii tokenchars '_'")`,
}

// searchPostgres is the same on PostgreSQL. Without good statistics the
// planner walks the primary key for words that match nothing.
var searchPostgres = []string{
	`CREATE TABLE IF NOT EXISTS search (id bigint PRIMARY KEY, type bigint NOT NULL, toks tsvector NOT NULL) WITH (fillfactor = 90)`,
	`ALTER TABLE search ALTER toks SET STATISTICS 1000`,
	`CREATE INDEX IF NOT EXISTS search_toks ON search USING gin (toks) WITH (fastupdate = off)`,
}

func (s *Store) syncSearch(ctx context.Context, tx db.Tx) error {
	steps := searchSQLite
	if tx.Dialect() == db.Postgres {
		steps = searchPostgres
	}
	for _, step := range steps {
		if _, err := tx.Exec(ctx, step); err != nil {
			return err
		}
	}
	if tx.Dialect() != db.SQLite {
		return nil
	}
	return setSearch(ctx, tx, "hashsize", searchMemory)
}

// searchMemory is how much FTS5 may gather in bytes before it writes a segment:
// a chunk of an import becomes one.
const searchMemory = 4 << 20

// setSearch sets an option of FTS5, which keeps it in the database.
func setSearch(ctx context.Context, tx db.Tx, name string, value int64) error {
	var now int64
	err := tx.QueryRow(ctx, "SELECT CAST(v AS INTEGER) FROM search_config WHERE k = ?", []any{name}, &now)
	if err == nil && now == value || err != nil && !isNoRows(err) {
		return err
	}
	_, err = tx.Exec(ctx, "INSERT INTO search (search, rank) VALUES (?, ?)", name, value)
	return err
}

// openAll opens a row's sealed values, so that their tokens can be made. One
// whose key was destroyed stays closed and is found no more.
func (s *Store) openAll(load *loader, r *Row) error {
	for _, f := range r.Type.Fields {
		v, ok := r.Values[f.Slot].(sealedValue)
		if !ok || v.open_ || load.tx == nil {
			continue
		}
		plain, err := v.open(load, f, r)
		if err != nil {
			return err
		}
		if text, ok := plain.(string); ok {
			v.plain, v.open_, v.blind = text, true, blindOf(s, f, text)
			r.Values[f.Slot] = v
		}
	}
	return nil
}

// tokenise computes a row's tokens and their hash.
func (s *Store) tokenise(r *Row) {
	plan := &s.tables.of(r.Type).search
	if r.early != nil {
		var t han.Tokens
		if r.Number != "" {
			t.Code(r.Number, "")
		}
		plan.extras(r, &t)
		r.tokens = union(r.early, t.List())
	} else {
		r.tokens = s.tokens(r, func(t *han.Tokens) { plan.extras(r, t) })
	}
	r.searchHash = int64(han.HashTokens(r.tokens) >> 1)
}

// tokens makes the list of a row's texts and sealed values, and of extras.
func (s *Store) tokens(r *Row, extras func(*han.Tokens)) []string {
	plan := &s.tables.of(r.Type).search
	var t han.Tokens
	plan.collect(r, &t)
	for _, f := range plan.sealed {
		if v, ok := r.Values[f.Slot].(sealedValue); ok && v.open_ {
			for _, token := range s.Vault.SearchTokens(f.ID, han.Fold(v.plain)) {
				t.Extra(token)
			}
		}
	}
	extras(&t)
	return t.List()
}

// extras adds the tokens that rights are cut by.
func (p *searchPlan) extras(r *Row, t *han.Tokens) {
	for _, token := range access.RowTokens(r.RootOwner, r.RootDepartment) {
		t.Extra(token)
	}
	t.Extra(p.typeToken)
	t.Extra(p.classToken)
}

// earlyText bounds what is tokenised ahead, in bytes: longer texts may meet the
// limit of tokens, and which are then cut depends on all of them.
const earlyText = 4096

// tokeniseEarly makes most tokens of a new row outside the writer. Its number
// and whom it belongs to are settled inside; a title that shows the number
// waits for it.
func (s *Store) tokeniseEarly(r *Row) {
	plan := &s.tables.of(r.Type).search
	title, err := s.titleOf(r, s.loader(context.Background(), nil))
	if err != nil || title == "" || plan.late {
		return
	}
	if r.Title = title; textLen(r) > earlyText {
		return
	}
	r.early = s.tokens(r, func(*han.Tokens) {})
}

func textLen(r *Row) int {
	n := len(r.Title)
	for _, v := range r.Values {
		switch x := v.(type) {
		case string:
			n += len(x)
		case []meta.Item:
			for _, item := range x {
				n += len(str(item.Value))
			}
		case []*meta.ChildRow:
			for _, child := range x {
				for _, cell := range child.Values {
					n += len(str(cell))
				}
			}
		}
	}
	return n
}

// union merges two rising lists.
func union(a, b []string) []string {
	out := make([]string, 0, len(a)+len(b))
	for len(a) > 0 && len(b) > 0 {
		switch {
		case a[0] < b[0]:
			out, a = append(out, a[0]), a[1:]
		case a[0] > b[0]:
			out, b = append(out, b[0]), b[1:]
		default:
			out, a, b = append(out, a[0]), a[1:], b[1:]
		}
	}
	return append(append(out, a...), b...)
}

// index writes rows into the search index before COMMIT. fresh rows have no
// entry yet; archived ones lose theirs.
func (s *Store) index(ctx context.Context, tx db.Tx, rows []*Row, fresh bool) error {
	late := db.Later(tx, func() *entries { return &entries{at: map[int64]int{}} })
	for _, r := range rows {
		if r.tokens == nil {
			if err := s.openAll(s.loader(ctx, tx), r); err != nil {
				return err
			}
			s.tokenise(r)
		}
		e := entry{id: r.ID, typ: r.Type.ID, had: !fresh}
		if r.ArchivedAt == 0 {
			e.toks = strings.Join(r.tokens, " ")
		}
		late.put(e)
	}
	return nil
}

// reindexRow brings a row's entry up to date when its tokens changed.
func (s *Store) reindexRow(ctx context.Context, tx db.Tx, old, r *Row) error {
	if old != nil && old.searchHash == r.searchHash && old.ArchivedAt == r.ArchivedAt {
		return nil
	}
	return s.index(ctx, tx, []*Row{r}, old == nil)
}
