package api

import (
	"net/http"
	"strconv"

	"kedang/internal/access"
	"kedang/internal/bulk"
	"kedang/internal/db"
	"kedang/internal/errs"
	"kedang/internal/text"
)

// bulkJSON is a bulk as its owner sees it.
type bulkJSON struct {
	ID      string      `json:"id"`
	Type    string      `json:"type"`
	Change  bulk.Change `json:"change"`
	State   string      `json:"state"`
	Code    string      `json:"code,omitempty"`
	Message string      `json:"message,omitempty"`
	Job     string      `json:"job"`
	By      string      `json:"by"`
	bulk.Counts
	CreatedAt  string    `json:"created_at"`
	EndedAt    string    `json:"ended_at,omitempty"`
	Undoable   bool      `json:"undoable"`
	RefusedRow []bulkRow `json:"refused_rows,omitempty"`
	KeptRow    []bulkRow `json:"kept_rows,omitempty"`
}

// bulkRow is a record that was not changed, or not taken back, with why.
type bulkRow struct {
	ID     string         `json:"id"`
	Title  string         `json:"title,omitempty"`
	Errors []problemEntry `json:"errors"`
}

func asBulk(l text.Lang, b bulk.Bulk) bulkJSON {
	out := bulkJSON{ID: db.FormatID(b.ID), Type: b.Type, Change: b.Change, State: b.State, Code: b.Code, Job: db.FormatID(b.Job), By: db.FormatID(b.Actor),
		Counts: b.Counts, CreatedAt: stampMs(b.CreatedAt), EndedAt: stampMs(b.EndedAt),
		Undoable: b.Changed > 0 && (b.State == bulk.Done || b.State == bulk.Failed || b.State == bulk.Cancelled)}
	if b.Code != "" {
		out.Message = text.Message(l, b.Code, nil)
	}
	return out
}

// bulk serves POST /{type}:bulk: a preview, or the start of a job.
func (s *Server) bulk(w http.ResponseWriter, r *http.Request, a *access.Actor, typ string) error {
	var b struct {
		IDs   []string   `json:"ids"`
		Query *queryBody `json:"query"`
		bulk.Change
		Preview bool `json:"preview"`
	}
	if err := readJSON(w, r, &b); err != nil {
		return err
	}
	var sel bulk.Selection
	for i, text := range b.IDs {
		id, err := db.ParseID(text)
		if err != nil {
			return errs.RefuseField("ids["+strconv.Itoa(i)+"]", "bad_id", nil)
		}
		sel.IDs = append(sel.IDs, id)
	}
	if b.Query != nil {
		q := b.Query.query()
		sel.Query = &q
	}
	if b.Preview {
		p, err := s.Bulk.Foresee(r.Context(), a, typ, sel, b.Change)
		if err != nil {
			return err
		}
		return writeJSON(w, http.StatusOK, previewJSON{p, s.reasons(lang(r), p)})
	}
	started, err := s.Bulk.Start(r.Context(), a, typ, sel, b.Change)
	if err != nil {
		return err
	}
	return writeJSON(w, http.StatusAccepted, asBulk(lang(r), started))
}

// previewJSON says the reasons in the reader's language too.
type previewJSON struct {
	bulk.Preview
	Messages map[string]string `json:"messages"`
}

func (s *Server) reasons(l text.Lang, p bulk.Preview) map[string]string {
	out := map[string]string{}
	for code := range p.Reasons {
		out[code] = text.Message(l, code, nil)
	}
	return out
}

// bulks serves GET /sys/bulks: one's own, all of them for an administrator.
func (s *Server) bulks(w http.ResponseWriter, r *http.Request, a *access.Actor) error {
	limit, err := intParam(r, "page_size", 50, 1, 200)
	if err != nil {
		return err
	}
	before, err := idField("page_token", r.URL.Query().Get("page_token"))
	if err != nil {
		return err
	}
	list, err := s.Bulk.List(r.Context(), a, before, limit)
	if err != nil {
		return err
	}
	out := make([]bulkJSON, 0, len(list))
	for _, b := range list {
		out = append(out, asBulk(lang(r), b))
	}
	next := ""
	if len(list) == limit {
		next = out[limit-1].ID
	}
	return writeJSON(w, http.StatusOK, map[string]any{"items": out, "next_page_token": next})
}

// shownRows is how many refused rows stand beside a bulk.
const shownRows = 200

// bulkState serves GET /sys/bulks/{id}: counts, and the first rows that were
// refused or could not be taken back.
func (s *Server) bulkState(w http.ResponseWriter, r *http.Request, a *access.Actor) error {
	id, err := idIn(r.PathValue("id"))
	if err != nil {
		return err
	}
	return s.answerBulk(w, r, a, id, http.StatusOK)
}

func (s *Server) answerBulk(w http.ResponseWriter, r *http.Request, a *access.Actor, id int64, code int) error {
	b, err := s.Bulk.State(r.Context(), a, id)
	if err != nil {
		return err
	}
	out := asBulk(lang(r), b)
	if out.RefusedRow, err = s.bulkRows(r, a, b, "refused"); err != nil {
		return err
	}
	if out.KeptRow, err = s.bulkRows(r, a, b, "kept"); err != nil {
		return err
	}
	return writeJSON(w, code, out)
}

func (s *Server) bulkRows(r *http.Request, a *access.Actor, b bulk.Bulk, action string) ([]bulkRow, error) {
	rows, err := s.Bulk.Rows(r.Context(), a, b.ID, -1, shownRows, action)
	if err != nil || len(rows) == 0 {
		return nil, err
	}
	ids := make([]int64, len(rows))
	for i, row := range rows {
		ids[i] = row.Record
	}
	titles, err := s.Store.Named(r.Context(), a, b.Type, ids)
	if errs.Is(err, errs.NotFound) {
		titles, err = nil, nil // the type is none of his any more
	}
	if err != nil {
		return nil, err
	}
	out := make([]bulkRow, len(rows))
	for i, row := range rows {
		out[i] = bulkRow{db.FormatID(row.Record), titles[row.Record], warnings(r, row.Problems)}
	}
	return out, nil
}

// bulkUndo serves POST /sys/bulks/{id}/undo.
func (s *Server) bulkUndo(w http.ResponseWriter, r *http.Request, a *access.Actor) error {
	id, err := idIn(r.PathValue("id"))
	if err != nil {
		return err
	}
	b, err := s.Bulk.Undo(r.Context(), a, id)
	if err != nil {
		return err
	}
	return writeJSON(w, http.StatusAccepted, asBulk(lang(r), b))
}

// bulkCancel serves POST /sys/bulks/{id}/cancel.
func (s *Server) bulkCancel(w http.ResponseWriter, r *http.Request, a *access.Actor) error {
	id, err := idIn(r.PathValue("id"))
	if err != nil {
		return err
	}
	if err := s.Bulk.Cancel(r.Context(), a, id); err != nil {
		return err
	}
	return s.answerBulk(w, r, a, id, http.StatusOK)
}
