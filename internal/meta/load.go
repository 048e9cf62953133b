package meta

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"hash"
	"io/fs"
	"path"
	"reflect"
	"slices"
	"strings"
	"unicode/utf8"
)

// Source is one pack folder, or the company's overlay.
type Source struct {
	Name    string // of the folder, as problems name it
	FS      fs.FS  // its root holds pack.yaml
	Overlay bool   // a company's changes: merged last, what vanished is parked
}

// Load reads packs in order, the overlay last, and checks and compiles what
// they declare. The schema is nil when a problem is fatal; parked overlay
// entries are reported and leave it usable. Sources are read once; nothing of
// them is kept.
func Load(sources ...Source) (*Schema, Problems) {
	l := &loader{marks: marks{}, hash: sha256.New(), grants: map[string]*grantList{}, schema: &Schema{
		byName: map[string]*Type{}, byID: map[int64]*Type{}, roles: map[string]*Role{}, lists: map[string]*List{}}}
	l.builtins()
	ahead := make([]map[string]<-chan parsed, len(sources))
	for i, s := range sources {
		ahead[i] = parseAhead(s.FS)
	}
	for i, s := range sources {
		l.ahead = ahead[i]
		l.source(s)
	}
	l.schema.Hash = hex.EncodeToString(l.hash.Sum(nil))
	l.settle()
	l.check()
	if !l.problems.Fatal() {
		l.compile()
	}
	if !l.problems.Fatal() {
		l.order()
	}
	problems := l.withoutEchoes().sorted()
	if problems.Fatal() {
		return nil, problems
	}
	return l.schema, problems
}

// withoutEchoes drops what is said of a type only because its own file could
// not be read: the mistake stands in that file.
func (l *loader) withoutEchoes() Problems {
	unread := map[string]bool{}
	for _, p := range l.problems {
		if p.Code == "bad_yaml" && path.Base(path.Dir(p.File)) == "types" {
			unread[strings.TrimSuffix(path.Base(p.File), ".yaml")] = true
		}
	}
	return slices.DeleteFunc(l.problems, func(p Problem) bool {
		name, _ := p.Params["name"].(string)
		return (p.Code == "unknown_type" || p.Code == "unknown_target") && unread[name]
	})
}

// loader carries one Load.
type loader struct {
	schema   *Schema
	problems Problems
	marks    marks
	hash     hash.Hash
	columns  []*Field // built-in columns, to be copied
	grants   map[string]*grantList
	src      Source
	pack     string
	ahead    map[string]<-chan parsed // of src, by name
}

// source reads one folder.
func (l *loader) source(s Source) {
	l.src, l.pack = s, s.Name
	l.packFile()
	l.unknownFiles()
	l.choicesFile()
	l.grantsFile()
	for _, name := range l.typeFiles() {
		l.typeFile(name)
	}
	l.rolesFile()
	l.menuFile()
}

// read answers what a file of the source says; nil when it is absent or broken.
func (l *loader) read(name string) *node {
	at := Pos{File: l.file(name), Line: 1}
	p := parsed{err: fs.ErrNotExist}
	if ahead, ok := l.ahead[name]; ok {
		p = <-ahead
	}
	if errors.Is(p.err, fs.ErrNotExist) {
		return nil
	}
	if p.err != nil {
		l.problems.add(at, "unreadable", map[string]any{"why": p.err})
		return nil
	}
	l.hash.Write([]byte(at.File + "\x00"))
	l.hash.Write(p.data)
	l.hash.Write([]byte{0})
	if p.code != "" {
		at.Line = p.line
		l.problems.add(at, p.code, p.params)
		return nil
	}
	return p.node
}

// largestFile bounds a file of a pack; ours are below 40 kB.
const largestFile = 1 << 20

// notText is the place of the first byte that is no text in UTF-8, a NUL among
// them; -1 when all is well. A file in GB18030 would parse, with garbled labels.
func notText(data []byte) int {
	for i := 0; i < len(data); {
		r, n := utf8.DecodeRune(data[i:])
		if r == 0 || r == utf8.RuneError && n <= 1 {
			return i
		}
		i += n
	}
	return -1
}

