// Package db opens a company's database and runs transactions on it: an
// embedded SQLite file, or a schema of a PostgreSQL server. One SQL text serves
// both; what differs is in [Dialect].
//
//	d, err := db.Open(ctx, db.Config{Dir: "data"})
//	err = d.Write(ctx, func(tx db.Tx) error {
//		_, err := tx.Exec(ctx, `INSERT INTO t (id, name) VALUES (?, ?)`, id, name)
//		return err
//	})
//
// SQLite has one writer: requests queue for it and several share one COMMIT
// (group commit), so that durable writes cost one disk sync for all who wait. A
// request is acknowledged after that COMMIT and never before. One that fails is
// rolled back alone: mostly it has stored nothing yet; else the transaction is
// undone, and the others run again in a savepoint each. Readers have
// connections of their own and see a snapshot. PostgreSQL gives each request
// its transaction and retries what lost a deadlock.
//
// Inside Write no other Write may be called: on SQLite it would wait for
// itself, which is found out and refused. The function given to Write may run
// more than once (after a lost deadlock, or beside one that failed), so it must
// not leave anything behind outside its transaction, nor add up what it returns.
//
// What many requests would each do at a price is put off with [Later] and done
// once before the COMMIT, as the search index is.
//
// One process owns a SQLite directory, by a lock on kedang.lock that ends with
// the process. A PostgreSQL schema may have many.
//
// db also owns the ids: 63 bits, ordered by time (see [IDs]).
//
// db must never know what a table means.
package db
