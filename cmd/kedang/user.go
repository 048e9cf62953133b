package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"text/tabwriter"

	"kedang/internal/errs"
)

// userCommand looks after people. Departments and roles are otherwise kept in
// the settings of the web app.
type userCommand struct {
	Add      userAdd      `cmd:"" help:"Add a person."`
	Token    userToken    `cmd:"" help:"Make an API token; the last line printed is the token."`
	List     userList     `cmd:"" help:"List everybody."`
	Disable  userDisable  `cmd:"" help:"Keep a person out, at once."`
	Enable   userEnable   `cmd:"" help:"Let a disabled person in again."`
	Password userPassword `cmd:"" help:"Give a person a new password."`
}

type userAdd struct {
	Username      string `arg:"" name:"name" help:"User name to sign in with."`
	Role          string `required:"" help:"Role, as the packs name it: rep, manager, administrator …"`
	FullName      string `name:"full-name" help:"The person's name; the user name unless told."`
	Department    string `help:"Code or name of the department; made when there is none."`
	PasswordStdin bool   `name:"password-stdin" help:"Read the password from standard input, one line."`
}

// Run adds the person.
func (c *userAdd) Run(ctx context.Context, p *place) error {
	n := newUser{Username: c.Username, Name: c.FullName, Role: c.Role, Department: c.Department}
	if c.PasswordStdin {
		var err error
		if n.Password, err = readSecret(os.Stdin); err != nil {
			return err
		}
	}
	return withOperator(ctx, p, people, func(op operator) error {
		added, err := op.AddUser(ctx, n)
		if err != nil {
			return err
		}
		fmt.Printf("added %s (%s)\n", c.Username, added.ID)
		if added.Made != "" {
			fmt.Printf("there was no department %s: it was made, at the top\n", added.Made)
		}
		return nil
	})
}

type userToken struct {
	Username string `arg:"" name:"name"`
}

// Run prints the token alone as its last line.
func (c *userToken) Run(ctx context.Context, p *place) error {
	return inCompany(ctx, p, people, func(op operator) error {
		secret, err := op.Token(ctx, c.Username)
		if err == nil {
			fmt.Println(secret)
		}
		return err
	})
}

type userList struct{}

// Run prints a line for each person.
func (userList) Run(ctx context.Context, p *place) error {
	return inCompany(ctx, p, people, func(op operator) error {
		list, err := op.Users(ctx)
		if err != nil {
			return err
		}
		w := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
		for _, u := range list {
			state := ""
			if !u.Active {
				state = "disabled"
			}
			fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\n", u.Username, u.Name, strings.Join(u.Roles, ","), u.Department, state)
		}
		return w.Flush()
	})
}

type userDisable struct {
	Username string `arg:"" name:"name"`
}

// Run disables the person.
func (c *userDisable) Run(ctx context.Context, p *place) error {
	return inCompany(ctx, p, people, func(op operator) error { return op.SetActive(ctx, c.Username, false) })
}

type userEnable struct {
	Username string `arg:"" name:"name"`
}

// Run lets the person in again.
func (c *userEnable) Run(ctx context.Context, p *place) error {
	return inCompany(ctx, p, people, func(op operator) error { return op.SetActive(ctx, c.Username, true) })
}

type userPassword struct {
	Username      string `arg:"" name:"name"`
	PasswordStdin bool   `name:"password-stdin" required:"" help:"Read the password from standard input, one line."`
}

// Run changes the password.
func (c *userPassword) Run(ctx context.Context, p *place) error {
	password, err := readSecret(os.Stdin)
	if err != nil {
		return err
	}
	return inCompany(ctx, p, people, func(op operator) error { return op.SetPassword(ctx, c.Username, password) })
}

// inCompany opens a company that is there: a misspelt --data must not make a
// new one and find that nothing is wrong with it.
func inCompany(ctx context.Context, p *place, n need, do func(operator) error) error {
	if err := p.exists(); err != nil {
		return err
	}
	return withOperator(ctx, p, n, do)
}

// exists looks for a company's database in the data directory. That of a
// PostgreSQL server is known when it is opened.
func (p *place) exists() error {
	if p.Database != "" {
		return nil
	}
	_, err := os.Stat(filepath.Join(p.Data, "kedang.db"))
	if errors.Is(err, os.ErrNotExist) {
		return errs.New(errs.NotFound, "no_company", errs.Params{"dir": p.Data})
	}
	return err
}

// withOperator opens a company for one piece of work.
func withOperator(ctx context.Context, p *place, n need, do func(operator) error) (err error) {
	op, err := operate(ctx, p, n)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, op.Close()) }()
	return do(op)
}

// readSecret reads one line; the end of the line is not part of it.
func readSecret(r io.Reader) (string, error) {
	line, err := bufio.NewReader(r).ReadString('\n')
	if err != nil && err != io.EOF {
		return "", err
	}
	line = strings.TrimRight(line, "\r\n")
	if line == "" {
		return "", errors.New("no password was given on standard input")
	}
	return line, nil
}
