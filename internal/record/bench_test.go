package record_test

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"kedang/internal/access"
	"kedang/internal/db"
	"kedang/internal/record"
	"kedang/internal/record/recordtest"
)

// benchRows is how many customers the benchmarks run on; KEDANG_BENCH_ROWS
// sets another number.
func benchRows() int {
	if n, err := strconv.Atoi(os.Getenv("KEDANG_BENCH_ROWS")); err == nil {
		return n
	}
	return 100_000
}

var (
	benchSurnames = []rune("王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾萧田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈")
	benchGiven    = []rune("伟芳娜秀英敏静丽强磊军洋勇艳杰娟涛明超兰霞平刚桂丰玉华建国文斌鑫宇浩轩子涵欣怡梓佳雪梅")
	benchPlaces   = []string{"上海", "北京", "深圳", "杭州", "苏州", "宁波", "广州", "成都", "武汉", "南京", "青岛", "厦门"}
	benchWords    = []rune("华联中盛恒信达隆泰瑞丰源鼎诚德兴宏远东方海天金龙国际新世纪")
	benchTrades   = []string{"酒店管理", "物业服务", "建材", "机械制造", "电子科技", "食品", "服装", "装饰工程", "物流", "咨询"}
)

// benchCustomer is a customer as a list from another system has them.
func benchCustomer(r *rand.Rand, i int) record.Values {
	pick := func(from []rune) string { return string(from[r.IntN(len(from))]) }
	v := record.Values{"phones": []any{fmt.Sprintf("1%d%09d", 3+r.IntN(7), r.IntN(1e9))}}
	if i%3 > 0 {
		v["name"] = benchPlaces[r.IntN(len(benchPlaces))] + pick(benchWords) + pick(benchWords) + benchTrades[r.IntN(len(benchTrades))] + "有限公司"
		v["kind"], v["contact_name"] = "organisation", pick(benchSurnames)+pick(benchGiven)
	} else {
		v["name"], v["kind"] = pick(benchSurnames)+pick(benchGiven)+pick(benchGiven), "person"
	}
	v["level"] = [...]string{"A", "B", "C"}[r.IntN(3)]
	v["external_no"] = fmt.Sprintf("K%07d", i)
	v["region"] = benchPlaces[r.IntN(len(benchPlaces))]
	v["address"] = v["region"].(string) + "市中山路" + strconv.Itoa(r.IntN(999)) + "号"
	v["remark"] = "老客户介绍，月底前回访，偏好" + benchTrades[r.IntN(len(benchTrades))]
	v["emails"] = []any{fmt.Sprintf("c%d@example.com", r.IntN(1e8))}
	return v
}

// loaded opens an engine on a real disk, synced, and fills it.
func loaded(b *testing.B) (e *recordtest.Env, admin *access.Actor) {
	b.Helper()
	ctx := context.Background()
	d, err := db.Open(ctx, db.Config{Dir: b.TempDir()})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { d.Close() })
	e = recordtest.Open(b, d, recordtest.Packs("core", "general"))
	admin = e.Admin()
	reps := make([]*access.Actor, 20)
	for i := range reps {
		reps[i] = e.User("rep"+strconv.Itoa(i), "rep", "sh")
	}
	r := rand.New(rand.NewPCG(1, 2))
	begin := time.Now()
	for done := 0; done < benchRows(); done += 500 {
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
	b.Logf("Bulk: %.0f rows/s", float64(benchRows())/time.Since(begin).Seconds())
	if err := d.Maintain(ctx); err != nil {
		b.Fatal(err)
	}
	return e, admin
}

