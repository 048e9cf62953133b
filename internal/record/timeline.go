package record

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"time"

	"kedang/internal/access"
	"kedang/internal/db"
	"kedang/internal/errs"
	"kedang/internal/ledger"
	"kedang/internal/meta"
)

// Changes is the kind under which a record's own changes stand on its timeline.
const Changes = "history"

// TimelineQuery asks for a page of a record's timeline.
type TimelineQuery struct {
	PageToken string
	Limit     int
	Kinds     []string // types, and Changes; all when empty
}

func (q *TimelineQuery) wants(kind string) bool {
	return len(q.Kinds) == 0 || slices.Contains(q.Kinds, kind)
}

// moment is an entry of a timeline: a record that stands on it, or a change of
// the record itself.
type moment struct {
	at     string // RFC 3339, or a date
	id     int64
	t      *meta.Type // nil for a change
	says   string
	by     int64
	place  string
	change *HistoryEntry
	values []byte // the fields that its type shows, as JSON members
	files  int
}

// Timeline appends what happened with a record, newest first: records of the
// types that declare to stand on its timeline, those the actor may read, and
// the changes of the record itself where the actor may see its history.
func (s *Store) Timeline(ctx context.Context, a *access.Actor, typ string, id int64, q TimelineQuery, dst []byte) (_ []byte, err error) {
	defer errs.Wrap(&err, "Store.Timeline(%s, %d)", typ, id)
	t, err := s.readable(a, typ)
	if err != nil {
		return dst, err
	}
	before, err := openPlace(q.PageToken)
	if err != nil {
		return dst, err
	}
	var all []moment
	next := ""
	err = s.DB.Read(ctx, func(tx db.Tx) error {
		all, next = nil, ""
		r, err := s.seen(ctx, tx, a, t, id)
		if err != nil {
			return err
		}
		for _, b := range s.onTimeline(a, t) {
			if !q.wants(b.Type.Name) {
				continue
			}
			some, err := s.moments(ctx, tx, a, b, id, before, q.Limit)
			if err != nil {
				return err
			}
			all = append(all, some...)
		}
		if q.wants(Changes) {
			some, err := s.changes(ctx, tx, a, r, before, q.Limit)
			if err != nil {
				return err
			}
			all = append(all, some...)
		}
		slices.SortFunc(all, func(x, y moment) int { return strings.Compare(y.place, x.place) })
		if len(all) > q.Limit {
			all = all[:q.Limit]
			next = base64.RawURLEncoding.EncodeToString([]byte(all[q.Limit-1].place))
		}
		return s.tell(ctx, tx, a, all)
	})
	if err != nil {
		return dst, err
	}
	return appendMoments(dst, all, next)
}

// onTimeline are the links by which records stand on a type's timeline, as far
// as the actor may read them.
func (s *Store) onTimeline(a *access.Actor, t *meta.Type) []*meta.Backlink {
	var out []*meta.Backlink
	for _, b := range t.Links {
		if m := b.Type.Mark; m != nil && m.On == b.Field.Name && !a.Scope(b.Type, "read").None() {
			out = append(out, b)
		}
	}
	return out
}

// place is where a page of a timeline begins: a moment in milliseconds and an id.
type place struct {
	text string
	ms   int64
	id   int64
}

func openPlace(token string) (*place, error) {
	if token == "" {
		return nil, nil
	}
	bad := errs.RefuseField("page_token", "page_token_invalid", nil)
	raw, err := base64.RawURLEncoding.DecodeString(token)
	if err != nil {
		return nil, bad
	}
	p := &place{text: string(raw)}
	at, id, ok := strings.Cut(p.text, "/")
	if !ok {
		return nil, bad
	}
	if p.ms, err = strconv.ParseInt(at, 10, 64); err != nil {
		return nil, bad
	}
	if p.id, err = db.ParseID(id); err != nil {
		return nil, bad
	}
	return p, nil
}

// older prints the condition for what stands below a place. A day without an
// hour stands at its end, so only a place at a day's end lies within that day.
func (p *place) older(column string, date bool) (string, []any) {
	if !date {
		return " AND (" + column + " < ? OR (" + column + " = ? AND t.id < ?))", []any{p.ms, p.ms, p.id}
	}
	day := time.UnixMilli(p.ms).UTC().Format(time.DateOnly)
	if dayPlace(day) == placeOf(p.ms) {
		return " AND (" + column + " < ? OR (" + column + " = ? AND t.id < ?))", []any{day, day, p.id}
	}
	return " AND " + column + " < ?", []any{day}
}

// moments reads one type's newest entries before a place. The place is the
// moment in milliseconds and the id, as text that sorts.
func (s *Store) moments(ctx context.Context, tx db.Tx, a *access.Actor, b *meta.Backlink, id int64, before *place, limit int) ([]moment, error) {
	at, ok := s.momentField(a, b.Type)
	if !ok {
		return nil, nil
	}
	column := "t." + quote(columnOf(at))
	where, args := "t."+quote(b.Field.Column)+" = ? AND t.archived_at IS NULL AND "+column+" IS NOT NULL", []any{id}
	r := s.reading(a, b.Type, s.DB.Dialect())
	if cond, more := r.readable(b.Type, "t"); cond != "" {
		where, args = where+" AND ("+cond+")", append(args, more...)
	}
	date := !at.System && at.KindName == "date"
	if before != nil {
		cond, more := before.older(column, date)
		where, args = where+cond, append(args, more...)
	}
	newest := []orderKey{{column: columnOf(at), desc: true}, {column: "id", desc: true}}
	rows, err := s.loadJoined(ctx, tx, b.Type, where+" ORDER BY "+orderText("t.", newest, s.DB.Dialect())+" LIMIT "+strconv.Itoa(limit+1), args)
	if err != nil {
		return nil, err
	}
	out := make([]moment, 0, len(rows))
	for _, row := range rows {
		out = append(out, s.moment(a, b.Type, at, row, date))
	}
	return out, nil
}

