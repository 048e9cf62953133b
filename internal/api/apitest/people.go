package apitest

import (
	"context"
	"strings"
	"time"

	"kedang/internal/access"
	"kedang/internal/db"
	"kedang/internal/errs"
)

// person is a user with a token of his.
type person struct {
	id    int64
	token string
}

// NewPerson is what User needs; Role and Department may be empty.
type NewPerson struct {
	Name       string
	Role       string // several with commas
	Department string // codes from the top: "head/shanghai"
	Manager    string // a user name
	Password   string
}

// User makes a person when there is none of the name, and gives his token.
func (c *Company) User(ctx context.Context, n NewPerson) (token string, err error) {
	defer errs.Wrap(&err, "Company.User(%s)", n.Name)
	if p, ok := c.users[n.Name]; ok {
		return p.token, nil
	}
	u := access.NewUser{Username: n.Name, Name: n.Name, Password: n.Password}
	if n.Role != "" {
		u.Roles = strings.Split(n.Role, ",")
	}
	if u.Department, err = c.Department(ctx, n.Department); err != nil {
		return "", err
	}
	if n.Manager != "" {
		m, ok := c.users[n.Manager]
		if !ok {
			return "", errs.NotFoundf("user", n.Manager)
		}
		u.Manager = m.id
	}
	p := person{}
	if p.id, err = c.Access.CreateUser(ctx, access.System("test"), u); err != nil {
		return "", err
	}
	if p.token, err = c.Access.CreateToken(ctx, access.System("test"), p.id, "test", time.Time{}); err != nil {
		return "", err
	}
	c.users[n.Name] = p
	return p.token, nil
}

// UserID is the id of a person made by User, as the API writes it.
func (c *Company) UserID(name string) string {
	p, ok := c.users[name]
	if !ok {
		return ""
	}
	return db.FormatID(p.id)
}

// Actor is a person made by User, for calls below the API.
func (c *Company) Actor(ctx context.Context, name string) (*access.Actor, error) {
	return c.Access.ActorOf(ctx, access.System("test"), c.users[name].id)
}

// Department gives a department by its codes from the top, making what is
// missing; each is a branch, so that its code stands in numbers.
func (c *Company) Department(ctx context.Context, path string) (id int64, err error) {
	defer errs.Wrap(&err, "Company.Department(%s)", path)
	if path == "" {
		return 0, nil
	}
	above, code := "", path
	if i := strings.LastIndexByte(path, '/'); i >= 0 {
		above, code = path[:i], path[i+1:]
	}
	if id, ok := c.departments[code]; ok {
		return id, nil
	}
	parent, err := c.Department(ctx, above)
	if err != nil {
		return 0, err
	}
	id, err = c.Access.CreateDepartment(ctx, access.System("test"), access.NewDepartment{Code: code, Name: code, Parent: parent, Branch: true})
	c.departments[code] = id
	return id, err
}
