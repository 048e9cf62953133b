package meta_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"sort"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"

	"kedang/internal/errs"
	"kedang/internal/meta"
)

var update = flag.Bool("update", false, "rewrite the golden files under testdata and packs/schema")

var shanghai = time.FixedZone("CST", 8*3600)

// onePack is a pack with one type "thing" that has a name and the field x.
func onePack(field string) fstest.MapFS {
	return fstest.MapFS{
		"pack.yaml": {Data: []byte("{name: one, label: 一, version: 1.0.0}")},
		"types/thing.yaml": {Data: []byte("type: thing\nlabel: 物\ntitle: name\nfields:\n" +
			"  - {name: name, kind: text, label: 名}\n" + field)},
	}
}

// fieldOf loads a field x of a kind, with the properties of a flow map.
func fieldOf(t testing.TB, kind, properties string) *meta.Field {
	t.Helper()
	inner := strings.TrimSuffix(strings.TrimPrefix(strings.TrimSpace(properties), "{"), "}")
	if inner != "" {
		inner = ", " + inner
	}
	schema, problems := meta.Load(meta.Source{Name: "one", FS: onePack("  - {name: x, kind: " + kind + ", label: 值" + inner + "}\n")})
	if problems.Fatal() {
		t.Fatal(problems.Error())
	}
	typ, _ := schema.Type("thing")
	f, _ := typ.Field("x")
	return f
}

// TestKinds runs testdata/kinds/*.txt: a line "field {…}" declares, "json …",
// "cell …" and "raw …" (Go escapes) are inputs, the indented lines below an
// input are what comes of it, written by -update and reviewed like code.
func TestKinds(t *testing.T) {
	for _, k := range meta.Kinds() {
		t.Run(k.Name(), func(t *testing.T) {
			path := filepath.Join("testdata", "kinds", k.Name()+".txt")
			data, err := os.ReadFile(path)
			if err != nil {
				t.Fatalf("kind %s has no test data: %v", k.Name(), err)
			}
			got := runKind(t, k.Name(), data)
			if *update {
				if err := os.WriteFile(path, got, 0o644); err != nil {
					t.Fatal(err)
				}
			}
			if diff := cmp.Diff(string(data), string(got)); diff != "" && !*update {
				t.Errorf("%s (-file +now):\n%s", path, diff)
			}
		})
	}
}

func runKind(t *testing.T, kind string, data []byte) []byte {
	var out bytes.Buffer
	var f *meta.Field
	lines := bufio.NewScanner(bytes.NewReader(data))
	for lines.Scan() {
		line := lines.Text()
		if strings.HasPrefix(line, "    ") {
			continue // what was expected
		}
		fmt.Fprintln(&out, line)
		verb, rest, _ := strings.Cut(line, " ")
		in := &meta.Input{Zone: shanghai, Region: "CN", Now: time.Date(2026, 11, 24, 12, 0, 0, 0, shanghai)}
		switch verb {
		case "field":
			f = fieldOf(t, kind, rest)
		case "json":
			dec := json.NewDecoder(strings.NewReader(rest))
			dec.UseNumber()
			var v any
			if err := dec.Decode(&v); err != nil {
				t.Fatalf("%s: %v", line, err)
			}
			report(t, &out, f, v, in)
		case "cell":
			in.Loose = true
			report(t, &out, f, rest, in)
		case "raw":
			s, err := strconv.Unquote(`"` + rest + `"`)
			if err != nil {
				t.Fatal(err)
			}
			report(t, &out, f, s, in)
		}
	}
	return out.Bytes()
}

// report parses one input and writes what came of it. What is accepted must
// come back the same when its own JSON is sent.
func report(t *testing.T, out *bytes.Buffer, f *meta.Field, v any, in *meta.Input) {
	var warnings []errs.Problem
	in.Warn = func(p errs.Problem) { warnings = append(warnings, p) }
	stored, problems := f.Kind.Parse(f, v, in)
	if problems == nil && stored != nil {
		problems = f.Kind.Check(f, stored, in)
	}
	if problems != nil {
		writeProblems(out, "refused", problems)
		return
	}
	if stored == nil {
		fmt.Fprintln(out, "    missing")
		return
	}
	writeProblems(out, "warned", warnings)
	fmt.Fprintln(out, "    stored", show(stored))
	encoded := f.Kind.AppendJSON(nil, f, stored)
	if !json.Valid(encoded) {
		t.Errorf("%v: not JSON: %s", v, encoded)
	}
	fmt.Fprintln(out, "    json  ", string(encoded))
	zh := f.Kind.Format(f, stored, &meta.Output{Lang: "zh-Hans", Zone: shanghai})
	en := f.Kind.Format(f, stored, &meta.Output{Lang: "en", Zone: shanghai})
	fmt.Fprintf(out, "    text   %q", zh)
	if en != zh {
		fmt.Fprintf(out, " %q", en)
	}
	fmt.Fprintln(out)
	roundTrip(t, f, stored, encoded)
}

