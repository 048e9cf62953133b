package expr

import (
	"slices"
	"strings"

	"github.com/expr-lang/expr/ast"

	"kedang/internal/errs"
)

// call checks a function of the closed list.
func (c *compiler) call(n ast.Node, name string, args []ast.Node) (node, error) {
	switch name {
	case "any", "all", "none", "count", "sum":
		return c.each(n, name, args)
	case "has":
		return c.has(n, args)
	case "if":
		if len(args) == 3 {
			return c.conditional(n, args[0], args[1], args[2])
		}
	case "coalesce":
		if len(args) > 0 {
			of, t, err := c.common(n, args)
			return &firstNode{of, t}, err
		}
	}
	f := functions[name]
	if f == nil {
		p := errs.Params{"name": name}
		if guess := closest(name, functionNames()); guess != "" {
			p["did_you_mean"] = guess
		}
		return nil, c.refuse(n, "no_such_function", p)
	}
	if f.volatile && c.o.NoVolatile {
		return nil, c.refuse(n, "volatile", errs.Params{"name": name})
	}
	required, optional, _ := strings.Cut(f.takes, "?")
	if len(args) < len(required) || len(args) > len(required)+len(optional) {
		return nil, c.refuse(n, "wrong_arguments", errs.Params{"name": name, "want": len(required), "got": len(args)})
	}
	out := make([]node, len(args))
	for i, a := range args {
		k, err := c.check(a)
		if err != nil {
			return nil, err
		}
		if err := c.unmasked(k, a); err != nil && !(name == "is_missing" && presence(k)) {
			return nil, err
		}
		if out[i], err = c.argument(k, (required + optional)[i], a); err != nil {
			return nil, err
		}
	}
	return &callNode{f, out, f.gives(out)}, nil
}

func functionNames() []string {
	out := []string{"any", "all", "none", "count", "sum", "has", "if", "coalesce"}
	for name := range functions {
		out = append(out, name)
	}
	slices.Sort(out)
	return out
}

// argument checks one argument against its letter.
func (c *compiler) argument(k node, letter byte, at ast.Node) (node, error) {
	t := k.typ()
	if t.Base == Missing {
		return k, nil
	}
	switch letter {
	case 'n':
		if numeric(t.Base) {
			return k, nil
		}
		return nil, c.mismatch(at, t, Type{Base: Decimal})
	case 'i':
		if t.Base == Int {
			return k, nil
		}
		return nil, c.mismatch(at, t, Type{Base: Int})
	case 't':
		if t.Base == Text {
			return k, nil
		}
		return nil, c.mismatch(at, t, Type{Base: Text})
	case 'd':
		if t.Base == DateTime {
			return nil, c.refuse(at, "date_against_datetime", nil)
		}
		return c.coerce(k, Type{Base: Date}, at)
	case 'm':
		if t.Base == Date {
			return nil, c.refuse(at, "date_against_datetime", nil)
		}
		return c.coerce(k, Type{Base: DateTime}, at)
	}
	return k, nil
}

// each checks any(list, condition) and its kin.
func (c *compiler) each(n ast.Node, name string, args []ast.Node) (node, error) {
	if len(args) == 0 || len(args) > 2 || (len(args) == 1 && name != "count") {
		return nil, c.refuse(n, "wrong_arguments", errs.Params{"name": name, "want": 2, "got": len(args)})
	}
	l, err := c.check(args[0])
	if err != nil {
		return nil, err
	}
	list, ok := l.(*fieldNode)
	if !ok || list.field.Side == nil {
		return nil, c.mismatch(args[0], l.typ(), Type{Base: List})
	}
	out := &eachNode{fn: name, list: list, t: Type{Base: Bool}}
	if name == "count" || name == "sum" {
		out.t = Type{Base: Int}
	}
	if len(args) == 1 {
		return out, c.unmasked(list, args[0])
	}
	body := args[1]
	if p, ok := body.(*ast.PredicateNode); ok {
		body = p.Node
	}
	c.scopes = append(c.scopes, c.itemFrame(list))
	defer func() { c.scopes = c.scopes[:len(c.scopes)-1] }()
	if out.body, err = c.check(body); err != nil {
		return nil, err
	}
	if name == "sum" {
		if err := c.unmasked(out.body, body); err != nil {
			return nil, err
		}
		if !numeric(out.body.typ().Base) {
			return nil, c.mismatch(body, out.body.typ(), Type{Base: Decimal})
		}
		out.t = out.body.typ()
		return out, nil
	}
	out.body, err = c.condition(out.body, body)
	return out, err
}

// itemFrame is what names mean inside: the child row's fields, the linked
// record's, or nothing but the item.
func (c *compiler) itemFrame(list *fieldNode) frame {
	f := frame{list: list, path: c.pathOf(list) + "[]."}
	if list.field.Side.Rows != nil {
		f.scope = list.field.Side.Rows
		return f
	}
	t := Type{Base: Text}
	if list.field.Type.Elem != nil {
		t = *list.field.Type.Elem
	}
	f.item = &itemNode{t: t, side: list.field.Side}
	if t.Base == Ref && list.field.To != nil {
		f.scope = list.field.To()
	}
	return f
}

// has checks has(list, value): any(list, # == value).
func (c *compiler) has(n ast.Node, args []ast.Node) (node, error) {
	if len(args) != 2 {
		return nil, c.refuse(n, "wrong_arguments", errs.Params{"name": "has", "want": 2, "got": len(args)})
	}
	l, err := c.check(args[0])
	if err != nil {
		return nil, err
	}
	list, ok := l.(*fieldNode)
	if !ok || list.field.Side == nil || list.field.Side.Rows != nil {
		return nil, c.mismatch(args[0], l.typ(), Type{Base: List})
	}
	v, err := c.check(args[1])
	if err != nil {
		return nil, err
	}
	f := c.itemFrame(list)
	if v, err = c.coerce(v, f.item.t, args[1]); err != nil {
		return nil, err
	}
	if list.field.EqualOnly && !isConst(v) {
		return nil, c.refuse(n, "field_masked", errs.Params{"field": list.field.Name})
	}
	raise(v)
	return &eachNode{fn: "any", list: list, body: &compareNode{"==", f.item, v}, t: Type{Base: Bool}}, nil
}

// raise moves a node's names one level out: it now stands inside an item.
func raise(n node) {
	switch x := n.(type) {
	case *fieldNode:
		x.levels++
	case *itemNode:
		x.levels++
	case *callNode:
		for _, a := range x.args {
			raise(a)
		}
	case *arithNode:
		raise(x.l)
		raise(x.r)
	case *joinNode:
		raise(x.l)
		raise(x.r)
	}
}
