package expr

import (
	"math"
	"math/big"
)

// Numbers are compared by bringing both sides to a sum: k₁·x₁ + k₂·x₂ + … on
// one side, a constant on the other. One column beside a constant becomes that
// column beside a whole number, which an index serves. Sums of columns can
// leave int64: PostgreSQL calculates them as numeric, SQLite, which would go
// on in floating point, in two halves of 32 bits.

// term is k times something the database holds.
type term struct {
	k *big.Int
	x *node
}

// sum is Σ k·x + c. missing: a part that is the same for all rows is missing.
type sum struct {
	terms   []term
	c       *big.Int
	missing bool
}

// linear takes a number apart.
func (p *printer) linear(n *node) (*sum, error) {
	s := &sum{c: new(big.Int)}
	return s, p.addTerms(s, n, big.NewInt(1))
}

func (p *printer) addTerms(s *sum, n *node, k *big.Int) error {
	if n.free {
		v, err := p.known(n)
		if v.missing() || err != nil {
			s.missing = true
			return err
		}
		s.c.Add(s.c, new(big.Int).Mul(k, v.big()))
		return nil
	}
	switch n.op {
	case opAdd, opSub:
		if err := p.addTerms(s, n.kids[0], k); err != nil {
			return err
		}
		if n.op == opSub {
			k = new(big.Int).Neg(k)
		}
		return p.addTerms(s, n.kids[1], k)
	case opNeg:
		return p.addTerms(s, n.kids[0], new(big.Int).Neg(k))
	case opScale:
		return p.addTerms(s, n.kids[0], new(big.Int).Mul(k, power(n.by)))
	case opMul:
		return p.addProduct(s, n, k)
	}
	s.terms = append(s.terms, term{k, n})
	return nil
}

// addProduct takes a product apart when one factor is the same for all rows.
func (p *printer) addProduct(s *sum, n *node, k *big.Int) error {
	x, factor := n.kids[0], n.kids[1]
	if x.free {
		x, factor = factor, x
	}
	if !factor.free || n.by > 0 {
		return p.cannot(n, whatIs(n))
	}
	v, err := p.known(factor)
	if v.missing() || err != nil {
		s.missing = true
		return err
	}
	return p.addTerms(s, x, new(big.Int).Mul(k, v.big()))
}

// number prints a comparison of numbers.
func (p *printer) number(n, l, r *node, o op, not bool) error {
	a, err := p.linear(l)
	if err != nil {
		return err
	}
	b, err := p.linear(r)
	if err != nil {
		return err
	}
	switch {
	case a.missing && b.missing, (a.missing || b.missing) && o != opDiffer:
		return p.truth(not)
	case a.missing:
		return p.anyNull(b, not)
	case b.missing:
		return p.anyNull(a, not)
	case len(a.terms) == 1 && len(b.terms) == 1 && bare(a) && bare(b):
		return p.beside(a.terms[0].x, b.terms[0].x, o, not)
	case o == opDiffer && len(a.terms) > 0 && len(b.terms) > 0:
		return p.differ(n, a, b, not)
	}
	return p.total(n, difference(a, b), o, not)
}

// bare tells a sum that is one column and nothing else.
func bare(s *sum) bool {
	return s.c.Sign() == 0 && isOne(s.terms[0].k) && s.terms[0].x.op != opSum
}

// difference brings both sides to Σ beside a constant: a op b is
// a's terms - b's terms op c.
func difference(a, b *sum) *sum {
	d := &sum{terms: a.terms, c: new(big.Int).Sub(b.c, a.c)}
	for _, t := range b.terms {
		d.terms = append(d.terms, term{new(big.Int).Neg(t.k), t.x})
	}
	return d
}

// differ prints != of two sums: they are not equal, and not both missing.
func (p *printer) differ(n *node, a, b *sum, not bool) error {
	p.put("(")
	if err := p.total(n, difference(a, b), opEqual, !not); err != nil {
		return err
	}
	p.put(map[bool]string{false: " AND (", true: " OR ("}[not])
	if err := p.anyNull(a, not); err != nil {
		return err
	}
	p.put(map[bool]string{false: " OR ", true: " AND "}[not])
	if err := p.anyNull(b, not); err != nil {
		return err
	}
	p.put("))")
	return nil
}

