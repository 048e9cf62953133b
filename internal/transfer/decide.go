package transfer

import (
	"cmp"
	"context"
	"encoding/json"
	"maps"
	"slices"

	"kedang/internal/access"
	"kedang/internal/db"
	"kedang/internal/errs"
	"kedang/internal/meta"
)

// What becomes of rows that one kind of trouble keeps out.
const (
	Out   = "out"    // they stay out, unless their value is given a meaning
	Empty = "empty"  // they go in without the cell
	Renew = "update" // they update the record that is there already, found by the field
)

// Decision is what is to be done with the rows that one kind of trouble would
// keep out, said before an import starts. Once all rows are read, the ones
// that were refused so are tried again as it says.
type Decision struct {
	Path  string         `json:"path"`            // the field the trouble is with
	Code  string         `json:"code"`            // which trouble
	Do    string         `json:"do"`              // Out, Empty or Renew
	Means map[string]any `json:"means,omitempty"` // what values stand for, by the value as the trouble names it; in API form
}

// Bounds of what is said of an import.
const (
	mostDecisions     = 200
	mostDecisionBytes = 256 << 10
)

// decidedRows is how many refused rows are looked at in one go: more than a
// record may have child rows.
const decidedRows = 1500

// rounds is how often a row is tried: a second trouble may show when the first is gone.
const rounds = 3

// Decide keeps what is to be done with rows that would be refused. It replaces
// what was said before. Errors: Invalid unknown_field, bad_choice,
// required, those of Start for a key; too_many_rows for too much; Conflict
// import_ended when the import was started.
func (s *Service) Decide(ctx context.Context, a *access.Actor, id int64, list []Decision) (i Import, err error) {
	defer errs.Wrap(&err, "Service.Decide(%d, %d decisions)", id, len(list))
	if i, err = s.State(ctx, a, id); err != nil {
		return Import{}, err
	}
	if err := i.startable(); err != nil {
		return Import{}, err
	}
	t, err := s.importable(a, i.Type)
	if err != nil {
		return Import{}, err
	}
	known := newMapper(t, s.hints(ctx, a, Hints{}))
	for _, d := range list {
		if err := s.checkDecision(ctx, a, known, i.Plan, d); err != nil {
			return Import{}, err
		}
	}
	text, err := decisionsText(list)
	if err != nil {
		return Import{}, err
	}
	if len(list) > mostDecisions || len(text) > mostDecisionBytes {
		return Import{}, errs.RefuseField("decisions", "too_many_rows", errs.Params{"max": mostDecisions})
	}
	i.Decisions = list
	return i, s.DB.Write(ctx, func(tx db.Tx) error {
		return one(tx.Exec(ctx, `UPDATE sys_import SET decisions = ? WHERE id = ? AND state IN ('new', 'checked')`, text, id))
	})
}

// stillGood are the decisions that a plan still allows.
func (s *Service) stillGood(ctx context.Context, a *access.Actor, known *mapper, p Plan, list []Decision) []Decision {
	return slices.DeleteFunc(list, func(d Decision) bool { return s.checkDecision(ctx, a, known, p, d) != nil })
}

func decisionsText(list []Decision) (string, error) {
	if len(list) == 0 {
		return "", nil
	}
	text, err := json.Marshal(list)
	return string(text), err
}

func (s *Service) checkDecision(ctx context.Context, a *access.Actor, known *mapper, p Plan, d Decision) error {
	f := known.field(d.Path)
	if f == nil {
		return errs.RefuseField("decisions", "unknown_field", errs.Params{"field": d.Path})
	}
	switch d.Do {
	case Out:
		return nil
	case Empty:
		if f.Required == "true" {
			return errs.RefuseField("decisions", "required", errs.Params{"field": d.Path})
		}
		return nil
	case Renew:
		return s.checkStart(ctx, a, known.t, p, StartOptions{Mode: Update, Key: d.Path})
	}
	return errs.RefuseField("decisions", "bad_choice", errs.Params{"value": d.Do, "known": Out + ", " + Empty + ", " + Renew})
}

// trial is what decisions make of refused rows: by line what is said of their
// cells, which are left out, and by which field they find their records ("" as
// the import goes).
type trial struct {
	said map[int]map[string]any
	left map[int][]string
	keys map[int]string
}

// judge looks what decisions say of a row's problems; false: nothing.
func (x *trial) judge(t *meta.Type, decisions []Decision, r RowFate) bool {
	hit := false
	for _, p := range r.Problems {
		path := columnOf(t, p.Path)
		k := slices.IndexFunc(decisions, func(d Decision) bool { return d.Path == path && d.Code == p.Code })
		if k < 0 {
			continue
		}
		d := decisions[k]
		value, _ := p.Params["value"].(string)
		meant, ok := d.Means[value]
		switch {
		case ok:
			x.say(r.Line, path, inAPI(meant))
		case d.Do == Empty:
			x.say(r.Line, path, "")
			x.left[r.Line] = append(x.left[r.Line], path)
		case d.Do == Renew:
			x.say(r.Line, "", nil)
			x.keys[r.Line] = path
		default:
			continue
		}
		hit = true
	}
	return hit
}

