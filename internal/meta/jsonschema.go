package meta

import (
	"encoding/json"
	"reflect"
	"slices"
	"sort"
)

// object is a JSON Schema, or a part of one.
type object = map[string]any

// enums are the closed value lists of keys, by struct and key.
func enums() map[string][]string {
	out := map[string][]string{"Field.kind": kindNames(), "Rollup.fn": rollupFns, "Block.block": slices.Concat(blockNames, paperOnly), "PrintForm.paper": papers, "Type.title_is": {"public"}, "Type.search": {"first"}}
	for key, values := range keyValues {
		out["Field."+key] = values
	}
	return out
}

// JSONSchemas gives the JSON Schema (draft 2020-12) of each file of a pack, by
// its name: pack, type, choices, grants, roles, menu. They are made from the Go types,
// so that editors check what the loader reads. What needs more than one file
// to know (targets, expressions) only the loader checks.
func JSONSchemas() map[string][]byte {
	g := &schemaMaker{enums: enums()}
	pack := g.root("pack", reflect.TypeFor[Pack]())
	pack["required"] = []string{"name", "label", "version"}
	typ := g.root("type", reflect.TypeFor[Type]())
	typ["oneOf"] = []object{{"required": []string{"type"}}, {"required": []string{"extend"}}}
	choices := g.listRoot("choices", reflect.TypeFor[Choice]())
	delete(choices, "items")
	choices["type"] = "object"
	choices["propertyNames"] = object{"pattern": namePattern}
	choices["additionalProperties"] = object{"type": "array", "items": object{"$ref": "#/$defs/Choice"}}
	grants := g.listRoot("grants", grantType)
	delete(grants, "items")
	grants["type"] = "object"
	grants["propertyNames"] = object{"pattern": namePattern}
	grants["additionalProperties"] = object{"type": "object", "additionalProperties": object{"$ref": "#/$defs/Grant"}}
	return map[string][]byte{
		"pack": encode(pack), "type": encode(typ), "choices": encode(choices), "grants": encode(grants),
		"roles": encode(g.listRoot("roles", reflect.TypeFor[Role]())),
		"menu":  encode(g.listRoot("menu", reflect.TypeFor[MenuItem]())),
	}
}

const namePattern = "^[a-z][a-z0-9_]{0,40}$"

func encode(o object) []byte {
	data, err := json.MarshalIndent(o, "", " ")
	if err != nil {
		panic(err) // maps, slices and strings always encode
	}
	return append(data, '\n')
}

// schemaMaker gathers the definitions that one schema refers to.
type schemaMaker struct {
	enums map[string][]string
	defs  object
}

func (g *schemaMaker) head(name string) object {
	return object{"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "Kedang pack: " + name + ".yaml"}
}

func (g *schemaMaker) root(name string, t reflect.Type) object {
	g.defs = object{}
	o := g.head(name)
	for k, v := range g.structure(t) {
		o[k] = v
	}
	o["$defs"] = g.defs
	return o
}

func (g *schemaMaker) listRoot(name string, t reflect.Type) object {
	g.defs = object{}
	o := g.head(name)
	o["type"], o["items"], o["$defs"] = "array", g.ref(t), g.defs
	return o
}

// scalar is any single value: YAML's 1, true and text all are texts to a pack.
func scalar() object { return object{"type": []string{"string", "number", "boolean"}} }

// of is the schema of a Go type.
func (g *schemaMaker) of(t reflect.Type) object {
	switch t.Kind() {
	case reflect.Pointer:
		return g.of(t.Elem())
	case reflect.Slice:
		return object{"type": "array", "items": g.of(t.Elem())}
	case reflect.Map:
		return object{"type": "object", "additionalProperties": g.of(t.Elem())}
	case reflect.Struct:
		return g.ref(t)
	case reflect.Bool:
		return object{"type": "boolean"}
	case reflect.Int:
		return object{"type": "integer"}
	}
	return scalar()
}

// ref defines a struct once and refers to it.
func (g *schemaMaker) ref(t reflect.Type) object {
	if _, ok := g.defs[t.Name()]; !ok {
		g.defs[t.Name()] = object{} // stands while the struct refers to itself
		switch t {
		case textType:
			g.defs[t.Name()] = object{"anyOf": []object{{"type": "string"}, {"type": "object", "additionalProperties": false,
				"properties": object{"zh-Hans": scalar(), "zh-Hant": scalar(), "en": scalar()}}}}
		case grantType:
			g.defs[t.Name()] = g.grant()
		case choiceType:
			short := object{"type": "object", "minProperties": 1, "maxProperties": 1, "additionalProperties": g.ref(textType)}
			g.defs[t.Name()] = object{"anyOf": []object{scalar(), g.structure(t), short}}
		default:
			g.defs[t.Name()] = g.structure(t)
		}
	}
	return object{"$ref": "#/$defs/" + t.Name()}
}

func (g *schemaMaker) grant() object {
	properties := object{}
	scope := object{"anyOf": []object{{"enum": scopeNames}, {"type": "object", "required": []string{"where"}, "additionalProperties": false,
		"properties": object{"where": object{"type": "string"}}}}}
	for _, verb := range Verbs {
		properties[verb] = scope
	}
	levels := sortedKeys(levelNames)
	sort.Slice(levels, func(i, k int) bool { return levelNames[levels[i]] < levelNames[levels[k]] })
	properties["fields"] = object{"type": "object", "additionalProperties": object{"enum": levels}}
	return object{"type": "object", "additionalProperties": false, "properties": properties}
}

func (g *schemaMaker) structure(t reflect.Type) object {
	properties := object{}
	keys := keysOf(t)
	for _, key := range keys.names {
		f := t.Field(keys.index[key])
		p := g.of(f.Type)
		if values, ok := g.enums[t.Name()+"."+key]; ok {
			p = object{"enum": values}
		}
		if key == "name" || t.Name() == "Type" && (key == "type" || key == "extend") {
			p = object{"type": "string", "pattern": namePattern}
		}
		properties[key] = p
	}
	return object{"type": "object", "additionalProperties": false, "properties": properties}
}
