package record_test

import (
	"context"
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"kedang/internal/access"
	"kedang/internal/db"
	"kedang/internal/record"
	"kedang/internal/record/recordtest"
)

// deepShop has deliveries under orders under customers, and carriers that count
// deliveries without being above them.
var deepShop = shopWith(map[string]string{"types/delivery.yaml": `
type: delivery
label: {zh-Hans: 送货, en: Delivery}
title: slip
root: order
fields:
  - {name: order, kind: link, to: order, required: true, label: {zh-Hans: 订单, en: Order}}
  - {name: carrier, kind: link, to: carrier, label: {zh-Hans: 承运人, en: Carrier}}
  - {name: slip, kind: number, unique: true, label: {zh-Hans: 单号, en: Slip}}
access:
  rep: {read: own, create: own, update: own, archive: own}
  manager: {read: tree, create: tree, update: tree, archive: tree}
`, "types/carrier.yaml": `
type: carrier
label: {zh-Hans: 承运人, en: Carrier}
title: name
fields:
  - {name: name, kind: text, required: true, label: {zh-Hans: 名称, en: Name}}
  - {name: runs, kind: integer, label: {zh-Hans: 送货数, en: Runs}, rollup: {of: delivery, via: carrier, fn: count}}
access:
  rep: {read: all}
  manager: {read: all, create: all}
`})

// file is a customer with 1 + 2,500 things under it: an order whose deliveries
// are more than one transaction takes along.
type file struct {
	e                      *recordtest.Env
	boss, from, to         *access.Actor
	customer, order, alone int64 // alone was archived on its own before
	carrier                int64
	deliveries             int
	slipFirst, slipLast    string
}

func newFile(t *testing.T, e *recordtest.Env) *file {
	t.Helper()
	ctx := context.Background()
	f := &file{e: e, boss: e.User("boss1", "manager", "sh"), from: e.User("rep1", "rep", "sh"), to: e.User("rep2", "rep", "bj"), deliveries: 2500,
		slipFirst: "D-00000", slipLast: "D-02499"}
	f.carrier = create(t, e, f.boss, "carrier", record.Values{"name": "顺达"}).ID
	f.customer = create(t, e, f.from, "customer", record.Values{"name": "甲"}).ID
	f.order = create(t, e, f.from, "order", record.Values{"customer": db.FormatID(f.customer)}).ID
	ops := make([]record.Op, f.deliveries)
	for i := range ops {
		ops[i] = record.Op{Verb: "create", Type: "delivery", Values: record.Values{"order": db.FormatID(f.order), "carrier": db.FormatID(f.carrier), "slip": fmt.Sprintf("D-%05d", i)}}
	}
	out, err := e.Store.Bulk(ctx, f.from, ops, record.WriteOptions{}, nil)
	if err != nil {
		t.Fatal(err)
	}
	f.alone = out[7].ID
	if _, err := e.Store.Archive(ctx, f.from, "delivery", f.alone, record.WriteOptions{}); err != nil {
		t.Fatal(err)
	}
	e.Advance(time.Second)
	return f
}

// sees counts the deliveries a reader has in his list, and tells whether he
// finds the first and the last by search.
func (f *file) sees(t *testing.T, a *access.Actor) (n int, finds bool) {
	t.Helper()
	n = f.lists(t, a)
	first, last := found(t, f.e, a, f.slipFirst), found(t, f.e, a, f.slipLast)
	if (len(first) == 1) != (len(last) == 1) {
		t.Errorf("search finds the first %v and the last %v", first, last)
	}
	return n, len(first) == 1
}

func (f *file) lists(t *testing.T, a *access.Actor) int {
	t.Helper()
	raw, err := f.e.Store.List(context.Background(), a, "delivery", record.ListQuery{PageSize: 1, Total: "exact"}, nil)
	if err != nil {
		t.Fatal(err)
	}
	return int(decode(t, raw)["total"].(map[string]any)["count"].(float64))
}

func (f *file) expect(t *testing.T, when string, a *access.Actor, n int, finds bool) {
	t.Helper()
	if got, found := f.sees(t, a); got != n || found != finds {
		t.Errorf("%s: %s sees %d, finds %v; want %d, %v", when, a.Name, got, found, n, finds)
	}
}

func (f *file) runs(t *testing.T) int {
	t.Helper()
	return int(get(t, f.e, f.boss, "carrier", f.carrier)["runs"].(float64))
}

func (f *file) sound(t *testing.T) {
	t.Helper()
	if rep, err := f.e.Store.Check(context.Background(), nil); err != nil || len(rep.Faults) > 0 {
		t.Errorf("check: %d faults, %v %v", len(rep.Faults), rep.Faults[:min(3, len(rep.Faults))], err)
	}
}

