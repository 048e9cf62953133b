package expr

import (
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/expr-lang/expr/ast"
	"github.com/expr-lang/expr/conf"
	"github.com/expr-lang/expr/file"
	"github.com/expr-lang/expr/parser"

	"kedang/internal/errs"
)

// Bounds on what is compiled at all.
const (
	maxSource   = 64 << 10
	maxNesting  = 120
	maxNodes    = 2000
	maxConstant = 10_000 // values of one list
)

// Expr is a checked expression. It is immutable and safe for many goroutines.
type Expr struct {
	src   string
	root  node
	scope Scope
	paths []string
}

// Source is the text it was compiled from.
func (e *Expr) Source() string { return e.src }

// Type is what it yields.
func (e *Expr) Type() Type { return e.root.typ() }

// Paths are the fields it reads: "level", "customer.owner.department", "lines[].quantity".
func (e *Expr) Paths() []string { return slices.Clone(e.paths) }

// Eval computes its value for a row; the forms are those of Base.
func (e *Expr) Eval(r Row, args Args) (any, error) {
	return e.root.eval(&machine{row: r, args: &args})
}

// Test computes a condition; missing is false.
func (e *Expr) Test(r Row, args Args) (bool, error) {
	return test(e.root, &machine{row: r, args: &args})
}

// Compile checks a text against a scope. Errors are errs.Invalid with one
// problem whose parameters say where ("at", in characters) and what near it.
func Compile(src string, scope Scope, o Options) (_ *Expr, err error) {
	if len(src) > maxSource {
		return nil, problem("too_complex", errs.Params{"max": maxSource})
	}
	if !utf8.ValidString(src) {
		return nil, problem("invalid_utf8", nil)
	}
	if nesting(src) > maxNesting {
		return nil, problem("too_complex", errs.Params{"max": maxNesting})
	}
	if o.MaxNodes == 0 {
		o.MaxNodes = maxNodes
	}
	cfg := conf.CreateNew()
	cfg.MaxNodes = uint(6*o.MaxNodes + maxConstant)
	cfg.DisableIfOperator = true
	tree, err := parser.ParseWithConfig(src, cfg)
	if err != nil {
		return nil, syntax(src, err)
	}
	c := &compiler{src: src, o: o, scopes: []frame{{scope: scope}}}
	root, err := c.check(tree.Node)
	if err != nil {
		return nil, err
	}
	if o.Want != nil {
		if root, err = c.want(root, *o.Want, tree.Node); err != nil {
			return nil, err
		}
	}
	e := &Expr{src: src, root: root, scope: scope, paths: c.paths}
	if o.Printable {
		for _, d := range [...]Dialect{SQLite, Postgres} {
			if _, _, err := e.SQL("t", d, Args{Now: time.Unix(0, 0)}); err != nil {
				return nil, err
			}
		}
	}
	return e, nil
}

// nesting counts how deep brackets and chains of signs go, so that the
// parser's recursion is bounded before it starts.
func nesting(src string) int {
	deepest, level, run := 0, 0, 0
	var quoted rune
	escaped := false
	words := strings.Count(src, "not not") + strings.Count(src, "? ") // chains without brackets
	for _, r := range src {
		switch {
		case escaped:
			escaped = false
		case quoted != 0 && r == '\\':
			escaped = true
		case quoted != 0:
			if r == quoted {
				quoted = 0
			}
		case r == '"' || r == '\'' || r == '`':
			quoted = r
		case strings.ContainsRune("([{", r):
			level++
		case strings.ContainsRune(")]}", r):
			level--
		case strings.ContainsRune("!-+", r):
			run++
			deepest = max(deepest, run)
			continue
		}
		if r != ' ' {
			run = 0
		}
		deepest = max(deepest, level)
	}
	return max(deepest, min(words, maxNesting+1))
}

func problem(code string, params errs.Params) error { return errs.RefuseField("", code, params) }

