package record

import (
	"kedang/internal/errs"
	"kedang/internal/han"
	"kedang/internal/meta"
)

// alikeHits is how many records a search for a like name looks at.
const alikeHits = 8

// alike warns of records whose names are like the one being typed without
// having its key: 王府酒店 and 张江王府酒店管理有限公司. It asks the table of keys
// for the name without its head, and the search index for longer names that
// hold it; only records the actor may see are named, and nothing is said of others.
func (x *trial) alike() error {
	for _, m := range x.w.t.Match {
		f, ok := x.w.t.Field(m.Fields[0])
		if !ok || f.KindName != "text" || f.Search != "title" || len(m.Fields) > 1 || x.w.actor.Level(x.w.t, f) < meta.Read {
			continue
		}
		name, _ := x.w.row.Values[f.Slot].(string)
		if name == "" || (x.w.old != nil && sameValue(x.w.old.Values[f.Slot], name)) {
			continue
		}
		if err := x.alikeName(m, f, name); err != nil {
			return err
		}
	}
	return nil
}

func (x *trial) alikeName(m *meta.Match, f *meta.Field, name string) error {
	w := x.w
	for _, text := range han.ShorterNames(name) {
		p, err := doubles{w.s}.find(w.ctx, w.tx, w.change, matchKey{matchHash(w.t, m, text), m.Code, f.Name})
		if err != nil {
			return err
		}
		if p != nil && p.Params["other"] != nil {
			x.warnOnce(*p)
		}
	}
	for _, text := range han.HeldNames(name) {
		hits, err := w.s.search(w.ctx, w.tx, w.actor, []*meta.Type{w.t}, text, alikeHits)
		if err != nil {
			return err
		}
		for _, h := range hits {
			if h.row.ID == w.row.ID {
				continue
			}
			found, err := w.load.follow(w.t, h.row.ID) // a hit has its title alone
			if err != nil || found == nil {
				return err
			}
			other, _ := found.Value(f.Name)
			if han.AlikeNames(name, str(other)) {
				x.warnOnce(errs.Problem{Path: f.Name, Code: m.Code, Params: w.s.named(w.actor, found.(*rowEnv).row)})
			}
		}
	}
	return nil
}

// warnOnce adds a warning of a record that no other names yet.
func (x *trial) warnOnce(p errs.Problem) {
	for _, known := range x.w.warnings {
		if known.Params["other"] == p.Params["other"] {
			return
		}
	}
	x.w.warnings = append(x.w.warnings, p)
}
