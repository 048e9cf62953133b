// Package transfer takes records across the border: lists of customers come
// in from sheets, filtered lists go out, the whole company is backed up and
// restored.
//
// # Import
//
// An import is a job over an uploaded file. [Inspect] reads the sheet's head
// and proposes what each column means, by the words of the header and by what
// stands below it; the [Service] runs it in chunks of at most 500 rows. A chunk
// is one transaction that holds the records, what became of each row, and the
// place reached: a stopped or killed import goes on where it was, and a row is
// in once or not at all. An administrator may import on behalf of somebody: the
// rows are judged by that person's rights and stand in his name. Refused rows come back as a sheet with their reasons;
// an import can be undone. A check takes the same chunks back again; what they
// would have left behind is kept beside them ([record.Rehearsal]), so that it
// tells of doubles within the sheet as the import will.
//
//	svc, err := transfer.New(ctx, transfer.Options{Store: store, …})
//	i, err := svc.Upload(ctx, actor, "customer", "客户.xlsx", file, transfer.Hints{})
//	i, err = svc.SetPlan(ctx, actor, i.ID, transfer.Hints{Map: map[string]string{"备注2": "remark"}})
//	i, err = svc.Decide(ctx, actor, i.ID, []transfer.Decision{{Path: "level", Code: "bad_choice", Do: transfer.Empty}}) // what becomes of rows that would be refused
//	rows, err := svc.Preview(ctx, actor, i.ID, transfer.StartOptions{}, 50) // what the first rows would come to
//	err = svc.Start(ctx, actor, i.ID, transfer.StartOptions{Mode: transfer.Upsert, Key: "phones"})
//	i, err = svc.State(ctx, actor, i.ID)            // live: rows, counts, rate
//	err = svc.Refused(ctx, actor, i.ID, "csv", w)
//	err = svc.Undo(ctx, actor, i.ID)
//
// Sheets are text in UTF-8, GB18030, Big5, UTF-16 or Windows-1252 with any
// usual delimiter, .xlsx, the .xls that older programs write, and what many
// call so: a page with a table, or Excel's XML of 2003; vCards are a sheet with a
// row for each. Of a workbook the sheet
// is taken whose header names most fields; a list without a header is known by
// what stands in its columns. What people mean by their layout is
// understood: cells merged downwards (rows under one name are one new record, its
// telephones with whose they are), 同上, a unit in a header (万元) or above
// it, an address or a name in several columns, telephone numbers of another
// region. Columns may also fill
// child rows (lines.product): rows that name the same record as the one above, or
// none, are more of it, and come in or stay out together. Or records of other types beside
// the rows' own (contact.name, contact[2].name), where a pack says which: rows that name a
// firm again, wherever they stand, belong to it with the people in them. A row is in with all
// that stands beside it, or not at all; what it says of the firm otherwise than the first is
// told. Where each firm stands once with one person, its own fields take him. A blank cell never
// empties a field, and 无, —, N/A are blank. What is not sure (约500万, 2020年5月) is taken and told;
// a cell that cannot be read refuses its row, or is left out where a person says
// so ([Leave]). With a key, a row finds its record by one look into an
// index for the whole chunk; the key itself is not written again. Files are
// kept sealed in the vault and lie unpacked in the data directory only while
// they are read.
//
// # Export
//
// [Service.Export] writes a list as filtered, page by page, in the labels of a
// language. Cells that a spreadsheet could take for formulas get a quote before
// them (which the import takes away again) or are written as strings.
//
// # Backup
//
// [Backup] writes one file sealed with age: a tar of a manifest, the database
// (SQLite copied under a read transaction, PostgreSQL by pg_dump from an
// exported snapshot), the key file, the attachments, and the SHA-256 of each.
// The key file is in it because the archive as a whole is encrypted. [Restore]
// writes everything beside the target, checks the sums, the database and its
// row counts, and then exchanges the two.
//
// # What it must never do
//
// Write a record but through record.Bulk with the person's own rights of today,
// hold a whole list in memory (the old .xls, which bounds itself, aside), let a
// cell of an export be read as a formula, or write a key in the clear.
package transfer
