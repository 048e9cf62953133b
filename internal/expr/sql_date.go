package expr

import "math"

// dayRange is the days from one to another, both included.
type dayRange struct{ from, to int64 }

// daysWhere is where a day stands that compares so with another.
func daysWhere(o op, with int64) dayRange {
	switch o {
	case opEqual:
		return dayRange{with, with}
	case opLess:
		return dayRange{math.MinInt32, with - 1}
	case opLessEqual:
		return dayRange{math.MinInt32, with}
	case opMore:
		return dayRange{with + 1, math.MaxInt32}
	}
	return dayRange{with, math.MaxInt32}
}

// date prints a comparison of dates. Beside a constant, the days added to a
// field go over to the constant, and the day of a date-time becomes a range of
// moments, so that an index on the column serves.
func (p *printer) date(n, l, r *node, o op, not bool) error {
	if !r.free {
		return p.beside(l, r, o, not)
	}
	v, err := p.known(r)
	if err != nil {
		return err
	}
	if v.missing() {
		if o == opDiffer {
			return p.missing(with(opMissing, Type{Base: Bool}, n.at, l), !not)
		}
		return p.truth(not)
	}
	if l.op != opAddDays && l.op != opDate {
		return p.against(l, o, v, not)
	}
	if o == opDiffer {
		o, not = opEqual, !not
	}
	day, ok := dayNumber(v.s)
	if !ok {
		return p.cannot(n, "a date beyond the calendar")
	}
	return p.days(l, daysWhere(o, day), not)
}

// days prints that a date stands in a range. A sum beyond the years 1 to 9999
// is missing, and so in no range.
func (p *printer) days(x *node, in dayRange, not bool) error {
	for in.clip(); x.op == opAddDays; in.clip() {
		if !x.kids[1].free {
			return p.cannot(x, whatIs(x))
		}
		v, err := p.known(x.kids[1])
		if err != nil {
			return err
		}
		if v.kind != isWhole || v.i > 2*lastDay || v.i < -2*lastDay {
			return p.truth(not)
		}
		in.from, in.to = in.from-v.i, in.to-v.i
		x = x.kids[0]
	}
	if in.from > in.to {
		return p.truth(not)
	}
	from, to := value{}, value{}
	if x.op == opDate {
		x = x.kids[0]
		if in.from > firstDay {
			from = whole(p.m.args.beginning(in.from))
		}
		if in.to < lastDay {
			to = whole(p.m.args.beginning(in.to+1) - 1)
		}
	} else {
		if in.from > firstDay {
			from = day(dayText(in.from))
		}
		if in.to < lastDay {
			to = day(dayText(in.to))
		}
	}
	return p.between(x, from, to, not)
}

// clip leaves what the calendar has.
func (r *dayRange) clip() { r.from, r.to = max(r.from, firstDay), min(r.to, lastDay) }

// between prints from <= x <= to, where either end may be missing.
func (p *printer) between(x *node, from, to value, not bool) error {
	switch {
	case from.missing() && to.missing():
		return p.null(x, not)
	case from.missing():
		return p.against(x, opLessEqual, to, not)
	case to.missing():
		return p.against(x, opMoreEqual, from, not)
	case same(from, to):
		return p.against(x, opEqual, from, not)
	}
	return p.complement(not, func() error {
		if err := p.sides(x, " >= ", from); err != nil {
			return err
		}
		p.put(" AND ")
		return p.sides(x, " <= ", to)
	})
}

// year prints year(x) op q as a range of days.
func (p *printer) year(n, x *node, o op, q int64, not bool) error {
	q = max(-1, min(q, 10_001))
	in := daysWhere(o, q) // of years, to begin with
	first, last := max(in.from, 1), min(in.to, 9999)
	if first > last {
		return p.truth(not)
	}
	return p.days(x.kids[0], dayRange{dayOf(first, 1, 1), dayOf(last, 12, 31)}, not)
}

// since prints days_between(x, day) op q, and with the sides changed, as a
// range of days of x.
func (p *printer) since(n, x *node, o op, q int64, not bool) error {
	field, fixed := x.kids[0], x.kids[1]
	if field.free {
		field, fixed = fixed, field
	}
	v, err := p.known(fixed)
	if err != nil {
		return err
	}
	if v.missing() {
		return p.truth(not)
	}
	day, ok := dayNumber(v.s)
	if !ok {
		return p.cannot(n, "a date beyond the calendar")
	}
	q = max(-2*lastDay, min(q, 2*lastDay))
	if x.kids[1].free { // day - field op q
		return p.days(field, daysWhere(mirrored[o], day-q), not)
	}
	return p.days(field, daysWhere(o, day+q), not)
}
