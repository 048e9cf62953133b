package access_test

import (
	"crypto/rand"
	"strings"
	"sync"
	"testing"
	"time"

	"kedang/internal/access"
	"kedang/internal/db"
	"kedang/internal/errs"
)

func TestSignIn(t *testing.T) {
	each(t, func(f *fixture) {
		id := f.user(access.NewUser{Username: "Li.Lei", Name: "李雷", Roles: []string{"rep"}, Lang: "en", Zone: "Asia/Shanghai"})
		token, a := f.signIn("  ｌｉ.lei ")
		if a.ID != id || a.Name != "李雷" || a.Lang != "en" || a.Zone.String() != "Asia/Shanghai" || a.Session == 0 || a.Source != "web" || !a.Has("rep") {
			t.Errorf("actor %+v", a)
		}
		again, err := f.Session(f.ctx, token)
		f.check(err)
		if again.ID != id || again.Session != a.Session {
			t.Errorf("session is of %d", again.ID)
		}
		for _, secret := range []string{"", "x", token[:len(token)-1], token + "A", "kd_" + token, strings.ToLower(token)} {
			f.dead(secret)
		}
		f.check(f.SignOut(f.ctx, token))
		f.dead(token)
		f.check(f.SignOut(f.ctx, token))
		if f.entries("sign_in") != 1 || f.entries("sign_out") != 1 {
			t.Errorf("ledger: %d in, %d out", f.entries("sign_in"), f.entries("sign_out"))
		}
	})
}

func TestSecretsAreStoredHashed(t *testing.T) {
	each(t, func(f *fixture) {
		id := f.user(access.NewUser{Username: "li"})
		session, _ := f.signIn("li")
		token, err := f.CreateToken(f.ctx, root, id, "bi", time.Time{})
		f.check(err)
		f.check(f.db.Read(f.ctx, func(tx db.Tx) error {
			for query, secret := range map[string]string{`SELECT hash FROM sys_session`: session, `SELECT hash FROM sys_token`: token} {
				var hash []byte
				if err := tx.QueryRow(f.ctx, query, nil, &hash); err != nil {
					return err
				}
				if len(hash) != 32 || strings.Contains(string(hash), secret) || strings.Contains(secret, string(hash)) {
					t.Errorf("%s: %x", query, hash)
				}
			}
			var stored string
			err := tx.QueryRow(f.ctx, `SELECT password FROM sys_user`, nil, &stored)
			if !strings.HasPrefix(stored, "$argon2id$v=19$m=64,t=1,p=1$") || strings.Contains(stored, password) {
				t.Errorf("password stored as %q", stored)
			}
			return err
		}))
	})
}

func TestWrongPasswordsWait(t *testing.T) {
	each(t, func(f *fixture) {
		f.user(access.NewUser{Username: "li"})
		try := func(name, pw string) error {
			_, _, err := f.SignIn(f.ctx, name, pw, "", "")
			return err
		}
		for _, name := range []string{"li", "nobody"} { // both alike
			for range 5 {
				f.refused(try(name, "wrong"), errs.Unauthenticated, "bad_credentials")
			}
			f.refused(try(name, password), errs.TooMany, "too_many_attempts")
		}
		if wait := errs.As(try("li", password)).Params["wait"]; wait != int64(30) {
			t.Errorf("wait %v s, want 30", wait)
		}
		f.reopen() // a restart forgives nobody
		f.at = f.at.Add(29 * time.Second)
		f.refused(try("li", password), errs.TooMany, "too_many_attempts")
		f.at = f.at.Add(2 * time.Second)
		f.refused(try("li", "wrong"), errs.Unauthenticated, "bad_credentials")
		f.at = f.at.Add(58 * time.Second) // doubled to 60
		f.refused(try("li", password), errs.TooMany, "too_many_attempts")
		f.at = f.at.Add(3 * time.Second)
		f.check(try("li", password))
		for range 4 { // counted anew
			f.refused(try("li", "wrong"), errs.Unauthenticated, "bad_credentials")
		}
		f.check(try("li", password))
	})
}

