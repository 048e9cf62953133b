package main

import "errors"

type packTest struct {
	Dir string `arg:"" type:"existingdir" help:"Folder of the pack."`
}

// Run runs the pack's script.
func (c *packTest) Run() error { return errors.New("not yet") }
