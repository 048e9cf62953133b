package record

import (
	"context"
	"database/sql"

	"kedang/internal/access"
	"kedang/internal/db"
	"kedang/internal/errs"
	"kedang/internal/meta"
)

// schemaLock is the advisory key under which schemas change; writers hold it
// shared for the length of their transaction.
const schemaLock = 7_315_001

// steps create the engine's fixed tables, in order; never edit one that was
// released, append.
var steps = []string{
	`CREATE TABLE sys_schema (id {int} PRIMARY KEY, version {int} NOT NULL, hash {text} NOT NULL, secret {blob} NOT NULL) {strict}`,
	`CREATE TABLE sys_type (id {int} PRIMARY KEY, name {text} NOT NULL, tbl {text} NOT NULL, parked {int} NOT NULL) {strict}`,
	`CREATE TABLE sys_field (id {int} PRIMARY KEY, type_id {int} NOT NULL, parent_id {int} NOT NULL, name {text} NOT NULL, col {text} NOT NULL,
		kind {text} NOT NULL, storage {int} NOT NULL, sealed {int} NOT NULL, parked {int} NOT NULL) {strict}`,
	numberStep,
	idempotencyStep,
	`CREATE INDEX sys_idempotency_at ON sys_idempotency (at)`,
	matchStep,
	matchIndexStep,
	fileStep,
	fileIndexStep,
	movingStep,
	layoutStep,
	refreshStep,
}

// Schema is the present schema: immutable, swapped whole.
func (s *Store) Schema() *meta.Schema { return s.current.Load().schema }

// Apply makes a checked schema the company's: gives new types and fields their
// permanent ids and columns, creates what the database lacks, and swaps the
// snapshot. It is what a start does, and what a change in the settings does;
// applying the same schema twice changes nothing.
func (s *Store) Apply(ctx context.Context, schema *meta.Schema) (err error) {
	defer errs.Wrap(&err, "Store.Apply")
	var version int64
	err = s.DB.WriteAlone(ctx, func(tx db.Tx) error {
		if err := db.LockKey(ctx, tx, schemaLock); err != nil {
			return err
		}
		old, err := readCatalogue(ctx, tx)
		if err != nil {
			return err
		}
		now, changes := meta.Bind(schema, old, s.IDs.Next)
		var changed bool
		if version, changed, err = s.bumpVersion(ctx, tx, schema.Hash); err != nil {
			return err
		}
		if len(changes) > 0 {
			if err := writeCatalogue(ctx, tx, now); err != nil {
				return err
			}
		}
		if err := s.syncTables(ctx, tx, schema); err != nil {
			return err
		}
		if changed {
			if err := s.syncCurrencies(ctx, tx, schema); err != nil {
				return err
			}
		}
		if err := s.syncSearch(ctx, tx); err != nil {
			return err
		}
		return s.syncLayouts(ctx, tx, schema)
	})
	if err != nil {
		return err
	}
	if err := s.syncIndexes(ctx, schema); err != nil {
		return err
	}
	s.current.Store(&snapshot{schema: schema, version: version})
	s.Access.Bind(schema)
	s.Jobs.Wake()
	return nil
}

// bumpVersion raises the schema's version when its content changed.
func (s *Store) bumpVersion(ctx context.Context, tx db.Tx, hash string) (version int64, changed bool, err error) {
	var stored string
	err = tx.QueryRow(ctx, "SELECT version, hash, secret FROM sys_schema WHERE id = 1", nil, &version, &stored, &s.secret)
	if isNoRows(err) {
		s.secret = newSecret()
		_, err = tx.Exec(ctx, "INSERT INTO sys_schema (id, version, hash, secret) VALUES (1, 1, ?, ?)", hash, s.secret)
		return 1, true, err
	}
	if err != nil || stored == hash {
		return version, false, err
	}
	_, err = tx.Exec(ctx, "UPDATE sys_schema SET version = version + 1, hash = ? WHERE id = 1", hash)
	return version + 1, true, err
}

