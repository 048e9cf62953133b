package api_test

import "slices"

// This file is the reference model of rights: what DESIGN says of scopes and
// field levels, in the plainest form, with nothing of the product in it.
// rights_test.go holds the product to it. Things are numbers, -1 is none.

// Levels of a field.
const hidden, masked, readable, writable = 0, 1, 2, 3

type mUser struct {
	department, manager int
	roles               []string
}

// mGrant is what a role may do with a type: verb -> scope, field -> level.
type mGrant struct {
	verbs  map[string]string
	fields map[string]int
}

type mRow struct {
	typ                     string
	owner, department       int
	root, parent            int // the record it hangs on; the record it links to
	name, level, cost, note string
}

type model struct {
	above []int // of each department, the one over it
	users []mUser
	roles map[string]map[string]mGrant // role -> type
	rows  []mRow
}

// under tells that department d is top or lies below it.
func (m *model) under(d, top int) bool {
	return d >= 0 && top >= 0 && (d == top || m.under(m.above[d], top))
}

// leads tells that boss is u or stands in the chain of u's managers.
func (m *model) leads(boss, u int) bool {
	return u >= 0 && (u == boss || m.leads(boss, m.users[u].manager))
}

// reaches tells that a scope takes in what an owner in a department has.
func (m *model) reaches(u int, scope string, owner, department int) bool {
	switch scope {
	case "all":
		return true
	case "own":
		return owner == u
	case "subordinates":
		return m.leads(u, owner)
	case "department":
		return department >= 0 && department == m.users[u].department
	case "tree":
		return m.under(department, m.users[u].department)
	}
	return false
}

// may tells whether u may do verb to row r: rights follow the root.
func (m *model) may(u int, verb string, r int) bool {
	at := m.rows[r]
	if at.root >= 0 {
		at = m.rows[at.root]
	}
	return slices.ContainsFunc(m.users[u].roles, func(role string) bool {
		return m.reaches(u, m.roles[role][m.rows[r].typ].verbs[verb], at.owner, at.department)
	})
}

// has tells whether u has a verb on a type at all.
func (m *model) has(u int, verb, typ string) bool {
	return slices.ContainsFunc(m.users[u].roles, func(role string) bool {
		scope := m.roles[role][typ].verbs[verb]
		return scope != "" && scope != "none"
	})
}

// level is how much of a field u sees: the widest of what his roles say.
func (m *model) level(u int, typ, field string) int {
	level := hidden
	for _, role := range m.users[u].roles {
		g := m.roles[role][typ]
		l, said := g.fields[field]
		for verb, scope := range g.verbs {
			if !said && scope != "none" {
				l = max(l, readable)
				if verb == "create" || verb == "update" || verb == "import" {
					l = writable
				}
			}
		}
		level = max(level, l)
	}
	return level
}
