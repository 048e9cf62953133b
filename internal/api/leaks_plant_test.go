package api_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"mime/multipart"
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"kedang/internal/api/apitest"
)

// planted is a company whose every value is a word of its own.
type planted struct {
	t      *testing.T
	c      *apitest.Company
	boss   client
	roles  []string
	types  []plantedType
	words  map[string]string // word -> where it was planted
	ids    map[string][]string
	owner  map[string]string                     // id -> whose
	paths  map[string]map[string]json.RawMessage // of the administrator's OpenAPI document
	files  map[string][]string                   // of a type's records
	others []string                              // ids that are no records: imports, bulks, users, jobs
	serial int
	days   int
}

type plantedType struct {
	Name    string
	Builtin bool
	Fields  []plantedField
}

type plantedField struct {
	Name, Kind, To    string
	Level             string
	Required          any
	Computed, Sealed  bool
	Forms             []string
	Choices           []struct{ Value string }
	Fields            []plantedField
	Sortable, Yearly  bool
	Operators         []string
	MaxLen, Max, Min_ any
}

func (p *planted) schema() {
	var s struct {
		Types []plantedType
		Roles []struct{ Name string }
	}
	p.boss.ok("GET", "/api/v1/sys/schema", "", &s)
	for _, r := range s.Roles {
		if r.Name != "administrator" { // who sees others' imports and bulk changes too
			p.roles = append(p.roles, r.Name)
		}
	}
	p.types, p.words, p.ids, p.files, p.owner = s.Types, map[string]string{}, map[string][]string{}, map[string][]string{}, map[string]string{}
	var doc struct {
		Paths map[string]map[string]json.RawMessage
	}
	p.boss.ok("GET", "/api/openapi.json", "", &doc)
	p.paths = doc.Paths
	if len(p.paths) < 500 {
		p.t.Fatalf("the document has only %d paths", len(p.paths))
	}
}

// word makes one that stands nowhere else, and remembers where it stands.
func (p *planted) word(at string) string {
	p.serial++
	w := "zq" + strings.Map(func(r rune) rune { return rune("bdfhjlnrtv"[r-'0']) }, fmt.Sprintf("%05d", p.serial)) + "xk"
	p.words[w] = at
	return w
}

// digits are seven that stand nowhere else.
func (p *planted) digits(at string) string {
	p.serial++
	w := fmt.Sprintf("73%05d", p.serial)
	p.words[w] = at
	return w
}

// value is a word in the form of a field's kind; nil where there is none.
func (p *planted) value(at string, f plantedField, ids map[string]string) any {
	switch f.Kind {
	case "text", "longtext", "number", "json":
		return p.word(at)
	case "tags":
		return []any{p.word(at)}
	case "url":
		return "https://" + p.word(at) + ".example/"
	case "emails":
		return []any{map[string]any{"address": p.word(at) + "@a.example", "label": p.word(at)}}
	case "social":
		return []any{map[string]any{"service": "wechat", "account": p.word(at)}}
	case "address":
		return map[string]any{"code": "310115", "rest": p.word(at)}
	case "phones":
		return []any{map[string]any{"number": "1380" + p.digits(at), "label": p.word(at)}}
	case "phone":
		return "1390" + p.digits(at)
	case "integer", "money", "decimal":
		return p.digits(at)
	case "identity":
		return p.identity(at, f)
	case "date":
		return p.day().Format(time.DateOnly)
	case "datetime":
		return p.day().Format(time.RFC3339)
	case "choice":
		return f.Choices[0].Value
	case "choices":
		return []any{f.Choices[0].Value}
	case "bool": // most close a record in some way
		if strings.HasSuffix(f.Name, "consent") {
			return true
		}
	case "percent", "rating":
		return "3"
	case "link":
		if id, ok := ids[f.To]; ok {
			return id
		}
	case "links":
		if id, ok := ids[f.To]; ok {
			return []any{id}
		}
	case "rows":
		row := map[string]any{}
		for _, sub := range f.Fields {
			if v := p.value(at, sub, ids); v != nil && !sub.Computed {
				row[sub.Name] = v
			}
		}
		return []any{row}
	}
	return nil
}

// day is later than all before: what ends comes after what begins.
func (p *planted) day() time.Time {
	p.days++
	return time.Date(2026, 12, 1, 2, 0, 0, 0, time.UTC).AddDate(0, 0, p.days)
}

// identity is a paper's number: of a passport where one may be, else one with
// a right check digit.
func (p *planted) identity(at string, f plantedField) any {
	if slices.Contains(f.Forms, "other") {
		return "KX" + p.digits(at)
	}
	return nil
}

// plant makes a record of every type that belongs to a person, linked to each
// other. What a rule refuses is left out.
func (p *planted) plant(owner string) {
	ids := map[string]string{}
	order := []string{"customer", "product", "competitor", "contact", "order"}
	for _, t := range p.types {
		if !t.Builtin && !slices.Contains(order, t.Name) {
			order = append(order, t.Name)
		}
	}
	for _, name := range order {
		t := p.types[slices.IndexFunc(p.types, func(t plantedType) bool { return t.Name == name })]
		v := map[string]any{"owner": p.c.UserID(owner)}
		for _, f := range t.Fields {
			if x := p.value(t.Name+"."+f.Name+" of "+owner, f, ids); x != nil && !f.Computed {
				v[f.Name] = x
			}
		}
		if name == "customer" {
			v["kind"] = "person" // most is asked of persons
		}
		ids[name] = p.create(t, v)
		p.ids[name], p.owner[ids[name]] = append(p.ids[name], ids[name]), owner
		p.attach(name, ids[name], owner)
		p.forget(name, ids[name], owner)
	}
}

