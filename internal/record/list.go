package record

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"

	"kedang/internal/access"
	"kedang/internal/db"
	"kedang/internal/errs"
	"kedang/internal/expr"
	"kedang/internal/ledger"
	"kedang/internal/meta"
)

// ListQuery asks for a page of a list.
type ListQuery struct {
	Filter    string   // an expression; "" for all
	OrderBy   string   // "-created_at,name"; the view's, else newest first
	PageSize  int      // 50 when 0, at most 1,000
	PageToken string   // from the page before
	Fields    []string // columns; "*" for all; the view's when empty
	Expand    []string // links whose records stand inside: "customer", "customer.owner"
	Total     string   // capped (when ""), exact, none
	View      string   // a declared view's filter, order and columns
	Archived  string   // "" without, include, only
	Q         string   // words to search for
}

// Limits of a list.
const (
	defaultPage = 50
	largestPage = 1000
	cappedTotal = 1000
)

// list is one list query on its way.
type list struct {
	*reading
	q        ListQuery
	keys     []orderKey
	where    []string
	args     []any           // of where
	scoped   int             // how many of args belong to the first of where, the rights
	branches []access.Branch // the rights as ranges of an index, when they are several
	sorted   bool            // rights that cut the list leave rows to be sorted: no index has both
	count    int64           // what was counted, up to one more than is told
	total    []byte          // the total, when it was counted before the page
	digest   []byte
	token    pageToken
	size     int
	unserved bool // no index serves the filter
	looks    []string
	filter   *expr.Expr // of the query; nil for none
	ids      []int64    // of the page, when links are expanded
	found    []int64    // ids that Q found; nil when Q is empty
	cut      bool       // Q finds more than that
	every    bool       // every record counts: an export, a change of many
}

// List appends a page as JSON: {"items":[…],"next_page_token":"…","total":
// {"count":1000,"exact":false}}. Rows go from the database straight into dst.
func (s *Store) List(ctx context.Context, a *access.Actor, typ string, q ListQuery, dst []byte) (_ []byte, err error) {
	defer errs.Wrap(&err, "Store.List(%s)", typ)
	t, err := s.readable(a, typ)
	if err != nil {
		return dst, err
	}
	l, err := s.newList(a, t, q)
	if err != nil {
		return dst, err
	}
	begin := len(dst)
	limited := ctx
	if l.unserved {
		var cancel context.CancelFunc
		limited, cancel = context.WithTimeout(ctx, s.SlowFilter)
		defer cancel()
	}
	err = s.DB.Read(limited, func(tx db.Tx) (err error) {
		dst, err = l.page(limited, tx, dst[:begin])
		return err
	})
	if err != nil && l.unserved && ctx.Err() == nil && errors.Is(limited.Err(), context.DeadlineExceeded) {
		return dst[:begin], errs.New(errs.Unavailable, "filter_too_slow", errs.Params{"fields": l.slowFields()})
	}
	if err == nil && len(l.looks) > 0 {
		err = s.look(ctx, a, t, 0, "filter", l.looks)
	}
	return dst, err
}

// newList checks a query and builds its conditions.
func (s *Store) newList(a *access.Actor, t *meta.Type, q ListQuery) (*list, error) {
	l := &list{reading: s.reading(a, t, s.DB.Dialect()), q: q, size: q.PageSize}
	switch {
	case l.size == 0:
		l.size = defaultPage
	case l.size < 0 || l.size > largestPage:
		return nil, errs.RefuseField("page_size", "out_of_range", errs.Params{"min": 1, "max": largestPage})
	}
	view, err := l.view()
	if err != nil {
		return nil, err
	}
	order := q.OrderBy
	if order == "" && view != nil {
		order = view.Sort
	}
	if l.keys, err = orderOf(a, t, order); err != nil {
		return nil, err
	}
	if err := l.fields(view); err != nil {
		return nil, err
	}
	if err := l.conditions(view); err != nil {
		return nil, err
	}
	l.digest = listDigest(t.Name, q.Filter, order, q.View, q.Archived, q.Q, strconv.FormatInt(s.current.Load().version, 10))
	if q.PageToken != "" {
		l.token, err = s.openToken(q.PageToken, l.digest)
		if err == nil && len(l.token.Keys) != len(l.keys) {
			err = errs.RefuseField("page_token", "page_token_invalid", nil)
		}
	}
	return l, err
}

