package scripttest

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io/fs"
	"net/http"
	"path"
	"regexp"
	"strings"
	"time"

	"kedang/internal/api/apitest"
	"kedang/internal/job"
)

// mostFailures is after how many failures a script is given up.
const mostFailures = 20

// Run runs a script against a company; files it names lie in dir. It answers
// what did not hold: nothing when all did.
func (s *Script) Run(ctx context.Context, c *apitest.Company, dir fs.FS) []Failure {
	r := &runner{ctx: ctx, c: c, dir: dir, script: s, vars: map[string]string{}, headers: http.Header{}}
	for _, st := range s.steps {
		r.line = st.line
		if err := r.do(st); err != nil {
			r.failures = append(r.failures, Failure{s.Name, st.line, err.Error()})
			if len(r.failures) == mostFailures || st.word == "let" || st.word == "user" {
				return r.failures // what follows would fail because of this
			}
		}
	}
	return r.failures
}

// runner is a script on its way.
type runner struct {
	ctx      context.Context
	c        *apitest.Company
	dir      fs.FS
	script   *Script
	line     int
	failures []Failure

	token   string
	vars    map[string]string
	headers http.Header // for the next request

	request string // the last one, for failures
	answer  *answer
	value   any // its JSON
}

func (r *runner) do(st step) error {
	if methods[st.word] {
		return r.send(st.word, st.arg)
	}
	arg := r.fill(st.arg)
	switch st.word {
	case "user":
		return r.user(arg)
	case "as":
		return r.as(arg)
	case "token":
		r.token = arg
		return nil
	case "clock":
		t, err := time.Parse(time.RFC3339, arg)
		if err == nil {
			r.c.SetClock(t)
		}
		return err
	case "with":
		name, value, _ := strings.Cut(arg, " ")
		r.headers.Set(name, value)
		return nil
	case "upload":
		return r.upload(arg)
	case "import":
		return r.imports(arg)
	case "let":
		return r.let(st.arg)
	}
	if r.answer == nil {
		return fmt.Errorf("nothing was asked yet")
	}
	if err := r.assert(st.word, arg); err != nil {
		return fmt.Errorf("%s %s: %w\n\tafter %s\n\twhich answered %d %s", st.word, arg, err, r.request, r.answer.code, excerpt(r.answer.body.Bytes()))
	}
	return nil
}

func excerpt(b []byte) string {
	if len(b) > 600 {
		return string(b[:600]) + " …"
	}
	return string(b)
}

var variable = regexp.MustCompile(`\{[a-z][a-z0-9_]*\}`)

// fill puts remembered values in; braces around other words stay.
func (r *runner) fill(text string) string {
	return variable.ReplaceAllStringFunc(text, func(m string) string {
		if v, ok := r.vars[m[1:len(m)-1]]; ok {
			return v
		}
		return m
	})
}

func (r *runner) user(arg string) error {
	var n apitest.NewPerson
	for i, w := range strings.Fields(arg) {
		key, value, named := strings.Cut(w, "=")
		switch {
		case named && key == "manager":
			n.Manager = value
		case named && key == "password":
			n.Password = value
		case i == 0:
			n.Name = w
		case i == 1:
			n.Role = w
		case i == 2:
			n.Department = w
		default:
			return fmt.Errorf("user: %q is not understood", w)
		}
	}
	_, err := r.c.User(r.ctx, n)
	return err
}

func (r *runner) as(name string) error {
	if name == "nobody" {
		r.token = ""
		return nil
	}
	if r.c.UserID(name) == "" {
		return fmt.Errorf("there is no user %s", name)
	}
	token, err := r.c.User(r.ctx, apitest.NewPerson{Name: name})
	r.token = token
	return err
}

