package expr_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"kedang/internal/db"
	"kedang/internal/db/dbtest"
	"kedang/internal/errs"
	"kedang/internal/expr"
)

// operands are things to compare, by kind: columns, links, functions, constants.
var operands = map[string][]string{
	"bool":     {"vip", "open", "boss.vip", "true", "false", "(age > 5)", "(boss.vip ?? false)", "(vip ? open : vip)", "(not vip)"},
	"int":      {"age", "score", "boss.age", "7", "0", "-1", "9223372036854775807", "(age + score)", "(age - 3)", "(-score)", "(2 * age)", "(age ?? 18)", "len(name)", "len(lines)", "count(lines, .qty > 3)", "count(tags)", "(age % 5)", "days_between(born, met)", "year(born)", "month(met)", "day(born)", "weekday(met)", "nobody", "(vip ? age : score)", "coalesce(boss.age, score, 5)"},
	"decimal":  {"price", "paid", "rate", "boss.price", "5.00", "1.5", "0.123", "limit", "(price - paid)", "(price * 2)", "(price + rate)", "(price * 0.9)", "coalesce(price, paid)", "fee.amount", "boss.fee.amount", "(fee.amount + 1)", "(rate ?? 1)", "7", "age", "(age + price)"},
	"text":     {"name", "note", "boss.name", "owner.department.name", "fee.currency", "'a'", "''", "'%'", "'甲'", "(name + note)", "('x' + name)", "(name ?? 'a')", "(vip ? name : 'abc')", `"\U0010FFFF"`},
	"choice":   {"level", "boss.level", "'A'", "'B'", "客户等级"},
	"date":     {"born", "met", "boss.born", "'2026-01-31'", "'0001-01-01'", "today()", "add_days(born, 30)", "(met - 1)", "add_days(today(), -30)", "add_months(today(), 1)", "(born ?? met)", "date(seen)", "date(now())", "add_months(born, 1)"},
	"datetime": {"seen", "left", "boss.seen", "now()", "'2026-01-31T16:00:00Z'", "'2026-01-31T00:00:00+08:00'", "(seen ?? left)"},
	"ref":      {"owner", "keeper", "boss.owner", "me()", "'000000000000C'"},
	"unit":     {"department", "owner.department", "department.parent", "my_department()", "boss.owner.department"},
	"own":      {"boss", "id", "boss.boss", "boss.id"},
}

var orders = []string{"==", "!=", "<", "<=", ">", ">="}

// pairs are all comparisons of two operands of a kind, and every test of one.
func pairs() []string {
	var out []string
	for kind, list := range operands {
		for _, l := range list {
			out = append(out, l+" == nil", l+" != nil", "is_missing("+l+")")
			for _, r := range list {
				for i, op := range orders {
					if i < 2 || (kind != "bool" && kind != "ref" && kind != "unit" && kind != "own") {
						out = append(out, l+" "+op+" "+r)
					}
				}
			}
		}
	}
	for _, l := range append(operands["text"], operands["choice"]...) {
		for _, r := range append(operands["text"], "'ab'", `'\\'`, `"'"`, "'_'", "'?'", `'e\u0301'`, `'\ud7ff'`, "'abc'") {
			for _, op := range []string{"contains", "startsWith", "endsWith"} {
				out = append(out, l+" "+op+" "+r)
			}
		}
	}
	return append(out, singles...)
}

