package access_test

import (
	"context"
	"testing"
	"time"

	"kedang/internal/access"
	"kedang/internal/db"
	"kedang/internal/errs"
)

func TestWeakPasswords(t *testing.T) {
	for _, c := range []struct{ username, password, code string }{
		{"li", "short7!", "too_short"},
		{"li", "客户档案管理", "too_short"},
		{"li", "我的客户档案密码", ""},
		{"lilei2026", "lilei2026", "password_is_username"},
		{"lilei2026", "LiLei2026", "password_is_username"},
		{"lilei2026", "lilei2026!!", "password_is_username"},
		{"lilei2026", "lilei2026 and more", ""},
		{"li", "12345678", "password_common"},
		{"li", "１２３４５６７８", "password_common"},
		{"li", "87654321", "password_common"},
		{"li", "aaaaaaaa", "password_common"},
		{"li", "Password123", "password_common"},
		{"li", "woaini1314", "password_common"},
		{"li", "5201314520", "password_common"},
		{"li", "tall green hill", ""},
		{"li", "a" + string(make([]byte, 256)), "too_long"},
	} {
		err := access.CheckPassword(c.password, c.username)
		got := ""
		if err != nil {
			got = errs.As(err).Problems[0].Code
		}
		if got != c.code {
			t.Errorf("%s %q: %q, want %q", c.username, c.password, got, c.code)
		}
	}
}

func TestChangePassword(t *testing.T) {
	each(t, func(f *fixture) {
		f.user(access.NewUser{Username: "li"})
		other, _ := f.signIn("li")
		mine, a := f.signIn("li")
		f.refused(f.ChangePassword(f.ctx, a, "wrong", "another good one"), errs.Invalid, "wrong_password")
		f.refused(f.ChangePassword(f.ctx, a, password, "12345678"), errs.Invalid, "password_common")
		f.alive(other)
		f.check(f.ChangePassword(f.ctx, a, password, "another good one"))
		f.dead(other)
		f.alive(mine)
		_, _, err := f.SignIn(f.ctx, "li", password, "", "")
		f.refused(err, errs.Unauthenticated, "bad_credentials")
		_, _, err = f.SignIn(f.ctx, "li", "ａｎｏｔｈｅｒ good one", "", "") // typed in full width
		f.check(err)
		for range 5 {
			f.refused(f.ChangePassword(f.ctx, a, "wrong", "a third good one"), errs.Invalid, "wrong_password")
		}
		f.refused(f.ChangePassword(f.ctx, a, "another good one", "a third good one"), errs.TooMany, "too_many_attempts")
	})
}

func TestResetPassword(t *testing.T) {
	each(t, func(f *fixture) {
		id := f.user(access.NewUser{Username: "li"})
		f.user(access.NewUser{Username: "han"})
		session, li := f.signIn("li")
		_, han := f.signIn("han")
		_, err := f.ResetPassword(f.ctx, han, id)
		f.refused(err, errs.Forbidden, "not_administrator")
		_, err = f.ResetPassword(f.ctx, li, id)
		f.refused(err, errs.Forbidden, "not_administrator")
		f.alive(session)

		first, err := f.ResetPassword(f.ctx, root, id)
		f.check(err)
		f.dead(session)
		_, _, err = f.SignIn(f.ctx, "li", password, "", "")
		f.refused(err, errs.Unauthenticated, "bad_credentials")
		code, err := f.ResetPassword(f.ctx, root, id)
		f.check(err)

		use := func(name, code string) error { return f.UsePasswordCode(f.ctx, name, code, "another good one", "") }
		f.refused(use("li", first), errs.Unauthenticated, "bad_code")
		f.refused(use("han", code), errs.Unauthenticated, "bad_code")
		f.refused(use("li", ""), errs.Unauthenticated, "bad_code")
		f.refused(f.UsePasswordCode(f.ctx, "li", code, "li", ""), errs.Invalid, "too_short")
		f.check(use("li", code[:4]+" "+lower(code[5:])))
		f.refused(use("li", code), errs.Unauthenticated, "bad_code")
		_, _, err = f.SignIn(f.ctx, "li", "another good one", "", "")
		f.check(err)

		code, err = f.ResetPassword(f.ctx, root, id)
		f.check(err)
		f.check(f.SetActive(f.ctx, root, id, false))
		f.refused(use("li", code), errs.Unauthenticated, "bad_code")
		f.check(f.SetActive(f.ctx, root, id, true))
		f.refused(use("li", code), errs.Unauthenticated, "bad_code")

		code, err = f.ResetPassword(f.ctx, root, id)
		f.check(err)
		f.at = f.at.Add(25 * time.Hour)
		f.refused(use("li", code), errs.Unauthenticated, "bad_code")
	})
}

func lower(code string) string {
	b := []byte(code)
	for i, c := range b {
		if c >= 'A' && c <= 'Z' {
			b[i] = c + 'a' - 'A'
		}
	}
	return string(b)
}

// A user without a reset has no code: the empty one is not it.
func TestNoCodeNoReset(t *testing.T) {
	each(t, func(f *fixture) {
		f.user(access.NewUser{Username: "li"})
		f.refused(f.UsePasswordCode(f.ctx, "li", "", "another good one", ""), errs.Unauthenticated, "bad_code")
	})
}

func TestRehashAtANewCost(t *testing.T) {
	each(t, func(f *fixture) {
		f.user(access.NewUser{Username: "li"})
		before := f.stored("li")
		f.opts.Cost = access.Cost{Memory: 128, Passes: 1, Lanes: 1}
		f.reopen()
		_, _, err := f.SignIn(f.ctx, "li", "wrong", "", "")
		f.refused(err, errs.Unauthenticated, "bad_credentials")
		if f.stored("li") != before {
			t.Error("a wrong password was hashed and stored")
		}
		f.signIn("li")
		if got := f.stored("li"); got[:28] != "$argon2id$v=19$m=128,t=1,p=1" {
			t.Errorf("stored %s", got)
		}
		f.signIn("li")
	})
}

func (f *fixture) stored(username string) (hash string) {
	f.Helper()
	f.check(f.db.Read(f.ctx, func(tx db.Tx) error {
		return tx.QueryRow(f.ctx, `SELECT password FROM sys_user WHERE username = ?`, []any{username}, &hash)
	}))
	return hash
}

func TestHashingStopsWithTheRequest(t *testing.T) {
	each(t, func(f *fixture) {
		ctx, cancel := context.WithCancel(f.ctx)
		cancel()
		if _, _, err := f.SignIn(ctx, "li", password, "", ""); !errs.Is(err, errs.Canceled) {
			t.Errorf("error %v", err)
		}
	})
}
