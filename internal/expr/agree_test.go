package expr_test

import (
	"context"
	"fmt"
	"math/rand"
	"strings"
	"testing"
	"time"

	"kedang/internal/db"
	"kedang/internal/db/dbtest"
	"kedang/internal/errs"
	"kedang/internal/expr"
)

// The tests' schema: table item with a column of every kind, each nullable,
// twice; a link to table firm; a side table of tags; child rows.
type scope struct {
	name, table string
	fields      map[string]expr.Field
}

func (s scope) Name() string  { return s.name }
func (s scope) Table() string { return s.table }
func (s scope) Field(n string) (expr.Field, bool) {
	f, ok := s.fields[n]
	f.Name = n
	return f, ok
}
func (s scope) Names() (out []string) {
	for n := range s.fields {
		out = append(out, n)
	}
	return out
}

var firm = scope{"firm", "firm", map[string]expr.Field{
	"id":    {Column: "id", Type: expr.Type{Base: expr.Ref, To: "firm"}},
	"level": {Column: "level", Type: expr.Type{Base: expr.Text, Choices: []string{"A", "B"}}},
	"size":  {Column: "size", Type: expr.Type{Base: expr.Int}},
}}

var lines = scope{"item.lines", "line", map[string]expr.Field{
	"qty":   {Column: "qty", Type: expr.Type{Base: expr.Int}},
	"label": {Column: "label", Type: expr.Type{Base: expr.Text}},
}}

var kinds = map[string]expr.Type{
	"n": {Base: expr.Int}, "m": {Base: expr.Decimal, Scale: 2}, "t": {Base: expr.Text}, "c": {Base: expr.Text, Choices: []string{"A", "B", "C"}},
	"d": {Base: expr.Date}, "w": {Base: expr.DateTime}, "b": {Base: expr.Bool},
}

var item = func() scope {
	s := scope{"item", "item", map[string]expr.Field{
		"id":    {Column: "id", Type: expr.Type{Base: expr.Ref, To: "item"}},
		"firm":  {Column: "firm", Type: expr.Type{Base: expr.Ref, To: "firm"}, To: func() expr.Scope { return firm }},
		"tags":  {Type: expr.Type{Base: expr.List, Elem: &expr.Type{Base: expr.Text}}, Side: &expr.Side{Table: "tag", Record: "record", Value: "value"}},
		"firms": {Type: expr.Type{Base: expr.List, Elem: &expr.Type{Base: expr.Ref, To: "firm"}}, To: func() expr.Scope { return firm }, Side: &expr.Side{Table: "firms", Record: "record", Value: "value"}},
		"lines": {Type: expr.Type{Base: expr.List}, Side: &expr.Side{Table: "line", Record: "record", Value: "id", Rows: lines}},
	}}
	for k, t := range kinds {
		s.fields[k+"1"] = expr.Field{Column: k + "1", Type: t}
		s.fields[k+"2"] = expr.Field{Column: k + "2", Type: t}
	}
	return s
}()

// row is a record of the tests.
type row map[string]any

func (r row) Value(f string) (any, error) {
	v := r[f]
	if strings.HasPrefix(f, "b") && v != nil {
		return v.(int64) != 0, nil
	}
	return v, nil
}
func (r row) Follow(f string) (expr.Row, error) {
	id, ok := r[f].(int64)
	if !ok {
		return nil, nil
	}
	target, ok := firms[id]
	if !ok {
		return nil, nil
	}
	return target, nil
}
func (r row) Items(f string) ([]any, error) { v, _ := r[f].([]any); return v, nil }
func (r row) Rows(f string) (out []expr.Row, err error) {
	if f == "lines" {
		v, _ := r[f].([]row)
		for _, x := range v {
			out = append(out, x)
		}
		return out, nil
	}
	v, _ := r[f].([]any)
	for _, id := range v {
		out = append(out, firms[id.(int64)])
	}
	return out, nil
}

var firms = map[int64]row{1: {"id": int64(1), "level": "A", "size": int64(3)}, 2: {"id": int64(2), "level": nil, "size": int64(-1)}, 3: {"id": int64(3), "level": "B", "size": nil}}

