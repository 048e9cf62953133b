package transfer

import (
	"context"
	"maps"
	"slices"
	"strings"

	"kedang/internal/access"
	"kedang/internal/db"
	"kedang/internal/errs"
	"kedang/internal/meta"
	"kedang/internal/record"
)

// chunk is the rows of one transaction and the writes they come to.
type chunk struct {
	rows   []row
	own    []*record.Op // by row: what it comes to; nil: its problems say why not, or it goes on with another
	before []int64      // by row: the revision before an update
	beside []*placed    // the records beside the rows, after their own
	above  []int        // by row: the row of the chunk whose record it belongs to; -1: none
	out    map[int]bool // rows that a check found half in: they count as refused
	ops    []record.Op  // of all that are not refused: the rows' own, then those beside

	draft *record.Prepared
	again bool  // made ready a second time
	total int64 // how many rows the file has, as far as is known
}

// resolve finds the records that rows name by their keys, all of them in one
// look, and makes the writes. The chunk ends before a row whose key a new
// record of the same chunk bears, or that links to one: in the next chunk that
// record is found.
func (w *importing) resolve(ctx context.Context, rows []row) (*chunk, error) {
	found, err := w.find(ctx, rows)
	if err != nil {
		return nil, err
	}
	c := &chunk{own: make([]*record.Op, 0, len(rows)), before: make([]int64, 0, len(rows))}
	fresh, named := map[any]bool{}, map[string]bool{}
	for i := range rows {
		r := &rows[i]
		if repeats(fresh, r.key) || w.pointsTo(named, r) {
			break
		}
		c.rows = rows[:i+1]
		var op *record.Op
		var rev int64
		if r.with == 0 && r.first == 0 {
			if op, rev, err = w.write(ctx, r, found); err != nil {
				return nil, err
			}
		}
		c.own, c.before = append(c.own, op), append(c.before, rev)
		if op != nil && op.Verb == "create" {
			for _, k := range r.key {
				fresh[k] = true
			}
			w.name(named, r)
		}
	}
	if err := w.place(ctx, c); err != nil {
		return nil, err
	}
	c.gather()
	return c, nil
}

// gather lists the writes of the rows that are not refused.
func (c *chunk) gather() {
	c.ops = make([]record.Op, 0, len(c.rows)+len(c.beside))
	for _, op := range c.own {
		if op != nil {
			c.ops = append(c.ops, *op)
		}
	}
	for _, p := range c.beside {
		if p.op != nil {
			c.ops = append(c.ops, *p.op)
		}
	}
}

func repeats(fresh map[any]bool, key []any) bool {
	for _, k := range key {
		if fresh[k] {
			return true
		}
	}
	return false
}

// name notes how a new record can be linked to: by its number or its title.
func (w *importing) name(named map[string]bool, r *row) {
	if len(w.links) == 0 {
		return
	}
	names := []string{"number"}
	for _, p := range w.t.TitleParts {
		if p.Field != nil {
			names = append(names, p.Field.Name)
		}
	}
	for _, n := range names {
		if text, ok := r.values[n].(string); ok {
			named[strings.TrimSpace(text)] = true
		}
	}
}

// pointsTo tells whether a row links to one of the new records.
func (w *importing) pointsTo(named map[string]bool, r *row) bool {
	for _, f := range w.links {
		if text, ok := r.values[f.Name].(string); ok && named[strings.TrimSpace(text)] {
			return true
		}
	}
	return false
}

// linksToItself are the mapped fields that link to the imported type itself.
func linksToItself(t *meta.Type, p Plan) (out []*meta.Field) {
	for _, c := range p.Columns {
		if f, ok := t.Field(c.Field); ok && f.Target == t {
			out = append(out, f)
		}
	}
	return out
}

func (w *importing) find(ctx context.Context, rows []row) (map[any][]record.Found, error) {
	if w.Mode == Create {
		return nil, nil
	}
	var values []any
	for i := range rows {
		values = append(values, rows[i].key...)
	}
	return w.s.Store.FindBy(ctx, w.actor, w.Type, w.Key, values)
}

