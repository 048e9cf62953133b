// Command crash kills a server again and again while it writes, and looks
// each time for what is missing.
//
//	go run ./bench/crash -n 50
//
// Several clients create and change customers and payments through the API,
// each request with an Idempotency-Key, while an import runs. At a random
// moment the server gets SIGKILL, and is started again on the same directory.
// Then holds, or the command fails:
//
//   - a write that was answered with success is there, with its values and a
//     revision not below the one answered; search finds it;
//   - a write without an answer is there whole or not at all: sent once more
//     with its key it succeeds and is there once;
//   - sums over payments (a roll-up) are the sums of what was answered;
//   - `kedang check` finds no fault: index, roll-ups, side rows, the chain;
//   - the import goes on by itself and ends with exactly its rows.
//
// That the test would notice is a test of its own: a server that answers
// before it stores is reported (crash_test.go).
package main
