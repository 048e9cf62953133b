package access

import (
	"context"
	"database/sql"
	"errors"
	"strings"
	"time"

	"kedang/internal/db"
	"kedang/internal/errs"
	"kedang/internal/ledger"
)

// User is one person who may sign in. What only administrators see (roles,
// last sign-in, whether there is a password) is empty for others.
type User struct {
	ID          int64
	Number      string // of the employee; "" for none
	Username    string
	Name        string
	Department  int64 // 0: none
	Manager     int64 // 0: none
	Email       string
	Phone       string
	Lang        string // "" for the company's
	Zone        string // IANA name, "" for the company's
	Roles       []string
	Active      bool
	HasPassword bool
	Rev         int64
	CreatedAt   time.Time
	UpdatedAt   time.Time
	SignedInAt  time.Time // zero: never
}

// NewUser is what CreateUser needs: a user name and a name; the rest may be empty.
// Without a password the person cannot sign in until ResetPassword.
type NewUser struct {
	Username, Name, Password string
	Department, Manager      int64
	Roles                    []string
	Number, Email, Phone     string
	Lang, Zone               string
}

// UserPatch names what UpdateUser changes; nil leaves a thing as it is.
type UserPatch struct {
	Username, Name, Number *string
	Department, Manager    *int64 // 0 for none
	Roles                  *[]string
	Email, Phone           *string
	Lang, Zone             *string
}

// CreateUser adds a person. For administrators. Errors: Invalid with a problem
// per field; Conflict with username_taken.
func (s *Service) CreateUser(ctx context.Context, a *Actor, n NewUser) (id int64, err error) {
	defer errs.Wrap(&err, "Service.CreateUser")
	u, hash, err := s.prepareUser(ctx, n)
	if err != nil {
		return 0, err
	}
	err = s.change(ctx, a, func(tx db.Tx) error { return s.insertUser(ctx, tx, a, u, hash) })
	return u.ID, err
}

// prepareUser checks what needs no database, and hashes the password outside
// the writer.
func (s *Service) prepareUser(ctx context.Context, n NewUser) (u *User, hash string, err error) {
	u = &User{ID: s.opts.IDs.Next(), Number: strings.TrimSpace(n.Number), Username: foldUsername(n.Username), Name: strings.TrimSpace(n.Name),
		Department: n.Department, Manager: n.Manager, Email: strings.TrimSpace(n.Email), Phone: strings.TrimSpace(n.Phone),
		Lang: n.Lang, Zone: n.Zone, Roles: roleSet(n.Roles), Active: true, Rev: 1}
	if err := u.check(); err != nil {
		return nil, "", err
	}
	if n.Password == "" {
		return u, "", nil
	}
	if err := checkPassword(n.Password, u.Username); err != nil {
		return nil, "", err
	}
	hash, err = s.hashPassword(ctx, n.Password)
	return u, hash, err
}

func (s *Service) insertUser(ctx context.Context, tx db.Tx, a *Actor, u *User, hash string) error {
	if err := s.checkAround(ctx, tx, &User{}, u); err != nil {
		return err
	}
	now := ms(s.now())
	_, err := tx.Exec(ctx, `INSERT INTO sys_user (id, number, title, title_sort, name, username, password, department, manager, active, epoch,
			rev, created_at, updated_at, email, phone, lang, zone) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 1, 1, 1, ?, ?, ?, ?, ?, ?)`,
		u.ID, text(u.Number), u.Name, s.opts.SortKey(u.Name), u.Name, u.Username, text(hash), link(u.Department), link(u.Manager),
		now, now, text(u.Email), text(u.Phone), text(u.Lang), text(u.Zone))
	if err != nil {
		return taken(err)
	}
	if err := setRoles(ctx, tx, u.ID, u.Roles); err != nil {
		return err
	}
	if u.Manager != 0 {
		if err := bumpOrg(ctx, tx); err != nil {
			return err
		}
	}
	return s.record(ctx, tx, a, ledger.Rights, "user_created", "user", u.ID, changes(&User{}, u))
}

// UpdateUser changes a person, who has the new rights on his next request.
// Administrators change everything; everybody his own e-mail, phone, language
// and zone. Errors: NotFound; Invalid; Conflict username_taken, last_administrator.
func (s *Service) UpdateUser(ctx context.Context, a *Actor, id int64, p UserPatch) (err error) {
	defer errs.Wrap(&err, "Service.UpdateUser(%s)", db.FormatID(id))
	edit := func(tx db.Tx) error { return s.updateUser(ctx, tx, a, id, p) }
	if !a.Admin && a.ID == id && p.own() {
		return s.opts.DB.Write(ctx, func(tx db.Tx) error {
			if err := s.Recheck(ctx, tx, a); err != nil {
				return err
			}
			return edit(tx)
		})
	}
	return s.change(ctx, a, edit)
}

