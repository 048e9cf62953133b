package main

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"
)

// program is the real binary, built once.
var program string

func TestMain(m *testing.M) {
	dir, err := os.MkdirTemp("", "kedang-cmd")
	if err != nil {
		panic(err)
	}
	program = filepath.Join(dir, "kedang")
	if out, err := exec.Command("go", "build", "-o", program, ".").CombinedOutput(); err != nil {
		panic(fmt.Sprintf("%v\n%s", err, out))
	}
	code := m.Run()
	os.RemoveAll(dir)
	os.Exit(code)
}

// outcome is what a command did.
type outcome struct {
	code        int
	out, errOut string
}

// invoke runs a command to its end.
func invoke(t *testing.T, stdin string, args ...string) outcome {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	c := exec.CommandContext(ctx, program, args...)
	var out, errOut bytes.Buffer
	c.Stdin, c.Stdout, c.Stderr = strings.NewReader(stdin), &out, &errOut
	c.Env = append(os.Environ(), "LANG=C", "KEDANG_PASSPHRASE=hush hush")
	err := c.Run()
	if _, ok := err.(*exec.ExitError); err != nil && !ok {
		t.Fatal(err)
	}
	return outcome{c.ProcessState.ExitCode(), out.String(), errOut.String()}
}

// good runs a command that must succeed.
func good(t *testing.T, stdin string, args ...string) string {
	t.Helper()
	o := invoke(t, stdin, args...)
	if o.code != 0 {
		t.Fatalf("kedang %s: exit %d\n%s%s", strings.Join(args, " "), o.code, o.out, o.errOut)
	}
	return o.out
}

// refused runs a command that must fail with a sentence.
func refused(t *testing.T, code int, says string, args ...string) {
	t.Helper()
	o := invoke(t, "", args...)
	if o.code != code || !strings.Contains(o.errOut+o.out, says) {
		t.Fatalf("kedang %s: exit %d, want %d and %q\n%s%s", strings.Join(args, " "), o.code, code, says, o.out, o.errOut)
	}
}

// serving is a started server.
type serving struct {
	t    *testing.T
	cmd  *exec.Cmd
	out  *safeBuffer
	base string
}

// safeBuffer is written by the process and read by the test.
type safeBuffer struct {
	ch  chan struct{} // guards buf
	buf bytes.Buffer
}

func (b *safeBuffer) Write(p []byte) (int, error) {
	b.ch <- struct{}{}
	defer func() { <-b.ch }()
	return b.buf.Write(p)
}

func (b *safeBuffer) String() string {
	b.ch <- struct{}{}
	defer func() { <-b.ch }()
	return b.buf.String()
}

var listens = regexp.MustCompile(`listens on (http://\S+)`)

// serve starts a server and waits until it says where it listens.
func serve(t *testing.T, env []string, args ...string) *serving {
	t.Helper()
	s := &serving{t: t, cmd: exec.Command(program, append([]string{"serve"}, args...)...), out: &safeBuffer{ch: make(chan struct{}, 1)}}
	s.cmd.Stdout, s.cmd.Stderr = s.out, s.out
	s.cmd.Env = append(append(os.Environ(), "LANG=C"), env...)
	if err := s.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.cmd.Process.Kill() })
	for range 3000 {
		if m := listens.FindStringSubmatch(s.out.String()); m != nil {
			s.base = m[1]
			return s
		}
		time.Sleep(20 * time.Millisecond)
	}
	t.Fatalf("the server does not come up:\n%s", s.out)
	return nil
}

// stop ends it as an operator would; it must go in order.
func (s *serving) stop() {
	s.t.Helper()
	s.cmd.Process.Signal(syscall.SIGTERM)
	done := make(chan error, 1)
	go func() { done <- s.cmd.Wait() }()
	select {
	case err := <-done:
		if err != nil {
			s.t.Fatalf("after SIGTERM: %v\n%s", err, s.out)
		}
	case <-time.After(20 * time.Second):
		s.t.Fatal("the server does not stop")
	}
}

// get asks the API and reads the answer into a map.
func (s *serving) get(token, path string) (int, map[string]any) {
	s.t.Helper()
	return s.ask(token, http.MethodGet, path, nil)
}

func lastLine(s string) string {
	lines := strings.Split(strings.TrimSpace(s), "\n")
	return lines[len(lines)-1]
}

const sheet = "公司名称,手机,客户级别\n王府酒店管理有限公司,13817660001,A\n单经理,13701821234,C\n没有这个级别的公司,13701821235,不知道\n"

