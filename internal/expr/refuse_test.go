package expr_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"kedang/internal/errs"
	"kedang/internal/expr"
)

// refused are what Compile must not take: the code, where (in characters),
// and what it may suggest.
var refused = []struct {
	src, code string
	at        int
	guess     string
}{
	{"", "syntax", 0, ""}, {"   ", "syntax", 2, ""}, {"level ==", "syntax", 7, ""}, {"(vip", "syntax", 3, ""}, {"level == 'A", "syntax", 11, ""}, {"vip vip", "syntax", 4, ""}, {"等级 ~ 1", "syntax", 3, ""},
	{"vip matches 'a'", "not_supported", 4, ""}, {"let x = 1; x", "not_supported", 0, ""}, {"vip; vip", "not_supported", 3, ""}, {"age ** 2", "not_supported", 4, ""}, {"tags | len()", "not_supported", 5, ""}, {"1..3", "not_supported", 1, ""}, {"boss?.name", "not_supported", 4, ""}, {"{a: 1}", "not_supported", 0, ""}, {"b'x'", "not_supported", 0, ""}, {"[1] == [1]", "not_supported", 0, ""}, {"tags[0]", "not_supported", 4, ""}, {"name.upper()", "not_supported", 5, ""}, {"# == 1", "syntax", 0, ""}, {"filter(tags, true)", "no_such_function", 0, ""}, {"any(tags, #index > 0)", "not_supported", 10, ""}, {"any(lines, # > 0)", "not_supported", 11, ""}, {"any(tags, .x)", "not_supported", 11, ""},
	{"leve == 'A'", "unknown_name", 0, "level"}, {"vip and ownr == me()", "unknown_name", 8, "owner"}, {"客户 == 'A'", "unknown_name", 0, ""}, {"boss.nam == 'a'", "unknown_name", 5, "name"}, {"any(lines, .quantity > 1)", "unknown_name", 12, ""}, {"any(lines, .qt > 1)", "unknown_name", 12, "qty"}, {"any(lines, qty > 1)", "unknown_name", 11, ".qty"}, {"secret == 1", "unknown_name", 0, ""},
	{"todya() == born", "no_such_function", 0, "today"}, {"exec('rm')", "no_such_function", 0, ""},
	{"today(1) == born", "wrong_arguments", 0, ""}, {"year() == 1", "wrong_arguments", 0, ""}, {"any(tags)", "syntax", 8, ""}, {"has(tags)", "wrong_arguments", 0, ""}, {"if(vip, 1)", "wrong_arguments", 0, ""}, {"len()", "wrong_arguments", 0, ""}, {"round(1, 2, 3)", "wrong_arguments", 0, ""},
	{"name.x == 1", "not_a_link", 0, ""}, {"tags.x == 1", "not_a_link", 0, ""}, {"limit.x == 1", "not_a_link", 0, ""}, {"phone.x == 1", "field_masked", 0, ""}, {"(vip ? boss : boss).name == ''", "not_a_link", 20, ""},
	{"age == 'x'", "type_mismatch", 7, ""}, {"name == 1", "type_mismatch", 8, ""}, {"vip == 1", "type_mismatch", 7, ""}, {"age and vip", "type_mismatch", 0, ""}, {"not age", "type_mismatch", 4, ""}, {"vip < open", "type_mismatch", 4, ""}, {"owner < keeper", "type_mismatch", 6, ""}, {"owner == department", "type_mismatch", 9, ""}, {"owner == 12", "type_mismatch", 9, ""}, {"owner in my_tree()", "type_mismatch", 0, ""}, {"name + 1", "type_mismatch", 5, ""}, {"born + 1.5", "type_mismatch", 5, ""}, {"seen + 1", "type_mismatch", 5, ""}, {"tags == 'a'", "type_mismatch", 5, ""}, {"tags and vip", "type_mismatch", 0, ""}, {"vip ? 1 : 'a'", "type_mismatch", 10, ""}, {"age > nil", "type_mismatch", 4, ""}, {"nil == nil", "type_mismatch", 4, ""}, {"lower(age)", "type_mismatch", 6, ""}, {"age contains '1'", "type_mismatch", 0, ""}, {"has(lines, 1)", "type_mismatch", 4, ""}, {"any(name, true)", "type_mismatch", 4, ""}, {"sum(lines, .item) > 1", "type_mismatch", 12, ""}, {"any(lines, .qty)", "type_mismatch", 12, ""}, {"age in 5", "type_mismatch", 7, ""}, {"-name", "type_mismatch", 0, ""}, {"not level == 'A'", "type_mismatch", 4, ""}, {"min(name, name)", "type_mismatch", 0, ""},
	{"fee > 3", "currency_needed", 6, ""}, {"fee == boss.fee", "currency_needed", 4, ""}, {"fee + 1 == 2", "currency_needed", 4, ""}, {"fee in [1]", "currency_needed", 8, ""}, {"sum(friends, .fee) > 1", "currency_needed", 14, ""}, {"fee == 'USD 1'", "currency_needed", 7, ""}, {"fee.colour == 'x'", "not_a_link", 0, ""}, {"fee.amount.amount == 1", "not_a_link", 0, ""},
	{"level == 'D'", "no_such_choice", 9, "A"}, {"'Aa' != level", "no_such_choice", 0, "A"}, {"level in ['A', 'Bb']", "no_such_choice", 15, "B"}, {"boss.level == ''", "no_such_choice", 14, "A"}, {"(vip ? 'A' : 'X') == level", "", 0, ""},
	{"born == '2026-02-30'", "bad_date", 8, ""}, {"born == '2026-1-31'", "bad_date", 8, ""}, {"born == '0000-01-01'", "bad_date", 8, ""}, {"born == '２０２６-01-01'", "bad_date", 8, ""}, {"year('x') == 1", "bad_date", 5, ""}, {"seen > 'yesterday'", "bad_date", 7, ""}, {"seen > '2026-01-31T00:00:00'", "bad_date", 7, ""},
	{"seen > '2026-01-31'", "date_against_datetime", 7, ""}, {"born > '2026-01-31T00:00:00Z'", "date_against_datetime", 7, ""}, {"born < seen", "date_against_datetime", 7, ""}, {"born == now()", "date_against_datetime", 8, ""}, {"date(born) == today()", "date_against_datetime", 5, ""}, {"days_between(seen, born) > 1", "date_against_datetime", 13, ""},
	{"owner == 'zhang'", "bad_id", 9, ""}, {"owner == 'ZZZZZZZZZZZZZ'", "bad_id", 9, ""}, {"boss in ['000000000000U']", "bad_id", 9, ""},
	{"age in [score]", "not_constant", 8, ""}, {"age in [nil]", "not_constant", 8, ""}, {"round(price, age)", "not_constant", 13, ""}, {"round(price, 13)", "not_constant", 13, ""}, {"has(tags, nil)", "not_constant", 10, ""},
	{"age == 9223372036854775808", "bad_number", 25, ""}, {"price == 0.1234567890123", "bad_number", 9, ""}, {"price == 1e400", "bad_number", 13, ""}, {"price == 1e3", "bad_number", 9, ""}, {"price > 99999999999999999999.5", "bad_number", 8, ""},
	{"phone != 'a'", "field_masked", 0, ""}, {"phone > 'a'", "field_masked", 0, ""}, {"phone contains 'a'", "field_masked", 0, ""}, {"phone == nil", "field_masked", 0, ""}, {"phone in ['a']", "field_masked", 0, ""}, {"phone == note", "field_masked", 0, ""}, {"lower(phone) == 'a'", "field_masked", 6, ""}, {"len(phone) == 1", "field_masked", 4, ""}, {"(phone ?? 'x') == 'a'", "field_masked", 1, ""}, {"is_missing(phone)", "field_masked", 11, ""}, {"cost > 1", "field_masked", 0, ""}, {"cost + 1 == 2", "field_masked", 0, ""}, {"phone", "field_masked", 0, ""}, {"vip ? phone : name", "field_masked", 6, ""}, {"any(friends, .phone != 'a')", "field_masked", 14, ""}, {"boss.phone < 'a'", "field_masked", 0, ""}, {"(phone == 'a' ? phone : 'b') == 'a'", "field_masked", 16, ""},
	{"any(numbers, # != 'a')", "field_masked", 13, ""}, {"any(numbers, # startsWith '1')", "field_masked", 13, ""}, {"count(numbers) > 1", "field_masked", 6, ""}, {"count(numbers, # == 'a') > 1", "field_masked", 6, ""}, {"numbers == nil", "field_masked", 0, ""}, {"any(numbers, true)", "field_masked", 4, ""}, {"has(numbers, name)", "field_masked", 4, ""}, {"all(numbers, # == 'a')", "field_masked", 4, ""},
	{"\"a\x00b\" == name", "nul_in_text", -1, ""}, {`"\x00" == name`, "nul_in_text", 0, ""}, {"name == '\xff'", "invalid_utf8", -1, ""}, {"name == 'a\rb'", "syntax", 8, ""},
	{strings.Repeat("(", 5000) + "vip" + strings.Repeat(")", 5000), "too_complex", 100, ""}, {strings.Repeat("not ", 5000) + "vip", "too_complex", 400, ""}, {strings.Repeat("!", 60_000) + "vip", "too_complex", 100, ""}, {strings.Repeat("-", 60_000) + "1 > 0", "too_complex", 100, ""},
	{strings.Repeat("vip ? vip : ", 5000) + "vip", "too_complex", 1204, ""}, {"age" + strings.Repeat(" + 1", 1500) + " > 0", "too_complex", -2, ""}, {strings.Repeat("vip or ", 9000) + "vip", "too_complex", -2, ""}, {strings.Repeat("x", 70_000), "too_complex", -1, ""},
	{"boss.boss.boss.boss.boss.boss.boss.boss.name == ''", "too_complex", -2, ""}, {"age in [" + strings.Repeat("1,", 10_000) + "1]", "too_complex", -2, ""}, {strings.Repeat("[", 60_000), "too_complex", 100, ""}, {"boss" + strings.Repeat(".boss", 12_000) + " == nil", "too_complex", -2, ""},
}

