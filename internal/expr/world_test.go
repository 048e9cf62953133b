package expr_test

import (
	"context"
	"crypto/sha256"
	"fmt"
	"math"
	"math/rand/v2"
	"sort"
	"strings"
	"testing"
	"time"

	"kedang/internal/db"
	"kedang/internal/expr"
)

// The world of these tests: a customer with a field of every kind, links to
// itself, to users and to departments, tags, friends and lines. The same
// records stand in memory and in the databases.

// scope is a record type as one reader sees it.
type scope struct {
	name, table string
	fields      map[string]expr.Field
}

func (s *scope) Name() string  { return s.name }
func (s *scope) Table() string { return s.table }

func (s *scope) Field(name string) (expr.Field, bool) {
	f, ok := s.fields[name]
	return f, ok
}

func (s *scope) Names() []string {
	names := make([]string, 0, len(s.fields))
	for n := range s.fields {
		names = append(names, n)
	}
	sort.Strings(names)
	return names
}

func (s *scope) add(name string, t expr.Type, to *scope) {
	f := expr.Field{Name: name, Column: name, Type: t}
	if to != nil {
		f.Type.To = to.name
		f.To = func() expr.Scope { return to }
	}
	s.fields[name] = f
}

func dec(scale int) expr.Type { return expr.Type{Base: expr.Decimal, Scale: scale} }

func of(b expr.Base) expr.Type { return expr.Type{Base: b} }

// hash stands for the keyed hash of the vault.
func hash(text string) any {
	h := sha256.Sum256([]byte("key" + text))
	return h[:8]
}

// scopes builds the types; customer is where expressions start.
func scopes() (customer *scope) {
	department := &scope{"department", "sys_department", map[string]expr.Field{}}
	user := &scope{"user", "sys_user", map[string]expr.Field{}}
	customer = &scope{"customer", "r_customer", map[string]expr.Field{}}
	lines := &scope{"customer.lines", "r_customer__lines", map[string]expr.Field{}}

	department.add("id", expr.Type{Base: expr.Ref, To: "department"}, nil)
	department.add("name", of(expr.Text), nil)
	department.add("parent", of(expr.Ref), department)
	user.add("id", expr.Type{Base: expr.Ref, To: "user"}, nil)
	user.add("name", of(expr.Text), nil)
	user.add("department", of(expr.Ref), department)

	customer.add("id", expr.Type{Base: expr.Ref, To: "customer"}, nil)
	for name, t := range customerColumns {
		customer.add(name, t, nil)
	}
	customer.add("owner", of(expr.Ref), user)
	customer.add("keeper", of(expr.Ref), user)
	customer.add("department", of(expr.Ref), department)
	customer.add("boss", of(expr.Ref), customer)
	text := of(expr.Text)
	customer.fields["tags"] = expr.Field{Name: "tags", Type: expr.Type{Base: expr.List, Elem: &text},
		Side: &expr.Side{Table: "r_customer__tags", Record: "record", Value: "value"}}
	customer.fields["friends"] = expr.Field{Name: "friends", Type: expr.Type{Base: expr.List, Elem: &expr.Type{Base: expr.Ref, To: "customer"}},
		To:   func() expr.Scope { return customer },
		Side: &expr.Side{Table: "r_customer__friends", Record: "record", Value: "value"}}
	customer.fields["lines"] = expr.Field{Name: "lines", Type: of(expr.List),
		Side: &expr.Side{Table: "r_customer__lines", Record: "record", Value: "id", Rows: lines}}
	customer.fields["phone"] = expr.Field{Name: "phone", Column: "phone__b", Type: text, EqualOnly: true, Blind: hash}
	customer.fields["cost"] = expr.Field{Name: "cost", Column: "cost", Type: dec(2), EqualOnly: true}
	customer.fields["fee"] = expr.Field{Name: "fee", Column: "price", Type: expr.Type{Base: expr.Amount, Scale: 2}, Part: func(name string) (expr.Field, bool) {
		part, ok := map[string]string{"amount": "price", "currency": "note"}[name]
		return expr.Field{Name: part, Column: part, Type: customerColumns[part]}, ok
	}}
	customer.fields["late"] = expr.Field{Name: "vip", Column: "vip", Type: of(expr.Bool), Volatile: true}
	customer.fields["客户等级"] = expr.Field{Name: "level", Column: "level", Type: customerColumns["level"]}

	for name, t := range lineColumns {
		lines.add(name, t, nil)
	}
	lines.add("product", of(expr.Ref), customer)
	return customer
}

