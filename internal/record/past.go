package record

import (
	"context"
	"encoding/json"
	"strconv"
	"time"

	"kedang/internal/access"
	"kedang/internal/db"
	"kedang/internal/errs"
	"kedang/internal/ledger"
	"kedang/internal/meta"
)

// past is a record as it stood at a moment: today's row with every later write
// taken back.
type past struct {
	*Row
	entry  ledger.Entry           // the last write before
	lost   map[*meta.Field]bool   // what it was cannot be told: the field was retyped since
	titles map[*meta.Type]linkage // of the records it linked to
	title  string                 // as the reader may see it
}

// linkage are the titles of linked records that the reader may see, by id.
type linkage map[int64]string

// AsOf names a moment of a record's life: a time, or a revision.
type AsOf struct {
	At  time.Time
	Rev int64 // counts when it is not 0
}

// covers tells whether a write had been made by then.
func (m AsOf) covers(e *ledger.Entry) bool {
	if m.Rev != 0 {
		return e.Rev <= m.Rev
	}
	return e.At <= ms(m.At)
}

// GetAsOf appends a record as it stood at a moment, as JSON, with "as_of": when
// and by whom it had been written last. Today's rights govern the past, as in
// History: hidden fields are left out, masked and sealed ones show that they had
// a value. What is computed is not on record and left out, and named in
// "not_kept". Errors: NotFound not_yet when it was made later; Conflict
// past_redacted when a later change was erased from history.
func (s *Store) GetAsOf(ctx context.Context, a *access.Actor, typ string, id int64, at AsOf, dst []byte) (_ []byte, rev int64, err error) {
	defer errs.Wrap(&err, "Store.GetAsOf(%s, %d)", typ, id)
	t, err := s.readable(a, typ)
	if err != nil {
		return dst, 0, errs.NotFoundf(typ, db.FormatID(id))
	}
	begin := len(dst)
	err = s.DB.Read(ctx, func(tx db.Tx) error {
		row, err := s.withHistory(ctx, tx, a, t, id)
		if err != nil {
			return err
		}
		p, err := s.past(ctx, tx, row, at)
		if err != nil {
			return err
		}
		if p.Title, err = s.titleOf(p.Row, s.loader(ctx, tx)); err != nil {
			return err
		}
		if err := s.linked(ctx, tx, a, p); err != nil {
			return err
		}
		p.title = s.shownTitle(a, p.Row)
		dst, rev = p.append(dst[:begin], a), p.entry.Rev
		return nil
	})
	return dst, rev, err
}

// past takes back what was written after a moment, the newest first.
func (s *Store) past(ctx context.Context, tx db.Tx, row *Row, at AsOf) (*past, error) {
	in, err := s.Input(ctx, row.Type, false)
	if err != nil {
		return nil, err
	}
	p := &past{Row: row.clone(), lost: map[*meta.Field]bool{}, titles: map[*meta.Type]linkage{}}
	for before := int64(0); ; {
		entries, err := s.Ledger.OfRecord(ctx, tx, row.ID, before, 100)
		if err != nil {
			return nil, err
		}
		for _, e := range entries {
			switch {
			case e.Kind != ledger.Write:
			case at.covers(&e):
				p.entry = e
				return p, nil
			default:
				if err := p.takeBack(e, in); err != nil {
					return nil, err
				}
			}
		}
		if len(entries) < 100 {
			made := time.UnixMilli(row.CreatedAt).In(s.Zone)
			return nil, errs.New(errs.NotFound, "not_yet", errs.Params{"created_at": made.Format(time.RFC3339), "day": made.Format("2006-01-02 15:04")})
		}
		before = entries[len(entries)-1].ID
	}
}

// takeBack gives the row the values from before a write.
func (p *past) takeBack(e ledger.Entry, in *meta.Input) error {
	var raw map[string][2]json.RawMessage
	if e.Payload == nil || json.Unmarshal(e.Payload, &raw) != nil {
		return errs.New(errs.Conflict, "past_redacted", nil)
	}
	for key, pair := range raw {
		from := jsonValue(pair[0])
		switch text, _ := from.(string); key {
		case "owner":
			p.Owner, _ = db.ParseID(text)
		case "department":
			p.Department, _ = db.ParseID(text)
		case "archived_at":
			p.ArchivedAt = 0
			if at, err := time.Parse(time.RFC3339, text); err == nil {
				p.ArchivedAt = ms(at)
			}
		default:
			fieldID, err := strconv.ParseInt(key, 10, 64)
			if err != nil {
				continue // the number: a record has had it since it was made
			}
			if f := p.Type.FieldByID(fieldID); f != nil {
				p.set(f, from, in)
			}
		}
	}
	return nil
}

func (p *past) set(f *meta.Field, from any, in *meta.Input) {
	delete(p.lost, f)
	switch {
	case from == nil:
		p.Values[f.Slot] = nil
	case f.Sealed:
		p.Values[f.Slot] = sealedValue{} // that there was one
	default:
		v, problems := f.Kind.Parse(f, from, in)
		p.Values[f.Slot], p.lost[f] = v, len(problems) > 0
	}
}

