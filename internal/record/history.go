package record

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"strconv"
	"time"

	"kedang/internal/access"
	"kedang/internal/db"
	"kedang/internal/errs"
	"kedang/internal/ledger"
	"kedang/internal/meta"
)

// A history payload is a JSON object: field id (or the name of a built-in
// column) -> [from, to] in API form; a new record has [null, to]. Sealed
// values stand as base64 of their ciphertext, so that destroying a customer's
// key empties the past too.

// history appends what changed to the ledger.
func (w *writing) history() error {
	if w.nothing() {
		return nil
	}
	return w.s.Ledger.Append(w.ctx, w.tx, w.entry())
}

// entry is the ledger's entry of this write.
func (w *writing) entry() *ledger.Entry {
	action := w.op.Verb
	if w.opts.Undo {
		action = "undo"
	}
	e := &ledger.Entry{At: ms(w.now), Kind: "write", Actor: w.actor.ID, ActorName: w.actor.Name, Source: w.source(),
		Type: w.t.ID, Record: w.row.ID, Rev: w.row.Rev, Action: action, Payload: w.payload()}
	if !w.op.At.IsZero() {
		e.ID = w.newID()
	}
	return e
}

func (w *writing) payload() []byte {
	buf := make([]byte, 0, 512)
	buf = append(buf, '{')
	for _, f := range w.changed {
		if f.Formula != "" || f.Rollup != nil {
			continue // computed from what is on record
		}
		buf = appendKey(buf, strconv.FormatInt(f.ID, 10))
		var from any
		if w.old != nil {
			from = w.old.Values[f.Slot]
		}
		buf = appendStored(append(buf, '['), f, from)
		buf = appendStored(append(buf, ','), f, w.row.Values[f.Slot])
		buf = append(buf, ']')
	}
	var old Row
	if w.old != nil {
		old = *w.old
	}
	buf = appendIDs(buf, "owner", old.Owner, w.row.Owner)
	buf = appendIDs(buf, "department", old.Department, w.row.Department)
	if old.ArchivedAt != w.row.ArchivedAt {
		buf = appendKey(buf, "archived_at")
		buf = appendTime(append(buf, '['), old.ArchivedAt)
		buf = append(appendTime(append(buf, ','), w.row.ArchivedAt), ']')
	}
	if old.Number != w.row.Number {
		buf = appendKey(buf, "number")
		buf = strconv.AppendQuote(append(buf, "[null,"...), w.row.Number)
		buf = append(buf, ']')
	}
	return append(buf, '}')
}

func appendKey(buf []byte, name string) []byte {
	if buf[len(buf)-1] != '{' {
		buf = append(buf, ',')
	}
	buf = append(buf, '"')
	buf = append(buf, name...)
	return append(buf, '"', ':')
}

func appendIDs(buf []byte, name string, from, to int64) []byte {
	if from == to {
		return buf
	}
	buf = appendKey(buf, name)
	buf = appendID(append(buf, '['), from)
	return append(appendID(append(buf, ','), to), ']')
}

func appendID(buf []byte, id int64) []byte {
	if id == 0 {
		return append(buf, "null"...)
	}
	return append(append(append(buf, '"'), db.FormatID(id)...), '"')
}

func appendTime(buf []byte, at int64) []byte {
	if at == 0 {
		return append(buf, "null"...)
	}
	return time.UnixMilli(at).UTC().AppendFormat(append(buf, '"'), `2006-01-02T15:04:05.000Z"`)
}

// appendStored appends a field's value in API form; child rows with their ids.
func appendStored(buf []byte, f *meta.Field, v any) []byte {
	switch x := v.(type) {
	case nil:
		return append(buf, "null"...)
	case sealedValue:
		buf = append(buf, `{"sealed":"`...)
		buf = base64.StdEncoding.AppendEncode(buf, x.cipher)
		return append(buf, `"}`...)
	}
	return f.Kind.AppendJSON(buf, f, v)
}

// HistoryEntry is one write of a record as today's reader may see it.
type HistoryEntry struct {
	ID      string            `json:"id"`
	At      string            `json:"at"`
	Rev     int64             `json:"rev"`
	Action  string            `json:"action"`
	Actor   string            `json:"actor,omitempty"`
	Name    string            `json:"actor_name"`
	Source  string            `json:"source"`
	Changes map[string]FromTo `json:"changes"`
}

