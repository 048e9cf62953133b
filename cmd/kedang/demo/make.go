package demo

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"github.com/goccy/go-yaml"

	"kedang/internal/access"
	"kedang/internal/db"
	"kedang/internal/errs"
	"kedang/internal/meta"
	"kedang/internal/record"
)

// Options say where a demo is made and of what.
type Options struct {
	Store    *record.Store
	Access   *access.Service
	Packs    []meta.Source // in the order in which they were loaded
	Zone     *time.Location
	Now      time.Time
	Password string // everybody's
	Clock    Clock  // of the accounts and the ledger; nil when they cannot be set back
	Replace  bool   // a pack that says so replaces what the packs before it make
	Share    int    // percent of the planned number of records of each first step; 0 is all
	Progress func(done int64, typ string)
}

// Clock is the company's: set to [Begun] before its first entry, it stands
// there until its people are entered, and then goes on from the present (the
// zero time).
type Clock interface{ Set(time.Time) }

// Report is what was made.
type Report struct {
	Records int64
	Trimmed int64    // values left out because a rule refused them
	Refused int64    // records left out
	Reasons []string // of the first that were refused
}

// maker makes one company.
type maker struct {
	Options
	ctx     context.Context
	plan    *plan
	rnd     *rand.Rand
	when    *rand.Rand       // of the moments of writes
	numbers map[string]int64 // given out, by type and prefix
	taken   map[int64]bool   // moments that a write has, in ms
	edits   []edit           // changes to be stored
	today   time.Time        // midnight in the company's zone
	people  map[string]*person
	order   []*person
	clerks  []*person          // whose duties are few, first
	pools   map[string][]*made // by type, to be linked to
	keys    map[string]*made   // of hand-made records
	counts  map[string]int     // of running numbers
	names   map[string]bool    // of firms, to tell them apart
	later   []deferred
	report  Report

	generators map[string]generator
}

// person is somebody of the demo, with the rights he writes with.
type person struct {
	name, role string
	id         int64
	manager    *person
	actor      *access.Actor
}

// made is a record on its way, and then in the database.
type made struct {
	typ    *meta.Type
	id     int64 // 0: not stored, or refused
	values record.Values
	first  record.Values // where it was another when the record was made
	at     time.Time     // when it was made
	number string
	made   []yaml.MapSlice // what its step says of that
	edited []*change       // and of changes since
	owner  *person
	parent *made
	kids   map[string][]*made
	steps  []*step // what is made for it
	read   bool    // values were completed from the database
}

// Make makes the company. It takes seconds; a ctx that ends leaves half of it.
func Make(ctx context.Context, o Options) (_ Report, err error) {
	defer errs.Wrap(&err, "demo.Make")
	p, err := readPlan(o.Packs, o.Replace)
	if err != nil {
		return Report{}, err
	}
	p.shrink(o.Share)
	m := &maker{Options: o, ctx: ctx, plan: p, rnd: rand.New(rand.NewPCG(p.seed, p.seed)), when: rand.New(rand.NewPCG(p.seed, years)), taken: map[int64]bool{}, numbers: map[string]int64{},
		people: map[string]*person{}, pools: map[string][]*made{}, keys: map[string]*made{}, counts: map[string]int{}, names: map[string]bool{}, generators: generators()}
	m.today = m.midnight(o.Now)
	err = m.addPeople()
	if o.Clock != nil {
		o.Clock.Set(time.Time{})
	}
	if err != nil {
		return m.report, err
	}
	for _, h := range p.records {
		if err := m.handMade(h); err != nil {
			return m.report, err
		}
	}
	if err := m.linkLater(); err != nil {
		return m.report, err
	}
	if err := m.change(); err != nil {
		return m.report, err
	}
	for _, s := range p.steps {
		if err := m.top(s); err != nil {
			return m.report, err
		}
	}
	return m.report, nil
}

