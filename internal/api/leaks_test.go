package api_test

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"kedang/internal/db/dbtest"
	"kedang/internal/meta"
)

var leakRoles = flag.String("leak-roles", "shop_assistant,probe", "whose eyes TestNoDoorTellsMoreThanGet looks with; all for every role of the packs")

// TestNoDoorTellsMoreThanGet plants a word of its own into every field of
// records of every type of our packs, reads each record as one person — that is
// what he may know, and TestRights judges it — and then walks every route of
// the whole OpenAPI document, those his own document does not show too, with
// ids of records he cannot see and names of fields he does not have. No answer
// may hold a word that GET has not shown him.
func TestNoDoorTellsMoreThanGet(t *testing.T) {
	sources := packs(t, "core", "general", "hotel")
	c := open(t, dbtest.Open(t), append(sources, probe(t, sources)))
	p := planted{t: t, c: c, boss: client{t, c, user(t, c, "boss", "administrator", "head")}}
	p.schema()
	user(t, c, "far", "rep", "head/beijing")
	user(t, c, "near", "rep", "head/shanghai")
	p.plant("far")
	p.plant("near")
	p.beside()
	roles := strings.Split(*leakRoles, ",")
	if *leakRoles == "all" {
		roles = append(p.roles, "") // and of somebody without one
	}
	for _, role := range roles {
		t.Run("role="+role, func(t *testing.T) {
			name := "eye_" + role
			e := &eye{planted: &p, who: client{t, c, user(t, c, name, role, "head/shanghai")}, t: t, rand: rand.New(rand.NewPCG(*seed, 11))}
			if role != "" {
				p.plant(name)
			}
			e.look()
			e.walk()
			e.ask()
			e.change()
			t.Logf("%d requests, %d words, %d of them known", e.asked, len(p.words), len(e.known))
		})
	}
}

// probe is a pack with a role that reads every record, its history and sheets,
// and every third field, the others masked or not at all.
func probe(t *testing.T, sources []meta.Source) meta.Source {
	t.Helper()
	schema, problems := meta.Load(sources...)
	if err := problems.Err(); err != nil {
		t.Fatal(err)
	}
	files := fstest.MapFS{
		"pack.yaml":  {Data: []byte("name: probe\nlabel: {zh-Hans: 探}\nversion: 1.0.0\nrequires: [hotel]\n")},
		"roles.yaml": {Data: []byte("- {name: probe, label: {zh-Hans: 探}}\n")},
	}
	for _, typ := range schema.Types {
		if typ.Builtin {
			continue
		}
		var levels []string
		for i, f := range typ.Fields {
			levels = append(levels, f.Name+": "+[]string{"hidden", "masked", "read"}[i%3])
		}
		files["types/"+typ.Name+".yaml"] = &fstest.MapFile{Data: []byte("extend: " + typ.Name +
			"\naccess: {probe: {read: all, history: all, export: all, fields: {" + strings.Join(levels, ", ") + "}}}\n")}
	}
	return meta.Source{Name: "probe", FS: files}
}

// eye is a person who looks through every door.
type eye struct {
	*planted
	t     *testing.T
	rand  *rand.Rand
	who   client
	known map[string]bool
	reads map[string]bool // "customer of far" -> GET shows it
	masks map[string]bool // "customer.phones" -> a field he has, masked or sealed: he may ask for a whole value
	asked int
	told  int
}

// do asks, and holds the answer against what may be known.
func (e *eye) do(method, path, body string) *httptest.ResponseRecorder {
	w := e.who.do(method, path, body)
	e.asked++
	for _, word := range e.heard(w) {
		if !e.known[word] && !strings.Contains(path, word) && !strings.Contains(body, word) {
			if e.told++; e.told < 20 {
				e.t.Errorf("%s %.200s %.200s\n tells %q, which is %s:\n %d %.600s", method, path, body, word, e.words[word], w.Code, w.Body)
			}
		}
	}
	if w.Code >= 500 && w.Code != 503 {
		e.t.Errorf("%s %s %s answers %d %s", method, path, body, w.Code, w.Body)
	}
	return w
}

var plantedWord = regexp.MustCompile(`zq[bdfhjlnrtv]{5}xk|73\d{5}`)

// heard are the planted words of an answer, of a workbook's parts too.
func (e *eye) heard(w *httptest.ResponseRecorder) (out []string) {
	text := w.Body.Bytes()
	if book, err := zip.NewReader(bytes.NewReader(text), int64(len(text))); err == nil {
		for _, f := range book.File {
			if r, err := f.Open(); err == nil {
				raw, _ := io.ReadAll(r)
				r.Close()
				text = append(text, raw...)
			}
		}
	}
	for _, x := range plantedWord.FindAllString(string(text), -1) {
		if _, planted := e.words[x]; planted {
			out = append(out, x)
		}
	}
	for _, list := range w.Header() {
		out = append(out, plantedWord.FindAllString(strings.Join(list, " "), -1)...)
	}
	return out
}