var samples = map[string][]any{
	"n": {nil, int64(-2), int64(0), int64(1), int64(7)},
	"m": {nil, int64(-150), int64(0), int64(100), int64(101)},
	"t": {nil, "", "a", "A", "王府", "王府酒店", "50%", "_", "ab\U0001F600"},
	"c": {nil, "A", "B", "C"},
	"d": {nil, "2026-01-31", "2026-02-28", "2024-02-29"},
	"w": {nil, int64(0), time.Date(2026, 1, 31, 16, 0, 0, 0, time.UTC).UnixMilli(), time.Date(2026, 1, 31, 15, 59, 59, 0, time.UTC).UnixMilli()},
	"b": {nil, int64(0), int64(1)},
}

func makeRows() []row {
	rnd := rand.New(rand.NewSource(7))
	pick := func(list []any) any { return list[rnd.Intn(len(list))] }
	var out []row
	for i := range 160 {
		r := row{"id": int64(i + 1)}
		for k, list := range samples {
			r[k+"1"], r[k+"2"] = pick(list), pick(list)
		}
		r["firm"] = pick([]any{nil, int64(1), int64(2), int64(3)})
		for range rnd.Intn(3) {
			tags, _ := r["tags"].([]any)
			r["tags"] = append(tags, pick([]any{"VIP", "a", "王"}))
			fs, _ := r["firms"].([]any)
			r["firms"] = append(fs, pick([]any{int64(1), int64(2), int64(3)}))
			ls, _ := r["lines"].([]row)
			r["lines"] = append(ls, row{"qty": pick(samples["n"]), "label": pick(samples["t"])})
		}
		out = append(out, r)
	}
	return out
}

func fill(t *testing.T, d *db.DB, rows []row) {
	t.Helper()
	ctx := context.Background()
	table := "CREATE TABLE item (id {int} PRIMARY KEY, firm {int}"
	for k := range kinds {
		typ := "{text}"
		if strings.Contains("nmwb", k) {
			typ = "{int}"
		}
		table += fmt.Sprintf(", %s1 %s, %s2 %s", k, typ, k, typ)
	}
	err := d.Migrate(ctx, "t", table+")", "CREATE TABLE firm (id {int} PRIMARY KEY, level {text}, size {int})",
		"CREATE TABLE tag (record {int}, value {text})", "CREATE TABLE firms (record {int}, value {int})", "CREATE TABLE line (id {int}, record {int}, qty {int}, label {text})")
	if err == nil {
		err = d.Write(ctx, func(tx db.Tx) error { return insert(ctx, tx, rows) })
	}
	if err != nil {
		t.Fatal(err)
	}
}

func insert(ctx context.Context, tx db.Tx, rows []row) error {
	for _, f := range firms {
		if _, err := tx.Exec(ctx, "INSERT INTO firm (id, level, size) VALUES (?, ?, ?)", f["id"], f["level"], f["size"]); err != nil {
			return err
		}
	}
	for _, r := range rows {
		names, args := "id, firm", []any{r["id"], r["firm"]}
		for k := range kinds {
			names += ", " + k + "1, " + k + "2"
			args = append(args, r[k+"1"], r[k+"2"])
		}
		if _, err := tx.Exec(ctx, "INSERT INTO item ("+names+") VALUES ("+strings.TrimSuffix(strings.Repeat("?, ", len(args)), ", ")+")", args...); err != nil {
			return err
		}
		tags, _ := r["tags"].([]any)
		for _, v := range tags {
			if _, err := tx.Exec(ctx, "INSERT INTO tag (record, value) VALUES (?, ?)", r["id"], v); err != nil {
				return err
			}
		}
		fs, _ := r["firms"].([]any)
		for _, v := range fs {
			if _, err := tx.Exec(ctx, "INSERT INTO firms (record, value) VALUES (?, ?)", r["id"], v); err != nil {
				return err
			}
		}
		ls, _ := r["lines"].([]row)
		for i, l := range ls {
			if _, err := tx.Exec(ctx, "INSERT INTO line (id, record, qty, label) VALUES (?, ?, ?, ?)", r["id"].(int64)*100+int64(i), r["id"], l["qty"], l["label"]); err != nil {
				return err
			}
		}
	}
	return nil
}

