package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"

	"github.com/alecthomas/kong"

	"kedang/internal/errs"
	"kedang/internal/text"
)

// version is set by the linker.
var version = "dev"

// commands are the sub-commands and the settings that all share.
type commands struct {
	place

	Serve   serveCommand   `cmd:"" help:"Serve the web app and the API."`
	User    userCommand    `cmd:"" help:"Add people, give tokens, change passwords."`
	Import  importCommand  `cmd:"" help:"Import a sheet of records."`
	Export  exportCommand  `cmd:"" help:"Write a list as CSV or xlsx."`
	Backup  backupCommand  `cmd:"" help:"Write everything into one sealed file."`
	Restore restoreCommand `cmd:"" help:"Read a backup into an empty place."`
	Copy    copyCommand    `cmd:"" help:"Copy a company from its SQLite directory to PostgreSQL."`
	Check   checkCommand   `cmd:"" help:"Compare what is stored with what should be."`
	Pack    packCommand    `cmd:"" help:"Check and test packs."`
	Bench   benchCommand   `cmd:"" help:"Time this company's own lists and searches, reading only."`
	Version versionCommand `cmd:"" help:"Print the version."`
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	os.Exit(run(ctx, os.Args[1:]))
}

// run is the whole program: 0 when all went well, 1 when the work was refused
// or failed, 2 when the command line is wrong.
func run(ctx context.Context, args []string) int {
	var c commands
	code := -1
	parser, err := kong.New(&c, kong.Name("kedang"), kong.Description("Kedang 客档: customer archive and CRM server."),
		kong.UsageOnError(), kong.Resolvers(fileSettings(args)), kong.BindTo(ctx, (*context.Context)(nil)),
		kong.Exit(func(n int) { code = n }))
	if err != nil {
		panic(err) // the commands above do not parse
	}
	line, err := parser.Parse(asked(args))
	switch {
	case code >= 0: // --help
		return code
	case err != nil:
		fmt.Fprintln(os.Stderr, "kedang: "+err.Error()+"; see kedang help")
		return 2
	}
	if err := line.Run(&c.place); err != nil {
		fmt.Fprintln(os.Stderr, "kedang: "+sentence(err))
		return 1
	}
	return 0
}

// asked reads what people type who look for help: nothing at all, or the word,
// alone or before a command.
func asked(args []string) []string {
	switch {
	case len(args) == 0:
		return []string{"--help"}
	case args[0] == "help":
		return append(slices.Clone(args[1:]), "--help")
	case len(args) == 1 && args[0] == "--version":
		return []string{"version"}
	}
	return args
}

// sentence says what went wrong to whoever sits at the terminal, in the
// language of his environment.
func sentence(err error) string {
	e := errs.As(err)
	if e.Kind == errs.Internal {
		return err.Error()
	}
	lang := terminalLang()
	lines := []string{text.Message(lang, e.Code, e.Params)}
	for _, p := range e.Problems {
		lines = append(lines, problemLine(lang, p))
	}
	if e.Kind == errs.Unavailable && e.Err != nil {
		lines[0] += " (" + e.Err.Error() + ")"
	}
	return strings.Join(lines, "\n  ")
}

func problemLine(lang text.Lang, p errs.Problem) string {
	says := text.Message(lang, p.Code, p.Params)
	if p.Path == "" {
		return says
	}
	return p.Path + ": " + says
}

// terminalLang is the language of the environment (LC_ALL, LANG), English
// where that says nothing.
func terminalLang() text.Lang {
	for _, name := range []string{"LC_ALL", "LC_MESSAGES", "LANG"} {
		tag, _, _ := strings.Cut(os.Getenv(name), ".")
		if strings.HasPrefix(tag, "zh") {
			return text.Match(strings.ReplaceAll(tag, "_", "-"))
		}
		if tag != "" {
			return text.En
		}
	}
	return text.En
}

// versionCommand prints the version.
type versionCommand struct{}

// Run prints it.
func (versionCommand) Run() error {
	fmt.Println("kedang " + version)
	return nil
}
