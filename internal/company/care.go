package company

import (
	"context"
	"encoding/json"
	"time"

	"kedang/internal/access"
	"kedang/internal/db"
	"kedang/internal/errs"
	"kedang/internal/ledger"
)

// Backup is a backup that was made.
type Backup struct {
	At    time.Time `json:"-"`
	Bytes int64     `json:"bytes"` // of the sealed file
}

// Check is a check of everything stored.
type Check struct {
	At       time.Time `json:"-"`
	Problems int       `json:"problems"`
}

// Backed puts a backup that was made on record.
func (s *Service) Backed(ctx context.Context, a *access.Actor, bytes int64) (err error) {
	defer errs.Wrap(&err, "company.Backed")
	return s.opts.DB.Write(ctx, func(tx db.Tx) error { return s.note(ctx, tx, a, "backup", Backup{Bytes: bytes}) })
}

// Checked puts a check that was made on record.
func (s *Service) Checked(ctx context.Context, a *access.Actor, problems int) (err error) {
	defer errs.Wrap(&err, "company.Checked")
	return s.opts.DB.Write(ctx, func(tx db.Tx) error { return s.note(ctx, tx, a, "check", Check{Problems: problems}) })
}

// Care tells the last backup and the last check; nil where there was none.
func (s *Service) Care(ctx context.Context) (b *Backup, c *Check, err error) {
	defer errs.Wrap(&err, "company.Care")
	err = s.opts.DB.Read(ctx, func(tx db.Tx) error {
		b, c = nil, nil
		e, err := s.last(ctx, tx, "backup")
		if err != nil {
			return err
		}
		if e != nil {
			b = &Backup{At: time.UnixMilli(e.At)}
			if err := json.Unmarshal(e.Payload, b); err != nil {
				return err
			}
		}
		if e, err = s.last(ctx, tx, "check"); err != nil || e == nil {
			return err
		}
		c = &Check{At: time.UnixMilli(e.At)}
		return json.Unmarshal(e.Payload, c)
	})
	return b, c, err
}

// last is the newest entry of an action about the whole system; nil for none.
func (s *Service) last(ctx context.Context, tx db.Tx, action string) (*ledger.Entry, error) {
	list, err := s.opts.Ledger.List(ctx, tx, ledger.Filter{Kinds: []string{ledger.System}, Action: action}, 0, 1)
	if err != nil || len(list) == 0 {
		return nil, err
	}
	return &list[0], nil
}