func (l *loader) file(name string) string { return path.Join(l.src.Name, name) }

func (l *loader) decoder(name string) *decoder {
	return &decoder{file: l.file(name), problems: &l.problems, marks: l.marks}
}

func (l *loader) packFile() {
	n := l.read("pack.yaml")
	if n == nil {
		if !l.src.Overlay {
			l.problems.add(Pos{File: l.file("pack.yaml"), Line: 1}, "no_pack", nil)
		}
		return
	}
	p := &Pack{}
	l.decoder("pack.yaml").value(n, reflect.ValueOf(p).Elem(), "")
	at := Pos{File: l.file("pack.yaml"), Line: 1}
	switch {
	case p.Name == "":
		l.problems.add(at, "pack_name_missing", nil)
		p.Name = l.src.Name
	case !isName(p.Name):
		l.problems.add(l.marks.at(p, "name", p.Pos), "bad_name", map[string]any{"name": p.Name})
	}
	switch {
	case p.Version == "":
		l.problems.add(at, "pack_version_absent", nil)
	case strings.Trim(p.Version, "0123456789.") != "":
		l.problems.add(l.marks.at(p, "version", p.Pos), "bad_version", map[string]any{"value": p.Version})
	}
	if p.Label.Empty() {
		l.problems.add(at, "label_missing", nil)
	}
	loaded := map[string]bool{}
	for _, other := range l.schema.Packs {
		loaded[other.Name] = true
	}
	if loaded[p.Name] {
		l.problems.add(l.marks.at(p, "name", p.Pos), "duplicate_pack", map[string]any{"name": p.Name})
	}
	for _, need := range p.Requires {
		if !loaded[need] {
			l.problems.add(l.marks.at(p, "requires", p.Pos), "missing_requirement", map[string]any{"name": need})
		}
	}
	l.pack = p.Name
	l.schema.Packs = append(l.schema.Packs, p)
}

// unknownFiles reports YAML that nobody would read: a misspelt name would
// otherwise lose its content silently.
func (l *loader) unknownFiles() {
	entries, err := fs.ReadDir(l.src.FS, ".")
	if err != nil {
		l.problems.add(Pos{File: l.src.Name, Line: 1}, "unreadable", map[string]any{"why": err})
		return
	}
	for _, e := range entries {
		ext := path.Ext(e.Name())
		known := []string{"pack.yaml", "choices.yaml", "grants.yaml", "roles.yaml", "menu.yaml"}
		if !e.IsDir() && (ext == ".yaml" || ext == ".yml") && !slices.Contains(known, e.Name()) {
			l.problems.add(Pos{File: l.file(e.Name()), Line: 1}, "unknown_file", nil)
		}
		if e.IsDir() && e.Name() != "types" && e.Name() != "demo" {
			l.lostFiles(e.Name())
		}
	}
}

// lostFiles reports YAML in a folder that nobody reads.
func (l *loader) lostFiles(folder string) {
	entries, err := fs.ReadDir(l.src.FS, folder)
	if err != nil {
		return
	}
	for _, e := range entries {
		if ext := path.Ext(e.Name()); !e.IsDir() && (ext == ".yaml" || ext == ".yml") {
			l.problems.add(Pos{File: l.file(folder + "/" + e.Name()), Line: 1}, "unknown_file", nil)
		}
	}
}

func (l *loader) typeFiles() []string {
	entries, err := fs.ReadDir(l.src.FS, "types")
	if err != nil {
		return nil
	}
	var names []string
	for _, e := range entries {
		name := "types/" + e.Name()
		switch {
		case strings.HasPrefix(e.Name(), "."):
		case e.IsDir():
			l.lostFiles(name)
		case path.Ext(name) != ".yaml":
			l.problems.add(Pos{File: l.file(name), Line: 1}, "unknown_file", nil)
		default:
			names = append(names, name)
		}
	}
	return names
}