// look reads every record, which is what may be known, and the files of those
// that can be read.
func (e *eye) look() {
	e.known, e.reads, e.masks = map[string]bool{}, map[string]bool{}, map[string]bool{}
	var s struct{ Types []plantedType }
	e.who.ok("GET", "/api/v1/sys/schema", "", &s)
	for _, t := range s.Types {
		for _, f := range t.Fields {
			e.masks[t.Name+"."+f.Name] = f.Sealed || f.Level == "masked"
		}
	}
	for typ, ids := range e.ids {
		for _, id := range ids {
			at := "/api/v1/" + typ + "/" + id
			w := e.who.do("GET", at, "")
			if w.Code != 200 {
				continue
			}
			e.learn(w)
			e.reads[typ+" of "+e.owner[id]] = true
			var files struct{ Items []struct{ ID string } }
			w = e.who.do("GET", at+"/files", "")
			e.learn(w)
			if json.Unmarshal(w.Body.Bytes(), &files) == nil {
				for _, f := range files.Items {
					e.learn(e.who.do("GET", at+"/files/"+f.ID, ""))
				}
			}
		}
	}
}

func (e *eye) learn(w *httptest.ResponseRecorder) {
	for _, word := range e.heard(w) {
		e.known[word] = true
	}
}

// walk goes through all routes of the document that change nothing, with the
// ids of all records.
func (e *eye) walk() {
	for _, path := range slices.Sorted(maps.Keys(e.paths)) {
		typ := strings.FieldsFunc(strings.TrimPrefix(path, "/api/v1/"), func(r rune) bool { return r == '/' || r == ':' })[0]
		ids := e.ids[typ]
		if ids == nil {
			ids = append(slices.Clone(e.others), e.ids["customer"]...)
		}
		if !strings.Contains(path, "{id}") {
			ids = ids[:1]
		}
		for _, id := range ids {
			at := strings.ReplaceAll(path, "{id}", id)
			for _, at := range e.rest(at, typ) {
				for method := range e.paths[path] {
					if method == "get" {
						e.do("GET", at, "")
					}
				}
			}
		}
	}
	for typ, ids := range e.ids {
		e.do("GET", "/print/"+typ, "")
		for _, id := range ids {
			e.do("GET", "/print/"+typ+"/"+id, "")
			e.do("GET", "/api/v1/"+typ+"/"+id+"?as_of=rev:1", "")
			e.do("GET", "/api/v1/"+typ+"/"+id+"?as_of=2027-01-01", "")
			e.do("POST", "/api/v1/"+typ+":check", `{"id":"`+id+`","values":{}}`)
			e.do("POST", "/api/v1/"+typ+":bulk", `{"ids":["`+id+`"],"archive":true,"preview":true}`)
		}
	}
	e.do("GET", "/print/customer?form=card", "")
	e.do("GET", "/", "")
	e.do("GET", "/metrics", "")
}

// rest fills in the other parameters of a path.
func (e *eye) rest(at, typ string) (out []string) {
	switch {
	case strings.Contains(at, "{file}"):
		for _, f := range e.files[typ] {
			out = append(out, strings.ReplaceAll(at, "{file}", f))
		}
	case strings.Contains(at, "{field}"):
		for _, f := range e.fields(typ) {
			out = append(out, strings.ReplaceAll(at, "{field}", f.Name))
		}
	case strings.Contains(at, "{link}"):
		for _, t := range e.types {
			for _, f := range t.Fields {
				if f.To == typ {
					out = append(out, strings.ReplaceAll(at, "{link}", t.Name), strings.ReplaceAll(at, "{link}", t.Name+"."+f.Name))
				}
			}
		}
	default:
		out = []string{at}
	}
	return out
}

func (e *eye) fields(typ string) []plantedField {
	i := slices.IndexFunc(e.types, func(t plantedType) bool { return t.Name == typ })
	if i < 0 {
		return nil
	}
	return e.types[i].Fields
}

// ask names every field of every type in lists, groups, sheets and filters.
// Where its words are not known, asking for one must answer as asking for a
// word that stands nowhere.
func (e *eye) ask() {
	for _, t := range e.types {
		if t.Builtin {
			continue
		}
		at := "/api/v1/" + t.Name
		for _, f := range t.Fields {
			for _, q := range []string{"?fields=" + f.Name, "?order_by=" + f.Name, "?order_by=-" + f.Name, "?expand=" + f.Name, ":group?by=" + f.Name,
				":group?by=created_by&sum=" + f.Name, ":export?format=xlsx&fields=" + f.Name, "?filter=" + url.QueryEscape(f.Name+" != nil")} {
				e.do("GET", at+q, "")
			}
			e.asksFor(t, f)
		}
	}
	for word, at := range e.words {
		if !e.known[word] && !e.whole(at) && e.picks() {
			e.same(word, "GET", "/api/v1/search?q=", "")
			if word[0] == 'z' { // the end of digits may be a record's number
				e.same(word[2:], "GET", "/api/v1/search?q=", "")
			}
		}
	}
}

