package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// ask sends JSON to the API and reads the answer into a map.
func (s *serving) ask(token, method, path string, body any) (int, map[string]any) {
	s.t.Helper()
	raw, err := json.Marshal(body)
	if err != nil {
		s.t.Fatal(err)
	}
	q, err := http.NewRequestWithContext(s.t.Context(), method, s.base+path, bytes.NewReader(raw))
	if err != nil {
		s.t.Fatal(err)
	}
	q.Header.Set("Authorization", "Bearer "+token)
	q.Header.Set("Content-Type", "application/json")
	res, err := http.DefaultClient.Do(q)
	if err != nil {
		s.t.Fatal(err)
	}
	defer res.Body.Close()
	var answer map[string]any
	if err := json.NewDecoder(res.Body).Decode(&answer); err != nil {
		s.t.Fatal(err)
	}
	return res.StatusCode, answer
}

// kill ends it as a power cut would, as far as the process goes.
func (s *serving) kill() {
	s.cmd.Process.Kill()
	s.cmd.Wait()
}

// counted is how many customers a filter finds.
func (s *serving) counted(token, filter string) int {
	s.t.Helper()
	code, page := s.get(token, "/api/v1/customer?total=exact&page_size=1&filter="+url.QueryEscape(filter))
	if code != 200 {
		s.t.Fatalf("%s: %d %v", filter, code, page)
	}
	return int(page["total"].(map[string]any)["count"].(float64))
}

// TestBulkEditSurvivesKills kills the server while it changes everything a list
// shows, and while it takes that back: after the next start the work goes on
// where it was, each record is changed once, and the undo restores all.
func TestBulkEditSurvivesKills(t *testing.T) {
	const rows = 3000
	dir := t.TempDir()
	data, path := filepath.Join(dir, "data"), filepath.Join(dir, "many.csv")
	var sheet strings.Builder
	sheet.WriteString("公司名称,客户级别\n")
	for i := range rows {
		fmt.Fprintf(&sheet, "连锁第%d家公司,A\n", i)
	}
	if err := os.WriteFile(path, []byte(sheet.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	at := func(args ...string) []string { return append(args, "--data", data) }
	good(t, "", at("user", "add", "boss", "--role", "administrator")...)
	boss := lastLine(good(t, "", at("user", "token", "boss")...))
	good(t, "", at("import", "customer", path)...)
	start := func() *serving { return serve(t, nil, at("--addr", "127.0.0.1:0")...) }

	s, kills := start(), 0
	// follow kills the server each time the count of finished rows has grown, up
	// to most times, and answers the bulk once it has ended.
	follow := func(id, count, running string, most int) map[string]any {
		var last float64
		for begin := time.Now(); time.Since(begin) < 2*time.Minute; time.Sleep(2 * time.Millisecond) {
			_, state := s.get(boss, "/api/v1/sys/bulks/"+id)
			switch n := state[count].(float64); {
			case state["state"] != running && state["state"] != "waiting":
				return state
			case n > last && n < rows && kills < most:
				last = n
				s.kill()
				kills++
				s = start()
			}
		}
		t.Fatal("the bulk does not end")
		return nil
	}
	code, begun := s.ask(boss, http.MethodPost, "/api/v1/customer:bulk", map[string]any{"query": map[string]any{"filter": "level == 'A'"}, "set": map[string]any{"level": "B"}})
	if code != 202 {
		t.Fatalf("the bulk: %d %v", code, begun)
	}
	id := begun["id"].(string)
	done := follow(id, "changed", "running", 2)
	if done["state"] != "done" || done["changed"] != float64(rows) || done["refused"] != 0.0 {
		t.Errorf("the bulk ends %v", done)
	}
	changing := kills
	if once := s.counted(boss, "level == 'B' and rev == 2"); once != rows {
		t.Errorf("%d of %d were changed exactly once", once, rows)
	}
	if code, answer := s.ask(boss, http.MethodPost, "/api/v1/sys/bulks/"+id+"/undo", map[string]any{}); code != 202 {
		t.Fatalf("undo: %d %v", code, answer)
	}
	done = follow(id, "undone", "undoing", changing+1)
	if done["state"] != "undone" || done["undone"] != float64(rows) || done["kept"] != 0.0 {
		t.Errorf("the undo ends %v", done)
	}
	if back := s.counted(boss, "level == 'A' and rev == 3"); back != rows {
		t.Errorf("%d of %d are as they were", back, rows)
	}
	if changing == 0 || kills == changing {
		t.Errorf("killed %d times while it changed, %d while it took back: more rows are needed", changing, kills-changing)
	}
	if check := good(t, "", at("check")...); !strings.Contains(check, "0 faults") {
		t.Errorf("check says: %s", check)
	}
	s.stop()
}
