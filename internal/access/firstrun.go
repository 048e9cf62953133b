package access

import (
	"context"
	"crypto/subtle"
	"database/sql"
	"errors"

	"kedang/internal/db"
	"kedang/internal/errs"
)

// FirstRun tells whether nobody administers this company yet, and then the
// one-time code with which [Service.Claim] makes the first administrator. The
// caller prints it where only the operator reads: the console. The code stays
// the same until it is used.
func (s *Service) FirstRun(ctx context.Context) (code string, needed bool, err error) {
	defer errs.Wrap(&err, "Service.FirstRun")
	err = s.opts.DB.Read(ctx, func(tx db.Tx) error {
		needed, code, err = s.unclaimed(ctx, tx)
		return err
	})
	if err != nil || !needed || code != "" {
		return code, needed, err
	}
	fresh, err := s.newCode()
	if err != nil {
		return "", false, err
	}
	err = s.opts.DB.Write(ctx, func(tx db.Tx) error {
		if _, err := tx.Exec(ctx, `INSERT INTO sys_state (name, num, txt) VALUES ('first_run', 0, ?) ON CONFLICT (name) DO NOTHING`, fresh); err != nil {
			return err
		}
		needed, code, err = s.unclaimed(ctx, tx)
		return err
	})
	return code, needed, err
}

// unclaimed reads whether there is no administrator, and the code if one was
// made. Row first_run has num 1 once it was used.
func (s *Service) unclaimed(ctx context.Context, tx db.Tx) (needed bool, code string, err error) {
	var used int64
	err = tx.QueryRow(ctx, `SELECT num, coalesce(txt, '') FROM sys_state WHERE name = 'first_run'`, nil, &used, &code)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return false, "", err
	}
	if used == 1 {
		return false, "", nil
	}
	n, err := s.administrators(ctx, tx, 0)
	if err != nil || n > 0 {
		return false, "", err
	}
	return true, code, nil
}

// Claim makes the first administrator, for the code from FirstRun; it works
// once. The user gets [AdminRole] beside the roles given. Errors: Forbidden
// bad_code; Conflict already_claimed; those of CreateUser.
func (s *Service) Claim(ctx context.Context, code string, n NewUser) (id int64, err error) {
	defer errs.Wrap(&err, "Service.Claim")
	if n.Password == "" {
		return 0, errs.RefuseField("password", "required", nil)
	}
	n.Roles = append([]string{AdminRole}, n.Roles...)
	u, hash, err := s.prepareUser(ctx, n)
	if err != nil {
		return 0, err
	}
	err = s.opts.DB.Write(ctx, func(tx db.Tx) error {
		if err := db.LockKey(ctx, tx, rightsLock); err != nil {
			return err
		}
		needed, right, err := s.unclaimed(ctx, tx)
		switch {
		case err != nil:
			return err
		case !needed:
			return errs.New(errs.Conflict, "already_claimed", nil)
		case right == "" || subtle.ConstantTimeCompare([]byte(readCode(code)), []byte(readCode(right))) != 1:
			return errs.New(errs.Forbidden, "bad_code", nil)
		}
		if _, err := tx.Exec(ctx, `UPDATE sys_state SET num = 1, txt = NULL WHERE name = 'first_run'`); err != nil {
			return err
		}
		return s.insertUser(ctx, tx, &Actor{ID: u.ID, Name: u.Name, Source: "first_run"}, u, hash)
	})
	return u.ID, err
}
