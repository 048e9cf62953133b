package db

import "strings"

// String names the database.
func (d Dialect) String() string {
	if d == Postgres {
		return "postgres"
	}
	return "sqlite"
}

// Quote makes an identifier of a name.
func (d Dialect) Quote(name string) string { return `"` + strings.ReplaceAll(name, `"`, `""`) + `"` }

// IntType is the type of 64-bit integers in DDL and CAST.
func (d Dialect) IntType() string {
	if d == Postgres {
		return "bigint"
	}
	return "INTEGER"
}

// TextType is the type of texts, compared by their bytes.
func (d Dialect) TextType() string {
	if d == Postgres {
		return `text COLLATE "C"`
	}
	return "TEXT"
}

// BlobType is the type of bytes.
func (d Dialect) BlobType() string {
	if d == Postgres {
		return "bytea"
	}
	return "BLOB"
}

// RealType is the type of floating-point numbers.
func (d Dialect) RealType() string {
	if d == Postgres {
		return "double precision"
	}
	return "REAL"
}

// Contains prints the condition that the text expr holds the argument as it
// stands, byte for byte, without wildcards.
func (d Dialect) Contains(expr string) string {
	if d == Postgres {
		return "strpos(" + expr + ", ?) > 0"
	}
	return "instr(" + expr + ", ?) > 0"
}

// DDL replaces {int} {text} {blob} {real} and {strict} in a statement.
func (d Dialect) DDL(text string) string {
	strict := "STRICT"
	if d == Postgres {
		strict = ""
	}
	return strings.NewReplacer("{int}", d.IntType(), "{text}", d.TextType(), "{blob}", d.BlobType(), "{real}", d.RealType(), "{strict}", strict).Replace(text)
}