// syntax turns the parser's complaint into a problem.
func syntax(src string, err error) error {
	var fe *file.Error
	if errors.As(err, &fe) {
		if strings.Contains(fe.Message, "maximum allowed nodes") {
			return problem("too_complex", errs.Params{"max": maxNodes})
		}
		return problem("syntax", errs.Params{"at": fe.From, "near": near(src, fe.From)})
	}
	return problem("syntax", errs.Params{"at": 0, "near": near(src, 0)})
}

// near is the text around a position, for people to find it.
func near(src string, at int) string {
	r := []rune(src)
	at = max(0, min(at, len(r)))
	return string(r[max(0, at-8):min(len(r), at+12)])
}

// frame is the scope of names at one depth of any(…) and the like.
type frame struct {
	scope Scope // nil inside a list of plain values
	item  *itemNode
	list  *fieldNode
	path  string
}

// compiler checks a parsed tree.
type compiler struct {
	src    string
	o      Options
	scopes []frame // the outermost first
	nodes  int
	paths  []string
}

func (c *compiler) refuse(n ast.Node, code string, params errs.Params) error {
	if params == nil {
		params = errs.Params{}
	}
	at := n.Location().From
	params["at"], params["near"] = at, near(c.src, at)
	return problem(code, params)
}

// check turns a parsed node into ours.
func (c *compiler) check(n ast.Node) (node, error) {
	if c.nodes++; c.nodes > c.o.MaxNodes {
		return nil, problem("too_complex", errs.Params{"max": c.o.MaxNodes})
	}
	switch x := n.(type) {
	case *ast.NilNode:
		return &constNode{t: Type{Base: Missing}}, nil
	case *ast.BoolNode:
		return &constNode{Type{Base: Bool}, x.Value}, nil
	case *ast.IntegerNode:
		return &constNode{Type{Base: Int}, int64(x.Value)}, nil
	case *ast.FloatNode:
		v, scale, ok := decimalOf(strconv.FormatFloat(x.Value, 'f', -1, 64))
		if !ok {
			return nil, c.refuse(n, "bad_number", nil)
		}
		return &constNode{Type{Base: Decimal, Scale: scale}, v}, nil
	case *ast.StringNode:
		return &constNode{Type{Base: Text}, x.Value}, nil
	case *ast.IdentifierNode:
		return c.name(n, x.Value)
	case *ast.ChainNode:
		return c.check(x.Node)
	case *ast.MemberNode:
		return c.member(x)
	case *ast.PointerNode:
		return c.pointer(x)
	case *ast.UnaryNode:
		return c.unary(x)
	case *ast.BinaryNode:
		return c.binary(x)
	case *ast.ConditionalNode:
		return c.conditional(n, x.Cond, x.Exp1, x.Exp2)
	case *ast.ArrayNode:
		return c.list(x)
	case *ast.CallNode:
		if id, ok := x.Callee.(*ast.IdentifierNode); ok {
			return c.call(n, id.Value, x.Arguments)
		}
	case *ast.BuiltinNode:
		return c.call(n, x.Name, x.Arguments)
	}
	return nil, c.refuse(n, "not_supported", nil)
}

// name resolves a bare name: a parameter, or a field of the innermost scope
// that has it.
func (c *compiler) name(n ast.Node, name string) (node, error) {
	if t, ok := c.o.Param[name]; ok {
		return &paramNode{name, t}, nil
	}
	for levels := 0; levels < len(c.scopes); levels++ {
		f := c.scopes[len(c.scopes)-1-levels]
		if f.scope == nil {
			continue
		}
		if field, ok := f.scope.Field(name); ok {
			if field.Volatile && c.o.NoVolatile {
				return nil, c.refuse(n, "volatile", errs.Params{"name": name})
			}
			c.note(f.path + name)
			return &fieldNode{levels: levels, scopes: []Scope{f.scope}, field: field}, nil
		}
	}
	return nil, c.unknown(n, name, c.scopes[len(c.scopes)-1].scope)
}

func (c *compiler) note(path string) {
	if !slices.Contains(c.paths, path) {
		c.paths = append(c.paths, path)
	}
}

func (c *compiler) unknown(n ast.Node, name string, s Scope) error {
	p := errs.Params{"name": name}
	if s != nil {
		if guess := closest(name, s.Names()); guess != "" {
			p["did_you_mean"] = guess
		}
		p["type"] = s.Name()
	}
	return c.refuse(n, "unknown_name", p)
}

