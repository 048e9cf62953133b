package vault

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"kedang/internal/errs"
)

const keySize = 32

// ring holds the master keys by version; the highest is the current one, the
// others only unwrap what a rotation has not reached yet.
type ring struct {
	keys    map[int64]*master
	current int64
}

type master struct {
	raw   []byte
	wrap  cipher.AEAD
	check []byte // stored in the database to tell a wrong key
}

func newMaster(raw []byte) (*master, error) {
	if len(raw) != keySize {
		return nil, fmt.Errorf("a master key has %d bytes, not %d", keySize, len(raw))
	}
	wrap, err := hkdf.Key(sha256.New, raw, nil, "kedang wrap 1", keySize)
	if err != nil {
		return nil, err
	}
	check, err := hkdf.Key(sha256.New, raw, nil, "kedang check 1", 16)
	if err != nil {
		return nil, err
	}
	seal, err := newAEAD(wrap)
	return &master{raw: raw, wrap: seal, check: check}, err
}

// newAEAD returns AES-256-GCM that puts a fresh random nonce before what it
// seals.
func newAEAD(key []byte) (cipher.AEAD, error) {
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	return cipher.NewGCMWithRandomNonce(block)
}

// parseRing reads a key file: a line "version key" per key, the key in base64,
// "#" starts a comment. A key alone is version 1. Commas stand for line ends
// where it comes from an environment variable.
func parseRing(text string) (*ring, error) {
	r := &ring{keys: make(map[int64]*master)}
	for _, line := range strings.FieldsFunc(text, func(c rune) bool { return c == '\n' || c == ',' }) {
		fields := strings.Fields(line)
		if len(fields) == 0 || strings.HasPrefix(fields[0], "#") {
			continue
		}
		version := int64(1)
		if len(fields) == 2 {
			n, err := strconv.ParseInt(strings.TrimSuffix(fields[0], ":"), 10, 64)
			if err != nil || n < 1 {
				return nil, badKeyFile(errors.New("bad version"))
			}
			version, fields = n, fields[1:]
		}
		if len(fields) != 1 {
			return nil, badKeyFile(errors.New("a line is not \"version key\""))
		}
		raw, err := base64.StdEncoding.DecodeString(fields[0])
		if err != nil {
			return nil, badKeyFile(errors.New("a key is not base64"))
		}
		m, err := newMaster(raw)
		if err != nil {
			return nil, badKeyFile(err)
		}
		if r.keys[version] != nil {
			return nil, badKeyFile(errors.New("a version stands twice"))
		}
		r.keys[version], r.current = m, max(r.current, version)
	}
	if r.current == 0 {
		return nil, badKeyFile(errors.New("no key"))
	}
	return r, nil
}

// badKeyFile never quotes the file: a broken line may be most of a key.
func badKeyFile(why error) error {
	return &errs.Error{Kind: errs.Invalid, Code: "bad_key_file", Err: why}
}

func (r *ring) String() string {
	var b strings.Builder
	b.WriteString("# The master key of this company's archive. Without it sealed fields and\n" +
		"# attachments cannot be read again. Keep a copy apart from the backups.\n")
	for v := int64(1); v <= r.current; v++ {
		if m := r.keys[v]; m != nil {
			fmt.Fprintf(&b, "%d %s\n", v, base64.StdEncoding.EncodeToString(m.raw))
		}
	}
	return b.String()
}

// add makes a new random key the current one.
func (r *ring) add(random io.Reader) error {
	raw := make([]byte, keySize)
	if _, err := io.ReadFull(random, raw); err != nil {
		return err
	}
	m, err := newMaster(raw)
	if err != nil {
		return err
	}
	r.current++
	r.keys[r.current] = m
	return nil
}

// wrap seals a key under the current master key.
func (r *ring) wrap(key, bound []byte) []byte {
	return r.keys[r.current].wrap.Seal(nil, nil, key, bound)
}

func (r *ring) unwrap(version int64, wrapped, bound []byte) ([]byte, error) {
	m := r.keys[version]
	if m == nil {
		return nil, errs.New(errs.Invalid, "key_version_missing", errs.Params{"version": version})
	}
	key, err := m.wrap.Open(nil, nil, wrapped, bound)
	if err != nil {
		return nil, &errs.Error{Kind: errs.Internal, Code: "key_damaged", Err: err}
	}
	return key, nil
}

func (m *master) is(check []byte) bool { return hmac.Equal(m.check, check) }

// readKeyFile returns nil when there is no file, and open when others than its
// owner may read it.
func readKeyFile(path string) (r *ring, open bool, err error) {
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, false, nil
	}
	if err != nil {
		return nil, false, err
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, false, err
	}
	r, err = parseRing(string(text))
	return r, info.Mode().Perm()&0o077 != 0, err
}

// createKeyFile writes a new key file and refuses to replace one.
func createKeyFile(path string, r *ring) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	return writeAndSync(f, []byte(r.String()), filepath.Dir(path))
}

// replaceKeyFile puts the ring in place of the file in one step: a crash leaves
// the old file or the new one.
func replaceKeyFile(path string, r *ring) error {
	f, err := os.CreateTemp(filepath.Dir(path), ".key-*") // 0600
	if err != nil {
		return err
	}
	defer os.Remove(f.Name())
	if err := writeAndSync(f, []byte(r.String()), ""); err != nil {
		return err
	}
	if err := os.Rename(f.Name(), path); err != nil {
		return err
	}
	if err := syncDir(filepath.Dir(path)); err != nil {
		return err
	}
	back, err := os.ReadFile(path)
	if err == nil && !bytes.Equal(back, []byte(r.String())) {
		err = errors.New("the key file reads back differently")
	}
	return err
}

func writeAndSync(f *os.File, b []byte, dir string) error {
	_, err := f.Write(b)
	err = errors.Join(err, f.Sync(), f.Close())
	if err == nil && dir != "" {
		err = syncDir(dir)
	}
	return err
}

// syncDir makes a new name in dir survive a power cut.
func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
