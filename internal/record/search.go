package record

import (
	"context"
	"database/sql"
	"strings"

	"kedang/internal/access"
	"kedang/internal/db"
	"kedang/internal/errs"
	"kedang/internal/han"
	"kedang/internal/meta"
)

// SearchQuery asks for records by words.
type SearchQuery struct {
	Q     string
	Types []string // all the actor may read when empty
	Limit int      // 20 when 0, at most 100
}

// Limits of a search.
const (
	defaultHits = 20
	largestHits = 100
	longestQ    = 200  // characters
	candidates  = 5000 // looked at in one tier before it gives up
)

// hit is one record found.
type hit struct {
	row  *Row
	tier han.Tier
}

// Search appends {"items":[{"type","id","number","title","tier"}]}: records
// whose names, numbers, phones or texts match all words; exact before
// beginning before containing before text; in each the types that come first
// (search: first), then the newest.
func (s *Store) Search(ctx context.Context, a *access.Actor, q SearchQuery, dst []byte) (_ []byte, err error) {
	defer errs.Wrap(&err, "Store.Search")
	switch {
	case q.Limit == 0:
		q.Limit = defaultHits
	case q.Limit < 0 || q.Limit > largestHits:
		return dst, errs.RefuseField("limit", "out_of_range", errs.Params{"min": 1, "max": largestHits})
	}
	types, err := s.searchTypes(a, q.Types)
	if err != nil {
		return dst, err
	}
	var hits []hit
	err = s.DB.Read(ctx, func(tx db.Tx) error {
		f, err := s.search(ctx, tx, a, types, seek{text: q.Q, limit: q.Limit})
		hits = f.hits
		return err
	})
	if err != nil {
		return dst, err
	}
	dst = append(dst, `{"items":[`...)
	for i, h := range hits {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = s.appendHit(dst, a, h)
	}
	return append(dst, `]}`...), nil
}

var tierNames = [...]string{han.Exact: "exact", han.Starts: "starts", han.Contains: "contains", han.Body: "body"}

func (s *Store) appendHit(dst []byte, a *access.Actor, h hit) []byte {
	dst = meta.AppendString(append(dst, `{"type":`...), h.row.Type.Name)
	dst = appendID(append(dst, `,"id":`...), h.row.ID)
	if h.row.Number != "" {
		dst = meta.AppendString(append(dst, `,"number":`...), h.row.Number)
	}
	dst = meta.AppendString(append(dst, `,"title":`...), s.shownTitle(a, h.row))
	dst = meta.AppendString(append(dst, `,"match":`...), tierNames[h.tier])
	return append(dst, '}')
}

// searchTypes are the types to look in; naming one that may not be read finds
// nothing of it.
func (s *Store) searchTypes(a *access.Actor, names []string) ([]*meta.Type, error) {
	schema := s.Schema()
	var out []*meta.Type
	for _, n := range names {
		t, ok := schema.Type(n)
		if !ok || t.Builtin || a.Scope(t, "read").None() {
			return nil, errs.NotFoundf("type", n)
		}
		out = append(out, t)
	}
	if len(names) > 0 {
		return out, nil
	}
	for _, t := range schema.Types {
		if !t.Builtin && !a.Scope(t, "read").None() {
			out = append(out, t)
		}
	}
	return out, nil
}

// seek is what a search is to do.
type seek struct {
	text  string
	limit int
	where string // further conditions on the rows, of one type, which is t
	args  []any
	deep  bool // whatever it takes: no bound on what is looked at
}

