package api

import "kedang/internal/transfer"

// endpoint is an operation with its place.
type endpoint struct {
	method, path string
	operation
}

// fixedEndpoints are routes() as the document tells of them; a test holds the
// two equal.
func fixedEndpoints() []endpoint {
	var all []endpoint
	for _, some := range [][]endpoint{operatingEndpoints(), sessionEndpoints(), peopleEndpoints(), workEndpoints(), bulkEndpoints()} {
		all = append(all, some...)
	}
	return all
}

const v1 = "/api/v1"

// The following are shapes that several endpoints have.
func anyText() obj { return obj{"type": "string"} }

func anyObject() obj { return obj{"type": "object", "additionalProperties": true} }

func itemsOf(item obj) obj { return object(obj{"items": arrayOf(item)}, "items") }

func pageOf(item string) obj {
	return object(obj{"items": arrayOf(schemaRef(item)), "next_page_token": anyText()}, "items")
}

func newID() obj { return object(obj{"id": schemaRef("Id")}, "id") }

// texts is an object of texts, of which the first n must be there.
func texts(n int, names ...string) obj {
	p := obj{}
	for _, name := range names {
		p[name] = anyText()
	}
	return object(p, names[:n]...)
}

func inQuery(name, says string, schema obj) obj {
	return obj{"name": name, "in": "query", "description": says, "schema": schema}
}

func op(tag, id, summary string) operation { return operation{id: id, summary: summary, tag: tag} }

// public is an operation that needs no sign-in.
func (o operation) public() operation { o.open = true; return o }

// with adds parameters by the names of sharedParameters.
func (o operation) with(names ...string) operation {
	return o.and(parameterRefs(names...)...)
}

func (o operation) and(params ...obj) operation {
	o.params = append(append([]obj{}, o.params...), params...)
	return o
}

// takes says what its body is.
func (o operation) takes(body obj) operation { o.body = body; return o }

// answers says what a success is; nil has no body.
func (o operation) answers(code int, schema obj) operation { o.code, o.answer = code, schema; return o }

// file says that the answer is one, of a media type.
func (o operation) file(mime string) operation { o.mime = mime; return o }

// refuses adds codes beside 401 and 422.
func (o operation) refuses(codes ...int) operation { o.fails = append(o.fails, codes...); return o }

func operatingEndpoints() []endpoint {
	return []endpoint{
		{"get", "/healthz", op("operate", "health", "Whether the server and its database answer").public().answers(200, anyObject()).refuses(503)},
		{"get", "/metrics", op("operate", "metrics", "Figures for Prometheus, to callers near by").public().file("text/plain").refuses(401, 403)},
		{"get", "/api/openapi.json", op("operate", "openapi", "This document").public().answers(200, anyObject())},
		{"get", v1 + "/search", op("search", "search", "Find records by words").with("q").answers(200, schemaRef("Hits")).refuses(404).and(
			inQuery("types", "Types to look in, with commas", anyText()),
			inQuery("limit", "Hits wanted, 20 unless told", obj{"type": "integer", "minimum": 1, "maximum": 100}))},
	}
}

