package record

import (
	"context"
	"strings"

	"kedang/internal/db"
	"kedang/internal/errs"
	"kedang/internal/meta"
)

// columnSpec is a physical column as DDL needs it.
type columnSpec struct {
	name, typ string
}

// specs lists all columns of a record table.
func (tb *table) specs(d db.Dialect) []columnSpec {
	out := make([]columnSpec, 0, len(builtins)+len(tb.columns)+len(tb.combos))
	for _, n := range builtins {
		out = append(out, columnSpec{n, builtinType(n, d)})
	}
	for _, c := range tb.columns {
		out = append(out, columnSpec{c.name, columnType(c, d)})
	}
	for _, c := range tb.combos {
		out = append(out, columnSpec{c.name, d.TextType()})
	}
	return out
}

func builtinType(name string, d db.Dialect) string {
	switch name {
	case "id":
		return d.IntType() + " PRIMARY KEY"
	case "number":
		return d.TextType()
	case "title", "title_sort":
		return d.TextType() + " NOT NULL"
	case "rev", "created_at", "updated_at", "search_hash":
		return d.IntType() + " NOT NULL"
	}
	return d.IntType()
}

func columnType(c column, d db.Dialect) string {
	switch {
	case c.shadow == blindSuffix, c.shadow == "" && c.field.Sealed:
		return d.BlobType()
	case c.shadow == sortSuffix, c.shadow == meta.CurrencySuffix:
		return d.TextType()
	}
	return valueType(c.field, d)
}

func valueType(f *meta.Field, d db.Dialect) string {
	switch f.Kind.Column(f) {
	case meta.IntColumn:
		return d.IntType()
	case meta.BlobColumn:
		return d.BlobType()
	}
	return d.TextType()
}

// syncTables creates the tables and columns that are missing.
func (s *Store) syncTables(ctx context.Context, tx db.Tx, schema *meta.Schema) error {
	for _, t := range schema.Types {
		if t.Builtin {
			continue
		}
		tb := s.tables.of(t)
		if err := ensureTable(ctx, tx, t.Table, tb.specs(tx.Dialect())); err != nil {
			return err
		}
		for _, f := range tb.sides {
			specs := []columnSpec{{"record", tx.Dialect().IntType() + " NOT NULL"}, {"pos", tx.Dialect().IntType() + " NOT NULL"},
				{"value", valueType(f, tx.Dialect()) + " NOT NULL"}, {"extra", tx.Dialect().TextType()}}
			if err := ensureTable(ctx, tx, f.Table, specs, "PRIMARY KEY (record, pos)"); err != nil {
				return err
			}
		}
		for _, f := range tb.rows {
			specs := []columnSpec{{"id", tx.Dialect().IntType() + " PRIMARY KEY"}, {"record", tx.Dialect().IntType() + " NOT NULL"},
				{"pos", tx.Dialect().IntType() + " NOT NULL"}}
			for _, sub := range f.Rows {
				specs = append(specs, columnSpec{sub.Column, valueType(sub, tx.Dialect())})
			}
			if err := ensureTable(ctx, tx, f.Table, specs); err != nil {
				return err
			}
		}
	}
	return nil
}

// ensureTable creates a table, or adds the columns it lacks.
func ensureTable(ctx context.Context, tx db.Tx, name string, specs []columnSpec, keys ...string) error {
	have, err := columnsOf(ctx, tx, name)
	if err != nil {
		return err
	}
	if len(have) == 0 {
		lines := make([]string, 0, len(specs)+len(keys))
		for _, c := range specs {
			lines = append(lines, quote(c.name)+" "+c.typ)
		}
		query := "CREATE TABLE " + quote(name) + " (\n\t" + strings.Join(append(lines, keys...), ",\n\t") + ")"
		if tx.Dialect() == db.SQLite {
			query += " STRICT"
		}
		_, err = tx.Exec(ctx, query)
		return err
	}
	for _, c := range specs {
		if have[c.name] {
			continue
		}
		if _, err := tx.Exec(ctx, "ALTER TABLE "+quote(name)+" ADD COLUMN "+quote(c.name)+" "+c.typ); err != nil {
			return err
		}
	}
	return nil
}

