package api

import "sync"

// buffers are reused between answers; one that grew beyond keep is dropped, so
// that a large export does not hold its memory for ever.
var buffers = sync.Pool{New: func() any { b := make([]byte, 0, 64<<10); return &b }}

const keep = 1 << 20

func getBuffer() *[]byte { return buffers.Get().(*[]byte) }

func putBuffer(b *[]byte) {
	if cap(*b) <= keep {
		buffers.Put(b)
	}
}