func writeSheet(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "客户.csv")
	if err := os.WriteFile(path, []byte(sheet), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// TestCommandsWithAndBesideAServer walks an operator's day: everything works
// on the files, then again while a server owns them.
func TestCommandsWithAndBesideAServer(t *testing.T) {
	data := filepath.Join(t.TempDir(), "data")
	at := func(args ...string) []string { return append(args, "--data", data) }
	good(t, "correct horse battery\n", at("user", "add", "boss", "--role", "administrator", "--password-stdin")...)
	boss := lastLine(good(t, "", at("user", "token", "boss")...))
	path := writeSheet(t)
	out := good(t, "", at("import", "customer", path, "--as", "boss")...)
	if !strings.Contains(out, "3 rows imported: 2 created") {
		t.Errorf("import says: %s", out)
	}
	if beside, _ := filepath.Glob(filepath.Join(filepath.Dir(path), "*.refused*")); len(beside) > 0 {
		t.Errorf("an import leaves %v beside the sheet", beside)
	}
	left, _ := filepath.Glob(filepath.Join(data, "refused", "*.csv"))
	if len(left) != 1 || !strings.Contains(out, left[0]) {
		t.Fatalf("refused rows lie in %v, the import says: %s", left, out)
	}
	back, err := os.ReadFile(left[0])
	if err != nil || !strings.Contains(string(back), "没有这个级别的公司") {
		t.Errorf("refused rows: %v %s", err, back)
	}
	good(t, "", at("backup", filepath.Join(data, "..", "before.kdb"))...)

	s := serve(t, nil, at("--addr", "127.0.0.1:0")...)
	if code, found := s.get(boss, "/api/v1/search?q=wfjd"); code != 200 || len(found["items"].([]any)) != 1 {
		t.Errorf("search for wfjd: %d %v", code, found)
	}
	info, err := os.Stat(filepath.Join(data, socketName))
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the socket: %v %v", info, err)
	}
	good(t, "another good phrase\n", at("user", "add", "rep1", "--role", "rep", "--department", "shanghai", "--full-name", "林晓", "--password-stdin")...)
	token := lastLine(good(t, "", at("user", "token", "rep1")...))
	if code, _ := s.get(token, "/api/v1/session"); code != 200 {
		t.Errorf("a token made beside the server answers %d", code)
	}
	if list := good(t, "", at("user", "list")...); !strings.Contains(list, "rep1  林晓") || !strings.Contains(list, "shanghai") {
		t.Errorf("user list says: %s", list)
	}
	good(t, "", at("user", "disable", "rep1")...)
	if code, _ := s.get(token, "/api/v1/session"); code != 401 {
		t.Errorf("a disabled person's token answers %d", code)
	}
	out = good(t, "", at("import", "customer", path, "--mode", "upsert", "--key", "name")...)
	if !strings.Contains(out, "0 created") {
		t.Errorf("the second import says: %s", out)
	}
	if csv := good(t, "", at("export", "customer", "--fields", "name,level", "--filter", "level == 'A'")...); !strings.Contains(csv, "王府酒店管理有限公司") || strings.Contains(csv, "单经理") {
		t.Errorf("export says: %s", csv)
	}
	if check := good(t, "", at("check")...); !strings.Contains(check, "0 faults") {
		t.Errorf("check says: %s", check)
	}
	good(t, "", at("backup", filepath.Join(data, "..", "beside.kdb"))...)
	info, err = os.Stat(filepath.Join(data, "..", "beside.kdb"))
	if err != nil {
		t.Fatal(err)
	}
	_, state := s.get(boss, "/api/v1/sys/state")
	backup, _ := state["backup"].(map[string]any)
	check, _ := state["check"].(map[string]any)
	if backup["bytes"] != float64(info.Size()) || check["problems"] != 0.0 {
		t.Errorf("the state tells of backup %v (%d bytes) and check %v", backup, info.Size(), check)
	}
	refused(t, 1, "no user", at("user", "token", "nobody")...)
	s.stop()
	if _, err := os.Stat(filepath.Join(data, socketName)); !os.IsNotExist(err) {
		t.Errorf("the socket is still there: %v", err)
	}
}

