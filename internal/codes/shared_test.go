package codes_test

import (
	"encoding/csv"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// today is the day on which the tests run, as far as the package knows.
var today = time.Date(2026, 11, 24, 0, 0, 0, 0, time.UTC)

// openData reads a CSV table of the data folder beside the repository, as
// rows by column name; the test is skipped where the folder is not there.
func openData(t *testing.T, name string) []map[string]string {
	t.Helper()
	path := filepath.Join("..", "..", "..", "shared", "data", name)
	if _, err := os.Stat(path); err != nil {
		t.Skip("no data folder beside the repository")
	}
	return readTable(t, path)
}

func readTable(t *testing.T, path string) []map[string]string {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	lines, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var rows []map[string]string
	for _, line := range lines[1:] {
		row := map[string]string{}
		for i, v := range line {
			row[lines[0][i]] = v
		}
		rows = append(rows, row)
	}
	if len(rows) == 0 {
		t.Fatalf("%s has no rows", path)
	}
	return rows
}