func TestWaitIsBoundedAndForgotten(t *testing.T) {
	each(t, func(f *fixture) {
		f.user(access.NewUser{Username: "li"})
		last := int64(0)
		for range 40 {
			_, _, err := f.SignIn(f.ctx, "li", "wrong", "", "")
			if errs.Is(err, errs.TooMany) {
				last = errs.As(err).Params["wait"].(int64)
				f.at = f.at.Add(time.Duration(last+1) * time.Second)
			}
		}
		if last != 15*60 {
			t.Errorf("waited %d s in the end, want 900", last)
		}
		f.at = f.at.Add(16*time.Minute + 15*time.Minute)
		for range 4 {
			_, _, err := f.SignIn(f.ctx, "li", "wrong", "", "")
			f.refused(err, errs.Unauthenticated, "bad_credentials")
		}
		f.signIn("li")
	})
}

// Somebody who tries many names from one address, signing in as himself in
// between, waits too; another address does not.
func TestAddressWaits(t *testing.T) {
	each(t, func(f *fixture) {
		f.user(access.NewUser{Username: "li"})
		try := func(name, pw, address string) error {
			_, _, err := f.SignIn(f.ctx, name, pw, address, "")
			return err
		}
		for i := range 30 {
			f.refused(try("n"+string(rune('a'+i)), "wrong", "2001:db8::1"), errs.Unauthenticated, "bad_credentials")
			if i == 20 {
				f.check(try("li", password, "2001:db8::2"))
			}
		}
		f.refused(try("li", password, "2001:db8::3"), errs.TooMany, "too_many_attempts")
		f.check(try("li", password, "2001:db8:0:1::1"))
	})
}

// A hundred guesses at once are not judged against the same count.
func TestAttemptsAtOnce(t *testing.T) {
	each(t, func(f *fixture) {
		f.user(access.NewUser{Username: "li"})
		var wg sync.WaitGroup
		var mu sync.Mutex
		judged := 0
		for range 40 {
			wg.Go(func() {
				_, _, err := f.SignIn(f.ctx, "li", "wrong", "10.0.0.9", "")
				if errs.Is(err, errs.Unauthenticated) {
					mu.Lock()
					judged++
					mu.Unlock()
				}
			})
		}
		wg.Wait()
		if judged != 5 {
			t.Errorf("%d guesses were judged, want 5", judged)
		}
	})
}

func TestHostileSignIn(t *testing.T) {
	each(t, func(f *fixture) {
		for _, name := range []string{"", "a\x00b", "\xff\xfe", strings.Repeat("x", 1<<20), "' OR 1=1 --", "王" + strings.Repeat("伟", 3000)} {
			_, _, err := f.SignIn(f.ctx, name, strings.Repeat("p", 1<<20), "a\x00\xff", "Moz\x00\xff"+strings.Repeat("客", 400))
			f.refused(err, errs.Unauthenticated, "bad_credentials")
			f.at = f.at.Add(time.Hour)
		}
		f.user(access.NewUser{Username: "王伟"})
		_, _, err := f.SignIn(f.ctx, "王伟", password, "a\x00\xff", "Moz\x00\xff"+strings.Repeat("客", 400))
		f.check(err)
	})
}

func TestDisablingActsAtOnce(t *testing.T) {
	each(t, func(f *fixture) {
		id := f.user(access.NewUser{Username: "li"})
		session, a := f.signIn("li")
		token, err := f.CreateToken(f.ctx, root, id, "bi", time.Time{})
		f.check(err)
		f.alive(token)
		f.check(f.SetActive(f.ctx, root, id, false))
		f.dead(session)
		f.dead(token)
		f.refused(f.recheck(a), errs.Unauthenticated, "unauthenticated")
		_, _, err = f.SignIn(f.ctx, "li", password, "", "")
		f.refused(err, errs.Unauthenticated, "bad_credentials")
		_, err = f.ActorOf(f.ctx, root, id)
		f.refused(err, errs.Forbidden, "user_inactive")
		_, err = f.Refresh(f.ctx, a)
		f.refused(err, errs.Unauthenticated, "unauthenticated")

		f.check(f.SetActive(f.ctx, root, id, true))
		f.dead(session)
		f.dead(token)
		f.signIn("li")
	})
}

