package api_test

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
	"testing"

	"kedang/internal/api/apitest"
	"kedang/internal/db"
	"kedang/internal/db/dbtest"
)

// TestPrintIsInert: what people wrote stays data on paper, in the style sheet
// that makes the foot of its pages too.
func TestPrintIsInert(t *testing.T) {
	evil := `"}</style><script>alert(1)</script>\2028 */`
	c := paged(t, dbtest.Open(t), apitest.NewPerson{Name: "boss", Role: "administrator", Password: "correct-horse-9"})
	boss := signedIn(t, c, "boss", "correct-horse-9")
	body, _ := json.Marshal(map[string]string{"name": evil})
	if w := request(c, "PATCH", "/api/v1/sys/company", from, string(body), boss); w.Code != 200 {
		t.Fatal(w.Code, w.Body)
	}
	w := request(c, "POST", "/api/v1/firm", from, string(body), boss)
	var saved struct{ ID string }
	if err := json.Unmarshal(w.Body.Bytes(), &saved); err != nil || w.Code != 201 {
		t.Fatal(w.Code, w.Body)
	}
	page := request(c, "GET", "/print/firm/"+saved.ID, from, "", boss).Body.String()
	if strings.Count(page, "</style>") != 1 || strings.Contains(page, "alert(1)</script>") || strings.Contains(page, "ZgotmplZ") {
		t.Errorf("a name is no longer data: %s", page)
	}
	foot := regexp.MustCompile(`@bottom-left\{content:"((?:[0-9A-Za-z]|\\[0-9a-f]{6})*)"\}`).FindStringSubmatch(page)
	if foot == nil || !strings.HasPrefix(foot[1], `\000022\00007d\00003c`) {
		t.Errorf("the foot is not a plain string: %v", foot)
	}
}

// TestPrintLongList: of a long list 2,000 rows are printed, and it says so.
func TestPrintLongList(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		c := paged(t, d, apitest.NewPerson{Name: "chief", Role: "chief", Password: "correct-horse-9"})
		chief := signedIn(t, c, "chief", "correct-horse-9")
		fill := func(from_, to int) {
			for at := from_; at < to; at += 500 {
				var ops []map[string]any
				for i := at; i < min(at+500, to); i++ {
					ops = append(ops, map[string]any{"verb": "create", "values": map[string]string{"name": fmt.Sprintf("店%05d", i)}})
				}
				body, _ := json.Marshal(map[string]any{"ops": ops})
				if w := request(c, "POST", "/api/v1/firm:batch", from, string(body), chief); w.Code != 200 {
					t.Fatal(w.Code, w.Body)
				}
			}
		}
		print := func() (rows int, page string) {
			w := request(c, "GET", "/print/firm?order_by=name&fields=name", from, "", chief)
			if w.Code != 200 {
				t.Fatal(w.Code, w.Body)
			}
			return strings.Count(w.Body.String(), "<tr>") - 1, w.Body.String()
		}
		fill(0, 2000)
		if n, page := print(); n != 2000 || strings.Contains(page, `class="more"`) {
			t.Errorf("2,000 rows print as %d", n)
		}
		fill(2000, 2001)
		if n, page := print(); n != 2000 || !strings.Contains(page, "只印了前 2000 条") {
			t.Errorf("2,001 rows print as %d: %s", n, page[len(page)-400:])
		}
	})
}

// TestPrintForms prints every declared form of every pack's type, with and
// without values.
func TestPrintForms(t *testing.T) {
	c := open(t, dbtest.Open(t), packs(t, "core", "general", "hotel"))
	token := user(t, c, "boss", "administrator", "head")
	forms := 0
	for _, typ := range c.Store.Schema().Types {
		for _, f := range typ.Print {
			forms++
			id := firstOf(t, c, token, typ.Name)
			w := request(c, "GET", "/print/"+typ.Name+"/"+id+"?form="+f.Name, from, "", "Authorization: Bearer "+token)
			if w.Code != 200 || !strings.Contains(w.Body.String(), "<h1>"+f.Label.ZhHans) || !strings.Contains(w.Body.String(), `class="facts"`) {
				t.Errorf("%s %s: %d %s", typ.Name, f.Name, w.Code, w.Body)
			}
		}
	}
	if forms < 6 {
		t.Errorf("only %d forms are declared", forms)
	}
}

// firstOf is a record of a type; made when there is none.
func firstOf(t *testing.T, c *apitest.Company, token, typ string) string {
	t.Helper()
	auth := "Authorization: Bearer " + token
	ask := func(method, path, body string) (out struct {
		ID    string
		Items []struct{ ID string }
	}) {
		w := request(c, method, "/api/v1/"+path, from, body, auth)
		if err := json.Unmarshal(w.Body.Bytes(), &out); err != nil || w.Code >= 300 {
			t.Fatal(method, path, w.Code, w.Body)
		}
		return out
	}
	if found := ask("GET", typ+"?page_size=1", ""); len(found.Items) > 0 {
		return found.Items[0].ID
	}
	bodies := map[string]func() string{
		"customer": func() string { return `{"name":"王府酒店管理有限公司","kind":"organisation"}` },
		"product":  func() string { return `{"name":"毛巾"}` },
		"order": func() string {
			return `{"customer":"` + firstOf(t, c, token, "customer") + `","lines":[{"product":"` + firstOf(t, c, token, "product") + `","quantity":"2","price":"3"}]}`
		},
	}
	make, ok := bodies[typ]
	if !ok {
		t.Fatalf("say how a %s is made", typ)
	}
	return ask("POST", typ, make()).ID
}
