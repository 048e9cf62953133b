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
