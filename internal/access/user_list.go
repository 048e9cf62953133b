package access

import (
	"context"
	"slices"
	"strings"

	"kedang/internal/db"
	"kedang/internal/errs"
	"kedang/internal/meta"
)

// UserQuery narrows a list of users; the zero one lists the active ones.
type UserQuery struct {
	Text       string // in the name or user name
	Department int64
	Inactive   bool // those who were disabled too
	After      int64
	Limit      int // 100 unless told, at most 1,000
}

// Users lists people by name, at most Limit, behind the user After. Everybody
// signed in knows his colleagues; roles and sign-ins are for administrators.
func (s *Service) Users(ctx context.Context, a *Actor, q UserQuery) (out []User, err error) {
	defer errs.Wrap(&err, "Service.Users")
	query, args := q.sql()
	err = s.opts.DB.Read(ctx, func(tx db.Tx) error {
		rows, err := tx.Query(ctx, query, args...)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			u, err := scanUser(rows.Scan)
			if err != nil {
				return err
			}
			out = append(out, *u)
		}
		if err := rows.Err(); err != nil || len(out) == 0 || !a.Admin {
			return err
		}
		return addRoles(ctx, tx, out)
	})
	for i := range out {
		out[i].hideFrom(a)
	}
	return out, err
}

func (q *UserQuery) sql() (string, []any) {
	var b strings.Builder
	var args []any
	add := func(cond string, more ...any) {
		b.WriteString(" AND " + cond)
		args = append(args, more...)
	}
	if !q.Inactive {
		add("active = 1")
	}
	if q.Department != 0 {
		add("department = ?", q.Department)
	}
	if text := foldUsername(q.Text); text != "" {
		like := "%" + strings.NewReplacer(`!`, `!!`, `%`, `!%`, `_`, `!_`).Replace(text) + "%"
		add(`(username LIKE ? ESCAPE '!' OR lower(name) LIKE ? ESCAPE '!')`, like, like)
	}
	if q.After != 0 {
		add("(title_sort, id) > (SELECT title_sort, id FROM sys_user WHERE id = ?)", q.After)
	}
	limit := 100
	if q.Limit > 0 {
		limit = min(q.Limit, 1000)
	}
	return "SELECT " + userColumns + " FROM sys_user WHERE 1 = 1" + b.String() + " ORDER BY title_sort, id LIMIT ?", append(args, limit)
}

func addRoles(ctx context.Context, tx db.Tx, users []User) error {
	at := map[int64]*User{}
	args := make([]any, len(users))
	for i := range users {
		at[users[i].ID], args[i] = &users[i], users[i].ID
	}
	rows, err := tx.Query(ctx, `SELECT user_id, role FROM sys_user_role WHERE user_id IN (?`+strings.Repeat(",?", len(args)-1)+`) ORDER BY user_id, role`, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var id int64
		var role string
		if err := rows.Scan(&id, &role); err != nil {
			return err
		}
		at[id].Roles = append(at[id].Roles, role)
	}
	return rows.Err()
}

// User reads one person, as [Service.Users] shows him. Errors: NotFound.
func (s *Service) User(ctx context.Context, a *Actor, id int64) (u User, err error) {
	defer errs.Wrap(&err, "Service.User(%s)", db.FormatID(id))
	err = s.opts.DB.Read(ctx, func(tx db.Tx) error {
		found, err := readUser(ctx, tx, id)
		if err == nil {
			u = *found
			u.hideFrom(a)
		}
		return err
	})
	return u, err
}

// UserByName finds a person by the user name. Errors: NotFound.
func (s *Service) UserByName(ctx context.Context, a *Actor, username string) (u User, err error) {
	defer errs.Wrap(&err, "Service.UserByName(%q)", username)
	who, err := s.credentials(ctx, foldUsername(username))
	if err != nil {
		return User{}, err
	}
	if who.id == 0 {
		return User{}, errs.NotFoundf("user", username)
	}
	return s.User(ctx, a, who.id)
}

// hideFrom empties what only administrators and the person himself see.
func (u *User) hideFrom(a *Actor) {
	if a.Admin || a.ID == u.ID {
		return
	}
	shown := *u
	*u = User{ID: shown.ID, Number: shown.Number, Username: shown.Username, Name: shown.Name, Department: shown.Department, Manager: shown.Manager,
		Email: shown.Email, Phone: shown.Phone, Active: shown.Active, Rev: shown.Rev, CreatedAt: shown.CreatedAt, UpdatedAt: shown.UpdatedAt}
}

// Roles lists what may be given to people, in the order of the packs.
func (s *Service) Roles() []*meta.Role {
	var out []*meta.Role
	if schema := s.bound.Load().schema; schema != nil {
		out = slices.Clone(schema.Roles)
	}
	if !slices.ContainsFunc(out, func(r *meta.Role) bool { return r.Name == AdminRole }) {
		out = append(out, &meta.Role{Name: AdminRole, Admin: true})
	}
	return out
}
