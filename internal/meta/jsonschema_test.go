package meta_test

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"kedang/internal/meta"
)

// TestJSONSchemas holds packs/schema equal to the Go types (-update writes
// them), and holds the packs that come with Kedang to the schemas.
func TestJSONSchemas(t *testing.T) {
	packs := filepath.Join("..", "..", "packs")
	compiled := map[string]*jsonschema.Schema{}
	for name, data := range meta.JSONSchemas() {
		path := filepath.Join(packs, "schema", name+".json")
		if *update {
			if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
				t.Fatal(err)
			}
		}
		golden(t, path, data)
		doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(data))
		if err != nil {
			t.Fatal(err)
		}
		c := jsonschema.NewCompiler()
		if err := c.AddResource(name+".json", doc); err != nil {
			t.Fatal(err)
		}
		if compiled[name], err = c.Compile(name + ".json"); err != nil {
			t.Fatal(err)
		}
	}
	files, err := filepath.Glob(filepath.Join(packs, "*", "*.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	types, err := filepath.Glob(filepath.Join(packs, "*", "types", "*.yaml"))
	if err != nil || len(types) < 10 {
		t.Fatalf("%d type files (%v)", len(types), err)
	}
	for _, path := range append(files, types...) {
		schema := compiled[strings.TrimSuffix(filepath.Base(path), ".yaml")]
		if filepath.Base(filepath.Dir(path)) == "types" {
			schema = compiled["type"]
		}
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if err := validate(schema, data); err != nil {
			t.Errorf("%s: %v", path, err)
		}
	}
	for _, wrong := range []string{"type: a\nlable: x\n", "label: x\n", "type: A\n", "type: a\nfields: [{name: x, kind: monney}]\n",
		"type: a\naccess: {rep: {read: mine}}\n", "type: a\nextend: b\n"} {
		if validate(compiled["type"], []byte(wrong)) == nil {
			t.Errorf("accepted: %s", wrong)
		}
	}
}

func validate(schema *jsonschema.Schema, data []byte) error {
	var v any
	if err := yaml.Unmarshal(data, &v); err != nil {
		return err
	}
	plain, err := json.Marshal(v)
	if err != nil {
		return err
	}
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(plain))
	if err != nil {
		return err
	}
	return schema.Validate(doc)
}
