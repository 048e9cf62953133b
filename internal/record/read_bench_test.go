package record_test

import (
	"context"
	"database/sql"
	"errors"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"kedang/internal/access"
	"kedang/internal/db"
	"kedang/internal/han"
	"kedang/internal/meta"
	"kedang/internal/record"
	"kedang/internal/record/recordtest"
)

// The benchmarks of reading run on a database that is kept, because a million
// rows take their time to make: KEDANG_BENCH_DIR names its directory, or
// KEDANG_BENCH_POSTGRES a server, and KEDANG_BENCH_ROWS how many customers it
// is to have.
//
//	KEDANG_BENCH_DIR=/tmp/million KEDANG_BENCH_ROWS=1000000 go test -run - -bench Reading -benchtime 300x -timeout 0 ./internal/record
//
// They are asked by an administrator, by the manager of a branch that has 5 %
// of the customers, and by a rep who has 0.5 %.

// kept opens the kept database and fills it up to benchRows.
func kept(b *testing.B) (e *recordtest.Env, who map[string]*access.Actor) {
	b.Helper()
	dir, url := os.Getenv("KEDANG_BENCH_DIR"), os.Getenv("KEDANG_BENCH_POSTGRES")
	if dir == "" {
		b.Skip("KEDANG_BENCH_DIR is not set")
	}
	ctx := context.Background()
	c := db.Config{Dir: dir}
	if url != "" {
		c = db.Config{URL: url, Schema: "bench_" + strconv.Itoa(benchRows())}
		if err := os.MkdirAll(dir, 0o700); err != nil {
			b.Fatal(err)
		}
	}
	d, err := db.Open(ctx, c)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { d.Close() })
	e = recordtest.OpenIn(b, d, recordtest.Packs("core", "general"), dir)
	person := func(name, role string, department int64) *access.Actor {
		a, err := personOf(ctx, e, name, role, department)
		if err != nil {
			b.Fatal(err)
		}
		return a
	}
	who = map[string]*access.Actor{"all": person("boss", access.AdminRole, 0)}
	var reps []*access.Actor
	for branch := range 20 {
		head := departmentOf(b, e, "b"+strconv.Itoa(branch), 0)
		for team := range 2 {
			below := departmentOf(b, e, "b"+strconv.Itoa(branch)+"t"+strconv.Itoa(team), head)
			for range 5 {
				reps = append(reps, person("rep"+strconv.Itoa(len(reps)), "rep", below))
			}
		}
		if branch == 7 {
			who["tree"] = person("manager", "branch_manager", head)
		}
	}
	who["own"] = reps[77]
	populate(b, e, who["all"], reps)
	if err := e.Store.MergeSearch(ctx); err != nil { // as it is after an import and every night
		b.Fatal(err)
	}
	return e, who
}

func departmentOf(b *testing.B, e *recordtest.Env, code string, parent int64) (id int64) {
	b.Helper()
	err := e.DB.Read(context.Background(), func(tx db.Tx) error {
		return tx.QueryRow(context.Background(), "SELECT id FROM sys_department WHERE code = ?", []any{code}, &id)
	})
	if errors.Is(err, sql.ErrNoRows) {
		id, err = e.Access.CreateDepartment(context.Background(), access.System("test"), access.NewDepartment{Code: code, Name: code, Parent: parent})
	}
	if err != nil {
		b.Fatal(err)
	}
	return id
}

func personOf(ctx context.Context, e *recordtest.Env, name, role string, department int64) (*access.Actor, error) {
	var id int64
	err := e.DB.Read(ctx, func(tx db.Tx) error {
		return tx.QueryRow(ctx, "SELECT id FROM sys_user WHERE username = ?", []any{name}, &id)
	})
	if errors.Is(err, sql.ErrNoRows) {
		id, err = e.Access.CreateUser(ctx, access.System("test"), access.NewUser{Username: name, Name: name, Roles: []string{role}, Department: department})
	}
	if err != nil {
		return nil, err
	}
	a, err := e.Access.ActorOf(ctx, access.System("test"), id)
	if err != nil {
		return nil, err
	}
	return a.From("api"), nil
}

// madeWhole is how many customers are written through the engine; the others of
// a larger database are copies of them, older and with other numbers.
const madeWhole = 100_000

