package main

import (
	"context"
	"errors"
	"io"
	"strings"
	"time"

	"kedang/internal/access"
	"kedang/internal/db"
	"kedang/internal/errs"
	"kedang/internal/meta"
	"kedang/internal/record"
	"kedang/internal/transfer"
	"kedang/internal/vault"
)

// direct works on the company it has open: its own, or the running server's.
type direct struct {
	*app
	types   *meta.Schema
	running bool // jobs run: inside a server, or once runJobs started them

	stopJobs func() error // ends what runJobs started
}

// AddUser adds a person who may sign in.
func (d *direct) AddUser(ctx context.Context, n newUser) (added addedUser, err error) {
	defer errs.Wrap(&err, "AddUser(%s)", n.Username)
	system := access.System("cli")
	if n.Role != access.AdminRole && d.types.Role(n.Role) == nil {
		return added, errs.RefuseField("role", "unknown_role", errs.Params{"role": n.Role})
	}
	u := access.NewUser{Username: n.Username, Name: n.Name, Password: n.Password, Roles: []string{n.Role}}
	if u.Name == "" {
		u.Name = n.Username
	}
	made := false
	if u.Department, made, err = d.department(ctx, system, n.Department); err != nil {
		return added, err
	}
	if made {
		added.Made = n.Department
	}
	id, err := d.access.CreateUser(ctx, system, u)
	added.ID = db.FormatID(id)
	return added, err
}

// department finds a department by code or name, or makes one at the top.
func (d *direct) department(ctx context.Context, a *access.Actor, text string) (id int64, made bool, err error) {
	if text == "" {
		return 0, false, nil
	}
	all, err := d.access.Departments(ctx, a)
	if err != nil {
		return 0, false, err
	}
	for _, dep := range all {
		if !dep.Archived && (strings.EqualFold(dep.Code, text) || dep.Name == text) {
			return dep.ID, false, nil
		}
	}
	id, err = d.access.CreateDepartment(ctx, a, access.NewDepartment{Code: codeOf(text), Name: text})
	return id, err == nil, err
}

// codeOf is a name as a department's code, where it is fit for one.
func codeOf(name string) string {
	for _, r := range name {
		if r > 'z' || !(r >= 'a' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '-' || r == '_') {
			return ""
		}
	}
	return name
}

func (d *direct) userByName(ctx context.Context, username string) (access.User, error) {
	u, err := d.access.UserByName(ctx, access.System("cli"), username)
	if errs.Is(err, errs.NotFound) {
		return u, errs.New(errs.NotFound, "unknown_user", errs.Params{"user": username})
	}
	return u, err
}

// Users lists everybody, those who were disabled too.
func (d *direct) Users(ctx context.Context) (out []userLine, err error) {
	defer errs.Wrap(&err, "Users")
	system := access.System("cli")
	deps, err := d.access.Departments(ctx, system)
	if err != nil {
		return nil, err
	}
	names := map[int64]string{}
	for _, dep := range deps {
		names[dep.ID] = dep.Name
	}
	q := access.UserQuery{Inactive: true, Limit: 1000}
	for {
		page, err := d.access.Users(ctx, system, q)
		if err != nil {
			return nil, err
		}
		for _, u := range page {
			out = append(out, userLine{Username: u.Username, Name: u.Name, Roles: u.Roles, Department: names[u.Department], Active: u.Active})
			q.After = u.ID
		}
		if len(page) < q.Limit {
			return out, nil
		}
	}
}

// SetPassword gives a person a new password; sessions end.
func (d *direct) SetPassword(ctx context.Context, username, password string) (err error) {
	defer errs.Wrap(&err, "SetPassword(%s)", username)
	u, err := d.userByName(ctx, username)
	if err != nil {
		return err
	}
	code, err := d.access.ResetPassword(ctx, access.System("cli"), u.ID)
	if err != nil {
		return err
	}
	return d.access.UsePasswordCode(ctx, username, code, password, "")
}

// SetActive lets a person in or keeps him out, at once.
func (d *direct) SetActive(ctx context.Context, username string, active bool) error {
	u, err := d.userByName(ctx, username)
	if err != nil {
		return err
	}
	return d.access.SetActive(ctx, access.System("cli"), u.ID, active)
}

// Token makes a token that lends the person's rights to a program.
func (d *direct) Token(ctx context.Context, username string) (string, error) {
	u, err := d.userByName(ctx, username)
	if err != nil {
		return "", err
	}
	if !u.Active {
		return "", errs.New(errs.Forbidden, "user_inactive", nil)
	}
	return d.access.CreateToken(ctx, access.System("cli"), u.ID, "kedang user token", time.Time{})
}

// Backup writes everything into w, sealed.
func (d *direct) Backup(ctx context.Context, lock vault.Lock, w io.Writer, progress func(done int64)) (transfer.Manifest, error) {
	from := transfer.Source{DB: d.db, Dir: d.place.Data, URL: d.place.Database, Schema: d.place.Schema, KeyFile: d.vault.KeyFile(),
		Version: version, Now: time.Now()}
	if progress != nil {
		from.Progress = func(done, _ int64) { progress(done) }
	}
	size := &countingWriter{w: w}
	m, err := transfer.Backup(ctx, from, lock, size)
	if err != nil {
		return m, err
	}
	return m, d.settings.Backed(ctx, access.System("cli"), size.n)
}

// countingWriter counts what goes through it.
type countingWriter struct {
	w io.Writer
	n int64
}

// Write writes and counts.
func (c *countingWriter) Write(p []byte) (int, error) {
	n, err := c.w.Write(p)
	c.n += int64(n)
	return n, err
}

// Check compares what is stored with what should be.
func (d *direct) Check(ctx context.Context, progress func(done int64)) (record.CheckReport, error) {
	rep, err := d.store.Check(ctx, progress)
	if err != nil {
		return rep, err
	}
	return rep, d.settings.Checked(ctx, access.System("cli"), len(rep.Faults))
}

// Close closes the company, unless a server runs it.
func (d *direct) Close() error {
	if d.stopJobs != nil {
		return errors.Join(d.stopJobs(), d.close())
	}
	if d.running {
		return nil
	}
	return d.close()
}
