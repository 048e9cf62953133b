package access_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"kedang/internal/access"
	"kedang/internal/db"
	"kedang/internal/expr"
)

// subjectRow is a row in memory with one field.
type subjectRow struct{ level any }

func (r subjectRow) Value(string) (any, error)       { return r.level, nil }
func (r subjectRow) Follow(string) (expr.Row, error) { return nil, nil }
func (r subjectRow) Items(string) ([]any, error)     { return nil, nil }
func (r subjectRow) Rows(string) ([]expr.Row, error) { return nil, nil }

// brokenRow cannot be read.
type brokenRow struct{ subjectRow }

func (brokenRow) Value(string) (any, error) { return nil, fmt.Errorf("cannot be read") }

// organisation is a random firm and what its scopes should come to, kept as
// plain maps.
type organisation struct {
	departments, users []int64
	parent, manager    map[int64]int64
	member             map[int64]int64
}

func randomOrganisation(f *fixture, r *rand.Rand) *organisation {
	o := &organisation{parent: map[int64]int64{}, manager: map[int64]int64{}, member: map[int64]int64{}}
	pick := func(list []int64) int64 {
		if len(list) == 0 || r.IntN(4) == 0 {
			return 0
		}
		return list[r.IntN(len(list))]
	}
	for i := range 12 {
		p := pick(o.departments)
		id := f.department(p, fmt.Sprintf("D%d", i), i%4 == 0)
		o.departments, o.parent[id] = append(o.departments, id), p
	}
	roles := []string{"rep", "supervisor", "head", "manager", "auditor", "starred"}
	for i := range 14 {
		r.Shuffle(len(roles), func(i, j int) { roles[i], roles[j] = roles[j], roles[i] })
		n := access.NewUser{Username: fmt.Sprintf("u%d", i), Department: pick(o.departments), Manager: pick(o.users), Roles: slices.Clone(roles[:r.IntN(3)])}
		id := f.user(n)
		o.users, o.manager[id], o.member[id] = append(o.users, id), n.Manager, n.Department
	}
	return o
}

// leads tells whether the chain of up from id leads to top.
func leads(up map[int64]int64, id, top int64) bool {
	for ; id != 0; id = up[id] {
		if id == top {
			return true
		}
	}
	return false
}

// expected is what the rights of the test pack mean, written down plainly.
func (o *organisation) expected(a *access.Actor, owner, department int64, level any) bool {
	for _, role := range a.Roles {
		switch {
		case role == "auditor",
			role == "rep" && owner == a.ID,
			role == "supervisor" && owner != 0 && leads(o.manager, owner, a.ID),
			role == "head" && department != 0 && department == o.member[a.ID],
			role == "manager" && department != 0 && o.member[a.ID] != 0 && leads(o.parent, department, o.member[a.ID]),
			role == "starred" && level == "A":
			return true
		}
	}
	return false
}

func TestSQLIsAllowsOnRandomOrganisations(t *testing.T) {
	each(t, func(f *fixture) {
		f.exec(f.db.Dialect().DDL(`CREATE TABLE r_probe (id {int} PRIMARY KEY, root_owner {int}, root_department {int}, level {text}) {strict}`))
		for seed := range uint64(6) {
			r := rand.New(rand.NewPCG(seed, 7))
			o := randomOrganisation(f, r)
			subjects := f.fill(r, o)
			for _, id := range o.users {
				a := f.actor(id)
				scope := a.Scope(f.typ("customer"), "read")
				var want, allowed []int64
				for i, x := range subjects {
					level, _ := x.Row.Value("level")
					if o.expected(a, x.RootOwner, x.RootDepartment, level) {
						want = append(want, int64(i))
					}
					ok, err := scope.Allows(a, x, f.now())
					f.check(err)
					if ok {
						allowed = append(allowed, int64(i))
					}
				}
				if !slices.Equal(want, allowed) {
					t.Fatalf("seed %d, %v reads %s: Allows %v, want %v", seed, a.Roles, scope, allowed, want)
				}
				if got := f.selected(a, scope); !slices.Equal(want, got) {
					t.Fatalf("seed %d, %v reads %s: SQL %v, want %v", seed, a.Roles, scope, got, want)
				}
				f.checkTokens(a, scope, subjects, want)
			}
			f.exec(`DELETE FROM r_probe`)
			f.exec(`DELETE FROM sys_user`)
			f.exec(`DELETE FROM sys_user_role`)
			f.exec(`DELETE FROM sys_department`)
		}
	})
}

func (f *fixture) exec(query string, args ...any) {
	f.Helper()
	f.check(f.db.Write(f.ctx, func(tx db.Tx) error { _, err := tx.Exec(f.ctx, query, args...); return err }))
}

// fill stores 60 random rows, and gives them as subjects too.
func (f *fixture) fill(r *rand.Rand, o *organisation) []access.Subject {
	levels := []any{"A", "B", nil}
	var out []access.Subject
	for i := range 60 {
		x := access.Subject{Row: subjectRow{levels[r.IntN(3)]}}
		var owner, department any
		if r.IntN(5) > 0 {
			x.RootOwner = o.users[r.IntN(len(o.users))]
			owner = x.RootOwner
		}
		if r.IntN(5) > 0 {
			x.RootDepartment = o.departments[r.IntN(len(o.departments))]
			department = x.RootDepartment
		}
		level, _ := x.Row.Value("level")
		f.exec(`INSERT INTO r_probe (id, root_owner, root_department, level) VALUES (?, ?, ?, ?)`, i, owner, department, level)
		out = append(out, x)
	}
	return out
}

