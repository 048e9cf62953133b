package record

import (
	"context"
	"strings"
	"sync"
	"sync/atomic"

	"kedang/internal/access"
	"kedang/internal/db"
	"kedang/internal/errs"
	"kedang/internal/meta"
)

// getting is how one actor reads a record of a type: the statement, what its
// columns become, and the same of its child rows. A whole record of 150 fields
// takes longer to prepare than to read, so that it is kept.
type getting struct {
	r        *reading
	text     string // up to the right to read the record itself
	children []*childGetting
	judged   bool        // what the actor may do depends on the whole record
	more     atomic.Bool // the last record took more than this statement, and so may the next
}

// childGetting reads the child rows of one field.
type childGetting struct {
	f    *meta.Field
	r    *reading
	text string
	some int // the column that tells whether there are any
}

// gettings are kept by who asks and for what. What he sees of a type follows
// from his key; a right that depends on the moment is not kept.
type gettings struct {
	mu sync.Mutex // guards m
	m  map[gettingKey]*getting
}

type gettingKey struct {
	who access.Key
	t   *meta.Type
}

// mostGettings bounds them: 30 KB each for a customer.
const mostGettings = 200

func (g *gettings) find(k gettingKey) *getting {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.m[k]
}

func (g *gettings) keep(k gettingKey, x *getting) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.m == nil || len(g.m) >= mostGettings {
		g.m = map[gettingKey]*getting{}
	}
	g.m[k] = x
}

// getting finds or makes how an actor reads a record: the fields asked for, or
// all he sees.
func (s *Store) getting(a *access.Actor, t *meta.Type, asked []string) (*getting, error) {
	who, known := a.Key()
	key := gettingKey{who, t}
	known = known && len(asked) == 0
	if known {
		if g := s.gettings.find(key); g != nil {
			return g, nil
		}
	}
	g, err := s.newGetting(a, t, asked)
	if err == nil && known && !g.timed() {
		s.gettings.keep(key, g)
	}
	return g, err
}

func (g *getting) timed() bool {
	for _, c := range g.children {
		if c.r.timed {
			return true
		}
	}
	return g.r.timed
}

func (s *Store) newGetting(a *access.Actor, t *meta.Type, asked []string) (*getting, error) {
	r := s.reading(a, t, s.DB.Dialect())
	names := asked
	if len(asked) == 0 {
		names = r.all()
	}
	for _, name := range append([]string{"id", "number", "title", "rev"}, names...) {
		if err := r.add(name); err != nil && len(asked) > 0 {
			return nil, errs.RefuseField("fields", "unknown_field", errs.Params{"field": name})
		}
	}
	g := &getting{r: r}
	for _, f := range t.Fields {
		if f.Kind.Storage() != meta.InRows || (len(asked) > 0 && !contains(asked, f.Name)) || a.Level(t, f) == meta.Hidden {
			continue
		}
		c := s.newChildGetting(a, f)
		c.some = r.column("(SELECT 1 FROM " + quote(f.Table) + " AS s WHERE s.record = t.id LIMIT 1)")
		g.children = append(g.children, c)
	}
	for _, verb := range told {
		g.judged = g.judged || len(a.Scope(t, verb).Where) > 0
	}
	owned := "t.owner, t.department, t.root_owner, t.root_department"
	if t.Builtin { // a colleague, a department: nobody's own
		owned = "NULL, NULL, NULL, NULL"
	}
	g.text = "SELECT " + strings.Join(r.columns, ", ") +
		", t.rev, " + owned + ", t.archived_at FROM " + quote(t.Table) + " AS t" + r.joins.String() + " WHERE t.id = ?"
	return g, nil
}

func (s *Store) newChildGetting(a *access.Actor, f *meta.Field) *childGetting {
	r := &reading{s: s, a: a, t: f.Of, dialect: s.DB.Dialect(), args: a.Args(s.Clock())}
	r.column("t.id")
	r.outs = append(r.outs, output{name: "id", at: 0, width: 1, append: func(dst []byte, v []any) ([]byte, bool) { return appendID(dst, integer(v[0])), true }})
	for _, sub := range f.Rows {
		level := a.Level(f.Of, sub)
		if level == meta.Hidden {
			continue
		}
		o := output{name: sub.Name, table: "t", field: sub, level: min(level, a.Level(f.Of, f)), at: len(r.columns)}
		if sub.Target != nil {
			r.link(&o)
		} else {
			r.scalar(&o)
		}
		o.width = len(r.columns) - o.at
		r.outs = append(r.outs, o)
	}
	return &childGetting{f: f, r: r, text: "SELECT " + strings.Join(r.columns, ", ") + " FROM " + quote(f.Table) + " AS t" + r.joins.String() +
		" WHERE t.record = ? ORDER BY t.pos"}
}

// appendTo appends ,"lines":[{"id":…,…}] with linked titles.
func (c *childGetting) appendTo(ctx context.Context, tx db.Tx, id int64, dst []byte) ([]byte, error) {
	rows, err := tx.Query(ctx, c.text, append(append([]any{}, c.r.params...), id)...)
	if err != nil {
		return dst, err
	}
	defer rows.Close()
	values := make([]any, len(c.r.columns))
	dest := make([]any, len(values))
	for i := range dest {
		dest[i] = &values[i]
	}
	mark, n := len(dst), 0
	dst = append(append(append(dst, `,"`...), c.f.Name...), `":[`...)
	for rows.Next() {
		if err := rows.Scan(dest...); err != nil {
			return dst, err
		}
		if n++; n > 1 {
			dst = append(dst, ',')
		}
		dst = append(c.r.appendRow(append(dst, '{'), values), '}')
	}
	if n == 0 {
		return dst[:mark], rows.Err()
	}
	return append(dst, ']'), rows.Err()
}
