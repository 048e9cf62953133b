package demo

import (
	"slices"
	"time"

	"github.com/goccy/go-yaml"

	"kedang/internal/access"
	"kedang/internal/db"
	"kedang/internal/record"
)

// A demo has a past: what it makes was put on record over the years, by the
// people who own it, and changed since. The engine's write path is told the
// moment of each write (record.Op.At); no two writes share one.

// years is how long ago the company began to keep its records.
const years = 5

// Begun is the moment at which departments and people were entered.
func Begun(now time.Time) time.Time {
	t := now.AddDate(-years, -1, 0)
	if first := db.TimeOf(0).AddDate(0, 0, 1); t.Before(first) {
		return first
	}
	return t
}

// dateAll says when records that are about to be stored were made.
func (m *maker) dateAll(list []*made) {
	for _, r := range list {
		r.at = m.free(m.madeAt(r))
		m.older(r, r.edited)
	}
}

// madeAt is the moment its step names, else when that happened which it tells
// of, else soon after its parent was made; never before that, and past.
func (m *maker) madeAt(r *made) time.Time {
	t := m.hour(m.today.AddDate(0, 0, -400-m.when.IntN(1000)))
	named, isNamed := m.named(r)
	switch happened, ok := m.happened(r); {
	case isNamed:
		t = m.hour(named)
	case ok:
		t = happened
	case r.parent != nil:
		t = m.soonAfter(r.parent.at)
	}
	if r.parent != nil && !t.After(r.parent.at) {
		t = r.parent.at.Add(m.between(time.Minute, 40*time.Minute))
	}
	if !t.Before(m.Now) { // what is made on the last day
		t = m.Now.Add(-m.between(time.Minute, time.Hour))
	}
	if r.parent != nil && t.Before(r.parent.at) {
		t = r.parent.at
	}
	if first := Begun(m.today).AddDate(0, 0, 1); t.Before(first) {
		t = first.Add(m.between(0, 20*24*time.Hour))
	}
	return t
}

// named is a day as the step, or the hand-made record, says it.
func (m *maker) named(r *made) (time.Time, bool) {
	for _, spec := range r.made {
		if m.fits(&cell{rec: r}, spec) {
			return m.day(&cell{rec: r}, spec)
		}
	}
	return m.today, false
}

// happened is when that was noted which a record tells of on its customer's page;
// ok is false when it tells of no moment.
func (m *maker) happened(r *made) (t time.Time, ok bool) {
	if r.typ.Mark == nil {
		return t, false
	}
	text, _ := r.values[r.typ.Mark.At].(string)
	day, ok := m.read(text)
	if !ok {
		return t, false
	}
	if f := r.typ.Mark.AtField; f.Due || day.After(m.today) { // awaited: noted in the days before
		if day.After(m.today) {
			day = m.today
		}
		return m.hour(day.AddDate(0, 0, -1-m.when.IntN(8))), true
	}
	if t, err := time.Parse(momentForm, text); err == nil {
		return t.Add(m.between(5*time.Minute, 3*time.Hour)), true
	}
	return m.hour(day), true
}

// soonAfter is mostly the same day, seldom weeks later.
func (m *maker) soonAfter(t time.Time) time.Time {
	switch m.when.IntN(10) {
	case 0:
		return m.hour(t.AddDate(0, 0, 1+m.when.IntN(60)))
	case 1, 2:
		return m.hour(t.AddDate(0, 0, 1+m.when.IntN(9)))
	}
	return t.Add(m.between(2*time.Minute, 50*time.Minute))
}

// hour is a moment of a day's working hours.
func (m *maker) hour(day time.Time) time.Time {
	y, mo, d := day.In(m.Zone).Date()
	return time.Date(y, mo, d, 8, 30, 0, 0, m.Zone).Add(m.between(0, 9*time.Hour))
}

func (m *maker) between(from, to time.Duration) time.Duration {
	return from + time.Duration(m.when.Int64N(int64(to-from)))
}

// free is a moment that no other write has: at t or just after it.
func (m *maker) free(t time.Time) time.Time {
	t = t.Truncate(time.Millisecond)
	for m.taken[t.UnixMilli()] {
		t = t.Add(time.Millisecond)
	}
	m.taken[t.UnixMilli()] = true
	return t
}

