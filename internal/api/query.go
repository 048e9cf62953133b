package api

import (
	"net/http"
	"strings"
	"time"

	"kedang/internal/access"
	"kedang/internal/errs"
	"kedang/internal/record"
)

// search serves GET /search?q=&types=customer,contact&limit=.
func (s *Server) search(w http.ResponseWriter, r *http.Request, a *access.Actor) error {
	v, err := params(r)
	if err != nil {
		return err
	}
	if err := knownOnly(v, "q", "types", "limit"); err != nil {
		return err
	}
	limit, err := intParam(r, "limit", 0, 1, 100)
	if err != nil {
		return err
	}
	buf := getBuffer()
	defer putBuffer(buf)
	out, err := s.Store.Search(r.Context(), a, record.SearchQuery{Q: v.Get("q"), Types: listParam(v.Get("types")), Limit: limit}, (*buf)[:0])
	*buf = out
	if err != nil {
		return err
	}
	return writeRaw(w, http.StatusOK, out)
}

// group serves GET /{type}:group?by=level&sum=worth and the parameters of a
// list, or the same as a POST body.
func (s *Server) group(w http.ResponseWriter, r *http.Request, a *access.Actor, typ string) error {
	var q record.GroupQuery
	switch r.Method {
	case http.MethodGet:
		v, err := params(r)
		if err != nil {
			return err
		}
		q.By, q.Sum = v.Get("by"), v.Get("sum")
		v.Del("by")
		v.Del("sum")
		if q.ListQuery, err = listQuery(v); err != nil {
			return err
		}
	case http.MethodPost:
		var b struct {
			queryBody
			By  string `json:"by"`
			Sum string `json:"sum"`
		}
		if err := readJSON(w, r, &b); err != nil {
			return err
		}
		q = record.GroupQuery{ListQuery: b.query(), By: b.By, Sum: b.Sum}
	default:
		return notAllowed(w, "GET, POST")
	}
	if q.By == "" {
		return errs.RefuseField("by", "required", nil)
	}
	buf := getBuffer()
	defer putBuffer(buf)
	out, err := s.Store.Group(r.Context(), a, typ, q, (*buf)[:0])
	*buf = out
	if err != nil {
		return err
	}
	return writeRaw(w, http.StatusOK, out)
}

// export serves GET /{type}:export?format=csv|xlsx and the parameters of a
// list, or the same as a POST body: the whole list as a sheet, streamed.
func (s *Server) export(w http.ResponseWriter, r *http.Request, a *access.Actor, typ string) error {
	var q record.ListQuery
	format := "xlsx"
	switch r.Method {
	case http.MethodGet:
		v, err := params(r)
		if err != nil {
			return err
		}
		if v.Has("format") {
			format = v.Get("format")
		}
		v.Del("format")
		if q, err = listQuery(v); err != nil {
			return err
		}
	case http.MethodPost:
		b := struct {
			queryBody
			Format string `json:"format"`
		}{Format: format}
		if err := readJSON(w, r, &b); err != nil {
			return err
		}
		q, format = b.query(), b.Format
	default:
		return notAllowed(w, "GET, POST")
	}
	mime, ok := sheetTypes[format]
	if !ok {
		return errs.RefuseField("format", "bad_choice", errs.Params{"value": format, "known": "csv, xlsx"})
	}
	t, ok := s.Store.Schema().Type(typ)
	if !ok {
		return errs.NotFoundf("type", typ)
	}
	l := lang(r)
	name := fileName(t.Plural.In(string(l)), t.Label.In(string(l)), t.Name)
	late := &lateWriter{ResponseWriter: w, header: func(h http.Header) {
		h.Set("Content-Type", mime)
		h.Set("Content-Disposition", disposition("attachment", name+"-"+s.Clock().In(a.Zone).Format("20060102-1504")+"."+format))
	}}
	_, err := s.Transfer.Export(r.Context(), a, typ, q, format, string(l), late)
	return s.stream(late, r, err)
}

var sheetTypes = map[string]string{
	"csv":  "text/csv; charset=utf-8",
	"xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}

// stream ends a streamed answer: an error before the first byte is a problem,
// one after it cuts the connection, because a short file must not look whole.
func (s *Server) stream(late *lateWriter, r *http.Request, err error) error {
	if err == nil || !late.began {
		return err
	}
	s.Log.Warn("answer ended early", "path", r.URL.Path, "error", err)
	panic(http.ErrAbortHandler)
}

// lateWriter sends its headers with the first byte, so that an error before it
// can still be answered as a problem.
type lateWriter struct {
	http.ResponseWriter
	header func(http.Header)
	began  bool
}

// Write sends.
func (l *lateWriter) Write(b []byte) (int, error) {
	if !l.began {
		l.began = true
		within(l.ResponseWriter, time.Now().Add(fileTime))
		l.header(l.ResponseWriter.Header())
		l.ResponseWriter.WriteHeader(http.StatusOK)
	}
	return l.ResponseWriter.Write(b)
}

// fileName is the first name that is none empty, without what file systems
// refuse.
func fileName(names ...string) string {
	for _, n := range names {
		if n = strings.Map(func(r rune) rune {
			if r < ' ' || strings.ContainsRune(`/\:*?"<>|`, r) {
				return -1
			}
			return r
		}, n); n != "" {
			return n
		}
	}
	return "export"
}
