package openapi

import (
	"bytes"
	"fmt"
	"strings"
	"sync"

	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
)

// tree is a document and on which lines what stands. Nothing is ever written from the tree itself, so that what is taken from a
// document keeps its spelling and its comments.
type tree struct {
	lines [][]byte // with their line feeds
	root  part
}

// part is a member of a mapping or an element of a sequence, with the comments right above it. The first line is 1.
type part struct {
	name        string // empty for an element
	node        ast.Node
	first, last int
}

// whole is the embedded document.
var whole = sync.OnceValue(func() *tree {
	document, err := parse([]byte(yamlDocument))
	if err != nil {
		panic("openapi: the embedded document: " + err.Error())
	}
	return document
})

func parse(document []byte) (*tree, error) {
	file, err := parser.ParseBytes(document, 0)
	if err != nil {
		return nil, fmt.Errorf("parse YAML: %w", err)
	}
	if len(file.Docs) != 1 {
		return nil, fmt.Errorf("%d YAML documents, want 1", len(file.Docs))
	}
	lines := bytes.SplitAfter(document, []byte("\n"))
	return &tree{lines: lines, root: part{node: file.Docs[0].Body, first: 1, last: len(lines)}}, nil
}

// parts answers what a mapping or a sequence holds, in order; nothing for another node. Each part ends where the next one begins.
func (d *tree) parts(of part) []part {
	var found []part
	for _, pair := range members(of.node) {
		at := pair.Key.GetToken().Position
		found = append(found, part{name: scalar(pair.Key), node: pair.Value, first: d.above(at.Line, at.Column), last: of.last})
	}
	if list, ok := of.node.(*ast.SequenceNode); ok {
		for _, element := range list.Values {
			at := begin(element)
			found = append(found, part{node: element, first: d.above(at.Line, list.Start.Position.Column), last: of.last})
		}
	}
	for i := range found[:max(len(found)-1, 0)] {
		found[i].last = max(found[i+1].first-1, found[i].first)
	}
	return found
}

// above answers the first line of the comments that stand right above a line, at the same column.
func (d *tree) above(line, column int) int {
	comment := strings.Repeat(" ", column-1) + "#"
	for line > 1 && bytes.HasPrefix(d.lines[line-2], []byte(comment)) {
		line--
	}
	return line
}

// member answers the part of that name, the zero part when there is none.
func (p part) member(d *tree, name string) part {
	for _, inner := range d.parts(p) {
		if inner.name == name {
			return inner
		}
	}
	return part{}
}

// text answers the value of a scalar, empty for another node.
func (p part) text() string { return scalar(p.node) }

func scalar(node any) string {
	switch n := node.(type) {
	case *ast.StringNode:
		return n.Value
	case *ast.LiteralNode:
		return n.Value.Value
	case ast.Node:
		return n.GetToken().Value
	}
	return ""
}

// begin answers where a node's first word stands; a mapping's own token is the colon behind its first key.
func begin(node ast.Node) (at struct{ Line, Column int }) {
	if pairs := members(node); len(pairs) > 0 {
		node = pairs[0].Key
	}
	position := node.GetToken().Position
	at.Line, at.Column = position.Line, position.Column
	return at
}

// members answers the pairs of a mapping.
func members(node ast.Node) []*ast.MappingValueNode {
	switch n := node.(type) {
	case *ast.MappingNode:
		return n.Values
	case *ast.MappingValueNode:
		return []*ast.MappingValueNode{n}
	}
	return nil
}

// pointers answers the components that a node names: by reference, by the mapping of a discriminator, and by a security requirement.
func pointers(node ast.Node) []string {
	var found []string
	if list, ok := node.(*ast.SequenceNode); ok {
		for _, element := range list.Values {
			found = append(found, pointers(element)...)
		}
	}
	for _, pair := range members(node) {
		if scalar(pair.Key) == "security" {
			found = append(found, schemes(pair.Value)...)
			continue
		}
		if pointer := scalar(pair.Value); strings.HasPrefix(pointer, "#/components/") {
			found = append(found, pointer)
		}
		found = append(found, pointers(pair.Value)...)
	}
	return found
}

// schemes answers the security schemes that a list of security requirements names.
func schemes(requirements ast.Node) []string {
	var found []string
	if list, ok := requirements.(*ast.SequenceNode); ok {
		for _, alternative := range list.Values {
			for _, scheme := range members(alternative) {
				found = append(found, "#/components/securitySchemes/"+scalar(scheme.Key))
			}
		}
	}
	return found
}
