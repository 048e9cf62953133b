package vault

import (
	"context"
	"maps"

	"kedang/internal/db"
	"kedang/internal/errs"
	"kedang/internal/ledger"
)

const rewrapChunk = 200

// Rotate makes a new master key, writes it into the key file beside the old
// ones, and wraps everything anew under it. The old keys stay in the file: a
// backup from before needs them. Refused with code key_in_environment when the
// key did not come from a file: add a version there, restart, and Rewrap.
func (v *Vault) Rotate(ctx context.Context, progress func(done int64)) (n int64, err error) {
	defer errs.Wrap(&err, "Vault.Rotate")
	if v.keyFile == "" {
		return 0, errs.New(errs.Invalid, "key_in_environment", nil)
	}
	r, err := v.addKey()
	if err != nil {
		return 0, err
	}
	err = v.d.Write(ctx, func(tx db.Tx) error {
		if err := v.storeProofs(ctx, tx, r); err != nil {
			return err
		}
		return v.book.Append(ctx, tx, &ledger.Entry{Kind: ledger.System, Action: "rotate_key", Rev: r.current})
	})
	if err != nil {
		return 0, err
	}
	return v.Rewrap(ctx, progress)
}

// addKey adds a version to file and ring, the file first: a key must not wrap
// anything before it is safe on disk.
func (v *Vault) addKey() (*ring, error) {
	v.rotating.Lock()
	defer v.rotating.Unlock()
	old := v.rings.Load()
	next := &ring{keys: maps.Clone(old.keys), current: old.current}
	if err := next.add(v.opts.Random); err != nil {
		return nil, err
	}
	if err := replaceKeyFile(v.keyFile, next); err != nil {
		return nil, err
	}
	v.rings.Store(next)
	return next, nil
}

// ringWith returns a ring that has the version: when another process rotated
// the key, this one finds it in the key file.
func (v *Vault) ringWith(version int64) (*ring, error) {
	r := v.rings.Load()
	if r.keys[version] != nil || v.keyFile == "" {
		return r, nil
	}
	v.rotating.Lock()
	defer v.rotating.Unlock()
	r, _, err := readKeyFile(v.keyFile)
	if err != nil {
		return nil, err
	}
	if r == nil || r.keys[version] == nil {
		return v.rings.Load(), nil
	}
	v.rings.Store(r)
	return r, nil
}

// Rewrap wraps every key that stands under an older master key under the
// current one, in small transactions, and returns how many. A run that was
// stopped goes on where it ended. Several nodes must share the key file, or
// have the new key in their environment before.
func (v *Vault) Rewrap(ctx context.Context, progress func(done int64)) (n int64, err error) {
	defer errs.Wrap(&err, "Vault.Rewrap")
	r := v.rings.Load()
	if n, err = v.rewrapSecrets(ctx, r); err != nil {
		return n, err
	}
	for {
		var k int64
		err := v.d.Write(ctx, func(tx db.Tx) (err error) {
			k, err = rewrapSome(ctx, tx, r)
			return err
		})
		n += k
		if err != nil || k == 0 {
			return n, err
		}
		if progress != nil {
			progress(n)
		}
	}
}

type wrappedKey struct {
	subject, version int64
	wrapped          []byte
}

func rewrapSome(ctx context.Context, tx db.Tx, r *ring) (int64, error) {
	keys, err := keysBefore(ctx, tx, r.current)
	if err != nil {
		return 0, err
	}
	for _, k := range keys {
		raw, err := r.unwrap(k.version, k.wrapped, subjectBound(k.subject))
		if err != nil {
			return 0, err
		}
		// A key destroyed meanwhile stays destroyed.
		_, err = tx.Exec(ctx, `UPDATE vault_key SET version = ?, wrapped = ? WHERE subject = ? AND version = ? AND wrapped IS NOT NULL`,
			r.current, r.wrap(raw, subjectBound(k.subject)), k.subject, k.version)
		if err != nil {
			return 0, err
		}
	}
	return int64(len(keys)), nil
}

func keysBefore(ctx context.Context, tx db.Tx, version int64) (keys []wrappedKey, err error) {
	rows, err := tx.Query(ctx, `SELECT subject, version, wrapped FROM vault_key
		WHERE version < ? AND wrapped IS NOT NULL ORDER BY version, subject LIMIT ?`, version, rewrapChunk)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var k wrappedKey
		if err := rows.Scan(&k.subject, &k.version, &k.wrapped); err != nil {
			return nil, err
		}
		keys = append(keys, k)
	}
	return keys, rows.Err()
}

func (v *Vault) rewrapSecrets(ctx context.Context, r *ring) (n int64, err error) {
	for _, name := range [...]string{"index", "files"} {
		changed := int64(0)
		err := v.d.Write(ctx, func(tx db.Tx) error {
			var version int64
			var wrapped []byte
			err := tx.QueryRow(ctx, `SELECT version, wrapped FROM vault_secret WHERE name = ?`, []any{name}, &version, &wrapped)
			if err != nil || version == r.current {
				return err
			}
			raw, err := r.unwrap(version, wrapped, []byte("secret "+name))
			if err != nil {
				return err
			}
			changed, err = tx.Exec(ctx, `UPDATE vault_secret SET version = ?, wrapped = ? WHERE name = ?`,
				r.current, r.wrap(raw, []byte("secret "+name)), name)
			return err
		})
		if n += changed; err != nil {
			return n, err
		}
	}
	return n, nil
}
