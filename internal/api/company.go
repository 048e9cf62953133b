package api

import (
	"net/http"

	"kedang/internal/access"
	"kedang/internal/company"
	"kedang/internal/db"
	"kedang/internal/job"
)

// companyJSON is what an administrator sees and sets.
type companyJSON struct {
	Name     string `json:"name"`
	Zone     string `json:"zone"`
	Lang     string `json:"lang"`
	Currency string `json:"currency"`
	Restart  bool   `json:"restart"` // another zone is in force until the server starts anew
}

func (s *Server) companyJSON(c company.Settings) companyJSON {
	return companyJSON{c.Name, c.Zone, c.Lang, c.Currency, c.Zone != s.Store.Zone.String()}
}

// company serves GET /sys/company.
func (s *Server) company(w http.ResponseWriter, r *http.Request, a *access.Actor) error {
	if err := mustAdmin(a); err != nil {
		return err
	}
	c, err := s.Company.Settings(r.Context())
	if err != nil {
		return err
	}
	return writeJSON(w, http.StatusOK, s.companyJSON(c))
}

// updateCompany serves PATCH /sys/company {"name","zone","lang","currency"}.
func (s *Server) updateCompany(w http.ResponseWriter, r *http.Request, a *access.Actor) error {
	if err := mustAdmin(a); err != nil {
		return err
	}
	var b company.Changes
	if err := readJSON(w, r, &b); err != nil {
		return err
	}
	c, err := s.Company.Change(r.Context(), a, b)
	if err != nil {
		return err
	}
	return writeJSON(w, http.StatusOK, s.companyJSON(c))
}

// stateJSON is how the server stands, for administrators.
type stateJSON struct {
	Version   string           `json:"version"`
	Database  string           `json:"database"` // sqlite, postgres
	Bytes     int64            `json:"bytes"`
	StartedAt string           `json:"started_at"`
	Backup    *backupJSON      `json:"backup"`
	Check     *checkJSON       `json:"check"`
	Jobs      map[string]int64 `json:"jobs"`
}

type backupJSON struct {
	At    string `json:"at"`
	Bytes int64  `json:"bytes"`
}

type checkJSON struct {
	At       string `json:"at"`
	Problems int    `json:"problems"`
}

// state serves GET /sys/state.
func (s *Server) state(w http.ResponseWriter, r *http.Request, a *access.Actor) error {
	if err := mustAdmin(a); err != nil {
		return err
	}
	out := stateJSON{Version: s.Version, Database: "sqlite", StartedAt: stamp(s.started), Jobs: map[string]int64{}}
	if s.DB.Dialect() == db.Postgres {
		out.Database = "postgres"
	}
	var err error
	if out.Bytes, err = s.DB.Bytes(r.Context()); err != nil {
		return err
	}
	backup, check, err := s.Company.Care(r.Context())
	if err != nil {
		return err
	}
	if backup != nil {
		out.Backup = &backupJSON{stamp(backup.At), backup.Bytes}
	}
	if check != nil {
		out.Check = &checkJSON{stamp(check.At), check.Problems}
	}
	counts, err := s.Jobs.Counts(r.Context())
	if err != nil {
		return err
	}
	for _, state := range []job.State{job.Waiting, job.Running, job.Failed} {
		out.Jobs[string(state)] = counts[state]
	}
	return writeJSON(w, http.StatusOK, out)
}