func (s *Service) updateUser(ctx context.Context, tx db.Tx, a *Actor, id int64, p UserPatch) error {
	old, err := readUser(ctx, tx, id)
	if err != nil {
		return err
	}
	u := p.apply(*old)
	diff := changes(old, u)
	if len(diff) == 0 {
		return nil
	}
	if err := u.check(); err != nil {
		return err
	}
	if err := s.checkAround(ctx, tx, old, u); err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `UPDATE sys_user SET number = ?, title = ?, title_sort = ?, name = ?, username = ?, department = ?, manager = ?,
			email = ?, phone = ?, lang = ?, zone = ?, epoch = epoch + 1, rev = rev + 1, updated_at = ? WHERE id = ?`,
		text(u.Number), u.Name, s.opts.SortKey(u.Name), u.Name, u.Username, link(u.Department), link(u.Manager),
		text(u.Email), text(u.Phone), text(u.Lang), text(u.Zone), ms(s.now()), id)
	if err != nil {
		return taken(err)
	}
	if _, ok := diff["roles"]; ok {
		if err := setRoles(ctx, tx, id, u.Roles); err != nil {
			return err
		}
	}
	if old.Manager != u.Manager {
		if err := bumpOrg(ctx, tx); err != nil {
			return err
		}
	}
	return s.record(ctx, tx, a, ledger.Rights, "user_changed", "user", id, diff)
}

// SetActive lets a person in or keeps him out, at once: his sessions and
// tokens end. For administrators. Errors: NotFound; Conflict last_administrator.
func (s *Service) SetActive(ctx context.Context, a *Actor, id int64, active bool) (err error) {
	defer errs.Wrap(&err, "Service.SetActive(%s, %v)", db.FormatID(id), active)
	return s.change(ctx, a, func(tx db.Tx) error {
		old, err := readUser(ctx, tx, id)
		if err != nil || old.Active == active {
			return err
		}
		if !active {
			if err := s.keepAdministrator(ctx, tx, old); err != nil {
				return err
			}
		}
		return s.setActive(ctx, tx, a, id, active)
	})
}

func (s *Service) setActive(ctx context.Context, tx db.Tx, a *Actor, id int64, active bool) error {
	now := ms(s.now())
	var on, archived, action any = 1, nil, "user_enabled"
	if !active {
		on, archived, action = 0, now, "user_disabled"
	}
	_, err := tx.Exec(ctx, `UPDATE sys_user SET active = ?, archived_at = ?, reset_hash = NULL, reset_until = NULL, epoch = epoch + 1, rev = rev + 1,
		updated_at = ? WHERE id = ?`, on, archived, now, id)
	if err != nil {
		return err
	}
	if !active {
		for _, table := range []string{"sys_session", "sys_token"} {
			if _, err := tx.Exec(ctx, `DELETE FROM `+table+` WHERE user_id = ?`, id); err != nil {
				return err
			}
		}
	}
	return s.record(ctx, tx, a, ledger.Rights, action.(string), "user", id, nil)
}

const userColumns = `id, coalesce(number, ''), username, name, coalesce(department, 0), coalesce(manager, 0), coalesce(email, ''), coalesce(phone, ''),
	coalesce(lang, ''), coalesce(zone, ''), active, CASE WHEN password IS NULL THEN 0 ELSE 1 END, rev, created_at, updated_at, coalesce(signed_in_at, 0)`

func scanUser(scan func(...any) error) (*User, error) {
	u := &User{}
	var active, password, created, updated, signedIn int64
	err := scan(&u.ID, &u.Number, &u.Username, &u.Name, &u.Department, &u.Manager, &u.Email, &u.Phone, &u.Lang, &u.Zone,
		&active, &password, &u.Rev, &created, &updated, &signedIn)
	u.Active, u.HasPassword = active == 1, password == 1
	u.CreatedAt, u.UpdatedAt, u.SignedInAt = timeOf(created), timeOf(updated), timeOf(signedIn)
	return u, err
}

func readUser(ctx context.Context, tx db.Tx, id int64) (*User, error) {
	u, err := scanUser(func(dest ...any) error {
		return tx.QueryRow(ctx, `SELECT `+userColumns+` FROM sys_user WHERE id = ?`, []any{id}, dest...)
	})
	if errors.Is(err, sql.ErrNoRows) {
		return nil, errs.NotFoundf("user", db.FormatID(id))
	}
	if err != nil {
		return nil, err
	}
	u.Roles, err = rolesOf(ctx, tx, id)
	return u, err
}

func setRoles(ctx context.Context, tx db.Tx, user int64, roles []string) error {
	if _, err := tx.Exec(ctx, `DELETE FROM sys_user_role WHERE user_id = ?`, user); err != nil {
		return err
	}
	for _, role := range roles {
		if _, err := tx.Exec(ctx, `INSERT INTO sys_user_role (user_id, role) VALUES (?, ?)`, user, role); err != nil {
			return err
		}
	}
	return nil
}

// taken tells a second equal user name from other errors.
func taken(err error) error {
	if _, ok := db.UniqueViolation(err); ok {
		return &errs.Error{Kind: errs.Conflict, Code: "username_taken", Problems: []errs.Problem{{Path: "username", Code: "username_taken"}}}
	}
	return err
}

// text and link are how an empty value is stored: as missing.
func text(s string) any {
	if s == "" {
		return nil
	}
	return s
}

func link(id int64) any {
	if id == 0 {
		return nil
	}
	return id
}