// anyNull prints that a sum is missing (is), or that it is not.
func (p *printer) anyNull(s *sum, is bool) error {
	if len(s.terms) > 1 {
		p.put("(")
		defer p.put(")")
	}
	for i, t := range s.terms {
		if i > 0 {
			p.put(map[bool]string{true: " OR ", false: " AND "}[is])
		}
		if t.x.op == opSum { // never missing; its body must still be printable
			if err := p.truth(!is); err != nil {
				return err
			}
			continue
		}
		if err := p.null(t.x, is); err != nil {
			return err
		}
	}
	return nil
}

// numberMissing prints x == nil of a calculation.
func (p *printer) numberMissing(x *node, is bool) error {
	s, err := p.linear(x)
	if err != nil {
		return err
	}
	if s.missing {
		return p.truth(is)
	}
	return p.anyNull(s, is)
}

// total prints Σ op c; the caller knows that missing makes != true.
func (p *printer) total(n *node, s *sum, o op, not bool) error {
	if o == opDiffer {
		o, not = opEqual, !not
	}
	if t := s.terms[0]; len(s.terms) == 1 && t.k.Sign() != 0 && t.x.op != opSum {
		return p.single(n, t, o, s.c, not)
	}
	return p.complement(not, func() error { return p.calculation(n, s, o) })
}

// single prints k·x op c as x op c/k.
func (p *printer) single(n *node, t term, o op, c *big.Int, not bool) error {
	k := t.k
	if k.Sign() < 0 {
		k, c, o = new(big.Int).Neg(k), new(big.Int).Neg(c), mirrored[o]
	}
	q, rest := new(big.Int).DivMod(c, k, new(big.Int)) // Euclidean: floors, as k > 0
	if rest.Sign() != 0 {
		switch o {
		case opEqual:
			return p.truth(not)
		case opLess:
			o = opLessEqual
		case opMoreEqual:
			o = opMore
		}
	}
	if !q.IsInt64() {
		always := (q.Sign() > 0) == (o == opLess || o == opLessEqual) && o != opEqual
		if always {
			return p.null(t.x, not)
		}
		return p.truth(not)
	}
	switch t.x.op {
	case opYear:
		return p.year(n, t.x, o, q.Int64(), not)
	case opDaysBetween:
		if t.x.kids[0].free || t.x.kids[1].free {
			return p.since(n, t.x, o, q.Int64(), not)
		}
	case opCount:
		if found, ok := asExists(o, q.Int64()); ok {
			return p.exists(&node{op: opAny, at: t.x.at, kids: t.x.kids, each: t.x.each}, found == not)
		}
	}
	return p.against(t.x, o, whole(q.Int64()), not)
}

// asExists tells which comparisons of a count ask only whether there are any.
func asExists(o op, q int64) (found, ok bool) {
	switch {
	case o == opMore && q == 0, o == opMoreEqual && q == 1:
		return true, true
	case o == opEqual && q == 0, o == opLess && q == 1, o == opLessEqual && q == 0:
		return false, true
	}
	return false, false
}

// calculation prints a sum of columns beside a constant; NULL when a part is
// missing.
func (p *printer) calculation(n *node, s *sum, o op) error {
	weight := new(big.Int)
	for _, t := range s.terms {
		weight.Add(weight, new(big.Int).Abs(t.k))
	}
	if weight.BitLen() > 30 {
		return p.cannot(n, "numbers of so different scales")
	}
	if p.d == Postgres {
		return p.numericSum(s, o)
	}
	if done, err := p.simple(s, o); done || err != nil {
		return err
	}
	return p.halves(s, o)
}

// numericSum prints for PostgreSQL, whose numeric has no bounds that matter.
func (p *printer) numericSum(s *sum, o op) error {
	for i, t := range s.terms {
		p.factor(i, t.k)
		p.put("CAST(")
		if err := p.part(t.x, ""); err != nil {
			return err
		}
		p.put(" AS numeric)")
	}
	p.put(signs[o], s.c.String())
	return nil
}

