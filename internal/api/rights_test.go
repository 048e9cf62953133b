package api_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"go/parser"
	"go/token"
	"mime/multipart"
	"net/http/httptest"
	"net/url"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"kedang/internal/db"
	"kedang/internal/db/dbtest"
)

var (
	seed          = flag.Uint64("seed", 1, "of the random organisations")
	organisations = flag.Int("organisations", 4, "how many random organisations the rights are judged on")
)

// TestRights holds the product to the model on random organisations, through
// every door by which a record can be seen.
func TestRights(t *testing.T) {
	for i := range *organisations {
		s := *seed + uint64(i)
		t.Run(fmt.Sprint("seed=", s), func(t *testing.T) {
			dbtest.Each(t, func(t *testing.T, d *db.DB) {
				o := newOrganisation(t, d, s)
				for u := range o.users {
					o.judge(u)
				}
				o.writes()
				o.bulks()
				o.imports()
				t.Logf("%d users, %d records, %d requests judged", len(o.users), len(o.rows), o.asked)
			})
		})
	}
}

// TestModelStandsAlone keeps the model short and free of the product.
func TestModelStandsAlone(t *testing.T) {
	raw, err := os.ReadFile("rightsmodel_test.go")
	if err != nil {
		t.Fatal(err)
	}
	if n := bytes.Count(raw, []byte("\n")); n > 100 {
		t.Errorf("the model has %d lines", n)
	}
	f, err := parser.ParseFile(token.NewFileSet(), "", raw, parser.ImportsOnly)
	if err != nil {
		t.Fatal(err)
	}
	for _, im := range f.Imports {
		if strings.Contains(im.Path.Value, "kedang") || strings.Contains(im.Path.Value, ".") {
			t.Errorf("the model imports %s", im.Path.Value)
		}
	}
}

// judge compares all that a person sees with what the model says.
func (o *organisation) judge(u int) {
	for _, typ := range []string{"firm", "deal"} {
		o.lists(u, typ)
		o.fields(u, typ)
		o.groups(u, typ)
	}
	for r := range o.rows {
		o.get(u, r)
		o.history(u, r)
		o.why(u, r)
		o.search(u, r)
		if o.rows[r].typ == "firm" {
			o.related(u, r)
		}
	}
}

// ask makes a request and counts it.
func (o *organisation) ask(u int, method, path, body string) *httptest.ResponseRecorder {
	o.asked++
	return o.who[u].do(method, path, body)
}

// visible lists the rows of a type that u may read and keep holds for.
func (o *organisation) visible(u int, typ string, keep func(r int) bool) []int {
	out := []int{}
	for r := range o.rows {
		if o.rows[r].typ == typ && o.may(u, "read", r) && (keep == nil || keep(r)) {
			out = append(out, r)
		}
	}
	return out
}

// page reads a list of three at a time to its end.
func (o *organisation) page(u int, path, filter string) (rows []int, total, code int) {
	token := ""
	for {
		q := url.Values{"page_size": {"3"}, "total": {"exact"}}
		if filter != "" {
			q.Set("filter", filter)
		}
		if token != "" {
			q.Set("page_token", token)
		}
		w := o.ask(u, "GET", path+"?"+q.Encode(), "")
		if w.Code != 200 {
			return nil, 0, w.Code
		}
		var page struct {
			Items []struct{ ID string }
			Next  string `json:"next_page_token"`
			Total struct{ Count int }
		}
		o.must(json.Unmarshal(w.Body.Bytes(), &page))
		for _, item := range page.Items {
			rows = append(rows, o.at[item.ID])
		}
		if token = page.Next; token == "" {
			slices.Sort(rows)
			return rows, page.Total.Count, 200
		}
	}
}

