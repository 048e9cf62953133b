package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// server is what is killed.
type server interface {
	// Start starts it on the data of before and gives its URL once it answers.
	Start(ctx context.Context) (url string, err error)
	// Kill ends it as a power cut would, as far as the process goes.
	Kill()
	// Check looks at the stored data while the server runs; nil when it cannot.
	Check(ctx context.Context) error
}

// process is the real program.
type process struct {
	binary string
	dir    string
	cmd    *exec.Cmd
}

var _ server = (*process)(nil)

// prepare makes a user for the clients and gives a token.
func (p *process) prepare(ctx context.Context) (string, error) {
	add := exec.CommandContext(ctx, p.binary, "user", "add", "crash", "--role", "administrator", "--data", p.data())
	if out, err := add.CombinedOutput(); err != nil {
		return "", fmt.Errorf("user add: %w: %s", err, out)
	}
	out, err := exec.CommandContext(ctx, p.binary, "user", "token", "crash", "--data", p.data()).Output()
	if err != nil {
		return "", fmt.Errorf("user token: %w", err)
	}
	lines := strings.Split(strings.TrimSpace(string(out)), "\n")
	return lines[len(lines)-1], nil
}

func (p *process) data() string { return filepath.Join(p.dir, "data") }

// Start implements server.
func (p *process) Start(ctx context.Context) (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	addr := l.Addr().String()
	l.Close()
	log, err := os.OpenFile(filepath.Join(p.dir, "log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return "", err
	}
	defer log.Close()
	p.cmd = exec.Command(p.binary, "serve", "--data", p.data(), "--addr", addr)
	p.cmd.Stdout, p.cmd.Stderr = log, log
	if err := p.cmd.Start(); err != nil {
		return "", err
	}
	url := "http://" + addr
	for deadline := time.Now().Add(20 * time.Second); time.Now().Before(deadline); time.Sleep(10 * time.Millisecond) {
		if ctx.Err() != nil {
			return "", ctx.Err()
		}
		if healthy(ctx, url) {
			return url, nil
		}
	}
	tail, _ := os.ReadFile(filepath.Join(p.dir, "log"))
	return "", fmt.Errorf("the server does not come up again: %s", tail[max(0, len(tail)-2000):])
}

// Kill implements server.
func (p *process) Kill() {
	if p.cmd != nil && p.cmd.Process != nil {
		_ = p.cmd.Process.Kill() // it may have ended already
		_ = p.cmd.Wait()
		p.cmd = nil
	}
}

// Check implements server by `kedang check`, beside the running server.
func (p *process) Check(ctx context.Context) error {
	out, err := exec.CommandContext(ctx, p.binary, "check", "--data", p.data()).CombinedOutput()
	if err != nil {
		return errors.New(strings.TrimSpace(string(out)))
	}
	return nil
}
