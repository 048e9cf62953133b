package record

import (
	"slices"

	"kedang/internal/han"
	"kedang/internal/meta"
)

// In each tier stand first the records of types that people look for by name
// (search: first), then all others: whoever types 酒店 wants the hotels, not the
// papers, visits and birthdays that bear their names.

// order notes how rows of types that come first are told in the index. Where
// all types asked for are alike nothing is to be ordered.
func (f *finder) order(types []*meta.Type) {
	var tokens []string
	for _, t := range types {
		if t.Search == "first" {
			tokens = append(tokens, typeToken(t))
		}
	}
	if len(tokens) < len(types) {
		f.first = han.AnyToken(tokens...)
	}
}

// ordered tells that some types come before others.
func (f *finder) ordered() bool { return !f.first.Never() }

func (f *finder) isFirst(c candidate) bool {
	t := f.types[c.typ]
	return t != nil && t.Search == "first"
}

// inOrder checks candidates that are all there are of a tier.
func (f *finder) inOrder(ids []candidate, tier han.Tier) error {
	if !f.ordered() {
		return f.check(ids, tier)
	}
	var first, others []candidate
	for _, c := range ids {
		if f.isFirst(c) {
			first = append(first, c)
		} else {
			others = append(others, c)
		}
	}
	if err := f.check(first, tier); err != nil {
		return err
	}
	return f.check(others, tier)
}

// tier looks through one tier until there is enough. Its first page may be one
// of a wider tier: that holds all of this tier that are as new.
func (f *finder) tier(tier han.Tier, p page) error {
	switch {
	case p.last:
		return f.inOrder(p.ids, tier)
	case f.ordered() && len(f.hits) < f.limit:
		if err := f.through(tier, p, true); err != nil {
			return err
		}
	}
	return f.through(tier, p, false)
}

// through looks through candidates page by page, the newest first; of the types
// that come first alone when first is set. Those are asked for apart from the
// first page on that has others among them: the index answers quicker for all.
func (f *finder) through(tier han.Tier, p page, first bool) (err error) {
	apart, before := false, newest
	for looked := 0; len(f.hits) < f.limit && len(p.ids) > 0; looked += len(p.ids) {
		if first && !apart && slices.ContainsFunc(p.ids, func(c candidate) bool { return !f.isFirst(c) }) {
			apart = true
			if p, err = f.page(tier, before, true); err != nil || len(p.ids) == 0 {
				return err
			}
		}
		if err := f.check(p.ids, tier); err != nil || p.last {
			return err
		}
		if looked > candidates && !f.deep {
			f.cut = true
			return nil
		}
		before = p.ids[len(p.ids)-1].id
		if p, err = f.page(tier, before, apart); err != nil {
			return err
		}
	}
	return nil
}
