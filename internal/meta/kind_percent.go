package meta

import (
	"strings"

	"kedang/internal/errs"
)

// kindPercent is a share in hundredths: 12.5 is 12.5 %. 2 decimals unless declared.
type kindPercent struct{ scaled }

// Name is "percent".
func (kindPercent) Name() string { return "percent" }

// CheckField checks scale and bounds.
func (k kindPercent) CheckField(f *Field) []errs.Problem {
	if ps := checkScale(f); ps != nil {
		return ps
	}
	return checkBounds(f, k)
}

// Parse takes "12.5"; a sheet's "12.5%" too.
func (k kindPercent) Parse(f *Field, v any, in *Input) (any, []errs.Problem) {
	if s, ok := v.(string); ok && in.Loose {
		s = strings.TrimSpace(s)
		if off, known := reduction(s); known && f.Reduction {
			return k.scaled.Parse(f, off, in)
		}
		for _, sign := range [...]string{"%", "％"} {
			s = strings.TrimSpace(strings.TrimSuffix(s, sign))
		}
		v = s
	}
	return k.scaled.Parse(f, v, in)
}

// Check holds the bounds.
func (kindPercent) Check(f *Field, v any, _ *Input) []errs.Problem { return checkRange(f, v) }

// Format is "12.50%".
func (kindPercent) Format(f *Field, v any, _ *Output) string {
	n, ok := v.(int64)
	if !ok {
		return ""
	}
	return grouped(n, f.Decimals()) + "%"
}
