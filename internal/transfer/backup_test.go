package transfer_test

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"kedang/internal/db"
	"kedang/internal/db/dbtest"
	"kedang/internal/errs"
	"kedang/internal/ledger"
	"kedang/internal/transfer"
	"kedang/internal/vault"
)

var (
	lock   = vault.Lock{Passphrase: "correct horse", WorkFactor: 10}
	unlock = vault.Unlock{Passphrase: "correct horse"}
	noon   = time.Date(2026, 10, 1, 12, 0, 0, 0, time.UTC)
)

// company is a database with a table that is written to, a vault and a file.
type company struct {
	t     *testing.T
	from  transfer.Source
	vault *vault.Vault
	ref   string
	last  atomic.Int64 // the last note that was acknowledged
}

// newCompany opens a company on the database that c names; c.Dir is set.
func newCompany(t *testing.T, c db.Config) *company {
	t.Helper()
	dir := t.TempDir()
	if c.URL == "" {
		c.Dir = dir
	}
	x := &company{t: t}
	x.from = transfer.Source{DB: open(t, c), Dir: dir, URL: c.URL, Schema: c.Schema, KeyFile: filepath.Join(dir, "kedang.key"), Version: "1", Now: noon}
	ctx := t.Context()
	x.check(x.from.DB.Migrate(ctx, "test", `CREATE TABLE note (id {int} PRIMARY KEY, body {text} NOT NULL) {strict}`, `CREATE INDEX note_body ON note (body)`))
	x.vault = x.openVault(x.from.DB, dir)
	ref, _, _, err := x.vault.Files().Put(ctx, strings.NewReader("a contract"))
	x.check(err)
	x.ref = ref
	return x
}

func open(t *testing.T, c db.Config) *db.DB {
	t.Helper()
	d, err := db.Open(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { d.Close() })
	return d
}

func (x *company) openVault(d *db.DB, dir string) *vault.Vault {
	x.t.Helper()
	v, err := vault.Open(x.t.Context(), d, ledger.New(db.NewIDs(1, nil)), vault.Options{Dir: dir, Getenv: func(string) string { return "" }})
	x.check(err)
	return v
}

func (x *company) check(err error) {
	x.t.Helper()
	if err != nil {
		x.t.Fatal(err)
	}
}

// write adds notes until the context ends.
func (x *company) write(ctx context.Context) error {
	for n := x.last.Load() + 1; ctx.Err() == nil; n++ {
		err := x.from.DB.Write(context.Background(), func(tx db.Tx) error {
			_, err := tx.Exec(ctx, `INSERT INTO note (id, body) VALUES (?, ?)`, n, strings.Repeat("客户 ", 40))
			return err
		})
		if err != nil && ctx.Err() == nil {
			return err
		}
		if err == nil {
			x.last.Store(n)
		}
	}
	return nil
}

// backup takes a backup.
func (x *company) backup() []byte {
	x.t.Helper()
	var out bytes.Buffer
	m, err := transfer.Backup(x.t.Context(), x.from, lock, &out)
	x.check(err)
	if m.Rows["note"] == 0 || m.Key != "file" || m.Structure == "" {
		x.t.Errorf("manifest %+v", m)
	}
	return out.Bytes()
}

// notes are the ids of a database, each of which must follow the one before.
func notes(t *testing.T, d *db.DB) (last int64) {
	t.Helper()
	err := d.Read(t.Context(), func(tx db.Tx) error {
		rows, err := tx.Query(t.Context(), `SELECT id FROM note ORDER BY id`)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var id int64
			if err := rows.Scan(&id); err != nil {
				return err
			}
			if id != last+1 {
				t.Errorf("%d follows %d", id, last)
			}
			last = id
		}
		return rows.Err()
	})
	if err != nil {
		t.Fatal(err)
	}
	return last
}

