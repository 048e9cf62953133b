package expr

import (
	"slices"

	"github.com/expr-lang/expr/ast"

	"kedang/internal/errs"
)

// Expr is a checked expression. It is immutable and safe for many goroutines.
type Expr struct {
	src   *source
	root  *node
	scope Scope
	paths []string
}

// Compile checks a text against a scope. Errors: Invalid with one problem,
// whose parameters say where ("at", in characters), what stands there
// ("near"), and, for a name nobody has, "did_you_mean".
func Compile(src string, scope Scope, o Options) (*Expr, error) {
	text, tree, err := parse(src)
	if err != nil {
		return nil, err
	}
	if o.MaxNodes == 0 {
		o.MaxNodes = maxNodes
	}
	c := &checker{src: text, scope: scope, opt: o}
	root, err := c.value(tree)
	if err != nil {
		return nil, err
	}
	if o.Want != nil {
		if root, err = c.want(root, *o.Want); err != nil {
			return nil, err
		}
	}
	e := &Expr{text, root, scope, c.paths}
	if o.Printable {
		if err := e.printable(); err != nil {
			return nil, err
		}
	}
	return e, nil
}

// Source is the text it was compiled from.
func (e *Expr) Source() string { return e.src.text }

// Type is what it yields.
func (e *Expr) Type() Type { return e.root.typ }

// Paths are the fields it reads, each once: "level",
// "customer.owner.department", "lines" and "lines[].qty", "tags" and "tags[]".
func (e *Expr) Paths() []string { return slices.Clone(e.paths) }

// checker turns a parsed tree into nodes with types.
type checker struct {
	src    *source
	scope  Scope
	opt    Options
	paths  []string
	nodes  int        // seen so far
	consts int        // in lists so far
	depth  int        // of the tree, chains of and / or aside
	item   *manyValue // the innermost list that is walked, nil outside
	prefix string     // its path: "lines[]"
}

func (c *checker) refuse(n ast.Node, code string, params errs.Params) error {
	return c.src.refuse(n.Location().From, code, params)
}

func (c *checker) mismatch(at int, got, want string) error {
	if amount := Amount.String(); got == amount || want == amount {
		return c.src.refuse(at, "currency_needed", errs.Params{"got": got, "want": want})
	}
	return c.src.refuse(at, "type_mismatch", errs.Params{"got": got, "want": want})
}

func (c *checker) unsupported(n ast.Node, name string) error {
	return c.refuse(n, "not_supported", errs.Params{"name": name})
}

func (c *checker) maskedError(n *node) error {
	return c.src.refuse(n.at, "field_masked", errs.Params{"field": n.masked().Name})
}

// check makes a node of whatever stands there. Its caller looks after masked
// fields and lists; value does so for everyone else.
func (c *checker) check(n ast.Node) (*node, error) {
	if c.nodes++; c.nodes > c.opt.MaxNodes {
		return nil, c.refuse(n, "too_complex", errs.Params{"max": c.opt.MaxNodes})
	}
	if c.depth++; c.depth > 2*maxNesting {
		return nil, c.refuse(n, "too_complex", errs.Params{"max": 2 * maxNesting})
	}
	defer func() { c.depth-- }()
	at := n.Location().From
	switch x := n.(type) {
	case *ast.NilNode:
		return constant(value{}, Type{}, at), nil
	case *ast.BoolNode:
		return constant(truth(x.Value), Type{Base: Bool}, at), nil
	case *ast.IntegerNode:
		return constant(whole(int64(x.Value)), Type{Base: Int}, at), nil
	case *ast.FloatNode:
		return c.decimal(x)
	case *ast.StringNode:
		return constant(words(x.Value), Type{Base: Text}, at), nil
	case *ast.IdentifierNode:
		return c.name(x)
	case *ast.MemberNode:
		return c.member(x)
	case *ast.PointerNode:
		return c.pointer(x)
	case *ast.UnaryNode:
		return c.unary(x)
	case *ast.BinaryNode:
		return c.binary(x)
	case *ast.ConditionalNode:
		return c.conditional(x, x.Cond, x.Exp1, x.Exp2)
	case *ast.ArrayNode:
		return nil, c.unsupported(n, "[")
	case *ast.CallNode:
		if id, ok := x.Callee.(*ast.IdentifierNode); ok {
			return c.call(x, id.Value, x.Arguments)
		}
	case *ast.BuiltinNode:
		return c.call(x, x.Name, x.Arguments)
	}
	return nil, c.unsupported(n, "")
}

// value is check for a place where a single value stands that all may see.
func (c *checker) value(n ast.Node) (*node, error) {
	k, err := c.check(n)
	switch {
	case err != nil:
		return nil, err
	case k.masked() != nil:
		return nil, c.maskedError(k)
	case k.typ.Base == List:
		return nil, c.mismatch(k.at, "list", "value")
	}
	return k, nil
}

