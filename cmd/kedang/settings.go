package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"
	_ "time/tzdata" // zones on machines that have none

	"github.com/alecthomas/kong"
	"github.com/goccy/go-yaml"

	"kedang/internal/errs"
)

// settingsFile lies in the data directory and holds settings by the names of
// their flags: "addr: 0.0.0.0:8080".
const settingsFile = "kedang.yaml"

// place says where a company's data are and what it was made with.
type place struct {
	Data     string   `default:"data" env:"KEDANG_DATA" placeholder:"DIR" help:"Data directory: the SQLite database, attachments, the key file (${default})."`
	Database string   `env:"KEDANG_DATABASE" placeholder:"URL" help:"PostgreSQL instead of SQLite: postgres://user:password@host/name."`
	Schema   string   `default:"kedang" env:"KEDANG_SCHEMA" help:"PostgreSQL schema (${default})."`
	Packs    []string `env:"KEDANG_PACKS" placeholder:"NAME" help:"Packs of a new company: core,general unless told. Folders may be named too."`
	Overlay  string   `env:"KEDANG_OVERLAY" type:"path" placeholder:"DIR" help:"Folder with the company's own changes to the packs."`
	Zone     string   `env:"KEDANG_ZONE" help:"Time zone of a new company (Asia/Shanghai)."`
	Region   string   `env:"KEDANG_REGION" help:"Phones without a country code: CN, HK, TW or MO (CN)."`
}

// zone is the company's time zone by name.
func (p *place) zone(name string) (*time.Location, error) {
	z, err := time.LoadLocation(name)
	if err != nil || name == "" || name == "Local" {
		return nil, badFlag("zone", name)
	}
	return z, nil
}

func badFlag(name, value string) error {
	return errs.New(errs.Invalid, "bad_flag", errs.Params{"name": "--" + name, "value": value})
}

// fileSettings resolves flags from kedang.yaml. The data directory must be
// known before the line is parsed, so it is looked for in the arguments first.
func fileSettings(args []string) kong.Resolver {
	path := filepath.Join(dataDirectory(args), settingsFile)
	values, err := readSettings(path)
	return &settings{path: path, values: values, err: err}
}

// settings are the values of kedang.yaml.
type settings struct {
	path   string
	values map[string]any
	err    error
}

// Validate refuses a file that does not parse, and names that are no setting.
func (s *settings) Validate(app *kong.Application) error {
	if s.err != nil {
		return s.err
	}
	known := map[string]bool{}
	var walk func(n *kong.Node)
	walk = func(n *kong.Node) {
		for _, f := range n.Flags {
			if len(f.Envs) > 0 {
				known[f.Name] = true
			}
		}
		for _, c := range n.Children {
			walk(c)
		}
	}
	walk(app.Node)
	for name := range s.values {
		if !known[name] || name == "data" {
			return fmt.Errorf("%s: %q is no setting", s.path, name)
		}
	}
	return nil
}

// Resolve gives a flag's value from the file unless the environment has one.
func (s *settings) Resolve(_ *kong.Context, _ *kong.Path, flag *kong.Flag) (any, error) {
	for _, name := range flag.Envs {
		if _, ok := os.LookupEnv(name); ok {
			return nil, nil
		}
	}
	v, ok := s.values[flag.Name]
	if !ok || len(flag.Envs) == 0 {
		return nil, nil
	}
	if list, ok := v.([]any); ok {
		parts := make([]string, len(list))
		for i, x := range list {
			parts[i] = fmt.Sprint(x)
		}
		return strings.Join(parts, ","), nil
	}
	return fmt.Sprint(v), nil
}

func readSettings(path string) (map[string]any, error) {
	raw, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, fs.ErrPermission) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var values map[string]any
	if err := yaml.Unmarshal(raw, &values); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return values, nil
}

// dataDirectory is the value of --data in arguments, or of KEDANG_DATA.
func dataDirectory(args []string) string {
	for i, a := range args {
		if v, ok := strings.CutPrefix(a, "--data="); ok {
			return v
		}
		if a == "--data" && i+1 < len(args) {
			return args[i+1]
		}
	}
	if v := os.Getenv("KEDANG_DATA"); v != "" {
		return v
	}
	return "data"
}
