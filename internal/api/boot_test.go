package api_test

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"os"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"

	"kedang/internal/api/apitest"
	"kedang/internal/db"
	"kedang/internal/db/dbtest"
	"kedang/internal/text"
)

const from = "192.0.2.1:1"

// paged is a company with a page, and people who may sign in.
func paged(t *testing.T, d *db.DB, people ...apitest.NewPerson) *apitest.Company {
	t.Helper()
	c, err := apitest.Open(context.Background(), apitest.Options{DB: d, Dir: t.TempDir(), Packs: small(),
		Web: fstest.MapFS{"index.html": {Data: []byte("<!doctype html><head><title>Kedang</title></head><body></body>")}}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	for _, p := range people {
		if _, err := c.User(context.Background(), p); err != nil {
			t.Fatal(err)
		}
	}
	return c
}

// signedIn is the cookie of a new session.
func signedIn(t *testing.T, c http.Handler, name, password string) string {
	t.Helper()
	w := request(c, "POST", "/api/v1/session", from, `{"username":"`+name+`","password":"`+password+`"}`)
	if w.Code != 201 {
		t.Fatalf("%s: %d %s", name, w.Code, w.Body)
	}
	cookie, _, _ := strings.Cut(w.Header().Get("Set-Cookie"), ";")
	return "Cookie: " + cookie
}

var bootScript = regexp.MustCompile(`(?s)<script type="application/json" id="boot">(.*?)</script>`)

// bootOf reads what a page carries.
func bootOf(t *testing.T, page string) (raw string, boot map[string]json.RawMessage) {
	t.Helper()
	m := bootScript.FindStringSubmatch(page)
	if m == nil {
		t.Fatalf("the page carries nothing: %.200s", page)
	}
	if err := json.Unmarshal([]byte(m[1]), &boot); err != nil {
		t.Fatal(err)
	}
	return m[1], boot
}

func same(t *testing.T, a, b []byte) bool {
	t.Helper()
	var x, y any
	if json.Unmarshal(a, &x) != nil || json.Unmarshal(b, &y) != nil {
		t.Fatalf("no JSON: %.100s | %.100s", a, b)
	}
	p, _ := json.Marshal(x)
	q, _ := json.Marshal(y)
	return string(p) == string(q)
}

// TestBoot: the page carries what its own reader would be answered, nobody
// else's, kept by no cache; names are data and end no script.
func TestBoot(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		evil := `</script><script>alert(1)</script><!--` + "\u2028."
		c := paged(t, d, apitest.NewPerson{Name: "boss", Role: "administrator", Password: "correct-horse-9"},
			apitest.NewPerson{Name: "rep1", Role: "rep", Password: "battery-staple-7"})
		boss, rep := signedIn(t, c, "boss", "correct-horse-9"), signedIn(t, c, "rep1", "battery-staple-7")
		body, _ := json.Marshal(map[string]string{"name": evil})
		if w := request(c, "PATCH", "/api/v1/sys/company", from, string(body), boss); w.Code != 200 {
			t.Fatal(w.Code, w.Body)
		}
		schemas := map[string]string{}
		for name, cookie := range map[string]string{"boss": boss, "rep1": rep} {
			w := request(c, "GET", "/t/firm", from, "", cookie, "Accept: text/html")
			if w.Code != 200 || w.Header().Get("Cache-Control") != "no-store" {
				t.Errorf("%s: %d %q", name, w.Code, w.Header().Get("Cache-Control"))
			}
			page := w.Body.String()
			if strings.Contains(page, "alert(1)</script>") || strings.Contains(page, "\u2028") || strings.Count(page, "<script") != 1 || strings.Contains(page, "<!--") {
				t.Errorf("%s: a name is no longer data: %.400s", name, page)
			}
			raw, boot := bootOf(t, page)
			session := request(c, "GET", "/api/v1/session", from, "", cookie).Body.Bytes()
			schema := request(c, "GET", "/api/v1/sys/schema?lang=zh-Hans", from, "", cookie).Body.Bytes()
			if !same(t, boot["session"], session) || !same(t, boot["schema"], schema) {
				t.Errorf("%s: the page says something else than the API: %.300s", name, raw)
			}
			schemas[name] = string(boot["schema"])
			for other := range map[string]bool{"boss": true, "rep1": true} {
				if other != name && strings.Contains(string(boot["session"]), `"username":"`+other) {
					t.Errorf("the page of %s tells of %s", name, other)
				}
			}
		}
		if schemas["boss"] == schemas["rep1"] {
			t.Error("an administrator and a rep are shown the same fields: the test shows nothing")
		}
	})
}

