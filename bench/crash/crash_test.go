package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"
)

// fake is a server in this process. It keeps what it stored over a kill, and
// loses what it had not stored yet.
type fake struct {
	early bool // answers first, stores a moment later

	mu     sync.Mutex // guards what follows
	stored map[string]map[string]any
	keys   map[string]string // Idempotency-Key -> id
	alive  chan struct{}
	http   *http.Server
}

func (f *fake) Start(context.Context) (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.alive = make(chan struct{})
	f.http = &http.Server{Handler: http.HandlerFunc(f.serve)}
	go f.http.Serve(l)
	return "http://" + l.Addr().String(), nil
}

func (f *fake) Kill() {
	f.mu.Lock()
	close(f.alive)
	f.mu.Unlock()
	f.http.Close()
}

func (f *fake) Check(context.Context) error { return nil }

// serve knows customers and payments, as little as the run needs.
func (f *fake) serve(w http.ResponseWriter, r *http.Request) {
	path := strings.TrimPrefix(r.URL.Path, "/api/v1/")
	f.mu.Lock()
	defer f.mu.Unlock()
	switch {
	case path == "search":
		f.search(w, r.URL.Query().Get("q"))
	case r.Method == http.MethodGet:
		c, ok := f.stored[strings.TrimPrefix(path, "customer/")]
		if !ok {
			http.NotFound(w, r)
			return
		}
		json.NewEncoder(w).Encode(c)
	default:
		f.write(w, r, path)
	}
}

func (f *fake) search(w http.ResponseWriter, q string) {
	items := []any{}
	for id, c := range f.stored {
		if c["name"] == q {
			items = append(items, map[string]any{"id": id})
		}
	}
	json.NewEncoder(w).Encode(map[string]any{"items": items})
}

func (f *fake) write(w http.ResponseWriter, r *http.Request, path string) {
	var body map[string]any
	if json.NewDecoder(r.Body).Decode(&body) != nil {
		http.Error(w, "bad body", http.StatusBadRequest)
		return
	}
	id := f.keys[r.Header.Get("Idempotency-Key")]
	fresh := id == ""
	if fresh {
		id = fmt.Sprintf("id%d", len(f.keys))
	}
	if rest, ok := strings.CutPrefix(path, "customer/"); ok {
		id = rest
	}
	c := map[string]any{"rev": 1}
	for name, v := range f.stored[id] {
		c[name] = v
	}
	for name, v := range body {
		c[name] = v
	}
	f.keys[r.Header.Get("Idempotency-Key")] = id
	store := func() {
		if path != "payment" {
			f.stored[id] = c
		}
	}
	if f.early {
		alive := f.alive
		time.AfterFunc(15*time.Millisecond, func() {
			f.mu.Lock()
			defer f.mu.Unlock()
			select {
			case <-alive: // killed meanwhile: lost
			default:
				store()
			}
		})
	} else {
		store()
	}
	json.NewEncoder(w).Encode(map[string]any{"id": id, "rev": 1})
}

func runOn(t *testing.T, f *fake) error {
	t.Helper()
	f.stored, f.keys = map[string]map[string]any{}, map[string]string{}
	r := newRun(f, "token", 7)
	r.pause = func() time.Duration { return 40 * time.Millisecond }
	return r.kills(t.Context(), 4)
}

// TestAnEarlyAnswerIsCaught holds the test to its purpose: a server that
// answers before it has stored loses something, and the run says so.
func TestAnEarlyAnswerIsCaught(t *testing.T) {
	err := runOn(t, &fake{early: true})
	if err == nil {
		t.Fatal("a server that answers before it stores was not caught")
	}
	if !strings.Contains(err.Error(), "answered") {
		t.Fatalf("caught for another reason: %v", err)
	}
}

// TestAnHonestServerPasses holds it not to cry wolf.
func TestAnHonestServerPasses(t *testing.T) {
	if err := runOn(t, &fake{}); err != nil {
		t.Fatal(err)
	}
}
