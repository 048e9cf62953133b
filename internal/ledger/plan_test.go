package ledger_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"kedang/internal/db"
	"kedang/internal/db/dbtest"
	"kedang/internal/ledger"
)

// Every list stands on an index: none reads more of the ledger than it shows.
func TestListsStandOnIndexes(t *testing.T) {
	ctx, d := context.Background(), dbtest.Open(t)
	book := ledger.New(db.NewIDs(1, time.Now))
	if err := book.Open(ctx, d); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		filter ledger.Filter
		index  []string
	}{
		{ledger.Filter{}, []string{"PRIMARY KEY"}},
		{ledger.Filter{From: time.Now()}, []string{"PRIMARY KEY"}},
		{ledger.Filter{Record: 5}, []string{"ledger_write", "ledger_other"}},
		{ledger.Filter{Record: 5, Kinds: []string{ledger.Look, ledger.Export}}, []string{"ledger_other"}},
		{ledger.Filter{Kinds: []string{ledger.Look}}, []string{"ledger_kind"}},
		{ledger.Filter{Kinds: []string{ledger.Look, ledger.SignIn}}, []string{"ledger_kind"}},
		{ledger.Filter{Actor: 7}, []string{"ledger_actor"}},
		{ledger.Filter{Type: 3}, []string{"ledger_type"}},
	} {
		query, args := c.filter.Query()
		plan := explain(ctx, t, d, query, args)
		if strings.Contains(plan, "SCAN ledger") {
			t.Errorf("%+v reads all:\n%s", c.filter, plan)
		}
		if len(c.index) == 1 && strings.Contains(plan, "TEMP B-TREE") && len(c.filter.Kinds) < 2 {
			t.Errorf("%+v sorts:\n%s", c.filter, plan)
		}
		for _, index := range c.index {
			if !strings.Contains(plan, index) {
				t.Errorf("%+v does not use %s:\n%s", c.filter, index, plan)
			}
		}
	}
	head := explain(ctx, t, d, `SELECT id, hash FROM ledger WHERE kind = 'write' AND record = ? ORDER BY id DESC LIMIT 1`, []any{5})
	if !strings.Contains(head, "ledger_write (record=?)") || strings.Contains(head, "TEMP") {
		t.Errorf("the newest write of a record: %s", head)
	}
}

func explain(ctx context.Context, t *testing.T, d *db.DB, query string, args []any) string {
	t.Helper()
	var plan strings.Builder
	err := d.Read(ctx, func(tx db.Tx) error {
		rows, err := tx.Query(ctx, `EXPLAIN QUERY PLAN `+query, args...)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var id, parent, unused int64
			var detail string
			if err := rows.Scan(&id, &parent, &unused, &detail); err != nil {
				return err
			}
			plan.WriteString(detail + "\n")
		}
		return rows.Err()
	})
	if err != nil {
		t.Fatal(err)
	}
	return plan.String()
}
