package ledger_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"kedang/internal/db"
	"kedang/internal/db/dbtest"
	"kedang/internal/errs"
	"kedang/internal/ledger"
)

// fixture is a ledger over a database of its own.
type fixture struct {
	*testing.T
	ctx  context.Context
	d    *db.DB
	book *ledger.Ledger
}

func each(t *testing.T, o ledger.Options, do func(f *fixture)) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		f := &fixture{T: t, ctx: context.Background(), d: d, book: ledger.NewWith(db.NewIDs(1, time.Now), o)}
		f.check(f.book.Open(f.ctx, d))
		do(f)
	})
}

func (f *fixture) check(err error) {
	f.Helper()
	if err != nil {
		f.Fatal(err)
	}
}

func (f *fixture) write(do func(tx db.Tx) error) {
	f.Helper()
	f.check(f.d.Write(f.ctx, do))
}

func (f *fixture) exec(query string, args ...any) {
	f.Helper()
	f.write(func(tx db.Tx) error { _, err := tx.Exec(f.ctx, query, args...); return err })
}

func (f *fixture) append(entries ...*ledger.Entry) {
	f.Helper()
	f.write(func(tx db.Tx) error {
		for _, e := range entries {
			if err := f.book.Append(f.ctx, tx, e); err != nil {
				return err
			}
		}
		return nil
	})
}

func (f *fixture) list(filter ledger.Filter, before int64, limit int) (out []ledger.Entry) {
	f.Helper()
	f.check(f.d.Read(f.ctx, func(tx db.Tx) (err error) {
		out, err = f.book.List(f.ctx, tx, filter, before, limit)
		return err
	}))
	return out
}

func (f *fixture) verify() ledger.Report {
	f.Helper()
	r, err := f.book.Verify(f.ctx, f.d, nil)
	f.check(err)
	return r
}

func write(record, rev int64) *ledger.Entry {
	action := "update"
	if rev == 1 {
		action = "create"
	}
	return &ledger.Entry{Kind: ledger.Write, Action: action, Actor: 7, ActorName: "李雷", Source: "web", Type: 3,
		Record: record, Rev: rev, Payload: fmt.Appendf(nil, `{"rev":%d}`, rev)}
}

func look(record, actor int64) *ledger.Entry {
	return &ledger.Entry{Kind: ledger.Look, Action: "reveal", Actor: actor, ActorName: "韩梅梅", Source: "web", Type: 3, Record: record}
}

func TestChain(t *testing.T) {
	each(t, ledger.Options{}, func(f *fixture) {
		first, second, third := write(10, 1), write(10, 2), write(10, 3)
		seen, other := look(10, 8), write(11, 1)
		f.append(first, second, seen, third, other)
		for _, c := range []struct {
			name      string
			got, want []byte
		}{
			{"the first write has none before", first.Prev, nil},
			{"the second follows the first", second.Prev, first.Hash},
			{"a look hangs on what was seen", seen.Prev, second.Hash},
			{"a look is not part of the chain", third.Prev, second.Hash},
			{"another record has its own", other.Prev, nil},
		} {
			if !cmp.Equal(c.got, c.want) {
				f.Errorf("%s: prev = %x, want %x", c.name, c.got, c.want)
			}
		}
		stored := f.list(ledger.Filter{Record: 10}, 0, 10)
		var got []string
		for _, e := range stored {
			got = append(got, fmt.Sprint(e.Kind, e.Rev))
		}
		if diff := cmp.Diff([]string{"write3", "look0", "write2", "write1"}, got); diff != "" {
			f.Error(diff)
		}
		if string(stored[0].Payload) != `{"rev":3}` || stored[0].ActorName != "李雷" || stored[0].At == 0 {
			f.Errorf("stored %+v", stored[0])
		}
		if r := f.verify(); r.Broken != 0 || r.Entries != 5 || r.Unsealed != 5 {
			f.Errorf("report %+v", r)
		}
	})
}

