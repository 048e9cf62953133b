// Package internal_test holds the architecture to its table.
package internal_test

import (
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// all stands for every package named earlier in the order of layers.
var record = []string{"errs", "text", "han", "codes", "db", "expr", "ledger", "job", "vault", "meta", "access"}

// may says which packages of ours a package may import; imports go down only.
// Sub-packages (dbtest, recordtest) are test fixtures and follow their parent.
var may = map[string][]string{
	"errs": {}, "text": {},
	"han": {"errs"}, "codes": {"errs"}, "db": {"errs"}, "expr": {"errs"},
	"ledger": {"errs", "db"}, "job": {"errs", "db"},
	"vault":    {"errs", "db", "ledger"},
	"meta":     {"errs", "expr", "han", "codes"},
	"access":   {"errs", "db", "expr", "vault", "ledger", "meta"},
	"company":  {"errs", "db", "codes", "ledger", "meta", "access"},
	"record":   record,
	"flow":     append(record[:len(record):len(record)], "record"),
	"insight":  append(record[:len(record):len(record)], "record"),
	"bulk":     append(record[:len(record):len(record)], "record"),
	"transfer": append(record[:len(record):len(record)], "record"),
	"notify":   append(record[:len(record):len(record)], "record"),
}

func TestImportsGoDownOnly(t *testing.T) {
	seen := 0
	err := filepath.WalkDir(".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		parts := strings.Split(filepath.ToSlash(path), "/")
		if len(parts) > 2 && strings.HasSuffix(parts[len(parts)-2], "test") {
			return nil // a fixture: linked into tests only
		}
		seen++
		if parts[0] == "api" {
			return nil // api may import every internal package
		}
		allowed, ok := may[parts[0]]
		if !ok {
			t.Errorf("%s: package %s is not in the table of imports", path, parts[0])
			return nil
		}
		f, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ImportsOnly)
		if err != nil {
			return err
		}
		for _, im := range f.Imports {
			to, ours := strings.CutPrefix(strings.Trim(im.Path.Value, `"`), "kedang/internal/")
			if !ours || strings.HasPrefix(to, parts[0]) {
				continue
			}
			if !slices.Contains(allowed, strings.Split(to, "/")[0]) {
				t.Errorf("%s imports %s: %s may import only %v", path, to, parts[0], allowed)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if seen < 20 {
		t.Fatalf("looked at %d files only: is the test in the right folder?", seen)
	}
}
