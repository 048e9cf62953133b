package access

import (
	"slices"
	"sync"
	"sync/atomic"

	"kedang/internal/meta"
)

// verbs are numbered so that the scopes of a type lie in an array.
const (
	verbRead = iota
	verbCreate
	verbUpdate
	verbArchive
	verbExport
	verbImport
	verbAssign
	verbMerge
	verbHistory
	verbReveal
	verbPurge
	verbCount
)

// verbNames follows the numbers above; a test holds it equal to meta.Verbs.
var verbNames = [verbCount]string{"read", "create", "update", "archive", "export", "import", "assign", "merge", "history", "reveal", "purge"}

// verbIndex is a verb's number; -1 for none. "restore" and "undo" are no
// verbs: the engine asks for archive and update.
func verbIndex(verb string) int {
	switch verb {
	case "read":
		return verbRead
	case "create":
		return verbCreate
	case "update":
		return verbUpdate
	}
	for i := verbArchive; i < verbCount; i++ {
		if verbNames[i] == verb {
			return i
		}
	}
	return -1
}

// rights are what a role set may do, merged type by type when first asked.
type rights struct {
	roles []string
	admin bool
	mu    sync.Mutex // held to add to types
	types atomic.Pointer[map[*meta.Type]*typeRights]
}

// typeRights are a role set's rights on one type; read-only once made.
type typeRights struct {
	scopes [verbCount]Scope
	levels map[*meta.Field]meta.Level // fields, child rows' fields, built-in columns
}

func newRights(roles []string, admin bool) *rights {
	r := &rights{roles: roles, admin: admin}
	r.types.Store(&map[*meta.Type]*typeRights{})
	return r
}

func (r *rights) on(t *meta.Type) *typeRights {
	if tr := (*r.types.Load())[t]; tr != nil {
		return tr
	}
	return r.add(t)
}

// add merges the rights on a type. The map is copied, so that readers need no lock.
func (r *rights) add(t *meta.Type) *typeRights {
	r.mu.Lock()
	defer r.mu.Unlock()
	old := *r.types.Load()
	if tr := old[t]; tr != nil {
		return tr
	}
	next := make(map[*meta.Type]*typeRights, len(old)+1)
	for k, v := range old {
		next[k] = v
	}
	tr := r.merge(t)
	next[t] = tr
	r.types.Store(&next)
	return tr
}

func (r *rights) merge(t *meta.Type) *typeRights {
	tr := &typeRights{scopes: r.scopes(t), levels: map[*meta.Field]meta.Level{}}
	for _, f := range t.System() {
		tr.levels[f] = r.level(t, f, nil)
	}
	for _, f := range t.Fields {
		tr.levels[f] = r.level(t, f, nil)
		for _, sub := range f.Rows {
			tr.levels[sub] = r.level(t, sub, nil)
		}
	}
	return tr
}

// grants lists what the type grants to the role set: its roles' and everyone's.
func (r *rights) grants(t *meta.Type) []*meta.Grant {
	var out []*meta.Grant
	if g := t.Access["*"]; g != nil {
		out = append(out, g)
	}
	for _, role := range r.roles {
		if g := t.Access[role]; g != nil && role != "*" {
			out = append(out, g)
		}
	}
	return out
}

// scopes merges the verbs of all grants. Users and departments are known to
// everyone signed in, and changed by this package alone.
func (r *rights) scopes(t *meta.Type) (out [verbCount]Scope) {
	if t.Builtin {
		out[verbRead] = Scope{All: true}
		return out
	}
	for i, verb := range verbNames {
		if r.admin {
			out[i] = Scope{All: true}
			continue
		}
		for _, g := range r.grants(t) {
			if spec, ok := g.Verbs[verb]; ok {
				out[i] = out[i].with(spec)
			}
		}
		out[i] = out[i].settled()
	}
	return out
}

