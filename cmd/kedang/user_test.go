package main

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// postgresSchema is a schema of the test server that goes with the test.
func postgresSchema(t *testing.T) (url, schema string) {
	t.Helper()
	url = os.Getenv("KEDANG_TEST_POSTGRES")
	if url == "" {
		t.Skip("KEDANG_TEST_POSTGRES is not set")
	}
	schema = fmt.Sprintf("cmd_%d", time.Now().UnixNano())
	t.Cleanup(func() {
		ctx := context.Background()
		c, err := pgx.Connect(ctx, url)
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close(ctx)
		if _, err := c.Exec(ctx, "DROP SCHEMA IF EXISTS "+schema+" CASCADE"); err != nil {
			t.Error(err)
		}
	})
	return url, schema
}

// onBoth runs a test for the arguments that name a new company's database.
func onBoth(t *testing.T, test func(t *testing.T, at func(args ...string) []string)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) {
		data := filepath.Join(t.TempDir(), "data")
		test(t, func(args ...string) []string { return append(args, "--data", data) })
	})
	t.Run("postgres", func(t *testing.T) {
		url, schema := postgresSchema(t)
		data := filepath.Join(t.TempDir(), "data")
		test(t, func(args ...string) []string {
			return append(args, "--database", url, "--schema", schema, "--data", data)
		})
	})
}

func sheetOf(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "sheet.csv")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// TestUserCommands walks a person's life, before the server's eyes.
func TestUserCommands(t *testing.T) {
	onBoth(t, func(t *testing.T, at func(...string) []string) {
		if out := good(t, "correct horse battery\n", at("user", "add", "lin", "--role", "rep", "--department", "shanghai", "--full-name", "林晓", "--password-stdin")...); !strings.Contains(out, "added lin") {
			t.Errorf("add says: %s", out)
		}
		refused(t, 1, "taken", at("user", "add", "lin", "--role", "rep")...)
		refused(t, 1, "pilot", at("user", "add", "wu", "--role", "pilot")...)
		refused(t, 1, "no user", at("user", "disable", "nobody")...)
		list := good(t, "", at("user", "list")...)
		if !strings.Contains(list, "lin") || !strings.Contains(list, "林晓") || !strings.Contains(list, "shanghai") || strings.Contains(list, "disabled") || strings.Contains(list, "wu") {
			t.Errorf("list says: %s", list)
		}
		token := lastLine(good(t, "", at("user", "token", "lin")...))
		s := serve(t, nil, at("serve", "--addr", "127.0.0.1:0")[1:]...)
		signIn := func(password string) int {
			code, _ := s.ask("", http.MethodPost, "/api/v1/session", map[string]any{"username": "lin", "password": password})
			return code
		}
		if code, _ := s.get(token, "/api/v1/session"); code != 200 {
			t.Errorf("the token answers %d", code)
		}
		if code := signIn("correct horse battery"); code/100 != 2 {
			t.Errorf("the password answers %d", code)
		}
		good(t, "another good phrase\n", at("user", "password", "lin", "--password-stdin")...)
		if old, now := signIn("correct horse battery"), signIn("another good phrase"); old != 401 || now/100 != 2 {
			t.Errorf("after a new password the old one answers %d, the new one %d", old, now)
		}
		good(t, "", at("user", "disable", "lin")...)
		if code, _ := s.get(token, "/api/v1/session"); code != 401 {
			t.Errorf("a disabled person's token answers %d", code)
		}
		if code := signIn("another good phrase"); code == 200 || code == 201 {
			t.Errorf("a disabled person signs in: %d", code)
		}
		if list := good(t, "", at("user", "list")...); !strings.Contains(list, "disabled") {
			t.Errorf("list says: %s", list)
		}
		refused(t, 1, "disabled", at("user", "token", "lin")...)
		good(t, "", at("user", "enable", "lin")...)
		if code := signIn("another good phrase"); code/100 != 2 {
			t.Errorf("an enabled person: %d", code)
		}
		s.stop()
	})
}

