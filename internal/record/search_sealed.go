package record

import (
	"strings"

	"kedang/internal/access"
	"kedang/internal/han"
	"kedang/internal/meta"
)

// sealedAsk is one way to read what was typed as the number of a sealed field:
// all of it, or one word of it while the others are found as usual (王 002X).
type sealedAsk struct {
	form   string    // folded
	tail   bool      // it may be the end of a number, too
	rest   han.Query // the other words
	tokens []string  // keyed
}

// sealedAsks are the ways in which sealed fields that the actor may at least
// see masked can be asked for a text.
func (s *Store) sealedAsks(a *access.Actor, types []*meta.Type, text string) []sealedAsk {
	var fields []*meta.Field
	for _, t := range types {
		for _, f := range t.Fields {
			if f.Sealed && a.Level(t, f) >= meta.Masked {
				fields = append(fields, f)
			}
		}
	}
	if len(fields) == 0 {
		return nil
	}
	var out []sealedAsk
	ask := func(form, rest string) {
		n := len([]rune(form))
		if n < 4 {
			return
		}
		x := sealedAsk{form: form, tail: n == 4 || n == 6, rest: han.ParseQuery(rest)}
		for _, f := range fields {
			x.tokens = append(x.tokens, s.Vault.QueryTokens(f.ID, form)...)
		}
		out = append(out, x)
	}
	folded := han.Fold(text)
	ask(folded, "")
	if together := strings.NewReplacer(" ", "", "-", "").Replace(folded); together != folded && len(together) >= longNumber {
		ask(together, "") // typed in groups
	}
	words := strings.Fields(folded)
	for i, w := range words[:min(len(words), mostSealedWords)] {
		if len(words) > 1 && strings.Trim(w, "0123456789x") == "" {
			ask(w, strings.Join(append(append([]string(nil), words[:i]...), words[i+1:]...), " "))
		}
	}
	return out
}

const (
	longNumber      = 15 // digits of the shortest identity number that is typed in groups
	mostSealedWords = 4
)

// condition is what the index is asked for it.
func (x *sealedAsk) condition(tier han.Tier, marks []string) han.Condition {
	keyed := han.AnyToken(x.tokens...)
	if x.rest.Empty() {
		return keyed
	}
	if tier == han.Exact {
		return han.Condition{}
	}
	return han.AllOf(keyed, x.rest.Tier(tier, marks))
}

// sealedMatch opens the sealed values of a candidate that keyed tokens found.
func (f *finder) sealedMatch(r *Row) han.Tier {
	best := han.Tier(0)
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
		for i := range f.sealed {
			if tier := f.sealed[i].match(folded, &f.tokens); tier != 0 && (best == 0 || tier < best) {
				best = tier
			}
		}
	}
	return best
}

// match is the tier in which a sealed value and a row's texts are what was
// asked for.
func (x *sealedAsk) match(value string, texts *han.Tokens) han.Tier {
	tier := han.Exact
	if value != x.form {
		if tier = han.Contains; !x.tail || !strings.HasSuffix(value, x.form) {
			return 0
		}
	}
	if x.rest.Empty() {
		return tier
	}
	tier, ok := x.rest.Match(texts, unmarked)
	if !ok {
		return 0
	}
	return max(tier, han.Starts)
}
