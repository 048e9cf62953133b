package access

import (
	"context"
	"crypto/subtle"
	"database/sql"
	"errors"

	"kedang/internal/db"
	"kedang/internal/errs"
	"kedang/internal/ledger"
)

// ChangePassword gives the actor a new password, for the old one; his other
// sessions end, his tokens stay. Errors: Forbidden needs_session for a token;
// Invalid at "old" with wrong_password, at "password" when it is weak; TooMany.
func (s *Service) ChangePassword(ctx context.Context, a *Actor, old, password string) (err error) {
	defer errs.Wrap(&err, "Service.ChangePassword")
	if a.Session == 0 {
		return errs.New(errs.Forbidden, "needs_session", nil)
	}
	if err := checkPassword(password, a.Username); err != nil {
		return err
	}
	limits := s.limits(a.Username, "")
	if err := s.countAttempt(ctx, limits); err != nil {
		return err
	}
	who, err := s.credentials(ctx, a.Username)
	if err != nil {
		return err
	}
	ok, _, err := s.verifyPassword(ctx, old, who.password)
	if err != nil {
		return err
	}
	if !ok || who.id != a.ID {
		return errs.RefuseField("old", "wrong_password", nil)
	}
	hash, err := s.hashPassword(ctx, password)
	if err != nil {
		return err
	}
	return s.opts.DB.Write(ctx, func(tx db.Tx) error {
		if err := s.forgiveAttempt(ctx, tx, limits); err != nil {
			return err
		}
		return s.setPassword(ctx, tx, a, a.ID, hash, "password_changed")
	})
}

// setPassword stores a hash and ends all sessions of the user but the actor's.
func (s *Service) setPassword(ctx context.Context, tx db.Tx, a *Actor, user int64, hash any, action string) error {
	now := ms(s.now())
	n, err := tx.Exec(ctx, `UPDATE sys_user SET password = ?, reset_hash = NULL, reset_until = NULL, epoch = epoch + 1, rev = rev + 1, updated_at = ?
		WHERE id = ?`, hash, now, user)
	if err != nil {
		return err
	}
	if n == 0 {
		return errs.NotFoundf("user", db.FormatID(user))
	}
	if _, err := tx.Exec(ctx, `DELETE FROM sys_session WHERE user_id = ? AND id <> ?`, user, a.Session); err != nil {
		return err
	}
	return s.record(ctx, tx, a, ledger.Rights, action, "user", user, nil)
}

// ResetPassword makes a one-time code with which the user chooses a new
// password ([Service.UsePasswordCode]). It holds for Options.ResetFor, is told
// only here, and replaces the code before. The old password is void at once
// and all sessions end. For administrators.
func (s *Service) ResetPassword(ctx context.Context, a *Actor, user int64) (code string, err error) {
	defer errs.Wrap(&err, "Service.ResetPassword(%s)", db.FormatID(user))
	if code, err = s.newCode(); err != nil {
		return "", err
	}
	until := ms(s.now().Add(s.opts.ResetFor))
	err = s.change(ctx, a, func(tx db.Tx) error {
		if err := s.setPassword(ctx, tx, a, user, nil, "password_reset"); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, `UPDATE sys_user SET reset_hash = ?, reset_until = ? WHERE id = ?`, hashSecret(readCode(code)), until, user)
		return err
	})
	if err != nil {
		return "", err
	}
	return code, nil
}

// UsePasswordCode sets a new password with a code from ResetPassword. The user
// then signs in with it. Errors: Invalid at "password" when it is weak;
// Unauthenticated bad_code for a wrong, used or expired code; TooMany.
func (s *Service) UsePasswordCode(ctx context.Context, username, code, password, address string) (err error) {
	defer errs.Wrap(&err, "Service.UsePasswordCode")
	name := plausible(foldUsername(username))
	if err := checkPassword(password, name); err != nil {
		return err
	}
	limits := s.limits(name, address)
	if err := s.countAttempt(ctx, limits); err != nil {
		return err
	}
	// Hashed before the code is judged: a right and a wrong code, a known and
	// an unknown name cost the same.
	hash, err := s.hashPassword(ctx, password)
	if err != nil {
		return err
	}
	return s.opts.DB.Write(ctx, func(tx db.Tx) error {
		who, err := s.codeFits(ctx, tx, name, code)
		if err != nil {
			return err
		}
		if err := s.forgiveAttempt(ctx, tx, limits); err != nil {
			return err
		}
		return s.setPassword(ctx, tx, who, who.ID, hash, "password_code_used")
	})
}

func (s *Service) codeFits(ctx context.Context, tx db.Tx, username, code string) (*Actor, error) {
	if tx.Dialect() == db.Postgres { // two uses of one code: the second waits and finds none
		if _, err := tx.Exec(ctx, `SELECT 1 FROM sys_user WHERE username = ? FOR UPDATE`, username); err != nil {
			return nil, err
		}
	}
	who := &Actor{Source: "web"}
	var stored []byte
	err := tx.QueryRow(ctx, `SELECT id, name, reset_hash FROM sys_user WHERE username = ? AND active = 1 AND reset_until > ?`,
		[]any{username, ms(s.now())}, &who.ID, &who.Name, &stored)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return nil, err
	}
	if err != nil || subtle.ConstantTimeCompare(stored, hashSecret(readCode(code))) != 1 {
		return nil, errs.New(errs.Unauthenticated, "bad_code", nil)
	}
	return who, nil
}
