package record

import (
	"context"
	"strconv"
	"strings"

	"kedang/internal/access"
	"kedang/internal/db"
	"kedang/internal/errs"
	"kedang/internal/meta"
)

// GetQuery says what of a record is wanted.
type GetQuery struct {
	Fields []string // all readable ones when empty
	Expand []string // links whose records stand inside
}

// Get appends a whole record as JSON, with "rights": what this actor may do
// to it, and answers its revision.
func (s *Store) Get(ctx context.Context, a *access.Actor, typ string, id int64, q GetQuery, dst []byte) (_ []byte, rev int64, err error) {
	defer errs.Wrap(&err, "Store.Get(%s, %d)", typ, id)
	t, err := s.readable(a, typ)
	if err != nil {
		return dst, 0, errs.NotFoundf(typ, db.FormatID(id))
	}
	g, err := s.getting(a, t, q.Fields)
	if err != nil {
		return dst, 0, err
	}
	begin, read := len(dst), s.DB.Read
	if len(q.Expand) == 0 && !g.judged && !g.more.Load() {
		read = s.DB.ReadOne
	}
	err = read(ctx, func(tx db.Tx) (err error) {
		dst, rev, err = s.got(ctx, tx, a, g, id, q.Expand, dst[:begin])
		return err
	})
	return dst, rev, err
}

func (s *Store) get(ctx context.Context, tx db.Tx, a *access.Actor, t *meta.Type, id int64, q GetQuery, dst []byte) ([]byte, int64, error) {
	g, err := s.getting(a, t, q.Fields)
	if err != nil {
		return dst, 0, err
	}
	return s.got(ctx, tx, a, g, id, q.Expand, dst)
}

func (s *Store) got(ctx context.Context, tx db.Tx, a *access.Actor, g *getting, id int64, expand []string, dst []byte) ([]byte, int64, error) {
	row, err := s.rightsRow(ctx, tx, a, id, g)
	if err != nil {
		return dst, 0, err
	}
	sealed := g.r.opened(ctx, tx, row)
	dst, more := append(g.r.appendRow(append(dst, '{'), row.values), sealed...), len(sealed) > 0
	for _, c := range g.children {
		if integer(row.values[c.some]) == 0 {
			continue
		}
		more = true
		if dst, err = c.appendTo(ctx, tx, id, dst); err != nil {
			break
		}
	}
	if g.more.Store(more); err != nil {
		return dst, 0, err
	}
	if len(expand) > 0 {
		if dst, err = s.appendExpanded(ctx, tx, a, g.r.t, id, expand, dst); err != nil {
			return dst, 0, err
		}
	}
	dst = s.appendRights(ctx, tx, a, row.Row, dst)
	return append(dst, '}'), row.Rev, nil
}

// scanned is a row's rights columns with the values of a reading.
type scanned struct {
	*Row
	values []any
}

// rightsRow reads one record under the actor's right to read it.
func (s *Store) rightsRow(ctx context.Context, tx db.Tx, a *access.Actor, id int64, g *getting) (*scanned, error) {
	t, n := g.r.t, len(g.r.columns)
	text, args := g.text, append(append(make([]any, 0, len(g.r.params)+8), g.r.params...), id)
	cond, more, err := a.Scope(t, "read").SQL(a, "t", g.r.dialect, s.Clock())
	if err != nil {
		return nil, errs.NotFoundf(t.Name, db.FormatID(id))
	}
	if cond != "" {
		text += " AND (" + cond + ")"
		args = append(args, more...)
	}
	v := make([]any, n+6)
	dest := make([]any, len(v))
	for i := range dest {
		dest[i] = &v[i]
	}
	err = tx.QueryRow(ctx, text, args, dest...)
	if isNoRows(err) {
		return nil, errs.NotFoundf(t.Name, db.FormatID(id))
	}
	if err != nil {
		return nil, err
	}
	return &scanned{&Row{Type: t, ID: id, Rev: integer(v[n]), Owner: integer(v[n+1]), Department: integer(v[n+2]),
		RootOwner: integer(v[n+3]), RootDepartment: integer(v[n+4]), ArchivedAt: integer(v[n+5])}, v[:n]}, nil
}

// opened shows sealed values of one record as their masks, which takes opening
// them: "sealed" beside the fields, {"id_number":"3101**********1234"}.
func (r *reading) opened(ctx context.Context, tx db.Tx, row *scanned) []byte {
	var out []byte
	for i := range r.outs {
		o := &r.outs[i]
		cipher, ok := row.values[o.at].([]byte)
		if !ok || !o.field.Sealed {
			continue
		}
		plain, err := r.s.Vault.Open(ctx, tx, row.ID, o.field.ID, cipher)
		if err != nil {
			continue
		}
		if out == nil {
			out = append(out, `,"sealed":{`...)
		} else {
			out = append(out, ',')
		}
		out = append(append(append(out, '"'), o.name...), '"', ':')
		out = meta.AppendString(out, maskText(o.field, string(plain)))
	}
	if out != nil {
		out = append(out, '}')
	}
	return out
}

func contains(list []string, s string) bool {
	for _, x := range list {
		if x == s {
			return true
		}
	}
	return false
}

// told are the verbs of which a record says whether the actor may.
var told = [...]string{"update", "archive", "assign", "history", "export", "reveal"}

