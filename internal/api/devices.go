package api

import (
	"net/http"
	"time"

	"kedang/internal/access"
	"kedang/internal/db"
	"kedang/internal/errs"
)

// sessions lists where the actor is signed in.
func (s *Server) sessions(w http.ResponseWriter, r *http.Request, a *access.Actor) error {
	type device struct {
		ID        string `json:"id"`
		CreatedAt string `json:"created_at"`
		SeenAt    string `json:"seen_at"`
		ExpiresAt string `json:"expires_at"`
		Address   string `json:"address"`
		Agent     string `json:"agent"`
		Current   bool   `json:"current"`
	}
	list, err := s.Access.Sessions(r.Context(), a)
	if err != nil {
		return err
	}
	out := make([]device, 0, len(list))
	for _, d := range list {
		out = append(out, device{db.FormatID(d.ID), stamp(d.CreatedAt), stampOr(d.SeenAt), stamp(d.ExpiresAt), d.Address, d.Agent, d.Current})
	}
	return writeJSON(w, http.StatusOK, map[string]any{"items": out})
}

// endSession ends one of them.
func (s *Server) endSession(w http.ResponseWriter, r *http.Request, a *access.Actor) error {
	id, err := idIn(r.PathValue("id"))
	if err != nil {
		return err
	}
	if err := s.Access.EndSession(r.Context(), a, id); err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

// tokens lists the actor's tokens, or with ?user= those of somebody, for an
// administrator.
func (s *Server) tokens(w http.ResponseWriter, r *http.Request, a *access.Actor) error {
	type token struct {
		ID        string `json:"id"`
		Name      string `json:"name"`
		Hint      string `json:"hint"`
		CreatedAt string `json:"created_at"`
		CreatedBy string `json:"created_by"`
		SeenAt    string `json:"seen_at,omitempty"`
		ExpiresAt string `json:"expires_at,omitempty"`
	}
	user, err := s.userOr(r.URL.Query().Get("user"), a)
	if err != nil {
		return err
	}
	list, err := s.Access.Tokens(r.Context(), a, user)
	if err != nil {
		return err
	}
	out := make([]token, 0, len(list))
	for _, t := range list {
		out = append(out, token{db.FormatID(t.ID), t.Name, t.Hint, stamp(t.CreatedAt), idOr(t.CreatedBy), stampOr(t.SeenAt), stampOr(t.ExpiresAt)})
	}
	return writeJSON(w, http.StatusOK, map[string]any{"items": out})
}

func (s *Server) userOr(text string, a *access.Actor) (int64, error) {
	id, err := idField("user", text)
	if id == 0 {
		id = a.ID
	}
	return id, err
}

// createToken serves POST /sys/tokens {"name","expires_at","user"}: the secret
// is told this once.
func (s *Server) createToken(w http.ResponseWriter, r *http.Request, a *access.Actor) error {
	var b struct {
		User      string `json:"user"`
		Name      string `json:"name"`
		ExpiresAt string `json:"expires_at"`
	}
	if err := readJSON(w, r, &b); err != nil {
		return err
	}
	user, err := s.userOr(b.User, a)
	if err != nil {
		return err
	}
	var expires time.Time
	if b.ExpiresAt != "" {
		if expires, err = time.Parse(time.RFC3339, b.ExpiresAt); err != nil {
			return errs.RefuseField("expires_at", "bad_datetime", errs.Params{"value": b.ExpiresAt})
		}
	}
	secret, err := s.Access.CreateToken(r.Context(), a, user, b.Name, expires)
	if err != nil {
		return err
	}
	return writeJSON(w, http.StatusCreated, map[string]any{"token": secret})
}

// revokeToken ends a token at once.
func (s *Server) revokeToken(w http.ResponseWriter, r *http.Request, a *access.Actor) error {
	id, err := idIn(r.PathValue("id"))
	if err != nil {
		return err
	}
	if err := s.Access.RevokeToken(r.Context(), a, id); err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}