func withNumbers() *scope {
	customer := scopes()
	text := of(expr.Text)
	customer.fields["numbers"] = expr.Field{Name: "numbers", Type: expr.Type{Base: expr.List, Elem: &text}, EqualOnly: true, Blind: hash,
		Side: &expr.Side{Table: "r_customer__numbers", Record: "record", Value: "value"}}
	return customer
}

func TestRefused(t *testing.T) {
	customer := withNumbers()
	for _, c := range refused {
		name := c.src[:min(len(c.src), 60)]
		start := time.Now()
		_, err := expr.Compile(c.src, customer, expr.Options{Param: params})
		if took := time.Since(start); took > time.Second {
			t.Errorf("%s: took %v", name, took)
		}
		if got := codeOf(err); got != c.code {
			t.Errorf("%s: code %q, want %q (%v)", name, got, c.code, err)
			continue
		}
		if err == nil {
			continue
		}
		e := errs.As(err)
		if e.Kind != errs.Invalid || len(e.Problems) != 1 {
			t.Errorf("%s: %v", name, err)
		}
		p := e.Problems[0].Params
		if at, ok := p["at"]; c.at >= 0 && (!ok || at != c.at) {
			t.Errorf("%s: at %v, want %d", name, at, c.at)
		}
		if guess, _ := p["did_you_mean"].(string); guess != c.guess && c.at >= 0 {
			t.Errorf("%s: did you mean %q, want %q", name, guess, c.guess)
		}
	}
}

