package api

import (
	"math"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"kedang/internal/access"
	"kedang/internal/errs"
	"kedang/internal/record"
)

// target is what a record path names: /{type}[:verb] or
// /{type}/{id}[:verb][/part[/more]].
type target struct {
	typ, id, verb, part, more string
}

func parseTarget(path string) (t target, ok bool) {
	parts := strings.Split(strings.TrimPrefix(path, "/api/v1/"), "/")
	if len(parts) > 4 || parts[0] == "" {
		return t, false
	}
	last := len(parts) - 1
	if last <= 1 {
		parts[last], t.verb, _ = strings.Cut(parts[last], ":")
	}
	t.typ = parts[0]
	for i, to := range []*string{&t.id, &t.part, &t.more} {
		if len(parts) > i+1 {
			if parts[i+1] == "" {
				return t, false
			}
			*to = parts[i+1]
		}
	}
	return t, true
}

// takes names the parameters of an address; false where its handler knows
// better: lists, groups, exports.
func (t target) takes(method string) (names []string, ok bool) {
	switch {
	case method != http.MethodGet && method != http.MethodHead:
		return []string{"dry_run"}, t.verb != "group" && t.verb != "export"
	case t.id == "" || t.part == "related":
		return nil, false
	case t.part == "history":
		return []string{"page_size", "page_token"}, true
	case t.part == "timeline":
		return []string{"page_size", "page_token", "kinds"}, true
	case t.part == "":
		return []string{"fields", "expand", "as_of"}, true
	}
	return nil, true
}

// records serves the endpoints of record types.
func (s *Server) records(w http.ResponseWriter, r *http.Request, a *access.Actor) error {
	t, ok := parseTarget(r.URL.Path)
	if !ok {
		return errs.NotFoundf("path", r.URL.Path)
	}
	if names, ok := t.takes(r.Method); ok {
		if err := only(r, names...); err != nil {
			return err
		}
	}
	if t.id == "" {
		return s.collection(w, r, a, t)
	}
	id, err := idIn(t.id)
	if err != nil {
		return errs.NotFoundf(t.typ, t.id)
	}
	switch {
	case t.verb != "":
		return s.act(w, r, a, t, id)
	case t.part != "":
		return s.part(w, r, a, t, id)
	}
	switch r.Method {
	case http.MethodGet, http.MethodHead:
		if r.URL.Query().Has("as_of") {
			return s.getAsOf(w, r, a, t.typ, id)
		}
		return s.get(w, r, a, t.typ, id, http.StatusOK, nil)
	case http.MethodPatch:
		return s.patch(w, r, a, t.typ, id)
	case http.MethodDelete:
		saved, err := s.Store.Archive(r.Context(), a, t.typ, id, options(r, a))
		if err != nil {
			return err
		}
		return writeJSON(w, http.StatusOK, savedJSON(r, saved))
	}
	return notAllowed(w, "GET, PATCH, DELETE")
}

// notAllowed refuses a method and names those that would do.
func notAllowed(w http.ResponseWriter, methods string) error {
	w.Header().Set("Allow", methods)
	return errNotAllowed
}

// collection serves /{type} and /{type}:verb.
func (s *Server) collection(w http.ResponseWriter, r *http.Request, a *access.Actor, t target) error {
	if t.verb != "" {
		return s.collectionAct(w, r, a, t)
	}
	switch r.Method {
	case http.MethodGet, http.MethodHead:
		v, err := params(r)
		if err != nil {
			return err
		}
		q, err := listQuery(v)
		if err != nil {
			return err
		}
		return s.list(w, r, a, t.typ, q)
	case http.MethodPost:
		return s.create(w, r, a, t.typ)
	}
	return notAllowed(w, "GET, POST")
}

func (s *Server) collectionAct(w http.ResponseWriter, r *http.Request, a *access.Actor, t target) error {
	switch t.verb {
	case "export":
		return s.export(w, r, a, t.typ)
	case "group":
		return s.group(w, r, a, t.typ)
	}
	if r.Method != http.MethodPost {
		return notAllowed(w, "POST")
	}
	switch t.verb {
	case "query":
		var q queryBody
		if err := readJSON(w, r, &q); err != nil {
			return err
		}
		return s.list(w, r, a, t.typ, q.query())
	case "batch":
		return s.batch(w, r, a, t.typ)
	case "bulk":
		return s.bulk(w, r, a, t.typ)
	case "check":
		return s.check(w, r, a, t.typ)
	}
	return errs.NotFoundf("path", r.URL.Path)
}

