package record

import (
	"context"
	"slices"
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
	if q.OrderBy == "" && q.View == "" {
		q.OrderBy = usualOrder(a, back.Type)
	}
	return s.List(ctx, a, back.Type.Name, q, dst)
}

// usualOrder is the order of a type's default view, by which the indexes of its
// links go too; "" for an actor who may not order by it.
func usualOrder(a *access.Actor, t *meta.Type) string {
	v := t.DefaultView()
	if v == nil {
		return ""
	}
	if _, err := orderOf(a, t, v.Sort); err != nil {
		return ""
	}
	return v.Sort
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
