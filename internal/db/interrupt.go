package db

import (
	"context"
	"database/sql/driver"
	"reflect"
	"time"

	"modernc.org/libc"
	sqlite3 "modernc.org/sqlite/lib"
)

// interruptAgain is how long an interrupt is given before it is repeated: one
// that comes just before a statement begins is forgotten by SQLite.
const interruptAgain = 5 * time.Millisecond

// handleOf finds the sqlite3* of a connection. The driver watches a context
// only until the first row; a scan may go on for seconds after it, so we watch
// it ourselves. 0 when the driver changed; a test then fails.
func handleOf(c driver.Conn) uintptr {
	v := reflect.ValueOf(c)
	if v.Kind() != reflect.Pointer || v.Elem().Kind() != reflect.Struct {
		return 0
	}
	f := v.Elem().FieldByName("db")
	if !f.IsValid() || f.Kind() != reflect.Uintptr {
		return 0
	}
	return uintptr(f.Uint())
}

// watch interrupts the connection when ctx ends, again and again until stop is
// called. After stop no interrupt comes any more.
func (c *liteConn) watch(ctx context.Context) (stop func()) {
	if ctx.Done() == nil || c.handle == 0 {
		return func() {}
	}
	over, gone := make(chan struct{}), make(chan struct{})
	cut := context.AfterFunc(ctx, func() {
		defer close(gone)
		tls := libc.NewTLS()
		defer tls.Close()
		tick := time.NewTicker(interruptAgain)
		defer tick.Stop()
		for {
			sqlite3.Xsqlite3_interrupt(tls, c.handle)
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