func sessionEndpoints() []endpoint {
	session := func(id, summary string) operation { return op("session", id, summary) }
	flag := obj{"type": "boolean", "default": true, "description": "false: no cookie is set"}
	return []endpoint{
		{"post", v1 + "/session", session("signIn", "Sign in").public().refuses(401, 429).
			takes(object(obj{"username": anyText(), "password": anyText(), "cookie": flag}, "username", "password")).
			answers(201, object(obj{"token": anyText(), "user": schemaRef("Me")}, "token", "user"))},
		{"get", v1 + "/session", session("whoAmI", "Who is signed in, and where").answers(200, object(obj{"user": schemaRef("Me"), "server": anyObject()}, "user", "server"))},
		{"delete", v1 + "/session", session("signOut", "Sign out").answers(204, nil)},
		{"get", v1 + "/sys/first-run", session("firstRun", "Whether the administrator is still to be made").public().answers(200, anyObject())},
		{"post", v1 + "/sys/first-run", session("claim", "Make the administrator, with the code from the console").public().
			takes(texts(4, "code", "username", "name", "password", "email", "lang")).answers(201, newID()).refuses(403, 409)},
		{"post", v1 + "/sys/password", session("changePassword", "Change one's own password").takes(texts(2, "old", "password")).answers(204, nil).refuses(403, 429)},
		{"post", v1 + "/sys/password-reset", session("usePasswordCode", "Set a password with a one-time code").public().
			takes(texts(3, "username", "code", "password")).answers(204, nil).refuses(401, 429)},
		{"get", v1 + "/sys/sessions", session("listSessions", "Where one is signed in").answers(200, itemsOf(anyObject()))},
		{"delete", v1 + "/sys/sessions/{id}", session("endSession", "End a session").with("id").answers(204, nil).refuses(404)},
		{"get", v1 + "/sys/tokens", session("listTokens", "One's tokens; an administrator sees anybody's").answers(200, itemsOf(anyObject())).refuses(403).
			and(inQuery("user", "Whose, one's own unless told", anyText()))},
		{"post", v1 + "/sys/tokens", session("createToken", "Make a token for a program").takes(texts(1, "name", "expires_at", "user")).
			answers(201, texts(1, "token")).refuses(403)},
		{"delete", v1 + "/sys/tokens/{id}", session("revokeToken", "End a token").with("id").answers(204, nil).refuses(404)},
	}
}

func peopleEndpoints() []endpoint {
	sys := func(id, summary string) operation { return op("system", id, summary) }
	user, department := schemaRef("User"), schemaRef("DepartmentInput")
	return []endpoint{
		{"get", v1 + "/sys/schema", sys("schema", "The types and fields one may see").answers(200, anyObject()).and(inQuery("lang", "zh-Hans, zh-Hant or en", anyText()))},
		{"get", v1 + "/sys/users", sys("listUsers", "People").with("q", "page_size", "page_token").answers(200, pageOf("User")).and(
			inQuery("department", "Of one department", anyText()), inQuery("inactive", "Those who were disabled too", obj{"type": "boolean"}))},
		{"post", v1 + "/sys/users", sys("createUser", "Add a person").takes(schemaRef("UserInput")).answers(201, user).refuses(403, 409)},
		{"get", v1 + "/sys/users/{id}", sys("getUser", "One person").with("id").answers(200, user).refuses(404)},
		{"patch", v1 + "/sys/users/{id}", sys("updateUser", "Change a person, or let him in or out").with("id").takes(schemaRef("UserInput")).answers(200, user).refuses(403, 404, 409)},
		{"post", v1 + "/sys/users/{id}/password-reset", sys("resetPassword", "Make a one-time password code").with("id").answers(201, texts(1, "code")).refuses(403, 404)},
		{"get", v1 + "/sys/departments", sys("listDepartments", "The tree of departments").answers(200, itemsOf(schemaRef("Department")))},
		{"post", v1 + "/sys/departments", sys("createDepartment", "Add a department").takes(department).answers(201, newID()).refuses(403, 409)},
		{"patch", v1 + "/sys/departments/{id}", sys("updateDepartment", "Change or move a department").with("id").takes(department).answers(204, nil).refuses(403, 404, 409)},
		{"get", v1 + "/sys/roles", sys("listRoles", "Roles, and what one's rights come to").answers(200, anyObject()).refuses(403, 404).and(inQuery("user", "Whose rights, one's own unless told", anyText()))},
		{"get", v1 + "/sys/audit", sys("audit", "The log, for administrators and auditors").with("page_size", "page_token").answers(200, itemsOf(anyObject())).refuses(403).and(
			inQuery("kind", "write, signin, rights, look, export, import, system, with commas", anyText()), inQuery("actor", "By whom", anyText()),
			inQuery("type", "About which type", anyText()), inQuery("record", "About which record", anyText()),
			inQuery("from", "Not before", anyText()), inQuery("to", "Before", anyText()))},
		{"get", v1 + "/sys/company", sys("company", "The company's name, zone, language and currency").answers(200, companyAnswer()).refuses(403)},
		{"patch", v1 + "/sys/company", sys("updateCompany", "Change them").takes(texts(0, "name", "zone", "lang", "currency")).answers(200, companyAnswer()).refuses(403, 409)},
		{"get", v1 + "/sys/state", sys("state", "How the server stands: version, database, last backup and check, work").answers(200, stateAnswer()).refuses(403)},
	}
}

