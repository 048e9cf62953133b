package record

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"kedang/internal/access"
	"kedang/internal/db"
	"kedang/internal/han"
	"kedang/internal/meta"
)

// The search index is one pair of tables for all types: search_key holds the
// tokens of names, numbers, phones and codes, search_body those of longer
// texts. A record's row id is its own id, which is ordered by time, so "newest
// first" costs nothing. Each row carries its type's token and the tokens of
// whom it belongs to, so that a search never walks through what its reader may
// not see.
var searchSQLite = []string{
	`CREATE VIRTUAL TABLE IF NOT EXISTS search_key USING fts5(toks, type UNINDEXED, content='', contentless_delete=1, contentless_unindexed=1,
		detail=none, prefix='1 2 3', tokenize="unicode61 remove_diacritics 0 tokenchars '_'")`,
	`CREATE VIRTUAL TABLE IF NOT EXISTS search_body USING fts5(toks, type UNINDEXED, content='', contentless_delete=1, contentless_unindexed=1,
		detail=none, tokenize="unicode61 remove_diacritics 0 tokenchars '_'")`,
}

var searchPostgres = []string{
	`CREATE TABLE IF NOT EXISTS search_key (id bigint PRIMARY KEY, type bigint NOT NULL, toks tsvector NOT NULL) WITH (fillfactor = 90)`,
	`ALTER TABLE search_key ALTER toks SET STATISTICS 1000`,
	`CREATE INDEX IF NOT EXISTS search_key_toks ON search_key USING gin (toks) WITH (fastupdate = off)`,
	`CREATE TABLE IF NOT EXISTS search_body (id bigint PRIMARY KEY, type bigint NOT NULL, toks tsvector NOT NULL) WITH (fillfactor = 90)`,
	`ALTER TABLE search_body ALTER toks SET STATISTICS 1000`,
	`CREATE INDEX IF NOT EXISTS search_body_toks ON search_body USING gin (toks) WITH (fastupdate = off)`,
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

// tokens are what a record is found by.
type tokens struct {
	key, body []string
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

// tokenise computes a row's tokens and their hash. It needs no database, so a
// new record's are made outside the writer but for its number's.
func (s *Store) tokenise(r *Row) {
	var t han.Tokens
	var keyed []string // of sealed values
	if !titleGuarded(r.Type) {
		t.Title(r.Title, "")
	}
	if r.Number != "" {
		t.Code(r.Number, "")
	}
	for _, f := range r.Type.Fields {
		v := r.Values[f.Slot]
		if v == nil || f.Computed() {
			continue
		}
		if sealed, ok := v.(sealedValue); ok {
			if sealed.open_ {
				keyed = appendNew(keyed, s.Vault.SearchTokens(f.ID, han.Fold(sealed.plain)))
			}
			continue
		}
		if f.Search == "none" {
			continue
		}
		f.Kind.Tokens(f, v, markOf(f), &t)
	}
	rights := append(access.RowTokens(r.RootOwner, r.RootDepartment), typeToken(r.Type))
	rights = append(rights, keyed...)
	for _, extra := range rights {
		t.Extra(extra)
	}
	r.tokens = &tokens{key: t.Key(), body: t.BodyTokens()}
	if len(r.tokens.body) > 0 {
		r.tokens.body = appendNew(r.tokens.body, rights)
	}
	r.searchHash = int64(t.Hash() >> 1)
}

func appendNew(list, more []string) []string {
	for _, x := range more {
		if !slices.Contains(list, x) {
			list = append(list, x)
		}
	}
	return list
}

func typeToken(t *meta.Type) string { return "_y" + strconv.FormatInt(t.ID, 36) }

// markOf is the mark under which a field's tokens stand when some role sees it
// masked or not at all; "" for one that every reader of the type sees.
func markOf(f *meta.Field) string {
	if guarded(f) {
		return "f" + strconv.FormatInt(f.ID, 36)
	}
	return ""
}

// guarded tells that somebody who may read the type may not read this field.
func guarded(f *meta.Field) bool {
	if f.Sealed || f.Mask != "" || f.Personal == "sensitive" {
		return true
	}
	for _, g := range f.Of.Access {
		if level, ok := g.Fields[f.Name]; ok && level < meta.Read {
			return true
		}
	}
	return false
}

// titleGuarded tells that the title shows a guarded field, so that it cannot
// be searched by everyone.
func titleGuarded(t *meta.Type) bool {
	for _, p := range t.TitleParts {
		if p.Field != nil && !p.Field.System && guarded(p.Field) {
			return true
		}
	}
	return false
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
	for _, part := range [...]struct {
		table string
		toks  []string
	}{{"search_key", r.tokens.key}, {"search_body", r.tokens.body}} {
		if !fresh {
			column := "rowid"
			if tx.Dialect() == db.Postgres {
				column = "id"
			}
			if _, err := tx.Exec(ctx, "DELETE FROM "+part.table+" WHERE "+column+" = ?", r.ID); err != nil {
				return err
			}
		}
		if len(part.toks) == 0 || r.ArchivedAt != 0 {
			continue
		}
		if err := insertTokens(ctx, tx, part.table, r, part.toks); err != nil {
			return err
		}
	}
	return nil
}

func insertTokens(ctx context.Context, tx db.Tx, table string, r *Row, toks []string) error {
	if tx.Dialect() == db.Postgres {
		_, err := tx.Exec(ctx, "INSERT INTO "+table+" (id, type, toks) VALUES (?, ?, array_to_tsvector(CAST(? AS text[])))", r.ID, r.Type.ID, textArray(toks))
		return err
	}
	_, err := tx.Exec(ctx, "INSERT INTO "+table+" (rowid, toks, type) VALUES (?, ?, ?)", r.ID, strings.Join(toks, " "), r.Type.ID)
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
