package api_test

import (
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"sort"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"kedang/internal/api/apitest"
	"kedang/internal/db/dbtest"
)

var out = flag.String("out", "", "where TestWriteOpenAPI writes the documents")

// document asks for /api/openapi.json, with a token or without.
func document(t testing.TB, c *apitest.Company, token, lang string) []byte {
	t.Helper()
	r := httptest.NewRequest("GET", "/api/openapi.json", nil)
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	r.Header.Set("Accept-Language", lang)
	w := httptest.NewRecorder()
	c.ServeHTTP(w, r)
	if w.Code != 200 {
		t.Fatalf("answered %d %s", w.Code, w.Body)
	}
	return w.Body.Bytes()
}

func user(t testing.TB, c *apitest.Company, name, role, department string) string {
	t.Helper()
	token, err := c.User(context.Background(), apitest.NewPerson{Name: name, Role: role, Department: department})
	if err != nil {
		t.Fatal(err)
	}
	return token
}

// TestOpenAPIGolden holds the document of the small pack, as a rep sees it.
func TestOpenAPIGolden(t *testing.T) {
	c := open(t, dbtest.Open(t), small())
	var doc map[string]any
	if err := json.Unmarshal(document(t, c, user(t, c, "rep1", "rep", "head"), "en"), &doc); err != nil {
		t.Fatal(err)
	}
	var fixed map[string]any
	if err := json.Unmarshal(document(t, c, "", "en"), &fixed); err != nil {
		t.Fatal(err)
	}
	// The fixed part is held by TestEndpoints; the golden file has what types add.
	for _, at := range [][2]string{{"paths", ""}, {"components", "schemas"}} {
		a, b := doc[at[0]].(map[string]any), fixed[at[0]].(map[string]any)
		if at[1] != "" {
			a, b = a[at[1]].(map[string]any), b[at[1]].(map[string]any)
		}
		for name := range b {
			delete(a, name)
		}
	}
	got, err := json.MarshalIndent(map[string]any{"paths": doc["paths"], "schemas": doc["components"].(map[string]any)["schemas"]}, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	golden(t, "testdata/openapi.golden.json", append(got, '\n'))
}

func golden(t *testing.T, file string, got []byte) {
	t.Helper()
	if *update {
		if err := os.WriteFile(file, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s (-file +now; -update writes it):\n%s", file, cmp.Diff(string(want), string(got)))
	}
}

// TestEndpoints holds the document's fixed endpoints equal to the routes.
func TestEndpoints(t *testing.T) {
	c := open(t, dbtest.Open(t), small())
	var doc struct {
		Paths map[string]map[string]any `json:"paths"`
	}
	if err := json.Unmarshal(document(t, c, "", "en"), &doc); err != nil {
		t.Fatal(err)
	}
	var told []string
	for path, methods := range doc.Paths {
		for m := range methods {
			told = append(told, strings.ToUpper(m)+" "+path)
		}
	}
	source, err := os.ReadFile("server.go")
	if err != nil {
		t.Fatal(err)
	}
	var served []string
	for _, m := range regexp.MustCompile(`(?:open|signed)\("([A-Z]+ [^"]+)"`).FindAllStringSubmatch(string(source), -1) {
		served = append(served, m[1])
	}
	sort.Strings(told)
	sort.Strings(served)
	if diff := cmp.Diff(served, told); diff != "" {
		t.Errorf("routes and document differ (-routes +document):\n%s", diff)
	}
}

// TestAnswersFitDocument judges real answers by the document's own schemas.
func TestAnswersFitDocument(t *testing.T) {
	c := open(t, dbtest.Open(t), small())
	token := user(t, c, "chief", "chief", "head")
	ask := func(method, path, body string) []byte {
		t.Helper()
		r := httptest.NewRequest(method, path, strings.NewReader(body))
		r.Header.Set("Authorization", "Bearer "+token)
		w := httptest.NewRecorder()
		c.ServeHTTP(w, r)
		return w.Body.Bytes()
	}
	made := ask("POST", "/api/v1/firm", `{"name":"王府","level":"A","worth":"5","cost":"1.5","founded":"2001-02-03","staff":3,"listed":true,"tags":["a"],
		"phones":[{"number":"13817662093"}],"secret_phone":"13900001111","id_no":"11010519491231002X","seen_at":"2026-01-31T08:00:00Z","note":"x"}`)
	var firm struct{ ID string }
	if err := json.Unmarshal(made, &firm); err != nil || firm.ID == "" {
		t.Fatalf("%s %v", made, err)
	}
	child := ask("POST", "/api/v1/firm", `{"name":"分号","parent":"`+firm.ID+`"}`)
	deal := ask("POST", "/api/v1/deal", `{"firm":"`+firm.ID+`","lines":[{"what":"浴巾","quantity":"3","price":"2.5"}]}`)
	schema := compile(t, document(t, c, token, "en"))
	for name, raw := range map[string][]byte{
		"Firm": made, "Deal": deal, "FirmPage": ask("GET", "/api/v1/firm", ""), "Hits": ask("GET", "/api/v1/search?q=wangfu", ""),
		"Problem": ask("POST", "/api/v1/firm", `{"level":"Z"}`), "History": ask("GET", "/api/v1/firm/"+firm.ID+"/history", ""), "Groups": ask("GET", "/api/v1/firm:group?by=level", ""),
		"Timeline": ask("GET", "/api/v1/firm/"+firm.ID+"/timeline", ""),
	} {
		fits(t, schema, name, raw)
	}
	fits(t, schema, "Firm", child)
	// … and inputs that are taken are inputs that the document allows.
	fits(t, schema, "FirmInput", []byte(`{"name":"x","level":null,"parent":{"number":"F2026-0001"},"worth":"1.25","tags":["a"],"staff":null}`))
	if err := judge(schema, "FirmInput", []byte(`{"name":"x","level":"Z"}`)); err == nil {
		t.Error("FirmInput allows a level that is none")
	}
	if err := judge(schema, "FirmInput", []byte(`{"deal_total":"1"}`)); err == nil {
		t.Error("FirmInput allows a computed field")
	}
}

func compile(t *testing.T, doc []byte) func(name string) (*jsonschema.Schema, error) {
	t.Helper()
	v, err := jsonschema.UnmarshalJSON(bytes.NewReader(doc))
	if err != nil {
		t.Fatal(err)
	}
	k := jsonschema.NewCompiler()
	k.DefaultDraft(jsonschema.Draft2020)
	if err := k.AddResource("kedang.json", v); err != nil {
		t.Fatal(err)
	}
	return func(name string) (*jsonschema.Schema, error) {
		return k.Compile("kedang.json#/components/schemas/" + name)
	}
}

func judge(schema func(string) (*jsonschema.Schema, error), name string, raw []byte) error {
	s, err := schema(name)
	if err != nil {
		return err
	}
	v, err := jsonschema.UnmarshalJSON(bytes.NewReader(raw))
	if err != nil {
		return err
	}
	return s.Validate(v)
}

func fits(t *testing.T, schema func(string) (*jsonschema.Schema, error), name string, raw []byte) {
	t.Helper()
	if err := judge(schema, name, raw); err != nil {
		t.Errorf("%s does not fit its schema: %v\n%s", name, err, raw)
	}
}

// TestWriteOpenAPI writes the documents that scripts/openapi-lint.sh lints: of
// the repository's packs, to an administrator and to nobody.
func TestWriteOpenAPI(t *testing.T) {
	if *out == "" {
		t.Skip("no -out")
	}
	c := open(t, dbtest.Open(t), packs(t, "core", "general", "hotel"))
	for name, token := range map[string]string{"administrator": user(t, c, "boss", "administrator", ""), "rep": user(t, c, "rep1", "rep", "head"), "anyone": ""} {
		if err := os.WriteFile(filepath.Join(*out, name+".json"), document(t, c, token, "en"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}