func (l *list) view() (*meta.View, error) {
	if l.q.View == "" {
		return nil, nil
	}
	v := l.t.View(l.q.View)
	if v == nil {
		return nil, errs.RefuseField("view", "unknown_view", errs.Params{"view": l.q.View})
	}
	return v, nil
}

// fields chooses the columns: those asked for, the view's, or the default
// view's; id, number, title and revision always.
func (l *list) fields(view *meta.View) error {
	names := l.q.Fields
	asked := len(names) > 0
	if len(names) == 1 && names[0] == "*" {
		names, asked = l.all(), false
	}
	if len(names) == 0 {
		if view == nil {
			view = l.t.DefaultView()
		}
		if view != nil {
			names = append([]string{"owner", "updated_at"}, view.Columns...)
		} else {
			names = l.all()
		}
	}
	for _, name := range append([]string{"id", "number", "title", "rev"}, names...) {
		if err := l.add(name); err != nil && asked {
			return errs.RefuseField("fields", "unknown_field", errs.Params{"field": name})
		}
	}
	return nil
}

// all are the fields the reader may see at all.
func (r *reading) all() []string {
	out := []string{"owner", "department", "created_at", "created_by", "updated_at", "updated_by", "archived_at"}
	for _, f := range r.t.Fields {
		if r.a.Level(r.t, f) != meta.Hidden {
			out = append(out, f.Name)
		}
	}
	return out
}

// conditions collects WHERE: rights, state, view, filter.
func (l *list) conditions(view *meta.View) error {
	if err := l.rights(); err != nil {
		return err
	}
	switch l.q.Archived {
	case "":
		l.where = append(l.where, "t.archived_at IS NULL")
	case "only":
		l.where = append(l.where, "t.archived_at IS NOT NULL")
	case "include":
	default:
		return errs.RefuseField("archived", "bad_choice", nil)
	}
	if view != nil && view.Prog.Filter != nil {
		if err := l.condition(view.Prog.Filter); err != nil {
			return err
		}
	}
	if strings.TrimSpace(l.q.Filter) == "" {
		return nil
	}
	e, err := expr.Compile(l.q.Filter, l.t.ScopeFor(l.s.reader(l.a)), expr.Options{Want: &expr.Type{Base: expr.Bool}, Printable: true})
	if err != nil {
		return underPath("filter", err)
	}
	l.filter = e
	l.noteLooks(e)
	l.unserved = !l.served(e) && !e.Driven()
	return l.condition(e)
}

func (l *list) rights() error {
	cond, args, err := l.a.Scope(l.t, "read").SQL(l.a, "t", l.dialect, l.s.Clock())
	if err != nil {
		return errs.New(errs.Forbidden, "forbidden", errs.Params{"verb": "read", "type": l.t.Name})
	}
	if cond != "" {
		l.where = append(l.where, "("+cond+")")
		l.args = append(l.args, args...)
		l.scoped = len(args)
		l.arrange()
	}
	return nil
}

func (l *list) condition(e *expr.Expr) error {
	cond, args, err := e.SQL("t", expr.Dialect(l.dialect), l.reading.args)
	if err != nil {
		return underPath("filter", err)
	}
	l.where = append(l.where, "("+cond+")")
	l.args = append(l.args, args...)
	return nil
}

// noteLooks notes which masked or sealed fields a filter compares: finding out
// whether a value is there is a look at it.
func (l *list) noteLooks(e *expr.Expr) {
	for _, p := range e.Paths() {
		f, ok := l.t.Field(strings.TrimSuffix(p, "[]"))
		if ok && !f.System && (f.Sealed || l.a.Level(l.t, f) == meta.Masked) && !slices.Contains(l.looks, f.Name) {
			l.looks = append(l.looks, f.Name)
		}
	}
}

