package record

import (
	"context"

	"kedang/internal/db"
	"kedang/internal/errs"
	"kedang/internal/han"
	"kedang/internal/meta"
)

// sealedValue is a sealed field's value in a Row: the ciphertext as stored,
// the plain text as just parsed, or both after sealing.
type sealedValue struct {
	cipher []byte
	blind  any
	plain  string
	open_  bool // plain is known
}

// plainSealed wraps a just parsed value of a sealed field. The blind index is
// made of the folded text, so that 11010119…x and 11010119…X are one.
func (s *Store) plainSealed(f *meta.Field, v any) any {
	text, _ := v.(string)
	return sealedValue{plain: text, open_: true, blind: s.Vault.Blind(f.ID, han.Fold(text))}
}

// open gives the plain text, asking the vault when only the ciphertext is known.
func (v sealedValue) open(l *loader, f *meta.Field, r *Row) (any, error) {
	if v.open_ {
		return v.plain, nil
	}
	if l.tx == nil {
		return nil, errNoDatabase
	}
	plain, err := l.store.Vault.Open(l.ctx, l.tx, r.ID, f.ID, v.cipher)
	if errs.Is(err, errs.NotFound) {
		return nil, nil // the key was destroyed: the value is no more
	}
	return string(plain), err
}

// seal encrypts the sealed values that were set by this write, and seals anew
// what moved to another customer's file, whose key it must lie under.
func (w *writing) seal() error {
	moved := w.old != nil && w.old.subject() != w.row.subject()
	if err := w.s.openAll(w.load, w.row); err != nil {
		return err
	}
	for _, f := range w.t.Fields {
		v, ok := w.row.Values[f.Slot].(sealedValue)
		if !ok || !v.open_ || (v.cipher != nil && !moved) {
			continue
		}
		cipher, err := w.s.Vault.Seal(w.ctx, w.tx, w.row.subject(), w.row.ID, f.ID, []byte(v.plain))
		if err != nil {
			return err
		}
		v.cipher = cipher
		w.row.Values[f.Slot] = v
	}
	return nil
}

// openSealed gives the plain text of a sealed value of a loaded row.
func (s *Store) openSealed(ctx context.Context, tx db.Tx, r *Row, f *meta.Field) (string, error) {
	v, ok := r.Values[f.Slot].(sealedValue)
	if !ok {
		return "", nil
	}
	plain, err := v.open(s.loader(ctx, tx), f, r)
	text, _ := plain.(string)
	return text, err
}
