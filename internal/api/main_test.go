package api_test

import (
	"context"
	"flag"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"kedang"
	"kedang/internal/api/apitest"
	"kedang/internal/api/scripttest"
	"kedang/internal/db"
	"kedang/internal/db/dbtest"
	"kedang/internal/meta"
)

var update = flag.Bool("update", false, "write golden files anew")

// packs are the repository's own packs, by name.
func packs(t testing.TB, names ...string) []meta.Source {
	t.Helper()
	var out []meta.Source
	for _, n := range names {
		sub, err := fs.Sub(kedang.Packs, "packs/"+n)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, meta.Source{Name: n, FS: sub})
	}
	return out
}

// small are the packs of testdata: types that change only with these tests.
func small() []meta.Source {
	return []meta.Source{{Name: "small", FS: os.DirFS("testdata/small")}}
}

// open makes a company over a database; it closes with the test.
func open(t testing.TB, d *db.DB, sources []meta.Source) *apitest.Company {
	t.Helper()
	c, err := apitest.Open(context.Background(), apitest.Options{DB: d, Dir: t.TempDir(), Packs: sources})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return c
}

// each runs a test with a company on every database there is.
func each(t *testing.T, sources []meta.Source, test func(t *testing.T, c *apitest.Company)) {
	t.Helper()
	dbtest.Each(t, func(t *testing.T, d *db.DB) { test(t, open(t, d, sources)) })
}

func runScript(t *testing.T, sources []meta.Source, file string, dir fs.FS) {
	t.Helper()
	raw, err := fs.ReadFile(dir, filepath.Base(file))
	if err != nil {
		t.Fatal(err)
	}
	script, err := scripttest.Parse(file, string(raw))
	if err != nil {
		t.Fatal(err)
	}
	each(t, sources, func(t *testing.T, c *apitest.Company) {
		for _, f := range script.Run(context.Background(), c, dir) {
			t.Error(f)
		}
	})
}

// TestScripts runs testdata/*.txt over the small pack.
func TestScripts(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatal("there are no scripts", err)
	}
	for _, f := range files {
		t.Run(strings.TrimSuffix(filepath.Base(f), ".txt"), func(t *testing.T) {
			runScript(t, small(), f, os.DirFS("testdata"))
		})
	}
}

// TestPackScripts walks the story of each pack of the repository.
func TestPackScripts(t *testing.T) {
	folders, err := fs.Glob(kedang.Packs, "packs/*/test.txt")
	if err != nil || len(folders) == 0 {
		t.Fatal("no pack has a script", err)
	}
	for _, f := range folders {
		name := strings.Split(f, "/")[1]
		t.Run(name, func(t *testing.T) {
			dir, err := fs.Sub(kedang.Packs, "packs/"+name)
			if err != nil {
				t.Fatal(err)
			}
			names := []string{"core", "general"}
			if name != "core" && name != "general" {
				names = append(names, name)
			}
			runScript(t, packs(t, names...), "packs/"+name+"/test.txt", dir)
		})
	}
}

// TestPackGuide makes a pack of the examples of packs/README.md and walks the
// story it tells there.
func TestPackGuide(t *testing.T) {
	guide, err := fs.ReadFile(os.DirFS("../../packs"), "README.md")
	if err != nil {
		t.Fatal(err)
	}
	example := func(holds string) []byte {
		for i, block := range strings.Split(string(guide), "\n```") {
			if i%2 == 1 && strings.Contains(block, holds) {
				_, text, _ := strings.Cut(block, "\n")
				return []byte(text + "\n")
			}
		}
		t.Fatalf("packs/README.md has no example with %q", holds)
		return nil
	}
	pack := fstest.MapFS{
		"pack.yaml":           {Data: []byte("name: flowers\nlabel: 花店\nversion: 1.0.0\nrequires: [general]\n")},
		"types/bouquet.yaml":  {Data: example("type: bouquet")},
		"types/customer.yaml": {Data: example("extend: customer")},
		"test.txt":            {Data: example("user lin rep")},
		"testdata/list.csv":   {Data: []byte("单位,电话\n花店,021-58880001\n另一家,021-58880002\n")},
	}
	runScript(t, append(packs(t, "core", "general"), meta.Source{Name: "flowers", FS: pack}), "test.txt", pack)
}

// TestDoors runs testdata/doors/*.txt over a pack of its own: the doors that
// stand beside reading and writing.
func TestDoors(t *testing.T) {
	files, err := filepath.Glob("testdata/doors/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatal("there are no scripts", err)
	}
	doors := []meta.Source{{Name: "doors", FS: os.DirFS("testdata/doors")}}
	for _, f := range files {
		t.Run(strings.TrimSuffix(filepath.Base(f), ".txt"), func(t *testing.T) {
			runScript(t, doors, f, os.DirFS("testdata/doors"))
		})
	}
}
