package api

// fixedDocument is the part of the document that every installation shares:
// what is served besides record types.
func fixedDocument(version string) obj {
	if version == "" {
		version = "0"
	}
	paths := obj{}
	for _, e := range fixedEndpoints() {
		put(paths, e.method, e.path, e.operation)
	}
	return obj{
		"openapi": "3.1.0",
		"info": obj{"title": "Kedang", "version": version, "summary": "Customer archive and CRM",
			"description": "Ids are 13 characters, amounts decimal strings, dates YYYY-MM-DD, moments RFC 3339 in UTC. Errors are RFC 9457 problems with a code and the path of each field. Types and fields are those the caller may see.",
			"license":     obj{"name": "See the file LICENSE", "identifier": "LicenseRef-Kedang"}},
		"servers":  []obj{{"url": "/", "description": "this server"}},
		"security": []obj{{"token": []string{}}, {"session": []string{}}},
		"tags":     []obj{{"name": "session", "description": "Signing in"}, {"name": "search", "description": "Finding records"}, {"name": "system", "description": "People, rights, imports, jobs"}, {"name": "operate", "description": "Running it"}},
		"paths":    paths,
		"components": obj{
			"securitySchemes": obj{
				"token":   obj{"type": "http", "scheme": "bearer", "description": "A token of POST /sys/tokens, or of POST /session."},
				"session": obj{"type": "apiKey", "in": "cookie", "name": cookieName, "description": "The cookie of POST /session (__Host-kedang over HTTPS)."},
			},
			"responses":  problemResponses(),
			"parameters": sharedParameters(),
			"schemas":    sharedSchemas(),
		},
	}
}

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
		"page_token": query("page_token", "next_page_token of the page before", text),
		"fields":     query("fields", "Fields wanted, with commas; * for all", text),
		"expand":     query("expand", "Links whose records stand inside, with commas: customer,customer.owner", text),
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
		"Warning": object(obj{"path": text, "code": text, "message": text, "params": free}, "path", "code", "message"),
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
		"Timeline": object(obj{"items": arrayOf(free), "next_page_token": text}, "items"),
		"Hits":     object(obj{"items": arrayOf(object(obj{"type": text, "id": schemaRef("Id"), "number": text, "title": text, "match": obj{"type": "string", "enum": []string{"exact", "starts", "contains", "body"}}}, "type", "id", "title"))}, "items"),
		"File":     object(obj{"id": schemaRef("Id"), "name": text, "size": whole, "mime": text, "sha256": text, "created_at": moment, "created_by": text}, "id", "name", "size"),
		"User": object(obj{"id": schemaRef("Id"), "number": text, "username": text, "name": text, "department": text, "manager": text, "email": text, "phone": text, "lang": text, "zone": text,
			"roles": arrayOf(text), "active": flag, "has_password": flag, "created_at": moment, "updated_at": moment, "signed_in_at": moment}, "id", "username", "name"),
		"UserInput": object(obj{"username": text, "name": text, "password": text, "department": text, "manager": text, "roles": arrayOf(text), "number": text, "email": text, "phone": text, "lang": text, "zone": text, "active": flag}),
		"Me": object(obj{"id": schemaRef("Id"), "username": text, "name": text, "roles": arrayOf(text), "admin": flag, "department": schemaRef("Link"), "branch": text,
			"email": text, "phone": text, "lang": text, "zone": text}, "id", "username", "name", "roles", "admin", "lang", "zone"),
		"Department":      object(obj{"id": schemaRef("Id"), "name": text, "code": text, "parent": text, "branch": flag, "in_branch": text, "manager": text, "archived": flag}, "id", "name"),
		"DepartmentInput": object(obj{"name": text, "code": text, "parent": text, "branch": flag, "manager": text, "archived": flag}),
		"Import": object(obj{"id": schemaRef("Id"), "type": text, "file": text, "state": text, "mode": text, "key": text, "dry_run": flag, "code": text, "message": text, "plan": free,
			"rows": whole, "created": whole, "updated": whole, "unchanged": whole, "refused": whole, "warned": whole, "undone": whole, "kept": whole,
			"done": whole, "total": whole, "rows_per_second": whole, "job": text, "created_at": moment, "started_at": moment, "ended_at": moment}, "id", "type", "state"),
		"Job": object(obj{"id": schemaRef("Id"), "kind": text, "state": text, "title": text, "note": text, "done": whole, "total": whole, "attempt": whole, "code": text, "message": text,
			"result": obj{}, "created_at": moment, "started_at": moment, "ended_at": moment}, "id", "kind", "state"),
	}
}