// singles are conditions that stand for themselves.
var singles = []string{
	"vip", "not vip", "vip and open", "vip or open", "vip ? open : vip", "if(vip, open, age > 3)", "true", "false", "vip ?? open", "late",
	"level in ['A', 'C']", "level not in ['A']", "age in [1, 5, 7.0, 18.5]", "price in [1, 1.5, 0.001]", "rate in [0.01, 5]", "name in ['', 'a', '甲']", "born in ['2026-01-31']", "(age + 1) in [1, 2, 6]",
	"owner in my_subordinates()", "department in my_tree()", "owner.department in my_tree()", "owner.department not in my_tree()", "boss.owner in my_subordinates()", "name in []", "seen in ['1970-01-01T00:00:00Z']",
	"has(tags, 'a')", "'a' in tags", "'a' not in tags", "has(tags, name)", "has(boss.tags, 'a')", "boss in friends", "has(friends, id)", "any(tags, # == 'a')", "any(tags, # != 'a')", "any(tags, # startsWith 'a')", "all(tags, # != '%')", "none(tags, # contains 'b')", "any(tags, # == name)", "any(tags, # in ['a', 'ab'])", "all(tags, len(#) == 1)",
	"tags == nil", "tags != nil", "is_missing(lines)", "len(tags) == 1", "count(tags) > 0", "count(tags) == 0", "count(tags) >= 1", "count(tags) != 0", "0 < count(lines)", "count(lines) < 1", "count(boss.lines) > 1", "count(lines, .qty > 3) > 0", "count(friends, .vip) >= 2",
	"any(lines, .qty > 3)", "any(lines, .qty > age)", "all(lines, .qty != nil)", "none(lines, .amount < 0 or .qty == 0)", "any(lines, .product.vip)", "any(lines, .product == boss)", "any(lines, .product.boss.name == name)", "any(lines, not (.qty > 3))", "any(boss.lines, .item contains 'a')", "all(lines, .due < today())", "not any(lines, .qty > 3)", "not all(lines, .qty > 3)",
	"any(friends, .vip)", "any(friends, # == boss)", "any(friends, .boss == id)", "any(friends, .name == name and # != boss)", "any(friends, any(.lines, .qty > 3))", "any(friends, any(.tags, # == 'a'))", "all(friends, count(.tags) > 0)", "any(friends, .owner.department in my_tree())", "none(boss.friends, .level == 'A')", "count(friends) > 1", "count(friends) == count(tags)", "len(friends) > count(lines)",
	"date(seen) == '2026-01-31'", "date(seen) != '2026-01-31'", "date(seen) in ['2026-01-31', '2026-02-01']", "date(seen) == today()", "date(seen) <= '2025-12-31'", "year(date(seen)) == 2026", "year(seen) == 2026", "year(born) == 2026", "year(born) > 2025", "year(born) != 2026", "year(born) <= 1", "year(born) >= 10000", "month(born) == 1", "day(born) == 31", "weekday(born) == 6", "year(born) < 0", "'2026-01-31' == date(seen)", "date(boss.seen) > '2026-01-30'",
	"days_between(born, today()) > 30", "days_between(born, met) < 0", "met - born > 30", "born + 30 <= today()", "born + 1 > '9999-12-31'", "born - 1 < '0001-01-02'", "add_days(born, 400) >= met", "add_days(met, -1) == '2026-01-31'", "born > add_days(today(), -3650)",
	"phone == '甲'", "phone == 'a'", "not (phone == 'a')", "phone == 'nothing'", "cost == 1.5", "cost == 5", "not (cost == 0)", "phone == name",
	"price > limit", "price > limit * 0.5", "age > nobody", "age != nobody", "age == nobody", "nobody == nil", "abs(age) > 3", "round(price, 0) > 1", "min(age, score) > 0", "max(price, paid) >= 1.5", "price / 3 > 1", "price * rate > 1", "age * score > 1", "price / 0 == nil", "age % 0 == nil", "lower(name) == 'a'", "trim(name) == 'a'", "sum(lines, .qty) > 3", "sum(lines, .amount) == 0", "sum(lines, .qty * .amount) > 1", "sum(boss.lines, .amount) >= sum(lines, .amount)", "sum(friends, .age) > 0",
	"age + score > 5", "age + score == -1", "age - score > 0", "age + score > score + price", "age + age + age > score", "price + paid + rate > 100", "age > score + 1", "age > score * 3 - 2", "price < rate", "rate == price", "paid >= rate + 0.01", "age * 3 >= score", "age < score * 3", "price - rate == 0", "0 == rate - price", "age * 2 > score * 3", "age - 9223372036854775807 > score", "age - score > -9223372036854775807 - 1", "age + score == -9223372036854775807 - 1", "age - score >= -9223372036854775807 - 1", "sum(lines, .qty) + age > score", "sum(lines, .amount) >= price", "100 - age > score", "-age < score", "age * 3 == 15", "age * 3 == 16", "age * 3 != 16", "age * -3 < 16", "price > 1.234", "price < 1.234", "price >= 1.234", "price <= -123.456", "price == 1.234", "price != 1.234", "price * 0 == 0", "age - age == 0", "price != paid", "age + 1 != score + 1", "age + score != nobody", "age != age + score",
	"level == 'A' and (vip or not (age > 5)) and not (name contains 'a' and open)", "not (level == 'A' or not (vip and age < score))", "(age > 5) == vip", "(age > 5) != (score > 5)", "vip == true", "(vip and open) == false", "(any(lines, .qty > 3)) == vip", "((age > 5) == vip) == open", "not ((age > 5) == vip)", "(vip ? 1 : 2) == 1", "(level == 'A' ? price : paid) > 1", "(level == 'A' ? born : met) > '2026-01-01'", "not (vip ? open : age > 5)", "(vip ? 'A' : 'B') == level", "if(vip, owner, keeper) == me()",
	"1 < age < 100", "age == 5 or age == 7 or age == nil", "not not vip", "!vip && !open || vip && open",
}