// number gives records, in the order of time, the numbers they would have got:
// they are stored writer by writer, and years of one step at once.
func (m *maker) number(list []*made) {
	for _, r := range list {
		if r.typ.Pattern == nil {
			continue
		}
		prefix := r.typ.Pattern.Prefix(r.at.In(m.Zone), m.writer(r).Branch)
		key := r.typ.Name + " " + prefix
		m.numbers[key]++
		r.number = r.typ.Pattern.Format(prefix, m.numbers[key])
	}
}

// older lays the values that a record was made with over those it has now, and
// notes when and by whom each was changed.
func (m *maker) older(r *made, changes []*change) {
	for _, c := range changes {
		if c.Chance != nil && m.when.IntN(100) >= *c.Chance || !m.fits(&cell{rec: r}, yaml.MapSlice{{Key: "when", Value: c.When}}) {
			continue
		}
		at, ok := m.relative(c.On)
		if c.On == "" {
			at, ok = m.hour(r.at.AddDate(0, 0, m.count(c.Days))), true
		}
		if !ok || !at.After(r.at) || !at.Before(m.Now) {
			continue
		}
		e := edit{of: r, at: m.free(at), by: r.owner, to: record.Values{}}
		if p := m.people[c.By]; p != nil {
			e.by = p
		} else if c.By == "manager" && r.owner != nil && r.owner.manager != nil {
			e.by = r.owner.manager
		}
		for _, item := range c.Was {
			name, _ := item.Key.(string)
			if v := r.values[name]; v != nil && m.was(r, name, item.Value) {
				e.to[name] = v
			}
		}
		if len(e.to) > 0 {
			m.edits = append(m.edits, e)
		}
	}
}

// was gives a field the value it had at first; false when that is the one it
// has.
func (m *maker) was(r *made, name string, spec any) bool {
	f, ok := r.typ.Field(name)
	if !ok {
		return false
	}
	v, err := m.value(&cell{rec: r, field: f}, spec)
	if err != nil || oneOf(v, r.values[name]) {
		return false
	}
	r.set(name, v)
	return true
}

// set says what a field begins with.
func (r *made) set(name string, v any) {
	if r.first == nil {
		r.first = record.Values{}
	}
	r.first[name] = v
}

// begins is what a field has when the record is made.
func (r *made) begins(name string) any {
	if first, changed := r.first[name]; changed {
		return first
	}
	return r.values[name]
}

// edit is a change on its way.
type edit struct {
	of *made
	at time.Time
	by *person
	to record.Values
}

// change stores the changes of records that are stored, those of each record
// one after the other, each by who made it; when he may not, by his manager,
// and by nobody in the end.
func (m *maker) change() error {
	left := slices.DeleteFunc(m.edits, func(e edit) bool { return e.of.id == 0 || len(e.to) == 0 })
	slices.SortFunc(left, func(a, b edit) int { return a.at.Compare(b.at) })
	for m.edits = nil; len(left) > 0; {
		var now, wait []edit
		busy := map[int64]bool{}
		for _, e := range left {
			if busy[e.of.id] {
				wait = append(wait, e)
			} else {
				busy[e.of.id], now = true, append(now, e)
			}
		}
		again, err := m.changeOnce(now)
		if err != nil {
			return err
		}
		left = append(again, wait...)
	}
	return nil
}

// changeOnce stores one change each of some records, and answers those that
// somebody else has to make.
func (m *maker) changeOnce(edits []edit) (again []edit, err error) {
	by := make([]*access.Actor, len(edits))
	ops := make([]record.Op, len(edits))
	for i, e := range edits {
		if by[i] = system; e.by != nil {
			by[i] = e.by.actor
		}
		ops[i] = record.Op{Verb: "update", Type: e.of.typ.Name, ID: e.of.id, Values: e.to, At: e.at}
	}
	results, err := m.apply(by, ops)
	if err != nil {
		return nil, err
	}
	for i, e := range edits {
		switch {
		case results[i].Err == nil:
		case e.by != nil:
			e.by = e.by.manager
			again = append(again, e)
		default:
			m.report.Refused++
			m.note(ops[i].Type, results[i].Err)
		}
	}
	return again, nil
}
