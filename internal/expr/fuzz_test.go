package expr_test

import (
	"strconv"
	"testing"
	"time"

	"kedang/internal/expr"
)

// FuzzCompile holds that no text makes Compile, Eval, SQL or Render panic, that
// canonical text compiles, and that memory agrees with itself: a condition and
// its complement are never both true.
func FuzzCompile(f *testing.F) {
	for _, src := range singles {
		f.Add(src)
	}
	for _, c := range evaluated {
		f.Add(c.src)
	}
	for _, c := range refused {
		if len(c.src) < 1000 {
			f.Add(c.src)
		}
	}
	customer, r := scopes(), sample()
	f.Fuzz(func(t *testing.T, src string) {
		slow := time.AfterFunc(10*time.Second, func() { panic("no end: " + strconv.Quote(src)) })
		defer slow.Stop()
		e, err := expr.Compile(src, customer, expr.Options{Param: params})
		if err != nil {
			if codeOf(err) == "" {
				t.Fatalf("no code: %v", err)
			}
			return
		}
		if _, err := e.Eval(r, args()); err != nil && codeOf(err) != "overflow" {
			t.Fatal(err)
		}
		text := expr.Render(e)
		if _, err := expr.Compile(text, customer, expr.Options{Param: params, MaxNodes: 1 << 20}); err != nil && codeOf(err) != "too_complex" {
			t.Fatalf("rendered %s: %v", text, err)
		}
		if e.Type().Base != expr.Bool {
			return
		}
		ok, err1 := e.Test(r, args())
		if not, err := expr.Compile("not ("+src+"\n)", customer, expr.Options{Param: params}); err == nil {
			if no, err2 := not.Test(r, args()); err1 == nil && err2 == nil && ok == no {
				t.Fatalf("%s and its complement are both %v", src, ok)
			}
		}
		for _, d := range []expr.Dialect{expr.SQLite, expr.Postgres} {
			if _, _, err := e.SQL("t", d, args()); err != nil && codeOf(err) != "not_filterable" && codeOf(err) != "too_complex" && codeOf(err) != "overflow" {
				t.Fatal(err)
			}
		}
	})
}