func (o *organisation) lists(u int, typ string) {
	linked := func(hold func(r int) bool) func(r int) bool {
		return func(r int) bool {
			p := o.rows[r].parent
			return p >= 0 && o.may(u, "read", p) && hold(p)
		}
	}
	levelA := func(r int) bool { return o.rows[r].level == "A" }
	cost20 := func(r int) bool { return o.rows[r].cost == "20.00" }
	clear, equal := o.level(u, typ, "cost") >= readable, o.level(u, typ, "cost") >= masked
	not := func(hold func(r int) bool) func(r int) bool { return func(r int) bool { return !hold(r) } }
	cases := []struct {
		filter  string
		keep    func(r int) bool
		allowed bool
	}{
		{"", nil, true},
		{`level == "A"`, levelA, true},
		{`not (level == "A")`, not(levelA), true},
		{`cost == 20`, cost20, equal},
		{`cost >= 20`, func(r int) bool { return o.rows[r].cost >= "20.00" }, clear},
		{`parent.level == "A"`, linked(levelA), true},
		{`parent.level != "A"`, not(linked(levelA)), true},
		{`parent.cost == 20`, linked(cost20), equal},
		{`parent.parent.level == "A"`, linked(linked(levelA)), true},
		{`parent == nil`, func(r int) bool { return o.rows[r].parent < 0 }, true},
	}
	if typ == "deal" {
		cases = append(cases, []struct {
			filter  string
			keep    func(r int) bool
			allowed bool
		}{
			{`firm.level == "A"`, func(r int) bool { f := o.rows[r].root; return o.may(u, "read", f) && levelA(f) }, true},
			{`firm.cost > 20`, func(r int) bool { f := o.rows[r].root; return o.may(u, "read", f) && o.rows[f].cost > "20.00" }, o.level(u, "firm", "cost") >= readable},
		}...)
	}
	for _, x := range cases {
		rows, total, code := o.page(u, "/api/v1/"+typ, x.filter)
		switch {
		case !o.has(u, "read", typ):
			o.expect(u, typ+" list "+x.filter, code, 404)
		case !x.allowed:
			o.expect(u, typ+" list "+x.filter, code, 422)
		default:
			want := o.visible(u, typ, x.keep)
			if code != 200 || !slices.Equal(rows, want) || total != len(want) {
				o.t.Errorf("u%d %s filter %s: %d, rows %v of %d; the model says %v", u, typ, x.filter, code, rows, total, want)
			}
		}
	}
}

func (o *organisation) expect(u int, what string, got, want int) {
	o.t.Helper()
	if got != want {
		o.t.Errorf("u%d %v %s: answered %d, the model says %d", u, o.users[u].roles, what, got, want)
	}
}

var anyID = regexp.MustCompile(`"[0-9A-HJKMNP-TV-Z]{13}"`)

// unknown tells that an answer about a record that u may not see is the one he
// gets about a record that does not exist, to the letter.
func (o *organisation) unknown(u int, got *httptest.ResponseRecorder, method, typ, rest, body string) {
	o.t.Helper()
	none := o.ask(u, method, "/api/v1/"+typ+"/0CND9VV280800"+rest, body)
	same := func(w *httptest.ResponseRecorder) string { return anyID.ReplaceAllString(w.Body.String(), "") } // but for the id asked for
	if got.Code < 400 || got.Code != none.Code || same(got) != same(none) {
		o.t.Errorf("u%d %s %s%s: an unseen record answers %d %s, none at all %d %s", u, method, typ, rest, got.Code, got.Body, none.Code, none.Body)
	}
}

// fields: a hidden field is unknown to lists, a masked one is not sorted by.
func (o *organisation) fields(u int, typ string) {
	if !o.has(u, "read", typ) {
		return
	}
	for _, f := range []string{"cost", "note"} {
		for path, needs := range map[string]int{"?fields=": masked, "?order_by=": readable, ":group?by=": readable} {
			want := 200
			if o.level(u, typ, f) < needs {
				want = 422
			}
			o.expect(u, typ+path+f, o.ask(u, "GET", "/api/v1/"+typ+path+f, "").Code, want)
		}
	}
}

func (o *organisation) groups(u int, typ string) {
	w := o.ask(u, "GET", "/api/v1/"+typ+":group?by=level", "")
	if !o.has(u, "read", typ) {
		o.expect(u, typ+":group", w.Code, 404)
		return
	}
	var g struct {
		Items []struct {
			Value string
			Count int
		}
	}
	o.must(json.Unmarshal(w.Body.Bytes(), &g))
	got, want := map[string]int{}, map[string]int{}
	for _, x := range g.Items {
		got[x.Value] = x.Count
	}
	for _, r := range o.visible(u, typ, nil) {
		want[o.rows[r].level]++
	}
	if diff := cmp.Diff(want, got); diff != "" {
		o.t.Errorf("u%d %s:group (-model +product):\n%s", u, typ, diff)
	}
}

// shown is a field as u sees it.
func (o *organisation) shown(u int, r int, field, value string) any {
	switch o.level(u, o.rows[r].typ, field) {
	case hidden:
		return nil
	case masked:
		return "****"
	}
	return value
}

// link is how u sees a link to a row.
func (o *organisation) link(u, r int) any {
	switch {
	case r < 0:
		return nil
	case !o.may(u, "read", r):
		return map[string]any{"hidden": true}
	}
	return map[string]any{"id": o.ids[r], "title": o.rows[r].name}
}

