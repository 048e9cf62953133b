package main

import (
	"context"
	"errors"
	"io"

	"kedang/internal/transfer"
)

func openTransfer(ctx context.Context, a *app) (*transfer.Service, error) { return nil, nil }

type importRequest struct{}
type exportRequest struct{}
type importState struct{}
type importCommand struct{}
type exportCommand struct{}

func (importCommand) Run() error { return nil }
func (exportCommand) Run() error { return nil }

func (d *direct) Import(ctx context.Context, q importRequest, sheet io.Reader, refused io.Writer, progress func(importState)) (importState, error) {
	return importState{}, errors.New("no")
}
func (d *direct) Export(ctx context.Context, q exportRequest, w io.Writer) error {
	return errors.New("no")
}
