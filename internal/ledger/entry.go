package ledger

import (
	"crypto/sha256"
	"encoding/binary"
	"io"
)

// The kinds of entries.
const (
	Write  = "write"  // a record was created, changed, archived, restored …
	SignIn = "signin" // someone signed in or out, or failed to
	Rights = "rights" // a user, role, department or token changed
	Look   = "look"   // someone saw a sealed or masked value in the clear
	Export = "export" // rows left the system
	Import = "import" // rows came in: one entry per import; its rows are writes
	System = "system" // keys, schema, maintenance
)

// Entry is one line of the ledger. The caller fills what it knows up to
// Payload; [Ledger.Append] sets ID and At when 0, the payload's hash, Prev and
// Hash.
type Entry struct {
	ID        int64  // also the order of entries
	At        int64  // UTC ms
	Kind      string // one of the constants of this package
	Actor     int64  // the user's id; 0 is the system
	ActorName string // as it was then
	Source    string // "web", "api", "import 123", "merge 9", "job 7", "cli"
	Type      int64  // the catalogue's type id, 0 for none
	Record    int64  // 0 for none
	Rev       int64  // the record's revision after a write, or the one looked at
	Action    string // create update archive restore undo …
	Payload   []byte // JSON; nil for none, and after a redaction

	PayloadHash []byte // SHA-256 over salt and payload; nil when there never was a payload
	Prev        []byte // the hash of the record's write before; nil for its first
	Hash        []byte // SHA-256 over all of the above but Payload

	salt []byte
}

// Redacted reports whether the entry had a payload that was taken out.
func (e *Entry) Redacted() bool { return e.Payload == nil && len(e.PayloadHash) > 0 }

const (
	hashVersion = 1
	saltSize    = 16
)

// first reports whether e begins its record's chain, so that there is nothing
// to look up.
func (e *Entry) first() bool { return e.Record == 0 || e.Kind == Write && e.Rev == 1 }

// hashPayload returns the salted hash of the payload, nil for no payload.
func (e *Entry) hashPayload(buf []byte) []byte {
	if e.Payload == nil {
		return nil
	}
	buf = append(append(buf[:0], e.salt...), e.Payload...)
	h := sha256.Sum256(buf)
	return h[:]
}

// hash returns the entry's hash. The encoding is the stored form of a promise:
// it never changes for a version. Integers are 8 bytes big-endian, texts and
// hashes are preceded by their length, so that no two entries encode alike.
func (e *Entry) hash(buf []byte) []byte {
	b := append(buf[:0], hashVersion)
	for _, n := range [...]int64{e.ID, e.At, e.Actor, e.Type, e.Record, e.Rev} {
		b = binary.BigEndian.AppendUint64(b, uint64(n))
	}
	for _, s := range [...]string{e.Kind, e.ActorName, e.Source, e.Action} {
		b = append(binary.AppendUvarint(b, uint64(len(s))), s...)
	}
	for _, s := range [...][]byte{e.PayloadHash, e.Prev} {
		b = append(binary.AppendUvarint(b, uint64(len(s))), s...)
	}
	h := sha256.Sum256(b)
	return h[:]
}

// saltAll gives every entry with a payload its salt, in one read of randomness.
func saltAll(random io.Reader, entries []*Entry) error {
	salts := make([]byte, saltSize*len(entries))
	if _, err := io.ReadFull(random, salts); err != nil {
		return err
	}
	for i, e := range entries {
		e.salt = nil
		if len(e.Payload) == 0 {
			e.Payload = nil
		} else {
			e.salt = salts[i*saltSize : (i+1)*saltSize : (i+1)*saltSize]
		}
	}
	return nil
}
