package db

import (
	"context"
	"sync/atomic"

	"kedang/internal/errs"
)

// stats are counted as they happen.
type stats struct {
	commits, requests, failed, reads, largest atomic.Int64
	moment                                    atomic.Int64 // of SQLite: moves on whenever something may have been stored
}

// committed counts a COMMIT that n requests shared.
func (s *stats) committed(n int) {
	s.commits.Add(1)
	s.requests.Add(int64(n))
	for {
		most := s.largest.Load()
		if int64(n) <= most || s.largest.CompareAndSwap(most, int64(n)) {
			return
		}
	}
}

// Stats are totals since the start, and how things stand now.
type Stats struct {
	Commits  int64 // transactions committed
	Requests int64 // writes acknowledged in them; Requests/Commits is the mean group
	Failed   int64 // writes refused or rolled back
	Reads    int64 // reads begun
	Largest  int64 // most writes that shared one COMMIT

	Queued       int // writes that wait now (SQLite)
	Readers      int // connections for reading (PostgreSQL: for all work)
	ReadersInUse int // of them busy now
}

// Stats returns the figures.
func (d *DB) Stats() Stats {
	s := d.engine.gauges()
	s.Commits, s.Requests = d.stats.commits.Load(), d.stats.requests.Load()
	s.Failed, s.Reads, s.Largest = d.stats.failed.Load(), d.stats.reads.Load(), d.stats.largest.Load()
	return s
}

// Moment numbers what is stored: as long as it is the same, what was read after
// it was asked for is still so. It moves on after a COMMIT and before that is
// acknowledged. ok is false where other processes write too (PostgreSQL).
func (d *DB) Moment() (moment int64, ok bool) {
	return d.stats.moment.Load(), d.dialect == SQLite
}

// Bytes is what the database takes up on disk: SQLite's file with its log, the
// tables and indexes of the company's schema on PostgreSQL. Attachments lie
// elsewhere.
func (d *DB) Bytes(ctx context.Context) (n int64, err error) {
	defer errs.Wrap(&err, "DB.Bytes")
	return d.engine.bytes(ctx)
}
