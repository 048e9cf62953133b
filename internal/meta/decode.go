package meta

import (
	"reflect"
	"slices"
	"strconv"
	"strings"
	"sync"
)

// decoder turns YAML nodes into the structs of a declaration. It remembers
// where each property of each struct was written, so that a problem found
// much later still names its line.
type decoder struct {
	file     string
	problems *Problems
	marks    marks
}

// marks says where a property was written: struct -> key -> place. A key that
// is here was given, whatever its value: overlays merge by it.
type marks map[any]map[string]Pos

func (m marks) set(p any, key string, at Pos) {
	if m[p] == nil {
		m[p] = map[string]Pos{}
	}
	m[p][key] = at
}

// at finds the place of a struct's property, or of the struct itself.
func (m marks) at(p any, key string, whole Pos) Pos {
	if pos, ok := m[p][key]; ok {
		return pos
	}
	whole.Path = join(whole.Path, key)
	return whole
}

// join puts a key under a path.
func join(path, key string) string {
	switch {
	case path == "":
		return key
	case key == "":
		return path
	case key[0] == '[':
		return path + key
	}
	return path + "." + key
}

func index(path string, i int) string { return path + "[" + strconv.Itoa(i) + "]" }

func (d *decoder) problem(line int, path, code string, params map[string]any) {
	d.problems.add(Pos{File: d.file, Line: line, Path: path}, code, params)
}

var (
	textType   = reflect.TypeFor[Text]()
	grantType  = reflect.TypeFor[Grant]()
	scopeType  = reflect.TypeFor[ScopeSpec]()
	choiceType = reflect.TypeFor[Choice]()
	posType    = reflect.TypeFor[Pos]()
)

// value decodes n into v.
func (d *decoder) value(n *node, v reflect.Value, path string) {
	if n.shape == nullNode {
		return
	}
	switch v.Kind() {
	case reflect.Pointer:
		p := reflect.New(v.Type().Elem())
		d.value(n, p.Elem(), path)
		v.Set(p)
	case reflect.Struct:
		d.structure(n, v, path)
	case reflect.Slice:
		d.slice(n, v, path)
	case reflect.Map:
		d.mapping(n, v, path)
	default:
		d.scalar(n, v, path)
	}
}

func (d *decoder) structure(n *node, v reflect.Value, path string) {
	switch v.Type() {
	case textType:
		d.text(n, v.Addr().Interface().(*Text), path)
		return
	case grantType:
		d.grant(n, v.Addr().Interface().(*Grant), path)
		return
	case scopeType:
		d.scope(n, v.Addr().Interface().(*ScopeSpec), path)
		return
	case choiceType:
		n = choiceNode(n)
	}
	if n.shape != mapNode {
		d.problem(n.line, path, "not_a_map", nil)
		return
	}
	p := v.Addr().Interface()
	if f := v.FieldByName("Pos"); f.IsValid() && f.Type() == posType {
		f.Set(reflect.ValueOf(Pos{File: d.file, Line: n.line, Path: path}))
	}
	keys := keysOf(v.Type())
	for _, e := range n.entries { // keys given twice are refused by the YAML parser
		at := join(path, e.key)
		i, ok := keys.index[e.key]
		if !ok {
			d.problem(e.line, at, "unknown_key", map[string]any{"key": e.key, "near": nearest(e.key, keys.names), "known": strings.Join(keys.names, " ")})
			continue
		}
		d.marks.set(p, e.key, Pos{File: d.file, Line: e.line, Path: at})
		d.value(e.value, v.Field(i), at)
	}
}

// choiceNode reads the short form "- A" of a choice as {value: A}, and
// "- A: 甲" as {value: A, label: 甲}.
func choiceNode(n *node) *node {
	if n.shape == scalarNode {
		return &node{shape: mapNode, line: n.line, entries: []entry{{"value", n.line, n}}}
	}
	if len(n.entries) == 1 && !slices.Contains(keysOf(choiceType).names, n.entries[0].key) {
		e := n.entries[0]
		return &node{shape: mapNode, line: n.line, entries: []entry{
			{"value", e.line, &node{text: e.key, line: e.line}}, {"label", e.line, e.value}}}
	}
	return n
}

func (d *decoder) slice(n *node, v reflect.Value, path string) {
	if n.shape != seqNode {
		d.problem(n.line, path, "not_a_list", nil)
		return
	}
	elem := v.Type().Elem()
	out := reflect.MakeSlice(v.Type(), 0, len(n.items))
	for i, item := range n.items {
		at := index(path, i)
		switch {
		case item.shape == nullNode:
			d.problem(item.line, at, "empty_item", nil)
			continue
		case elem.Kind() == reflect.Pointer && elem.Elem() != choiceType && item.shape != mapNode:
			d.problem(item.line, at, "not_a_map", nil)
			continue
		}
		x := reflect.New(elem).Elem()
		d.value(item, x, at)
		out = reflect.Append(out, x)
	}
	v.Set(out)
}

