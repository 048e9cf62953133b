package access_test

import (
	"fmt"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"kedang/internal/access"
	"kedang/internal/errs"
)

func ptr[T any](v T) *T { return &v }

func TestCreateUserRefuses(t *testing.T) {
	each(t, func(f *fixture) {
		boss := f.user(access.NewUser{Username: "boss", Roles: []string{"boss"}})
		dep := f.department(0, "X", false)
		f.check(f.UpdateDepartment(f.ctx, root, dep, access.DepartmentPatch{Archived: ptr(true)}))
		for _, c := range []struct {
			n    access.NewUser
			path string
			code string
		}{
			{access.NewUser{Name: "x"}, "username", "required"},
			{access.NewUser{Username: "a b", Name: "x"}, "username", "bad_username"},
			{access.NewUser{Username: "ok", Name: " "}, "name", "required"},
			{access.NewUser{Username: "ok", Name: "x\x00"}, "name", "bad_text"},
			{access.NewUser{Username: "ok", Name: "x", Password: "12345678"}, "password", "password_common"},
			{access.NewUser{Username: "ok", Name: "x", Lang: "fr"}, "lang", "unknown_language"},
			{access.NewUser{Username: "ok", Name: "x", Zone: "Mars/Base"}, "zone", "unknown_zone"},
			{access.NewUser{Username: "ok", Name: "x", Email: "nobody"}, "email", "bad_email"},
			{access.NewUser{Username: "ok", Name: "x", Department: 99}, "department", "link_not_found"},
			{access.NewUser{Username: "ok", Name: "x", Department: dep}, "department", "link_not_found"},
			{access.NewUser{Username: "ok", Name: "x", Manager: 99}, "manager", "link_not_found"},
			{access.NewUser{Username: "ok", Name: "x", Roles: []string{"king"}}, "roles", "unknown_role"},
			{access.NewUser{Username: "ＢＯＳＳ", Name: "x"}, "username", "username_taken"},
		} {
			_, err := f.CreateUser(f.ctx, f.actor(boss), c.n)
			if err == nil || len(errs.As(err).Problems) == 0 || errs.As(err).Problems[0].Path != c.path || errs.As(err).Problems[0].Code != c.code {
				t.Errorf("%+v: %v, want %s at %s", c.n, err, c.code, c.path)
			}
		}
	})
}

func TestOnlyAdministratorsChangePeople(t *testing.T) {
	each(t, func(f *fixture) {
		id := f.user(access.NewUser{Username: "li", Roles: []string{"manager"}})
		a := f.actor(id)
		_, err := f.CreateUser(f.ctx, a, access.NewUser{Username: "x", Name: "x"})
		f.refused(err, errs.Forbidden, "not_administrator")
		_, err = f.CreateDepartment(f.ctx, a, access.NewDepartment{Name: "x"})
		f.refused(err, errs.Forbidden, "not_administrator")
		f.refused(f.SetActive(f.ctx, a, id, false), errs.Forbidden, "not_administrator")
		f.refused(f.UpdateUser(f.ctx, a, id, access.UserPatch{Roles: &[]string{"boss"}}), errs.Forbidden, "not_administrator")
		f.refused(f.UpdateUser(f.ctx, a, id, access.UserPatch{Department: ptr(int64(0)), Lang: ptr("en")}), errs.Forbidden, "not_administrator")
		f.check(f.UpdateUser(f.ctx, a, id, access.UserPatch{Lang: ptr("en"), Email: ptr(" li@example.com ")}))
		u, err := f.User(f.ctx, root, id)
		f.check(err)
		if u.Lang != "en" || u.Email != "li@example.com" || u.Rev != 2 {
			t.Errorf("user %+v", u)
		}
		// He who lost the role an instant ago is no administrator any more.
		boss := f.user(access.NewUser{Username: "boss", Roles: []string{"boss"}})
		f.user(access.NewUser{Username: "second", Roles: []string{"boss"}})
		was := f.actor(boss)
		f.check(f.UpdateUser(f.ctx, root, boss, access.UserPatch{Roles: &[]string{}}))
		_, err = f.CreateUser(f.ctx, was, access.NewUser{Username: "x", Name: "x"})
		f.refused(err, errs.Stale, "rights_changed")
	})
}

func TestUpdateUser(t *testing.T) {
	each(t, func(f *fixture) {
		dep := f.department(0, "SH", true)
		id := f.user(access.NewUser{Username: "li", Name: "李雷"})
		f.check(f.UpdateUser(f.ctx, root, id, access.UserPatch{Name: ptr("李磊"), Department: &dep, Roles: &[]string{"rep", "head", "rep"}, Number: ptr("007")}))
		u, err := f.User(f.ctx, root, id)
		f.check(err)
		want := access.User{ID: id, Number: "007", Username: "li", Name: "李磊", Department: dep, Roles: []string{"head", "rep"}, Active: true, HasPassword: true, Rev: 2,
			CreatedAt: f.at, UpdatedAt: f.at}
		if diff := cmp.Diff(want, u); diff != "" {
			t.Error(diff)
		}
		if a := f.actor(id); a.Branch != "SH" || a.Department != dep || a.Name != "李磊" {
			t.Errorf("actor %+v", a)
		}
		f.check(f.UpdateUser(f.ctx, root, id, access.UserPatch{Name: ptr("李磊")})) // nothing changes
		if n := f.entries("user_changed"); n != 1 {
			t.Errorf("%d entries in the ledger, want 1", n)
		}
		f.refused(f.UpdateUser(f.ctx, root, 99, access.UserPatch{Name: ptr("x")}), errs.NotFound, "not_found")
		f.refused(f.SetActive(f.ctx, root, 99, false), errs.NotFound, "not_found")
	})
}

