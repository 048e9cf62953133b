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
		if len(rep.Faults) > 0 {
			return fmt.Errorf("%d faults were found", len(rep.Faults))
		}
		return nil
	})
}