// TestAllowed are near neighbours of what is refused.
func TestAllowed(t *testing.T) {
	customer := withNumbers()
	for _, src := range []string{"phone == 'a'", "not (phone == 'a')", "'a' == phone", "boss.phone == 'a' and vip", "any(friends, .phone == 'a')", "any(numbers, # == 'a')", "none(numbers, # == 'a')", "has(numbers, 'a')", "'a' in numbers",
		"age in [" + strings.Repeat("1,", 9_999) + "1]", strings.Repeat("(", 90) + "vip" + strings.Repeat(")", 90), strings.Repeat("vip or ", 1900) + "vip", "name == '\\r\\n'", "name == `a'b`", "age == -9223372036854775807", "price == 0.123456789012", "price == 1.500000000000000", "vip // a note\n and open"} {
		if _, err := expr.Compile(src, customer, expr.Options{Printable: true}); err != nil {
			t.Errorf("%s: %v", src[:min(len(src), 60)], err)
		}
	}
}

func TestOptions(t *testing.T) {
	customer := scopes()
	want := func(b expr.Base) *expr.Type { return &expr.Type{Base: b} }
	for _, c := range []struct {
		src, code string
		o         expr.Options
	}{
		{"today() > born", "volatile", expr.Options{NoVolatile: true}}, {"owner == me()", "volatile", expr.Options{NoVolatile: true}}, {"now() > seen", "volatile", expr.Options{NoVolatile: true}}, {"department in my_tree()", "volatile", expr.Options{NoVolatile: true}}, {"late", "volatile", expr.Options{NoVolatile: true}}, {"boss.late", "volatile", expr.Options{NoVolatile: true}}, {"born > '2026-01-01'", "", expr.Options{NoVolatile: true}},
		{"age", "type_mismatch", expr.Options{Want: want(expr.Bool)}}, {"vip", "", expr.Options{Want: want(expr.Bool)}}, {"nil", "", expr.Options{Want: want(expr.Bool)}}, {"tags", "type_mismatch", expr.Options{Want: want(expr.Text)}}, {"tags", "type_mismatch", expr.Options{}},
		{"age", "", expr.Options{Want: want(expr.Decimal)}}, {"price", "type_mismatch", expr.Options{Want: want(expr.Int)}}, {"round(price)", "", expr.Options{Want: want(expr.Int)}},
		{"'2026-01-31'", "", expr.Options{Want: want(expr.Date)}}, {"'2026-01-32'", "bad_date", expr.Options{Want: want(expr.Date)}}, {"vip ? '2026-01-31' : nil", "", expr.Options{Want: want(expr.Date)}}, {"seen", "date_against_datetime", expr.Options{Want: want(expr.Date)}},
		{"'D'", "no_such_choice", expr.Options{Want: &expr.Type{Base: expr.Text, Choices: []string{"A", "B"}}}}, {"owner", "type_mismatch", expr.Options{Want: &expr.Type{Base: expr.Ref, To: "department"}}},
		{"age", "type_mismatch", expr.Options{Printable: true}}, {"price * paid > 1", "not_filterable", expr.Options{Printable: true}}, {"lower(name) == 'a'", "not_filterable", expr.Options{Printable: true}}, {"date(seen) == born", "not_filterable", expr.Options{Printable: true}}, {"born + age > met", "not_filterable", expr.Options{Printable: true}}, {"vip and price / 2 > 1", "not_filterable", expr.Options{Printable: true}}, {"add_months(born, 1) > today()", "not_filterable", expr.Options{Printable: true}},
		{"price == limit and (price * paid == 1 or vip)", "not_filterable", expr.Options{Printable: true, Param: params}},
		{"age + 1 > 2 and vip", "too_complex", expr.Options{MaxNodes: 5}}, {"mine == 1", "unknown_name", expr.Options{}}, {"mine == 1", "", expr.Options{Param: map[string]expr.Type{"mine": of(expr.Int)}}},
	} {
		if _, err := expr.Compile(c.src, customer, c.o); codeOf(err) != c.code {
			t.Errorf("%s: %v, want %q", c.src, err, c.code)
		}
	}
}

