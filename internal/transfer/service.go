package transfer

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"time"

	"kedang/internal/access"
	"kedang/internal/db"
	"kedang/internal/errs"
	"kedang/internal/job"
	"kedang/internal/ledger"
	"kedang/internal/meta"
	"kedang/internal/record"
	"kedang/internal/vault"
)

// Options are what a Service stands on. All must be set.
type Options struct {
	Store  *record.Store
	DB     *db.DB
	Jobs   *job.Queue
	Blobs  vault.Blobs // keeps uploaded sheets, sealed
	Ledger *ledger.Ledger
	IDs    *db.IDs
	Clock  func() time.Time
	Dir    string // the data directory: sheets are unpacked in Dir/import while they are read
}

// Service imports and exports records of one company.
type Service struct {
	Options
}

// The kinds of jobs.
const (
	jobImport = "import"
	jobUndo   = "import.undo"
)

// New makes a Service, its tables, and the handlers of its jobs. Call it
// before the queue starts.
func New(ctx context.Context, o Options) (_ *Service, err error) {
	defer errs.Wrap(&err, "transfer.New")
	if o.Clock == nil {
		o.Clock = time.Now
	}
	s := &Service{Options: o}
	if err := o.DB.Migrate(ctx, "transfer", tables...); err != nil {
		return nil, err
	}
	if err := clean(filepath.Join(s.folder(), "*")); err != nil {
		return nil, err
	}
	o.Jobs.Handle(jobImport, s.run, job.Limit(1))
	o.Jobs.Handle(jobUndo, s.undo, job.Limit(1))
	return s, nil
}

// clean removes what a crash left behind. What is younger than a day may
// belong to another process.
func clean(pattern string) error {
	old, err := filepath.Glob(pattern)
	if err != nil {
		return err
	}
	for _, path := range old {
		if info, err := os.Stat(path); err == nil && time.Since(info.ModTime()) > 24*time.Hour {
			os.RemoveAll(path)
		}
	}
	return nil
}

func (s *Service) folder() string { return filepath.Join(s.Dir, "import") }

// importable finds a type that an actor may import into. What he may not even
// read is unknown to him.
func (s *Service) importable(a *access.Actor, typ string) (*meta.Type, error) {
	return s.mayDo(a, "import", typ)
}

func (s *Service) mayDo(a *access.Actor, verb, typ string) (*meta.Type, error) {
	t, ok := s.Store.Schema().Type(typ)
	if !ok || a.Scope(t, "read").None() {
		return nil, errs.NotFoundf("type", typ)
	}
	if a.Scope(t, verb).None() || (verb == "import" && t.Builtin) {
		return nil, errs.New(errs.Forbidden, "forbidden", errs.Params{"verb": verb, "type": t.Name})
	}
	return t, nil
}

// hints completes what a user said with what is known of him.
func (s *Service) hints(ctx context.Context, a *access.Actor, h Hints) Hints {
	h.Region, h.Today = s.Store.Region, s.Clock().In(s.Store.Zone)
	h.Writable = func(f *meta.Field) bool { return a.Level(f.Of, f) == meta.Write }
	h.Makes = func(t *meta.Type) bool { return !a.Scope(t, "create").None() }
	h.Colleagues = func(names []string) bool {
		return !slices.ContainsFunc(names, func(name string) bool {
			who, err := s.findOwner(ctx, a, name)
			_, bad := db.ParseID(who)
			return err != nil || bad != nil
		})
	}
	return h
}
