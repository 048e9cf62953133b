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

// Device is one session of a person, for the list in which he ends those he
// does not know.
type Device struct {
	ID        int64
	CreatedAt time.Time
	SeenAt    time.Time // to the minute
	ExpiresAt time.Time
	Address   string
	Agent     string
	Current   bool // the one that asks
}

// errBadCredentials is one answer for an unknown user name, a wrong password
// and a disabled user.
var errBadCredentials = errs.New(errs.Unauthenticated, "bad_credentials", nil)

// mostAgent is how many bytes of a user agent are kept.
const mostAgent = 300

// SignIn checks a password and opens a session; the token is told only here.
// address and agent are shown to the person in his list of devices, and
// attempts are counted on the address too ("" for none). Errors:
// Unauthenticated bad_credentials; TooMany too_many_attempts.
func (s *Service) SignIn(ctx context.Context, username, password, address, agent string) (token string, a *Actor, err error) {
	defer errs.Wrap(&err, "Service.SignIn")
	name := plausible(foldUsername(username))
	limits := s.limits(name, address)
	if err := s.countAttempt(ctx, limits); err != nil {
		return "", nil, err
	}
	who, err := s.credentials(ctx, name)
	if err != nil {
		return "", nil, err
	}
	ok, stale, err := s.verifyPassword(ctx, password, who.password)
	if err != nil {
		return "", nil, err
	}
	if !ok || !who.active {
		return "", nil, s.signInFailed(ctx, who.id, address, agent)
	}
	rehashed := who.password
	if stale {
		if rehashed, err = s.hashPassword(ctx, password); err != nil {
			return "", nil, err
		}
	}
	if token, err = s.openSession(ctx, who, rehashed, limits, address, agent); err != nil {
		return "", nil, err
	}
	a, err = s.Session(ctx, token)
	return token, a, err
}

// credentials are what a sign-in is judged by; a zero one for nobody.
type credentials struct {
	id       int64
	name     string
	password string
	active   bool
}

func (s *Service) credentials(ctx context.Context, username string) (who credentials, err error) {
	err = s.opts.DB.Read(ctx, func(tx db.Tx) error {
		var active int64
		err := tx.QueryRow(ctx, `SELECT id, name, coalesce(password, ''), active FROM sys_user WHERE username = ?`,
			[]any{username}, &who.id, &who.name, &who.password, &active)
		who.active = active == 1
		if errors.Is(err, sql.ErrNoRows) {
			return nil
		}
		return err
	})
	return who, err
}

// signInFailed notes it. What was typed as a user name is not kept: it may
// have been the password.
func (s *Service) signInFailed(ctx context.Context, user int64, address, agent string) error {
	err := s.opts.DB.Write(ctx, func(tx db.Tx) error {
		return s.record(ctx, tx, &Actor{Source: "web"}, ledger.SignIn, "sign_in_failed", "user", user, where(address, agent))
	})
	if err != nil {
		return err
	}
	return errBadCredentials
}

func where(address, agent string) map[string]string {
	return map[string]string{"address": shortened(address), "agent": shortened(agent)}
}

func shortened(agent string) string {
	if len(agent) > mostAgent {
		agent = agent[:mostAgent]
	}
	if !utf8.ValidString(agent) || strings.ContainsRune(agent, 0) {
		agent = strings.ReplaceAll(strings.ToValidUTF8(agent, ""), "\x00", "")
	}
	return agent
}