// whole tells that a person may ask whether a field has one whole value, or
// ends with four characters: he sees it masked, and each such question is noted.
func (e *eye) whole(at string) bool {
	field, owner, _ := strings.Cut(at, " of ")
	typ, _, _ := strings.Cut(field, ".")
	return e.masks[field] && e.reads[typ+" of "+owner]
}

// picks takes some of the questions, all when every role is looked at.
func (e *eye) picks() bool { return *leakRoles == "all" || e.rand.IntN(5) == 0 }

// asksFor tries each word of a field in filters.
func (e *eye) asksFor(t plantedType, f plantedField) {
	if f.Kind == "rows" || f.Kind == "json" {
		return
	}
	for word, at := range e.words {
		if e.known[word] || !strings.HasPrefix(at, t.Name+"."+f.Name+" of ") || !e.picks() {
			continue
		}
		for _, op := range f.Operators {
			filter := ""
			if e.whole(at) && (op == "==" || op == "has") {
				continue
			}
			switch op {
			case "contains", "startsWith", "endsWith":
				filter = f.Name + " " + op + " '%s'"
			case "==":
				if filter = f.Name + " == '%s'"; f.Kind == "money" || f.Kind == "decimal" || f.Kind == "integer" {
					filter = f.Name + " >= %[1]s and " + f.Name + " <= %[1]s"
				}
			case "has":
				filter = "has(" + f.Name + ", '%s')"
			default:
				continue
			}
			e.same(word, "GET", "/api/v1/"+t.Name+"?filter=", filter)
			if f.To == "" && t.Name == "customer" && op != "has" {
				e.same(word, "GET", "/api/v1/contact?filter=", "customer."+strings.Replace(filter, " and ", " and customer.", 1))
			}
		}
		if !e.whole(at) {
			e.same(word, "GET", "/api/v1/"+t.Name+"?total=exact&q=", "")
		}
	}
}

// same asks with a word and with one that stands nowhere: the answers are one,
// but for the words themselves.
func (e *eye) same(word, method, path, pattern string) {
	none := "zqzzzzzxk"[9-len(word):]
	if word[0] < 'a' {
		none = "7999999"[7-len(word):]
	}
	if pattern == "" {
		pattern = "%s"
	}
	var got [2]string
	for i, x := range []string{word, none} {
		w := e.do(method, path+url.QueryEscape(fmt.Sprintf(pattern, x)), "")
		if got[i] = fmt.Sprint(w.Code); w.Code < 300 { // a refusal repeats a part of the question
			got[i] += strings.ReplaceAll(w.Body.String(), x, "?")
		}
	}
	if got[0] != got[1] {
		if e.told++; e.told < 20 {
			e.t.Errorf("%s%s tells %s (%s) from what is nowhere:\n %.400s\n %.400s", path, pattern, word, e.words[word], got[0], got[1])
		}
	}
}

// change tries every door that changes something on what cannot be seen, the
// gentlest first; what is answered must tell nothing.
func (e *eye) change() {
	for _, path := range slices.Sorted(maps.Keys(e.paths)) {
		if strings.Contains(path, "session") || strings.Contains(path, "password") || strings.Contains(path, "tokens") {
			continue // would end this very walk
		}
		typ := strings.FieldsFunc(strings.TrimPrefix(path, "/api/v1/"), func(r rune) bool { return r == '/' || r == ':' })[0]
		ids := e.ids[typ]
		if ids == nil {
			ids = e.others
		}
		for method := range e.paths[path] {
			if method != "post" && method != "patch" && method != "delete" {
				continue
			}
			for _, id := range ids {
				if w := e.who.do("GET", "/api/v1/"+typ+"/"+id, ""); e.ids[typ] != nil && w.Code == 200 {
					continue // his to change, which tells him what he changed
				}
				for _, at := range e.rest(strings.ReplaceAll(path, "{id}", id), typ) {
					bodies := []string{`{}`, `{"owner":"` + e.c.UserID("boss") + `"}`, `{"field":"id_number","reason":"a"}`, `{"rev":1}`, `{"ids":["` + id + `"],"preview":true,"set":{"remark":"a"}}`}
					if strings.Contains(path, "/files") || method == "delete" {
						bodies = bodies[:1]
					}
					for _, body := range bodies {
						e.do(strings.ToUpper(method), at, body)
					}
				}
			}
		}
	}
}
