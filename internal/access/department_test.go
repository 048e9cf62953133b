package access_test

import (
	"slices"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"kedang/internal/access"
	"kedang/internal/errs"
)

func TestTreeAndBranch(t *testing.T) {
	each(t, func(f *fixture) {
		hq := f.department(0, "HQ", false)
		east := f.department(hq, "E", true)
		shop := f.department(east, "", false)
		desk := f.department(shop, "", false)
		west := f.department(hq, "W", true)
		li := f.user(access.NewUser{Username: "li", Department: shop})
		mei := f.user(access.NewUser{Username: "mei", Department: east})
		top := f.user(access.NewUser{Username: "top", Department: hq})
		none := f.user(access.NewUser{Username: "none"})
		tree := func(user int64, branch string, want ...int64) {
			t.Helper()
			slices.Sort(want)
			a := f.actor(user)
			if diff := cmp.Diff(want, a.Tree); diff != "" || a.Branch != branch {
				t.Errorf("%s: branch %q, want %q; tree %s", a.Username, a.Branch, branch, diff)
			}
		}
		tree(li, "E", shop, desk)
		tree(mei, "E", east, shop, desk)
		tree(top, "", hq, east, shop, desk, west)
		tree(none, "")
		token, before := f.signIn("mei")
		f.check(f.MoveDepartment(f.ctx, root, shop, west))
		f.refused(f.recheck(before), errs.Stale, "rights_changed")
		a, err := f.Session(f.ctx, token)
		f.check(err)
		f.check(f.recheck(a))
		if !slices.Equal(a.Tree, []int64{east}) {
			t.Errorf("tree %v", a.Tree)
		}
		tree(li, "W", shop, desk)
		f.check(f.UpdateDepartment(f.ctx, root, west, access.DepartmentPatch{Branch: ptr(false)}))
		tree(li, "", shop, desk)
		list, err := f.Departments(f.ctx, root)
		f.check(err)
		if len(list) != 5 {
			t.Errorf("%d departments", len(list))
		}
	})
}

// A change elsewhere in the tree does not disturb a write that runs.
func TestRecheckBearsWhatDoesNotConcernIt(t *testing.T) {
	each(t, func(f *fixture) {
		east := f.department(0, "E", true)
		a := f.actor(f.user(access.NewUser{Username: "li", Department: east}))
		f.department(0, "W", true)
		f.check(f.recheck(a))
		f.department(east, "E1", false)
		f.refused(f.recheck(a), errs.Stale, "rights_changed")
	})
}

func TestDepartmentsFormNoCircle(t *testing.T) {
	each(t, func(f *fixture) {
		a := f.department(0, "A", false)
		b := f.department(a, "B", false)
		c := f.department(b, "C", false)
		for _, parent := range []int64{a, b, c} {
			f.refused(f.MoveDepartment(f.ctx, root, a, parent), errs.Invalid, "link_cycle")
		}
		f.refused(f.MoveDepartment(f.ctx, root, a, 99), errs.Invalid, "link_not_found")
		f.refused(f.MoveDepartment(f.ctx, root, 99, a), errs.NotFound, "not_found")
		f.check(f.MoveDepartment(f.ctx, root, c, 0))
		f.check(f.MoveDepartment(f.ctx, root, a, c))
		f.refused(f.MoveDepartment(f.ctx, root, c, b), errs.Invalid, "link_cycle")
	})
}

// Two moves that are harmless alone and a circle together: one is refused.
func TestMovesAtOnce(t *testing.T) {
	each(t, func(f *fixture) {
		for range 5 {
			a, b := f.department(0, "", false), f.department(0, "", false)
			var errors [2]error
			var wg sync.WaitGroup
			wg.Go(func() { errors[0] = f.MoveDepartment(f.ctx, root, a, b) })
			wg.Go(func() { errors[1] = f.MoveDepartment(f.ctx, root, b, a) })
			wg.Wait()
			if (errors[0] == nil) == (errors[1] == nil) {
				t.Fatalf("both moves: %v, %v", errors[0], errors[1])
			}
		}
	})
}

func TestDepartmentRefusals(t *testing.T) {
	each(t, func(f *fixture) {
		a := f.department(0, "A", false)
		child := f.department(a, "A1", false)
		li := f.user(access.NewUser{Username: "li", Department: child})
		create := func(n access.NewDepartment) error {
			_, err := f.CreateDepartment(f.ctx, root, n)
			return err
		}
		f.refused(create(access.NewDepartment{}), errs.Invalid, "required")
		f.refused(create(access.NewDepartment{Name: "x", Branch: true}), errs.Invalid, "required")
		f.refused(create(access.NewDepartment{Name: "x", Code: "上海"}), errs.Invalid, "bad_code")
		f.refused(create(access.NewDepartment{Name: "x", Parent: 99}), errs.Invalid, "link_not_found")
		f.refused(create(access.NewDepartment{Name: "x", Manager: 99}), errs.Invalid, "link_not_found")
		f.refused(create(access.NewDepartment{Name: "x", Code: "A"}), errs.Conflict, "code_taken")

		archive := func(id int64, on bool) error {
			return f.UpdateDepartment(f.ctx, root, id, access.DepartmentPatch{Archived: &on})
		}
		f.refused(archive(a, true), errs.Conflict, "department_in_use")
		f.refused(archive(child, true), errs.Conflict, "department_in_use")
		f.check(f.SetActive(f.ctx, root, li, false))
		f.check(archive(child, true))
		f.refused(f.MoveDepartment(f.ctx, root, a, child), errs.Invalid, "link_not_found")
		f.check(archive(a, true))
		f.check(create(access.NewDepartment{Name: "x", Code: "A"}))
		f.refused(archive(child, false), errs.Invalid, "link_not_found") // its parent is archived
		f.refused(archive(a, false), errs.Conflict, "code_taken")
	})
}
