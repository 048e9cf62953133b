package api

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"strings"

	"kedang/internal/access"
	"kedang/internal/errs"
	"kedang/internal/text"
)

// langCookie is the language a person chose on this device. Its pages are
// drawn in it, before anybody is signed in too.
const langCookie = "kd_lang"

// pageLang is the language of a page: chosen on this device, else the
// person's, else the browser's.
func pageLang(r *http.Request, a *access.Actor) text.Lang {
	if l, ok := cookieLang(r); ok {
		return l
	}
	if a != nil && a.Lang != "" {
		return text.Match(a.Lang)
	}
	return text.Match(r.Header.Get("Accept-Language"))
}

// cookieLang is the language that this browser's pages are in: what the API
// answers a page stands among its texts.
func cookieLang(r *http.Request) (text.Lang, bool) {
	c, err := r.Cookie(langCookie)
	if err != nil {
		return "", false
	}
	for _, l := range text.Langs() {
		if string(l) == c.Value {
			return l, true
		}
	}
	return "", false
}

// visitor is who a browser's cookie says asks for a page; nil for nobody. A
// page is never drawn for a bearer token.
func (s *Server) visitor(r *http.Request) (*access.Actor, error) {
	c, err := r.Cookie(s.cookie(r))
	if errors.Is(err, http.ErrNoCookie) {
		return nil, nil
	}
	a, err := s.Access.Session(r.Context(), c.Value)
	if errs.Is(err, errs.Unauthenticated) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return a.From("web"), nil
}

// app serves the web app's page with what it would ask for first inside, which
// saves a round trip. Whoever navigates here without a session is led to the
// log-in page before anything large is loaded.
func (s *Server) app(w http.ResponseWriter, r *http.Request, page []byte) error {
	a, err := s.visitor(r)
	if err != nil {
		return err
	}
	if a == nil && strings.Contains(r.Header.Get("Accept"), "text/html") {
		w.Header().Set("Cache-Control", "no-store")
		http.Redirect(w, r, loginPath(r.URL), http.StatusSeeOther)
		return nil
	}
	if head := bytes.Index(page, []byte("</head>")); head >= 0 {
		boot, err := s.boot(r, a)
		if err != nil {
			return err
		}
		page = bytes.Join([][]byte{page[:head], []byte(`<script type="application/json" id="boot">`), boot, []byte("</script>\n"), page[head:]}, nil)
	}
	h := w.Header()
	h.Set("Cache-Control", "no-store")
	h.Add("Vary", "Accept-Encoding, Cookie")
	return writePage(w, r, page)
}

// boot is what the web app's first page waits for: for a person what GET
// /session and GET /sys/schema answer, else what GET /sys/first-run does. As
// encoding/json escapes <, > and U+2028/9, nothing in it ends the script.
func (s *Server) boot(r *http.Request, a *access.Actor) ([]byte, error) {
	if a == nil {
		_, needed, err := s.Access.FirstRun(r.Context())
		if err != nil {
			return nil, err
		}
		c, err := s.Company.Settings(r.Context())
		if err != nil {
			return nil, err
		}
		return json.Marshal(map[string]any{"out": true, "first_run": needed, "company": c.Name, "demo": s.Demo})
	}
	session, err := s.known(r, a)
	if err != nil {
		return nil, err
	}
	schema := s.Store.Schema().SchemaJSON(a, string(pageLang(r, a)))
	return json.Marshal(map[string]any{"session": session, "schema": json.RawMessage(schema)})
}

// writePage answers HTML, packed when it is worth it and the browser takes
// that. No secret stands in a page, so packing gives none away.
func writePage(w http.ResponseWriter, r *http.Request, page []byte) error {
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	if len(page) < 4<<10 || !accepts(r, "gzip") {
		_, err := w.Write(page)
		return gone(err)
	}
	h.Set("Content-Encoding", "gzip")
	z, err := gzip.NewWriterLevel(w, gzip.BestSpeed)
	if err != nil {
		return err
	}
	_, err = z.Write(page)
	return gone(errors.Join(err, z.Close()))
}

// gone is what a failure to write to a browser is: it has left.
func gone(err error) error {
	if err == nil {
		return nil
	}
	return &errs.Error{Kind: errs.Canceled, Code: "canceled", Err: err}
}

// loginPath leads to the log-in page and back to where one wanted to go.
func loginPath(to *url.URL) string {
	next := to.EscapedPath()
	if to.RawQuery != "" {
		next += "?" + to.RawQuery
	}
	if next = safeNext(next); next == "/" {
		return "/login"
	}
	return "/login?next=" + url.QueryEscape(next)
}

// safeNext is a path of this site, "/" for anything else: nobody is led
// elsewhere by a link to our log-in page. Browsers read \ as / and skip
// control characters.
func safeNext(next string) string {
	u, err := url.Parse(next)
	if err != nil || u.Scheme != "" || u.Host != "" || !strings.HasPrefix(next, "/") || strings.HasPrefix(next, "//") ||
		strings.ContainsFunc(next, func(c rune) bool { return c == '\\' || c < ' ' || c == 0x7f }) ||
		strings.HasPrefix(u.Path, "/login") || strings.HasPrefix(u.Path, "/api/") {
		return "/"
	}
	return next
}
