package han

// Digest is the name of a whole value in a token.
var Digest = digest

// SplitPinyin is nil for letters that cannot be divided into syllables.
func SplitPinyin(s string) []int {
	breaks, _ := speech().breaks(s)
	return breaks
}

// Readings lists a character's readings.
func Readings(r rune) []string { return speech().readings(r) }
