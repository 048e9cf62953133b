package db

import (
	"sync"
	"time"

	"kedang/internal/errs"
)

// An id is 63 bits: 42 of milliseconds since epoch, 8 of the node, 13 of a
// counter. Ids of one generator only ever rise, whatever the clock does.
const (
	counterBits = 13
	nodeBits    = 8
	timeShift   = counterBits + nodeBits
	counterMask = 1<<counterBits - 1
)

// epoch is when ids begin, 2020-01-01 UTC, in Unix milliseconds; 42 bits last until 2159.
const epoch = 1577836800000

// IDs makes ids. It is safe for use by many goroutines.
type IDs struct {
	node int64
	now  func() time.Time

	mu   sync.Mutex // guards last
	last int64      // time and counter of the newest id, without the node
}

// NewIDs makes a generator for a node (0 to 255, the lowest 8 bits count; one
// per process that writes to the same database) and a clock (nil is time.Now).
func NewIDs(node int, now func() time.Time) *IDs {
	if now == nil {
		now = time.Now
	}
	return &IDs{node: int64(node) & (1<<nodeBits - 1), now: now}
}

// Next makes an id larger than all before it. When the clock jumps back, or
// more than 8,192 ids fall into a millisecond, it runs ahead of the clock.
func (g *IDs) Next() int64 {
	at := (g.now().UnixMilli() - epoch) << counterBits
	g.mu.Lock()
	if at <= g.last {
		at = g.last + 1
	}
	g.last = at
	g.mu.Unlock()
	return at>>counterBits<<timeShift | g.node<<counterBits | at&counterMask
}

// Resume keeps new ids above one that is stored: after a restart with the
// clock set back.
func (g *IDs) Resume(last int64) {
	at := last>>timeShift<<counterBits | last&counterMask
	g.mu.Lock()
	g.last = max(g.last, at)
	g.mu.Unlock()
}

// TimeOf is when an id was made, to the millisecond.
func TimeOf(id int64) time.Time { return time.UnixMilli(id>>timeShift + epoch).UTC() }

// alphabet is Crockford's base 32: no I, L, O, U.
const alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

// FormatID writes an id as it stands outside the database: 13 characters that
// sort like the numbers.
func FormatID(id int64) string {
	var b [13]byte
	return string(AppendID(b[:0], id))
}

// AppendID appends FormatID's text.
func AppendID(dst []byte, id int64) []byte {
	for shift := 60; shift >= 0; shift -= 5 {
		dst = append(dst, alphabet[id>>shift&31])
	}
	return dst
}

// ParseID reads FormatID's text, in either case. Errors: Invalid bad_id.
func ParseID(text string) (int64, error) {
	if len(text) != 13 {
		return 0, badID(text)
	}
	var id uint64
	for i := range 13 {
		d := digits[text[i]]
		if d < 0 || (i == 0 && d > 7) {
			return 0, badID(text)
		}
		id = id<<5 | uint64(d)
	}
	return int64(id), nil
}

func badID(text string) error {
	if len(text) > 40 {
		return errs.New(errs.Invalid, "bad_id", nil)
	}
	return errs.New(errs.Invalid, "bad_id", errs.Params{"value": text})
}

// digits gives each character's value, -1 for those that are none.
var digits = func() (d [256]int8) {
	for i := range d {
		d[i] = -1
	}
	for i, c := range []byte(alphabet) {
		d[c] = int8(i)
		if c >= 'A' {
			d[c+'a'-'A'] = int8(i)
		}
	}
	return d
}()
