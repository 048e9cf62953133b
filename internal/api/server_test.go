package api_test

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"kedang/internal/api"
	"kedang/internal/api/apitest"
	"kedang/internal/db/dbtest"
)

// company opens one with options of the server's own.
func company(t *testing.T, change func(o *apitest.Options)) *apitest.Company {
	t.Helper()
	o := apitest.Options{DB: dbtest.Open(t), Dir: t.TempDir(), Packs: small()}
	change(&o)
	c, err := apitest.Open(context.Background(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return c
}

// request makes one with headers "Name: value".
func request(c http.Handler, method, path, from, body string, headers ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, path, strings.NewReader(body))
	r.RemoteAddr = from
	for _, h := range headers {
		name, value, _ := strings.Cut(h, ": ")
		if name == "Host" {
			r.Host = value
			continue
		}
		r.Header.Add(name, value)
	}
	w := httptest.NewRecorder()
	c.ServeHTTP(w, r)
	return w
}

// TestCookies: over HTTPS the cookie is bound to the host and never sent in
// clear; signing out takes it back.
func TestCookies(t *testing.T) {
	c := company(t, func(o *apitest.Options) { o.Secure = true })
	if _, err := c.User(context.Background(), apitest.NewPerson{Name: "rep1", Role: "rep", Password: "battery-staple-7"}); err != nil {
		t.Fatal(err)
	}
	w := request(c, "POST", "/api/v1/session", "192.0.2.1:1", `{"username":"rep1","password":"battery-staple-7"}`)
	set := w.Header().Get("Set-Cookie")
	for _, part := range []string{"__Host-kedang=", "; Path=/", "; HttpOnly", "; Secure", "; SameSite=Lax"} {
		if !strings.Contains(set, part) {
			t.Errorf("the cookie %q lacks %q", set, part)
		}
	}
	cookie, _, _ := strings.Cut(set, ";")
	// The name without the prefix, which a sub-domain could set, counts for nothing.
	plain := strings.TrimPrefix(cookie, "__Host-")
	if w := request(c, "GET", "/api/v1/session", "192.0.2.1:1", "", "Cookie: "+plain); w.Code != 401 {
		t.Errorf("a cookie without the prefix answers %d", w.Code)
	}
	if w := request(c, "GET", "/api/v1/session", "192.0.2.1:1", "", "Cookie: "+cookie); w.Code != 200 {
		t.Errorf("the cookie answers %d %s", w.Code, w.Body)
	}
	if w := request(c, "DELETE", "/api/v1/session", "192.0.2.1:1", "", "Cookie: "+cookie); w.Code != 204 || !strings.Contains(w.Header().Get("Set-Cookie"), "Max-Age=0") {
		t.Errorf("signing out answers %d %q", w.Code, w.Header().Get("Set-Cookie"))
	}
	if w := request(c, "GET", "/api/v1/session", "192.0.2.1:1", "", "Cookie: "+cookie); w.Code != 401 {
		t.Errorf("after signing out the cookie answers %d", w.Code)
	}
}

// TestCrossSite: a write with a cookie must come from our own pages.
func TestCrossSite(t *testing.T) {
	c := company(t, func(o *apitest.Options) { o.Proxies = []string{"10.0.0.0/8"} })
	if _, err := c.User(context.Background(), apitest.NewPerson{Name: "rep1", Role: "rep", Password: "battery-staple-7"}); err != nil {
		t.Fatal(err)
	}
	w := request(c, "POST", "/api/v1/session", "192.0.2.1:1", `{"username":"rep1","password":"battery-staple-7"}`)
	cookie, _, _ := strings.Cut(w.Header().Get("Set-Cookie"), ";")
	for i, x := range []struct {
		name    string
		from    string
		headers []string
		want    int
	}{
		{"no browser", "192.0.2.1:1", nil, 201},
		{"our page", "192.0.2.1:1", []string{"Sec-Fetch-Site: same-origin"}, 201},
		{"a sub-domain's page", "192.0.2.1:1", []string{"Sec-Fetch-Site: same-site"}, 403},
		{"another site's page", "192.0.2.1:1", []string{"Sec-Fetch-Site: cross-site"}, 403},
		{"old browser, our page", "192.0.2.1:1", []string{"Host: crm.example", "Origin: https://crm.example"}, 201},
		{"old browser, another page", "192.0.2.1:1", []string{"Host: crm.example", "Origin: https://evil.example"}, 403},
		{"a page without origin", "192.0.2.1:1", []string{"Origin: null"}, 403},
		{"through our proxy", "10.1.2.3:1", []string{"Host: inside:8080", "X-Forwarded-Host: crm.example", "Origin: https://crm.example"}, 201},
		{"says it is a proxy", "192.0.2.1:1", []string{"Host: inside:8080", "X-Forwarded-Host: evil.example", "Origin: https://evil.example"}, 403},
	} {
		body := `{"name":"` + string(rune('a'+i)) + `"}`
		if w := request(c, "POST", "/api/v1/firm", x.from, body, append(x.headers, "Cookie: "+cookie)...); w.Code != x.want {
			t.Errorf("%s: answers %d %s, want %d", x.name, w.Code, w.Body, x.want)
		}
	}
	// A token is nothing that a browser adds by itself.
	token := strings.TrimPrefix(cookie, "kedang=")
	if w := request(c, "POST", "/api/v1/firm", "192.0.2.1:1", `{"name":"token"}`, "Sec-Fetch-Site: cross-site", "Authorization: bearer "+token); w.Code != 201 {
		t.Errorf("a token answers %d", w.Code)
	}
	// Reading needs no such proof: other sites cannot read the answer.
	if w := request(c, "GET", "/api/v1/firm", "192.0.2.1:1", "", "Sec-Fetch-Site: cross-site", "Cookie: "+cookie); w.Code != 200 || w.Header().Get("Access-Control-Allow-Origin") != "" {
		t.Errorf("a read answers %d", w.Code)
	}
}

// TestAttempts: guessing is counted by the caller's address, which a proxy of
// ours tells and nobody else can make up.
func TestAttempts(t *testing.T) {
	c := company(t, func(o *apitest.Options) { o.Proxies = []string{"10.0.0.1"} })
	guess := func(from, forwarded string) int {
		return request(c, "POST", "/api/v1/session", from, `{"username":"nobody`+forwarded+`","password":"wrong"}`, "X-Forwarded-For: "+forwarded).Code
	}
	last := 0
	for i := range 40 { // one address, many names; the header is invented
		last = guess("192.0.2.7:1", "203.0.113."+string(rune('a'+i)))
	}
	if last != 429 {
		t.Errorf("the 40th guess from one address answers %d", last)
	}
	w := request(c, "POST", "/api/v1/session", "192.0.2.7:1", `{"username":"x","password":"wrong"}`)
	if w.Header().Get("Retry-After") == "" {
		t.Errorf("there is no Retry-After: %d %s", w.Code, w.Body)
	}
	if code := guess("10.0.0.1:1", "198.51.100.9"); code != 401 {
		t.Errorf("another address behind the proxy answers %d", code)
	}
	if code := guess("10.0.0.1:1", "192.0.2.7"); code != 429 {
		t.Errorf("the guesser behind the proxy answers %d", code)
	}
	if code := guess("10.0.0.1:1", "1.2.3.4, 192.0.2.7"); code != 429 {
		t.Errorf("the guesser who puts a name before his own answers %d", code)
	}
	for _, same := range []string{"192.0.2.7:51234", "::ffff:192.0.2.7", "[::ffff:192.0.2.7]:51234"} {
		if code := guess("10.0.0.1:1", same); code != 429 {
			t.Errorf("the guesser behind a proxy that writes %s answers %d", same, code)
		}
	}
}

// TestForwarded: what a proxy of ours says of the caller's address and line is
// believed, what others say is not.
func TestForwarded(t *testing.T) {
	var log bytes.Buffer
	c := company(t, func(o *apitest.Options) {
		o.Proxies = []string{"10.0.0.0/8", "fd00::/8"}
		o.Log = slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	})
	if _, err := c.User(context.Background(), apitest.NewPerson{Name: "rep1", Role: "rep", Password: "battery-staple-7"}); err != nil {
		t.Fatal(err)
	}
	for _, x := range []struct{ from, forwarded, proto, is string }{
		{"192.0.2.1:1", "198.51.100.9", "https", "192.0.2.1"},
		{"10.1.2.3:1", "198.51.100.9", "https", "198.51.100.9"},
		{"10.1.2.3:1", "198.51.100.9, 10.4.4.4", "https, http", "198.51.100.9"},
		{"10.1.2.3:1", "6.6.6.6, 198.51.100.9", "http", "198.51.100.9"},
		{"10.1.2.3:1", "198.51.100.9, not an address", "https", "10.1.2.3"},
		{"[fd00::1]:1", "2001:db8::9", "https", "2001:db8::9"},
		{"[2001:db8::1]:1", "198.51.100.9", "https", "2001:db8::1"},
	} {
		log.Reset()
		w := request(c, "POST", "/api/v1/session", x.from, `{"username":"rep1","password":"battery-staple-7"}`, "X-Forwarded-For: "+x.forwarded, "X-Forwarded-Proto: "+x.proto)
		if !strings.Contains(log.String(), " from="+x.is+"\n") {
			t.Errorf("%+v is logged as %s", x, log.String())
		}
		cookie := w.Header().Get("Set-Cookie")
		trusted := !strings.HasPrefix(x.from, "192") && !strings.HasPrefix(x.from, "[2001")
		sealed := trusted && strings.HasPrefix(x.proto, "https")
		if strings.Contains(cookie, "; Secure") != sealed || strings.HasPrefix(cookie, "__Host-") != sealed {
			t.Errorf("%+v gets %s", x, cookie)
		}
		value, _, _ := strings.Cut(cookie, ";")
		if w := request(c, "GET", "/api/v1/session", x.from, "", "Cookie: "+value, "X-Forwarded-For: "+x.forwarded, "X-Forwarded-Proto: "+x.proto); w.Code != 200 {
			t.Errorf("%+v: the cookie answers %d", x, w.Code)
		}
	}
}

// TestMetrics: figures for those who sit near, and for administrators.
func TestMetrics(t *testing.T) {
	c := open(t, dbtest.Open(t), small())
	boss := user(t, c, "boss", "administrator", "")
	rep := user(t, c, "rep1", "rep", "")
	request(c, "GET", "/api/v1/firm/0000000000001", "192.0.2.1:1", "", "Authorization: Bearer "+rep)
	request(c, "BREW", "/api/v1/firm/0000000000001", "192.0.2.1:1", "", "Authorization: Bearer "+rep)
	for _, x := range []struct {
		name, from string
		headers    []string
		want       int
	}{
		{"this machine", "127.0.0.1:1", nil, 200},
		{"the office", "192.168.1.5:1", nil, 200},
		{"the internet", "192.0.2.1:1", nil, 401},
		{"the internet, through a proxy nobody told us of", "127.0.0.1:1", []string{"X-Forwarded-For: 192.0.2.1"}, 401},
		{"a rep", "192.0.2.1:1", []string{"Authorization: Bearer " + rep}, 403},
		{"an administrator", "192.0.2.1:1", []string{"Authorization: Bearer " + boss}, 200},
	} {
		if w := request(c, "GET", "/metrics", x.from, "", x.headers...); w.Code != x.want {
			t.Errorf("%s: answers %d, want %d", x.name, w.Code, x.want)
		}
	}
	page := request(c, "GET", "/metrics", "127.0.0.1:1", "").Body.String()
	for _, line := range []string{
		`kedang_http_requests_total{method="GET",route="record",status="404"} 1`,
		`kedang_http_requests_total{method="other",route="record",status="405"} 1`,
		`kedang_http_request_seconds_count{route="record"} 2`,
		`kedang_build_info{database="sqlite"`, `kedang_jobs{state="waiting"} 0`, "kedang_db_commits_total ", "go_goroutines ",
	} {
		if !strings.Contains(page, line) {
			t.Errorf("there is no %s", line)
		}
	}
	if strings.Contains(page, "firm") {
		t.Error("a path became a label")
	}
}

// TestWebApp: the page for every address that is no file, files under assets/
// for ever, and nothing outside the folder.
func TestWebApp(t *testing.T) {
	c := company(t, func(o *apitest.Options) {
		o.Web = fstest.MapFS{"index.html": {Data: []byte("<!doctype html>page")}, "assets/app-1234.js": {Data: []byte("let x")}, "logo.svg": {Data: []byte("<svg/>")}}
	})
	for path, want := range map[string]string{"/": "page", "/customer/0123": "page", "/index.html": "page", "/assets/app-1234.js": "let x", "/logo.svg": "<svg/>", "/../../etc/passwd": "page", "/..%2f..%2fetc%2fpasswd": "page"} {
		w := request(c, "GET", path, "192.0.2.1:1", "")
		if w.Code != 200 && w.Code != 307 && w.Code != 301 || w.Code == 200 && !strings.Contains(w.Body.String(), want) {
			t.Errorf("%s answers %d %.60s", path, w.Code, w.Body)
		}
	}
	if w := request(c, "GET", "/assets/app-1234.js", "192.0.2.1:1", ""); !strings.Contains(w.Header().Get("Cache-Control"), "immutable") {
		t.Error("a file with a hash in its name is not kept")
	}
	w := request(c, "GET", "/", "192.0.2.1:1", "")
	if csp := w.Header().Get("Content-Security-Policy"); !strings.Contains(csp, "frame-ancestors 'none'") || strings.Contains(csp, "script-src") {
		t.Errorf("the page's policy is %q", csp)
	}
	if w := request(c, "GET", "/assets/gone.js", "192.0.2.1:1", ""); w.Code != 404 {
		t.Errorf("a file that is gone answers %d", w.Code)
	}
	if w := request(c, "POST", "/", "192.0.2.1:1", ""); w.Code != 405 {
		t.Errorf("posting to the page answers %d", w.Code)
	}
}

// TestHealth: 200 while the database answers, 503 when it does not, and a
// problem without the operator's story.
func TestHealth(t *testing.T) {
	d := dbtest.Open(t)
	c := open(t, d, small())
	if w := request(c, "GET", "/healthz", "192.0.2.1:1", ""); w.Code != 200 {
		t.Errorf("answers %d", w.Code)
	}
	token := user(t, c, "rep1", "rep", "")
	c.Close()
	d.Close()
	for path, want := range map[string]int{"/healthz": 503, "/api/v1/firm": 503} {
		w := request(c, "GET", path, "192.0.2.1:1", "", "Authorization: Bearer "+token)
		if w.Code != want || strings.Contains(w.Body.String(), "Store.") || strings.Contains(w.Body.String(), "SELECT") {
			t.Errorf("%s without a database answers %d %s", path, w.Code, w.Body)
		}
	}
}

// TestSlowClient: one who does not send his body is not waited for for ever. It
// goes over a real connection, with the deadline brought near.
func TestSlowClient(t *testing.T) {
	c := open(t, dbtest.Open(t), small())
	deadlines := make(chan time.Time, 8)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c.ServeHTTP(&hurried{w, deadlines}, r)
	}))
	defer server.Close()
	conn, err := net.Dial("tcp", server.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	fmt.Fprintf(conn, "POST /api/v1/session HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{")
	conn.SetReadDeadline(time.Now().Add(10 * time.Second))
	if _, err := io.ReadAll(conn); err != nil {
		t.Errorf("the connection stays: %v", err)
	}
	if left := time.Until(<-deadlines); left < time.Minute || left > 10*time.Minute {
		t.Errorf("a body may take %s", left)
	}
}

