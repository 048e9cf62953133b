package access

import (
	"crypto/sha256"
	"encoding/base64"
	"io"
	"strings"
)

// tokenPrefix marks an API token, so that leaked ones are found by scanners
// and told from sessions without a look-up.
const tokenPrefix = "kd_"

// secretSize is 256 random bits: nothing to guess, so a plain hash is enough
// to store.
const secretSize = 32

// newSecret makes a secret and what is stored of it.
func (s *Service) newSecret(prefix string) (plain string, hash []byte, err error) {
	b := make([]byte, secretSize)
	if _, err := io.ReadFull(s.opts.Random, b); err != nil {
		return "", nil, err
	}
	plain = prefix + base64.RawURLEncoding.EncodeToString(b)
	return plain, hashSecret(plain), nil
}

// hashSecret is the stored form of a secret.
func hashSecret(plain string) []byte {
	h := sha256.Sum256([]byte(plain))
	return h[:]
}

// codeLetters are Crockford's base 32: no I, L, O, U to misread.
const codeLetters = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

// newCode makes a code that people read and type: 80 random bits as
// XXXX-XXXX-XXXX-XXXX.
func (s *Service) newCode() (string, error) {
	b := make([]byte, 16)
	if _, err := io.ReadFull(s.opts.Random, b); err != nil {
		return "", err
	}
	out := make([]byte, 0, 19)
	for i, x := range b {
		if i > 0 && i%4 == 0 {
			out = append(out, '-')
		}
		out = append(out, codeLetters[x&31])
	}
	return string(out), nil
}

// readCode undoes what typing does to a code.
func readCode(typed string) string {
	return strings.NewReplacer("-", "", " ", "", "O", "0", "I", "1", "L", "1").Replace(strings.ToUpper(normal(typed)))
}
