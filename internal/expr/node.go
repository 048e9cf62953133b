package expr

// op is what a node does. The list is closed: what has no line here and in
// eval.go and sql.go is not part of the language.
type op uint8

const (
	opConst op = iota
	opParam    // name
	opField    // path from the record, or from the item
	opMany     // path to a many-valued field
	opItem     // #, the item of a plain list
	opSet      // constants, for in
	opMine     // my_tree() my_subordinates()

	opNot
	opAnd
	opOr
	opEqual
	opDiffer
	opLess
	opLessEqual
	opMore
	opMoreEqual
	opIn
	opMissing
	opContains
	opStarts
	opEnds
	opHas // list, value
	opAny
	opAll
	opNone

	opCount
	opSum
	opAdd
	opSub
	opMul // by: digits dropped from the product
	opDiv // by: powers of ten for the dividend, or, below 0, for the divisor
	opMod
	opNeg
	opAbs
	opScale // by: digits added
	opRound // by: digits dropped, half up
	opMin
	opMax
	opLength
	opYear
	opMonth
	opDay
	opWeekday
	opDaysBetween
	opAddDays
	opAddMonths
	opDate
	opToday
	opNow
	opMe
	opMyDepartment
	opJoin
	opLower
	opTrim
	opIf
	opFirst
)

// A node is one step of a checked expression; the evaluator and the printer
// walk the same nodes.
type node struct {
	op   op
	typ  Type
	at   int // where it stands in the source, in characters
	kids []*node
	val  value      // opConst
	name string     // opParam; opMine: tree or subordinates
	path []step     // opField, opMany: links, then the field
	item bool       // the path begins at the item, not at the record
	set  *set       // opSet
	by   int        // opMul, opDiv, opScale, opRound
	each *manyValue // opAny … opSum, opMissing, opLength, opHas over a list
	free bool       // reads no record: one value for all rows of a query
}

// step is one field of a path, in the scope it was found in.
type step struct {
	Field
	scope Scope
}

// last is the field a path ends at.
func (n *node) last() *step { return &n.path[len(n.path)-1] }

// masked is the field that may only be compared for equality, or nil.
func (n *node) masked() *Field {
	switch {
	case (n.op == opField || n.op == opMany) && n.last().EqualOnly:
		return &n.last().Field
	case n.op == opItem && n.each.list.last().EqualOnly:
		return &n.each.list.last().Field
	}
	return nil
}

// manyValue is a many-valued field that is walked item by item.
type manyValue struct {
	list   *node // opMany
	byRow  bool  // the body reads fields of the items: child rows, linked records
	inside Scope // what .field means; nil for plain values
}

// set is a list of constants: in for short ones walks, for long ones looks up.
type set struct {
	values []value
	whole  map[int64]bool
	text   map[string]bool
}

// newSet indexes a list that is too long to walk for every record.
func newSet(values []value) *set {
	s := &set{values: values}
	if len(values) <= 8 {
		return s
	}
	s.whole, s.text = map[int64]bool{}, map[string]bool{}
	for _, v := range values {
		if v.kind == isText {
			s.text[v.s] = true
		} else {
			s.whole[v.i] = true
		}
	}
	return s
}

func (s *set) has(v value) bool {
	switch {
	case s.whole != nil && v.kind == isText:
		return s.text[v.s]
	case s.whole != nil:
		return v.kind != isHuge && s.whole[v.i]
	}
	for _, k := range s.values {
		if same(k, v) {
			return true
		}
	}
	return false
}

func constant(v value, t Type, at int) *node {
	return &node{op: opConst, typ: t, at: at, val: v, free: true}
}

// with makes a node over others; it is free when they all are.
func with(o op, t Type, at int, kids ...*node) *node {
	n := &node{op: o, typ: t, at: at, kids: kids, free: true}
	for _, k := range kids {
		n.free = n.free && k.free
	}
	return n
}

// isNil tells the constant nil.
func (n *node) isNil() bool { return n.op == opConst && n.val.kind == isMissing }

func numeric(b Base) bool { return b == Int || b == Decimal }

// ordered are the bases that < and its kin compare.
func ordered(b Base) bool { return numeric(b) || b == Text || b == Date || b == DateTime }
