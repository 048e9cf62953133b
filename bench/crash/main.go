package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"time"
)

func main() {
	n := flag.Int("n", 50, "how often the server is killed")
	clients := flag.Int("clients", 6, "writing clients")
	binary := flag.String("kedang", "bin/kedang", "the program to kill")
	seed := flag.Uint64("seed", uint64(time.Now().UnixNano()), "of the random moments")
	keep := flag.Bool("keep", false, "leave the data directory behind")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := crash(ctx, *binary, *n, *clients, *seed, *keep); err != nil {
		fmt.Fprintln(os.Stderr, "crash: "+err.Error())
		os.Exit(1)
	}
}

// crash runs the test on a real server in a directory of its own.
func crash(ctx context.Context, binary string, n, clients int, seed uint64, keep bool) error {
	dir, err := os.MkdirTemp("", "kedang-crash")
	if err != nil {
		return err
	}
	if keep {
		fmt.Println("data in " + dir)
	} else {
		defer os.RemoveAll(dir)
	}
	p := &process{binary: binary, dir: dir}
	defer p.Kill()
	token, err := p.prepare(ctx)
	if err != nil {
		return err
	}
	r := newRun(p, token, seed)
	r.clients, r.importRows, r.log = clients, 6000, os.Stdout
	begin := time.Now()
	err = r.kills(ctx, n)
	fmt.Println(r.summary(time.Since(begin)))
	return err
}
