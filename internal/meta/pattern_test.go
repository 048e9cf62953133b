package meta_test

import (
	"testing"
	"time"

	"kedang/internal/meta"
)

func TestPattern(t *testing.T) {
	now := time.Date(2026, 3, 7, 0, 0, 0, 0, time.UTC)
	for _, x := range []struct{ pattern, prefix, first, large string }{
		{"C{yyyy}-{seq:6}", "C2026-", "C2026-000001", "C2026-1234567"},
		{"SO{yy}{mm}{dd}-{branch}-{seq:4}", "SO260307-SH-", "SO260307-SH-0001", "SO260307-SH-1234567"},
		{"{branch}{seq:3}", "SH", "SH001", "SH1234567"},
		{"{seq:1}", "", "1", "1234567"},
		{"编号{seq:12}", "编号", "编号000000000001", "编号000001234567"},
	} {
		p, why := meta.ParsePattern(x.pattern)
		if why != "" {
			t.Errorf("%s: %s", x.pattern, why)
			continue
		}
		prefix := p.Prefix(now, "SH")
		if prefix != x.prefix || p.Format(prefix, 1) != x.first || p.Format(prefix, 1234567) != x.large {
			t.Errorf("%s: %q %q %q", x.pattern, prefix, p.Format(prefix, 1), p.Format(prefix, 1234567))
		}
		for _, seq := range []int64{1, 9, 1234567} {
			gotPrefix, gotSeq, ok := p.Parse(p.Format(prefix, seq))
			if !ok || gotPrefix != prefix || gotSeq != seq {
				t.Errorf("%s: %s comes back as %q %d %v", x.pattern, p.Format(prefix, seq), gotPrefix, gotSeq, ok)
			}
		}
	}
}

func TestPatternKnowsItsOwnNumbers(t *testing.T) {
	p, _ := meta.ParsePattern("C{yyyy}{mm}-{branch}-{seq:4}")
	for number, want := range map[string]bool{
		"C202603-SH-0001": true, "C202613-SH-0001": false, "C202603-SH-001": false, "C202603-SH-01234": false, "c202603-SH-0001": false,
		"C202603-SH-0000": false, "C202603--0001": true, "C202603-S H-0001": false, "C202603-上海-0007": true, "": false, "C2026": false,
		"C202603-A-B-0001": true, "C202603-SH-99999": true, "C202603-SH-1234567890123456789": false,
	} {
		if _, _, ok := p.Parse(number); ok != want {
			t.Errorf("%q: %v, want %v", number, ok, want)
		}
	}
	for _, bad := range []string{"", "C", "C{seq:4}x", "{seq:0}", "{seq:13}", "{seq:x}", "{yyy}{seq:1}", "C}{seq:1}", "{seq:1", "{seq:2}{seq:2}"} {
		if p, why := meta.ParsePattern(bad); why == "" {
			t.Errorf("%q is taken: %v", bad, p)
		}
	}
}
