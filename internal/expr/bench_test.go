package expr_test

import (
	"testing"

	"kedang/internal/expr"
)

func BenchmarkTest(b *testing.B) {
	customer, r, a := scopes(), sample(), args()
	for _, src := range []string{"price >= paid", "price >= rate", "level == 'A' and age > 18 and not vip", "owner.department in my_tree()", "any(lines, .qty > 3)", "date(seen) == today()"} {
		e, err := expr.Compile(src, customer, expr.Options{})
		if err != nil {
			b.Fatal(err)
		}
		b.Run(src, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := e.Test(r, a); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkCompileAndPrint(b *testing.B) {
	customer, a := scopes(), args()
	b.ReportAllocs()
	for b.Loop() {
		e, err := expr.Compile("level == 'A' and owner.department in my_tree() and price > 100", customer, expr.Options{Printable: true})
		if err != nil {
			b.Fatal(err)
		}
		if _, _, err := e.SQL("t", expr.SQLite, a); err != nil {
			b.Fatal(err)
		}
	}
}