// constants are written as text in the language.
var constants = map[string][]string{
	"n": {"-2", "0", "1", "0.5", "9223372036854775807", "nil"}, "m": {"-1.5", "0", "1", "1.005", "1.01", "92233720368547758", "nil"},
	"t": {`""`, `"a"`, `"王府"`, `"50%"`, `"_"`, "nil"}, "c": {`"A"`, `"C"`, "nil"}, "d": {`"2026-01-31"`, "today()", "today() - 10", "nil"},
	"w": {`"2026-01-31T16:00:00Z"`, "now()", "nil"}, "b": {"true", "false", "nil"},
}

// every gives all comparisons of every operator and kind, and the rest by hand.
func every() []string {
	var out []string
	for k := range kinds {
		ops := []string{"==", "!="}
		if k != "b" {
			ops = append(ops, "<", "<=", ">", ">=")
		}
		for _, op := range ops {
			out = append(out, fmt.Sprintf("%s1 %s %s2", k, op, k))
			for _, c := range constants[k] {
				if c == "nil" && op != "==" && op != "!=" {
					continue
				}
				out = append(out, fmt.Sprintf("%s1 %s %s", k, op, c), fmt.Sprintf("%s %s %s1", c, op, k))
			}
		}
		out = append(out, "("+k+"1 ?? "+k+"2) == "+constants[k][0], "is_missing("+k+"1)")
	}
	for _, op := range []string{"contains", "startsWith", "endsWith"} {
		for _, c := range constants["t"][:5] {
			out = append(out, "t1 "+op+" "+c)
		}
	}
	return append(out, `b1`, `not b1`, `b1 and b2`, `b1 or not b2`, `n1 in [1, 7, -2]`, `n1 not in [0]`, `m1 in [1, 1.01, 1.005]`, `t1 in ["a", "王府"]`, `t1 in []`,
		`c1 in ["A", "B"]`, `firm.level == "A"`, `firm.level != "A"`, `firm.size > 0`, `firm.size == n1`, `firm == nil`, `firm != nil`,
		`any(tags, # == "VIP")`, `none(tags, # == "VIP")`, `all(tags, # != "a")`, `has(tags, "王")`, `tags == nil`, `tags != nil`, `count(tags) > 1`, `len(tags) == 0`, `"a" in tags`,
		`any(lines, .qty > 0)`, `all(lines, .qty > 0)`, `none(lines, .label contains "王")`, `any(lines, .qty == n1)`, `count(lines, .qty > 0) >= 1`,
		`any(firms, .level == "A")`, `all(firms, .size > 0)`, `any(firms, .level != "A" and .size != nil)`,
		`date(w1) == "2026-02-01"`, `date(w1) != "2026-02-01"`, `date(w1) < "2026-02-01"`, `date(w1) <= "2026-02-01"`, `date(w1) > "1970-01-01"`, `date(w1) >= "1970-01-01"`,
		`year(d1) == 2026`, `month(d1) != 2`, `day(d1) in [28, 29]`, `len(t1) > 2`, `n1 == n2 ? b1 : b2`, `add_months("2026-01-31", 1) == d1`, `d1 == add_days("2026-02-27", 1)`,
		`n1 > 0 and (t1 contains "王" or m1 < 1) and not (c1 == "A" or c2 == nil)`)
}

func TestMemoryAndDatabasesAgree(t *testing.T) {
	rows := makeRows()
	args := expr.Args{Now: time.Date(2026, 2, 10, 0, 0, 0, 0, time.UTC), Zone: time.FixedZone("CST", 8*3600)}
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		fill(t, d, rows)
		ctx := context.Background()
		some := 0
		for _, base := range every() {
			for _, src := range []string{base, "not (" + base + ")", "not (not (" + base + ") and b2)"} {
				e, err := expr.Compile(src, item, expr.Options{Want: &expr.Type{Base: expr.Bool}, Printable: true})
				if err != nil {
					t.Errorf("%s: %v", src, err)
					continue
				}
				want := map[int64]bool{}
				for _, r := range rows {
					ok, err := e.Test(r, args)
					if err != nil {
						t.Fatalf("%s: %v", src, err)
					}
					if ok {
						want[r["id"].(int64)] = true
					}
				}
				got, text, err := query(ctx, d, e, args)
				if err != nil {
					t.Errorf("%s: %v\n%s", src, err, text)
					continue
				}
				if len(want) > 0 && len(want) < len(rows) {
					some++
				}
				for _, r := range rows {
					if id := r["id"].(int64); got[id] != want[id] {
						t.Errorf("%s: memory %v, database %v for %v\n%s", src, want[id], got[id], r, text)
						break
					}
				}
			}
		}
		if some < 300 {
			t.Errorf("only %d expressions tell rows apart", some)
		}
	})
}