// FromTo is a field's value before and after a write, in API form.
type FromTo struct {
	From json.RawMessage `json:"from"`
	To   json.RawMessage `json:"to"`
}

// History lists the writes of a record, newest first, before a ledger id (0:
// from the newest). Today's rights govern the past: hidden fields are left
// out, masked and sealed ones show that they changed and no value.
func (s *Store) History(ctx context.Context, a *access.Actor, typ string, id, before int64, limit int) (out []HistoryEntry, err error) {
	defer errs.Wrap(&err, "Store.History(%s, %d)", typ, id)
	t, err := s.readable(a, typ)
	if err != nil {
		return nil, err
	}
	err = s.DB.Read(ctx, func(tx db.Tx) error {
		if _, err := s.withHistory(ctx, tx, a, t, id); err != nil {
			return err
		}
		entries, err := s.Ledger.OfRecord(ctx, tx, id, before, limit)
		if err != nil {
			return err
		}
		for _, e := range entries {
			if e.Kind == "write" {
				out = append(out, s.historyEntry(a, t, e))
			}
		}
		return nil
	})
	return out, err
}

func (s *Store) historyEntry(a *access.Actor, t *meta.Type, e ledger.Entry) HistoryEntry {
	h := HistoryEntry{ID: db.FormatID(e.ID), At: string(appendTime(nil, e.At)), Rev: e.Rev, Action: e.Action, Name: e.ActorName, Source: e.Source}
	h.At = h.At[1 : len(h.At)-1]
	if e.Actor != 0 {
		h.Actor = db.FormatID(e.Actor)
	}
	var raw map[string][2]json.RawMessage
	if e.Payload == nil || json.Unmarshal(e.Payload, &raw) != nil {
		return h
	}
	h.Changes = make(map[string]FromTo, len(raw))
	for key, pair := range raw {
		name, level := key, meta.Read
		if fieldID, err := strconv.ParseInt(key, 10, 64); err == nil {
			f := t.FieldByID(fieldID)
			if f == nil {
				continue // parked or dropped since
			}
			name, level = f.Name, a.Level(t, f)
			if f.Sealed && level > meta.Masked {
				level = meta.Masked // ciphertext is opened by a reveal, never by history
			}
		}
		switch {
		case level == meta.Hidden:
		case level == meta.Masked:
			h.Changes[name] = FromTo{From: masked(pair[0]), To: masked(pair[1])}
		default:
			h.Changes[name] = FromTo{From: pair[0], To: pair[1]}
		}
	}
	return h
}

// masked stands for a value the reader may not see in the past.
func masked(v json.RawMessage) json.RawMessage {
	if string(v) == "null" {
		return v
	}
	return json.RawMessage(`{"masked":true}`)
}

// withHistory loads a record whose history the actor may read.
func (s *Store) withHistory(ctx context.Context, tx db.Tx, a *access.Actor, t *meta.Type, id int64) (*Row, error) {
	r, err := s.seen(ctx, tx, a, t, id)
	if err != nil {
		return nil, err
	}
	if ok, _ := s.allowed(a, "history", r, s.loader(ctx, tx)); !ok {
		return nil, errs.New(errs.Forbidden, "forbidden", errs.Params{"verb": "history", "type": t.Name})
	}
	return r, nil
}

// seen loads a record the actor may read; anything else is not found.
func (s *Store) seen(ctx context.Context, tx db.Tx, a *access.Actor, t *meta.Type, id int64) (*Row, error) {
	r, err := s.load(ctx, tx, t, id)
	if err != nil {
		return nil, err
	}
	if ok, _ := s.allowed(a, "read", r, s.loader(ctx, tx)); !ok {
		return nil, errs.NotFoundf(t.Name, db.FormatID(id))
	}
	return r, nil
}

// readable finds a type by name or alias; one the actor may read nothing of is unknown.
func (s *Store) readable(a *access.Actor, typ string) (*meta.Type, error) {
	t, ok := s.Schema().Type(typ)
	if !ok || a.Scope(t, "read").None() {
		return nil, errs.NotFoundf("type", typ)
	}
	return t, nil
}