func (f *fixture) selected(a *access.Actor, s access.Scope) (out []int64) {
	f.Helper()
	cond, args, err := s.SQL(a, "t", f.db.Dialect(), f.now())
	f.check(err)
	if cond == "" {
		cond = "1=1"
	}
	f.check(f.db.Read(f.ctx, func(tx db.Tx) error {
		rows, err := tx.Query(f.ctx, `SELECT id FROM r_probe AS t WHERE (`+cond+`) AND 1=1 ORDER BY id`, args...)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var id int64
			if err := rows.Scan(&id); err != nil {
				return err
			}
			out = append(out, id)
		}
		return rows.Err()
	}))
	return out
}

// checkTokens holds that complete tokens pick the visible rows, no fewer and
// no more.
func (f *fixture) checkTokens(a *access.Actor, s access.Scope, subjects []access.Subject, want []int64) {
	f.Helper()
	tokens, complete := s.Tokens(a, f.typ("customer"))
	if complete == (len(s.Where) > 0) {
		f.Fatalf("%s: tokens complete %v", s, complete)
	}
	if !complete || s.All {
		return
	}
	var got []int64
	for i, x := range subjects {
		if slices.ContainsFunc(access.RowTokens(x.RootOwner, x.RootDepartment), func(tok string) bool { return slices.Contains(tokens, tok) }) {
			got = append(got, int64(i))
		}
	}
	if !slices.Equal(want, got) {
		f.Fatalf("%s: tokens %v pick %v, want %v", s, tokens, got, want)
	}
}

// A big team travels as one argument and still picks the right rows.
func TestLongListsOfPeople(t *testing.T) {
	each(t, func(f *fixture) {
		f.exec(f.db.Dialect().DDL(`CREATE TABLE r_probe (id {int} PRIMARY KEY, root_owner {int}, root_department {int}, level {text}) {strict}`))
		boss := f.user(access.NewUser{Username: "chief", Roles: []string{"supervisor"}})
		// Straight into the table: a hundred hashes would take the test's time.
		for i := range int64(100) {
			f.exec(`INSERT INTO sys_user (id, title, title_sort, name, username, manager, active, epoch, rev, created_at, updated_at) VALUES (?, 'x', 'x', 'x', ?, ?, 1, 1, 1, 0, 0)`,
				1000+i, fmt.Sprintf("m%d", i), boss)
			f.exec(`INSERT INTO r_probe (id, root_owner) VALUES (?, ?)`, i, 1000+i)
		}
		f.exec(`INSERT INTO r_probe (id, root_owner) VALUES (500, 77), (501, NULL)`)
		f.exec(`UPDATE sys_state SET num = num + 1 WHERE name = 'org'`)
		a := f.actor(boss)
		scope := a.Scope(f.typ("customer"), "read")
		if got := f.selected(a, scope); len(got) != 100 {
			t.Errorf("%d rows, want 100", len(got))
		}
		if _, args, _ := scope.SQL(a, "t", f.db.Dialect(), f.now()); len(args) != 1 {
			t.Errorf("%d arguments, want 1", len(args))
		}
		if tokens, complete := scope.Tokens(a, f.typ("customer")); complete || tokens != nil {
			t.Errorf("%d tokens, complete %v", len(tokens), complete)
		}
	})
}

func TestSQLText(t *testing.T) {
	a := &access.Actor{ID: 7, Department: 3, Tree: []int64{3, 4, 5}, Subordinates: []int64{8}}
	for _, c := range []struct {
		scope access.Scope
		alias string
		want  string
	}{
		{access.Scope{All: true}, "t", ""},
		{access.Scope{}, "t", "0=1"},
		{access.Scope{Own: true}, "", "root_owner = ?|7"},
		{access.Scope{Own: true}, "j1", "j1.root_owner = ?|7"},
		{access.Scope{Subordinates: true}, "t", "t.root_owner IN (?,?)|7,8"},
		{access.Scope{Own: true, Tree: true}, "t", "(t.root_owner = ? OR t.root_department IN (?,?,?,?))|7,3,4,5,5"},
	} {
		cond, args, err := c.scope.SQL(a, c.alias, db.SQLite, noon)
		got := cond
		for i, x := range args {
			got += strings.Repeat("|", 1-min(i, 1)) + strings.Repeat(",", min(i, 1)) + fmt.Sprint(x)
		}
		if err != nil || got != c.want {
			t.Errorf("%s: %q, %v; want %q", c.scope, got, err, c.want)
		}
	}
	for _, s := range []access.Scope{{Own: true}, {Subordinates: true}, {Department: true}, {Tree: true}} {
		if cond, _, err := s.SQL(&access.Actor{}, "t", db.SQLite, noon); cond != "0=1" || err != nil {
			t.Errorf("nobody's %s: %q, %v", s, cond, err)
		}
		if ok, _ := s.Allows(&access.Actor{}, access.Subject{}, noon); ok {
			t.Errorf("nobody's %s allows a row of nobody", s)
		}
	}
}

func TestConditionThatFailsDenies(t *testing.T) {
	each(t, func(f *fixture) {
		a := f.with("starred")
		scope := a.Scope(f.typ("customer"), "read")
		if ok, err := scope.Allows(a, access.Subject{Row: brokenRow{}}, f.now()); ok || err == nil {
			t.Errorf("allowed %v, error %v", ok, err)
		}
		both := f.with("rep", "starred")
		if ok, err := both.Scope(f.typ("customer"), "read").Allows(both, access.Subject{RootOwner: both.ID, Row: brokenRow{}}, f.now()); !ok || err != nil {
			t.Errorf("own row: allowed %v, error %v", ok, err)
		}
	})
}