// served tells whether an index begins with a column that the filter bounds.
func (l *list) served(e *expr.Expr) bool {
	bounds := e.Indexable()
	for _, ix := range l.t.Indexes() {
		for _, b := range bounds {
			if strings.TrimPrefix(ix.Columns[0], "-") == b.Column && (b.Op != "missing" || !ix.Sparse()) {
				return true
			}
		}
	}
	return false
}

func (l *list) slowFields() []string {
	var out []string
	e, err := expr.Compile(l.q.Filter, l.t.ScopeFor(l.s.reader(l.a)), expr.Options{})
	if err == nil {
		out = append(out, e.Paths()...)
	}
	return out
}

// underPath puts an expression's problem under the parameter it came in.
func underPath(path string, err error) error {
	e := *errs.As(err)
	e.Problems = append([]errs.Problem(nil), e.Problems...)
	for i := range e.Problems {
		e.Problems[i].Path = path
	}
	return &e
}

// segment is a part of a list ordered by one column that may be missing: rows
// without a value and rows with one are two ranges of the index, read one
// after the other.
type segment struct {
	cond  string
	fixed int // order columns that are constant in it
}

func (l *list) segments() []segment {
	if len(l.keys) != 2 || !l.keys[0].nullable {
		return []segment{{}}
	}
	c := "t." + quote(l.keys[0].column)
	missing, present := segment{c + " IS NULL", 1}, segment{c + " IS NOT NULL", 0}
	if l.keys[0].desc {
		return []segment{present, missing}
	}
	return []segment{missing, present}
}

// page writes one page.
func (l *list) page(ctx context.Context, tx db.Tx, dst []byte) ([]byte, error) {
	if err := l.find(ctx, tx); err != nil {
		return dst, err
	}
	if err := l.walkOrder(ctx, tx); err != nil {
		return dst, err
	}
	dst = append(dst, `{"items":[`...)
	first := len(dst)
	left := l.size
	next := ""
	segments := l.segments()
	var err error
	for i := l.token.Segment; i < len(segments) && left >= 0 && next == ""; i++ {
		var n int
		var last []any
		dst, n, last, err = l.rows(ctx, tx, dst, first, segments[i], i == l.token.Segment && l.q.PageToken != "", left)
		if err != nil {
			return dst, err
		}
		if last != nil {
			next = l.s.signToken(pageToken{List: l.digest, Segment: i, Keys: last})
		}
		left -= n
		if left == 0 && next == "" && i+1 < len(segments) {
			more, err := l.any(ctx, tx, segments[i+1])
			if err != nil {
				return dst, err
			}
			if more {
				next = l.s.signToken(pageToken{List: l.digest, Segment: i + 1, Keys: make([]any, len(l.keys))})
			}
			break
		}
	}
	dst = append(dst, `],"next_page_token":`...)
	dst = meta.AppendString(dst, next)
	if dst, err = l.appendExpanded(ctx, tx, dst); err != nil {
		return dst, err
	}
	if dst, err = l.appendTotal(ctx, tx, dst); err != nil {
		return dst, err
	}
	return append(dst, '}'), nil
}

// arrange finds how rights and order go together: in ranges of an index that
// has both, or not.
func (l *list) arrange() {
	scope := l.a.Scope(l.t, "read")
	if len(scope.Where) > 0 {
		return
	}
	ranged := func(column string) bool {
		return slices.ContainsFunc(l.t.Indexes(), func(ix meta.Index) bool {
			return len(ix.Columns) > 1 && ix.Columns[0] == column && ix.Columns[1] == l.keys[0].column
		})
	}
	l.sorted = (scope.Own || scope.Subordinates) && !ranged("root_owner") || (scope.Department || scope.Tree) && !ranged("root_department")
	if !l.sorted {
		l.branches = scope.Branches(l.a, "t")
	}
}

