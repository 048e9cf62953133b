package expr_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"kedang/internal/expr"
)

// TestExplainAgrees: what a reason says of the whole is what the expression
// yields, whatever the expression, and its outline has the same steps.
func TestExplainAgrees(t *testing.T) {
	customer, r := scopes(), sample()
	for _, c := range evaluated {
		e, err := expr.Compile(c.src, customer, expr.Options{Param: params})
		if err != nil {
			t.Fatalf("%s: %v", c.src, err)
		}
		got, err := e.Explain(r, args())
		if err != nil {
			t.Errorf("%s: %v", c.src, err)
			continue
		}
		if diff := cmp.Diff(c.want, got.Value); diff != "" {
			t.Errorf("%s: want -, explained +: %s", c.src, diff)
		}
		if diff := cmp.Diff(steps(e.Outline()), steps(got)); diff != "" {
			t.Errorf("%s: outlined -, explained +: %s", c.src, diff)
		}
	}
}

func steps(r *expr.Reason) []string {
	out := []string{r.Op + " " + r.Text + " " + strings.Join(r.Path, ".")}
	for _, k := range r.Kids {
		out = append(out, steps(k)...)
	}
	return out
}

// TestExplainChoice: the steps of a choice have the figures they were judged by.
func TestExplainChoice(t *testing.T) {
	e, err := expr.Compile(`price >= 12 and boss.age >= 24 ? "A" : owner.department.name == "south" ? "B" : "C"`, scopes(), expr.Options{})
	if err != nil {
		t.Fatal(err)
	}
	got, err := e.Explain(sample(), args())
	if err != nil {
		t.Fatal(err)
	}
	both, otherwise := got.Kids[0], got.Kids[2]
	if got.Op != "choice" || both.Op != "and" || both.Value != false || otherwise.Op != "choice" || otherwise.Value != "B" {
		t.Fatalf("%+v", got)
	}
	price, age := both.Kids[0], both.Kids[1]
	if price.Op != ">=" || price.Value != true || price.Kids[0].Value != int64(1250) || price.Kids[1].Value != int64(1200) {
		t.Errorf("%+v", price)
	}
	if age.Value != false || age.Kids[0].Value != nil || cmp.Diff([]string{"boss", "age"}, age.Kids[0].Path) != "" {
		t.Errorf("%+v", age)
	}
	if south := otherwise.Kids[0].Kids[0]; south.Owner == nil || south.Text != "owner.department.name" {
		t.Errorf("%+v", south)
	}
}