// level is the merged level of a field; what is computed from others, the title
// among them, is seen no wider than they are. seen are those being looked
// through: a circle of them (which the schema's checks refuse) hides.
func (r *rights) level(t *meta.Type, f *meta.Field, seen []*meta.Field) meta.Level {
	level := r.declared(t, f)
	if f.System || f.Computed() || f.Snapshot != "" || f.Readonly == "true" {
		level = min(level, meta.Read)
	}
	if f.Parent != nil {
		level = min(level, r.level(t, f.Parent, seen))
	}
	inputs := f.Inputs
	switch {
	case level == meta.Hidden:
		return level
	case f.System && f.Name == "title":
		inputs = titleFields(t) // a title shows what it is made of
	case f.Rollup != nil:
		inputs = rollupInputs(f)
	case f.Formula == "":
		return level
	}
	if slices.Contains(seen, f) {
		return meta.Hidden
	}
	seen = append(seen[:len(seen):len(seen)], f)
	for _, in := range inputs {
		level = min(level, r.level(in.Of, in, seen))
		if f.System {
			level = min(level, r.linkedTitle(t, in, seen))
		}
	}
	return level
}

// linkedTitle is how much may be seen of a title that stands within a title of
// t, behind a link: all of it where whoever reads a record of t surely reads
// the one linked, nothing otherwise. The stored title is one text for everybody.
func (r *rights) linkedTitle(t *meta.Type, link *meta.Field, seen []*meta.Field) meta.Level {
	target := link.Target
	if target == nil || target.Builtin || target.TitleHow == "public" || link.System {
		return meta.Read
	}
	mine, theirs := r.scopes(t)[verbRead], r.scopes(target)[verbRead]
	if !theirs.All && (link.Name != t.Root || len(mine.Where) > 0 || !theirs.covers(mine)) {
		return meta.Hidden
	}
	title, ok := target.Field("title")
	if !ok {
		return meta.Read
	}
	return r.level(target, title, seen)
}

// declared is the widest level that a grant gives, by an entry or by default.
func (r *rights) declared(t *meta.Type, f *meta.Field) meta.Level {
	if r.admin {
		return meta.Write
	}
	level := meta.Hidden
	if t.Builtin {
		level = meta.Read
	}
	clear := !f.Sealed || r.mayRevealAll(t)
	for _, g := range r.grants(t) {
		l, ok := g.Fields[entryName(f)]
		if !ok {
			if l = defaultLevel(g); !clear {
				l = min(l, meta.Masked)
			}
		}
		level = max(level, l)
	}
	return level
}

// titleFields are the fields that a type's title is made of.
func titleFields(t *meta.Type) []*meta.Field {
	var out []*meta.Field
	for _, p := range t.TitleParts {
		if p.Field != nil && !(p.Field.System && p.Field.Name == "title") {
			out = append(out, p.Field)
		}
	}
	return out
}

// entryName is how access/fields names a field: lines.cost for a child row's.
func entryName(f *meta.Field) string {
	if f.Parent != nil {
		return f.Parent.Name + "." + f.Name
	}
	return f.Name
}

// defaultLevel is what a grant's verbs give for a field it does not name.
func defaultLevel(g *meta.Grant) meta.Level {
	level := meta.Hidden
	for verb, spec := range g.Verbs {
		switch {
		case spec.Name == "none" || (spec.Name == "" && spec.Where == ""):
		case verb == "create" || verb == "update" || verb == "import":
			return meta.Write
		default:
			level = meta.Read
		}
	}
	return level
}

// mayRevealAll tells that sealed fields may be read clear wherever rows may be
// read. One level serves all rows, so a narrower right to reveal leaves them
// masked, and is asked row by row.
func (r *rights) mayRevealAll(t *meta.Type) bool {
	s := r.scopes(t)
	return !s[verbReveal].None() && s[verbReveal].covers(s[verbRead])
}

// rollupInputs lists the fields a roll-up is computed from: the link (or the
// child rows) it goes through, what it sums, what its condition reads.
func rollupInputs(f *meta.Field) []*meta.Field {
	var out []*meta.Field
	p := f.Prog
	for _, in := range []*meta.Field{p.Via, p.Over, p.Of} {
		if in != nil {
			out = append(out, in)
		}
	}
	if p.Where == nil {
		return out
	}
	for _, path := range p.Where.Paths() { // plain names: such conditions follow no links
		if in := countedField(p, path); in != nil {
			out = append(out, in)
		}
	}
	return out
}

// countedField finds a field of what a roll-up counts: of its child rows, of
// the record around them, or of the type that links here.
func countedField(p meta.Programs, name string) *meta.Field {
	of := p.Via
	if p.Over != nil {
		of = p.Over
		if f, ok := of.Row(name); ok {
			return f
		}
	}
	if of == nil {
		return nil
	}
	f, _ := of.Of.Field(name)
	return f
}
