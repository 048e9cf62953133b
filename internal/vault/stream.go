package vault

import (
	"errors"
	"io"

	"filippo.io/age"

	"kedang/internal/errs"
)

// Lock says who can open a sealed stream: whoever knows the passphrase, or
// holds the identity of one of the recipients ("age1…"); one or the other.
type Lock struct {
	Passphrase string
	Recipients []string
	WorkFactor int // log2 of scrypt's cost for the passphrase; 0 is age's own, about a second
}

// Unlock is what opens it: the passphrase, or identities ("AGE-SECRET-KEY-1…").
type Unlock struct {
	Passphrase string
	Identities []string
}

// NewIdentity makes a pair of keys for backups: the recipient may lie on the
// server, the identity must not.
func NewIdentity() (recipient, identity string, err error) {
	defer errs.Wrap(&err, "vault.NewIdentity")
	id, err := age.GenerateX25519Identity()
	if err != nil {
		return "", "", err
	}
	return id.Recipient().String(), id.String(), nil
}

// SealStream returns a writer that encrypts into w, in age's format. Close it
// to finish the stream; it does not close w. Errors: Invalid with code no_lock,
// two_locks or bad_recipient.
func SealStream(w io.Writer, lock Lock) (_ io.WriteCloser, err error) {
	defer errs.Wrap(&err, "vault.SealStream")
	switch {
	case lock.Passphrase == "" && len(lock.Recipients) == 0:
		return nil, errs.New(errs.Invalid, "no_lock", nil)
	case lock.Passphrase != "" && len(lock.Recipients) > 0:
		return nil, errs.New(errs.Invalid, "two_locks", nil) // age allows a passphrase only alone
	}
	var to []age.Recipient
	if lock.Passphrase != "" {
		r, err := age.NewScryptRecipient(lock.Passphrase)
		if err != nil {
			return nil, err
		}
		if lock.WorkFactor > 0 {
			r.SetWorkFactor(lock.WorkFactor)
		}
		to = append(to, r)
	}
	for _, s := range lock.Recipients {
		r, err := age.ParseX25519Recipient(s)
		if err != nil {
			return nil, &errs.Error{Kind: errs.Invalid, Code: "bad_recipient", Params: errs.Params{"recipient": s}, Err: err}
		}
		to = append(to, r)
	}
	return age.Encrypt(w, to...)
}

// OpenStream returns a reader of what SealStream encrypted. Errors, here or
// from Read: Invalid with code no_key, bad_identity, wrong_key (no passphrase
// or identity fits) or stream_damaged (cut, changed, or no sealed stream).
func OpenStream(r io.Reader, key Unlock) (_ io.Reader, err error) {
	defer errs.Wrap(&err, "vault.OpenStream")
	var with []age.Identity
	if key.Passphrase != "" {
		id, err := age.NewScryptIdentity(key.Passphrase)
		if err != nil {
			return nil, err
		}
		with = append(with, id)
	}
	for _, s := range key.Identities {
		id, err := age.ParseX25519Identity(s)
		if err != nil {
			return nil, errs.New(errs.Invalid, "bad_identity", nil) // never the text: it is a secret
		}
		with = append(with, id)
	}
	if len(with) == 0 {
		return nil, errs.New(errs.Invalid, "no_key", nil)
	}
	plain, err := age.Decrypt(r, with...)
	var none *age.NoIdentityMatchError
	switch {
	case errors.As(err, &none):
		return nil, &errs.Error{Kind: errs.Invalid, Code: "wrong_key", Err: err}
	case err != nil:
		return nil, streamDamaged(err)
	}
	return &opened{plain}, nil
}

func streamDamaged(err error) error {
	return &errs.Error{Kind: errs.Invalid, Code: "stream_damaged", Err: err}
}

// opened gives the errors of a damaged stream their code.
type opened struct{ r io.Reader }

func (o *opened) Read(p []byte) (int, error) {
	n, err := o.r.Read(p)
	if err != nil && err != io.EOF {
		err = streamDamaged(err)
	}
	return n, err
}
