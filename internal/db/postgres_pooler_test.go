package db_test

import (
	"io"
	"net"
	"net/url"
	"os"
	"testing"

	"github.com/jackc/pgx/v5/pgproto3"

	"kedang/internal/db"
	"kedang/internal/errs"
)

// pooler stands before the server as PgBouncer does: it passes on what a client
// starts a session with, but for what it leaves out; or refuses it.
func pooler(t *testing.T, refuses bool) string {
	t.Helper()
	text := os.Getenv("KEDANG_TEST_POSTGRES")
	if text == "" {
		t.Skip("KEDANG_TEST_POSTGRES is not set")
	}
	u, err := url.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	server := u.Host
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { listener.Close() })
	go func() {
		for {
			client, err := listener.Accept()
			if err != nil {
				return
			}
			go passOn(client, server, refuses)
		}
	}()
	u.Host = listener.Addr().String()
	return u.String()
}

func passOn(client net.Conn, server string, refuses bool) {
	defer client.Close()
	back := pgproto3.NewBackend(client, client)
	first, err := back.ReceiveStartupMessage()
	start, ok := first.(*pgproto3.StartupMessage)
	if err != nil || !ok {
		return
	}
	if refuses {
		back.Send(&pgproto3.ErrorResponse{Severity: "FATAL", Code: "08P01", Message: "unsupported startup parameter: jit"})
		_ = back.Flush()
		return
	}
	delete(start.Parameters, "search_path")
	up, err := net.Dial("tcp", server)
	if err != nil {
		return
	}
	defer up.Close()
	raw, err := start.Encode(nil)
	if err != nil {
		return
	}
	if _, err := up.Write(raw); err != nil {
		return
	}
	go func() {
		_, _ = io.Copy(up, client)
		up.Close()
	}()
	_, _ = io.Copy(client, up)
}

// A log-in that is refused and a database that is not there are told as such.
func TestPostgresRefusesTheLogIn(t *testing.T) {
	text := os.Getenv("KEDANG_TEST_POSTGRES")
	if text == "" {
		t.Skip("KEDANG_TEST_POSTGRES is not set")
	}
	for _, change := range []func(u *url.URL){func(u *url.URL) { u.Path = "/no_such_database" }, func(u *url.URL) { u.User = url.User("no_such_user") }} {
		u, err := url.Parse(text)
		if err != nil {
			t.Fatal(err)
		}
		change(u)
		if _, err := db.Open(t.Context(), db.Config{URL: u.String()}); !errs.Is(err, errs.Unavailable) || errs.As(err).Code != "database_refused" {
			t.Errorf("%v", err)
		}
	}
}

// Behind a pooler that drops what sessions begin with, statements would go to
// another schema: nothing is opened there, and the error says why.
func TestPostgresBehindAPoolerIsRefused(t *testing.T) {
	for name, refuses := range map[string]bool{"refuses": true, "leaves out": false} {
		d, err := db.Open(t.Context(), db.Config{URL: pooler(t, refuses), Schema: "test_pooler"})
		if err == nil {
			d.Close()
		}
		if !errs.Is(err, errs.Unavailable) || errs.As(err).Code != "database_pooled" {
			t.Errorf("%s: %v", name, err)
		}
	}
}
