package codes

import (
	"embed"
	"sort"
	"strings"
	"sync"
	"unicode/utf8"
)

//go:embed data/divisions.tsv data/traditional.txt
var divisionData embed.FS

// Place is one division: its code of six digits and its name.
type Place struct {
	Code string `json:"code"`
	Name string `json:"name"`
}

// Division gives the names from province to county of a code, for "310115"
// ["上海市", "浦东新区"]. Levels that exist in the numbering only (市辖区,
// 省直辖县级行政区划) are left out. A longer code (of a street) is cut to six
// digits; of a withdrawn code the known part is given; ok is false when not
// even the province is known.
func Division(code string) (names []string, ok bool) {
	if len(code) < 6 || !digitsOnly(code) {
		return nil, false
	}
	t := divisions()
	code = code[:6]
	for _, level := range []string{code[:2] + "0000", code[:4] + "00", code} {
		name, found := t.names[level]
		if found && !numberingOnly(name) && (len(names) == 0 || names[len(names)-1] != name) {
			names = append(names, name)
		}
	}
	return names, len(names) > 0
}

// KnownDivision reports whether the code itself is in force.
func KnownDivision(code string) bool {
	_, ok := divisions().names[code]
	return ok
}

// DivisionsUnder lists what stands directly under a code, by code; under ""
// the provinces. Levels that exist in the numbering only are passed through:
// under "310000" stand the districts of Shanghai.
func DivisionsUnder(code string) []Place {
	t := divisions()
	var places []Place
	for _, c := range t.codes {
		if c != code && t.parent(c) == code && !numberingOnly(t.names[c]) {
			places = append(places, Place{Code: c, Name: t.names[c]})
		}
	}
	return places
}

// divisionTable is the embedded table with the indexes that FindDivision reads.
type divisionTable struct {
	names map[string]string // code -> name
	codes []string          // sorted
	plain map[rune]rune     // traditional character -> simplified
	byName
}

// divisions loads the table at first use: a start of the program that needs
// no address does not pay for it.
var divisions = sync.OnceValue(loadDivisions)

func loadDivisions() *divisionTable {
	t := &divisionTable{names: make(map[string]string, 3800), plain: make(map[rune]rune, 600)}
	for line := range strings.Lines(embedded("data/traditional.txt")) {
		pair := []rune(strings.TrimSpace(line))
		if utf8.RuneLen(pair[0]) == utf8.RuneLen(pair[1]) {
			t.plain[pair[0]] = pair[1]
		}
	}
	for line := range strings.Lines(embedded("data/divisions.tsv")) {
		code, name, _ := strings.Cut(strings.TrimSpace(line), "\t")
		t.names[code] = name
		t.codes = append(t.codes, code)
	}
	sort.Strings(t.codes)
	t.index()
	return t
}

// embedded reads a file that the compiler has put into the program.
func embedded(name string) string {
	b, err := divisionData.ReadFile(name)
	if err != nil {
		panic(err) // go:embed names the same file
	}
	return string(b)
}

// parent is the code of the level above, past levels of numbering only; of a
// province it is "".
func (t *divisionTable) parent(code string) string {
	if code[2:] == "0000" {
		return ""
	}
	if city := code[:4] + "00"; code != city {
		if name, ok := t.names[city]; ok && !numberingOnly(name) {
			return city
		}
	}
	return code[:2] + "0000"
}

func numberingOnly(name string) bool {
	switch name {
	case "市辖区", "县", "省直辖县级行政区划", "自治区直辖县级行政区划":
		return true
	}
	return false
}

func level(code string) int {
	switch {
	case code[2:] == "0000":
		return 0
	case code[4:] == "00":
		return 1
	}
	return 2
}
