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
	single, goal  string
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

// add adds a single figure; most is the goal, 0 for none.
func (b *bench) add(name string, v float64, form string, most float64) {
	l := line{name: name, single: fmt.Sprintf(form, v)}
	switch {
	case most == 0:
	case v <= most:
		l.goal = fmt.Sprintf("≤ %.0f met", most)
	default:
		l.goal = fmt.Sprintf("≤ %.0f not met", most)
	}
	b.lines = append(b.lines, l)
}

// print writes the table: times in milliseconds, and beside ours the floor's.
// "cpu" is the server's own processor time for one answer or row: on a machine
// that others use too it says more than the time that passed.
func (b *bench) print(w io.Writer) {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(t, "what\tclients\tp50 ms\tp99 ms\tper s\tcpu ms\tfloor p50\tper s\tcpu ms\tof the floor\tgoal\t")
	for i := range b.lines {
		l := &b.lines[i]
		if l.single != "" {
			fmt.Fprintf(t, "%s\t\t\t\t%s\t\t\t\t\t\t%s\t\n", l.name, l.single, l.goal)
			continue
		}
		fmt.Fprintf(t, "%s\t%d\t%s\t%.0f\t%s\t", l.name, l.clients, l.kedang.times(), l.kedang.rate, ms(l.kedang.cpu))
		if l.floor.rate > 0 {
			fmt.Fprintf(t, "%s\t%.0f\t%s\t%.2f\t", ms(l.floor.p50), l.floor.rate, ms(l.floor.cpu), l.kedang.rate/l.floor.rate)
		} else {
			fmt.Fprint(t, "\t\t\t\t")
		}
		fmt.Fprintf(t, "%s\t\n", b.verdict(l))
	}
	t.Flush()
}

// times are p50 and p99; an import has none.
func (f figures) times() string {
	if f.p50 == 0 {
		return "\t"
	}
	return ms(f.p50) + "\t" + ms(f.p99)
}

func ms(d time.Duration) string { return fmt.Sprintf("%.2f", float64(d.Microseconds())/1000) }
