package record

import (
	"math"

	"kedang/internal/meta"
)

// roll gathers one roll-up's value over child rows in memory. Missing values
// do not count for sum, min and max; a sum or extreme of nothing is missing,
// a count of nothing is 0 and so is a sum (an empty order is worth 0).
type roll struct {
	fn  string
	n   int64
	acc any
}

func newRoll(f *meta.Field) *roll {
	r := &roll{fn: f.Rollup.Fn}
	if r.fn == "sum" {
		r.acc = int64(0)
	}
	return r
}

// add takes one value; false when a sum left int64.
func (r *roll) add(v any) bool {
	if r.fn == "count" {
		r.n++
		return true
	}
	if v == nil {
		return true
	}
	r.n++
	switch r.fn {
	case "sum":
		a, b := r.acc.(int64), v.(int64)
		if (b > 0 && a > math.MaxInt64-b) || (b < 0 && a < math.MinInt64-b) {
			return false
		}
		r.acc = a + b
	case "min":
		if r.n == 1 || less(v, r.acc) {
			r.acc = v
		}
	case "max":
		if r.n == 1 || less(r.acc, v) {
			r.acc = v
		}
	}
	return true
}

func (r *roll) value() any {
	if r.fn == "count" {
		return r.n
	}
	return r.acc
}

// less orders two stored values of one field: numbers by value, texts by bytes.
func less(a, b any) bool {
	if x, ok := a.(int64); ok {
		y, _ := b.(int64)
		return x < y
	}
	return str(a) < str(b)
}
