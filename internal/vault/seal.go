package vault

import (
	"context"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/sha256"
	"database/sql"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"io"

	"kedang/internal/db"
	"kedang/internal/errs"
	"kedang/internal/ledger"
)

// A sealed value is the version, the subject (8 bytes big-endian), and what the
// AEAD made: nonce, ciphertext, tag. The subject stands in the value, because a
// record may belong to another customer by the time it is opened.
const (
	sealVersion = 1
	sealHeader  = 9
)

// Seal encrypts plain under the subject's data key, bound to record and field:
// moved to another row or column it does not open. It makes the key when there
// is none. NotFound with code key_destroyed when it was destroyed.
func (v *Vault) Seal(ctx context.Context, tx db.Tx, subject, record, field int64, plain []byte) (_ []byte, err error) {
	defer errs.Wrap(&err, "Vault.Seal(%d, %d, %d)", subject, record, field)
	key, err := v.stored(ctx, tx, subject)
	if errors.Is(err, sql.ErrNoRows) {
		key, err = v.createDataKey(ctx, tx, subject)
	}
	if err != nil {
		return nil, err
	}
	out := make([]byte, sealHeader, sealHeader+len(plain)+key.Overhead())
	out[0] = sealVersion
	binary.BigEndian.PutUint64(out[1:], uint64(subject))
	var bound [25]byte
	return key.Seal(out, nil, plain, boundTo(&bound, out, record, field)), nil
}

// Open decrypts what Seal made for this record and field. NotFound with code
// key_destroyed when the subject's key was destroyed; Internal with code
// seal_damaged when the value was changed or belongs elsewhere.
func (v *Vault) Open(ctx context.Context, tx db.Tx, record, field int64, sealed []byte) (_ []byte, err error) {
	defer errs.Wrap(&err, "Vault.Open(%d, %d)", record, field)
	subject, err := Subject(sealed)
	if err != nil {
		return nil, err
	}
	var buf [25]byte
	bound := boundTo(&buf, sealed, record, field)
	if key := v.cache.get(subject); key != nil {
		if plain, err := key.Open(nil, nil, sealed[sealHeader:], bound); err == nil {
			return plain, nil
		}
		// The cached key may come from a transaction that never committed.
	}
	key, err := v.stored(ctx, tx, subject)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, errs.New(errs.NotFound, "key_missing", errs.Params{"subject": subject})
	}
	if err != nil {
		return nil, err
	}
	plain, err := key.Open(nil, nil, sealed[sealHeader:], bound)
	if err != nil {
		return nil, damaged(err)
	}
	return plain, nil
}

// Subject tells under whose key a value is sealed.
func Subject(sealed []byte) (int64, error) {
	if len(sealed) < sealHeader || sealed[0] != sealVersion {
		return 0, damaged(errors.New("not a sealed value of a known version"))
	}
	return int64(binary.BigEndian.Uint64(sealed[1:])), nil
}

func damaged(err error) error {
	return &errs.Error{Kind: errs.Internal, Code: "seal_damaged", Err: err}
}

func boundTo(b *[25]byte, header []byte, record, field int64) []byte {
	copy(b[:sealHeader], header)
	binary.BigEndian.PutUint64(b[sealHeader:], uint64(record))
	binary.BigEndian.PutUint64(b[sealHeader+8:], uint64(field))
	return b[:]
}

// stored returns the subject's key as the transaction sees it, sql.ErrNoRows
// when there is none. Seal never trusts the cache alone: a key cached from a
// transaction that was rolled back would seal values nobody can open.
func (v *Vault) stored(ctx context.Context, tx db.Tx, subject int64) (cipher.AEAD, error) {
	var version int64
	var wrapped []byte
	err := tx.QueryRow(ctx, `SELECT version, wrapped FROM vault_key WHERE subject = ?`, []any{subject}, &version, &wrapped)
	if err != nil {
		return nil, err
	}
	if wrapped == nil {
		return nil, errs.New(errs.NotFound, "key_destroyed", errs.Params{"subject": subject})
	}
	if key := v.cache.same(subject, wrapped); key != nil {
		return key, nil
	}
	r, err := v.ringWith(version)
	if err != nil {
		return nil, err
	}
	raw, err := r.unwrap(version, wrapped, subjectBound(subject))
	if err != nil {
		return nil, err
	}
	key, err := newAEAD(raw)
	if err != nil {
		return nil, err
	}
	v.cache.put(subject, wrapped, key)
	return key, nil
}

