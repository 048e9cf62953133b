package transfer

import "testing"

func TestWithoutZeros(t *testing.T) {
	for _, test := range []struct {
		in   string
		keep int
		want string
	}{{"5.00", 0, "5"}, {"51.0000", 2, "51.00"}, {"1.5000 公斤", 0, "1.5 公斤"}, {"1,200", 2, "1,200"}, {"0.1250", 2, "0.125"}, {"10.0%", 0, "10%"}, {"100", 0, "100"}, {"", 2, ""}} {
		if got := withoutZeros(test.in, test.keep); got != test.want {
			t.Errorf("%q: %q, want %q", test.in, got, test.want)
		}
	}
}

// TestLinesAreFull: every line of facts is as wide as the sheet.
func TestLinesAreFull(t *testing.T) {
	for _, landscape := range []bool{false, true} {
		p := &papering{paper: &Paper{Landscape: landscape, Size: "a4"}}
		n := p.paper.pairs()
		for _, spans := range [][]int{{1}, {n}, {1, n, 1}, {1, 1, 1, 1, 1}, {n, n, 1}} {
			var facts []Fact
			for _, s := range spans {
				facts = append(facts, Fact{Span: s})
			}
			seen := 0
			for _, line := range p.lines(facts) {
				wide := 0
				for _, f := range line {
					wide, seen = wide+f.Span, seen+1
				}
				if wide != n {
					t.Errorf("%v: a line of %d instead of %d", spans, wide, n)
				}
			}
			if seen != len(spans) {
				t.Errorf("%v: %d of %d facts", spans, seen, len(spans))
			}
		}
	}
}

// TestTighten keeps short cells on a line only where the sheet has room.
func TestTighten(t *testing.T) {
	few := &Table{Heads: make([]Head, 2), Rows: [][]string{{"杭州锦绣建材有限公司", "一段很长的说明，写了二十多个字，放不进一行里面去"}}}
	few.tighten(false)
	if !few.Heads[0].Tight || few.Heads[1].Tight {
		t.Errorf("two columns: %+v", few.Heads)
	}
	row := make([]string, 12)
	for i := range row {
		row[i] = "杭州锦绣建材有限公司"
	}
	many := &Table{Heads: make([]Head, 12), Rows: [][]string{row}}
	many.tighten(true)
	if many.Heads[0].Tight {
		t.Error("twelve wide columns stick out of the sheet")
	}
}