// page is the schema of a list's answer.
func page(item string) obj {
	return object(obj{"items": arrayOf(schemaRef(item)), "next_page_token": obj{"type": "string"}}, "items")
}

type endpoint struct {
	method, path string
	operation
}

// fixedEndpoints are routes() as the document tells of them; a test holds the
// two equal.
func fixedEndpoints() []endpoint {
	text, free := obj{"type": "string"}, obj{"type": "object", "additionalProperties": true}
	id := []obj{parameterRef("id")}
	paged := []obj{parameterRef("page_size"), parameterRef("page_token")}
	session := object(obj{"user": schemaRef("Me"), "server": free}, "user", "server")
	const v1 = "/api/v1"
	sys := func(id, summary string) operation { return operation{id: id, summary: summary, tag: "system"} }
	list := func(o operation, item string) operation { o.params, o.answer = paged, page(item); return o }
	all := []endpoint{
		{"get", "/healthz", operation{id: "health", summary: "Whether the server and its database answer", tag: "operate", open: true, answer: free, fails: []int{503}}},
		{"get", "/metrics", operation{id: "metrics", summary: "Figures for Prometheus", tag: "operate", open: true, mime: "text/plain", fails: []int{401, 403}}},
		{"get", "/api/openapi.json", operation{id: "openapi", summary: "This document", tag: "operate", open: true, answer: free}},
		{"post", v1 + "/session", operation{id: "signIn", summary: "Sign in", tag: "session", open: true, code: 201, fails: []int{401, 429},
			body:   object(obj{"username": text, "password": text, "cookie": obj{"type": "boolean", "default": true}}, "username", "password"),
			answer: object(obj{"token": text, "user": schemaRef("Me")}, "token", "user")}},
		{"get", v1 + "/session", operation{id: "whoAmI", summary: "Who is signed in, and where", tag: "session", answer: session}},
		{"delete", v1 + "/session", operation{id: "signOut", summary: "Sign out", tag: "session", code: 204}},
		{"get", v1 + "/sys/first-run", operation{id: "firstRun", summary: "Whether the administrator is still to be made", tag: "session", open: true, answer: free}},
		{"post", v1 + "/sys/first-run", operation{id: "claim", summary: "Make the administrator, with the code from the console", tag: "session", open: true, code: 201, fails: []int{403, 409},
			body: object(obj{"code": text, "username": text, "name": text, "password": text, "email": text, "lang": text}, "code", "username", "name", "password"), answer: object(obj{"id": schemaRef("Id")}, "id")}},
		{"post", v1 + "/sys/password", operation{id: "changePassword", summary: "Change one's own password", tag: "session", code: 204, fails: []int{403, 429}, body: object(obj{"old": text, "password": text}, "old", "password")}},
		{"post", v1 + "/sys/password-reset", operation{id: "usePasswordCode", summary: "Set a password with a one-time code", tag: "session", open: true, code: 204, fails: []int{401, 429},
			body: object(obj{"username": text, "code": text, "password": text}, "username", "code", "password")}},
		{"get", v1 + "/sys/sessions", operation{id: "listSessions", summary: "Where one is signed in", tag: "session", answer: object(obj{"items": arrayOf(free)}, "items")}},
		{"delete", v1 + "/sys/sessions/{id}", operation{id: "endSession", summary: "End a session", tag: "session", params: id, code: 204, fails: []int{404}}},
		{"get", v1 + "/sys/tokens", operation{id: "listTokens", summary: "One's tokens", tag: "session", answer: object(obj{"items": arrayOf(free)}, "items")}},
		{"post", v1 + "/sys/tokens", operation{id: "createToken", summary: "Make a token for a program", tag: "session", code: 201, fails: []int{403},
			body: object(obj{"name": text, "expires_at": obj{"type": "string", "format": "date-time"}, "user": text}, "name"), answer: object(obj{"token": text}, "token")}},
		{"delete", v1 + "/sys/tokens/{id}", operation{id: "revokeToken", summary: "End a token", tag: "session", params: id, code: 204, fails: []int{404}}},
		{"get", v1 + "/search", operation{id: "search", summary: "Find records by words", tag: "search", answer: schemaRef("Hits"), params: []obj{parameterRef("q"),
			{"name": "types", "in": "query", "description": "Types to look in, with commas", "schema": text}, {"name": "limit", "in": "query", "schema": obj{"type": "integer", "minimum": 1, "maximum": 100}}}}},
	}
	one := func(o operation, answer obj, code int, fails ...int) operation {
		o.params, o.answer, o.code, o.fails = id, answer, code, append([]int{404}, fails...)
		return o
	}
	take := func(o operation, body, answer obj, code int, fails ...int) operation {
		o.body, o.answer, o.code, o.fails = body, answer, code, append([]int{403}, fails...)
		return o
	}
	at := func(o operation, body, answer obj, code int, fails ...int) operation {
		o = take(o, body, answer, code, append(fails, 404)...)
		o.params = id
		return o
	}
	answer := func(o operation, a obj) operation { o.answer = a; return o }
	upload := sys("uploadImport", "Upload a sheet")
	upload.form = object(obj{"type": text, "encoding": text, "map": text, "file": obj{"type": "string", "format": "binary"}}, "file")
	upload.params = []obj{{"name": "type", "in": "query", "description": "The record type", "schema": text}}
	upload.answer, upload.code, upload.fails = schemaRef("Import"), 201, []int{403, 413}
	refused := one(sys("importRefused", "The refused rows, with reasons"), nil, 200)
	refused.mime, refused.params = "text/csv", append(append([]obj{}, id...), parameterRef("format"))
	rows := one(sys("importRows", "What became of each row"), object(obj{"items": arrayOf(free), "next_page_token": text}, "items"), 200)
	rows.params = append(append(append([]obj{}, id...), paged...), obj{"name": "action", "in": "query", "description": "created, updated, unchanged, refused, undone, kept", "schema": text})
	return append(all, []endpoint{
		{"get", v1 + "/sys/schema", answer(sys("schema", "The types and fields one may see"), free)},
		{"get", v1 + "/sys/users", list(sys("listUsers", "People"), "User")},
		{"post", v1 + "/sys/users", take(sys("createUser", "Add a person"), schemaRef("UserInput"), schemaRef("User"), 201, 409)},
		{"get", v1 + "/sys/users/{id}", one(sys("getUser", "One person"), schemaRef("User"), 200)},
		{"patch", v1 + "/sys/users/{id}", at(sys("updateUser", "Change a person"), schemaRef("UserInput"), schemaRef("User"), 200, 409)},
		{"post", v1 + "/sys/users/{id}/password-reset", one(sys("resetPassword", "Make a one-time password code"), object(obj{"code": text}, "code"), 201, 403)},
		{"get", v1 + "/sys/departments", answer(sys("listDepartments", "The tree of departments"), object(obj{"items": arrayOf(schemaRef("Department"))}, "items"))},
		{"post", v1 + "/sys/departments", take(sys("createDepartment", "Add a department"), schemaRef("DepartmentInput"), object(obj{"id": schemaRef("Id")}, "id"), 201, 409)},
		{"patch", v1 + "/sys/departments/{id}", at(sys("updateDepartment", "Change or move a department"), schemaRef("DepartmentInput"), nil, 204, 409)},
		{"get", v1 + "/sys/roles", answer(sys("listRoles", "Roles, and what one's rights come to"), free)},
		{"get", v1 + "/sys/audit", answer(sys("audit", "The log"), free)},
		{"get", v1 + "/sys/jobs", list(sys("listJobs", "Work in the background"), "Job")},
		{"get", v1 + "/sys/jobs/{id}", one(sys("getJob", "One job"), schemaRef("Job"), 200)},
		{"post", v1 + "/sys/jobs/{id}/cancel", one(sys("cancelJob", "Stop a job"), schemaRef("Job"), 200, 409)},
		{"post", v1 + "/sys/imports", upload},
		{"get", v1 + "/sys/imports", list(sys("listImports", "One's imports"), "Import")},
		{"get", v1 + "/sys/imports/{id}", one(sys("getImport", "An import and its progress"), schemaRef("Import"), 200)},
		{"patch", v1 + "/sys/imports/{id}", at(sys("planImport", "Say what its columns mean"), object(obj{"map": obj{"type": "object", "additionalProperties": text}, "encoding": text}), schemaRef("Import"), 200, 409)},
		{"post", v1 + "/sys/imports/{id}/start", at(sys("startImport", "Start an import"), object(obj{"mode": obj{"type": "string", "enum": []string{"create", "update", "upsert"}}, "key": text, "dry_run": obj{"type": "boolean"}}), schemaRef("Import"), 202, 409)},
		{"post", v1 + "/sys/imports/{id}/undo", one(sys("undoImport", "Take an import back"), schemaRef("Import"), 202, 409)},
		{"post", v1 + "/sys/imports/{id}/cancel", one(sys("cancelImport", "Stop an import"), schemaRef("Import"), 202, 409)},
		{"post", v1 + "/sys/imports/{id}/resume", one(sys("resumeImport", "Go on with a stopped import"), schemaRef("Import"), 202, 409)},
		{"get", v1 + "/sys/imports/{id}/rows", rows},
		{"get", v1 + "/sys/imports/{id}/refused", refused},
	}...)
}