// TestPresence holds that a sealed field may be asked whether it is missing
// when the scope says so, and nothing else.
func TestPresence(t *testing.T) {
	customer := scopes()
	phone := customer.fields["phone"]
	phone.Presence = true
	customer.fields["phone"] = phone
	for src, want := range map[string]string{
		"phone == nil": `t."phone__b" IS NULL`, "nil != phone": `t."phone__b" IS NOT NULL`, "is_missing(phone)": `t."phone__b" IS NULL`, "not (phone == nil)": `t."phone__b" IS NOT NULL`,
		"phone != 'a'": "", "phone > nil": "", "phone == phone": "", "len(phone) > 3": "", "(phone ?? 'x') == 'x'": "",
	} {
		e, err := expr.Compile(src, customer, expr.Options{Printable: true})
		if err != nil {
			if code := codeOf(err); want != "" || (code != "field_masked" && code != "type_mismatch") {
				t.Errorf("%s: %v", src, err)
			}
			continue
		}
		if got, _, err := e.SQL("t", expr.SQLite, args()); err != nil || got != want {
			t.Errorf("%s prints %s, want %s (%v)", src, got, want, err)
		}
	}
}

// TestCost holds that a filter of any size is quick to refuse or to print, and
// that what is printed stays bounded.
func TestCost(t *testing.T) {
	customer := scopes()
	nested := "vip"
	for range 40 { // each step holds the former twice
		nested = "((" + nested + ") == (age > 5))"
	}
	join := "name"
	for range 11 {
		join = "(" + join + " + " + join + ")"
	}
	for name, src := range map[string]string{
		"clauses":    strings.Repeat("age == 5 or ", 600) + "age == 6",
		"many":       strings.Repeat("a==1 or ", 8000) + "vip",
		"long list":  "name in [" + strings.Repeat("'abc',", 9_900) + "'x']",
		"nested":     nested,
		"joined":     join + " == 'a'",
		"links":      strings.Repeat("boss.boss.boss.boss.name != note and ", 200) + "vip",
		"chain":      "1" + strings.Repeat(" < age", 1000),
		"conditions": strings.Repeat("vip ? open : ", 90) + "vip",
		"any in any": strings.Repeat("any(friends, .vip and ", 1) + strings.Repeat("any(.friends, .vip and ", 60) + "true" + strings.Repeat(")", 61),
		"zero":       strings.Repeat("0*", 2000) + "age > 1",
	} {
		start := time.Now()
		e, err := expr.Compile(src, customer, expr.Options{Printable: true})
		size := 0
		if err == nil {
			cond, list, err := e.SQL("t", expr.SQLite, args())
			if err != nil && codeOf(err) != "too_complex" {
				t.Errorf("%s: %v", name, err)
			}
			size = len(cond)
			if len(list) > 31_000 || len(cond) > 2<<20 {
				t.Errorf("%s: %d arguments, %d bytes", name, len(list), len(cond))
			}
		} else if code := codeOf(err); code != "too_complex" && code != "unknown_name" {
			t.Errorf("%s: %v", name, err)
		}
		if took := time.Since(start); took > 500*time.Millisecond {
			t.Errorf("%s: took %v (%d bytes)", name, took, size)
		}
	}
}

