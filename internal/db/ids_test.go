package db_test

import (
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"kedang/internal/db"
	"kedang/internal/errs"
)

func TestIDsOnlyRise(t *testing.T) {
	clock := time.UnixMilli(1_800_000_000_000)
	g := db.NewIDs(7, func() time.Time { return clock })
	random := rand.New(rand.NewPCG(1, 2))
	last := int64(0)
	for i := range 100_000 {
		if i%100 == 0 { // on, back, or standing still
			clock = clock.Add(time.Duration(random.IntN(7)-3) * time.Millisecond)
		}
		if i == 50_000 {
			clock = clock.Add(-time.Hour)
		}
		id := g.Next()
		if id <= last {
			t.Fatalf("id %d after %d", id, last)
		}
		if node := id >> 13 & 0xff; node != 7 {
			t.Fatalf("id %d is of node %d", id, node)
		}
		last = id
	}
	later := db.NewIDs(7, func() time.Time { return clock })
	later.Resume(last)
	later.Resume(5) // an older one changes nothing
	if id := later.Next(); id <= last {
		t.Errorf("after a restart: %d, not above %d", id, last)
	}
}

func TestIDsTellTheirTime(t *testing.T) {
	for _, at := range []time.Time{
		time.Date(2020, 1, 1, 0, 0, 0, int(time.Millisecond), time.UTC),
		time.Date(2026, 11, 24, 8, 30, 0, 123e6, time.UTC),
		time.Date(2159, 1, 1, 0, 0, 0, 0, time.UTC),
	} {
		id := db.NewIDs(255, func() time.Time { return at }).Next()
		if got := db.TimeOf(id); id < 0 || !got.Equal(at) {
			t.Errorf("%v: id %d tells %v", at, id, got)
		}
	}
	before := db.NewIDs(1, func() time.Time { return time.Unix(0, 0) })
	if a, b := before.Next(), before.Next(); a <= 0 || b <= a {
		t.Errorf("a clock before the epoch gives %d, %d", a, b)
	}
}

func TestIDsOfManyGoroutinesDiffer(t *testing.T) {
	g := db.NewIDs(1, nil)
	var mu sync.Mutex
	var all []int64
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			mine := make([]int64, 20_000) // 160,000 in all: many more than a millisecond holds
			for i := range mine {
				mine[i] = g.Next()
			}
			if !slices.IsSorted(mine) {
				t.Error("one goroutine saw ids fall")
			}
			mu.Lock()
			all = append(all, mine...)
			mu.Unlock()
		})
	}
	wg.Wait()
	slices.Sort(all)
	if n := len(slices.Compact(all)); n != 160_000 {
		t.Errorf("%d different ids of 160000", n)
	}
}

func TestIDTextSortsLikeTheNumber(t *testing.T) {
	ids := []int64{0, 1, 31, 32, 1<<63 - 1}
	random := rand.New(rand.NewPCG(3, 4))
	for range 10_000 {
		ids = append(ids, random.Int64())
	}
	slices.Sort(ids)
	last := ""
	for i, id := range ids {
		text := db.FormatID(id)
		if len(text) != 13 || i > 0 && id != ids[i-1] && text <= last {
			t.Fatalf("%d is %q after %q", id, text, last)
		}
		if string(db.AppendID([]byte("x"), id)) != "x"+text {
			t.Fatalf("AppendID(%d) differs from %s", id, text)
		}
		for _, form := range []string{text, strings.ToLower(text)} {
			if back, err := db.ParseID(form); err != nil || back != id {
				t.Fatalf("%s came back as %d, %v", form, back, err)
			}
		}
		last = text
	}
	if got := db.FormatID(1<<63 - 1); got != "7ZZZZZZZZZZZZ" {
		t.Errorf("the largest is %s", got)
	}
}

func TestParseIDRefuses(t *testing.T) {
	for _, bad := range []string{"", "0", "8000000000000", "ZZZZZZZZZZZZZ", "000000000000I", "000000000000u", "00000000000000",
		"000000000000 ", "00000000000é", "-000000000001", "000000000000\x00"} {
		if _, err := db.ParseID(bad); !errs.Is(err, errs.Invalid) || errs.As(err).Code != "bad_id" {
			t.Errorf("%q: %v", bad, err)
		}
	}
}

func FuzzParseID(f *testing.F) {
	f.Add("0123456789abc")
	f.Fuzz(func(t *testing.T, text string) {
		id, err := db.ParseID(text)
		if err != nil {
			return
		}
		if id < 0 || !strings.EqualFold(db.FormatID(id), text) {
			t.Errorf("%q became %d, %s", text, id, db.FormatID(id))
		}
	})
}
