// Package expr is the expression language of list filters, row rights, rules,
// formulas and conditions.
//
//	e, err := expr.Compile(`level == "A" and customer.owner.department in my_tree()`, scope, expr.Options{Printable: true})
//	ok, err := e.Test(row, args)                       // in memory
//	cond, params, err := e.SQL("t", expr.SQLite, args) // in the database
//
// expr-lang's parser reads the text; [Compile] checks the tree against the
// types that a [Scope] declares and makes its own small tree out of a closed
// list of operators and functions. Eval and SQL walk that same tree, so that
// memory, SQLite and PostgreSQL give one answer; TestSame holds it for every
// operator, kind and missing value.
//
// The language:
//
//	level  owner.department.name        a field; the field of a linked record
//	12  1.50  "text"  'text'  true nil  constants; dates, moments and ids are texts: born > '2026-01-31'
//	== != < <= > >=  and or not  in     comparisons and logic; && || ! too
//	contains startsWith endsWith        on texts, byte for byte
//	+ - * / %  c ? a : b  a ?? b        calculations, text + text, date + days, choices
//	any all none count sum (list, …)    over a many-valued field: # is the item, .qty its field;
//	                                    a bare name is the record's own field there too
//	has(list, x)  len(list or text)  is_missing(x)  coalesce(a, …)  if(c, a, b)
//	abs round(x, digits) min max  lower trim
//	today() now() date(moment) year month day weekday (1 is Monday) days_between add_days add_months
//	me() my_department() my_tree() my_subordinates()
//
// Logic is two-valued. A comparison with a missing value is false; != is true
// when exactly one side is missing or the sides differ; not is the plain
// complement. The printer pushes not down to the comparisons, where it writes
// out what SQL's NULL would otherwise hide. Functions and calculations of a
// missing value are missing; text + text skips a missing side, min and max
// skip missing values. Dividing by zero and leaving the years 1 to 9999 give a
// missing value.
//
// Decimals are exact: scaled integers. Sums keep the finer scale, products add
// scales up to 12 digits, quotients have 8, rounded half up (away from zero).
// Only what leaves the expression must fit int64, else it is an error with the
// code overflow. Texts compare by their bytes.
//
// What the databases would not compute exactly alike (products of columns, the
// day of a date-time beside another column) can be evaluated and not printed;
// Compile with Options.Printable refuses it with the code not_filterable, and
// what it accepts prints for any arguments.
//
// A field that is masked or sealed for the reader may stand beside a constant
// under ==, and nowhere else. Cost is bounded before the parser runs: length,
// nesting, nodes, constants in lists, printed text.
//
// The way through the files: parse.go reads, compile.go and its neighbours
// (name, compare, calculate, call, constant) check and make nodes (node.go),
// eval.go computes them on values (value.go), sql.go and its neighbours print
// them, render.go writes them back as text.
//
// expr must never import a database, read a clock (the present moment is in
// [Args]), or know what a record is.
package expr