// appendRights appends what the actor may do to this record.
func (s *Store) appendRights(ctx context.Context, tx db.Tx, a *access.Actor, row *Row, dst []byte) []byte {
	dst = append(dst, `,"rights":{`...)
	load := s.loader(ctx, tx)
	for i, verb := range told {
		if i > 0 {
			dst = append(dst, ',')
		}
		ok := !a.Scope(row.Type, verb).None()
		if ok && !a.Scope(row.Type, verb).All {
			subject := row
			if len(a.Scope(row.Type, verb).Where) > 0 {
				full, err := s.load(ctx, tx, row.Type, row.ID)
				if err != nil {
					return append(dst, '}')
				}
				subject = full
			}
			ok, _ = s.allowed(a, verb, subject, load)
		}
		dst = append(append(append(dst, '"'), verb...), '"', ':')
		dst = strconv.AppendBool(dst, ok)
	}
	return append(dst, '}')
}

// expandDepth bounds how many links an expand path follows.
const expandDepth = 3

// appendExpanded appends ,"expanded":{"customer":{…},"customer.owner":{…}}:
// the linked records, each as its own reader's rights show it.
func (s *Store) appendExpanded(ctx context.Context, tx db.Tx, a *access.Actor, t *meta.Type, id int64, paths []string, dst []byte) ([]byte, error) {
	if len(paths) > 10 {
		return dst, errs.RefuseField("expand", "too_many_values", errs.Params{"max": 10})
	}
	dst = append(dst, `,"expanded":{`...)
	first := true
	for _, path := range paths {
		target, targetID, err := s.walk(ctx, tx, a, t, id, strings.Split(path, "."))
		if err != nil {
			return dst, err
		}
		if targetID == 0 {
			continue
		}
		if !first {
			dst = append(dst, ',')
		}
		first = false
		dst = append(meta.AppendString(dst, path), ':')
		mark := len(dst)
		dst, err = s.appendTarget(ctx, tx, a, target, targetID, dst)
		if errs.Is(err, errs.NotFound) {
			dst = append(dst[:mark], `{"hidden":true}`...)
		} else if err != nil {
			return dst, err
		}
	}
	return append(dst, '}'), nil
}

func (s *Store) appendTarget(ctx context.Context, tx db.Tx, a *access.Actor, t *meta.Type, id int64, dst []byte) ([]byte, error) {
	if t.Builtin {
		r, err := s.loadBuiltin(ctx, tx, t, id)
		if err != nil {
			return dst, err
		}
		return appendTitle(dst, id, r.Title), nil
	}
	dst, _, err := s.get(ctx, tx, a, t, id, GetQuery{}, dst)
	return dst, err
}

func appendTitle(dst []byte, id int64, title string) []byte {
	dst = appendID(append(dst, `{"id":`...), id)
	return append(meta.AppendString(append(dst, `,"title":`...), title), '}')
}

// walk follows links from a record, each step under the actor's rights.
func (s *Store) walk(ctx context.Context, tx db.Tx, a *access.Actor, t *meta.Type, id int64, path []string) (*meta.Type, int64, error) {
	if len(path) > expandDepth {
		return nil, 0, errs.RefuseField("expand", "too_deep", errs.Params{"max": expandDepth})
	}
	for _, name := range path {
		f, ok := t.Field(name)
		if !ok || f.Target == nil || name == "id" || (!f.System && (a.Level(t, f) < meta.Read || f.Kind.Storage() != meta.InColumn)) {
			return nil, 0, errs.RefuseField("expand", "unknown_field", errs.Params{"field": name})
		}
		if id != 0 && !t.Builtin {
			if _, err := s.seen(ctx, tx, a, t, id); errs.Is(err, errs.NotFound) {
				id = 0
			} else if err != nil {
				return nil, 0, err
			}
		}
		if id != 0 {
			ids, err := int64s(tx.Query(ctx, "SELECT coalesce("+quote(columnOf(f))+", 0) FROM "+quote(t.Table)+" WHERE id = ?", id))
			if err != nil {
				return nil, 0, err
			}
			id = 0
			if len(ids) > 0 {
				id = ids[0]
			}
		}
		t = f.Target
	}
	return t, id, nil
}

// Reveal opens one masked or sealed value, in API form. The right is reveal;
// a reason must be given, and the look is on record before the value leaves.
func (s *Store) Reveal(ctx context.Context, a *access.Actor, typ string, id int64, field, reason string) (out []byte, err error) {
	defer errs.Wrap(&err, "Store.Reveal(%s, %d)", typ, id)
	t, err := s.readable(a, typ)
	if err != nil {
		return nil, err
	}
	f, ok := t.Field(field)
	if !ok || f.System || a.Level(t, f) == meta.Hidden {
		return nil, errs.RefuseField("field", "unknown_field", errs.Params{"field": field})
	}
	if strings.TrimSpace(reason) == "" {
		return nil, errs.RefuseField("reason", "required", nil)
	}
	err = s.DB.Write(ctx, func(tx db.Tx) error {
		r, err := s.seen(ctx, tx, a, t, id)
		if err != nil {
			return err
		}
		if ok, _ := s.allowed(a, "reveal", r, s.loader(ctx, tx)); !ok {
			return errs.New(errs.Forbidden, "forbidden", errs.Params{"verb": "reveal", "type": typ})
		}
		if f.Sealed {
			text, err := s.openSealed(ctx, tx, r, f)
			if err != nil {
				return err
			}
			out = meta.AppendString(nil, text)
		} else {
			out = appendStored(nil, f, r.value(f))
		}
		return s.Ledger.Append(ctx, tx, s.lookEntry(a, t, id, "reveal", field, reason))
	})
	return out, err
}
