package api

import (
	"context"
	"net/http"
	"runtime"
	"strconv"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"kedang/internal/access"
	"kedang/internal/job"
)

// metrics are the figures of one server, on a registry of their own: two
// servers in one process do not meet.
type metrics struct {
	requests *prometheus.CounterVec
	seconds  *prometheus.HistogramVec
	page     http.Handler
}

func newMetrics(o Options) *metrics {
	m := &metrics{
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "kedang_http_requests_total", Help: "Requests answered, by class of route, method and status."}, []string{"route", "method", "status"}),
		seconds: prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: "kedang_http_request_seconds", Help: "Time to answer, by class of route.",
			Buckets: []float64{.0005, .001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 10}}, []string{"route"}),
	}
	build := prometheus.NewGauge(prometheus.GaugeOpts{Name: "kedang_build_info", Help: "Always 1; the labels tell the build.",
		ConstLabels: prometheus.Labels{"version": o.Version, "go": runtime.Version(), "database": o.DB.Dialect().String()}})
	build.Set(1)
	reg := prometheus.NewRegistry()
	reg.MustRegister(m.requests, m.seconds, build, &engineFigures{o}, collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	m.page = promhttp.HandlerFor(reg, promhttp.HandlerOpts{})
	return m
}

// observe counts one answered request.
func (m *metrics) observe(r *http.Request, status int, took time.Duration) {
	route := routeClass(r.URL.Path)
	m.requests.WithLabelValues(route, methodClass(r.Method), strconv.Itoa(status)).Inc()
	m.seconds.WithLabelValues(route).Observe(took.Seconds())
}

// methodClass keeps invented methods from making labels.
func methodClass(m string) string {
	switch m {
	case "GET", "HEAD", "POST", "PATCH", "PUT", "DELETE", "OPTIONS":
		return m
	}
	return "other"
}

// routeClass is what kind of request a path is; never a type's name or an id,
// since whoever invents paths must not make labels.
func routeClass(path string) string {
	rest, ok := strings.CutPrefix(path, "/api/v1/")
	switch {
	case !ok && strings.HasPrefix(path, "/api/"):
		return "openapi"
	case !ok && (path == "/healthz" || path == "/metrics"):
		return "operate"
	case !ok:
		return "web"
	case rest == "session":
		return "session"
	case rest == "search":
		return "search"
	case strings.HasPrefix(rest, "sys/"):
		return "sys"
	}
	t, ok := parseTarget(path)
	switch {
	case !ok:
		return "other"
	case t.id == "" && t.verb == "":
		return "list"
	case t.id == "":
		return "list:verb"
	case t.part != "":
		return "record/part"
	case t.verb != "":
		return "record:verb"
	}
	return "record"
}

// serveMetrics serves GET /metrics: to callers from this machine or a private
// network, and to administrators.
func (s *Server) serveMetrics(w http.ResponseWriter, r *http.Request, a *access.Actor) error {
	if (a == nil || !a.Admin) && !s.near(r) {
		if a == nil {
			return errUnauthenticated
		}
		return mustAdmin(a)
	}
	s.metrics.page.ServeHTTP(w, r)
	return nil
}

// engineFigures reads database and queue when it is asked.
type engineFigures struct{ o Options }

var (
	commitsDesc = prometheus.NewDesc("kedang_db_commits_total", "Transactions committed.", nil, nil)
	writesDesc  = prometheus.NewDesc("kedang_db_writes_total", "Writes acknowledged in them.", nil, nil)
	failedDesc  = prometheus.NewDesc("kedang_db_writes_failed_total", "Writes refused or rolled back.", nil, nil)
	readsDesc   = prometheus.NewDesc("kedang_db_reads_total", "Reads begun.", nil, nil)
	queuedDesc  = prometheus.NewDesc("kedang_db_writes_waiting", "Writes that wait now.", nil, nil)
	busyDesc    = prometheus.NewDesc("kedang_db_connections_busy", "Connections in use now.", nil, nil)
	connsDesc   = prometheus.NewDesc("kedang_db_connections", "Connections there are.", nil, nil)
	jobsDesc    = prometheus.NewDesc("kedang_jobs", "Jobs, by state.", []string{"state"}, nil)
)

// Describe names the figures.
func (e *engineFigures) Describe(ch chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{commitsDesc, writesDesc, failedDesc, readsDesc, queuedDesc, busyDesc, connsDesc, jobsDesc} {
		ch <- d
	}
}

// Collect reads them; the queue's counts are left out when the database is away.
func (e *engineFigures) Collect(ch chan<- prometheus.Metric) {
	st := e.o.DB.Stats()
	count := func(d *prometheus.Desc, n int64) {
		ch <- prometheus.MustNewConstMetric(d, prometheus.CounterValue, float64(n))
	}
	gauge := func(d *prometheus.Desc, n int64, labels ...string) {
		ch <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, float64(n), labels...)
	}
	count(commitsDesc, st.Commits)
	count(writesDesc, st.Requests)
	count(failedDesc, st.Failed)
	count(readsDesc, st.Reads)
	gauge(queuedDesc, int64(st.Queued))
	gauge(busyDesc, int64(st.ReadersInUse))
	gauge(connsDesc, int64(st.Readers))
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
	defer cancel()
	counts, err := e.o.Jobs.Counts(ctx)
	if err != nil {
		return
	}
	for _, state := range []job.State{job.Waiting, job.Running, job.Done, job.Failed, job.Cancelled} {
		gauge(jobsDesc, counts[state], string(state))
	}
}
