package expr

// owner follows the links of a path to the row that has its last field; nil
// when one is missing.
func (m *machine) owner(n *node) (Row, error) {
	r := m.row
	if n.item {
		r = m.item
	}
	for i := 0; i < len(n.path)-1 && r != nil; i++ {
		next, err := r.Follow(n.path[i].Name)
		if err != nil {
			return nil, err
		}
		r = next
	}
	return r, nil
}

// field reads a field.
func (m *machine) field(n *node) (value, error) {
	r, err := m.owner(n)
	if r == nil || err != nil {
		return value{}, err
	}
	v, err := r.Value(n.last().Name)
	if err != nil {
		return value{}, err
	}
	return typed(v, n.typ)
}

// items opens a list: rows when fields of the items are read, else values.
func (m *machine) items(each *manyValue) (values []any, rows []Row, err error) {
	r, err := m.owner(each.list)
	if r == nil || err != nil {
		return nil, nil, err
	}
	if each.byRow {
		rows, err = r.Rows(each.list.last().Name)
	} else {
		values, err = r.Items(each.list.last().Name)
	}
	return values, rows, err
}

// count is the number of items.
func (m *machine) count(n *node) (int64, error) {
	values, rows, err := m.items(n.each)
	return int64(len(values) + len(rows)), err
}

// many walks a list. any, all and none stop as soon as they know.
func (m *machine) many(n *node) (value, error) {
	if n.op == opCount && len(n.kids) == 0 {
		count, err := m.count(n)
		return whole(count), err
	}
	values, rows, err := m.items(n.each)
	if err != nil {
		return value{}, err
	}
	if n.op == opHas {
		return m.has(n, values)
	}
	inner := machine{row: m.row, args: m.args}
	total := whole(0)
	for i := range len(values) + len(rows) {
		if err := inner.point(n.each, values, rows, i); err != nil {
			return value{}, err
		}
		v, err := inner.eval(n.kids[0])
		switch {
		case err != nil:
			return value{}, err
		case n.op == opSum && !v.missing():
			total = add(total, v)
		case n.op == opCount && v.holds():
			total.i++
		case n.op == opAll && !v.holds():
			return truth(false), nil
		case (n.op == opAny || n.op == opNone) && v.holds():
			return truth(n.op == opAny), nil
		}
	}
	if n.op == opCount || n.op == opSum {
		return total, nil
	}
	return truth(n.op != opAny), nil
}

// point sets the machine on one item.
func (m *machine) point(each *manyValue, values []any, rows []Row, i int) (err error) {
	if !each.byRow {
		m.this, err = typed(values[i], each.elem())
		return err
	}
	m.item = rows[i]
	if each.list.last().Side.Rows != nil {
		return nil
	}
	v, err := m.item.Value("id") // a link that is both # and a record
	if err != nil {
		return err
	}
	m.this, err = from(v)
	return err
}

// has looks for a value among the items.
func (m *machine) has(n *node, values []any) (value, error) {
	want, err := m.eval(n.kids[0])
	if err != nil || want.missing() {
		return truth(false), err
	}
	f := &n.each.list.last().Field
	for _, item := range values {
		v, err := typed(item, n.each.elem())
		if err != nil {
			return value{}, err
		}
		if f.Blind != nil && f.EqualOnly {
			if blind(f, v) == blind(f, want) {
				return truth(true), nil
			}
		} else if !v.missing() && same(v, want) {
			return truth(true), nil
		}
	}
	return truth(false), nil
}
