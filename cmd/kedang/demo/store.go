package demo

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"

	"kedang/internal/access"
	"kedang/internal/db"
	"kedang/internal/errs"
	"kedang/internal/meta"
	"kedang/internal/record"
)

// chunk is how many records are written in one transaction.
const chunk = 400

// mostReasons is how many refusals are told.
const mostReasons = 8

// store writes records of one type, those of each writer together, and makes
// them known to links.
func (m *maker) store(list []*made) error {
	m.dateAll(list)
	ordered := slices.SortedStableFunc(slices.Values(list), func(a, b *made) int { return a.at.Compare(b.at) })
	m.number(ordered)
	if err := m.write(ordered); err != nil {
		return err
	}
	for _, r := range list {
		if r.id == 0 {
			continue
		}
		m.pools[r.typ.Name] = append(m.pools[r.typ.Name], r)
		if r.parent != nil {
			if r.parent.kids == nil {
				r.parent.kids = map[string][]*made{}
			}
			r.parent.kids[r.typ.Name] = append(r.parent.kids[r.typ.Name], r)
		}
	}
	return nil
}

// system writes what nobody of the demo may.
var system = access.System("demo")

// writer is the owner when he may create such records, else who may create any
// and has little else to do, else the system in the owner's name.
func (m *maker) writer(r *made) *access.Actor {
	if r.owner != nil && !r.owner.actor.Scope(r.typ, "create").None() {
		return r.owner.actor
	}
	for _, p := range m.clerks {
		if p.actor.Scope(r.typ, "create").All && p.actor.Scope(r.typ, "read").All {
			return p.actor
		}
	}
	return system
}

// write stores records, each by its writer. Without the values that are not
// his to give it is tried again: his manager gives them later. What is refused
// then is tried as the system, without the values that were found wrong.
func (m *maker) write(list []*made) error {
	refused, why, err := m.bulk(list, m.writer)
	if err != nil {
		return err
	}
	var mine, others []*made
	for i, r := range refused {
		if m.leave(r, errs.As(why[i]).Problems) {
			mine = append(mine, r)
		} else {
			others = append(others, m.trim(r, why[i]))
		}
	}
	refused, why, err = m.bulk(mine, m.writer)
	if err != nil {
		return err
	}
	for i, r := range refused {
		others = append(others, m.trim(r, why[i]))
	}
	refused, why, err = m.bulk(others, func(*made) *access.Actor { return system })
	if err != nil {
		return err
	}
	for i, r := range refused {
		m.report.Refused++
		m.note(r.typ.Name, why[i])
	}
	return nil
}

// leave takes out the values that are not the writer's to give and has his
// manager give them within days; false when there are others that are wrong.
func (m *maker) leave(r *made, problems []errs.Problem) bool {
	if r.owner == nil || r.owner.manager == nil || len(problems) == 0 {
		return false
	}
	if slices.ContainsFunc(problems, func(p errs.Problem) bool { return p.Code != "field_readonly" && p.Code != "forbidden_field" }) {
		return false
	}
	at := m.soonAfter(r.at)
	if !at.Before(m.Now) {
		at = r.at
	}
	e := edit{of: r, at: m.free(at), by: r.owner.manager, to: record.Values{}}
	for _, p := range problems {
		if v := r.begins(p.Path); v != nil {
			e.to[p.Path] = v
		}
		r.set(p.Path, nil)
	}
	m.edits = append(m.edits, e)
	return true
}

// trim takes out the values that were found wrong.
func (m *maker) trim(r *made, why error) *made {
	if errs.Is(why, errs.Forbidden) || errs.Is(why, errs.NotFound) {
		return r
	}
	for _, p := range errs.As(why).Problems {
		name, _, _ := strings.Cut(p.Path, "[")
		name, _, _ = strings.Cut(name, ".")
		if f, ok := r.typ.Field(name); ok && f.Required == "" && p.Code != "forbidden_field" && p.Code != "field_readonly" {
			m.report.Trimmed++
			delete(r.values, name)
		}
	}
	return r
}

func (m *maker) note(typ string, err error) {
	if len(m.report.Reasons) < mostReasons {
		m.report.Reasons = append(m.report.Reasons, fmt.Sprintf("%s: %v", typ, err))
	}
}

// bulk writes records and answers those that were refused, with why.
func (m *maker) bulk(list []*made, writer func(*made) *access.Actor) (refused []*made, why []error, err error) {
	ops := make([]record.Op, len(list))
	by := make([]*access.Actor, len(list))
	for i, r := range list {
		by[i] = writer(r)
		ops[i] = r.op(by[i] == system)
	}
	results, err := m.apply(by, ops)
	if err != nil {
		return nil, nil, err
	}
	for i, res := range results {
		if res.Err != nil {
			refused, why = append(refused, list[i]), append(why, res.Err)
			continue
		}
		list[i].id = res.ID
		m.report.Records++
	}
	if m.Progress != nil && len(list) > 0 {
		m.Progress(m.report.Records, list[0].typ.Name)
	}
	return refused, why, nil
}

// op is the write that makes a record; the system makes it in its owner's name.
func (r *made) op(named bool) record.Op {
	v := make(record.Values, len(r.values)+2)
	for name := range r.values {
		if f, ok := r.typ.Field(name); ok && f.Computed() {
			continue // a plan: it steers what is made, and the records then say the same
		}
		if x := r.begins(name); x != nil {
			v[name] = x
		}
	}
	if r.number != "" {
		v["number"] = r.number
	}
	if r.owner != nil && named {
		v["owner"] = db.FormatID(r.owner.id)
	}
	return record.Op{Verb: "create", Type: r.typ.Name, Values: v, At: r.at}
}

// apply carries out the i-th write as the i-th actor: those of one actor in
// bulk, the actors beside each other, so that they share a COMMIT.
func (m *maker) apply(by []*access.Actor, ops []record.Op) ([]record.BulkResult, error) {
	results := make([]record.BulkResult, len(ops))
	todo := map[*access.Actor][]int{}
	for i, a := range by {
		todo[a] = append(todo[a], i)
	}
	var wg sync.WaitGroup
	var mu sync.Mutex // guards failed
	var failed error
	for a, of := range todo {
		wg.Go(func() {
			for part := range slices.Chunk(of, chunk) {
				some := make([]record.Op, len(part))
				for k, i := range part {
					some[k] = ops[i]
				}
				out, err := m.Store.Bulk(m.ctx, a, some, record.WriteOptions{Source: "demo"}, nil)
				if err != nil {
					mu.Lock()
					failed = cmp.Or(failed, err)
					mu.Unlock()
					return
				}
				for k, i := range part {
					results[i] = out[k]
				}
			}
		})
	}
	wg.Wait()
	return results, failed
}

// field reads a value of a record that is stored or being built; computed ones
// are read from the database once.
func (m *maker) field(r *made, name string) any {
	if v, ok := r.values[name]; ok {
		return v
	}
	if r.id == 0 || r.read {
		return nil
	}
	r.read = true
	raw, _, err := m.Store.Get(m.ctx, system, r.typ.Name, r.id, record.GetQuery{}, nil)
	if err != nil {
		return nil
	}
	var all map[string]any
	if json.Unmarshal(raw, &all) != nil {
		return nil
	}
	for name, v := range all {
		if _, ok := r.values[name]; !ok {
			r.values[name] = v
		}
	}
	return r.values[name]
}

// kindOf names a field's kind.
func kindOf(f *meta.Field) string { return f.Kind.Name() }
