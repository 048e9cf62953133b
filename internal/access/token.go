package access

import (
	"context"
	"database/sql"
	"errors"
	"strings"
	"time"
	"unicode/utf8"

	"kedang/internal/db"
	"kedang/internal/errs"
	"kedang/internal/ledger"
)

// Token is an API token as its owner sees it; the secret is told only once.
type Token struct {
	ID        int64
	User      int64
	Name      string
	Hint      string // how the secret ends, to tell tokens apart
	CreatedAt time.Time
	CreatedBy int64
	SeenAt    time.Time // zero when never used; to the minute
	ExpiresAt time.Time // zero for never
}

// mostTokenName is the longest name of a token, in characters.
const mostTokenName = 100

// CreateToken makes a token that lends a user's rights to a program, and tells
// its secret ("kd_…") this once. One makes tokens for oneself, an
// administrator for anybody; expires may be zero. A token cannot make tokens.
func (s *Service) CreateToken(ctx context.Context, a *Actor, user int64, name string, expires time.Time) (secret string, err error) {
	defer errs.Wrap(&err, "Service.CreateToken(%s)", db.FormatID(user))
	name = strings.TrimSpace(name)
	switch n := utf8.RuneCountInString(name); {
	case a.Token != 0:
		return "", errs.New(errs.Forbidden, "needs_session", nil)
	case a.ID != user && !a.Admin:
		return "", errs.New(errs.Forbidden, "not_administrator", nil)
	case n == 0:
		return "", errs.RefuseField("name", "required", nil)
	case n > mostTokenName:
		return "", errs.RefuseField("name", "too_long", errs.Params{"max": mostTokenName})
	case !expires.IsZero() && !expires.After(s.now()):
		return "", errs.RefuseField("expires", "in_the_past", nil)
	}
	secret, hash, err := s.newSecret(tokenPrefix)
	if err != nil {
		return "", err
	}
	id := s.opts.IDs.Next()
	err = s.opts.DB.Write(ctx, func(tx db.Tx) error {
		if err := s.Recheck(ctx, tx, a); err != nil {
			return err
		}
		if _, active, _, err := standing(ctx, tx, user); err != nil || !active {
			return absent(err, "user", user)
		}
		var until any
		if !expires.IsZero() {
			until = ms(expires)
		}
		_, err := tx.Exec(ctx, `INSERT INTO sys_token (id, hash, user_id, name, hint, created_at, created_by, seen_at, expires_at) VALUES (?, ?, ?, ?, ?, ?, ?, 0, ?)`,
			id, hash, user, name, secret[len(secret)-4:], ms(s.now()), a.ID, until)
		if err != nil {
			return err
		}
		return s.record(ctx, tx, a, ledger.Rights, "token_created", "user", user, map[string]string{"token": db.FormatID(id), "name": name})
	})
	if err != nil {
		return "", err
	}
	return secret, nil
}

// absent turns "no row" (or a nil error about an inactive one) into NotFound.
func absent(err error, what string, id int64) error {
	if err == nil || errors.Is(err, sql.ErrNoRows) {
		return errs.NotFoundf(what, db.FormatID(id))
	}
	return err
}

// Tokens lists the tokens of a user that have not expired, the newest first:
// one's own, or anybody's for an administrator.
func (s *Service) Tokens(ctx context.Context, a *Actor, user int64) (out []Token, err error) {
	defer errs.Wrap(&err, "Service.Tokens(%s)", db.FormatID(user))
	if a.ID != user && !a.Admin {
		return nil, errs.New(errs.Forbidden, "not_administrator", nil)
	}
	err = s.opts.DB.Read(ctx, func(tx db.Tx) error {
		rows, err := tx.Query(ctx, `SELECT id, user_id, name, hint, created_at, created_by, seen_at, coalesce(expires_at, 0) FROM sys_token
			WHERE user_id = ? AND (expires_at IS NULL OR expires_at > ?) ORDER BY id DESC`, user, ms(s.now()))
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var t Token
			var created, seen, expires int64
			if err := rows.Scan(&t.ID, &t.User, &t.Name, &t.Hint, &created, &t.CreatedBy, &seen, &expires); err != nil {
				return err
			}
			t.CreatedAt, t.SeenAt, t.ExpiresAt = timeOf(created), timeOf(s.seen.last(t.ID, seen)), timeOf(expires)
			out = append(out, t)
		}
		return rows.Err()
	})
	return out, err
}

// RevokeToken ends a token at once: one's own, or anybody's for an
// administrator. Errors: NotFound.
func (s *Service) RevokeToken(ctx context.Context, a *Actor, id int64) (err error) {
	defer errs.Wrap(&err, "Service.RevokeToken(%s)", db.FormatID(id))
	return s.opts.DB.Write(ctx, func(tx db.Tx) error {
		var user int64
		var name string
		err := tx.QueryRow(ctx, `SELECT user_id, name FROM sys_token WHERE id = ?`, []any{id}, &user, &name)
		if err != nil || (user != a.ID && !a.Admin) {
			return absent(err, "token", id)
		}
		if _, err := tx.Exec(ctx, `DELETE FROM sys_token WHERE id = ?`, id); err != nil {
			return err
		}
		return s.record(ctx, tx, a, ledger.Rights, "token_revoked", "user", user, map[string]string{"token": db.FormatID(id), "name": name})
	})
}
