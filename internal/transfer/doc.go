// Package transfer takes records across the border: lists of customers come
// in from sheets, filtered lists go out, the whole company is backed up and
// restored.
//
// An import is a job over an uploaded file. [Inspect] reads the sheet's head
// and proposes what each column means; the [Service] then runs it in chunks of
// at most 500 rows, each chunk one transaction together with the place reached,
// so that a stopped or killed import goes on where it was. Every refused row
// comes back in a file with its reasons; an import can be undone.
//
//	plan, err := transfer.Inspect(file, "客户.csv", t, transfer.Hints{})
//	id, err := svc.Create(ctx, actor, transfer.Import{Type: "customer", Mode: transfer.Upsert, Key: "phones", …}, file)
//	err = svc.Start(ctx, actor, id)
//
// All rows go through record.Bulk with the person's own rights. transfer must
// never write a record another way, hold a whole file in memory, or let a cell
// of an export be read as a formula.
package transfer
