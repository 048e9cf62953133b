package meta

import (
	"math"
	"math/big"
	"strconv"
	"strings"
)

var powers = [...]int64{1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12}

// parseScaled reads a decimal number ("-12.345", "1e3") as an integer scaled
// by 10^scale, half up: away from zero at exactly half. code is
// "not_a_number" or "overflow".
func parseScaled(s string, scale int) (n int64, code string) {
	i, neg := 0, false
	if s != "" && (s[0] == '-' || s[0] == '+') {
		neg, i = s[0] == '-', 1
	}
	start, point, kept := i, -1, 0
	up := false
	for ; i < len(s); i++ {
		c := s[i]
		switch {
		case c == '.' && point < 0:
			point = i
			continue
		case c == 'e' || c == 'E':
			return parseExponent(s, scale)
		case c < '0' || c > '9':
			return 0, "not_a_number"
		}
		if point >= 0 && kept == scale {
			if i == point+1+scale {
				up = c >= '5'
			}
			continue
		}
		if n > (math.MaxInt64-int64(c-'0'))/10 {
			return 0, "overflow"
		}
		n = n*10 + int64(c-'0')
		if point >= 0 {
			kept++
		}
	}
	if i == start || (point >= 0 && i == start+1) {
		return 0, "not_a_number"
	}
	for ; kept < scale; kept++ {
		if n > math.MaxInt64/10 {
			return 0, "overflow"
		}
		n *= 10
	}
	if up {
		if n == math.MaxInt64 {
			return 0, "overflow"
		}
		n++
	}
	if neg {
		n = -n
	}
	return n, ""
}

// parseExponent reads a number with an exponent; sheets and JSON hold them.
func parseExponent(s string, scale int) (int64, string) {
	mantissa, exp, _ := strings.Cut(strings.ToLower(s), "e")
	e, err := strconv.Atoi(exp)
	if err != nil || e > 40 || e < -40 || len(mantissa) > 60 {
		return 0, "not_a_number"
	}
	r, ok := new(big.Rat).SetString(mantissa + "e" + exp)
	if !ok {
		return 0, "not_a_number"
	}
	// FloatString rounds halves away from zero: half up as above.
	return parseScaled(r.FloatString(scale), scale)
}

// appendScaled appends a scaled integer as a decimal number: 1250 at scale 2
// is 12.50.
func appendScaled(dst []byte, n int64, scale int) []byte {
	if scale == 0 {
		return strconv.AppendInt(dst, n, 10)
	}
	u := uint64(n)
	if n < 0 {
		dst = append(dst, '-')
		u = -u
	}
	p := uint64(powers[scale])
	dst = strconv.AppendUint(dst, u/p, 10)
	dst = append(dst, '.')
	rest := u % p
	for scale--; scale > 0 && rest < uint64(powers[scale]); scale-- {
		dst = append(dst, '0')
	}
	return strconv.AppendUint(dst, rest, 10)
}

// grouped formats a scaled integer for people: 1,234,567.50.
func grouped(n int64, scale int) string {
	s := string(appendScaled(nil, n, scale))
	sign := ""
	if s[0] == '-' {
		sign, s = "-", s[1:]
	}
	whole, rest, _ := strings.Cut(s, ".")
	if rest != "" {
		rest = "." + rest
	}
	for i := len(whole) - 3; i > 0; i -= 3 {
		whole = whole[:i] + "," + whole[i:]
	}
	return sign + whole + rest
}
