package expr

var opWords = map[op]string{opEqual: "==", opLess: "<", opLessEqual: "<=", opMore: ">", opMoreEqual: ">=", opStarts: "startsWith"}

// Indexable lists the conjuncts at the top that an index on a column of the
// scope's own table can serve.
func (e *Expr) Indexable() []Bound { return bounds(e.root, nil) }

func bounds(n *node, out []Bound) []Bound {
	switch n.op {
	case opAnd:
		for _, k := range n.kids {
			out = bounds(k, out)
		}
	case opField:
		return bound(n, "==", out)
	case opEqual, opLess, opLessEqual, opMore, opMoreEqual:
		if n.kids[1].free {
			return bound(n.kids[0], opWords[n.op], out)
		}
		if n.kids[0].free {
			return bound(n.kids[1], opWords[mirrored[n.op]], out)
		}
	case opStarts:
		if n.kids[1].free {
			return bound(n.kids[0], "startsWith", out)
		}
	case opIn:
		return bound(n.kids[0], "in", out)
	case opMissing:
		if n.each == nil {
			return bound(n.kids[0], "missing", out)
		}
	}
	return out
}

// bound looks through what the printer takes apart to the column.
func bound(x *node, word string, out []Bound) []Bound {
	for {
		switch {
		case (x.op == opScale || x.op == opNeg) && word != "in":
			if word = negatedWord(x.op, word); word == "" {
				return out
			}
			x = x.kids[0]
		case (x.op == opYear || x.op == opDate || (x.op == opAddDays && x.kids[1].free)) && word != "in":
			if word == "==" && x.op != opAddDays {
				word = ">="
			}
			x = x.kids[0]
		default:
			if x.op == opField && len(x.path) == 1 && !x.item && x.last().Column != "" {
				out = append(out, Bound{x.last().Name, word, x.last().Column})
			}
			return out
		}
	}
}

// negatedWord turns the sign of a comparison whose sides are negated.
func negatedWord(o op, word string) string {
	if o != opNeg {
		return word
	}
	return map[string]string{"==": "==", "missing": "missing", "<": ">", "<=": ">=", ">": "<", ">=": "<="}[word]
}
