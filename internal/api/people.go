package api

import (
	"net/http"
	"strings"

	"kedang/internal/access"
	"kedang/internal/db"
)

// userJSON is a person as /sys/users shows him; what only administrators see
// is absent for others.
type userJSON struct {
	ID          string   `json:"id"`
	Number      string   `json:"number,omitempty"`
	Username    string   `json:"username"`
	Name        string   `json:"name"`
	Department  string   `json:"department,omitempty"`
	Manager     string   `json:"manager,omitempty"`
	Email       string   `json:"email,omitempty"`
	Phone       string   `json:"phone,omitempty"`
	Lang        string   `json:"lang,omitempty"`
	Zone        string   `json:"zone,omitempty"`
	Roles       []string `json:"roles,omitempty"`
	Active      bool     `json:"active"`
	HasPassword bool     `json:"has_password,omitempty"`
	CreatedAt   string   `json:"created_at"`
	UpdatedAt   string   `json:"updated_at"`
	SignedInAt  string   `json:"signed_in_at,omitempty"`
}

func asUser(u access.User) userJSON {
	return userJSON{db.FormatID(u.ID), u.Number, u.Username, u.Name, idOr(u.Department), idOr(u.Manager), u.Email, u.Phone, u.Lang, u.Zone,
		u.Roles, u.Active, u.HasPassword, stamp(u.CreatedAt), stamp(u.UpdatedAt), stampOr(u.SignedInAt)}
}

// users serves GET /sys/users?q=&department=&inactive=true&page_size=&page_token=.
func (s *Server) users(w http.ResponseWriter, r *http.Request, a *access.Actor) error {
	if err := only(r, "q", "department", "inactive", "page_size", "page_token"); err != nil {
		return err
	}
	v := r.URL.Query()
	limit, err := intParam(r, "page_size", 100, 1, 1000)
	if err != nil {
		return err
	}
	q := access.UserQuery{Text: v.Get("q"), Inactive: v.Get("inactive") == "true", Limit: limit}
	if q.Department, err = idField("department", v.Get("department")); err != nil {
		return err
	}
	if q.After, err = idField("page_token", v.Get("page_token")); err != nil {
		return err
	}
	list, err := s.Access.Users(r.Context(), a, q)
	if err != nil {
		return err
	}
	out := make([]userJSON, 0, len(list))
	for _, u := range list {
		out = append(out, asUser(u))
	}
	next := ""
	if len(list) == limit {
		next = out[limit-1].ID
	}
	return writeJSON(w, http.StatusOK, map[string]any{"items": out, "next_page_token": next})
}

// createUser serves POST /sys/users.
func (s *Server) createUser(w http.ResponseWriter, r *http.Request, a *access.Actor) error {
	var b struct {
		Username   string   `json:"username"`
		Name       string   `json:"name"`
		Password   string   `json:"password"`
		Department string   `json:"department"`
		Manager    string   `json:"manager"`
		Roles      []string `json:"roles"`
		Number     string   `json:"number"`
		Email      string   `json:"email"`
		Phone      string   `json:"phone"`
		Lang       string   `json:"lang"`
		Zone       string   `json:"zone"`
	}
	if err := readJSON(w, r, &b); err != nil {
		return err
	}
	n := access.NewUser{Username: b.Username, Name: b.Name, Password: b.Password, Roles: b.Roles, Number: b.Number, Email: b.Email, Phone: b.Phone, Lang: b.Lang, Zone: b.Zone}
	var err error
	if n.Department, err = idField("department", b.Department); err != nil {
		return err
	}
	if n.Manager, err = idField("manager", b.Manager); err != nil {
		return err
	}
	id, err := s.Access.CreateUser(r.Context(), a, n)
	if err != nil {
		return err
	}
	return s.answerUser(w, r, a, id, http.StatusCreated)
}

func (s *Server) answerUser(w http.ResponseWriter, r *http.Request, a *access.Actor, id int64, code int) error {
	u, err := s.Access.User(r.Context(), a, id)
	if err != nil {
		return err
	}
	return writeJSON(w, code, asUser(u))
}

// getUser serves GET /sys/users/{id}.
func (s *Server) getUser(w http.ResponseWriter, r *http.Request, a *access.Actor) error {
	id, err := idIn(r.PathValue("id"))
	if err != nil {
		return err
	}
	return s.answerUser(w, r, a, id, http.StatusOK)
}

// updateUser serves PATCH /sys/users/{id}: what is named changes; "active"
// lets the person in or keeps him out.
func (s *Server) updateUser(w http.ResponseWriter, r *http.Request, a *access.Actor) error {
	id, err := idIn(r.PathValue("id"))
	if err != nil {
		return err
	}
	var b struct {
		Username   *string   `json:"username"`
		Name       *string   `json:"name"`
		Number     *string   `json:"number"`
		Department *string   `json:"department"`
		Manager    *string   `json:"manager"`
		Roles      *[]string `json:"roles"`
		Email      *string   `json:"email"`
		Phone      *string   `json:"phone"`
		Lang       *string   `json:"lang"`
		Zone       *string   `json:"zone"`
		Active     *bool     `json:"active"`
	}
	if err := readJSON(w, r, &b); err != nil {
		return err
	}
	p := access.UserPatch{Username: b.Username, Name: b.Name, Number: b.Number, Roles: b.Roles, Email: b.Email, Phone: b.Phone, Lang: b.Lang, Zone: b.Zone}
	if p.Department, err = idPatch("department", b.Department); err != nil {
		return err
	}
	if p.Manager, err = idPatch("manager", b.Manager); err != nil {
		return err
	}
	if p != (access.UserPatch{}) {
		if err := s.Access.UpdateUser(r.Context(), a, id, p); err != nil {
			return err
		}
	}
	if b.Active != nil {
		// Own rights may have changed a moment ago.
		if a, err = s.Access.Refresh(r.Context(), a); err != nil {
			return err
		}
		if err := s.Access.SetActive(r.Context(), a, id, *b.Active); err != nil {
			return err
		}
	}
	return s.answerUser(w, r, a, id, http.StatusOK)
}

// idPatch reads an id of a patch: absent stays, "" empties.
func idPatch(path string, text *string) (*int64, error) {
	if text == nil {
		return nil, nil
	}
	id, err := idField(path, strings.TrimSpace(*text))
	return &id, err
}

// resetPassword serves POST /sys/users/{id}/password-reset: a one-time code,
// told this once.
func (s *Server) resetPassword(w http.ResponseWriter, r *http.Request, a *access.Actor) error {
	id, err := idIn(r.PathValue("id"))
	if err != nil {
		return err
	}
	code, err := s.Access.ResetPassword(r.Context(), a, id)
	if err != nil {
		return err
	}
	return writeJSON(w, http.StatusCreated, map[string]any{"code": code})
}
