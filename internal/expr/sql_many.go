package expr

// exists prints any, all, none, has and list == nil as EXISTS.
func (p *printer) exists(n *node, not bool) error {
	if n.op == opNone || n.op == opAll {
		not = !not // none: no item holds; all: no item fails
	}
	if n.op == opHas && n.kids[0].free {
		if v, err := p.known(n.kids[0]); err != nil || v.missing() {
			if err != nil {
				return err
			}
			return p.truth(not)
		}
	}
	if not {
		p.put("NOT ")
	}
	p.put("EXISTS (SELECT 1")
	if err := p.from(n, n.op == opAll); err != nil {
		return err
	}
	p.put(")")
	return nil
}

// newItem names the item of a list in a sub-select.
func (p *printer) newItem(each *manyValue) frame {
	side := each.list.last().Side
	item := frame{table: p.alias()}
	item.fields, item.value = item.table, item.table+"."+quote(side.Value)
	if each.byRow && side.Rows == nil { // links whose records are read
		item.fields = p.alias()
	}
	return item
}

// rows prints FROM side WHERE it belongs to the record.
func (p *printer) rows(each *manyValue, item frame) {
	side := each.list.last().Side
	p.put(" FROM ", quote(side.Table), " AS ", item.table)
	if item.fields != item.table {
		p.put(" JOIN ", quote(each.inside.Table()), " AS ", item.fields, " ON ", item.fields, `."id" = `, item.value)
		p.guard(each.inside, item.fields)
	}
	p.put(" WHERE ", item.table, ".", quote(side.Record), " = ")
	p.owner(each.list)
}

// from prints FROM and WHERE: the items for which the condition, or its
// complement, holds.
func (p *printer) from(n *node, complement bool) error {
	item := p.newItem(n.each)
	p.rows(n.each, item)
	if len(n.kids) == 0 {
		return nil
	}
	p.put(" AND ")
	if n.op == opHas {
		return p.itemIs(n, item)
	}
	return p.within(item, func() error { return p.cond(n.kids[0], complement) })
}

// sum prints what a field of the items adds up to, or half of it: SQLite gives
// up where a sum leaves int64.
func (p *printer) sum(n *node, half string) error {
	item := p.newItem(n.each)
	p.put("(SELECT coalesce(sum(")
	if err := p.within(item, func() error { return p.scalar(n.kids[0]) }); err != nil {
		return err
	}
	p.put(half, "), 0)")
	p.rows(n.each, item)
	p.put(")")
	return nil
}

// within prints something that stands inside any(…).
func (p *printer) within(item frame, write func() error) error {
	around := p.item
	p.item = item
	defer func() { p.item = around }()
	return write()
}

// owner prints the id of the record a list belongs to: this one, or the one
// its links lead to.
func (p *printer) owner(list *node) {
	base := p.base
	if list.item {
		base = p.item.fields
	}
	if links := list.path[:len(list.path)-1]; len(links) > 0 {
		p.follow(base, links, links[len(links)-1].Column)
		return
	}
	p.put(base, `."id"`)
}

// itemIs prints that an item equals a value, which stands outside.
func (p *printer) itemIs(n *node, item frame) error {
	p.put(item.value, " = ")
	v := n.kids[0]
	if !v.free {
		return p.scalar(v)
	}
	k, err := p.known(v)
	if err != nil {
		return err
	}
	if f := &n.each.list.last().Field; f.EqualOnly && f.Blind != nil {
		k = value{kind: isBytes, s: blind(f, k)}
	}
	return p.arg(k)
}
