package main

import (
	"bufio"
	"context"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"kedang/bench/words"
)

func main() {
	rows := flag.Int("rows", 100000, "companies")
	binary := flag.String("kedang", "bin/kedang", "the program")
	each := flag.Duration("each", 2*time.Second, "how long each is measured")
	only := flag.String("only", "", "measure only lines whose name holds this")
	keep := flag.String("data", "", "directory to keep the data in; used as it is when it holds some")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	b := &bench{binary: *binary, rows: *rows, each: *each, only: *only, dir: *keep, words: words.New()}
	if err := b.run(ctx); err != nil {
		fmt.Fprintln(os.Stderr, "bench: "+err.Error())
		os.Exit(1)
	}
}

// bench is one run.
type bench struct {
	binary string
	dir    string
	rows   int
	each   time.Duration
	only   string
	words  *words.Maker
	token  string
	lines  []line
}

func (b *bench) run(ctx context.Context) error {
	if b.dir == "" {
		dir, err := os.MkdirTemp("", "kedang-bench")
		if err != nil {
			return err
		}
		defer os.RemoveAll(dir)
		b.dir = dir
	}
	if err := os.MkdirAll(b.dir, 0o700); err != nil {
		return err
	}
	floor := filepath.Join(b.dir, "floor")
	if out, err := exec.CommandContext(ctx, "go", "build", "-o", floor, "./bench/floor").CombinedOutput(); err != nil {
		return fmt.Errorf("bench/floor: %w: %s", err, out)
	}
	fmt.Printf("%d rows, %d cores, %s, %s each\n", b.rows, runtime.NumCPU(), runtime.Version(), b.each)
	fresh, err := b.user(ctx)
	if err != nil {
		return err
	}
	if fresh {
		if err := b.load(ctx); err != nil {
			return err
		}
	}
	if err := b.measureKedang(ctx); err != nil {
		return err
	}
	if err := b.measureFloor(ctx, floor); err != nil {
		return err
	}
	b.print(os.Stdout)
	return nil
}

// user makes the administrator the questions are asked as; fresh tells that
// the directory was empty.
func (b *bench) user(ctx context.Context) (fresh bool, err error) {
	add := exec.CommandContext(ctx, b.binary, "user", "add", "bench", "--role", "administrator", "--data", b.data())
	fresh = add.Run() == nil
	out, err := exec.CommandContext(ctx, b.binary, "user", "token", "bench", "--data", b.data()).Output()
	text := strings.TrimSpace(string(out))
	b.token = text[strings.LastIndexByte(text, '\n')+1:]
	return fresh, err
}

func (b *bench) data() string { return filepath.Join(b.dir, "data") }

// load imports the companies through a running server, as a person would.
func (b *bench) load(ctx context.Context) error {
	path := filepath.Join(b.dir, "companies.csv")
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	w := bufio.NewWriter(f)
	w.WriteString(words.Header)
	for i := range b.rows {
		w.WriteString(b.words.Company(i).CSV())
	}
	if err := w.Flush(); err != nil {
		return err
	}
	if err := f.Close(); err != nil {
		return err
	}
	s, err := b.start(ctx)
	if err != nil {
		return err
	}
	defer s.stop()
	peak := make(chan int64, 1)
	done := make(chan struct{})
	go s.watch(done, peak)
	begin := time.Now()
	out, err := exec.CommandContext(ctx, b.binary, "import", "customer", path, "--data", b.data()).CombinedOutput()
	took := time.Since(begin)
	close(done)
	if err != nil {
		return fmt.Errorf("import: %w: %s", err, out)
	}
	b.add("import, whole (rows/s)", float64(b.rows)/took.Seconds(), "%.0f")
	b.add("memory at most during import (MB)", float64(<-peak)/(1<<20), "%.0f")
	says := strings.TrimSpace(string(out))
	fmt.Println(says[strings.LastIndexByte(says, '\n')+1:])
	return nil
}