// linked reads the titles of what the row linked to.
func (s *Store) linked(ctx context.Context, tx db.Tx, a *access.Actor, p *past) error {
	ids := map[*meta.Type][]int64{}
	note := func(t *meta.Type, v any) {
		if id := integer(v); id != 0 {
			ids[t] = append(ids[t], id)
		}
	}
	for _, f := range p.Type.Fields {
		switch v := p.Values[f.Slot].(type) {
		case []*meta.ChildRow:
			for _, child := range v {
				for i, sub := range f.Rows {
					if sub.Target != nil {
						note(sub.Target, child.Values[i])
					}
				}
			}
		case []meta.Item:
			for _, item := range v {
				if f.Target != nil {
					note(f.Target, item.Value)
				}
			}
		default:
			if f.Target != nil {
				note(f.Target, v)
			}
		}
	}
	for _, name := range [...]string{"owner", "department"} {
		if f, ok := p.Type.Field(name); ok && f.System {
			note(f.Target, p.value(f))
		}
	}
	for t, list := range ids {
		titles, err := s.titles(ctx, tx, a, t, list)
		if err != nil {
			return err
		}
		p.titles[t] = titles
	}
	return nil
}

// append writes the record as the actor may see it.
func (p *past) append(dst []byte, a *access.Actor) []byte {
	t := p.Type
	dst = appendID(append(dst, `{"id":`...), p.ID)
	dst = meta.AppendString(append(dst, `,"number":`...), p.Number)
	dst = meta.AppendString(append(dst, `,"title":`...), p.title)
	dst = strconv.AppendInt(append(dst, `,"rev":`...), p.entry.Rev, 10)
	dst = appendTime(append(dst, `,"created_at":`...), p.CreatedAt)
	dst = appendTime(append(dst, `,"updated_at":`...), p.entry.At)
	if p.ArchivedAt != 0 {
		dst = appendTime(append(dst, `,"archived_at":`...), p.ArchivedAt)
	}
	for _, name := range [...]string{"owner", "department"} {
		if f, ok := t.Field(name); ok && f.System && integer(p.value(f)) != 0 {
			dst = p.appendValue(append(append(append(dst, `,"`...), name...), `":`...), a, f, p.value(f), meta.Read)
		}
	}
	var gone []byte
	for _, f := range t.Fields {
		level := a.Level(t, f)
		switch {
		case level == meta.Hidden:
		case f.Formula != "" || f.Rollup != nil || p.lost[f]:
			gone = meta.AppendString(append(gone, ','), f.Name)
		case p.Values[f.Slot] != nil:
			dst = p.appendValue(append(append(append(dst, `,"`...), f.Name...), `":`...), a, f, p.Values[f.Slot], level)
		}
	}
	dst = appendTime(append(dst, `,"as_of":{"written_at":`...), p.entry.At)
	dst = meta.AppendString(append(dst, `,"actor_name":`...), p.entry.ActorName)
	dst = meta.AppendString(append(dst, `,"source":`...), p.entry.Source)
	dst = append(dst, `},"not_kept":[`...)
	if len(gone) > 0 {
		dst = append(dst, gone[1:]...)
	}
	return append(dst, `]}`...)
}

// appendValue writes a field's value at a level.
func (p *past) appendValue(dst []byte, a *access.Actor, f *meta.Field, v any, level meta.Level) []byte {
	switch {
	case f.Sealed:
		return append(dst, `"****"`...)
	case level == meta.Masked:
		return append(dst, `{"masked":true}`...)
	}
	list := func(n int, item func(i int)) {
		dst = append(dst, '[')
		for i := range n {
			if i > 0 {
				dst = append(dst, ',')
			}
			item(i)
		}
		dst = append(dst, ']')
	}
	switch x := v.(type) {
	case []*meta.ChildRow:
		list(len(x), func(i int) { dst = p.appendChild(dst, a, f, x[i], level) })
		return dst
	case []meta.Item:
		if f.Target != nil {
			list(len(x), func(i int) { dst = p.appendLinked(dst, f.Target, integer(x[i].Value)) })
			return dst
		}
	case int64:
		if f.Target != nil {
			return p.appendLinked(dst, f.Target, x)
		}
	}
	return appendStored(dst, f, v)
}

func (p *past) appendChild(dst []byte, a *access.Actor, f *meta.Field, child *meta.ChildRow, level meta.Level) []byte {
	dst = appendID(append(dst, `{"id":`...), child.ID)
	for i, sub := range f.Rows {
		of := min(level, a.Level(f.Of, sub))
		if of != meta.Hidden && child.Values[i] != nil {
			dst = p.appendValue(append(append(append(dst, `,"`...), sub.Name...), `":`...), a, sub, child.Values[i], of)
		}
	}
	return append(dst, '}')
}

func (p *past) appendLinked(dst []byte, t *meta.Type, id int64) []byte {
	if title, ok := p.titles[t][id]; ok {
		return appendTitle(dst, id, title)
	}
	return append(dst, `{"hidden":true}`...)
}
