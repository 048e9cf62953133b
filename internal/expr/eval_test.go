package expr_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"kedang/internal/errs"
	"kedang/internal/expr"
)

// evaluated are results in the value forms, worked out by hand, on a record
// that has some fields and lacks others.
var evaluated = []struct {
	src  string
	want any
}{
	{"price + paid", int64(1250 + 333)}, {"price - 0.005", int64(12495)}, {"price * paid", int64(1250 * 333)},
	{"price / 3", int64(416666667)}, {"-price / 3", int64(-416666667)}, {"price / 0", nil}, {"age % 0", nil}, {"-7 % 5", int64(-2)},
	{"age / 8", int64(262500000)}, {"rate * rate * rate * rate", int64(2_441_406_250_000)}, {"-price", int64(-1250)}, {"+price", int64(1250)},
	{"round(12.345, 2)", int64(1235)}, {"round(-12.345, 2)", int64(-1235)}, {"round(12.344, 2)", int64(1234)}, {"round(price)", int64(13)}, {"round(price, 5)", int64(1250)},
	{"abs(-price)", int64(1250)}, {"min(age, price)", int64(1250)}, {"max(age, price, 100)", int64(10000)}, {"max(score, age)", int64(21)}, {"min(score, nil)", nil},
	{"1.10 + 2.2", int64(330)}, {"0.1 + 0.2 == 0.3", true}, {"99999999999999.99 + 0.01 == 100000000000000", true}, {"1_000 + 1", int64(1001)},
	{"9223372036854775807 + 1 > 9223372036854775807", true}, {"9223372036854775807 + 1 - 1", int64(9223372036854775807)}, {"-9223372036854775807 - 1", int64(-9223372036854775808)},
	{"9223372036854775807 * 9223372036854775807 > 0", true}, {"(9223372036854775807 * 4) % 7", int64(0)},

	{"score", nil}, {"score + 1", nil}, {"score > 1", false}, {"not (score > 1)", true}, {"score == score", false}, {"score != score", false}, {"score != age", true},
	{"score == nil", true}, {"score != nil", false}, {"is_missing(score)", true}, {"age == nil", false}, {"score ?? 7", int64(7)}, {"coalesce(score, age)", int64(21)},
	{"vip", nil}, {"not vip", true}, {"vip or open", true}, {"vip and open", false}, {"vip == false", false}, {"open == true", true},
	{"score in [1]", false}, {"score not in [1]", true}, {"age in [21.0, 3]", true}, {"age in [21.5]", false}, {"name in []", false},
	{"age > 18 ? 'grown' : 'child'", "grown"}, {"if(vip, 1, 2.50)", int64(250)}, {"vip ? age : nil", nil}, {"1 < age < 100", true},

	{"name + '·' + note", "甲乙·"}, {"note + note", nil}, {"note + 'x'", "x"}, {"name contains '乙'", true}, {"name startsWith '甲'", true}, {"name endsWith '甲'", false},
	{"note contains ''", false}, {"name contains ''", true}, {"len(name)", int64(2)}, {"len(note)", nil}, {"len(tags)", int64(2)}, {"lower('ÄB')", "äb"}, {"trim('  a ')", "a"},
	{"'é' == 'e\u0301'", false}, {"'b' > 'B'", true}, {"level == 'A'", true}, {"客户等级 == 'A'", true}, {`'\u4e2d' == '中'`, true},

	{"born", "2024-02-29"}, {"year(born)", int64(2024)}, {"month(born)", int64(2)}, {"day(born)", int64(29)}, {"weekday(born)", int64(4)}, {"weekday('2026-02-01')", int64(7)},
	{"born + 1", "2024-03-01"}, {"born - 29", "2024-01-31"}, {"add_months(born, 12)", "2025-02-28"}, {"add_months('2026-01-31', 1)", "2026-02-28"}, {"add_months('2026-03-31', -1)", "2026-02-28"},
	{"add_days('9999-12-31', 1)", nil}, {"add_days('0001-01-01', -1)", nil}, {"add_days(born, 9223372036854775807)", nil}, {"add_months(born, -9223372036854775807)", nil},
	{"days_between(born, '2024-03-01')", int64(1)}, {"'2025-02-28' - born", int64(365)}, {"born - '2024-03-01'", int64(-1)},
	{"today()", "2026-01-31"}, {"date(now())", "2026-01-31"}, {"date('2026-01-31T16:00:00Z')", "2026-02-01"}, {"date(seen)", "2026-02-01"}, {"year(seen)", int64(2026)},
	{"seen == '2026-02-01T00:00:00+08:00'", true}, {"seen > now()", true}, {"born < '2024-03-01'", true}, {"(vip ? '2026-01-01' : '2026-01-02') == add_days('2026-01-01', 1)", true},

	{"me()", int64(12)}, {"my_department() in my_tree()", true}, {"owner == me()", true}, {"owner == '000000000000C'", true}, {"owner.department.name", "south"}, {"owner.department.parent.name", nil}, {"boss.name", nil}, {"boss.owner.department in my_tree()", false},
	{"limit", int64(500)}, {"nobody", nil}, {"price > limit", true},

	{"any(lines, .qty > 3)", true}, {"all(lines, .qty > 3)", false}, {"none(lines, .qty > 30)", true}, {"count(lines, .qty > 3)", int64(1)}, {"count(lines)", int64(3)}, {"sum(lines, .qty)", int64(7)}, {"sum(lines, .qty * .amount)", int64(5*1000 + 2*150)},
	{"any(lines, .qty == age - 16)", true}, {"any(lines, .product.name == name)", true}, {"any(tags, # == 'vip')", true}, {"has(tags, 'vip')", true}, {"'new' in tags", true}, {"'old' not in tags", true}, {"all(friends, .name == nil)", true}, {"any(friends, # == id)", false}, {"any(friends, #.name != nil)", false},
	{"all(boss.lines, false)", true}, {"any(boss.lines, true)", false}, {"sum(boss.lines, .qty)", int64(0)}, {"tags == nil", false}, {"is_missing(boss.tags)", true}, {"count(friends, any(.tags, true))", int64(0)},
	{"phone == '13800138000'", true}, {"phone == '1380013800'", false}, {"cost == 9", true},
}

