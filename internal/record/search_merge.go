package record

import (
	"context"

	"kedang/internal/db"
	"kedang/internal/errs"
	"kedang/internal/job"
)

// mergePages is how much of the index one step of a merge writes, in pages of
// 4 kB: about a fortieth of a second, for which other writes wait.
const mergePages = 100

// MergeSearch merges the segments that FTS5 has written, commit by commit, into
// one: a search then looks at one place for a token instead of a dozen. Writes
// go on between the steps. PostgreSQL has nothing to merge.
func (s *Store) MergeSearch(ctx context.Context) (err error) {
	defer errs.Wrap(&err, "Store.MergeSearch")
	if s.DB.Dialect() != db.SQLite {
		return nil
	}
	for pages := int64(-mergePages); ; pages = mergePages { // negative: all segments, whatever their number
		var before, after int64
		err := s.DB.WriteAlone(ctx, func(tx db.Tx) error {
			if err := tx.QueryRow(ctx, "SELECT total_changes()", nil, &before); err != nil {
				return err
			}
			if _, err := tx.Exec(ctx, "INSERT INTO search (search, rank) VALUES ('merge', ?)", pages); err != nil {
				return err
			}
			return tx.QueryRow(ctx, "SELECT total_changes()", nil, &after)
		})
		if err != nil || after-before < 2 {
			return err
		}
	}
}

// EnqueueMerge has the search index merged when tx is committed and nothing
// else is waiting to do so.
func (s *Store) EnqueueMerge(ctx context.Context, tx db.Tx) error {
	_, err := s.Jobs.Enqueue(ctx, tx, jobMerge, nil, job.UniqueWaiting(jobMerge))
	return err
}