// populate adds customers until there are as many as wanted.
func populate(b *testing.B, e *recordtest.Env, admin *access.Actor, reps []*access.Actor) {
	b.Helper()
	ctx := context.Background()
	t, _ := e.Store.Schema().Type("customer")
	var have int64
	err := e.DB.Read(ctx, func(tx db.Tx) error {
		return tx.QueryRow(ctx, `SELECT count(*) FROM "`+t.Table+`"`, nil, &have)
	})
	if err != nil {
		b.Fatal(err)
	}
	if int(have) >= benchRows() {
		return
	}
	begin := time.Now()
	r := rand.New(rand.NewPCG(1, uint64(have)))
	for done := int(have); done < min(benchRows(), madeWhole); done += 500 {
		ops := make([]record.Op, 500)
		for i := range ops {
			ops[i] = record.Op{Verb: "create", Type: "customer", Values: benchCustomer(r, done+i)}
			ops[i].Values["owner"] = db.FormatID(reps[r.IntN(len(reps))].ID)
		}
		out, err := e.Store.Bulk(ctx, admin, ops, record.WriteOptions{Source: "import 1"}, nil)
		if err != nil {
			b.Fatal(err)
		}
		for _, res := range out {
			if res.Err != nil {
				b.Fatal(code(res.Err))
			}
		}
		e.Advance(time.Second)
	}
	b.Logf("written by %s", time.Since(begin))
	if err := multiply(ctx, e, t, benchRows()/madeWhole-1); err != nil {
		b.Fatal(err)
	}
	b.Logf("copied by %s", time.Since(begin))
	if err := e.DB.Maintain(ctx); err != nil {
		b.Fatal(err)
	}
}

