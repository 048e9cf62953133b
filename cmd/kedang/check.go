package main

import (
	"context"
	"fmt"
	"os"
)

// checkCommand compares everything stored with what should be. It changes nothing;
// that it was made is on record.
type checkCommand struct{}

// Run prints a line for each fault; any makes the command fail.
func (checkCommand) Run(ctx context.Context, p *place) error {
	return inCompany(ctx, p, everything, func(op operator) error {
		line := newStatus(os.Stderr)
		rep, err := op.Check(ctx, func(done int64) { line.show(fmt.Sprintf("%d records read", done)) })
		line.clear()
		if err != nil {
			return err
		}
		for _, f := range rep.Faults {
			fmt.Printf("%s %s %s: %s\n", f.What, f.Type, f.Record, f.Detail)
		}
		fmt.Printf("%d records and %d log entries checked, %d faults\n", rep.Records, rep.Entries, len(rep.Faults))
		if rep.Waiting > 0 {
			fmt.Printf("%d findings in records that a job has yet to bring up to date: let the server run until it has, then check again\n", rep.Waiting)
		}
		if len(rep.Faults) > 0 {
			return fmt.Errorf("%d faults were found", len(rep.Faults))
		}
		return nil
	})
}