// What lies two links below more than one transaction takes along is handed
// over at once all the same, for lists and for search.
func TestHandingOverALargeFile(t *testing.T) {
	recordtest.Each(t, deepShop, func(t *testing.T, e *recordtest.Env) {
		f := newFile(t, e)
		f.expect(t, "before", f.from, 2499, true)
		if _, err := e.Store.Assign(context.Background(), f.boss, "customer", f.customer, f.to.ID, record.WriteOptions{}); err != nil {
			t.Fatal(err)
		}
		f.expect(t, "at once", f.from, 0, false)
		f.expect(t, "at once", f.to, 2499, true)
		e.StartJobs()
		settled(t, e)
		f.expect(t, "after the job", f.from, 0, false)
		f.expect(t, "after the job", f.to, 2499, true)
		f.sound(t)
	})
}

func TestArchivingALargeFile(t *testing.T) {
	recordtest.Each(t, deepShop, func(t *testing.T, e *recordtest.Env) {
		ctx := context.Background()
		f := newFile(t, e)
		archive := func() {
			t.Helper()
			e.Advance(time.Second)
			if _, err := e.Store.Archive(ctx, f.from, "customer", f.customer, record.WriteOptions{}); err != nil {
				t.Fatal(err)
			}
		}
		restore := func() error {
			_, err := e.Store.Restore(ctx, f.from, "customer", f.customer, record.WriteOptions{})
			return err
		}
		archive()
		f.expect(t, "archived", f.from, 0, false)
		// Back before the job has begun, and gone again.
		if err := restore(); err != nil {
			t.Fatal(err)
		}
		archive()
		f.expect(t, "archived again", f.from, 0, false)
		e.StartJobs()
		settled(t, e)
		f.expect(t, "after the job", f.from, 0, false)
		if got := f.runs(t); got != 0 {
			t.Errorf("the carrier counts %d", got)
		}
		f.sound(t)
		// Whoever has taken a number meanwhile keeps the file out.
		other := create(t, e, f.to, "customer", record.Values{"name": "乙"})
		order := create(t, e, f.to, "order", record.Values{"customer": db.FormatID(other.ID)})
		thief := create(t, e, f.to, "delivery", record.Values{"order": db.FormatID(order.ID), "slip": f.slipLast})
		if err := restore(); code(err) != "restore_clash" {
			t.Errorf("a taken number: %v", err)
		}
		if _, err := e.Store.Update(ctx, f.to, "delivery", thief.ID, record.Values{"slip": nil}, 0, record.WriteOptions{}); err != nil {
			t.Fatal(err)
		}
		if err := restore(); err != nil {
			t.Fatal(err)
		}
		settled(t, e)
		f.expect(t, "restored", f.from, 2499, true)
		if got := f.runs(t); got != 2499 {
			t.Errorf("the carrier counts %d", got)
		}
		f.sound(t)
	})
}

// A job that is stopped between two chunks goes on where it was: each row that
// comes back does so as a whole, once.
func TestRestoringALargeFileIsTakenUpAgain(t *testing.T) {
	recordtest.Each(t, deepShop, func(t *testing.T, e *recordtest.Env) {
		ctx := context.Background()
		f := newFile(t, e)
		if _, err := e.Store.Archive(ctx, f.from, "customer", f.customer, record.WriteOptions{}); err != nil {
			t.Fatal(err)
		}
		if err := e.Jobs.Start(ctx); err != nil {
			t.Fatal(err)
		}
		settled(t, e)
		var asked atomic.Int64
		stopped := make(chan bool, 1)
		clock := e.Store.Clock
		e.Store.Clock = func() time.Time { // each chunk asks once
			if asked.Add(1) == 3 {
				now, cancel := context.WithCancel(ctx)
				cancel()
				e.Jobs.Stop(now) // without grace: the chunk on its way is undone
				stopped <- true
			}
			return clock()
		}
		asked.Store(-1000)
		if _, err := e.Store.Restore(ctx, f.from, "customer", f.customer, record.WriteOptions{}); err != nil {
			t.Fatal(err)
		}
		asked.Store(0)
		<-stopped
		for running := int64(1); running > 0; time.Sleep(10 * time.Millisecond) {
			counts, err := e.Jobs.Counts(ctx)
			if err != nil {
				t.Fatal(err)
			}
			running = int64(counts["running"])
		}
		n := f.lists(t, f.from)
		if hits := len(found(t, e, f.from, f.slipFirst)) + len(found(t, e, f.from, f.slipLast)); hits != 1 {
			t.Errorf("stopped half way, of the first and the last %d are found", hits)
		}
		if n == 0 || n >= 2499 {
			t.Errorf("stopped half way, %d are back", n)
		}
		rest := recordtest.OpenIn(t, e.DB, deepShop, e.Dir)
		rest.StartJobs()
		settled(t, rest)
		f.expect(t, "after the rest", f.from, 2499, true)
		if got := f.runs(t); got != 2499 {
			t.Errorf("the carrier counts %d", got)
		}
		f.sound(t)
	})
}
