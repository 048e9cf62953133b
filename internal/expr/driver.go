package expr

// Driver prints a query for the ids of the records that a conjunct at the top
// lets through: the first that asks for a value of a many-valued field of the
// record itself, has(tags, "老客户"). A list that few records are in is found
// from there sooner than by asking each record in its order. ok is false when
// no conjunct does.
func (e *Expr) Driver(d Dialect, a Args) (query string, args []any, ok bool, err error) {
	n := driving(e.root)
	if n == nil {
		return "", nil, false, nil
	}
	p := e.printer("", d, &a)
	if v, err := p.known(n.kids[0]); err != nil || v.missing() {
		return "", nil, false, err
	}
	item, side := p.newItem(n.each), n.each.list.last().Side
	p.put("SELECT ", item.table, ".", quote(side.Record), " FROM ", quote(side.Table), " AS ", item.table, " WHERE ")
	if err := p.itemIs(n, item); err != nil {
		return "", nil, false, err
	}
	return p.b.String(), p.args, true, nil
}

// Driven tells whether there is such a conjunct.
func (e *Expr) Driven() bool { return driving(e.root) != nil }

func driving(n *node) *node {
	switch {
	case n.op == opAnd:
		for _, k := range n.kids {
			if found := driving(k); found != nil {
				return found
			}
		}
	case n.op == opHas && n.kids[0].free && !n.each.list.item && len(n.each.list.path) == 1 && n.each.list.last().Side.Rows == nil:
		return n
	}
	return nil
}
