// Command run measures Kedang beside the bare floor in one run and prints a
// table.
//
//	go run ./bench/run -rows 100000
//
// It makes a sheet of Chinese companies, imports it through a running server,
// starts that server anew, and asks it over HTTP on loopback, from this
// process: the figures hold the load generator's share of the machine too.
// Then the same questions go to bench/floor, which answers the same JSON from
// prepared statements on the same file, without rights or rules.
package main
