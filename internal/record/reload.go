package record

import (
	"context"
	"sync"
	"time"

	"kedang/internal/db"
	"kedang/internal/errs"
	"kedang/internal/meta"
)

// Several servers may share a PostgreSQL database. One that starts with other
// packs brings the schema to them; the rest notice by its version — a write in
// its transaction, reads within seconds — and adopt it when their own packs,
// read again, are the same. Types are code and cannot be read from the
// database: a server without those packs refuses to write, and says so.

// reloads lets one reload run at a time, and a failed one not be tried again
// by every request.
type reloads struct {
	mu      sync.Mutex
	refused string    // the hash that the packs did not give
	at      time.Time // when that was found out
}

// reloadAgain is how long a server waits before it reads its packs again for a
// schema that they did not give.
const reloadAgain = 3 * time.Second

// storedVersion reads the schema's version and the hash of its packs.
func (s *Store) storedVersion(ctx context.Context) (version int64, hash string, err error) {
	err = s.DB.Read(ctx, func(tx db.Tx) error {
		return tx.QueryRow(ctx, "SELECT version, hash FROM sys_schema WHERE id = 1", nil, &version, &hash)
	})
	return version, hash, err
}

// behind tells whether a write failed because another server changed the
// schema: found out in the transaction, or before it, where a field or type
// that is new seems unknown.
func (s *Store) behind(ctx context.Context, err error) bool {
	switch {
	case err == nil:
		return false
	case errs.As(err).Code == "schema_changed":
		return true
	case s.DB.Dialect() != db.Postgres || !errs.Is(err, errs.Invalid) && !errs.Is(err, errs.NotFound):
		return false
	}
	version, _, err := s.storedVersion(ctx)
	return err == nil && version != s.current.Load().version
}

// reload adopts the schema another server has applied. Errors: Unavailable
// schema_newer when this one's packs are not the same.
func (s *Store) reload(ctx context.Context) (err error) {
	defer errs.Wrap(&err, "Store.reload")
	s.reloads.mu.Lock()
	defer s.reloads.mu.Unlock()
	version, hash, err := s.storedVersion(ctx)
	if err != nil || version == s.current.Load().version {
		return err
	}
	if s.reloads.refused == hash && time.Since(s.reloads.at) < reloadAgain {
		return errs.New(errs.Unavailable, "schema_newer", nil)
	}
	if err = s.adopt(ctx, hash); errs.Is(err, errs.Unavailable) {
		s.reloads.refused, s.reloads.at = hash, time.Now()
	}
	return err
}

// adopt reads the packs again and takes them for the schema, when they are
// what the database holds. It changes nothing there.
func (s *Store) adopt(ctx context.Context, hash string) error {
	newer := func(err error) error {
		e := errs.New(errs.Unavailable, "schema_newer", nil)
		e.Err = err
		return e
	}
	if s.Load == nil {
		return newer(nil)
	}
	schema, err := s.Load(ctx)
	if err != nil || schema.Hash != hash {
		return newer(err)
	}
	var version int64
	err = s.DB.Read(ctx, func(tx db.Tx) error {
		old, err := readCatalogue(ctx, tx)
		if err != nil {
			return err
		}
		var now string
		if err := tx.QueryRow(ctx, "SELECT version, hash FROM sys_schema WHERE id = 1", nil, &version, &now); err != nil {
			return err
		}
		if _, changes := meta.Bind(schema, old, s.IDs.Next); len(changes) > 0 || now != hash {
			return errs.New(errs.Stale, "schema_changed", nil)
		}
		return nil
	})
	if err != nil {
		return err
	}
	s.current.Store(&snapshot{schema: schema, version: version})
	s.Access.Bind(schema)
	return nil
}

// Follow looks every so often whether another server changed the schema, and
// adopts it, until ctx ends; SQLite has one server and needs none of it. What
// cannot be adopted is reported once.
func (s *Store) Follow(ctx context.Context, every time.Duration, report func(error)) {
	if s.DB.Dialect() != db.Postgres {
		return
	}
	tick := time.NewTicker(every)
	defer tick.Stop()
	var told int64
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		version, _, err := s.storedVersion(ctx)
		if err != nil || version == s.current.Load().version {
			continue // a database that is away is noticed by whoever asks for something
		}
		if err := s.reload(ctx); err != nil && version != told && ctx.Err() == nil {
			told = version
			report(err)
		}
	}
}