// Records created, changed twice in one batch and changed after an earlier
// batch must chain in bulk as they do one by one.
func TestAppendAll(t *testing.T) {
	each(t, ledger.Options{}, func(f *fixture) {
		for batch := range int64(3) {
			var entries []*ledger.Entry
			for record := int64(1); record <= 150; record++ {
				entries = append(entries, write(record, batch*2+1), write(record, batch*2+2))
			}
			f.write(func(tx db.Tx) error { return f.book.AppendAll(f.ctx, tx, entries) })
		}
		f.append(write(150, 7))
		f.write(func(tx db.Tx) error { return f.book.AppendAll(f.ctx, tx, nil) })
		if r := f.verify(); r.Broken != 0 || r.Entries != 901 {
			f.Errorf("report %+v", r)
		}
		if n := len(f.list(ledger.Filter{Record: 149}, 0, 100)); n != 6 {
			f.Errorf("record 149 has %d entries, want 6", n)
		}
	})
}

// A node whose clock is behind must still write behind what it follows.
func TestClocksApart(t *testing.T) {
	each(t, ledger.Options{}, func(f *fixture) {
		ahead := ledger.New(db.NewIDs(2, func() time.Time { return time.Now().Add(time.Hour) }))
		f.write(func(tx db.Tx) error { return ahead.Append(f.ctx, tx, write(10, 1)) })
		f.append(look(10, 3), write(10, 2))
		if got := f.list(ledger.Filter{Record: 10}, 0, 3); got[0].Rev != 2 || got[2].Rev != 1 {
			f.Errorf("order %+v", got)
		}
		if r := f.verify(); r.Broken != 0 {
			f.Errorf("report %+v", r)
		}
	})
}

func TestList(t *testing.T) {
	each(t, ledger.Options{}, func(f *fixture) {
		start := time.Now()
		f.append(write(1, 1), write(2, 1), look(1, 9), look(2, 7), write(1, 2),
			&ledger.Entry{Kind: ledger.SignIn, Action: "in", Actor: 9}, &ledger.Entry{Kind: ledger.Export, Action: "export", Actor: 9, Type: 3})
		for _, c := range []struct {
			name   string
			filter ledger.Filter
			want   int
		}{
			{"all", ledger.Filter{}, 7},
			{"writes", ledger.Filter{Kinds: []string{ledger.Write}}, 3},
			{"looks", ledger.Filter{Kinds: []string{ledger.Look}}, 2},
			{"looks and sign-ins", ledger.Filter{Kinds: []string{ledger.Look, ledger.SignIn}}, 3},
			{"writes and exports", ledger.Filter{Kinds: []string{ledger.Write, ledger.Export}}, 4},
			{"looks at a record", ledger.Filter{Kinds: []string{ledger.Look, ledger.Export}, Record: 1}, 1},
			{"actor", ledger.Filter{Actor: 9}, 3},
			{"type", ledger.Filter{Type: 3}, 6},
			{"actor and record", ledger.Filter{Actor: 7, Record: 2}, 2},
			{"from", ledger.Filter{From: start.Add(-time.Second), To: start.Add(time.Minute)}, 7},
			{"later", ledger.Filter{From: start.Add(time.Minute)}, 0},
			{"before", ledger.Filter{To: start.Add(-time.Minute)}, 0},
		} {
			all := f.list(c.filter, 0, 100)
			if len(all) != c.want {
				f.Errorf("%s: %d entries, want %d", c.name, len(all), c.want)
			}
			var paged []ledger.Entry // one by one must be the same as at once
			for before := int64(0); len(paged) <= c.want; {
				p := f.list(c.filter, before, 1)
				if len(p) == 0 {
					break
				}
				paged, before = append(paged, p...), p[0].ID
			}
			if diff := cmp.Diff(ids(all), ids(paged)); diff != "" {
				f.Errorf("%s paged: %s", c.name, diff)
			}
		}
	})
}

func ids(entries []ledger.Entry) (out []int64) {
	for _, e := range entries {
		out = append(out, e.ID)
	}
	return out
}

