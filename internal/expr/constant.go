package expr

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"kedang/internal/errs"
)

// coerce brings a value to a type where no meaning is lost: a constant text
// becomes a date, a moment, an id, a number or a choice; anything else must
// have the type already. Scales are left as they are.
func (c *checker) coerce(n *node, t Type) (*node, error) {
	got := n.typ
	switch {
	case n.isNil() || t.Base == Missing:
		return n, nil
	case got.Base == Text && n.op == opConst:
		return c.constantText(n, t)
	case got.Base == Text && t.Base != Text && (n.op == opIf || n.op == opFirst):
		return c.coerceBranches(n, t)
	case numeric(got.Base) && numeric(t.Base):
		return n, nil
	case got.Base == Date && t.Base == DateTime || got.Base == DateTime && t.Base == Date:
		return nil, c.src.refuse(n.at, "date_against_datetime", nil)
	case got.Base != t.Base || got.Base == List:
		return nil, c.mismatch(n.at, typeWord(got), typeWord(t))
	case got.Base == Ref && got.To != t.To && got.To != "" && t.To != "":
		return nil, c.mismatch(n.at, got.To, t.To)
	}
	return n, nil
}

// coerceBranches lets (vip ? '2026-01-01' : '2026-02-01') be a date.
func (c *checker) coerceBranches(n *node, t Type) (*node, error) {
	kids := slices.Clone(n.kids)
	skip := 0
	if n.op == opIf {
		skip = 1
	}
	var err error
	for i := skip; i < len(kids); i++ {
		if kids[i], err = c.coerce(kids[i], t); err != nil {
			return nil, err
		}
	}
	for i := skip; i < len(kids); i++ {
		kids[i] = scaleTo(kids[i], t)
	}
	return with(n.op, t, n.at, kids...), nil
}

// constantText reads a text as a type.
func (c *checker) constantText(n *node, t Type) (*node, error) {
	text := n.val.s
	switch t.Base {
	case Text:
		if t.Choices == nil || slices.Contains(t.Choices, text) {
			return n, nil
		}
		p := errs.Params{"value": text, "choices": t.Choices}
		if guess := closest(text, t.Choices); guess != "" {
			p["did_you_mean"] = guess
		}
		return nil, c.src.refuse(n.at, "no_such_choice", p)
	case Date:
		if _, ok := dayNumber(text); ok {
			return constant(n.val, Type{Base: Date}, n.at), nil
		}
		if _, ok := momentOf(text); ok {
			return nil, c.src.refuse(n.at, "date_against_datetime", errs.Params{"value": text})
		}
		return nil, c.src.refuse(n.at, "bad_date", errs.Params{"value": text})
	case DateTime:
		if ms, ok := momentOf(text); ok {
			return constant(whole(ms), Type{Base: DateTime}, n.at), nil
		}
		if _, ok := dayNumber(text); ok {
			return nil, c.src.refuse(n.at, "date_against_datetime", errs.Params{"value": text})
		}
		return nil, c.src.refuse(n.at, "bad_date", errs.Params{"value": text})
	case Ref:
		if id, ok := parseID(text); ok {
			return constant(whole(id), Type{Base: Ref, To: t.To}, n.at), nil
		}
		return nil, c.src.refuse(n.at, "bad_id", errs.Params{"value": text})
	case Int, Decimal:
		if v, scale, ok := decimalOf(text); ok {
			return constant(v, Type{Base: Decimal, Scale: scale}, n.at), nil
		}
	}
	return nil, c.mismatch(n.at, "text", typeWord(t))
}

// decimalOf reads a number exactly, with the digits it is written with:
// "12.50" has scale 2. False beyond int64 or 12 digits behind the point.
func decimalOf(text string) (v value, scale int, ok bool) {
	text = strings.ReplaceAll(text, "_", "")
	whole_, frac, _ := strings.Cut(text, ".")
	if len(frac) > maxScale {
		if strings.Trim(frac[maxScale:], "0") != "" {
			return value{}, 0, false
		}
		frac = frac[:maxScale]
	}
	if strings.HasPrefix(text, "+") || strings.ContainsAny(frac, "+-") {
		return value{}, 0, false
	}
	n, err := strconv.ParseInt(whole_+frac, 10, 64)
	return whole(n), len(frac), err == nil
}

// momentOf reads RFC 3339 as UTC milliseconds.
func momentOf(text string) (int64, bool) {
	t, err := time.Parse(time.RFC3339, text)
	if err != nil || t.Nanosecond()%1e6 != 0 {
		return 0, false
	}
	return t.UnixMilli(), true
}

// crockford is the alphabet of ids outside the database.
const crockford = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

// parseID reads the 13 characters of a record's id, in either case.
func parseID(text string) (int64, bool) {
	if len(text) != 13 {
		return 0, false
	}
	var id uint64
	for i, ch := range []byte(strings.ToUpper(text)) {
		d := strings.IndexByte(crockford, ch)
		if d < 0 || (i == 0 && d > 7) {
			return 0, false
		}
		id = id<<5 | uint64(d)
	}
	return int64(id), true
}

func formatID(id int64) string {
	var b [13]byte
	for i := 12; i >= 0; i-- {
		b[i] = crockford[id&31]
		id >>= 5
	}
	return string(b[:])
}
