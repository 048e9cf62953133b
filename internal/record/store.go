package record

import (
	"context"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"kedang/internal/access"
	"kedang/internal/db"
	"kedang/internal/errs"
	"kedang/internal/job"
	"kedang/internal/ledger"
	"kedang/internal/meta"
	"kedang/internal/vault"
)

// Options are what a Store stands on. All but Extensions, Matchers and
// Lockers must be set.
type Options struct {
	DB     *db.DB
	IDs    *db.IDs
	Ledger *ledger.Ledger
	Jobs   *job.Queue
	Vault  *vault.Vault
	Blobs  vault.Blobs // bytes of attachments
	Access *access.Service
	Clock  func() time.Time
	Zone   *time.Location // the company's: today(), months, numbers
	Region string         // phones without a country code: CN, HK, TW, MO

	// Currency is the company's, of amounts that name none in fields of many
	// currencies. It is asked anew: it may be changed at any time, by another
	// process too. CNY when nil.
	Currency func(ctx context.Context) (string, error)

	// Load reads the company's packs and overlay again from where they lie now.
	// It is asked when another process has changed the schema; nil: this one
	// cannot follow.
	Load func(ctx context.Context) (*meta.Schema, error)

	// SlowFilter is how long a list may take whose filter no index serves;
	// 300 ms unless told. Then it is refused with a suggestion.
	SlowFilter time.Duration

	Extensions []Extension
	Matchers   []Matcher
	Lockers    []FieldLocker
}

// Store is the record engine of one company. Exported methods are
// transactions and take the Actor they act for; there is no way around rights.
type Store struct {
	Options
	current  atomic.Pointer[snapshot]
	tables   tables
	gettings gettings
	common   commonWords
	secret   []byte // signs page tokens
	reloads  reloads
	merging  sync.Mutex // held by who merges the search index: two would set out twice
}

// Input is what reading a type's values needs to know of the company; loose:
// as people write them in sheets, where an amount may name its currency.
func (s *Store) Input(ctx context.Context, t *meta.Type, loose bool) (*meta.Input, error) {
	in := &meta.Input{Zone: s.Zone, Region: s.Region, Now: s.Clock(), Loose: loose}
	named := func(f *meta.Field) bool { return f.ManyCurrencies() || loose && f.KindName == "money" }
	if s.Currency == nil || !slices.ContainsFunc(t.Fields, named) {
		return in, nil
	}
	var err error
	in.Currency, err = s.Currency(ctx)
	return in, err
}

// snapshot is the schema a write was prepared under, with the version its
// transaction must still find.
type snapshot struct {
	schema  *meta.Schema
	version int64
}

// Extension is told of each change inside its transaction. Before may refuse
// (errs.Invalid) or set values on c.Row; After may write more records through
// the same tx. Neither makes network calls: outside effects go through job.
type Extension interface {
	Before(ctx context.Context, tx db.Tx, c *Change) error
	After(ctx context.Context, tx db.Tx, c *Change) error
}

// Matcher finds likely doubles of a row about to be stored and warns.
type Matcher interface {
	Match(ctx context.Context, tx db.Tx, c *Change) ([]errs.Problem, error)
}

// FieldLocker says which fields of a row nobody may change now (a running
// approval, a closed month), by code.
type FieldLocker interface {
	Locked(ctx context.Context, tx db.Tx, r *Row) (map[*meta.Field]string, error)
}

// Row is one record in memory, in stored forms (see meta.Kind).
type Row struct {
	Type   *meta.Type
	ID     int64
	Number string
	Title  string
	Rev    int64

	CreatedAt, UpdatedAt int64 // UTC ms
	CreatedBy, UpdatedBy int64

	Owner, Department         int64 // 0: none
	RootOwner, RootDepartment int64
	ArchivedAt                int64 // 0: not archived

	searchHash int64      // of the tokens in the search index
	tokens     []string   // as the values are now; nil: not made yet
	early      []string   // tokens of a new row made outside the writer, but for its number's and owner's
	keys       []matchKey // made once for a new row; nil: not made yet

	Values []any // in the order of Type.Fields; []meta.Item, []*meta.ChildRow for many-valued kinds
}

// Change is one write on its way through the write path.
type Change struct {
	Verb     string // create update archive restore assign undo purge
	Actor    *access.Actor
	Source   string // web, api, import 123, merge 9, job 7, cli, undo
	Type     *meta.Type
	Old      *Row // nil on create
	Row      *Row
	Changed  []*meta.Field
	Warnings []errs.Problem
	Now      time.Time

	pending pendingKeys    // of rows of the same bulk write
	known   map[int64]bool // of a bulk write: the match keys that anybody bears; nil: not looked up
	before  *Rehearsal     // of a dry run; nil: none
}

// Values are a record's fields as they come from JSON (numbers as
// json.Number) or from a sheet.
type Values map[string]any

// Saved is what a write answers.
type Saved struct {
	ID       int64
	Number   string
	Rev      int64
	Warnings []errs.Problem // doubles, checksums: stored all the same
	Same     bool           // it was so already: nothing was written
	Record   []byte         `json:"-"` // with WriteOptions.Answer: what Get would show now; nil when the actor may not read it
}
