package record_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"kedang/internal/access"
	"kedang/internal/db"
	"kedang/internal/db/dbtest"
	"kedang/internal/errs"
	"kedang/internal/meta"
	"kedang/internal/record"
	"kedang/internal/record/recordtest"
)

// twoNodes are two servers on one PostgreSQL database; the second reads its
// packs from on, which stands for a folder.
func twoNodes(t *testing.T) (a, b *recordtest.Env, on *[]meta.Source) {
	t.Helper()
	c, keys := dbtest.PostgresConfig(t), t.TempDir()
	open := func() *recordtest.Env {
		d, err := db.Open(context.Background(), c)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { d.Close() })
		return recordtest.OpenIn(t, d, shop, keys)
	}
	a, b = open(), open()
	packs := shop
	b.Store.IDs = db.NewIDs(2, nil)
	b.Store.Load = func(context.Context) (*meta.Schema, error) {
		schema, problems := meta.Load(packs...)
		return schema, problems.Err()
	}
	return a, b, &packs
}

var withMotto = shopWith(nil, "customer", "  - {name: secret,", "  - {name: motto, kind: text, label: {zh-Hans: 格言, en: Motto}}\n  - {name: secret,")

// managed is a manager as the second node knows him, and a customer he made there.
func managed(t *testing.T, a, b *recordtest.Env) (*access.Actor, record.Saved) {
	t.Helper()
	m := a.User("boss1", "manager", "sh")
	there, err := b.Access.ActorOf(context.Background(), m, m.ID)
	if err != nil {
		t.Fatal(err)
	}
	return there, create(t, b, there, "customer", record.Values{"name": "甲公司"})
}

func TestAnotherNodesSchemaIsAdopted(t *testing.T) {
	a, b, packs := twoNodes(t)
	ctx := context.Background()
	there, c := managed(t, a, b)
	*packs = withMotto
	a.Apply(withMotto)

	t.Run("WriteRetriedAfterPrepare", func(t *testing.T) { // the new field is unknown before the transaction
		if _, err := b.Store.Update(ctx, there, "customer", c.ID, record.Values{"motto": "诚信"}, 0, record.WriteOptions{}); err != nil {
			t.Fatal(err)
		}
		if got := get(t, a, a.User("boss1", "manager", "sh"), "customer", c.ID); got["motto"] != "诚信" {
			t.Errorf("the first node reads %v", got)
		}
	})
	t.Run("WriteRetriedInTransaction", func(t *testing.T) {
		*packs = shop
		a.Apply(shop)
		if _, err := b.Store.Update(ctx, there, "customer", c.ID, record.Values{"name": "乙公司"}, 0, record.WriteOptions{}); err != nil {
			t.Fatal(err)
		}
		if _, known := b.Store.Schema().TypeByID(a.Store.Schema().Types[0].ID).Field("motto"); known {
			t.Error("the second node still knows the field")
		}
	})
	t.Run("BulkRetried", func(t *testing.T) {
		*packs = withMotto
		a.Apply(withMotto)
		out, err := b.Store.Bulk(ctx, there, []record.Op{{Verb: "create", Type: "customer", Values: record.Values{"name": "丙公司"}}}, record.WriteOptions{}, nil)
		if err != nil || out[0].Err != nil {
			t.Fatal(err, out)
		}
	})
	t.Run("ReadsFollow", func(t *testing.T) {
		*packs = shop
		a.Apply(shop)
		following, stop := context.WithCancel(ctx)
		defer stop()
		go b.Store.Follow(following, 10*time.Millisecond, func(err error) { t.Error(err) })
		for range 500 {
			if b.Store.Schema().Version() == a.Store.Schema().Version() {
				return
			}
			time.Sleep(10 * time.Millisecond)
		}
		t.Error("the second node does not follow")
	})
}

func TestAnotherNodesSchemaIsRefusedWithoutItsPacks(t *testing.T) {
	a, b, packs := twoNodes(t)
	ctx := context.Background()
	there, c := managed(t, a, b)
	a.Apply(withMotto)
	rename := func() error {
		_, err := b.Store.Update(ctx, there, "customer", c.ID, record.Values{"name": "乙公司"}, 0, record.WriteOptions{})
		return err
	}
	for name, err := range map[string]error{"write": rename(), "health": b.Store.Ping(ctx)} {
		if !errs.Is(err, errs.Unavailable) || errs.As(err).Code != "schema_newer" {
			t.Errorf("%s: %v", name, err)
		}
	}
	if got := get(t, b, there, "customer", c.ID); got["name"] != "甲公司" {
		t.Errorf("it reads %v", got)
	}
	told := make(chan error, 9)
	following, stop := context.WithTimeout(ctx, 200*time.Millisecond)
	defer stop()
	b.Store.Follow(following, 10*time.Millisecond, func(err error) { told <- err })
	if len(told) != 1 {
		t.Errorf("reported %d times", len(told))
	}
	// Broken packs are no other answer, and the right ones are taken up at last.
	b.Store.Load = func(context.Context) (*meta.Schema, error) { return nil, errors.New("half a file") }
	if err := rename(); !errs.Is(err, errs.Unavailable) {
		t.Error(err)
	}
	*packs = withMotto
	b.Store.Load = func(context.Context) (*meta.Schema, error) { s, p := meta.Load(withMotto...); return s, p.Err() }
	var err error
	for range 100 {
		if err = rename(); err == nil {
			return
		}
		time.Sleep(100 * time.Millisecond)
	}
	t.Error("never taken up:", err)
}
