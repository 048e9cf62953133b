package vault

import (
	"context"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"database/sql"
	"errors"
	"io"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"kedang/internal/db"
	"kedang/internal/errs"
	"kedang/internal/ledger"
)

// Options say where keys and files are.
type Options struct {
	Dir     string // the data directory: attachments under Dir/files
	KeyFile string // default Dir/kedang.key
	// Getenv reads KEDANG_KEY (a key or key file's text) and KEDANG_KEY_FILE
	// (a path), which come before KeyFile; default os.Getenv.
	Getenv func(string) string
	Now    func() time.Time // default time.Now
	Random io.Reader        // default crypto/rand
	Cached int              // data keys kept unwrapped; default 4096
}

// Notices that [Vault.Notices] may hold: codes of package text.
const (
	KeyFileCreated = "key_file_created" // a new master key was written: make a copy of it now
	KeyFileOpen    = "key_file_open"    // others may read the key file
)

// Vault holds the keys of one company. It is safe for use by many goroutines.
type Vault struct {
	d       *db.DB
	book    *ledger.Ledger
	opts    Options
	keyFile string // "" when the key came from the environment
	notices []string

	rings    atomic.Pointer[ring] // the current ring; a ring is never changed
	rotating sync.Mutex           // one change of the ring at a time

	blind, tokens []byte // keys for HMAC
	files         *Files
	cache         *cache
}

var tables = []string{
	`CREATE TABLE vault_master (
		version {int} PRIMARY KEY,
		proof {blob} NOT NULL,
		created_at {int} NOT NULL
	) {strict}`,
	`CREATE TABLE vault_secret (
		name {text} PRIMARY KEY,
		version {int} NOT NULL,
		wrapped {blob} NOT NULL
	) {strict}`,
	`CREATE TABLE vault_key (
		subject {int} PRIMARY KEY,
		version {int} NOT NULL,
		wrapped {blob},
		created_at {int} NOT NULL,
		destroyed_at {int} NOT NULL
	) {strict}`,
	`CREATE INDEX vault_key_version ON vault_key (version, subject) WHERE wrapped IS NOT NULL`,
}

