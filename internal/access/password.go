package access

import (
	"bytes"
	"context"
	"crypto/subtle"
	_ "embed"
	"encoding/base64"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"golang.org/x/crypto/argon2"
	"golang.org/x/text/unicode/norm"

	"kedang/internal/errs"
)

// Cost is how much work one password hash is (RFC 9106).
type Cost struct {
	Memory uint32 // KiB
	Passes uint32
	Lanes  uint8
}

// DefaultCost is OWASP's second recommendation for argon2id: 19 MiB, two
// passes, one lane; about 20 ms on a core of 2023.
var DefaultCost = Cost{Memory: 19 * 1024, Passes: 2, Lanes: 1}

const (
	leastPassword = 8   // characters, as NIST SP 800-63B asks
	mostPassword  = 256 // characters, so that nobody makes us hash a novel
	saltSize      = 16
	hashSize      = 32
)

// weak lists passwords that are tried first by whoever guesses, one a line.
//
//go:embed weak.txt
var weak []byte

// normal is how a password is compared: a full-width digit from an input
// method and the plain one are the same.
func normal(password string) string { return norm.NFKC.String(password) }

// checkPassword refuses what is guessed too easily. Errors: Invalid at
// "password" with too_short, too_long, password_is_username, password_common.
func checkPassword(password, username string) error {
	p := normal(password)
	folded := strings.ToLower(p)
	n := utf8.RuneCountInString(p)
	switch {
	case n < leastPassword:
		return errs.RefuseField("password", "too_short", errs.Params{"min": leastPassword})
	case n > mostPassword:
		return errs.RefuseField("password", "too_long", errs.Params{"max": mostPassword})
	case utf8.RuneCountInString(strings.ReplaceAll(folded, username, "")) < min(4, n-1):
		return errs.RefuseField("password", "password_is_username", nil)
	case common(folded):
		return errs.RefuseField("password", "password_common", nil)
	}
	return nil
}

// common tells that a password is on the list, one character again and again,
// or one run up or down (12345678, hgfedcba).
func common(folded string) bool {
	if bytes.Contains(weak, []byte("\n"+folded+"\n")) {
		return true
	}
	runes := []rune(folded)
	step := runes[1] - runes[0]
	if step < -1 || step > 1 {
		return false
	}
	for i := 2; i < len(runes); i++ {
		if runes[i]-runes[i-1] != step {
			return false
		}
	}
	return true
}

// hashPassword makes the stored form (PHC string). At most one hash per core
// is made at a time; the others wait until ctx ends.
func (s *Service) hashPassword(ctx context.Context, password string) (string, error) {
	salt := make([]byte, saltSize)
	if _, err := io.ReadFull(s.opts.Random, salt); err != nil {
		return "", err
	}
	sum, err := s.derive(ctx, password, salt, s.opts.Cost, hashSize)
	return phc(s.opts.Cost, salt, sum), err
}

func (s *Service) derive(ctx context.Context, password string, salt []byte, c Cost, size int) ([]byte, error) {
	select {
	case s.hashing <- struct{}{}:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	defer func() { <-s.hashing }()
	return argon2.IDKey([]byte(normal(password)), salt, c.Passes, c.Memory, c.Lanes, uint32(size)), nil
}

// verifyPassword compares a password with a stored form; "" (no user, or one
// without a password) costs the same and never fits. stale tells that the form
// was made at another cost and should be made anew.
func (s *Service) verifyPassword(ctx context.Context, password, stored string) (ok, stale bool, err error) {
	known := stored != ""
	if !known {
		stored = s.decoy
	}
	c, salt, sum, err := parsePHC(stored)
	if err != nil {
		return false, false, err
	}
	if utf8.RuneCountInString(password) > mostPassword {
		password, known = "", false
	}
	got, err := s.derive(ctx, password, salt, c, len(sum))
	if err != nil {
		return false, false, err
	}
	ok = subtle.ConstantTimeCompare(got, sum) == 1 && known
	return ok, ok && c != s.opts.Cost, nil
}

// makeDecoy is a stored form that no password fits, at the current cost.
func (s *Service) makeDecoy() (string, error) {
	b := make([]byte, saltSize+hashSize)
	_, err := io.ReadFull(s.opts.Random, b)
	return phc(s.opts.Cost, b[:saltSize], b[saltSize:]), err
}

// phc writes the string form of the Password Hashing Competition.
func phc(c Cost, salt, sum []byte) string {
	b64 := base64.RawStdEncoding
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, c.Memory, c.Passes, c.Lanes,
		b64.EncodeToString(salt), b64.EncodeToString(sum))
}

func parsePHC(text string) (c Cost, salt, sum []byte, err error) {
	defer errs.Wrap(&err, "parsePHC")
	parts := strings.Split(text, "$")
	if len(parts) != 6 || parts[1] != "argon2id" || parts[2] != fmt.Sprintf("v=%d", argon2.Version) {
		return c, nil, nil, errs.New(errs.Internal, "bad_password_hash", nil)
	}
	if _, err = fmt.Sscanf(parts[3], "m=%d,t=%d,p=%d", &c.Memory, &c.Passes, &c.Lanes); err != nil {
		return c, nil, nil, err
	}
	if salt, err = base64.RawStdEncoding.DecodeString(parts[4]); err != nil {
		return c, nil, nil, err
	}
	sum, err = base64.RawStdEncoding.DecodeString(parts[5])
	if err == nil && (len(sum) < 16 || c.Passes == 0 || c.Lanes == 0) {
		err = errs.New(errs.Internal, "bad_password_hash", nil)
	}
	return c, salt, sum, err
}