// TestErrorsOfRows holds that what a row answers comes through, and that a
// value of the wrong form is an error, not a panic.
func TestErrorsOfRows(t *testing.T) {
	customer := scopes()
	away := errs.New(errs.Unavailable, "away", nil)
	for _, src := range []string{"age > 1", "boss.age > 1", "vip or age > 1", "any(tags, # == 'a')", "sum(lines, .qty) > 1", "not vip", "age in [1]", "coalesce(age, 1) == 1", "vip ? 1 : 2", "max(age, 1)", "has(tags, 'a')", "born + age"} {
		e, err := expr.Compile(src, customer, expr.Options{})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := e.Eval(broken{away, nil}, args()); !errs.Is(err, errs.Unavailable) {
			t.Errorf("%s: %v", src, err)
		}
		if _, err := e.Eval(broken{nil, 1.5}, args()); !errs.Is(err, errs.Internal) {
			t.Errorf("%s over a float: %v", src, err)
		}
	}
}

// broken answers with an error, or with what no field holds.
type broken struct {
	err error
	v   any
}

func (b broken) Value(string) (any, error)       { return b.v, b.err }
func (b broken) Follow(string) (expr.Row, error) { return b, b.err }
func (b broken) Items(string) ([]any, error)     { return []any{b.v}, b.err }
func (b broken) Rows(string) ([]expr.Row, error) { return []expr.Row{b}, b.err }

func TestProblemParams(t *testing.T) {
	_, err := expr.Compile("vip and 名 == 1", scopes(), expr.Options{})
	want := []errs.Problem{{Code: "unknown_name", Params: errs.Params{"at": 8, "near": "vip and 名 == 1", "name": "名", "type": "customer"}}}
	if diff := cmp.Diff(want, errs.As(err).Problems); diff != "" {
		t.Error(diff)
	}
	if text := fmt.Sprint(err); !strings.Contains(text, "unknown_name") {
		t.Error(text)
	}
}
