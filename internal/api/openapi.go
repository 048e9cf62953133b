package api

import (
	"encoding/json"
	"net/http"
	"strconv"

	"kedang/internal/access"
	"kedang/internal/meta"
)

// obj is a JSON object on its way into the document; its members come out
// sorted, so that one schema is always one document.
type obj = map[string]any

// openAPI serves GET /api/openapi.json: OpenAPI 3.1 of the running schema. A
// signed-in caller sees the types and fields he may see; anyone the fixed
// endpoints.
func (s *Server) openAPI(w http.ResponseWriter, r *http.Request, a *access.Actor) error {
	l := string(lang(r))
	doc := fixedDocument(s.Version)
	if a != nil {
		d := &typeWriter{a: a, lang: l, paths: doc["paths"].(obj), schemas: doc["components"].(obj)["schemas"].(obj), tags: doc["tags"].([]obj)}
		for _, t := range s.Store.Schema().Types {
			if !t.Builtin && !a.Scope(t, "read").None() {
				d.add(t)
			}
		}
		doc["tags"] = d.tags
	}
	prune(doc)
	raw, err := json.Marshal(doc)
	if err != nil {
		return err
	}
	return writeRaw(w, http.StatusOK, raw)
}

// schemaRef points to a component.
func schemaRef(name string) obj { return obj{"$ref": "#/components/schemas/" + name} }

func parameterRef(name string) obj { return obj{"$ref": "#/components/parameters/" + name} }

// content is a body of one media type.
func content(mime string, schema obj) obj { return obj{mime: obj{"schema": schema}} }

// operation is one endpoint: what it is called, what it takes, what it answers.
type operation struct {
	id, summary, tag string
	params           []obj
	body             obj    // schema of a JSON body
	form             obj    // schema of a multipart body
	code             int    // of success, 200 unless told
	answer           obj    // schema of the JSON answer; nil for none
	mime             string // of the answer where it is no JSON
	open             bool   // needs no sign-in
	fails            []int  // status codes beside 401 and 422
}

// write gives the operation as OpenAPI has it.
func (o operation) write() obj {
	code := o.code
	if code == 0 {
		code = http.StatusOK
	}
	ok := obj{"description": http.StatusText(code)}
	switch {
	case o.mime != "":
		ok["content"] = content(o.mime, obj{"type": "string", "format": "binary"})
	case o.answer != nil:
		ok["content"] = content("application/json", o.answer)
	}
	answers := obj{strconv.Itoa(code): ok}
	fails := append([]int{http.StatusUnprocessableEntity}, o.fails...)
	if !o.open {
		fails = append(fails, http.StatusUnauthorized)
	}
	for _, f := range fails {
		answers[strconv.Itoa(f)] = obj{"$ref": "#/components/responses/Problem" + strconv.Itoa(f)}
	}
	out := obj{"operationId": o.id, "summary": o.summary, "tags": []string{o.tag}, "responses": answers}
	if len(o.params) > 0 {
		out["parameters"] = o.params
	}
	switch {
	case o.body != nil:
		out["requestBody"] = obj{"required": true, "content": content("application/json", o.body)}
	case o.form != nil:
		out["requestBody"] = obj{"required": true, "content": content("multipart/form-data", o.form)}
	}
	if o.open {
		out["security"] = []obj{}
	}
	return out
}

// put adds an operation to a path.
func put(paths obj, method, path string, o operation) {
	item, ok := paths[path].(obj)
	if !ok {
		item = obj{}
		paths[path] = item
	}
	item[method] = o.write()
}

// problemResponses are the ways an endpoint refuses.
func problemResponses() obj {
	out := obj{}
	for code, says := range map[int]string{
		401: "Sign in first.", 403: "Seen but not allowed.", 404: "No such thing, or none the caller may know of.",
		409: "Clashes with what is stored.",
		412: "The stored state moved on: the problem of each field has mine, stored and original.",
		413: "More than a documented limit.", 422: "The input is wrong: see errors.", 429: "Too often; see Retry-After.", 503: "Not now.",
	} {
		out["Problem"+strconv.Itoa(code)] = obj{"description": says, "content": content("application/problem+json", schemaRef("Problem"))}
	}
	return out
}

// fieldSchema is the JSON Schema of a field's value: as it is answered, or as
// it is taken in.
func fieldSchema(f *meta.Field, level meta.Level, input bool) obj {
	if !input && (f.Sealed || (level == meta.Masked && f.Kind.Storage() == meta.InColumn)) {
		return obj{"type": "string", "description": "masked"}
	}
	if !input && level == meta.Masked {
		return arrayOf(obj{"type": "object", "properties": obj{"masked": obj{"type": "string"}}})
	}
	make, ok := kindSchemas[f.KindName]
	if !ok {
		return obj{}
	}
	return make(f, input)
}