// BenchmarkEngine measures what DESIGN promises of the engine itself, without
// HTTP: KEDANG_BENCH_ROWS=100000 go test -run - -bench Engine ./internal/record
func BenchmarkEngine(b *testing.B) {
	e, admin := loaded(b)
	ctx := context.Background()
	rep := e.User("rep1", "rep", "sh")
	lists := map[string]record.ListQuery{
		"ListFiltered": {Filter: `level == "A"`, OrderBy: "name"},
		"ListNewest":   {OrderBy: "-created_at"},
		"ListNoTotal":  {OrderBy: "name", Total: "none"},
	}
	for _, name := range []string{"ListFiltered", "ListNewest", "ListNoTotal"} {
		q := lists[name]
		for who, a := range map[string]*access.Actor{"all": admin, "own": rep} {
			b.Run(name+"/"+who, func(b *testing.B) {
				timed(b, 1, func(int) error { _, err := e.Store.List(ctx, a, "customer", q, nil); return err })
			})
			b.Run(name+"8/"+who, func(b *testing.B) {
				timed(b, 8, func(int) error { _, err := e.Store.List(ctx, a, "customer", q, nil); return err })
			})
		}
	}
	ids := someIDs(b, e, admin)
	b.Run("Get8", func(b *testing.B) {
		timed(b, 8, func(i int) error {
			_, _, err := e.Store.Get(ctx, admin, "customer", ids[i%len(ids)], record.GetQuery{}, nil)
			return err
		})
	})
	searches(b, e, admin, rep)
	var made atomic.Int64
	for _, clients := range []int{1, 8, 32} {
		b.Run("Create"+strconv.Itoa(clients), func(b *testing.B) {
			r := rand.New(rand.NewPCG(3, uint64(clients*b.N)))
			values := make([]record.Values, b.N)
			for i := range values {
				values[i] = benchCustomer(r, 10_000_000+int(made.Add(1)))
			}
			timed(b, clients, func(i int) error {
				_, err := e.Store.Create(ctx, admin, "customer", values[i], record.WriteOptions{})
				return err
			})
		})
	}
	b.Run("Update8", func(b *testing.B) {
		timed(b, 8, func(i int) error {
			_, err := e.Store.Update(ctx, admin, "customer", ids[i%len(ids)], record.Values{"region": "第" + strconv.Itoa(i)}, 0, record.WriteOptions{})
			return err
		})
	})
}

func searches(b *testing.B, e *recordtest.Env, admin, rep *access.Actor) {
	for _, q := range []struct{ name, q string }{
		{"two", "张伟"}, {"one", "王"}, {"common", "有限"}, {"pinyin", "zhangwei"}, {"initials", "zw"}, {"letter", "z"},
		{"head", "138"}, {"tail", "5678"}, {"body", "中山路"}, {"none", "鑃鑃"}, {"words", "上海 酒店"}, {"three", "酒店管"},
	} {
		for who, a := range map[string]*access.Actor{"all": admin, "own": rep} {
			b.Run("Search/"+q.name+"/"+who, func(b *testing.B) {
				timed(b, 1, func(int) error {
					_, err := e.Store.Search(context.Background(), a, record.SearchQuery{Q: q.q}, nil)
					return err
				})
			})
		}
	}
	mixed := []string{"张伟", "王伟", "酒店", "zhangwei", "lq", "8000", "1391", "上海华", "李娜 12", "恒信"}
	b.Run("Search8", func(b *testing.B) {
		timed(b, 8, func(i int) error {
			_, err := e.Store.Search(context.Background(), admin, record.SearchQuery{Q: mixed[i%len(mixed)]}, nil)
			return err
		})
	})
}

func someIDs(b *testing.B, e *recordtest.Env, a *access.Actor) []int64 {
	raw, err := e.Store.List(context.Background(), a, "customer", record.ListQuery{PageSize: 1000, Total: "none", Fields: []string{"id"}}, nil)
	if err != nil {
		b.Fatal(err)
	}
	var page struct{ Items []struct{ ID string } }
	if err := json.Unmarshal(raw, &page); err != nil {
		b.Fatal(err)
	}
	var out []int64
	for _, i := range page.Items {
		id, err := db.ParseID(i.ID)
		if err != nil {
			b.Fatal(err)
		}
		out = append(out, id)
	}
	return out
}

// timed runs do b.N times by so many callers at once and reports the median
// time of one and how many were done in a second.
func timed(b *testing.B, callers int, do func(i int) error) {
	b.ReportAllocs()
	times := make([]time.Duration, b.N)
	var next atomic.Int64
	var failed atomic.Value
	var wg sync.WaitGroup
	b.ResetTimer()
	begin, used := time.Now(), processTime()
	for range callers {
		wg.Go(func() {
			for i := int(next.Add(1)) - 1; i < b.N; i = int(next.Add(1)) - 1 {
				at := time.Now()
				if err := do(i); err != nil {
					failed.Store(err)
					return
				}
				times[i] = time.Since(at)
			}
		})
	}
	wg.Wait()
	b.StopTimer()
	used = processTime() - used
	if err, ok := failed.Load().(error); ok {
		b.Fatal(err)
	}
	slices.Sort(times)
	b.ReportMetric(float64(b.N)/time.Since(begin).Seconds(), "/s")
	b.ReportMetric(float64(times[len(times)/2].Microseconds())/1000, "p50-ms")
	b.ReportMetric(float64(used.Microseconds())/1000/float64(b.N), "cpu-ms")
}

// processTime is the processor's time this process has had: on a machine that
// others use too, it tells more than the clock.
func processTime() time.Duration {
	var u syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &u) != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