// walkOrder has a long list read in its order, the rights judged on the way,
// where SQLite would read all that the actor may see and sort it. That is right
// for a short one, so that the list is counted first.
func (l *list) walkOrder(ctx context.Context, tx db.Tx) (err error) {
	if !l.sorted || l.dialect != db.SQLite || l.found != nil {
		return nil
	}
	asked := l.q.Total
	if asked == "none" {
		l.q.Total = "capped"
	}
	if l.total, err = l.appendTotal(ctx, tx, nil); err != nil {
		return err
	}
	if l.count > cappedTotal {
		cond, _, err := l.a.Scope(l.t, "read").SQL(l.a, "+t", l.dialect, l.s.Clock()) // "+" keeps a column from an index
		if err != nil {
			return err
		}
		l.where[0] = "(" + cond + ")"
	}
	if l.q.Total = asked; asked == "none" {
		l.total = []byte{}
	}
	return nil
}

// rows writes up to limit rows of a segment; last is the order of the last
// row written when there are more.
func (l *list) rows(ctx context.Context, tx db.Tx, dst []byte, first int, seg segment, resume bool, limit int) (_ []byte, n int, last []any, err error) {
	where, args := slices.Clone(l.where), slices.Clone(l.args)
	if seg.cond != "" {
		where = append(where, seg.cond)
	}
	keys := slices.Clone(l.keys[seg.fixed:])
	if seg.cond != "" {
		for i := range keys {
			keys[i].nullable = false
		}
	}
	if resume && l.token.Keys[len(l.keys)-1] != nil {
		cond, more := after(keys, l.token.Keys[seg.fixed:])
		where, args = append(where, cond), append(args, more...)
	}
	columns := len(l.columns)
	text := "SELECT " + strings.Join(l.columns, ", ")
	for _, k := range l.keys {
		text += ", t." + quote(k.column)
	}
	if len(l.branches) > 0 || l.sorted {
		text, args = l.late(text, where, args, keys, limit+1)
	} else {
		text += " FROM " + quote(l.t.Table) + " AS t" + l.joins.String()
		if len(where) > 0 {
			text += " WHERE " + strings.Join(where, " AND ")
		}
		text += " ORDER BY " + orderText("t.", keys, l.dialect) + " LIMIT " + strconv.Itoa(limit+1)
		args = append(slices.Clone(l.params), args...)
	}
	rows, err := tx.Query(ctx, text, args...)
	if err != nil {
		return dst, 0, nil, err
	}
	defer rows.Close()
	values := make([]any, columns+len(l.keys))
	dest := make([]any, len(values))
	for i := range dest {
		dest[i] = &values[i]
	}
	order := make([]any, len(l.keys))
	for rows.Next() {
		if n == limit {
			return dst, n, order, nil
		}
		if err := rows.Scan(dest...); err != nil {
			return dst, n, nil, err
		}
		if len(dst) > first {
			dst = append(dst, ',')
		}
		dst = append(l.appendRow(append(dst, '{'), values), '}')
		copy(order, values[columns:])
		if len(l.q.Expand) > 0 {
			l.ids = append(l.ids, integer(values[l.outs[0].at]))
		}
		n++
	}
	return dst, n, nil, rows.Err()
}

