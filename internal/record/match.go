package record

import (
	"context"
	"database/sql"
	"encoding/json"
	"hash/fnv"
	"slices"
	"strings"

	"kedang/internal/access"
	"kedang/internal/db"
	"kedang/internal/errs"
	"kedang/internal/han"
	"kedang/internal/meta"
)

// matchStep creates the table of match keys: for each record and each of its
// type's match declarations, a hash of the folded values. Looking for doubles
// is then one indexed read per key, however many records there are.
const matchStep = `CREATE TABLE sys_match (key {int} NOT NULL, record {int} NOT NULL, type {int} NOT NULL, PRIMARY KEY (key, record)) {strict}`

// matchIndexStep finds a record's keys, to replace them.
const matchIndexStep = `CREATE INDEX sys_match_record ON sys_match (record)`

// matchKey is one hint at a double: the declaration it comes from and the
// hash of the folded value.
type matchKey struct {
	key  int64
	code string
	path string
	like bool // found by names that are like it, which only Try asks for
}

// matchKeys are the keys of a row, each once.
func (s *Store) matchKeys(r *Row) []matchKey {
	var out []matchKey
	for _, m := range r.Type.Match {
		for _, text := range matchTexts(r, m) {
			out = addKey(out, matchKey{matchHash(r.Type, m, text), m.Code, m.Fields[0], false})
		}
		if f := likeField(r.Type, m); f != nil {
			for _, text := range han.AlikeKeys(str(r.value(f))) {
				out = addKey(out, matchKey{likeHash(r.Type, m, text), m.Code, f.Name, true})
			}
		}
	}
	return out
}

func addKey(list []matchKey, k matchKey) []matchKey {
	if slices.ContainsFunc(list, func(o matchKey) bool { return o.key == k.key }) {
		return list
	}
	return append(list, k)
}

// likeField is the name of a declaration whose names may be alike without
// being one; nil for declarations of other things.
func likeField(t *meta.Type, m *meta.Match) *meta.Field {
	f, ok := t.Field(m.Fields[0])
	if !ok || f.System || f.KindName != "text" || f.Search != "title" || f.Sealed || len(m.Fields) > 1 {
		return nil
	}
	return f
}

// likeHash is the key of a text of han.AlikeKeys, apart from names themselves.
func likeHash(t *meta.Type, m *meta.Match, text string) int64 { return matchHash(t, m, "\x01"+text) }

// matchHash is the key of a folded value under a declaration.
func matchHash(t *meta.Type, m *meta.Match, text string) int64 {
	h := fnv.New64a()
	for _, part := range [...]string{t.Table, m.Code, text} {
		h.Write([]byte(part))
		h.Write([]byte{0})
	}
	return int64(h.Sum64() >> 1)
}

// named are the parameters that name a record to an actor who may see it.
func (s *Store) named(a *access.Actor, r *Row) errs.Params {
	return errs.Params{"type": r.Type.Name, "other": db.FormatID(r.ID), "title": s.shownTitle(a, r), "number": r.Number}
}

// keysOf are the keys of a row, as they were made ahead if they were.
func (s *Store) keysOf(r *Row) []matchKey {
	if r.keys != nil {
		return r.keys
	}
	return s.matchKeys(r)
}

// matchTexts are the folded values of a declaration's fields: any one of
// several phones hints at a double by itself.
func matchTexts(r *Row, m *meta.Match) []string {
	var out []string
	for _, name := range m.Fields {
		f, ok := r.Type.Field(name)
		if !ok {
			continue
		}
		switch v := r.value(f).(type) {
		case string:
			if text := foldMatch(f, v); text != "" {
				out = append(out, text)
			}
		case sealedValue:
			if b, ok := v.blind.([]byte); ok && v.open_ {
				out = append(out, string(b))
			}
		case []meta.Item:
			for _, item := range v {
				if text := foldMatch(f, str(item.Value)); text != "" {
					out = append(out, text)
				}
			}
		}
	}
	return out
}

// fewestDigits is how many digits a telephone that could not be read must have
// to be a hint: 110, 无 and the half of a number are none.
const fewestDigits = 7

// foldMatch folds a value for comparison: names without the legal form and
// brackets, everything else as text; "" for what is no hint.
func foldMatch(f *meta.Field, v string) string {
	if (f.KindName == "phones" || f.KindName == "phone") && !strings.HasPrefix(v, "+") {
		digits := strings.Map(func(r rune) rune {
			if r < '0' || r > '9' {
				return -1
			}
			return r
		}, han.Fold(v))
		if len(digits) < fewestDigits {
			return ""
		}
		return digits
	}
	if f.KindName == "text" {
		if core := han.FoldName(v); core != "" {
			return core
		}
	}
	return han.Fold(v)
}

// pendingKeys are the match keys of rows of the same bulk write that are not
// in the table yet, each with its row; nil for one that will not be stored.
type pendingKeys map[int64]*Row

// livingKeys finds in one statement which of some keys anybody bears.
func livingKeys(ctx context.Context, tx db.Tx, keys []int64) (map[int64]bool, error) {
	text, arg := "SELECT k.value FROM json_each(?) AS k WHERE EXISTS (SELECT 1 FROM sys_match WHERE key = k.value)", any(nil)
	if tx.Dialect() == db.Postgres {
		text, arg = "SELECT k FROM unnest(CAST(? AS bigint[])) AS k WHERE EXISTS (SELECT 1 FROM sys_match WHERE key = k)", keys
	} else {
		list, err := json.Marshal(keys)
		if err != nil {
			return nil, err
		}
		arg = string(list)
	}
	found, err := int64s(tx.Query(ctx, text, arg))
	out := make(map[int64]bool, len(found))
	for _, k := range found {
		out[k] = true
	}
	return out, err
}

