package record

import (
	"context"

	"kedang/internal/db"
	"kedang/internal/errs"
	"kedang/internal/expr"
	"kedang/internal/meta"
)

// clone copies a row so that a change never touches what was loaded. Child
// rows are copied too: formulas write into them.
func (r *Row) clone() *Row {
	c := *r
	c.tokens, c.early, c.keys = nil, nil, nil
	c.Values = append([]any(nil), r.Values...)
	for i, v := range c.Values {
		if rows, ok := v.([]*meta.ChildRow); ok {
			c.Values[i] = cloneChildren(rows)
		}
	}
	return &c
}

func cloneChildren(rows []*meta.ChildRow) []*meta.ChildRow {
	out := make([]*meta.ChildRow, len(rows))
	for i, child := range rows {
		out[i] = &meta.ChildRow{ID: child.ID, Values: append([]any(nil), child.Values...)}
	}
	return out
}

// builtin returns the stored value of a built-in column; 0 and "" are missing.
func (r *Row) builtin(name string) any {
	switch name {
	case "id":
		return number(r.ID)
	case "number":
		return word(r.Number)
	case "title":
		return word(r.Title)
	case "rev":
		return number(r.Rev)
	case "created_at":
		return number(r.CreatedAt)
	case "created_by":
		return number(r.CreatedBy)
	case "updated_at":
		return number(r.UpdatedAt)
	case "updated_by":
		return number(r.UpdatedBy)
	case "owner":
		return number(r.Owner)
	case "department":
		return number(r.Department)
	case "root_owner":
		return number(r.RootOwner)
	case "root_department":
		return number(r.RootDepartment)
	case "archived_at":
		return number(r.ArchivedAt)
	}
	return nil
}

// number and word turn the zero values of a Row's columns into missing.
func number(n int64) any {
	if n == 0 {
		return nil
	}
	return n
}

func word(s string) any {
	if s == "" {
		return nil
	}
	return s
}

// value returns a field's stored value, built-in columns included.
func (r *Row) value(f *meta.Field) any {
	if f.System {
		return r.builtin(f.Name)
	}
	return r.Values[f.Slot]
}

// loader follows links while formulas, rules and rights are evaluated. Rows
// are read once per change and kept, so a rule that names a customer three
// times reads it once.
type loader struct {
	ctx   context.Context
	store *Store
	tx    db.Tx // nil: links cannot be followed here
	rows  map[int64]expr.Row

	departments map[int64]int64 // of users
}

func (s *Store) loader(ctx context.Context, tx db.Tx) *loader {
	return &loader{ctx: ctx, store: s, tx: tx, rows: map[int64]expr.Row{}}
}

// follow returns the row a link points to, or nil when the link is missing
// or its target is gone.
func (l *loader) follow(t *meta.Type, v any) (expr.Row, error) {
	id, _ := v.(int64)
	if id == 0 || t == nil {
		return nil, nil
	}
	if r, ok := l.rows[id]; ok {
		return r, nil
	}
	if l.tx == nil {
		return nil, errNoDatabase
	}
	row, err := l.store.load(l.ctx, l.tx, t, id)
	if errs.Is(err, errs.NotFound) {
		l.rows[id] = nil
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	env := &rowEnv{row: row, loader: l}
	l.rows[id] = env
	return env, nil
}

// errNoDatabase is answered where a link would have to be followed while a
// write is prepared outside its transaction; the write is then evaluated inside.
var errNoDatabase = errs.New(errs.Internal, "no_database", nil)

// rowEnv shows a Row to expressions.
type rowEnv struct {
	row    *Row
	loader *loader
}

var _ expr.Row = (*rowEnv)(nil)

// Value returns a single value in the form expressions use.
func (e *rowEnv) Value(name string) (any, error) {
	f, ok := e.row.Type.Field(name)
	if !ok {
		if f, part, ok := meta.AmountPart(e.row.Type, name); ok {
			return part(e.row.value(f)), nil
		}
		return nil, errs.RefuseField(name, "unknown_field", nil)
	}
	return e.loader.plain(f, e.row.value(f), e.row)
}

// Follow returns the record a link points to.
func (e *rowEnv) Follow(name string) (expr.Row, error) {
	f, ok := e.row.Type.Field(name)
	if !ok {
		return nil, errs.RefuseField(name, "unknown_field", nil)
	}
	return e.loader.follow(f.Target, e.row.value(f))
}

// Items returns the values of a many-valued field.
func (e *rowEnv) Items(name string) ([]any, error) {
	f, ok := e.row.Type.Field(name)
	if !ok {
		return nil, errs.RefuseField(name, "unknown_field", nil)
	}
	items, _ := e.row.value(f).([]meta.Item)
	out := make([]any, len(items))
	for i, item := range items {
		out[i] = item.Value
	}
	return out, nil
}

// Rows returns child rows, or the records that a many-valued link points to.
func (e *rowEnv) Rows(name string) ([]expr.Row, error) {
	f, ok := e.row.Type.Field(name)
	if !ok {
		return nil, errs.RefuseField(name, "unknown_field", nil)
	}
	switch v := e.row.value(f).(type) {
	case []*meta.ChildRow:
		out := make([]expr.Row, len(v))
		for i, child := range v {
			out[i] = &childEnv{field: f, child: child, parent: e}
		}
		return out, nil
	case []meta.Item:
		var out []expr.Row
		for _, item := range v {
			r, err := e.loader.follow(f.Target, item.Value)
			if err != nil {
				return nil, err
			}
			if r != nil {
				out = append(out, r)
			}
		}
		return out, nil
	}
	return nil, nil
}

// plain turns a stored value into the form expressions use: booleans as bool,
// sealed values opened.
func (l *loader) plain(f *meta.Field, v any, r *Row) (any, error) {
	switch x := v.(type) {
	case int64:
		if f.Kind != nil && f.Kind.Type(f).Base == expr.Bool {
			return x != 0, nil
		}
	case sealedValue:
		return x.open(l, f, r)
	}
	return v, nil
}

// childEnv shows a child row to expressions. A name its own fields do not
// have is looked up in the record it belongs to.
type childEnv struct {
	field  *meta.Field
	child  *meta.ChildRow
	parent *rowEnv
}

var _ expr.Row = (*childEnv)(nil)

func (e *childEnv) fieldOf(name string) *meta.Field {
	for _, f := range e.field.Rows {
		if f.Name == name {
			return f
		}
	}
	return nil
}

// Value returns a single value of the child row.
func (e *childEnv) Value(name string) (any, error) {
	f := e.fieldOf(name)
	if f == nil {
		if name == "id" {
			return number(e.child.ID), nil
		}
		return e.parent.Value(name)
	}
	return e.parent.loader.plain(f, e.child.Values[f.Slot], e.parent.row)
}

// Follow returns the record a link of the child row points to.
func (e *childEnv) Follow(name string) (expr.Row, error) {
	f := e.fieldOf(name)
	if f == nil {
		return e.parent.Follow(name)
	}
	return e.parent.loader.follow(f.Target, e.child.Values[f.Slot])
}

// Items is empty: child rows have no many-valued fields.
func (e *childEnv) Items(string) ([]any, error) { return nil, nil }

// Rows is empty: child rows have no child rows.
func (e *childEnv) Rows(string) ([]expr.Row, error) { return nil, nil }
