package api

import (
	"context"
	"encoding/json"
	"io"
	"mime/multipart"
	"net/http"
	"strconv"
	"strings"
	"time"

	"kedang/internal/access"
	"kedang/internal/db"
	"kedang/internal/errs"
	"kedang/internal/text"
	"kedang/internal/transfer"
)

// importJSON is an import on its way in, with its progress and its counts.
type importJSON struct {
	ID     string        `json:"id"`
	Type   string        `json:"type"`
	File   string        `json:"file"`
	State  string        `json:"state"`
	Mode   string        `json:"mode,omitempty"`
	Key    string        `json:"key,omitempty"`
	DryRun bool          `json:"dry_run,omitempty"`
	Code   string        `json:"code,omitempty"`
	Says   string        `json:"message,omitempty"`
	Plan   transfer.Plan `json:"plan"`
	transfer.Counts
	Done      int64  `json:"done"`
	Total     int64  `json:"total,omitempty"`
	Rate      int64  `json:"rows_per_second,omitempty"`
	Job       string `json:"job,omitempty"`
	CreatedAt string `json:"created_at"`
	StartedAt string `json:"started_at,omitempty"`
	EndedAt   string `json:"ended_at,omitempty"`
}

func (s *Server) asImport(l text.Lang, i transfer.Import) importJSON {
	out := importJSON{ID: db.FormatID(i.ID), Type: i.Type, File: i.Name, State: i.State, Mode: i.Mode, Key: i.Key, DryRun: i.DryRun, Code: i.Code,
		Plan: i.Plan, Counts: i.Counts, Done: i.Done, Total: i.Total, Job: idOr(i.Job), CreatedAt: stampMs(i.CreatedAt), StartedAt: stampMs(i.StartedAt), EndedAt: stampMs(i.EndedAt)}
	if i.Code != "" {
		out.Says = text.Message(l, i.Code, nil)
	}
	end := time.UnixMilli(i.EndedAt)
	if i.EndedAt == 0 {
		end = s.Clock()
	}
	if took := end.Sub(time.UnixMilli(i.StartedAt)); i.StartedAt != 0 && took >= time.Second {
		out.Rate = max(i.Done, i.Rows) * int64(time.Second) / int64(took)
	}
	return out
}

// upload serves POST /sys/imports?type=: multipart with the sheet as its file
// part; before it may stand "type", "encoding" and "map" ({"列":"field"}).
func (s *Server) upload(w http.ResponseWriter, r *http.Request, a *access.Actor) error {
	v, err := params(r)
	if err != nil {
		return err
	}
	within(w, time.Now().Add(fileTime))
	r.Body = http.MaxBytesReader(w, r.Body, maxFile+1<<20)
	parts, err := r.MultipartReader()
	if err != nil {
		return errs.New(errs.Invalid, "no_file", nil)
	}
	form := map[string]string{"type": v.Get("type"), "encoding": v.Get("encoding"), "map": v.Get("map")}
	file, err := nextFile(parts, form)
	if err != nil {
		return err
	}
	h, err := hintsOf(form)
	if err != nil {
		return err
	}
	limited := &limitReader{r: file, left: maxFile}
	i, err := s.Transfer.Upload(r.Context(), a, form["type"], file.FileName(), limited, h)
	if limited.over {
		return errs.New(errs.TooLarge, "too_large", errs.Params{"max": maxFile})
	}
	if err != nil {
		return err
	}
	return writeJSON(w, http.StatusCreated, s.asImport(lang(r), i))
}

// nextFile reads the small parts before the file into form and stops at the file.
func nextFile(parts *multipart.Reader, form map[string]string) (*multipart.Part, error) {
	for n := 0; n < 20; n++ {
		p, err := parts.NextPart()
		if err != nil {
			break
		}
		if p.FileName() != "" {
			return p, nil
		}
		raw, err := io.ReadAll(io.LimitReader(p, 1<<20))
		if err != nil {
			break
		}
		form[p.FormName()] = string(raw)
	}
	return nil, errs.New(errs.Invalid, "no_file", nil)
}

func hintsOf(form map[string]string) (h transfer.Hints, err error) {
	h.Encoding = form["encoding"]
	if form["map"] != "" {
		if err := json.Unmarshal([]byte(form["map"]), &h.Map); err != nil {
			return h, errs.RefuseField("map", "bad_json", nil)
		}
	}
	return h, nil
}

// imports lists the actor's imports, the newest first.
func (s *Server) imports(w http.ResponseWriter, r *http.Request, a *access.Actor) error {
	limit, err := intParam(r, "page_size", 50, 1, 200)
	if err != nil {
		return err
	}
	before, err := idField("page_token", r.URL.Query().Get("page_token"))
	if err != nil {
		return err
	}
	list, err := s.Transfer.List(r.Context(), a, before, limit)
	if err != nil {
		return err
	}
	out := make([]importJSON, 0, len(list))
	for _, i := range list {
		out = append(out, s.asImport(lang(r), i))
	}
	next := ""
	if len(list) == limit {
		next = out[limit-1].ID
	}
	return writeJSON(w, http.StatusOK, map[string]any{"items": out, "next_page_token": next})
}

