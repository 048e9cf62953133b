package vault

import (
	"bytes"
	"container/list"
	"crypto/cipher"
	"sync"
	"time"
)

// trusted is how long a cached key opens values without a look at the
// database, and so how long a key destroyed on another node may live on here.
const trusted = time.Minute

// cache keeps unwrapped data keys, least recently used last.
type cache struct {
	size int
	now  func() time.Time

	mu    sync.Mutex // guards what follows
	order list.List  // of *cached
	by    map[int64]*list.Element
}

type cached struct {
	subject int64
	wrapped []byte // which key this is; nil marks a key destroyed here
	key     cipher.AEAD
	at      time.Time
}

func newCache(size int, now func() time.Time) *cache {
	return &cache{size: size, now: now, by: make(map[int64]*list.Element)}
}

// get returns the subject's key if it was seen in the database of late.
func (c *cache) get(subject int64) cipher.AEAD {
	c.mu.Lock()
	defer c.mu.Unlock()
	e := c.by[subject]
	if e == nil {
		return nil
	}
	k := e.Value.(*cached)
	if c.now().Sub(k.at) > trusted {
		return nil
	}
	c.order.MoveToFront(e)
	return k.key
}

// same returns the key that was unwrapped from these very bytes.
func (c *cache) same(subject int64, wrapped []byte) cipher.AEAD {
	c.mu.Lock()
	defer c.mu.Unlock()
	e := c.by[subject]
	if e == nil {
		return nil
	}
	k := e.Value.(*cached)
	if k.key == nil || !bytes.Equal(k.wrapped, wrapped) {
		return nil
	}
	k.at = c.now()
	c.order.MoveToFront(e)
	return k.key
}

func (c *cache) put(subject int64, wrapped []byte, key cipher.AEAD) {
	c.mu.Lock()
	defer c.mu.Unlock()
	now := c.now()
	if e := c.by[subject]; e != nil {
		k := e.Value.(*cached)
		if k.key == nil && now.Sub(k.at) <= trusted {
			return // destroyed a moment ago; whoever puts it back read it before
		}
		*k = cached{subject, wrapped, key, now}
		c.order.MoveToFront(e)
		return
	}
	c.by[subject] = c.order.PushFront(&cached{subject, wrapped, key, now})
	for c.order.Len() > c.size {
		last := c.order.Back()
		c.order.Remove(last)
		delete(c.by, last.Value.(*cached).subject)
	}
}

// forget drops the key and, for a while, does not take it back from a
// transaction that began before it was destroyed.
func (c *cache) forget(subject int64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	gone := &cached{subject: subject, at: c.now()}
	if e := c.by[subject]; e != nil {
		e.Value = gone
		return
	}
	c.by[subject] = c.order.PushFront(gone)
}