// On a database of one's own a secret is looked up again only after something
// was stored, and then always.
func TestSecretsAreRememberedUntilSomethingIsStored(t *testing.T) {
	each(t, func(f *fixture) {
		id := f.user(access.NewUser{Username: "li"})
		session, _ := f.signIn("li")
		reads := func(fn func()) int64 {
			before := f.db.Stats().Reads
			fn()
			return f.db.Stats().Reads - before
		}
		f.alive(session)
		_, alone := f.db.Moment()
		if n := reads(func() { f.alive(session) }); alone != (n == 0) {
			t.Errorf("%d reads for a secret just seen, alone %v", n, alone)
		}
		f.check(f.SetActive(f.ctx, root, id, false))
		f.dead(session)
		f.check(f.SetActive(f.ctx, root, id, true))
		f.dead(session)
		if n := reads(func() { f.dead(session) }); n == 0 {
			t.Error("a secret that is none was not looked up")
		}
	})
}

// A session outlives nobody, whoever set the user aside.
func TestInactiveWithoutSetActive(t *testing.T) {
	each(t, func(f *fixture) {
		f.user(access.NewUser{Username: "li"})
		token, _ := f.signIn("li")
		f.exec(`UPDATE sys_user SET active = 0`)
		f.dead(token)
	})
}

// hook is randomness that does something first.
type hook func()

func (h hook) Read(p []byte) (int, error) {
	h()
	return rand.Read(p)
}

// Disabled, or given another password, between the check of the password and
// the session: no session.
func TestDisabledWhileSigningIn(t *testing.T) {
	each(t, func(f *fixture) {
		id := f.user(access.NewUser{Username: "li"})
		for _, meanwhile := range []func(){
			func() { f.exec(`UPDATE sys_user SET password = 'other' WHERE id = ?`, id) },
			func() { f.exec(`UPDATE sys_user SET active = 0 WHERE id = ?`, id) },
		} {
			armed := false
			f.opts.Random = hook(func() {
				if armed {
					meanwhile()
				}
			})
			f.reopen()
			hash := f.stored("li")
			armed = true
			_, _, err := f.SignIn(f.ctx, "li", password, "", "")
			f.refused(err, errs.Unauthenticated, "bad_credentials")
			f.exec(`UPDATE sys_user SET password = ?`, hash)
		}
	})
}

func (f *fixture) recheck(a *access.Actor) error {
	return f.db.Write(f.ctx, func(tx db.Tx) error { return f.Recheck(f.ctx, tx, a) })
}

func TestSessionsExpire(t *testing.T) {
	each(t, func(f *fixture) {
		f.user(access.NewUser{Username: "li"})
		idle, _ := f.signIn("li")
		used, _ := f.signIn("li")
		for range 29 { // used daily: idle time never passes, the whole time does
			f.at = f.at.Add(24 * time.Hour)
			f.alive(used)
			f.check(f.Tidy(f.ctx))
		}
		f.dead(idle)
		f.reopen() // what is stored is enough
		f.alive(used)
		f.at = f.at.Add(24 * time.Hour)
		f.dead(used)
		f.check(f.Tidy(f.ctx))
		f.check(f.db.Read(f.ctx, func(tx db.Tx) error {
			var n int64
			err := tx.QueryRow(f.ctx, `SELECT count(*) FROM sys_session`, nil, &n)
			if n != 0 {
				t.Errorf("%d sessions left", n)
			}
			return err
		}))
	})
}

// Until Tidy writes it down, the last use is known in memory.
func TestUseCountsBeforeItIsWritten(t *testing.T) {
	each(t, func(f *fixture) {
		f.user(access.NewUser{Username: "li"})
		token, a := f.signIn("li")
		for range 3 {
			f.at = f.at.Add(6 * 24 * time.Hour)
			f.alive(token)
		}
		devices, err := f.Sessions(f.ctx, a)
		f.check(err)
		if len(devices) != 1 || !devices[0].SeenAt.Equal(f.at) || !devices[0].Current || devices[0].Address != "10.0.0.1" || devices[0].Agent != "Firefox" {
			t.Errorf("devices %+v", devices)
		}
	})
}

