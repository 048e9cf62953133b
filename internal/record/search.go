package record

import (
	"context"
	"slices"
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
// beginning before containing before text, the newest first in each.
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
		hits, err = s.search(ctx, tx, a, types, q.Q, q.Limit)
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
		dst = appendHit(dst, a, h)
	}
	return append(dst, `]}`...), nil
}

var tierNames = [...]string{han.Exact: "exact", han.Starts: "starts", han.Contains: "contains", han.Body: "body"}

func appendHit(dst []byte, a *access.Actor, h hit) []byte {
	dst = meta.AppendString(append(dst, `{"type":`...), h.row.Type.Name)
	dst = appendID(append(dst, `,"id":`...), h.row.ID)
	if h.row.Number != "" {
		dst = meta.AppendString(append(dst, `,"number":`...), h.row.Number)
	}
	dst = meta.AppendString(append(dst, `,"title":`...), shownTitle(a, h.row))
	dst = meta.AppendString(append(dst, `,"match":`...), tierNames[h.tier])
	return append(dst, '}')
}

// shownTitle is a title as the actor may see it: the number stands in where
// the title is made of a field he may not read.
func shownTitle(a *access.Actor, r *Row) string {
	for _, p := range r.Type.TitleParts {
		if p.Field != nil && !p.Field.System && a.Level(r.Type, p.Field) < meta.Read {
			return r.Number
		}
	}
	return r.Title
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

// search finds rows in the order of tiers.
func (s *Store) search(ctx context.Context, tx db.Tx, a *access.Actor, types []*meta.Type, text string, limit int) ([]hit, error) {
	if len([]rune(text)) > longestQ {
		text = string([]rune(text)[:longestQ])
	}
	query := han.ParseQuery(text)
	if query.Empty() || len(types) == 0 {
		return nil, nil
	}
	f := &finder{s: s, ctx: ctx, tx: tx, a: a, query: query, limit: limit, seen: map[int64]bool{}, types: map[int64]*meta.Type{},
		load: s.loader(ctx, tx), folded: han.Fold(text)}
	for _, t := range types {
		f.types[t.ID] = t
	}
	f.look(types)
	f.sealed = s.sealedTerms(a, types, text)
	moved, err := moving(ctx, tx)
	if err != nil {
		return nil, err
	}
	f.rights, f.narrow = s.reach(a, types, len(types) < 4, moved)
	if done, err := f.widest(); done || err != nil {
		return f.hits, err
	}
	for tier := han.Exact; tier <= han.Body; tier++ {
		if err := f.tier(tier); err != nil || len(f.hits) >= limit {
			return f.hits, err
		}
	}
	return f.hits, nil
}

// finder is one search on its way.
type finder struct {
	s      *Store
	ctx    context.Context
	tx     db.Tx
	a      *access.Actor
	query  han.Query
	limit  int
	types  map[int64]*meta.Type
	marks  []string
	sights map[*meta.Type]sights
	sealed []string // keyed tokens of the words, for sealed fields
	rights han.Condition
	narrow bool // rights say something
	seen   map[int64]bool
	hits   []hit
	load   *loader
	folded string
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

// sealedTerms are the keyed tokens under which sealed fields that the actor
// may at least see masked hold the whole text or its end.
func (s *Store) sealedTerms(a *access.Actor, types []*meta.Type, text string) []string {
	var out []string
	folded := han.Fold(text)
	if len([]rune(folded)) < 4 {
		return nil
	}
	for _, t := range types {
		for _, f := range t.Fields {
			if f.Sealed && a.Level(t, f) >= meta.Masked {
				out = append(out, s.Vault.QueryTokens(f.ID, folded)...)
			}
		}
	}
	return out
}

// widest asks once for everything that matches in any way. When that is few,
// it is all there is: the check in Go sorts it into tiers, and the other
// queries are spared.
func (f *finder) widest() (done bool, err error) {
	want := f.limit + spare
	ids, err := f.candidates(f.words(han.Body, true), 1<<63-1, want)
	if err != nil || len(ids) == want {
		return false, err
	}
	return true, f.check(ids, han.Body, f.byTier)
}

// spare is how many candidates are asked for beyond those wanted: some of them
// only look like hits.
const spare = 10

// words are what a tier asks the index, within what the actor may see.
func (f *finder) words(tier han.Tier, sealed bool) han.Condition {
	words := f.query.Tier(tier, f.marks)
	if sealed && len(f.sealed) > 0 {
		words = han.AnyOf(words, han.AnyToken(f.sealed...))
	}
	if f.narrow && !words.Never() {
		words = han.AllOf(words, f.rights)
	}
	return words
}

// byTier keeps all hits, the best tier first, the newest first in each.
func (f *finder) byTier(hits []hit) {
	slices.SortStableFunc(hits, func(a, b hit) int { return int(a.tier) - int(b.tier) })
	f.hits = hits[:min(len(hits), f.limit)]
}

// tier looks through one tier, the newest first, until there is enough.
func (f *finder) tier(tier han.Tier) error {
	words := f.words(tier, tier == han.Exact)
	before := int64(1<<63 - 1)
	for looked := 0; looked < candidates; {
		want := f.limit - len(f.hits) + spare + looked
		ids, err := f.candidates(words, before, want)
		if err != nil || len(ids) == 0 {
			return err
		}
		looked += len(ids)
		before = ids[len(ids)-1].id
		err = f.check(ids, tier, func(hits []hit) {
			for _, h := range hits {
				if h.tier <= tier && len(f.hits) < f.limit {
					f.seen[h.row.ID] = true
					f.hits = append(f.hits, hit{h.row, tier})
				}
			}
		})
		if err != nil || len(f.hits) >= f.limit || len(ids) < want {
			return err
		}
	}
	return nil
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
	text, match := "SELECT rowid, type FROM search WHERE search MATCH ? AND rowid < ? ORDER BY rowid DESC LIMIT ?", ""
	if f.tx.Dialect() == db.Postgres {
		text = "SELECT id, type FROM search WHERE toks @@ CAST(? AS tsquery) AND id < ? ORDER BY id DESC LIMIT ?"
		match = han.TSQuery(words)
	} else {
		match = han.FTS5(words)
	}
	rows, err := f.tx.QueryFresh(f.ctx, text, match, before, int64(want))
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

// check reads candidates under the actor's rights and hands on those that
// truly match: the index may say yes too often, and rights are decided on the
// row.
func (f *finder) check(ids []candidate, tier han.Tier, keep func([]hit)) error {
	byType := map[int64][]int64{}
	for _, c := range ids {
		if !f.seen[c.id] && f.types[c.typ] != nil {
			byType[c.typ] = append(byType[c.typ], c.id)
		}
	}
	rows := map[int64]*Row{}
	for typ, list := range byType {
		if err := f.read(f.types[typ], list, tier == han.Body, rows); err != nil {
			return err
		}
	}
	var hits []hit
	for _, c := range ids {
		r := rows[c.id]
		if r == nil || f.seen[c.id] {
			continue
		}
		if got, ok := f.matches(r); ok {
			hits = append(hits, hit{r, got})
		}
	}
	keep(hits)
	return nil
}

// read loads candidates of one type: the columns that are searched, no others.
func (f *finder) read(t *meta.Type, ids []int64, body bool, into map[int64]*Row) error {
	for len(ids) > 0 {
		n := min(chunk, len(ids))
		args := padded(ids[:n])
		where := "id IN (" + marks(len(args)) + ") AND archived_at IS NULL"
		cond, more, err := f.a.Scope(t, "read").SQL(f.a, quote(t.Table), f.tx.Dialect(), f.s.Clock())
		if err != nil {
			return nil // a right that cannot be evaluated denies
		}
		if cond != "" {
			where, args = where+" AND ("+cond+")", append(args, more...)
		}
		rows, err := f.s.loadSearched(f.ctx, f.tx, t, body, where, args...)
		if err != nil {
			return err
		}
		for _, r := range rows {
			into[r.ID] = r
		}
		ids = ids[n:]
	}
	return nil
}

// unmarked are the marks of what a reader sees clear, once sights have sorted it.
var unmarked = []string{""}

// matches is the check in Go on folded text, over the fields the actor reads:
// the index may say yes to what only looks alike.
func (f *finder) matches(r *Row) (han.Tier, bool) {
	f.tokens.Reset()
	f.sights[r.Type].collect(r, &f.tokens)
	tier, ok := f.query.Match(&f.tokens, unmarked)
	if !ok && len(f.sealed) > 0 && f.sealedMatches(r) {
		return han.Exact, true
	}
	return tier, ok
}

// sealedMatches opens the sealed values of a candidate that keyed tokens found.
func (f *finder) sealedMatches(r *Row) bool {
	for _, field := range r.Type.Fields {
		v, ok := r.Values[field.Slot].(sealedValue)
		if !ok || f.a.Level(r.Type, field) < meta.Masked {
			continue
		}
		plain, err := v.open(f.load, field, r)
		folded := han.Fold(str(plain))
		if err != nil || folded == "" {
			continue
		}
		n := len([]rune(f.folded))
		if folded == f.folded || (n == 4 || n == 6) && strings.HasSuffix(folded, f.folded) {
			return true
		}
	}
	return false
}

// found is the ids that words find among one type, for a list narrowed by them.
func (l *list) find(ctx context.Context, tx db.Tx) error {
	if strings.TrimSpace(l.q.Q) == "" || l.found != nil {
		return nil
	}
	hits, err := l.s.search(ctx, tx, l.a, []*meta.Type{l.t}, l.q.Q, mostFound)
	if err != nil {
		return err
	}
	l.found = []int64{}
	for _, h := range hits {
		l.found = append(l.found, h.row.ID)
	}
	if len(l.found) == 0 {
		l.where = append(l.where, "0 = 1")
		return nil
	}
	slices.Sort(l.found)
	l.where = append(l.where, "t.id IN ("+marks(len(l.found))+")")
	for _, id := range l.found {
		l.args = append(l.args, id)
	}
	return nil
}

// mostFound bounds a list narrowed by words.
const mostFound = 1000