// member resolves customer.level, and .quantity of an item.
func (c *compiler) member(x *ast.MemberNode) (node, error) {
	prop, ok := x.Property.(*ast.StringNode)
	if !ok {
		return nil, c.refuse(x, "not_supported", nil)
	}
	if p, ok := x.Node.(*ast.PointerNode); ok && p.Name == "" {
		return c.itemField(x, prop.Value)
	}
	inner, err := c.check(x.Node)
	if err != nil {
		return nil, err
	}
	from, ok := inner.(*fieldNode)
	if !ok {
		if it, isItem := inner.(*itemNode); isItem && it.t.Base == Ref {
			return c.itemField(x, prop.Value)
		}
		return nil, c.refuse(x, "not_a_link", errs.Params{"name": prop.Value})
	}
	if from.field.Type.Base != Ref || from.field.To == nil || from.field.EqualOnly {
		return nil, c.refuse(x, "not_a_link", errs.Params{"name": from.field.Name})
	}
	scope := from.field.To()
	if scope == nil {
		return nil, c.refuse(x, "not_a_link", errs.Params{"name": from.field.Name})
	}
	if len(from.links) >= 5 {
		return nil, c.refuse(x, "too_complex", errs.Params{"max": 5})
	}
	field, ok := scope.Field(prop.Value)
	if !ok {
		return nil, c.unknown(x, prop.Value, scope)
	}
	path := c.pathOf(from)
	c.note(path + "." + field.Name)
	return &fieldNode{levels: from.levels, links: append(slices.Clone(from.links), from.field),
		scopes: append(slices.Clone(from.scopes), scope), field: field}, nil
}

func (c *compiler) pathOf(f *fieldNode) string {
	path := c.scopes[len(c.scopes)-1-f.levels].path
	for _, l := range f.links {
		path += l.Name + "."
	}
	return path + f.field.Name
}

// itemField is a field of the item: of the child row, or of the linked record.
func (c *compiler) itemField(n ast.Node, name string) (node, error) {
	f := c.scopes[len(c.scopes)-1]
	if f.scope == nil || f.list == nil {
		return nil, c.refuse(n, "not_supported", errs.Params{"name": name})
	}
	field, ok := f.scope.Field(name)
	if !ok {
		return nil, c.unknown(n, name, f.scope)
	}
	c.note(f.path + name)
	return &fieldNode{scopes: []Scope{f.scope}, field: field}, nil
}

func (c *compiler) pointer(x *ast.PointerNode) (node, error) {
	f := c.scopes[len(c.scopes)-1]
	if x.Name != "" || f.item == nil {
		return nil, c.refuse(x, "not_supported", errs.Params{"name": "#" + x.Name})
	}
	return f.item, nil
}

func (c *compiler) unary(x *ast.UnaryNode) (node, error) {
	of, err := c.check(x.Node)
	if err != nil {
		return nil, err
	}
	switch x.Operator {
	case "not", "!":
		if of, err = c.condition(of, x.Node); err != nil {
			return nil, err
		}
		return &notNode{of}, nil
	case "-", "+":
		if err := c.unmasked(of, x.Node); err != nil {
			return nil, err
		}
		if !numeric(of.typ().Base) {
			return nil, c.mismatch(x, of.typ(), Type{Base: Decimal})
		}
		if x.Operator == "+" {
			return of, nil
		}
		if k, ok := of.(*constNode); ok {
			return &constNode{k.t, -k.v.(int64)}, nil
		}
		return &arithNode{"-", &constNode{Type{Base: Int}, int64(0)}, of, of.typ()}, nil
	}
	return nil, c.refuse(x, "not_supported", errs.Params{"name": x.Operator})
}

func (c *compiler) mismatch(n ast.Node, got, want Type) error {
	return c.refuse(n, "type_mismatch", errs.Params{"got": got.Base.String(), "want": want.Base.String()})
}