func TestEndSession(t *testing.T) {
	each(t, func(f *fixture) {
		f.user(access.NewUser{Username: "li"})
		f.user(access.NewUser{Username: "han"})
		lost, first := f.signIn("li")
		kept, li := f.signIn("li")
		_, han := f.signIn("han")
		f.refused(f.EndSession(f.ctx, han, first.Session), errs.NotFound, "not_found")
		f.alive(lost)
		f.check(f.EndSession(f.ctx, li, first.Session))
		f.dead(lost)
		f.alive(kept)
		devices, err := f.Sessions(f.ctx, li)
		f.check(err)
		if len(devices) != 1 {
			t.Errorf("%d devices", len(devices))
		}
	})
}

func TestTokens(t *testing.T) {
	each(t, func(f *fixture) {
		li := f.user(access.NewUser{Username: "li", Roles: []string{"rep"}})
		f.user(access.NewUser{Username: "han"})
		_, a := f.signIn("li")
		_, other := f.signIn("han")
		token, err := f.CreateToken(f.ctx, a, li, "报表", f.at.Add(time.Hour))
		f.check(err)
		if !strings.HasPrefix(token, "kd_") || len(token) != 3+43 {
			t.Errorf("token %q", token)
		}
		by, err := f.Session(f.ctx, token)
		f.check(err)
		if by.ID != li || by.Token == 0 || by.Session != 0 || by.Source != "api" {
			t.Errorf("actor by token %+v", by)
		}
		_, err = f.CreateToken(f.ctx, by, li, "child", time.Time{})
		f.refused(err, errs.Forbidden, "needs_session")
		f.refused(f.ChangePassword(f.ctx, by, password, "another good one"), errs.Forbidden, "needs_session")
		_, err = f.CreateToken(f.ctx, other, li, "theft", time.Time{})
		f.refused(err, errs.Forbidden, "not_administrator")
		_, err = f.Tokens(f.ctx, other, li)
		f.refused(err, errs.Forbidden, "not_administrator")
		_, err = f.CreateToken(f.ctx, a, li, "late", f.at)
		f.refused(err, errs.Invalid, "in_the_past")
		_, err = f.CreateToken(f.ctx, a, li, " ", time.Time{})
		f.refused(err, errs.Invalid, "required")
		_, err = f.CreateToken(f.ctx, root, 99, "nobody", time.Time{})
		f.refused(err, errs.NotFound, "not_found")

		list, err := f.Tokens(f.ctx, a, li)
		f.check(err)
		if len(list) != 1 || list[0].Name != "报表" || list[0].Hint != token[len(token)-4:] || list[0].CreatedBy != li {
			t.Fatalf("tokens %+v", list)
		}
		f.refused(f.RevokeToken(f.ctx, other, list[0].ID), errs.NotFound, "not_found")
		f.alive(token)
		f.at = f.at.Add(time.Hour)
		f.dead(token) // expired to the millisecond
		f.at = f.at.Add(-time.Hour)
		f.check(f.RevokeToken(f.ctx, a, list[0].ID))
		f.dead(token)
		if f.entries("token_created") != 1 || f.entries("token_revoked") != 1 {
			t.Error("not in the ledger")
		}
	})
}

func TestRightsChangeOnTheNextRequest(t *testing.T) {
	each(t, func(f *fixture) {
		id := f.user(access.NewUser{Username: "li", Roles: []string{"rep"}})
		token, before := f.signIn("li")
		f.check(f.UpdateUser(f.ctx, root, id, access.UserPatch{Roles: &[]string{"auditor"}}))
		f.refused(f.recheck(before), errs.Stale, "rights_changed")
		after, err := f.Session(f.ctx, token)
		f.check(err)
		f.check(f.recheck(after))
		if got := after.Scope(f.typ("customer"), "read").String(); got != "all" {
			t.Errorf("reads %s", got)
		}
		fresh, err := f.Refresh(f.ctx, before.From("import 9"))
		f.check(err)
		if fresh.Source != "import 9" || fresh.Session != before.Session || !fresh.Has("auditor") {
			t.Errorf("refreshed %+v", fresh)
		}
	})
}
