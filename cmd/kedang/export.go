package main

import (
	"context"
	"io"
	"os"
	"path/filepath"
	"strings"

	"kedang/internal/errs"
	"kedang/internal/record"
	"kedang/internal/text"
)

// exportCommand writes a list.
type exportCommand struct {
	Type    string   `arg:"" help:"Record type, such as customer."`
	Filter  string   `help:"Condition, such as 'level == \"A\"'."`
	OrderBy string   `name:"order-by" help:"Fields to sort by, '-' before one for falling."`
	View    string   `help:"A declared view: its filter, order and columns."`
	Fields  []string `help:"Columns; all that may be read unless told."`
	Format  string   `enum:"csv,xlsx," default:"" help:"csv or xlsx; the output's ending unless told, else csv."`
	Lang    string   `default:"zh-Hans" help:"Language of the headers: zh-Hans, zh-Hant or en (${default})."`
	Output  string   `short:"o" type:"path" help:"File to write; standard output unless told."`
	As      string   `placeholder:"USER" help:"Whose rights it has; the system's unless told."`
}

// exportRequest is an export on its way to whoever writes it.
type exportRequest struct {
	Type, Format, Lang, As string
	Query                  record.ListQuery
}

// Run writes the list; a file gets its name when it is whole.
func (c *exportCommand) Run(ctx context.Context, p *place) error {
	q := exportRequest{Type: c.Type, Format: c.Format, Lang: string(text.Match(c.Lang)), As: c.As,
		Query: record.ListQuery{Filter: c.Filter, OrderBy: c.OrderBy, View: c.View, Fields: c.Fields}}
	if ending := strings.ToLower(strings.TrimPrefix(filepath.Ext(c.Output), ".")); q.Format == "" {
		switch ending {
		case "csv", "xlsx":
			q.Format = ending
		case "", "txt":
			q.Format = "csv"
		default:
			return errs.RefuseField("format", "bad_choice", errs.Params{"value": ending, "known": "csv, xlsx"})
		}
	}
	return inCompany(ctx, p, everything, func(op operator) error {
		if c.Output == "" || c.Output == "-" {
			return op.Export(ctx, q, os.Stdout)
		}
		f, err := os.CreateTemp(filepath.Dir(c.Output), filepath.Base(c.Output)+".*")
		if err != nil {
			return err
		}
		defer os.Remove(f.Name())
		defer f.Close()
		if err := op.Export(ctx, q, f); err != nil {
			return err
		}
		if err := f.Close(); err != nil {
			return err
		}
		return os.Rename(f.Name(), c.Output)
	})
}

// Export writes a list as the actor may see it.
func (d *direct) Export(ctx context.Context, q exportRequest, w io.Writer) error {
	a, err := d.operatorActor(ctx, q.As)
	if err != nil {
		return err
	}
	_, err = d.transfer.Export(ctx, a, q.Type, q.Query, q.Format, q.Lang, w)
	return err
}