func roundTrip(t *testing.T, f *meta.Field, stored any, encoded []byte) {
	if strings.Contains(show(stored), "Ref") {
		return // the engine resolves it first
	}
	dec := json.NewDecoder(bytes.NewReader(encoded))
	dec.UseNumber()
	var v any
	if err := dec.Decode(&v); err != nil {
		t.Fatal(err)
	}
	again, problems := f.Kind.Parse(f, v, &meta.Input{Zone: shanghai, Region: "CN"})
	if problems != nil {
		t.Errorf("%s does not come back: %v", encoded, problems)
	}
	if diff := cmp.Diff(stored, again); diff != "" {
		t.Errorf("%s comes back changed (-stored +again):\n%s", encoded, diff)
	}
}

func writeProblems(out *bytes.Buffer, what string, problems []errs.Problem) {
	for _, p := range problems {
		line := "    " + what + " " + p.Code
		if p.Path != "" {
			line += " at " + p.Path
		}
		if len(p.Params) > 0 {
			line += " " + p.Params.String()
		}
		fmt.Fprintln(out, line)
	}
}

// show writes a stored value in one line.
func show(v any) string {
	switch x := v.(type) {
	case string:
		return strconv.Quote(x)
	case meta.Ref:
		return fmt.Sprintf("Ref(%s %q)", x.By, x.Value)
	case []meta.Item:
		parts := make([]string, len(x))
		for i, it := range x {
			parts[i] = show(it.Value)
			if it.Extra != "" {
				parts[i] += "/" + it.Extra
			}
		}
		return "[" + strings.Join(parts, " ") + "]"
	case []*meta.ChildRow:
		parts := make([]string, len(x))
		for i, row := range x {
			values := make([]string, len(row.Values))
			for k, value := range row.Values {
				values[k] = show(value)
			}
			parts[i] = fmt.Sprintf("%d(%s)", row.ID, strings.Join(values, " "))
		}
		return "[" + strings.Join(parts, " ") + "]"
	}
	return fmt.Sprint(v)
}

// TestEveryKindIsWhole holds what adding a kind touches: a file, a line in
// kinds.go, test data, a line in packs/README.md.
func TestEveryKindIsWhole(t *testing.T) {
	listed := map[string]bool{}
	for _, k := range meta.Kinds() {
		if listed[k.Name()] {
			t.Errorf("kind %s is listed twice", k.Name())
		}
		listed[k.Name()] = true
	}
	names := func(pattern, prefix, suffix string) map[string]bool {
		files, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		out := map[string]bool{}
		for _, f := range files {
			out[strings.TrimSuffix(strings.TrimPrefix(filepath.Base(f), prefix), suffix)] = true
		}
		return out
	}
	if diff := cmp.Diff(keys(listed), keys(names("kind_*.go", "kind_", ".go"))); diff != "" {
		t.Errorf("kinds.go and kind_*.go differ (-kinds.go +files):\n%s", diff)
	}
	if diff := cmp.Diff(keys(listed), keys(names("testdata/kinds/*.txt", "", ".txt"))); diff != "" {
		t.Errorf("kinds.go and testdata/kinds differ (-kinds.go +files):\n%s", diff)
	}
	readme, err := os.ReadFile(filepath.Join("..", "..", "packs", "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	table := string(readme[bytes.Index(readme, []byte("### kinds")):bytes.Index(readme, []byte("### choices"))])
	for name := range listed {
		found := false
		for _, line := range strings.Split(table, "\n") {
			cells := strings.Split(line, "|")
			found = found || len(cells) > 1 && strings.Contains(", "+strings.TrimSpace(cells[1])+",", ", "+name+",")
		}
		if !found {
			t.Errorf("packs/README.md does not tell of kind %s", name)
		}
	}
}

func keys(m map[string]bool) []string {
	out := make([]string, 0, len(m))
	for k := range m {
		out = append(out, k)
	}
	sort.Strings(out)
	return out
}

// indent lays JSON out for reading, and holds it to be JSON.
func indent(t *testing.T, data []byte) []byte {
	t.Helper()
	var out bytes.Buffer
	if err := json.Indent(&out, data, "", " "); err != nil {
		t.Fatalf("%v in %s", err, data)
	}
	return append(out.Bytes(), '\n')
}

// problemCode is the code of an error's first problem, or its own.
func problemCode(err error) string {
	e := errs.As(err)
	if len(e.Problems) > 0 {
		return e.Problems[0].Code
	}
	return e.Code
}