// search finds rows in the order of tiers.
func (s *Store) search(ctx context.Context, tx db.Tx, a *access.Actor, types []*meta.Type, what seek) (*finder, error) {
	if len([]rune(what.text)) > longestQ {
		what.text = string([]rune(what.text)[:longestQ])
	}
	f := &finder{seek: what, s: s, ctx: ctx, tx: tx, a: a, query: han.ParseQuery(what.text), looks: map[int64]*look{}, types: map[int64]*meta.Type{},
		load: s.loader(ctx, tx), digits: strings.Trim(han.Fold(what.text), "0123456789 -+") == ""}
	if f.query.Empty() || len(types) == 0 {
		return f, nil
	}
	for _, t := range types {
		f.types[t.ID] = t
	}
	f.look(types)
	f.order(types)
	f.sealed = s.sealedAsks(a, types, what.text)
	f.reach = func(moved bool) { f.rights, f.narrow = s.reach(a, types, len(types) < 4, moved) }
	f.reach(false)
	return f, f.run()
}

// finder is one search on its way.
type finder struct {
	seek
	s      *Store
	ctx    context.Context
	tx     db.Tx
	a      *access.Actor
	query  han.Query
	types  map[int64]*meta.Type
	marks  []string
	sights map[*meta.Type]sights
	first  han.Condition // that a row is of a type that comes first, where others do not
	sealed []sealedAsk   // readings of the words as numbers of sealed fields
	rights han.Condition
	narrow bool             // rights say something
	reach  func(moved bool) // makes both
	moved  bool             // rights tokens may be old
	few    bool             // the first page holds everything that matches
	looks  map[int64]*look
	hits   []hit
	cut    bool // there may be more than was looked at
	load   *loader
	digits bool       // nothing but digits was typed
	tokens han.Tokens // of the candidate being looked at
}

// look notes what the actor finds each type by, and the marks he may name.
func (f *finder) look(types []*meta.Type) {
	f.sights, f.marks = make(map[*meta.Type]sights, len(types)), []string{""}
	for _, t := range types {
		v := sightsOf(f.a, &f.s.tables.of(t).search)
		f.sights[t] = v
		f.marks = v.marks(f.marks)
	}
}

// run asks the index for everything that matches in any way, the newest first.
// Only what that leaves open is asked for: whether better hits are among it or
// older than it.
func (f *finder) run() error {
	widest, starts, exact, err := f.opening()
	if err != nil || len(widest.ids) == 0 {
		return err
	}
	f.few = widest.last
	for _, step := range []struct {
		tier han.Tier
		page page
	}{{han.Exact, exact}, {han.Starts, starts}, {han.Contains, widest}, {han.Body, widest}} {
		if err := f.tier(step.tier, step.page); err != nil {
			return err
		}
	}
	return nil
}

// opening asks for the first page of everything, of what begins with the words,
// and of what is exactly them. SQLite is asked for the next only when the one
// before found something.
func (f *finder) opening() (widest, starts, exact page, err error) {
	if f.tx.Dialect() == db.Postgres {
		return f.together()
	}
	if f.moved, err = moving(f.ctx, f.tx); err != nil {
		return
	}
	if f.moved {
		f.reach(true)
	}
	if widest, err = f.page(han.Body, newest, false); err == nil && len(widest.ids) > 0 {
		starts, err = f.page(han.Starts, newest, false)
	}
	if err == nil && len(starts.ids) > 0 {
		exact, err = f.page(han.Exact, newest, false)
	}
	return
}

// together asks for the three first pages, and whether rights tokens may be
// old, in one message.
func (f *finder) together() (widest, starts, exact page, err error) {
	want := f.want()
	var asked []tierMatch
	for _, tier := range []han.Tier{han.Exact, han.Starts, han.Body} {
		if words := f.words(tier); !words.Never() {
			asked = append(asked, tierMatch{tier, han.TSQuery(words)})
		}
	}
	found, moved, err := f.s.newestOf(f.ctx, f.tx, asked, newest, want)
	if err != nil {
		return
	}
	if moved && !f.moved {
		f.moved = true
		f.reach(true)
		return f.together()
	}
	made := func(tier han.Tier) page { return page{found[tier], len(found[tier]) < want} }
	return made(han.Body), made(han.Starts), made(han.Exact), nil
}

// spare is how many candidates are asked for beyond those wanted: some of them
// only look like hits.
const spare = 10

