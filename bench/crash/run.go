package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"mime/multipart"
	"net/http"
	"sync"
	"time"
)

// run is one run of the test.
type run struct {
	server     server
	api        *api
	rnd        *rand.Rand
	seed       uint64
	marker     string
	clients    int
	importRows int // 0: no imports
	log        io.Writer
	pause      func() time.Duration // from the first write of a round to the kill

	writers []*writer
	imports []*importing
	killed  int
	inAir   int // kills with a write in flight
}

// importing is one import of the run.
type importing struct {
	id   string
	tag  string
	rows int
}

func newRun(s server, token string, seed uint64) *run {
	r := &run{server: s, api: newAPI(token), rnd: rand.New(rand.NewPCG(seed, 1)), seed: seed, log: io.Discard, clients: 4}
	r.marker = string([]rune("崩灾断劫厄难殃祸")[r.rnd.IntN(8)]) + fmt.Sprint(seed%10000)
	r.pause = func() time.Duration { return time.Duration(30+r.rnd.IntN(350)) * time.Millisecond }
	return r
}

// kills kills the server n times and verifies after each. It ends with the
// first thing lost.
func (r *run) kills(ctx context.Context, n int) error {
	for i := range r.clients {
		r.writers = append(r.writers, &writer{number: i, api: r.api, marker: r.marker, rnd: rand.New(rand.NewPCG(r.seed, uint64(i)+2))})
	}
	for k := range n {
		if err := r.start(ctx); err != nil {
			return err
		}
		if err := r.verify(ctx, false); err != nil {
			return fmt.Errorf("after kill %d (seed %d): %w", k, r.seed, err)
		}
		if err := r.importMore(ctx); err != nil {
			return fmt.Errorf("import: %w", err)
		}
		if err := r.round(ctx); err != nil {
			return fmt.Errorf("before kill %d (seed %d): %w", k+1, r.seed, err)
		}
		if (k+1)%10 == 0 {
			fmt.Fprintf(r.log, "%d kills, %d with a write in flight, %d writes answered\n", r.killed, r.inAir, r.answered())
		}
	}
	if err := r.start(ctx); err != nil {
		return err
	}
	if err := r.verify(ctx, true); err != nil {
		return fmt.Errorf("at the end (seed %d): %w", r.seed, err)
	}
	if err := r.finishImports(ctx); err != nil {
		return err
	}
	return r.server.Check(ctx)
}

func (r *run) start(ctx context.Context) error {
	base, err := r.server.Start(ctx)
	if err != nil {
		return err
	}
	r.api.client.CloseIdleConnections()
	r.api.base = base
	return nil
}

// round lets all clients write and kills the server under them.
func (r *run) round(ctx context.Context) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	var wg sync.WaitGroup
	refused := make([]error, len(r.writers))
	for i, w := range r.writers {
		wg.Add(1)
		go func() {
			defer wg.Done()
			refused[i] = w.loop(ctx)
		}()
	}
	time.Sleep(r.pause())
	flying := r.api.flying.Load()
	r.server.Kill()
	r.killed++
	if flying > 0 {
		r.inAir++
	}
	wg.Wait()
	return errors.Join(refused...)
}

// recent is how many of a writer's newest customers are looked at after each
// kill, and old how many of the rest; at the end it is all of them.
const (
	recent = 40
	old    = 10
)

// verify looks for everything that was answered.
func (r *run) verify(ctx context.Context, all bool) error {
	var wg sync.WaitGroup
	lost := make([]error, len(r.writers))
	for i, w := range r.writers {
		wg.Add(1)
		go func() {
			defer wg.Done()
			lost[i] = r.verifyWriter(ctx, w, all)
		}()
	}
	wg.Wait()
	return errors.Join(lost...)
}

func (r *run) verifyWriter(ctx context.Context, w *writer, all bool) error {
	if err := w.settle(ctx); err != nil {
		return err
	}
	list := w.made
	if !all && len(list) > recent {
		list = append([]*customer(nil), w.made[len(w.made)-recent:]...)
		for range old {
			list = append(list, w.made[w.rnd.IntN(len(w.made))])
		}
	}
	for i, c := range list {
		if err := w.verify(ctx, c, i%8 == 0); err != nil {
			return err
		}
	}
	return nil
}

// importMore starts an import when none is running.
func (r *run) importMore(ctx context.Context) error {
	if r.importRows == 0 {
		return nil
	}
	if n := len(r.imports); n > 0 {
		state, _, err := r.importState(ctx, r.imports[n-1])
		if err != nil || state == "waiting" || state == "running" {
			return err
		}
	}
	i := &importing{tag: fmt.Sprintf("%s导入%d", r.marker, len(r.imports)), rows: r.importRows}
	var sheet bytes.Buffer
	sheet.WriteString("客户名称,标签\n")
	for k := range i.rows {
		fmt.Fprintf(&sheet, "%s第%d家公司,%s\n", i.tag, k, i.tag)
	}
	if err := r.upload(ctx, i, sheet.Bytes()); err != nil {
		return err
	}
	r.imports = append(r.imports, i)
	return r.api.ask(ctx, http.MethodPost, "/api/v1/sys/imports/"+i.id+"/start", "", map[string]any{"mode": "create"}, nil)
}

func (r *run) upload(ctx context.Context, i *importing, sheet []byte) error {
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	part, err := form.CreateFormFile("file", i.tag+".csv")
	if err != nil {
		return err
	}
	if _, err := part.Write(sheet); err != nil {
		return err
	}
	if err := form.Close(); err != nil {
		return err
	}
	q, err := http.NewRequestWithContext(ctx, http.MethodPost, r.api.base+"/api/v1/sys/imports?type=customer", &body)
	if err != nil {
		return err
	}
	q.Header.Set("Authorization", "Bearer "+r.api.token)
	q.Header.Set("Content-Type", form.FormDataContentType())
	var answer struct{ ID string }
	err = r.api.do(q, &answer)
	i.id = answer.ID
	return err
}

func (r *run) importState(ctx context.Context, i *importing) (state string, created int, err error) {
	var s struct {
		State   string
		Created int
	}
	err = r.api.ask(ctx, http.MethodGet, "/api/v1/sys/imports/"+i.id, "", nil, &s)
	return s.State, s.Created, err
}

// finishImports waits for the running import and counts the rows of all.
func (r *run) finishImports(ctx context.Context) error {
	for _, i := range r.imports {
		state, created, err := r.importState(ctx, i)
		for begin := time.Now(); err == nil && (state == "waiting" || state == "running") && time.Since(begin) < time.Minute; {
			time.Sleep(100 * time.Millisecond)
			state, created, err = r.importState(ctx, i)
		}
		if err != nil {
			return err
		}
		n, err := r.api.count(ctx, "customer", fmt.Sprintf("has(tags, '%s')", i.tag))
		if err != nil {
			return err
		}
		if state != "done" || created != i.rows || n != i.rows {
			return fmt.Errorf("import %s of %d rows: %s, says %d created, %d are there (seed %d)", i.tag, i.rows, state, created, n, r.seed)
		}
	}
	return nil
}

func (r *run) answered() (n int64) {
	for _, w := range r.writers {
		n += w.answers
	}
	return n
}

func (r *run) summary(took time.Duration) string {
	return fmt.Sprintf("crash: %d kills, %d with a write in flight, %d writes answered, %d imports, %.0f s (seed %d)",
		r.killed, r.inAir, r.answered(), len(r.imports), took.Seconds(), r.seed)
}
