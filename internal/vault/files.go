package vault

import (
	"context"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"hash"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"filippo.io/age"

	"kedang/internal/errs"
)

// Blobs stores the bytes of attachments by their content.
type Blobs interface {
	// Put reads r to its end and stores it. It returns the name (40 hexadecimal
	// digits), and the size and SHA-256 of the plain bytes. The same bytes have
	// the same name and are stored once. What was put survives a power cut.
	Put(ctx context.Context, r io.Reader) (ref string, size int64, sum []byte, err error)
	// Get opens what Put stored; NotFound when there is none. The reader's last
	// Read fails with code file_damaged when the bytes are not those that were
	// put, so nothing may be trusted before io.EOF.
	Get(ctx context.Context, ref string) (io.ReadCloser, error)
	// Delete forgets the bytes; none there is no error. The caller makes sure
	// that no record holds the ref any more.
	Delete(ctx context.Context, ref string) error
	// Walk calls do for each blob with its size as stored, in no order.
	Walk(ctx context.Context, do func(ref string, stored int64) error) error
}

var _ Blobs = (*Files)(nil)

// Files are blobs in a directory: dir/ab/cd/…, each an age file under a key of
// its own that is wrapped by a secret of the company. Names are keyed hashes,
// so that the directory does not tell whether it holds a known document.
type Files struct {
	dir   string
	names []byte // key for HMAC
	wrap  cipher.AEAD
}

func openFiles(dir string, secret []byte, now func() time.Time) (*Files, error) {
	names, err := hkdf.Key(sha256.New, secret, nil, "kedang file names 1", keySize)
	if err != nil {
		return nil, err
	}
	key, err := hkdf.Key(sha256.New, secret, nil, "kedang file keys 1", keySize)
	if err != nil {
		return nil, err
	}
	wrap, err := newAEAD(key)
	if err != nil {
		return nil, err
	}
	f := &Files{dir: dir, names: names, wrap: wrap}
	if err := os.MkdirAll(f.tmp(), 0o700); err != nil {
		return nil, err
	}
	return f, f.clean(now().Add(-24 * time.Hour))
}

func (f *Files) tmp() string { return filepath.Join(f.dir, "tmp") }

// clean removes what a crash left half written.
func (f *Files) clean(before time.Time) error {
	list, err := os.ReadDir(f.tmp())
	for _, e := range list {
		if info, err := e.Info(); err == nil && info.ModTime().Before(before) {
			os.Remove(filepath.Join(f.tmp(), e.Name()))
		}
	}
	return err
}

func (f *Files) ref(sum []byte) string {
	h := hmac.New(sha256.New, f.names)
	h.Write(sum)
	return hex.EncodeToString(h.Sum(nil)[:20])
}

// path returns where ref lies; NotFound for what cannot be a ref, which keeps
// ".." out of paths.
func (f *Files) path(ref string) (string, error) {
	if len(ref) != 40 || strings.Trim(ref, "0123456789abcdef") != "" {
		return "", errs.NotFoundf("file", ref)
	}
	return filepath.Join(f.dir, ref[:2], ref[2:4], ref[4:]), nil
}

// Put implements [Blobs].
func (f *Files) Put(ctx context.Context, r io.Reader) (ref string, size int64, sum []byte, err error) {
	defer errs.Wrap(&err, "Files.Put")
	tmp, err := os.CreateTemp(f.tmp(), "put-*")
	if err != nil {
		return "", 0, nil, err
	}
	defer os.Remove(tmp.Name())
	defer tmp.Close()
	if size, sum, err = f.encrypt(tmp, &cancellable{ctx, r}); err != nil {
		return "", 0, nil, err
	}
	if err := errors.Join(tmp.Sync(), tmp.Close()); err != nil {
		return "", 0, nil, err
	}
	ref = f.ref(sum)
	path, err := f.path(ref)
	if err != nil {
		return "", 0, nil, err
	}
	// Renamed even over a file of that name: it may be damaged.
	return ref, size, sum, f.place(tmp.Name(), path)
}

