package transfer

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"os/exec"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"kedang/internal/db"
	"kedang/internal/errs"
)

// defaultSchema is where a company's tables lie unless told.
const defaultSchema = "kedang"

// dumpPostgres lets pg_dump write the schema in its custom format, from the
// snapshot in which the rows are counted.
func dumpPostgres(ctx context.Context, from Source, path string, m *Manifest) (err error) {
	defer errs.Wrap(&err, "dumpPostgres")
	if m.Schema = from.Schema; m.Schema == "" {
		m.Schema = defaultSchema
	}
	return from.DB.Read(ctx, func(tx db.Tx) error {
		var snapshot string
		if err := tx.QueryRow(ctx, "SELECT pg_export_snapshot()", nil, &snapshot); err != nil {
			return err
		}
		if err := describePostgres(ctx, tx, m); err != nil {
			return err
		}
		return runPostgres(ctx, from.URL, nil, nil, "pg_dump", "--format=custom", "--no-owner", "--no-privileges", "--snapshot="+snapshot,
			"--schema="+db.Postgres.Quote(m.Schema), "--file="+path)
	})
}

// describePostgres notes the tables of the current schema. Definitions are
// compared without the schema's name: a company may be restored under another.
func describePostgres(ctx context.Context, tx db.Tx, m *Manifest) error {
	definitions, err := db.Texts(ctx, tx, `SELECT table_name || '.' || column_name || ' ' || data_type || ' ' || is_nullable
		FROM information_schema.columns WHERE table_schema = current_schema() ORDER BY 1`)
	if err != nil {
		return err
	}
	m.Structure = structureOf(definitions)
	tables, err := db.Texts(ctx, tx, "SELECT tablename::text FROM pg_tables WHERE schemaname = current_schema() ORDER BY 1")
	if err != nil {
		return err
	}
	m.Rows = map[string]int64{}
	for _, table := range tables {
		var n int64
		if err := tx.QueryRow(ctx, "SELECT count(*) FROM "+db.Postgres.Quote(table), nil, &n); err != nil {
			return err
		}
		m.Rows[table] = n
	}
	return nil
}

// runPostgres runs one of PostgreSQL's commands. The password goes through the
// environment: every user of the machine can read a command line.
func runPostgres(ctx context.Context, url string, in io.Reader, out io.Writer, name string, args ...string) error {
	if _, err := exec.LookPath(name); err != nil {
		return errs.New(errs.Unavailable, "postgres_command_missing", errs.Params{"command": name})
	}
	cmd := exec.CommandContext(ctx, name, args...)
	var told bytes.Buffer
	cmd.Stdin, cmd.Stdout, cmd.Stderr = in, out, &told
	if url != "" {
		c, err := pgconn.ParseConfig(url)
		if err != nil {
			return errs.New(errs.Invalid, "bad_database_url", nil)
		}
		plain := url
		if c.Password != "" {
			plain = strings.Replace(url, ":"+c.Password+"@", "@", 1)
		}
		cmd.Args = append(cmd.Args, "--dbname="+plain)
		cmd.Env = append(os.Environ(), "PGPASSWORD="+c.Password)
	}
	if err := cmd.Run(); err != nil {
		return &errs.Error{Kind: errs.Unavailable, Code: "postgres_command_failed",
			Params: errs.Params{"command": name, "said": strings.TrimSpace(told.String())}, Err: errors.Join(err, ctx.Err())}
	}
	return nil
}

// restorePostgres carries a dump out in one transaction: the schema is there
// with everything in it, or nothing changed.
func restorePostgres(ctx context.Context, path string, m Manifest, to Target) (err error) {
	defer errs.Wrap(&err, "restorePostgres")
	conn, err := pgx.Connect(ctx, to.URL)
	if err != nil {
		return &errs.Error{Kind: errs.Unavailable, Code: "database_away", Err: err}
	}
	defer conn.Close(context.WithoutCancel(ctx))
	script, end := io.Pipe()
	told := make(chan error, 1)
	go func() {
		err := runPostgres(ctx, "", nil, end, "pg_restore", "--no-owner", "--no-privileges", "--file=-", path)
		end.CloseWithError(err)
		told <- err
	}()
	err = pgx.BeginFunc(ctx, conn, func(tx pgx.Tx) error {
		return replacing(ctx, tx, m.Schema, to, func() error { return carryOut(ctx, conn.PgConn(), script) })
	})
	script.CloseWithError(io.ErrClosedPipe)
	if failed := <-told; failed != nil && !errors.Is(err, failed) && errs.As(failed).Code == "postgres_command_missing" {
		err = failed
	}
	return err
}