// sort judges rows and gives those that are to be tried, by their keys: with a
// row, all that stand for the same record.
func (x *trial) sort(t *meta.Type, decisions []Decision, page []RefusedRow) map[string][]RefusedRow {
	key := map[int64]string{} // by the first line of a record
	first := func(r RefusedRow) int64 { return cmp.Or(r.First, int64(r.Line)) }
	for _, r := range page {
		if x.judge(t, decisions, r.RowFate) {
			key[first(r)] = cmp.Or(key[first(r)], x.keys[r.Line])
		}
	}
	out := map[string][]RefusedRow{}
	for _, r := range page {
		if by, hit := key[first(r)]; hit {
			out[by] = append(out[by], r)
		}
	}
	return out
}

// byField sorts decisions by the columns they are of.
func byField(list []Decision) map[string][]Decision {
	out := make(map[string][]Decision, len(list))
	for _, d := range list {
		out[d.Path] = append(out[d.Path], d)
	}
	return out
}

// decided does at once what was decided of a cell by itself: what its text
// means, or that it is left out where its field cannot read it. The rest is
// found out when the row is written, see [importing.decided].
func (r *feed) decided(f filling, text string, out *row) (v any, yes bool) {
	list := r.said[f.name()]
	if len(list) == 0 || f.name() == r.key {
		return nil, false
	}
	for _, d := range list {
		if v, ok := d.Means[text]; ok {
			return inAPI(v), true
		}
	}
	if f.field.Target != nil || f.field.System {
		return nil, false
	}
	in := *r.in
	in.Warn = nil
	_, problems := f.field.Kind.Parse(f.field, text, &in)
	for _, d := range list {
		if len(problems) > 0 && problems[0].Code == d.Code && d.Do == Empty {
			out.leave(f.field, text, f.columns[0].Header)
			return nil, true
		}
	}
	return nil, false
}

// inAPI is a meaning without the title that people see beside an id.
func inAPI(v any) any {
	if ref, ok := v.(map[string]any); ok && ref["id"] != nil {
		return map[string]any{"id": ref["id"]}
	}
	return v
}

func (x *trial) say(line int, path string, value any) {
	if x.said[line] == nil {
		x.said[line] = map[string]any{}
	}
	if path != "" {
		x.said[line][path] = value
	}
}

// decided tries the refused rows once more as decisions say. Whatever ends it,
// it may begin again: what is in is no more refused.
func (w *importing) decided(ctx context.Context) error {
	for after := int64(0); len(w.Decisions) > 0; {
		page, err := w.s.refusedAt(ctx, w.ID, after, decidedRows, nil)
		if err != nil || len(page) == 0 {
			return err
		}
		if len(page) == decidedRows { // the last record may go on below
			last := page[len(page)-1]
			if k := slices.IndexFunc(page, func(r RefusedRow) bool { return int64(r.Line) == cmp.Or(last.First, int64(last.Line)) }); k > 0 {
				page = page[:k]
			}
		}
		m := w.mending()
		_, err = m.decide(ctx, page)
		w.Counts.join(m.in)
		if errs.As(err).Code == "rights_changed" {
			if err := w.person(ctx); err != nil {
				return err
			}
			continue // as they are now
		}
		if err != nil {
			return err
		}
		after = int64(page[len(page)-1].Line)
		w.run.Progress(w.Rows, w.Rows, "note.importing")
	}
	return nil
}

// mending is a trial of rows within the import itself.
func (w *importing) mending() *mending {
	m := &mending{importing: importing{s: w.s, actor: w.actor, t: w.t, Import: w.Import, owners: w.owners, links: w.links, beside: w.beside}}
	m.State = Running
	return m
}

// decide tries refused rows as decisions say, and answers what became of them;
// m.said has what was said of their cells.
func (m *mending) decide(ctx context.Context, page []RefusedRow) (map[int]RowFate, error) {
	out := map[int]RowFate{}
	try := trial{said: map[int]map[string]any{}, left: map[int][]string{}, keys: map[int]string{}}
	mode, key := m.Mode, m.Key
	for range rounds {
		byKey := try.sort(m.t, m.Decisions, page)
		page = nil
		for _, by := range slices.Sorted(maps.Keys(byKey)) {
			if m.Mode, m.Key, m.renew = mode, key, by != ""; m.renew {
				m.Mode, m.Key = Update, by
			}
			m.said, m.left, m.out = try.said, try.left, nil
			if err := m.again(ctx, byKey[by]); err != nil {
				return nil, err
			}
			for k, f := range m.out {
				out[f.Line] = f
				if f.Action == rowRefused {
					page = append(page, RefusedRow{RowFate: f, Mended: byKey[by][k].Mended, First: byKey[by][k].First})
				}
			}
		}
	}
	return out, nil
}
