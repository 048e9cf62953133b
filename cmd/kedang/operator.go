package main

import (
	"context"
	"errors"
	"io"
	"path/filepath"

	"kedang/internal/access"
	"kedang/internal/errs"
	"kedang/internal/record"
	"kedang/internal/transfer"
	"kedang/internal/vault"
)

// operator is what the sub-commands ask of a company. direct does it, remote
// asks the running server to.
type operator interface {
	AddUser(ctx context.Context, n newUser) (addedUser, error)
	Users(ctx context.Context) ([]userLine, error)
	SetPassword(ctx context.Context, username, password string) error
	SetActive(ctx context.Context, username string, active bool) error
	Token(ctx context.Context, username string) (secret string, err error)

	// Import reads sheet to its end and runs it; refused takes the refused
	// rows, when there are any, as a file.
	Import(ctx context.Context, q importRequest, sheet io.Reader, refused io.Writer, progress func(importState)) (importState, error)
	Export(ctx context.Context, q exportRequest, w io.Writer) error
	Backup(ctx context.Context, lock vault.Lock, w io.Writer, progress func(done int64)) (transfer.Manifest, error)
	Check(ctx context.Context, progress func(done int64)) (record.CheckReport, error)
	Close() error
}

var (
	_ operator = (*direct)(nil)
	_ operator = (*remote)(nil)
)

// newUser is a person to add. A department is named by its code or name and
// made when there is none.
type newUser struct {
	Username   string `json:"username"`
	Name       string `json:"name"`
	Role       string `json:"role"`
	Department string `json:"department"`
	Password   string `json:"password"`
}

// addedUser is who was added, and the department that was made for him: "" when
// it was there.
type addedUser struct {
	ID   string `json:"id"`
	Made string `json:"made,omitempty"`
}

// userLine is a person in the list.
type userLine struct {
	Username   string   `json:"username"`
	Name       string   `json:"name"`
	Roles      []string `json:"roles"`
	Department string   `json:"department"`
	Active     bool     `json:"active"`
}

// need says how much of a company a command works on.
type need int

const (
	people     need = iota // users, departments, roles; no keys
	everything             // records too
)

// operate opens a company for a command: the database itself, or the server
// that owns it.
func operate(ctx context.Context, p *place, n need) (operator, error) {
	var a *app
	var err error
	if n == people {
		a, err = openPeople(ctx, p, false)
	} else {
		a, err = open(ctx, p, false, quiet())
	}
	if err == nil {
		return &direct{app: a, types: a.types}, nil
	}
	if p.Database != "" || errs.As(err).Code != "directory_in_use" {
		return nil, err
	}
	r, dialErr := dial(ctx, filepath.Join(p.Data, socketName))
	if dialErr != nil {
		return nil, errors.Join(err, dialErr)
	}
	return r, nil
}

// operatorActor is whom the work of a command is done for: the user named by
// --as, else the system, on record as the command line.
func (d *direct) operatorActor(ctx context.Context, username string) (*access.Actor, error) {
	system := access.System("cli")
	if username == "" {
		return system, nil
	}
	u, err := d.userByName(ctx, username)
	if err != nil {
		return nil, err
	}
	a, err := d.access.ActorOf(ctx, system, u.ID)
	if err != nil {
		return nil, err
	}
	return a.From("cli"), nil
}
