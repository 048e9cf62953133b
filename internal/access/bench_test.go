package access_test

import (
	"testing"

	"kedang/internal/access"
	"kedang/internal/db"
	"kedang/internal/db/dbtest"
	"kedang/internal/meta"
)

func TestScopeAndLevelAllocateNothing(t *testing.T) {
	f := open(t, dbtest.Open(t))
	a, customer := f.with("rep", "manager"), f.typ("customer")
	name, _ := customer.Field("name")
	x := access.Subject{RootOwner: a.ID, RootDepartment: 3}
	n := testing.AllocsPerRun(100, func() {
		scope := a.Scope(customer, "update")
		if scope.None() || a.Level(customer, name) != meta.Write {
			t.Fatal("rights are gone")
		}
		if ok, _ := scope.Allows(a, x, noon); !ok {
			t.Fatal("denied")
		}
	})
	if n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func BenchmarkScope(b *testing.B) {
	f := open(b, dbtest.Open(b))
	a, customer := f.actor(f.user(access.NewUser{Username: "li", Roles: []string{"rep", "manager"}})), f.typ("customer")
	b.ReportAllocs()
	for b.Loop() {
		if a.Scope(customer, "update").None() {
			b.Fatal("no scope")
		}
	}
}

func BenchmarkLevel(b *testing.B) {
	f := open(b, dbtest.Open(b))
	a, customer := f.actor(f.user(access.NewUser{Username: "li", Roles: []string{"rep"}})), f.typ("customer")
	name, _ := customer.Field("name")
	b.ReportAllocs()
	for b.Loop() {
		if a.Level(customer, name) != meta.Write {
			b.Fatal("no level")
		}
	}
}

func BenchmarkScopeSQL(b *testing.B) {
	f := open(b, dbtest.Open(b))
	dep := f.department(0, "E", true)
	a := f.actor(f.user(access.NewUser{Username: "li", Department: dep, Roles: []string{"rep", "manager"}}))
	scope := a.Scope(f.typ("customer"), "read")
	b.ReportAllocs()
	for b.Loop() {
		if _, _, err := scope.SQL(a, "t", db.SQLite, noon); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkSession(b *testing.B) {
	f := open(b, dbtest.Open(b))
	f.user(access.NewUser{Username: "li", Roles: []string{"rep"}})
	token, _ := f.signIn("li")
	b.ReportAllocs()
	for b.Loop() {
		f.alive(token)
	}
}

func BenchmarkSignIn(b *testing.B) {
	f := open(b, dbtest.Open(b))
	f.opts.Cost = access.DefaultCost
	f.reopen()
	f.user(access.NewUser{Username: "li"})
	for b.Loop() {
		f.signIn("li")
	}
}