// condition requires a bool.
func (c *compiler) condition(n node, at ast.Node) (node, error) {
	if err := c.unmasked(n, at); err != nil {
		return nil, err
	}
	if n.typ().Base != Bool {
		return nil, c.mismatch(at, n.typ(), Type{Base: Bool})
	}
	return n, nil
}

// unmasked refuses a masked or sealed field anywhere but in an equality.
func (c *compiler) unmasked(n node, at ast.Node) error {
	switch f := n.(type) {
	case *fieldNode:
		if f.field.EqualOnly {
			return c.refuse(at, "field_masked", errs.Params{"field": f.field.Name})
		}
	case *itemNode:
		if list := c.scopes[len(c.scopes)-1].list; list != nil && list.field.EqualOnly {
			return c.refuse(at, "field_masked", errs.Params{"field": list.field.Name})
		}
	}
	return nil
}

func (c *compiler) conditional(n ast.Node, cond, yes, no ast.Node) (node, error) {
	k, err := c.check(cond)
	if err != nil {
		return nil, err
	}
	if k, err = c.condition(k, cond); err != nil {
		return nil, err
	}
	of, t, err := c.common(n, []ast.Node{yes, no})
	if err != nil {
		return nil, err
	}
	return &ifNode{k, of[0], of[1], t}, nil
}

// common checks branches that must agree in type.
func (c *compiler) common(n ast.Node, branches []ast.Node) ([]node, Type, error) {
	out := make([]node, len(branches))
	var t Type
	for i, b := range branches {
		o, err := c.check(b)
		if err != nil {
			return nil, t, err
		}
		if err := c.unmasked(o, b); err != nil {
			return nil, t, err
		}
		out[i] = o
	}
	for i, o := range out {
		ot := o.typ()
		switch {
		case ot.Base == Missing:
		case t.Base == Missing:
			t = ot
		case numeric(t.Base) && numeric(ot.Base):
			t = widest(out)
		case t.Base == ot.Base && t.Base != List:
			t.Choices = nil
		default:
			k, err := c.coerce(o, t, branches[i])
			if err != nil {
				return nil, t, err
			}
			out[i] = k
		}
	}
	if t.Base == List {
		return nil, t, c.refuse(n, "type_mismatch", errs.Params{"got": "list", "want": "value"})
	}
	return out, t, nil
}

// want brings the whole expression to the type asked for.
func (c *compiler) want(n node, t Type, at ast.Node) (node, error) {
	if err := c.unmasked(n, at); err != nil {
		return nil, err
	}
	got := n.typ()
	if got.Base == t.Base || got.Base == Missing || (numeric(got.Base) && numeric(t.Base)) {
		return n, nil
	}
	return c.coerce(n, t, at)
}

// list checks [a, b, c]: constants only.
func (c *compiler) list(x *ast.ArrayNode) (node, error) {
	if len(x.Nodes) > maxConstant {
		return nil, problem("too_complex", errs.Params{"max": maxConstant})
	}
	out := &listNode{}
	for _, e := range x.Nodes {
		before := c.nodes
		k, err := c.check(e)
		if err != nil {
			return nil, err
		}
		c.nodes = before // a long list costs by its own bound
		v, ok := k.(*constNode)
		if !ok {
			return nil, c.refuse(e, "not_constant", nil)
		}
		switch {
		case out.t.Base == Missing:
			out.t = v.t
		case numeric(out.t.Base) && numeric(v.t.Base):
		case out.t.Base != v.t.Base:
			return nil, c.mismatch(e, v.t, out.t)
		}
		out.values = append(out.values, v)
	}
	return out, nil
}

// closest finds the name nearest to a misspelt one, by edit distance.
func closest(name string, names []string) string {
	best, at := "", 1+len(name)/3
	for _, n := range names {
		if d := distance(name, n, at); d <= at && (best == "" || d < distance(name, best, at)) {
			best = n
		}
	}
	return best
}

func distance(a, b string, most int) int {
	if len(a) > 64 || len(b) > 64 || len(a)-len(b) > most || len(b)-len(a) > most {
		return most + 1
	}
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diag := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := 1
			if a[i] == b[j] {
				cost = 0
			}
			diag, row[j+1] = row[j+1], min(diag+cost, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
