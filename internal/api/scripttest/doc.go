// Package scripttest runs HTTP tests that are text, through the real handler
// of a whole company:
//
//	# who there is: NAME ROLE DEPARTMENT (codes from the top), made if absent
//	user rep1 rep head/shanghai
//	as rep1
//	POST /api/v1/customer {"name":"王府酒店","kind":"organisation"}
//	code == 201
//	json number ~ ^C2026-
//	let c = json id
//	GET /api/v1/search?q=wfjd
//	json items[0].id == {c}
//
// # Statements
//
//   - user NAME ROLE [DEPARTMENT] [manager=NAME] [password=WORD]
//   - as NAME; as nobody, without a token; as anybody with let t = …: token {t}
//   - clock 2026-11-25T09:00:00+08:00
//   - with HEADER VALUE: sent with the next request, such as If-Match
//   - METHOD URL [BODY]: the URL may hold raw Chinese and spaces. A body begins
//     with { or [, or with raw: for anything else, and may go on in lines that
//     begin with two spaces. After an answer 202 the queue's work is waited for.
//   - upload URL FILE: posts a file of the script's folder as multipart;
//     import TYPE FILE [mode=…] [key=…] [map.列=field] imports one and leaves its
//     last state as the answer
//   - code OP VALUE, json PATH OP VALUE, header NAME OP VALUE, body OP VALUE.
//     OP is == != ~ (regular expression) < > <= >= (numbers) contains, and for
//     json exists and absent; a path is a.b[0].c, a.length counts an array, and
//     "" is the whole answer. A VALUE in quotes is a JSON string.
//   - let NAME = json PATH | header NAME | user NAME: remembered, used as {NAME}
//
// The package must never know a record type, and imports nothing of package
// testing, so that `kedang pack test` can carry it.
package scripttest
