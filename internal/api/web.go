package api

import (
	"bytes"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"strings"
	"time"

	"kedang/internal/access"
)

// web serves the built web app: files under assets/ for ever (their names
// carry a hash), the page for everything else. Without a built app the
// placeholder says so.
func (s *Server) web(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		w.WriteHeader(http.StatusMethodNotAllowed)
		return
	}
	name := strings.TrimPrefix(path.Clean(r.URL.Path), "/")
	if name != "" && name != "index.html" && fs.ValidPath(name) {
		if raw, err := fs.ReadFile(s.Web, name); err == nil {
			if strings.HasPrefix(name, "assets/") {
				w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
			}
			s.asset(w, r, name, raw)
			return
		}
		if strings.HasPrefix(name, "assets/") {
			http.NotFound(w, r)
			return
		}
	}
	for _, page := range []string{"index.html", "placeholder.html"} {
		if raw, err := fs.ReadFile(s.Web, page); err == nil {
			w.Header().Set("Content-Security-Policy", "default-src 'self'; img-src 'self' data: blob:; style-src 'self' 'unsafe-inline'; frame-ancestors 'none'; base-uri 'self'; form-action 'self'")
			if err := s.app(w, r, raw); err != nil {
				s.pageProblem(w, r, err)
			}
			return
		}
	}
	http.NotFound(w, r)
}

// asset serves a file, in the smallest form that lies beside it and that the
// browser takes.
func (s *Server) asset(w http.ResponseWriter, r *http.Request, name string, raw []byte) {
	h := w.Header()
	h.Add("Vary", "Accept-Encoding")
	for _, form := range [...]struct{ coding, ending string }{{"br", ".br"}, {"gzip", ".gz"}} {
		if !accepts(r, form.coding) {
			continue
		}
		small, err := fs.ReadFile(s.Web, name+form.ending)
		if err != nil {
			continue
		}
		h.Set("Content-Encoding", form.coding)
		if t := mime.TypeByExtension(path.Ext(name)); t != "" {
			h.Set("Content-Type", t)
		}
		raw = small
		break
	}
	http.ServeContent(w, r, name, time.Time{}, bytes.NewReader(raw))
}

// accepts tells whether a browser takes a content coding.
func accepts(r *http.Request, coding string) bool {
	for _, part := range strings.Split(r.Header.Get("Accept-Encoding"), ",") {
		name, q, _ := strings.Cut(strings.TrimSpace(part), ";")
		if name == coding && strings.ReplaceAll(q, " ", "") != "q=0" {
			return true
		}
	}
	return false
}

// health answers 200 while the database answers, 503 otherwise.
func (s *Server) health(w http.ResponseWriter, r *http.Request, _ *access.Actor) error {
	if err := s.Store.Ping(r.Context()); err != nil {
		return err
	}
	return writeJSON(w, http.StatusOK, map[string]any{"status": "ok", "version": s.Version})
}