func query(ctx context.Context, d *db.DB, e *expr.Expr, a expr.Args) (map[int64]bool, string, error) {
	cond, args, err := e.SQL("t", expr.Dialect(d.Dialect()), a)
	if err != nil {
		return nil, "", err
	}
	out := map[int64]bool{}
	err = d.Read(ctx, func(tx db.Tx) error {
		rows, err := tx.Query(ctx, "SELECT t.id FROM item AS t WHERE "+cond, args...)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var id int64
			if err := rows.Scan(&id); err != nil {
				return err
			}
			out[id] = true
		}
		return rows.Err()
	})
	return out, cond, err
}

func TestRefusals(t *testing.T) {
	masked := scope{"item", "item", map[string]expr.Field{"phone": {Column: "phone", Type: expr.Type{Base: expr.Text}, EqualOnly: true}, "n1": item.fields["n1"], "lines": item.fields["lines"], "d1": item.fields["d1"], "w1": item.fields["w1"], "c1": item.fields["c1"], "m1": item.fields["m1"]}}
	for src, want := range map[string]string{
		`n1 ==`: "syntax", `n1 = 1`: "syntax", `nn1 == 1`: "unknown_name", `n1 == "x"`: "type_mismatch", `n1`: "type_mismatch",
		`c1 == "Z"`: "no_such_choice", `d1 == w1`: "date_against_datetime", `w1 == "2026-01-01"`: "date_against_datetime", `d1 == "yesterday"`: "bad_date",
		`phone != "1"`: "field_masked", `phone contains "1"`: "field_masked", `phone == nil`: "field_masked", `phone < "1"`: "field_masked", `phone in ["1"]`: "field_masked", `phone == phone`: "field_masked", `len(phone) == 3`: "field_masked",
		`n1 * n1 > 3`: "not_filterable", `m1 == n1`: "not_filterable", `sum(lines, .qty) > 1`: "not_filterable", `foo(1)`: "no_such_function", `n1.x == 1`: "not_a_link", `{"a": 1}`: "not_supported", `n1 | 3`: "syntax",
		strings.Repeat("(", 5000) + "n1" + strings.Repeat(")", 5000): "too_complex", strings.Repeat("not ", 20000) + "true": "too_complex", strings.Repeat("n1 == 1 or ", 6000) + "n1 == 2": "too_complex",
		strings.Repeat("-", 30000) + "1": "too_complex", strings.Repeat("n1 == 1 ? ", 3000): "too_complex",
	} {
		begin := time.Now()
		_, err := expr.Compile(src, masked, expr.Options{Want: &expr.Type{Base: expr.Bool}, Printable: true})
		got := ""
		if err != nil {
			got = errs.As(err).Problems[0].Code
		}
		if len(src) > 60 {
			src = src[:60] + "…"
		}
		if got != want {
			t.Errorf("%s: got %q, want %q (%v)", src, got, want, err)
		}
		if took := time.Since(begin); took > time.Second {
			t.Errorf("%s: took %v", src, took)
		}
	}
}

