package db_test

import (
	"context"
	"fmt"
	"sync"
	"testing"

	"kedang/internal/db"
	"kedang/internal/db/dbtest"
)

// databases runs a benchmark on durable databases.
func databases(b *testing.B, run func(b *testing.B, d *db.DB)) {
	open := func(b *testing.B, c db.Config) {
		c.NoSync = false
		d, err := db.Open(context.Background(), c)
		if err != nil {
			b.Fatal(err)
		}
		defer d.Close()
		table(b, d)
		run(b, d)
	}
	b.Run("sqlite", func(b *testing.B) { open(b, db.Config{Dir: b.TempDir()}) })
	b.Run("postgres", func(b *testing.B) { open(b, dbtest.PostgresConfig(b)) })
}

// clients shares b.N calls among n goroutines.
func clients(b *testing.B, n int, call func() error) {
	var wg sync.WaitGroup
	todo := make(chan struct{}, b.N)
	for range b.N {
		todo <- struct{}{}
	}
	close(todo)
	b.ResetTimer()
	for range n {
		wg.Go(func() {
			for range todo {
				if err := call(); err != nil {
					b.Error(err)
					return
				}
			}
		})
	}
	wg.Wait()
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "/s")
}

func BenchmarkDurableInsert(b *testing.B) {
	for _, n := range []int{1, 8, 32} {
		b.Run(fmt.Sprintf("clients=%d", n), func(b *testing.B) {
			databases(b, func(b *testing.B, d *db.DB) {
				ctx := context.Background()
				ids := db.NewIDs(1, nil)
				clients(b, n, func() error {
					return d.Write(ctx, func(tx db.Tx) error {
						_, err := tx.Exec(ctx, `INSERT INTO things (id, weight) VALUES (?, ?)`, ids.Next(), 0.5)
						return err
					})
				})
			})
		})
	}
}

func BenchmarkGet(b *testing.B) {
	for _, n := range []int{1, 8} {
		b.Run(fmt.Sprintf("clients=%d", n), func(b *testing.B) {
			databases(b, func(b *testing.B, d *db.DB) {
				ctx, cancel := context.WithCancel(context.Background()) // as a request's: it can end
				defer cancel()
				err := d.Write(ctx, func(tx db.Tx) error {
					_, err := tx.Exec(ctx, `INSERT INTO things (id, name) VALUES (1, '王府酒店')`)
					return err
				})
				if err != nil {
					b.Fatal(err)
				}
				b.ReportAllocs()
				clients(b, n, func() error {
					return d.Read(ctx, func(tx db.Tx) error {
						var name string
						return tx.QueryRow(ctx, `SELECT name FROM things WHERE id = ?`, []any{1}, &name)
					})
				})
			})
		})
	}
}

func BenchmarkBulkInsert(b *testing.B) {
	databases(b, func(b *testing.B, d *db.DB) {
		ctx := context.Background()
		ids := db.NewIDs(1, nil)
		for b.Loop() {
			rows := make([][]any, 1000)
			for i := range rows {
				id := ids.Next()
				rows[i] = []any{id, db.FormatID(id), nil, 0.5}
			}
			err := d.WriteAlone(ctx, func(tx db.Tx) error {
				return db.BulkInsert(ctx, tx, "things", []string{"id", "name", "body", "weight"}, rows)
			})
			if err != nil {
				b.Fatal(err)
			}
		}
		b.ReportMetric(1000*float64(b.N)/b.Elapsed().Seconds(), "rows/s")
	})
}