// write is what a row comes to; nil when its problems refuse it. The key is
// not written again into the record it found: a telephone that finds a
// customer must not wipe out his others.
func (w *importing) write(ctx context.Context, r *row, found map[any][]record.Found) (*record.Op, int64, error) {
	if err := w.owner(ctx, r); err != nil {
		return nil, 0, err
	}
	if len(r.problems) > 0 {
		return nil, 0, nil
	}
	create := &record.Op{Verb: "create", Type: w.Type, Values: w.withRest(w.t, r, w.withFirst(r))}
	if w.Mode == Create {
		return create, 0, nil
	}
	hits := distinct(found, r.key)
	code := ""
	switch {
	case len(hits) == 1:
		delete(r.values, w.Key)
		return &record.Op{Verb: "update", Type: w.Type, ID: hits[0].ID, Values: r.values}, hits[0].Rev, nil
	case len(hits) > 1:
		code = "key_ambiguous"
	case w.Mode == Upsert:
		return create, 0, nil
	case len(r.key) == 0:
		code = "key_missing_in_row"
	default:
		code = "key_not_found"
	}
	r.problems = append(r.problems, errs.Problem{Path: w.Key, Code: code, Params: errs.Params{"value": r.keyText}})
	return nil, 0, nil
}

// withRest are a new record's values with what was left out of its row: nothing
// that stood in a sheet is lost. A record that is there already keeps its text.
func (w *importing) withRest(t *meta.Type, r *row, values record.Values) record.Values {
	k := slices.IndexFunc(t.Fields, func(f *meta.Field) bool { return f.Rest })
	if len(r.rest) == 0 || k < 0 || w.actor.Level(t, t.Fields[k]) != meta.Write {
		return values
	}
	f := t.Fields[k]
	if text, ok := values[f.Name].(string); ok && text != "" {
		r.rest = append([]string{text}, r.rest...)
	}
	values = maps.Clone(values)
	values[f.Name] = strings.Join(r.rest, "\n")
	return values
}

// distinct are the records that bear any of the values.
func distinct(found map[any][]record.Found, key []any) (out []record.Found) {
	for _, k := range key {
		for _, f := range found[k] {
			known := false
			for _, x := range out {
				known = known || x.ID == f.ID
			}
			if !known {
				out = append(out, f)
			}
		}
	}
	return out
}

// owners keeps who a name in a sheet's owner column is: an id outside the
// database, or the code of why nobody is.
type owners map[string]string

// owner turns a colleague's user name or name into his id.
func (w *importing) owner(ctx context.Context, r *row) error {
	text, ok := r.values["owner"].(string)
	if !ok {
		return nil
	}
	text = strings.TrimSpace(text)
	who, known := w.owners[text]
	if !known {
		var err error
		if who, err = w.s.findOwner(ctx, w.actor, text); err != nil {
			return err
		}
		w.owners[text] = who
	}
	if _, err := db.ParseID(who); err != nil {
		delete(r.values, "owner")
		if f, known := w.t.Field("owner"); known && w.Unread == Leave {
			r.leave(f, text, f.Label.In("zh-Hans"))
			return nil
		}
		r.problems = append(r.problems, errs.Problem{Path: "owner", Code: who, Params: errs.Params{"type": "user", "value": text}})
		return nil
	}
	r.values["owner"] = who
	return nil
}

// findOwner finds a colleague by id, user name or name: his id outside the
// database, or the code of why nobody is.
func (s *Service) findOwner(ctx context.Context, a *access.Actor, text string) (string, error) {
	if id, err := db.ParseID(text); err == nil {
		return db.FormatID(id), nil
	}
	for _, by := range [][2]string{{"username", text}, {"username", strings.ToLower(text)}, {"name", text}} {
		found, err := s.Store.FindBy(ctx, a, "user", by[0], []any{by[1]})
		if err != nil {
			return "", err
		}
		switch hits := found[by[1]]; len(hits) {
		case 1:
			return db.FormatID(hits[0].ID), nil
		case 0:
		default:
			return "link_ambiguous", nil
		}
	}
	return "link_not_found", nil
}
