package access

import "sync"

// mostKnown bounds the secrets that are remembered: some 150 bytes each.
const mostKnown = 5000

// knownMarks remembers what secrets stand for, each with the moment of the
// database at which it was read: as long as nothing was stored since, it need
// not be read again. Whatever is stored, a sign-out or a disabled user among
// it, moves the moment on before it is acknowledged.
type knownMarks struct {
	mu sync.Mutex // guards m
	m  map[string]knownMark
}

type knownMark struct {
	mark
	moment int64
}

// at is what a secret's hash stood for when the database was where it is now.
func (k *knownMarks) at(moment int64, hash []byte) (mark, bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	m, ok := k.m[string(hash)]
	return m.mark, ok && m.moment == moment
}

func (k *knownMarks) note(moment int64, hash []byte, m mark) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.m == nil || len(k.m) >= mostKnown {
		k.m = make(map[string]knownMark)
	}
	k.m[string(hash)] = knownMark{m, moment}
}
