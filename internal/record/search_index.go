package record

import (
	"context"
	"strings"

	"kedang/internal/access"
	"kedang/internal/db"
	"kedang/internal/han"
)

// The search index is one table for all types: a record's tokens, made by
// package han. Its row id is the record's id, which is ordered by time, so that
// "newest first" costs nothing. Each row carries its type's token and the
// tokens of whom it belongs to, so that a search never walks through what its
// reader may not see.
var searchSQLite = []string{
	`CREATE VIRTUAL TABLE IF NOT EXISTS search USING fts5(toks, type UNINDEXED, content='', contentless_delete=1, contentless_unindexed=1,
		detail=none, tokenize="unicode61 remove_diacritics 0 tokenchars '_'")`,
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
	return nil
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
	var t han.Tokens
	plan.collect(r, &t)
	for _, f := range plan.sealed {
		if v, ok := r.Values[f.Slot].(sealedValue); ok && v.open_ {
			for _, token := range s.Vault.SearchTokens(f.ID, han.Fold(v.plain)) {
				t.Extra(token)
			}
		}
	}
	for _, token := range access.RowTokens(r.RootOwner, r.RootDepartment) {
		t.Extra(token)
	}
	t.Extra(plan.typeToken)
	t.Extra(plan.classToken)
	r.tokens = t.List()
	r.searchHash = int64(han.HashTokens(r.tokens) >> 1)
}

// index writes rows into the search index. fresh rows have no entry yet;
// archived ones lose theirs.
func (s *Store) index(ctx context.Context, tx db.Tx, rows []*Row, fresh bool) error {
	for _, r := range rows {
		if r.tokens == nil {
			if err := s.openAll(s.loader(ctx, tx), r); err != nil {
				return err
			}
			s.tokenise(r)
		}
		if err := indexOne(ctx, tx, r, fresh); err != nil {
			return err
		}
	}
	return nil
}

func indexOne(ctx context.Context, tx db.Tx, r *Row, fresh bool) error {
	pg := tx.Dialect() == db.Postgres
	if !fresh {
		text := "DELETE FROM search WHERE rowid = ?"
		if pg {
			text = "DELETE FROM search WHERE id = ?"
		}
		if _, err := tx.Exec(ctx, text, r.ID); err != nil {
			return err
		}
	}
	if r.ArchivedAt != 0 {
		return nil
	}
	if pg {
		_, err := tx.Exec(ctx, "INSERT INTO search (id, type, toks) VALUES (?, ?, array_to_tsvector(CAST(? AS text[])))", r.ID, r.Type.ID, textArray(r.tokens))
		return err
	}
	_, err := tx.Exec(ctx, "INSERT INTO search (rowid, toks, type) VALUES (?, ?, ?)", r.ID, strings.Join(r.tokens, " "), r.Type.ID)
	return err
}

// textArray writes PostgreSQL's array literal. Tokens are letters, digits and
// '_', and are quoted all the same.
func textArray(toks []string) string {
	var b strings.Builder
	b.WriteByte('{')
	for i, t := range toks {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteByte('"')
		b.WriteString(strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(t))
		b.WriteByte('"')
	}
	b.WriteByte('}')
	return b.String()
}

// reindexRow brings a row's entry up to date when its tokens changed.
func (s *Store) reindexRow(ctx context.Context, tx db.Tx, old, r *Row) error {
	if old != nil && old.searchHash == r.searchHash && old.ArchivedAt == r.ArchivedAt {
		return nil
	}
	return s.index(ctx, tx, []*Row{r}, old == nil)
}
