// Package meta says what a record type is. It reads packs (folders of YAML,
// see packs/README.md), checks everything they declare, compiles every
// expression once, and gives the rest of Kedang one immutable [Schema].
//
//	schema, problems := meta.Load(
//		meta.Source{Name: "packs/core", FS: core},
//		meta.Source{Name: "packs/general", FS: general},
//		meta.Source{Name: "overlay", FS: company, Overlay: true})
//	if problems.Fatal() {
//		fmt.Println(problems.Error()) // packs/general/types/order.yaml:12: fields[3].kind: unknown kind monney. Did you mean money?
//	}
//	catalogue, changes := meta.Bind(schema, stored, nextID) // permanent ids, physical names
//	steps := meta.Plan(stored, catalogue)                   // tables and columns the engine makes
//	order, _ := schema.Type("order")
//	total, _ := order.Field("total")
//	total.Kind.AppendJSON(nil, total, int64(1250)) // "12.50"
//
// The main types: [Type] and [Field] are declarations with what follows from
// them; [Kind] is one kind of field (storage, parse, check, format), one file
// each, listed in kinds.go; [Programs] are compiled expressions; [Dependent],
// [Feed] and Type.FormulaOrder tell the engine what to compute again when
// something changes; [Catalogue] is what a database has been told; [Pattern]
// makes record numbers.
//
// # How packs come together
//
// Sources are read in order. A file with type: declares a type under its name
// and aliases; a file with extend: changes one that is there already. Merging
// is property by property: what the file gives replaces what was there, texts
// language by language; fields, sections, views, rules, tabs, roles and menu
// items with a known name are merged, the others added at the end; choices are
// merged by value; synonyms, aliases, unique combinations, matches and a
// page's lists are added to; access is set verb by verb. A field's kind and
// what its stored form depends on belong to the pack that declares it. An
// overlay is the company's own source: it may change a kind as well, its page
// lists replace, and an entry whose target is gone is parked: reported as a
// warning, never fatal.
//
// Wherever a type is named (to:, root:, of:, API paths) an alias serves as
// well; Type.Name is the type's own name.
//
// # What is checked
//
// Everything that can be known before the first record: unknown keys, names,
// kinds, targets, circles of roots and of formulas across types, expressions,
// views, orders, rights, choices, labels. Each problem has file, line, path,
// sentence and remedy. They come in two rounds: names and shapes all at once;
// expressions, roll-ups and circles when the names hold.
//
// # Rules of the house
//
// meta knows no database and no user: it must never import db, hold state
// beside its values, or write SQL. Kinds are stateless. Schema, Type and Field
// do not change after Load and Bind.
package meta