// TestSame holds the promise of the package: memory, SQLite and PostgreSQL
// select the same records, for every operator, kind and missing value, and
// for the complement too.
func TestSame(t *testing.T) {
	w := newWorld(1, 120)
	conditions := pairs()
	r := rand.New(rand.NewPCG(2, 3))
	for range 500 {
		conditions = append(conditions, generated(r, conditions, 3))
	}
	if testing.Short() { // for the race detector: a tenth, all kinds among it
		for i := range len(conditions) / 10 {
			conditions[i] = conditions[i*10+i%10]
		}
		conditions = conditions[:len(conditions)/10]
	}
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w.store(t, d)
		same(t, w, d, conditions)
	})
}

func same(t *testing.T, w world, d *db.DB, conditions []string) {
	customer := scopes()
	printed, refused, bad := 0, 0, 0
	for _, src := range conditions {
		for _, src := range []string{src, "not (" + src + ")"} {
			e, err := expr.Compile(src, customer, expr.Options{Printable: true, Param: params})
			if code := codeOf(err); code == "not_filterable" {
				refused++
				if _, err := expr.Compile(src, customer, expr.Options{Param: params}); err != nil {
					t.Errorf("%s: refused to print, and then: %v", src, err)
				}
				continue
			}
			if code := codeOf(err); code == "field_masked" || code == "type_mismatch" {
				continue // pairs() also makes comparisons that have no sense
			}
			if err != nil {
				t.Errorf("%s: %v", src, err)
				continue
			}
			printed++
			if bad += one(t, w, d, e, src); bad > 40 {
				t.Fatal("too many differences")
			}
		}
	}
	t.Logf("%d printed and compared, %d refused as not filterable", printed, refused)
	if printed < len(conditions) || refused > printed/3 {
		t.Errorf("%d printed, %d refused: the test lost its point", printed, refused)
	}
}

// one compares a condition in memory and in the database.
func one(t *testing.T, w world, d *db.DB, e *expr.Expr, src string) (bad int) {
	want, err := w.matched(e, args())
	if err != nil {
		t.Errorf("%s: in memory: %v", src, err)
		return 1
	}
	cond, params, err := e.SQL("t", expr.Dialect(d.Dialect()), args())
	if err != nil {
		t.Errorf("%s: SQL: %v", src, err)
		return 1
	}
	if n := strings.Count(cond, "?"); n != len(params) {
		t.Errorf("%s: %d placeholders, %d arguments: %s", src, n, len(params), cond)
		return 1
	}
	got, err := found(t, d, cond, params)
	if err != nil {
		t.Errorf("%s: %v\n%s %v", src, err, cond, params)
		return 1
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s: memory -, database +:\n%s\n%s %v", src, diff, cond, params)
		return 1
	}
	return 0
}

// generated makes a random condition out of given ones.
func generated(r *rand.Rand, from []string, depth int) string {
	leaf := func() string { return from[r.IntN(len(from))] }
	if depth == 0 {
		return leaf()
	}
	sub := func() string { return generated(r, from, r.IntN(depth)) }
	switch r.IntN(6) {
	case 0:
		return fmt.Sprintf("(%s) and (%s)", sub(), sub())
	case 1:
		return fmt.Sprintf("(%s) or (%s)", sub(), sub())
	case 2:
		return fmt.Sprintf("not (%s)", sub())
	case 3:
		return fmt.Sprintf("((%s) ? (%s) : (%s))", sub(), sub(), sub())
	case 4:
		return fmt.Sprintf("(%s) == (%s)", sub(), sub())
	}
	return fmt.Sprintf("(%s) and (%s) or not (%s)", sub(), sub(), sub())
}

// codeOf is the code of an error's first problem; "" for no error.
func codeOf(err error) string {
	if err == nil {
		return ""
	}
	e := errs.As(err)
	if len(e.Problems) > 0 {
		return e.Problems[0].Code
	}
	return e.Code
}
