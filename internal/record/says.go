package record

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"kedang/internal/access"
	"kedang/internal/db"
	"kedang/internal/ledger"
	"kedang/internal/meta"
)

// longestTitle bounds a title, in characters.
const longestTitle = 300

// titleOf makes a record's title from its type's parts; its number stands in
// for an empty one. Links show the title of the record they point to.
func (s *Store) titleOf(r *Row, load *loader) (string, error) {
	linked := func(f *meta.Field, id any) (string, error) {
		target, err := load.follow(f.Target, id)
		if err != nil || target == nil {
			return "", err
		}
		return target.(*rowEnv).row.Title, nil
	}
	title, err := s.fill(r, r.Type.TitleParts, nil, linked)
	if err != nil {
		return "", err
	}
	if title == "" {
		title = r.Number
	}
	if len(title) > longestTitle {
		if runes := []rune(title); len(runes) > longestTitle {
			title = string(runes[:longestTitle])
		}
	}
	return title, nil
}

// readsTitle tells that an actor may read all that a type's titles are made of.
func readsTitle(a *access.Actor, t *meta.Type) bool {
	f, ok := t.Field("title")
	return !ok || a.Level(t, f) >= meta.Read
}

// shownTitle is a title as the actor may see it: where it is made of what he may
// not read the number stands in, or else what the record is and of which day.
func (s *Store) shownTitle(a *access.Actor, r *Row) string {
	switch {
	case readsTitle(a, r.Type):
		return r.Title
	case r.Type.Pattern != nil:
		return r.Number
	}
	return s.standIn(a, r.Type, r.ID)
}

// standIn names a record by nothing that is kept in it.
func (s *Store) standIn(a *access.Actor, t *meta.Type, id int64) string {
	return t.Label.In(a.Lang) + " " + db.TimeOf(id).In(s.Zone).Format(time.DateOnly)
}

// says is a record's line on a timeline, as the actor may read it.
func (s *Store) says(a *access.Actor, r *Row) string {
	if r.Type.Mark == nil {
		return s.shownTitle(a, r)
	}
	unseen := func(*meta.Field, any) (string, error) { return "", nil } // a line must not tell of records its reader may not see
	text, err := s.fill(r, r.Type.Mark.Parts, a, unseen)
	if err != nil || text == "" {
		return s.shownTitle(a, r)
	}
	return text
}

// fill puts values into a text with {fields}. A nil actor fills everything but
// sealed values; linked gives the title behind a link.
func (s *Store) fill(r *Row, parts []meta.Part, a *access.Actor, linked func(*meta.Field, any) (string, error)) (string, error) {
	lang := "zh-Hans"
	if a != nil {
		lang = a.Lang
	}
	out := &meta.Output{Lang: lang, Zone: s.Zone}
	var b strings.Builder
	for _, p := range parts {
		if p.Field == nil {
			b.WriteString(p.Text)
			continue
		}
		if p.Field.Sealed || (a != nil && !p.Field.System && a.Level(r.Type, p.Field) < meta.Read) {
			continue
		}
		v := r.value(p.Field)
		switch {
		case v == nil:
		case p.Field.Target != nil && p.Field.Name != "id":
			if _, ok := v.(int64); !ok {
				continue // many-valued
			}
			text, err := linked(p.Field, v)
			if err != nil {
				return "", err
			}
			b.WriteString(text)
		case p.Field.System:
			if text, ok := v.(string); ok {
				b.WriteString(text)
			}
		default:
			if text, ok := v.(string); ok && (p.Field.KindName == "text" || p.Field.KindName == "longtext") {
				b.WriteString(text)
				continue
			}
			b.WriteString(p.Field.Kind.Format(p.Field, v, out))
		}
	}
	return strings.TrimSpace(b.String()), nil
}

// timeText is a moment as it stands in answers.
func timeText(at int64) string {
	return time.UnixMilli(at).UTC().Format("2006-01-02T15:04:05.000Z")
}

// placeOf is a moment as text that sorts like it.
func placeOf(at int64) string { return fmt.Sprintf("%015d", at) }

// dayPlace is a day's place among moments: its end, so that what happened on a
// day without an hour stands above what has one.
func dayPlace(day string) string {
	t, err := time.Parse(time.DateOnly, day)
	if err != nil {
		return placeOf(0)
	}
	return placeOf(t.UnixMilli() + 86_399_999)
}

// jsonText is {"name":"value"}.
func jsonText(name, value string) []byte {
	raw, err := json.Marshal(map[string]string{name: value})
	if err != nil {
		return nil
	}
	return raw
}

// lookEntry is the ledger's entry of a look at a value.
func (s *Store) lookEntry(a *access.Actor, t *meta.Type, id int64, how, field, reason string) *ledger.Entry {
	raw, _ := json.Marshal(map[string]string{"field": field, "reason": reason})
	return &ledger.Entry{At: ms(s.Clock()), Kind: ledger.Look, Actor: a.ID, ActorName: a.Name, Source: a.Source,
		Type: t.ID, Record: id, Action: how, Payload: raw}
}

// reader shows an actor's field levels to expressions, with the vault's blind
// index for sealed fields.
func (s *Store) reader(a *access.Actor) meta.Reader { return blindReader{a, s} }

type blindReader struct {
	*access.Actor
	s *Store
}

// Blind turns a constant into what a sealed field's column holds.
func (r blindReader) Blind(f *meta.Field, text string) any { return blindOf(r.s, f, text) }

// Guard keeps a filter from asking, through a link, about a record that the
// actor may not see; a right that cannot be evaluated denies.
func (r blindReader) Guard(t *meta.Type, alias string) (cond string, args []any) {
	if t.Builtin {
		return "", nil
	}
	cond, args, err := r.Scope(t, "read").SQL(r.Actor, alias, r.s.DB.Dialect(), r.s.Clock())
	if err != nil {
		return "0 = 1", nil
	}
	return cond, args
}

// loadJoined loads rows by a condition that names the table "t".
func (s *Store) loadJoined(ctx context.Context, tx db.Tx, t *meta.Type, where string, args []any) ([]*Row, error) {
	tb := s.tables.of(t)
	return s.scanRows(ctx, tx, tb, strings.Replace(tb.selects, " WHERE ", " AS t WHERE ", 1)+where, args)
}
