package scripttest_test

import (
	"context"
	"strings"
	"testing"
	"testing/fstest"

	"kedang/internal/api/scripttest"
	"kedang/internal/meta"
)

const firm = `type: firm
label: {zh-Hans: 客户}
number: "F-{seq:3}"
title: name
fields:
  - {name: name, kind: text, required: true, search: title, label: {zh-Hans: 名称}, synonyms: [名称]}
  - {name: tags, kind: tags, label: {zh-Hans: 标签}}
  - {name: day, kind: date, default: "today()", label: {zh-Hans: 日期}}
access: {rep: {read: own, create: own, update: own}, lead: {read: tree, create: tree, import: tree}}
`

// run runs a script over a pack of one type.
func run(t *testing.T, script string) []scripttest.Failure {
	t.Helper()
	fs := fstest.MapFS{}
	for name, text := range map[string]string{"pack.yaml": "name: tiny\nversion: 1.0.0\nlabel: {zh-Hans: 小}\n", "types/firm.yaml": firm, "test.txt": script,
		"roles.yaml": "- {name: rep, label: {zh-Hans: 业务员}}\n- {name: lead, label: {zh-Hans: 经理}}\n", "data/firms.csv": "名称,日期\n甲,2026-01-01\n乙,2026-13-01\n"} {
		fs[name] = &fstest.MapFile{Data: []byte(text)}
	}
	failures, err := scripttest.Pack(context.Background(), []meta.Source{{Name: "tiny", FS: fs}})
	if err != nil {
		t.Fatal(err)
	}
	return failures
}

// TestHolds walks each statement where it holds.
func TestHolds(t *testing.T) {
	for _, f := range run(t, `
# a comment
clock 2026-03-01T08:00:00+08:00
user rep1 rep head/shanghai
user lead1 lead head
user rep2 rep head/shanghai manager=rep1 password=battery-staple-7
as rep1
POST /api/v1/firm
  {"name":"王府 酒店",
  "tags":["a","b"]}
code == 201
code != 200
code ~ ^2
json number == F-001
json day == 2026-03-01
json tags contains b
json tags.length == 2
json tags[1] == b
json rev >= 1
json name == "王府 酒店"
json nonsense absent
json id exists
header ETag == "\"1\""
body contains 王府
let c = json id
let tag = header ETag
let me = user rep1
GET /api/v1/firm?filter=name == '王府 酒店'&fields=name,owner
json items[0].id == {c}
json items[0].owner.id == {me}
with If-Match {tag}
PATCH /api/v1/firm/{c} {"name":"新"}
json rev == 2
PATCH /api/v1/firm/{c} raw:{
code == 422
as nobody
GET /api/v1/firm/{c}
code == 401
POST /api/v1/session {"username":"rep2","password":"battery-staple-7"}
let t = json token
token {t}
GET /api/v1/session
json user.username == rep2
as lead1
import firm data/firms.csv mode=create
json created == 1
json refused == 1
`) {
		t.Error(f)
	}
}

// TestFails holds that what does not hold is told, with its line.
func TestFails(t *testing.T) {
	const setup = "user rep1 rep head\nas rep1\nPOST /api/v1/firm {\"name\":\"a\",\"tags\":[\"x\"]}\n"
	for _, line := range []string{
		"code == 200", "code ~ ^4", "code < 200", "code is 201", "json number == F-002", "json number != F-001", "json title absent",
		"json nonsense exists", "json nonsense == 1", "json tags contains y", "json rev > 5", "json number > 5", "json number ~ (", "header ETag == x", "body contains zzz",
		"let x = json nonsense", "let x = nonsense y", "let x", "as stranger", "user", "user a b c d", "clock yesterday", "upload /api/v1/firm gone.csv", "import firm", "import firm gone.csv",
		"import firm data/firms.csv mode", "json items[0] exists",
	} {
		failures := run(t, setup+line+"\n")
		if len(failures) != 1 || failures[0].Line != 4 || !strings.Contains(failures[0].Error(), "test.txt:4: ") {
			t.Errorf("%s: %v", line, failures)
		}
	}
	if failures := run(t, "json a == b\n"); len(failures) != 1 {
		t.Errorf("an assertion before any request: %v", failures)
	}
	if failures := run(t, setup+strings.Repeat("code == 999\n", 50)); len(failures) != 20 {
		t.Errorf("a hopeless script goes on for %d failures", len(failures))
	}
}

// TestParse refuses what is no statement, with its line.
func TestParse(t *testing.T) {
	if _, err := scripttest.Parse("x.txt", "# fine\nGET /\nFETCH /\n"); err == nil || !strings.Contains(err.Error(), "x.txt:3") {
		t.Errorf("FETCH is taken: %v", err)
	}
}

// TestPackErrors: a pack without a script, a script that is none, no pack.
func TestPackErrors(t *testing.T) {
	ctx := context.Background()
	for name, sources := range map[string][]meta.Source{
		"no pack":       nil,
		"no script":     {{Name: "x", FS: fstest.MapFS{}}},
		"no statements": {{Name: "x", FS: fstest.MapFS{"test.txt": {Data: []byte("nonsense")}}}},
		"a bad pack":    {{Name: "x", FS: fstest.MapFS{"test.txt": {Data: []byte("GET /\n")}, "pack.yaml": {Data: []byte("name: [")}}}},
	} {
		if _, err := scripttest.Pack(ctx, sources); err == nil {
			t.Errorf("%s is taken", name)
		}
	}
}