func (o *organisation) get(u, r int) {
	row := o.rows[r]
	w := o.ask(u, "GET", "/api/v1/"+row.typ+"/"+o.ids[r]+"?expand=parent", "")
	if !o.may(u, "read", r) {
		o.expect(u, "get "+row.name, w.Code, 404)
		return
	}
	var got map[string]any
	o.must(json.Unmarshal(w.Body.Bytes(), &got))
	want := map[string]any{"name": row.name, "cost": o.shown(u, r, "cost", row.cost), "note": o.shown(u, r, "note", row.note), "parent": o.link(u, row.parent)}
	if row.typ == "deal" {
		want["firm"] = o.link(u, row.root)
	}
	for name, value := range want {
		if diff := cmp.Diff(value, got[name]); diff != "" {
			o.t.Errorf("u%d get %s: %s (-model +product):\n%s", u, row.name, name, diff)
		}
	}
	rights, _ := got["rights"].(map[string]any)
	for _, verb := range []string{"update", "history"} {
		if rights[verb] != o.may(u, verb, r) {
			o.t.Errorf("u%d get %s: right to %s is %v, the model says %v", u, row.name, verb, rights[verb], o.may(u, verb, r))
		}
	}
	expanded, _ := got["expanded"].(map[string]any)
	if row.parent < 0 {
		return
	}
	inner, _ := expanded["parent"].(map[string]any)
	if !o.may(u, "read", row.parent) {
		if diff := cmp.Diff(map[string]any{"hidden": true}, inner); diff != "" {
			o.t.Errorf("u%d expand %s (-model +product):\n%s", u, row.name, diff)
		}
		return
	}
	p := o.rows[row.parent]
	if inner["name"] != p.name || inner["cost"] != o.shown(u, row.parent, "cost", p.cost) {
		o.t.Errorf("u%d expand %s: %v", u, row.name, inner)
	}
}

func (o *organisation) history(u, r int) {
	row := o.rows[r]
	w := o.ask(u, "GET", "/api/v1/"+row.typ+"/"+o.ids[r]+"/history", "")
	switch {
	case !o.may(u, "read", r):
		o.unknown(u, w, "GET", row.typ, "/history", "")
		return
	case !o.may(u, "history", r):
		o.expect(u, "history "+row.name, w.Code, 403)
		return
	}
	var h struct {
		Items []struct {
			Changes map[string]struct{ To any }
		}
	}
	o.must(json.Unmarshal(w.Body.Bytes(), &h))
	if len(h.Items) == 0 {
		o.t.Errorf("u%d history %s is empty", u, row.name)
		return
	}
	changes := h.Items[len(h.Items)-1].Changes // the creation
	cost, known := changes["cost"]
	if level := o.level(u, row.typ, "cost"); known != (level > hidden) || (cost.To == row.cost) != (level >= readable) {
		o.t.Errorf("u%d history %s: cost %v %v at level %d", u, row.name, known, cost.To, level)
	}
	if strings.Contains(w.Body.String(), row.note) != (o.level(u, row.typ, "note") >= readable) {
		o.t.Errorf("u%d history %s tells the note at level %d: %s", u, row.name, o.level(u, row.typ, "note"), w.Body)
	}
}

// search looks for a row by its name, and by its note: text that one reads
// masked or not at all finds nothing.
func (o *organisation) search(u, r int) {
	row := o.rows[r]
	for word, ok := range map[string]bool{row.name: true, row.note: o.level(u, row.typ, "note") >= readable} {
		w := o.ask(u, "GET", "/api/v1/search?q="+word, "")
		var hits struct{ Items []struct{ ID, Title string } }
		o.must(json.Unmarshal(w.Body.Bytes(), &hits))
		want := 0
		if ok && o.may(u, "read", r) {
			want = 1
		}
		if word == row.note && o.level(u, row.typ, "note") == masked {
			continue // the whole value may be asked for, as by a filter
		}
		if len(hits.Items) != want || (want == 1 && hits.Items[0].ID != o.ids[r]) {
			o.t.Errorf("u%d search %s finds %v, the model says %d", u, word, hits.Items, want)
		}
	}
}

func (o *organisation) related(u, r int) {
	rows, total, code := o.page(u, "/api/v1/firm/"+o.ids[r]+"/related/deal", "")
	if !o.may(u, "read", r) || !o.has(u, "read", "deal") {
		o.expect(u, "related "+o.rows[r].name, code, 404)
		return
	}
	want := o.visible(u, "deal", func(d int) bool { return o.rows[d].root == r })
	if code != 200 || !slices.Equal(rows, want) || total != len(want) {
		o.t.Errorf("u%d related %s: %d %v of %d, the model says %v", u, o.rows[r].name, code, rows, total, want)
	}
}

