package main

import (
	"fmt"
	"io"
	"text/tabwriter"
	"time"
)

// line is one line of the table: a question, or a single figure.
type line struct {
	name          string
	clients       int
	kedang, floor figures
	single        string
}

// line finds or adds a question's line.
func (b *bench) line(name string, clients int) *line {
	for i := range b.lines {
		if b.lines[i].name == name && b.lines[i].clients == clients {
			return &b.lines[i]
		}
	}
	b.lines = append(b.lines, line{name: name, clients: clients})
	return &b.lines[len(b.lines)-1]
}

func (b *bench) add(name string, v float64, form string) {
	b.lines = append(b.lines, line{name: name, single: fmt.Sprintf(form, v)})
}

// print writes the table: times in milliseconds, the floor's share last.
func (b *bench) print(w io.Writer) {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(t, "what\tclients\tp50 ms\tp99 ms\tper s\tfloor p50\tfloor per s\tof the floor\t")
	for _, l := range b.lines {
		if l.single != "" {
			fmt.Fprintf(t, "%s\t\t\t\t%s\t\t\t\t\n", l.name, l.single)
			continue
		}
		fmt.Fprintf(t, "%s\t%d\t%s\t%s\t%.0f\t", l.name, l.clients, ms(l.kedang.p50), ms(l.kedang.p99), l.kedang.rate)
		if l.floor.rate > 0 {
			fmt.Fprintf(t, "%s\t%.0f\t%.2f\t\n", ms(l.floor.p50), l.floor.rate, l.kedang.rate/l.floor.rate)
		} else {
			fmt.Fprint(t, "\t\t\t\n")
		}
	}
	t.Flush()
}

func ms(d time.Duration) string { return fmt.Sprintf("%.2f", float64(d.Microseconds())/1000) }
