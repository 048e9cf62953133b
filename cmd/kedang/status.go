package main

import (
	"fmt"
	"io"
	"os"
	"time"
)

// status is a line that is written over: on a terminal at most ten times a
// second, into a file or pipe once in ten seconds.
type status struct {
	w        io.Writer
	terminal bool
	every    time.Duration
	last     time.Time
	shown    bool
}

func newStatus(w io.Writer) *status {
	s := &status{w: w, every: 10 * time.Second, last: time.Now()}
	if f, ok := w.(*os.File); ok {
		info, err := f.Stat()
		s.terminal = err == nil && info.Mode()&os.ModeCharDevice != 0
	}
	if s.terminal {
		s.every, s.last = 100*time.Millisecond, time.Time{}
	}
	return s
}

// show replaces the line, when the last is old enough.
func (s *status) show(text string) {
	if time.Since(s.last) < s.every {
		return
	}
	s.last = time.Now()
	if !s.terminal {
		fmt.Fprintln(s.w, text)
		return
	}
	s.shown = true
	fmt.Fprint(s.w, "\r\x1b[K"+text)
}

// clear takes the line away.
func (s *status) clear() {
	if s.shown {
		fmt.Fprint(s.w, "\r\x1b[K")
	}
}
