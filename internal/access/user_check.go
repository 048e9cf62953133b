package access

import (
	"context"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"kedang/internal/db"
	"kedang/internal/errs"
)

const (
	mostUsername = 64  // characters
	mostName     = 100 // characters
	mostContact  = 200 // characters of an e-mail address or phone
)

// foldUsername is how user names are stored and compared: without regard to
// case, width and spaces around.
func foldUsername(name string) string { return strings.ToLower(strings.TrimSpace(normal(name))) }

// plausible is a folded user name that somebody may have, or "", which nobody
// has: what cannot be a user name is neither looked up nor stored.
func plausible(folded string) string {
	if len(folded) > 4*mostUsername || !utf8.ValidString(folded) || strings.ContainsFunc(folded, notInUsername) {
		return ""
	}
	return folded
}

// roleSet sorts roles and drops doubles.
func roleSet(roles []string) []string {
	out := slices.Clone(roles)
	slices.Sort(out)
	return slices.Compact(out)
}

// check looks at what needs no database.
func (u *User) check() error {
	var ps []errs.Problem
	refuse := func(path, code string, params errs.Params) {
		ps = append(ps, errs.Problem{Path: path, Code: code, Params: params})
	}
	bounded := func(path, value string, most int, required bool) {
		switch n := utf8.RuneCountInString(value); {
		case n == 0 && required:
			refuse(path, "required", nil)
		case n > most:
			refuse(path, "too_long", errs.Params{"max": most})
		case !utf8.ValidString(value) || strings.ContainsFunc(value, unicode.IsControl):
			refuse(path, "bad_text", nil)
		}
	}
	bounded("username", u.Username, mostUsername, true)
	if strings.ContainsFunc(u.Username, notInUsername) {
		refuse("username", "bad_username", nil)
	}
	bounded("name", u.Name, mostName, true)
	bounded("number", u.Number, mostUsername, false)
	bounded("email", u.Email, mostContact, false)
	bounded("phone", u.Phone, mostContact, false)
	if u.Email != "" && strings.Count(u.Email, "@") != 1 {
		refuse("email", "bad_email", nil)
	}
	if !slices.Contains([]string{"", "zh-Hans", "zh-Hant", "en"}, u.Lang) {
		refuse("lang", "unknown_language", nil)
	}
	if _, err := time.LoadLocation(u.Zone); err != nil || u.Zone == "Local" {
		refuse("zone", "unknown_zone", nil)
	}
	return errs.Refuse(ps)
}

// notInUsername tells the characters that a user name may not have.
func notInUsername(r rune) bool {
	return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !strings.ContainsRune("._-@+", r)
}

// checkAround looks at what a changed person points to, and that an
// administrator is left.
func (s *Service) checkAround(ctx context.Context, tx db.Tx, old, u *User) error {
	var ps []errs.Problem
	if u.Department != 0 && u.Department != old.Department {
		ok, err := exists(ctx, tx, `SELECT count(*) FROM sys_department WHERE id = ? AND archived_at IS NULL`, u.Department)
		if err != nil {
			return err
		}
		if !ok {
			ps = append(ps, errs.Problem{Path: "department", Code: "link_not_found"})
		}
	}
	if u.Manager != 0 && u.Manager != old.Manager {
		p, err := managerProblem(ctx, tx, u)
		if err != nil {
			return err
		}
		ps = append(ps, p...)
	}
	for _, role := range u.Roles {
		if !slices.Contains(old.Roles, role) && !s.knowsRole(role) {
			ps = append(ps, errs.Problem{Path: "roles", Code: "unknown_role", Params: errs.Params{"role": role}})
		}
	}
	if len(ps) == 0 && old.Active && s.bound.Load().admin(old.Roles) && !s.bound.Load().admin(u.Roles) {
		return s.keepAdministrator(ctx, tx, old)
	}
	return errs.Refuse(ps)
}

func exists(ctx context.Context, tx db.Tx, query string, id int64) (bool, error) {
	var n int64
	err := tx.QueryRow(ctx, query, []any{id}, &n)
	return n > 0, err
}