func companyAnswer() obj {
	o := texts(4, "name", "zone", "lang", "currency")
	o["properties"].(obj)["restart"] = obj{"type": "boolean", "description": "another zone is in force until the server starts anew"}
	return o
}

func stateAnswer() obj {
	whole, moment := obj{"type": "integer"}, obj{"type": "string", "format": "date-time"}
	last := func(name string) obj {
		return obj{"oneOf": []obj{object(obj{"at": moment, name: whole}, "at", name), {"type": "null"}}}
	}
	return object(obj{"version": anyText(), "database": obj{"type": "string", "enum": []string{"sqlite", "postgres"}}, "bytes": whole, "started_at": moment,
		"backup": last("bytes"), "check": last("problems"), "jobs": object(obj{"waiting": whole, "running": whole, "failed": whole}, "waiting", "running", "failed")},
		"version", "database", "bytes", "started_at", "backup", "check", "jobs")
}

// decisionSchema is what is to be done with the rows that one kind of trouble refuses.
func decisionSchema() obj {
	return object(obj{"path": anyText(), "code": anyText(), "do": obj{"type": "string", "enum": []string{transfer.Out, transfer.Empty, transfer.Renew}},
		"means": obj{"type": "object", "additionalProperties": true, "description": "what values stand for, in API form"}}, "path", "code", "do")
}