// syncIndexes creates the indexes the types want and drops those they no
// longer do. Each is a transaction of its own, so that a large table holds up
// others as briefly as may be.
func (s *Store) syncIndexes(ctx context.Context, schema *meta.Schema) (err error) {
	defer errs.Wrap(&err, "Store.syncIndexes")
	have := map[string]bool{}
	err = s.DB.Read(ctx, func(tx db.Tx) error {
		query := "SELECT name FROM sqlite_master WHERE type = 'index' AND name LIKE 'ix!_%' ESCAPE '!'"
		if tx.Dialect() == db.Postgres {
			query = "SELECT indexname::text FROM pg_indexes WHERE schemaname = current_schema() AND indexname LIKE 'ix!_%' ESCAPE '!'"
		}
		rows, err := tx.Query(ctx, query)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var n string
			if err := rows.Scan(&n); err != nil {
				return err
			}
			have[n] = true
		}
		return rows.Err()
	})
	if err != nil {
		return err
	}
	var wanted []meta.Index
	for _, t := range schema.Types {
		if !t.Builtin {
			wanted = append(wanted, t.Indexes()...)
		}
	}
	filled := false
	for _, ix := range wanted {
		if have[ix.Name] {
			delete(have, ix.Name)
			continue
		}
		if err := s.createIndex(ctx, ix, &filled); err != nil {
			return err
		}
	}
	if filled { // without statistics of it an index is chosen by chance
		if err := s.DB.Write(ctx, func(tx db.Tx) error { return s.TidySoon(ctx, tx, manyRows) }); err != nil {
			return err
		}
	}
	for name := range have {
		if err := s.DB.Write(ctx, func(tx db.Tx) error {
			_, err := tx.Exec(ctx, "DROP INDEX "+quote(name))
			return err
		}); err != nil {
			return err
		}
	}
	return nil
}

// createIndex builds one index from its declaration; filled becomes true when
// its table has rows.
func (s *Store) createIndex(ctx context.Context, ix meta.Index, filled *bool) error {
	return s.DB.Write(ctx, func(tx db.Tx) error {
		if _, err := tx.Exec(ctx, indexText(ix, tx.Dialect())); err != nil || *filled {
			return err
		}
		some, err := int64s(tx.Query(ctx, "SELECT 1 FROM "+quote(ix.Table)+" LIMIT 1"))
		*filled = len(some) > 0
		return err
	})
}

func indexText(ix meta.Index, d db.Dialect) string {
	var b strings.Builder
	b.WriteString("CREATE ")
	if ix.Unique {
		b.WriteString("UNIQUE ")
	}
	b.WriteString("INDEX IF NOT EXISTS " + quote(ix.Name) + " ON " + quote(ix.Table) + " (")
	for i, c := range ix.Columns {
		if i > 0 {
			b.WriteString(", ")
		}
		name, desc := strings.CutPrefix(c, "-")
		b.WriteString(quote(name))
		switch {
		case desc:
			b.WriteString(" DESC")
			if d == db.Postgres {
				b.WriteString(" NULLS LAST")
			}
		case d == db.Postgres && !ix.Unique:
			b.WriteString(" NULLS FIRST")
		}
	}
	if d == db.SQLite && !ix.Unique && ix.Where != "" {
		// SQLite tests the condition of a partial index again on each row: with
		// the column beside the others it need not fetch the row for that.
		b.WriteString(", " + quote("archived_at"))
	}
	if d == db.SQLite { // PostgreSQL looks at the row all the same
		for _, c := range ix.Beside {
			b.WriteString(", " + quote(c))
		}
	}
	b.WriteString(")")
	if ix.Where != "" {
		b.WriteString(" WHERE " + ix.Where)
	}
	return b.String()
}