var customerColumns = map[string]expr.Type{
	"name": of(expr.Text), "note": of(expr.Text),
	"level": {Base: expr.Text, Choices: []string{"A", "B", "C"}},
	"vip":   of(expr.Bool), "open": of(expr.Bool),
	"age": of(expr.Int), "score": of(expr.Int),
	"price": dec(2), "paid": dec(2), "rate": dec(4),
	"born": of(expr.Date), "met": of(expr.Date),
	"seen": of(expr.DateTime), "left": of(expr.DateTime),
}

var lineColumns = map[string]expr.Type{"qty": of(expr.Int), "amount": dec(2), "item": of(expr.Text), "due": of(expr.Date)}

// record is a stored record: the value forms of package expr by field name.
type record map[string]any

// world holds the records by type name and id.
type world map[string]map[int64]record

// row shows a record to expressions.
type row struct {
	w    world
	typ  string
	data record
}

var links = map[string]string{"owner": "user", "keeper": "user", "department": "department", "boss": "customer",
	"product": "customer", "friends": "customer", "parent": "department"}

func (r row) Value(field string) (any, error) { return r.data[field], nil }

func (r row) Follow(field string) (expr.Row, error) {
	id, _ := r.data[field].(int64)
	to := links[field]
	data, ok := r.w[to][id]
	if !ok {
		return nil, nil
	}
	return row{r.w, to, data}, nil
}

func (r row) Items(field string) ([]any, error) {
	items, _ := r.data[field].([]any)
	return items, nil
}

func (r row) Rows(field string) ([]expr.Row, error) {
	var out []expr.Row
	switch v := r.data[field].(type) {
	case []record:
		for _, child := range v {
			out = append(out, row{r.w, "line", child})
		}
	case []any:
		for _, id := range v {
			if data, ok := r.w[links[field]][id.(int64)]; ok {
				out = append(out, row{r.w, links[field], data})
			}
		}
	}
	return out, nil
}