// momentField is the field that says when a record of a type happened, where
// the actor may read it.
func (s *Store) momentField(a *access.Actor, t *meta.Type) (*meta.Field, bool) {
	at, ok := t.Field(t.Mark.At)
	return at, ok && (at.System || a.Level(t, at) >= meta.Read)
}

func (s *Store) moment(a *access.Actor, t *meta.Type, at *meta.Field, row *Row, date bool) moment {
	m := moment{id: row.ID, t: t, by: row.CreatedBy, says: s.says(a, row)}
	if date {
		m.at = str(row.value(at))
		m.place = dayPlace(m.at)
	} else {
		n := integer(row.value(at))
		m.at, m.place = timeText(n), placeOf(n)
	}
	m.place += "/" + db.FormatID(row.ID)
	return m
}

// changes reads the record's own changes before a place; none for an actor who
// may not see its history.
func (s *Store) changes(ctx context.Context, tx db.Tx, a *access.Actor, r *Row, before *place, limit int) ([]moment, error) {
	if a.Scope(r.Type, "history").None() {
		return nil, nil
	}
	if ok, _ := s.allowed(a, "history", r, s.loader(ctx, tx)); !ok {
		return nil, nil
	}
	filter := ledger.Filter{Kinds: []string{ledger.Write}, Record: r.ID}
	var out []moment
	for last := int64(0); len(out) <= limit; {
		entries, err := s.Ledger.List(ctx, tx, filter, last, chunk)
		if err != nil {
			return nil, err
		}
		for _, e := range entries {
			place := placeOf(e.At) + "/" + db.FormatID(e.ID)
			if before == nil || place < before.text {
				h := s.historyEntry(a, r.Type, e)
				out = append(out, moment{at: h.At, id: e.ID, by: e.Actor, change: &h, place: place})
			}
		}
		if len(entries) < chunk {
			break
		}
		last = entries[len(entries)-1].ID
	}
	return out, nil
}

// tell reads what the entries of a page show of their records, one query for
// each type among them, and how many files hang on each.
func (s *Store) tell(ctx context.Context, tx db.Tx, a *access.Actor, page []moment) error {
	byID, byType := map[int64]*moment{}, map[*meta.Type][]int64{}
	for i := range page {
		if m := &page[i]; m.t != nil {
			byID[m.id] = m
			byType[m.t] = append(byType[m.t], m.id)
		}
	}
	for t, ids := range byType {
		if err := s.tellType(ctx, tx, a, t, ids, byID); err != nil {
			return err
		}
	}
	return s.countFiles(ctx, tx, byID)
}

func (s *Store) tellType(ctx context.Context, tx db.Tx, a *access.Actor, t *meta.Type, ids []int64, byID map[int64]*moment) error {
	l := &list{reading: s.reading(a, t, s.DB.Dialect())}
	for _, name := range append([]string{"id", "number", "title", "rev", "created_by"}, t.Mark.Names()...) {
		if l.add(name) != nil {
			continue // a field that this reader does not know
		}
	}
	values, dest := make([]any, len(l.columns)), make([]any, len(l.columns))
	for i := range dest {
		dest[i] = &values[i]
	}
	return l.among(ctx, tx, t, ids, strings.Join(l.columns, ", "), "", l.reading, func(rows db.Rows) error {
		if err := rows.Scan(dest...); err != nil {
			return err
		}
		byID[integer(values[l.outs[0].at])].values = l.appendRow(nil, values)
		return nil
	})
}

func (s *Store) countFiles(ctx context.Context, tx db.Tx, byID map[int64]*moment) error {
	if len(byID) == 0 {
		return nil
	}
	args := make([]any, 0, len(byID))
	for id := range byID {
		args = append(args, id)
	}
	rows, err := tx.Query(ctx, "SELECT record, count(*) FROM sys_file WHERE archived_at IS NULL AND record IN ("+marks(len(args))+") GROUP BY record", args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var id, n int64
		if err := rows.Scan(&id, &n); err != nil {
			return err
		}
		byID[id].files = int(n)
	}
	return rows.Err()
}

func appendMoments(dst []byte, all []moment, next string) ([]byte, error) {
	dst = append(dst, `{"items":[`...)
	for i := range all {
		m := &all[i]
		if i > 0 {
			dst = append(dst, ',')
		}
		kind := Changes
		if m.t != nil {
			kind = m.t.Name
		}
		dst = meta.AppendString(append(dst, `{"type":`...), kind)
		dst = appendID(append(dst, `,"id":`...), m.id)
		dst = meta.AppendString(append(dst, `,"at":`...), m.at)
		dst = meta.AppendString(append(dst, `,"says":`...), m.says)
		if m.by != 0 {
			dst = appendID(append(dst, `,"by":`...), m.by)
		}
		if m.files > 0 {
			dst = strconv.AppendInt(append(dst, `,"files":`...), int64(m.files), 10)
		}
		if m.values != nil {
			dst = append(append(append(dst, `,"values":{`...), m.values...), '}')
		}
		if m.change != nil {
			raw, err := json.Marshal(m.change)
			if err != nil {
				return dst, err
			}
			dst = append(append(dst, `,"change":`...), raw...)
		}
		dst = append(dst, '}')
	}
	dst = meta.AppendString(append(dst, `],"next_page_token":`...), next)
	return append(dst, '}'), nil
}
