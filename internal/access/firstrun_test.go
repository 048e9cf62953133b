package access_test

import (
	"sync"
	"sync/atomic"
	"testing"

	"kedang/internal/access"
	"kedang/internal/errs"
)

func TestFirstRun(t *testing.T) {
	each(t, func(f *fixture) {
		code, needed, err := f.FirstRun(f.ctx)
		f.check(err)
		if !needed || len(code) != 19 {
			t.Fatalf("code %q, needed %v", code, needed)
		}
		f.reopen()
		if again, _, _ := f.FirstRun(f.ctx); again != code {
			t.Errorf("code changed from %s to %s", code, again)
		}
		n := access.NewUser{Username: "admin", Name: "管理员", Password: password}
		for _, wrong := range []string{"", "0000-0000-0000-0000", code[:18]} {
			_, err := f.Claim(f.ctx, wrong, n)
			f.refused(err, errs.Forbidden, "bad_code")
		}
		_, err = f.Claim(f.ctx, code, access.NewUser{Username: "admin", Name: "x"})
		f.refused(err, errs.Invalid, "required")

		var made, claimed atomic.Int32
		var wg sync.WaitGroup
		for range 8 {
			wg.Go(func() {
				switch _, err := f.Claim(f.ctx, lower(code), n); {
				case err == nil:
					made.Add(1)
				case errs.As(err).Code == "already_claimed":
					claimed.Add(1)
				}
			})
		}
		wg.Wait()
		if made.Load() != 1 || claimed.Load() != 7 {
			t.Errorf("%d claims made an administrator, %d came late", made.Load(), claimed.Load())
		}
		if code, needed, err := f.FirstRun(f.ctx); code != "" || needed || err != nil {
			t.Errorf("after the claim: %q, %v, %v", code, needed, err)
		}
		if _, a := f.signIn("admin"); !a.Admin {
			t.Error("not an administrator")
		}
	})
}

// Before any claim the code is not the empty one.
func TestClaimWithoutFirstRun(t *testing.T) {
	each(t, func(f *fixture) {
		_, err := f.Claim(f.ctx, "", access.NewUser{Username: "admin", Name: "x", Password: password})
		f.refused(err, errs.Forbidden, "bad_code")
	})
}

// Who was made on the command line administers the company: nothing to claim.
func TestFirstRunNotNeeded(t *testing.T) {
	each(t, func(f *fixture) {
		code, _, err := f.FirstRun(f.ctx)
		f.check(err)
		f.user(access.NewUser{Username: "boss", Roles: []string{"boss"}})
		if _, needed, err := f.FirstRun(f.ctx); needed || err != nil {
			t.Errorf("needed %v, %v", needed, err)
		}
		_, err = f.Claim(f.ctx, code, access.NewUser{Username: "thief", Name: "x", Password: password})
		f.refused(err, errs.Conflict, "already_claimed")
	})
}