func (f *Files) encrypt(to io.Writer, r io.Reader) (size int64, sum []byte, err error) {
	w, err := age.Encrypt(to, recipient{f.wrap})
	if err != nil {
		return 0, nil, err
	}
	h := sha256.New()
	if size, err = io.Copy(io.MultiWriter(w, h), r); err != nil {
		return 0, nil, err
	}
	return size, h.Sum(nil), w.Close()
}

func (f *Files) place(tmp, path string) error {
	dir := filepath.Dir(path)
	if _, err := os.Stat(dir); err != nil {
		if err := os.MkdirAll(dir, 0o700); err != nil {
			return err
		}
		for _, d := range [...]string{f.dir, filepath.Dir(dir)} {
			if err := syncDir(d); err != nil {
				return err
			}
		}
	}
	if err := os.Rename(tmp, path); err != nil {
		return err
	}
	return syncDir(dir)
}

// Get implements [Blobs].
func (f *Files) Get(ctx context.Context, ref string) (_ io.ReadCloser, err error) {
	defer errs.Wrap(&err, "Files.Get(%s)", ref)
	path, err := f.path(ref)
	if err != nil {
		return nil, err
	}
	file, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, errs.NotFoundf("file", ref)
	}
	if err != nil {
		return nil, err
	}
	plain, err := age.Decrypt(file, identity{f.wrap})
	if err != nil {
		file.Close()
		return nil, fileDamaged(ref, err)
	}
	return &verified{Closer: file, r: &cancellable{ctx, plain}, sum: sha256.New(), f: f, ref: ref}, nil
}

// Delete implements [Blobs].
func (f *Files) Delete(_ context.Context, ref string) (err error) {
	defer errs.Wrap(&err, "Files.Delete(%s)", ref)
	path, err := f.path(ref)
	if err != nil {
		return err
	}
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

// Walk implements [Blobs].
func (f *Files) Walk(ctx context.Context, do func(ref string, stored int64) error) (err error) {
	defer errs.Wrap(&err, "Files.Walk")
	return filepath.WalkDir(f.dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() || ctx.Err() != nil {
			return errors.Join(err, ctx.Err())
		}
		name, err := filepath.Rel(f.dir, path)
		if err != nil {
			return err
		}
		ref := strings.ReplaceAll(filepath.ToSlash(name), "/", "")
		if want, err := f.path(ref); err != nil || want != path {
			return nil // half written, or not ours
		}
		info, err := e.Info()
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if err != nil {
			return err
		}
		return do(ref, info.Size())
	})
}

func fileDamaged(ref string, err error) error {
	return &errs.Error{Kind: errs.Internal, Code: "file_damaged", Params: errs.Params{"ref": ref}, Err: err}
}

// verified compares the whole file's hash with its name when it was read.
type verified struct {
	io.Closer
	r   io.Reader
	sum hash.Hash
	f   *Files
	ref string
}

func (v *verified) Read(p []byte) (int, error) {
	n, err := v.r.Read(p)
	v.sum.Write(p[:n])
	switch {
	case err == nil || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded):
	case err != io.EOF:
		err = fileDamaged(v.ref, err)
	case v.f.ref(v.sum.Sum(nil)) != v.ref:
		err = fileDamaged(v.ref, errors.New("the bytes do not have the name's hash"))
	}
	return n, err
}

// cancellable ends a long copy when its context does.
type cancellable struct {
	ctx context.Context
	r   io.Reader
}

func (c *cancellable) Read(p []byte) (int, error) {
	if err := c.ctx.Err(); err != nil {
		return 0, err
	}
	return c.r.Read(p)
}

// recipient and identity let age wrap each file's key with the company's
// secret.
type (
	recipient struct{ wrap cipher.AEAD }
	identity  struct{ wrap cipher.AEAD }
)

const stanza = "kedang-files-1"

// Wrap implements [age.Recipient].
func (r recipient) Wrap(key []byte) ([]*age.Stanza, error) {
	return []*age.Stanza{{Type: stanza, Body: r.wrap.Seal(nil, nil, key, []byte(stanza))}}, nil
}

// Unwrap implements [age.Identity].
func (i identity) Unwrap(list []*age.Stanza) ([]byte, error) {
	for _, s := range list {
		if s.Type == stanza {
			return i.wrap.Open(nil, nil, s.Body, []byte(stanza))
		}
	}
	return nil, age.ErrIncorrectIdentity
}