// queryBody is a list query too long for a URL.
type queryBody struct {
	Filter    string   `json:"filter"`
	OrderBy   string   `json:"order_by"`
	PageSize  int      `json:"page_size"`
	PageToken string   `json:"page_token"`
	Fields    []string `json:"fields"`
	Expand    []string `json:"expand"`
	Total     string   `json:"total"`
	View      string   `json:"view"`
	Archived  string   `json:"archived"`
	Q         string   `json:"q"`
}

func (b queryBody) query() record.ListQuery {
	return record.ListQuery{Filter: b.Filter, OrderBy: b.OrderBy, PageSize: b.PageSize, PageToken: b.PageToken,
		Fields: b.Fields, Expand: b.Expand, Total: b.Total, View: b.View, Archived: b.Archived, Q: b.Q}
}

// listParams are the parameters a list takes; another is refused, because a
// misspelt filter must not answer everything.
var listParams = []string{"filter", "order_by", "page_size", "page_token", "fields", "expand", "total", "view", "archived", "q"}

func listQuery(v url.Values) (q record.ListQuery, err error) {
	if err := knownOnly(v, listParams...); err != nil {
		return q, err
	}
	q = record.ListQuery{Filter: v.Get("filter"), OrderBy: v.Get("order_by"), PageToken: v.Get("page_token"),
		Fields: listParam(v.Get("fields")), Expand: listParam(v.Get("expand")), Total: v.Get("total"), View: v.Get("view"),
		Archived: v.Get("archived"), Q: v.Get("q")}
	if text := v.Get("page_size"); text != "" {
		if q.PageSize, err = intWithin("page_size", text, 1, 1000); err != nil {
			return q, err
		}
	}
	return q, nil
}

func (s *Server) list(w http.ResponseWriter, r *http.Request, a *access.Actor, typ string, q record.ListQuery) error {
	buf := getBuffer()
	defer putBuffer(buf)
	out, err := s.Store.List(r.Context(), a, typ, q, (*buf)[:0])
	*buf = out
	if err != nil {
		return err
	}
	return writeRaw(w, http.StatusOK, out)
}

// get answers one record, with its revision as ETag.
func (s *Server) get(w http.ResponseWriter, r *http.Request, a *access.Actor, typ string, id int64, code int, warn []errs.Problem) error {
	v := r.URL.Query()
	q := record.GetQuery{}
	if r.Method == http.MethodGet {
		q.Fields, q.Expand = listParam(v.Get("fields")), listParam(v.Get("expand"))
	}
	buf := getBuffer()
	defer putBuffer(buf)
	out, rev, err := s.Store.Get(r.Context(), a, typ, id, q, (*buf)[:0])
	*buf = out
	if err != nil {
		return err
	}
	return writeRecord(w, r, code, out, rev, warn)
}

// getAsOf answers a record as it stood at a moment, at the end of a day, or
// after the write that made a revision: ?as_of=2026-01-31, ?as_of=rev:3.
func (s *Server) getAsOf(w http.ResponseWriter, r *http.Request, a *access.Actor, typ string, id int64) error {
	for _, other := range [...]string{"fields", "expand"} {
		if r.URL.Query().Has(other) {
			return errs.RefuseField(other, "not_with_as_of", nil)
		}
	}
	at, err := asOf(r.URL.Query().Get("as_of"), s.Store.Zone)
	if err != nil {
		return err
	}
	out, rev, err := s.Store.GetAsOf(r.Context(), a, typ, id, at, nil)
	if err != nil {
		return err
	}
	return writeRecord(w, r, http.StatusOK, out, rev, nil)
}

func asOf(text string, zone *time.Location) (record.AsOf, error) {
	if n, ok := strings.CutPrefix(text, "rev:"); ok {
		rev, err := intWithin("as_of", n, 1, math.MaxInt32)
		return record.AsOf{Rev: int64(rev)}, err
	}
	if day, err := time.ParseInLocation(time.DateOnly, text, zone); err == nil {
		return record.AsOf{At: day.AddDate(0, 0, 1).Add(-time.Millisecond)}, nil
	}
	at, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return record.AsOf{}, errs.RefuseField("as_of", "bad_datetime", errs.Params{"value": text})
	}
	return record.AsOf{At: at}, nil
}

// writeRecord answers a record and what was minded as it was written.
func writeRecord(w http.ResponseWriter, r *http.Request, code int, record []byte, rev int64, warn []errs.Problem) error {
	w.Header().Set("ETag", `"`+strconv.FormatInt(rev, 10)+`"`)
	if len(warn) > 0 {
		record = appendWarnings(record, warnings(r, warn))
	}
	return writeRaw(w, code, record)
}
