package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"sync/atomic"
	"time"
)

// api speaks to the server of the moment.
type api struct {
	base   string
	token  string
	client *http.Client
	flying *atomic.Int64 // writes sent and not answered
}

func newAPI(token string) *api {
	return &api{token: token, flying: &atomic.Int64{}, client: &http.Client{Timeout: 30 * time.Second,
		Transport: &http.Transport{MaxIdleConnsPerHost: 64}}}
}

// refusal is an answer other than success.
type refusal struct {
	status int
	body   string
}

// Error shows the answer.
func (r *refusal) Error() string { return fmt.Sprintf("%d %.300s", r.status, r.body) }

// ask sends a request; key is the Idempotency-Key, "" for none. An error that
// is no refusal means that no answer came.
func (a *api) ask(ctx context.Context, method, path, key string, body, into any) error {
	var in io.Reader
	if body != nil {
		raw, err := json.Marshal(body)
		if err != nil {
			return err
		}
		in = bytes.NewReader(raw)
	}
	q, err := http.NewRequestWithContext(ctx, method, a.base+path, in)
	if err != nil {
		return err
	}
	q.Header.Set("Authorization", "Bearer "+a.token)
	q.Header.Set("Content-Type", "application/json")
	if key != "" {
		q.Header.Set("Idempotency-Key", key)
		a.flying.Add(1)
		defer a.flying.Add(-1)
	}
	return a.do(q, into)
}

func (a *api) do(q *http.Request, into any) error {
	res, err := a.client.Do(q)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	raw, err := io.ReadAll(res.Body)
	if err != nil {
		return err // cut off: no answer
	}
	if res.StatusCode/100 != 2 {
		return &refusal{res.StatusCode, string(raw)}
	}
	if into == nil {
		return nil
	}
	return json.Unmarshal(raw, into)
}

// patience is how often a count is asked for that a busy machine gives up as
// too slow.
const patience = 20

// count is how many records of a type a filter finds.
func (a *api) count(ctx context.Context, typ, filter string) (int, error) {
	var page struct {
		Total struct {
			Count int
		}
	}
	for try := 1; ; try++ {
		err := a.ask(ctx, http.MethodGet, "/api/v1/"+typ+"?total=exact&page_size=1&filter="+url.QueryEscape(filter), "", nil, &page)
		var no *refusal
		if !errors.As(err, &no) || no.status != http.StatusServiceUnavailable || try == patience {
			return page.Total.Count, err
		}
		time.Sleep(500 * time.Millisecond)
	}
}

// finds tells whether search finds a record by words.
func (a *api) finds(ctx context.Context, words, id string) (bool, error) {
	var page struct {
		Items []struct{ ID string }
	}
	if err := a.ask(ctx, http.MethodGet, "/api/v1/search?q="+url.QueryEscape(words), "", nil, &page); err != nil {
		return false, err
	}
	for _, i := range page.Items {
		if i.ID == id {
			return true, nil
		}
	}
	return false, nil
}

// healthy tells whether a server answers.
func healthy(ctx context.Context, base string) bool {
	ctx, cancel := context.WithTimeout(ctx, time.Second)
	defer cancel()
	q, err := http.NewRequestWithContext(ctx, http.MethodGet, base+"/healthz", nil)
	if err != nil {
		return false
	}
	res, err := http.DefaultClient.Do(q)
	if err != nil {
		return false
	}
	res.Body.Close()
	return res.StatusCode == http.StatusOK
}