// addPeople makes departments and users, each after the one it hangs on.
func (m *maker) addPeople() error {
	system := access.System("demo")
	departments := map[string]int64{}
	for _, d := range m.plan.departments {
		id, err := m.Access.CreateDepartment(m.ctx, system, access.NewDepartment{Code: d.Code, Name: d.Name, Parent: departments[d.Parent], Branch: d.Branch})
		if err != nil {
			return fmt.Errorf("department %s: %w", d.Code, err)
		}
		departments[d.Code] = id
	}
	for _, u := range m.plan.users {
		n := access.NewUser{Username: u.Username, Name: u.Name, Password: m.Password, Roles: []string{u.Role}, Department: departments[u.Department], Lang: u.Lang}
		if boss := m.people[u.Manager]; boss != nil {
			n.Manager = boss.id
		}
		id, err := m.Access.CreateUser(m.ctx, system, n)
		if err != nil {
			return fmt.Errorf("user %s: %w", u.Username, err)
		}
		p := &person{name: u.Username, role: u.Role, id: id, manager: m.people[u.Manager]}
		m.people[u.Username], m.order = p, append(m.order, p)
	}
	for _, p := range m.order {
		a, err := m.Access.ActorOf(m.ctx, system, p.id)
		if err != nil {
			return err
		}
		p.actor = a.From("demo")
	}
	duties := map[*person]int{}
	for _, p := range m.order {
		for _, t := range m.Store.Schema().Types {
			if !t.Builtin && !p.actor.Scope(t, "create").None() {
				duties[p]++
			}
		}
	}
	m.clerks = slices.SortedStableFunc(slices.Values(m.order), func(a, b *person) int { return duties[a] - duties[b] })
	return nil
}

// handMade stores one record of records.yaml.
func (m *maker) handMade(h *handMade) error {
	t, ok := m.Store.Schema().Type(h.Type)
	if !ok {
		return fmt.Errorf("demo record %s: there is no type %s", h.Key, h.Type)
	}
	r := &made{typ: t, values: record.Values{}, owner: m.people[h.Owner], made: h.Made, edited: h.Changes}
	for _, item := range h.Values {
		name := item.Key.(string)
		f, ok := t.Field(name)
		if !ok {
			return fmt.Errorf("demo record %s: %s has no field %s", h.Key, h.Type, name)
		}
		key, isKey := keyIn(item.Value)
		if isKey && m.keys[key] == nil {
			m.later = append(m.later, deferred{r, name, key})
			continue
		}
		r.values[name] = m.literal(f, item.Value)
		if !isKey {
			continue
		}
		if r.owner == nil {
			r.owner = m.keys[key].owner
		}
		if r.parent == nil || r.parent.at.Before(m.keys[key].at) {
			r.parent = m.keys[key] // it was made after all that it names
		}
	}
	if err := m.store([]*made{r}); err != nil {
		return err
	}
	if h.Key != "" {
		m.keys[h.Key] = r
	}
	return nil
}

// keyIn is the key in "@key".
func keyIn(v any) (string, bool) {
	s, _ := v.(string)
	key, ok := strings.CutPrefix(s, "@")
	return key, ok && key != ""
}

// deferred is a link to a hand-made record that stands further down.
type deferred struct {
	from  *made
	field string
	key   string
}

// linkLater sets the links that pointed forward.
func (m *maker) linkLater() error {
	for _, d := range m.later {
		to := m.keys[d.key]
		if to == nil || to.id == 0 || d.from.id == 0 {
			return fmt.Errorf("demo: no record has the key %s", d.key)
		}
		at := d.from.at
		if at.Before(to.at) {
			at = to.at
		}
		m.edits = append(m.edits, edit{of: d.from, at: m.free(at), by: d.from.owner, to: record.Values{d.field: db.FormatID(to.id)}})
	}
	return nil
}

// group is how many records of a step are made before their children are.
const group = 500

// top makes the records of a step that has no parent, and what hangs on them.
func (m *maker) top(s *step) error {
	n := m.count(s.Count)
	for n > 0 {
		list := make([]*made, 0, min(n, group))
		for range min(n, group) {
			r, err := m.build(s, nil)
			if err != nil {
				return err
			}
			list = append(list, r)
		}
		n -= len(list)
		if err := m.store(list); err != nil {
			return err
		}
		if err := m.below(list); err != nil {
			return err
		}
		if err := m.change(); err != nil {
			return err
		}
	}
	return nil
}

