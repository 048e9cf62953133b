package record

import (
	"context"
	"strconv"

	"kedang/internal/db"
	"kedang/internal/errs"
	"kedang/internal/meta"
)

// Like gives a database that has had no types yet the permanent ids and
// physical names of another, before Apply, so that rows can be copied as they are.
func (s *Store) Like(ctx context.Context, other *Store) (err error) {
	defer errs.Wrap(&err, "Store.Like")
	var known meta.Catalogue
	err = other.DB.Read(ctx, func(tx db.Tx) (err error) {
		known, err = readCatalogue(ctx, tx)
		return err
	})
	if err != nil {
		return err
	}
	return s.DB.WriteAlone(ctx, func(tx db.Tx) error { return writeCatalogue(ctx, tx, known) })
}

// indexAtOnce is how many records one transaction of IndexAll writes.
const indexAtOnce = 500

// IndexAll makes the search entries of all records of a database that has none
// yet: its rows came from another one. Nobody else writes meanwhile.
func (s *Store) IndexAll(ctx context.Context, progress func(done int64)) (err error) {
	defer errs.Wrap(&err, "Store.IndexAll")
	if s.DB.Dialect() == db.Postgres { // made at the end it takes a fraction of the time
		if err := s.DB.WriteAlone(ctx, func(tx db.Tx) error { _, err := tx.Exec(ctx, "DROP INDEX search_toks"); return err }); err != nil {
			return err
		}
	}
	var done int64
	for _, t := range s.Schema().Types {
		if t.Builtin {
			continue
		}
		for last, n := int64(0), indexAtOnce; n == indexAtOnce; {
			err := s.DB.WriteAlone(ctx, func(tx db.Tx) error {
				rows, err := s.loadWhere(ctx, tx, t, "id > ? ORDER BY id LIMIT "+strconv.Itoa(indexAtOnce), last)
				if err != nil || len(rows) == 0 {
					n = 0
					return err
				}
				n, last = len(rows), rows[len(rows)-1].ID
				return s.index(ctx, tx, rows, true)
			})
			if err != nil {
				return err
			}
			if done += int64(n); progress != nil {
				progress(done)
			}
		}
	}
	return s.DB.WriteAlone(ctx, func(tx db.Tx) error { return s.syncSearch(ctx, tx) })
}