// sample is the record of evaluated.
func sample() expr.Row {
	w := world{"user": {12: {"id": int64(12), "department": int64(2)}}, "department": {2: {"id": int64(2), "name": "south"}}, "customer": {}}
	w["customer"][102] = record{"id": int64(102)}
	w["customer"][101] = record{"id": int64(101), "name": "甲乙", "level": "A", "open": true, "age": int64(21), "price": int64(1250), "paid": int64(333), "rate": int64(12500),
		"born": "2024-02-29", "seen": at("2026-01-31T16:00:00Z"), "owner": int64(12), "phone": "13800138000", "cost": int64(900),
		"tags": []any{"new", "vip"}, "friends": []any{int64(102), int64(999)},
		"lines": []record{{"id": int64(1), "qty": int64(5), "amount": int64(1000), "product": int64(101)}, {"id": int64(2), "qty": int64(2), "amount": int64(150)}, {"id": int64(3)}}}
	return w.customer(101)
}

func TestEval(t *testing.T) {
	customer, r := scopes(), sample()
	for _, c := range evaluated {
		e, err := expr.Compile(c.src, customer, expr.Options{Param: params})
		if err != nil {
			t.Errorf("%s: %v", c.src, err)
			continue
		}
		got, err := e.Eval(r, args())
		if err != nil {
			t.Errorf("%s: %v", c.src, err)
		}
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s: want -, got +: %s", c.src, diff)
		}
	}
}

// TestRender holds that canonical text means the same and is stable.
func TestRender(t *testing.T) {
	customer, r := scopes(), sample()
	sources := append(pairs(), singles...)
	for _, c := range evaluated {
		sources = append(sources, c.src)
	}
	for _, src := range sources {
		e, err := expr.Compile(src, customer, expr.Options{Param: params})
		if err != nil {
			continue // TestSame looks after those
		}
		text := expr.Render(e)
		again, err := expr.Compile(text, customer, expr.Options{Param: params})
		if err != nil {
			t.Errorf("%s: rendered %s: %v", src, text, err)
			continue
		}
		if twice := expr.Render(again); twice != text {
			t.Errorf("%s: rendered %s, then %s", src, text, twice)
		}
		want, err1 := e.Eval(r, args())
		got, err2 := again.Eval(r, args())
		if diff := cmp.Diff(want, got); diff != "" || (err1 == nil) != (err2 == nil) {
			t.Errorf("%s: rendered %s: %s", src, text, diff)
		}
	}
}