// importState serves GET /sys/imports/{id}.
func (s *Server) importState(w http.ResponseWriter, r *http.Request, a *access.Actor) error {
	id, err := idIn(r.PathValue("id"))
	if err != nil {
		return err
	}
	return s.answerImport(w, r, a, id, http.StatusOK)
}

func (s *Server) answerImport(w http.ResponseWriter, r *http.Request, a *access.Actor, id int64, code int) error {
	i, err := s.Transfer.State(r.Context(), a, id)
	if err != nil {
		return err
	}
	return writeJSON(w, code, s.asImport(lang(r), i))
}

// importPlan serves PATCH /sys/imports/{id} {"map":{"列":"field"},"encoding":…}:
// what the user says of columns; "" leaves a column out.
func (s *Server) importPlan(w http.ResponseWriter, r *http.Request, a *access.Actor) error {
	id, err := idIn(r.PathValue("id"))
	if err != nil {
		return err
	}
	var b struct {
		Map      map[string]string `json:"map"`
		Encoding string            `json:"encoding"`
	}
	if err := readJSON(w, r, &b); err != nil {
		return err
	}
	i, err := s.Transfer.SetPlan(r.Context(), a, id, transfer.Hints{Map: b.Map, Encoding: b.Encoding})
	if err != nil {
		return err
	}
	return writeJSON(w, http.StatusOK, s.asImport(lang(r), i))
}

// importStart serves POST /sys/imports/{id}/start {"mode","key","dry_run"}.
func (s *Server) importStart(w http.ResponseWriter, r *http.Request, a *access.Actor) error {
	id, err := idIn(r.PathValue("id"))
	if err != nil {
		return err
	}
	var b struct {
		Mode   string `json:"mode"`
		Key    string `json:"key"`
		DryRun bool   `json:"dry_run"`
	}
	if err := readJSON(w, r, &b); err != nil {
		return err
	}
	if err := s.Transfer.Start(r.Context(), a, id, transfer.StartOptions{Mode: b.Mode, Key: b.Key, DryRun: b.DryRun}); err != nil {
		return err
	}
	return s.answerImport(w, r, a, id, http.StatusAccepted)
}

// importAct is what POST /sys/imports/{id}/undo, cancel and resume share.
func (s *Server) importAct(act func(context.Context, *access.Actor, int64) error) handler {
	return func(w http.ResponseWriter, r *http.Request, a *access.Actor) error {
		id, err := idIn(r.PathValue("id"))
		if err != nil {
			return err
		}
		if err := act(r.Context(), a, id); err != nil {
			return err
		}
		return s.answerImport(w, r, a, id, http.StatusAccepted)
	}
}

// importRefused serves GET /sys/imports/{id}/refused?format=csv|xlsx: the rows
// that were not taken, as they stood, each with its reasons.
func (s *Server) importRefused(w http.ResponseWriter, r *http.Request, a *access.Actor) error {
	id, err := idIn(r.PathValue("id"))
	if err != nil {
		return err
	}
	format := r.URL.Query().Get("format")
	if format == "" {
		format = "csv"
	}
	mime, ok := sheetTypes[format]
	if !ok {
		return errs.RefuseField("format", "bad_choice", errs.Params{"value": format, "known": "csv, xlsx"})
	}
	i, err := s.Transfer.State(r.Context(), a, id)
	if err != nil {
		return err
	}
	name := fileName(strings.TrimSuffix(i.Name, pathExt(i.Name)), "import")
	late := &lateWriter{ResponseWriter: w, header: func(h http.Header) {
		h.Set("Content-Type", mime)
		h.Set("Content-Disposition", disposition("attachment", name+"-refused."+format))
	}}
	return s.stream(late, r, s.Transfer.Refused(r.Context(), a, id, format, late))
}

// importRows serves GET /sys/imports/{id}/rows?action=refused&page_size=: what
// became of each row.
func (s *Server) importRows(w http.ResponseWriter, r *http.Request, a *access.Actor) error {
	type row struct {
		Line   int            `json:"line"`
		Action string         `json:"action"`
		Record string         `json:"record,omitempty"`
		Errors []problemEntry `json:"errors,omitempty"`
	}
	id, err := idIn(r.PathValue("id"))
	if err != nil {
		return err
	}
	limit, err := intParam(r, "page_size", 100, 1, 1000)
	if err != nil {
		return err
	}
	after, err := intParam(r, "page_token", 0, 0, 1<<40)
	if err != nil {
		return err
	}
	list, err := s.Transfer.Rows(r.Context(), a, id, int64(after), limit, listParam(r.URL.Query().Get("action"))...)
	if err != nil {
		return err
	}
	out, next := make([]row, 0, len(list)), ""
	for _, f := range list {
		out = append(out, row{f.Line, f.Action, idOr(f.Record), warnings(r, f.Problems)})
	}
	if len(list) == limit {
		next = strconv.Itoa(list[limit-1].Line)
	}
	return writeJSON(w, http.StatusOK, map[string]any{"items": out, "next_page_token": next})
}

func pathExt(name string) string {
	if i := strings.LastIndexByte(name, '.'); i > 0 {
		return name[i:]
	}
	return ""
}