// want is how many candidates are asked for at once.
func (f *finder) want() int { return min(f.limit-len(f.hits), mostFound) + spare }

// newest is beyond every id.
const newest = int64(1<<63 - 1)

// words are what a tier asks the index, within what the actor may see.
func (f *finder) words(tier han.Tier) han.Condition {
	words := f.query.Tier(tier, f.marks)
	for i := range f.sealed {
		words = han.AnyOf(words, f.sealed[i].condition(tier, f.marks))
	}
	if f.narrow && !words.Never() {
		words = han.AllOf(words, f.rights)
	}
	return words
}

// page is a number of candidates in a row, the newest first. There is nothing
// after the last one.
type page struct {
	ids  []candidate
	last bool
}

// page asks for the next candidates of a tier that are older than an id, of the
// types that come first or of all.
func (f *finder) page(tier han.Tier, before int64, first bool) (page, error) {
	want := f.want()
	words := f.words(tier)
	if first {
		words = han.AllOf(words, f.first)
	}
	ids, err := f.candidates(words, before, want)
	return page{ids, len(ids) < want}, err
}

// candidate is a row of the index.
type candidate struct {
	id  int64
	typ int64
}

func (f *finder) candidates(words han.Condition, before int64, want int) ([]candidate, error) {
	if words.Never() {
		return nil, nil
	}
	if f.tx.Dialect() == db.Postgres {
		found, _, err := f.s.newestOf(f.ctx, f.tx, []tierMatch{{han.Exact, han.TSQuery(words)}}, before, want)
		return found[han.Exact], err
	}
	rows, err := f.tx.Query(f.ctx, "SELECT rowid, type FROM search WHERE search MATCH ? AND rowid < ? ORDER BY rowid DESC LIMIT ?",
		han.FTS5(words), before, int64(want))
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	out := make([]candidate, 0, want)
	for rows.Next() {
		var c candidate
		if err := rows.Scan(&c.id, &c.typ); err != nil {
			return nil, err
		}
		out = append(out, c)
	}
	return out, rows.Err()
}

// look is what is known of a candidate.
type look struct {
	row   *Row     // nil: not there for this actor
	read  int      // how many parts of the row
	tier  han.Tier // 0: no match so far
	given bool     // among the hits
}

// depth is a part of a row that is read on its own.
type depth int

const (
	byTitle   depth = iota // title and number
	byColumns              // the texts looked at first
	bySides                // phones and the like
	byBody                 // longer texts, child rows
)

// The orders in which rows are read: whoever types digits looks for a phone.
var (
	textFirst   = [...]depth{byTitle, byColumns, bySides, byBody}
	digitsFirst = [...]depth{byTitle, bySides, byColumns, byBody}
)

// check reads candidates under the actor's rights and keeps those that truly
// match: the index may say yes too often, and rights are decided on the row.
// Of each row no more is read than shows that it is of this tier; that it is of
// no better one the index has said.
func (f *finder) check(ids []candidate, tier han.Tier) error {
	parts := textFirst[:]
	if f.digits {
		parts = digitsFirst[:]
	}
	if !f.few && tier != han.Exact && tier != han.Body {
		parts = parts[:len(parts)-1]
	}
	for i, d := range parts {
		if err := f.deepen(ids, tier, i, d); err != nil {
			return err
		}
	}
	for _, c := range ids {
		if l := f.looks[c.id]; l != nil && !l.given && l.tier != 0 && l.tier <= tier && len(f.hits) < f.limit {
			l.given = true
			l.row.Values = nil
			f.hits = append(f.hits, hit{l.row, tier})
		}
	}
	return nil
}

