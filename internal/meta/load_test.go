package meta_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"kedang/internal/meta"
)

// archive is a file of files: "-- name --" begins each.
type archive struct {
	comment string
	names   []string
	files   map[string]string
}

func parseArchive(data string) *archive {
	a := &archive{files: map[string]string{}}
	name := ""
	for _, line := range strings.SplitAfter(data, "\n") {
		if inner, ok := strings.CutPrefix(strings.TrimSpace(line), "-- "); ok && strings.HasSuffix(inner, " --") {
			name = strings.TrimSuffix(inner, " --")
			a.names = append(a.names, name)
			a.files[name] = ""
			continue
		}
		if name == "" {
			a.comment += line
			continue
		}
		a.files[name] += line
	}
	return a
}

// sources makes packs of an archive: files under second/ are a second pack,
// under overlay/ the company's overlay, the others the pack "broken".
func (a *archive) sources() []meta.Source {
	first, second, overlay := fstest.MapFS{}, fstest.MapFS{}, fstest.MapFS{}
	for name, text := range a.files {
		file := &fstest.MapFile{Data: []byte(text)}
		if rest, ok := strings.CutPrefix(name, "second/"); ok {
			second[rest] = file
		} else if rest, ok := strings.CutPrefix(name, "overlay/"); ok {
			overlay[rest] = file
		} else if name != "problems" {
			first[name] = file
		}
	}
	if first["pack.yaml"] == nil {
		first["pack.yaml"] = &fstest.MapFile{Data: []byte("{name: broken, label: 坏, version: 1.0.0}")}
	}
	out := []meta.Source{{Name: "broken", FS: first}}
	if len(second) > 0 {
		out = append(out, meta.Source{Name: "second", FS: second})
	}
	if len(overlay) > 0 {
		out = append(out, meta.Source{Name: "overlay", FS: overlay, Overlay: true})
	}
	return out
}

// TestBrokenPacks loads testdata/broken/*.txt, each a small pack with mistakes,
// and compares what is said about them with the section problems.
func TestBrokenPacks(t *testing.T) {
	paths, err := filepath.Glob("testdata/broken/*.txt")
	if err != nil || len(paths) < 45 {
		t.Fatalf("%d broken packs, want 45 or more (%v)", len(paths), err)
	}
	for _, path := range paths {
		t.Run(strings.TrimSuffix(filepath.Base(path), ".txt"), func(t *testing.T) {
			data, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			a := parseArchive(string(data))
			schema, problems := meta.Load(a.sources()...)
			if (schema == nil) != problems.Fatal() {
				t.Errorf("schema %v with fatal %v", schema != nil, problems.Fatal())
			}
			if len(problems) == 0 {
				t.Error("no problem was found")
			}
			got := ""
			for _, p := range problems {
				got += p.String() + "\n"
				if p.Line < 1 || p.Remedy() == "" && p.Code != "bad_expression" {
					t.Errorf("%s: line %d, remedy %q", p.Code, p.Line, p.Remedy())
				}
			}
			if *update {
				before, _, _ := strings.Cut(string(data), "-- problems --\n")
				if err := os.WriteFile(path, []byte(before+"-- problems --\n"+got), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			if diff := cmp.Diff(a.files["problems"], got); diff != "" {
				t.Errorf("%s (-file +now):\n%s", path, diff)
			}
		})
	}
}

// load loads packs that must be right.
func load(t testing.TB, sources ...meta.Source) *meta.Schema {
	t.Helper()
	schema, problems := meta.Load(sources...)
	if len(problems) > 0 {
		t.Fatal(problems.Error())
	}
	return schema
}

// goodPack is the archive testdata/good.txt: a small trade with every part.
func goodPack(t testing.TB) *archive {
	t.Helper()
	data, err := os.ReadFile("testdata/good.txt")
	if err != nil {
		t.Fatal(err)
	}
	return parseArchive(string(data))
}

func TestEveryProblemHasASentence(t *testing.T) {
	used := map[string]bool{}
	paths, _ := filepath.Glob("testdata/broken/*.txt")
	for _, path := range paths {
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		_, problems := meta.Load(parseArchive(string(data)).sources()...)
		for _, p := range problems {
			used[p.Code] = true
			if strings.Contains(p.String(), p.Code+" (") {
				t.Errorf("code %s has no sentence", p.Code)
			}
		}
	}
	for _, code := range meta.ProblemCodes() {
		if !used[code] && !exempt[code] {
			t.Errorf("no broken pack shows %s", code)
		}
	}
}

// exempt codes need what a small archive cannot hold.
var exempt = map[string]bool{"unreadable": true, "no_pack": true, "file_too_large": true, "too_many_fields": true, "too_many_choices": true}

func TestLoadReadsAnyPackFolder(t *testing.T) {
	_, problems := meta.Load(meta.Source{Name: "nowhere", FS: os.DirFS("testdata/nowhere")})
	if !problems.Fatal() || problems.Err() == nil {
		t.Fatal("a folder that is not there loads")
	}
}

// onePackOf is a pack of one type file.
func onePackOf(yaml string) fstest.MapFS {
	return fstest.MapFS{"pack.yaml": {Data: []byte("{name: one, label: 一, version: 1.0.0}")}, "types/one.yaml": {Data: []byte(yaml)}}
}

// TestFilesFromWindows: a mark at the beginning and line ends of Windows are no
// mistakes; a file too large to be a type is refused at once.
func TestFilesFromWindows(t *testing.T) {
	typ := "\ufefftype: thing\r\nlabel: 物\r\ntitle: name\r\nfields:\r\n  - {name: name, kind: text, label: 名}\r\n"
	pack := fstest.MapFS{"pack.yaml": {Data: []byte("\ufeffname: p\r\nlabel: 包\r\nversion: 1.0.0\r\n")}, "types/thing.yaml": {Data: []byte(typ)}}
	schema := load(t, meta.Source{Name: "p", FS: pack})
	if thing, ok := schema.Type("thing"); !ok || thing.Label.In("zh-Hans") != "物" {
		t.Errorf("the type is %+v", thing)
	}
	pack["types/thing.yaml"].Data = []byte(typ + "help: " + strings.Repeat("长", 400_000) + "\r\n")
	if _, problems := meta.Load(meta.Source{Name: "p", FS: pack}); len(problems) != 1 || problems[0].Code != "file_too_large" {
		t.Errorf("a large file: %v", problems)
	}
}
