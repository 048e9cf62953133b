// Package bulk changes everything that a list shows at once: fields set, tags
// added, owners given, records archived; foreseen before, on record, and taken
// back as a whole.
//
// [Service.Start] fixes the selection (ids, or all that a query finds) and
// enqueues a job. The job goes through the rows in chunks of at most 500 by the
// ordinary write path, with its starter's rights as they are at each chunk;
// what became of each row is kept in the chunk's own transaction, so that a
// killed process goes on where it was.
//
//	b, err := s.Start(ctx, actor, "customer", bulk.Selection{Query: record.ListQuery{View: "mine"}},
//		bulk.Change{Set: record.Values{"level": "A"}})
//	…
//	err = s.Undo(ctx, actor, b.ID)
//
// An undo is a job too: each changed row gets its earlier values by an ordinary
// write of whoever undoes, unless its fields were changed again since; such
// rows are kept as they are and listed.
//
// The package must never write a record but through record.Store, nor know a
// record type.
package bulk