func (r *runner) let(arg string) error {
	name, from, ok := strings.Cut(arg, "=")
	word, rest, _ := strings.Cut(strings.TrimSpace(from), " ")
	if !ok {
		return fmt.Errorf("let NAME = json PATH")
	}
	name, rest = strings.TrimSpace(name), strings.TrimSpace(rest)
	if word == "user" {
		r.vars[name] = r.c.UserID(rest)
		return nil
	}
	if r.answer == nil {
		return fmt.Errorf("nothing was asked yet")
	}
	switch word {
	case "header":
		r.vars[name] = r.answer.header.Get(rest)
	case "json":
		v, found := lookup(r.value, rest)
		if !found || v == nil {
			return fmt.Errorf("let %s: there is no %s\n\tafter %s\n\twhich answered %d %s", name, rest, r.request, r.answer.code, excerpt(r.answer.body.Bytes()))
		}
		r.vars[name] = textOf(v)
	default:
		return fmt.Errorf("let: %q is neither json, header nor user", word)
	}
	return nil
}

// send makes a request of "URL [BODY]".
func (r *runner) send(method, arg string) error {
	target, body := splitBody(method, arg)
	return r.exchange(method, r.fill(target), "application/json", []byte(r.fill(body)))
}

// splitBody cuts an argument where its body begins.
func splitBody(method, arg string) (target, body string) {
	if method == "GET" || method == "HEAD" {
		return arg, ""
	}
	if target, body, ok := strings.Cut(arg, " raw:"); ok {
		return target, body
	}
	at := -1
	for _, open := range []string{" {", " ["} {
		if i := strings.Index(arg, open); i >= 0 && (at < 0 || i < at) {
			at = i
		}
	}
	if at < 0 {
		return arg, ""
	}
	return arg[:at], arg[at+1:]
}

// exchange sends one request through the handler and keeps the answer.
func (r *runner) exchange(method, target, mime string, body []byte) error {
	req, err := http.NewRequestWithContext(r.ctx, method, "http://kedang.test"+encode(target), bytes.NewReader(body))
	if err != nil {
		return err
	}
	req.RemoteAddr = "192.0.2.1:40000"
	req.RequestURI = req.URL.RequestURI()
	for name, values := range r.headers {
		req.Header[name] = values
	}
	if len(body) > 0 && req.Header.Get("Content-Type") == "" {
		req.Header.Set("Content-Type", mime)
	}
	if r.token != "" && req.Header.Get("Authorization") == "" {
		req.Header.Set("Authorization", "Bearer "+r.token)
	}
	r.headers = http.Header{}
	r.request = method + " " + target + " " + excerpt(body)
	r.answer, r.value = &answer{header: http.Header{}}, nil
	r.c.ServeHTTP(r.answer, req)
	if strings.Contains(r.answer.header.Get("Content-Type"), "json") && r.answer.body.Len() > 0 {
		d := json.NewDecoder(bytes.NewReader(r.answer.body.Bytes()))
		d.UseNumber()
		if err := d.Decode(&r.value); err != nil {
			return fmt.Errorf("%s answered what is no JSON: %w\n\t%s", r.request, err, excerpt(r.answer.body.Bytes()))
		}
	}
	if r.answer.code == http.StatusAccepted {
		return r.idle()
	}
	return nil
}

// idle waits until the queue has nothing to do.
func (r *runner) idle() error {
	for deadline := time.Now().Add(60 * time.Second); time.Now().Before(deadline); time.Sleep(5 * time.Millisecond) {
		counts, err := r.c.Jobs.Counts(r.ctx)
		if err != nil {
			return err
		}
		if counts[job.Waiting]+counts[job.Running] == 0 {
			return nil
		}
	}
	return fmt.Errorf("the queue did not end its work within a minute")
}

// answer records a response.
type answer struct {
	code   int
	header http.Header
	body   bytes.Buffer
}

// Header implements http.ResponseWriter.
func (a *answer) Header() http.Header { return a.header }

// WriteHeader implements http.ResponseWriter.
func (a *answer) WriteHeader(code int) {
	if a.code == 0 {
		a.code = code
	}
}

// Write implements http.ResponseWriter.
func (a *answer) Write(b []byte) (int, error) {
	a.WriteHeader(http.StatusOK)
	return a.body.Write(b)
}

// file reads a file of the script's folder.
func (r *runner) file(name string) ([]byte, error) {
	if r.dir == nil {
		return nil, fmt.Errorf("there is no folder for %s", name)
	}
	return fs.ReadFile(r.dir, path.Clean(name))
}
