package meta_test

import (
	"encoding/json"
	"fmt"
	"math"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"kedang/internal/meta"
)

func FuzzAppendString(f *testing.F) {
	for _, s := range []string{"", "王府", "\x00\x1f\"\\/<>&\u2028\u2029", "👩‍👩‍👧", strings.Repeat("a\n", 100)} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if !utf8.ValidString(s) {
			t.Skip()
		}
		var back string
		got := meta.AppendString(nil, s)
		if err := json.Unmarshal(got, &back); err != nil || back != s {
			t.Fatalf("%q comes back as %q (%v)", s, back, err)
		}
	})
}

func FuzzMoney(f *testing.F) {
	for _, s := range []string{"0", "-0.005", "12.345", "1e3", "92233720368547758.07", ".5", "5.", "-", "+1", "1e-9", "1E40"} {
		f.Add(s)
	}
	money := fieldOf(f, "money", "{}")
	f.Fuzz(func(t *testing.T, s string) {
		v, problems := money.Kind.Parse(money, s, &meta.Input{})
		if problems != nil || v == nil {
			return
		}
		text := strings.Trim(string(money.Kind.AppendJSON(nil, money, v)), `"`)
		again, problems := money.Kind.Parse(money, text, &meta.Input{})
		if problems != nil || again != v {
			t.Fatalf("%q is %v, %s, then %v %v", s, v, text, again, problems)
		}
	})
}

func TestAppendTime(t *testing.T) {
	for _, ms := range []int64{0, 1, -1, 951782400000, 951868799999, 4102444799999, -62135596800000, 253402300799999, math.MaxInt32 * 1000} {
		want := time.UnixMilli(ms).UTC().Format(`"2006-01-02T15:04:05.000Z"`)
		if got := string(meta.AppendTime(nil, ms)); got != want {
			t.Errorf("%d: %s, want %s", ms, got, want)
		}
	}
	for day := int64(-800_000); day < 800_000; day += 97 {
		ms := day * 86_400_000
		if year := time.UnixMilli(ms).UTC().Year(); year < 1 || year > 9999 {
			continue
		}
		want := time.UnixMilli(ms).UTC().Format(`"2006-01-02T15:04:05.000Z"`)
		if got := string(meta.AppendTime(nil, ms)); got != want {
			t.Fatalf("%d: %s, want %s", ms, got, want)
		}
	}
}

func TestNextDay(t *testing.T) {
	for _, x := range []struct{ stored, from, want string }{
		{"1990-11-25", "2026-11-24", "2026-11-25"},
		{"1990-11-24", "2026-11-24", "2026-11-24"},
		{"1990-11-23", "2026-11-24", "2027-11-23"},
		{"0004-02-29", "2026-01-01", "2026-02-28"},
		{"0004-02-29", "2028-01-01", "2028-02-29"},
		{"L1965-08-15", "2026-01-01", "2026-09-25"},
	} {
		if got, ok := meta.NextDay(x.stored, x.from); !ok || got != x.want {
			t.Errorf("%s after %s: %s %v, want %s", x.stored, x.from, got, ok, x.want)
		}
	}
	if _, ok := meta.NextDay("someday", "2026-01-01"); ok {
		t.Error("no date has a next day")
	}
}

// hot are the kinds on the path of every list and every import.
var hot = []struct{ kind, properties, json string }{
	{"text", "{}", "王府酒店管理有限公司"},
	{"longtext", "{}", strings.Repeat("客户说\"下周\"再来。\n", 20)},
	{"integer", "{}", "12345"},
	{"money", "{}", "12345.67"},
	{"date", "{}", "2026-01-31"},
	{"datetime", "{}", "2026-01-31T08:00:00.000Z"},
	{"choice", "{choices: [{a: 甲}, {b: 乙}, {c: 丙}]}", "c"},
	{"link", "{to: thing}", "0000000000ZZZ"},
	{"phones", "{}", "13800138000"},
}

// TestAppendJSONDoesNotAllocate holds DESIGN's streamed lists: a value goes
// straight into the response.
func TestAppendJSONDoesNotAllocate(t *testing.T) {
	buf := make([]byte, 0, 64<<10)
	for _, x := range hot {
		f := fieldOf(t, x.kind, x.properties)
		v, problems := f.Kind.Parse(f, x.json, &meta.Input{Region: "CN"})
		if problems != nil {
			t.Fatal(x.kind, problems)
		}
		if n := testing.AllocsPerRun(100, func() { buf = f.Kind.AppendJSON(buf[:0], f, v) }); n > 0 {
			t.Errorf("%s: %v allocations", x.kind, n)
		}
	}
}

func BenchmarkAppendJSON(b *testing.B) {
	for _, x := range hot {
		f := fieldOf(b, x.kind, x.properties)
		v, _ := f.Kind.Parse(f, x.json, &meta.Input{Region: "CN"})
		b.Run(x.kind, func(b *testing.B) {
			buf := make([]byte, 0, 4096)
			b.ReportAllocs()
			for b.Loop() {
				buf = f.Kind.AppendJSON(buf[:0], f, v)
			}
		})
	}
}

func BenchmarkParse(b *testing.B) {
	for _, x := range hot {
		f := fieldOf(b, x.kind, x.properties)
		in := &meta.Input{Region: "CN"}
		var v any = x.json
		b.Run(x.kind, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, problems := f.Kind.Parse(f, v, in); problems != nil {
					b.Fatal(fmt.Sprint(problems))
				}
			}
		})
	}
}