func TestManagersFormNoCircle(t *testing.T) {
	each(t, func(f *fixture) {
		a := f.user(access.NewUser{Username: "a"})
		b := f.user(access.NewUser{Username: "b", Manager: a})
		c := f.user(access.NewUser{Username: "c", Manager: b})
		for _, m := range []int64{a, b, c} {
			f.refused(f.UpdateUser(f.ctx, root, a, access.UserPatch{Manager: &m}), errs.Invalid, "link_cycle")
		}
		if diff := cmp.Diff([]int64{b, c}, f.actor(a).Subordinates); diff != "" {
			t.Error(diff)
		}
		before := f.actor(a)
		f.check(f.SetActive(f.ctx, root, c, false)) // who left still counts
		f.check(f.recheck(before))
		f.check(f.UpdateUser(f.ctx, root, c, access.UserPatch{Manager: ptr(int64(0))}))
		f.refused(f.recheck(before), errs.Stale, "rights_changed")
		if diff := cmp.Diff([]int64{b}, f.actor(a).Subordinates); diff != "" {
			t.Error(diff)
		}
	})
}

func TestLastAdministratorStays(t *testing.T) {
	each(t, func(f *fixture) {
		one := f.user(access.NewUser{Username: "one", Roles: []string{"boss"}})
		two := f.user(access.NewUser{Username: "two", Roles: []string{access.AdminRole}})
		f.check(f.SetActive(f.ctx, root, two, false))
		f.refused(f.SetActive(f.ctx, root, one, false), errs.Conflict, "last_administrator")
		f.refused(f.UpdateUser(f.ctx, root, one, access.UserPatch{Roles: &[]string{"rep"}}), errs.Conflict, "last_administrator")
		f.check(f.SetActive(f.ctx, root, two, true))
		f.check(f.UpdateUser(f.ctx, root, one, access.UserPatch{Roles: &[]string{"rep"}}))
	})
}

// Two administrators who disable each other at once: one of them stays.
func TestAdministratorsDisableEachOther(t *testing.T) {
	each(t, func(f *fixture) {
		ids := []int64{f.user(access.NewUser{Username: "one", Roles: []string{"boss"}}), f.user(access.NewUser{Username: "two", Roles: []string{"boss"}})}
		actors := []*access.Actor{f.actor(ids[0]), f.actor(ids[1])}
		var wg sync.WaitGroup
		for i, a := range actors {
			wg.Go(func() { f.SetActive(f.ctx, a, ids[1-i], false) })
		}
		wg.Wait()
		list, err := f.Users(f.ctx, root, access.UserQuery{})
		f.check(err)
		if len(list) != 1 {
			t.Errorf("%d administrators left", len(list))
		}
	})
}

func TestUsersList(t *testing.T) {
	each(t, func(f *fixture) {
		dep := f.department(0, "SH", false)
		for i := range 7 {
			f.user(access.NewUser{Username: fmt.Sprintf("u%d", i), Name: fmt.Sprintf("n_%d%%", 6-i), Department: dep * int64(i%2), Roles: []string{"rep"}})
		}
		gone := f.user(access.NewUser{Username: "gone", Name: "zz"})
		f.check(f.SetActive(f.ctx, root, gone, false))
		names := func(a *access.Actor, q access.UserQuery) (out []string) {
			list, err := f.Users(f.ctx, a, q)
			f.check(err)
			for _, u := range list {
				out = append(out, u.Username)
			}
			return out
		}
		u3, err := f.UserByName(f.ctx, root, "U3")
		f.check(err)
		for _, c := range []struct {
			q    access.UserQuery
			want []string
		}{
			{access.UserQuery{}, []string{"u6", "u5", "u4", "u3", "u2", "u1", "u0"}},
			{access.UserQuery{Inactive: true, Limit: 1, After: u3.ID}, []string{"u2"}},
			{access.UserQuery{Inactive: true, Text: "GONE"}, []string{"gone"}},
			{access.UserQuery{Text: "N_3%"}, []string{"u3"}},
			{access.UserQuery{Text: "%"}, []string{"u6", "u5", "u4", "u3", "u2", "u1", "u0"}},
			{access.UserQuery{Text: "__"}, nil},
			{access.UserQuery{Department: dep}, []string{"u5", "u3", "u1"}},
		} {
			if diff := cmp.Diff(c.want, names(root, c.q)); diff != "" {
				t.Errorf("%+v: %s", c.q, diff)
			}
		}
		asAdmin, err := f.Users(f.ctx, root, access.UserQuery{})
		f.check(err)
		asRep, err := f.Users(f.ctx, f.actor(u3.ID), access.UserQuery{})
		f.check(err)
		if len(asAdmin[0].Roles) != 1 || asRep[0].Roles != nil || asRep[0].HasPassword {
			t.Errorf("admin sees %v, a colleague %v, password %v", asAdmin[0].Roles, asRep[0].Roles, asRep[0].HasPassword)
		}
	})
}

func TestRolesOffered(t *testing.T) {
	each(t, func(f *fixture) {
		var names []string
		for _, r := range f.Roles() {
			names = append(names, r.Name)
		}
		want := []string{"rep", "supervisor", "head", "manager", "auditor", "clerk", "starred", "keeper", "boss", access.AdminRole}
		if diff := cmp.Diff(want, names); diff != "" {
			t.Error(diff)
		}
	})
}