// doubles is the Matcher every Store has: it warns of records that share a
// phone, a credit code or a folded name, and names those the actor may see.
type doubles struct{ s *Store }

var _ Matcher = doubles{}

// Match looks up the keys of a new record, or those of an update that are new.
func (m doubles) Match(ctx context.Context, tx db.Tx, c *Change) ([]errs.Problem, error) {
	keys := slices.DeleteFunc(slices.Clone(m.s.keysOf(c.Row)), func(k matchKey) bool { return k.like })
	if c.Old != nil {
		before := m.s.matchKeys(c.Old)
		keys = slices.DeleteFunc(keys, func(k matchKey) bool {
			return slices.ContainsFunc(before, func(o matchKey) bool { return o.key == k.key })
		})
	}
	known := c.known
	if known == nil && len(keys) > 1 && tx.Dialect() == db.Postgres {
		list := make([]int64, len(keys))
		for i, k := range keys {
			list[i] = k.key
		}
		var err error
		if known, err = livingKeys(ctx, tx, list); err != nil {
			return nil, err
		}
	}
	var out []errs.Problem
	for _, k := range keys {
		if other, ok := c.pending[k.key]; ok {
			out = append(out, m.beside(ctx, tx, c, k, other))
			continue
		}
		if c.before.hasKey(k.key) {
			out = append(out, errs.Problem{Path: k.path, Code: k.code})
			continue
		}
		if known != nil && !known[k.key] {
			continue
		}
		p, err := m.find(ctx, tx, c, k)
		if err != nil {
			return nil, err
		}
		if p != nil {
			out = append(out, *p)
		}
	}
	return out, nil
}

// beside tells of a row of the same bulk write, named to who will see it.
func (m doubles) beside(ctx context.Context, tx db.Tx, c *Change, k matchKey, other *Row) errs.Problem {
	p := errs.Problem{Path: k.path, Code: k.code}
	if other == nil {
		return p
	}
	if ok, _ := m.s.allowed(c.Actor, "read", other, m.s.loader(ctx, tx)); ok {
		p.Params = m.s.named(c.Actor, other)
	}
	return p
}

// find looks for living records with a key. Where the actor's right is a
// condition on fields, the record is read whole to judge it.
func (m doubles) find(ctx context.Context, tx db.Tx, c *Change, k matchKey) (*errs.Problem, error) {
	rows, err := tx.Query(ctx, `SELECT t.id, t.title, t.number, t.owner, t.department, t.root_owner, t.root_department
		FROM sys_match AS m JOIN `+quote(c.Type.Table)+` AS t ON t.id = m.record
		WHERE m.key = ? AND m.record <> ? AND t.archived_at IS NULL ORDER BY m.record LIMIT 5`, k.key, c.Row.ID)
	if err != nil {
		return nil, err
	}
	var others []*Row
	for rows.Next() {
		r := &Row{Type: c.Type}
		var number sql.NullString
		var owner, department, rootOwner, rootDepartment sql.NullInt64
		if err := rows.Scan(&r.ID, &r.Title, &number, &owner, &department, &rootOwner, &rootDepartment); err != nil {
			rows.Close()
			return nil, err
		}
		r.Number, r.Owner, r.Department = number.String, owner.Int64, department.Int64
		r.RootOwner, r.RootDepartment = rootOwner.Int64, rootDepartment.Int64
		others = append(others, r)
	}
	if err := rows.Close(); err != nil || len(others) == 0 {
		return nil, err
	}
	load := m.s.loader(ctx, tx)
	conditional := len(c.Actor.Scope(c.Type, "read").Where) > 0
	for _, other := range others {
		if conditional {
			if other, err = m.s.load(ctx, tx, c.Type, other.ID); err != nil {
				return nil, err
			}
		}
		if ok, _ := m.s.allowed(c.Actor, "read", other, load); ok {
			return &errs.Problem{Path: k.path, Code: k.code, Params: m.s.named(c.Actor, other)}, nil
		}
	}
	return &errs.Problem{Path: k.path, Code: k.code}, nil // there is one, not to be named
}

// saveMatch keeps the match keys of written rows current.
func (s *Store) saveMatch(ctx context.Context, tx db.Tx, old, r *Row) error {
	if len(r.Type.Match) == 0 {
		return nil
	}
	keys := s.keysOf(r)
	var before []matchKey
	if old != nil {
		before = s.matchKeys(old)
	}
	for _, k := range before {
		if slices.ContainsFunc(keys, func(o matchKey) bool { return o.key == k.key }) {
			continue
		}
		if _, err := tx.Exec(ctx, "DELETE FROM sys_match WHERE key = ? AND record = ?", k.key, r.ID); err != nil {
			return err
		}
	}
	var args []any
	for _, k := range keys {
		if !slices.ContainsFunc(before, func(o matchKey) bool { return o.key == k.key }) {
			args = append(args, k.key, r.ID, r.Type.ID)
		}
	}
	if len(args) == 0 {
		return nil
	}
	return db.Put(ctx, tx, "INSERT INTO sys_match (key, record, type) VALUES (?, ?, ?)"+strings.Repeat(", (?, ?, ?)", len(args)/3-1)+
		" ON CONFLICT DO NOTHING", args...)
}

// saveMatches keeps the match keys of new rows.
func (s *Store) saveMatches(ctx context.Context, tx db.Tx, made []*writing) error {
	var rows [][]any
	for _, w := range made {
		for _, k := range s.keysOf(w.row) {
			rows = append(rows, []any{k.key, w.row.ID, w.t.ID})
		}
	}
	return db.BulkInsert(ctx, tx, "sys_match", []string{"key", "record", "type"}, rows)
}