// TestRestore brings a backup back into another directory and checks it.
func TestRestore(t *testing.T) {
	dir := t.TempDir()
	data, file, back := filepath.Join(dir, "data"), filepath.Join(dir, "b.kdb"), filepath.Join(dir, "back")
	good(t, "", "user", "add", "boss", "--role", "administrator", "--data", data)
	good(t, "", "import", "customer", writeSheet(t), "--data", data)
	good(t, "", "backup", file, "--data", data)
	good(t, "", "restore", file, "--data", back)
	if csv := good(t, "", "export", "customer", "--fields", "name", "--data", back); !strings.Contains(csv, "单经理") {
		t.Errorf("restored: %s", csv)
	}
	refused(t, 1, "not empty", "restore", file, "--data", back)
	wrong := filepath.Join(dir, "wrong")
	if err := os.WriteFile(wrong, []byte("something else\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	refused(t, 1, "wrong", "restore", file, "--data", filepath.Join(dir, "never"), "--passphrase-file", wrong)
}

// TestDemoRefusals holds the demo away from networks and real data.
func TestDemoRefusals(t *testing.T) {
	dir := t.TempDir()
	refused(t, 1, "127.0.0.1", "serve", "--demo", "--data", filepath.Join(dir, "new"), "--addr", "0.0.0.0:0")
	if err := os.WriteFile(filepath.Join(dir, "letters.txt"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	refused(t, 1, "demo", "serve", "--demo", "--data", dir, "--addr", "127.0.0.1:0")
	real := filepath.Join(dir, "real")
	good(t, "", "user", "add", "boss", "--role", "administrator", "--data", real)
	refused(t, 1, "demo", "serve", "--demo", "--data", real, "--addr", "127.0.0.1:0")
}

// TestAddresses tells at once that nobody could reach the server, and makes
// nothing.
func TestAddresses(t *testing.T) {
	data := filepath.Join(t.TempDir(), "data")
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	for addr, says := range map[string]string{taken.Addr().String(): "Another program", "8080": "HOST:PORT", "127.0.0.1": "HOST:PORT", "127.0.0.1:": "HOST:PORT", ":99999": "HOST:PORT", "": "HOST:PORT"} {
		refused(t, 1, says, "serve", "--data", data, "--addr", addr)
	}
	if _, err := os.Stat(data); !os.IsNotExist(err) {
		t.Errorf("the data directory: %v", err)
	}
}

// TestFirstRun prints the one-time code while nobody administers the company.
func TestFirstRun(t *testing.T) {
	data := filepath.Join(t.TempDir(), "data")
	s := serve(t, nil, "--data", data, "--addr", "127.0.0.1:0")
	for range 100 {
		if strings.Contains(s.out.String(), "one-time code ") {
			break
		}
		time.Sleep(20 * time.Millisecond)
	}
	if !strings.Contains(s.out.String(), "one-time code ") {
		t.Errorf("no code on the console:\n%s", s.out)
	}
	s.stop()
}

// TestStopDuringAnImport: a server that is told to stop does so in order
// although somebody waits for an import beside it, who is told what becomes of it.
func TestStopDuringAnImport(t *testing.T) {
	dir := t.TempDir()
	var rows strings.Builder
	rows.WriteString("公司名称,手机\n")
	for i := range 100_000 { // more than goes in before it is stopped
		fmt.Fprintf(&rows, "第%d厂,1390000%04d\n", i, i%10_000)
	}
	path := filepath.Join(dir, "long.csv")
	if err := os.WriteFile(path, []byte(rows.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	s := serve(t, nil, "--data", filepath.Join(dir, "data"), "--addr", "127.0.0.1:0")
	out := &safeBuffer{ch: make(chan struct{}, 1)}
	c := exec.Command(program, "import", "customer", path, "--data", filepath.Join(dir, "data"))
	c.Stdout, c.Stderr, c.Env = out, out, append(os.Environ(), "LANG=C")
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Process.Kill() })
	for range 3000 {
		if strings.Contains(out.String(), " rows, ") {
			break
		}
		time.Sleep(20 * time.Millisecond)
	}
	s.stop()
	if err := c.Wait(); err == nil || !strings.Contains(out.String(), "goes on when it is started again") {
		t.Errorf("%v:\n%s", err, out)
	}
}

// TestSettings holds the order flags, environment, file; and that a misspelt
// name in the file is told.
func TestSettings(t *testing.T) {
	data := t.TempDir()
	file := filepath.Join(data, settingsFile)
	write := func(text string) {
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("addr: 127.0.0.1:1\nlog-format: json\nproxy: [10.0.0.0/8]\n")
	s := serve(t, []string{"KEDANG_ADDR=127.0.0.1:0"}, "--data", data)
	s.stop()
	if out := s.out.String(); strings.Contains(s.base, ":1\n") || !strings.Contains(out, `"msg":"stopping"`) {
		t.Errorf("the environment comes before the file, and the file counts:\n%s", out)
	}
	s = serve(t, []string{"KEDANG_ADDR=127.0.0.1:1"}, "--data", data, "--addr", "127.0.0.1:0", "--log-format", "text")
	s.stop()
	if out := s.out.String(); !strings.Contains(out, "msg=stopping") {
		t.Errorf("a flag comes before the file:\n%s", out)
	}
	write("adress: 127.0.0.1:1\n")
	refused(t, 2, `"adress" is no setting`, "serve", "--data", data)
}

// TestPackCheck says where a pack is wrong.
func TestPackCheck(t *testing.T) {
	good(t, "", "pack", "check", "../../packs/hotel")
	dir := filepath.Join(t.TempDir(), "broken")
	if err := os.MkdirAll(filepath.Join(dir, "types"), 0o700); err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{
		"pack.yaml":       "name: broken\nversion: 1.0.0\nrequires: [core, general]\nlabel: {zh-Hans: 坏, en: Broken}\n",
		"types/bad.yaml":  "type: bad\nlabel: {zh-Hans: 坏, en: Bad}\nfields:\n  - {name: x, kind: texxt, label: {zh-Hans: 甲, en: X}}\n",
		"types/note.yaml": "type: note\nlabel: {zh-Hans: 记, en: Note}\ntitle: text\nfields:\n  - {name: text, kind: text, label: {zh-Hans: 文, en: Text}}\n",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	refused(t, 1, "broken/types/bad.yaml:4:", "pack", "check", dir)
	// A pack anywhere may require one of ours: what that requires comes along.
	if err := os.WriteFile(filepath.Join(dir, "pack.yaml"), []byte("\ufeffname: broken\nversion: 1.0.0\nrequires: [general]\nlabel: {zh-Hans: 好, en: Good}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(filepath.Join(dir, "types/bad.yaml")); err != nil {
		t.Fatal(err)
	}
	if out := good(t, "", "pack", "check", dir); !strings.Contains(out, "1 types of its own") {
		t.Errorf("check says: %s", out)
	}
	good(t, "correct horse battery\n", "user", "add", "boss", "--role", "administrator", "--password-stdin", "--packs", dir, "--data", filepath.Join(t.TempDir(), "data"))
}

// TestBadSheets end with a sentence, not with a stack.
func TestBadSheets(t *testing.T) {
	data := filepath.Join(t.TempDir(), "data")
	empty := filepath.Join(t.TempDir(), "empty.csv")
	if err := os.WriteFile(empty, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	refused(t, 1, "The file is empty", "import", "customer", empty, "--data", data)
	refused(t, 1, "no such file", "import", "customer", empty+".gone", "--data", data)
	refused(t, 1, "not found", "import", "spaceship", writeSheet(t), "--data", data)
}

// TestHelp asks for help as people do.
func TestHelp(t *testing.T) {
	for _, args := range [][]string{{}, {"help"}, {"--help"}} {
		if says := good(t, "", args...); !strings.Contains(says, "Commands:") {
			t.Errorf("kedang %v says\n%s", args, says)
		}
	}
	if says := good(t, "", "help", "import"); !strings.Contains(says, "--dry-run") {
		t.Errorf("kedang help import says\n%s", says)
	}
	if says := good(t, "", "--version"); !strings.HasPrefix(says, "kedang ") {
		t.Errorf("kedang --version says\n%s", says)
	}
	refused(t, 2, "see kedang help", "frobnicate")
}

// TestPostgres walks the same day on PostgreSQL: no socket, both at once.
func TestPostgres(t *testing.T) {
	url, schema := postgresSchema(t)
	data := filepath.Join(t.TempDir(), "data")
	where := []string{"--database", url, "--schema", schema}
	at := func(args ...string) []string { return append(append(args, where...), "--data", data) }
	s := serve(t, nil, at("--addr", "127.0.0.1:0")...)
	good(t, "correct horse battery\n", append([]string{"user", "add", "boss", "--role", "administrator", "--password-stdin"}, where...)...)
	token := lastLine(good(t, "", append([]string{"user", "token", "boss"}, where...)...))
	if out := good(t, "", at("import", "customer", writeSheet(t), "--as", "boss")...); !strings.Contains(out, "2 created") {
		t.Errorf("import says: %s", out)
	}
	if code, found := s.get(token, "/api/v1/search?q=wfjd"); code != 200 || len(found["items"].([]any)) != 1 {
		t.Errorf("search for wfjd: %d %v", code, found)
	}
	if check := good(t, "", at("check")...); !strings.Contains(check, "0 faults") {
		t.Errorf("check says: %s", check)
	}
	s.stop()
}