// TestTooLargeIsTold: a client that reads no answer before it has sent all of
// a body that is too large still learns so; on a shut connection it would only
// find it reset.
func TestTooLargeIsTold(t *testing.T) {
	c := open(t, dbtest.Open(t), small())
	token := user(t, c, "rep1", "rep", "")
	server := httptest.NewServer(c)
	defer server.Close()
	conn, err := net.Dial("tcp", server.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	body := `{"name":"` + strings.Repeat("x", 12<<20) + `"}`
	if _, err := fmt.Fprintf(conn, "POST /api/v1/firm HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\nContent-Length: %d\r\n\r\n%s", token, len(body), body); err != nil {
		t.Fatalf("the body cannot be sent: %v", err)
	}
	res, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	told, _ := io.ReadAll(res.Body)
	if res.StatusCode != http.StatusRequestEntityTooLarge || !strings.Contains(string(told), "too_large") {
		t.Errorf("%d %s", res.StatusCode, told)
	}
}

// hurried is a connection whose deadlines come at once.
type hurried struct {
	http.ResponseWriter
	deadlines chan time.Time
}

// SetReadDeadline notes what was asked, and sets 50 ms.
func (h *hurried) SetReadDeadline(t time.Time) error {
	h.deadlines <- t
	return http.NewResponseController(h.ResponseWriter).SetReadDeadline(time.Now().Add(50 * time.Millisecond))
}

// SetWriteDeadline sets nothing.
func (h *hurried) SetWriteDeadline(time.Time) error { return nil }

// TestBadProxies: a setting that is no network is refused at the start.
func TestBadProxies(t *testing.T) {
	c := open(t, dbtest.Open(t), small())
	if _, err := api.New(api.Options{DB: c.DB, Store: c.Store, Access: c.Access, Jobs: c.Jobs, Ledger: c.Ledger, Transfer: c.Transfer, Web: os.DirFS("."), Proxies: []string{"everywhere"}}); err == nil {
		t.Error("a proxy that is no address is taken")
	}
}
