package db

import (
	"context"
	"fmt"
	"testing"
)

// The cache of statements cannot be seen from outside.

func TestStatementsAreKeptAndBounded(t *testing.T) {
	c, err := openLite(t.TempDir()+"/x.db", true, false)
	if err != nil {
		t.Fatal(err)
	}
	defer c.close()
	first, err := c.prepare("SELECT 1")
	if err != nil {
		t.Fatal(err)
	}
	open, err := c.query("SELECT 2", nil)
	if err != nil {
		t.Fatal(err)
	}
	for i := range 3 * cachedStatements {
		if i%100 == 0 {
			if again, err := c.prepare("SELECT 1"); err != nil || again != first {
				t.Fatalf("after %d others it was prepared anew, %v", i, err)
			}
		}
		if _, err := c.exec(fmt.Sprintf("SELECT 'other %d'", i), nil); err != nil {
			t.Fatal(err)
		}
	}
	if n := len(c.stmts); n > cachedStatements || n != c.order.Len() {
		t.Errorf("%d statements kept, %d in order", n, c.order.Len())
	}
	if _, kept := c.stmts["SELECT 2"]; !kept {
		t.Error("a statement with open rows was closed")
	}
	open.tx, open.ctx = &liteTx{conn: c}, context.Background()
	if !open.Next() || open.stmt.value(0) != int64(2) {
		t.Error("its rows are lost")
	}
	open.Close()
}

func TestNumberedLeavesQuotesAlone(t *testing.T) {
	for in, want := range map[string]string{
		`SELECT ? + ?`:                        `SELECT $1 + $2`,
		`SELECT '?' || ? || "a?" || 'it''s?'`: `SELECT '?' || $1 || "a?" || 'it''s?'`,
		`SELECT '客?' , ?`:                     `SELECT '客?' , $1`,
	} {
		r := newRebinder()
		for range 2 {
			if got := r.rebind(in); got != want {
				t.Errorf("%s became %s", in, got)
			}
		}
	}
	r := newRebinder()
	for i := range 2 * reboundMost {
		r.rebind(fmt.Sprintf("SELECT ?, %d", i))
	}
	if len(r.m) > reboundMost {
		t.Errorf("%d statements kept", len(r.m))
	}
}
