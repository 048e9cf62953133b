package api_test

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"kedang/internal/api/apitest"
	"kedang/internal/db"
	"kedang/internal/db/dbtest"
)

const formType = "Content-Type: application/x-www-form-urlencoded"

func form(pairs ...string) string {
	v := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		v.Set(pairs[i], pairs[i+1])
	}
	return v.Encode()
}

// TestLoginPage signs in without a script: the form, the wrong password, the
// way on, in three languages, under a policy that allows nothing foreign.
func TestLoginPage(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		c := paged(t, d, apitest.NewPerson{Name: "boss", Role: "administrator", Password: "correct-horse-9"})
		for lang, words := range map[string][]string{"zh-Hans": {"用户名", "登录", "测试公司"}, "zh-TW": {"帳號", "登入"}, "en-GB": {"User name", "Sign in"}} {
			w := request(c, "GET", "/login?next=%2Ft%2Ffirm", from, "", "Accept-Language: "+lang)
			page := w.Body.String()
			for _, word := range append(words, `id="username"`, `id="password"`, `next=%2Ft%2Ffirm`) {
				if !strings.Contains(page, word) {
					t.Errorf("%s: no %s in the page", lang, word)
				}
			}
			policy := w.Header().Get("Content-Security-Policy")
			if w.Code != 200 || !strings.HasPrefix(policy, "default-src 'none';") || strings.Contains(policy, "unsafe") || strings.Contains(page, "<script") {
				t.Errorf("%s: %d %s", lang, w.Code, policy)
			}
			if len(page) > 15<<10 {
				t.Errorf("the page has %d bytes", len(page))
			}
		}
		w := request(c, "POST", "/login?next=%2Ft%2Ffirm", from, form("username", `bo"ss<`, "password", "wrong-wrong"), formType, "Accept-Language: en")
		if page := w.Body.String(); w.Code != 401 || !strings.Contains(page, `role="alert"`) || !strings.Contains(page, `value="bo&#34;ss&lt;"`) || strings.Contains(page, "wrong-wrong") {
			t.Errorf("a wrong password answers %d %s", w.Code, page)
		}
		w = request(c, "POST", "/login?next=%2Ft%2Ffirm%3Fview%3Dmine", from, form("username", "boss", "password", "correct-horse-9"), formType)
		if w.Code != 303 || w.Header().Get("Location") != "/t/firm?view=mine" || !strings.Contains(w.Header().Get("Set-Cookie"), "HttpOnly; SameSite=Lax") {
			t.Fatalf("signing in answers %d %v", w.Code, w.Header())
		}
		cookie, _, _ := strings.Cut(w.Header().Get("Set-Cookie"), ";")
		if w := request(c, "GET", "/api/v1/session", from, "", "Cookie: "+cookie); w.Code != 200 {
			t.Errorf("the session answers %d", w.Code)
		}
		if w := request(c, "GET", "/login?next=/t/firm", from, "", "Cookie: "+cookie); w.Code != 303 || w.Header().Get("Location") != "/t/firm" {
			t.Errorf("who is signed in is asked again: %d", w.Code)
		}
	})
}

// TestLoginLeadsNowhereElse: a link to our log-in page does not end on another site.
func TestLoginLeadsNowhereElse(t *testing.T) {
	c := paged(t, dbtest.Open(t), apitest.NewPerson{Name: "boss", Role: "administrator", Password: "correct-horse-9"})
	in := form("username", "boss", "password", "correct-horse-9")
	for next, want := range map[string]string{
		"/t/firm": "/t/firm", "": "/", "https://evil.example": "/", "//evil.example": "/", `/\evil.example`: "/", "/\t/evil.example": "/",
		`\\evil.example`: "/", "javascript:alert(1)": "/", "t/firm": "/", "/login?next=/": "/", "/api/v1/session": "/", "/%2F/evil": "/%2F/evil", "///evil": "/",
	} {
		w := request(c, "POST", "/login?next="+url.QueryEscape(next), from, in, formType)
		if w.Code != 303 || w.Header().Get("Location") != want {
			t.Errorf("%q leads to %d %q", next, w.Code, w.Header().Get("Location"))
		}
	}
}

