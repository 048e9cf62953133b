// Package record is the engine: it turns the types of a [meta.Schema] into
// tables, and gives every record of every type the same abilities — written
// through one path, listed, searched, related, counted, kept in history,
// attached files to, archived, purged — under the rights of the one who asks.
//
// # Main types
//
// A [Store] is the engine of one company. Its exported methods are
// transactions and take the [access.Actor] they act for right after the
// context; the unexported helpers below them take the transaction. A [Row] is a
// record in memory in stored forms, a [Change] one write on its way, as
// extensions see it. An [Extension] adds to the write path, a [Matcher] finds
// likely doubles, a [FieldLocker] holds fields still.
//
//	s, err := record.New(ctx, record.Options{DB: d, IDs: ids, Ledger: book, …})
//	err = s.Apply(ctx, schema)                            // tables, columns, indexes
//	saved, err := s.Create(ctx, actor, "customer", record.Values{"name": "王府酒店"}, record.WriteOptions{})
//	page, err := s.List(ctx, actor, "customer", record.ListQuery{Filter: `level == "A"`, OrderBy: "name"}, nil)
//	hits, err := s.Search(ctx, actor, record.SearchQuery{Q: "wfjd"}, nil)
//
// # A write
//
// [Store.Create], [Store.Update], [Store.Batch] and [Store.Bulk] all lead to
// writing.checked and writing.write, whose bodies are the table of contents:
// authorise, merge, defaults, formulas, before, checks, seal, number, title;
// then store, index, history, derived, after. What needs no other record is
// done outside the writer (prepare); everything that may have moved is looked
// at again inside. All that can refuse stands before the first statement that
// stores, so a refused row of a bulk write leaves nothing behind.
//
// Derived values — roll-ups, formulas that read other records, the columns
// that rights follow — change in the same transaction up to a thousand records,
// beyond that by job (derive.go, maintain.go). They move neither revision nor
// history.
//
// # A read
//
// Lists and single records are one SELECT whose rows become JSON as they are
// scanned (reading). A search asks the one token index of all types and checks
// each candidate on folded text (search.go); what is guarded from some roles
// stands under marks of its own (marks.go), and classes of types and owners
// ride along (search_rights.go).
//
// # Never
//
// There is no way around rights: not for an import, not for a link's title, not
// for a count. Nothing is deleted but by [Store.Purge]. No method calls the
// network, and none knows a type by name.
package record