// TestBootLanguage: chosen on the device, else the person's own; a browser's
// only for strangers.
func TestBootLanguage(t *testing.T) {
	c := paged(t, dbtest.Open(t), apitest.NewPerson{Name: "rep1", Role: "rep", Password: "battery-staple-7"})
	rep := signedIn(t, c, "rep1", "battery-staple-7")
	for chosen, want := range map[string]string{"": "zh-Hans", "; kd_lang=en": "en", "; kd_lang=zh-Hant": "zh-Hant", "; kd_lang=<b>": "zh-Hans"} {
		_, boot := bootOf(t, request(c, "GET", "/", from, "", rep+chosen, "Accept-Language: en").Body.String())
		if !strings.Contains(string(boot["schema"]), `"lang":"`+want+`"`) {
			t.Errorf("%q: not %s: %.120s", chosen, want, boot["schema"])
		}
		// What the API says stands among the page's texts.
		if w := request(c, "GET", "/api/v1/nosuchtype", from, "", rep+chosen, "Accept-Language: en"); !strings.Contains(w.Body.String(), text.Message(text.Lang(want), "not_found", nil)) {
			t.Errorf("%q: the API does not answer in %s: %s", chosen, want, w.Body)
		}
	}
}

// TestStrangersAreLedToTheLogin: without a session a page carries nothing of
// anybody, and a browser that navigates is sent to the log-in page and back.
func TestStrangersAreLedToTheLogin(t *testing.T) {
	c := paged(t, dbtest.Open(t), apitest.NewPerson{Name: "boss", Role: "administrator", Password: "correct-horse-9"})
	token, err := c.User(context.Background(), apitest.NewPerson{Name: "boss", Role: "administrator"})
	if err != nil {
		t.Fatal(err)
	}
	for _, who := range []string{"X-Nobody: 1", "Cookie: kedang=forged", "Authorization: Bearer " + token} {
		raw, boot := bootOf(t, request(c, "GET", "/r/firm/0", from, "", who).Body.String())
		if string(boot["out"]) != "true" || string(boot["first_run"]) != "false" || string(boot["company"]) != `"测试公司"` || string(boot["demo"]) != "false" || len(boot) != 4 {
			t.Errorf("%s: a stranger is told %s", who, raw)
		}
	}
	w := request(c, "GET", "/t/firm?view=mine&q=王", from, "", "Accept: text/html,*/*")
	if w.Code != 303 || w.Header().Get("Cache-Control") != "no-store" {
		t.Fatal(w.Code, w.Header())
	}
	at, err := url.Parse(w.Header().Get("Location"))
	if err != nil || at.Path != "/login" || at.Query().Get("next") != "/t/firm?view=mine&q=王" {
		t.Errorf("led to %v", at)
	}
	if w := request(c, "GET", "/", from, "", "Accept: text/html"); w.Header().Get("Location") != "/login" {
		t.Errorf("led to %s", w.Header().Get("Location"))
	}
}

// TestIndexTakesBootData: the page that the repository builds has a head to
// put the data into.
func TestIndexTakesBootData(t *testing.T) {
	raw, err := os.ReadFile("../../web/index.html")
	if err != nil {
		t.Fatal(err)
	}
	if strings.Count(string(raw), "</head>") != 1 {
		t.Error("web/index.html has not one </head>")
	}
}
