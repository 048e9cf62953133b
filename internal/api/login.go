package api

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"html/template"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"kedang/internal/access"
	"kedang/internal/errs"
	"kedang/internal/text"
)

//go:embed pages
var pageFiles embed.FS

// The pages that the server draws itself: light, and without scripts.
var (
	loginPage  = template.Must(template.New("login.html").Funcs(pageFuncs).ParseFS(pageFiles, "pages/login.html"))
	loginStyle = mustPage("pages/login.css")
	loginCSP   = pagePolicy(loginStyle)
)

// pageFuncs are what templates may call beside fields: {{t .Lang "code"}}.
var pageFuncs = template.FuncMap{
	"t": func(l text.Lang, code string) string { return text.Message(l, code, nil) },
}

func mustPage(name string) string {
	raw, err := pageFiles.ReadFile(name)
	if err != nil {
		panic(err) // embed has it
	}
	return string(raw)
}

// pagePolicy lets a page have its own style sheet and our icon, nothing else:
// no script at all.
func pagePolicy(style string) string {
	sum := sha256.Sum256([]byte(style))
	return "default-src 'none'; img-src 'self'; style-src 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) +
		"'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
}

// The acts of the log-in page.
const (
	actSignIn = "sign_in" // with a password
	actClaim  = "claim"   // the first run, with the console's code
	actCode   = "code"    // a new password, with an administrator's code
)

// loginView is what the log-in page shows.
type loginView struct {
	Lang    text.Lang
	Langs   []langLink
	Style   template.CSS
	Act     string
	Company string
	Demo    bool
	Next    string
	Self    string // this page again
	Code    string // its page for a one-time code
	Values  map[string]string
	Problem string            // of the whole
	At      map[string]string // of single fields
}

type langLink struct {
	Name, Href, Lang string
	On               bool
}

var langNames = map[text.Lang]string{text.ZhHans: "简体中文", text.ZhHant: "繁體中文", text.En: "English"}

// loginField is one field of the form, ready to draw.
type loginField struct {
	Name, Label, Value, Fill, Problem string
	Secret, Focus                     bool
}

// Fields are those of the page's act. Secrets never come back; the first
// field with something to do has the focus.
func (v *loginView) Fields() []loginField {
	names := map[string][]string{actSignIn: {"username", "password"}, actClaim: {"code", "name", "username", "password"},
		actCode: {"username", "code", "password"}}[v.Act]
	fill := map[string]string{"username": "username", "password": "new-password", "name": "name", "code": "one-time-code"}
	if v.Act == actSignIn {
		fill["password"] = "current-password"
	}
	out, focused := make([]loginField, 0, len(names)), false
	for _, name := range names {
		label := "page." + name
		if v.Act == actCode && name != "username" {
			label = map[string]string{"code": "page.reset_code", "password": "page.new_password"}[name]
		} else if v.Act == actClaim && name == "code" {
			label = "page.console_code"
		}
		f := loginField{Name: name, Label: text.Message(v.Lang, label, nil), Value: v.Values[name], Fill: fill[name], Problem: v.At[name], Secret: name == "password"}
		if f.Secret {
			f.Value = ""
		}
		if !focused && (f.Value == "" || f.Problem != "") {
			f.Focus, focused = true, true
		}
		out = append(out, f)
	}
	return out
}

// login serves GET and POST /login?next=&by=code.
func (s *Server) login(w http.ResponseWriter, r *http.Request) {
	if err := s.loginOr(w, r); err != nil {
		s.pageProblem(w, r, err)
	}
}

func (s *Server) loginOr(w http.ResponseWriter, r *http.Request) error {
	q := r.URL.Query()
	l := pageLang(r, nil)
	if asked := q.Get("lang"); asked != "" {
		l = text.Match(asked)
		http.SetCookie(w, &http.Cookie{Name: langCookie, Value: string(l), Path: "/", Secure: s.https(r), SameSite: http.SameSiteLaxMode, MaxAge: 365 * 24 * 3600})
	}
	v, err := s.loginView(r, l, safeNext(q.Get("next")), q.Get("by") == actCode)
	if err != nil {
		return err
	}
	switch r.Method {
	case http.MethodGet, http.MethodHead:
		if a, err := s.visitor(r); err != nil {
			return err
		} else if a != nil {
			return s.lead(w, r, v.Next)
		}
		return s.showLogin(w, r, v, http.StatusOK)
	case http.MethodPost:
		return s.postLogin(w, r, v)
	}
	return notAllowed(w, "GET, POST")
}

