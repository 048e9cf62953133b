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

	"github.com/jackc/pgx/v5"

	"kedang/bench/words"
)

func main() {
	rows := flag.Int("rows", 100000, "companies")
	binary := flag.String("kedang", "bin/kedang", "the program")
	each := flag.Duration("each", 2*time.Second, "how long each is measured")
	only := flag.String("only", "", "measure only lines whose name holds one of these, parted by commas: create,import")
	url := flag.String("database", os.Getenv("DATABASE"), "postgres://…: on PostgreSQL, in a schema of its own")
	keep := flag.String("data", "", "directory to keep the data in; used as it is when it holds some")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	b := &bench{binary: *binary, rows: *rows, each: *each, dir: *keep, url: *url, words: words.New()}
	if *only != "" {
		b.only = strings.Split(*only, ",")
	}
	if err := b.run(ctx); err != nil {
		fmt.Fprintln(os.Stderr, "bench: "+err.Error())
		os.Exit(1)
	}
}

// bench is one run.
type bench struct {
	binary string
	dir    string
	kept   bool // the directory is the caller's
	rows   int
	each   time.Duration
	only   []string
	url    string // of PostgreSQL; "" for SQLite
	schema string
	words  *words.Maker
	token  string
	lines  []line
}

func (b *bench) run(ctx context.Context) error {
	if b.kept = b.dir != ""; !b.kept {
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
	if b.url != "" {
		done, err := b.openSchema(ctx)
		if err != nil {
			return err
		}
		defer done()
	}
	floor := filepath.Join(b.dir, "floor")
	if out, err := exec.CommandContext(ctx, "go", "build", "-o", floor, "./bench/floor").CombinedOutput(); err != nil {
		return fmt.Errorf("bench/floor: %w: %s", err, out)
	}
	fmt.Printf("%d rows, %s, %d cores, %s, %s each; load of the machine before: %s", b.rows, b.database(), runtime.NumCPU(), runtime.Version(), b.each, loadavg())
	fresh, err := b.user()
	if err != nil {
		return err
	}
	if fresh {
		if err := b.load(ctx); err != nil {
			return err
		}
	}
	ids, err := b.measureKedang(ctx)
	if err != nil {
		return err
	}
	if err := b.measureFloor(ctx, floor, ids); err != nil {
		return err
	}
	b.print(os.Stdout)
	return nil
}

// openSchema takes a schema of the server: that of the kept directory, or a new
// one that is dropped in the end.
func (b *bench) openSchema(ctx context.Context) (done func(), err error) {
	note := filepath.Join(b.dir, "schema")
	if kept, err := os.ReadFile(note); err == nil {
		b.schema = string(kept)
		return func() {}, nil
	}
	b.schema = fmt.Sprintf("kedang_bench_%d", time.Now().UnixNano())
	if err := os.WriteFile(note, []byte(b.schema), 0o600); err != nil || b.kept {
		return func() {}, err
	}
	return func() {
		ctx := context.WithoutCancel(ctx)
		c, err := pgx.Connect(ctx, b.url)
		if err == nil {
			_, err = c.Exec(ctx, "DROP SCHEMA IF EXISTS "+b.schema+" CASCADE")
		}
		if err != nil {
			fmt.Fprintln(os.Stderr, "bench: the schema "+b.schema+" is left: "+err.Error())
		}
	}, nil
}

func (b *bench) database() string {
	if b.url != "" {
		return "PostgreSQL"
	}
	return "SQLite"
}

// loadavg is what the machine was busy with already: others share it, and then
// only the ratios and the processor's time say something.
func loadavg() string {
	raw, err := os.ReadFile("/proc/loadavg")
	if err != nil {
		return "unknown\n"
	}
	return string(raw)
}

// kedang is a command of the program on this run's database.
func (b *bench) kedang(args ...string) *exec.Cmd {
	c := exec.Command(b.binary, append(args, "--data", b.data())...)
	c.Env = os.Environ()
	if b.url != "" {
		c.Env = append(c.Env, "KEDANG_DATABASE="+b.url, "KEDANG_SCHEMA="+b.schema)
	}
	return c
}

// user makes the administrator the questions are asked as; fresh tells that
// the directory was empty.
func (b *bench) user() (fresh bool, err error) {
	fresh = b.kedang("user", "add", "bench", "--role", "administrator").Run() == nil
	out, err := b.kedang("user", "token", "bench").Output()
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
	begin, cpu := time.Now(), s.cpu()
	command := b.kedang("import", "customer", path)
	out, err := command.CombinedOutput()
	took := time.Since(begin)
	used := s.cpu() - cpu
	if state := command.ProcessState; state != nil { // beside PostgreSQL the command does the work itself
		used += state.UserTime() + state.SystemTime()
	}
	b.line(importing, 1).kedang = figures{rate: float64(b.rows) / took.Seconds(), cpu: used / time.Duration(b.rows)}
	close(done)
	if err != nil {
		return fmt.Errorf("import: %w: %s", err, out)
	}
	b.add("memory at most during import (MB)", float64(<-peak)/(1<<20), "%.0f", 250)
	says := strings.TrimSpace(string(out))
	fmt.Println(says[strings.LastIndexByte(says, '\n')+1:])
	return nil
}