// eachDatabase names the databases to back up.
func eachDatabase(t *testing.T, test func(t *testing.T, c db.Config)) {
	t.Run("sqlite", func(t *testing.T) { test(t, db.Config{NoSync: true}) })
	t.Run("postgres", func(t *testing.T) { test(t, dbtest.PostgresConfig(t)) })
}

// target is an empty place for a company of the same database.
func target(t *testing.T, c db.Config) transfer.Target {
	to := transfer.Target{Dir: filepath.Join(t.TempDir(), "new"), Now: noon}
	if c.URL != "" {
		other := dbtest.PostgresConfig(t)
		to.URL, to.Schema = other.URL, other.Schema
	}
	return to
}

func (x *company) openTarget(to transfer.Target) *db.DB {
	c := db.Config{NoSync: true, Dir: to.Dir}
	if to.URL != "" {
		c = db.Config{URL: to.URL, Schema: to.Schema}
	}
	return open(x.t, c)
}

func TestBackupUnderLoad(t *testing.T) {
	eachDatabase(t, func(t *testing.T, c db.Config) {
		x := newCompany(t, c)
		ctx, stop := context.WithCancel(t.Context())
		writing := make(chan error, 1)
		go func() { writing <- x.write(ctx) }()
		for x.last.Load() < 2000 {
			time.Sleep(time.Millisecond)
		}
		before := x.last.Load()
		sealed := x.backup()
		if x.last.Load() == before {
			t.Error("nothing was written meanwhile")
		}
		stop()
		x.check(<-writing)

		to := target(t, c)
		m, err := transfer.Restore(t.Context(), bytes.NewReader(sealed), unlock, to)
		x.check(err)
		d := x.openTarget(to)
		if last := notes(t, d); last < before || last != m.Rows["note"] {
			t.Errorf("%d notes came back of %d acknowledged; the manifest says %d", last, before, m.Rows["note"])
		}
		v := x.openVault(d, to.Dir)
		if body := read(t, v, x.ref); body != "a contract" {
			t.Errorf("the file came back as %q", body)
		}
		if left, _ := filepath.Glob(filepath.Join(x.from.Dir, "backup-*")); len(left) > 0 {
			t.Errorf("left behind: %v", left)
		}
		entries, err := os.ReadDir(filepath.Dir(to.Dir))
		if err != nil || len(entries) != 1 {
			t.Errorf("beside the target: %v, %v", entries, err)
		}
	})
}