// below makes what hangs on records, one step for all of them at a time.
func (m *maker) below(parents []*made) error {
	var steps []*step
	seen := map[*step]bool{}
	for _, p := range parents {
		for _, s := range p.steps {
			if !seen[s] {
				seen[s], steps = true, append(steps, s)
			}
		}
	}
	for _, s := range steps {
		var list []*made
		for _, p := range parents {
			if p.id == 0 || !has(p.steps, s) || !m.holds(s.When, p) || !m.chance(s.Chance) {
				continue
			}
			for range m.count(s.Count) {
				r, err := m.build(s, p)
				if err != nil {
					return err
				}
				if !lacks(r, s) {
					list = append(list, r)
				}
			}
		}
		if err := m.store(list); err != nil {
			return err
		}
		if err := m.below(list); err != nil {
			return err
		}
	}
	return nil
}

// lacks tells that a required field came out empty, as its parent has nothing
// to make it of: there is no such record then.
func lacks(r *made, s *step) bool {
	for _, item := range s.Values {
		name := item.Key.(string)
		if f, ok := r.typ.Field(name); ok && f.Required == "true" && r.values[name] == nil && f.Default == "" {
			return true
		}
	}
	return false
}

func has(steps []*step, s *step) bool {
	for _, x := range steps {
		if x == s {
			return true
		}
	}
	return false
}

// build fills one record of a step.
func (m *maker) build(s *step, parent *made) (*made, error) {
	t, ok := m.Store.Schema().Type(s.Type)
	if !ok {
		return nil, fmt.Errorf("demo: there is no type %s", s.Type)
	}
	r := &made{typ: t, values: record.Values{}, parent: parent, owner: m.ownerOf(s, parent), steps: s.Make, made: s.Made, edited: s.Changes}
	if parent != nil {
		if f := linkTo(t, parent.typ); f != nil {
			r.values[f.Name] = db.FormatID(parent.id)
		} else if parent.parent != nil {
			if f := linkTo(t, parent.parent.typ); f != nil {
				r.values[f.Name] = db.FormatID(parent.parent.id)
			}
		}
		if f, ok := t.Field(t.Root); ok && r.values[t.Root] == nil {
			if root := rootOf(parent, f.Target); root != nil {
				r.values[t.Root] = db.FormatID(root.id)
			}
		}
	}
	values := s.Values
	if v := m.variant(s.Variants); v != nil {
		r.steps = append(append([]*step(nil), s.Make...), v.Make...)
		if err := m.fill(r, v.Values); err != nil {
			return nil, err
		}
	}
	return r, m.fill(r, values)
}

// rootOf is the nearest record of a type at or above r.
func rootOf(r *made, t *meta.Type) *made {
	for ; r != nil; r = r.parent {
		if r.typ == t {
			return r
		}
	}
	return nil
}

// linkTo is the link by which records of t hang on a parent: the first, which
// packs declare before others.
func linkTo(t, parent *meta.Type) *meta.Field {
	for _, f := range t.Fields {
		if !f.System && f.Target == parent && f.Kind.Name() == "link" {
			return f
		}
	}
	return nil
}

// ownerOf picks who owns what a step makes; children follow their parent.
func (m *maker) ownerOf(s *step, parent *made) *person {
	switch {
	case s.Owner.User != "":
		return m.people[s.Owner.User]
	case s.Owner.Role != "":
		return m.ofRole(s.Owner.Role)
	case parent != nil:
		return parent.owner
	}
	return nil
}

// ofRole picks somebody of a role; nil when there is nobody.
func (m *maker) ofRole(role string) *person {
	var list []*person
	for _, p := range m.order {
		if p.role == role {
			list = append(list, p)
		}
	}
	if len(list) == 0 {
		return nil
	}
	return list[m.rnd.IntN(len(list))]
}

// variant picks one by weight; nil when there are none.
func (m *maker) variant(list []*variant) *variant {
	total := 0
	for _, v := range list {
		total += max(v.Weight, 1)
	}
	if total == 0 {
		return nil
	}
	n := m.rnd.IntN(total)
	for _, v := range list {
		if n -= max(v.Weight, 1); n < 0 {
			return v
		}
	}
	return nil
}

func (m *maker) chance(percent *int) bool { return percent == nil || m.rnd.IntN(100) < *percent }