// late is the statement that finds the page first and reads its columns then.
// An actor whose rights are several ranges of an index has each read in the
// list's order, and they are merged as they are read, so that a page costs what
// it shows, however many rows he may see. Where all he may see must be sorted,
// that is done with the keys alone.
func (l *list) late(columns string, where []string, args []any, keys []orderKey, limit int) (string, []any) {
	inner := "t.id AS id"
	order := make([]orderKey, len(keys))
	for i, k := range keys {
		name := "k" + strconv.Itoa(i)
		inner += ", t." + quote(k.column) + " AS " + name
		order[i] = orderKey{column: name, desc: k.desc, nullable: k.nullable}
	}
	found, all := "SELECT "+inner+" FROM "+quote(l.t.Table)+" AS t WHERE "+strings.Join(where, " AND "), args
	if len(l.branches) > 0 {
		found, all = l.union(inner, where, args)
	}
	var b strings.Builder
	b.WriteString("WITH p AS (" + found + " ORDER BY " + orderText("", order, l.dialect) + " LIMIT " + strconv.Itoa(limit) + ") ")
	b.WriteString(columns + " FROM p JOIN " + quote(l.t.Table) + " AS t ON t.id = p.id" + l.joins.String())
	b.WriteString(" ORDER BY " + orderText("t.", keys, l.dialect))
	return b.String(), append(slices.Clone(all), l.params...)
}

// union reads columns from the ranges that the actor's rights are.
func (l *list) union(columns string, where []string, args []any) (string, []any) {
	rest := strings.Join(where[1:], " AND ")
	var b strings.Builder
	var all []any
	for i, branch := range l.branches {
		if i > 0 {
			b.WriteString(" UNION ALL ")
		}
		cond := branch.Cond
		if l.dialect == db.SQLite {
			// Else an index by what is filtered may be walked to its end for a
			// department that has nothing.
			cond = "likelihood(" + cond + ", 0.0001)"
		}
		b.WriteString("SELECT " + columns + " FROM " + quote(l.t.Table) + " AS t WHERE " + cond + branch.More)
		if rest != "" {
			b.WriteString(" AND " + rest)
		}
		all = append(append(all, branch.Args...), args[l.scoped:]...)
	}
	return b.String(), all
}

// any tells whether a segment has rows at all.
func (l *list) any(ctx context.Context, tx db.Tx, seg segment) (bool, error) {
	where := append(slices.Clone(l.where), seg.cond)
	ids, err := int64s(tx.Query(ctx, "SELECT t.id FROM "+quote(l.t.Table)+" AS t WHERE "+strings.Join(where, " AND ")+" LIMIT 1", l.args...))
	return len(ids) > 0, err
}

// appendTotal counts what the list holds: exactly up to 1,000, or on request.
func (l *list) appendTotal(ctx context.Context, tx db.Tx, dst []byte) ([]byte, error) {
	if l.total != nil {
		return append(dst, l.total...), nil
	}
	limit := " LIMIT " + strconv.Itoa(cappedTotal+1)
	switch l.q.Total {
	case "none":
		return dst, nil
	case "exact":
		limit = ""
	case "", "capped":
	default:
		return dst, errs.RefuseField("total", "bad_choice", nil)
	}
	where := ""
	if len(l.where) > 0 {
		where = " WHERE " + strings.Join(l.where, " AND ")
	}
	counted, args := "SELECT 1 FROM "+quote(l.t.Table)+" AS t"+where, l.args
	if len(l.branches) > 0 {
		counted, args = l.union("1 AS one", l.where, l.args)
	}
	var n int64
	err := tx.QueryRow(ctx, "SELECT count(*) FROM ("+counted+limit+") AS c", args, &n)
	if err != nil {
		return dst, err
	}
	l.count = n
	exact := limit == "" || n <= cappedTotal
	if !exact {
		n = cappedTotal
	}
	exact = exact && !l.cut
	dst = strconv.AppendInt(append(dst, `,"total":{"count":`...), n, 10)
	return append(strconv.AppendBool(append(dst, `,"exact":`...), exact), '}'), nil
}

// look puts looks at masked fields on record.
func (s *Store) look(ctx context.Context, a *access.Actor, t *meta.Type, id int64, how string, fields []string) error {
	return s.DB.Write(ctx, func(tx db.Tx) error {
		return s.Ledger.Append(ctx, tx, &ledger.Entry{At: ms(s.Clock()), Kind: ledger.Look, Actor: a.ID, ActorName: a.Name, Source: a.Source,
			Type: t.ID, Record: id, Action: how, Payload: jsonText("fields", strings.Join(fields, ","))})
	})
}