func (l *loader) typeFile(name string) {
	n := l.read(name)
	if n == nil {
		return
	}
	t := &Type{Pack: l.pack}
	l.decoder(name).value(n, reflect.ValueOf(t).Elem(), "")
	t.Pos = Pos{File: l.file(name), Line: max(1, n.line)}
	switch {
	case t.Name != "" && t.Extend != "":
		l.problems.add(t.Pos, "extend_and_type", nil)
	case t.Extend != "":
		l.extend(t)
	case t.Name == "":
		l.problems.add(t.Pos, "no_type", nil)
	default:
		l.declare(t)
	}
}

// declare adds a new type under its name and aliases.
func (l *loader) declare(t *Type) {
	l.claim(t, t.Name, l.marks.at(t, "type", t.Pos))
	for _, a := range t.Alias {
		l.claim(t, a, l.marks.at(t, "alias", t.Pos))
	}
	l.accessLike(t)
	l.schema.Types = append(l.schema.Types, t)
}

func (l *loader) claim(t *Type, name string, at Pos) {
	if !l.goodName(name, at) {
		return
	}
	if reservedTypes[name] {
		l.problems.add(at, "reserved_name", map[string]any{"name": name})
		return
	}
	if first, taken := l.schema.byName[name]; taken {
		if first != t {
			where := first.Pos.File
			if first.Builtin {
				where = "Kedang itself"
			}
			l.problems.add(at, "duplicate_type", map[string]any{"name": name, "first": where})
		}
		return
	}
	l.schema.byName[name] = t
}

// choicesFile reads named choice lists: {industry: [{value: …, label: …}, …]}.
func (l *loader) choicesFile() {
	n := l.read("choices.yaml")
	if n == nil || n.shape == nullNode {
		return
	}
	d := l.decoder("choices.yaml")
	if n.shape != mapNode {
		d.problem(n.line, "", "not_a_map", nil)
		return
	}
	for _, e := range n.entries {
		at := Pos{File: l.file("choices.yaml"), Line: e.line, Path: e.key}
		list := &List{Name: e.key, Pack: l.pack, Pos: at}
		d.value(e.value, reflect.ValueOf(&list.Choices).Elem(), e.key)
		if !l.goodName(e.key, at) {
			continue
		}
		if old := l.schema.lists[e.key]; old != nil {
			old.Choices = l.mergeChoices(old.Choices, list.Choices)
			continue
		}
		l.schema.lists[e.key] = list
		l.schema.Lists = append(l.schema.Lists, list)
	}
}

// rolesFile reads a list of roles; one that is there already is merged.
func (l *loader) rolesFile() {
	n := l.read("roles.yaml")
	if n == nil {
		return
	}
	var roles []*Role
	l.decoder("roles.yaml").value(n, reflect.ValueOf(&roles).Elem(), "")
	here := map[string]bool{}
	for _, r := range roles {
		at := l.marks.at(r, "name", r.Pos)
		if r.Name == "" {
			l.problems.add(r.Pos, "name_missing", nil)
			continue
		}
		if !l.goodName(r.Name, at) {
			continue
		}
		if here[r.Name] {
			l.problems.add(at, "duplicate_name", map[string]any{"what": "role", "name": r.Name})
			continue
		}
		here[r.Name] = true
		if old := l.schema.roles[r.Name]; old != nil {
			l.mergeStruct(old, r)
			continue
		}
		l.schema.roles[r.Name] = r
		l.schema.Roles = append(l.schema.Roles, r)
	}
}

// menuFile reads a list of menu items: a pack's items come after the earlier
// packs', an item with a known name is merged into it.
func (l *loader) menuFile() {
	n := l.read("menu.yaml")
	if n == nil {
		return
	}
	var items []*MenuItem
	l.decoder("menu.yaml").value(n, reflect.ValueOf(&items).Elem(), "")
	nameItems(items)
	l.schema.Menu = l.mergeMenu(l.schema.Menu, items)
}

// nameItems names items after what they lead to, where they have no name.
func nameItems(items []*MenuItem) {
	for _, m := range items {
		m.Name = first(m.Name, first(m.Type, m.Page))
		nameItems(m.Items)
	}
}
