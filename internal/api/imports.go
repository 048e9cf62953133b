package api

import (
	"cmp"
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
	Unread string        `json:"unread,omitempty"`
	Plan   transfer.Plan `json:"plan"`

	Decisions []transfer.Decision `json:"decisions,omitempty"`
	transfer.Counts
	Done      int64  `json:"done"`
	Total     int64  `json:"total,omitempty"`
	Rate      int64  `json:"rows_per_second,omitempty"`
	Job       string `json:"job,omitempty"`
	By        string `json:"by,omitempty"`        // who brought it in
	Behalf    string `json:"on_behalf,omitempty"` // in whose name, when it is not his own
	CreatedAt string `json:"created_at"`
	StartedAt string `json:"started_at,omitempty"`
	EndedAt   string `json:"ended_at,omitempty"`
}

func (s *Server) asImport(l text.Lang, i transfer.Import) importJSON {
	out := importJSON{ID: db.FormatID(i.ID), Type: i.Type, File: i.Name, State: i.State, Mode: i.Mode, Key: i.Key, DryRun: i.DryRun, Code: i.Code, Unread: i.Unread, Decisions: i.Decisions,
		Plan: i.Plan, Counts: i.Counts, Done: i.Done, Total: i.Total, Job: idOr(i.Job), By: idOr(i.Actor), Behalf: idOr(i.Behalf), CreatedAt: stampMs(i.CreatedAt), StartedAt: stampMs(i.StartedAt), EndedAt: stampMs(i.EndedAt)}
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
// part; before it may stand "type", "encoding", "sheet" (of a workbook) and "map" ({"列":"field"}).
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
	form := map[string]string{"type": v.Get("type"), "encoding": v.Get("encoding"), "sheet": v.Get("sheet"), "map": v.Get("map")}
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
	h.Encoding, h.Sheet, h.Recall = form["encoding"], form["sheet"], true
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

// importPlan serves PATCH /sys/imports/{id} {"map":{"列":"field"},"encoding":…,"sheet":…}:
// what the user says of columns; "" leaves a column out. "header" is the line of
// the header, 0 for a sheet without one.
func (s *Server) importPlan(w http.ResponseWriter, r *http.Request, a *access.Actor) error {
	id, err := idIn(r.PathValue("id"))
	if err != nil {
		return err
	}
	var b struct {
		Map      map[string]string `json:"map"`
		Encoding string            `json:"encoding"`
		Sheet    string            `json:"sheet"`
		Header   *int              `json:"header"`
	}
	if err := readJSON(w, r, &b); err != nil {
		return err
	}
	h := transfer.Hints{Map: b.Map, Encoding: b.Encoding, Sheet: b.Sheet}
	if b.Header != nil {
		h.Header = cmp.Or(*b.Header, transfer.NoHeader)
	}
	i, err := s.Transfer.SetPlan(r.Context(), a, id, h)
	if err != nil {
		return err
	}
	return writeJSON(w, http.StatusOK, s.asImport(lang(r), i))
}

// importDecide serves PUT /sys/imports/{id}/decisions
// {"decisions":[{"path":"level","code":"bad_choice","do":"empty","means":{"大客户":"A"}}]}:
// what is to be done with rows that would be refused.
func (s *Server) importDecide(w http.ResponseWriter, r *http.Request, a *access.Actor) error {
	id, err := idIn(r.PathValue("id"))
	if err != nil {
		return err
	}
	var b struct {
		Decisions []transfer.Decision `json:"decisions"`
	}
	if err := readJSON(w, r, &b); err != nil {
		return err
	}
	i, err := s.Transfer.Decide(r.Context(), a, id, b.Decisions)
	if err != nil {
		return err
	}
	return writeJSON(w, http.StatusOK, s.asImport(lang(r), i))
}

// importStart serves POST /sys/imports/{id}/start {"mode","key","dry_run","unread","on_behalf"}.
func (s *Server) importStart(w http.ResponseWriter, r *http.Request, a *access.Actor) error {
	id, err := idIn(r.PathValue("id"))
	if err != nil {
		return err
	}
	var b struct {
		Mode   string `json:"mode"`
		Key    string `json:"key"`
		DryRun bool   `json:"dry_run"`
		Unread string `json:"unread"`
		Behalf string `json:"on_behalf"`
	}
	if err := readJSON(w, r, &b); err != nil {
		return err
	}
	behalf, err := idField("on_behalf", b.Behalf)
	if err != nil {
		return err
	}
	if err := s.Transfer.Start(r.Context(), a, id, transfer.StartOptions{Mode: b.Mode, Key: b.Key, DryRun: b.DryRun, Unread: b.Unread, Behalf: behalf}); err != nil {
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

// importPreview serves GET /sys/imports/{id}/preview?mode=&key=&unread=&on_behalf=&page_size=:
// what the first rows would come to.
func (s *Server) importPreview(w http.ResponseWriter, r *http.Request, a *access.Actor) error {
	id, err := idIn(r.PathValue("id"))
	if err != nil {
		return err
	}
	v, err := params(r)
	if err != nil {
		return err
	}
	limit, err := intParam(r, "page_size", 50, 1, 200)
	if err != nil {
		return err
	}
	behalf, err := idField("on_behalf", v.Get("on_behalf"))
	if err != nil {
		return err
	}
	list, err := s.Transfer.Preview(r.Context(), a, id, transfer.StartOptions{Mode: v.Get("mode"), Key: v.Get("key"), Unread: v.Get("unread"), Behalf: behalf}, limit)
	if err != nil {
		return err
	}
	out := make([]importRow, 0, len(list))
	for _, p := range list {
		row := s.importRow(r, p.RowFate, p.Title)
		row.Values, row.Written, row.Was = p.Values, p.Written, warnings(r, p.Was)
		out = append(out, row)
	}
	return writeJSON(w, http.StatusOK, map[string]any{"items": out})
}

// importRow is a row of a sheet and what became, or would become, of it.
type importRow struct {
	Line    int                        `json:"line"`
	Action  string                     `json:"action"`
	Record  string                     `json:"record,omitempty"`
	Title   string                     `json:"title,omitempty"` // of the record
	Errors  []problemEntry             `json:"errors,omitempty"`
	Values  map[string]json.RawMessage `json:"values,omitempty"`  // of a preview: as understood
	Written map[string]string          `json:"written,omitempty"` // of a preview or a refused row: as the sheet has it
	Was     []problemEntry             `json:"was,omitempty"`     // of a preview: why it would be refused but for what was decided
	Mended  map[string]any             `json:"mended,omitempty"`  // of a refused row: as it was tried last
}

func (s *Server) importRow(r *http.Request, f transfer.RowFate, title string) importRow {
	return importRow{Line: f.Line, Action: f.Action, Record: idOr(f.Record), Title: title, Errors: warnings(r, f.Problems)}
}

// importMend serves POST /sys/imports/{id}/mend {"rows":[{"line":7,"values":{"phones":"…"}}]}:
// refused rows are tried again with the cells that were mended; with "mode" and
// "key", in another way than the import went.
func (s *Server) importMend(w http.ResponseWriter, r *http.Request, a *access.Actor) error {
	id, err := idIn(r.PathValue("id"))
	if err != nil {
		return err
	}
	var b struct {
		Rows []transfer.Mending `json:"rows"`
		Mode string             `json:"mode"`
		Key  string             `json:"key"`
	}
	if err := readJSON(w, r, &b); err != nil {
		return err
	}
	list, err := s.Transfer.Mend(r.Context(), a, id, b.Rows, transfer.StartOptions{Mode: b.Mode, Key: b.Key})
	if err != nil {
		return err
	}
	i, err := s.Transfer.State(r.Context(), a, id)
	if err != nil {
		return err
	}
	out := make([]importRow, 0, len(list))
	for _, f := range list {
		out = append(out, s.importRow(r, f, ""))
	}
	return writeJSON(w, http.StatusOK, map[string]any{"import": s.asImport(lang(r), i), "items": out})
}

// refusedRows answers refused rows with their cells, for mending.
func (s *Server) refusedRows(w http.ResponseWriter, r *http.Request, a *access.Actor, id int64, after, limit int) error {
	list, err := s.Transfer.RefusedRows(r.Context(), a, id, int64(after), limit)
	if err != nil {
		return err
	}
	out, next := make([]importRow, 0, len(list)), ""
	for _, f := range list {
		row := s.importRow(r, f.RowFate, "")
		row.Written, row.Mended = f.Written, f.Mended
		out = append(out, row)
	}
	if len(list) == limit {
		next = strconv.Itoa(list[limit-1].Line)
	}
	return writeJSON(w, http.StatusOK, map[string]any{"items": out, "next_page_token": next})
}

// importRows serves GET /sys/imports/{id}/rows?action=refused&told=true&page_size=:
// what became of each row; told, only of those there is something to say about;
// written=true gives refused rows with their cells.
func (s *Server) importRows(w http.ResponseWriter, r *http.Request, a *access.Actor) error {
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
	v := r.URL.Query()
	if v.Get("written") == "true" {
		return s.refusedRows(w, r, a, id, after, limit)
	}
	list, err := s.Transfer.Rows(r.Context(), a, id, int64(after), limit, v.Get("told") == "true", listParam(v.Get("action"))...)
	if err != nil {
		return err
	}
	titles, err := s.rowTitles(r, a, id, list)
	if err != nil {
		return err
	}
	out, next := make([]importRow, 0, len(list)), ""
	for _, f := range list {
		out = append(out, s.importRow(r, f, titles[f.Record]))
	}
	if len(list) == limit {
		next = strconv.Itoa(list[limit-1].Line)
	}
	return writeJSON(w, http.StatusOK, map[string]any{"items": out, "next_page_token": next})
}

// rowTitles names the records of rows with something to say about them, as far
// as the actor may read them.
func (s *Server) rowTitles(r *http.Request, a *access.Actor, id int64, list []transfer.RowFate) (map[int64]string, error) {
	var ids []int64
	for _, f := range list {
		if f.Record != 0 && len(f.Problems) > 0 {
			ids = append(ids, f.Record)
		}
	}
	if len(ids) == 0 {
		return nil, nil
	}
	i, err := s.Transfer.State(r.Context(), a, id)
	if err != nil {
		return nil, err
	}
	titles, err := s.Store.Named(r.Context(), a, i.Type, ids)
	if errs.Is(err, errs.NotFound) {
		return nil, nil // the type is none of his any more
	}
	return titles, err
}

func pathExt(name string) string {
	if i := strings.LastIndexByte(name, '.'); i > 0 {
		return name[i:]
	}
	return ""
}
