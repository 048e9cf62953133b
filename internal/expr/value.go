package expr

import (
	"math"
	"math/big"
	"math/bits"
	"strings"

	"kedang/internal/errs"
)

// valueKind says which part of a value holds it.
type valueKind uint8

const (
	isMissing valueKind = iota
	isBool              // i is 0 or 1
	isWhole             // i: Int, Decimal, DateTime, Ref
	isHuge              // b: a number beyond int64 on its way through a calculation
	isText              // s: Text, Date
	isBytes             // s: a blind-index value
)

// value is a value in the middle of an evaluation: no boxes, no allocation.
type value struct {
	kind valueKind
	i    int64
	s    string
	b    *big.Int
}

func whole(i int64) value { return value{kind: isWhole, i: i} }

func words(s string) value { return value{kind: isText, s: s} }

func truth(ok bool) value {
	if ok {
		return value{kind: isBool, i: 1}
	}
	return value{kind: isBool}
}

// huge brings a big number back to int64 when it fits.
func huge(b *big.Int) value {
	if b.IsInt64() {
		return whole(b.Int64())
	}
	return value{kind: isHuge, b: b}
}

func (v value) missing() bool { return v.kind == isMissing }

// holds is a condition's answer; a missing one is false.
func (v value) holds() bool { return v.kind == isBool && v.i != 0 }

func (v value) big() *big.Int {
	if v.kind == isHuge {
		return v.b
	}
	return big.NewInt(v.i)
}

var errOverflow = errs.New(errs.Invalid, "overflow", nil)

// plain is the value in the forms of Base. Errors: Invalid overflow.
func (v value) plain() (any, error) {
	switch v.kind {
	case isBool:
		return v.i != 0, nil
	case isWhole:
		return v.i, nil
	case isHuge:
		return nil, errOverflow
	case isText:
		return v.s, nil
	case isBytes:
		return []byte(v.s), nil
	}
	return nil, nil
}

// from reads what a Row or a parameter gave.
func from(v any) (value, error) {
	switch x := v.(type) {
	case nil:
		return value{}, nil
	case int64:
		return whole(x), nil
	case string:
		return words(x), nil
	case bool:
		return truth(x), nil
	case []byte:
		return value{kind: isBytes, s: string(x)}, nil
	case int:
		return whole(int64(x)), nil
	}
	return value{}, errs.New(errs.Internal, "bad_value", errs.Params{"value": v})
}

// typed reads what a Row gave for a field of a type; a bool may come as 0 or 1.
func typed(v any, t Type) (value, error) {
	got, err := from(v)
	if err != nil || got.missing() {
		return got, err
	}
	want := isWhole
	switch t.Base {
	case Bool:
		if got.kind == isWhole {
			got = truth(got.i != 0)
		}
		want = isBool
	case Text, Date, Amount:
		want = isText
	case List, Missing:
		want = isMissing
	}
	if got.kind != want && got.kind != isBytes {
		return value{}, errs.New(errs.Internal, "bad_value", errs.Params{"value": v, "want": t.Base.String()})
	}
	return got, nil
}

// order compares two values that are not missing: -1, 0, 1. Texts by bytes.
func order(l, r value) int {
	switch {
	case l.kind == isText || l.kind == isBytes:
		return strings.Compare(l.s, r.s)
	case l.kind == isHuge || r.kind == isHuge:
		return l.big().Cmp(r.big())
	case l.i < r.i:
		return -1
	case l.i > r.i:
		return 1
	}
	return 0
}

func same(l, r value) bool { return order(l, r) == 0 }

// maxScale is the most digits behind the point that a product keeps; divScale
// those of a quotient.
const (
	maxScale = 12
	divScale = 8
)

// pow10 are the powers of ten that fit int64.
var pow10 = func() (p [19]int64) {
	p[0] = 1
	for i := 1; i < len(p); i++ {
		p[i] = p[i-1] * 10
	}
	return p
}()

func power(n int) *big.Int { return new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(n)), nil) }

func add(l, r value) value {
	if l.kind == isWhole && r.kind == isWhole {
		if sum := l.i + r.i; (sum > l.i) == (r.i > 0) {
			return whole(sum)
		}
	}
	return huge(new(big.Int).Add(l.big(), r.big()))
}

func sub(l, r value) value {
	if l.kind == isWhole && r.kind == isWhole {
		if d := l.i - r.i; (d < l.i) == (r.i > 0) {
			return whole(d)
		}
	}
	return huge(new(big.Int).Sub(l.big(), r.big()))
}

func mul(l, r value) value {
	if l.kind == isWhole && r.kind == isWhole {
		if p, ok := times(l.i, r.i); ok {
			return whole(p)
		}
	}
	return huge(new(big.Int).Mul(l.big(), r.big()))
}

// times multiplies; false when the product leaves int64.
func times(l, r int64) (int64, bool) {
	if l == math.MinInt64 || r == math.MinInt64 {
		return l * r, l == 0 || r == 0 || l == 1 || r == 1
	}
	hi, lo := bits.Mul64(uint64(abs(l)), uint64(abs(r)))
	return l * r, hi == 0 && lo <= math.MaxInt64
}

func abs(i int64) int64 {
	if i < 0 {
		return -i
	}
	return i
}

func neg(v value) value { return sub(whole(0), v) }

// up multiplies by a power of ten.
func up(v value, digits int) value {
	if digits == 0 {
		return v
	}
	if digits < len(pow10) {
		return mul(v, whole(pow10[digits]))
	}
	return huge(new(big.Int).Mul(v.big(), power(digits)))
}

// down divides by a power of ten, half up (away from zero).
func down(v value, digits int) value {
	switch {
	case digits == 0:
		return v
	case v.kind == isWhole && digits < len(pow10):
		m := pow10[digits]
		q, rest := v.i/m, v.i%m
		if rest >= m-rest && rest > 0 {
			q++
		} else if -rest >= m+rest && rest < 0 {
			q--
		}
		return whole(q)
	}
	return huge(halfUp(v.big(), power(digits)))
}

// halfUp divides, rounding halves away from zero.
func halfUp(x, y *big.Int) *big.Int {
	q, r := new(big.Int).QuoRem(x, y, new(big.Int))
	r.Abs(r).Lsh(r, 1)
	if r.CmpAbs(y) >= 0 {
		q.Add(q, big.NewInt(int64(x.Sign()*y.Sign())))
	}
	return q
}

// Rescale turns a scaled integer from one scale to another, half up (away
// from zero); false when it leaves int64.
func Rescale(n int64, from, to int) (int64, bool) {
	v := whole(n)
	if to >= from {
		v = up(v, to-from)
	} else {
		v = down(v, from-to)
	}
	return v.i, v.kind == isWhole
}