// condition is value for a place where true or false stands.
func (c *checker) condition(n ast.Node) (*node, error) {
	k, err := c.value(n)
	if err != nil {
		return nil, err
	}
	if k.typ.Base != Bool {
		return nil, c.mismatch(k.at, k.typ.Base.String(), "bool")
	}
	return k, nil
}

// decimal reads a number from the source: the parser keeps only a float.
func (c *checker) decimal(x *ast.FloatNode) (*node, error) {
	v, scale, ok := decimalOf(c.src.slice(x.Location()))
	if !ok {
		return nil, c.refuse(x, "bad_number", nil)
	}
	return constant(v, Type{Base: Decimal, Scale: scale}, x.Location().From), nil
}

// unary checks not and signs.
func (c *checker) unary(x *ast.UnaryNode) (*node, error) {
	at := x.Location().From
	if x.Operator == "not" || x.Operator == "!" {
		k, err := c.condition(x.Node)
		if err != nil {
			return nil, err
		}
		return with(opNot, Type{Base: Bool}, at, k), nil
	}
	k, err := c.value(x.Node)
	switch {
	case err != nil:
		return nil, err
	case !numeric(k.typ.Base):
		return nil, c.mismatch(at, k.typ.Base.String(), "decimal")
	case x.Operator == "+":
		return k, nil
	case k.op == opConst:
		return constant(neg(k.val), k.typ, at), nil
	}
	return with(opNeg, k.typ, at, k), nil
}

// conditional checks c ? a : b and if(c, a, b).
func (c *checker) conditional(n ast.Node, cond, yes, no ast.Node) (*node, error) {
	k, err := c.condition(cond)
	if err != nil {
		return nil, err
	}
	branches, t, err := c.common(yes, no)
	if err != nil {
		return nil, err
	}
	return with(opIf, t, k.at, k, branches[0], branches[1]), nil
}

// first checks a ?? b and coalesce(…).
func (c *checker) first(n ast.Node, args ...ast.Node) (*node, error) {
	kids, t, err := c.common(args...)
	if err != nil {
		return nil, err
	}
	return with(opFirst, t, n.Location().From, kids...), nil
}

// common checks values that must agree in type.
func (c *checker) common(args ...ast.Node) ([]*node, Type, error) {
	kids := make([]*node, len(args))
	for i, a := range args {
		k, err := c.value(a)
		if err != nil {
			return nil, Type{}, err
		}
		kids[i] = k
	}
	return c.unify(kids)
}

// unify brings values to their common type: constants follow fields, numbers
// take the finest scale.
func (c *checker) unify(kids []*node) ([]*node, Type, error) {
	var t Type
	for _, k := range kids {
		if t.Base == Missing || t.Base == Text && k.op != opConst && k.typ.Base != Missing {
			t = k.typ
		}
	}
	var err error
	for i, k := range kids {
		if kids[i], err = c.coerce(k, t.open()); err != nil {
			return nil, t, err
		}
		if got := kids[i].typ; numeric(got.Base) {
			t.Base, t.Scale = max(t.Base, got.Base), max(t.Scale, got.Scale)
		} else if got.Base != Missing && !slices.Equal(got.Choices, t.Choices) {
			t.Choices = nil
		}
	}
	for i, k := range kids {
		kids[i] = scaleTo(k, t)
	}
	return kids, t, nil
}

// open is a type without the list its values are from.
func (t Type) open() Type {
	t.Choices = nil
	return t
}

// scaleTo brings a number to the scale of a type, as deep inside as possible,
// so that what is printed stays a plain column.
func scaleTo(n *node, t Type) *node {
	digits := t.Scale - n.typ.Scale
	if !numeric(n.typ.Base) || (digits == 0 && n.typ.Base == t.Base) {
		return n
	}
	to := Type{Base: t.Base, Scale: t.Scale}
	switch n.op {
	case opConst:
		return constant(up(n.val, digits), to, n.at)
	case opIf:
		return with(opIf, to, n.at, n.kids[0], scaleTo(n.kids[1], t), scaleTo(n.kids[2], t))
	case opFirst:
		kids := make([]*node, len(n.kids))
		for i, k := range n.kids {
			kids[i] = scaleTo(k, t)
		}
		return with(opFirst, to, n.at, kids...)
	}
	if digits == 0 {
		return n
	}
	k := with(opScale, to, n.at, n)
	k.by = digits
	return k
}

// want brings the whole expression to the type asked for. Numbers keep the
// scale they have; whoever stores them rounds.
func (c *checker) want(n *node, t Type) (*node, error) {
	if numeric(t.Base) && numeric(n.typ.Base) {
		if t.Base == Int && n.typ.Scale > 0 {
			return nil, c.mismatch(n.at, "decimal", "int")
		}
		return n, nil
	}
	return c.coerce(n, t)
}
