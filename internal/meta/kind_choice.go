package meta

import (
	"strings"

	"kedang/internal/errs"
	"kedang/internal/expr"
	"kedang/internal/han"
)

// kindChoice is one value of a closed list.
type kindChoice struct{ inColumn }

// Name is "choice".
func (kindChoice) Name() string { return "choice" }

// Type is Text of the closed list.
func (kindChoice) Type(f *Field) expr.Type { return closedList(f) }

func closedList(f *Field) expr.Type {
	t := expr.Type{Base: expr.Text}
	for _, c := range f.Choices {
		t.Choices = append(t.Choices, c.Value)
	}
	return t
}

// Parse takes a choice's value; from a sheet also its label in any language
// or a synonym.
func (kindChoice) Parse(f *Field, v any, in *Input) (any, []errs.Problem) {
	s, ok := v.(string)
	if !ok {
		if v == nil {
			return nil, nil
		}
		return nil, refusal("wrong_kind", errs.Params{"want": "choice"})
	}
	if s == "" {
		return nil, nil
	}
	value, ok := f.pick(s, in.Loose)
	if !ok && in.Loose && Blank(s) {
		return nil, nil
	}
	if !ok && in.Loose {
		value, ok = f.guess(s, in)
	}
	if !ok {
		return nil, refusal("bad_choice", badChoice(f, s))
	}
	if value == "" {
		return nil, nil
	}
	return value, nil
}

// pick finds the choice a text means: by value, or loosely by label and
// synonym in any language. A loose blank is "" and ok.
func (f *Field) pick(s string, loose bool) (string, bool) {
	if c := f.Choice(s); c != nil {
		return c.Value, true
	}
	if !loose {
		return "", false
	}
	folded := han.Fold(s)
	if folded == "" {
		return "", true
	}
	value, ok := f.folded[folded]
	return value, ok
}

// foldChoices prepares the loose lookup: values, labels, synonyms, folded.
func (f *Field) foldChoices() {
	f.folded, f.meant = map[string]string{}, nil
	put := func(text, value string) {
		if key := han.Fold(text); key != "" {
			if _, taken := f.folded[key]; !taken {
				f.folded[key] = value
				f.meant = append(f.meant, meant{plainKey(text), value})
			}
		}
	}
	for _, c := range f.Choices {
		put(c.Value, c.Value)
	}
	for _, c := range f.Choices {
		put(c.Label.ZhHans, c.Value)
		put(c.Label.ZhHant, c.Value)
		put(c.Label.En, c.Value)
		for _, s := range c.Synonyms {
			put(s, c.Value)
		}
	}
}

// badChoice says what would do: the values, for programs, and the labels in
// each language, which is how people know them.
func badChoice(f *Field, value string) errs.Params {
	offered := func(lang, mark string) string {
		var out []string
		for _, c := range f.Choices {
			if len(out) == 20 {
				out = append(out, "…")
				break
			}
			if c.Retired {
				continue
			}
			if lang == "" {
				out = append(out, c.Value)
			} else {
				out = append(out, f.choiceLabel(c.Value, &Output{Lang: lang}))
			}
		}
		return strings.Join(out, mark)
	}
	return errs.Params{"value": value, "known": offered("", ", "), "labels": Text{ZhHans: offered("zh-Hans", "、"), ZhHant: offered("zh-Hant", "、"), En: offered("en", ", ")}}
}

// Format is the choice's label.
func (kindChoice) Format(f *Field, v any, out *Output) string {
	s, _ := v.(string)
	return f.choiceLabel(s, out)
}

func (f *Field) choiceLabel(value string, out *Output) string {
	if c := f.Choice(value); c != nil && out != nil && !c.Label.Empty() {
		return c.Label.In(out.Lang)
	}
	return value
}

// Tokens adds nothing unless the field says so: a choice is filtered.
func (kindChoice) Tokens(f *Field, v any, mark string, t *han.Tokens) {
	if s, ok := v.(string); ok {
		emit(f, "none", f.choiceLabel(s, &Output{Lang: "zh-Hans"}), mark, t)
	}
}

// Operators lists the filter operators offered.
func (kindChoice) Operators() []string { return []string{"==", "!=", "in", "missing", "present"} }
