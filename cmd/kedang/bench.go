package main

import (
	"context"
	"fmt"
	"os"
	"slices"
	"text/tabwriter"
	"time"

	"kedang/internal/access"
	"kedang/internal/record"
)

// benchCommand times a company's own lists and searches, in this process,
// reading only: to see whether a slow page is the database's fault. The
// figures beside a floor are made by `make bench` in the source.
type benchCommand struct {
	Rounds int    `default:"100" help:"How often each is asked (${default})."`
	Search string `default:"有限" help:"Words to search for (${default})."`
}

// Run prints a line for each type.
func (c *benchCommand) Run(ctx context.Context, p *place) error {
	if err := p.exists(); err != nil {
		return err
	}
	a, err := open(ctx, p, false, quiet())
	if err != nil {
		return err
	}
	defer a.close()
	actor := access.System("bench")
	w := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(w, "what\tp50\tp95\t")
	var buf []byte
	for _, t := range a.store.Schema().Types {
		if t.Table == "" {
			continue
		}
		err := c.measure(w, "list "+t.Name, func() (err error) {
			buf, err = a.store.List(ctx, actor, t.Name, record.ListQuery{}, buf[:0])
			return err
		})
		if err != nil {
			return err
		}
	}
	err = c.measure(w, "search "+c.Search, func() (err error) {
		buf, err = a.store.Search(ctx, actor, record.SearchQuery{Q: c.Search}, buf[:0])
		return err
	})
	if err != nil {
		return err
	}
	return w.Flush()
}

func (c *benchCommand) measure(w *tabwriter.Writer, what string, do func() error) error {
	times := make([]time.Duration, max(c.Rounds, 1))
	for i := range times {
		begin := time.Now()
		if err := do(); err != nil {
			return fmt.Errorf("%s: %w", what, err)
		}
		times[i] = time.Since(begin)
	}
	slices.Sort(times)
	fmt.Fprintf(w, "%s\t%s\t%s\t\n", what, times[len(times)/2].Round(time.Microsecond), times[len(times)*95/100].Round(time.Microsecond))
	return nil
}
