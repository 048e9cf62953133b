package api

import (
	"encoding/json"
	"io"
	"mime"
	"net/http"
	"path"
	"strings"
	"time"

	"kedang/internal/access"
	"kedang/internal/db"
	"kedang/internal/errs"
	"kedang/internal/record"
)

// maxFile is the largest attachment taken in.
const maxFile = 200 << 20

// part serves what hangs on a record: history, timeline, related lists, files.
func (s *Server) part(w http.ResponseWriter, r *http.Request, a *access.Actor, t target, id int64) error {
	switch t.part {
	case "files":
		return s.files(w, r, a, t, id)
	case "history", "timeline", "related", "why", "counts":
		if r.Method != http.MethodGet {
			return notAllowed(w, "GET")
		}
	}
	switch t.part {
	case "history":
		return s.history(w, r, a, t.typ, id)
	case "timeline":
		return s.timeline(w, r, a, t.typ, id)
	case "why":
		return s.why(w, r, a, t, id)
	case "counts":
		n, err := s.Store.Counts(r.Context(), a, t.typ, id)
		if err != nil {
			return err
		}
		return writeJSON(w, http.StatusOK, n)
	case "related":
		v, err := params(r)
		if err != nil {
			return err
		}
		q, err := listQuery(v)
		if err != nil {
			return err
		}
		return s.related(w, r, a, t, id, q)
	}
	return errs.NotFoundf("path", r.URL.Path)
}

func (s *Server) history(w http.ResponseWriter, r *http.Request, a *access.Actor, typ string, id int64) error {
	limit, err := intParam(r, "page_size", 50, 1, 200)
	if err != nil {
		return err
	}
	var before int64
	if token := r.URL.Query().Get("page_token"); token != "" {
		if before, err = db.ParseID(token); err != nil {
			return errs.RefuseField("page_token", "page_token_invalid", nil)
		}
	}
	entries, err := s.Store.History(r.Context(), a, typ, id, before, limit)
	if err != nil {
		return err
	}
	next := ""
	if len(entries) == limit {
		next = entries[limit-1].ID
	}
	if entries == nil {
		entries = []record.HistoryEntry{}
	}
	return writeJSON(w, http.StatusOK, map[string]any{"items": entries, "next_page_token": next})
}

func (s *Server) timeline(w http.ResponseWriter, r *http.Request, a *access.Actor, typ string, id int64) error {
	limit, err := intParam(r, "page_size", 50, 1, 200)
	if err != nil {
		return err
	}
	v, err := params(r)
	if err != nil {
		return err
	}
	buf := getBuffer()
	defer putBuffer(buf)
	out, err := s.Store.Timeline(r.Context(), a, typ, id, record.TimelineQuery{PageToken: v.Get("page_token"), Limit: limit, Kinds: listParam(v.Get("kinds"))}, (*buf)[:0])
	*buf = out
	if err != nil {
		return err
	}
	return writeRaw(w, http.StatusOK, out)
}

func (s *Server) related(w http.ResponseWriter, r *http.Request, a *access.Actor, t target, id int64, q record.ListQuery) error {
	buf := getBuffer()
	defer putBuffer(buf)
	out, err := s.Store.Related(r.Context(), a, t.typ, id, t.more, q, (*buf)[:0])
	*buf = out
	if err != nil {
		return err
	}
	return writeRaw(w, http.StatusOK, out)
}

// files serves /{type}/{id}/files and /{type}/{id}/files/{file}.
func (s *Server) files(w http.ResponseWriter, r *http.Request, a *access.Actor, t target, id int64) error {
	if t.more != "" {
		return s.file(w, r, a, t, id)
	}
	switch r.Method {
	case http.MethodGet:
		list, err := s.Store.Files(r.Context(), a, t.typ, id)
		if err != nil {
			return err
		}
		return writeJSON(w, http.StatusOK, map[string]any{"items": list})
	case http.MethodPost:
		f, err := s.receive(w, r, a, t.typ, id)
		if err != nil {
			return err
		}
		return writeJSON(w, http.StatusCreated, f)
	}
	return notAllowed(w, "GET, POST")
}

