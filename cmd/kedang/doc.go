// Command kedang is the customer archive: the server, and the tools that look
// after it.
//
//	kedang serve --data DIR --addr 127.0.0.1:8080 [--demo]
//	kedang user add linx --role rep --password-stdin
//	kedang import customer 客户.xlsx --mode upsert --key phones
//	kedang check --data DIR
//	kedang copy --data DIR --to postgres://…
//
// One file per sub-command; wire.go is the only place that joins the parts.
// Every sub-command but serve works on a company through an [operator], in one
// of two ways that do the same: [direct] opens the database itself, and
// [remote] asks the running server that owns the data directory, over its
// socket DIR/kedang.sock. PostgreSQL may have many users at once and is always
// opened directly.
//
// Settings come from flags, then from KEDANG_… in the environment, then from
// kedang.yaml in the data directory. What a company was made with (its packs,
// zone, region) is kept in its database, so that a command given none of these
// works under the same as the server did.
//
// This package must never decide about rights or know a record type by name:
// it asks, and shows what comes back.
package main
