package record_test

import (
	"bufio"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"kedang/internal/db"
	"kedang/internal/han"
	"kedang/internal/record"
	"kedang/internal/record/recordtest"
)

// hostile reads the texts that break programs: each line of the collection,
// and each string of its JSON files.
func hostile(t *testing.T) []string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join("..", "..", "..", "shared", "data", "hostile", "*"))
	if err != nil || len(files) == 0 {
		t.Skip("the collection of hostile texts is not here")
	}
	out := []string{"a\x00b", "\xff\xfe", "\xed\xa0\x80"}
	for _, path := range files {
		raw, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		var list []string
		if json.Unmarshal(raw, &list) != nil {
			lines := bufio.NewScanner(strings.NewReader(string(raw)))
			lines.Buffer(nil, 16<<20)
			for lines.Scan() {
				list = append(list, lines.Text())
			}
		}
		out = append(out, list...)
	}
	slices.Sort(out)
	out = slices.Compact(out)
	return slices.DeleteFunc(out, func(s string) bool { return s == "" || len(s) > 50_000 })
}

func TestHostileTextsAreKeptFoundAndNeverRun(t *testing.T) {
	texts := hostile(t)
	recordtest.Each(t, directory, func(t *testing.T, e *recordtest.Env) {
		ctx := context.Background()
		boss := e.User("boss1", "manager", "")
		ids := map[string]int64{}
		for chunk := range slices.Chunk(texts, 400) {
			ops := make([]record.Op, len(chunk))
			for i, s := range chunk {
				ops[i] = record.Op{Verb: "create", Type: "note", Values: record.Values{"subject": "note", "body": s}}
			}
			out, err := e.Store.Bulk(ctx, boss, ops, record.WriteOptions{}, nil)
			if err != nil {
				t.Fatal(err)
			}
			for i, res := range out {
				valid := utf8.ValidString(chunk[i]) && !strings.Contains(chunk[i], "\x00")
				switch {
				case valid && res.Err == nil:
					ids[chunk[i]] = res.ID
				case valid:
					t.Errorf("%q is refused: %s", chunk[i], code(res.Err))
				case !strings.Contains(code(res.Err), "body:"):
					t.Errorf("%q is not refused with a code: %v", chunk[i], res.Err)
				}
			}
		}
		lost := 0
		for i, s := range texts {
			id, ok := ids[s]
			if !ok {
				continue
			}
			if got := get(t, e, boss, "note", id)["body"]; got != s {
				t.Errorf("%q comes back as %q", s, got)
			}
			if i%20 == 0 { // history is written by the same code for all
				h, err := e.Store.History(ctx, boss, "note", id, 0, 10)
				raw, failed := json.Marshal(h)
				if err != nil || failed != nil || !json.Valid(raw) || len(h) != 1 {
					t.Errorf("history of %q: %v %v", s, err, failed)
				}
			}
			if q := han.ParseQuery(s); q.Empty() || t.Failed() || findsID(t, e, s, id) {
				continue
			}
			if lost++; lost < 20 {
				t.Errorf("%q is not found by itself", s)
			}
		}
		if n := len(ids); n < 600 {
			t.Errorf("only %d texts were stored", n)
		}
		filterAndGroup(t, e, texts)
	})
}

// findsID tells that a text finds its note. Short ones are in many.
func findsID(t *testing.T, e *recordtest.Env, q string, id int64) bool {
	raw, err := e.Store.Search(context.Background(), e.User("boss1", "manager", ""), record.SearchQuery{Q: q, Types: []string{"note"}, Limit: 100}, nil)
	if err != nil {
		t.Fatalf("search %q: %v", q, err)
	}
	hits := items(t, raw)
	return len(hits) == 100 || slices.ContainsFunc(hits, func(i map[string]any) bool { return i["id"] == db.FormatID(id) })
}

// filterAndGroup hands the texts to every other door: they are refused or find
// nothing, and never break out of a statement.
func filterAndGroup(t *testing.T, e *recordtest.Env, texts []string) {
	ctx := context.Background()
	boss := e.User("boss1", "manager", "")
	for i, s := range texts {
		if i%7 != 0 {
			continue
		}
		quoted, _ := json.Marshal(s)
		for _, q := range []record.ListQuery{{Filter: s}, {Filter: "subject == " + string(quoted)}, {OrderBy: s}, {Fields: []string{s}}, {View: s}, {PageToken: s}, {Archived: s}, {Total: s}} {
			raw, err := e.Store.List(ctx, boss, "note", q, nil)
			if err == nil && !json.Valid(raw) {
				t.Errorf("%+v answers %q", q, raw)
			}
			if c := code(err); strings.HasPrefix(c, "internal") {
				t.Errorf("%+v: %v", q, err)
			}
		}
		if _, err := e.Store.Related(ctx, boss, "note", 1, s, record.ListQuery{}, nil); err == nil {
			t.Errorf("related %q answers", s)
		}
	}
}
