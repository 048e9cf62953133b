package vault_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"kedang/internal/db"
	"kedang/internal/db/dbtest"
	"kedang/internal/errs"
	"kedang/internal/ledger"
	"kedang/internal/vault"
)

// fixture is a database with a ledger and a directory for keys and files.
type fixture struct {
	*testing.T
	ctx  context.Context
	d    *db.DB
	book *ledger.Ledger
	dir  string
	env  map[string]string
	now  time.Time
}

func each(t *testing.T, do func(f *fixture)) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		f := &fixture{T: t, ctx: context.Background(), d: d, dir: t.TempDir(), env: map[string]string{}, now: time.Now()}
		f.book = ledger.New(db.NewIDs(1, time.Now))
		f.check(f.book.Open(f.ctx, d))
		do(f)
	})
}

func (f *fixture) check(err error) {
	f.Helper()
	if err != nil {
		f.Fatal(err)
	}
}

// refused checks kind and code.
func (f *fixture) refused(err error, kind errs.Kind, code string) {
	f.Helper()
	if !errs.Is(err, kind) || errs.As(err).Code != code {
		f.Errorf("error %v, want %s %s", err, kind, code)
	}
}

func (f *fixture) try() (*vault.Vault, error) {
	return vault.Open(f.ctx, f.d, f.book, vault.Options{Dir: f.dir, Getenv: func(k string) string { return f.env[k] },
		Now: func() time.Time { return f.now }})
}

func (f *fixture) open() *vault.Vault {
	f.Helper()
	v, err := f.try()
	f.check(err)
	return v
}

func (f *fixture) write(do func(tx db.Tx) error) {
	f.Helper()
	f.check(f.d.Write(f.ctx, do))
}

func (f *fixture) seal(v *vault.Vault, subject, record, field int64, plain string) (sealed []byte) {
	f.Helper()
	f.write(func(tx db.Tx) (err error) {
		sealed, err = v.Seal(f.ctx, tx, subject, record, field, []byte(plain))
		return err
	})
	return sealed
}

func (f *fixture) unseal(v *vault.Vault, record, field int64, sealed []byte) (plain string, err error) {
	err = f.d.Read(f.ctx, func(tx db.Tx) error {
		b, err := v.Open(f.ctx, tx, record, field, sealed)
		plain = string(b)
		return err
	})
	return plain, err
}

func (f *fixture) opens(v *vault.Vault, record, field int64, sealed []byte, want string) {
	f.Helper()
	got, err := f.unseal(v, record, field, sealed)
	if err != nil || got != want {
		f.Errorf("opened %q, %v; want %q", got, err, want)
	}
}

const idCard = "11010519491231002X"

func TestSeal(t *testing.T) {
	each(t, func(f *fixture) {
		v := f.open()
		a, b := f.seal(v, 1, 10, 5, idCard), f.seal(v, 1, 10, 5, idCard)
		if cmp.Equal(a, b) {
			f.Error("the same value sealed twice looks the same")
		}
		if strings.Contains(string(a), "1949") || len(a) > len(idCard)+40 {
			f.Errorf("sealed %q", a)
		}
		f.opens(v, 10, 5, a, idCard)
		f.opens(f.open(), 10, 5, a, idCard) // a new process
		empty := f.seal(v, 1, 10, 5, "")
		f.opens(v, 10, 5, empty, "")

		other := f.seal(v, 2, 10, 5, idCard)
		foreign := append(append([]byte{}, other[:9]...), a[9:]...) // under another subject's name
		changed := append([]byte{}, a...)
		changed[len(changed)-1] ^= 1
		for _, c := range []struct {
			name          string
			record, field int64
			sealed        []byte
		}{
			{"in another record", 11, 5, a}, {"in another field", 10, 6, a}, {"of another subject", 10, 5, foreign},
			{"changed", 10, 5, changed}, {"cut", 10, 5, a[:20]}, {"cut to the header", 10, 5, a[:9]}, {"empty", 10, 5, nil},
			{"of an unknown version", 10, 5, append([]byte{9}, a[1:]...)},
		} {
			_, err := f.unseal(v, c.record, c.field, c.sealed)
			if !errs.Is(err, errs.Internal) || errs.As(err).Code != "seal_damaged" {
				f.Errorf("%s: %v", c.name, err)
			}
		}
		if s, err := vault.Subject(other); s != 2 || err != nil {
			f.Errorf("Subject = %d, %v", s, err)
		}
	})
}

// A key whose transaction was rolled back must not seal anything later.
func TestKeyOfRolledBackTransaction(t *testing.T) {
	each(t, func(f *fixture) {
		v := f.open()
		back := errors.New("no")
		err := f.d.Write(f.ctx, func(tx db.Tx) error {
			sealed, err := v.Seal(f.ctx, tx, 1, 10, 5, []byte("x"))
			f.check(err)
			if _, err := v.Open(f.ctx, tx, 10, 5, sealed); err != nil {
				f.Error(err)
			}
			return back
		})
		if !errors.Is(err, back) {
			f.Fatal(err)
		}
		sealed := f.seal(v, 1, 10, 5, idCard)
		f.opens(v, 10, 5, sealed, idCard)
		f.opens(f.open(), 10, 5, sealed, idCard)
	})
}

