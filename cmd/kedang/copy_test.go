package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// paintPack writes a pack of one type with such fields, over one there before.
func paintPack(t *testing.T, dir string, fields ...string) {
	t.Helper()
	typ := "type: paint\nlabel: 漆\ntitle: colour\nfields:\n"
	for _, f := range fields {
		typ += "  - {name: " + f + ", kind: text, label: " + f + "}\n"
	}
	for name, text := range map[string]string{"pack.yaml": "name: paint\nlabel: 漆\nversion: 1.0.0\nrequires: [general]\n", "types/paint.yaml": typ} {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// TestCopy takes a company from SQLite to PostgreSQL: everybody, everything
// that is found, read and sealed, its history and files, and what its pack has
// put away; then work goes on there.
func TestCopy(t *testing.T) {
	url, schema := postgresSchema(t)
	data := filepath.Join(t.TempDir(), "data")
	pack := filepath.Join(t.TempDir(), "paint")
	paintPack(t, pack, "colour", "shade")
	old := func(args ...string) []string { return append(args, "--data", data) }
	good(t, "correct horse battery\n", old("user", "add", "boss", "--role", "administrator", "--password-stdin", "--packs", "core,general,"+pack)...)
	token := lastLine(good(t, "", old("user", "token", "boss")...))
	s := serve(t, nil, old("--addr", "127.0.0.1:0")...)
	_, made := s.ask(token, "POST", "/api/v1/customer", map[string]any{"name": "王府酒店", "kind": "person", "phones": []string{"13800138000"},
		"tags": []string{"老客户"}, "id_number": "11010519491231002X"})
	id := made["id"].(string)
	s.ask(token, "PATCH", "/api/v1/customer/"+id, map[string]any{"remark": "改过"})
	s.ask(token, "POST", "/api/v1/paint", map[string]any{"colour": "红", "shade": "深"})
	refused(t, 1, "in use", old("copy", "--to", url, "--schema", schema)...)
	s.stop()
	paintPack(t, pack, "colour") // shade is parked
	good(t, "", old("check")...)

	out := good(t, "", old("copy", "--to", url, "--schema", schema)...)
	if !strings.Contains(out, " 0 faults") {
		t.Fatalf("copy says: %s", out)
	}
	refused(t, 1, "already holds data", old("copy", "--to", url, "--schema", schema)...)
	if err := os.Remove(filepath.Join(data, "kedang.db")); err != nil {
		t.Fatal(err)
	}
	at := func(args ...string) []string {
		return append(args, "--data", data, "--database", url, "--schema", schema)
	}
	s = serve(t, nil, at("--addr", "127.0.0.1:0")...)
	for _, q := range []string{"wfjd", "13800138000", "11010519491231002X", "王府"} {
		if code, found := s.get(token, "/api/v1/search?q="+q); code != 200 || len(found["items"].([]any)) != 1 {
			t.Errorf("search for %s: %d %v", q, code, found)
		}
	}
	if code, got := s.get(token, "/api/v1/customer/"+id); code != 200 || got["remark"] != "改过" || got["number"] != made["number"] {
		t.Errorf("the record: %d %v", code, got)
	}
	if code, got := s.get(token, "/api/v1/customer/"+id+"/history"); code != 200 || len(got["items"].([]any)) != 2 {
		t.Errorf("its history: %d %v", code, got)
	}
	if _, got := s.ask(token, "POST", "/api/v1/customer/"+id+":reveal", map[string]any{"field": "id_number", "reason": "核对"}); got["value"] != "11010519491231002X" {
		t.Errorf("its sealed number: %v", got)
	}
	if _, next := s.ask(token, "POST", "/api/v1/customer", map[string]any{"name": "次客户"}); next["number"] == nil || next["number"] == made["number"] {
		t.Errorf("a number is given twice: %v", next)
	}
	s.stop()
	paintPack(t, pack, "colour", "shade") // and comes back with what it held
	s = serve(t, nil, at("--addr", "127.0.0.1:0")...)
	if code, got := s.get(token, "/api/v1/paint?fields=shade"); code != 200 || !strings.Contains(fmt.Sprint(got), "shade:深") {
		t.Errorf("what was put away: %d %v", code, got)
	}
	s.stop()
	if check := good(t, "", at("check")...); !strings.Contains(check, " 0 faults") {
		t.Errorf("check says: %s", check)
	}
}

// TestCopyThatFailsLeavesNothing: what stands in the way is told, and the
// schema is as empty as before.
func TestCopyThatFailsLeavesNothing(t *testing.T) {
	url, schema := postgresSchema(t)
	data := filepath.Join(t.TempDir(), "data")
	good(t, "correct horse battery\n", "user", "add", "boss", "--role", "administrator", "--password-stdin", "--data", data)
	refused(t, 1, "no such file", "copy", "--data", data+".gone", "--to", url, "--schema", schema)
	refused(t, 1, "cannot be reached", "copy", "--data", data, "--to", "postgres://127.0.0.1:1/x")
	refused(t, 1, "leave --database out", "copy", "--data", data, "--database", url, "--to", url, "--schema", schema)
	good(t, "", "import", "customer", writeSheet(t), "--data", data, "--as", "boss")
	key := filepath.Join(data, "kedang.key")
	if err := os.Rename(key, key+".away"); err != nil {
		t.Fatal(err)
	}
	refused(t, 1, "key", "copy", "--data", data, "--to", url, "--schema", schema)
	if out := invoke(t, "", "check", "--database", url, "--schema", schema, "--data", filepath.Join(t.TempDir(), "new")); out.code != 0 || !strings.Contains(out.out, "\n0 records") && !strings.HasPrefix(out.out, "0 records") {
		t.Errorf("the schema is not empty: %+v", out)
	}
}