func (d *decoder) mapping(n *node, v reflect.Value, path string) {
	if n.shape != mapNode {
		d.problem(n.line, path, "not_a_map", nil)
		return
	}
	v.Set(reflect.MakeMap(v.Type()))
	for _, e := range n.entries {
		x := reflect.New(v.Type().Elem()).Elem()
		d.value(e.value, x, join(path, e.key))
		if x.Kind() == reflect.Pointer && x.IsNil() {
			x.Set(reflect.New(x.Type().Elem()))
		}
		v.SetMapIndex(reflect.ValueOf(e.key), x)
	}
}

func (d *decoder) scalar(n *node, v reflect.Value, path string) {
	if n.shape != scalarNode {
		d.problem(n.line, path, "not_a_scalar", nil)
		return
	}
	switch v.Kind() {
	case reflect.String:
		v.SetString(n.text)
	case reflect.Bool:
		switch n.text {
		case "true":
			v.SetBool(true)
		case "false":
		default:
			d.problem(n.line, path, "not_a_bool", map[string]any{"value": n.text})
		}
	case reflect.Int:
		i, err := strconv.Atoi(n.text)
		if err != nil || n.quoted {
			d.problem(n.line, path, "not_an_integer", map[string]any{"value": n.text})
			return
		}
		v.SetInt(int64(i))
	}
}

// text reads a text for people: a plain string is zh-Hans.
func (d *decoder) text(n *node, t *Text, path string) {
	if n.shape == scalarNode {
		t.ZhHans = n.text
		return
	}
	if n.shape != mapNode {
		d.problem(n.line, path, "not_a_text", nil)
		return
	}
	for _, e := range n.entries {
		var to *string
		switch e.key {
		case "zh-Hans":
			to = &t.ZhHans
		case "zh-Hant":
			to = &t.ZhHant
		case "en":
			to = &t.En
		default:
			d.problem(e.line, join(path, e.key), "unknown_language", map[string]any{"key": e.key})
			continue
		}
		if e.value.shape == nullNode {
			continue
		}
		d.scalar(e.value, reflect.ValueOf(to).Elem(), join(path, e.key))
	}
}

// grant reads {read: own, create: {where: …}, fields: {cost: hidden}}. The
// verb "all" stands for every verb.
func (d *decoder) grant(n *node, g *Grant, path string) {
	g.Verbs, g.Fields = map[string]ScopeSpec{}, map[string]Level{}
	g.Pos = Pos{File: d.file, Line: n.line, Path: path}
	if n.shape != mapNode {
		d.problem(n.line, path, "not_a_map", nil)
		return
	}
	for _, e := range n.entries {
		at := join(path, e.key)
		switch {
		case e.key == "fields":
			d.levels(e.value, g, at)
		case slices.Contains(Verbs, e.key):
			var s ScopeSpec
			d.scope(e.value, &s, at)
			g.Verbs[e.key] = s
			d.marks.set(g, e.key, Pos{File: d.file, Line: e.line, Path: at})
		default:
			known := append([]string{"fields"}, Verbs...)
			d.problem(e.line, at, "unknown_verb", map[string]any{"key": e.key, "near": nearest(e.key, known), "known": strings.Join(known, " ")})
		}
	}
}

func (d *decoder) levels(n *node, g *Grant, path string) {
	if n.shape != mapNode {
		d.problem(n.line, path, "not_a_map", nil)
		return
	}
	for _, e := range n.entries {
		level, ok := levelNames[e.value.text]
		if !ok {
			d.problem(e.value.line, join(path, e.key), "unknown_level", map[string]any{"value": e.value.text, "known": "hidden masked read write"})
			continue
		}
		g.Fields[e.key] = level
		d.marks.set(g, "fields."+e.key, Pos{File: d.file, Line: e.line, Path: join(path, e.key)})
	}
}

func (d *decoder) scope(n *node, s *ScopeSpec, path string) {
	if n.shape == mapNode {
		for _, e := range n.entries {
			if e.key != "where" || e.value.shape != scalarNode {
				d.problem(e.line, join(path, e.key), "unknown_key", map[string]any{"key": e.key, "near": nearest(e.key, []string{"where"}), "known": "where"})
				continue
			}
			s.Where = e.value.text
		}
		return
	}
	if n.shape != scalarNode || !slices.Contains(scopeNames, n.text) {
		d.problem(n.line, path, "unknown_scope", map[string]any{"value": n.text, "known": strings.Join(scopeNames, " ")})
		s.Name = "none"
		return
	}
	s.Name = n.text
}

// structKeys are a struct's YAML keys.
type structKeys struct {
	names []string
	index map[string]int
}

// knownKeys keeps what keysOf found: reflect.Type → *structKeys.
var knownKeys sync.Map

// keysOf lists the YAML keys of a declaration's struct, in declared order.
func keysOf(t reflect.Type) *structKeys {
	if k, ok := knownKeys.Load(t); ok {
		return k.(*structKeys)
	}
	k := &structKeys{index: map[string]int{}}
	for i := range t.NumField() {
		name := t.Field(i).Tag.Get("yaml")
		if name == "" || name == "-" {
			continue
		}
		k.names = append(k.names, name)
		k.index[name] = i
	}
	knownKeys.Store(t, k)
	return k
}