// managerProblem refuses a manager who is not there, or who reports to the
// person himself.
func managerProblem(ctx context.Context, tx db.Tx, u *User) ([]errs.Problem, error) {
	ok, err := exists(ctx, tx, `SELECT count(*) FROM sys_user WHERE id = ?`, u.Manager)
	if err != nil {
		return nil, err
	}
	if !ok {
		return []errs.Problem{{Path: "manager", Code: "link_not_found"}}, nil
	}
	circle, err := climbsTo(ctx, tx, `SELECT manager FROM sys_user WHERE id = ?`, u.Manager, u.ID)
	if err != nil {
		return nil, err
	}
	if circle {
		return []errs.Problem{{Path: "manager", Code: "link_cycle"}}, nil
	}
	return nil, nil
}

// knowsRole tells whether a role may be given. Without a schema, as on the
// command line before the first start, any may.
func (s *Service) knowsRole(role string) bool {
	schema := s.bound.Load().schema
	return role == AdminRole || schema == nil || schema.Role(role) != nil
}

// keepAdministrator refuses to take away the last administrator who can sign in.
func (s *Service) keepAdministrator(ctx context.Context, tx db.Tx, u *User) error {
	b := s.bound.Load()
	if !b.admin(u.Roles) {
		return nil
	}
	rest, err := s.administrators(ctx, tx, u.ID)
	if err == nil && rest == 0 {
		return errs.New(errs.Conflict, "last_administrator", nil)
	}
	return err
}

// administrators counts the active ones other than a user.
func (s *Service) administrators(ctx context.Context, tx db.Tx, other int64) (n int64, err error) {
	names := []any{AdminRole}
	if schema := s.bound.Load().schema; schema != nil {
		for _, r := range schema.Roles {
			if r.Admin && r.Name != AdminRole {
				names = append(names, r.Name)
			}
		}
	}
	err = tx.QueryRow(ctx, `SELECT count(*) FROM sys_user u WHERE u.active = 1 AND u.id <> ? AND EXISTS (
		SELECT 1 FROM sys_user_role r WHERE r.user_id = u.id AND r.role IN (?`+strings.Repeat(",?", len(names)-1)+`))`,
		append([]any{other}, names...), &n)
	return n, err
}

// own tells that a patch changes only what everybody may change of himself.
func (p *UserPatch) own() bool {
	return p.Username == nil && p.Name == nil && p.Number == nil && p.Department == nil && p.Manager == nil && p.Roles == nil
}

// apply is the user after the patch.
func (p *UserPatch) apply(u User) *User {
	set(&u.Username, p.Username, foldUsername)
	set(&u.Name, p.Name, strings.TrimSpace)
	set(&u.Number, p.Number, strings.TrimSpace)
	set(&u.Email, p.Email, strings.TrimSpace)
	set(&u.Phone, p.Phone, strings.TrimSpace)
	set(&u.Lang, p.Lang, strings.TrimSpace)
	set(&u.Zone, p.Zone, strings.TrimSpace)
	if p.Department != nil {
		u.Department = *p.Department
	}
	if p.Manager != nil {
		u.Manager = *p.Manager
	}
	if p.Roles != nil {
		u.Roles = roleSet(*p.Roles)
	}
	return &u
}

func set(to *string, from *string, clean func(string) string) {
	if from != nil {
		*to = clean(*from)
	}
}

// changes lists what differs, for the ledger: field -> [before, after].
func changes(old, u *User) map[string]pair {
	out := map[string]pair{}
	texts := func(name, a, b string) {
		if a != b {
			out[name] = pair{a, b}
		}
	}
	ids := func(name string, a, b int64) {
		if a != b {
			out[name] = pair{idText(a), idText(b)}
		}
	}
	texts("username", old.Username, u.Username)
	texts("name", old.Name, u.Name)
	texts("number", old.Number, u.Number)
	texts("email", old.Email, u.Email)
	texts("phone", old.Phone, u.Phone)
	texts("lang", old.Lang, u.Lang)
	texts("zone", old.Zone, u.Zone)
	ids("department", old.Department, u.Department)
	ids("manager", old.Manager, u.Manager)
	if !slices.Equal(old.Roles, u.Roles) {
		out["roles"] = pair{old.Roles, u.Roles}
	}
	return out
}

func idText(id int64) any {
	if id == 0 {
		return nil
	}
	return db.FormatID(id)
}
