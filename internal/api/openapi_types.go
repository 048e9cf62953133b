package api

import (
	"strings"
	"unicode"

	"kedang/internal/access"
	"kedang/internal/meta"
)

// typeWriter adds the record types that one actor may see to a document.
type typeWriter struct {
	a       *access.Actor
	lang    string
	paths   obj
	schemas obj
	tags    []obj
}

// add writes a type's schemas, and the endpoints of the verbs that the actor
// has on it at all.
func (d *typeWriter) add(t *meta.Type) {
	name := pascal(t.Name)
	for d.schemas[name] != nil || d.schemas[name+"Page"] != nil || d.schemas[name+"Input"] != nil {
		name += "_" // a type may be called file or job
	}
	label := t.Label.In(d.lang)
	d.tags = append(d.tags, obj{"name": t.Name, "x-displayName": label, "description": first(t.Help.In(d.lang), label)})
	d.schemas[name] = d.record(t)
	d.schemas[name+"Page"] = object(obj{"items": arrayOf(schemaRef(name)), "next_page_token": obj{"type": "string"}, "total": schemaRef("Total")}, "items")
	writes := d.may(t, "create") || d.may(t, "update")
	if writes {
		d.schemas[name+"Input"] = d.input(t)
	}
	d.collection(t, name, label)
	d.single(t, name, label)
	d.parts(t, name, label)
}

func (d *typeWriter) may(t *meta.Type, verb string) bool { return !d.a.Scope(t, verb).None() }

// record is the schema of a record as it is answered.
func (d *typeWriter) record(t *meta.Type) obj {
	text, moment := obj{"type": "string"}, obj{"type": "string", "format": "date-time"}
	p := obj{"id": schemaRef("Id"), "number": text, "title": text, "rev": obj{"type": "integer"}, "owner": schemaRef("Link"), "department": schemaRef("Link"),
		"created_at": moment, "created_by": schemaRef("Link"), "updated_at": moment, "updated_by": schemaRef("Link"), "archived_at": moment,
		"rights": schemaRef("Rights"), "expanded": obj{"type": "object", "additionalProperties": true},
		"sealed": obj{"type": "object", "additionalProperties": text}, "warnings": arrayOf(schemaRef("Warning"))}
	for _, f := range t.Fields {
		if level := d.a.Level(t, f); level > meta.Hidden {
			p[f.Name] = d.field(f, level, false)
		}
	}
	return obj{"type": "object", "title": t.Label.In(d.lang), "properties": p, "required": []string{"id", "rev", "title"}}
}

// input is the schema of what may be written; null empties a field.
func (d *typeWriter) input(t *meta.Type) obj {
	p := obj{}
	for _, f := range t.Fields {
		if d.a.Level(t, f) == meta.Write && !f.Computed() && f.Snapshot == "" && f.KindName != "files" {
			p[f.Name] = d.nullable(d.field(f, meta.Write, true))
		}
	}
	return obj{"type": "object", "title": t.Label.In(d.lang), "properties": p, "additionalProperties": false}
}

func (d *typeWriter) nullable(schema obj) obj {
	if kind, ok := schema["type"].(string); ok && schema["enum"] == nil {
		schema["type"] = []string{kind, "null"}
		return schema
	}
	out := obj{"oneOf": []obj{schema, {"type": "null"}}}
	for _, key := range []string{"title", "description"} {
		if schema[key] != nil && schema["$ref"] == nil {
			out[key] = schema[key]
		}
	}
	return out
}

// field is a field's schema with what people read of it.
func (d *typeWriter) field(f *meta.Field, level meta.Level, input bool) obj {
	var out obj
	if f.KindName == "rows" && level > meta.Masked {
		out = arrayOf(d.rows(f, input))
	} else {
		out = fieldSchema(f, level, input)
	}
	if out["$ref"] != nil {
		out = obj{"allOf": []obj{out}}
	}
	if l := f.Label.In(d.lang); l != "" {
		out["title"] = l
	}
	if h := f.Help.In(d.lang); h != "" {
		out["description"] = h
	}
	if f.Example != "" && !input {
		out["x-example"] = f.Example
	}
	d.labels(f, out)
	if !input && (level < meta.Write || f.Computed() || f.Snapshot != "") {
		out["readOnly"] = true
	}
	return out
}

