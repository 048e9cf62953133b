package api_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"unicode/utf8"

	"kedang/internal/api/apitest"
	"kedang/internal/han"
)

// client asks a company as one person.
type client struct {
	t     testing.TB
	c     *apitest.Company
	token string
}

func (k client) do(method, path, body string) *httptest.ResponseRecorder {
	k.t.Helper()
	r := httptest.NewRequest(method, path, strings.NewReader(body))
	if k.token != "" {
		r.Header.Set("Authorization", "Bearer "+k.token)
	}
	w := httptest.NewRecorder()
	k.c.ServeHTTP(w, r)
	return w
}

// ok asks and decodes what must be a success.
func (k client) ok(method, path, body string, into any) {
	k.t.Helper()
	w := k.do(method, path, body)
	if w.Code >= 300 {
		k.t.Fatalf("%s %s %.300s answered %d %s", method, path, body, w.Code, w.Body)
	}
	if into != nil {
		if err := json.Unmarshal(w.Body.Bytes(), into); err != nil {
			k.t.Fatalf("%s %s answered what is no JSON: %v", method, path, err)
		}
	}
}

// problem is what a refusal says.
type problem struct {
	Status int
	Code   string
	Errors []struct{ Path, Code string }
}

// refused asks for what must be refused as a problem.
func (k client) refused(method, path, body string) (p problem) {
	k.t.Helper()
	w := k.do(method, path, body)
	if w.Code < 400 || w.Code >= 500 || w.Header().Get("Content-Type") != "application/problem+json" {
		k.t.Fatalf("%s %.300s %.200s answered %d %s %.500s", method, path, body, w.Code, w.Header().Get("Content-Type"), w.Body)
	}
	if err := json.Unmarshal(w.Body.Bytes(), &p); err != nil || p.Code == "" {
		k.t.Fatalf("%s: a problem without a code: %s", path, w.Body)
	}
	return p
}

func quoteJSON(s string) string {
	raw, err := json.Marshal(s)
	if err != nil {
		panic(err)
	}
	return string(raw)
}

// hostile reads every string of the shared collections.
func hostile(t *testing.T) []string {
	t.Helper()
	dir := filepath.Join("..", "..", "..", "shared", "data", "hostile")
	files, err := os.ReadDir(dir)
	if err != nil {
		t.Skip("the collection of hostile strings is not here")
	}
	var all []string
	for _, f := range files {
		raw, err := os.ReadFile(filepath.Join(dir, f.Name()))
		if err != nil {
			t.Fatal(err)
		}
		var list []string
		if strings.HasSuffix(f.Name(), ".json") {
			list = jsonStrings(t, f.Name(), raw)
		} else {
			list = strings.Split(strings.TrimSuffix(string(raw), "\n"), "\n")
		}
		all = append(all, list...)
	}
	if len(all) < 300 {
		t.Fatalf("only %d hostile strings were read", len(all))
	}
	return all
}

// jsonStrings gives every string in a JSON file, wherever it stands.
func jsonStrings(t *testing.T, name string, raw []byte) (out []string) {
	t.Helper()
	var v any
	if err := json.Unmarshal(raw, &v); err != nil {
		t.Fatal(name, err)
	}
	var walk func(v any)
	walk = func(v any) {
		switch x := v.(type) {
		case string:
			out = append(out, x)
		case []any:
			for _, y := range x {
				walk(y)
			}
		case map[string]any:
			for _, y := range x {
				walk(y)
			}
		}
	}
	walk(v)
	return out
}

