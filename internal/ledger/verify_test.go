package ledger_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"kedang/internal/db"
	"kedang/internal/ledger"
)

func (f *fixture) seal(want int64) {
	f.Helper()
	n, err := f.book.Seal(f.ctx, f.d)
	f.check(err)
	if n != want {
		f.Fatalf("sealed %d, want %d", n, want)
	}
}

func (f *fixture) postgres() bool { return f.d.Dialect() == db.Postgres }

// unlock does what someone with the database file in hand would do first.
func (f *fixture) unlock() {
	if f.postgres() {
		f.exec(`ALTER TABLE ledger DISABLE TRIGGER USER`)
		f.exec(`ALTER TABLE ledger_block DISABLE TRIGGER USER`)
		return
	}
	for _, name := range []string{"ledger_keep", "ledger_fixed", "ledger_block_keep", "ledger_block_fixed"} {
		f.exec(`DROP TRIGGER ` + name)
	}
}

var atOnce = ledger.Options{Settle: time.Nanosecond}

func TestSeal(t *testing.T) {
	each(t, atOnce, func(f *fixture) {
		f.seal(0)
		var many []*ledger.Entry
		for record := int64(1); record <= 6000; record++ {
			many = append(many, write(record, 1))
		}
		f.write(func(tx db.Tx) error { return f.book.AppendAll(f.ctx, tx, many) })
		time.Sleep(5 * time.Millisecond)
		f.seal(6000)
		f.seal(0)
		f.append(write(1, 2))
		time.Sleep(5 * time.Millisecond)
		f.seal(1)
		f.append(write(1, 3))
		if r := f.verify(); r.Broken != 0 || r.Blocks != 3 || r.Unsealed != 1 || r.Entries != 6002 {
			f.Errorf("report %+v", r)
		}
		var head ledger.Block
		f.check(f.d.Read(f.ctx, func(tx db.Tx) (err error) { head, err = f.book.Head(f.ctx, tx); return err }))
		if head.ID != 3 || head.Rows != 1 || len(head.Hash) != 32 {
			f.Errorf("head %+v", head)
		}
	})
}

