package record

import (
	"context"
	"time"

	"kedang/internal/db"
	"kedang/internal/errs"
	"kedang/internal/job"
)

// A full-text index of SQLite is a stack of sorted segments. A question looks
// each of its words up in every one of them, so that it takes as much longer as
// there are more: after an import of 100,000 rows ten, and a search six times
// as long. Writing merges some; these jobs merge the rest, in steps so small
// that a write hardly waits. PostgreSQL's index is one tree.
const (
	jobTidy    = "tidy"     // segments of like size into one
	jobTidyAll = "tidy-all" // all segments into one; the planner's statistics
)

// One step of a merge writes so many pages, more or fewer as the machine is
// quick: a write that comes in between shall wait no longer than mergeTime.
const (
	fewestPages, mostPages = 8, 512
	mergeTime              = 20 * time.Millisecond
)

// manyRows is from how many new rows on it pays to tidy up at once.
const manyRows = 5000

func (s *Store) handleTidying() {
	s.Jobs.Handle(jobTidy, func(ctx context.Context, _ *job.Run) error { return s.mergeSearch(ctx, false) })
	s.Jobs.Handle(jobTidyAll, func(ctx context.Context, _ *job.Run) error {
		if err := s.MergeSearch(ctx); err != nil {
			return err
		}
		return s.DB.Maintain(ctx)
	})
	for kind, when := range map[string]string{jobTidy: "10m", jobTidyAll: "23 3 * * *"} {
		if err := s.Jobs.Every(kind, when, nil); err != nil {
			panic(err) // a constant of ours that does not parse
		}
	}
}

// TidySoon has the search index and the planner's statistics brought in order
// after rows were added; it does nothing for few of them.
func (s *Store) TidySoon(ctx context.Context, tx db.Tx, rows int) error {
	if rows < manyRows {
		return nil
	}
	_, err := s.Jobs.Enqueue(ctx, tx, jobTidyAll, nil, job.UniqueWaiting(jobTidyAll))
	return err
}

// MergeSearch merges all segments of the search index into one.
func (s *Store) MergeSearch(ctx context.Context) error { return s.mergeSearch(ctx, true) }

// mergeSearch merges segments of the search index step by step until there is
// nothing to merge. With all, the first step sets out to merge all there are
// into one; the others go on with that. Said again it would set out anew, for
// the sake of the little that was written meanwhile, and not end while people
// write.
func (s *Store) mergeSearch(ctx context.Context, all bool) (err error) {
	defer errs.Wrap(&err, "Store.mergeSearch")
	if s.DB.Dialect() != db.SQLite || !s.merging.TryLock() {
		return nil
	}
	defer s.merging.Unlock()
	n, err := s.segments(ctx)
	pages := 40
	for more := true; more && n > 1 && err == nil; {
		err = s.DB.WriteAlone(ctx, func(tx db.Tx) (err error) {
			begin := time.Now()
			size := pages
			if all {
				size = -pages
			}
			more, err = mergeStep(ctx, tx, size)
			switch took := time.Since(begin); {
			case took < mergeTime/2:
				pages = min(2*pages, mostPages)
			case took > mergeTime:
				pages = max(pages/2, fewestPages)
			}
			return err
		})
		all = false
	}
	return err
}

// mergeStep merges for a while; more tells that it did something.
func mergeStep(ctx context.Context, tx db.Tx, pages int) (more bool, err error) {
	// Two segments of a level are enough to merge them.
	var least, before, after int64
	err = tx.QueryRow(ctx, `SELECT coalesce((SELECT v FROM search_config WHERE k = 'usermerge'), 4), total_changes()`, nil, &least, &before)
	if err == nil && least != 2 {
		_, err = tx.Exec(ctx, `INSERT INTO search (search, rank) VALUES ('usermerge', 2)`)
	}
	if err == nil {
		_, err = tx.Exec(ctx, `INSERT INTO search (search, rank) VALUES ('merge', ?)`, pages)
	}
	if err == nil {
		err = tx.QueryRow(ctx, `SELECT total_changes()`, nil, &after)
	}
	return after-before >= 2, err // the INSERT itself counts as one
}

// segments counts the segments of the search index.
func (s *Store) segments(ctx context.Context) (n int64, err error) {
	err = s.DB.Read(ctx, func(tx db.Tx) error {
		return tx.QueryRow(ctx, `WITH RECURSIVE each (id) AS (SELECT min(segid) FROM search_idx
			UNION ALL SELECT (SELECT min(segid) FROM search_idx WHERE segid > id) FROM each WHERE id IS NOT NULL) SELECT count(id) FROM each`, nil, &n)
	})
	return n, err
}