// pools are the values worth trying: every edge of every kind.
var pools = map[expr.Base][]any{
	expr.Bool:     {true, false},
	expr.Int:      {int64(0), int64(1), int64(-1), int64(5), int64(7), int64(18), int64(100), int64(math.MaxInt64), int64(math.MinInt64), int64(math.MaxInt64 - 1)},
	expr.Decimal:  {int64(0), int64(1), int64(-1), int64(100), int64(150), int64(-12345), int64(500), int64(700), int64(math.MaxInt64), int64(math.MinInt64), int64(math.MaxInt64 / 100)},
	expr.Text:     {"", "a", "A", "ab", "abc", "%", "_", "a%b", `\`, "'", `"`, "?", "$1", " ", "a ", "甲", "甲乙", "é", "e\u0301", "\U0001F600", "\U0010FFFF", "\ud7ff", "\ue000", "z", "abcabc"},
	expr.Date:     {"0001-01-01", "1949-10-01", "1986-05-04", "2000-02-29", "2025-12-31", "2026-01-01", "2026-01-31", "2026-02-01", "2026-02-28", "9999-12-31"},
	expr.DateTime: {int64(0), int64(-1), at("2026-01-30T15:59:59.999Z"), at("2026-01-30T16:00:00Z"), at("2026-01-31T15:59:59.999Z"), at("2026-01-31T16:00:00Z"), at("1986-05-03T15:30:00Z"), at("2025-12-31T16:00:00Z")},
}

func at(s string) int64 {
	t, err := time.Parse(time.RFC3339, s)
	if err != nil {
		panic(err)
	}
	return t.UnixMilli()
}

// newWorld fills a world; every third value is missing.
func newWorld(seed uint64, customers int) world {
	r := rand.New(rand.NewPCG(seed, 7))
	w := world{"department": {}, "user": {}, "customer": {}}
	pick := func(t expr.Type) any {
		if r.IntN(4) == 0 {
			return nil
		}
		if t.Choices != nil {
			return t.Choices[r.IntN(len(t.Choices))]
		}
		return pools[t.Base][r.IntN(len(pools[t.Base]))]
	}
	for id := int64(1); id <= 4; id++ {
		w["department"][id] = record{"id": id, "name": pick(of(expr.Text)), "parent": some(r, id-1, 1)}
	}
	for id := int64(11); id <= 15; id++ {
		w["user"][id] = record{"id": id, "name": pick(of(expr.Text)), "department": some(r, 4, 1)}
	}
	for i := range customers {
		id := int64(101 + i)
		c := record{"id": id, "owner": some(r, 5, 11), "keeper": some(r, 5, 11), "department": some(r, 4, 1), "boss": some(r, int64(customers), 101),
			"cost": pick(dec(2))}
		for name, t := range customerColumns {
			c[name] = pick(t)
		}
		if p := pick(of(expr.Text)); p != nil {
			c["phone"] = p
		}
		var tags, friends []any
		for range r.IntN(3) {
			tags = append(tags, pools[expr.Text][r.IntN(10)])
			friends = append(friends, int64(101+r.IntN(customers+3))) // some are dead ends
		}
		c["tags"], c["friends"] = unique(tags), unique(friends)
		var lines []record
		for range r.IntN(4) {
			line := record{"id": int64(100000) + r.Int64N(1<<40), "product": some(r, int64(customers), 101)}
			for name, t := range lineColumns {
				line[name] = pick(t)
			}
			lines = append(lines, line)
		}
		c["lines"] = lines
		w["customer"][id] = c
	}
	return w
}

// some is an id of n from first on, or missing.
func some(r *rand.Rand, n, first int64) any {
	if n < 1 || r.IntN(4) == 0 {
		return nil
	}
	return first + r.Int64N(n)
}

func unique(values []any) []any {
	seen, out := map[any]bool{}, []any{}
	for _, v := range values {
		if !seen[v] {
			out = append(out, v)
		}
		seen[v] = true
	}
	return out
}

// ids are the customers in order.
func (w world) ids() []int64 {
	var out []int64
	for id := range w["customer"] {
		out = append(out, id)
	}
	sort.Slice(out, func(i, j int) bool { return out[i] < out[j] })
	return out
}

func (w world) customer(id int64) expr.Row { return row{w, "customer", w["customer"][id]} }

// args are the moment and the person of every test: just before midnight in
// Shanghai, where it is tomorrow already in Tokyo.
func args() expr.Args {
	zone, err := time.LoadLocation("Asia/Shanghai")
	if err != nil {
		panic(err)
	}
	return expr.Args{Now: time.UnixMilli(at("2026-01-31T15:59:59.999Z")), Zone: zone, Me: 12, MyDepartment: 2,
		MyTree: []int64{2, 3}, MySubordinates: []int64{12, 13}, Params: map[string]any{"limit": int64(500), "nobody": nil}}
}

var params = map[string]expr.Type{"limit": dec(2), "nobody": of(expr.Int)}

var columnTypes = map[expr.Base]string{expr.Bool: "{int}", expr.Int: "{int}", expr.Decimal: "{int}", expr.Text: "{text}",
	expr.Date: "{text}", expr.DateTime: "{int}", expr.Ref: "{int}"}

// store writes a world into a database.
func (w world) store(t testing.TB, d *db.DB) {
	t.Helper()
	ctx := context.Background()
	names := func(columns map[string]expr.Type) []string {
		var out []string
		for n := range columns {
			out = append(out, n)
		}
		sort.Strings(out)
		return out
	}
	table := func(name string, first []string, columns map[string]expr.Type, more ...string) string {
		for _, n := range names(columns) {
			first = append(first, fmt.Sprintf("%q %s", n, columnTypes[columns[n].Base]))
		}
		return "CREATE TABLE " + name + " (" + strings.Join(append(first, more...), ", ") + ") {strict}"
	}
	err := d.Migrate(ctx, "expr_test",
		`CREATE TABLE sys_department (id {int} PRIMARY KEY, name {text}, parent {int}) {strict}`,
		`CREATE TABLE sys_user (id {int} PRIMARY KEY, name {text}, department {int}) {strict}`,
		table("r_customer", []string{"id {int} PRIMARY KEY"}, customerColumns, "owner {int}", "keeper {int}", "department {int}", "boss {int}", "cost {int}", "phone__b {blob}"),
		table("r_customer__lines", []string{"id {int} PRIMARY KEY", "record {int}", "pos {int}"}, lineColumns, "product {int}"),
		`CREATE TABLE r_customer__tags (record {int}, pos {int}, value {text}) {strict}`,
		`CREATE TABLE r_customer__friends (record {int}, pos {int}, value {int}) {strict}`,
		`CREATE INDEX tags_record ON r_customer__tags (record)`,
	)
	if err != nil {
		t.Fatal(err)
	}
	err = d.Write(ctx, func(tx db.Tx) error {
		put := func(table string, r record, columns ...string) error {
			values := make([]any, len(columns))
			for i, c := range columns {
				values[i] = r[c]
			}
			_, err := tx.Exec(ctx, `INSERT INTO `+table+` ("`+strings.Join(columns, `", "`)+`") VALUES (?`+strings.Repeat(", ?", len(columns)-1)+`)`, values...)
			return err
		}
		for _, r := range w["department"] {
			if err := put("sys_department", r, "id", "name", "parent"); err != nil {
				return err
			}
		}
		for _, r := range w["user"] {
			if err := put("sys_user", r, "id", "name", "department"); err != nil {
				return err
			}
		}
		for id, r := range w["customer"] {
			flat := record{}
			for k, v := range r {
				flat[k] = v
			}
			if p, ok := r["phone"].(string); ok {
				flat["phone__b"] = hash(p)
			}
			if err := put("r_customer", flat, append(names(customerColumns), "id", "owner", "keeper", "department", "boss", "cost", "phone__b")...); err != nil {
				return err
			}
			for i, v := range r["tags"].([]any) {
				if err := put("r_customer__tags", record{"record": id, "pos": int64(i), "value": v}, "record", "pos", "value"); err != nil {
					return err
				}
			}
			for i, v := range r["friends"].([]any) {
				if err := put("r_customer__friends", record{"record": id, "pos": int64(i), "value": v}, "record", "pos", "value"); err != nil {
					return err
				}
			}
			for i, line := range r["lines"].([]record) {
				flat := record{"record": id, "pos": int64(i)}
				for k, v := range line {
					flat[k] = v
				}
				if err := put("r_customer__lines", flat, append(names(lineColumns), "id", "record", "pos", "product")...); err != nil {
					return err
				}
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// found asks a database which customers meet a condition.
func found(t testing.TB, d *db.DB, cond string, params []any) ([]int64, error) {
	t.Helper()
	ctx := context.Background()
	var out []int64
	err := d.Read(ctx, func(tx db.Tx) error {
		rows, err := tx.Query(ctx, `SELECT id FROM r_customer AS t WHERE `+cond+` ORDER BY id`, params...)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var id int64
			if err := rows.Scan(&id); err != nil {
				return err
			}
			out = append(out, id)
		}
		return rows.Err()
	})
	return out, err
}

// matched asks memory the same.
func (w world) matched(e *expr.Expr, a expr.Args) ([]int64, error) {
	var out []int64
	for _, id := range w.ids() {
		ok, err := e.Test(w.customer(id), a)
		if err != nil {
			return nil, fmt.Errorf("customer %d: %w", id, err)
		}
		if ok {
			out = append(out, id)
		}
	}
	return out, nil
}
