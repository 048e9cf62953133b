package api

import (
	"net/http"
	"strings"
	"time"

	"kedang/internal/access"
	"kedang/internal/db"
	"kedang/internal/errs"
)

// cookieAge is how long a browser keeps the cookie, in seconds; the session
// behind it may end earlier.
const cookieAge = 30 * 24 * 3600

// signIn serves POST /session {"username","password","cookie"}: it answers
// {"token","user"} and sets the session's cookie, unless "cookie" is false.
func (s *Server) signIn(w http.ResponseWriter, r *http.Request, _ *access.Actor) error {
	var b struct {
		Username string `json:"username"`
		Password string `json:"password"`
		Cookie   *bool  `json:"cookie"`
	}
	if err := readJSON(w, r, &b); err != nil {
		return err
	}
	token, a, err := s.Access.SignIn(r.Context(), b.Username, b.Password, s.clientIP(r), r.UserAgent())
	if err != nil {
		return err
	}
	if b.Cookie == nil || *b.Cookie {
		s.setCookie(w, r, token, cookieAge)
	}
	me, err := s.me(r, a)
	if err != nil {
		return err
	}
	return writeJSON(w, http.StatusCreated, map[string]any{"token": token, "user": me})
}

// person is who is signed in, as the web app needs to know him.
type person struct {
	ID         string   `json:"id"`
	Username   string   `json:"username"`
	Name       string   `json:"name"`
	Roles      []string `json:"roles"`
	Admin      bool     `json:"admin"`
	Department *ref     `json:"department,omitempty"`
	Branch     string   `json:"branch,omitempty"`
	Email      string   `json:"email,omitempty"`
	Phone      string   `json:"phone,omitempty"`
	Lang       string   `json:"lang"`
	Zone       string   `json:"zone"`
}

// ref is a link as records show it.
type ref struct {
	ID    string `json:"id"`
	Title string `json:"title"`
}

func (s *Server) me(r *http.Request, a *access.Actor) (person, error) {
	u, err := s.Access.User(r.Context(), a, a.ID)
	if err != nil {
		return person{}, err
	}
	p := person{ID: db.FormatID(a.ID), Username: a.Username, Name: a.Name, Roles: a.Roles, Admin: a.Admin, Branch: a.Branch,
		Email: u.Email, Phone: u.Phone, Lang: a.Lang, Zone: a.Zone.String()}
	if p.Roles == nil {
		p.Roles = []string{}
	}
	if a.Department == 0 {
		return p, nil
	}
	all, err := s.Access.Departments(r.Context(), a)
	for _, d := range all {
		if d.ID == a.Department {
			p.Department = &ref{db.FormatID(d.ID), d.Name}
		}
	}
	return p, err
}

// session serves GET /session: who am I, and where.
func (s *Server) session(w http.ResponseWriter, r *http.Request, a *access.Actor) error {
	known, err := s.known(r, a)
	if err != nil {
		return err
	}
	return writeJSON(w, http.StatusOK, known)
}

// known is what GET /session answers.
func (s *Server) known(r *http.Request, a *access.Actor) (map[string]any, error) {
	me, err := s.me(r, a)
	if err != nil {
		return nil, err
	}
	c, err := s.Company.Settings(r.Context())
	if err != nil {
		return nil, err
	}
	return map[string]any{
		"user":   me,
		"server": map[string]any{"version": s.Version, "company": c.Name, "currency": c.Currency, "demo": s.Demo, "zone": s.Store.Zone.String(), "schema": s.Store.Schema().Version(), "now": stamp(s.Clock())},
	}, nil
}

// secret is the token or cookie a request came with; "" for none.
func (s *Server) secret(r *http.Request) string {
	if token, ok := bearer(r); ok {
		return token
	}
	c, err := r.Cookie(s.cookie(r))
	if err != nil {
		return ""
	}
	return c.Value
}

// signOut ends the session the request came with, and forgets the cookie. A
// token made for a program is not ended by it.
func (s *Server) signOut(w http.ResponseWriter, r *http.Request, a *access.Actor) error {
	if a.Session != 0 {
		if err := s.Access.SignOut(r.Context(), s.secret(r)); err != nil {
			return err
		}
	}
	s.setCookie(w, r, "", -1)
	w.WriteHeader(http.StatusNoContent)
	return nil
}

// firstRun tells whether this company still waits for its administrator.
func (s *Server) firstRun(w http.ResponseWriter, r *http.Request, _ *access.Actor) error {
	_, needed, err := s.Access.FirstRun(r.Context())
	if err != nil {
		return err
	}
	c, err := s.Company.Settings(r.Context())
	if err != nil {
		return err
	}
	return writeJSON(w, http.StatusOK, map[string]any{"needed": needed, "company": c.Name, "demo": s.Demo})
}

// claim makes the first administrator, for the code from the console.
func (s *Server) claim(w http.ResponseWriter, r *http.Request, _ *access.Actor) error {
	var b struct {
		Code     string `json:"code"`
		Username string `json:"username"`
		Name     string `json:"name"`
		Password string `json:"password"`
		Email    string `json:"email"`
		Lang     string `json:"lang"`
	}
	if err := readJSON(w, r, &b); err != nil {
		return err
	}
	id, err := s.Access.Claim(r.Context(), b.Code, access.NewUser{Username: b.Username, Name: b.Name, Password: b.Password, Email: b.Email, Lang: b.Lang})
	if err != nil {
		return err
	}
	return writeJSON(w, http.StatusCreated, map[string]any{"id": db.FormatID(id)})
}

// changePassword serves POST /sys/password {"old","password"}.
func (s *Server) changePassword(w http.ResponseWriter, r *http.Request, a *access.Actor) error {
	var b struct {
		Old      string `json:"old"`
		Password string `json:"password"`
	}
	if err := readJSON(w, r, &b); err != nil {
		return err
	}
	if err := s.Access.ChangePassword(r.Context(), a, b.Old, b.Password); err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

// usePasswordCode serves POST /sys/password-reset {"username","code","password"}.
func (s *Server) usePasswordCode(w http.ResponseWriter, r *http.Request, _ *access.Actor) error {
	var b struct {
		Username string `json:"username"`
		Code     string `json:"code"`
		Password string `json:"password"`
	}
	if err := readJSON(w, r, &b); err != nil {
		return err
	}
	if err := s.Access.UsePasswordCode(r.Context(), b.Username, b.Code, b.Password, s.clientIP(r)); err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

// bearer reads an Authorization header of the Bearer scheme.
func bearer(r *http.Request) (string, bool) {
	scheme, token, ok := strings.Cut(r.Header.Get("Authorization"), " ")
	return strings.TrimSpace(token), ok && strings.EqualFold(scheme, "Bearer")
}

// stamp writes a moment as records do: RFC 3339 in UTC with milliseconds.
func stamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z") }

// stampOr is stamp, "" for the zero time.
func stampOr(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return stamp(t)
}

// idOr writes an id, "" for none.
func idOr(id int64) string {
	if id == 0 {
		return ""
	}
	return db.FormatID(id)
}

// idField reads an id of a body; "" is none.
func idField(path, text string) (int64, error) {
	if text == "" {
		return 0, nil
	}
	id, err := db.ParseID(text)
	if err != nil {
		return 0, errs.RefuseField(path, "bad_id", nil)
	}
	return id, nil
}
