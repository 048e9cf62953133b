package access

import (
	"context"
	"database/sql"
	"errors"
	"slices"
	"sync"
	"time"

	"kedang/internal/db"
	"kedang/internal/errs"
)

// actorCache keeps one actor per user, good as long as the user's epoch, the
// organisation and the schema are the same.
type actorCache struct {
	mu     sync.RWMutex // guards byUser
	byUser map[int64]*Actor
}

func (c *actorCache) get(user, epoch, org int64, b *binding) *Actor {
	c.mu.RLock()
	a := c.byUser[user]
	c.mu.RUnlock()
	if a == nil || a.Epoch != epoch || a.org != org || a.bound != b {
		return nil
	}
	return a
}

// forget drops all actors: what they are made from changed for everybody.
func (c *actorCache) forget() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.byUser = nil
}

func (c *actorCache) put(a *Actor) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.byUser == nil {
		c.byUser = map[int64]*Actor{}
	}
	c.byUser[a.ID] = a
}

// actorIn gives the actor of a user inside a reading transaction that has just
// seen epoch and the organisation's version.
func (s *Service) actorIn(ctx context.Context, tx db.Tx, user, epoch, version int64) (*Actor, error) {
	b := s.bound.Load()
	if a := s.actors.get(user, epoch, version, b); a != nil {
		return a, nil
	}
	o, err := s.orgAt(ctx, tx, version, true)
	if err != nil {
		return nil, err
	}
	a, err := s.readActor(ctx, tx, user, o, b)
	if err != nil {
		return nil, err
	}
	s.actors.put(a)
	return a, nil
}

func (s *Service) readActor(ctx context.Context, tx db.Tx, user int64, o *org, b *binding) (_ *Actor, err error) {
	defer errs.Wrap(&err, "readActor(%s)", db.FormatID(user))
	a := &Actor{ID: user, company: s.opts.Zone, bound: b, org: o.version}
	var zone string
	err = tx.QueryRow(ctx, `SELECT username, name, coalesce(department, 0), epoch, coalesce(lang, ''), coalesce(zone, '')
		FROM sys_user WHERE id = ?`, []any{user}, &a.Username, &a.Name, &a.Department, &a.Epoch, &a.Lang, &zone)
	if err != nil {
		return nil, err
	}
	if a.Roles, err = rolesOf(ctx, tx, user); err != nil {
		return nil, err
	}
	if a.Lang == "" {
		a.Lang = s.lang.Load().(string)
	}
	if a.Zone, err = time.LoadLocation(zone); zone == "" || err != nil {
		a.Zone = s.opts.Zone
	}
	a.rights = b.rightsOf(a.Roles)
	a.Admin = a.rights.admin
	a.Tree, a.Subordinates = o.tree(a.Department), o.subordinates(user)
	a.Branch = o.branch(a.Department)
	a.team = team(user, a.Subordinates)
	return a, nil
}

func rolesOf(ctx context.Context, tx db.Tx, user int64) (roles []string, err error) {
	rows, err := tx.Query(ctx, `SELECT role FROM sys_user_role WHERE user_id = ? ORDER BY role`, user)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var role string
		if err := rows.Scan(&role); err != nil {
			return nil, err
		}
		roles = append(roles, role)
	}
	return roles, rows.Err()
}

// ActorOf is a person's actor for an administrator or the system: to show
// someone's rights, or to do work in someone's name on the command line or in
// a job. It has the person's rights of today and no session. Errors: NotFound;
// Forbidden user_inactive.
func (s *Service) ActorOf(ctx context.Context, by *Actor, user int64) (a *Actor, err error) {
	defer errs.Wrap(&err, "Service.ActorOf(%s)", db.FormatID(user))
	if !by.Admin && by.ID != user {
		return nil, errs.New(errs.Forbidden, "not_administrator", nil)
	}
	err = s.opts.DB.Read(ctx, func(tx db.Tx) error {
		epoch, active, version, err := standing(ctx, tx, user)
		switch {
		case errors.Is(err, sql.ErrNoRows):
			return errs.NotFoundf("user", db.FormatID(user))
		case err != nil:
			return err
		case !active:
			return errs.New(errs.Forbidden, "user_inactive", nil)
		}
		a, err = s.actorIn(ctx, tx, user, epoch, version)
		return err
	})
	return a, err
}

// Refresh is the same actor with the rights of now, for work that takes long.
// Errors: Unauthenticated when the person was disabled meanwhile.
func (s *Service) Refresh(ctx context.Context, a *Actor) (_ *Actor, err error) {
	if a.IsSystem() {
		return a, nil
	}
	fresh, err := s.ActorOf(ctx, a, a.ID)
	if errs.Is(err, errs.NotFound) || errs.Is(err, errs.Forbidden) {
		return nil, errUnauthenticated
	}
	if err != nil {
		return nil, err
	}
	c := *fresh
	c.Session, c.Token, c.Source = a.Session, a.Token, a.Source
	return &c, nil
}

// standing reads what decides whether an actor is still good.
func standing(ctx context.Context, tx db.Tx, user int64) (epoch int64, active bool, version int64, err error) {
	var on int64
	err = tx.QueryRow(ctx, `SELECT u.epoch, u.active, o.num FROM sys_user u JOIN sys_state o ON o.name = 'org' WHERE u.id = ?`,
		[]any{user}, &epoch, &on, &version)
	return epoch, on == 1, version, err
}

// Recheck looks, inside a writing transaction, whether the actor's rights are
// still what they were when he was made. Errors: Unauthenticated when he was
// disabled, Stale rights_changed when his roles, department, tree or
// subordinates changed.
func (s *Service) Recheck(ctx context.Context, tx db.Tx, a *Actor) (err error) {
	if a.IsSystem() {
		return nil
	}
	epoch, active, version, err := standing(ctx, tx, a.ID)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return errUnauthenticated
	case err != nil:
		return err
	case !active:
		return errUnauthenticated
	case epoch != a.Epoch:
		return errRightsChanged
	case version == a.org:
		return nil
	}
	o, err := s.orgAt(ctx, tx, version, false)
	if err != nil {
		return err
	}
	if !slices.Equal(a.Tree, o.tree(a.Department)) || !slices.Equal(a.Subordinates, o.subordinates(a.ID)) || a.Branch != o.branch(a.Department) {
		return errRightsChanged
	}
	return nil
}

var (
	errUnauthenticated = errs.New(errs.Unauthenticated, "unauthenticated", nil)
	errRightsChanged   = errs.New(errs.Stale, "rights_changed", nil)
)