// receive streams the upload's first file part into the vault; nothing of it
// is held in memory or in a temporary file of the server's own.
func (s *Server) receive(w http.ResponseWriter, r *http.Request, a *access.Actor, typ string, id int64) (record.File, error) {
	within(w, time.Now().Add(fileTime))
	r.Body = http.MaxBytesReader(w, r.Body, maxFile+1<<20)
	parts, err := r.MultipartReader()
	if err != nil {
		return record.File{}, errs.New(errs.Invalid, "no_file", nil)
	}
	for {
		p, err := parts.NextPart()
		if err != nil {
			return record.File{}, errs.New(errs.Invalid, "no_file", nil)
		}
		if p.FileName() == "" {
			continue
		}
		limited := &limitReader{r: p, left: maxFile}
		f, err := s.Store.AddFile(r.Context(), a, typ, id, p.FileName(), fileType(p.FileName()), limited)
		if limited.over {
			return record.File{}, errs.New(errs.TooLarge, "too_large", errs.Params{"max": maxFile})
		}
		return f, err
	}
}

// limitReader fails where io.LimitReader would silently cut a file short.
type limitReader struct {
	r    io.Reader
	left int64
	over bool
}

// Read reads, and fails past the limit.
func (l *limitReader) Read(b []byte) (int, error) {
	n, err := l.r.Read(b)
	if l.left -= int64(n); l.left < 0 {
		l.over = true
		return 0, errs.New(errs.TooLarge, "too_large", nil)
	}
	return n, err
}

// fileType goes by the name's ending; what a browser says is not believed.
func fileType(name string) string {
	if t := mime.TypeByExtension(strings.ToLower(path.Ext(name))); t != "" {
		return t
	}
	return "application/octet-stream"
}

func (s *Server) file(w http.ResponseWriter, r *http.Request, a *access.Actor, t target, id int64) error {
	name, back := strings.CutSuffix(t.more, ":restore")
	fid, err := idIn(name)
	if err != nil {
		return err
	}
	if back {
		if r.Method != http.MethodPost {
			return notAllowed(w, "POST")
		}
		if err := s.Store.RestoreFile(r.Context(), a, t.typ, id, fid); err != nil {
			return err
		}
		w.WriteHeader(http.StatusNoContent)
		return nil
	}
	switch r.Method {
	case http.MethodGet:
		return s.download(w, r, a, t.typ, id, fid)
	case http.MethodDelete:
		if err := s.Store.RemoveFile(r.Context(), a, t.typ, id, fid); err != nil {
			return err
		}
		w.WriteHeader(http.StatusNoContent)
		return nil
	}
	return notAllowed(w, "GET, DELETE")
}

// inline are the types a browser may show in place; everything else is saved,
// so that an uploaded page never runs as ours.
var inline = map[string]bool{"image/png": true, "image/jpeg": true, "image/gif": true, "image/webp": true, "application/pdf": true}

func (s *Server) download(w http.ResponseWriter, r *http.Request, a *access.Actor, typ string, id, fid int64) error {
	f, body, err := s.Store.OpenFile(r.Context(), a, typ, id, fid)
	if err != nil {
		return err
	}
	defer body.Close()
	within(w, time.Now().Add(fileTime))
	h := w.Header()
	h.Set("Content-Type", f.MIME)
	how := "attachment"
	if inline[f.MIME] {
		how = "inline"
	}
	h.Set("Content-Disposition", disposition(how, f.Name))
	h.Set("Content-Security-Policy", "sandbox; default-src 'none'; img-src 'self'; style-src 'unsafe-inline'")
	if f.MIME == "application/pdf" { // a browser's viewer does not start in a sandbox; it is one
		h.Set("Content-Security-Policy", "default-src 'none'; object-src 'self'; style-src 'unsafe-inline'; frame-ancestors 'self'")
		h.Set("X-Frame-Options", "SAMEORIGIN")
	}
	w.WriteHeader(http.StatusOK)
	if _, err := io.Copy(w, body); err != nil {
		s.Log.Warn("download ended early", "path", r.URL.Path, "error", err)
		panic(http.ErrAbortHandler) // a short file must not look whole
	}
	return nil
}

// disposition names a file in any script (RFC 6266).
func disposition(how, name string) string {
	return mime.FormatMediaType(how, map[string]string{"filename": name})
}

// appendWarnings puts "warnings" into an answered object.
func appendWarnings(obj []byte, list []problemEntry) []byte {
	raw, err := json.Marshal(list)
	if err != nil || len(obj) == 0 || obj[len(obj)-1] != '}' {
		return obj
	}
	obj = append(obj[:len(obj)-1], `,"warnings":`...)
	return append(append(obj, raw...), '}')
}