func TestDestroyKey(t *testing.T) {
	each(t, func(f *fixture) {
		v, other := f.open(), f.open()
		sealed, kept := f.seal(v, 1, 10, 5, idCard), f.seal(v, 2, 20, 5, "保留")
		f.opens(other, 10, 5, sealed, idCard) // now in its cache
		f.write(func(tx db.Tx) error { return v.DestroyKey(f.ctx, tx, 1) })
		f.write(func(tx db.Tx) error { return v.DestroyKey(f.ctx, tx, 1) }) // again changes nothing
		_, err := f.unseal(v, 10, 5, sealed)
		f.refused(err, errs.NotFound, "key_destroyed")
		err = f.d.Write(f.ctx, func(tx db.Tx) error { _, err := v.Seal(f.ctx, tx, 1, 10, 5, []byte("x")); return err })
		f.refused(err, errs.NotFound, "key_destroyed")
		_, err = f.unseal(f.open(), 10, 5, sealed)
		f.refused(err, errs.NotFound, "key_destroyed")
		f.now = f.now.Add(61 * time.Second)
		_, err = f.unseal(other, 10, 5, sealed) // another node, a minute later
		f.refused(err, errs.NotFound, "key_destroyed")
		f.opens(v, 20, 5, kept, "保留")
		f.check(f.d.Read(f.ctx, func(tx db.Tx) error {
			entries, err := f.book.OfRecord(f.ctx, tx, 1, 0, 9)
			if len(entries) != 1 || entries[0].Action != "destroy_key" {
				f.Errorf("ledger %+v", entries)
			}
			return err
		}))
	})
}

// A destruction that is rolled back destroyed nothing.
func TestDestroyKeyRolledBack(t *testing.T) {
	each(t, func(f *fixture) {
		v := f.open()
		sealed := f.seal(v, 1, 10, 5, idCard)
		err := f.d.Write(f.ctx, func(tx db.Tx) error {
			f.check(v.DestroyKey(f.ctx, tx, 1))
			return errors.New("no")
		})
		if err == nil {
			f.Fatal("not rolled back")
		}
		f.opens(v, 10, 5, sealed, idCard)
	})
}

func TestSmallCache(t *testing.T) {
	each(t, func(f *fixture) {
		v, err := vault.Open(f.ctx, f.d, f.book, vault.Options{Dir: f.dir, Cached: 2, Getenv: func(string) string { return "" }})
		f.check(err)
		var sealed [5][]byte
		for i := range sealed {
			sealed[i] = f.seal(v, int64(i+1), 10, 5, idCard)
		}
		for range 2 {
			for i := range sealed {
				f.opens(v, 10, 5, sealed[i], idCard)
			}
		}
	})
}

func TestBlindAndTokens(t *testing.T) {
	each(t, func(f *fixture) {
		v := f.open()
		a := v.Blind(5, "138 0013")
		if len(a) != 16 || !cmp.Equal(a, f.open().Blind(5, "138 0013")) {
			f.Errorf("blind %x", a)
		}
		if cmp.Equal(a, v.Blind(6, "138 0013")) || cmp.Equal(a, v.Blind(5, "138 0014")) {
			f.Error("different fields or values have one blind index")
		}
		tokens := v.SearchTokens(5, "11010519491231002x")
		if len(tokens) != 3 {
			f.Fatalf("tokens %v", tokens)
		}
		for _, c := range []struct {
			query string
			hits  bool
		}{{"11010519491231002x", true}, {"002x", true}, {"31002x", true}, {"1002x", false}, {"1101", false}, {"123100", false}} {
			if got := meet(tokens, v.QueryTokens(5, c.query)); got != c.hits {
				f.Errorf("search for %s: %v", c.query, got)
			}
			if meet(tokens, v.QueryTokens(6, c.query)) {
				f.Errorf("search for %s in another field hits", c.query)
			}
		}
		if meet(v.SearchTokens(5, "1234"), v.SearchTokens(5, "5671234")[:1]) || !meet(v.SearchTokens(5, "客户档案"), v.QueryTokens(5, "客户档案")) {
			f.Error("tokens of short values")
		}
	})
}

func meet(a, b []string) bool {
	for _, x := range a {
		for _, y := range b {
			if x == y {
				return true
			}
		}
	}
	return false
}