func workEndpoints() []endpoint {
	sys := func(id, summary string) operation { return op("system", id, summary) }
	one := schemaRef("Import")
	upload := sys("uploadImport", "Upload a sheet").answers(201, one).refuses(403, 404, 413).and(inQuery("type", "The record type", anyText()))
	upload.form = object(obj{"type": anyText(), "encoding": anyText(), "sheet": anyText(), "map": anyText(), "file": obj{"type": "string", "format": "binary"}}, "file")
	plan := object(obj{"map": obj{"type": "object", "additionalProperties": anyText()}, "encoding": anyText(), "sheet": anyText(), "header": obj{"type": "integer", "minimum": 0, "description": "the line of the header; 0 for a sheet without one"}})
	start := object(obj{"mode": obj{"type": "string", "enum": []string{"create", "update", "upsert"}}, "key": anyText(), "dry_run": obj{"type": "boolean"}, "unread": obj{"type": "string", "enum": []string{"refuse", "leave"}}, "on_behalf": anyText()})
	decide := object(obj{"decisions": obj{"type": "array", "items": decisionSchema()}}, "decisions")
	mend := object(obj{"rows": obj{"type": "array", "items": object(obj{"line": obj{"type": "integer"}, "values": anyObject()}, "line")}, "mode": anyText(), "key": anyText()}, "rows")
	act := func(id, summary string) operation {
		return sys(id, summary).with("id").answers(202, one).refuses(403, 404, 409)
	}
	return []endpoint{
		{"get", v1 + "/sys/jobs", sys("listJobs", "Work in the background").with("page_size", "page_token").answers(200, pageOf("Job")).refuses(403).and(
			inQuery("kind", "Of one kind", anyText()), inQuery("state", "States, with commas", anyText()), inQuery("all", "Everybody's, for an administrator", obj{"type": "boolean"}))},
		{"get", v1 + "/sys/jobs/{id}", sys("getJob", "One job").with("id").answers(200, schemaRef("Job")).refuses(404)},
		{"post", v1 + "/sys/jobs/{id}/cancel", sys("cancelJob", "Stop a job").with("id").answers(200, schemaRef("Job")).refuses(404, 409)},
		{"post", v1 + "/sys/jobs/{id}/again", sys("againJob", "Try a failed or stopped job again").with("id").answers(202, schemaRef("Job")).refuses(403, 404, 409)},
		{"post", v1 + "/sys/imports", upload},
		{"get", v1 + "/sys/imports", sys("listImports", "One's imports").with("page_size", "page_token").answers(200, pageOf("Import"))},
		{"get", v1 + "/sys/imports/{id}", sys("getImport", "An import and its progress").with("id").answers(200, one).refuses(404)},
		{"patch", v1 + "/sys/imports/{id}", sys("planImport", "Say what its columns mean").with("id").takes(plan).answers(200, one).refuses(403, 404, 409)},
		{"put", v1 + "/sys/imports/{id}/decisions", sys("decideImport", "Say what is to be done with rows that would be refused").with("id").takes(decide).answers(200, one).refuses(403, 404, 409, 422)},
		{"post", v1 + "/sys/imports/{id}/start", act("startImport", "Start an import").takes(start)},
		{"post", v1 + "/sys/imports/{id}/undo", act("undoImport", "Take an import back")},
		{"post", v1 + "/sys/imports/{id}/cancel", act("cancelImport", "Stop an import")},
		{"post", v1 + "/sys/imports/{id}/resume", act("resumeImport", "Go on with a stopped import")},
		{"get", v1 + "/sys/imports/{id}/rows", sys("importRows", "What became of each row").with("id", "page_size", "page_token").answers(200, itemsOf(anyObject())).refuses(404).
			and(inQuery("action", "created, updated, unchanged, joined, refused, undone, kept, with commas", anyText()), inQuery("told", "Only rows with problems or warnings", obj{"type": "boolean"}), inQuery("written", "Refused rows with their cells", obj{"type": "boolean"}))},
		{"post", v1 + "/sys/imports/{id}/mend", sys("mendImport", "Try refused rows again with mended cells").with("id").takes(mend).answers(200, object(obj{"import": one, "items": obj{"type": "array", "items": anyObject()}}, "import", "items")).refuses(403, 404, 409, 422)},
		{"get", v1 + "/sys/imports/{id}/preview", sys("previewImport", "What the first rows would come to; nothing is stored").with("id", "page_size").answers(200, object(obj{"items": obj{"type": "array", "items": anyObject()}}, "items")).refuses(403, 404, 409).
			and(inQuery("mode", "create, update, upsert", anyText()), inQuery("key", "The field that finds a row's record", anyText()), inQuery("unread", "What becomes of a row with a cell that cannot be read: refuse, or leave the cell out", anyText()), inQuery("on_behalf", "In whose name, by an administrator", anyText()))},
		{"get", v1 + "/sys/imports/{id}/refused", sys("importRefused", "The refused rows, with reasons, as a sheet").with("id", "format").file("text/csv").refuses(404)},
	}
}

func bulkEndpoints() []endpoint {
	sys := func(id, summary string) operation { return op("system", id, summary) }
	one := schemaRef("Bulk")
	return []endpoint{
		{"get", v1 + "/sys/bulks", sys("listBulks", "Changes of many records, one's own").with("page_size", "page_token").answers(200, pageOf("Bulk"))},
		{"get", v1 + "/sys/bulks/{id}", sys("getBulk", "One such change, with the rows that were refused").with("id").answers(200, one).refuses(404)},
		{"post", v1 + "/sys/bulks/{id}/undo", sys("undoBulk", "Take it back").with("id").answers(202, one).refuses(404, 409)},
		{"post", v1 + "/sys/bulks/{id}/cancel", sys("cancelBulk", "Stop it; what was changed stays").with("id").answers(200, one).refuses(404, 409)},
	}
}
