package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// question is one thing asked again and again.
type question struct {
	name    string
	clients []int
	ask     func(i int) (method, path, body string) // the i-th asking
	floor   func(i int) string                      // the floor's path; nil for none
}

// plain are the columns that the floor shows too.
const plain = "name,level,contact_name,remark"

// questions are the lines of the table. ids are customers, deep is the token
// of page 1,000 ("" when there are not as many).
func (b *bench) questions(ids []string, deep string) []question {
	both := []int{1, 8}
	list := "/api/v1/customer?page_size=50&filter=" + url.QueryEscape(`level == "A"`) + "&order_by=name&fields=" + plain
	get := func(path string) func(int) (string, string, string) {
		return func(int) (string, string, string) { return http.MethodGet, path, "" }
	}
	id := func(i int) string { return ids[i*7919%len(ids)] }
	out := []question{
		{"list of 50, filtered, sorted, total", both, get(list), func(int) string { return "/list" }},
		{"list of 50, declared view", both, get("/api/v1/customer?view=level_a&page_size=50"), nil},
		{"page 1 of all", []int{1}, get("/api/v1/customer?page_size=50&order_by=name&total=none&fields=" + plain), nil},
		{"get one", both, func(i int) (string, string, string) { return http.MethodGet, "/api/v1/customer/" + id(i), "" },
			func(i int) string { return "/get?id=" + id(i) }},
	}
	if deep != "" {
		out = append(out, question{"page 1,000 of all", []int{1},
			get("/api/v1/customer?page_size=50&order_by=name&total=none&fields=" + plain + "&page_token=" + url.QueryEscape(deep)), nil})
	}
	for _, s := range b.searches() {
		out = append(out, question{"search " + s.name, both,
			func(i int) (string, string, string) {
				return http.MethodGet, "/api/v1/search?q=" + url.QueryEscape(s.word(i)), ""
			},
			func(i int) string { return "/search?q=" + url.QueryEscape(s.word(i)) }})
	}
	return append(out, question{"create one, durable", both, func(i int) (string, string, string) {
		c := b.words.Company(b.rows + 1000 + i)
		raw, _ := json.Marshal(map[string]any{"name": c.Name, "kind": "organisation", "contact_name": c.Contact, "level": c.Level,
			"phones": []any{map[string]any{"number": c.Phone}}, "remark": c.Remark})
		return http.MethodPost, "/api/v1/customer", string(raw)
	}, func(int) string { return "/create" }})
}

// searching is one kind of search.
type searching struct {
	name string
	word func(i int) string
}

func (b *bench) searches() []searching {
	of := func(i int) []rune { return []rune(b.words.Company(i * 31 % b.rows).Name) }
	return []searching{
		{"two characters", func(i int) string { return string(of(i)[2:4]) }},
		{"one character", func(i int) string { return string(of(i)[2:3]) }},
		{"six characters", func(i int) string { return string(of(i)[:6]) }},
		{"initials", func(i int) string { return []string{"yqjn", "hzyq", "tjsm", "shfm", "gzdr"}[i%5] }},
		{"pinyin", func(i int) string { return []string{"yunqi", "jiangnan", "hangzhou", "ruifeng", "dingtai"}[i%5] }},
		{"tail of a phone", func(i int) string { p := b.words.Company(i * 31 % b.rows).Phone; return p[len(p)-5:] }},
		{"nothing there", func(i int) string { return []string{"饕餮", "魑魅", "貔貅"}[i%3] }},
	}
}

// measureKedang starts the server and asks it everything; ids are customers.
func (b *bench) measureKedang(ctx context.Context) (ids []string, err error) {
	s, err := b.start(ctx)
	if err != nil {
		return nil, err
	}
	defer s.stop()
	time.Sleep(3 * time.Second)
	b.add("start (ms)", float64(s.took.Milliseconds()), "%.0f", 250)
	resident, own := s.memory()
	b.add("memory idle (MB)", float64(resident)/(1<<20), "%.0f", 40)
	b.add("  of it the program's own (MB)", float64(own)/(1<<20), "%.0f", 0)
	if info, err := os.Stat(b.binary); err == nil {
		b.add("binary (MB)", float64(info.Size())/(1<<20), "%.1f", 45)
	}
	ids, deep, err := b.survey(ctx, s.base)
	if err != nil {
		return nil, err
	}
	done, peak := make(chan struct{}), make(chan int64, 1)
	go s.watch(done, peak)
	for _, q := range b.questions(ids, deep) {
		for _, n := range q.clients {
			if b.skip(q.name) {
				continue
			}
			f, err := b.drive(ctx, s, n, func(i int) (*http.Request, error) {
				method, path, body := q.ask(i)
				return http.NewRequestWithContext(ctx, method, s.base+path, strings.NewReader(body))
			})
			if err != nil {
				return nil, fmt.Errorf("%s: %w", q.name, err)
			}
			b.line(q.name, n).kedang = f
		}
	}
	close(done)
	b.add("memory at most under load (MB)", float64(<-peak)/(1<<20), "%.0f", 250)
	return ids, nil
}

// skip tells a line that was not asked for.
func (b *bench) skip(name string) bool {
	return b.only != nil && !slices.ContainsFunc(b.only, func(part string) bool { return strings.Contains(name, part) })
}

// surveyed are the lines that need ids, or the token of page 1,000.
func (b *bench) surveyed() bool {
	return !b.skip("get one") || !b.skip("page 1,000 of all")
}

