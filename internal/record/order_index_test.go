package record_test

import (
	"strings"
	"testing"

	"kedang/internal/db"
	"kedang/internal/record"
	"kedang/internal/record/recordtest"
)

// Lists are read in the order of an index on both databases: PostgreSQL sorts
// all rows anew where the two differ in where missing values stand.
func TestListsStandOnIndexes(t *testing.T) {
	recordtest.Each(t, recordtest.Packs("core", "general"), func(t *testing.T, e *recordtest.Env) {
		for _, columns := range [][]string{{"title_sort", "id"}, {"-title_sort", "-id"}, {"-created_at", "-id"}, {"updated_at", "id"}, {"id"}, {"-id"}} {
			text := `SELECT t.id FROM r_customer AS t WHERE t.archived_at IS NULL ORDER BY ` + record.OrderText(e.DB.Dialect(), columns...) + ` LIMIT 51`
			plan, explain := "", "EXPLAIN QUERY PLAN "
			err := e.DB.Write(t.Context(), func(tx db.Tx) error {
				plan = ""
				if tx.Dialect() == db.Postgres {
					explain = "EXPLAIN "
					for _, way := range []string{"sort", "seqscan", "bitmapscan"} { // of an empty table all ways cost the same
						if _, err := tx.Exec(t.Context(), "SET LOCAL enable_"+way+" = off"); err != nil {
							return err
						}
					}
				}
				rows, err := tx.Query(t.Context(), explain+text)
				if err != nil {
					return err
				}
				defer rows.Close()
				for rows.Next() {
					var line string
					var n int64
					dest := []any{&line}
					if tx.Dialect() != db.Postgres {
						dest = []any{&n, &n, &n, &line}
					}
					if err := rows.Scan(dest...); err != nil {
						return err
					}
					plan += line + "\n"
				}
				return rows.Err()
			})
			if err != nil {
				t.Fatal(err)
			}
			if strings.Contains(plan, "Sort") || strings.Contains(plan, "TEMP B-TREE") {
				t.Errorf("%v is sorted: %s", columns, plan)
			}
		}
	})
}