// replacing makes room for the schema of the dump, restores it, and gives it
// the name wanted. A schema of the dump's own name that is not the target
// stands aside meanwhile; nobody sees that before the commit.
func replacing(ctx context.Context, tx pgx.Tx, name string, to Target, restore func() error) error {
	used, err := tablesIn(ctx, tx, to.Schema)
	if err != nil {
		return err
	}
	switch {
	case used > 0 && !to.Force:
		return errs.New(errs.Conflict, "schema_not_empty", errs.Params{"schema": to.Schema})
	case used > 0:
		err = rename(ctx, tx, to.Schema, to.Schema+"_before_"+to.Now.UTC().Format("20060102150405"))
	case used == 0:
		_, err = tx.Exec(ctx, "DROP SCHEMA "+db.Postgres.Quote(to.Schema))
	}
	if err != nil {
		return err
	}
	aside := ""
	if other, err := tablesIn(ctx, tx, name); err != nil {
		return err
	} else if other >= 0 {
		aside = name + "_aside"
		if err := rename(ctx, tx, name, aside); err != nil {
			return err
		}
	}
	if err := restore(); err != nil {
		return err
	}
	if name != to.Schema {
		if err := rename(ctx, tx, name, to.Schema); err != nil {
			return err
		}
	}
	if aside != "" {
		return rename(ctx, tx, aside, name)
	}
	return nil
}

func rename(ctx context.Context, tx pgx.Tx, from, to string) error {
	_, err := tx.Exec(ctx, "ALTER SCHEMA "+db.Postgres.Quote(from)+" RENAME TO "+db.Postgres.Quote(to))
	return err
}

// tablesIn counts a schema's tables; -1 when there is no such schema.
func tablesIn(ctx context.Context, tx pgx.Tx, schema string) (n int, err error) {
	err = tx.QueryRow(ctx, `SELECT CASE WHEN EXISTS (SELECT 1 FROM pg_namespace WHERE nspname = $1)
		THEN (SELECT count(*) FROM pg_tables WHERE schemaname = $1) ELSE -1 END`, schema).Scan(&n)
	return n, err
}

// carryOut runs the script that pg_restore writes: statements, and between
// them tables' rows as COPY takes them, ended by a line "\.".
func carryOut(ctx context.Context, conn *pgconn.PgConn, script io.Reader) error {
	r := bufio.NewReaderSize(script, 1<<16)
	var statements strings.Builder
	run := func() error {
		_, err := conn.Exec(ctx, statements.String()).ReadAll()
		statements.Reset()
		return err
	}
	for {
		line, err := r.ReadString('\n')
		if err != nil && err != io.EOF {
			return err
		}
		switch {
		case strings.HasPrefix(line, "COPY ") && strings.HasSuffix(line, " FROM stdin;\n"):
			if err := run(); err != nil {
				return err
			}
			if _, err := conn.CopyFrom(ctx, &copyRows{r: r}, strings.TrimSuffix(line, ";\n")); err != nil {
				return err
			}
		case strings.HasPrefix(line, `\`): // \restrict and \unrestrict, for psql alone
		default:
			statements.WriteString(line)
		}
		if err == io.EOF {
			return run()
		}
	}
}

// copyRows reads a table's rows up to their end mark.
type copyRows struct {
	r    *bufio.Reader
	left []byte
	part bool // left was the beginning of a row longer than the buffer
	over bool
}

// Read reads on.
func (c *copyRows) Read(b []byte) (int, error) {
	for len(c.left) == 0 {
		if c.over {
			return 0, io.EOF
		}
		whole := !c.part
		line, err := c.r.ReadSlice('\n')
		switch {
		case whole && string(line) == "\\.\n":
			c.over = true
			return 0, io.EOF
		case err != nil && err != bufio.ErrBufferFull:
			return 0, badBackup(io.ErrUnexpectedEOF)
		}
		c.left, c.part = line, err == bufio.ErrBufferFull
	}
	n := copy(b, c.left)
	c.left = c.left[n:]
	return n, nil
}
