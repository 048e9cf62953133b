package record

import (
	"bytes"
	"context"
	"encoding/json"
	"slices"
	"strconv"

	"kedang/internal/access"
	"kedang/internal/db"
	"kedang/internal/errs"
	"kedang/internal/ledger"
	"kedang/internal/meta"
)

// Undo takes the write that made revision rev back, by an ordinary write of
// today's actor: a created record is archived, an archived one restored,
// changed fields get their earlier values. Fields changed again since are
// refused as conflicts; nothing is undone then.
func (s *Store) Undo(ctx context.Context, a *access.Actor, typ string, id, rev int64, o WriteOptions) (saved Saved, err error) {
	defer errs.Wrap(&err, "Store.Undo(%s, %d, rev %d)", typ, id, rev)
	t, err := s.readable(a, typ)
	if err != nil {
		return Saved{}, err
	}
	var op Op
	err = s.DB.Read(ctx, func(tx db.Tx) error {
		r, err := s.seen(ctx, tx, a, t, id)
		if err != nil {
			return err
		}
		e, err := s.entryOf(ctx, tx, id, rev)
		if err != nil {
			return err
		}
		op, err = s.reverse(a, t, r, e)
		return err
	})
	if err != nil {
		return Saved{}, err
	}
	o.Undo = true
	return s.one(ctx, a, op, o)
}

// entryOf finds the ledger's entry that made a revision.
func (s *Store) entryOf(ctx context.Context, tx db.Tx, id, rev int64) (ledger.Entry, error) {
	for before := int64(0); ; {
		entries, err := s.Ledger.OfRecord(ctx, tx, id, before, 100)
		if err != nil {
			return ledger.Entry{}, err
		}
		for _, e := range entries {
			if e.Kind == "write" && e.Rev == rev {
				return e, nil
			}
		}
		if len(entries) < 100 {
			return ledger.Entry{}, errs.NotFoundf("revision", rev)
		}
		before = entries[len(entries)-1].ID
	}
}

// reverse makes the write that takes an entry back.
func (s *Store) reverse(a *access.Actor, t *meta.Type, r *Row, e ledger.Entry) (Op, error) {
	op := Op{Verb: "update", Type: t.Name, ID: r.ID, IfRev: r.Rev, Values: Values{}}
	var raw map[string][2]json.RawMessage
	if e.Payload == nil || json.Unmarshal(e.Payload, &raw) != nil {
		return op, errs.New(errs.Conflict, "undo_redacted", nil)
	}
	if e.Rev == 1 {
		return Op{Verb: "archive", Type: t.Name, ID: r.ID}, nil
	}
	if pair, ok := raw["archived_at"]; ok {
		op.Verb, op.Values = "archive", nil
		if string(pair[0]) == "null" {
			op.Verb = "restore"
		}
		return op, nil
	}
	return op, s.reverseFields(a, t, r, raw, &op)
}

func (s *Store) reverseFields(a *access.Actor, t *meta.Type, r *Row, raw map[string][2]json.RawMessage, op *Op) error {
	var problems []errs.Problem
	for key, pair := range raw {
		if key == "owner" {
			if now := appendID(nil, r.Owner); !bytes.Equal(now, pair[1]) {
				problems = append(problems, errs.Problem{Path: key, Code: "conflict", Params: errs.Params{
					"mine": pair[0], "stored": json.RawMessage(now), "original": pair[1]}})
				continue
			}
			op.Values["owner"] = jsonValue(pair[0])
			continue
		}
		fieldID, err := strconv.ParseInt(key, 10, 64)
		if err != nil {
			continue // department follows the owner
		}
		f := t.FieldByID(fieldID)
		if f == nil || a.Level(t, f) == meta.Hidden {
			continue
		}
		if f.Sealed {
			problems = append(problems, errs.Problem{Path: f.Name, Code: "undo_sealed"})
			continue
		}
		now := appendStored(nil, f, r.Values[f.Slot])
		if !bytes.Equal(now, pair[1]) {
			problems = append(problems, errs.Problem{Path: f.Name, Code: "conflict", Params: errs.Params{
				"mine": pair[0], "stored": json.RawMessage(now), "original": pair[1]}})
			continue
		}
		op.Values[f.Name] = jsonValue(pair[0])
	}
	if len(problems) > 0 {
		return &errs.Error{Kind: errs.Conflict, Code: "conflict", Problems: problems}
	}
	return nil
}

// jsonValue reads a kept value as an input value; numbers stay exact.
func jsonValue(raw json.RawMessage) any {
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	var v any
	if d.Decode(&v) != nil {
		return nil
	}
	return v
}

// EditedSince tells whether a record was written after a revision by anything
// but the sources named, and which revision it has now.
func (s *Store) EditedSince(ctx context.Context, id, rev int64, except ...string) (edited bool, now int64, err error) {
	defer errs.Wrap(&err, "Store.EditedSince(%d, %d)", id, rev)
	err = s.DB.Read(ctx, func(tx db.Tx) error {
		edited, now = false, 0
		for before := int64(0); ; {
			entries, err := s.Ledger.OfRecord(ctx, tx, id, before, 100)
			if err != nil {
				return err
			}
			for _, e := range entries {
				if e.Kind != ledger.Write {
					continue
				}
				now = max(now, e.Rev)
				if e.Rev <= rev {
					return nil
				}
				edited = edited || !slices.Contains(except, e.Source)
			}
			if len(entries) < 100 {
				return nil
			}
			before = entries[len(entries)-1].ID
		}
	})
	return edited, now, err
}
