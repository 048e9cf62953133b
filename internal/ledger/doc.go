// Package ledger is the one append-only log of Kedang: writes of records,
// sign-ins, changes of rights, looks at sealed or masked fields, exports,
// imports, and what the system did by itself.
//
// An [Entry] is appended inside the transaction of the thing it tells about,
// so there is never the one without the other:
//
//	book := ledger.New(ids)
//	err := book.Open(ctx, d)
//	…
//	err = d.Write(ctx, func(tx db.Tx) error {
//		… the record's own UPDATE, whose row lock orders the chain …
//		return book.Append(ctx, tx, &ledger.Entry{
//			Kind: ledger.Write, Action: "update", Actor: 7, ActorName: "李雷", Source: "web",
//			Type: 3, Record: id, Rev: 12, Payload: changes,
//		})
//	})
//
// # What makes it tamper-evident
//
// Three things, each found broken by [Ledger.Verify]:
//
//   - Every entry carries a hash over its header, its payload's hash and Prev.
//     The payload's hash is salted, and salt and payload go together when an
//     entry is redacted: the hash left behind cannot be used to guess a phone
//     number, and the chain stays valid.
//   - The writes of one record form a chain: Prev is the hash of the record's
//     write before, nothing for revision 1 (which therefore costs no look-up).
//     Every other entry about a record is a leaf: its Prev names a write of
//     the record (the state that was looked at), and nothing follows it. So
//     people who look at a record never queue behind each other, while writers
//     do so anyway, on the record's row.
//   - [Ledger.Seal] puts new entries into blocks, chained over everything:
//     an entry taken out, put in or changed later breaks its block, whatever
//     was done to the record's own chain.
//
// Triggers refuse UPDATE (but for the payload's redaction) and DELETE. Whoever
// owns the database file can drop triggers and recompute every hash; against
// him only a copy of [Ledger.Head] kept elsewhere helps.
//
// # What it must never do
//
// Decide who may read an entry (package record does), interpret a payload, or
// be written outside the transaction it tells about.
package ledger