// multiply copies all customers n times, row by row as the engine stored them.
func multiply(ctx context.Context, e *recordtest.Env, t *meta.Type, n int) error {
	if n <= 0 {
		return nil
	}
	toks := "SELECT id AS doc, type, toks FROM search"
	if e.DB.Dialect() == db.SQLite {
		toks = "SELECT doc, (SELECT type FROM search WHERE rowid = doc) AS type, toks FROM bench_toks"
		err := e.DB.WriteAlone(ctx, func(tx db.Tx) error {
			for _, step := range []string{"CREATE VIRTUAL TABLE temp.bench_vocab USING fts5vocab('main', 'search', 'instance')",
				"CREATE TABLE bench_toks AS SELECT doc, group_concat(term, ' ') AS toks FROM temp.bench_vocab GROUP BY doc ORDER BY doc",
				"DROP TABLE temp.bench_vocab"} {
				if _, err := tx.Exec(ctx, step); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	for k := 1; k <= n; k++ {
		if err := e.DB.WriteAlone(ctx, func(tx db.Tx) error { return copyOnce(ctx, tx, t, toks, int64(k)) }); err != nil {
			return err
		}
	}
	return nil
}

// copyOnce makes the k-th copy.
func copyOnce(ctx context.Context, tx db.Tx, t *meta.Type, toks string, k int64) error {
	var first, last int64
	if err := tx.QueryRow(ctx, `SELECT min(id), max(id) FROM "`+t.Table+`" WHERE number LIKE 'C%'`, nil, &first, &last); err != nil {
		return err
	}
	back := strconv.FormatInt(k*(last-first+1), 10)
	columns, err := columnNames(ctx, tx, t.Table)
	if err != nil {
		return err
	}
	values := make([]string, len(columns))
	for i, c := range columns {
		values[i] = `"` + c + `"`
		columns[i] = values[i]
		switch c {
		case "id":
			values[i] = "id - " + back
		case "number":
			values[i] = "'D" + strconv.FormatInt(k, 10) + "' || number"
		case "created_at", "updated_at":
			values[i] = c + " - " + strconv.FormatInt(k*1_000_000_000, 10)
		}
	}
	steps := []string{`INSERT INTO "` + t.Table + `" (` + strings.Join(columns, ", ") + `) SELECT ` + strings.Join(values, ", ") + ` FROM "` + t.Table + `" WHERE number LIKE 'C%' ORDER BY id`}
	for _, f := range t.Fields {
		if f.Kind.Storage() == meta.InSide {
			steps = append(steps, `INSERT INTO "`+f.Table+`" (record, pos, value, extra) SELECT record - `+back+`, pos, value, extra FROM "`+f.Table+
				`" WHERE record >= `+strconv.FormatInt(first, 10))
		}
	}
	id := "rowid"
	if tx.Dialect() == db.Postgres {
		id = "id"
	}
	steps = append(steps, "INSERT INTO search ("+id+", type, toks) SELECT doc - "+back+", type, toks FROM ("+toks+") AS x WHERE doc >= "+strconv.FormatInt(first, 10)+" ORDER BY doc")
	for _, step := range steps {
		if _, err := tx.Exec(ctx, step); err != nil {
			return err
		}
	}
	return nil
}

func columnNames(ctx context.Context, tx db.Tx, table string) (out []string, err error) {
	query := "SELECT name FROM pragma_table_info(?)"
	if tx.Dialect() == db.Postgres {
		query = "SELECT column_name::text FROM information_schema.columns WHERE table_schema = current_schema() AND table_name = ? ORDER BY ordinal_position"
	}
	rows, err := tx.Query(ctx, query, table)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			return nil, err
		}
		out = append(out, name)
	}
	return out, rows.Err()
}

// asked are the kinds of searches of TECH C, and some of our own.
var asked = []struct{ name, q string }{
	{"exact", "张伟"}, {"starts1", "王"}, {"contains1", "丰"}, {"two", "华联"}, {"three", "酒店管"}, {"common", "有限"},
	{"letter", "z"}, {"initials", "zw"}, {"shortpinyin", "li"}, {"zha", "zha"}, {"pinyin", "zhangwei"}, {"longpinyin", "shanghaihua"},
	{"head", "138"}, {"tail2", "78"}, {"tail4", "5678"}, {"tail6", "135678"}, {"none", "鑃鑃"}, {"words", "王 5678"}, {"words2", "上海 酒店"},
	{"body", "中山路"}, {"number", "C2026-000123"},
}

// BenchmarkReading measures searches, lists and single records at three widths
// of rights.
func BenchmarkReading(b *testing.B) {
	e, who := kept(b)
	ctx := context.Background()
	widths := []string{"all", "tree", "own"}
	for _, q := range asked {
		for _, w := range widths {
			b.Run("Search/"+q.name+"/"+w, func(b *testing.B) {
				timed(b, 1, func(int) error {
					_, err := e.Store.Search(ctx, who[w], record.SearchQuery{Q: q.q}, nil)
					return err
				})
			})
		}
	}
	lists := []struct {
		name string
		q    record.ListQuery
	}{
		{"Default", record.ListQuery{}}, {"Newest", record.ListQuery{OrderBy: "-created_at"}},
		{"Filtered", record.ListQuery{Filter: `level == "A"`, OrderBy: "name"}},
		{"View", record.ListQuery{View: "level_a"}}, {"Mine", record.ListQuery{View: "mine"}},
		{"Recent", record.ListQuery{View: "recent"}}, {"Unindexed", record.ListQuery{Filter: `region == "上海"`}},
		{"TagRare", record.ListQuery{Filter: `has(tags, "罕见标签")`, OrderBy: "name"}}, {"TagCommon", record.ListQuery{Filter: `has(tags, "常见标签")`, OrderBy: "name"}},
		{"TagNone", record.ListQuery{Filter: `has(tags, "没有这个标签") and level == "A"`, OrderBy: "name"}},
		{"UnindexedNone", record.ListQuery{Filter: `region == "天上"`}},
	}
	for _, l := range lists {
		for _, w := range widths {
			b.Run("List/"+l.name+"/"+w, func(b *testing.B) {
				timed(b, 1, func(int) error { _, err := e.Store.List(ctx, who[w], "customer", l.q, nil); return err })
			})
		}
	}
	for _, w := range widths {
		ids := someIDs(b, e, who[w])
		slices.Sort(ids)
		b.Run("Get/"+w, func(b *testing.B) {
			timed(b, 1, func(i int) error {
				_, _, err := e.Store.Get(ctx, who[w], "customer", ids[i%len(ids)], record.GetQuery{}, nil)
				return err
			})
		})
	}
}

// BenchmarkAlike measures the search for likely doubles while a name is typed,
// by keys, beside what it did before: a second search for names that hold it.
func BenchmarkAlike(b *testing.B) {
	e, who := kept(b)
	ctx := context.Background()
	names := []string{"张江王府酒店管理有限公司", "上海华联大酒店", "陆家嘴金茂物业", "丰源电子科技有限公司"}
	try := func(w, name string) error {
		_, err := e.Store.Try(ctx, who[w], "customer", 0, record.Values{"name": name, "kind": "organisation"})
		return err
	}
	for _, w := range []string{"all", "tree", "own"} {
		b.Run("Keys/"+w, func(b *testing.B) {
			timed(b, 1, func(i int) error { return try(w, names[i%len(names)]) })
		})
		b.Run("Search/"+w, func(b *testing.B) {
			timed(b, 1, func(i int) error {
				name := names[i%len(names)]
				for _, key := range han.AlikeAsked(name)[:2] {
					if _, err := e.Store.Search(ctx, who[w], record.SearchQuery{Q: strings.TrimLeft(key, "=~"), Types: []string{"customer"}, Limit: 8}, nil); err != nil {
						return err
					}
				}
				return try(w, name)
			})
		})
	}
}
