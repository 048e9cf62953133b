package db

import (
	"context"
	"time"
)

// interruptAgain is how long an interrupt is given before it is repeated: one
// that comes just before a statement begins is forgotten by SQLite.
const interruptAgain = 5 * time.Millisecond

// watch interrupts the connection when ctx ends, again and again until stop is
// called. After stop no interrupt comes any more.
func (c *liteConn) watch(ctx context.Context) (stop func()) {
	if ctx.Done() == nil {
		return func() {}
	}
	over, gone := make(chan struct{}), make(chan struct{})
	cut := context.AfterFunc(ctx, func() {
		defer close(gone)
		tick := time.NewTicker(interruptAgain)
		defer tick.Stop()
		for {
			c.interrupt()
			select {
			case <-over:
				return
			case <-tick.C:
			}
		}
	})
	return func() {
		close(over)
		if !cut() {
			<-gone
		}
	}
}
