// Package vault keeps keys, seals fields and backups, and stores the bytes of
// attachments.
//
// # Keys
//
// The master key lives outside the database: in a key file (0600, made on the
// first run) or in the environment. It does nothing but wrap other keys, and a
// check value in the database refuses a wrong one before anything is written
// with it. What it wraps lies in the database:
//
//   - one data key per subject (a customer), made with the first value sealed
//     for it. [Vault.DestroyKey] forgets it, and with it every value sealed
//     for that subject in the database, the ledger and every backup taken from
//     then on;
//   - two secrets of the company: one for blind indexes and search tokens, one
//     for attachments. They are random and not derived from the master key, so
//     that [Vault.Rotate] re-wraps rows of a small table instead of rebuilding
//     indexes and rewriting files.
//
// Sealing a field and asking for it:
//
//	v, err := vault.Open(ctx, d, book, vault.Options{Dir: dir})
//	err = d.Write(ctx, func(tx db.Tx) error {
//		sealed, err := v.Seal(ctx, tx, customer, record, field, []byte("11010519491231002X"))
//		blind := v.Blind(field, "11010519491231002x")          // for == and unique
//		tokens := v.SearchTokens(field, "11010519491231002x")  // for search
//		…
//	})
//	plain, err := v.Open(ctx, tx, record, field, sealed)
//
// # Why the standard library's AES-256-GCM
//
// A value is sealed with AES-256-GCM under a random nonce: one subject's key
// seals far fewer than the 2^32 values that bound allows, AES is done by the
// processor, and a sealed value is 29 bytes of cryptography plus the 8 that name
// its subject. Tink was tried: its keysets answer a question we do not have (many
// versions of one data key), cost a protocol buffer per subject, and hide the key
// that [Vault.DestroyKey] must be certain to have erased. Streams (attachments,
// backups) use age, whose chunked format detects cut and swapped parts and can
// be opened with the age command where Kedang is not at hand.
//
// # What it must never do
//
// Log or return a key, create a new master key where an old one is in use,
// decide who may see a plain value, or know what a customer is.
package vault
