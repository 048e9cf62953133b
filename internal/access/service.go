package access

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"io"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"kedang/internal/db"
	"kedang/internal/errs"
	"kedang/internal/ledger"
	"kedang/internal/meta"
)

// Options are what a Service stands on. DB, IDs and Ledger must be set.
type Options struct {
	DB     *db.DB
	IDs    *db.IDs
	Ledger *ledger.Ledger
	Clock  func() time.Time // time.Now unless told
	Random io.Reader        // crypto/rand unless told
	Zone   *time.Location   // the company's: today() and months in rights; UTC unless told
	Lang   string           // of users who chose none; zh-Hans unless told

	// SortKey gives the key by which names sort (han.SortKey); the name itself
	// unless told.
	SortKey func(name string) string

	SessionIdle time.Duration // a session unused for so long ends; 7 days unless told
	SessionMax  time.Duration // a session ends after so long in any case; 30 days unless told
	ResetFor    time.Duration // a one-time password code holds so long; 24 hours unless told

	Cost     Cost     // of hashing a password; DefaultCost unless told
	Attempts Attempts // how many wrong passwords are borne; DefaultAttempts unless told
}

// Service keeps the people of one company. It is safe for use by many
// goroutines.
type Service struct {
	opts  Options
	bound atomic.Pointer[binding]
	org   atomic.Pointer[org]

	hashing chan struct{} // one seat per core: hashing takes memory and time
	decoy   string        // a hash of nothing known, for user names that do not exist

	actors actorCache
	marks  knownMarks
	seen   seenMarks
	lang   atomic.Value // string: of users who chose none
}

// binding is what a schema says about rights, with what was merged from it.
type binding struct {
	schema *meta.Schema
	mu     sync.Mutex // guards rights
	rights map[string]*rights
}

// New opens the service and creates or migrates its tables.
func New(o Options) (_ *Service, err error) {
	defer errs.Wrap(&err, "access.New")
	o.defaults()
	s := &Service{opts: o, hashing: make(chan struct{}, runtime.GOMAXPROCS(0))}
	s.bound.Store(&binding{rights: map[string]*rights{}})
	s.lang.Store(o.Lang)
	ctx := context.Background()
	if err := o.DB.Migrate(ctx, "access", tables...); err != nil {
		return nil, err
	}
	s.decoy, err = s.makeDecoy()
	return s, err
}

func (o *Options) defaults() {
	if o.Clock == nil {
		o.Clock = time.Now
	}
	if o.Random == nil {
		o.Random = rand.Reader
	}
	if o.Zone == nil {
		o.Zone = time.UTC
	}
	if o.Lang == "" {
		o.Lang = "zh-Hans"
	}
	if o.SortKey == nil {
		o.SortKey = func(name string) string { return name }
	}
	if o.SessionIdle == 0 {
		o.SessionIdle = 7 * 24 * time.Hour
	}
	if o.SessionMax == 0 {
		o.SessionMax = 30 * 24 * time.Hour
	}
	if o.ResetFor == 0 {
		o.ResetFor = 24 * time.Hour
	}
	if o.Cost == (Cost{}) {
		o.Cost = DefaultCost
	}
	if o.Attempts == (Attempts{}) {
		o.Attempts = DefaultAttempts
	}
}

// Bind makes a schema's roles and rights the ones in force. Actors made before
// keep what they had; the next request of each gets a new one.
func (s *Service) Bind(schema *meta.Schema) {
	s.bound.Store(&binding{schema: schema, rights: map[string]*rights{}})
}

// SetLang changes the language of people who chose none.
func (s *Service) SetLang(lang string) {
	s.lang.Store(lang)
	s.actors.forget()
}

// Run writes down when sessions were last used and clears away what has
// expired, once a minute, until ctx ends. Errors go to report (nil: nowhere)
// and do not stop it.
func (s *Service) Run(ctx context.Context, report func(error)) {
	tick := time.NewTicker(time.Minute)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		if err := s.Tidy(ctx); err != nil && report != nil && ctx.Err() == nil {
			report(err)
		}
	}
}

// Tidy is one round of [Service.Run]; call it once more before closing.
func (s *Service) Tidy(ctx context.Context) (err error) {
	defer errs.Wrap(&err, "Service.Tidy")
	if err := s.writeSeen(ctx); err != nil {
		return err
	}
	return s.sweep(ctx)
}

func (s *Service) now() time.Time { return s.opts.Clock() }

func ms(t time.Time) int64 { return t.UnixMilli() }

func timeOf(ms int64) time.Time {
	if ms == 0 {
		return time.Time{}
	}
	return time.UnixMilli(ms).UTC()
}

// pair is one thing's value before and after, for the ledger.
type pair [2]any

// record writes an entry about a user or department into the ledger, in the
// transaction of what it tells about.
func (s *Service) record(ctx context.Context, tx db.Tx, a *Actor, kind, action, what string, id int64, payload any) error {
	e := &ledger.Entry{At: ms(s.now()), Kind: kind, Actor: a.ID, ActorName: a.Name, Source: a.Source, Record: id, Action: action}
	if schema := s.bound.Load().schema; schema != nil {
		if t, ok := schema.Type(what); ok {
			e.Type = t.ID
		}
	}
	if payload != nil {
		text, err := json.Marshal(payload)
		if err != nil {
			return err
		}
		e.Payload = text
	}
	return s.opts.Ledger.Append(ctx, tx, e)
}

// rightsLock is the advisory key under which people and tree change, one
// change at a time: cycles and the last administrator are judged on what is
// stored.
const rightsLock = 7_315_011

// change is the frame of every administrative write: only administrators and
// the system may, one at a time.
func (s *Service) change(ctx context.Context, a *Actor, fn func(tx db.Tx) error) error {
	if !a.Admin {
		return errs.New(errs.Forbidden, "not_administrator", nil)
	}
	return s.opts.DB.Write(ctx, func(tx db.Tx) error {
		if err := db.LockKey(ctx, tx, rightsLock); err != nil {
			return err
		}
		if err := s.Recheck(ctx, tx, a); err != nil {
			return err
		}
		return fn(tx)
	})
}
