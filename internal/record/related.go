package record

import (
	"context"
	"encoding/base64"
	"slices"
	"strconv"
	"strings"

	"kedang/internal/access"
	"kedang/internal/db"
	"kedang/internal/errs"
	"kedang/internal/meta"
)

// Related lists the records that point to this one through a link: name is
// "contact.customer", or "contact" when that type points here by one link only.
func (s *Store) Related(ctx context.Context, a *access.Actor, typ string, id int64, name string, q ListQuery, dst []byte) (_ []byte, err error) {
	defer errs.Wrap(&err, "Store.Related(%s, %d, %s)", typ, id, name)
	t, err := s.readable(a, typ)
	if err != nil {
		return dst, err
	}
	if err := s.DB.Read(ctx, func(tx db.Tx) error { _, err := s.seen(ctx, tx, a, t, id); return err }); err != nil {
		return dst, err
	}
	back, err := s.backlink(a, t, name)
	if err != nil {
		return dst, err
	}
	condition := back.Field.Name + ` == "` + db.FormatID(id) + `"`
	if back.Field.Kind.Storage() == meta.InSide {
		condition = `has(` + back.Field.Name + `, "` + db.FormatID(id) + `")`
	}
	if strings.TrimSpace(q.Filter) != "" {
		condition += " and (" + q.Filter + ")"
	}
	q.Filter = condition
	return s.List(ctx, a, back.Type.Name, q, dst)
}

// backlink finds the link of another type that points here. One that the
// actor may not read is unknown.
func (s *Store) backlink(a *access.Actor, t *meta.Type, name string) (*meta.Backlink, error) {
	typ, field, _ := strings.Cut(name, ".")
	var found []*meta.Backlink
	for _, b := range t.Links {
		if b.Type.Name != typ && !slices.Contains(b.Type.Alias, typ) || b.Field.Parent != nil || (field != "" && b.Field.Name != field) {
			continue
		}
		if a.Scope(b.Type, "read").None() || a.Level(b.Type, b.Field) < meta.Read {
			continue
		}
		found = append(found, b)
	}
	if len(found) > 1 && field == "" {
		for _, b := range found {
			if b.Type.Root == b.Field.Name {
				return b, nil
			}
		}
	}
	if len(found) == 0 {
		return nil, errs.NotFoundf("related", name)
	}
	return found[0], nil
}

// TimelineQuery asks for a page of a record's timeline.
type TimelineQuery struct {
	PageToken string
	Limit     int
	Kinds     []string // types; all when empty
}

// moment is an entry's place on the timeline.
type moment struct {
	at    string // RFC 3339, or a date
	id    int64
	t     *meta.Type
	says  string
	by    int64
	place string
}

// Timeline appends what happened with a record, newest first: records of the
// types that declare to stand on its timeline, those the actor may read.
func (s *Store) Timeline(ctx context.Context, a *access.Actor, typ string, id int64, q TimelineQuery, dst []byte) (_ []byte, err error) {
	defer errs.Wrap(&err, "Store.Timeline(%s, %d)", typ, id)
	t, err := s.readable(a, typ)
	if err != nil {
		return dst, err
	}
	before := ""
	if q.PageToken != "" {
		raw, err := base64.RawURLEncoding.DecodeString(q.PageToken)
		if err != nil {
			return dst, errs.RefuseField("page_token", "page_token_invalid", nil)
		}
		before = string(raw)
	}
	var all []moment
	err = s.DB.Read(ctx, func(tx db.Tx) error {
		if _, err := s.seen(ctx, tx, a, t, id); err != nil {
			return err
		}
		for _, b := range t.Links {
			m := b.Type.Mark
			if m == nil || m.On != b.Field.Name || a.Scope(b.Type, "read").None() || (len(q.Kinds) > 0 && !slices.Contains(q.Kinds, b.Type.Name)) {
				continue
			}
			some, err := s.moments(ctx, tx, a, b, id, before, q.Limit)
			if err != nil {
				return err
			}
			all = append(all, some...)
		}
		return nil
	})
	if err != nil {
		return dst, err
	}
	slices.SortFunc(all, func(x, y moment) int { return strings.Compare(y.place, x.place) })
	next := ""
	if len(all) > q.Limit {
		all = all[:q.Limit]
		next = base64.RawURLEncoding.EncodeToString([]byte(all[q.Limit-1].place))
	}
	return appendMoments(dst, all, next), nil
}

// moments reads one type's newest entries before a place. The place is the
// moment in milliseconds and the id, as text that sorts.
func (s *Store) moments(ctx context.Context, tx db.Tx, a *access.Actor, b *meta.Backlink, id int64, before string, limit int) ([]moment, error) {
	at, ok := b.Type.Field(b.Type.Mark.At)
	if !ok || (!at.System && a.Level(b.Type, at) < meta.Read) {
		return nil, nil
	}
	column := "t." + quote(columnOf(at))
	where, args := "t."+quote(b.Field.Column)+" = ? AND t.archived_at IS NULL AND "+column+" IS NOT NULL", []any{id}
	r := s.reading(a, b.Type, s.DB.Dialect())
	cond, more, err := a.Scope(b.Type, "read").SQL(a, "t", r.dialect, s.Clock())
	if err != nil {
		return nil, nil
	}
	if cond != "" {
		where, args = where+" AND ("+cond+")", append(args, more...)
	}
	date := !at.System && at.KindName == "date"
	if before != "" {
		ms, last, ok := strings.Cut(before, "/")
		if !ok {
			return nil, errs.RefuseField("page_token", "page_token_invalid", nil)
		}
		var key any = ms
		if !date {
			n, err := strconv.ParseInt(ms, 10, 64)
			if err != nil {
				return nil, errs.RefuseField("page_token", "page_token_invalid", nil)
			}
			key = n
		} else if key, err = dayOf(ms); err != nil {
			return nil, err
		}
		lastID, err := db.ParseID(last)
		if err != nil {
			return nil, errs.RefuseField("page_token", "page_token_invalid", nil)
		}
		where += " AND (" + column + " < ? OR (" + column + " = ? AND t.id < ?))"
		args = append(args, key, key, lastID)
	}
	rows, err := s.loadJoined(ctx, tx, b.Type, where+" ORDER BY "+column+" DESC, t.id DESC LIMIT "+strconv.Itoa(limit+1), args)
	if err != nil {
		return nil, err
	}
	out := make([]moment, 0, len(rows))
	for _, row := range rows {
		out = append(out, s.moment(a, b.Type, at, row, date))
	}
	return out, nil
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

func appendMoments(dst []byte, all []moment, next string) []byte {
	dst = append(dst, `{"items":[`...)
	for i, m := range all {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = meta.AppendString(append(dst, `{"type":`...), m.t.Name)
		dst = appendID(append(dst, `,"id":`...), m.id)
		dst = meta.AppendString(append(dst, `,"at":`...), m.at)
		dst = meta.AppendString(append(dst, `,"says":`...), m.says)
		if m.by != 0 {
			dst = appendID(append(dst, `,"by":`...), m.by)
		}
		dst = append(dst, '}')
	}
	dst = meta.AppendString(append(dst, `],"next_page_token":`...), next)
	return append(dst, '}')
}
