package record_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"kedang/internal/errs"
	"kedang/internal/meta"
	"kedang/internal/record"
	"kedang/internal/record/recordtest"
)

// What a write is told comes in the order in which the type declares its
// fields, whatever the order of the values.
func TestProblemsAndWarningsComeInOrderOfDeclaration(t *testing.T) {
	const n = 9
	var fields strings.Builder
	fields.WriteString("type: note\nlabel: 条\ntitle: z1\nfields:\n")
	for i := range n { // names run against the order
		fmt.Fprintf(&fields, "  - {name: z%d, kind: phone, label: 电话}\n", n-i)
	}
	fields.WriteString("  - {name: lines, kind: rows, label: 行, fields: [{name: a, kind: integer, label: 数}]}\naccess: {rep: {read: own, create: own, update: own}}\n")
	packs := []meta.Source{{Name: "notes", FS: fstest.MapFS{
		"pack.yaml":       {Data: []byte("name: notes\nlabel: 条\nversion: 1.0.0\n")},
		"roles.yaml":      {Data: []byte("- {name: rep, label: 员}\n")},
		"types/note.yaml": {Data: []byte(fields.String())},
	}}}
	paths := func(list []errs.Problem) (out []string) {
		for _, p := range list {
			out = append(out, p.Path)
		}
		return out
	}
	recordtest.Each(t, packs, func(t *testing.T, e *recordtest.Env) {
		ctx, rep := context.Background(), e.User("rep1", "rep", "sh")
		odd, wrong := record.Values{}, record.Values{"no_b": "1", "no_a": "1", "owner": "?"}
		var want []string
		for i := range n {
			name := fmt.Sprint("z", n-i)
			odd[name], wrong[name] = fmt.Sprint("ext ", i, i, i), []any{"no phone"}
			want = append(want, name)
		}
		saved, err := e.Store.Create(ctx, rep, "note", odd, record.WriteOptions{})
		if err != nil {
			t.Fatal(err)
		}
		if got := paths(saved.Warnings); !slices.Equal(got, want) {
			t.Errorf("warnings of a write: %v", got)
		}
		tried, err := e.Store.Try(ctx, rep, "note", 0, odd)
		if err != nil {
			t.Fatal(err)
		}
		if got := paths(tried.Warnings); !slices.Equal(got, want) {
			t.Errorf("warnings of a trial: %v", got)
		}
		want = append(want, "lines[0].no_a", "lines[0].no_b", "lines[0].a", "no_a", "no_b", "owner")
		wrong["lines"] = []any{map[string]any{"no_b": 1, "no_a": 2, "a": "x"}}
		_, err = e.Store.Create(ctx, rep, "note", wrong, record.WriteOptions{})
		if got := paths(errs.As(err).Problems); !slices.Equal(got, want) {
			t.Errorf("problems of a write: %v", got)
		}
	})
}
