package main

import (
	"fmt"
	"strings"
	"time"
)

// importing is the line of imports.
const importing = "import, whole"

// goal is what a line should reach: at most so long, at least so many a second,
// at least so much of the floor. 0 is no goal.
type goal struct {
	within time.Duration
	rate   float64
	floor  float64
}

// goals on SQLite, by the beginning of the line's name: with one client and
// with eight.
var goals = []struct {
	name       string
	one, eight goal
}{
	{"list of 50", goal{within: 1500 * time.Microsecond}, goal{rate: 1500}},
	{"search two characters", goal{within: 3 * time.Millisecond}, goal{rate: 800}},
	{"search", goal{within: 3 * time.Millisecond}, goal{}},
	{"get one", goal{}, goal{rate: 5000}},
	{"create one", goal{within: 1500 * time.Microsecond}, goal{rate: 2000}},
	{importing, goal{rate: 10000, floor: 0.4}, goal{}},
}

// onPostgres is every line's goal on PostgreSQL.
var onPostgres = goal{floor: 0.6}

// verdict says what a line should reach and whether it does.
func (b *bench) verdict(l *line) string {
	var g goal
	if b.url != "" {
		g = onPostgres
	} else {
		for _, x := range goals {
			if strings.HasPrefix(l.name, x.name) {
				if g = x.one; l.clients == 8 {
					g = x.eight
				}
				break
			}
		}
	}
	var said []string
	say := func(met bool, what string) {
		word := "not met"
		if met {
			word = "met"
		}
		said = append(said, what+" "+word)
	}
	if g.within > 0 {
		say(l.kedang.p50 <= g.within, "≤ "+ms(g.within)+" ms")
	}
	if g.rate > 0 {
		say(l.kedang.rate >= g.rate, fmt.Sprintf("≥ %.0f/s", g.rate))
	}
	if g.floor > 0 && l.floor.rate > 0 {
		say(l.kedang.rate >= g.floor*l.floor.rate, fmt.Sprintf("≥ %.1f of the floor", g.floor))
	}
	return strings.Join(said, ", ")
}