func TestKeyFile(t *testing.T) {
	each(t, func(f *fixture) {
		v := f.open()
		if diff := cmp.Diff([]string{vault.KeyFileCreated}, v.Notices()); diff != "" {
			f.Error(diff)
		}
		path := filepath.Join(f.dir, "kedang.key")
		info, err := os.Stat(path)
		f.check(err)
		if v.KeyFile() != path || info.Mode().Perm() != 0o600 {
			f.Errorf("key file %s %v", v.KeyFile(), info.Mode())
		}
		if n := f.open().Notices(); len(n) != 0 {
			f.Errorf("second open: %v", n)
		}
		f.check(os.Chmod(path, 0o644))
		if diff := cmp.Diff([]string{vault.KeyFileOpen}, f.open().Notices()); diff != "" {
			f.Error(diff)
		}

		good, err := os.ReadFile(path)
		f.check(err)
		f.check(os.Remove(path))
		_, err = f.try()
		f.refused(err, errs.NotFound, "key_missing")
		if _, err := os.Stat(path); err == nil {
			f.Error("a second master key was made")
		}
		for _, c := range []struct{ text, code string }{
			{"1 AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=", "wrong_key"},
			{"2 AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=", "wrong_key"},
			{"AAEC", "bad_key_file"}, {"", "bad_key_file"}, {"# nothing", "bad_key_file"}, {"x y z", "bad_key_file"}, {"0 AAEC", "bad_key_file"},
		} {
			f.check(os.WriteFile(path, []byte(c.text), 0o600))
			_, err = f.try()
			f.refused(err, errs.Invalid, c.code)
			if err != nil && c.text != "" && strings.Contains(err.Error(), c.text) {
				f.Errorf("the error quotes the key: %v", err)
			}
		}
		f.check(os.WriteFile(path, good, 0o600))
		f.open()
	})
}

func TestKeyFromEnvironment(t *testing.T) {
	each(t, func(f *fixture) {
		f.env["KEDANG_KEY"] = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
		v := f.open()
		sealed := f.seal(v, 1, 10, 5, idCard)
		if _, err := os.Stat(filepath.Join(f.dir, "kedang.key")); err == nil || v.KeyFile() != "" {
			f.Error("a key file was made")
		}
		_, err := v.Rotate(f.ctx, nil)
		f.refused(err, errs.Invalid, "key_in_environment")

		// Rotated by hand: both versions in the environment, then Rewrap.
		f.env["KEDANG_KEY"] = "1 AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=, 2 //ECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
		v = f.open()
		f.opens(v, 10, 5, sealed, idCard)
		n, err := v.Rewrap(f.ctx, nil)
		f.check(err)
		if n != 3 { // two secrets and one data key
			f.Errorf("rewrapped %d", n)
		}
		f.env["KEDANG_KEY"] = "2 //ECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
		f.opens(f.open(), 10, 5, sealed, idCard)

		path := filepath.Join(f.dir, "elsewhere")
		f.check(os.WriteFile(path, []byte(f.env["KEDANG_KEY"]), 0o600))
		f.env = map[string]string{"KEDANG_KEY_FILE": path}
		f.opens(f.open(), 10, 5, sealed, idCard)
	})
}

func TestRotate(t *testing.T) {
	each(t, func(f *fixture) {
		v, other := f.open(), f.open()
		var sealed [250][]byte
		for i := range sealed {
			sealed[i] = f.seal(v, int64(i+1), 10, 5, idCard)
		}
		gone := f.seal(v, 999, 10, 5, "gone")
		f.write(func(tx db.Tx) error { return v.DestroyKey(f.ctx, tx, 999) })
		blind := v.Blind(5, "x")
		var heard int64
		n, err := v.Rotate(f.ctx, func(done int64) { heard = done })
		f.check(err)
		if n != 252 || heard != 252 {
			f.Errorf("rewrapped %d, heard %d", n, heard)
		}
		// A process that was running finds the new version in the key file, and
		// one that starts anew needs no other.
		path := filepath.Join(f.dir, "kedang.key")
		text, err := os.ReadFile(path)
		f.check(err)
		lines := strings.Split(strings.TrimSpace(string(text)), "\n")
		f.now = f.now.Add(2 * time.Minute)
		for _, s := range sealed {
			f.opens(other, 10, 5, s, idCard)
		}
		f.check(os.WriteFile(path, []byte(lines[len(lines)-1]), 0o600))
		v = f.open()
		for _, s := range sealed {
			f.opens(v, 10, 5, s, idCard)
		}
		if !cmp.Equal(v.Blind(5, "x"), blind) {
			f.Error("the blind index changed")
		}
		_, err = f.unseal(v, 10, 5, gone)
		f.refused(err, errs.NotFound, "key_destroyed")
		if n, err := v.Rewrap(f.ctx, nil); n != 0 || err != nil {
			f.Errorf("a second Rewrap: %d, %v", n, err)
		}
	})
}

func BenchmarkOpen(b *testing.B) {
	ctx, d := context.Background(), dbtest.Open(b)
	book := ledger.New(db.NewIDs(1, time.Now))
	if err := book.Open(ctx, d); err != nil {
		b.Fatal(err)
	}
	v, err := vault.Open(ctx, d, book, vault.Options{Dir: b.TempDir()})
	if err != nil {
		b.Fatal(err)
	}
	err = d.Write(ctx, func(tx db.Tx) error {
		sealed, err := v.Seal(ctx, tx, 1, 10, 5, []byte(idCard))
		for b.Loop() {
			if _, err := v.Open(ctx, tx, 10, 5, sealed); err != nil {
				return err
			}
		}
		return err
	})
	if err != nil {
		b.Fatal(err)
	}
}
