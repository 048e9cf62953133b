package meta_test

import (
	"bufio"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"kedang/internal/meta"
)

// TestHostileTextsComeBack reads every line of ../shared/data/hostile: what
// is valid text comes back byte for byte, the rest is refused with a code.
func TestHostileTextsComeBack(t *testing.T) {
	files, err := filepath.Glob(filepath.Join("..", "..", "..", "shared", "data", "hostile", "*"))
	if err != nil || len(files) == 0 {
		t.Skip("the collection of hostile texts is not here")
	}
	f := fieldOf(t, "longtext", "{max_len: 100000}")
	for _, path := range files {
		file, err := os.Open(path)
		if err != nil {
			t.Fatal(err)
		}
		lines := bufio.NewScanner(file)
		lines.Buffer(nil, 16<<20)
		n := 0
		for lines.Scan() {
			s := lines.Text()
			if s == "" || len(s) > 100_000 {
				continue
			}
			n++
			for _, loose := range []bool{false, true} {
				v, problems := f.Kind.Parse(f, s, &meta.Input{Loose: loose})
				valid := utf8.ValidString(s) && !strings.Contains(s, "\x00")
				if valid != (problems == nil) || valid && v != s {
					t.Fatalf("%s: %q gives %q %v", path, s, v, problems)
				}
			}
			var back string
			if err := json.Unmarshal(f.Kind.AppendJSON(nil, f, s), &back); utf8.ValidString(s) && (err != nil || back != s) {
				t.Fatalf("%s: %q comes back as %q (%v)", path, s, back, err)
			}
		}
		if err := lines.Err(); err != nil || n == 0 {
			t.Errorf("%s: %d lines (%v)", path, n, err)
		}
		file.Close()
	}
}
