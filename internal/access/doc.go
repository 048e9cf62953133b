// Package access knows who the people are and what each may do: users, the
// tree of departments and branches, roles, sessions, tokens, and the [Actor]
// that every call of the engine is made for.
//
//	s, err := access.New(access.Options{DB: d, IDs: ids, Ledger: book, Clock: time.Now, Zone: zone})
//	s.Bind(schema)                                        // the roles and rights that the packs declare
//	a, err := s.Session(ctx, token)                       // one indexed read: who asks
//	scope := a.Scope(customer, "read")                    // how far he may read
//	cond, args, err := scope.SQL(a, "t", db.SQLite, now)  // … as a condition on rows
//	ok, err := scope.Allows(a, subject, now)              // … of one row in memory
//	if a.Level(customer, cost) == meta.Hidden { … }       // … and of one field
//
// # From roles to rights
//
// A type declares a [meta.Grant] per role. A person has roles, and the grants
// of his roles and of "*" (everyone signed in) are merged to the widest, once
// per role set and type; after that [Actor.Scope] and [Actor.Level] are two
// look-ups. The scopes follow root_owner and root_department, the owner of the
// customer a record belongs to: whoever sees a customer sees what hangs on it.
//
//	own            root_owner is me
//	subordinates   root_owner is me, or someone whose chain of managers leads to me
//	department     root_department is mine
//	tree           root_department is mine or lies below it
//	all            every row
//	{where: …}     the expression holds; one that cannot be evaluated denies
//
// # When rights change
//
// Every change to a user raises the user's epoch, every change to the tree or
// to who reports to whom raises the organisation's version. A request reads
// both with its session, so a change acts on the next request, and
// [Service.Recheck] looks again inside a writing transaction. Nothing waits
// for a cache to expire.
//
// # Secrets
//
// Passwords are argon2id hashes (RFC 9106); session and token secrets are 256
// random bits of which the database has only the SHA-256. Wrong passwords are
// counted per user name and per address, in the database, so that a restart
// forgives nobody. A user name that does not exist costs the same work as one
// that does.
//
// access must never decide about a single record by itself (record asks and
// acts), never know a record type by name beyond user and department, and
// never hand out a [System] actor to anything that came over the network.
package access
