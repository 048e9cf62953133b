package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"strconv"
)

// customer is what a writer knows of one record of his.
type customer struct {
	id     string
	name   string
	rev    int64  // as last answered
	remark string // as last answered
	paid   int64  // sum of payments answered, in cents
}

// pending is a write that got no answer.
type pending struct {
	key, method, path string
	body              map[string]any
	done              func(answer saved) // notes what it did, once it is answered
}

// saved is what the server answers to a write.
type saved struct {
	ID  string
	Rev int64
}

// writer is one client. It sends one write at a time and remembers each answer.
type writer struct {
	number  int
	api     *api
	rnd     *rand.Rand
	marker  string // in all names of this run
	made    []*customer
	unsure  *pending
	serial  int
	answers int64
}

// loop writes until ctx ends or no answer comes. It gives the refusal when one
// was refused, which nothing here should be.
func (w *writer) loop(ctx context.Context) error {
	for ctx.Err() == nil {
		if err := w.send(ctx, w.next()); err != nil {
			var r *refusal
			if errors.As(err, &r) && r.status != http.StatusServiceUnavailable {
				return fmt.Errorf("client %d: %w", w.number, err)
			}
			return nil
		}
	}
	return nil
}

// send sends a write and notes the answer, or that there was none.
func (w *writer) send(ctx context.Context, p *pending) error {
	w.unsure = p
	var answer saved
	if err := w.api.ask(ctx, p.method, p.path, p.key, p.body, &answer); err != nil {
		return err
	}
	w.unsure = nil
	w.answers++
	p.done(answer)
	return nil
}

// next makes up a write: a new customer, a change of one, or a payment.
func (w *writer) next() *pending {
	w.serial++
	key := fmt.Sprintf("crash-%s-%d-%d", w.marker, w.number, w.serial)
	dice := w.rnd.IntN(10)
	if len(w.made) == 0 || dice < 5 {
		c := &customer{name: fmt.Sprintf("%s%d号%d分店", w.marker, w.number, w.serial), remark: "v" + strconv.Itoa(w.serial)}
		return &pending{key: key, method: http.MethodPost, path: "/api/v1/customer",
			body: map[string]any{"name": c.name, "kind": "organisation", "remark": c.remark, "tags": []string{"crash", c.remark},
				"phones": []any{map[string]any{"number": fmt.Sprintf("138%02d%06d", w.number, w.serial)}}},
			done: func(a saved) { c.id, c.rev = a.ID, a.Rev; w.made = append(w.made, c) }}
	}
	c := w.made[w.rnd.IntN(len(w.made))]
	if dice < 8 {
		remark := "v" + strconv.Itoa(w.serial)
		return &pending{key: key, method: http.MethodPatch, path: "/api/v1/customer/" + c.id,
			body: map[string]any{"remark": remark, "tags": []string{"crash", remark}},
			done: func(a saved) { c.rev, c.remark = a.Rev, remark }}
	}
	cents := int64(1 + w.rnd.IntN(100000))
	return &pending{key: key, method: http.MethodPost, path: "/api/v1/payment",
		body: map[string]any{"customer": c.id, "amount": fmt.Sprintf("%d.%02d", cents/100, cents%100)},
		done: func(saved) { c.paid += cents }}
}

// settle sends the write that got no answer once more; its key makes it happen
// once, whether or not it had.
func (w *writer) settle(ctx context.Context) error {
	if w.unsure == nil {
		return nil
	}
	if err := w.send(ctx, w.unsure); err != nil {
		return fmt.Errorf("a write that had no answer, sent again with its key: %w", err)
	}
	return nil
}

// verify looks at one customer: everything answered is there.
func (w *writer) verify(ctx context.Context, c *customer, search bool) error {
	var got struct {
		Name, Remark string
		Rev          int64
		Tags         []string
		Paid         string `json:"paid_total"`
	}
	if err := w.api.ask(ctx, http.MethodGet, "/api/v1/customer/"+c.id, "", nil, &got); err != nil {
		return fmt.Errorf("answered, and gone: %s (%s): %w", c.name, c.id, err)
	}
	switch {
	case got.Rev < c.rev:
		return fmt.Errorf("%s: answered revision %d, stored %d", c.name, c.rev, got.Rev)
	case got.Name != c.name || got.Remark != c.remark:
		return fmt.Errorf("%s: answered %q, stored %q %q", c.name, c.remark, got.Name, got.Remark)
	case got.Tags != nil && (len(got.Tags) != 2 || got.Tags[1] != c.remark):
		return fmt.Errorf("%s: half a write: remark %q, tags %v", c.name, c.remark, got.Tags)
	case got.Paid != "" && cents(got.Paid) != c.paid:
		return fmt.Errorf("%s: %d cents of payments answered, roll-up %s", c.name, c.paid, got.Paid)
	}
	if !search {
		return nil
	}
	ok, err := w.api.finds(ctx, c.name, c.id)
	if err == nil && !ok {
		err = fmt.Errorf("%s (%s): stored, and not found by its name", c.name, c.id)
	}
	return err
}

// cents reads "12.50".
func cents(s string) int64 {
	f, err := strconv.ParseFloat(s, 64)
	if err != nil {
		return -1
	}
	return int64(f*100 + 0.5)
}
