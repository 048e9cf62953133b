package api

import (
	"encoding/json"
	"maps"
	"net/http"
	"strconv"

	"kedang/internal/errs"
	"kedang/internal/meta"
	"kedang/internal/text"
)

// status maps an error's kind to HTTP, in one place.
var status = map[errs.Kind]int{
	errs.Internal:        http.StatusInternalServerError,
	errs.Invalid:         http.StatusUnprocessableEntity,
	errs.NotFound:        http.StatusNotFound,
	errs.Forbidden:       http.StatusForbidden,
	errs.Unauthenticated: http.StatusUnauthorized,
	errs.Conflict:        http.StatusConflict,
	errs.Stale:           http.StatusPreconditionFailed,
	errs.TooLarge:        http.StatusRequestEntityTooLarge,
	errs.TooMany:         http.StatusTooManyRequests,
	errs.Unavailable:     http.StatusServiceUnavailable,
	errs.Canceled:        499,
}

// errNotAllowed is a known address asked in a way it does not know.
var errNotAllowed = errs.New(errs.Invalid, "method_not_allowed", nil)

// problemDocument is RFC 9457 with a code and the problems of each field.
type problemDocument struct {
	Type   string         `json:"type"`
	Title  string         `json:"title"` // in the reader's language
	Status int            `json:"status"`
	Code   string         `json:"code"`
	Params errs.Params    `json:"params,omitempty"`
	Errors []problemEntry `json:"errors,omitempty"`
}

type problemEntry struct {
	Path    string      `json:"path"`
	Code    string      `json:"code"`
	Message string      `json:"message"`
	Params  errs.Params `json:"params,omitempty"`
	Record  *named      `json:"record,omitempty"` // the other record, to who may see it
}

// named is a record as a warning names it.
type named struct {
	Type   string `json:"type"`
	ID     string `json:"id"`
	Number string `json:"number,omitempty"`
	Title  string `json:"title"`
}

// entry is a problem with its sentence.
func entry(l text.Lang, p errs.Problem) problemEntry {
	e := problemEntry{Path: p.Path, Code: p.Code, Message: sentence(l, p.Code, p.Params), Params: visible(p.Params)}
	if other, ok := p.Params["other"].(string); ok {
		e.Record = &named{ID: other}
		e.Record.Type, _ = p.Params["type"].(string)
		e.Record.Number, _ = p.Params["number"].(string)
		e.Record.Title, _ = p.Params["title"].(string)
	}
	return e
}

// langKey finds the reader's language in a request's context.
type langKey struct{}

// lang is the language a request is answered in: that of the browser's pages,
// else the user's own, or what a program with a token asks for; of nobody, what
// the browser asks for.
func lang(r *http.Request) text.Lang {
	if l, ok := cookieLang(r); ok {
		return l
	}
	if l, ok := r.Context().Value(langKey{}).(string); ok && l != "" {
		return text.Match(l)
	}
	return text.Match(r.Header.Get("Accept-Language"))
}

// failure is an error and the status it is answered with. Faults of ours are
// logged with their story.
func (s *Server) failure(r *http.Request, err error) (e *errs.Error, code int) {
	e = errs.As(err)
	code = status[e.Kind]
	switch e {
	case errNotAllowed:
		code = http.StatusMethodNotAllowed
	case errNotJSON:
		code = http.StatusUnsupportedMediaType
	}
	if code >= 500 {
		s.Log.Error("failed", "method", r.Method, "path", r.URL.Path, "error", err.Error())
	}
	return e, code
}

// problem answers an error as a problem document, faults without their story.
func (s *Server) problem(w http.ResponseWriter, r *http.Request, err error) {
	e, code := s.failure(r, err)
	l := lang(r)
	if wait, ok := e.Params["wait"].(int64); ok {
		e = withSeconds(e, wait)
		w.Header().Set("Retry-After", strconv.FormatInt(wait, 10))
	}
	doc := problemDocument{Type: "urn:kedang:problem:" + e.Code, Title: sentence(l, e.Code, e.Params), Status: code, Code: e.Code, Params: visible(e.Params)}
	for i, p := range e.Problems {
		if i == 100 {
			break
		}
		doc.Errors = append(doc.Errors, entry(l, p))
	}
	if e.Kind == errs.Unauthenticated {
		w.Header().Set("WWW-Authenticate", `Bearer realm="kedang"`)
	}
	w.Header().Set("Content-Type", "application/problem+json")
	w.WriteHeader(code)
	json.NewEncoder(w).Encode(doc)
}

// withSeconds is an error that tells how long to wait, with the parameter that
// its sentence has.
func withSeconds(e *errs.Error, wait int64) *errs.Error {
	out := *e
	out.Params = errs.Params{"seconds": wait}
	return &out
}

// sentence is what people read: a pack rule's own words, or the catalogue's,
// which names choices as people know them.
func sentence(l text.Lang, code string, params errs.Params) string {
	if says := meta.TextOf(params["says"]).In(string(l)); says != "" {
		return says
	}
	if labels := meta.TextOf(params["labels"]).In(string(l)); labels != "" {
		params = maps.Clone(params)
		params["known"] = labels
	}
	return text.Message(l, code, params)
}

// visible drops the parameters that are texts already used.
func visible(params errs.Params) errs.Params {
	if params["says"] == nil && params["labels"] == nil {
		return params
	}
	out := maps.Clone(params)
	delete(out, "says")
	delete(out, "labels")
	return out
}

// warnings are a write's warnings with their sentences.
func warnings(r *http.Request, list []errs.Problem) []problemEntry {
	out := make([]problemEntry, 0, len(list))
	for _, p := range list {
		out = append(out, entry(lang(r), p))
	}
	return out
}
