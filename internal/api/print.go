package api

import (
	"bytes"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"html/template"
	"net/http"
	"strings"

	"kedang/internal/access"
	"kedang/internal/errs"
	"kedang/internal/text"
	"kedang/internal/transfer"
)

var (
	printPage   = template.Must(template.New("print.html").Funcs(pageFuncs).Funcs(printFuncs).ParseFS(pageFiles, "pages/print.html"))
	printStyle  = mustPage("pages/print.css")
	printScript = mustPage("pages/print.js")
)

var printFuncs = template.FuncMap{
	"has": strings.Contains,
	"left": func(l text.Lang, t *transfer.Table) string {
		if t.AtLeast {
			return text.Message(l, "print.first_of_more", map[string]any{"count": len(t.Rows)})
		}
		return text.Message(l, "print.first_of", map[string]any{"count": len(t.Rows), "all": t.All})
	},
}

// printView is a paper with what stands on every sheet of it.
type printView struct {
	*transfer.Paper
	Lang    text.Lang
	Company string
	Made    string       // by whom and when
	Foot    template.CSS // company, who, when, number: a CSS string, at the foot of every page
	Nonce   string
	Style   template.CSS
	Script  template.JS
	Back    string
}

// cssString writes a text as a CSS string: all but plain letters and digits as
// escapes, so that no text ends it.
func cssString(s string) template.CSS {
	var b strings.Builder
	b.WriteByte('"')
	for _, c := range s {
		if c < 0x80 && (c >= '0' && c <= '9' || c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z') {
			b.WriteRune(c)
			continue
		}
		fmt.Fprintf(&b, `\%06x`, c)
	}
	b.WriteByte('"')
	return template.CSS(b.String())
}

// printed wraps the pages that are made for paper: a browser without a session
// is led to the log-in page, a refusal is a page too.
func (s *Server) printed(h func(w http.ResponseWriter, r *http.Request, a *access.Actor) error) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if err := s.sameSite(r); err != nil {
			s.pageProblem(w, r, err)
			return
		}
		a, err := s.actor(r)
		switch {
		case errs.Is(err, errs.Unauthenticated) && r.Header.Get("Authorization") == "":
			w.Header().Set("Cache-Control", "no-store")
			http.Redirect(w, r, loginPath(r.URL), http.StatusSeeOther)
			return
		case err == nil:
			err = h(w, r, a)
		}
		if err != nil {
			s.pageProblem(w, r, err)
		}
	}
}

// printRecord serves GET /print/{type}/{id}?form=.
func (s *Server) printRecord(w http.ResponseWriter, r *http.Request, a *access.Actor) error {
	v, err := params(r)
	if err != nil {
		return err
	}
	if err := knownOnly(v, "form"); err != nil {
		return err
	}
	id, err := idIn(r.PathValue("id"))
	if err != nil {
		return err
	}
	l := pageLang(r, a)
	p, err := s.Transfer.PrintRecord(r.Context(), a, r.PathValue("type"), id, v.Get("form"), string(l))
	if err != nil {
		return err
	}
	return s.showPaper(w, r, l, p)
}

// printList serves GET /print/{type}?view=&filter=&order_by=&fields=&q=&archived=,
// and POST with the same as a form: a thousand ticked rows are no address.
func (s *Server) printList(w http.ResponseWriter, r *http.Request, a *access.Actor) error {
	v, err := params(r)
	if r.Method == http.MethodPost {
		v, err = posted(w, r)
	}
	if err != nil {
		return err
	}
	q, err := listQuery(v)
	if err != nil {
		return err
	}
	l := pageLang(r, a)
	p, err := s.Transfer.PrintList(r.Context(), a, r.PathValue("type"), q, string(l))
	if err != nil {
		return err
	}
	return s.showPaper(w, r, l, p)
}

// showPaper draws a paper. Its foot is made by the style sheet, which is
// therefore a page's own; its one script opens the browser's print dialog.
func (s *Server) showPaper(w http.ResponseWriter, r *http.Request, l text.Lang, p *transfer.Paper) error {
	c, err := s.Company.Settings(r.Context())
	if err != nil {
		return err
	}
	nonce := rand.Text()
	view := printView{Paper: p, Lang: l, Company: c.Name, Nonce: nonce, Style: template.CSS(printStyle), Script: template.JS(printScript)}
	view.Made = text.Message(l, "print.made", map[string]any{"name": p.By, "at": p.At.Format("2006-01-02 15:04")})
	var foot []string
	for _, x := range []string{c.Name, view.Made, p.Number} {
		if x != "" {
			foot = append(foot, x)
		}
	}
	view.Foot = cssString(strings.Join(foot, " · "))
	var page bytes.Buffer
	if err := printPage.Execute(&page, view); err != nil {
		return err
	}
	sum := sha256.Sum256([]byte(printScript))
	h := w.Header()
	h.Set("Cache-Control", "no-store")
	h.Set("Content-Language", string(l))
	h.Set("Content-Security-Policy", "default-src 'none'; img-src 'self'; style-src 'nonce-"+nonce+"'; script-src 'sha256-"+base64.StdEncoding.EncodeToString(sum[:])+
		"'; form-action 'none'; frame-ancestors 'none'; base-uri 'none'")
	return writePage(w, r, page.Bytes())
}
