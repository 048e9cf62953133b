package api

// sharedParameters are those that many endpoints take.
func sharedParameters() obj {
	query := func(name, says string, schema obj) obj {
		return obj{"name": name, "in": "query", "description": says, "schema": schema}
	}
	text := obj{"type": "string"}
	header := func(name, says string) obj {
		return obj{"name": name, "in": "header", "description": says, "schema": text}
	}
	return obj{
		"id":         obj{"name": "id", "in": "path", "required": true, "description": "13 characters", "schema": schemaRef("Id")},
		"filter":     query("filter", `An expression: level == "A" and customer.owner == me()`, text),
		"order_by":   query("order_by", "Fields, - before those that fall: -created_at,name", text),
		"page_size":  query("page_size", "Rows of a page, 50 unless told", obj{"type": "integer", "minimum": 1, "maximum": 1000}),
		"kinds":      query("kinds", "types, and history for the record's own changes, separated by commas; all when empty", text),
		"page_token": query("page_token", "next_page_token of the page before", text),
		"fields":     query("fields", "Fields wanted, with commas; * for all; customer.level follows one link", text),
		"expand":     query("expand", "Links whose records stand inside, with commas: customer,customer.owner", text),
		"as_of":      query("as_of", "The record as it stood at the end of a day, at a moment, or after a revision's write: 2026-01-31, 2026-01-31T08:00:00Z, rev:3; needs the right to its history", text),
		"total":      query("total", "How the total is counted", obj{"type": "string", "enum": []string{"capped", "exact", "none"}, "default": "capped"}),
		"view":       query("view", "A declared view: its filter, order and columns", text),
		"archived":   query("archived", "Archived records: left out, included, or only they", obj{"type": "string", "enum": []string{"include", "only"}}),
		"q":          query("q", "Words to search for", text),
		"format":     query("format", "The kind of sheet", obj{"type": "string", "enum": []string{"csv", "xlsx"}}),
		"dry_run":    query("dry_run", "All checks, nothing stored", obj{"type": "boolean"}),
		"if_match":   header("If-Match", "The revision (ETag) a change was made against"),
		"idempotent": header("Idempotency-Key", "The same key within 24 hours answers the first result again"),
	}
}

