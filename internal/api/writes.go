package api

import (
	"encoding/json"
	"net/http"
	"strconv"
	"strings"

	"kedang/internal/access"
	"kedang/internal/db"
	"kedang/internal/errs"
	"kedang/internal/record"
)

func (s *Server) create(w http.ResponseWriter, r *http.Request, a *access.Actor, typ string) error {
	var v map[string]any
	if err := readJSON(w, r, &v); err != nil {
		return err
	}
	saved, err := s.Store.Create(r.Context(), a, typ, v, options(r, a))
	if err != nil {
		return err
	}
	w.Header().Set("Location", "/api/v1/"+typ+"/"+db.FormatID(saved.ID))
	return s.answerSaved(w, r, a, typ, saved, http.StatusCreated)
}

// answerSaved answers the record as stored; a writer who may not read what he
// wrote gets its number alone.
func (s *Server) answerSaved(w http.ResponseWriter, r *http.Request, a *access.Actor, typ string, saved record.Saved, code int) error {
	if saved.Record != nil {
		return writeRecord(w, r, code, saved.Record, saved.Rev, saved.Warnings)
	}
	err := s.get(w, r, a, typ, saved.ID, code, saved.Warnings)
	if errs.Is(err, errs.NotFound) {
		return writeJSON(w, code, savedJSON(r, saved))
	}
	return err
}

func savedJSON(r *http.Request, saved record.Saved) map[string]any {
	out := map[string]any{"id": db.FormatID(saved.ID), "rev": saved.Rev}
	if saved.Number != "" {
		out["number"] = saved.Number
	}
	if len(saved.Warnings) > 0 {
		out["warnings"] = warnings(r, saved.Warnings)
	}
	return out
}

func (s *Server) patch(w http.ResponseWriter, r *http.Request, a *access.Actor, typ string, id int64) error {
	var v map[string]any
	if err := readJSON(w, r, &v); err != nil {
		return err
	}
	rev, err := ifMatch(r)
	if err != nil {
		return err
	}
	saved, err := s.Store.Update(r.Context(), a, typ, id, v, rev, options(r, a))
	if err != nil {
		return err
	}
	return s.answerSaved(w, r, a, typ, saved, http.StatusOK)
}

// ifMatch reads the revision a patch was made against; 0 when none is given.
func ifMatch(r *http.Request) (int64, error) {
	h := strings.Trim(strings.TrimPrefix(r.Header.Get("If-Match"), "W/"), `"`)
	if h == "" || h == "*" {
		return 0, nil
	}
	rev, err := strconv.ParseInt(h, 10, 64)
	if err != nil || rev < 1 {
		return 0, errs.RefuseField("If-Match", "bad_revision", nil)
	}
	return rev, nil
}

func options(r *http.Request, a *access.Actor) record.WriteOptions {
	return record.WriteOptions{Source: a.Source, IdempotencyKey: r.Header.Get("Idempotency-Key"), DryRun: r.URL.Query().Get("dry_run") == "true", Answer: true}
}

// act serves POST /{type}/{id}:verb.
func (s *Server) act(w http.ResponseWriter, r *http.Request, a *access.Actor, t target, id int64) error {
	if r.Method != http.MethodPost {
		return notAllowed(w, "POST")
	}
	var saved record.Saved
	var err error
	switch t.verb {
	case "archive":
		saved, err = s.Store.Archive(r.Context(), a, t.typ, id, options(r, a))
	case "restore":
		saved, err = s.Store.Restore(r.Context(), a, t.typ, id, options(r, a))
	case "assign":
		var b struct {
			Owner string `json:"owner"`
		}
		if err := readJSON(w, r, &b); err != nil {
			return err
		}
		owner, err := db.ParseID(b.Owner)
		if err != nil {
			return errs.RefuseField("owner", "bad_id", nil)
		}
		saved, err = s.Store.Assign(r.Context(), a, t.typ, id, owner, options(r, a))
		if err != nil {
			return err
		}
	case "undo":
		var b struct {
			Rev int64 `json:"rev"`
		}
		if err := readJSON(w, r, &b); err != nil {
			return err
		}
		saved, err = s.Store.Undo(r.Context(), a, t.typ, id, b.Rev, options(r, a))
	case "reveal":
		return s.reveal(w, r, a, t.typ, id)
	case "purge":
		if err := s.Store.Purge(r.Context(), a, t.typ, id, options(r, a)); err != nil {
			return err
		}
		w.WriteHeader(http.StatusNoContent)
		return nil
	default:
		return errs.NotFoundf("path", r.URL.Path)
	}
	if err != nil {
		return err
	}
	return s.answerSaved(w, r, a, t.typ, saved, http.StatusOK)
}

// reveal opens one masked or sealed value, with a reason, on record.
func (s *Server) reveal(w http.ResponseWriter, r *http.Request, a *access.Actor, typ string, id int64) error {
	var b struct {
		Field  string `json:"field"`
		Reason string `json:"reason"`
	}
	if err := readJSON(w, r, &b); err != nil {
		return err
	}
	raw, err := s.Store.Reveal(r.Context(), a, typ, id, b.Field, b.Reason)
	if err != nil {
		return err
	}
	return writeJSON(w, http.StatusOK, map[string]any{"field": b.Field, "value": json.RawMessage(raw)})
}

var batchVerbs = map[string]bool{"create": true, "update": true, "archive": true, "restore": true, "assign": true, "purge": true}

// batch serves POST /{type}:batch {"ops":[{"verb":"create","values":{…}},…]}:
// all are stored or none.
func (s *Server) batch(w http.ResponseWriter, r *http.Request, a *access.Actor, typ string) error {
	var b struct {
		Ops []struct {
			Verb   string         `json:"verb"`
			Type   string         `json:"type"`
			ID     string         `json:"id"`
			Rev    int64          `json:"rev"`
			Values map[string]any `json:"values"`
		} `json:"ops"`
	}
	if err := readJSON(w, r, &b); err != nil {
		return err
	}
	if len(b.Ops) == 0 || len(b.Ops) > 500 {
		return errs.RefuseField("ops", "out_of_range", errs.Params{"min": 1, "max": 500})
	}
	ops := make([]record.Op, len(b.Ops))
	for i, o := range b.Ops {
		if !batchVerbs[o.Verb] {
			return errs.RefuseField("ops["+strconv.Itoa(i)+"].verb", "unknown_verb", errs.Params{"verb": o.Verb})
		}
		ops[i] = record.Op{Verb: o.Verb, Type: o.Type, IfRev: o.Rev, Values: o.Values}
		if o.Type == "" {
			ops[i].Type = typ
		}
		if o.ID != "" {
			id, err := db.ParseID(o.ID)
			if err != nil {
				return errs.RefuseField("ops["+strconv.Itoa(i)+"].id", "bad_id", nil)
			}
			ops[i].ID = id
		}
	}
	saved, err := s.Store.Batch(r.Context(), a, ops, options(r, a))
	if err != nil {
		return err
	}
	out := make([]map[string]any, len(saved))
	for i := range saved {
		out[i] = savedJSON(r, saved[i])
	}
	return writeJSON(w, http.StatusOK, map[string]any{"results": out})
}
