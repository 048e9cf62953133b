package access_test

import (
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"kedang/internal/access"
	"kedang/internal/db/dbtest"
	"kedang/internal/expr"
	"kedang/internal/meta"
)

// with makes an actor of a role set.
func (f *fixture) with(roles ...string) *access.Actor {
	f.Helper()
	name := "u"
	for _, r := range roles {
		name += "." + r
	}
	u, err := f.UserByName(f.ctx, root, name)
	if err != nil {
		return f.actor(f.user(access.NewUser{Username: name, Roles: roles}))
	}
	return f.actor(u.ID)
}

func TestScopesMergeToTheWidest(t *testing.T) {
	f := open(t, dbtest.Open(t))
	for _, c := range []struct {
		roles []string
		verb  string
		want  string
	}{
		{nil, "read", "none"},
		{[]string{"rep"}, "read", "own"},
		{[]string{"rep"}, "archive", "none"},
		{[]string{"rep"}, "no_such_verb", "none"},
		{[]string{"rep", "supervisor"}, "read", "subordinates"},
		{[]string{"rep", "head"}, "read", "own + department"},
		{[]string{"head", "manager"}, "read", "tree"},
		{[]string{"rep", "manager"}, "update", "own + department"},
		{[]string{"supervisor", "manager"}, "read", "subordinates + tree"},
		{[]string{"auditor", "manager", "rep"}, "read", "all"},
		{[]string{"starred"}, "read", "where: level == 'A'"},
		{[]string{"rep", "starred"}, "read", "own + where: level == 'A'"},
		{[]string{"auditor", "starred"}, "read", "all"},
		{[]string{"boss"}, "purge", "all"},
		{[]string{access.AdminRole}, "read", "all"},
	} {
		if got := f.with(c.roles...).Scope(f.typ("customer"), c.verb).String(); got != c.want {
			t.Errorf("%v %s: %s, want %s", c.roles, c.verb, got, c.want)
		}
	}
}

func TestBuiltinTypesAreReadByAllAndWrittenByNone(t *testing.T) {
	f := open(t, dbtest.Open(t))
	user := f.typ("user")
	name, _ := user.Field("name")
	for _, roles := range [][]string{nil, {"rep"}, {"boss"}} {
		a := f.with(roles...)
		if !a.Scope(user, "read").All || !a.Scope(user, "update").None() || !a.Scope(user, "create").None() {
			t.Errorf("%v: read %s, update %s, create %s", roles, a.Scope(user, "read"), a.Scope(user, "update"), a.Scope(user, "create"))
		}
		if roles == nil && a.Level(user, name) != meta.Read {
			t.Errorf("%v: name is %s", roles, a.Level(user, name))
		}
	}
}

func TestLevels(t *testing.T) {
	f := open(t, dbtest.Open(t))
	for _, c := range []struct {
		roles []string
		typ   string
		want  map[string]string
	}{
		{nil, "customer", map[string]string{"name": "hidden", "id": "hidden", "deals": "hidden"}},
		{[]string{"rep"}, "customer", map[string]string{"name": "write", "cost": "hidden", "secret": "masked", "fixed": "read", "doubled": "hidden",
			"deals": "read", "profit": "hidden", "good": "hidden", "id": "read", "owner": "read"}},
		{[]string{"supervisor"}, "customer", map[string]string{"name": "read", "cost": "read", "deals": "hidden"}},
		{[]string{"clerk"}, "customer", map[string]string{"name": "write", "secret": "masked"}},
		{[]string{"manager"}, "customer", map[string]string{"name": "write", "cost": "read", "deals": "read", "profit": "read", "good": "read"}},
		{[]string{"rep", "manager"}, "customer", map[string]string{"cost": "read", "profit": "read"}},
		{[]string{"rep", "supervisor"}, "customer", map[string]string{"cost": "read"}},
		{[]string{"auditor"}, "customer", map[string]string{"name": "read", "secret": "read"}},
		{[]string{"keeper"}, "customer", map[string]string{"secret": "read", "cost": "masked"}},
		{[]string{"starred"}, "customer", map[string]string{"secret": "masked"}},
		{[]string{"keeper", "manager"}, "customer", map[string]string{"secret": "masked"}},
		{[]string{"rep"}, "deal", map[string]string{"margin": "hidden", "lines": "read", "lines.price": "read", "total": "read"}},
		{[]string{"manager"}, "deal", map[string]string{"margin": "read", "lines": "hidden", "lines.price": "hidden", "total": "hidden"}},
		{[]string{"boss"}, "customer", map[string]string{"name": "write", "cost": "write", "secret": "write", "doubled": "read", "id": "read"}},
	} {
		a, typ := f.with(c.roles...), f.typ(c.typ)
		got := map[string]string{}
		for name := range c.want {
			got[name] = a.Level(typ, fieldAt(t, typ, name)).String()
		}
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%v on %s (-want +got):\n%s", c.roles, c.typ, diff)
		}
	}
}

