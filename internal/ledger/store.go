package ledger

import (
	"context"
	"crypto/rand"
	"io"
	"time"

	"kedang/internal/db"
	"kedang/internal/errs"
)

// Ledger appends to, reads, seals and verifies the log of one company. It is
// safe for use by many goroutines.
type Ledger struct {
	ids  *db.IDs
	opts Options
}

// Options are what a test or an unusual installation changes; the zero value
// is right for everybody else.
type Options struct {
	Now    func() time.Time // default time.Now
	Random io.Reader        // default crypto/rand
	// Settle is how long a transaction may stay open before the rows it wrote
	// count as late for their block (PostgreSQL; default 10 s).
	Settle time.Duration
	// Late is how long after its block a row may still turn up and be taken
	// into the next one; after that it counts as inserted by stealth
	// (PostgreSQL; default 10 min).
	Late time.Duration
}

// New returns a ledger whose entries take their ids from ids.
func New(ids *db.IDs) *Ledger { return NewWith(ids, Options{}) }

// NewWith is [New] with options.
func NewWith(ids *db.IDs, o Options) *Ledger {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Random == nil {
		o.Random = rand.Reader
	}
	if o.Settle == 0 {
		o.Settle = 10 * time.Second
	}
	if o.Late == 0 {
		o.Late = 10 * time.Minute
	}
	return &Ledger{ids: ids, opts: o}
}

// Open creates or migrates the ledger's tables and moves the id generator
// beyond the newest entry, so that a clock set back does not disorder it.
func (l *Ledger) Open(ctx context.Context, d *db.DB) (err error) {
	defer errs.Wrap(&err, "Ledger.Open")
	steps := append(append([]string{}, tables...), sqliteTriggers...)
	if d.Dialect() == db.Postgres {
		steps = append(append([]string{}, tables...), postgresTriggers...)
	}
	if err := d.Migrate(ctx, "ledger", steps...); err != nil {
		return err
	}
	var last int64
	err = d.Read(ctx, func(tx db.Tx) error {
		return tx.QueryRow(ctx, `SELECT coalesce(max(id), 0) FROM ledger`, nil, &last)
	})
	if last > 0 {
		l.ids.Resume(endOf(last))
	}
	return err
}

// The indexes of writes and of all other entries are apart: the newest write
// of a record must be one look-up however often the record was looked at, and
// the few other entries must be listed without wading through writes.
var tables = []string{
	`CREATE TABLE ledger (
		id {int} PRIMARY KEY,
		at {int} NOT NULL,
		kind {text} NOT NULL,
		actor {int} NOT NULL,
		actor_name {text} NOT NULL,
		source {text} NOT NULL,
		type {int} NOT NULL,
		record {int} NOT NULL,
		rev {int} NOT NULL,
		action {text} NOT NULL,
		payload {blob},
		salt {blob},
		payload_hash {blob},
		prev {blob},
		hash {blob} NOT NULL
	) {strict}`,
	`CREATE INDEX ledger_write ON ledger (record, id) WHERE kind = 'write'`,
	`CREATE INDEX ledger_other ON ledger (record, id) WHERE kind <> 'write'`,
	`CREATE INDEX ledger_kind ON ledger (kind, id) WHERE kind <> 'write'`,
	`CREATE INDEX ledger_actor ON ledger (actor, id)`,
	`CREATE INDEX ledger_type ON ledger (type, id)`,
	`CREATE TABLE ledger_block (
		id {int} PRIMARY KEY,
		at {int} NOT NULL,
		from_id {int} NOT NULL,
		to_id {int} NOT NULL,
		entries {int} NOT NULL,
		members {blob} NOT NULL,
		late {blob},
		prev {blob},
		hash {blob} NOT NULL
	) {strict}`,
}

var sqliteTriggers = []string{
	`CREATE TRIGGER ledger_keep BEFORE DELETE ON ledger
		BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END`,
	`CREATE TRIGGER ledger_fixed BEFORE UPDATE ON ledger
		WHEN NOT (NEW.payload IS NULL AND NEW.salt IS NULL
			AND NEW.id IS OLD.id AND NEW.at IS OLD.at AND NEW.kind IS OLD.kind AND NEW.actor IS OLD.actor
			AND NEW.actor_name IS OLD.actor_name AND NEW.source IS OLD.source AND NEW.type IS OLD.type
			AND NEW.record IS OLD.record AND NEW.rev IS OLD.rev AND NEW.action IS OLD.action
			AND NEW.payload_hash IS OLD.payload_hash AND NEW.prev IS OLD.prev AND NEW.hash IS OLD.hash)
		BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END`,
	`CREATE TRIGGER ledger_block_keep BEFORE DELETE ON ledger_block
		BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END`,
	`CREATE TRIGGER ledger_block_fixed BEFORE UPDATE ON ledger_block
		BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END`,
}

var postgresTriggers = []string{
	`CREATE FUNCTION ledger_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
		BEGIN RAISE EXCEPTION 'the ledger is append-only'; END $$`,
	`CREATE FUNCTION ledger_redact_only() RETURNS trigger LANGUAGE plpgsql AS $$
		BEGIN
			IF NEW.payload IS NULL AND NEW.salt IS NULL
				AND ROW(NEW.id, NEW.at, NEW.kind, NEW.actor, NEW.actor_name, NEW.source, NEW.type, NEW.record, NEW.rev, NEW.action, NEW.payload_hash, NEW.prev, NEW.hash)
				IS NOT DISTINCT FROM
				ROW(OLD.id, OLD.at, OLD.kind, OLD.actor, OLD.actor_name, OLD.source, OLD.type, OLD.record, OLD.rev, OLD.action, OLD.payload_hash, OLD.prev, OLD.hash)
			THEN RETURN NEW; END IF;
			RAISE EXCEPTION 'the ledger is append-only';
		END $$`,
	`CREATE TRIGGER ledger_fixed BEFORE UPDATE ON ledger FOR EACH ROW EXECUTE FUNCTION ledger_redact_only()`,
	`CREATE TRIGGER ledger_keep BEFORE DELETE ON ledger FOR EACH ROW EXECUTE FUNCTION ledger_refuse()`,
	`CREATE TRIGGER ledger_whole BEFORE TRUNCATE ON ledger EXECUTE FUNCTION ledger_refuse()`,
	`CREATE TRIGGER ledger_block_fixed BEFORE UPDATE OR DELETE ON ledger_block FOR EACH ROW EXECUTE FUNCTION ledger_refuse()`,
	`CREATE TRIGGER ledger_block_whole BEFORE TRUNCATE ON ledger_block EXECUTE FUNCTION ledger_refuse()`,
}