// TestLoginLimits: other sites cannot sign a browser in, and guessing is slowed
// down exactly as through the API.
func TestLoginLimits(t *testing.T) {
	c := paged(t, dbtest.Open(t), apitest.NewPerson{Name: "boss", Role: "administrator", Password: "correct-horse-9"})
	right := form("username", "boss", "password", "correct-horse-9")
	for _, h := range []string{"Sec-Fetch-Site: cross-site", "Origin: https://evil.example"} {
		if w := request(c, "POST", "/login", from, right, formType, h); w.Code != 403 || w.Header().Get("Set-Cookie") != "" {
			t.Errorf("%s: %d", h, w.Code)
		}
	}
	if w := request(c, "POST", "/login", from, strings.Repeat("a=b&", 10<<10), formType); w.Code != 422 {
		t.Errorf("a large form answers %d", w.Code)
	}
	if w := request(c, "POST", "/login", from, "username=%ff&password=%00", formType); w.Code != 422 {
		t.Errorf("bytes that are no text answer %d", w.Code)
	}
	if w := request(c, "PUT", "/login", from, ""); w.Code != 405 {
		t.Errorf("PUT answers %d", w.Code)
	}
	codes := map[int]int{}
	for range 8 {
		codes[request(c, "POST", "/login", from, form("username", "boss", "password", "wrong"), formType).Code]++
	}
	if codes[401] != 5 || codes[429] != 3 {
		t.Errorf("eight wrong passwords answer %v", codes)
	}
	w := request(c, "POST", "/login", from, right, formType, "Accept-Language: zh-CN")
	if w.Code != 429 || w.Header().Get("Retry-After") == "" || !strings.Contains(w.Body.String(), "秒") {
		t.Errorf("then the right one answers %d %s", w.Code, w.Body)
	}
}

// TestFirstRunPage: the console's code makes the administrator, who is signed
// in at once; what is wrong stands at its field.
func TestFirstRunPage(t *testing.T) {
	c := paged(t, dbtest.Open(t))
	code, needed, err := c.Access.FirstRun(context.Background())
	if err != nil || !needed {
		t.Fatal(needed, err)
	}
	if page := request(c, "GET", "/login", from, "").Body.String(); !strings.Contains(page, "控制台上的一次性代码") || strings.Contains(page, code) {
		t.Error("the first run shows:", page)
	}
	claim := func(code, password string) (int, string, http.Header) {
		w := request(c, "POST", "/login", from, form("code", code, "name", "王丽", "username", "wangli", "password", password), formType, "Accept-Language: zh-TW")
		return w.Code, w.Body.String(), w.Header()
	}
	if status, page, _ := claim(code, "12345678"); status != 422 || !strings.Contains(page, `id="password-problem"`) || !strings.Contains(page, "王丽") {
		t.Error("a weak password:", status, page)
	}
	if status, _, _ := claim("0000-0000", "correct-horse-9"); status != 403 {
		t.Error("a wrong code:", status)
	}
	status, _, h := claim(code, "correct-horse-9")
	if status != 303 || h.Get("Set-Cookie") == "" {
		t.Fatal("the right code:", status, h)
	}
	cookie, _, _ := strings.Cut(h.Get("Set-Cookie"), ";")
	if w := request(c, "GET", "/api/v1/session", from, "", "Cookie: "+cookie); !strings.Contains(w.Body.String(), `"lang":"zh-Hant"`) || !strings.Contains(w.Body.String(), `"admin":true`) {
		t.Error("who is signed in:", w.Body)
	}
}

// TestCodePage sets a password with an administrator's one-time code.
func TestCodePage(t *testing.T) {
	c := paged(t, dbtest.Open(t), apitest.NewPerson{Name: "boss", Role: "administrator", Password: "correct-horse-9"},
		apitest.NewPerson{Name: "rep1", Role: "rep", Password: "battery-staple-7"})
	boss := signedIn(t, c, "boss", "correct-horse-9")
	list := request(c, "GET", "/api/v1/sys/users?q=rep1", from, "", boss).Body.String()
	_, rest, _ := strings.Cut(list, `"id":"`)
	w := request(c, "POST", "/api/v1/sys/users/"+rest[:13]+"/password-reset", from, "{}", boss)
	_, code, _ := strings.Cut(w.Body.String(), `"code":"`)
	code, _, _ = strings.Cut(code, `"`)
	if page := request(c, "GET", "/login?by=code", from, "").Body.String(); !strings.Contains(page, "一次性代码") {
		t.Error(page)
	}
	if w := request(c, "POST", "/login?by=code", from, form("username", "rep1", "code", code, "password", "new-and-good-3"), formType); w.Code != 303 {
		t.Fatal(w.Code, w.Body)
	}
	signedIn(t, c, "rep1", "new-and-good-3")
}

// TestLoginLanguage: the choice is kept on the device.
func TestLoginLanguage(t *testing.T) {
	c := paged(t, dbtest.Open(t), apitest.NewPerson{Name: "boss", Role: "administrator", Password: "correct-horse-9"})
	w := request(c, "GET", "/login?lang=en", from, "", "Accept-Language: zh-CN")
	if !strings.Contains(w.Header().Get("Set-Cookie"), "kd_lang=en;") || !strings.Contains(w.Body.String(), `<html lang="en">`) {
		t.Error(w.Header(), w.Body)
	}
	if w := request(c, "GET", "/login", from, "", "Accept-Language: zh-CN", "Cookie: kd_lang=en"); !strings.Contains(w.Body.String(), "Sign in") {
		t.Error("the choice is forgotten")
	}
}