// openSession stores a session, unless the user was disabled or got another
// password since it was checked.
func (s *Service) openSession(ctx context.Context, who credentials, rehashed string, limits []limit, address, agent string) (string, error) {
	token, hash, err := s.newSecret("")
	if err != nil {
		return "", err
	}
	now, id := s.now(), s.opts.IDs.Next()
	err = s.opts.DB.Write(ctx, func(tx db.Tx) error {
		n, err := tx.Exec(ctx, `UPDATE sys_user SET signed_in_at = ?, password = ? WHERE id = ? AND active = 1 AND password = ?`,
			ms(now), rehashed, who.id, who.password)
		if err != nil {
			return err
		}
		if n == 0 {
			return errBadCredentials
		}
		if err := s.forgiveAttempt(ctx, tx, limits); err != nil {
			return err
		}
		_, err = tx.Exec(ctx, `INSERT INTO sys_session (id, hash, user_id, created_at, seen_at, expires_at, address, agent) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
			id, hash, who.id, ms(now), ms(now), ms(now.Add(s.opts.SessionMax)), shortened(address), shortened(agent))
		if err != nil {
			return err
		}
		return s.record(ctx, tx, &Actor{ID: who.id, Name: who.name, Source: "web"}, ledger.SignIn, "sign_in", "user", who.id, where(address, agent))
	})
	return token, err
}

// mark is what a secret stands for: a row of sys_session or sys_token.
type mark struct {
	id, user         int64
	seen, expires    int64
	epoch, on, orgAt int64
}

// Session tells who a session's or token's secret stands for. It reads one row
// by its index, where others write to the database each time; the actor comes
// from memory unless something changed. Errors: Unauthenticated.
func (s *Service) Session(ctx context.Context, secret string) (_ *Actor, err error) {
	if len(secret) < secretSize || len(secret) > 100 {
		return nil, errUnauthenticated
	}
	token := strings.HasPrefix(secret, tokenPrefix)
	hash := hashSecret(secret)
	a, m, err := s.known(ctx, token, hash)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, errUnauthenticated
	}
	if err != nil {
		return nil, err
	}
	s.seen.note(m.id, m.seen, ms(s.now()), token)
	c := *a
	if token {
		c.Token, c.Source = m.id, "api"
	} else {
		c.Session, c.Source = m.id, "web"
	}
	return &c, nil
}

// known finds what a secret's hash stands for: as it was read last when nothing
// was stored since, else from the database.
func (s *Service) known(ctx context.Context, token bool, hash []byte) (a *Actor, m mark, err error) {
	moment, alone := s.opts.DB.Moment()
	if alone {
		if m, ok := s.marks.at(moment, hash); ok {
			if !s.alive(&m, token) {
				return nil, m, errUnauthenticated
			}
			if a := s.actors.get(m.user, m.epoch, m.orgAt, s.bound.Load()); a != nil {
				return a, m, nil
			}
		}
	}
	err = s.opts.DB.ReadOne(ctx, func(tx db.Tx) error {
		if m, err = readMark(ctx, tx, token, hash); err != nil {
			return err
		}
		if !s.alive(&m, token) {
			return errUnauthenticated
		}
		a, err = s.actorIn(ctx, tx, m.user, m.epoch, m.orgAt)
		return err
	})
	if err == nil && alone {
		s.marks.note(moment, hash, m)
	}
	return a, m, err
}

const (
	readSession = `SELECT s.id, s.user_id, s.seen_at, s.expires_at, u.epoch, u.active, o.num
		FROM sys_session s JOIN sys_user u ON u.id = s.user_id JOIN sys_state o ON o.name = 'org' WHERE s.hash = ?`
	readToken = `SELECT s.id, s.user_id, s.seen_at, coalesce(s.expires_at, 0), u.epoch, u.active, o.num
		FROM sys_token s JOIN sys_user u ON u.id = s.user_id JOIN sys_state o ON o.name = 'org' WHERE s.hash = ?`
)

func readMark(ctx context.Context, tx db.Tx, token bool, hash []byte) (m mark, err error) {
	query := readSession
	if token {
		query = readToken
	}
	err = tx.QueryRow(ctx, query, []any{hash}, &m.id, &m.user, &m.seen, &m.expires, &m.epoch, &m.on, &m.orgAt)
	return m, err
}

// alive tells that the user is active and the secret has not expired.
func (s *Service) alive(m *mark, token bool) bool {
	now := ms(s.now())
	switch {
	case m.on != 1, m.expires != 0 && m.expires <= now:
		return false
	case token:
		return true
	}
	return s.seen.last(m.id, m.seen)+s.opts.SessionIdle.Milliseconds() > now
}

// SignOut ends a session by its secret. It is no error when there is none.
func (s *Service) SignOut(ctx context.Context, secret string) (err error) {
	defer errs.Wrap(&err, "Service.SignOut")
	hash := hashSecret(secret)
	return s.opts.DB.Write(ctx, func(tx db.Tx) error {
		var id int64
		who := &Actor{Source: "web"}
		err := tx.QueryRow(ctx, `SELECT s.id, u.id, u.name FROM sys_session s JOIN sys_user u ON u.id = s.user_id WHERE s.hash = ?`,
			[]any{hash}, &id, &who.ID, &who.Name)
		if errors.Is(err, sql.ErrNoRows) {
			return nil
		}
		if err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `DELETE FROM sys_session WHERE id = ?`, id); err != nil {
			return err
		}
		return s.record(ctx, tx, who, ledger.SignIn, "sign_out", "user", who.ID, nil)
	})
}

// Sessions lists the actor's own sessions that are alive, the newest first.
func (s *Service) Sessions(ctx context.Context, a *Actor) (out []Device, err error) {
	defer errs.Wrap(&err, "Service.Sessions")
	now := s.now()
	err = s.opts.DB.Read(ctx, func(tx db.Tx) error {
		rows, err := tx.Query(ctx, `SELECT id, created_at, seen_at, expires_at, address, agent FROM sys_session
			WHERE user_id = ? AND expires_at > ? ORDER BY id DESC LIMIT 200`, a.ID, ms(now))
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var d Device
			var created, seen, expires int64
			if err := rows.Scan(&d.ID, &created, &seen, &expires, &d.Address, &d.Agent); err != nil {
				return err
			}
			seen = s.seen.last(d.ID, seen)
			if seen+s.opts.SessionIdle.Milliseconds() <= ms(now) {
				continue
			}
			d.CreatedAt, d.SeenAt, d.ExpiresAt, d.Current = timeOf(created), timeOf(seen), timeOf(expires), d.ID == a.Session
			out = append(out, d)
		}
		return rows.Err()
	})
	return out, err
}

// EndSession ends one of the actor's sessions, or anybody's for an
// administrator. Errors: NotFound.
func (s *Service) EndSession(ctx context.Context, a *Actor, id int64) (err error) {
	defer errs.Wrap(&err, "Service.EndSession(%s)", db.FormatID(id))
	return s.opts.DB.Write(ctx, func(tx db.Tx) error {
		var user int64
		err := tx.QueryRow(ctx, `SELECT user_id FROM sys_session WHERE id = ?`, []any{id}, &user)
		if errors.Is(err, sql.ErrNoRows) || (err == nil && user != a.ID && !a.Admin) {
			return errs.NotFoundf("session", db.FormatID(id))
		}
		if err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `DELETE FROM sys_session WHERE id = ?`, id); err != nil {
			return err
		}
		return s.record(ctx, tx, a, ledger.SignIn, "session_ended", "user", user, nil)
	})
}
