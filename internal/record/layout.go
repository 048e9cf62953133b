package record

import (
	"context"
	"fmt"
	"hash/fnv"
	"strconv"

	"kedang/internal/db"
	"kedang/internal/han"
	"kedang/internal/meta"
)

// layoutStep creates the table of what the stored rows of each type were
// computed by.
const layoutStep = `CREATE TABLE sys_layout (type {int} PRIMARY KEY, layout {text} NOT NULL) {strict}`

// layoutOf is a fingerprint of everything that stored titles, formulas,
// roll-ups and search entries of a type are computed by. When a pack changes
// it, rows are computed anew by a job.
func (s *Store) layoutOf(t *meta.Type) string {
	plan := &s.tables.of(t).search
	h := fnv.New64a()
	fmt.Fprintln(h, han.Version, plan.classToken, plan.titleMark)
	for _, p := range t.TitleParts {
		fmt.Fprintf(h, "%q", p.Text)
		if p.Field != nil {
			fmt.Fprint(h, p.Field.ID, p.Field.Name)
		}
	}
	for _, f := range plan.fields {
		fmt.Fprintln(h, f.field.ID, f.field.KindName, f.field.Search, f.mark)
	}
	for _, f := range t.Fields {
		if f.ManyCurrencies() {
			fmt.Fprintln(h, f.ID, f.Currencies)
		}
		if f.Computed() || f.Unique || f.Sort != "" || f.Sealed {
			fmt.Fprintln(h, f.ID, f.Formula, f.Unique, f.Sort, f.Sealed)
		}
		if r := f.Rollup; r != nil {
			fmt.Fprintln(h, r.Of, r.Via, r.Fn, r.Field, r.Where)
		}
		for _, sub := range f.Rows {
			if sub.Computed() {
				fmt.Fprintln(h, sub.ID, sub.Formula)
			}
		}
	}
	fmt.Fprintln(h, t.Unique)
	for _, m := range t.Match {
		fmt.Fprintln(h, m.Code, m.Fields)
		if likeField(t, m) != nil {
			fmt.Fprintln(h, "like 1")
		}
	}
	return strconv.FormatUint(h.Sum64(), 36)
}

// syncLayouts stores the types' layouts, and starts jobs that compute anew the
// rows of types that were stored under another.
func (s *Store) syncLayouts(ctx context.Context, tx db.Tx, schema *meta.Schema) error {
	stored := map[int64]string{}
	rows, err := tx.Query(ctx, "SELECT type, layout FROM sys_layout")
	if err != nil {
		return err
	}
	for rows.Next() {
		var id int64
		var layout string
		if err := rows.Scan(&id, &layout); err != nil {
			rows.Close()
			return err
		}
		stored[id] = layout
	}
	if err := rows.Close(); err != nil {
		return err
	}
	for _, t := range schema.Types {
		if t.Builtin {
			continue
		}
		now := s.layoutOf(t)
		before, known := stored[t.ID]
		if known && before == now {
			continue
		}
		if known {
			if _, err := s.enqueueBelow(ctx, tx, jobBackfill, t, nil, 0); err != nil {
				return err
			}
		}
		if _, err := tx.Exec(ctx, `INSERT INTO sys_layout (type, layout) VALUES (?, ?) ON CONFLICT (type) DO UPDATE SET layout = excluded.layout`, t.ID, now); err != nil {
			return err
		}
	}
	return nil
}
