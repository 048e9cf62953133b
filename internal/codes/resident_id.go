package codes

import (
	"time"

	"kedang/internal/errs"
)

// Sex as an identity number tells it.
const (
	Male   = "male"
	Female = "female"
)

// ResidentID is a citizen identity number of the mainland (GB 11643-1999).
type ResidentID struct {
	Number   string // 18 characters, X in capitals
	Birth    string // YYYY-MM-DD
	Sex      string // Male or Female
	Division string // 6 digits: where the number was given, as the code was then
	Old      bool   // it was written with 15 digits (before 1999-10-01)
}

// ParseResidentID reads an identity number of 18 characters, or an old one of
// 15 digits, which is brought to 18: the century is 19, but 18 for the order
// numbers 996 to 999, which were kept for people of a hundred years.
//
// Problems: bad_length, bad_character, unknown_division, bad_date (no such
// day, or after today), bad_checksum. With a wrong check character the parts
// are still filled in.
func ParseResidentID(text string, today time.Time) (ResidentID, []errs.Problem) {
	s := compact(text, " -'")
	id := ResidentID{Number: s}
	switch len(s) {
	case 18:
	case 15:
		if !digitsOnly(s) {
			return id, problem("bad_character", nil)
		}
		id.Old = true
		century := "19"
		if s[12:14] == "99" && s[14] >= '6' {
			century = "18"
		}
		s = s[:6] + century + s[6:]
		id.Number = s + string(residentCheck(s))
		s = id.Number
	default:
		return id, problem("bad_length", errs.Params{"want": "18"})
	}
	if !digitsOnly(s[:17]) || (s[17] != 'X' && !digitsOnly(s[17:])) {
		return id, problem("bad_character", nil)
	}
	return id.parts(today)
}

func (id ResidentID) parts(today time.Time) (ResidentID, []errs.Problem) {
	s := id.Number
	if !knownProvince(s[:2]) {
		return id, problem("unknown_division", errs.Params{"division": s[:2]})
	}
	birth := s[6:10] + "-" + s[10:12] + "-" + s[12:14]
	if !ValidDate(birth) || birth < "1800" || birth > today.Format(time.DateOnly) {
		return id, problem("bad_date", errs.Params{"date": birth})
	}
	id.Division, id.Birth, id.Sex = s[:6], birth, Female
	if (s[16]-'0')%2 == 1 {
		id.Sex = Male
	}
	if residentCheck(s[:17]) != s[17] {
		return id, problem("bad_checksum", nil)
	}
	return id, nil
}

// residentCheck computes the check character of 17 digits: ISO 7064 MOD 11-2.
func residentCheck(s string) byte {
	p := 0
	for i := 0; i < 17; i++ {
		p = (p + int(s[i]-'0')) * 2 % 11
	}
	return "0123456789X"[(12-p)%11]
}

// knownProvince reports whether two digits open a code of GB/T 2260; 81 to 83
// stand on residence permits of people from Hong Kong, Macau and Taiwan, 91 on
// those of foreigners.
func knownProvince(two string) bool {
	switch two {
	case "71", "81", "82", "83", "91":
		return true
	}
	_, ok := divisions().names[two+"0000"]
	return ok
}