// createDataKey makes the subject's key; of two transactions that do so at
// once, both use the one that was stored first.
func (v *Vault) createDataKey(ctx context.Context, tx db.Tx, subject int64) (cipher.AEAD, error) {
	raw := make([]byte, keySize)
	if _, err := io.ReadFull(v.opts.Random, raw); err != nil {
		return nil, err
	}
	r := v.rings.Load()
	_, err := tx.Exec(ctx, `INSERT INTO vault_key (subject, version, wrapped, created_at, destroyed_at) VALUES (?, ?, ?, ?, 0)
		ON CONFLICT (subject) DO NOTHING`, subject, r.current, r.wrap(raw, subjectBound(subject)), v.opts.Now().UnixMilli())
	if err != nil {
		return nil, err
	}
	return v.stored(ctx, tx, subject)
}

func subjectBound(subject int64) []byte {
	return binary.BigEndian.AppendUint64([]byte("subject "), uint64(subject))
}

// DestroyKey forgets the subject's data key for good and says so in the ledger;
// who asked is for the caller's own entry to say. All values sealed for the
// subject are lost, at once on this node and within a minute on others. A
// subject that never had a key gets the mark all the same.
func (v *Vault) DestroyKey(ctx context.Context, tx db.Tx, subject int64) (err error) {
	defer errs.Wrap(&err, "Vault.DestroyKey(%d)", subject)
	now := v.opts.Now().UnixMilli()
	n, err := tx.Exec(ctx, `INSERT INTO vault_key (subject, version, wrapped, created_at, destroyed_at) VALUES (?, 0, NULL, ?, ?)
		ON CONFLICT (subject) DO UPDATE SET wrapped = NULL, version = 0, destroyed_at = excluded.destroyed_at
		WHERE vault_key.wrapped IS NOT NULL`, subject, now, now)
	v.cache.forget(subject)
	if err != nil || n == 0 { // destroyed before
		return err
	}
	return v.book.Append(ctx, tx, &ledger.Entry{Kind: ledger.System, Action: "destroy_key", Record: subject, At: now})
}

// Blind returns 16 bytes that are equal exactly for equal folded values of the
// field: what == and unique compare on a sealed field. It is HMAC-SHA-256 under
// a secret of the company, cut in half.
func (v *Vault) Blind(field int64, folded string) []byte {
	return keyed(v.blind, field, 'w', folded)[:16]
}

// SearchTokens returns what the search index holds of a sealed value: keyed
// tokens of the whole folded value and of its last 4 and 6 characters.
func (v *Vault) SearchTokens(field int64, folded string) []string {
	runes := []rune(folded)
	tokens := []string{v.token(field, 'w', folded)}
	for _, n := range [...]int{4, 6} {
		if len(runes) >= n {
			tokens = append(tokens, v.token(field, byte('0'+n), string(runes[len(runes)-n:])))
		}
	}
	return tokens
}

// QueryTokens returns the tokens that a search for the folded text looks for,
// any of which is a hit: the text as a whole value, or as a last 4 or 6.
func (v *Vault) QueryTokens(field int64, folded string) []string {
	tokens := []string{v.token(field, 'w', folded)}
	if n := len([]rune(folded)); n == 4 || n == 6 {
		tokens = append(tokens, v.token(field, byte('0'+n), folded))
	}
	return tokens
}

// token is 16 hexadecimal digits, of 64 bits.
func (v *Vault) token(field int64, part byte, text string) string {
	return hex.EncodeToString(keyed(v.tokens, field, part, text)[:8])
}

func keyed(key []byte, field int64, part byte, text string) []byte {
	h := hmac.New(sha256.New, key)
	b := binary.BigEndian.AppendUint64(make([]byte, 0, 64), uint64(field))
	h.Write(append(append(b, part), text...))
	return h.Sum(nil)
}