// sharedSchemas are the shapes that do not depend on types.
func sharedSchemas() obj {
	text, whole, flag := obj{"type": "string"}, obj{"type": "integer"}, obj{"type": "boolean"}
	free := obj{"type": "object", "additionalProperties": true}
	moment := obj{"type": "string", "format": "date-time"}
	return obj{
		"Id":   obj{"type": "string", "pattern": "^[0-9A-HJKMNP-TV-Za-hjkmnp-tv-z]{13}$"},
		"Link": obj{"oneOf": []obj{object(obj{"id": schemaRef("Id"), "title": text}, "id", "title"), object(obj{"hidden": obj{"const": true}}, "hidden")}},
		"LinkInput": obj{"oneOf": []obj{schemaRef("Id"), object(obj{"id": schemaRef("Id")}, "id"), object(obj{"number": text}, "number")},
			"description": "The id of a record, or its number"},
		"Rights":  obj{"type": "object", "additionalProperties": flag, "description": "What the caller may do with the record"},
		"Warning": object(obj{"path": text, "code": text, "message": text, "params": free, "record": schemaRef("Named")}, "path", "code", "message"),
		"Named":   object(obj{"type": text, "id": schemaRef("Id"), "number": text, "title": text}, "type", "id", "title"),
		"Checked": object(obj{"problems": arrayOf(schemaRef("Noted")), "warnings": arrayOf(schemaRef("Noted")), "computed": free, "defaults": free}, "problems", "warnings", "computed"),
		"Why": object(obj{"field": text, "label": text, "value": obj{}, "text": text, "kind": obj{"type": "string", "enum": []string{"formula", "rollup", "snapshot", "default", "entered"}},
			"expression": text, "words": text, "sentence": text, "hidden": flag, "conditions": arrayOf(schemaRef("WhyCondition")),
			"parts":   arrayOf(object(obj{"path": text, "label": text, "value": obj{}, "text": text, "type": text, "id": schemaRef("Id"), "hidden": flag}, "path", "label", "value", "text")),
			"choices": arrayOf(object(obj{"value": obj{}, "text": text, "taken": flag, "when": schemaRef("WhyCondition")}, "value", "text", "taken")),
			"records": object(obj{"type": text, "filter": text, "count": whole, "hidden": flag}, "count"),
			"changed": object(obj{"at": moment, "by": text, "name": text, "source": text, "from": obj{}}, "at", "name", "source")}, "field", "label", "value", "text", "kind", "sentence", "parts"),
		"WhyCondition": object(obj{"text": text, "met": obj{"type": []string{"boolean", "null"}}, "join": obj{"type": "string", "enum": []string{"and", "or", "not"}},
			"conditions": arrayOf(schemaRef("WhyCondition")), "path": text, "label": text, "op": text, "want": text, "have": text, "gap": text, "hidden": flag}, "text", "met"),
		"BulkInput": object(obj{"ids": arrayOf(schemaRef("Id")), "query": schemaRef("Query"), "set": free, "add": free, "remove": free, "assign": text, "archive": flag, "restore": flag, "preview": flag}),
		"Bulk": object(obj{"id": schemaRef("Id"), "type": text, "change": free, "state": text, "code": text, "message": text, "job": text, "by": text, "total": whole, "done": whole, "changed": whole, "same": whole,
			"refused": whole, "undone": whole, "kept": whole, "created_at": moment, "ended_at": moment, "undoable": flag, "refused_rows": arrayOf(schemaRef("BulkRow")), "kept_rows": arrayOf(schemaRef("BulkRow"))}, "id", "type", "state"),
		"BulkRow": object(obj{"id": schemaRef("Id"), "title": text, "errors": arrayOf(schemaRef("Warning"))}, "id", "errors"),
		"Noted":   object(obj{"path": text, "field": text, "code": text, "message": text, "params": free, "record": schemaRef("Named")}, "path", "field", "code", "message"),
		"Problem": object(obj{"type": obj{"type": "string", "format": "uri-reference"}, "title": text, "status": whole, "code": text, "params": free, "errors": arrayOf(schemaRef("Warning"))}, "type", "title", "status", "code"),
		"Saved":   object(obj{"id": schemaRef("Id"), "number": text, "rev": whole, "warnings": arrayOf(schemaRef("Warning"))}, "id", "rev"),
		"Total":   object(obj{"count": whole, "exact": flag}, "count", "exact"),
		"Query": object(obj{"filter": text, "order_by": text, "page_size": whole, "page_token": text, "fields": arrayOf(text), "expand": arrayOf(text),
			"total": text, "view": text, "archived": text, "q": text}),
		"Batch":   object(obj{"ops": obj{"type": "array", "minItems": 1, "maxItems": 500, "items": object(obj{"verb": obj{"type": "string", "enum": []string{"create", "update", "archive", "restore", "assign", "purge"}}, "type": text, "id": schemaRef("Id"), "rev": whole, "values": free}, "verb")}}, "ops"),
		"Results": object(obj{"results": arrayOf(schemaRef("Saved"))}, "results"),
		"Groups":  object(obj{"items": arrayOf(object(obj{"value": obj{}, "title": text, "count": whole, "sum": text}, "count"))}, "items"),
		"History": object(obj{"items": arrayOf(object(obj{"id": schemaRef("Id"), "at": moment, "rev": whole, "action": text, "actor": text, "actor_name": text, "source": text,
			"changes": obj{"type": "object", "additionalProperties": object(obj{"from": obj{}, "to": obj{}})}}, "id", "at", "rev", "action")), "next_page_token": text}, "items"),
		"Timeline": object(obj{"items": arrayOf(object(obj{"type": text, "id": schemaRef("Id"), "at": text, "says": text, "by": schemaRef("Id"), "files": whole, "values": free, "change": free}, "type", "id", "at", "says")), "next_page_token": text}, "items"),
		"Counts":   object(obj{"related": obj{"type": "object", "additionalProperties": schemaRef("Total")}, "timeline": obj{"type": "object", "additionalProperties": schemaRef("Total")}, "files": schemaRef("Total")}, "related", "timeline", "files"),
		"Hits":     object(obj{"items": arrayOf(object(obj{"type": text, "id": schemaRef("Id"), "number": text, "title": text, "match": obj{"type": "string", "enum": []string{"exact", "starts", "contains", "body"}}}, "type", "id", "title"))}, "items"),
		"File":     object(obj{"id": schemaRef("Id"), "name": text, "size": whole, "mime": text, "sha256": text, "created_at": moment, "created_by": text}, "id", "name", "size"),
		"User": object(obj{"id": schemaRef("Id"), "number": text, "username": text, "name": text, "department": text, "manager": text, "email": text, "phone": text, "lang": text, "zone": text,
			"roles": arrayOf(text), "active": flag, "has_password": flag, "created_at": moment, "updated_at": moment, "signed_in_at": moment}, "id", "username", "name"),
		"UserInput": object(obj{"username": text, "name": text, "password": text, "department": text, "manager": text, "roles": arrayOf(text), "number": text, "email": text, "phone": text, "lang": text, "zone": text, "active": flag}),
		"Me": object(obj{"id": schemaRef("Id"), "username": text, "name": text, "roles": arrayOf(text), "admin": flag, "department": schemaRef("Link"), "branch": text,
			"email": text, "phone": text, "lang": text, "zone": text}, "id", "username", "name", "roles", "admin", "lang", "zone"),
		"Department":      object(obj{"id": schemaRef("Id"), "name": text, "code": text, "parent": text, "branch": flag, "in_branch": text, "manager": text, "archived": flag}, "id", "name"),
		"DepartmentInput": object(obj{"name": text, "code": text, "parent": text, "branch": flag, "manager": text, "archived": flag}),
		"Import": object(obj{"id": schemaRef("Id"), "type": text, "file": text, "state": text, "mode": text, "key": text, "dry_run": flag, "code": text, "message": text, "plan": free, "unread": text, "decisions": obj{"type": "array", "items": decisionSchema()},
			"rows": whole, "created": whole, "updated": whole, "unchanged": whole, "joined": whole, "refused": whole, "warned": whole, "undone": whole, "kept": whole,
			"beside": arrayOf(object(obj{"type": text, "created": whole, "updated": whole, "unchanged": whole, "undone": whole, "kept": whole}, "type")),
			"done":   whole, "total": whole, "rows_per_second": whole, "job": text, "by": text, "on_behalf": text, "created_at": moment, "started_at": moment, "ended_at": moment}, "id", "type", "state"),
		"Job": object(obj{"id": schemaRef("Id"), "kind": text, "actor": text, "state": text, "title": text, "note": text, "done": whole, "total": whole, "attempt": whole, "code": text, "message": text,
			"result": obj{}, "created_at": moment, "started_at": moment, "ended_at": moment}, "id", "kind", "state"),
	}
}
