// Package dbtest gives tests real databases: an SQLite file in a temporary
// folder, and, when KEDANG_TEST_POSTGRES holds a postgres:// URL, a schema of
// its own on that server. scripts/postgres.sh starts one.
package dbtest

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"os"
	"testing"

	"github.com/jackc/pgx/v5"

	"kedang/internal/db"
)

// Each runs a test on every database there is.
func Each(t *testing.T, test func(t *testing.T, d *db.DB)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) { test(t, Open(t)) })
	t.Run("postgres", func(t *testing.T) { test(t, Postgres(t)) })
}

// Open gives an empty SQLite database that lasts as long as the test.
func Open(t testing.TB) *db.DB {
	t.Helper()
	return open(t, db.Config{Dir: t.TempDir(), NoSync: true})
}

// Postgres gives an empty schema, dropped when the test ends; it skips the
// test when no server is given.
func Postgres(t testing.TB) *db.DB {
	t.Helper()
	return open(t, PostgresConfig(t))
}

// PostgresConfig names a schema that is dropped when the test ends, for tests
// that open it themselves, twice perhaps.
func PostgresConfig(t testing.TB) db.Config {
	t.Helper()
	url := os.Getenv("KEDANG_TEST_POSTGRES")
	if url == "" {
		t.Skip("KEDANG_TEST_POSTGRES is not set (make postgres starts a server)")
	}
	var salt [6]byte
	rand.Read(salt[:])
	schema := "test_" + hex.EncodeToString(salt[:])
	t.Cleanup(func() {
		ctx := context.Background()
		conn, err := pgx.Connect(ctx, url)
		if err != nil {
			t.Errorf("dropping %s: %v", schema, err)
			return
		}
		defer conn.Close(ctx)
		conn.Exec(ctx, "SET client_min_messages = warning")
		if _, err := conn.Exec(ctx, `DROP SCHEMA IF EXISTS "`+schema+`" CASCADE`); err != nil {
			t.Errorf("dropping %s: %v", schema, err)
		}
	})
	return db.Config{URL: url, Schema: schema, NoSync: true}
}

func open(t testing.TB, c db.Config) *db.DB {
	t.Helper()
	d, err := db.Open(context.Background(), c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { d.Close() })
	return d
}