func read(t *testing.T, v *vault.Vault, ref string) string {
	t.Helper()
	r, err := v.Files().Get(t.Context(), ref)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	var b bytes.Buffer
	if _, err := b.ReadFrom(r); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func (x *company) fill(n int64) {
	x.t.Helper()
	x.check(x.from.DB.Write(x.t.Context(), func(tx db.Tx) error {
		rows := make([][]any, n)
		for i := range rows {
			rows[i] = []any{int64(i + 1), "客户"}
		}
		return db.BulkInsert(x.t.Context(), tx, "note", []string{"id", "body"}, rows)
	}))
}

func TestRestoreRefuses(t *testing.T) {
	eachDatabase(t, func(t *testing.T, c db.Config) {
		x := newCompany(t, c)
		x.fill(100)
		sealed := x.backup()
		middle := bytes.Clone(sealed)
		middle[len(middle)/2] ^= 1
		for name, bad := range map[string]struct {
			sealed []byte
			key    vault.Unlock
			code   string
		}{
			"wrong passphrase": {sealed, vault.Unlock{Passphrase: "battery staple"}, "wrong_key"},
			"no passphrase":    {sealed, vault.Unlock{}, "no_key"},
			"cut":              {sealed[:len(sealed)-20], unlock, "bad_backup"},
			"cut early":        {sealed[:len(sealed)/3], unlock, "bad_backup"},
			"header alone":     {sealed[:40], unlock, "bad_backup"},
			"nothing":          {nil, unlock, "bad_backup"},
			"changed":          {middle, unlock, "bad_backup"},
			"something else":   {[]byte("name,phone\nAn,1\n"), unlock, "bad_backup"},
			"no archive":       {seal(t, []byte("name,phone\nAn,1\n")), unlock, "bad_backup"},
		} {
			to := target(t, c)
			_, err := transfer.Restore(t.Context(), bytes.NewReader(bad.sealed), bad.key, to)
			if err == nil || errs.As(err).Code != bad.code {
				t.Errorf("%s: err = %v, want %s", name, err, bad.code)
			}
			if list, err := os.ReadDir(to.Dir); len(list) > 0 || (err != nil && !errors.Is(err, os.ErrNotExist)) {
				t.Errorf("%s: left behind %v, %v", name, list, err)
			}
			if to.URL != "" && tables(t, to) != 0 {
				t.Errorf("%s: tables are there", name)
			}
		}
	})
}

// tables counts the tables of a target's schema.
func tables(t *testing.T, to transfer.Target) (n int64) {
	t.Helper()
	d := open(t, db.Config{URL: to.URL, Schema: to.Schema})
	err := d.Read(t.Context(), func(tx db.Tx) error {
		return tx.QueryRow(t.Context(), `SELECT count(*) FROM pg_tables WHERE schemaname = current_schema()`, nil, &n)
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func seal(t *testing.T, plain []byte) []byte {
	t.Helper()
	var out bytes.Buffer
	w, err := vault.SealStream(&out, lock)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Write(plain); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func TestRestoreReplacesOnlyByForce(t *testing.T) {
	eachDatabase(t, func(t *testing.T, c db.Config) {
		x := newCompany(t, c)
		x.fill(100)
		sealed := x.backup()
		to := target(t, c)
		_, err := transfer.Restore(t.Context(), bytes.NewReader(sealed), unlock, to)
		x.check(err)
		d := x.openTarget(to)
		x.check(d.Write(t.Context(), func(tx db.Tx) error {
			_, err := tx.Exec(t.Context(), `DELETE FROM note WHERE id > 50`)
			return err
		}))
		if c.URL == "" {
			if _, err := transfer.Restore(t.Context(), bytes.NewReader(sealed), unlock, to); err == nil || errs.As(err).Code != "directory_in_use" {
				t.Errorf("under a running server: %v", err)
			}
		}
		x.check(d.Close())
		if _, err := transfer.Restore(t.Context(), bytes.NewReader(sealed), unlock, to); err == nil || errs.As(err).Code != "directory_not_empty" {
			t.Errorf("over another company: %v", err)
		}
		to.Force = true
		_, err = transfer.Restore(t.Context(), bytes.NewReader(sealed), unlock, to)
		x.check(err)
		if n := notes(t, x.openTarget(to)); n != 100 {
			t.Errorf("%d notes after the restore", n)
		}
		if c.URL != "" {
			t.Cleanup(func() { dropSchema(t, to.URL, to.Schema+"_before_20261001120000") })
		}
		if _, err := os.Stat(to.Dir + ".before-20261001-120000"); err != nil {
			t.Errorf("what was there is not kept: %v", err)
		}
	})
}

func dropSchema(t *testing.T, url, name string) {
	conn, err := pgx.Connect(context.Background(), url)
	if err != nil {
		t.Error(err)
		return
	}
	defer conn.Close(context.Background())
	if _, err := conn.Exec(context.Background(), "SET client_min_messages = warning; DROP SCHEMA "+pgx.Identifier{name}.Sanitize()+" CASCADE"); err != nil {
		t.Errorf("what was there is not kept: %v", err)
	}
}

func TestRestoreIntoOtherDatabase(t *testing.T) {
	x := newCompany(t, db.Config{NoSync: true})
	x.fill(10)
	to := transfer.Target{Dir: filepath.Join(t.TempDir(), "new"), URL: "postgres://127.0.0.1:1/x", Now: noon}
	_, err := transfer.Restore(t.Context(), bytes.NewReader(x.backup()), unlock, to)
	if err == nil || errs.As(err).Code != "backup_other_database" {
		t.Errorf("err = %v", err)
	}
}
