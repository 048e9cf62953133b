package record

import (
	"context"
	"time"

	"kedang/internal/db"
	"kedang/internal/errs"
	"kedang/internal/han"
	"kedang/internal/meta"
)

// New makes a Store and its fixed tables. Call Apply before anything else.
func New(ctx context.Context, o Options) (_ *Store, err error) {
	defer errs.Wrap(&err, "record.New")
	if o.Clock == nil {
		o.Clock = time.Now
	}
	if o.Zone == nil {
		o.Zone = time.UTC
	}
	if o.SlowFilter == 0 {
		o.SlowFilter = 300 * time.Millisecond
	}
	if o.Region == "" {
		o.Region = "CN"
	}
	clock, zone := o.Clock, o.Zone
	o.Clock = func() time.Time { return clock().In(zone) } // today() of work without a person goes by its moment's zone
	s := &Store{Options: o}
	if err := o.DB.Migrate(ctx, "record", steps...); err != nil {
		return nil, err
	}
	s.handleJobs()
	return s, s.resumeIDs(ctx)
}

// matchers are the registered ones after the one every Store has.
func (s *Store) matchers() []Matcher { return append([]Matcher{doubles{s}}, s.Matchers...) }

// resumeIDs keeps new ids above all stored ones, should the clock have been
// set back while nobody looked.
func (s *Store) resumeIDs(ctx context.Context) error {
	return s.DB.Read(ctx, func(tx db.Tx) error {
		names, err := texts(tx.Query(ctx, "SELECT tbl FROM sys_type WHERE parked = 0"))
		if err != nil {
			return err
		}
		for _, name := range names {
			have, err := columnsOf(ctx, tx, name)
			if err != nil || len(have) == 0 {
				return err
			}
			ids, err := int64s(tx.Query(ctx, "SELECT id FROM "+quote(name)+" ORDER BY id DESC LIMIT 1"))
			if err != nil {
				return err
			}
			for _, id := range ids {
				s.IDs.Resume(id)
			}
		}
		return nil
	})
}

func texts(rows db.Rows, err error) ([]string, error) {
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []string
	for rows.Next() {
		var s string
		if err := rows.Scan(&s); err != nil {
			return nil, err
		}
		out = append(out, s)
	}
	return out, rows.Err()
}

// Ping tells whether the database answers, with the schema this process knows
// or can adopt: one that cannot write any more should get no requests.
func (s *Store) Ping(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	version, _, err := s.storedVersion(ctx)
	if err != nil || version == s.current.Load().version {
		return err
	}
	return s.reload(ctx)
}

// blindOf is a text's blind index in a sealed field.
func blindOf(s *Store, f *meta.Field, text string) any {
	return s.Vault.Blind(f.ID, han.Fold(text))
}