// TestHostileStrings: what is valid text comes back byte for byte, is found by
// filter and by search, and is never run; the rest is refused with a code.
func TestHostileStrings(t *testing.T) {
	all := hostile(t)
	each(t, small(), func(t *testing.T, c *apitest.Company) {
		k := client{t, c, user(t, c, "chief", "chief", "head")}
		kept, searched := 0, 0
		for i, s := range all {
			name := fmt.Sprintf("%06d %s", i, s) // unique, and never blank
			body := `{"name":` + quoteJSON(name) + `,"note":` + quoteJSON(s) + `}`
			if strings.ContainsRune(s, 0) || !utf8.ValidString(s) {
				if p := k.refused("POST", "/api/v1/firm", rawJSON(name)); p.Code == "internal" {
					t.Errorf("%q: %+v", s, p)
				}
				continue
			}
			if utf8.RuneCountInString(name) > 5000 {
				continue
			}
			var made struct{ ID, Name, Note string }
			k.ok("POST", "/api/v1/firm", body, &made)
			if made.Name != name || made.Note != s {
				t.Errorf("%q came back as %q, note %q", name, made.Name, made.Note)
			}
			kept++
			k.found(name, made.ID)
			if searchable(s) {
				searched++
				k.hit(i, s, made.ID)
			}
		}
		t.Logf("%d strings kept and found by filter, %d of them looked for by search", kept, searched)
		var list struct{ Total struct{ Count int } }
		k.ok("GET", "/api/v1/firm?page_size=1&total=exact", "", &list)
		if list.Total.Count != kept {
			t.Errorf("%d records stand there, %d were stored", list.Total.Count, kept)
		}
	})
}

// found asks for a name by a filter; names are unique.
func (k client) found(name, id string) {
	k.t.Helper()
	var page struct{ Items []struct{ ID, Name string } }
	k.ok("POST", "/api/v1/firm:query", `{"fields":["name"],"filter":`+quoteJSON("name == "+quoteExpr(name))+`}`, &page)
	if len(page.Items) != 1 || page.Items[0].ID != id || page.Items[0].Name != name {
		k.t.Errorf("filter name == %q found %v", name, page.Items)
	}
}

// searchable tells that a string has letters or digits to look for.
func searchable(s string) bool {
	q := han.ParseQuery(s)
	return !q.Empty() && len([]rune(s)) < 150
}

func (k client) hit(i int, s, id string) {
	k.t.Helper()
	var hits struct{ Items []struct{ ID string } }
	ask := fmt.Sprintf("%06d %s", i, s)
	k.ok("GET", "/api/v1/search?limit=100&q="+url.QueryEscape(ask), "", &hits)
	for _, h := range hits.Items {
		if h.ID == id {
			return
		}
	}
	k.t.Errorf("search for %q does not find it (%d hits)", ask, len(hits.Items))
}

// rawJSON is a body whose name has the bytes as they are.
func rawJSON(name string) string {
	var b bytes.Buffer
	b.WriteString(`{"name":"`)
	for i := 0; i < len(name); i++ {
		switch c := name[i]; {
		case c == '"' || c == '\\':
			b.WriteByte('\\')
			b.WriteByte(c)
		case c < ' ':
			fmt.Fprintf(&b, `\u%04x`, c)
		default:
			b.WriteByte(c)
		}
	}
	b.WriteString(`"}`)
	return b.String()
}

// quoteExpr writes a text as a constant of the expression language.
func quoteExpr(s string) string {
	var b strings.Builder
	b.WriteByte('"')
	for _, r := range s {
		switch {
		case r == '"' || r == '\\':
			b.WriteByte('\\')
			b.WriteRune(r)
		case r < ' ' || r == 0x7f || r == '\u2028' || r == '\u2029' || r == '\ufeff':
			fmt.Fprintf(&b, `\u%04x`, r)
		default:
			b.WriteRune(r)
		}
	}
	b.WriteByte('"')
	return b.String()
}

