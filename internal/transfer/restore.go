package transfer

import (
	"archive/tar"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"hash"
	"io"
	"os"
	"path/filepath"
	"strings"

	"kedang/internal/db"
	"kedang/internal/errs"
	"kedang/internal/vault"
)

// Restore reads a backup into an empty place. Everything is written beside the
// target and checked against the sums first; then it takes the target's place
// in one step. Errors: Invalid wrong_key (no passphrase or identity fits),
// bad_backup (cut short, changed, or no backup), backup_newer,
// backup_other_database; Conflict directory_not_empty or schema_not_empty
// without Force; Unavailable directory_in_use.
func Restore(ctx context.Context, r io.Reader, key vault.Unlock, to Target) (m Manifest, err error) {
	defer errs.Wrap(&err, "transfer.Restore")
	if to.Schema == "" {
		to.Schema = defaultSchema
	}
	if err := to.free(); err != nil {
		return m, err
	}
	plain, err := vault.OpenStream(r, key)
	if err != nil {
		return m, sealedError(err)
	}
	stage, err := to.stage()
	if err != nil {
		return m, err
	}
	defer os.RemoveAll(stage)
	u := &unpacker{ctx: ctx, dir: stage, lines: sha256.New()}
	if m, err = u.unpack(tar.NewReader(plain), to); err != nil {
		return m, err
	}
	if _, err := io.Copy(io.Discard, plain); err != nil { // the seal's own end
		return m, sealedError(err)
	}
	if to.URL != "" {
		dump := filepath.Join(stage, postgresName)
		if err := restorePostgres(ctx, dump, m, to); err != nil {
			return m, err
		}
		if err := os.Remove(dump); err != nil {
			return m, err
		}
		return m, to.place(stage)
	}
	if err := checkSQLite(ctx, filepath.Join(stage, sqliteName), m); err != nil {
		return m, err
	}
	return m, to.place(stage)
}

// sealedError keeps a wrong key apart from a backup that is none.
func sealedError(err error) error {
	if errs.As(err).Code == "stream_damaged" {
		return badBackup(err)
	}
	return err
}

func badBackup(err error) error {
	return &errs.Error{Kind: errs.Invalid, Code: "bad_backup", Err: err}
}

// sameContents compares what came out of a database with the manifest.
func sameContents(want, got Manifest) error {
	if want.Structure != got.Structure || len(want.Rows) != len(got.Rows) {
		return badBackup(errors.New("the tables are not those of the manifest"))
	}
	for table, n := range want.Rows {
		if got.Rows[table] != n {
			return badBackup(errors.New("rows are missing in " + table))
		}
	}
	return nil
}

// unpacker writes the archive's files and adds up their sums.
type unpacker struct {
	ctx   context.Context
	dir   string
	lines hash.Hash // over the lines that SHA256SUMS must hold
}

func (u *unpacker) unpack(t *tar.Reader, to Target) (m Manifest, err error) {
	for n := 0; ; n++ {
		h, err := t.Next()
		switch {
		case err == io.EOF:
			return m, badBackup(errors.New("it ends before its sums"))
		case err != nil:
			return m, badBackup(err)
		case n == 0:
			if m, err = u.manifest(h, t, to); err != nil {
				return m, err
			}
		case h.Name == sumsName:
			return m, u.compare(t)
		default:
			if err := u.file(h, t); err != nil {
				return m, err
			}
		}
	}
}

// manifest reads what the backup says of itself before anything is written.
func (u *unpacker) manifest(h *tar.Header, r io.Reader, to Target) (m Manifest, err error) {
	text, err := io.ReadAll(io.LimitReader(r, 8<<20))
	if err != nil || h.Name != manifestName || json.Unmarshal(text, &m) != nil {
		return m, badBackup(errors.Join(err, errors.New("it does not begin with a manifest")))
	}
	dialect := db.SQLite
	if to.URL != "" {
		dialect = db.Postgres
	}
	switch {
	case m.Format > backupFormat:
		return m, errs.New(errs.Invalid, "backup_newer", errs.Params{"version": m.Version})
	case m.Dialect != dialect.String():
		return m, errs.New(errs.Invalid, "backup_other_database", errs.Params{"from": m.Dialect, "to": dialect.String()})
	}
	sum := sha256.Sum256(text)
	io.WriteString(u.lines, sumLine(sum[:], h.Name))
	return m, nil
}

// file writes one file, and nowhere but below the stage.
func (u *unpacker) file(h *tar.Header, r io.Reader) error {
	name := filepath.FromSlash(h.Name)
	known := h.Name == sqliteName || h.Name == postgresName || h.Name == keyName || strings.HasPrefix(h.Name, filesName+"/")
	if h.Typeflag != tar.TypeReg || !known || !filepath.IsLocal(name) {
		return badBackup(errors.New("it holds " + h.Name))
	}
	path := filepath.Join(u.dir, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer f.Close()
	sum := sha256.New()
	read := &stoppable{u.ctx, &readError{r: r}}
	if _, err := io.Copy(io.MultiWriter(f, sum), read); err != nil {
		return err
	}
	io.WriteString(u.lines, sumLine(sum.Sum(nil), h.Name))
	return errors.Join(f.Sync(), f.Close())
}

// compare holds the sums against what was written.
func (u *unpacker) compare(r io.Reader) error {
	sums := sha256.New()
	if _, err := io.Copy(sums, r); err != nil {
		return badBackup(err)
	}
	if !bytes.Equal(sums.Sum(nil), u.lines.Sum(nil)) {
		return badBackup(errors.New("a file does not have its sum"))
	}
	return nil
}

// readError tells trouble with the backup from trouble with the disk it is
// written to.
type readError struct{ r io.Reader }

// Read reads on.
func (e *readError) Read(b []byte) (int, error) {
	n, err := e.r.Read(b)
	if err != nil && err != io.EOF {
		err = badBackup(err)
	}
	return n, err
}
