package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"kedang/internal/api/apitest"
	"kedang/internal/api/scripttest"
	"kedang/internal/db"
	"kedang/internal/meta"
)

type packTest struct {
	Dir string `arg:"" type:"existingdir" help:"Folder of the pack."`
}

// Run runs the pack's test.txt through the API of a company made for it, on
// SQLite, or on PostgreSQL in the schema that --database and --schema name.
func (c *packTest) Run(ctx context.Context, p *place) (err error) {
	path := filepath.Join(c.Dir, "test.txt")
	raw, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	script, err := scripttest.Parse(path, string(raw))
	if err != nil {
		return err
	}
	sources, err := packWithRequired(c.Dir)
	if err != nil {
		return err
	}
	if _, problems := meta.Load(sources...); problems.Fatal() {
		return problems.Err()
	}
	dir, err := os.MkdirTemp("", "kedang-pack")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	d, err := db.Open(ctx, db.Config{Dir: dir, URL: p.Database, Schema: p.Schema, NoSync: true})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, d.Close()) }()
	company, err := apitest.Open(ctx, apitest.Options{DB: d, Dir: dir, Packs: sources})
	if err != nil {
		return err
	}
	failures := script.Run(ctx, company, os.DirFS(c.Dir))
	for _, f := range failures {
		fmt.Println(f.Error())
	}
	if err := company.Close(); err != nil {
		return err
	}
	if len(failures) > 0 {
		return fmt.Errorf("%s: %d statements do not hold", path, len(failures))
	}
	fmt.Printf("%s: good\n", path)
	return nil
}