func TestRenderText(t *testing.T) {
	customer := scopes()
	for src, want := range map[string]string{
		`level=="A"&&!(vip||open)`:             `level == "A" and not (vip or open)`,
		`客户等级 == 'A' and price > 1.50`:         `level == "A" and price > 1.50`,
		`age-(score-1) > 3 ? vip : open`:       `if(age - (score - 1) > 3, vip, open)`,
		`any( lines , .qty*2 > age )`:          `any(lines, .qty * 2 > age)`,
		`owner == '000000000000c'`:             `owner == "000000000000C"`,
		`seen >= '2026-01-31T08:00:00+08:00'`:  `seen >= "2026-01-31T00:00:00.000Z"`,
		`name contains '\'"\\'`:                `name contains "'\"\\"`,
		`born - 3 > today() and tags != nil`:   `add_days(born, -3) > today() and not (is_missing(tags))`,
		`(price ?? 0) in [1, 2.5, 0.001, -3]`:  `coalesce(price, 0.00) in [1.00, 2.50, -3.00]`,
		`owner.department in my_tree() or vip`: `owner.department in my_tree() or vip`,
	} {
		e, err := expr.Compile(src, customer, expr.Options{})
		if err != nil {
			t.Errorf("%s: %v", src, err)
			continue
		}
		if got := expr.Render(e); got != want {
			t.Errorf("%s: got %s, want %s", src, got, want)
		}
	}
}

// TestOverflow holds that only what leaves the expression must fit int64.
func TestOverflow(t *testing.T) {
	for _, src := range []string{"9223372036854775807 + age", "price * 9223372036854775807 * 10", "9223372036854775807 * 1.5", "-(-9223372036854775807 - age)"} {
		e, err := expr.Compile(src, scopes(), expr.Options{})
		if err != nil {
			t.Fatal(err)
		}
		if v, err := e.Eval(sample(), args()); err == nil || errs.As(err).Code != "overflow" {
			t.Errorf("%s: %v, %v", src, v, err)
		}
	}
}

func TestRescale(t *testing.T) {
	const most = 1<<63 - 1
	for _, c := range []struct {
		n        int64
		from, to int
		want     int64
		ok       bool
	}{
		{125, 2, 1, 13, true}, {-125, 2, 1, -13, true}, {124, 2, 1, 12, true}, {5, 0, 3, 5000, true}, {0, 0, 40, 0, true},
		{most, 0, 1, 0, false}, {-most - 1, 0, 1, 0, false}, {most, 18, 0, 9, true}, {most, 30, 0, 0, true}, {-most - 1, 1, 0, -922337203685477581, true}, {most, 3, 3, most, true},
	} {
		got, ok := expr.Rescale(c.n, c.from, c.to)
		if ok != c.ok || (ok && got != c.want) {
			t.Errorf("Rescale(%d, %d, %d) = %d, %v", c.n, c.from, c.to, got, ok)
		}
	}
}

func TestPaths(t *testing.T) {
	e, err := expr.Compile("level == 'A' and owner.department.name != nil and any(lines, .product.name == name) and has(tags, 'a') and any(friends, # == boss)", scopes(), expr.Options{})
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"level", "owner.department.name", "lines", "lines[].product.name", "name", "tags", "tags[]", "friends", "friends[]", "boss"}
	if diff := cmp.Diff(want, e.Paths()); diff != "" {
		t.Error(diff)
	}
}

func TestIndexable(t *testing.T) {
	e, err := expr.Compile("level == 'A' and 5 < age and (vip or open) and price > 1.234 and name startsWith 'a' and owner in my_subordinates() and date(seen) == today() and year(born) == 2026 and -score < 3 and boss.age == 1 and note == nil and paid != 3 and born + 3 > today()", scopes(), expr.Options{})
	if err != nil {
		t.Fatal(err)
	}
	want := []expr.Bound{{"level", "==", "level"}, {"age", ">", "age"}, {"price", ">", "price"}, {"name", "startsWith", "name"}, {"owner", "in", "owner"},
		{"seen", ">=", "seen"}, {"born", ">=", "born"}, {"score", ">", "score"}, {"note", "missing", "note"}, {"born", ">", "born"}}
	if diff := cmp.Diff(want, e.Indexable()); diff != "" {
		t.Error(diff)
	}
}
