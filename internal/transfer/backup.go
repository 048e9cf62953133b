package transfer

import (
	"archive/tar"
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"kedang/internal/db"
	"kedang/internal/errs"
	"kedang/internal/vault"
)

// backupFormat is the form of a backup's contents. A program refuses those of
// a later one.
const backupFormat = 1

// Names inside a backup. The sums come last: whoever reads them has read all.
const (
	manifestName = "manifest.json"
	sqliteName   = "kedang.db"
	postgresName = "kedang.pgdump"
	keyName      = "kedang.key"
	filesName    = "files"
	sumsName     = "SHA256SUMS"
)

// Source is what a backup is taken from.
type Source struct {
	DB      *db.DB
	Dir     string // the data directory: attachments, and with SQLite the database
	URL     string // PostgreSQL: postgres://…
	Schema  string // PostgreSQL: "kedang" when empty
	KeyFile string // the vault's key file; "" when the key comes from the environment
	Version string // of the program, for the manifest
	Now     time.Time
	// Progress is told of bytes written, of about so many; may be nil.
	Progress func(done, total int64)
}

// Manifest says what a backup holds.
type Manifest struct {
	Format    int              `json:"format"`
	Version   string           `json:"version"` // of the program that wrote it
	CreatedAt time.Time        `json:"created_at"`
	Dialect   string           `json:"dialect"`          // sqlite | postgres
	Schema    string           `json:"schema,omitempty"` // PostgreSQL: the schema's name
	Structure string           `json:"structure"`        // SHA-256 over the tables' definitions
	Rows      map[string]int64 `json:"rows"`             // by table
	Key       string           `json:"key"`              // file: the key file is inside; environment: keep it yourself
}

// Backup writes one sealed file that holds the whole company: the database as
// it stands in one moment, the attachments, and the key file. The key file is
// inside because nothing could be read without it; that is safe only because
// the whole is encrypted with lock, so lock must not be the key's neighbour.
//
// Writers go on meanwhile: the database is copied from a snapshot. Everything
// acknowledged before the call is in it. What a crash leaves behind is a
// directory backup-* below the data directory, which a later backup removes.
func Backup(ctx context.Context, from Source, lock vault.Lock, w io.Writer) (m Manifest, err error) {
	defer errs.Wrap(&err, "transfer.Backup")
	sealed, err := vault.SealStream(w, lock)
	if err != nil {
		return m, err
	}
	tmp, err := backupFolder(from.Dir)
	if err != nil {
		return m, err
	}
	defer os.RemoveAll(tmp)
	m = Manifest{Format: backupFormat, Version: from.Version, CreatedAt: from.Now.UTC(), Dialect: from.DB.Dialect().String(), Key: "environment"}
	name, dump := sqliteName, copySQLite
	if from.DB.Dialect() == db.Postgres {
		name, dump = postgresName, dumpPostgres
	}
	if err := dump(ctx, from, filepath.Join(tmp, name), &m); err != nil {
		return m, err
	}
	if from.KeyFile != "" {
		m.Key = "file"
	}
	p := &packer{ctx: ctx, from: from, tar: tar.NewWriter(sealed)}
	if err := p.pack(m, tmp, name); err != nil {
		return m, err
	}
	return m, errors.Join(p.tar.Close(), sealed.Close())
}

// backupFolder makes a folder for the database's copy, and removes those of
// backups that a crash ended.
func backupFolder(dir string) (string, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return "", err
	}
	if err := clean(filepath.Join(dir, "backup-*")); err != nil {
		return "", err
	}
	return os.MkdirTemp(dir, "backup-*")
}

// packer writes files into the archive and keeps their sums.
type packer struct {
	ctx         context.Context
	from        Source
	tar         *tar.Writer
	sums        *bufio.Writer
	done, total int64
}

// pack writes everything in the order in which it is read back. The sums of
// all files are kept in a file: there may be millions.
func (p *packer) pack(m Manifest, tmp, database string) error {
	sums, err := os.Create(filepath.Join(tmp, sumsName))
	if err != nil {
		return err
	}
	defer sums.Close()
	p.sums = bufio.NewWriter(sums)
	if info, err := os.Stat(filepath.Join(tmp, database)); err == nil {
		p.total = info.Size()
	}
	text, err := json.MarshalIndent(m, "", "\t")
	if err != nil {
		return err
	}
	if err := p.add(manifestName, int64(len(text)), bytes.NewReader(text)); err != nil {
		return err
	}
	if err := p.file(filepath.Join(tmp, database), database); err != nil {
		return err
	}
	if p.from.KeyFile != "" {
		if err := p.file(p.from.KeyFile, keyName); err != nil {
			return err
		}
	}
	if err := p.attachments(); err != nil {
		return err
	}
	if err := p.sums.Flush(); err != nil {
		return err
	}
	return p.file(sums.Name(), sumsName)
}

// attachments packs the vault's files as they lie, each sealed already. They
// are read after the database was copied, so each one it names is among them.
func (p *packer) attachments() error {
	root := filepath.Join(p.from.Dir, filesName)
	return filepath.WalkDir(root, func(path string, e fs.DirEntry, err error) error {
		switch {
		case errors.Is(err, fs.ErrNotExist):
			return nil // no file was ever stored, or one was purged just now
		case err != nil:
			return err
		case e.IsDir():
			if path == filepath.Join(root, "tmp") {
				return fs.SkipDir
			}
			return p.ctx.Err()
		}
		name, err := filepath.Rel(p.from.Dir, path)
		if err != nil {
			return err
		}
		if err := p.file(path, filepath.ToSlash(name)); !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		return nil
	})
}

func (p *packer) file(path, name string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return err
	}
	return p.add(name, info.Size(), f)
}

func (p *packer) add(name string, size int64, r io.Reader) error {
	err := p.tar.WriteHeader(&tar.Header{Name: name, Mode: 0o600, Size: size, ModTime: p.from.Now, Format: tar.FormatPAX})
	if err != nil {
		return err
	}
	sum := sha256.New()
	if _, err := io.Copy(io.MultiWriter(p.tar, sum), &stoppable{p.ctx, r}); err != nil {
		return err
	}
	p.done += size
	if p.from.Progress != nil {
		p.from.Progress(p.done, max(p.done, p.total))
	}
	_, err = p.sums.WriteString(sumLine(sum.Sum(nil), name))
	return err
}

// sumLine is a line of the sums, as the command sha256sum writes it.
func sumLine(sum []byte, name string) string { return hex.EncodeToString(sum) + "  " + name + "\n" }

// stoppable ends a long copy when its context does.
type stoppable struct {
	ctx context.Context
	r   io.Reader
}

// Read reads on unless the context has ended.
func (s *stoppable) Read(b []byte) (int, error) {
	if err := s.ctx.Err(); err != nil {
		return 0, err
	}
	return s.r.Read(b)
}
