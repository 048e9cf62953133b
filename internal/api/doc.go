// Package api is Kedang's HTTP side: REST under /api/v1, OpenAPI, sessions,
// errors as RFC 9457 problems, and the web app's files.
//
//	GET    /api/v1/customer?filter=level == "A"&order_by=name&page_size=50
//	POST   /api/v1/customer            {"name": "王府酒店"}
//	GET    /api/v1/customer/{id}       PATCH, DELETE (archives)
//	GET    /api/v1/customer/{id}?as_of=2026-01-31   as it stood
//	GET    /api/v1/customer/{id}/history | timeline | counts | files | related/{type}[.{field}]
//	POST   /api/v1/customer/{id}:restore | :assign | :undo | :reveal | :purge
//	POST   /api/v1/customer:query | :batch
//	GET    /api/v1/customer:group?by=level | :export?format=xlsx   (or POST)
//	GET    /api/v1/search?q=wfjd
//	POST   /api/v1/session             {"username": …, "password": …}
//	…      /api/v1/sys/…               users, departments, schema, jobs, imports, log
//	GET    /api/openapi.json           all of it, as the caller may see it
//
// A handler reads a request, asks one package below for one thing, and writes
// the answer; it returns errors, and [Server.problem] alone turns them into
// problems. Every request carries an [access.Actor]: from a cookie or a bearer
// token, never from anything else the caller says.
//
// Following one request, GET /api/v1/customer/{id}: [Server.ServeHTTP] marks
// headers, counts and logs; wrap finds out who asks and keeps other sites out;
// records tells by the path what is wanted; get asks [record.Store.Get], which
// appends the JSON, and writes it with its revision as ETag.
//
// What is sent in is bounded before it is read: bodies by maxBody, files by
// maxFile, brackets by deepest. An unknown parameter or field is refused, for a
// misspelt filter must not answer everything.
//
// Tests are text first: testdata/*.txt and packs/*/test.txt, run by package
// scripttest over a whole company made by package apitest. Rights are held to a
// reference model on random organisations (rightsmodel_test.go).
//
// api must never decide about rights, write SQL, or know a record type by name.
package api
