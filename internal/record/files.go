package record

import (
	"context"
	"encoding/hex"
	"io"
	"path"
	"strings"
	"unicode"
	"unicode/utf8"

	"kedang/internal/access"
	"kedang/internal/db"
	"kedang/internal/errs"
	"kedang/internal/ledger"
	"kedang/internal/meta"
)

// fileStep creates the table of attachments; the bytes lie in the vault.
const fileStep = `CREATE TABLE sys_file (id {int} PRIMARY KEY, type {int} NOT NULL, record {int} NOT NULL, name {text} NOT NULL,
	size {int} NOT NULL, mime {text} NOT NULL, sha256 {text} NOT NULL, ref {text} NOT NULL,
	created_at {int} NOT NULL, created_by {int} NOT NULL, archived_at {int}) {strict}`

const fileIndexStep = `CREATE INDEX sys_file_record ON sys_file (record, id)`

// File is an attachment of a record.
type File struct {
	ID        string `json:"id"`
	Name      string `json:"name"`
	Size      int64  `json:"size"` // bytes
	MIME      string `json:"mime"`
	SHA256    string `json:"sha256"`
	CreatedAt string `json:"created_at"`
	CreatedBy string `json:"created_by"`

	ref string
}

// AddFile stores an attachment of a record. The bytes are written, sealed and
// synced before the row that names them is committed; the right needed is to
// update the record.
func (s *Store) AddFile(ctx context.Context, a *access.Actor, typ string, id int64, name, mime string, r io.Reader) (f File, err error) {
	defer errs.Wrap(&err, "Store.AddFile(%s, %d)", typ, id)
	t, err := s.readable(a, typ)
	if err != nil {
		return File{}, err
	}
	if name, err = fileName(name); err != nil {
		return File{}, err
	}
	if err := s.mayFile(ctx, a, t, id, "update"); err != nil {
		return File{}, err
	}
	ref, size, sum, err := s.Blobs.Put(ctx, r)
	if err != nil {
		return File{}, err
	}
	now := s.Clock()
	fid := s.IDs.Next()
	f = File{ID: db.FormatID(fid), Name: name, Size: size, MIME: mime, SHA256: hex.EncodeToString(sum), ref: ref,
		CreatedAt: timeText(ms(now)), CreatedBy: db.FormatID(a.ID)}
	err = s.DB.Write(ctx, func(tx db.Tx) error {
		if err := s.checkFile(ctx, tx, a, t, id, "update"); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, `INSERT INTO sys_file (id, type, record, name, size, mime, sha256, ref, created_at, created_by) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
			fid, t.ID, id, name, size, mime, f.SHA256, ref, ms(now), a.ID)
		if err != nil {
			return err
		}
		return s.fileEntry(ctx, tx, a, t, id, "attach", name)
	})
	return f, err
}

// Files lists a record's attachments, newest first.
func (s *Store) Files(ctx context.Context, a *access.Actor, typ string, id int64) (out []File, err error) {
	defer errs.Wrap(&err, "Store.Files(%s, %d)", typ, id)
	t, err := s.readable(a, typ)
	if err != nil {
		return nil, err
	}
	out = []File{}
	err = s.DB.Read(ctx, func(tx db.Tx) error {
		if _, err := s.seen(ctx, tx, a, t, id); err != nil {
			return err
		}
		rows, err := tx.Query(ctx, `SELECT id, name, size, mime, sha256, ref, created_at, created_by FROM sys_file
			WHERE record = ? AND archived_at IS NULL ORDER BY id DESC`, id)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			f, err := scanFile(rows.Scan)
			if err != nil {
				return err
			}
			out = append(out, f)
		}
		return rows.Err()
	})
	return out, err
}

func scanFile(scan func(...any) error) (File, error) {
	var f File
	var id, at, by int64
	err := scan(&id, &f.Name, &f.Size, &f.MIME, &f.SHA256, &f.ref, &at, &by)
	f.ID, f.CreatedAt, f.CreatedBy = db.FormatID(id), timeText(at), db.FormatID(by)
	return f, err
}

// OpenFile gives an attachment's bytes; the caller closes them. A download is
// on record.
func (s *Store) OpenFile(ctx context.Context, a *access.Actor, typ string, id, file int64) (f File, r io.ReadCloser, err error) {
	defer errs.Wrap(&err, "Store.OpenFile(%s, %d)", typ, id)
	t, err := s.readable(a, typ)
	if err != nil {
		return File{}, nil, err
	}
	err = s.DB.Write(ctx, func(tx db.Tx) error {
		if _, err := s.seen(ctx, tx, a, t, id); err != nil {
			return err
		}
		if f, err = oneFile(ctx, tx, id, file, false); err != nil {
			return err
		}
		return s.fileEntry(ctx, tx, a, t, id, "download", f.Name)
	})
	if err != nil {
		return File{}, nil, err
	}
	r, err = s.Blobs.Get(ctx, f.ref)
	return f, r, err
}

func oneFile(ctx context.Context, tx db.Tx, record, id int64, removed bool) (File, error) {
	state := "archived_at IS NULL"
	if removed {
		state = "archived_at IS NOT NULL"
	}
	f, err := scanFile(func(dest ...any) error {
		return tx.QueryRow(ctx, `SELECT id, name, size, mime, sha256, ref, created_at, created_by FROM sys_file
			WHERE id = ? AND record = ? AND `+state, []any{id, record}, dest...)
	})
	if isNoRows(err) {
		return f, errs.NotFoundf("file", db.FormatID(id))
	}
	return f, err
}

// RemoveFile takes an attachment out of the list; its bytes stay until purged.
func (s *Store) RemoveFile(ctx context.Context, a *access.Actor, typ string, id, file int64) (err error) {
	defer errs.Wrap(&err, "Store.RemoveFile(%s, %d)", typ, id)
	return s.moveFile(ctx, a, typ, id, file, "detach")
}

// RestoreFile puts an attachment that was removed back into the list.
func (s *Store) RestoreFile(ctx context.Context, a *access.Actor, typ string, id, file int64) (err error) {
	defer errs.Wrap(&err, "Store.RestoreFile(%s, %d)", typ, id)
	return s.moveFile(ctx, a, typ, id, file, "attach")
}

func (s *Store) moveFile(ctx context.Context, a *access.Actor, typ string, id, file int64, action string) error {
	t, err := s.readable(a, typ)
	if err != nil {
		return err
	}
	return s.DB.Write(ctx, func(tx db.Tx) error {
		if err := s.checkFile(ctx, tx, a, t, id, "update"); err != nil {
			return err
		}
		gone := action == "detach"
		f, err := oneFile(ctx, tx, id, file, !gone)
		if err != nil {
			return err
		}
		var at any
		if gone {
			at = ms(s.Clock())
		}
		if _, err := tx.Exec(ctx, "UPDATE sys_file SET archived_at = ? WHERE id = ?", at, file); err != nil {
			return err
		}
		return s.fileEntry(ctx, tx, a, t, id, action, f.Name)
	})
}

// mayFile judges before bytes are taken in; the write judges again.
func (s *Store) mayFile(ctx context.Context, a *access.Actor, t *meta.Type, id int64, verb string) error {
	return s.DB.Read(ctx, func(tx db.Tx) error { return s.checkFile(ctx, tx, a, t, id, verb) })
}

func (s *Store) checkFile(ctx context.Context, tx db.Tx, a *access.Actor, t *meta.Type, id int64, verb string) error {
	r, err := s.seen(ctx, tx, a, t, id)
	if err != nil {
		return err
	}
	if ok, _ := s.allowed(a, verb, r, s.loader(ctx, tx)); !ok {
		return errs.New(errs.Forbidden, "forbidden", errs.Params{"verb": verb, "type": t.Name})
	}
	return nil
}

func (s *Store) fileEntry(ctx context.Context, tx db.Tx, a *access.Actor, t *meta.Type, id int64, action, name string) error {
	return s.Ledger.Append(ctx, tx, &ledger.Entry{At: ms(s.Clock()), Kind: ledger.Look, Actor: a.ID, ActorName: a.Name, Source: a.Source,
		Type: t.ID, Record: id, Action: action, Payload: jsonText("file", name)})
}

// fileName keeps the last part of a given name and refuses what no file
// system or header should carry.
func fileName(name string) (string, error) {
	name = path.Base(strings.ReplaceAll(name, `\`, "/"))
	name = strings.TrimSpace(strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return -1
		}
		return r
	}, name))
	if name == "" || name == "." || name == ".." || name == "/" || !utf8.ValidString(name) {
		return "", errs.RefuseField("name", "bad_file_name", nil)
	}
	if r := []rune(name); len(r) > 200 {
		name = string(r[len(r)-200:])
	}
	return name, nil
}