// forget drops the words that not even an administrator is shown: those of
// fields whose condition does not hold.
func (p *planted) forget(typ, id, owner string) {
	shown := p.boss.do("GET", "/api/v1/"+typ+"/"+id, "").Body.String()
	var revealed string
	for _, f := range p.types[slices.IndexFunc(p.types, func(t plantedType) bool { return t.Name == typ })].Fields {
		if f.Sealed {
			revealed += p.boss.do("POST", "/api/v1/"+typ+"/"+id+":reveal", `{"field":"`+f.Name+`","reason":"test"}`).Body.String()
		}
	}
	for word, at := range p.words {
		if strings.HasPrefix(at, typ+".") && strings.HasSuffix(at, " of "+owner) && !strings.Contains(shown+revealed, word) {
			delete(p.words, word)
		}
	}
}

var fieldOf = regexp.MustCompile(`^[a-z_0-9]+`)

func (p *planted) create(t plantedType, v map[string]any) string {
	for range 40 {
		raw, err := json.Marshal(v)
		if err != nil {
			p.t.Fatal(err)
		}
		w := p.boss.do("POST", "/api/v1/"+t.Name, string(raw))
		var made struct {
			ID     string
			Errors []struct{ Path, Code string }
		}
		if err := json.Unmarshal(w.Body.Bytes(), &made); err != nil {
			p.t.Fatal(err)
		}
		if w.Code == 201 {
			return made.ID
		}
		left := len(v)
		for _, e := range made.Errors {
			if e.Code == "required" {
				p.t.Fatalf("%s needs %s: %s %s", t.Name, e.Path, w.Body, raw)
			}
			p.t.Logf("%s goes without %s: %s", t.Name, e.Path, e.Code)
			delete(v, fieldOf.FindString(e.Path))
		}
		if len(v) == left {
			p.t.Fatalf("%s: %d %s", t.Name, w.Code, w.Body)
		}
	}
	p.t.Fatalf("%s is refused again and again", t.Name)
	return ""
}

// attach gives a record a file whose name and words are planted.
func (p *planted) attach(typ, id, owner string) {
	var b bytes.Buffer
	form := multipart.NewWriter(&b)
	part, err := form.CreateFormFile("file", p.word(typ+"'s file name of "+owner)+".txt")
	if err != nil {
		p.t.Fatal(err)
	}
	part.Write([]byte(p.word(typ + "'s file of " + owner)))
	form.Close()
	w := p.upload("/api/v1/"+typ+"/"+id+"/files", form, &b)
	var f struct{ ID string }
	if json.Unmarshal(w.Body.Bytes(), &f); w.Code == 201 {
		p.files[typ] = append(p.files[typ], f.ID)
	}
}

func (p *planted) upload(path string, form *multipart.Writer, b *bytes.Buffer) *httptest.ResponseRecorder {
	r := httptest.NewRequest("POST", path, b)
	r.Header.Set("Content-Type", form.FormDataContentType())
	r.Header.Set("Authorization", "Bearer "+p.boss.token)
	w := httptest.NewRecorder()
	p.c.ServeHTTP(w, r)
	return w
}

// beside makes what is no record: an import with refused rows, a bulk change
// of everything, both the administrator's.
func (p *planted) beside() {
	var b bytes.Buffer
	form := multipart.NewWriter(&b)
	part, err := form.CreateFormFile("file", p.word("the import's file name")+".csv")
	if err != nil {
		p.t.Fatal(err)
	}
	fmt.Fprintf(part, "客户名称,电话,主体类型\n%s,13512340001,个人\n%s,13512340002,%s\n", p.word("imported"), p.word("refused"), p.word("the refused cell"))
	form.Close()
	var i struct{ ID, State string }
	if err := json.Unmarshal(p.upload("/api/v1/sys/imports?type=customer", form, &b).Body.Bytes(), &i); err != nil {
		p.t.Fatal(err)
	}
	p.boss.ok("POST", "/api/v1/sys/imports/"+i.ID+"/start", `{"mode":"create"}`, nil)
	await := func(path string) {
		for i.State = ""; i.State != "done"; time.Sleep(2 * time.Millisecond) {
			p.boss.ok("GET", path, "", &i)
			if i.State == "failed" {
				p.t.Fatal(path, " failed")
			}
		}
	}
	await("/api/v1/sys/imports/" + i.ID)
	p.others = append(p.others, i.ID)
	var rows struct{ Items []struct{ ID string } }
	p.boss.ok("GET", "/api/v1/customer?filter="+url.QueryEscape("owner == '"+p.c.UserID("boss")+"'"), "", &rows)
	for _, r := range rows.Items {
		p.ids["customer"] = append(p.ids["customer"], r.ID)
	}
	p.boss.ok("POST", "/api/v1/customer:bulk", `{"query":{"filter":"owner == '`+p.c.UserID("far")+`'"},"set":{"region":"`+p.word("set by a bulk change")+`"}}`, &i)
	await("/api/v1/sys/bulks/" + i.ID)
	for word, at := range p.words {
		switch at {
		case "customer.region of far": // was there before, which history may tell
			delete(p.words, word)
		case "set by a bulk change":
			p.words[word] = "customer.region of far"
		}
	}
	p.others = append(p.others, i.ID, p.c.UserID("boss"), p.c.UserID("far"))
	var jobs struct{ Items []struct{ ID string } }
	p.boss.ok("GET", "/api/v1/sys/jobs?all=true", "", &jobs)
	for _, j := range jobs.Items {
		p.others = append(p.others, j.ID)
	}
}
