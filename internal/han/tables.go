package han

import (
	_ "embed" // the tables are part of the program
	"strings"
	"sync"
)

//go:generate ../../scripts/opencc.sh

//go:embed data/fold.txt
var foldText string

//go:embed data/readings.txt
var readingsText string

//go:embed data/surnames.txt
var surnamesText string

//go:embed data/phrases.txt
var phrasesText string

// The blocks of Han characters that the tables are arrays over.
const (
	bmpFirst, bmpLast = 0x3400, 0x9FFF
	extFirst, extLast = 0x20000, 0x323AF
	ling              = 0x3007 // 〇, a Han character outside the blocks
)

// isHan tells a Han character. Compatibility ideographs are none: NFKC has
// replaced them before anybody asks.
func isHan(r rune) bool {
	return r >= 0x4E00 && r <= bmpLast || r >= bmpFirst && r <= 0x4DBF || r >= extFirst && r <= extLast || r == ling
}

// simplified maps traditional and variant characters to the one form that
// is compared. The value for a character that stays is 0.
type simplified struct {
	bmp [bmpLast - bmpFirst + 1]rune
	ext map[rune]rune
}

var foldTable = sync.OnceValue(func() *simplified {
	t := &simplified{ext: map[rune]rune{}}
	for line := range strings.Lines(foldText) {
		pair := []rune(line) // from, tab, to, newline
		from, to := pair[0], pair[2]
		if from >= bmpFirst && from <= bmpLast {
			t.bmp[from-bmpFirst] = to
		} else {
			t.ext[from] = to
		}
	}
	return t
})

func (t *simplified) of(r rune) rune {
	if r >= bmpFirst && r <= bmpLast {
		if to := t.bmp[r-bmpFirst]; to != 0 {
			return to
		}
		return r
	}
	if r >= extFirst {
		if to, ok := t.ext[r]; ok {
			return to
		}
	}
	return r
}

// spoken knows how characters, words and surnames are read.
type spoken struct {
	sets      [][]string // lists of readings, commonest first; 0 is none
	bmp       [bmpLast - bmpFirst + 1]uint16
	ext       [extLast - extFirst + 1]uint16
	phrases   map[rune][]phrase // by first character, longest first
	surnames  map[string][]string
	compound  map[rune][]phrase // surnames of two characters or more, by the first
	syllables map[string]bool
	heads     map[string]bool // what syllables begin with
	longest   int             // letters of the longest syllable
}

// phrase is a word with its reading, one syllable a character (nil: as the
// characters are read alone).
type phrase struct {
	runes []rune
	says  []string
}

var speech = sync.OnceValue(func() *spoken {
	t := &spoken{sets: [][]string{nil}, phrases: map[rune][]phrase{}, surnames: map[string][]string{},
		compound: map[rune][]phrase{}, syllables: map[string]bool{}, heads: map[string]bool{}}
	for line := range strings.Lines(readingsText) {
		list, chars, _ := strings.Cut(strings.TrimSuffix(line, "\n"), "\t")
		t.sets = append(t.sets, t.hear(list))
		for _, r := range chars {
			t.set(r, uint16(len(t.sets)-1))
		}
	}
	t.readPhrases()
	t.readSurnames()
	return t
})

// hear splits a list of readings and remembers its syllables.
func (t *spoken) hear(list string) []string {
	says := strings.Split(list, ",")
	for _, s := range says {
		if t.syllables[s] {
			continue
		}
		if !strings.ContainsAny(s, "aeiouv") {
			continue // 嗯 is ng and 噷 hm: nobody types a name by it, and hm are two initials
		}
		t.syllables[s] = true
		for i := range s {
			t.heads[s[:i+1]] = true
		}
		t.longest = max(t.longest, len(s))
	}
	return says
}

func (t *spoken) set(r rune, id uint16) {
	switch {
	case r >= bmpFirst && r <= bmpLast:
		t.bmp[r-bmpFirst] = id
	case r >= extFirst && r <= extLast:
		t.ext[r-extFirst] = id
	}
}

// readings lists a character's readings, commonest first; nil for none.
func (t *spoken) readings(r rune) []string {
	switch {
	case r >= bmpFirst && r <= bmpLast:
		return t.sets[t.bmp[r-bmpFirst]]
	case r >= extFirst && r <= extLast:
		return t.sets[t.ext[r-extFirst]]
	case r == ling:
		return []string{"ling"}
	}
	return nil
}

func (t *spoken) readPhrases() {
	for line := range strings.Lines(phrasesText) {
		if strings.HasPrefix(line, "#") {
			continue
		}
		for _, word := range strings.Fields(line) {
			chars, says, _ := strings.Cut(word, "=")
			addPhrase(t.phrases, phrase{[]rune(chars), t.hear(says)})
		}
	}
}

// addPhrase keeps each list with its longest words first.
func addPhrase(to map[rune][]phrase, p phrase) {
	list := append(to[p.runes[0]], p)
	for i := len(list) - 1; i > 0 && len(list[i].runes) > len(list[i-1].runes); i-- {
		list[i], list[i-1] = list[i-1], list[i]
	}
	to[p.runes[0]] = list
}

func (t *spoken) readSurnames() {
	for line := range strings.Lines(surnamesText) {
		switch {
		case strings.HasPrefix(line, "#"):
		case strings.HasPrefix(line, "++"):
			for _, word := range strings.Fields(line[2:]) {
				t.readCompound(word)
			}
		case strings.Contains(line, "="):
			for _, word := range strings.Fields(line) {
				char, says, _ := strings.Cut(word, "=")
				t.surnames[char] = t.hear(says)
			}
		default:
			for _, r := range strings.TrimSpace(line) {
				if _, ok := t.surnames[string(r)]; !ok {
					t.surnames[string(r)] = nil
				}
			}
		}
	}
}

// readCompound takes 欧阳, or 万俟=moqi, whose reading is cut into as many
// syllables as there are characters.
func (t *spoken) readCompound(word string) {
	chars, says, _ := strings.Cut(word, "=")
	p := phrase{runes: []rune(chars)}
	if says != "" {
		p.says = t.cut(says, len(p.runes))
	}
	addPhrase(t.compound, p)
}

// cut divides letters into exactly n syllables, nil when that cannot be.
func (t *spoken) cut(letters string, n int) []string {
	if n == 0 {
		if letters == "" {
			return []string{}
		}
		return nil
	}
	for i := min(t.longest, len(letters)); i > 0; i-- {
		if !t.syllables[letters[:i]] {
			continue
		}
		if rest := t.cut(letters[i:], n-1); rest != nil {
			return append([]string{letters[:i]}, rest...)
		}
	}
	return nil
}