// TestNoText: bytes that are no text are refused with a code, in every place
// where a caller may put them.
func TestNoText(t *testing.T) {
	each(t, small(), func(t *testing.T, c *apitest.Company) {
		k := client{t, c, user(t, c, "chief", "chief", "head")}
		for _, x := range []struct{ method, path, body, code string }{
			{"POST", "/api/v1/firm", "{\"name\":\"a\xffb\"}", "invalid_utf8"},
			{"POST", "/api/v1/firm", "{\"name\":\"a\xed\xa0\x80b\"}", "invalid_utf8"},
			{"POST", "/api/v1/firm", `{"name":"a\u0000b"}`, "nul_in_text"},
			{"POST", "/api/v1/firm", `{"name":"a","note":"\u0000"}`, "nul_in_text"},
			{"POST", "/api/v1/firm", `{"name":"a","tags":["\u0000"]}`, "nul_in_text"},
			{"POST", "/api/v1/deal", `{"firm":"a","lines":[{"what":"\u0000","quantity":"1","price":"1"}]}`, "nul_in_text"},
			{"GET", "/api/v1/firm?filter=name%20%3D%3D%20%22%00%22", "", "nul_in_text"},
			{"GET", "/api/v1/firm?q=%FF", "", "invalid_utf8"},
			{"GET", "/api/v1/firm?view=%00", "", "nul_in_text"},
			{"GET", "/api/v1/search?q=%ED%A0%80", "", "invalid_utf8"},
			{"POST", "/api/v1/firm:query", `{"filter":"name == \"\u0000\""}`, ""},
			{"POST", "/api/v1/firm:query", `{"page_token":"\u0000"}`, ""},
			{"POST", "/api/v1/sys/users", `{"username":"a\u0000b","name":"c"}`, ""},
			{"POST", "/api/v1/sys/tokens", `{"name":"\u0000"}`, ""},
			{"POST", "/api/v1/session", `{"username":"a\u0000b","password":"c"}`, ""},
			{"GET", "/api/v1/sys/users?q=%00", "", ""},
			{"GET", "/api/v1/firm/%00", "", ""},
			{"GET", "/api/v1/%00", "", ""},
		} {
			w := k.do(x.method, x.path, x.body)
			if w.Code >= 500 || (w.Code < 400 && x.code != "") {
				t.Errorf("%s %s %q answered %d %s", x.method, x.path, x.body, w.Code, w.Body)
				continue
			}
			if !strings.Contains(w.Body.String(), `"code":"`+x.code) {
				t.Errorf("%s %s %q is not refused as %s: %s", x.method, x.path, x.body, x.code, w.Body)
			}
		}
		with := func(header, value string) *httptest.ResponseRecorder {
			r := httptest.NewRequest("POST", "/api/v1/firm", strings.NewReader(`{"name":"kopf`+header+`"}`))
			r.Header.Set("Authorization", "Bearer "+k.token)
			r.Header.Set(header, value)
			w := httptest.NewRecorder()
			c.ServeHTTP(w, r)
			return w
		}
		for _, h := range []string{"Idempotency-Key", "If-Match", "Accept-Language", "User-Agent"} {
			if w := with(h, "a\xffb"); w.Code >= 500 {
				t.Errorf("%s: %d %s", h, w.Code, w.Body)
			}
		}
	})
}

