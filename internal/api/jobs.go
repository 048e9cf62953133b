package api

import (
	"encoding/json"
	"net/http"
	"time"

	"kedang/internal/access"
	"kedang/internal/db"
	"kedang/internal/errs"
	"kedang/internal/job"
	"kedang/internal/ledger"
	"kedang/internal/text"
)

// jobJSON is a job as its owner sees it.
type jobJSON struct {
	ID        string          `json:"id"`
	Kind      string          `json:"kind"`
	Actor     string          `json:"actor,omitempty"` // who started it; nobody for what the server does by itself
	State     string          `json:"state"`
	Title     string          `json:"title,omitempty"`
	Note      string          `json:"note,omitempty"`
	Done      int64           `json:"done"`
	Total     int64           `json:"total,omitempty"`
	Attempt   int64           `json:"attempt"`
	Code      string          `json:"code,omitempty"`
	Message   string          `json:"message,omitempty"`
	Result    json.RawMessage `json:"result,omitempty"`
	CreatedAt string          `json:"created_at"`
	StartedAt string          `json:"started_at,omitempty"`
	EndedAt   string          `json:"ended_at,omitempty"`
}

func asJob(l text.Lang, j *job.Job) jobJSON {
	out := jobJSON{ID: db.FormatID(j.ID), Kind: j.Kind, Actor: idOr(j.Actor), State: string(j.State), Done: j.Done, Total: j.Total, Attempt: j.Attempt, Code: j.Code,
		Result: j.Result, CreatedAt: stamp(time.UnixMilli(j.CreatedAt)), StartedAt: stampMs(j.StartedAt), EndedAt: stampMs(j.EndedAt)}
	if j.Title != "" {
		var params map[string]any
		if json.Unmarshal(j.TitleParams, &params) != nil {
			params = nil
		}
		out.Title = text.Message(l, j.Title, params)
	}
	if j.Note != "" {
		out.Note = text.Message(l, j.Note, nil)
	}
	if j.Code != "" {
		out.Message = text.Message(l, j.Code, nil)
	}
	return out
}

func stampMs(ms int64) string {
	if ms == 0 {
		return ""
	}
	return stamp(time.UnixMilli(ms))
}

// jobs serves GET /sys/jobs?kind=&state=: one's own, everybody's for an
// administrator who says all=true.
func (s *Server) jobs(w http.ResponseWriter, r *http.Request, a *access.Actor) error {
	if err := only(r, "kind", "state", "all", "page_size", "page_token"); err != nil {
		return err
	}
	v := r.URL.Query()
	f := job.Filter{Actor: a.ID, Kind: v.Get("kind")}
	if v.Get("all") == "true" {
		if err := mustAdmin(a); err != nil {
			return err
		}
		f.Actor = 0
	}
	for _, state := range listParam(v.Get("state")) {
		f.States = append(f.States, job.State(state))
	}
	limit, err := intParam(r, "page_size", 50, 1, 500)
	if err != nil {
		return err
	}
	before, err := idField("page_token", v.Get("page_token"))
	if err != nil {
		return err
	}
	list, err := s.Jobs.List(r.Context(), f, before, limit)
	if err != nil {
		return err
	}
	out := make([]jobJSON, 0, len(list))
	for i := range list {
		out = append(out, asJob(lang(r), &list[i]))
	}
	next := ""
	if len(list) == limit {
		next = out[limit-1].ID
	}
	return writeJSON(w, http.StatusOK, map[string]any{"items": out, "next_page_token": next})
}

// ownJob reads the job a path names; somebody else's is not found.
func (s *Server) ownJob(r *http.Request, a *access.Actor) (job.Job, error) {
	id, err := idIn(r.PathValue("id"))
	if err != nil {
		return job.Job{}, err
	}
	j, err := s.Jobs.Get(r.Context(), id)
	if err == nil && j.Actor != a.ID && !a.Admin {
		err = errs.NotFoundf("job", r.PathValue("id"))
	}
	return j, err
}

func (s *Server) job(w http.ResponseWriter, r *http.Request, a *access.Actor) error {
	j, err := s.ownJob(r, a)
	if err != nil {
		return err
	}
	return writeJSON(w, http.StatusOK, asJob(lang(r), &j))
}

func (s *Server) cancelJob(w http.ResponseWriter, r *http.Request, a *access.Actor) error {
	j, err := s.ownJob(r, a)
	if err != nil {
		return err
	}
	if err := s.Jobs.Cancel(r.Context(), j.ID); err != nil {
		return err
	}
	if j, err = s.Jobs.Get(r.Context(), j.ID); err != nil {
		return err
	}
	return writeJSON(w, http.StatusOK, asJob(lang(r), &j))
}

// againJob serves POST /sys/jobs/{id}/again: a failed or stopped job goes on
// from its last checkpoint, with its starter's rights. Who asked is on record.
func (s *Server) againJob(w http.ResponseWriter, r *http.Request, a *access.Actor) error {
	j, err := s.ownJob(r, a)
	if err != nil {
		return err
	}
	payload, err := json.Marshal(map[string]string{"job": db.FormatID(j.ID), "kind": j.Kind})
	if err != nil {
		return err
	}
	err = s.DB.Write(r.Context(), func(tx db.Tx) error {
		if err := s.Jobs.RetryIn(r.Context(), tx, j.ID); err != nil {
			return err
		}
		return s.Ledger.Append(r.Context(), tx, &ledger.Entry{At: s.Clock().UnixMilli(), Kind: ledger.System, Actor: a.ID, ActorName: a.Name, Source: a.Source, Action: "job_again", Payload: payload})
	})
	if err != nil {
		return err
	}
	s.Jobs.Wake()
	if j, err = s.Jobs.Get(r.Context(), j.ID); err != nil {
		return err
	}
	return writeJSON(w, http.StatusAccepted, asJob(lang(r), &j))
}
