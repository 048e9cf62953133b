package main

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// running is a started server.
type running struct {
	cmd  *exec.Cmd
	base string
	took time.Duration // until it answered
}

// start runs `kedang serve` and waits until it answers.
func (b *bench) start(ctx context.Context) (*running, error) {
	return launch(ctx, filepath.Join(b.dir, "log"), "/healthz", func(addr string) *exec.Cmd {
		return b.kedang("serve", "--addr", addr)
	})
}

func launch(ctx context.Context, log, path string, command func(addr string) *exec.Cmd) (*running, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	addr := l.Addr().String()
	l.Close()
	out, err := os.OpenFile(log, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, err
	}
	defer out.Close()
	r := &running{cmd: command(addr), base: "http://" + addr}
	r.cmd.Stdout, r.cmd.Stderr = out, out
	begin := time.Now()
	if err := r.cmd.Start(); err != nil {
		return nil, err
	}
	for time.Since(begin) < 30*time.Second && ctx.Err() == nil {
		if res, err := http.Get(r.base + path); err == nil {
			res.Body.Close()
			if res.StatusCode == http.StatusOK {
				r.took = time.Since(begin)
				return r, nil
			}
		}
		time.Sleep(2 * time.Millisecond)
	}
	r.stop()
	return nil, fmt.Errorf("%s does not answer; see %s", r.cmd.Path, log)
}

// stop ends the server and waits for it.
func (r *running) stop() {
	_ = r.cmd.Process.Signal(syscall.SIGTERM) // it may have ended already
	_ = r.cmd.Wait()
}

// cpu is the processor's time that the server has used.
func (r *running) cpu() time.Duration {
	raw, _ := os.ReadFile(fmt.Sprintf("/proc/%d/stat", r.cmd.Process.Pid))
	_, after, _ := strings.Cut(string(raw), ") ")
	f := strings.Fields(after)
	if len(f) < 13 {
		return 0
	}
	user, _ := strconv.ParseInt(f[11], 10, 64)
	system, _ := strconv.ParseInt(f[12], 10, 64)
	return time.Duration(user+system) * 10 * time.Millisecond
}

// memory is the resident set in bytes, and how much of it is the process's own
// (the rest are pages of files: the program, shared and given back at will).
func (r *running) memory() (resident, own int64) {
	raw, _ := os.ReadFile(fmt.Sprintf("/proc/%d/status", r.cmd.Process.Pid))
	for line := range strings.Lines(string(raw)) {
		f := strings.Fields(line)
		if len(f) < 2 {
			continue
		}
		n, _ := strconv.ParseInt(f[1], 10, 64)
		switch f[0] {
		case "VmRSS:":
			resident = n << 10
		case "RssAnon:":
			own = n << 10
		}
	}
	return resident, own
}

// watch tells the highest resident set until done.
func (r *running) watch(done <-chan struct{}, peak chan<- int64) {
	var most int64
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case <-done:
			peak <- most
			return
		case <-tick.C:
			now, _ := r.memory()
			most = max(most, now)
		}
	}
}