// Open creates or migrates the vault's tables, reads the master key (or makes
// one, on a database that never had any) and checks that it is the right one.
// Errors: Invalid wrong_key, Invalid bad_key_file, NotFound key_missing when the
// database has a key and it is not where it should be.
func Open(ctx context.Context, d *db.DB, book *ledger.Ledger, o Options) (_ *Vault, err error) {
	defer errs.Wrap(&err, "vault.Open")
	if o.Getenv == nil {
		o.Getenv = os.Getenv
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Random == nil {
		o.Random = rand.Reader
	}
	if o.Cached == 0 {
		o.Cached = 4096
	}
	if o.KeyFile == "" {
		o.KeyFile = filepath.Join(o.Dir, "kedang.key")
	}
	v := &Vault{d: d, book: book, opts: o, cache: newCache(o.Cached, o.Now)}
	if err := d.Migrate(ctx, "vault", tables...); err != nil {
		return nil, err
	}
	if err := v.findKey(); err != nil {
		return nil, err
	}
	created := false
	if v.rings.Load() == nil {
		if created, err = v.createKey(ctx); err != nil {
			return nil, err
		}
	}
	if err := v.prove(ctx); err != nil {
		if created { // another node was first; ours has wrapped nothing
			os.Remove(v.keyFile)
		}
		return nil, err
	}
	return v, v.openSecrets(ctx)
}

// Notices returns codes of what the operator should be told after Open.
func (v *Vault) Notices() []string { return v.notices }

// KeyFile is the path of the key file, "" when the key came from the
// environment.
func (v *Vault) KeyFile() string { return v.keyFile }

// Files are the attachments of the data directory.
func (v *Vault) Files() *Files { return v.files }

// findKey reads the ring from the environment or a file; the ring stays nil
// when there is none.
func (v *Vault) findKey() error {
	if text := v.opts.Getenv("KEDANG_KEY"); text != "" {
		r, err := parseRing(text)
		v.rings.Store(r)
		return err
	}
	v.keyFile = v.opts.KeyFile
	if path := v.opts.Getenv("KEDANG_KEY_FILE"); path != "" {
		v.keyFile = path
	}
	r, open, err := readKeyFile(v.keyFile)
	v.rings.Store(r)
	if open {
		v.notices = append(v.notices, KeyFileOpen)
	}
	return err
}

// createKey makes the first master key, but never a second one.
func (v *Vault) createKey(ctx context.Context) (bool, error) {
	var used int64
	err := v.d.Read(ctx, func(tx db.Tx) error {
		return tx.QueryRow(ctx, `SELECT count(*) FROM vault_master`, nil, &used)
	})
	if err != nil {
		return false, err
	}
	if used > 0 {
		return false, errs.New(errs.NotFound, "key_missing", errs.Params{"file": v.keyFile})
	}
	r := &ring{keys: make(map[int64]*master)}
	if err := r.add(v.opts.Random); err != nil {
		return false, err
	}
	if err := createKeyFile(v.keyFile, r); err != nil {
		return false, err
	}
	v.rings.Store(r)
	v.notices = append(v.notices, KeyFileCreated)
	return true, nil
}

// prove compares the ring with the check values in the database and adds those
// of versions it does not know yet.
func (v *Vault) prove(ctx context.Context) error {
	r := v.rings.Load()
	return v.d.Write(ctx, func(tx db.Tx) error {
		known := 0
		for version, m := range r.keys {
			proof, err := storedProof(ctx, tx, version)
			if err != nil {
				return err
			}
			switch {
			case proof == nil:
			case !m.is(proof):
				return errs.New(errs.Invalid, "wrong_key", errs.Params{"file": v.keyFile, "version": version})
			default:
				known++
			}
		}
		var stored int64
		if err := tx.QueryRow(ctx, `SELECT count(*) FROM vault_master`, nil, &stored); err != nil {
			return err
		}
		if stored > 0 && known == 0 { // other versions only: a foreign ring
			return errs.New(errs.Invalid, "wrong_key", errs.Params{"file": v.keyFile})
		}
		return v.storeProofs(ctx, tx, r)
	})
}

func (v *Vault) storeProofs(ctx context.Context, tx db.Tx, r *ring) error {
	for version, m := range r.keys {
		_, err := tx.Exec(ctx, `INSERT INTO vault_master (version, proof, created_at) VALUES (?, ?, ?) ON CONFLICT (version) DO NOTHING`,
			version, m.check, v.opts.Now().UnixMilli())
		if err != nil {
			return err
		}
		proof, err := storedProof(ctx, tx, version)
		if err == nil && !m.is(proof) { // another node was first
			err = errs.New(errs.Invalid, "wrong_key", errs.Params{"file": v.keyFile, "version": version})
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func storedProof(ctx context.Context, tx db.Tx, version int64) (proof []byte, err error) {
	err = tx.QueryRow(ctx, `SELECT proof FROM vault_master WHERE version = ?`, []any{version}, &proof)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	return proof, err
}

// openSecrets unwraps the company's secrets, making them on the first run.
func (v *Vault) openSecrets(ctx context.Context) error {
	index, err := v.secret(ctx, "index")
	if err != nil {
		return err
	}
	attachments, err := v.secret(ctx, "files")
	if err != nil {
		return err
	}
	if v.blind, err = hkdf.Key(sha256.New, index, nil, "kedang blind 1", keySize); err != nil {
		return err
	}
	if v.tokens, err = hkdf.Key(sha256.New, index, nil, "kedang tokens 1", keySize); err != nil {
		return err
	}
	v.files, err = openFiles(filepath.Join(v.opts.Dir, "files"), attachments, v.opts.Now)
	return err
}

func (v *Vault) secret(ctx context.Context, name string) (key []byte, err error) {
	bound, r := []byte("secret "+name), v.rings.Load()
	err = v.d.Write(ctx, func(tx db.Tx) error {
		fresh := make([]byte, keySize)
		if _, err := io.ReadFull(v.opts.Random, fresh); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, `INSERT INTO vault_secret (name, version, wrapped) VALUES (?, ?, ?) ON CONFLICT (name) DO NOTHING`,
			name, r.current, r.wrap(fresh, bound))
		if err != nil {
			return err
		}
		var version int64
		var wrapped []byte
		err = tx.QueryRow(ctx, `SELECT version, wrapped FROM vault_secret WHERE name = ?`, []any{name}, &version, &wrapped)
		if err != nil {
			return err
		}
		key, err = r.unwrap(version, wrapped, bound)
		return err
	})
	return key, err
}
