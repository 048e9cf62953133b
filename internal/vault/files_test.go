package vault_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"io"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/google/go-cmp/cmp"

	"kedang/internal/errs"
	"kedang/internal/vault"
)

// random returns the same n bytes each time.
func random(n int) []byte {
	b := make([]byte, n)
	r := rand.NewChaCha8([32]byte{1})
	r.Read(b)
	return b
}

func TestFiles(t *testing.T) {
	each(t, func(f *fixture) { blobSuite(f, f.open().Files()) })
}

// blobSuite is what every implementation of Blobs must pass.
func blobSuite(f *fixture, blobs vault.Blobs) {
	put := func(b []byte) string {
		f.Helper()
		ref, size, sum, err := blobs.Put(f.ctx, bytes.NewReader(b))
		f.check(err)
		if want := sha256.Sum256(b); size != int64(len(b)) || !bytes.Equal(sum, want[:]) {
			f.Errorf("put %d bytes: size %d, sum %x", len(b), size, sum)
		}
		return ref
	}
	refs := map[string]bool{}
	for _, n := range []int{0, 1, 1000, 64 << 10, 64<<10 + 1, 1 << 20} { // around age's chunk
		b := random(n)
		ref := put(b)
		refs[ref] = true
		r, err := blobs.Get(f.ctx, ref)
		f.check(err)
		f.check(iotest.TestReader(r, b))
		f.check(r.Close())
		if again := put(b); again != ref {
			f.Errorf("the same %d bytes are %s and %s", n, ref, again)
		}
	}
	walked := map[string]bool{}
	f.check(blobs.Walk(f.ctx, func(ref string, stored int64) error {
		walked[ref] = stored > 0
		return nil
	}))
	if diff := cmp.Diff(refs, walked); diff != "" {
		f.Error(diff)
	}
	ref := put([]byte("short-lived"))
	f.check(blobs.Delete(f.ctx, ref))
	f.check(blobs.Delete(f.ctx, ref))
	for _, none := range []string{ref, "", "..", "../../../../etc/passwd", strings.Repeat("A", 40), "../" + strings.Repeat("a", 37)} {
		_, err := blobs.Get(f.ctx, none)
		f.refused(err, errs.NotFound, "not_found")
	}
	back := errors.New("upload broke off")
	if _, _, _, err := blobs.Put(f.ctx, io.MultiReader(strings.NewReader("half"), iotest.ErrReader(back))); !errors.Is(err, back) {
		f.Errorf("put of a reader that fails: %v", err)
	}
	gone, cancel := context.WithCancel(f.ctx)
	cancel()
	if _, _, _, err := blobs.Put(gone, strings.NewReader("x")); !errs.Is(err, errs.Canceled) {
		f.Errorf("put for a caller who went away: %v", err)
	}
}

func TestFilesAtRest(t *testing.T) {
	each(t, func(f *fixture) {
		secret := []byte("客户的身份证扫描件 " + strings.Repeat("secret ", 100))
		blobs := f.open().Files()
		ref, _, sum, err := blobs.Put(f.ctx, bytes.NewReader(secret))
		f.check(err)
		f.check(filepath.WalkDir(f.dir, func(path string, e fs.DirEntry, err error) error {
			if err != nil || e.IsDir() {
				return err
			}
			b, err := os.ReadFile(path)
			if bytes.Contains(b, []byte("secret secret")) {
				f.Errorf("%s holds the plain bytes", path)
			}
			return err
		}))
		if strings.Contains(ref, string(sum[:4])) {
			f.Error("the name tells the hash")
		}
		// A new process reads it, another company's does not.
		r, err := f.open().Files().Get(f.ctx, ref)
		f.check(err)
		got, err := io.ReadAll(r)
		f.check(err)
		f.check(r.Close())
		if !bytes.Equal(got, secret) {
			f.Errorf("read %q", got)
		}
	})
}