// TestPresence: of a sealed field that the reader may read, a condition may ask
// whether it is missing; memory and print agree, and nothing else is allowed.
func TestPresence(t *testing.T) {
	sealed := scope{"item", "item", map[string]expr.Field{"id_no": {Column: "id_no__b", Type: expr.Type{Base: expr.Text}, EqualOnly: true, Presence: true}}}
	for src, want := range map[string]string{
		`id_no == nil`: `t."id_no__b" IS NULL`, `nil != id_no`: `t."id_no__b" IS NOT NULL`, `is_missing(id_no)`: `t."id_no__b" IS NULL`,
		`not (id_no == nil)`: `t."id_no__b" IS NOT NULL`, `id_no != "1"`: "", `id_no > "1"`: "", `id_no == id_no`: "", `len(id_no) > 3`: "", `(id_no ?? "x") == "x"`: "",
	} {
		e, err := expr.Compile(src, sealed, expr.Options{Want: &expr.Type{Base: expr.Bool}, Printable: true})
		if want == "" {
			if err == nil || errs.As(err).Problems[0].Code != "field_masked" {
				t.Errorf("%s: %v, want field_masked", src, err)
			}
			continue
		}
		if err != nil {
			t.Errorf("%s: %v", src, err)
			continue
		}
		got, args, err := e.SQL("t", expr.SQLite, expr.Args{})
		if err != nil || got != want || len(args) != 0 {
			t.Errorf("%s prints %s %v %v, want %s", src, got, args, err, want)
		}
	}
}

func TestManyClausesAreWideNotDeep(t *testing.T) {
	src := "n1 == 0"
	for i := range 600 {
		src += fmt.Sprintf(" or n1 == %d", i)
	}
	e, err := expr.Compile(src, item, expr.Options{Printable: true, MaxNodes: 5000})
	if err != nil {
		t.Fatal(err)
	}
	d := dbtest.Open(t)
	rows := makeRows()
	fill(t, d, rows)
	if _, _, err := query(context.Background(), d, e, expr.Args{}); err != nil {
		t.Fatal(err)
	}
}

func TestArithmetic(t *testing.T) {
	r := row{"n1": int64(7), "n2": int64(0), "m1": int64(1050), "m2": int64(-333), "t1": "甲", "d1": "2026-01-31"}
	for src, want := range map[string]any{
		`n1 + 1`: int64(8), `n1 * m1`: int64(7350), `m1 * m2`: int64(-349650), `m1 / 3`: int64(350000000), `n1 / n2`: nil, `n1 % 4`: int64(3), `round(m1 / 3, 2)`: int64(350),
		`round(2.345, 2)`: int64(235), `round(-2.345, 2)`: int64(-235), `min(n1, m1)`: int64(700), `abs(m2)`: int64(333), `t1 + "乙"`: "甲乙", `t1 + t2`: "甲", `d1 + 1`: "2026-02-01",
		`add_months(d1, 1)`: "2026-02-28", `days_between("2026-01-01", d1)`: int64(30), `d1 - "2026-01-01"`: int64(30), `n1 > 3 ? 1 : 2.5`: int64(10), `n2 ?? 3`: int64(0), `m2 + n1`: int64(367), `-n1`: int64(-7),
		`weekday(d1)`: int64(6), `lower("ÄB")`: "äb", `coalesce(t2, "x")`: "x", `if(n1 == 7, "ja", "nein")`: "ja",
	} {
		e, err := expr.Compile(src, item, expr.Options{})
		if err != nil {
			t.Errorf("%s: %v", src, err)
			continue
		}
		got, err := e.Eval(r, expr.Args{})
		if err != nil || got != want {
			t.Errorf("%s = %v (%v), want %v", src, got, err, want)
		}
	}
	e, err := expr.Compile("n1 * 9223372036854775807", item, expr.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := e.Eval(r, expr.Args{}); errs.As(err).Code != "overflow" {
		t.Errorf("overflow gave %v", err)
	}
}

func FuzzCompile(f *testing.F) {
	for _, s := range every() {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, src string) {
		e, err := expr.Compile(src, item, expr.Options{})
		if err != nil {
			return
		}
		v, err := e.Eval(row{"n1": int64(1), "t1": "a", "firm": int64(1), "tags": []any{"a"}}, expr.Args{})
		if _, list := v.([]any); err != nil && errs.As(err).Kind != errs.Invalid || list && e.Type().Base != expr.List {
			t.Fatalf("%q: %v %v", src, v, err)
		}
		e.SQL("t", expr.SQLite, expr.Args{})
	})
}

func BenchmarkTest(b *testing.B) {
	e, err := expr.Compile("m1 >= m2 and n1 != 3", item, expr.Options{})
	if err != nil {
		b.Fatal(err)
	}
	r := row{"m1": int64(3), "m2": int64(2), "n1": int64(1)}
	for b.Loop() {
		e.Test(r, expr.Args{})
	}
}