// TestAsHoldsRights: the command line lends a person's rights, and no more.
func TestAsHoldsRights(t *testing.T) {
	onBoth(t, func(t *testing.T, at func(...string) []string) {
		for _, u := range [][]string{{"rep1", "rep", "shanghai"}, {"chief", "branch_manager", "shanghai"}, {"other", "branch_manager", "beijing"}, {"books", "accountant", "shanghai"}} {
			good(t, "", at("user", "add", u[0], "--role", u[1], "--department", u[2])...)
		}
		theirs := sheetOf(t, "公司名称,手机\n北京王府酒店,13817660001\n")
		good(t, "", at("import", "customer", theirs, "--as", "other")...)

		// no right to import at all
		refused(t, 1, "import", at("import", "customer", theirs, "--as", "rep1")...)
		refused(t, 1, "no user", at("import", "customer", theirs, "--as", "nobody")...)
		// in one's own branch: the records become his
		out := good(t, "", at("import", "customer", sheetOf(t, "公司名称,手机\n上海江南春酒楼,13817660002\n"), "--as", "chief")...)
		if !strings.Contains(out, "1 created") {
			t.Errorf("import says: %s", out)
		}
		// another branch's record is neither found nor changed, nor told of
		out = good(t, "", at("import", "customer", sheetOf(t, "公司名称,备注\n北京王府酒店,抢来的\n"), "--as", "chief", "--mode", "update", "--key", "name")...)
		if strings.Contains(out, "1 updated") {
			t.Errorf("another branch's customer is changed: %s", out)
		}
		csv := good(t, "", at("export", "customer", "--as", "chief", "--fields", "name,owner")...)
		if !strings.Contains(csv, "上海江南春酒楼") || strings.Contains(csv, "北京王府酒店") || !strings.Contains(csv, "chief") {
			t.Errorf("the chief exports: %s", csv)
		}
		refused(t, 1, "export", at("export", "customer", "--as", "rep1")...)
		// hidden and masked fields
		refused(t, 1, "religion", at("export", "customer", "--as", "books", "--fields", "name,religion")...)
		all := good(t, "", at("export", "customer", "--as", "books", "--fields", "name")...)
		if !strings.Contains(all, "北京王府酒店") || !strings.Contains(all, "上海江南春酒楼") {
			t.Errorf("the accountant exports: %s", all)
		}
		// a person who is kept out lends nothing
		good(t, "", at("user", "disable", "chief")...)
		o := invoke(t, "", at("export", "customer", "--as", "chief")...)
		if o.code == 0 || strings.Contains(o.out, "酒楼") {
			t.Errorf("a disabled person's rights: exit %d %s%s", o.code, o.out, o.errOut)
		}
	})
}

// TestMisspeltData: what looks at a company does not make one where there is
// none, and a department that is made says so.
func TestMisspeltData(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "frim")
	for _, args := range [][]string{{"check"}, {"export", "customer"}, {"backup", filepath.Join(t.TempDir(), "a.age")}, {"bench"}, {"user", "list"}, {"user", "token", "lin"}, {"user", "disable", "lin"}} {
		refused(t, 1, "no company", append(args, "--data", dir)...)
	}
	if _, err := os.Stat(dir); !os.IsNotExist(err) {
		t.Errorf("the directory was made: %v", err)
	}
	if out := good(t, "", "user", "add", "lin", "--role", "rep", "--department", "shanghai", "--data", dir); !strings.Contains(out, "no department shanghai") {
		t.Errorf("add says: %s", out)
	}
	if out := good(t, "", "user", "add", "wu", "--role", "rep", "--department", "shanghai", "--data", dir); strings.Contains(out, "no department") {
		t.Errorf("add says: %s", out)
	}
	refused(t, 1, "sheet", "import", "customer", t.TempDir(), "--data", dir)
	refused(t, 1, "csv, xlsx", "export", "customer", "--data", dir, "-o", filepath.Join(t.TempDir(), "a.pdf"))
	refused(t, 1, "no such file", "serve", "--data", filepath.Join(t.TempDir(), "new"), "--tls-cert", "/no/cert.pem", "--tls-key", "/no/key.pem", "--addr", "127.0.0.1:0")
}
