// Package expr is the expression language of list filters, row rights, rules,
// formulas and conditions.
//
//	e, err := expr.Compile(`level == "A" and customer.owner.department in my_tree()`, scope, expr.Options{Printable: true})
//	ok, err := e.Test(row, args)                    // in memory
//	cond, params, err := e.SQL("t", expr.SQLite, args) // in the database
//
// expr-lang's parser reads the text; Compile checks the tree against the types
// that a [Scope] declares and makes its own small tree out of a closed list of
// operators and functions. Eval and SQL walk that same tree, so that memory,
// SQLite and PostgreSQL give one answer.
//
// Logic is two-valued. A comparison with a missing value is false; != is true
// when exactly one side is missing or the sides differ; not is the plain
// complement. The printer pushes not down to the comparisons, where it writes
// what SQL's NULL would otherwise hide. Decimals are exact: scaled integers,
// rounded half up; dividing by zero gives a missing value, leaving int64 is an
// error with code overflow. Texts compare by their bytes.
//
// What the databases would not compute exactly alike (products of columns,
// the day of a date-time column beside another column) may be evaluated and
// not printed; Compile with Options.Printable refuses it with the code
// not_filterable.
//
// expr must never import a database, read a clock (the present moment is in
// [Args]), or know what a record is.
package expr