func (s *Server) loginView(r *http.Request, l text.Lang, next string, byCode bool) (*loginView, error) {
	_, first, err := s.Access.FirstRun(r.Context())
	if err != nil {
		return nil, err
	}
	c, err := s.Company.Settings(r.Context())
	if err != nil {
		return nil, err
	}
	v := &loginView{Lang: l, Style: template.CSS(loginStyle), Act: actSignIn, Company: c.Name, Demo: s.Demo, Next: next,
		Values: map[string]string{}, At: map[string]string{}}
	q := url.Values{}
	if next != "/" {
		q.Set("next", next)
	}
	q.Set("by", actCode)
	v.Code = "/login?" + q.Encode()
	q.Del("by")
	switch {
	case first:
		v.Act = actClaim
		v.Values["username"] = "admin"
	case byCode:
		v.Act = actCode
		q.Set("by", actCode)
	case s.Demo:
		v.Values["username"] = "admin"
	}
	v.Self = "/login?" + q.Encode()
	for _, x := range text.Langs() {
		q.Set("lang", string(x))
		v.Langs = append(v.Langs, langLink{Name: langNames[x], Href: "/login?" + q.Encode(), Lang: string(x), On: x == l})
	}
	return v, nil
}

// showLogin draws the page.
func (s *Server) showLogin(w http.ResponseWriter, r *http.Request, v *loginView, code int) error {
	var page bytes.Buffer
	if err := loginPage.Execute(&page, v); err != nil {
		return err
	}
	h := w.Header()
	h.Set("Cache-Control", "no-store")
	h.Set("Content-Security-Policy", loginCSP)
	h.Set("Content-Language", string(v.Lang))
	h.Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(code)
	if r.Method == http.MethodHead {
		return nil
	}
	_, err := w.Write(page.Bytes())
	return gone(err)
}

// maxForm is the largest form of the log-in page, in bytes.
const maxForm = 16 << 10

// postLogin does what the form asks and leads on; what is refused is said in
// the page, with everything but secrets still in its place.
func (s *Server) postLogin(w http.ResponseWriter, r *http.Request, v *loginView) error {
	err := s.sameSite(r)
	if err == nil {
		err = s.readLogin(w, r, v)
	}
	if err == nil {
		err = s.enter(w, r, v)
	}
	if err == nil {
		return s.lead(w, r, v.Next)
	}
	e := errs.As(err)
	code := status[e.Kind]
	if code >= 500 {
		return err
	}
	if wait, ok := e.Params["wait"].(int64); ok {
		e = withSeconds(e, wait)
		w.Header().Set("Retry-After", strconv.FormatInt(wait, 10))
	}
	for _, p := range e.Problems {
		if v.At[p.Path] == "" {
			v.At[p.Path] = sentence(v.Lang, p.Code, p.Params)
		}
	}
	if len(e.Problems) == 0 {
		v.Problem = sentence(v.Lang, e.Code, e.Params)
	}
	return s.showLogin(w, r, v, code)
}

// loginFields are what the form may hold.
var loginFields = []string{"username", "password", "name", "code"}

func (s *Server) readLogin(w http.ResponseWriter, r *http.Request, v *loginView) error {
	r.Body = http.MaxBytesReader(w, r.Body, maxForm)
	if err := r.ParseForm(); err != nil {
		return errs.New(errs.Invalid, "bad_form", nil)
	}
	for _, name := range loginFields {
		value := r.PostForm.Get(name)
		if err := checkText(name, value); err != nil {
			return err
		}
		if name != "password" {
			value = strings.TrimSpace(value)
		}
		v.Values[name] = value
	}
	return nil
}

// enter signs in; before that it makes the administrator or sets the password.
func (s *Server) enter(w http.ResponseWriter, r *http.Request, v *loginView) error {
	in, ctx := v.Values, r.Context()
	switch v.Act {
	case actClaim:
		_, err := s.Access.Claim(ctx, in["code"], access.NewUser{Username: in["username"], Name: in["name"], Password: in["password"], Lang: string(v.Lang)})
		if err != nil {
			return err
		}
	case actCode:
		if err := s.Access.UsePasswordCode(ctx, in["username"], in["code"], in["password"], s.clientIP(r)); err != nil {
			return err
		}
	}
	token, _, err := s.Access.SignIn(ctx, in["username"], in["password"], s.clientIP(r), r.UserAgent())
	if err != nil {
		return err
	}
	s.setCookie(w, r, token, cookieAge)
	return nil
}

// lead sends a browser on.
func (s *Server) lead(w http.ResponseWriter, r *http.Request, next string) error {
	w.Header().Set("Cache-Control", "no-store")
	http.Redirect(w, r, next, http.StatusSeeOther)
	return nil
}

// pageProblem answers an error of a page as a page: a sentence, and the way back.
func (s *Server) pageProblem(w http.ResponseWriter, r *http.Request, err error) {
	e, code := s.failure(r, err)
	a, _ := s.visitor(r)
	l := pageLang(r, a)
	v := &loginView{Lang: l, Style: template.CSS(loginStyle), Problem: sentence(l, e.Code, e.Params), Next: "/"}
	for _, p := range e.Problems {
		v.Problem = sentence(l, p.Code, p.Params)
		break
	}
	if err := s.showLogin(w, r, v, code); err != nil {
		s.Log.Debug("page", "error", err)
	}
}
