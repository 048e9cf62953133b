package expr

import (
	"slices"

	"github.com/expr-lang/expr/ast"

	"kedang/internal/errs"
)

// name resolves a bare name: a parameter, or a field of the record. Inside
// any(…) too it means the record; the item's fields are written .name.
func (c *checker) name(x *ast.IdentifierNode) (*node, error) {
	if t, ok := c.opt.Param[x.Value]; ok {
		n := constant(value{}, t, x.Location().From)
		n.op, n.name = opParam, x.Value
		return n, nil
	}
	if c.item != nil && c.item.inside != nil {
		_, outside := c.scope.Field(x.Value)
		if _, inside := c.item.inside.Field(x.Value); inside && !outside {
			return nil, c.refuse(x, "unknown_name", errs.Params{"name": x.Value, "type": c.scope.Name(), "did_you_mean": "." + x.Value})
		}
	}
	return c.resolve([]ast.Node{x}, []string{x.Value}, false)
}

// member resolves customer.owner.name and .product.name.
func (c *checker) member(x *ast.MemberNode) (*node, error) {
	var places []ast.Node
	var names []string
	for {
		property, ok := x.Property.(*ast.StringNode)
		if !ok || x.Optional || x.Method {
			return nil, c.unsupported(x, "[")
		}
		if len(names) > maxLinks {
			return nil, c.refuse(x, "too_complex", errs.Params{"max": maxLinks})
		}
		places, names = append(places, x), append(names, property.Value)
		switch from := x.Node.(type) {
		case *ast.MemberNode:
			x = from
			continue
		case *ast.IdentifierNode:
			if _, ok := c.opt.Param[from.Value]; ok {
				return nil, c.refuse(from, "not_a_link", errs.Params{"name": from.Value})
			}
			places, names = append(places, from), append(names, from.Value)
			slices.Reverse(places)
			slices.Reverse(names)
			return c.resolve(places, names, false)
		case *ast.PointerNode:
			if from.Name != "" {
				return nil, c.unsupported(from, "#"+from.Name)
			}
			slices.Reverse(places)
			slices.Reverse(names)
			return c.resolve(places, names, true)
		}
		return nil, c.refuse(x, "not_a_link", errs.Params{"name": property.Value})
	}
}

// resolve finds a path of fields, from the record or from the item.
func (c *checker) resolve(places []ast.Node, names []string, item bool) (*node, error) {
	n := &node{op: opField, item: item}
	scope, path := c.scope, ""
	if item {
		if c.item == nil || c.item.inside == nil {
			return nil, c.unsupported(places[0], "."+names[0])
		}
		c.item.byRow = true
		scope, path = c.item.inside, c.prefix+"."
	}
	for i, name := range names {
		f, ok := scope.Field(name)
		if !ok {
			p := errs.Params{"name": name, "type": scope.Name()}
			if guess := closest(name, scope.Names()); guess != "" {
				p["did_you_mean"] = guess
			}
			return nil, c.refuse(places[i], "unknown_name", p)
		}
		if f.Volatile && c.opt.NoVolatile {
			return nil, c.refuse(places[i], "volatile", errs.Params{"name": name})
		}
		n.path = append(n.path, step{f, scope})
		path += f.Name
		if i == len(names)-1 {
			break
		}
		if part, ok := c.part(f, names[i+1:]); ok {
			n.path[i].Field = part
			break
		}
		if f.EqualOnly {
			return nil, c.refuse(places[i], "field_masked", errs.Params{"field": f.Name})
		}
		if f.Type.Base != Ref || f.To == nil {
			return nil, c.refuse(places[i], "not_a_link", errs.Params{"name": name})
		}
		if scope = f.To(); scope == nil {
			return nil, c.refuse(places[i], "not_a_link", errs.Params{"name": name})
		}
		path += "."
	}
	n.at, n.typ, n.name = places[0].Location().From, n.last().Type, path
	if n.last().Side != nil {
		n.op, n.typ.Base = opMany, List
	}
	c.note(path)
	return n, nil
}

// part is what a value is made of, where a path ends there.
func (c *checker) part(f Field, rest []string) (Field, bool) {
	if f.Part == nil || f.EqualOnly || len(rest) != 1 {
		return Field{}, false
	}
	return f.Part(rest[0])
}

// note keeps what is read, each path once.
func (c *checker) note(path string) {
	if !slices.Contains(c.paths, path) {
		c.paths = append(c.paths, path)
	}
}

// pointer is #, the item of a list of plain values or of links.
func (c *checker) pointer(x *ast.PointerNode) (*node, error) {
	if x.Name != "" || c.item == nil || c.item.list.last().Side.Rows != nil {
		return nil, c.unsupported(x, "#"+x.Name)
	}
	c.note(c.prefix)
	return &node{op: opItem, at: x.Location().From, typ: c.item.elem(), each: c.item}, nil
}

// elem is the type of the items.
func (m *manyValue) elem() Type {
	if e := m.list.typ.Elem; e != nil {
		return *e
	}
	return Type{Base: Text}
}

// walk makes ready what is needed to look at the items of a list.
func (c *checker) walk(n ast.Node) (*manyValue, error) {
	list, err := c.check(n)
	if err != nil {
		return nil, err
	}
	if list.op != opMany {
		return nil, c.mismatch(list.at, list.typ.Base.String(), "list")
	}
	m := &manyValue{list: list, inside: list.last().Side.Rows, byRow: list.last().Side.Rows != nil}
	if m.inside == nil && list.last().To != nil {
		m.inside = list.last().To()
	}
	return m, nil
}

// inside checks something that stands between the brackets of any(list, …).
func (c *checker) inside(m *manyValue, check func() error) error {
	item, prefix := c.item, c.prefix
	c.item, c.prefix = m, m.list.name+"[]"
	defer func() { c.item, c.prefix = item, prefix }()
	return check()
}