// factor prints what stands before a term: + and k.
func (p *printer) factor(i int, k *big.Int) {
	if i > 0 {
		p.put(" + ")
	}
	if !isOne(k) {
		p.put(k.String(), " * ")
	}
}

func isOne(k *big.Int) bool { return k.IsInt64() && k.Int64() == 1 }

// simple prints for SQLite what needs no halves, and tells whether it did:
// x ± y op c, and k·x op y. One operation on int64 is exact enough there: a
// result beyond int64 becomes a floating point number, but one that is beyond
// int64 too, and so on the right side of whatever it is compared with, save
// -2⁶³ itself, which no field holds.
func (p *printer) simple(s *sum, o op) (done bool, err error) {
	if len(s.terms) != 2 || s.terms[0].x.op == opSum || s.terms[1].x.op == opSum {
		return false, nil
	}
	x, y := s.terms[0], s.terms[1]
	back := new(big.Int).Neg(y.k)
	switch {
	case s.c.IsInt64() && s.c.Int64() != math.MinInt64 && isOne(x.k) && (isOne(y.k) || isOne(back)):
		sign := " + "
		if !isOne(y.k) {
			sign = " - "
		}
		if err := p.scalar(x.x); err != nil {
			return true, err
		}
		p.put(sign)
		if err := p.scalar(y.x); err != nil {
			return true, err
		}
		p.put(signs[o])
		return true, p.arg(whole(s.c.Int64()))
	case s.c.Sign() == 0 && x.k.Sign() > 0 && back.Sign() > 0 && (isOne(x.k) || isOne(back)):
		p.factor(0, x.k)
		if err := p.scalar(x.x); err != nil {
			return true, err
		}
		p.put(signs[o])
		p.factor(0, back)
		return true, p.scalar(y.x)
	}
	return false, nil
}

// halves prints for SQLite. Every x is high·2³² + low with 0 ≤ low < 2³², so
// that Σ k·x - c = D·2³² + E, where D = Σ k·high - c's high and E = Σ k·low -
// c's low stay far inside int64 (Σ|k| < 2³⁰). That is > 0 where D > -E / 2³²,
// and, D being whole, where D > floor(-E / 2³²); >> floors.
func (p *printer) halves(s *sum, o op) error {
	limit := new(big.Int).Lsh(big.NewInt(1), 94) // beyond any sum
	c := new(big.Int).Set(s.c)
	if c.CmpAbs(limit) > 0 {
		c.Mul(limit, big.NewInt(int64(c.Sign())))
	}
	high := new(big.Int).Rsh(c, 32)
	low := new(big.Int).Sub(c, new(big.Int).Lsh(high, 32))
	if err := p.half(s, " >> 32", high); err != nil {
		return err
	}
	ceiling := func() error { // -((E) >> 32)
		p.put("-((")
		err := p.half(s, " & 4294967295", low)
		p.put(") >> 32)")
		return err
	}
	floor := func() error { // (-(E)) >> 32
		p.put("((-(")
		err := p.half(s, " & 4294967295", low)
		p.put(")) >> 32)")
		return err
	}
	switch o {
	case opMore, opLessEqual:
		p.put(signs[o])
		return floor()
	case opMoreEqual, opLess:
		p.put(signs[o])
		return ceiling()
	}
	p.put(" BETWEEN ")
	if err := ceiling(); err != nil {
		return err
	}
	p.put(" AND ")
	return floor()
}

// half prints Σ k·(x half) - c.
func (p *printer) half(s *sum, half string, c *big.Int) error {
	for i, t := range s.terms {
		p.factor(i, t.k)
		p.put("(")
		if err := p.part(t.x, half); err != nil {
			return err
		}
		p.put(")")
	}
	if c.Sign() != 0 {
		p.put(" - ", c.String())
	}
	return nil
}

// part prints a term, or half of it.
func (p *printer) part(x *node, half string) error {
	if x.op == opSum {
		return p.sum(x, half)
	}
	if err := p.scalar(x); err != nil {
		return err
	}
	p.put(half)
	return nil
}
