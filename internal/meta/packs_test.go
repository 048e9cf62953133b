package meta_test

import (
	"os"
	"path/filepath"
	"testing"

	"kedang/internal/meta"
)

// TestOurPacks holds the packs that come with Kedang to the format: each loads
// without a word, together with those it requires.
func TestOurPacks(t *testing.T) {
	root := filepath.Join("..", "..", "packs")
	for _, packs := range [][]string{{"core"}, {"core", "general"}, {"core", "general", "hotel"}} {
		var sources []meta.Source
		for _, p := range packs {
			if _, err := os.Stat(filepath.Join(root, p, "pack.yaml")); err != nil {
				t.Fatal(err)
			}
			sources = append(sources, meta.Source{Name: "packs/" + p, FS: os.DirFS(filepath.Join(root, p))})
		}
		_, problems := meta.Load(sources...)
		if len(problems) > 0 {
			t.Errorf("%v:\n%s", packs, problems.Error())
		}
	}
}
