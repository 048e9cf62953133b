package api

import (
	"net/http"
	"strings"

	"kedang/internal/access"
	"kedang/internal/db"
	"kedang/internal/errs"
)

// checkEntry is a problem or warning with the field it belongs to.
type checkEntry struct {
	problemEntry
	Field string `json:"field"`
}

// check serves POST /{type}:check {"id":"…","values":{…}}: what a write would
// come to, nothing stored. id is the record being edited.
func (s *Server) check(w http.ResponseWriter, r *http.Request, a *access.Actor, typ string) error {
	var b struct {
		ID     string         `json:"id"`
		Values map[string]any `json:"values"`
	}
	if err := readJSON(w, r, &b); err != nil {
		return err
	}
	var id int64
	if b.ID != "" {
		var err error
		if id, err = db.ParseID(b.ID); err != nil {
			return errs.RefuseField("id", "bad_id", nil)
		}
	}
	tried, err := s.Store.Try(r.Context(), a, typ, id, b.Values)
	if err != nil {
		return err
	}
	out := map[string]any{"problems": checkEntries(r, tried.Problems), "warnings": checkEntries(r, tried.Warnings), "computed": tried.Computed}
	if tried.Defaults != nil {
		out["defaults"] = tried.Defaults
	}
	return writeJSON(w, http.StatusOK, out)
}

func checkEntries(r *http.Request, list []errs.Problem) []checkEntry {
	out := make([]checkEntry, 0, len(list))
	for _, p := range list {
		field := p.Path
		if i := strings.IndexAny(field, "[."); i >= 0 {
			field = field[:i]
		}
		out = append(out, checkEntry{entry(lang(r), p), field})
	}
	return out
}

// why serves GET /{type}/{id}/why/{field}: why a value is what it is.
func (s *Server) why(w http.ResponseWriter, r *http.Request, a *access.Actor, t target, id int64) error {
	out, err := s.Store.Why(r.Context(), a, t.typ, id, t.more)
	if err != nil {
		return err
	}
	return writeJSON(w, http.StatusOK, out)
}
