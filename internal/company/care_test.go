package company_test

import (
	"context"
	"testing"
	"time"

	"kedang/internal/access"
	"kedang/internal/company"
	"kedang/internal/db"
	"kedang/internal/db/dbtest"
	"kedang/internal/errs"
	"kedang/internal/ledger"
)

func open(t *testing.T, d *db.DB, o company.Options) *company.Service {
	t.Helper()
	ctx := context.Background()
	o.DB, o.Ledger = d, ledger.New(db.NewIDs(1, nil))
	if err := o.Ledger.Open(ctx, d); err != nil {
		t.Fatal(err)
	}
	if _, err := company.Read(ctx, d); err != nil {
		t.Fatal(err)
	}
	return company.New(o)
}

// TestCare: the newest backup and check are told, whatever else is on record.
func TestCare(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx, now := context.Background(), time.Date(2026, 11, 24, 9, 0, 0, 0, time.UTC)
		s := open(t, d, company.Options{Clock: func() time.Time { return now }})
		if b, c, err := s.Care(ctx); b != nil || c != nil || err != nil {
			t.Fatal("a new company has ", b, c, err)
		}
		cli := access.System("cli")
		for i, n := range []int64{100, 200} {
			now = now.Add(time.Hour)
			if err := s.Backed(ctx, cli, n); err != nil {
				t.Fatal(err)
			}
			if err := s.Checked(ctx, cli, 1-i); err != nil {
				t.Fatal(err)
			}
		}
		b, c, err := s.Care(ctx)
		if err != nil || b == nil || c == nil || b.Bytes != 200 || !b.At.Equal(now) || c.Problems != 0 || !c.At.Equal(now) {
			t.Errorf("told %+v %+v %v", b, c, err)
		}
	})
}

// TestZoneFixed: what the command line would set again is not changed here.
func TestZoneFixed(t *testing.T) {
	var told company.Settings
	s := open(t, dbtest.Open(t), company.Options{ZoneFixed: true, Changed: func(c company.Settings) { told = c }})
	ctx, boss := context.Background(), &access.Actor{ID: 1, Name: "boss", Admin: true}
	zone, lang := "Asia/Taipei", "en"
	if _, err := s.Change(ctx, boss, company.Changes{Zone: &zone, Lang: &lang}); errs.As(err).Code != "zone_fixed" {
		t.Error("a fixed zone is changed:", err)
	}
	if c, _ := s.Settings(ctx); c.Lang != "zh-Hans" {
		t.Error("half of a refused change is stored")
	}
	if _, err := s.Change(ctx, boss, company.Changes{Lang: &lang}); err != nil || told.Lang != "en" {
		t.Error("the change of language is not told:", err)
	}
}
