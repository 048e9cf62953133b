package transfer

import (
	"context"
	"encoding/json"
	"strings"

	"kedang/internal/access"
	"kedang/internal/errs"
	"kedang/internal/meta"
)

// mostPreviewed bounds a preview: it is judged while somebody waits.
const mostPreviewed = 200

// Previewed is what one row of a sheet would come to.
type Previewed struct {
	RowFate                            // with what the write would warn of
	Title   string                     // of the record that an update finds
	Values  map[string]json.RawMessage // by field, in API form as far as the cell could be read
	Written map[string]string          // by field, as the sheet has it
	Was     []errs.Problem             // why it would have been refused but for what was decided
}

// Preview judges the first rows of a sheet under a plan and options, before
// anything is started: each row's values as they were understood, and its
// problems. Nothing is stored. limit is at most 200. Errors: those of Start.
func (s *Service) Preview(ctx context.Context, a *access.Actor, id int64, o StartOptions, limit int) (out []Previewed, err error) {
	defer errs.Wrap(&err, "Service.Preview(%d)", id)
	i, err := s.State(ctx, a, id)
	if err != nil {
		return nil, err
	}
	if err := i.startable(); err != nil {
		return nil, err
	}
	t, err := s.importable(a, i.Type)
	if err != nil {
		return nil, err
	}
	who, err := s.standIn(ctx, a, o.Behalf)
	if err != nil {
		return nil, err
	}
	said := i.Decisions
	i.Decisions = nil // each row is shown with what would be wrong, and what comes of it as was decided
	i.Mode, i.Key, i.Unread, i.DryRun, i.line = o.mode(), o.Key, o.Unread, true, 0
	if err := s.checkKey(ctx, who, t, i.Plan, o); err != nil {
		return nil, err
	}
	rows, fields, err := s.firstRows(ctx, i, t, min(limit, mostPreviewed))
	if err != nil || len(rows) == 0 {
		return nil, err
	}
	i.Decisions = said
	w := &importing{s: s, actor: who, t: t, Import: i, owners: owners{}, links: linksToItself(t, i.Plan), beside: len(besidesOf(t, i.Plan)) > 0}
	w.rehearse()
	out = make([]Previewed, 0, len(rows))
	for len(rows) > 0 {
		shown := s.understood(fields, rows)
		c, fates, err := w.foretold(ctx, rows)
		if err != nil {
			return nil, err
		}
		m := w.mending()
		decided, err := m.foreseen(ctx, c, fates)
		if err != nil {
			return nil, err
		}
		for k := range c.rows {
			p := shown[k]
			p.RowFate = RowFate{Line: c.rows[k].line, Action: fates[k].action, Record: fates[k].record, Problems: fates[k].problems}
			if f, ok := decided[p.Line]; ok {
				p.RowFate, p.Was = f, p.Problems
				p.mean(m.said[p.Line])
			}
			out = append(out, p)
		}
		rows = rows[len(c.rows):]
	}
	return out, s.titled(ctx, who, i.Type, out)
}

// firstRows reads a sheet's first rows and the fields that its columns fill.
func (s *Service) firstRows(ctx context.Context, i Import, t *meta.Type, limit int) ([]row, []filling, error) {
	f, err := s.fetch(ctx, i)
	if err != nil {
		return nil, nil, err
	}
	defer discard(f)
	reading, stop := context.WithCancel(ctx)
	defer stop()
	batches, err := s.startFeed(reading, f, t, i)
	if err != nil {
		return nil, nil, err
	}
	b := <-batches
	stop()
	for range batches { // the reader lets go of the file
	}
	return b.rows[:min(limit, len(b.rows))], feedOf(nil, t, i.Plan, nil).fillings, nil
}

// understood shows the cells of rows as values of their fields; resolve takes
// the key out of the rows, so it is called before.
func (s *Service) understood(fields []filling, rows []row) []Previewed {
	in := &meta.Input{Loose: true, Zone: s.Store.Zone, Region: s.Store.Region, Now: s.Clock()}
	out := make([]Previewed, len(rows))
	for k, r := range rows {
		p := Previewed{Values: map[string]json.RawMessage{}, Written: map[string]string{}}
		for _, f := range fields {
			text, ok := f.cell(&r)
			if !ok {
				continue
			}
			p.Written[f.name()] = text
			if v := cellJSON(f.field, text, in); v != nil {
				p.Values[f.name()] = v
			}
		}
		out[k] = p
	}
	return out
}

// cellJSON is a cell in API form, nil when it cannot be read. Links are named
// by the cell itself: whether there is such a record, the row's problems tell.
func cellJSON(f *meta.Field, text string, in *meta.Input) json.RawMessage {
	if f.Target != nil || f.System {
		name := strings.TrimSpace(text)
		if f.Target == nil && f.Name != "owner" {
			return jsonOf(name)
		}
		return jsonOf(map[string]string{"id": "", "title": name})
	}
	v, problems := f.Kind.Parse(f, text, in)
	if len(problems) > 0 || v == nil {
		return nil
	}
	return f.Kind.AppendJSON(nil, f, v)
}

func jsonOf(v any) json.RawMessage {
	text, err := json.Marshal(v)
	if err != nil {
		return nil
	}
	return text
}

// foretold judges rows as a chunk of the import would be, and stores nothing.
func (w *importing) foretold(ctx context.Context, rows []row) (*chunk, []fate, error) {
	c, err := w.resolve(ctx, rows)
	if err != nil {
		return nil, nil, err
	}
	options := w.options()
	options.DryRun = true
	c.draft = w.s.Store.Prepare(ctx, w.actor, c.ops, options)
	results, err := w.put(ctx, c, options, nil)
	if err != nil {
		return nil, nil, err
	}
	fates := c.fates(results)
	for k := range fates {
		if fates[k].action == rowCreated {
			fates[k].record = 0
		}
	}
	return c, fates, nil
}

// foreseen is what would become of the refused rows of a chunk as decisions say.
func (m *mending) foreseen(ctx context.Context, c *chunk, fates []fate) (map[int]RowFate, error) {
	var page []RefusedRow
	for k, f := range fates {
		if f.action == rowRefused {
			page = append(page, RefusedRow{RowFate: RowFate{Line: c.rows[k].line, Action: rowRefused, Problems: f.problems}, First: c.first(k)})
		}
	}
	if len(page) == 0 || len(m.Decisions) == 0 {
		return nil, nil
	}
	m.foresee = true
	out, err := m.decide(ctx, page)
	for line, f := range out {
		if f.Action == rowCreated {
			f.Record = 0
			out[line] = f
		}
	}
	return out, err
}

// mean shows what was said of cells in their place.
func (p *Previewed) mean(said map[string]any) {
	for name, v := range said {
		if v != "" {
			p.Values[name] = jsonOf(v)
		}
	}
}

// titled names the records that rows would update.
func (s *Service) titled(ctx context.Context, a *access.Actor, typ string, rows []Previewed) error {
	var ids []int64
	for _, r := range rows {
		if r.Record != 0 {
			ids = append(ids, r.Record)
		}
	}
	if len(ids) == 0 {
		return nil
	}
	titles, err := s.Store.Named(ctx, a, typ, ids)
	for k := range rows {
		rows[k].Title = titles[rows[k].Record]
	}
	return err
}
