package words_test

import (
	"testing"

	"kedang/bench/words"
)

// TestCompaniesDiffer holds that a big sheet is not the same few firms again
// and again, and that the same number is the same firm.
func TestCompaniesDiffer(t *testing.T) {
	m, names, levels := words.New(), map[string]bool{}, map[string]int{}
	const n = 20000
	for i := range n {
		c := m.Company(i)
		names[c.Name] = true
		levels[c.Level]++
	}
	if len(names) < n*95/100 {
		t.Errorf("%d names among %d companies", len(names), n)
	}
	if levels["A"] < n/20 || levels["A"] > n/10 {
		t.Errorf("%d of level A", levels["A"])
	}
	if once, again := m.Company(77), m.Company(77); once != again {
		t.Error("the same number made two firms")
	}
}