// labels says what a choice's values are called.
func (d *typeWriter) labels(f *meta.Field, out obj) {
	target := out
	if item, ok := out["items"].(obj); ok {
		target = item
	}
	if target["enum"] == nil {
		return
	}
	says := obj{}
	for _, c := range f.Choices {
		says[c.Value] = first(c.Label.In(d.lang), c.Value)
	}
	target["x-enumDescriptions"] = says
}

func (d *typeWriter) rows(f *meta.Field, input bool) obj {
	p := obj{"id": schemaRef("Id")}
	for _, sub := range f.Rows {
		level := d.a.Level(f.Of, sub)
		switch {
		case level == meta.Hidden:
		case !input:
			p[sub.Name] = d.field(sub, level, false)
		case level == meta.Write && !sub.Computed() && sub.Snapshot == "":
			p[sub.Name] = d.nullable(d.field(sub, level, true))
		}
	}
	return object(p)
}

var listParameters = []string{"filter", "order_by", "page_size", "page_token", "fields", "expand", "total", "view", "archived", "q"}

func parameterRefs(names ...string) []obj {
	out := make([]obj, len(names))
	for i, n := range names {
		out[i] = parameterRef(n)
	}
	return out
}

// collection adds /{type} and /{type}:verb.
func (d *typeWriter) collection(t *meta.Type, name, label string) {
	base := "/api/v1/" + t.Name
	op := func(id, summary string) operation {
		return operation{id: t.Name + "." + id, summary: label + ": " + summary, tag: t.Name, fails: []int{403}}
	}
	o := op("list", "list")
	o.params, o.answer = parameterRefs(listParameters...), schemaRef(name+"Page")
	put(d.paths, "get", base, o)
	o = op("query", "list, for filters too long for a URL")
	o.body, o.answer = schemaRef("Query"), schemaRef(name+"Page")
	put(d.paths, "post", base+":query", o)
	o = op("group", "count by a field")
	o.params = append(parameterRefs("filter", "view", "archived", "q"),
		obj{"name": "by", "in": "query", "required": true, "schema": obj{"type": "string"}}, obj{"name": "sum", "in": "query", "schema": obj{"type": "string"}})
	o.answer = schemaRef("Groups")
	put(d.paths, "get", base+":group", o)
	if d.may(t, "export") {
		o = op("export", "export as a sheet")
		o.params, o.mime = parameterRefs("filter", "order_by", "fields", "view", "archived", "q", "format"), sheetTypes["xlsx"]
		put(d.paths, "get", base+":export", o)
	}
	if d.may(t, "create") {
		o = op("create", "create")
		o.params, o.body, o.answer, o.code = parameterRefs("dry_run", "idempotent"), schemaRef(name+"Input"), schemaRef(name), 201
		o.fails = []int{403, 409, 413}
		put(d.paths, "post", base, o)
	}
	if d.may(t, "create") || d.may(t, "update") || d.may(t, "archive") {
		o = op("batch", "several writes, all or none")
		o.params, o.body, o.answer = parameterRefs("dry_run", "idempotent"), schemaRef("Batch"), schemaRef("Results")
		o.fails = []int{403, 404, 409, 412, 413}
		put(d.paths, "post", base+":batch", o)
	}
}

