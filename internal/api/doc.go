// Package api is Kedang's HTTP side: REST under /api/v1, OpenAPI, sessions,
// errors as RFC 9457 problems, and the web app's files.
//
//	GET    /api/v1/customer?filter=level == "A"&order_by=name&page_size=50
//	POST   /api/v1/customer            {"name": "王府酒店"}
//	GET    /api/v1/customer/{id}       PATCH, DELETE (archives)
//	GET    /api/v1/customer/{id}/history | timeline | files | related/{field}
//	POST   /api/v1/customer/{id}:restore | :assign | :undo | :reveal
//	POST   /api/v1/customer:query | :batch | :count | :group
//	GET    /api/v1/search?q=wfjd
//	POST   /api/v1/session             {"username": …, "password": …}
//	…      /api/v1/sys/…               users, departments, schema, jobs, imports
//
// A handler reads a request, asks one package below for one thing, and writes
// the answer; it returns errors, and one place turns them into problems. Every
// request carries an [access.Actor]: from a cookie or a bearer token, never
// from anything else the caller says.
//
// api must never decide about rights, touch the database, or know a record
// type by name.
package api