// What someone changes behind the triggers' back is found, and where.
func TestVerifyFindsTampering(t *testing.T) {
	type world struct {
		*fixture
		w1, w2, w3, seen, last *ledger.Entry
	}
	fault := func(code string, e *ledger.Entry) ledger.Fault {
		return ledger.Fault{Code: code, Entry: e.ID, Record: e.Record}
	}
	for _, c := range []struct {
		name   string
		tamper func(w *world)
		want   func(w *world) []ledger.Fault
	}{
		{"payload changed",
			func(w *world) { w.exec(`UPDATE ledger SET payload = ? WHERE id = ?`, []byte(`{}`), w.w2.ID) },
			func(w *world) []ledger.Fault { return []ledger.Fault{fault(ledger.PayloadChanged, w.w2)} }},
		{"actor changed",
			func(w *world) { w.exec(`UPDATE ledger SET actor = 99 WHERE id = ?`, w.seen.ID) },
			func(w *world) []ledger.Fault { return []ledger.Fault{fault(ledger.EntryChanged, w.seen)} }},
		{"write taken out",
			func(w *world) { w.exec(`DELETE FROM ledger WHERE id = ?`, w.w2.ID) },
			func(w *world) []ledger.Fault {
				return []ledger.Fault{fault(ledger.ChainBroken, w.w3), fault(ledger.LeafBroken, w.seen),
					{Code: ledger.EntryMissing, Entry: w.w2.ID, Block: 1}}
			}},
		{"newest write taken out",
			func(w *world) { w.exec(`DELETE FROM ledger WHERE id = ?`, w.last.ID) },
			func(w *world) []ledger.Fault {
				return []ledger.Fault{{Code: ledger.EntryMissing, Entry: w.last.ID, Block: 2}}
			}},
		{"look moved into the past",
			func(w *world) {
				w.exec(`INSERT INTO ledger SELECT ?, at, kind, actor, actor_name, source, type, record, rev, action, payload, salt, payload_hash, prev, hash
					FROM ledger WHERE id = ?`, w.w1.ID+1, w.seen.ID)
			},
			func(w *world) []ledger.Fault {
				return []ledger.Fault{{Code: ledger.EntryChanged, Entry: w.w1.ID + 1, Record: 10},
					{Code: ledger.LeafBroken, Entry: w.w1.ID + 1, Record: 10},
					{Code: ledger.EntryInserted, Entry: w.w1.ID + 1, Block: 1}}
			}},
		{"hash rewritten",
			func(w *world) { w.exec(`UPDATE ledger SET hash = ? WHERE id = ?`, w.w1.Hash, w.last.ID) },
			func(w *world) []ledger.Fault {
				return []ledger.Fault{fault(ledger.EntryChanged, w.last), {Code: ledger.BlockChanged, Block: 2}}
			}},
		{"block rewritten",
			func(w *world) { w.exec(`UPDATE ledger_block SET hash = ? WHERE id = 1`, w.w1.Hash) },
			func(w *world) []ledger.Fault {
				return []ledger.Fault{{Code: ledger.BlockChanged, Block: 1}, {Code: ledger.BlockBroken, Block: 2}}
			}},
		{"block taken out",
			func(w *world) { w.exec(`DELETE FROM ledger_block WHERE id = 1`) },
			func(w *world) []ledger.Fault { return []ledger.Fault{{Code: ledger.BlockBroken, Block: 2}} }},
	} {
		t.Run(c.name, func(t *testing.T) {
			each(t, atOnce, func(f *fixture) {
				w := &world{f, write(10, 1), write(10, 2), write(10, 3), look(10, 8), write(11, 1)}
				f.append(w.w1)
				time.Sleep(2 * time.Millisecond) // leaves ids free between the two
				f.append(w.w2, w.seen, w.w3)
				time.Sleep(5 * time.Millisecond)
				f.seal(4)
				f.append(w.last)
				time.Sleep(5 * time.Millisecond)
				f.seal(1)
				f.unlock()
				if r := f.verify(); r.Broken != 0 {
					f.Fatalf("broken before: %+v", r)
				}
				c.tamper(w)
				if diff := cmp.Diff(c.want(w), f.verify().Faults); diff != "" {
					f.Error(diff)
				}
			})
		})
	}
}

// On PostgreSQL a transaction may commit entries below ones already sealed:
// within the time allowed they go into the next block, after it they are found.
func TestLateEntries(t *testing.T) {
	for _, c := range []struct {
		name   string
		late   time.Duration
		sealed int64
		broken int64
	}{
		{"taken in", time.Hour, 3, 0},
		{"too late", time.Nanosecond, 1, 2},
	} {
		t.Run(c.name, func(t *testing.T) {
			each(t, ledger.Options{Settle: time.Nanosecond, Late: c.late}, func(f *fixture) {
				if !f.postgres() {
					f.Skip("the SQLite writer is alone")
				}
				f.write(func(tx db.Tx) error {
					f.check(f.book.Append(f.ctx, tx, write(1, 1)))
					f.check(f.book.Append(f.ctx, tx, write(1, 2)))
					f.append(write(2, 1), write(3, 1)) // by another transaction, which is quicker
					time.Sleep(5 * time.Millisecond)
					f.seal(2)
					return nil
				})
				f.append(write(4, 1))
				time.Sleep(5 * time.Millisecond)
				f.seal(c.sealed)
				f.append(write(5, 1))
				time.Sleep(5 * time.Millisecond)
				f.seal(1)
				r := f.verify()
				if r.Broken != c.broken || r.Unsealed != 0 {
					f.Errorf("report %+v", r)
				}
				if c.broken > 0 && r.Faults[0].Code != ledger.EntryInserted {
					f.Errorf("faults %+v", r.Faults)
				}
			})
		})
	}
}
