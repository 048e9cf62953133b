package expr_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"kedang/internal/expr"
)

var update = flag.Bool("update", false, "write the golden files anew")

// TestSQL holds the printed conditions: testdata/sql.txt has one block per
// expression, which begins with "> ".
func TestSQL(t *testing.T) {
	path := filepath.Join("testdata", "sql.txt")
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	customer := scopes()
	var got strings.Builder
	for _, line := range strings.Split(string(data), "\n") {
		if strings.HasPrefix(line, "# ") {
			fmt.Fprintf(&got, "%s\n\n", line)
		}
		src, ok := strings.CutPrefix(line, "> ")
		if !ok {
			continue
		}
		fmt.Fprintf(&got, "> %s\n", src)
		e, err := expr.Compile(src, customer, expr.Options{Printable: true, Param: params})
		if err != nil {
			fmt.Fprintf(&got, "%v\n\n", err)
			continue
		}
		lite, liteArgs := printed(t, e, expr.SQLite)
		post, postArgs := printed(t, e, expr.Postgres)
		if lite == post && cmp.Equal(liteArgs, postArgs) {
			fmt.Fprintf(&got, "both %s %s\n\n", lite, liteArgs)
		} else {
			fmt.Fprintf(&got, "lite %s %s\npost %s %s\n\n", lite, liteArgs, post, postArgs)
		}
	}
	if *update {
		if err := os.WriteFile(path, []byte(got.String()), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if diff := cmp.Diff(string(data), got.String()); diff != "" {
		t.Errorf("%s differs (go test -run TestSQL -update):\n%s", path, diff)
	}
}

func printed(t *testing.T, e *expr.Expr, d expr.Dialect) (cond, list string) {
	t.Helper()
	cond, values, err := e.SQL("t", d, args())
	if err != nil {
		t.Fatal(err)
	}
	var texts []string
	for _, v := range values {
		switch v := v.(type) {
		case []byte:
			texts = append(texts, fmt.Sprintf("x%x", v))
		case string:
			texts = append(texts, fmt.Sprintf("%.60q", v))
		default:
			texts = append(texts, fmt.Sprint(v))
		}
	}
	return cond, "[" + strings.Join(texts, " ") + "]"
}

// TestNeverLater holds that what is printable is so for any arguments: a
// missing person, an empty tree, a parameter that is not given.
func TestNeverLater(t *testing.T) {
	customer := scopes()
	for _, src := range append(pairs(), singles...) {
		e, err := expr.Compile(src, customer, expr.Options{Printable: true, Param: params})
		if err != nil {
			continue
		}
		for _, a := range []expr.Args{{}, {Params: map[string]any{"limit": int64(0), "nobody": int64(0)}}, {Params: map[string]any{"limit": int64(1<<63 - 1), "nobody": int64(-1 << 63)}}} {
			for _, d := range []expr.Dialect{expr.SQLite, expr.Postgres} {
				if _, _, err := e.SQL("t", d, a); err != nil && codeOf(err) != "too_complex" {
					t.Errorf("%s: %v", src, err)
				}
			}
		}
	}
}