// single adds /{type}/{id} and /{type}/{id}:verb.
func (d *typeWriter) single(t *meta.Type, name, label string) {
	base := "/api/v1/" + t.Name + "/{id}"
	op := func(id, summary string, fails ...int) operation {
		return operation{id: t.Name + "." + id, summary: label + ": " + summary, tag: t.Name, params: parameterRefs("id"), answer: schemaRef(name), fails: append(fails, 404)}
	}
	o := op("get", "get one")
	o.params = parameterRefs("id", "fields", "expand")
	put(d.paths, "get", base, o)
	if d.may(t, "update") {
		o = op("update", "change (JSON Merge Patch)", 403, 409, 412, 413)
		o.params, o.body = parameterRefs("id", "if_match", "dry_run", "idempotent"), schemaRef(name+"Input")
		put(d.paths, "patch", base, o)
		o = op("undo", "take a write back", 403, 409)
		o.body = object(obj{"rev": obj{"type": "integer"}}, "rev")
		put(d.paths, "post", base+":undo", o)
	}
	if d.may(t, "archive") {
		o = op("archive", "archive", 403)
		o.answer = schemaRef("Saved")
		put(d.paths, "delete", base, o)
		put(d.paths, "post", base+":restore", op("restore", "bring back from the archive", 403, 409))
	}
	if d.may(t, "assign") {
		o = op("assign", "give to another owner", 403)
		o.body = object(obj{"owner": schemaRef("Id")}, "owner")
		put(d.paths, "post", base+":assign", o)
	}
	if d.may(t, "reveal") {
		o = op("reveal", "open a masked value, on record", 403)
		o.body, o.answer = object(obj{"field": obj{"type": "string"}, "reason": obj{"type": "string"}}, "field", "reason"), obj{"type": "object", "additionalProperties": true}
		put(d.paths, "post", base+":reveal", o)
	}
	if d.may(t, "purge") {
		o = op("purge", "remove for good", 403, 409)
		o.answer, o.code = nil, 204
		put(d.paths, "post", base+":purge", o)
	}
}

// parts adds what hangs on a record.
func (d *typeWriter) parts(t *meta.Type, name, label string) {
	base := "/api/v1/" + t.Name + "/{id}"
	op := func(id, summary string, answer obj) operation {
		return operation{id: t.Name + "." + id, summary: label + ": " + summary, tag: t.Name, params: parameterRefs("id", "page_size", "page_token"), answer: answer, fails: []int{403, 404}}
	}
	if d.may(t, "history") {
		put(d.paths, "get", base+"/history", op("history", "who changed what", schemaRef("History")))
	}
	put(d.paths, "get", base+"/timeline", op("timeline", "what happened", schemaRef("Timeline")))
	files := op("files", "attachments", object(obj{"items": arrayOf(schemaRef("File"))}, "items"))
	files.params = parameterRefs("id")
	put(d.paths, "get", base+"/files", files)
	file := op("file", "download", nil)
	file.params = append(parameterRefs("id"), obj{"name": "file", "in": "path", "required": true, "schema": schemaRef("Id")})
	file.mime = "application/octet-stream"
	put(d.paths, "get", base+"/files/{file}", file)
	if d.may(t, "update") {
		add := op("addFile", "attach", schemaRef("File"))
		add.params, add.code, add.fails = parameterRefs("id"), 201, []int{403, 404, 413}
		add.form = object(obj{"file": obj{"type": "string", "format": "binary"}}, "file")
		put(d.paths, "post", base+"/files", add)
		file.id, file.summary, file.mime, file.code = t.Name+".removeFile", label+": take an attachment away", "", 204
		put(d.paths, "delete", base+"/files/{file}", file)
	}
	if len(t.Links) > 0 {
		rel := op("related", "records that point here", object(obj{"items": arrayOf(obj{"type": "object", "additionalProperties": true}), "next_page_token": obj{"type": "string"}, "total": schemaRef("Total")}, "items"))
		rel.params = append(parameterRefs("id"), append([]obj{{"name": "link", "in": "path", "required": true, "description": "type.field, or the type alone", "schema": obj{"type": "string"}}}, parameterRefs(listParameters...)...)...)
		put(d.paths, "get", base+"/related/{link}", rel)
	}
}

// pascal makes price_request PriceRequest.
func pascal(name string) string {
	var b strings.Builder
	up := true
	for _, r := range name {
		switch {
		case r == '_':
			up = true
			continue
		case up:
			r, up = unicode.ToUpper(r), false
		}
		b.WriteRune(r)
	}
	return b.String()
}

func first(texts ...string) string {
	for _, t := range texts {
		if t != "" {
			return t
		}
	}
	return ""
}
