package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"

	"github.com/jackc/pgx/v5"

	"kedang/internal/db"
	"kedang/internal/errs"
)

// copyCommand takes a company that has outgrown one machine from its SQLite
// directory to PostgreSQL. The directory keeps the key file, the attachments
// and, untouched, the old database.
type copyCommand struct {
	To string `required:"" placeholder:"URL" help:"PostgreSQL to copy to: postgres://user:password@host/name. The schema (--schema) must be empty."`
}

// Run copies, makes the search index, checks, and says how to go on. A copy
// that fails leaves nothing behind.
func (c *copyCommand) Run(ctx context.Context, p *place) error {
	if p.Database != "" {
		return errors.New("copy goes from a SQLite directory (--data) to PostgreSQL (--to); leave --database out")
	}
	if _, err := os.Stat(p.Data); err != nil {
		return err
	}
	log := slog.New(slog.DiscardHandler)
	from, err := open(ctx, p, false, log)
	if err != nil {
		return err
	}
	defer from.close()
	to := *p
	to.Database = c.To
	to.Packs, to.Zone, to.Region = from.company.Packs, from.company.Zone, from.company.Region
	if err := c.empty(ctx, p.Schema); err != nil {
		return err
	}
	line := newStatus(os.Stderr)
	defer line.clear()
	done, faults, err := c.copy(ctx, from, &to, log, line)
	if err != nil {
		return errors.Join(err, c.drop(context.WithoutCancel(ctx), p.Schema))
	}
	line.clear()
	fmt.Printf("%d rows of %d tables copied, %d faults\n", done.Rows, done.Tables, faults)
	fmt.Printf("now serve it with --database and --data %s, which holds the key file and attachments; put %s/kedang.db away, so that nobody goes on working in it\n", p.Data, p.Data)
	if faults > 0 {
		return fmt.Errorf("%d faults were found; see whether kedang check --data %s finds them too", faults, p.Data)
	}
	return nil
}

func (c *copyCommand) copy(ctx context.Context, from *app, to *place, log *slog.Logger, line *status) (done db.Copied, faults int, err error) {
	if done, err = c.rows(ctx, from, to, log, line); err != nil {
		return done, 0, err
	}
	faults, err = c.finish(ctx, to, log, line)
	return done, faults, err
}

// rows makes the tables and fills them. The ids and columns of types and
// fields must be the old ones, so they come before the types are applied.
func (c *copyCommand) rows(ctx context.Context, from *app, to *place, log *slog.Logger, line *status) (done db.Copied, err error) {
	there, err := openLike(ctx, to, from, log, false)
	if err != nil {
		return done, err
	}
	defer func() { err = errors.Join(err, there.close()) }()
	return db.Copy(ctx, from.db, there.db, func(rows int64) { line.show(fmt.Sprintf("%d rows copied", rows)) })
}

// finish opens the company as a server would, makes the search index, and
// compares what is stored with what should be.
func (c *copyCommand) finish(ctx context.Context, to *place, log *slog.Logger, line *status) (faults int, err error) {
	a, err := open(ctx, to, false, log)
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, a.close()) }()
	if err := a.store.IndexAll(ctx, func(n int64) { line.show(fmt.Sprintf("%d records made findable", n)) }); err != nil {
		return 0, err
	}
	rep, err := a.store.Check(ctx, func(n int64) { line.show(fmt.Sprintf("%d records checked", n)) })
	if err != nil {
		return 0, err
	}
	line.clear()
	for _, f := range rep.Faults {
		fmt.Printf("%s %s %s: %s\n", f.What, f.Type, f.Record, f.Detail)
	}
	return len(rep.Faults), nil
}

// empty refuses a schema that holds anything.
func (c *copyCommand) empty(ctx context.Context, schema string) error {
	return c.on(ctx, func(conn *pgx.Conn) error {
		var n int
		err := conn.QueryRow(ctx, "SELECT count(*) FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace WHERE n.nspname = $1", schema).Scan(&n)
		if err == nil && n > 0 {
			err = errs.New(errs.Conflict, "schema_not_empty", errs.Params{"schema": schema})
		}
		return err
	})
}

// drop takes away what a copy that failed has made in a schema that was empty.
func (c *copyCommand) drop(ctx context.Context, schema string) error {
	return c.on(ctx, func(conn *pgx.Conn) error {
		_, err := conn.Exec(ctx, "DROP SCHEMA IF EXISTS "+db.Postgres.Quote(schema)+" CASCADE")
		return err
	})
}

func (c *copyCommand) on(ctx context.Context, do func(conn *pgx.Conn) error) error {
	conn, err := pgx.Connect(ctx, c.To)
	if err != nil {
		return &errs.Error{Kind: errs.Unavailable, Code: "database_away", Err: err}
	}
	defer conn.Close(context.WithoutCancel(ctx))
	return do(conn)
}