// survey takes ids of customers and goes to page 1,000.
func (b *bench) survey(ctx context.Context, base string) (ids []string, deep string, err error) {
	if !b.surveyed() {
		return []string{""}, "", nil
	}
	token := ""
	for page := 1; page < 1000; page++ {
		q, err := http.NewRequestWithContext(ctx, http.MethodGet, base+"/api/v1/customer?page_size=50&order_by=name&total=none&fields="+plain+"&page_token="+url.QueryEscape(token), nil)
		if err != nil {
			return nil, "", err
		}
		var answer struct {
			Items []struct{ ID string }
			Next  string `json:"next_page_token"`
		}
		if err := b.answer(q, &answer); err != nil {
			return nil, "", err
		}
		for _, i := range answer.Items {
			ids = append(ids, i.ID)
		}
		if token = answer.Next; token == "" {
			break
		}
	}
	if len(ids) == 0 {
		return nil, "", errors.New("there are no customers")
	}
	return ids, token, nil
}

func (b *bench) answer(q *http.Request, into any) error {
	q.Header.Set("Authorization", "Bearer "+b.token)
	res, err := http.DefaultClient.Do(q)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	raw, err := io.ReadAll(res.Body)
	if err == nil && res.StatusCode/100 != 2 {
		err = fmt.Errorf("%s: %d %.300s", q.URL.Path, res.StatusCode, raw)
	}
	if err != nil || into == nil {
		return err
	}
	return json.Unmarshal(raw, into)
}

// measureFloor asks the floor the same on the same file, the server being down.
func (b *bench) measureFloor(ctx context.Context, floor string, ids []string) (err error) {
	s, err := launch(ctx, filepath.Join(b.dir, "floor.log"), "/list", func(addr string) *exec.Cmd {
		if b.url != "" {
			return exec.Command(floor, "-url", b.url, "-schema", b.schema, "-addr", addr)
		}
		return exec.Command(floor, "-db", filepath.Join(b.data(), "kedang.db"), "-addr", addr)
	})
	if err != nil {
		return err
	}
	defer s.stop()
	defer func() {
		if q, e2 := http.NewRequestWithContext(ctx, http.MethodGet, s.base+"/clean", nil); e2 == nil {
			err = errors.Join(err, b.answer(q, nil))
		}
	}()
	for _, q := range b.questions(ids, "") {
		for _, n := range q.clients {
			if q.floor == nil || b.skip(q.name) {
				continue
			}
			f, err := b.drive(ctx, s, n, func(i int) (*http.Request, error) {
				return http.NewRequestWithContext(ctx, http.MethodGet, s.base+q.floor(i), nil)
			})
			if err != nil {
				return fmt.Errorf("floor: %s: %w", q.name, err)
			}
			b.line(q.name, n).floor = f
		}
	}
	if b.skip(importing) {
		return nil
	}
	var rate struct{ Rate float64 }
	n, cpu := min(b.rows, 20000), s.cpu()
	q, err := http.NewRequestWithContext(ctx, http.MethodGet, fmt.Sprintf("%s/import?n=%d", s.base, n), nil)
	if err != nil {
		return err
	}
	if err := b.answer(q, &rate); err != nil {
		return err
	}
	b.line(importing, 1).floor = figures{rate: rate.Rate, cpu: (s.cpu() - cpu) / time.Duration(n)}
	return nil
}

// figures are what one question took.
type figures struct {
	p50, p99 time.Duration
	rate     float64       // answers a second
	cpu      time.Duration // the server's processor time for one
}

// drive asks from n clients for a while, after a short warm-up.
func (b *bench) drive(ctx context.Context, s *running, n int, make func(i int) (*http.Request, error)) (f figures, err error) {
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: n}}
	defer client.CloseIdleConnections()
	var mu sync.Mutex // guards times and failed
	var times []time.Duration
	var failed error
	var asked atomic.Int64
	cpu := s.cpu()
	warm := time.Now().Add(b.each / 5)
	end := warm.Add(b.each)
	var wg sync.WaitGroup
	for k := range n {
		wg.Add(1)
		go func() {
			defer wg.Done()
			own := []time.Duration(nil)
			for i := k; ctx.Err() == nil; i += n {
				begin := time.Now()
				if begin.After(end) {
					break
				}
				if err := b.once(client, i, make); err != nil {
					mu.Lock()
					failed = err
					mu.Unlock()
					return
				}
				asked.Add(1)
				if begin.After(warm) {
					own = append(own, time.Since(begin))
				}
			}
			mu.Lock()
			times = append(times, own...)
			mu.Unlock()
		}()
	}
	wg.Wait()
	if failed != nil || len(times) == 0 {
		return f, errors.Join(failed, ctx.Err())
	}
	slices.Sort(times)
	return figures{times[len(times)/2], times[len(times)*99/100], float64(len(times)) / b.each.Seconds(),
		(s.cpu() - cpu) / time.Duration(asked.Load())}, nil
}

func (b *bench) once(client *http.Client, i int, make func(i int) (*http.Request, error)) error {
	q, err := make(i)
	if err != nil {
		return err
	}
	q.Header.Set("Authorization", "Bearer "+b.token)
	if q.Method == http.MethodPost {
		q.Header.Set("Content-Type", "application/json")
	}
	res, err := client.Do(q)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	if res.StatusCode/100 != 2 {
		raw, _ := io.ReadAll(io.LimitReader(res.Body, 300))
		return fmt.Errorf("%d %s", res.StatusCode, raw)
	}
	_, err = io.Copy(io.Discard, res.Body)
	return err
}
