package api

import (
	"encoding/json"
	"net/http"
	"time"

	"kedang/internal/access"
	"kedang/internal/db"
	"kedang/internal/errs"
	"kedang/internal/ledger"
	"kedang/internal/meta"
)

// auditorRole sees the whole log without being an administrator; packs
// declare it.
const auditorRole = "auditor"

// auditEntry is one line of the log. The payload of a write is left out: what
// changed is read through the record's history, under the rights of today.
type auditEntry struct {
	ID     string          `json:"id"`
	At     string          `json:"at"`
	Kind   string          `json:"kind"`
	Action string          `json:"action"`
	Actor  string          `json:"actor,omitempty"`
	Name   string          `json:"actor_name"`
	Source string          `json:"source"`
	Type   string          `json:"type,omitempty"`
	Record string          `json:"record,omitempty"`
	Rev    int64           `json:"rev,omitempty"`
	Detail json.RawMessage `json:"detail,omitempty"`
}

// audit serves GET /sys/audit?kind=&actor=&type=&record=&from=&to=.
func (s *Server) audit(w http.ResponseWriter, r *http.Request, a *access.Actor) error {
	if !a.Admin && !a.Has(auditorRole) {
		return errs.New(errs.Forbidden, "not_administrator", nil)
	}
	schema := s.Store.Schema()
	f, err := auditFilter(r, schema)
	if err != nil {
		return err
	}
	limit, err := intParam(r, "page_size", 100, 1, 1000)
	if err != nil {
		return err
	}
	before, err := idField("page_token", r.URL.Query().Get("page_token"))
	if err != nil {
		return err
	}
	var list []ledger.Entry
	err = s.DB.Read(r.Context(), func(tx db.Tx) error {
		list, err = s.Ledger.List(r.Context(), tx, f, before, limit)
		return err
	})
	if err != nil {
		return err
	}
	out := make([]auditEntry, 0, len(list))
	for i := range list {
		out = append(out, asAudit(&list[i], schema))
	}
	next := ""
	if len(list) == limit {
		next = out[limit-1].ID
	}
	return writeJSON(w, http.StatusOK, map[string]any{"items": out, "next_page_token": next})
}

func asAudit(e *ledger.Entry, schema *meta.Schema) auditEntry {
	x := auditEntry{ID: db.FormatID(e.ID), At: stamp(time.UnixMilli(e.At)), Kind: e.Kind, Action: e.Action, Actor: idOr(e.Actor), Name: e.ActorName,
		Source: e.Source, Record: idOr(e.Record), Rev: e.Rev}
	if t := schema.TypeByID(e.Type); t != nil && e.Type != 0 {
		x.Type = t.Name
	}
	if e.Kind != ledger.Write && json.Valid(e.Payload) {
		x.Detail = e.Payload
	}
	return x
}

func auditFilter(r *http.Request, schema *meta.Schema) (f ledger.Filter, err error) {
	if err := only(r, "kind", "actor", "record", "type", "from", "to", "page_size", "page_token"); err != nil {
		return f, err
	}
	v := r.URL.Query()
	f.Kinds = listParam(v.Get("kind"))
	if f.Actor, err = idField("actor", v.Get("actor")); err != nil {
		return f, err
	}
	if f.Record, err = idField("record", v.Get("record")); err != nil {
		return f, err
	}
	if name := v.Get("type"); name != "" {
		t, ok := schema.Type(name)
		if !ok {
			return f, errs.RefuseField("type", "unknown_type", errs.Params{"type": name})
		}
		f.Type = t.ID
	}
	for name, to := range map[string]*time.Time{"from": &f.From, "to": &f.To} {
		if text := v.Get(name); text != "" {
			if *to, err = time.Parse(time.RFC3339, text); err != nil {
				return f, errs.RefuseField(name, "bad_datetime", errs.Params{"value": text})
			}
		}
	}
	return f, nil
}
