package transfer

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"
	"time"

	"kedang/internal/access"
	"kedang/internal/expr"
	"kedang/internal/meta"
)

// wording writes what the engine answers as people read it.
type wording struct {
	out *meta.Output
	in  *meta.Input
}

func (s *Service) wording(a *access.Actor, lang string) wording {
	return wording{&meta.Output{Lang: lang, Zone: s.zone(a)}, &meta.Input{Zone: s.Store.Zone, Region: s.Store.Region, Now: s.Clock()}}
}

// zone is the person's; the company's for the system.
func (s *Service) zone(a *access.Actor) *time.Location {
	if a.Zone == nil {
		return s.Store.Zone
	}
	return a.Zone
}

// text is a field's value in words; "" for none.
func (w wording) text(f *meta.Field, masked bool, raw json.RawMessage) string {
	if len(raw) == 0 || string(raw) == "null" {
		return ""
	}
	if f.Target != nil {
		return w.titles(raw)
	}
	v, ok := decoded(raw)
	if !ok {
		return string(raw)
	}
	if masked {
		return plain(v, w.mark())
	}
	stored, problems := f.Kind.Parse(f, v, w.in)
	if len(problems) > 0 {
		return plain(v, w.mark())
	}
	return f.Kind.Format(f, stored, w.out)
}

// decoded reads JSON with its numbers as they are written.
func decoded(raw json.RawMessage) (v any, ok bool) {
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	return v, d.Decode(&v) == nil
}

// mark stands between the values of one field.
func (w wording) mark() string {
	if w.out.Lang == "en" {
		return ", "
	}
	return "、"
}

// titles are those of one linked record or of several.
func (w wording) titles(raw json.RawMessage) string {
	type link struct {
		Title string `json:"title"`
	}
	var many []link
	if json.Unmarshal(raw, &many) != nil {
		many = make([]link, 1)
		if json.Unmarshal(raw, &many[0]) != nil {
			return ""
		}
	}
	var out []string
	for _, l := range many {
		if l.Title != "" {
			out = append(out, l.Title)
		}
	}
	return strings.Join(out, w.mark())
}

// holds tells whether a condition of the form holds for the record. One that
// reads what is not on this paper (links, sealed or hidden values) counts as
// holding: a field too many is a blank, one too few is a question not asked.
func (p *papering) holds(when *expr.Expr) bool {
	if when == nil {
		return true
	}
	ok, err := when.Test(answeredRow{p}, p.a.Args(p.s.Clock()))
	return ok || err != nil
}

// answeredRow shows a record as it was answered to expressions.
type answeredRow struct{ p *papering }

var errNotOnPaper = errors.New("not on this paper")

// Value reads a single value.
func (r answeredRow) Value(name string) (any, error) {
	p := r.p
	f, ok := p.t.Field(name)
	if !ok || f.System {
		return nil, errNotOnPaper
	}
	if c := p.own(p.a, p.t, f); c.level == meta.Hidden || c.masked() {
		return nil, errNotOnPaper
	}
	raw := p.rec[name]
	if len(raw) == 0 || string(raw) == "null" {
		return nil, nil
	}
	v, ok := decoded(raw)
	if !ok {
		return nil, errNotOnPaper
	}
	if b, ok := v.(bool); ok {
		return b, nil
	}
	stored, problems := f.Kind.Parse(f, v, p.in)
	if len(problems) > 0 {
		return nil, errNotOnPaper
	}
	if _, ref := stored.(meta.Ref); ref {
		return nil, errNotOnPaper
	}
	return stored, nil
}

// Follow does not leave the record.
func (r answeredRow) Follow(string) (expr.Row, error) { return nil, errNotOnPaper }

// Items does not read many-valued fields.
func (r answeredRow) Items(string) ([]any, error) { return nil, errNotOnPaper }

// Rows does not read child rows.
func (r answeredRow) Rows(string) ([]expr.Row, error) { return nil, errNotOnPaper }
