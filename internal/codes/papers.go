package codes

import (
	"strings"

	"kedang/internal/errs"
)

// ParseHKID reads a Hong Kong identity card number, "A123456(3)" or without
// the brackets, and gives it with them. One or two letters, six digits, a
// check character (0–9, A) by weights 9 to 2 modulo 11, a missing first letter
// counting 36. Problems: bad_length, bad_character, bad_checksum.
func ParseHKID(text string) (string, []errs.Problem) {
	s := compact(text, " -'()")
	if len(s) != 8 && len(s) != 9 {
		return s, problem("bad_length", errs.Params{"want": "8, 9"})
	}
	n := len(s) - 7 // letters
	for i := 0; i < n; i++ {
		if s[i] < 'A' || s[i] > 'Z' {
			return s, problem("bad_character", errs.Params{"character": s[i : i+1], "position": i + 1})
		}
	}
	if !digitsOnly(s[n:n+6]) || !strings.Contains("0123456789A", s[n+6:]) {
		return s, problem("bad_character", nil)
	}
	sum := 36 * 9
	if n == 2 {
		sum = 9 * (int(s[0]-'A') + 10)
	}
	sum += 8 * (int(s[n-1]-'A') + 10)
	for i := 0; i < 6; i++ {
		sum += (7 - i) * int(s[n+i]-'0')
	}
	normal := s[:n+6] + "(" + s[n+6:] + ")"
	if "0123456789A"[(11-sum%11)%11] != s[n+6] {
		return normal, problem("bad_checksum", nil)
	}
	return normal, nil
}

// ParsePassport reads a passport number of any country, loosely: 5 to 15
// letters and digits with at least three digits among them.
// Problems: bad_length, bad_character.
func ParsePassport(text string) (string, []errs.Problem) {
	return letterNumber(text, 5, 15, 3)
}

// letterNumber checks a number made of capitals and digits.
func letterNumber(text string, least, most, digits int) (string, []errs.Problem) {
	s := compact(text, " -'")
	found := 0
	for i, r := range s {
		switch {
		case r >= '0' && r <= '9':
			found++
		case r < 'A' || r > 'Z':
			return s, problem("bad_character", errs.Params{"character": string(r), "position": i + 1})
		}
	}
	if len(s) < least || len(s) > most {
		return s, problem("bad_length", errs.Params{"want": span(least, most)})
	}
	if found < digits {
		return s, problem("bad_character", nil)
	}
	return s, nil
}

// ParseTravelPermit reads the permit with which people of Hong Kong and Macau
// (H or M, 8 or 10 digits) or Taiwan (8 digits, 10 before 2015) enter the
// mainland. Problems: bad_length, bad_character.
func ParseTravelPermit(text string) (string, []errs.Problem) {
	s := compact(text, " -'()")
	digits := strings.TrimLeft(s, "HM")
	if len(s)-len(digits) > 1 || !digitsOnly(digits) {
		return s, problem("bad_character", nil)
	}
	if len(digits) != 8 && len(digits) != 10 {
		return s, problem("bad_length", errs.Params{"want": "8, 9, 11"})
	}
	return s, nil
}

// ParseBankCard reads a bank card number of 12 to 19 digits; the last is a
// Luhn check (ISO/IEC 7812-1), which a few old mainland cards do not keep.
// Problems: bad_length, bad_character, bad_checksum.
func ParseBankCard(text string) (string, []errs.Problem) {
	s := compact(text, " -'")
	if s != "" && !digitsOnly(s) {
		return s, problem("bad_character", nil)
	}
	if len(s) < 12 || len(s) > 19 {
		return s, problem("bad_length", errs.Params{"want": span(12, 19)})
	}
	if !luhn(s) {
		return s, problem("bad_checksum", nil)
	}
	return s, nil
}

func luhn(s string) bool {
	sum := 0
	for i := 0; i < len(s); i++ {
		d := int(s[len(s)-1-i] - '0')
		if i%2 == 1 {
			if d *= 2; d > 9 {
				d -= 9
			}
		}
		sum += d
	}
	return sum%10 == 0
}