func TestDamagedFile(t *testing.T) {
	each(t, func(f *fixture) {
		blobs := f.open().Files()
		a, _, _, err := blobs.Put(f.ctx, bytes.NewReader(random(200_000)))
		f.check(err)
		b, _, _, err := blobs.Put(f.ctx, strings.NewReader("another file"))
		f.check(err)
		path := func(ref string) string { return filepath.Join(f.dir, "files", ref[:2], ref[2:4], ref[4:]) }
		whole, err := os.ReadFile(path(a))
		f.check(err)
		other, err := os.ReadFile(path(b))
		f.check(err)
		flipped := bytes.Clone(whole)
		flipped[len(flipped)/2] ^= 1
		for _, c := range []struct {
			name string
			data []byte
		}{{"cut", whole[:150_000]}, {"a bit changed", flipped}, {"another's bytes", other}, {"empty", nil}, {"no file of ours", []byte("hello")}} {
			f.check(os.WriteFile(path(a), c.data, 0o600))
			r, err := blobs.Get(f.ctx, a)
			if err == nil {
				_, err = io.ReadAll(r)
				r.Close()
			}
			if !errs.Is(err, errs.Internal) || errs.As(err).Code != "file_damaged" {
				f.Errorf("%s: %v", c.name, err)
			}
		}
		_, _, _, err = blobs.Put(f.ctx, bytes.NewReader(random(200_000))) // heals it
		f.check(err)
		r, err := blobs.Get(f.ctx, a)
		f.check(err)
		if _, err := io.ReadAll(r); err != nil {
			f.Error(err)
		}
		f.check(r.Close())
	})
}

func TestHalfWrittenFilesGo(t *testing.T) {
	each(t, func(f *fixture) {
		f.open()
		tmp := filepath.Join(f.dir, "files", "tmp")
		for name, age := range map[string]time.Duration{"old": 25 * time.Hour, "new": 0} {
			path := filepath.Join(tmp, name)
			f.check(os.WriteFile(path, []byte("x"), 0o600))
			at := time.Now().Add(-age)
			f.check(os.Chtimes(path, at, at))
		}
		f.open()
		list, err := os.ReadDir(tmp)
		f.check(err)
		if len(list) != 1 || list[0].Name() != "new" {
			f.Errorf("left: %v", list)
		}
	})
}

func TestStream(t *testing.T) {
	backup := random(300_000)
	recipient, identity, err := vault.NewIdentity()
	if err != nil {
		t.Fatal(err)
	}
	_, stranger, err := vault.NewIdentity()
	if err != nil {
		t.Fatal(err)
	}
	seal := func(lock vault.Lock) []byte {
		t.Helper()
		var b bytes.Buffer
		w, err := vault.SealStream(&b, lock)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write(backup); err != nil {
			t.Fatal(err)
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		return b.Bytes()
	}
	byWord := seal(vault.Lock{Passphrase: "正确 horse 电池", WorkFactor: 10})
	byKey := seal(vault.Lock{Recipients: []string{recipient}})
	for _, c := range []struct {
		name   string
		sealed []byte
		key    vault.Unlock
		code   string
	}{
		{"passphrase", byWord, vault.Unlock{Passphrase: "正确 horse 电池"}, ""},
		{"identity", byKey, vault.Unlock{Identities: []string{stranger, identity}}, ""},
		{"wrong passphrase", byWord, vault.Unlock{Passphrase: "错误"}, "wrong_key"},
		{"wrong identity", byKey, vault.Unlock{Identities: []string{stranger}}, "wrong_key"},
		{"no key", byKey, vault.Unlock{}, "no_key"},
		{"no identity", byKey, vault.Unlock{Identities: []string{"AGE-SECRET-KEY-1XYZ"}}, "bad_identity"},
		{"cut", byKey[:200_000], vault.Unlock{Identities: []string{identity}}, "stream_damaged"},
		{"no sealed stream", []byte("PK\x03\x04"), vault.Unlock{Identities: []string{identity}}, "stream_damaged"},
	} {
		r, err := vault.OpenStream(bytes.NewReader(c.sealed), c.key)
		var got []byte
		if err == nil {
			got, err = io.ReadAll(r)
		}
		switch {
		case c.code == "" && (err != nil || !bytes.Equal(got, backup)):
			t.Errorf("%s: %d bytes, %v", c.name, len(got), err)
		case c.code != "" && (!errs.Is(err, errs.Invalid) || errs.As(err).Code != c.code):
			t.Errorf("%s: %v, want %s", c.name, err, c.code)
		}
	}
	for _, c := range []struct {
		lock vault.Lock
		code string
	}{
		{vault.Lock{}, "no_lock"},
		{vault.Lock{Passphrase: "x", Recipients: []string{recipient}}, "two_locks"},
		{vault.Lock{Recipients: []string{"age1nonsense"}}, "bad_recipient"},
	} {
		if _, err := vault.SealStream(io.Discard, c.lock); !errs.Is(err, errs.Invalid) || errs.As(err).Code != c.code {
			t.Errorf("%+v: %v, want %s", c.lock, err, c.code)
		}
	}
}
