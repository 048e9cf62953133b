package demo

import (
	"encoding/json"
	"fmt"
	"strings"

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
	var writers []*access.Actor
	by := map[*access.Actor][]*made{}
	for _, r := range list {
		w := m.writer(r)
		if by[w] == nil {
			writers = append(writers, w)
		}
		by[w] = append(by[w], r)
	}
	for _, w := range writers {
		for rest := by[w]; len(rest) > 0; {
			n := min(len(rest), chunk)
			if err := m.write(w, rest[:n]); err != nil {
				return err
			}
			rest = rest[n:]
		}
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

// writer is the owner when he may create such records, else the first who may
// create any, else the system in the owner's name.
func (m *maker) writer(r *made) *access.Actor {
	if r.owner != nil && !r.owner.actor.Scope(r.typ, "create").None() {
		return r.owner.actor
	}
	for _, p := range m.order {
		if p.actor.Scope(r.typ, "create").All && p.actor.Scope(r.typ, "read").All {
			return p.actor
		}
	}
	return system
}

// write stores records as one actor. What is refused him is tried once more as
// the system, without the values that were found wrong.
func (m *maker) write(a *access.Actor, list []*made) error {
	refused, errors, err := m.bulk(a, list)
	if err != nil || len(refused) == 0 {
		return err
	}
	for i, r := range refused {
		if errs.Is(errors[i], errs.Forbidden) || errs.Is(errors[i], errs.NotFound) {
			continue
		}
		for _, p := range errs.As(errors[i]).Problems {
			name, _, _ := strings.Cut(p.Path, "[")
			name, _, _ = strings.Cut(name, ".")
			if f, ok := r.typ.Field(name); ok && f.Required == "" && p.Code != "forbidden_field" && p.Code != "field_readonly" {
				m.report.Trimmed++
				delete(r.values, name)
			}
		}
	}
	again, errors, err := m.bulk(system, refused)
	if err != nil {
		return err
	}
	for i, r := range again {
		m.report.Refused++
		m.note(r, errors[i])
	}
	return nil
}

func (m *maker) note(r *made, err error) {
	if len(m.report.Reasons) < mostReasons {
		m.report.Reasons = append(m.report.Reasons, fmt.Sprintf("%s: %v", r.typ.Name, err))
	}
}

// bulk writes records and answers those that were refused, with why.
func (m *maker) bulk(a *access.Actor, list []*made) (refused []*made, why []error, err error) {
	ops := make([]record.Op, len(list))
	for i, r := range list {
		v := make(record.Values, len(r.values)+1)
		for name, x := range r.values {
			if f, ok := r.typ.Field(name); ok && f.Computed() {
				continue // a plan: it steers what is made, and the records then say the same
			}
			v[name] = x
		}
		if r.owner != nil && a == system {
			v["owner"] = db.FormatID(r.owner.id)
		}
		ops[i] = record.Op{Verb: "create", Type: r.typ.Name, Values: v}
	}
	results, err := m.Store.Bulk(m.ctx, a, ops, record.WriteOptions{Source: "demo"}, nil)
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