// writes changes every row as everybody, and the model with it.
func (o *organisation) writes() {
	for u := range o.users {
		for r := range o.rows {
			field, value := "level", []string{"A", "B"}[o.rand.IntN(2)]
			if o.rand.IntN(3) == 0 {
				field, value = "cost", fmt.Sprintf("%d.00", 10+10*o.rand.IntN(5))
			}
			body := `{"` + field + `":"` + value + `"}`
			o.checks(u, r, field, value)
			w := o.ask(u, "PATCH", "/api/v1/"+o.rows[r].typ+"/"+o.ids[r], body)
			level := o.level(u, o.rows[r].typ, field)
			switch {
			case !o.may(u, "read", r):
				o.unknown(u, w, "PATCH", o.rows[r].typ, "", body)
			case !o.may(u, "update", r):
				if w.Code != 403 && (w.Code != 422 || level == writable) { // the field may be refused before the row
					o.expect(u, "patch "+o.rows[r].name+" "+field, w.Code, 403)
				}
			case level < writable:
				o.expect(u, "patch "+o.rows[r].name+" "+field, w.Code, 422)
			default:
				o.expect(u, "patch "+o.rows[r].name+" "+field, w.Code, 200)
				if field == "level" {
					o.rows[r].level = value
				} else {
					o.rows[r].cost = value
				}
			}
		}
	}
}

// imports lets everybody update all rows of a type by a sheet.
func (o *organisation) imports() {
	for u := range o.users {
		typ := []string{"firm", "deal"}[o.rand.IntN(2)]
		sheet, lines := "number,name,level\n", []int{}
		value := []string{"A", "B"}[u%2]
		for r := range o.rows {
			if o.rows[r].typ == typ {
				sheet += o.number[r] + "," + o.rows[r].name + "," + value + "\n"
				lines = append(lines, r)
			}
		}
		o.importSheet(u, typ, sheet, lines, value)
	}
}

func (o *organisation) importSheet(u int, typ, sheet string, lines []int, value string) {
	var b bytes.Buffer
	form := multipart.NewWriter(&b)
	part, err := form.CreateFormFile("file", "a.csv")
	o.must(err)
	part.Write([]byte(sheet))
	o.must(form.Close())
	r := httptest.NewRequest("POST", "/api/v1/sys/imports?type="+typ, &b)
	r.Header.Set("Content-Type", form.FormDataContentType())
	r.Header.Set("Authorization", "Bearer "+o.who[u].token)
	w := httptest.NewRecorder()
	o.c.ServeHTTP(w, r)
	switch {
	case !o.has(u, "read", typ):
		o.expect(u, "import "+typ, w.Code, 404)
		return
	case !o.has(u, "import", typ):
		o.expect(u, "import "+typ, w.Code, 403)
		return
	}
	var i struct {
		ID, State        string
		Updated, Refused int
		Unchanged        int
	}
	o.must(json.Unmarshal(w.Body.Bytes(), &i))
	w = o.ask(u, "POST", "/api/v1/sys/imports/"+i.ID+"/start", `{"mode":"update","key":"number"}`)
	if !o.has(u, "update", typ) {
		o.expect(u, "start import "+typ, w.Code, 403)
		return
	}
	o.expect(u, "start import "+typ+" "+w.Body.String(), w.Code, 202)
	for i.State != "done" && i.State != "failed" {
		o.who[u].ok("GET", "/api/v1/sys/imports/"+i.ID, "", &i)
		time.Sleep(2 * time.Millisecond)
	}
	updated, unchanged, refused := 0, 0, 0
	for _, r := range lines {
		switch {
		case !o.may(u, "read", r) || !o.may(u, "update", r):
			refused++
		case o.rows[r].level == value:
			unchanged++
		default:
			updated++
			o.rows[r].level = value
		}
	}
	if i.State != "done" || i.Updated != updated || i.Unchanged != unchanged || i.Refused != refused {
		o.t.Errorf("u%d import %s: %+v; the model says %d updated, %d unchanged, %d refused", u, typ, i, updated, unchanged, refused)
	}
	// What was stored is what the model holds.
	boss := client{o.t, o.c, user(o.t, o.c, "boss", "administrator", "")}
	for _, r := range lines {
		var row struct{ Level string }
		boss.ok("GET", "/api/v1/"+typ+"/"+o.ids[r], "", &row)
		if row.Level != o.rows[r].level {
			o.t.Errorf("u%d import: %s has level %s, the model says %s", u, o.rows[r].name, row.Level, o.rows[r].level)
		}
	}
}
