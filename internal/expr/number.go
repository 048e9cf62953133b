package expr

import (
	"math/big"
	"strconv"
	"strings"

	"kedang/internal/errs"
)

// maxScale is the most digits behind the point a result keeps.
const maxScale = 12

// divScale is the digits behind the point of a quotient.
const divScale = 8

var errOverflow = errs.New(errs.Invalid, "overflow", nil)

// pow10 are the powers of ten that fit int64.
var pow10 = func() (p [19]int64) {
	p[0] = 1
	for i := 1; i < len(p); i++ {
		p[i] = p[i-1] * 10
	}
	return p
}()

// Rescale turns a scaled integer from one scale to another, half up (away
// from zero); false when it leaves int64.
func Rescale(n int64, from, to int) (int64, bool) {
	switch {
	case from == to:
		return n, true
	case to > from:
		if to-from >= len(pow10) {
			return 0, n == 0
		}
		m := pow10[to-from]
		r := n * m
		return r, n == 0 || (r/m == n && !(n == -1<<63 && m == -1))
	case from-to >= len(pow10):
		return 0, true
	}
	m := pow10[from-to]
	q, rest := n/m, n%m
	if rest >= m-rest && rest > 0 {
		q++
	} else if -rest >= m+rest && rest < 0 {
		q--
	}
	return q, true
}

// arith computes l op r of scaled integers at the result's scale. ok is false
// when there is no value (division by zero).
func arith(op string, l int64, ls int, r int64, rs, scale int) (v int64, ok bool, err error) {
	if op == "+" || op == "-" {
		a, ok1 := Rescale(l, ls, scale)
		b, ok2 := Rescale(r, rs, scale)
		if op == "-" {
			b = -b
		}
		sum := a + b
		if ok1 && ok2 && b != -1<<63 && (sum > a) == (b > 0) {
			return sum, true, nil
		}
		if ok1 && ok2 && b == 0 {
			return a, true, nil
		}
		return 0, false, errOverflow
	}
	x, y := big.NewInt(l), big.NewInt(r)
	switch op {
	case "*":
		x.Mul(x, y)
		return fit(x, ls+rs, scale)
	case "/":
		if r == 0 {
			return 0, false, nil
		}
		// l/10^ls / (r/10^rs) at scale s = l*10^(s+rs-ls) / r
		shift := scale + rs - ls
		if shift >= 0 {
			x.Mul(x, power(shift))
		} else {
			y.Mul(y, power(-shift))
		}
		return toInt(halfUp(x, y))
	case "%":
		if r == 0 {
			return 0, false, nil
		}
		m := max(ls, rs)
		x.Mul(x, power(m-ls))
		y.Mul(y, power(m-rs))
		x.Rem(x, y)
		return fit(x, m, scale)
	}
	return 0, false, errOverflow
}

func power(n int) *big.Int { return new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(n)), nil) }

func fit(x *big.Int, from, to int) (int64, bool, error) {
	switch {
	case to > from:
		x.Mul(x, power(to-from))
	case to < from:
		x = halfUp(x, power(from-to))
	}
	return toInt(x)
}

func toInt(x *big.Int) (int64, bool, error) {
	if !x.IsInt64() {
		return 0, false, errOverflow
	}
	return x.Int64(), true, nil
}

// halfUp divides, rounding halves away from zero.
func halfUp(x, y *big.Int) *big.Int {
	q, r := new(big.Int).QuoRem(x, y, new(big.Int))
	r.Abs(r).Lsh(r, 1)
	if r.CmpAbs(y) >= 0 {
		if (x.Sign() < 0) != (y.Sign() < 0) {
			return q.Sub(q, big.NewInt(1))
		}
		return q.Add(q, big.NewInt(1))
	}
	return q
}

// decimalOf reads the text of a constant as a scaled integer.
func decimalOf(text string) (n int64, scale int, ok bool) {
	whole, frac, _ := strings.Cut(text, ".")
	frac = strings.TrimRight(frac, "0")
	if len(frac) > maxScale {
		return 0, 0, false
	}
	n, err := strconv.ParseInt(whole+frac, 10, 64)
	return n, len(frac), err == nil
}

// compareScaled compares two scaled integers exactly.
func compareScaled(l int64, ls int, r int64, rs int) int {
	if ls == rs {
		switch {
		case l < r:
			return -1
		case l > r:
			return 1
		}
		return 0
	}
	m := max(ls, rs)
	a, ok1 := Rescale(l, ls, m)
	b, ok2 := Rescale(r, rs, m)
	if ok1 && ok2 {
		return compareScaled(a, m, b, m)
	}
	x := new(big.Int).Mul(big.NewInt(l), power(m-ls))
	return x.Cmp(new(big.Int).Mul(big.NewInt(r), power(m-rs)))
}