// TestLargeInput: bodies of 10 MB, filters of 10,000 clauses and other floods
// are clear problems, and memory stays bounded.
func TestLargeInput(t *testing.T) {
	each(t, small(), func(t *testing.T, c *apitest.Company) {
		k := client{t, c, user(t, c, "chief", "chief", "head")}
		big := strings.Repeat("字", 10<<20/3)
		var before, after runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&before)
		for _, x := range []struct{ name, method, path, body, code string }{
			{"body", "POST", "/api/v1/firm", `{"name":"` + big + `"}`, "too_large"},
			{"body of a patch", "PATCH", "/api/v1/firm/0000000000001", `{"name":"` + big + `"}`, "too_large"},
			{"batch", "POST", "/api/v1/firm:batch", `{"ops":[` + strings.Repeat(`{"verb":"create","values":{"name":"x"}},`, 300_000) + `{"verb":"create"}]}`, "too_large"},
			{"501 writes", "POST", "/api/v1/firm:batch", `{"ops":[` + strings.Repeat(`{"verb":"create","values":{"name":"x"}},`, 500) + `{"verb":"create"}]}`, "out_of_range"},
			{"query", "POST", "/api/v1/firm:query", `{"filter":"` + big + `"}`, "too_large"},
			{"sign-in", "POST", "/api/v1/session", `{"username":"` + big + `","password":"x"}`, "too_large"},
			{"password", "POST", "/api/v1/session", `{"username":"chief","password":"` + strings.Repeat("x", 3<<20) + `"}`, ""},
			{"clauses", "POST", "/api/v1/firm:query", `{"filter":"` + strings.Repeat("staff == 1 or ", 10_000) + `staff == 2"}`, "too_complex"},
			{"clauses and", "POST", "/api/v1/firm:query", `{"filter":"` + strings.Repeat("staff != 1 and ", 10_000) + `staff == 2"}`, "too_complex"},
			{"clauses in a URL", "GET", "/api/v1/firm?filter=" + url.QueryEscape(strings.Repeat("staff == 1 or ", 10_000)+"staff == 2"), "", "too_complex"},
			{"brackets", "POST", "/api/v1/firm:query", `{"filter":"` + strings.Repeat("(", 10_000) + "staff == 1" + strings.Repeat(")", 10_000) + `"}`, ""},
			{"nots", "POST", "/api/v1/firm:query", `{"filter":"` + strings.Repeat("not ", 50_000) + `listed"}`, ""},
			{"list", "POST", "/api/v1/firm:query", `{"filter":"staff in [` + strings.Repeat("1,", 100_000) + `2]"}`, ""},
			{"nested JSON", "POST", "/api/v1/firm", strings.Repeat("[", 1<<20), "too_deep"},
			{"nested objects", "POST", "/api/v1/firm", strings.Repeat(`{"a":`, 1<<19), "too_deep"},
			{"fields", "GET", "/api/v1/firm?fields=" + strings.Repeat("name,", 20_000) + "name", "", ""},
			{"expand", "GET", "/api/v1/firm?expand=" + strings.Repeat("parent.", 5_000) + "parent", "", ""},
			{"order", "GET", "/api/v1/firm?order_by=" + strings.Repeat("name,", 5_000) + "name", "", ""},
			{"token", "GET", "/api/v1/firm?page_token=" + strings.Repeat("A", 100_000), "", "page_token_invalid"},
			{"search", "GET", "/api/v1/search?q=" + url.QueryEscape(strings.Repeat("王府酒店 ", 20_000)), "", ""},
			{"types", "GET", "/api/v1/search?q=x&types=" + strings.Repeat("firm,", 20_000) + "firm", "", ""},
			{"unknown fields", "POST", "/api/v1/firm", `{"name":"x"` + manyFields(50_000) + `}`, ""},
			{"tags", "POST", "/api/v1/firm", `{"name":"x","tags":[` + strings.Repeat(`"t",`, 100_000) + `"t"]}`, ""},
			{"phones", "POST", "/api/v1/firm", `{"name":"x","phones":[` + strings.Repeat(`"13800000000",`, 50_000) + `"1"]}`, ""},
			{"number", "POST", "/api/v1/firm", `{"name":"x","worth":` + strings.Repeat("9", 1<<20) + `}`, ""},
			{"exponent", "POST", "/api/v1/firm", `{"name":"x","worth":1e999999999}`, ""},
			{"path", "GET", "/api/v1/firm/" + strings.Repeat("A", 100_000), "", "not_found"},
		} {
			w := k.do(x.method, x.path, x.body)
			if w.Code >= 500 && w.Code != http.StatusServiceUnavailable {
				t.Errorf("%s answered %d %.300s", x.name, w.Code, w.Body)
			}
			if x.code != "" && !strings.Contains(w.Body.String(), `"`+x.code+`"`) {
				t.Errorf("%s answered %d %.300s, not %s", x.name, w.Code, w.Body, x.code)
			}
			if w.Body.Len() > 1<<20 {
				t.Errorf("%s is answered with %d bytes", x.name, w.Body.Len())
			}
		}
		runtime.GC()
		runtime.ReadMemStats(&after)
		if grown := int64(after.HeapAlloc) - int64(before.HeapAlloc); grown > 64<<20 {
			t.Errorf("the heap grew by %d MB and kept it", grown>>20)
		}
		var list struct{ Total struct{ Count int } }
		k.ok("GET", "/api/v1/firm?total=exact", "", &list)
		if list.Total.Count > 1 {
			t.Errorf("%d records were stored by what should have been refused", list.Total.Count)
		}
	})
}

func manyFields(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, `,"f%d":1`, i)
	}
	return b.String()
}
