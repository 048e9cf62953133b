package meta

import (
	"maps"
	"reflect"
)

// grantList is a named list of grants of grants.yaml: what each role may do
// with types that are alike, said once.
type grantList struct {
	roles map[string]*Grant
	pos   Pos
}

// grantsFile reads named lists: {customer_file: {rep: {read: own}, …}, …}. It
// is read before the types that name them; a later pack cannot change a list,
// for the types that stand on it would not follow.
func (l *loader) grantsFile() {
	n := l.read("grants.yaml")
	if n == nil || n.shape == nullNode {
		return
	}
	d := l.decoder("grants.yaml")
	if n.shape != mapNode {
		d.problem(n.line, "", "not_a_map", nil)
		return
	}
	for _, e := range n.entries {
		list := &grantList{pos: Pos{File: l.file("grants.yaml"), Line: e.line, Path: e.key}}
		d.value(e.value, reflect.ValueOf(&list.roles).Elem(), e.key)
		switch {
		case !l.goodName(e.key, list.pos):
		case l.grants[e.key] != nil:
			l.problems.add(list.pos, "duplicate_name", map[string]any{"what": "list of grants", "name": e.key})
		default:
			l.grants[e.key] = list
		}
	}
}

// accessLike fills a declaration's access from the list it names; a role that
// it names itself keeps what it says there, all of it.
func (l *loader) accessLike(t *Type) {
	if t.AccessLike == "" {
		return
	}
	list := l.grants[t.AccessLike]
	if list == nil {
		l.problems.add(l.marks.at(t, "access_like", t.Pos), "unknown_grants",
			map[string]any{"name": t.AccessLike, "near": nearest(t.AccessLike, sortedKeys(l.grants)), "known": joined(sortedKeys(l.grants))})
		return
	}
	access := map[string]*Grant{}
	for role, g := range list.roles {
		access[role] = l.copyGrant(g)
	}
	maps.Copy(access, t.Access)
	t.Access = access
}

// copyGrant makes a grant of its own for a type: conditions are compiled type
// by type, and extensions change verbs.
func (l *loader) copyGrant(g *Grant) *Grant {
	c := &Grant{Verbs: maps.Clone(g.Verbs), Fields: maps.Clone(g.Fields), Pos: g.Pos}
	for key, pos := range l.marks[g] {
		l.marks.set(c, key, pos)
	}
	return c
}
