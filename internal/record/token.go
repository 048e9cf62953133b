package record

import (
	"bytes"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"

	"kedang/internal/errs"
)

// pageToken is where a list goes on. It is signed, so that nobody reads
// around a filter by making one, and bound to the list it came from.
type pageToken struct {
	List    []byte `json:"l"` // digest of type, filter, order, view
	Segment int    `json:"s"` // see segments
	Keys    []any  `json:"k"` // the last row's order columns
}

const tokenMAC = 12 // bytes

func newSecret() []byte {
	b := make([]byte, 32)
	rand.Read(b)
	return b
}

func (s *Store) signToken(p pageToken) string {
	raw, err := json.Marshal(p)
	if err != nil {
		return ""
	}
	return base64.RawURLEncoding.EncodeToString(append(s.mac(raw), raw...))
}

// openToken reads a token of this list. Errors: Invalid page_token_invalid.
func (s *Store) openToken(text string, list []byte) (p pageToken, err error) {
	bad := errs.RefuseField("page_token", "page_token_invalid", nil)
	raw, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil || len(raw) < tokenMAC || !hmac.Equal(raw[:tokenMAC], s.mac(raw[tokenMAC:])) {
		return p, bad
	}
	d := json.NewDecoder(bytes.NewReader(raw[tokenMAC:]))
	d.UseNumber()
	if d.Decode(&p) != nil || !bytes.Equal(p.List, list) {
		return p, bad
	}
	for i, k := range p.Keys {
		if n, ok := k.(json.Number); ok {
			if p.Keys[i], err = n.Int64(); err != nil {
				return p, bad
			}
		}
	}
	return p, nil
}

func (s *Store) mac(raw []byte) []byte {
	h := hmac.New(sha256.New, s.secret)
	h.Write(raw)
	return h.Sum(nil)[:tokenMAC]
}

// listDigest tells one list from another.
func listDigest(parts ...string) []byte {
	h := sha256.New()
	for _, p := range parts {
		h.Write([]byte(p))
		h.Write([]byte{0})
	}
	return h.Sum(nil)[:9]
}
