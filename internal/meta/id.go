package meta

// Outside the database a record id is 13 characters of Crockford's base 32
// (no i l o u), high bits first. Package db owns ids; the alphabet is written
// again here because links are read and written by their kind, and meta knows
// no database. A test holds the two equal.
const idAlphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

var idDigit = func() (t [256]int8) {
	for i := range t {
		t[i] = -1
	}
	for i := range len(idAlphabet) {
		t[idAlphabet[i]] = int8(i)
		if c := idAlphabet[i]; c >= 'A' {
			t[c+'a'-'A'] = int8(i)
		}
	}
	return t
}()

// appendID appends an id's 13 characters.
func appendID(dst []byte, id int64) []byte {
	for shift := 60; shift >= 0; shift -= 5 {
		dst = append(dst, idAlphabet[id>>shift&31])
	}
	return dst
}

// parseID reads 13 characters, upper or lower case; false for anything else.
func parseID(s string) (int64, bool) {
	if len(s) != 13 {
		return 0, false
	}
	var id int64
	for i := range len(s) {
		d := idDigit[s[i]]
		if d < 0 || i == 0 && d > 7 {
			return 0, false
		}
		id = id<<5 | int64(d)
	}
	return id, id > 0
}