func TestAppendOnly(t *testing.T) {
	each(t, ledger.Options{}, func(f *fixture) {
		e := write(10, 1)
		f.append(e, write(11, 1))
		_, err := f.book.Seal(f.ctx, f.d)
		f.check(err)
		for _, query := range []string{
			`DELETE FROM ledger`,
			`UPDATE ledger SET actor = 1`,
			`UPDATE ledger SET payload = NULL, salt = NULL, rev = rev + 1`,
			`UPDATE ledger SET payload = payload`,
			`UPDATE ledger SET payload = NULL`, // the salt must go with it
		} {
			if err := f.d.Write(f.ctx, func(tx db.Tx) error { _, err := tx.Exec(f.ctx, query); return err }); err == nil {
				f.Errorf("%s was not refused", query)
			}
		}
		if got := f.list(ledger.Filter{}, 0, 9); len(got) != 2 || got[0].Actor != 7 || got[0].Payload == nil {
			f.Errorf("changed all the same: %+v", got)
		}
	})
}

func TestRedact(t *testing.T) {
	each(t, ledger.Options{}, func(f *fixture) {
		e := write(10, 1)
		f.append(e, write(10, 2), write(10, 3), look(10, 8), write(11, 1))
		f.write(func(tx db.Tx) error { return f.book.Redact(f.ctx, tx, e.ID) })
		if got := f.list(ledger.Filter{Record: 10}, 0, 9)[3]; !got.Redacted() || !cmp.Equal(got.PayloadHash, e.PayloadHash) {
			f.Errorf("redacted %+v", got)
		}
		f.write(func(tx db.Tx) error {
			n, err := f.book.RedactRecord(f.ctx, tx, 10)
			if n != 2 {
				f.Errorf("RedactRecord = %d, want the 2 payloads left", n)
			}
			return err
		})
		if r := f.verify(); r.Broken != 0 || r.Redacted != 3 {
			f.Errorf("report %+v", r)
		}
		err := f.d.Write(f.ctx, func(tx db.Tx) error { return f.book.Redact(f.ctx, tx, 5) })
		if !errs.Is(err, errs.NotFound) {
			f.Errorf("redact of nothing: %v", err)
		}
	})
}

// Equal payloads must not have equal hashes: a redacted value could be guessed.
func TestPayloadHashIsSalted(t *testing.T) {
	each(t, ledger.Options{}, func(f *fixture) {
		a, b := write(1, 1), write(2, 1)
		f.append(a, b)
		if cmp.Equal(a.PayloadHash, b.PayloadHash) {
			f.Error("equal payloads have equal hashes")
		}
	})
}

// Reopened with a clock set back, the ledger must not write below what it has.
func TestReopenWithClockSetBack(t *testing.T) {
	each(t, ledger.Options{}, func(f *fixture) {
		e, later := write(1, 1), write(2, 1)
		f.append(e)
		f.book = ledger.New(db.NewIDs(1, func() time.Time { return time.Now().Add(-time.Hour) }))
		f.check(f.book.Open(f.ctx, f.d))
		f.append(later)
		if later.ID <= e.ID {
			f.Errorf("id %d after %d", later.ID, e.ID)
		}
	})
}

func BenchmarkAppendAll(b *testing.B) {
	for name, open := range map[string]func(testing.TB) *db.DB{"sqlite": dbtest.Open, "postgres": dbtest.Postgres} {
		b.Run(name, func(b *testing.B) { benchmarkAppendAll(b, open(b)) })
	}
}

func benchmarkAppendAll(b *testing.B, d *db.DB) {
	ctx, book := context.Background(), ledger.New(db.NewIDs(1, time.Now))
	if err := book.Open(ctx, d); err != nil {
		b.Fatal(err)
	}
	record, payload := int64(0), []byte(`{"name":[null,"深圳市华强贸易有限公司"],"phone":[null,"13800138000"],"city":[null,"440300"]}`)
	for b.Loop() {
		entries := make([]*ledger.Entry, 1000)
		for i := range entries {
			record++
			entries[i] = write(record, 1)
			entries[i].Payload = payload
		}
		if err := d.Write(ctx, func(tx db.Tx) error { return book.AppendAll(ctx, tx, entries) }); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.N)*1000/b.Elapsed().Seconds(), "rows/s")
}
