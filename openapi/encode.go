package openapi

import (
	"bytes"
	"encoding/json"
	"fmt"

	"github.com/goccy/go-yaml/ast"
)

// encode answers a node as JSON, indented by two spaces, with a line feed at its end: what tojson writes for the whole document, but
// without the reflection that a general encoder would bring into the server.
func encode(node ast.Node) ([]byte, error) {
	var compact, indented bytes.Buffer
	if err := encodeNode(&compact, node); err != nil {
		return nil, err
	}
	if err := json.Indent(&indented, compact.Bytes(), "", "  "); err != nil {
		return nil, fmt.Errorf("indent JSON: %w", err)
	}
	indented.WriteByte('\n')
	return indented.Bytes(), nil
}

func encodeNode(out *bytes.Buffer, node ast.Node) error {
	switch n := node.(type) {
	case *ast.MappingNode, *ast.MappingValueNode:
		return encodeMembers(out, members(n))
	case *ast.SequenceNode:
		return encodeElements(out, n.Values)
	case *ast.StringNode, *ast.LiteralNode:
		return encodeText(out, scalar(n))
	case *ast.NullNode:
		out.WriteString("null")
	case *ast.BoolNode, *ast.IntegerNode, *ast.FloatNode:
		out.WriteString(n.GetToken().Value) // what JSON does not know as a number or truth, json.Indent refuses
	default:
		return fmt.Errorf("%s cannot be said in JSON", node.Type())
	}
	return nil
}

func encodeMembers(out *bytes.Buffer, pairs []*ast.MappingValueNode) error {
	out.WriteByte('{')
	for i, pair := range pairs {
		if i > 0 {
			out.WriteByte(',')
		}
		if err := encodeText(out, scalar(pair.Key)); err != nil {
			return err
		}
		out.WriteByte(':')
		if err := encodeNode(out, pair.Value); err != nil {
			return err
		}
	}
	out.WriteByte('}')
	return nil
}

func encodeElements(out *bytes.Buffer, elements []ast.Node) error {
	out.WriteByte('[')
	for i, element := range elements {
		if i > 0 {
			out.WriteByte(',')
		}
		if err := encodeNode(out, element); err != nil {
			return err
		}
	}
	out.WriteByte(']')
	return nil
}

// encodeText writes a text as a JSON string. Signs of HTML stay as they are, since nobody puts the document into a page.
func encodeText(out *bytes.Buffer, text string) error {
	encoder := json.NewEncoder(out)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(text); err != nil {
		return fmt.Errorf("encode a text: %w", err)
	}
	out.Truncate(out.Len() - 1) // the line feed of Encode
	return nil
}
