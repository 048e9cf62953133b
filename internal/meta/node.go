package meta

import (
	"errors"
	"regexp"
	"strconv"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/token"
)

// shape is what a YAML node is.
type shape int

const (
	scalarNode shape = iota
	mapNode
	seqNode
	nullNode
)

// node is a YAML value with its line: a smaller tree than the parser's.
type node struct {
	shape   shape
	text    string // of a scalar, as it stands in the file
	quoted  bool
	line    int
	entries []entry // of a map, in order
	items   []*node // of a sequence
}

type entry struct {
	key   string
	line  int
	value *node
}

// deepestYAML bounds nesting; no pack comes near it.
const deepestYAML = 40

// parseYAML reads the one document of a file. An error carries the line.
func parseYAML(data []byte) (_ *node, line int, message string) {
	file, err := parser.ParseBytes(data, 0)
	if err != nil {
		return nil, yamlLine(err), yamlMessage(err)
	}
	if len(file.Docs) > 1 && file.Docs[1].Body != nil {
		return nil, file.Docs[1].Body.GetToken().Position.Line, "one document to a file"
	}
	if len(file.Docs) == 0 || file.Docs[0].Body == nil {
		return &node{shape: nullNode, line: 1}, 0, ""
	}
	n, bad, why := convert(file.Docs[0].Body, 0)
	return n, bad, why
}

func yamlLine(err error) int {
	var e yaml.Error
	if errors.As(err, &e) && e.GetToken() != nil {
		return e.GetToken().Position.Line
	}
	if m := regexp.MustCompile(`^\[(\d+):`).FindStringSubmatch(err.Error()); m != nil {
		n, _ := strconv.Atoi(m[1])
		return n
	}
	return 1
}

func yamlMessage(err error) string {
	var e yaml.Error
	if errors.As(err, &e) {
		return e.GetMessage()
	}
	return strings.SplitN(err.Error(), "\n", 2)[0]
}

// convert copies the parser's tree. Anchors, aliases, merge keys and tags are
// refused: a pack is read by people and by other programs, plainly.
func convert(n ast.Node, depth int) (_ *node, line int, why string) {
	if depth > deepestYAML {
		return nil, n.GetToken().Position.Line, "nested too deeply"
	}
	at := n.GetToken().Position.Line
	switch x := n.(type) {
	case *ast.MappingNode:
		out := &node{shape: mapNode, line: at}
		for _, v := range x.Values {
			if bad, why := out.add(v, depth); why != "" {
				return nil, bad, why
			}
		}
		if len(out.entries) > 0 {
			out.line = out.entries[0].line
		}
		return out, 0, ""
	case *ast.MappingValueNode:
		out := &node{shape: mapNode, line: x.Key.GetToken().Position.Line}
		bad, why := out.add(x, depth)
		return out, bad, why
	case *ast.SequenceNode:
		out := &node{shape: seqNode, line: at}
		for _, v := range x.Values {
			item, bad, why := convert(v, depth+1)
			if why != "" {
				return nil, bad, why
			}
			out.items = append(out.items, item)
		}
		return out, 0, ""
	case *ast.NullNode:
		return &node{shape: nullNode, line: at}, 0, ""
	case *ast.StringNode:
		return &node{text: x.Value, quoted: quotedToken(x.Token), line: at}, 0, ""
	case *ast.LiteralNode:
		return &node{text: x.Value.Value, quoted: true, line: at}, 0, ""
	case *ast.CommentGroupNode:
		return &node{shape: nullNode, line: at}, 0, ""
	case *ast.IntegerNode, *ast.FloatNode, *ast.BoolNode, *ast.InfinityNode, *ast.NanNode:
		return &node{text: n.GetToken().Value, line: at}, 0, ""
	}
	return nil, at, "anchors, aliases, merge keys and tags are not used in packs"
}

func quotedToken(t *token.Token) bool {
	return t.Type == token.SingleQuoteType || t.Type == token.DoubleQuoteType
}

func (n *node) add(v *ast.MappingValueNode, depth int) (line int, why string) {
	value, bad, why := convert(v.Value, depth+1)
	if why != "" {
		return bad, why
	}
	if v.Key.IsMergeKey() {
		return v.Key.GetToken().Position.Line, "anchors, aliases, merge keys and tags are not used in packs"
	}
	key := v.Key.GetToken().Value
	n.entries = append(n.entries, entry{key: key, line: v.Key.GetToken().Position.Line, value: value})
	return 0, ""
}