// deepen reads the i-th part of those candidates that are not yet known to be
// of the tier.
func (f *finder) deepen(ids []candidate, tier han.Tier, i int, d depth) error {
	byType := map[int64][]int64{}
	for _, c := range ids {
		l := f.looks[c.id]
		switch {
		case f.types[c.typ] == nil:
		case l == nil:
			f.looks[c.id] = &look{}
			byType[c.typ] = append(byType[c.typ], c.id)
		case l.row != nil && l.read == i && (l.tier == 0 || l.tier > tier):
			byType[c.typ] = append(byType[c.typ], c.id)
		}
	}
	for typ, list := range byType {
		for len(list) > 0 {
			n := min(chunk, len(list))
			if err := f.read(f.types[typ], list[:n], d); err != nil {
				return err
			}
			list = list[n:]
		}
	}
	return nil
}

// read reads a part of candidates of one type, and judges them by what of them
// is known then.
func (f *finder) read(t *meta.Type, ids []int64, d depth) (err error) {
	args := padded(ids)
	where := "id IN (" + marks(len(args)) + ")"
	if d == byTitle {
		if err := f.titles(t, where, args); err != nil {
			return err
		}
	} else if err := f.texts(f.s.tables.searched(t, d), where, args, ids); err != nil {
		return err
	}
	for _, id := range ids {
		if l := f.looks[id]; l.row != nil {
			l.read++
			l.tier = f.matches(l.row)
		}
	}
	return nil
}

// titles reads numbers and titles of the rows that the actor may read.
func (f *finder) titles(t *meta.Type, where string, args []any) error {
	cond, more, err := f.a.Scope(t, "read").SQL(f.a, "t", f.tx.Dialect(), f.s.Clock())
	if err != nil {
		return nil // a right that cannot be evaluated denies
	}
	if where = "t." + where + " AND t.archived_at IS NULL"; cond != "" {
		where, args = where+" AND ("+cond+")", append(args, more...)
	}
	if f.where != "" {
		where, args = where+" AND "+f.where, append(args, f.args...)
	}
	rows, err := f.tx.Query(f.ctx, "SELECT t.id, t.number, t.title FROM "+quote(t.Table)+" AS t WHERE "+where, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		r := &Row{Type: t}
		var number sql.NullString
		if err := rows.Scan(&r.ID, &number, &r.Title); err != nil {
			return err
		}
		r.Number = number.String
		f.looks[r.ID].row = r
	}
	return rows.Err()
}

// texts adds a part of their texts to rows.
func (f *finder) texts(tb *table, where string, args []any, ids []int64) error {
	list := make([]*Row, len(ids))
	for i, id := range ids {
		list[i] = f.looks[id].row
		if list[i].Values == nil {
			list[i].Values = make([]any, len(tb.t.Fields))
		}
	}
	if len(tb.columns) > 0 {
		rows, err := f.tx.Query(f.ctx, tb.selects+where, args...)
		if err != nil {
			return err
		}
		if err := f.scan(tb, rows); err != nil {
			return err
		}
	}
	return loadMany(f.ctx, f.tx, tb, list)
}

// scan puts columns into the rows they belong to.
func (f *finder) scan(tb *table, rows db.Rows) error {
	defer rows.Close()
	var id int64
	values := make([]any, len(tb.columns))
	dest := append(make([]any, 0, 1+len(values)), &id)
	for i := range values {
		dest = append(dest, &values[i])
	}
	for rows.Next() {
		if err := rows.Scan(dest...); err != nil {
			return err
		}
		r := f.looks[id].row
		for i, c := range tb.columns {
			r.Values[c.field.Slot] = held(c.field, values[i])
		}
	}
	return rows.Err()
}

// unmarked are the marks of what a reader sees clear, once sights have sorted it.
var unmarked = []string{""}

// matches is the check in Go on folded text, over the fields the actor reads:
// the index may say yes to what only looks alike. 0 is no match.
func (f *finder) matches(r *Row) han.Tier {
	f.tokens.Reset()
	f.sights[r.Type].collect(r, &f.tokens)
	tier, ok := f.query.Match(&f.tokens, unmarked)
	switch {
	case ok:
		return tier
	case len(f.sealed) > 0 && r.Values != nil:
		return f.sealedMatch(r)
	}
	return 0
}
