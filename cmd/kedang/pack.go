package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"kedang/internal/meta"
)

// packCommand looks after packs.
type packCommand struct {
	Check packCheck `cmd:"" help:"Say what is wrong in a pack, with file, line and remedy."`
	Test  packTest  `cmd:"" help:"Run a pack's test.txt against a server of its own."`
}

type packCheck struct {
	Dir string `arg:"" type:"existingdir" help:"Folder of the pack."`
}

// Run prints a line for each problem: "file:line: path: sentence. remedy".
func (c *packCheck) Run() error {
	sources, err := packWithRequired(c.Dir)
	if err != nil {
		return err
	}
	schema, problems := meta.Load(sources...)
	for _, p := range problems {
		fmt.Println(p.String())
	}
	if problems.Fatal() {
		return fmt.Errorf("%s: %d problems", c.Dir, len(problems))
	}
	own := 0
	for _, t := range schema.Types {
		if t.Pack == sources[len(sources)-1].Name {
			own++
		}
	}
	fmt.Printf("%s: good; %d types of its own, %d in all\n", c.Dir, own, len(schema.Types))
	return nil
}

// packWithRequired is a pack in a folder, after the packs it requires: those
// beside it, else those that come with the program.
func packWithRequired(dir string) ([]meta.Source, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return nil, err
	}
	var out []meta.Source
	seen := map[string]bool{}
	var add func(name, path string) error
	add = func(name, path string) error {
		if seen[name] {
			return nil
		}
		seen[name] = true
		if _, err := os.Stat(filepath.Join(path, "pack.yaml")); errors.Is(err, os.ErrNotExist) && path != dir {
			names, err := withRequired([]string{name})
			if err != nil {
				return err
			}
			sources, err := packSources(names)
			for _, s := range sources {
				if s.Name == name || !seen[s.Name] {
					seen[s.Name] = true
					out = append(out, s)
				}
			}
			return err
		}
		for _, r := range requires(os.DirFS(path)) {
			if err := add(r, filepath.Join(filepath.Dir(path), r)); err != nil {
				return err
			}
		}
		out = append(out, meta.Source{Name: name, FS: os.DirFS(path)})
		return nil
	}
	return out, add(filepath.Base(dir), dir)
}