// fieldAt finds "name" or "lines.price".
func fieldAt(t *testing.T, typ *meta.Type, name string) *meta.Field {
	t.Helper()
	if f, ok := typ.Field(name); ok {
		return f
	}
	for _, f := range typ.Fields {
		for _, sub := range f.Rows {
			if f.Name+"."+sub.Name == name {
				return sub
			}
		}
	}
	t.Fatalf("%s has no field %s", typ.Name, name)
	return nil
}

func TestLevelOfAnotherSchemaIsHidden(t *testing.T) {
	f := open(t, dbtest.Open(t))
	a, other := f.with("rep"), load(t, pack)
	customer, _ := other.Type("customer")
	name, _ := customer.Field("name")
	if got := a.Level(f.typ("customer"), name); got != meta.Hidden {
		t.Errorf("a field that is not the type's is %s", got)
	}
	if got := a.Level(customer, name); got != meta.Write {
		t.Errorf("a new schema's field is %s to an actor made before", got)
	}
}

func TestSystemDoesEverythingAndSaysWhy(t *testing.T) {
	f := open(t, dbtest.Open(t))
	a, customer := access.System("nightly roll-up"), f.typ("customer")
	name, _ := customer.Field("fixed")
	if !a.Scope(customer, "purge").All || a.Level(customer, name) != meta.Write || a.Source != "system nightly roll-up" {
		t.Errorf("system: %s, %s, %q", a.Scope(customer, "purge"), a.Level(customer, name), a.Source)
	}
}

// An actor that somebody made by hand has no rights but his roles', and the
// name of the system is not enough to be it.
func TestActorMadeByHand(t *testing.T) {
	f := open(t, dbtest.Open(t))
	customer := f.typ("customer")
	if got := (&access.Actor{ID: 5, Roles: []string{"rep"}}).Scope(customer, "read").String(); got != "own" {
		t.Errorf("rep by hand reads %s", got)
	}
	for _, a := range []*access.Actor{{}, {Name: "system", Reason: "x"}, {ID: 5, Reason: "x"}} {
		if !a.Scope(customer, "read").None() || a.IsSystem() {
			t.Errorf("%+v reads %s", a, a.Scope(customer, "read"))
		}
	}
}

func TestVerbsAreThoseOfMeta(t *testing.T) {
	if diff := cmp.Diff(meta.Verbs, access.VerbNames()); diff != "" {
		t.Error(diff)
	}
}

func TestEffective(t *testing.T) {
	f := open(t, dbtest.Open(t))
	list := access.Effective(f.with("rep", "manager"), f.schema)
	i := slices.IndexFunc(list, func(r access.TypeRights) bool { return r.Type.Name == "customer" })
	if i < 0 {
		t.Fatal("no rights on customer")
	}
	want := []access.VerbRight{
		{Verb: "read", Scope: "own + tree", From: []string{"manager", "rep"}},
		{Verb: "create", Scope: "own", From: []string{"rep"}},
		{Verb: "update", Scope: "own + department", From: []string{"manager", "rep"}},
	}
	if diff := cmp.Diff(want, list[i].Verbs); diff != "" {
		t.Error(diff)
	}
}

// The company's zone says when today begins; the user's is for display.
func TestArgs(t *testing.T) {
	d := dbtest.Open(t)
	f := open(t, d)
	shanghai, err := time.LoadLocation("Asia/Shanghai")
	f.check(err)
	f.opts.Zone = shanghai
	f.reopen()
	dep := f.department(0, "E", true)
	boss := f.user(access.NewUser{Username: "boss", Department: dep, Zone: "America/New_York"})
	li := f.user(access.NewUser{Username: "li", Manager: boss})
	a := f.actor(boss)
	want := expr.Args{Now: noon, Zone: shanghai, Me: boss, MyDepartment: dep, MyTree: []int64{dep}, MySubordinates: []int64{li}}
	if got := a.Args(noon); !reflect.DeepEqual(got, want) {
		t.Errorf("%+v, want %+v", got, want)
	}
	if a.Zone.String() != "America/New_York" {
		t.Errorf("shown in %s", a.Zone)
	}
	if got := root.Args(noon).Zone; got != time.UTC {
		t.Errorf("the system is in %s", got)
	}
}

func TestBindActsOnTheNextRequest(t *testing.T) {
	f := open(t, dbtest.Open(t))
	f.user(access.NewUser{Username: "li", Roles: []string{"rep"}})
	token, a := f.signIn("li")
	if a.Scope(f.typ("customer"), "archive").All {
		t.Fatal("archive before it was granted")
	}
	changed := map[string]string{"roles.yaml": pack["roles.yaml"], "types/customer.yaml": `
type: customer
label: 客户
title: name
fields: [{name: name, kind: text, label: 名称}]
access: {rep: {archive: all}}
`}
	f.bind(changed)
	a, err := f.Session(f.ctx, token)
	f.check(err)
	if !a.Scope(f.typ("customer"), "archive").All || !a.Scope(f.typ("customer"), "read").None() {
		t.Error("rights of the schema before")
	}
	changed["roles.yaml"] = "[{name: rep, label: 业务员, admin: true}]"
	f.bind(changed)
	if a, err = f.Session(f.ctx, token); err != nil || !a.Admin {
		t.Errorf("the role is an administrator's now, the actor is not (%v)", err)
	}
}
