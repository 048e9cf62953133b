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
	d.collection(t, name)
	d.single(t, name)
	d.parts(t)
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

// listParameters are those of every list.
var listParameters = []string{"filter", "order_by", "page_size", "page_token", "fields", "expand", "total", "view", "archived", "q"}

func parameterRefs(names ...string) []obj {
	out := make([]obj, len(names))
	for i, n := range names {
		out[i] = parameterRef(n)
	}
	return out
}

// about begins an operation on a type.
func (d *typeWriter) about(t *meta.Type, id, summary string) operation {
	return op(t.Name, t.Name+"."+id, t.Label.In(d.lang)+": "+summary)
}

// collection adds /{type} and /{type}:verb.
func (d *typeWriter) collection(t *meta.Type, name string) {
	base := v1 + "/" + t.Name
	page := schemaRef(name + "Page")
	put(d.paths, "get", base, d.about(t, "list", "list").with(listParameters...).answers(200, page))
	put(d.paths, "post", base+":query", d.about(t, "query", "list, for filters too long for a URL").takes(schemaRef("Query")).answers(200, page))
	put(d.paths, "get", base+":group", d.about(t, "group", "count by a field").with("filter", "view", "archived", "q").answers(200, schemaRef("Groups")).and(
		obj{"name": "by", "in": "query", "required": true, "description": "The field; of a date or moment its month with `:month`, of an amount its currency with `.currency`", "schema": anyText()}, inQuery("sum", "A number field to add up", anyText())))
	if d.may(t, "export") {
		put(d.paths, "get", base+":export", d.about(t, "export", "export as a sheet").with("filter", "order_by", "fields", "view", "archived", "q", "format").file(sheetTypes["xlsx"]).refuses(403))
	}
	if d.may(t, "create") {
		put(d.paths, "post", base, d.about(t, "create", "create").with("dry_run", "idempotent").takes(schemaRef(name+"Input")).answers(201, schemaRef(name)).refuses(403, 409, 413))
	}
	if d.may(t, "create") || d.may(t, "update") {
		put(d.paths, "post", base+":check", d.about(t, "check", "what a write would come to, nothing stored").
			takes(object(obj{"id": schemaRef("Id"), "values": schemaRef(name + "Input")}, "values")).answers(200, schemaRef("Checked")).refuses(403, 404, 409, 413))
	}
	if d.may(t, "update") || d.may(t, "archive") || d.may(t, "assign") {
		put(d.paths, "post", base+":bulk", d.about(t, "bulk", "change many records; with preview the answer is 200 and tells what would come of it").
			takes(schemaRef("BulkInput")).answers(202, schemaRef("Bulk")).refuses(403, 404, 413))
	}
	if d.may(t, "create") || d.may(t, "update") || d.may(t, "archive") {
		put(d.paths, "post", base+":batch", d.about(t, "batch", "several writes, all or none").with("dry_run", "idempotent").takes(schemaRef("Batch")).
			answers(200, schemaRef("Results")).refuses(403, 404, 409, 412, 413))
	}
}

// single adds /{type}/{id} and /{type}/{id}:verb.
func (d *typeWriter) single(t *meta.Type, name string) {
	base, record := v1+"/"+t.Name+"/{id}", schemaRef(name)
	act := func(verb, id, summary string) operation {
		o := d.about(t, id, summary).with("id").answers(200, record).refuses(403, 404, 409)
		if verb != "" {
			put(d.paths, "post", base+":"+verb, o)
		}
		return o
	}
	put(d.paths, "get", base, d.about(t, "get", "get one").with("id", "fields", "expand", "as_of").answers(200, record).refuses(404))
	if d.may(t, "update") {
		put(d.paths, "patch", base, act("", "update", "change (JSON Merge Patch)").with("if_match", "dry_run", "idempotent").takes(schemaRef(name+"Input")).refuses(412, 413))
		put(d.paths, "post", base+":undo", act("", "undo", "take a write back").takes(object(obj{"rev": obj{"type": "integer"}}, "rev")))
	}
	if d.may(t, "archive") {
		put(d.paths, "delete", base, act("", "archive", "archive").answers(200, schemaRef("Saved")))
		act("restore", "restore", "bring back from the archive")
	}
	if d.may(t, "assign") {
		put(d.paths, "post", base+":assign", act("", "assign", "give to another owner").takes(object(obj{"owner": schemaRef("Id")}, "owner")))
	}
	if d.may(t, "reveal") {
		put(d.paths, "post", base+":reveal", act("", "reveal", "open a masked value, on record").takes(texts(2, "field", "reason")).answers(200, anyObject()))
	}
	if d.may(t, "purge") {
		put(d.paths, "post", base+":purge", act("", "purge", "remove for good").answers(204, nil))
	}
}

// parts adds what hangs on a record.
func (d *typeWriter) parts(t *meta.Type) {
	base := v1 + "/" + t.Name + "/{id}"
	hung := func(id, summary string) operation { return d.about(t, id, summary).with("id").refuses(403, 404) }
	if d.may(t, "history") {
		put(d.paths, "get", base+"/history", hung("history", "who changed what").with("page_size", "page_token").answers(200, schemaRef("History")))
	}
	put(d.paths, "get", base+"/timeline", hung("timeline", "what happened").with("page_size", "page_token", "kinds").answers(200, schemaRef("Timeline")))
	put(d.paths, "get", base+"/counts", hung("counts", "how much hangs on it").answers(200, schemaRef("Counts")))
	field := obj{"name": "field", "in": "path", "required": true, "description": "The field's name", "schema": anyText()}
	put(d.paths, "get", base+"/why/{field}", hung("why", "why a field has its value").and(field).answers(200, schemaRef("Why")))
	put(d.paths, "get", base+"/files", hung("files", "attachments").answers(200, itemsOf(schemaRef("File"))))
	file := obj{"name": "file", "in": "path", "required": true, "schema": schemaRef("Id")}
	put(d.paths, "get", base+"/files/{file}", hung("file", "download").and(file).file("application/octet-stream"))
	if d.may(t, "update") {
		add := hung("addFile", "attach").answers(201, schemaRef("File")).refuses(413)
		add.form = object(obj{"file": obj{"type": "string", "format": "binary"}}, "file")
		put(d.paths, "post", base+"/files", add)
		put(d.paths, "delete", base+"/files/{file}", hung("removeFile", "take an attachment away").and(file).answers(204, nil))
		put(d.paths, "post", base+"/files/{file}:restore", hung("restoreFile", "put an attachment back").and(file).answers(204, nil))
	}
	if len(t.Links) > 0 {
		link := obj{"name": "link", "in": "path", "required": true, "description": "type.field, or the type alone", "schema": anyText()}
		put(d.paths, "get", base+"/related/{link}", hung("related", "records that point here").and(link).with(listParameters...).
			answers(200, object(obj{"items": arrayOf(anyObject()), "next_page_token": anyText(), "total": schemaRef("Total")}, "items")))
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
