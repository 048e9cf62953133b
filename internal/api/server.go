package api

import (
	"context"
	"io/fs"
	"log/slog"
	"net/http"
	"runtime/debug"
	"strings"
	"time"

	"kedang/internal/access"
	"kedang/internal/bulk"
	"kedang/internal/company"
	"kedang/internal/db"
	"kedang/internal/errs"
	"kedang/internal/job"
	"kedang/internal/ledger"
	"kedang/internal/record"
	"kedang/internal/text"
	"kedang/internal/transfer"
)

// Options are what a Server stands on.
type Options struct {
	DB       *db.DB
	Store    *record.Store
	Access   *access.Service
	Jobs     *job.Queue
	Ledger   *ledger.Ledger
	Transfer *transfer.Service
	Bulk     *bulk.Service
	Company  *company.Service
	Web      fs.FS // the built web app; its index.html is served for every page
	Log      *slog.Logger
	Clock    func() time.Time
	Secure   bool     // cookies only over HTTPS
	Proxies  []string // addresses whose X-Forwarded-For and -Proto are believed, in CIDR form
	Version  string
	Demo     bool
}

// Server answers HTTP for one company.
type Server struct {
	Options
	mux     *http.ServeMux
	metrics *metrics
	trusted []network
	started time.Time

	crossSite http.CrossOriginProtection
}

// maxBody is the largest JSON body taken in; uploads have their own limit.
const maxBody = 4 << 20

// handler is how every endpoint looks: what it returns is written by one place.
type handler func(w http.ResponseWriter, r *http.Request, a *access.Actor) error

// New makes a Server. It fails when Proxies holds what is no network.
func New(o Options) (*Server, error) {
	if o.Clock == nil {
		o.Clock = time.Now
	}
	if o.Log == nil {
		o.Log = slog.Default()
	}
	s := &Server{Options: o, mux: http.NewServeMux(), metrics: newMetrics(o), started: o.Clock()}
	var err error
	if s.trusted, err = networks(o.Proxies); err != nil {
		return nil, err
	}
	s.routes()
	return s, nil
}

// routes is the table of all endpoints but those of record types, which
// records.go tells apart by their path.
func (s *Server) routes() {
	open := func(pattern string, h handler) { s.mux.Handle(pattern, s.wrap(h, false)) }
	signed := func(pattern string, h handler) { s.mux.Handle(pattern, s.wrap(h, true)) }

	open("GET /healthz", s.health)
	open("GET /metrics", s.serveMetrics)
	open("GET /api/openapi.json", s.openAPI)
	open("POST /api/v1/session", s.signIn)
	signed("GET /api/v1/session", s.session)
	signed("DELETE /api/v1/session", s.signOut)
	open("GET /api/v1/sys/first-run", s.firstRun)
	open("POST /api/v1/sys/first-run", s.claim)
	signed("POST /api/v1/sys/password", s.changePassword)
	open("POST /api/v1/sys/password-reset", s.usePasswordCode)
	signed("GET /api/v1/sys/sessions", s.sessions)
	signed("DELETE /api/v1/sys/sessions/{id}", s.endSession)
	signed("GET /api/v1/sys/tokens", s.tokens)
	signed("POST /api/v1/sys/tokens", s.createToken)
	signed("DELETE /api/v1/sys/tokens/{id}", s.revokeToken)

	signed("GET /api/v1/sys/schema", s.schema)
	signed("GET /api/v1/sys/users", s.users)
	signed("POST /api/v1/sys/users", s.createUser)
	signed("GET /api/v1/sys/users/{id}", s.getUser)
	signed("PATCH /api/v1/sys/users/{id}", s.updateUser)
	signed("POST /api/v1/sys/users/{id}/password-reset", s.resetPassword)
	signed("GET /api/v1/sys/departments", s.departments)
	signed("POST /api/v1/sys/departments", s.createDepartment)
	signed("PATCH /api/v1/sys/departments/{id}", s.updateDepartment)
	signed("GET /api/v1/sys/roles", s.roles)
	signed("GET /api/v1/sys/audit", s.audit)
	signed("GET /api/v1/sys/company", s.company)
	signed("PATCH /api/v1/sys/company", s.updateCompany)
	signed("GET /api/v1/sys/state", s.state)

	s.workRoutes(signed)
	signed("GET /api/v1/search", s.search)
	s.mux.Handle("/api/v1/", s.wrap(s.records, true))
	s.mux.Handle("/api/", s.wrap(func(_ http.ResponseWriter, r *http.Request, _ *access.Actor) error {
		return errs.NotFoundf("path", r.URL.Path) // of another version: no page of the web app
	}, false))
	s.mux.HandleFunc("/login", s.login)
	s.mux.HandleFunc("GET /print/{type}", s.printed(s.printList))
	s.mux.HandleFunc("POST /print/{type}", s.printed(s.printList))
	s.mux.HandleFunc("GET /print/{type}/{id}", s.printed(s.printRecord))
	s.mux.Handle("/", http.HandlerFunc(s.web))
}