// guard is the first thing inside a writing transaction: the schema it was
// prepared under still holds, and the actor's rights are what they were.
func (s *Store) guard(ctx context.Context, tx db.Tx, snap *snapshot, a *access.Actor) error {
	if err := db.PutLockShared(ctx, tx, schemaLock); err != nil {
		return err
	}
	var version int64
	if err := tx.QueryRow(ctx, "SELECT version FROM sys_schema WHERE id = 1", nil, &version); err != nil {
		return err
	}
	if version != snap.version {
		return errs.New(errs.Stale, "schema_changed", nil)
	}
	return s.Access.Recheck(ctx, tx, a)
}

// readCatalogue reads the permanent ids and physical names.
func readCatalogue(ctx context.Context, tx db.Tx) (meta.Catalogue, error) {
	var c meta.Catalogue
	rows, err := tx.Query(ctx, "SELECT id, name, tbl, parked FROM sys_type ORDER BY id")
	if err != nil {
		return c, err
	}
	for rows.Next() {
		var t meta.CatType
		var parked int64
		if err := rows.Scan(&t.ID, &t.Name, &t.Table, &parked); err != nil {
			rows.Close()
			return c, err
		}
		t.Parked = parked != 0
		c.Types = append(c.Types, t)
	}
	if err := rows.Close(); err != nil {
		return c, err
	}
	rows, err = tx.Query(ctx, "SELECT id, type_id, parent_id, name, col, kind, storage, sealed, parked FROM sys_field ORDER BY id")
	if err != nil {
		return c, err
	}
	defer rows.Close()
	for rows.Next() {
		var f meta.CatField
		var storage, sealed, parked int64
		if err := rows.Scan(&f.ID, &f.TypeID, &f.ParentID, &f.Name, &f.Column, &f.Kind, &storage, &sealed, &parked); err != nil {
			return c, err
		}
		f.Storage, f.Sealed, f.Parked = meta.Storage(storage), sealed != 0, parked != 0
		c.Fields = append(c.Fields, f)
	}
	return c, rows.Err()
}

// writeCatalogue stores the catalogue whole; it has a few hundred rows.
func writeCatalogue(ctx context.Context, tx db.Tx, c meta.Catalogue) error {
	for _, t := range c.Types {
		_, err := tx.Exec(ctx, `INSERT INTO sys_type (id, name, tbl, parked) VALUES (?, ?, ?, ?)
			ON CONFLICT (id) DO UPDATE SET name = excluded.name, tbl = excluded.tbl, parked = excluded.parked`,
			t.ID, t.Name, t.Table, bit(t.Parked))
		if err != nil {
			return err
		}
	}
	for _, f := range c.Fields {
		_, err := tx.Exec(ctx, `INSERT INTO sys_field (id, type_id, parent_id, name, col, kind, storage, sealed, parked) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
			ON CONFLICT (id) DO UPDATE SET name = excluded.name, col = excluded.col, kind = excluded.kind, storage = excluded.storage,
			sealed = excluded.sealed, parked = excluded.parked`,
			f.ID, f.TypeID, f.ParentID, f.Name, f.Column, f.Kind, int64(f.Storage), bit(f.Sealed), bit(f.Parked))
		if err != nil {
			return err
		}
	}
	return nil
}

func bit(b bool) int64 {
	if b {
		return 1
	}
	return 0
}

// columnsOf lists the physical columns a table has now; none when it is absent.
func columnsOf(ctx context.Context, tx db.Tx, name string) (map[string]bool, error) {
	query := "SELECT name FROM pragma_table_info(?)"
	if tx.Dialect() == db.Postgres {
		query = "SELECT column_name::text FROM information_schema.columns WHERE table_schema = current_schema() AND table_name = ?"
	}
	rows, err := tx.Query(ctx, query, name)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	out := map[string]bool{}
	for rows.Next() {
		var n sql.NullString
		if err := rows.Scan(&n); err != nil {
			return nil, err
		}
		out[n.String] = true
	}
	return out, rows.Err()
}