func plain(typ string, more ...string) func(*meta.Field, bool) obj {
	return func(f *meta.Field, _ bool) obj {
		out := obj{"type": typ}
		for i := 0; i+1 < len(more); i += 2 {
			out[more[i]] = more[i+1]
		}
		if typ == "string" && f.MaxLen > 0 {
			out["maxLength"] = f.MaxLen
		}
		return out
	}
}

func arrayOf(item obj) obj { return obj{"type": "array", "items": item} }

func object(properties obj, required ...string) obj {
	out := obj{"type": "object", "properties": properties}
	if len(required) > 0 {
		out["required"] = required
	}
	return out
}

func labelled(name string) func(*meta.Field, bool) obj {
	return func(*meta.Field, bool) obj {
		return arrayOf(object(obj{name: obj{"type": "string"}, "label": obj{"type": "string"}}, name))
	}
}

func linkSchema(_ *meta.Field, input bool) obj {
	if input {
		return schemaRef("LinkInput")
	}
	return schemaRef("Link")
}

// kindSchemas are the JSON forms of each kind; a test holds it complete.
var kindSchemas = map[string]func(f *meta.Field, input bool) obj{
	"text":       plain("string"),
	"longtext":   plain("string"),
	"number":     plain("string"),
	"url":        plain("string", "format", "uri"),
	"identity":   plain("string"),
	"phone":      plain("string"),
	"integer":    plain("integer"),
	"rating":     plain("integer"),
	"bool":       plain("boolean"),
	"date":       plain("string", "format", "date"),
	"datetime":   plain("string", "format", "date-time"),
	"decimal":    decimalSchema,
	"money":      moneySchema,
	"percent":    decimalSchema,
	"choice":     func(f *meta.Field, _ bool) obj { return choiceSchema(f) },
	"choices":    func(f *meta.Field, _ bool) obj { return arrayOf(choiceSchema(f)) },
	"tags":       func(*meta.Field, bool) obj { return arrayOf(obj{"type": "string"}) },
	"phones":     labelled("number"),
	"emails":     labelled("address"),
	"social":     socialSchema,
	"address":    addressSchema,
	"geo":        geoSchema,
	"json":       func(*meta.Field, bool) obj { return obj{"description": "any JSON value"} },
	"link":       linkSchema,
	"user":       linkSchema,
	"department": linkSchema,
	"links":      func(f *meta.Field, input bool) obj { return arrayOf(linkSchema(f, input)) },
	"rows":       func(f *meta.Field, input bool) obj { return arrayOf(obj{"type": "object"}) }, // typeWriter.rows says more
	"files":      func(*meta.Field, bool) obj { return obj{"type": "null", "description": "see /files"} },
}

func decimalSchema(f *meta.Field, _ bool) obj {
	n := f.Decimals()
	pattern := `^-?[0-9]+$`
	if n > 0 {
		pattern = `^-?[0-9]+(\.[0-9]{1,` + strconv.Itoa(n) + `})?$`
	}
	return obj{"type": "string", "format": "decimal", "pattern": pattern}
}

// moneySchema is a decimal; of a field with many currencies the amount with
// its currency, and as input also a number alone or "USD 12.50".
func moneySchema(f *meta.Field, input bool) obj {
	amount := decimalSchema(f, input)
	if !f.ManyCurrencies() {
		return amount
	}
	o := object(obj{"amount": amount, "currency": obj{"type": "string", "pattern": "^[A-Z]{3}$", "description": "ISO 4217"}}, "amount")
	if input {
		return obj{"oneOf": []obj{o, {"type": "string", "description": "a number in the company's currency, or “USD 12.50”"}}}
	}
	return o
}

func socialSchema(*meta.Field, bool) obj {
	return arrayOf(object(obj{"service": obj{"type": "string"}, "account": obj{"type": "string"}}, "account"))
}

func addressSchema(_ *meta.Field, input bool) obj {
	o := object(obj{"code": obj{"type": "string", "description": "division code (GB/T 2260)"}, "rest": obj{"type": "string"}, "text": obj{"type": "string", "readOnly": true}})
	if input {
		return obj{"oneOf": []obj{o, {"type": "string"}}}
	}
	return o
}

func geoSchema(*meta.Field, bool) obj {
	return object(obj{"lat": obj{"type": "number"}, "lng": obj{"type": "number"}}, "lat", "lng")
}

// choiceSchema lists the values; labels are added by the writer, who knows the
// language.
func choiceSchema(f *meta.Field) obj {
	values := []string{}
	for _, c := range f.Choices {
		values = append(values, c.Value)
	}
	if len(values) == 0 {
		return obj{"type": "string"}
	}
	return obj{"type": "string", "enum": values}
}