// workRoutes are those of what takes long: jobs, imports, bulk changes.
func (s *Server) workRoutes(signed func(string, handler)) {
	signed("GET /api/v1/sys/jobs", s.jobs)
	signed("GET /api/v1/sys/jobs/{id}", s.job)
	signed("POST /api/v1/sys/jobs/{id}/cancel", s.cancelJob)
	signed("POST /api/v1/sys/jobs/{id}/again", s.againJob)
	signed("POST /api/v1/sys/imports", s.upload)
	signed("GET /api/v1/sys/imports", s.imports)
	signed("GET /api/v1/sys/imports/{id}", s.importState)
	signed("PATCH /api/v1/sys/imports/{id}", s.importPlan)
	signed("PUT /api/v1/sys/imports/{id}/decisions", s.importDecide)
	signed("POST /api/v1/sys/imports/{id}/start", s.importStart)
	signed("POST /api/v1/sys/imports/{id}/undo", s.importAct(s.Transfer.Undo))
	signed("POST /api/v1/sys/imports/{id}/cancel", s.importAct(s.Transfer.Cancel))
	signed("POST /api/v1/sys/imports/{id}/resume", s.importAct(s.Transfer.Resume))
	signed("POST /api/v1/sys/imports/{id}/mend", s.importMend)
	signed("GET /api/v1/sys/imports/{id}/preview", s.importPreview)
	signed("GET /api/v1/sys/imports/{id}/rows", s.importRows)
	signed("GET /api/v1/sys/imports/{id}/refused", s.importRefused)

	signed("GET /api/v1/sys/bulks", s.bulks)
	signed("GET /api/v1/sys/bulks/{id}", s.bulkState)
	signed("POST /api/v1/sys/bulks/{id}/undo", s.bulkUndo)
	signed("POST /api/v1/sys/bulks/{id}/cancel", s.bulkCancel)
}

// ServeHTTP answers one request: marks headers, counts, logs, and turns a
// panic into a problem and a line in the log.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	begin := time.Now()
	rec := &recorder{ResponseWriter: w, status: 200}
	defer func() {
		if p := recover(); p != nil {
			if p == http.ErrAbortHandler {
				panic(p)
			}
			s.Log.Error("panic", "path", r.URL.Path, "panic", p, "stack", string(debug.Stack()))
			s.problem(rec, r, errs.New(errs.Internal, "internal", nil))
		}
		s.finish(rec, r, time.Since(begin))
	}()
	h := rec.Header()
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "same-origin")
	h.Set("X-Frame-Options", "DENY")
	if strings.HasPrefix(r.URL.Path, "/api/") {
		h.Set("Cache-Control", "no-store")
	}
	within(rec, begin.Add(requestTime))
	s.mux.ServeHTTP(rec, r)
}

// How long a client may take to send a request's body and to read the answer:
// nobody holds a connection by being slow. Files get longer.
const (
	requestTime = 2 * time.Minute
	fileTime    = 4 * time.Hour
)

// within ends the connection at a moment when the exchange is not over by then.
// What stands for a connection in tests has no deadlines.
func within(w http.ResponseWriter, end time.Time) {
	c := http.NewResponseController(w)
	_ = c.SetReadDeadline(end)
	_ = c.SetWriteDeadline(end)
}

// finish counts a request and writes it to the log: errors loudly, the rest at debug.
func (s *Server) finish(rec *recorder, r *http.Request, took time.Duration) {
	s.metrics.observe(r, rec.status, took)
	level := slog.LevelDebug
	switch {
	case rec.status >= 500:
		level = slog.LevelError
	case took > 2*time.Second:
		level = slog.LevelWarn
	}
	s.Log.LogAttrs(r.Context(), level, "request", slog.String("method", r.Method), slog.String("path", r.URL.Path),
		slog.Int("status", rec.status), slog.Duration("took", took), slog.Int64("bytes", rec.bytes), slog.String("from", s.clientIP(r)))
}

// recorder notes what was answered.
type recorder struct {
	http.ResponseWriter
	status int
	bytes  int64
	wrote  bool
}

// WriteHeader notes the status.
func (r *recorder) WriteHeader(code int) {
	if !r.wrote {
		r.status, r.wrote = code, true
	}
	r.ResponseWriter.WriteHeader(code)
}

// Write counts the bytes.
func (r *recorder) Write(b []byte) (int, error) {
	r.wrote = true
	n, err := r.ResponseWriter.Write(b)
	r.bytes += int64(n)
	return n, err
}

// Unwrap lets http.ResponseController reach the connection.
func (r *recorder) Unwrap() http.ResponseWriter { return r.ResponseWriter }

// wrap finds out who asks, keeps other sites out, and writes what a handler
// returns.
func (s *Server) wrap(h handler, signed bool) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err := s.sameSite(r); err != nil {
			s.problem(w, r, err)
			return
		}
		a, err := s.actor(r)
		if err != nil && (signed || !errs.Is(err, errs.Unauthenticated)) {
			s.problem(w, r, err)
			return
		}
		if a != nil {
			lang := a.Lang
			if a.Source == "api" { // a program says what it means; a browser always says something
				lang = string(text.Prefer(r.Header.Get("Accept-Language"), text.Lang(a.Lang)))
			}
			r = r.WithContext(context.WithValue(r.Context(), langKey{}, lang))
		}
		if err := h(w, r, a); err != nil {
			s.problem(w, r, err)
		}
	})
}
